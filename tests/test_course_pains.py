"""What learners bring to forums has its place in the course, and ``lab.why`` answers it there, in both languages.

Each chapter runs in a notebook's shell up to the cell where the pain occurs, so ``why`` knows the learner's lines.
"""

import json
import warnings
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autodiff_lab.lab import magics
from autodiff_lab.messages import LANGUAGES, set_language

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

# (the pain, chapter, the cell where it occurs, what is in the cell, what `why` is asked, what it says in es, in en);
# "error" asks about the error that the cell raises.
PAINS = [
    ("backward twice", 5, "twice", "y.backward()\ny.backward()", "error", ["liberó", "retain_graph=True"],
     ["freed", "retain_graph=True"]),
    ("backward twice, in a loop", 5, "loop", "scale = w.exp()\nfor", "error", ["liberó", "vuelve a calcular"],
     ["freed", "compute the result afresh"]),
    ("a graph that is freed", 5, "freed", "%graph y", "y", ["ya se liberó", "retain_graph=True"], ["was freed", "retain_graph=True"]),
    ("a leaf modified in place", 6, "leaf", "w -= 0.1", "error", ["w es una hoja", "with no_grad()"], ["w is a leaf", "with no_grad()"]),
    ("a parameter modified in place", 2, "refused", "param.add_(1)", "error", ["param es una hoja"], ["param is a leaf"]),
    ("a saved tensor modified in place", 6, "stale", "y.backward()", "error",
     ["ExpBackward0 guardó", "versión 0", "«y.add_(1)»", "«y.mul_(3)»"],
     ["ExpBackward0 saved", "version 0", "“y.add_(1)”", "“y.mul_(3)”"]),
    (".grad is None on a non-leaf", 3, "leaf", "0.01 * th.randn", "{pesos|weights}", ["resultado intermedio", "retain_grad()"],
     ["intermediate result", "retain_grad()"]),
    ("gradients that add up", 5, "add", "(x**2).backward()", "x", ["x.grad es 18", "la suma", "x.grad = None"],
     ["x.grad is 18", "the sum", "x.grad = None"]),
    ("does not require grad and does not have a grad_fn", 3, "broken", "w.item()", "error",
     ["no depende de ningún tensor", ".item() sacó los números de w", "línea 2"],
     ["does not depend on any tensor", ".item() took the numbers out of w", "line 2"]),
    ("a first derivative without a graph", 9, "orders-error", "autograd.grad(first, x)", "error", ["first no depende", "create_graph=True"],
     ["first does not depend", "create_graph=True"]),
    ("no_grad", 6, "three", "with th.no_grad():", "a", ["bajo no_grad()", "línea 3"], ["under no_grad()", "line 3"]),
    ("detach", 6, "memory", "d = x.detach()", "d", ["desligado", ".detach()", "línea 2"], ["cut off", ".detach()", "line 2"]),
    (".data", 6, "data", "y.data.mul_(10)", "x", ["x.grad es 10", "y se modificó por .data", "«y.data.mul_(10)»"],
     ["x.grad is 10", "y was written to through .data", "“y.data.mul_(10)”"]),
    ("numpy() on a tensor that requires grad", 6, "numpy", "x.numpy()", "error", ["derivada de x se perdería", ".detach().numpy()"],
     ["derivative of x would be lost", ".detach().numpy()"]),
    ("scalar outputs only", 4, "vector", "y.backward()", "error", ["y tiene la forma [3]", ".sum()"], ["y has the shape [3]", ".sum()"]),
    ("loss.requires_grad = True", 6, "silence", "loss.requires_grad = True", "loss", ["es una hoja", "línea 4"],
     ["it is a leaf", "line 4"]),
    ("what loss.requires_grad = True hides", 6, "silence", "loss.requires_grad = True", "w", ["bajo no_grad()", "línea 3"],
     ["under no_grad()", "line 3"]),
]  # fmt: skip


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    shell.colors = "nocolor"
    magics.load_ipython_extension(shell)
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("chapter", "at", "holds", "asked", "es", "en"), [row[1:] for row in PAINS], ids=[row[0] for row in PAINS]
)
def test_a_pain_has_its_place_and_its_answer(shell, language, chapter, at, holds, asked, es, en, capsys):
    path = next((NOTEBOOKS / language).glob(f"{chapter:02}_*.ipynb"))
    cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    place = next(k for k, c in enumerate(cells) if c["id"] == at)
    assert holds in "".join(cells[place]["source"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cell in cells[: place + 1]:
            answer = shell.run_cell("".join(cell["source"]), store_history=True)
            assert (answer.error_in_exec is not None) == (
                "raises-exception" in cell["metadata"].get("tags", ())
            )
    if asked == "error":
        assert answer.error_in_exec is not None
        question = "%why"
    else:
        pair = asked.strip("{}").split("|")
        question = f"%why {pair[-1] if language == 'en' else pair[0]}"
    told = shell.run_cell(question, store_history=True).result
    set_language("es")
    assert [words for words in (es if language == "es" else en) if words not in told] == [], told
