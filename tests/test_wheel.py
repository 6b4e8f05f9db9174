"""The built wheel, alone in an empty environment: it imports, carries the course, and runs its first chapter.

What gets lost between a checkout and a wheel is data: notebooks, scripts, style sheets. So the wheel's list
of files is compared with the checkout, too. Nothing is downloaded: this environment lends the dependencies.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command, cwd, **environment):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AUTODIFF_LAB"))
    }
    done = subprocess.run(
        command, cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder), cwd=ROOT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of a new environment that holds the wheel and nothing else of ours."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    run(sys.executable, "-m", "pip", "--python", str(python), *install, cwd=home)
    # The dependencies come last on the path, and an editable install of the checkout does not come with them:
    # a .pth file within a folder that a .pth file names is not read.
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return str(python)


def test_the_wheel_holds_every_file_of_the_package_and_the_course(wheel):
    package = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "autodiff_lab").rglob("*") if path.is_file()
    }
    package = {name for name in package if "__pycache__" not in name and not Path(name).name.startswith(".")}
    course = {
        f"autodiff_lab/course/{path.parent.name}/{path.name}"
        for language in ("es", "en")
        for path in (ROOT / "notebooks" / language).glob("*.ipynb")
    }
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == package | course


def test_it_imports_from_the_wheel_and_without_the_laboratorys_libraries(python, tmp_path):
    code = "import sys, autodiff_lab as th; print(th.__file__); print(*sys.modules)"
    where, loaded = run(python, "-c", code, cwd=tmp_path).splitlines()
    assert Path(where).is_relative_to(Path(python).parent.parent)
    assert not {"matplotlib", "networkx", "IPython", "ipywidgets", "torch"} & set(loaded.split())


@pytest.mark.parametrize("language", ["es", "en"])
def test_its_first_chapter_runs(python, tmp_path, language):
    """The notebook is the wheel's own, put where the command puts it, and its cells run in IPython."""
    put = f"from autodiff_lab import cli; cli.place(cli.read_course({language!r}), '.')"
    run(python, "-c", put, cwd=tmp_path)
    chapter = min(tmp_path.glob("*.ipynb"))
    cells = [
        cell
        for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    code = [
        ["".join(cell["source"]), "raises-exception" in cell["metadata"].get("tags", ())] for cell in cells
    ]
    (tmp_path / "cells.json").write_text(json.dumps(code))
    said = run(python, "-c", RUN_CELLS, cwd=tmp_path, MPLBACKEND="Agg", IPYTHONDIR=str(tmp_path / "ipython"))
    assert said.endswith(f"{len(code)} cells ran\n") and len(code) > 10


RUN_CELLS = """
import json
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.enable_gui = lambda gui=None: None  # a bare shell has no windows to wait for
cells = json.load(open("cells.json"))
for source, raises in cells:
    assert shell.run_cell(source).success != raises, source
print(len(cells), "cells ran")
"""


def test_the_command_is_installed(python, tmp_path):
    command = Path(python).with_name("autodiff-lab.exe" if os.name == "nt" else "autodiff-lab")
    assert "--no-browser" in run(str(command), "--help", cwd=tmp_path)


@pytest.mark.parametrize("extra", ["docs", "lab", "lint", "site", "test"])
def test_the_lock_holds_a_fitting_version_of_every_requirement(extra):
    """All were found in one environment, so they go together; what is not in it could pull in what does not."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = [line.split("==") for line in (ROOT / "constraints.txt").read_text().split()]
    locked = {canonicalize_name(name): version for name, version in pins}
    for line in (*project["dependencies"], *project["optional-dependencies"][extra]):
        wanted = Requirement(line)
        if wanted.name != project["name"]:
            version = locked.get(canonicalize_name(wanted.name))
            assert version is not None and version in wanted.specifier, f"{line}: run make lock"
