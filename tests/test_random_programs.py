"""Random programs of operations, views and writes in place: the package, a naive twin and torch see the same.

A program is a list of numbers; each is taken apart into an operation and the registers that it reads. After every
step all registers are compared, for a write may show in any of them: numbers, version, requires_grad, is_leaf, the
name of grad_fn, or the error's type. At the end come gradients, and gradients of gradients.

The twin is what a textbook would do: each register is a pair of NumPy arrays, numbers and tangent, and a view of the
one is the same view of the other, so nothing has to be said about histories. With the tangents of the inputs set to a
direction, the tangent of a result is what its gradient gives along that direction.
"""

import functools
import importlib.util

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from trust import rounds

import autodiff_lab as th

A = np.array([[0.7, -0.4, 1.1], [0.3, 0.9, -1.25]])
B = np.array([0.5, -0.8, 0.2])
C = np.array([[0.1, 0.6, -0.3], [-0.5, 0.4, 0.9]])
DIRECTIONS = np.array([[0.2, -0.5, 0.4], [0.8, 0.1, -0.3]]), np.array([-0.6, 0.3, 0.7])

UNARY = {
    "sin": (np.sin, np.cos),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "exp": (np.exp, np.exp),
    "neg": (np.negative, lambda x: -np.ones_like(x)),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2),
    "square": (np.square, lambda x: 2 * x),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
}
BINARY = {
    "add": (np.add, lambda x, y, u, v: u + v),
    "sub": (np.subtract, lambda x, y, u, v: u - v),
    "mul": (np.multiply, lambda x, y, u, v: u * y + x * v),
}
# Read on tensors and on NumPy arrays alike; the Ellipsis makes NumPy give a view where it would give a number.
VIEWS = {
    "row": lambda x, k: x[k % max(x.shape[0], 1), ...],
    "last column": lambda x, k: x[..., -1],
    "tail": lambda x, k: x[1:],
    "every second": lambda x, k: x[::2],
    "a new axis": lambda x, k: x[None],
    "turned": lambda x, k: x.T,
    "flat": lambda x, k: x.reshape(-1, copy=False) if isinstance(x, np.ndarray) else x.view(-1),
    "diagonal": lambda x, k: x.diagonal(),
    "ellipsis": lambda x, k: x[...],
}
REDUCE = {
    "sum": lambda x: x.sum(),
    "sum of columns": lambda x: x.sum(0),
    "mean": lambda x: x.mean(),
}
KINDS = ("unary", "binary", "view", "unary in place", "binary in place", "put", "reduce", "expand", "unbind",
         "detach", "clone", "fill", "matmul", "requires_grad", "stack", "where")  # fmt: skip
READS_TWO = ("binary", "binary in place", "put", "matmul", "stack", "where")


def decoded(number, count):
    """A step: its kind, two registers out of ``count``, a choice, whether it stands under no_grad."""
    number, kind = divmod(number, len(KINDS))
    number, unrecorded = divmod(number, 8)
    number, a = divmod(number, 16)
    number, b = divmod(number, 16)
    # The latest registers are the likelier ones, so that programs grow deep.
    a, b = (count - 1 - i if i < count else i % count for i in (a // 2, b))
    return KINDS[kind], a, b, number % 32, unrecorded == 7


def of(table, choice):
    return list(table.values())[choice % len(table)]


def name_of(table, choice):
    return list(table)[choice % len(table)]


def stretched(shape, strides):
    """Whether one number in memory is shown in several places."""
    return 0 not in shape and any(n > 1 and s == 0 for n, s in zip(shape, strides))


def step(lib, registers, kind, a, b, choice):
    """One step on tensors; the register that it makes, or None."""
    x, y = registers[a], registers[b]
    if kind == "unary":
        return getattr(lib, name_of(UNARY, choice))(x)
    if kind == "binary":
        return getattr(lib, name_of(BINARY, choice))(x, y)
    if kind == "view":
        return of(VIEWS, choice)(x, choice // 9)
    if kind == "unary in place":
        return done(getattr(x, name_of(UNARY, choice) + "_")())
    if kind == "binary in place":
        if stretched(y.shape, y.stride()):  # torch may read what it has just written
            return None
        return done(getattr(x, name_of(BINARY, choice) + "_")(y))
    if kind == "put":
        if not stretched(x.shape, x.stride()):  # torch looks away when a tensor is copied onto itself
            x[choice % 2 : 2] = y
        return None
    if kind == "reduce":
        return of(REDUCE, choice)(x)
    if kind == "expand":
        return x.expand(2, *x.shape)
    if kind == "unbind":
        return x.unbind(0)[choice % 2]
    if kind == "detach":
        return x.detach()
    if kind == "clone":
        return x.clone()
    if kind == "fill":
        return done(None if stretched(x.shape, x.stride()) else x.fill_(0.25) if choice % 2 else x.copy_(y))
    if kind == "matmul":
        return (
            x @ y if x.ndim == 2 else None
        )  # torch squeezes a vector's result in place: a version of its own
    if kind == "requires_grad":
        alone = x._base is None and not any(t._base is x for t in registers)
        return done(x.requires_grad_() if alone else None)
    if kind == "stack":
        return lib.stack([x, y])
    return lib.where(x > y, x, y)


def done(_):
    return None


def shown(t):
    """What a program may see of a tensor without touching it."""
    node, refused = error_of(lambda: t.grad_fn)
    name = node and type(node).__name__
    if t._base is not None and t._version:
        name = "a view's"  # torch names it anew when it looks at it after a write, AsStridedBackward0
    return refused or (t.tolist(), tuple(t.shape), t._version, t.requires_grad, t.is_leaf, name)


def same(ours, theirs):
    """Equal, numbers up to rounding; NaN is NaN."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return bool(np.isclose(ours, theirs, rtol=1e-9, atol=1e-12, equal_nan=True))
    if isinstance(ours, (list, tuple)) and type(ours) is type(theirs):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == theirs


def error_of(call):
    """(what ``call`` gives, None), or (None, the error's type)."""
    try:
        return call(), None
    except Exception as error:  # noqa: BLE001 - which error it is, is what is compared
        return None, type(error).__name__


def begun(lib):
    """The registers of a program: two leaves that want gradients and one constant."""
    made = [lib.tensor(a, dtype=lib.float64) for a in (A, B, C)]
    return [made[0].requires_grad_(), made[1].requires_grad_(), made[2]]


def outcome(lib, program):
    """Everything that a program may see, step by step; the registers at its end."""
    registers, seen = begun(lib), []
    for number in program:
        kind, a, b, choice, unrecorded = decoded(number, len(registers))
        with lib.set_grad_enabled(not unrecorded):
            made, error = error_of(lambda: step(lib, registers, kind, a, b, choice))  # noqa: B023 - called at once
        if made is not None:
            registers.append(made)
        seen.append((error, [shown(t) for t in registers]))
        if "RuntimeError" in seen[-1][1]:
            break  # a tensor that may not be read any more: what follows differs, see docs/reliability.md
    return registers, seen


def gradients(lib, registers, create_graph=False):
    """The gradients of each of the latest registers with respect to the inputs; or the error."""
    seen = []
    pull = functools.partial(lib.autograd.grad, retain_graph=True, allow_unused=True)
    for t in registers[-4:]:
        first, error = error_of(
            lambda: pull((t * t).sum(), registers[:2], create_graph=create_graph)  # noqa: B023 - called at once
        )
        seen.append(error or [None if g is None else g.tolist() for g in first])
        if create_graph and first is not None:
            whole = sum((g * g).sum() for g in first if g is not None)
            second, error = error_of(lambda: pull(whole, registers[:2]))  # noqa: B023 - likewise
            seen.append(error or [None if g is None else g.tolist() for g in second])
    return seen


programs = st.lists(st.integers(0, 16 * 16 * 16 * 32 * 8 - 1), min_size=2, max_size=14)


def differing(program, seen, expected):
    """Where two outcomes of a program part, in words; None if nowhere."""
    lines, count = [], 3
    for number, (error, mine), (wanted_error, wanted) in zip(program, seen, expected):
        kind, a, b, choice, unrecorded = decoded(number, count)
        lines.append(f"r{count} = {kind} r{a} r{b} {choice}" + " under no_grad" * unrecorded)
        if not same((error, mine), (wanted_error, wanted)):
            parted = [f"r{i}: {m} | {w}" for i, (m, w) in enumerate(zip(mine, wanted)) if not same(m, w)]
            return "\n".join([*lines, f"error: {error} | {wanted_error}", *parted])
        count = len(mine)
    return None


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@settings(max_examples=rounds("random programs against torch"))
@given(programs)
@example([0, 0, 8, 0, 17131])  # of a view that may not be read any more
@example([520, 0, 0, 0, 0, 0, 0, 48763])  # likewise, at the end
@example([0, 0, 0, 8972, 452672, 1, 0, 0, 0, 48107])  # the second derivative of relu
@example([78322, 0, 78322, 0, 78322])  # a view of no elements
@example([7, 14, 0, 207106])  # what is joined lies in reading order
@example([7, 0, 0, 634, 518162])  # and what is copied from stretched numbers
@example([0, 0, 86610, 0, 1855, 86610, 0, 6036])  # the second derivative of a view of no elements
def test_torch_sees_the_same(program):
    import torch

    ours, seen = outcome(th, program)
    theirs, expected = outcome(torch, program)
    if "RuntimeError" in expected[-1][1]:
        assert differing(program, seen, expected[:-1]) is None
        return
    assert differing(program, seen, expected) is None
    for create_graph in (False, True):
        mine, wanted = gradients(th, ours, create_graph), gradients(torch, theirs, create_graph)
        assert same(mine, wanted), (program, create_graph, mine, wanted)
    backward = [error_of((registers[-1] * registers[-1]).sum().backward)[1] for registers in (ours, theirs)]
    assert backward[0] == backward[1]
    mine, wanted = (
        [t.grad if t.grad is None else t.grad.tolist() for t in r[:3] if t.is_leaf] for r in (ours, theirs)
    )
    # Where the pass fails, torch has handed over the gradients of the leaves that it had reached by then.
    assert same(mine, wanted if backward[0] is None else [None] * len(mine)), (program, mine, wanted)


# -- the twin -----------------------------------------------------------------------------------------------


class Pair:
    """Numbers and tangent of the same shape; None for the tangent means that nothing is said about it."""

    def __init__(self, x, dx, writes, wants=False, leaf=False, refused=False, base=None):
        self.x, self.dx, self.writes = (
            x,
            dx,
            writes,
        )  # writes: a list of one number, shared by all who share memory
        self.wants, self.leaf, self.refused, self.base = wants, leaf, refused, base


class Refused(RuntimeError):
    """What a program may not do."""


def fresh(x, dx, *sources, recorded):
    """The result of an operation on ``sources``."""
    if any(stretched(source.x.shape, source.x.strides) for source in sources):
        x, dx = (np.asarray(v, order="C") for v in (x, dx))
    wants = recorded and any(s.wants for s in sources)
    return Pair(np.array(x), np.array(dx) if wants else np.zeros_like(x), [0], wants)


def view_of(p, look, recorded, several=False):
    x, dx = look(p.x), look(p.dx) if recorded else np.zeros_like(look(p.x))
    for v in (x, dx):
        if not v.flags.writeable:  # NumPy's diagonal, unless one insists
            v.flags.writeable = True
    return Pair(
        x, dx, p.writes, p.wants, p.wants and not recorded, p.refused or several or not recorded, p.base or p
    )


def written(p, x, dx, *sources, recorded, registers):
    """Put numbers and tangent into ``p``, if it may be written to."""
    recording = recorded and any(s.wants for s in (p, *sources))
    if stretched(p.x.shape, p.x.strides) and p.x.size:
        raise Refused
    if recording and (p.refused or p.leaf or (p.base and p.wants and p.base.leaf)):
        raise Refused
    if x.shape != p.x.shape:
        raise Refused
    for s in sources:
        if s is not p and s.writes is p.writes and blocked(p.x, s.x):
            raise Refused
    p.x[...] = x
    p.writes[0] += 1
    if recording:
        p.dx[...] = dx
        relatives = [
            q for q in registers if q is not p and q.writes is p.writes and (q.base or q) is (p.base or p)
        ]
        for q in (p, p.base or p, *relatives):
            q.wants = True
            if q.refused and q is not p:
                q.dx = None  # it is an error now to ask for its history


def blocked(a, b):
    (low, high), (first, last) = (np.lib.array_utils.byte_bounds(v) for v in (a, b))
    whole = high - low == a.nbytes and last - first == b.nbytes
    whole = whole and not any(stretched(v.shape, v.strides) for v in (a, b))
    steps = [[v.ndim, *(s for n, s in zip(v.shape, v.strides) if n > 1)] for v in (a, b)]
    return (
        whole and low < last and first < high and not ((low, high) == (first, last) and steps[0] == steps[1])
    )


def twin_step(registers, kind, a, b, choice, recorded):
    """One step on pairs; shapes that do not fit are NumPy's ValueError, which counts as a refusal."""
    p, q = registers[a], registers[b]
    put = {"recorded": recorded, "registers": registers}
    if kind in READS_TWO and q.dx is None or p.dx is None:
        raise LookupError("what torch refuses to say is not for the twin to know")
    if kind in ("unary", "unary in place"):
        f, slope = of(UNARY, choice)
        x, dx = f(p.x), slope(p.x) * p.dx
        return fresh(x, dx, p, recorded=recorded) if kind == "unary" else written(p, x, dx, **put)
    if kind == "binary in place" and stretched(q.x.shape, q.x.strides):
        return None
    if kind in ("binary", "binary in place"):
        f, slope = of(BINARY, choice)
        x, dx = f(p.x, q.x), np.broadcast_to(slope(p.x, q.x, p.dx, q.dx), f(p.x, q.x).shape)
        return fresh(x, dx, p, q, recorded=recorded) if kind == "binary" else written(p, x, dx, q, **put)
    if kind == "view":
        return view_of(p, lambda v: of(VIEWS, choice)(v, choice // 9), recorded)
    if kind == "put":
        if stretched(p.x.shape, p.x.strides):
            return None
        part = view_of(p, lambda v: v[choice % 2 : 2], True)
        part.refused, part.wants = p.refused, p.wants
        while q.x.ndim > part.x.ndim and q.x.shape[0] == 1:
            q = view_of(q, lambda v: v[0], True)
        x, dx = (np.broadcast_to(v, part.x.shape) for v in (q.x, q.dx))
        if q.x.shape != x.shape:  # stretched, a part of itself may be put into a tensor
            q = Pair(q.x, q.dx, [0], q.wants)
        return written(part, x, dx, q, **put)
    if kind == "reduce":
        total = of(REDUCE, choice) if p.x.ndim else np.sum
        return fresh(total(p.x), total(p.dx), p, recorded=recorded)
    if kind == "expand":
        return view_of(
            p, lambda v: np.lib.stride_tricks.as_strided(v, (2, *v.shape), (0, *v.strides)), recorded
        )
    if kind == "unbind":
        return view_of(p, lambda v: v[choice % 2, ...], recorded, True)
    if kind == "detach":
        return Pair(p.x, np.zeros_like(p.x), p.writes)
    if kind == "clone":
        return fresh(p.x, p.dx, p, recorded=recorded)
    if kind == "fill" and stretched(p.x.shape, p.x.strides):
        return None
    if kind == "fill" and choice % 2:
        return written(p, np.full_like(p.x, 0.25), np.zeros_like(p.x), **put)
    if kind == "fill":
        x, dx = (np.broadcast_to(v, p.x.shape) for v in (q.x, q.dx))
        return written(p, x, dx, q, **put)
    if kind == "matmul" and p.x.ndim != 2:
        return None
    if kind == "matmul":
        return fresh(p.x @ q.x, p.dx @ q.x + p.x @ q.dx, p, q, recorded=recorded)
    if kind == "stack":
        x, dx = (np.asarray(np.stack(pair), order="C") for pair in ([p.x, q.x], [p.dx, q.dx]))
        return fresh(x, dx, p, q, recorded=recorded)
    if kind == "where":
        chosen = p.x > q.x
        return fresh(np.where(chosen, p.x, q.x), np.where(chosen, p.dx, q.dx), p, q, recorded=recorded)
    raise AssertionError(kind)


@settings(max_examples=rounds("random programs against the twin"))
@given(programs)
@example([731746, 0, 421])  # a new axis is written to: NumPy gives it stride 0, torch does not
@example([6, 14, 8, 389])  # x[0:2] = x[0]
@example([0, 0, 626, 869])  # likewise, of rows
@example([152834, 45093])  # a part without elements is written to
@example([0, 360, 13003, 395])  # a view that may not be read any more
@example([162866, 0, 8, 411])  # the same memory under a new axis
@example([7, 0, 16894, 2, 2, 347])  # what is joined lies in reading order
@example([375, 1, 0, 0, 0, 209666])  # and what is computed from stretched numbers
@example([7, 0, 442, 2, 0, 0, 4891])  # or copied
@np.errstate(all="ignore")
def test_the_twin_sees_the_same(program):
    program = [number for number in program if KINDS[number % len(KINDS)] != "requires_grad"]
    twins = [Pair(x.copy(), dx.copy(), [0], True, True) for x, dx in zip((A, B), DIRECTIONS)]
    twins.append(Pair(C.copy(), np.zeros_like(C), [0]))
    registers, wrote = begun(th), False
    for number in program:
        kind, a, b, choice, unrecorded = decoded(number, len(twins))
        try:
            twin, refused = twin_step(twins, kind, a, b, choice, not unrecorded), False
        except (Refused, ValueError, IndexError, TypeError):
            twin, refused = None, True
        except LookupError:
            break
        with th.set_grad_enabled(not unrecorded):
            made, error = error_of(lambda: step(th, registers, kind, a, b, choice))  # noqa: B023 - called at once
        assert (error is not None) == refused, (program, kind, error)
        wrote = wrote or made is None
        if made is not None:
            twins.append(twin)
            registers.append(made)
        for p, t in zip(twins, registers):
            assert same(t.tolist(), p.x.tolist()), (program, kind)
            assert (t._version, t.requires_grad) == (p.writes[0], p.wants), (program, kind)
    for p, t in list(zip(twins, registers))[-4:]:
        if p.dx is None or not p.wants:
            continue
        weights = np.cos(np.arange(p.x.size)).reshape(p.x.shape)
        try:
            pulled = th.autograd.grad(
                t, registers[:2], th.tensor(weights), retain_graph=True, allow_unused=True
            )
        except RuntimeError as error:
            stale = (
                "modified by an inplace operation",
                "its base or another view of its base has been modified inplace",
            )
            assert any(words in str(error) for words in stale) and wrote, program
            continue
        along = sum((g.numpy() * d).sum() for g, d in zip(pulled, DIRECTIONS) if g is not None)
        expected = (p.dx * weights).sum()
        if np.isfinite(expected):
            assert along == pytest.approx(expected, rel=1e-8, abs=1e-10), program
