"""The rooms of the package and the direction of imports are those that docs/architecture.md shows.

The page's list, top to bottom, is the only statement of the order: it is read here, and the imports of every
module, found in its source, must all point up that list.
"""

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "autodiff_lab"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ORDER = re.findall(
    r"^((?:\w+/)*\w+\.py)\s", re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1], re.MULTILINE
)
FACADE = "__init__.py"
# What each half may import from outside; torch is in neither.
LIBRARY_LEANS_ON = {"numpy"}
LABORATORY_LEANS_ON = {
    "numpy",
    "networkx",
    "matplotlib",
    "IPython",
    "ipywidgets",
    "anywidget",
    "traitlets",
    "jupyterlab",
    "nbclient",  # these two come with JupyterLab
    "nbformat",
}


def module_file(name):
    """The file, relative to the package, that holds the module of this dotted name; None if there is none."""
    path = PACKAGE.joinpath(*name.split(".")[1:])
    found = next((file for file in (path / FACADE, path.with_suffix(".py")) if file.is_file()), None)
    return found and found.relative_to(PACKAGE).as_posix()


def imports(file, source):
    """Every import in a module's source: (line, dotted names it may reach, whether inside a function)."""
    package = ".".join(["autodiff_lab", *Path(file).parts[:-1]])
    tree = ast.parse(source)
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda))
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names = [f"{origin}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            names = [
                importlib.util.resolve_name(argument.value, package)
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant)
            ]
        else:
            continue
        yield node.lineno, names, id(node) in inside


def leans_on(file, source):
    """(line, file of the package, whether inside a function) for every import from within the package."""
    for line, names, inside in imports(file, source):
        for name in names:
            if name.split(".")[0] == "autodiff_lab":
                # `from .a import b` reaches the module a.b if there is one, else the module a
                yield line, module_file(name) or module_file(name.rpartition(".")[0]), inside


def upward(file, source):
    """The imports of ``source`` that do not point up the page's list, in words."""
    found = []
    for line, other, inside in leans_on(file, source):
        if file == FACADE and inside:  # the façade opens the laboratory when it is first asked for
            continue
        if other not in ORDER[: ORDER.index(file)]:
            found.append(f"{file}:{line} leans on {other}, which does not stand above it")
    return found


def test_the_page_lists_every_module_once():
    files = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    assert sorted(ORDER) == files


@pytest.mark.parametrize("file", ORDER)
def test_imports_point_up_the_list(file):
    assert upward(file, (PACKAGE / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", ORDER)
def test_outside_a_half_leans_only_on_its_own_libraries(file):
    half = LABORATORY_LEANS_ON if ORDER.index(file) > ORDER.index(FACADE) else LIBRARY_LEANS_ON
    roots = {
        name.split(".")[0]
        for _, names, _ in imports(file, (PACKAGE / file).read_text("utf-8"))
        for name in names
    }
    assert roots - set(sys.stdlib_module_names) <= half | {"autodiff_lab"}


UPWARD = [
    "from .tensor import Tensor",
    "from . import tensor",
    "import autodiff_lab.tensor",
    "from autodiff_lab import Tensor",
    "def f():\n    from . import nn",
    "import importlib\nimportlib.import_module('.tensor', __package__)",
]


@pytest.mark.parametrize("source", UPWARD)
def test_an_upward_import_is_found(source):
    assert upward("mode.py", source)


def test_importing_the_package_loads_no_library_of_the_laboratory():
    heavy = LABORATORY_LEANS_ON - LIBRARY_LEANS_ON | {"torch"}
    code = "import sys, autodiff_lab; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert not heavy & set(loaded.stdout.split())
