"""``lab.descent``: SGD, momentum and Adam go down the same loss, side by side, with the learning rate under the hand.

The optimizers are those of the library half, and run in Python for a fixed number of steps; the page plays the paths.
Leans on the library's optim, on chart for the picture without scripts, and on base.
"""

import inspect
import math

import numpy as np
import traitlets

from ...dtypes import float64
from ...messages import say
from ...mode import no_grad
from ...ops.creation import tensor
from ...optim import SGD, Adam
from ..formulas import number_text
from ..model import visible
from ..names import is_tensor
from ..render.text import table
from .base import AS_TEXT, Widget, current, fault, script, told
from .chart import bounds, chart

# name → the optimizer, and its options beside the learning rate
OPTIMIZERS: dict[str, tuple[type, dict]] = {
    "SGD": (SGD, {}),
    "momentum": (SGD, {"momentum": 0.9}),
    "Adam": (Adam, {}),
}
GRID = 49  # points along each side of the contour plot
MOST_STEPS = 500


def descent(loss, /, start, lr=0.1, optimizer=tuple(OPTIMIZERS), steps=40, ranges=None):
    """Gradient descent to watch: the loss as a curve or as contours, the paths on it, the gradient at each step.

    Args:
        loss: a function of one number or two, as tensors of 0 dimensions, that returns one number: a formula, or the
            error of a model with two parameters.
        start: where to start: a number, or a pair.
        lr: the learning rate at first; a slider changes it.
        optimizer: ``"SGD"``, ``"momentum"`` (SGD with momentum 0.9) or ``"Adam"``, or several of them.
        steps: how many steps each takes, up to 500.
        ranges: the part that is shown, as ``(least, greatest)`` for each number; by default what the paths need.

    Returns:
        A :class:`Descent`, a widget; its ``paths`` hold the points and losses.

    Raises:
        ValueError: for an unknown optimizer, a learning rate that is not positive, or steps outside 1 … 500.
        TypeError: if ``loss`` is no function, or ``start`` not one number or two.

    >>> d = descent(lambda x: x**2, 1.0, lr=0.1, optimizer="SGD", steps=2)
    >>> [round(x, 4) for x in d.paths[0]["points"][0]]
    [1.0, 0.8, 0.64]

    A line is fitted to points; what is walked over is the mean squared error:

    >>> import autodiff_lab as th
    >>> xs, ys = th.tensor([0.0, 1.0, 2.0]), th.tensor([1.0, 3.0, 5.0])
    >>> fit = descent(lambda w, b: ((w * xs + b - ys) ** 2).mean(), (0.0, 0.0), lr=0.2, optimizer="SGD", steps=200)
    >>> [round(p[-1], 3) for p in fit.paths[0]["points"]]
    [2.0, 1.0]
    """
    return Descent(loss, start, lr, optimizer, steps, ranges)


class Descent(Widget):
    """The widget of :func:`descent`. ``start``, ``lr`` and ``at`` (the step that is shown) are shared with the page."""

    _esm = script("descent.js")
    heard = ("start", "lr", "at")
    stems = ("descent.",)
    plays_alone = ("start", "lr", "at", "steps", "names", "paths", "ground")

    start = traitlets.List(traitlets.Float()).tag(sync=True)
    lr = traitlets.Float(0.1).tag(sync=True)
    at = traitlets.Int(0, min=0, max=MOST_STEPS).tag(sync=True)
    steps = traitlets.Int(40).tag(sync=True)
    names = traitlets.List().tag(sync=True)
    paths = traitlets.List().tag(**AS_TEXT)
    ground = traitlets.Dict().tag(**AS_TEXT)

    def __init__(self, loss, start, lr, optimizer, steps, ranges):
        if not callable(loss) or inspect.isclass(loss):
            raise TypeError(say("descent.error.loss", type=type(loss).__name__))
        start = [start] if isinstance(start, (int, float)) else start
        if not isinstance(start, (list, tuple)) or len(start) not in (1, 2) or not all(map(_finite, start)):
            raise TypeError(say("descent.error.start", start=repr(start)))
        chosen = [optimizer] if isinstance(optimizer, str) else list(optimizer)
        for name in chosen:
            if name not in OPTIMIZERS:
                raise ValueError(say("descent.error.optimizer", name=repr(name), names=", ".join(OPTIMIZERS)))
        if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= MOST_STEPS:
            raise ValueError(say("descent.error.steps", steps=repr(steps), most=MOST_STEPS))
        self._count = len(start)
        self._loss, self._optimizers, self._ranges = loss, chosen, ranges
        parameters = getattr(getattr(loss, "__code__", None), "co_varnames", ("x", "y"))[: len(start)]
        try:
            super().__init__(
                start=[float(v) for v in start],
                lr=float(lr) if _finite(lr) else -1.0,
                steps=steps,
                at=steps,
                names=[visible(p, 12) for p in parameters],
            )
        except traitlets.TraitError:
            raise ValueError(say("descent.error.lr", lr=repr(lr))) from None
        self.redo()
        self.observe(lambda change: self.redo(), ["start", "lr", "again"])

    @traitlets.validate("lr")
    def _checked_lr(self, proposal):
        if not _finite(proposal.value) or not 0 < proposal.value <= 1e3:
            raise traitlets.TraitError(f"lr: {proposal.value!r}")
        return proposal.value

    @traitlets.validate("start")
    def _checked_start(self, proposal):
        if not all(map(_finite, proposal.value)) or len(proposal.value) != self._count:
            raise traitlets.TraitError(f"start: {proposal.value!r}")
        return proposal.value

    def redo(self):
        """Let every optimizer run again from the start; an error of the loss is drawn instead."""
        try:
            loss = current(self._loss)
            paths = [self._path(loss, name) for name in self._optimizers]
            ground = self._ground(loss, paths)
        except Exception as error:  # noqa: BLE001 - whatever the learner's loss raises is told in the widget
            self.fault = fault(error)
            return
        with self.hold_sync():
            self.fault = {}
            self.paths, self.ground = paths, ground

    def _path(self, loss, name):
        """One optimizer's points, losses and gradients, until something is no finite number any more."""
        numbers = [tensor(v, dtype=float64, requires_grad=True) for v in self.start]
        kind, options = OPTIMIZERS[name]
        optimizer = kind(numbers, lr=self.lr, **options)
        points, losses, grads = [[] for _ in numbers], [], [[] for _ in numbers]
        for _ in range(self.steps + 1):
            optimizer.zero_grad()
            value = _value(loss, numbers)
            if value.requires_grad:
                value.backward()
            slopes = [0.0 if n.grad is None else n.grad.item() for n in numbers]
            here = [n.item() for n in numbers]
            if not all(map(math.isfinite, (value.item(), *slopes, *here))) or max(map(abs, here)) > 1e12:
                break
            losses.append(value.item())
            for k in range(len(numbers)):
                points[k].append(here[k])
                grads[k].append(slopes[k])
            optimizer.step()
        return {"name": name, "points": points, "losses": losses, "grads": grads}

    def _ground(self, loss, paths):
        """The loss on a grid: a row for one number, a square for two; None where it is no number."""
        ranges = self._ranges or [self._reach(k, paths) for k in range(len(self.start))]
        if len(self.start) == 1 and self._ranges and _finite(self._ranges[0]):
            ranges = [self._ranges]
        axes = [np.linspace(low, high, 241 if len(self.start) == 1 else GRID) for low, high in ranges]
        mesh = np.meshgrid(*axes)
        with np.errstate(all="ignore"), no_grad():
            values = self._on_grid(loss, mesh)
        flat = [v if math.isfinite(v) else None for v in np.ravel(values).tolist()]
        return {"axes": [a.tolist() for a in axes], "values": flat}

    def _on_grid(self, loss, mesh):
        """All at once, if the loss is one of arrays, number by number; else one by one."""
        try:
            together = loss(*[tensor(m.ravel().tolist(), dtype=float64) for m in mesh])
            if tuple(together.shape) == (mesh[0].size,):
                some = [0, mesh[0].size // 2 + 3, mesh[0].size - 1]
                alone = [
                    _value(loss, [tensor(m.flat[i].item(), dtype=float64) for m in mesh]).item() for i in some
                ]
                values = np.array(together.tolist())
                if np.allclose(values[some], alone, equal_nan=True):
                    return values
        except Exception:  # noqa: BLE001 - then it takes numbers one by one
            pass
        return np.array([_value(loss, [tensor(v, dtype=float64) for v in p]).item()
                         for p in zip(*(m.ravel().tolist() for m in mesh))])  # fmt: skip

    def _reach(self, k, paths):
        """What is worth showing of one axis: the paths, unless one of them runs away."""
        values = np.concatenate([p["points"][k] for p in paths] + [[self.start[k]]])
        limit = 3 * abs(self.start[k]) + 3
        values = np.clip(values, self.start[k] - limit, self.start[k] + limit)
        low, high = float(values.min()), float(values.max())
        room = max(0.25 * (high - low), 0.5)
        return low - room, high + room

    def to_text(self):
        """The losses along the way and where each optimizer arrives, as a table."""
        if not self.paths:
            return told(self.fault)
        marks = sorted({round(q * self.steps / 4) for q in range(5)})
        head = [say("descent.optimizer"), *(say("descent.loss.at", at=m) for m in marks), *self.names]
        rows = []
        for path in self.paths:
            losses = [number_text(path["losses"][m], 4) if m < len(path["losses"]) else "∞" for m in marks]
            last = [number_text(p[-1], 4) if p and len(p) > self.steps else "—" for p in path["points"]]
            rows.append([path["name"], *losses, *last])
        lines = [f"lr = {number_text(self.lr)}", "", *table(head, rows, right=tuple(range(1, len(head))))]
        return "\n".join([*lines, *filter(None, [told(self.fault)])])

    def to_svg(self):
        """The paths and the losses as one ``<svg>`` element, for pages in which no script runs."""
        paths = [p for p in self.paths if p["losses"]]
        if not paths:
            return chart(told(self.fault), [])
        axes = self.ground["axes"]
        ways = [
            _curve(p["name"], p["points"][0], p["points"][1] if len(axes) == 2 else p["losses"], self._hue(p))
            for p in paths
        ]
        if len(axes) == 1:
            curve = np.array([math.nan if v is None else v for v in self.ground["values"]])
            ways.insert(0, _curve(say("descent.loss"), axes[0], curve, 4))
            y = bounds([curve])
        else:
            y = (axes[1][0], axes[1][-1])
        losses = [_curve(p["name"], range(len(p["losses"])), p["losses"], self._hue(p)) for p in paths]
        return chart(say("descent.title"), [
            {"height": 260, "x": (axes[0][0], axes[0][-1]), "y": y, "curves": ways},
            {"height": 150, "x": (0, self.steps), "y": bounds([c["y"] for c in losses]), "curves": losses},
        ])  # fmt: skip

    def _hue(self, path):
        return self._optimizers.index(path["name"]) % 4


def _curve(name, x, y, hue):
    return {"name": name, "x": x, "y": y, "hue": hue, "dash": 0}


def _value(loss, numbers):
    value = loss(*numbers)
    if not is_tensor(value) or value.numel() != 1:
        raise TypeError(say("descent.error.result", type=type(value).__name__))
    return value.reshape(())


def _finite(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
