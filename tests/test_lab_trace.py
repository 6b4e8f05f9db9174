"""Evaluation traces: the survey's tables 2 and 3, number by number, and its logistic map."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autodiff_lab as th
from autodiff_lab.lab import trace


def survey(x1, x2):
    """y = ln x1 + x1·x2 − sin x2, in the survey's order of operations."""
    logarithm, product, sine = x1.log(), x1 * x2, x2.sin()
    return logarithm + product - sine


def logistic(x):
    for _ in range(3):
        x = 4 * x * (1 - x)
    return x


PRIMAL = [
    ("v₋₁", "x1", 2.0), ("v₀", "x2", 5.0), ("v₁", "ln(v₋₁)", 0.6931471805599453), ("v₂", "v₋₁·v₀", 10.0),
    ("v₃", "sin(v₀)", -0.9589242746631385), ("v₄", "v₁ + v₂", 10.693147180559945),
    ("v₅", "v₄ − v₃", 11.652071455223084), ("y", "v₅", 11.652071455223084),
]  # fmt: skip
TANGENT = [
    ("v̇₋₁", "ẋ1", 1, 0), ("v̇₀", "ẋ2", 0, 1), ("v̇₁", "v̇₋₁/v₋₁", 0.5, 0), ("v̇₂", "v̇₋₁·v₀ + v̇₀·v₋₁", 5, 2),
    ("v̇₃", "v̇₀·cos(v₀)", 0, 0.28366218546322625), ("v̇₄", "v̇₁ + v̇₂", 5.5, 2),
    ("v̇₅", "v̇₄ − v̇₃", 5.5, 1.7163378145367738), ("ẏ", "v̇₅", 5.5, 1.7163378145367738),
]  # fmt: skip
ADJOINT = [  # in the order in which they are computed
    ("v̄₅", "ȳ", 1, False), ("v̄₄", "v̄₅", 1, False), ("v̄₃", "−v̄₅", -1, False), ("v̄₁", "v̄₄", 1, False),
    ("v̄₂", "v̄₄", 1, False), ("v̄₀", "v̄₃·cos(v₀)", -0.28366218546322625, False), ("v̄₋₁", "v̄₂·v₀", 5, False),
    ("v̄₀", "v̄₂·v₋₁", 1.7163378145367738, True), ("v̄₋₁", "v̄₁/v₋₁", 5.5, True),
    ("x̄2", "v̄₀", 1.7163378145367738, False), ("x̄1", "v̄₋₁", 5.5, False),
]  # fmt: skip


def plain(text):
    """Combining marks and letters as one code point or as two are the same text."""
    import unicodedata

    return unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("column, seed", [(0, (1, 0)), (1, (0, 1))])
def test_table_2_forward_mode(column, seed):
    table = trace(survey, x1=2.0, x2=5.0, mode="forward", seed=seed)
    assert [(r.primal.name, r.primal.formula) for r in table.rows] == [row[:2] for row in PRIMAL]
    assert np.allclose([r.primal.value for r in table.rows], [row[2] for row in PRIMAL], rtol=1e-15, atol=0)
    steps = table.steps()
    assert [(plain(s.name), plain(s.formula)) for s in steps] == [
        (plain(n), plain(f)) for n, f, *_ in TANGENT
    ]
    assert np.allclose([s.value for s in steps], [row[2 + column] for row in TANGENT], rtol=1e-15, atol=0)


def test_table_3_reverse_mode():
    table = trace(survey, x1=2.0, x2=5.0, mode="reverse")
    steps = table.steps()
    assert [(plain(s.name), plain(s.formula), s.adds) for s in steps] == [
        (plain(n), plain(f), adds) for n, f, _, adds in ADJOINT
    ]
    assert np.allclose([s.value for s in steps], [row[2] for row in ADJOINT], rtol=1e-15, atol=0)
    assert table.derivatives == {"x1": 5.5, "x2": pytest.approx(1.7163378145367738, rel=1e-15)}


def test_the_logistic_map():
    forward, reverse = trace(logistic, x=0.2), trace(logistic, x=0.2, mode="reverse")
    by_name = {r.primal.name: r for r in forward.rows}
    assert [by_name[v].primal.value for v in ("v₃", "v₆", "v₉")] == pytest.approx([0.64, 0.9216, 0.28901376])
    assert [by_name[v].beside[0].value for v in ("v₃", "v₆", "v₉")] == pytest.approx(
        [2.4, -2.688, 708288 / 78125]
    )
    assert reverse.derivatives["x"] == pytest.approx(708288 / 78125, rel=1e-14)


@pytest.mark.parametrize("seed", [1.0, 0.0, -2.5])
def test_both_modes_agree_with_autograd(seed):
    def function(a, b):
        return th.tanh(a * b) / (1 + a**2) + th.exp(-b) * a.sqrt()

    a, b = (th.tensor(v, dtype=th.float64, requires_grad=True) for v in (0.7, 1.9))
    ga, gb = (g.item() for g in th.autograd.grad(function(a, b), (a, b)))
    reverse = trace(function, a=0.7, b=1.9, mode="reverse", seed=seed)
    assert reverse.derivatives == pytest.approx({"a": seed * ga, "b": seed * gb}, rel=1e-13)
    forward = trace(function, a=0.7, b=1.9, seed=(seed, 2.0))
    assert forward.derivatives["tangent"] == pytest.approx(seed * ga + 2 * gb, rel=1e-13)


def test_of_torch_tensors():
    torch = pytest.importorskip("torch")
    point = {"x1": torch.tensor(2.0, dtype=torch.float64), "x2": torch.tensor(5.0, dtype=torch.float64)}
    ours, theirs = trace(survey, x1=2.0, x2=5.0), trace(survey, **point)
    assert ours.to_text() == theirs.to_text()
    assert not point["x1"].requires_grad  # the learner's own tensors are left alone


def test_an_input_that_is_not_used_has_adjoint_0():
    assert trace(lambda a, b: a * 3, a=1.0, b=2.0, mode="reverse").derivatives == {"a": 3, "b": 0}
    assert trace(lambda a: a, a=1.5, mode="reverse").derivatives == {"a": 1}
    assert trace(lambda a: a * a, a=3.0, mode="reverse").derivatives == {"a": 6}


def test_the_table_in_text_html_and_latex():
    table = trace(survey, x1=2.0, x2=5.0, mode="reverse")
    text = table.to_text()
    assert repr(table) == text and "v₁ = ln(v₋₁)   0.69315" in text
    html = ET.fromstring(table.to_html())
    assert len(html.findall("tbody/tr")) == 11
    tex = table.to_latex()
    assert r"\bar{v}_{0} \mathrel{+}= \bar{v}_{2} \cdot v_{-1}" in tex and tex.count(r"\\") == 12
    assert set(table._repr_mimebundle_()) == {"text/html", "text/plain"}
    assert set(table._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}


# -- arrays ------------------------------------------------------------------------------------------------------


def layer(w, x, b):
    return th.tanh(w @ x + b).sum()


POINT = {"w": [[0.5, -1.0], [2.0, 0.25]], "x": [1.0, -2.0], "b": 0.5}


def test_reverse_mode_on_arrays_is_backward():
    leaves = {n: th.tensor(v, dtype=th.float64, requires_grad=True) for n, v in POINT.items()}
    layer(**leaves).backward()
    table = trace(layer, mode="reverse", **POINT)
    for name, leaf in leaves.items():
        assert np.allclose(table.derivatives[name], leaf.grad.tolist(), rtol=1e-14)
    formulas = {s.name: plain(s.formula) for s in table.steps()}
    assert formulas["v̄₋₂"] == plain("v̄₁ ⊗ v₋₁") and formulas["v̄₃"] == plain("v̄₄")


def test_forward_mode_on_arrays_is_jvp():
    seeds = ([[1.0, 0.0], [0.5, 2.0]], [0.0, 1.0], -1.0)
    leaves = [th.tensor(v, dtype=th.float64) for v in POINT.values()]
    _, wanted = th.func.jvp(layer, tuple(leaves), tuple(th.tensor(s, dtype=th.float64) for s in seeds))
    table = trace(layer, seed=seeds, **POINT)
    assert table.derivatives["tangent"] == pytest.approx(wanted.item(), rel=1e-14)
    written = {r.primal.name: plain(r.beside[0].formula) for r in table.rows}
    assert written["v₁"] == plain("v̇₋₂ @ v₋₁ + v₋₂ @ v̇₋₁") and written["v₄"] == plain("sum(v̇₃)")


FUNCTIONS = {
    "softmax": lambda x: (x.softmax(0) * x).sum(),
    "logsumexp": lambda x: x.logsumexp(0),
    "norm": lambda x: x.norm(),
    "prod": lambda x: x.prod(),
    "index": lambda x: x[0] * x[1:].sum(),
    "stack": lambda x: th.stack([x, 2 * x]).mean(),
    "where": lambda x: th.where(x > 0, x**2, -x).sum(),
    "maximum": lambda x: th.maximum(x, x**2).sum(),
    "lgamma": lambda x: (x**2 + 1).lgamma().sum(),
    "matrix": lambda x: (x[:, None] @ x[None, :]).det() + x @ x,
    "vector": lambda x: x * x.sum(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_function_of_the_package_s_operations(name):
    function, point = FUNCTIONS[name], [0.3, -1.2, 2.0]
    x = th.tensor(point, dtype=th.float64, requires_grad=True)
    y = function(x)
    seed = th.linspace(1, 2, y.numel(), dtype=th.float64).reshape(y.shape)
    (wanted,) = th.autograd.grad(y, x, seed)
    reverse = trace(function, mode="reverse", seed=seed, x=point)
    assert np.allclose(reverse.derivatives["x"], wanted.tolist(), rtol=1e-12, atol=1e-14)
    tangent = [1.0, 0.5, -2.0]
    forward = trace(function, seed=tangent, x=point)
    # the two modes agree: (adjoint, J·tangent) = (Jᵀ·adjoint, tangent)
    left = np.sum(np.array(forward.derivatives["tangent"]) * np.array(seed.tolist()))
    assert left == pytest.approx(np.dot(wanted.tolist(), tangent), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_the_latex_can_be_set(mode):
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for table in (trace(survey, x1=2.0, x2=5.0, mode=mode), trace(layer, mode=mode, **POINT),
                  trace(lambda x: x.logsumexp(0) / x.sum(), mode=mode, seed=None, x=[1.0, 2.0])):  # fmt: skip
        lines = table.to_latex().splitlines()
        assert lines[0] == r"\begin{array}{lr|lr}" and lines[-1] == r"\end{array}"
        for line in lines[1:-1]:
            cells = line.removesuffix(r" \hline").removesuffix(r" \\").split(" & ")
            assert len(cells) == 4
            for cell in cells:
                if cell.strip():
                    parser.parse(f"${cell.strip()}$".replace(r"\mathrel{+}", "+"))  # which mathtext lacks


WRONG = [
    lambda: trace(survey, x1=2.0, x2=5.0, mode="sideways"),
    lambda: trace(survey),
    lambda: trace(survey, x1=2.0, x2=5.0, seed=(1, 0, 0)),
    lambda: trace(lambda a: th.stack([a, a]), a=1.0, mode="reverse"),
    lambda: trace(lambda a: a.sum(), a=th.ones(2), seed=th.ones(3)),
    lambda: trace(lambda a: th.tensor(1.0), a=1.0),
    lambda: trace(lambda a: a.unbind()[0] * a.unbind()[1], a=th.ones(2)),
    lambda: trace(lambda a: sum([a] * 400), a=1.0),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_traced_is_refused(wrong):
    with pytest.raises(ValueError):
        wrong()


def test_a_function_that_returns_no_tensor_is_refused_with_what_it_returned():
    with pytest.raises(TypeError, match="float"):
        trace(lambda a: 3.0, a=1.0)
    with pytest.raises(TypeError, match="NoneType") as raised:
        trace(lambda a: None, a=1.0)
    assert "return" in raised.value.__notes__[0]


def test_contributions_are_announced_where_there_are_some():
    once = trace(lambda x: 2 * x, x=3.0, mode="reverse")
    twice = trace(lambda x: x * x, x=3.0, mode="reverse")
    for shown in (once.to_text(), once.to_html()):
        assert "de abajo hacia arriba." in shown and "+=" not in shown
    for shown in (twice.to_text(), twice.to_html()):
        assert "+= suma una contribución más." in shown and shown.count("+=") == 2


@pytest.mark.parametrize("library", ["autodiff_lab", "torch"])
def test_what_is_not_recorded_sends_on_no_tangent_and_no_adjoint(library):
    th = pytest.importorskip(library)

    def f(x, y):
        with th.no_grad():
            s = th.sin(x) * y
        return s * x + y.detach()

    x, y = th.tensor(2.0, requires_grad=True), th.tensor(3.0, requires_grad=True)
    f(x, y).backward()
    point = {"x": th.tensor(2.0), "y": th.tensor(3.0)}
    assert trace(f, mode="reverse", **point).derivatives == {"x": pytest.approx(x.grad.item()), "y": 0.0}
    for seed, expected in [((1.0, 0.0), x.grad.item()), ((0.0, 1.0), 0.0)]:
        forward = trace(f, seed=seed, **point)
        assert forward.derivatives["tangent"] == pytest.approx(expected)
    assert [s.formula for s in forward.steps()][2:4] == ["0", "0"]
