"""What goes back through a graph: the local derivative of each argument, and the gradient that a pass sends along it.

On edges: what the node itself answers when it is called again (no hook runs then), or the local derivative from known
values where saved tensors are freed. Leans on NumPy, events, recovery and values.
"""

import numpy as np

from .events import Unrecorded
from .names import is_tensor
from .recovery import RECOMPUTED
from .values import array_of, equal, fitted, numel, plain


class Adjoints:
    """The backward pass of what is shown, whether it has run, is to come, or is only imagined with a ``seed``.

    A result is known by its key (place of the node, output), an argument by (place of the node, number).

    Attributes:
        ran: whether the leaves hold the gradients of this very pass.
        local: argument → the local derivative, a number or an array.
        flow: argument → the gradient that went along it.
        passed: key → the gradient that arrived there.
        state: argument → ``"known"``, ``"freed"``, ``"stale"``, or ``"none"`` where the node is not to be called.
    """

    def __init__(self, walk, folding, recovery, seed=None):
        self.walk, self.shown, self.recovery = walk, folding.shown, recovery
        self.local, self.flow, self.passed, self.state = {}, {}, {}, {}
        self._arrays, self._awaited = {}, {}  # contributions to come before the gradient at a key is complete
        leaves = [(i, leaf) for i in self.shown if (leaf := walk.variable[i]) is not None]
        held = [(i, leaf) for i, leaf in leaves if leaf.grad is not None]
        self.ran = bool(held)
        if folding.lean:
            return
        self._await()
        self.ran = self.ran or any(kept_grad(tensor) is not None for tensor, _ in walk.roots)
        if len(walk.results) == 1 and walk.roots and (self.ran or seed is not None):
            [(tensor, at)] = walk.roots
            start = kept_grad(tensor) if seed is None else seed
            if start is None and tensor.numel() == 1:
                start = tensor.detach().clone().fill_(1)
            if start is not None:
                self._pass((at, getattr(tensor, "output_nr", 0)), start)
        with np.errstate(all="ignore"):
            for i in reversed(folding.operations):
                self._through(i)
        if seed is not None:
            return
        # gradients of another function's backward pass must not be told as this one's
        freed = any(s.state == "freed" for saved in recovery.saved.values() for s in saved)
        if self.ran and not freed:
            self.ran = any((i, 0) in self.passed and equal(leaf.grad, self.passed[i, 0]) for i, leaf in held)
        if not self.ran:
            self.flow, self.passed = {}, {}

    def _await(self):
        """Count what is to come to each key from the results; what no result depends on sends nothing back."""
        reached = {at for _, at in self.walk.roots}
        for i in sorted(self.shown, reverse=True):
            for _, key in self.walk.ways_back(i):
                self._awaited[key] = self._awaited.get(key, 0) + (i in reached)
                if i in reached:
                    reached.add(key[0])

    def _pass(self, key, gradient):
        """A gradient arrives, and is added to those that came before."""
        if key not in self.passed:
            self.passed[key] = gradient
        elif is_tensor(gradient) and is_tensor(self.passed[key]):
            self.passed[key] = self.passed[key] + gradient
        else:
            self.passed[key] = array_of(self.passed[key]) + array_of(gradient)

    def _through(self, i):
        """One node of the backward pass: the local derivatives of its arguments, and what it sends to each."""
        fn, ways, out = self.walk.order[i], self.walk.ways_back(i), self.recovery.known.get((i, 0))
        states = {saved.state for saved in self.recovery.saved.get(i, ())}
        state = "stale" if "stale" in states else "freed" if "freed" in states else "known"
        if state == "known" and (any((i, k) in self._awaited for k in (1, 2)) or _is_custom(fn)):
            state = "none"  # several results, or the learner's own code
        self.state.update(((i, a), state) for a, _ in ways)
        if isinstance(fn, Unrecorded) or state == "none" or not self.recovery.numbers:
            return
        arriving = self.passed.get((i, 0))
        if self._awaited.get((i, 0)) or (arriving is not None and numel(arriving) > RECOMPUTED):
            self.passed.pop((i, 0), None)  # some contribution is not known, so the sum is not; or too large
            arriving = None
        answers = None
        if arriving is not None and state == "known":
            answers = _answers(fn, arriving)
        elif arriving is not None and state == "freed" and (again := self._again(i)) is not None:
            fits = is_tensor(arriving) or out is None
            answers = _answers(again, arriving if fits else out.new_tensor(arriving, dtype=out.dtype))
        for a, key in ways:
            number = self._rule(i, a)
            if number is None and state == "known" and out is not None and numel(out) == 1:
                ones = _answers(fn, plain(out).clone().fill_(1))
                number = ones[a] if ones is not None and ones[a] is not None and numel(ones[a]) == 1 else None
            if number is not None:
                self.local[i, a] = 1.0 if number is _ONES else array_of(number)
            if arriving is None:
                continue
            gradient = answers[a] if answers is not None and a < len(answers) else None
            if gradient is None:
                gradient = self._rule(i, a, arriving)
            if gradient is not None:
                self.flow[i, a] = gradient = fitted(gradient, self.recovery.known.get(key))
                self._pass(key, gradient)
                self._awaited[key] -= 1

    def _again(self, i):
        """A fresh node like a freed one: its row run again on the operands, as long as all are known."""
        row, scalars = self.walk.row(i), self.recovery.scalars.get(i, [])
        if row is None or row.forward is None or scalars is None or row.elementwise:
            return None
        operands = []
        for a in range(len(row.operands)):
            value = self.recovery.argument(i, a)
            if not is_tensor(value) or value.numel() > RECOMPUTED:
                return None
            operands.append(value.detach().requires_grad_(self.walk.input(i, a) is not None))
        try:
            return row.forward(*operands, *scalars).grad_fn
        except Exception:  # noqa: BLE001 - operands that do not fit any more
            return None

    def _rule(self, i, a, gradient=None):
        """What the row's rule makes of a gradient, by default of 1, with the known values; None without a number."""
        row, scalars = self.walk.row(i), self.recovery.scalars.get(i, [])
        if row is None or not row.elementwise or scalars is None or a >= len(row.rules):
            return None
        if isinstance(row.rules[a], str):
            return None
        arrays = []
        for b in range(len(row.operands)):
            value = self.recovery.argument(i, b)
            if value is not None and numel(value) > RECOMPUTED:
                return None
            arrays.append(self._array(value))
        out = self._array(self.recovery.known.get((i, 0)))
        try:
            return row.rules[a](_ONES if gradient is None else array_of(gradient), out, *arrays, *scalars)
        except Exception:  # noqa: BLE001 - a rule without the values it names has no number
            return None

    def _array(self, value):
        """The array of a value that is known; rules ask for each several times."""
        if value is not None and id(value) not in self._arrays:
            self._arrays[id(value)] = array_of(value)
        return self._arrays.get(id(value))


def _answers(fn, gradient):
    """What a node itself answers, one gradient an argument; None when it cannot."""
    try:
        answer = fn(gradient)
    except Exception:  # noqa: BLE001 - a node that cannot be called again has no answer
        return None
    answer = answer if isinstance(answer, tuple) else (answer,)
    return [None if g is None else plain(g) for g in answer]


def _is_custom(fn):
    """A learner's own Function or an in-place splice: calling it again would run the learner's code or do harm."""
    return "Backward" not in fn.name() or hasattr(type(fn), "saved_tensors") or hasattr(fn, "_forward_cls")


class _Ones:
    """The gradient 1, of whatever shape: a rule applied to it gives the local derivative itself."""

    def __mul__(self, other):
        return other

    __rmul__ = __mul__

    def __truediv__(self, other):
        return 1 / other

    def __neg__(self):
        return np.float64(-1.0)


_ONES = _Ones()


def kept_grad(tensor):
    """What ``.grad`` holds, without the warning that asking an intermediate one raises."""
    leaf = tensor.is_leaf or getattr(tensor, "retains_grad", False)
    return tensor.grad if leaf else None
