"""Every operation gives torch's values, dtypes, shapes, node names and gradients; its derivatives are right.

The calls are the lines of ops_table.py. Torch's answers are recorded in data/ops.json.gz, and asked afresh where torch
is installed.
"""

import gzip
import importlib.util
import json
import pathlib

import numpy as np
import pytest
from ops_run import described, facts, projected, run, tensors, weights
from ops_table import INPUTS, PLAIN, SMOOTH, cells, other_nodes

import autodiff_lab as th
from autodiff_lab.mode import Watch, mode
from autodiff_lab.ops import ROWS

ONE_WAY = (
    "th.nn.functional.embedding(ij, sq, padding_idx=0)",  # the gradient leaves out a row, in torch too
    "th.linalg.svd(m)[1]",  # the tangent of U, which full_matrices makes square, is not defined
)
RECORDED = json.loads(gzip.decompress((pathlib.Path(__file__).parent / "data" / "ops.json.gz").read_bytes()))
OTHER = other_nodes()
SMOOTH_LINES, PLAIN_LINES = cells(SMOOTH), cells(PLAIN)

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")


def same_numbers(ours, theirs, tolerance):
    if ours is None or theirs is None:  # a gradient that is zero everywhere may also be absent
        assert not np.any(ours or 0) and not np.any(theirs or 0)
        return
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def same(ours, theirs, tolerance):
    if isinstance(theirs, str):
        assert ours == theirs
        return
    assert {k: v for k, v in ours.items() if k != "values"} == {
        k: v for k, v in theirs.items() if k != "values"
    }
    same_numbers(ours["values"], theirs["values"], tolerance)


def same_facts(ours, theirs, tolerance, line=None):
    if line in OTHER:
        assert (ours["result"].pop("grad_fn"), theirs["result"]["grad_fn"]) == OTHER[line]
        theirs = {**theirs, "result": {k: v for k, v in theirs["result"].items() if k != "grad_fn"}}
    same(ours["result"], theirs["result"], tolerance)
    for order in ("first", "second") if theirs["second"] else ("first",):
        assert len(ours[order]) == len(theirs[order])
        for g, h in zip(ours[order], theirs[order]):
            same_numbers(g, h, tolerance * 10)


def test_the_record_is_of_this_table():
    assert list(RECORDED["smooth"]) == SMOOTH_LINES and list(RECORDED["plain"]) == PLAIN_LINES


@pytest.mark.parametrize("line", SMOOTH_LINES)
def test_values_and_gradients_are_torchs(line):
    same_facts(facts(th, line), RECORDED["smooth"][line], 1e-9, line)


@pytest.mark.parametrize("line", PLAIN_LINES)
def test_values_without_derivatives_are_torchs(line):
    same(described(run(th, line, tensors(th, line, th.float32))), RECORDED["plain"][line], 1e-5)


@needs_torch
@pytest.mark.parametrize("line", SMOOTH_LINES)
def test_single_precision_agrees_with_torch_now(line):
    import torch

    torch.set_num_threads(1)
    same_facts(facts(th, line, "float32"), facts(torch, line, "float32"), 2e-4, line)


@needs_torch
def test_the_record_is_what_torch_says_now():
    import torch

    torch.set_num_threads(1)
    for line in SMOOTH_LINES[::7]:
        same_facts(facts(torch, line), RECORDED["smooth"][line], 1e-9)
    for line in PLAIN_LINES[::7]:
        same(described(run(torch, line, tensors(torch, line, torch.float32))), RECORDED["plain"][line], 1e-6)


def directional(line, shift, order):
    """A projection of the result (order 0), or of the gradients (order 1), with the inputs moved by ``shift``."""
    made = tensors(th, line, th.float64, shift)
    result = run(th, line, made)
    if order == 0:
        return projected(th, result, 0.0).item()
    inputs = [t for t in made.values() if t.requires_grad]
    first = th.autograd.grad(projected(th, result, 0.0), inputs, allow_unused=True)
    return sum(
        float((g.numpy() * weights(g.shape, 1.0 + k)).sum()) for k, g in enumerate(first) if g is not None
    )


# Piecewise constant or linear where they bend: a difference quotient across the bend says nothing.
BENDS = (
    "floor",
    "ceil",
    "trunc",
    "round",
    "frac",
    "sign",
    "%",
    "fmod",
    "remainder",
    "ties",
    "max(",
    "min(",
    "amax",
    "amin",
    "detach(",  # moved by the difference, not by the derivative
    "padding_idx",  # likewise
)


@pytest.mark.parametrize("line", [c for c in SMOOTH_LINES if not any(word in c for word in BENDS)])
def test_derivatives_are_the_limits_of_differences(line):
    recorded = RECORDED["smooth"][line]
    if not recorded["first"]:
        return
    rng = np.random.default_rng(11)
    names = [n for n in tensors(th, line, th.float64) if INPUTS[n].dtype.kind == "f"]
    direction = {n: rng.normal(size=INPUTS[n].shape) for n in names}
    ours = facts(th, line)
    for order, key in ((0, "first"), (1, "second")):
        h = 1e-6 if order == 0 else 1e-5
        ahead, behind = ({n: sign * h * d for n, d in direction.items()} for sign in (1, -1))
        slope = (directional(line, ahead, order) - directional(line, behind, order)) / (2 * h)
        said = sum(float(np.dot(g, direction[n].ravel())) for n, g in zip(names, ours[key]) if g is not None)
        assert said == pytest.approx(slope, rel=2e-5, abs=2e-6)


def test_every_row_of_the_tables_is_run_by_some_line():
    seen = set()
    before = mode.grad
    mode.grad = Watch(True, [lambda row, *call: seen.add(row.name)])
    try:
        for line in SMOOTH_LINES:
            facts(th, line)
        for line in PLAIN_LINES:
            run(th, line, tensors(th, line, th.float32))
        for program in (*IN_PLACE, *THIRD_ORDER):
            exec(program, {"th": th})
    finally:
        mode.grad = before
    assert set(ROWS) - seen == set()


# -- in place, with out=, and with NumPy's names ---------------------------------------------------------------

IN_PLACE = """
x = th.ones(2, 3); x += 1; x -= 0.5; x *= 2; x /= 4; x **= 2; x %= 0.3; R = x
x = th.arange(6).reshape(2, 3); x += 1; x *= 2; x //= 3; x &= 7; x |= 1; x ^= 2; x <<= 1; x >>= 1; R = x
x = th.tensor([0.1, 0.5]); R = [x.exp_(), x.log_(), x.neg_(), x.abs_(), x.sqrt_(), x.square_(), x.sin_(), x.clamp_(0, 0.2)]
x = th.tensor([0.1, -0.5]); R = [x.add_(1, alpha=2), x.sub_(th.ones(2)), x.mul_(3), x.div_(2), x.pow_(2), x.tanh_(), x.relu_(), x.sigmoid_()]
x = th.tensor([1.6, -2.5]); R = [x.clone().floor_(), x.clone().ceil_(), x.clone().round_(), x.clone().trunc_(), x.clone().frac_()]
x = th.zeros(2, 2); R = [x.fill_(3), x.zero_(), x.copy_(th.arange(2)), x.masked_fill_(x > 0, 9), x.clip_(max=5)]
x = th.zeros(3); R = [x.uniform_(1, 1.0000001) > 0.9, x.normal_(2, 0), x.bernoulli_(1.0), x.random_(5, 6)]
x = th.tensor([True, False]); R = [x.logical_not_(), x.logical_or_(th.tensor([True, True]))]
x = th.zeros(2); R = [th.add(th.ones(2), 1, out=x), th.exp(x, out=x), th.sum(x, 0, out=th.zeros(())), th.cat([x, x], out=th.zeros(4))]
x = th.arange(6.).reshape(2, 3); x[0] = 1; x[:, 1] = th.tensor([7., 8.]); x[x > 7] = 0; x[[0, 1], [0, 0]] = th.tensor([5., 6.]); x[..., -1] += 1; R = x
x = th.ones(2, requires_grad=True); y = x * 1; y.bernoulli_(0.0); z = th.bernoulli(x * 1); w = th.poisson(x * 0); (y.sum() + z.sum() + w.sum()).backward(); R = [y, z, w, x.grad.clone()]
x = th.ones(2, 3, requires_grad=True); y = x * 2; y.transpose_(0, 1); (y * th.arange(2.)).sum().backward(); R = [y, x.grad.clone()]
th.manual_seed(0); net = th.nn.LSTM(2, 2); x = th.ones(3, 1, 2, requires_grad=True); y, _ = net(x); y.sum().backward(); R = [y, x.grad.clone()]
x = th.ones(2, 3, requires_grad=True); y = x * 1; y[0].zero_(); y[:, 0].fill_(2); y[1, 1:].fill_(x.prod()); y[0, 1:].copy_(y[1, 1:] * 3); y.masked_fill_(th.eye(2, 3) > 0, y.sum()); (y * y).sum().backward(); R = [y, x.grad.clone()]
x = th.ones(4, requires_grad=True); y = x * 1; y[th.tensor([0, 2])] = x[:2] * 3; y[y > 2] *= 2; y.sum().backward(); R = [y, x.grad.clone()]
x = th.ones(4); i = th.tensor([0, 0, 2]); R = [x.scatter_(0, i, 3., reduce="multiply").clone(), x.scatter_(0, i, th.arange(3.), reduce="add").clone(), x.scatter_reduce_(0, i, th.arange(1., 4.), "mean", include_self=False).clone(), *(x.scatter_reduce(0, i, th.arange(3.) - 1, how, include_self=own) for how in ("sum", "prod", "mean", "amax", "amin") for own in (True, False))]
""".strip().splitlines()


# The adjoints of indexing and choosing are operations too, recorded from the third order on.
THIRD_ORDER = [
    f"x = th.{data}; x = x.requires_grad_(); y = ({line}).sum()\n"
    "for _ in range(3): y = th.autograd.grad(y, x, create_graph=True)[0].sum()\n"
    "R = y"
    for data, line in (
        ("tensor([[0.5, 2.0], [1.0, 3.0]])", "x[0] ** 4"),
        ("tensor([[0.5, 2.0], [1.0, 3.0]])", "x.max(1).values ** 4"),
        ("tensor([[0.5, 2.0], [1.0, 3.0]])", "x.diagonal() ** 4"),
        ("tensor([0.5, 2.0, 1.0])", "x.unfold(0, 2, 1) ** 4"),
        ("tensor([0.5, 2.0, 1.0])", "x[[0, 0, 2]] ** 4"),
        ("tensor([0.5, 2.0, 1.0])", "x.index_put((th.tensor([0, 2]),), x[:2] ** 2) ** 4"),
        ("tensor([0.5, 2.0, 1.0])", "x.index_put((th.tensor([0, 0]),), x[:2] ** 2, accumulate=True) ** 4"),
    )
]


def values_of(library, program):
    space = {"th": library}
    exec(program, space)
    return space["R"].item()


@needs_torch
@pytest.mark.parametrize("program", THIRD_ORDER)
def test_third_order_is_torchs(program):
    import torch

    assert values_of(th, program) == pytest.approx(values_of(torch, program), rel=1e-6)


def text_of(library, program):
    space = {"th": library}
    exec(program, space)
    made = space["R"] if isinstance(space["R"], list) else [space["R"]]
    return [f"{t!r} version {t._version}".replace("autodiff_lab.", "torch.") for t in made]


@needs_torch
@pytest.mark.parametrize("program", IN_PLACE)
def test_writing_in_place_is_torchs(program):
    import torch

    assert text_of(th, program) == text_of(torch, program)


def test_numpys_functions_take_tensors_and_keep_gradients():
    x = th.tensor([0.1, 0.4], requires_grad=True)
    y = np.sin(x) + np.multiply(x, 2) + np.exp(x)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.cos([0.1, 0.4]) + 2 + np.exp([0.1, 0.4]), rtol=1e-6)
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        np.cbrt(x)
    assert isinstance(np.cbrt(x.detach()), th.Tensor)


@pytest.mark.parametrize("line", SMOOTH_LINES)
def test_a_tangent_going_forward_agrees_with_the_cotangent_going_back(line):
    fwAD = th.autograd.forward_ad
    made = tensors(th, line, th.float64)
    result = run(th, line, made)
    if not result.requires_grad or line in ONE_WAY:
        return  # a line that shows where history ends, or one whose tangent is not the transpose of its gradient
    wanted = {name: t for name, t in made.items() if t.requires_grad}
    back = th.autograd.grad(projected(th, result, 0.0), list(wanted.values()), allow_unused=True)
    directions = {
        name: th.tensor(weights(tuple(t.shape), 2.0 + k)) for k, (name, t) in enumerate(wanted.items())
    }
    expected = sum(float((g * d).sum()) for g, d in zip(back, directions.values()) if g is not None)
    with fwAD.dual_level():
        duals = {n: fwAD.make_dual(t.detach(), directions[n]) if n in wanted else t for n, t in made.items()}
        tangent = fwAD.unpack_dual(run(th, line, duals)).tangent
    got = 0.0 if tangent is None else float(projected(th, tangent, 0.0))
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9)
