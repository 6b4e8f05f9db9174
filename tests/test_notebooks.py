"""The course's notebooks as files: run and stored, the same code in both languages, and really compared.

That their outputs come out as stored is checked beside these tests, by nbval in strict mode.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autodiff_lab import lab  # noqa: F401 - defines the widgets
from autodiff_lab.lab.widgets import base

ROOT = Path(__file__).parent.parent
NOTEBOOKS = {language: sorted((ROOT / "notebooks" / language).glob("*.ipynb")) for language in ("es", "en")}
ALL = [
    pytest.param(path, id=f"{path.parent.name}/{path.stem}") for paths in NOTEBOOKS.values() for path in paths
]
PAIRS = [pytest.param(es, en, id=es.stem) for es, en in zip(*NOTEBOOKS.values(), strict=True)]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def sources(notebook, kind):
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind}


def translated(source, words):
    """A Spanish code cell in English: each of ``words`` replaced where it stands alone, the longest first."""
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", lambda match: words[match[0]], source)


@pytest.mark.parametrize("path", ALL)
def test_every_code_cell_was_run_once_in_order(path):
    """nbval compares nothing in a cell that was never run, so none may be."""
    counts = [cell["execution_count"] for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1)) and counts


@pytest.mark.parametrize("path", ALL)
def test_nothing_of_a_machine_or_a_widget_is_stored(path):
    notebook = read(path)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    text = json.dumps(notebook)
    assert "widget-view+json" not in text and "widget-state+json" not in text
    assert (
        not re.search(r"site-packages|ipykernel_\d|/home/|/root/|/tmp/|[A-Z]:\\\\", text)
        and str(ROOT) not in text
    )


@pytest.mark.parametrize("path", ALL)
def test_errors_are_only_where_they_are_announced(path):
    for cell in read(path)["cells"]:
        raised = any(output["output_type"] == "error" for output in cell.get("outputs", ()))
        assert raised == ("raises-exception" in cell["metadata"].get("tags", ())), "".join(cell["source"])


@pytest.mark.parametrize("path", ALL)
def test_no_result_comes_unasked(path):
    """No `nbval` tag or comment excuses a cell from comparison."""
    assert not re.search("nbval", path.read_text(encoding="utf-8"), re.IGNORECASE)


@pytest.mark.parametrize("path", ALL)
def test_a_cell_and_a_line_that_an_explanation_names_are_there(path):
    """nbval does not compare a cell's number: who runs a notebook in another order has others."""
    notebook = read(path)
    code = {c["execution_count"]: "".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"}
    told = re.findall(
        r"(?:celda|cell) \[(\d+)\], (?:línea|line) (\d+) \([«“](.*?)[»”]\)", "\n".join(texts(notebook))
    )
    assert bool(told) == (path.name[:2] in ("03", "06"))
    assert [code[int(cell)].splitlines()[int(line) - 1].strip() for cell, line, _ in told] == [
        said for *_, said in told
    ]


def texts(notebook):
    """What the cells print, as plain text."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            yield "".join(output.get("text", output.get("data", {}).get("text/plain", "")))


def test_the_widgets_in_the_chapters_play_by_the_scripts_of_today():
    """nbval does not compare a widget's script, only its picture: one of yesterday would stay unnoticed."""
    played = [
        "".join(output["data"]["text/html"])
        for paths in NOTEBOOKS.values()
        for path in paths
        for cell in read(path)["cells"]
        for output in cell.get("outputs", ())
        if "adl-alone" in "".join(output.get("data", {}).get("text/html", ""))
    ]
    modules = [m._esm.replace("export default ", "const shown = ") for m in base.Widget.__subclasses__()]
    assert len(played) >= len(ALL) // 2
    for page in played:
        assert f"<style>{base.style()}</style>" in page and any(module in page for module in modules)


def test_the_languages_have_the_same_chapters_under_different_names():
    numbers = {language: [path.name[:2] for path in paths] for language, paths in NOTEBOOKS.items()}
    assert numbers["es"] == numbers["en"] and len(set(numbers["es"])) == len(numbers["es"]) > 0
    # both may be put into one folder
    assert not {path.name for path in NOTEBOOKS["es"]} & {path.name for path in NOTEBOOKS["en"]}


@pytest.mark.parametrize(("es", "en"), PAIRS)
def test_the_languages_have_the_same_cells_and_the_same_code(es, en):
    words = tomllib.loads((ROOT / "notebooks" / "words.toml").read_text(encoding="utf-8"))
    spanish, english = read(es), read(en)
    assert [(cell["id"], cell["cell_type"], cell["metadata"]) for cell in spanish["cells"]] == [
        (cell["id"], cell["cell_type"], cell["metadata"]) for cell in english["cells"]
    ]
    code = {name: translated(source, words) for name, source in sources(spanish, "code").items()}
    assert code == sources(english, "code")
    prose, other = sources(spanish, "markdown"), sources(english, "markdown")
    assert not [name for name in prose if prose[name] == other[name]], "a text was not translated"


def test_every_word_of_the_table_is_used():
    words = tomllib.loads((ROOT / "notebooks" / "words.toml").read_text(encoding="utf-8"))
    code = "\n".join(source for path in NOTEBOOKS["es"] for source in sources(read(path), "code").values())
    assert [word for word in words if word not in code] == []


def test_one_changed_digit_fails(tmp_path):
    """The strict comparison bites: a stored 24 made a 25 is found, with the settings of `make test`."""
    path = next(path for path in NOTEBOOKS["en"] if path.name.startswith("02"))
    notebook = read(path)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ()) if "text" in output]
    changed = next(output for output in outputs if "tensor(24.)\n" in output["text"])
    changed["text"] = [line.replace("24", "25") for line in changed["text"]]
    (tmp_path / path.name).write_text(json.dumps(notebook), encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    template = Path("autodiff_lab", "ci_template")
    (tmp_path / template).mkdir(parents=True)
    shutil.copy(ROOT / template / "nbval_sanitize.cfg", tmp_path / template)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path.name]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 1 and "1 failed" in run.stdout, run.stdout + run.stderr
