"""``lab.why`` finds the reason, on this package's tensors and on torch's; ``lab.tree`` lists a module."""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from lab_bank import Layer

from autodiff_lab import lab
from autodiff_lab.lab import magics, set_language, tree, why
from autodiff_lab.messages import LANGUAGES, TEXTS, get_language, say


@pytest.fixture(params=["autodiff_lab", "torch"])
def th(request):
    return pytest.importorskip(request.param)


def reasons(tensor, names):
    """The keys of the texts that an explanation is made of."""
    at = LANGUAGES.index(get_language())
    patterns = {
        key: re.sub(r"\\\{\w+\\\}", ".+?", re.escape(TEXTS[key][at]))
        for key in TEXTS
        if key.startswith("why.") and not key.startswith(("why.place.", "why.error."))
    }
    return [
        key
        for line in why(tensor, names).splitlines()
        for key, pattern in patterns.items()
        if re.fullmatch(pattern, line)
    ]


def test_every_reason_is_found(th):
    x = th.tensor(2.0, requires_grad=True)
    n, c = th.tensor(3), th.tensor(1.0)
    assert reasons(n, {"n": n}) == ["why.dtype"]
    assert reasons(c, {"c": c}) == ["why.constant"]
    assert reasons(x.detach(), {}) == ["why.constant"]
    assert reasons(x, {"x": x}) == ["why.leaf", "why.unused"]
    u = x**2
    assert reasons(u, {"x": x, "u": u}) == ["why.intermediate"]
    f = u * u
    names = {"x": x, "u": u, "f": f}
    assert reasons(x, names) == ["why.leaf", "why.users"]
    assert "u, f" in why(x, names) and "f.backward()" in why(x, names)
    u.retain_grad()
    assert reasons(u, names) == ["why.retained", "why.users"]
    f.backward()
    assert reasons(x, names) == ["why.has"] and "32" in why(x, names)
    assert reasons(u, names) == ["why.has", "why.freed"]
    x.grad = None
    assert reasons(x, names) == ["why.leaf", "why.cleared"]


def test_a_page_breaks_the_reasons_between_words_and_shows_signs_as_signs():
    import autodiff_lab as th

    x = th.tensor(2.0, requires_grad=True)
    y = x.exp()
    y.backward()
    page = why(y, {"x": x, "y<b>": y})._repr_html_()
    assert page.count("\n") == 1 and "pre-line" in page and "y&lt;b&gt;.grad" in page


def test_retain_grad_that_came_too_late(th):
    x = th.tensor(2.0, requires_grad=True)
    u = x.exp()
    f = u * u
    f.backward()
    u.retain_grad()
    assert reasons(u, {"x": x, "u": u, "f": f})[:2] == ["why.retained", "why.late"]


def test_a_stale_tensor_is_told_before_backward_fails(th):
    x = th.tensor(2.0, requires_grad=True)
    u = x * 3
    f = u**2
    u.add_(1)
    assert "why.stale" in reasons(f, {"x": x, "f": f})
    with pytest.raises(RuntimeError):
        f.backward()


def test_both_languages():
    import autodiff_lab as th

    x = th.tensor(2.0, requires_grad=True)
    before = get_language()
    try:
        set_language("en")
        assert repr(why(x)).startswith("x.grad is None: it is a leaf")
        set_language("es")
        assert repr(why(x)).startswith("x.grad es None: es una hoja")
    finally:
        set_language(before)


def test_tree(th):
    layer = Layer(th, 3, 2)
    assert tree(layer).splitlines()[2].split() == ["weight", "[2,", "3]", "float32", "6", "True", "None"]
    (layer(th.ones(1, 3)).sum() * 2).backward()
    lines = tree(layer).splitlines()
    assert lines[2].split()[-1] == "4.899" and lines[3].split()[-1] == "2.8284"
    assert lines[-1] == say("tree.total", total=8)


def test_what_cannot_be_explained_is_refused():
    with pytest.raises(TypeError):
        why(3.0)
    with pytest.raises(TypeError):
        tree(3.0)


# -- where it happened: by a recording, by the notebook's history ---------------------------------------------------


@pytest.fixture
def english():
    before = get_language()
    set_language("en")
    yield
    set_language(before)


def test_a_recording_knows_the_line(th, english):
    x = th.tensor(2.0, requires_grad=True)
    k = th.tensor(3.0)
    with lab.record() as run:
        y = x * 3
        d = y.detach()
        with th.no_grad():
            z = x * 2
        c = k * 2
        f = y * y
        y.add_(1)
    names = {"x": x, "y": y, "d": d, "z": z, "c": c, "f": f, "run": run}
    assert "by y.detach(), at" in why(d, names) and "d = y.detach()" in why(d, names)
    assert "under no_grad()" in why(z, names) and "z = x * 2" in why(z, names)
    assert "constants alone" in why(c, names) and "c = k * 2" in why(c, names)
    told = why(f, names)
    assert "saved at version 0, and is at version 1" in told and "y.add_(1)" in told
    c.requires_grad_()
    assert "it is a leaf: it was computed without a history" in why(c, names)
    assert "x was used, but without its history" not in why(x, names)
    assert "b was used, but without its history, at " in " ".join(_unused(th))


def _unused(th):
    b = th.tensor(2.0, requires_grad=True)
    with lab.record() as run:
        c = b.detach() * 2
    assert "cut off from its history at" in why(c, {"b": b, "c": c, "run": run})
    return why(b, {"b": b, "c": c, "run": run}).splitlines()


@pytest.fixture
def notebook(th, english):
    shell = InteractiveShell.instance()
    shell.colors = "nocolor"
    magics.load_ipython_extension(shell)

    def run(cell):
        answer = shell.run_cell(cell, store_history=True)
        return answer.result

    run(f"import {th.__name__} as th")
    yield run
    InteractiveShell.clear_instance()


CELLS = [
    ("x = th.tensor(2., requires_grad=True)\ny = (x * 3).detach()", "y", "cut off", "line 2 (“y = (x * 3).detach()"),
    ("x = th.tensor(2., requires_grad=True)\ny = x.data", "y", ".data", "line 2 (“y = x.data"),
    ("x = th.tensor(2., requires_grad=True)\nwith th.no_grad():\n    y = x * 3", "y", "under no_grad()", "line 3 (“y = x * 3"),
    ("x = th.tensor(2., requires_grad=True)\nfor k in range(2):\n    with th.inference_mode():\n        y = x * 3", "y",
     "under inference_mode()", "line 4 (“y = x * 3"),
    ("x = th.tensor(2., requires_grad=True)\ny = th.tensor(x.item() * 3)", "y", "made of the numbers of x", "line 2"),
    ("x = th.tensor(2., requires_grad=True)\ny = th.tensor(x.item()) ** 2", "y", ".item() took the numbers out of x", "line 2"),
    ("x = th.tensor(2., requires_grad=True)\nh = float(x) / 2\ny = h * th.ones(2)", "y", "float() took", "line 2 (“h = float"),
    ("x = th.ones(2, requires_grad=True)\nh = x.detach().numpy()\nk = h + 1\ny = th.tensor(k) * 2", "y", ".numpy() took",
     "line 2 (“h = x.detach"),
    ("x = th.tensor(2., requires_grad=True)\ny = x.exp()\ny.add_(1)\ny.mul_(3)", "y", "line 4 (“y.mul_(3)", "line 3 (“y.add_(1)"),
    ("loss = th.tensor(3.) * 2\n\nloss.requires_grad = True\nloss.backward()", "loss", "it is a leaf", "line 3 (“loss.req"),
    ("x = th.tensor(2.)\nloss = (x * 3) ** 2\nloss.requires_grad = True", "loss", "it is a leaf", "line 3 (“loss.requires"),
    ("x = th.tensor(2., requires_grad=True)\ny = x * 3\nf = y * y\ny += 1", "f", "is at version 1", "line 4 (“y += 1"),
    ("x = th.tensor(2., requires_grad=True)\ny = x * 3\nf = y.exp()\nf.mul_(2)", "f", "is at version 1", "line 4 (“f.mul_(2)"),
    ("x = th.tensor(2., requires_grad=True)\nz = x.detach() * 2\nw = x.detach()", "x", "without its history", "line 3 (“w ="),
    ("x = th.tensor(2., requires_grad=True)\nz = x.detach()\nw = z * 2", "w", "computed from z", "line 3 (“w = z * 2"),
    ("x = th.tensor(2., requires_grad=True)\nz = x.detach()\nw = z * 2", "w", "z was cut off", "line 2 (“z = x.detach()"),
]  # fmt: skip


@pytest.mark.parametrize("cell, name, reason, place", CELLS)
def test_the_notebook_s_history_knows_the_line(notebook, cell, name, reason, place, capsys):
    notebook("a = 1")
    notebook(cell)
    told = notebook(f"%why {name}")
    assert reason in told and f"cell [3], {place}" in told


def test_cells_that_ipython_does_not_keep_are_known_too(notebook, capsys):
    shell = InteractiveShell.instance()
    shell.run_cell("x = th.tensor(2., requires_grad=True)\ny = x.data", store_history=False)
    assert "line 2 (“y = x.data" in notebook("%why y")
    magics.unload_ipython_extension(shell)
    magics.load_ipython_extension(shell)
    assert "line 2" not in notebook("%why y")


SILENT = [
    # a function may run anywhere, with anything
    "def f():\n    y = x.detach()\n    return y\nx = th.tensor(2., requires_grad=True)\ny, z = f(), 1",
    # under no_grad, but nothing there would have been recorded anyway
    "x = th.tensor(2.)\nwith th.no_grad():\n    y = x * 3",
    # the number was taken out of something that asked for no gradient, or only after it was used
    "x = th.tensor(2.)\ny = th.tensor(x.item()) * 2",
    "x = th.tensor(2., requires_grad=True)\nk = 3.\ny = th.ones(2) * k\nk = x.item()",
    # what stands last in the history is not what made it
    "y = th.ones(2)\nfor y in [th.zeros(2)]:\n    pass",
    "x = th.tensor(2., requires_grad=True)\ny = th.tensor(5.)\ntry:\n    1 / 0\n    y = x.detach()\nexcept ZeroDivisionError:\n    pass",
]  # fmt: skip


@pytest.mark.parametrize("cell", SILENT)
def test_no_line_is_named_that_is_not_certain(notebook, cell, capsys):
    notebook(cell)
    assert "cell [" not in notebook("%why y")


ERRORS = [
    ("c = th.tensor(2.)\nc.backward()", "does not depend on any tensor"),
    ("c = (th.tensor(2., requires_grad=True) * 2).detach()\nc.backward()", "c = (th.tensor(2., requires_grad=True) * 2)"),
    ("v = th.ones(2, requires_grad=True) * 2\nv.backward()", "starts from a single number"),
    ("f = th.tensor(2., requires_grad=True) ** 2\nf.backward()\nf.backward()", "already freed"),
    ("y = th.tensor(2., requires_grad=True) * 3\nf = y * y\ny += 1\nf.backward()", "line 3 (“y += 1”)"),
    ("w = th.ones(2, requires_grad=True)\nw += 1", "w is a leaf with requires_grad=True"),
    ("w = th.ones(2, requires_grad=True)\nh = w.numpy()", "the derivative of w would be lost"),
    ("w = th.ones(2, requires_grad=True)\nw[0] = 1", "w is a leaf"),
    ("n = th.tensor([1, 2], requires_grad=True)", "cannot move a little"),
    ("x, y = (th.ones(1, requires_grad=True) for _ in '12')\nth.autograd.grad(x * 2, y)", "allow_unused=True"),
]  # fmt: skip


@pytest.mark.parametrize("cell, reason", ERRORS)
def test_the_last_error_explained(notebook, cell, reason, capsys):
    notebook(cell)
    assert reason in notebook("%why")


def test_an_error_handed_over(th, english):
    x = th.ones(2, requires_grad=True)
    try:
        x.numpy()
    except RuntimeError as error:
        assert "derivative of x" in why(error)
    with pytest.raises(TypeError, match="no more than it says"):
        why(KeyError("k"))
