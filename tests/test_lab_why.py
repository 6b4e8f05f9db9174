"""``lab.why`` finds the reason, on this package's tensors and on torch's; ``lab.tree`` lists a module."""

import pytest
from lab_bank import Layer

from autodiff_lab.lab import set_language, tree, why
from autodiff_lab.messages import LANGUAGES, TEXTS, get_language, say


@pytest.fixture(params=["autodiff_lab", "torch"])
def th(request):
    return pytest.importorskip(request.param)


def reasons(tensor, names):
    """The keys of the texts that an explanation is made of."""
    keys = []
    for line in why(tensor, names).splitlines():
        starts = {
            key: TEXTS[key][LANGUAGES.index(get_language())].split("{")[1:]
            for key in TEXTS
            if key.startswith("why.") and key != "why.error.type"
        }
        pieces = {key: [p.partition("}")[2] for p in parts] for key, parts in starts.items()}
        keys += [key for key, parts in pieces.items() if parts and all(p in line for p in parts)]
    return keys


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
