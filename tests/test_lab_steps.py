"""The two passes, step by step: what arrives, times the local derivative, added up, is what backward() computes."""

import dataclasses
import json

import numpy as np
import pytest

from autodiff_lab.lab import record, set_language, steps
from autodiff_lab.lab.steps import walked
from autodiff_lab.messages import LANGUAGES, get_language


@pytest.fixture(params=["autodiff_lab", "torch"])
def th(request):
    return pytest.importorskip(request.param)


@pytest.fixture(params=LANGUAGES)
def language(request):
    before = get_language()
    set_language(request.param)
    yield request.param
    set_language(before)


def survey(th):
    """y = ln x1 + x1·x2 − sin x2 at (2, 5)."""
    x1, x2 = (th.tensor(v, requires_grad=True) for v in (2.0, 5.0))
    logarithm, product, sine = x1.log(), x1 * x2, x2.sin()
    y = logarithm + product - sine
    return {"x1": x1, "x2": x2, "y": y}


def test_the_survey_s_example_by_hand(th):
    names = survey(th)
    moves = steps(names["y"], names=names)
    assert [m.number for m in moves] == list(range(1, len(moves) + 1))
    assert [(m.name, m.total) for m in moves.forward] == [
        ("x1", "2"), ("v₁", "0.69315"), ("x2", "5"), ("v₂", "10"), ("v₃", "-0.95892"), ("v₄", "10.693"),
        ("y", "11.652")]  # fmt: skip
    forks = [(moves.model.nodes[m.source].name, m.before, m.product, m.total) for m in moves if m.adds]
    assert forks == [("x2", "-0.28366", "2", "1.7163"), ("x1", "5", "0.5", "5.5")]
    assert [(m.name, m.total) for m in moves if m.phase == "leaf"] == [("x1", "5.5"), ("x2", "1.7163")]
    assert names["x1"].grad is None


def test_the_moves_end_in_what_backward_computes(th):
    w = th.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    b = th.tensor(0.5, requires_grad=True)
    v = th.tensor([1.0, -1.0])
    loss = ((w @ v) * b + b).tanh().sum()
    names = {"w": w, "b": b, "v": v, "loss": loss}
    before = steps(loss, names=names)
    loss.backward()
    ends = {m.name: m for m in before if m.phase == "leaf"}
    assert np.isclose(ends["b"].value, b.grad.item())
    assert ends["w"].total == before[-2].total and ends["w"].value is None
    assert any("(Se suma" in m.sentence or "(Summed" in m.sentence for m in before)  # b was broadcast
    # the pass has freed the graph, but what was seen of it is remembered
    assert [m.total for m in steps(loss, names=names)] == [m.total for m in before]


def test_a_gradient_to_start_from(th):
    x = th.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    moves = steps(y, th.tensor([1.0, 10.0]), {"x": x, "y": y})
    assert moves[-1].total == "[2, 40]" and moves.backward[0].total == "[1, 10]"


def test_each_sentence_holds_its_numbers(language):
    import autodiff_lab as th

    names = survey(th)
    for move in steps(names["y"], names=names):
        assert move.name in move.sentence and move.total in move.sentence
        assert all(n in move.sentence for n in (move.arrives, move.local, move.product, move.before))


def test_moves_are_plain_data():
    import autodiff_lab as th

    names = survey(th)
    moves = steps(names["y"], names=names)
    assert json.loads(json.dumps([dataclasses.asdict(m) for m in moves]))[0]["name"] == "x1"
    assert repr(moves).count("\n") == len(moves) - 1
    x = th.tensor(3.0, requires_grad=True)
    f = x * x
    assert steps(f)[-1].value == 6 and steps(f)[1].name == "f"  # names found where it is called
    assert steps(x)[-1].value == 1


def test_what_has_no_pass_is_refused(th):
    x = th.ones(2, requires_grad=True)
    for wrong, error in ((3.0, TypeError), (th.tensor(1.0), ValueError), (x * 2, ValueError)):
        with pytest.raises(error):
            steps(wrong)
    with pytest.raises(ValueError):
        steps(x * 2, th.ones(3))
    y = x.sum()
    for _ in range(300):
        y = y * 1.01
    with pytest.raises(ValueError, match="301"):
        steps(y)


def test_a_branch_that_no_result_depends_on_is_not_waited_for(th):
    x = th.tensor(2.0, requires_grad=True)
    with record() as run:
        s = x * 3
        th.sin(s)
        f = s * s
    made, _ = walked(f, th.tensor(1.0), {"x": x, "s": s, "f": f}, run)
    assert made[-1].total == "36"
