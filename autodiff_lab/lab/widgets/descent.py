"""``lab.descent``: SGD, momentum and Adam go down the same loss, side by side, with the learning rate under the hand.

The optimizers are those of the library half, and run in Python for a fixed number of steps; the page plays the paths.
Leans on the library's optim, on chart for the picture without scripts, and on base.

Note [Long runs]
A run is a generator that yields after each step of all optimizers, and then after each point at which the loss is
measured around the paths. A short run goes to its end at once. One that has taken longer than ``PATIENCE`` goes on in
slices that the event loop calls, so that between two of them the kernel hears the page: its stop, or a new learning
rate, which begins another run. Where no loop turns, as in a script, every run goes to its end at once.
The page may be heard in another thread than the loop's (JupyterLab's subshells). So a long run is the loop's alone,
others only ask for turns, and a run that is no longer the widget's writes nothing.
"""

import asyncio
import inspect
import math
import time

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
from ..values import unfit
from .base import AS_TEXT, Widget, current, fault, script, told
from .chart import bounds, chart

# name → the optimizer, and its options beside the learning rate
OPTIMIZERS: dict[str, tuple[type, dict]] = {
    "SGD": (SGD, {}),
    "momentum": (SGD, {"momentum": 0.9}),
    "Adam": (Adam, {}),
}
GRID = 49  # points along each side of the contour plot
MOST_STEPS = 10_000
PATIENCE = 0.5  # seconds that a run may take before it tells how far it is
SLICE = 0.05  # seconds between two looks at what the page has sent


def descent(loss, /, start, lr=0.1, optimizer=tuple(OPTIMIZERS), steps=40, ranges=None):
    """Gradient descent to watch: the loss as a curve or as contours, the paths on it, the gradient at each step.

    Args:
        loss: a function of one number or two, as tensors of 0 dimensions, that returns one number: a formula, or the
            error of a model with two parameters.
        start: where to start: a number, or a pair.
        lr: the learning rate at first; a slider changes it.
        optimizer: ``"SGD"``, ``"momentum"`` (SGD with momentum 0.9) or ``"Adam"``, or several of them.
        steps: how many steps each takes, up to 10,000.
        ranges: the part that is shown, as ``(least, greatest)`` for one number, a pair of these for two; by default
            what the paths need.

    Returns:
        A :class:`Descent`, a widget; its ``paths`` hold the points and losses. In a notebook a run of more than half
        a second goes on after the cell and can be stopped; ``finish()`` waits for it.

    Raises:
        ValueError: for an unknown optimizer, a learning rate that is not positive, steps outside 1 … 10,000, or
            ranges that are none.
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
    """The widget of :func:`descent`. ``start``, ``lr``, ``at`` (the step that is shown) and ``stopped`` (which a page
    sets to stop a long run, and takes back to let it go on) are shared with the page; ``reached`` is the last step of
    what is drawn, ``progress`` how far a run is that still goes on. See Note [Long runs].
    """

    _esm = script("descent.js")
    heard = ("start", "lr", "at", "stopped")
    stems = ("descent.",)
    plays_alone = ("start", "lr", "at", "steps", "reached", "stopped", "names", "paths", "ground")

    start = traitlets.List(traitlets.Float()).tag(sync=True)
    lr = traitlets.Float(0.1).tag(sync=True)
    at = traitlets.Int(0, min=0, max=MOST_STEPS).tag(sync=True)
    steps = traitlets.Int(40).tag(sync=True)
    reached = traitlets.Int(0).tag(sync=True)
    stopped = traitlets.Bool(False).tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
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
        self._loss, self._optimizers, self._ranges = loss, chosen, _pairs(ranges, len(start))
        self._run = None  # the run that is going, or stopped on its way
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
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
        self.observe(lambda change: self._halt(), "stopped")

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
        self._run = None
        self.stopped = False
        self._run = _Run(current(self._loss), self._optimizers, self.start, self.lr, self.steps, self._ranges)
        self._go_on(self._run, PATIENCE)

    def finish(self):
        """Go on to the end of the run at once, however long it takes."""
        if self._run is not None:
            self.stopped = False
            self._go_on(self._run, math.inf)

    def close(self):
        """Take the widget off its pages, and end its run."""
        self._run = None
        super().close()

    def _go_on(self, run, patience):
        """Run for a while; if something is left then, the loop has a turn."""
        until = time.perf_counter() + patience
        try:
            for progress in run.rest:
                if run is not self._run:
                    return
                if self._turning and (self.stopped or time.perf_counter() >= until):
                    self.progress = progress
                    self._call(run)
                    return
        except Exception as error:  # noqa: BLE001 - whatever the learner's loss raises is told in the widget
            self._run = None
            with self.hold_sync():
                self.progress, self.fault = {}, fault(error, run.loss)
            return
        self._run = None
        self._show(run)

    @property
    def _turning(self):
        """Whether the loop in which the widget was made turns, and would call."""
        return self._loop is not None and self._loop.is_running()

    def _call(self, run):
        """Ask the loop for a turn; of several that were asked for, the last counts. Without a loop it comes at once."""
        run.turns += 1
        if self._turning:
            self._loop.call_soon_threadsafe(self._turn, run, run.turns)
        else:
            self._turn(run, run.turns)

    def _turn(self, run, number):
        if run is not self._run or number != run.turns:
            return
        if self.stopped:
            run.glance()
            self._show(run)
        else:
            self._go_on(run, SLICE)

    def _halt(self):
        """The run is stopped, or goes on, in the loop's next turn; without a run there is nothing to stop."""
        if self._run is None:
            self.stopped = False
        else:
            self._call(self._run)

    def _show(self, run):
        """Send what a run reached to the page; whoever stood at the end stands there again."""
        with self.hold_sync():
            self.at = run.done if self.at >= self.reached else min(self.at, run.done)
            self.fault, self.progress, self.reached = {}, {}, run.done
            self.paths, self.ground = [walk.data() for walk in run.walks], run.ground

    def to_text(self):
        """The losses along the way and where each optimizer arrives, as a table."""
        if not self.paths:
            return told(self.fault) or self._end()
        marks = sorted({round(q * self.reached / 4) for q in range(5)})
        head = [say("descent.optimizer"), *(say("descent.loss.at", at=m) for m in marks), *self.names]
        rows = []
        for path in self.paths:
            losses = [number_text(path["losses"][m], 4) if m < len(path["losses"]) else "∞" for m in marks]
            last = [number_text(p[-1], 4) if p and len(p) > self.reached else "—" for p in path["points"]]
            rows.append([path["name"], *losses, *last])
        lines = [f"lr = {number_text(self.lr)}", "", *table(head, rows, right=tuple(range(1, len(head))))]
        return "\n".join([*lines, *filter(None, [self._end(), told(self.fault)])])

    def _end(self):
        """Whether the run still goes on, or where it was stopped, in words; "" if it is whole."""
        if not self.stopped:
            return say("descent.running", steps=self.steps) if self._run is not None else ""
        return say(
            f"descent.stopped{'.ground' * (self.reached == self.steps)}", at=self.reached, steps=self.steps
        )

    def to_svg(self):
        """The paths and the losses as one ``<svg>`` element, for pages in which no script runs."""
        paths = [p for p in self.paths if p["losses"]]
        if not paths:
            return chart(self.to_text(), [])
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
            {"height": 150, "x": (0, max(1, self.reached)), "y": bounds([c["y"] for c in losses]), "curves": losses},
        ])  # fmt: skip

    def _hue(self, path):
        return self._optimizers.index(path["name"]) % 4


def _curve(name, x, y, hue):
    return {"name": name, "x": x, "y": y, "hue": hue, "dash": 0}


class _Run:
    """All optimizers on their way down, then the loss around their paths; see Note [Long runs]."""

    def __init__(self, loss, names, start, lr, steps, ranges):
        self.loss, self.start, self.steps, self.ranges = loss, start, steps, ranges
        self.walks = [_Walk(name, start, lr) for name in names]
        self.done, self.ground, self.turns = 0, {}, 0
        self.rest = self._whole()

    def _whole(self):
        for step in range(self.steps + 1):
            for walk in self.walks:
                walk.step(self.loss)
            self.done, self.ground = step, {}
            yield {"of": "steps", "done": step, "all": self.steps}
        yield from self._measured()

    def glance(self):
        """See to it that there is a ground, with no more in it than a moment gives."""
        if not self.ground:
            next(self._measured(), None)

    def _measured(self):
        """The loss on a grid: a row for one number, a square for two; None where it is no number, or not yet known."""
        ranges = self.ranges or [self._reach(k) for k in range(len(self.start))]
        axes = [np.linspace(low, high, 241 if len(ranges) == 1 else GRID) for low, high in ranges]
        points = [m.ravel().tolist() for m in np.meshgrid(*axes)]
        values = [None] * len(points[0])
        self.ground = {"axes": [a.tolist() for a in axes], "values": values}
        at_once = _at_once(self.loss, points)
        if at_once is not None:
            values[:] = map(_known, at_once)
            return
        for k, numbers in enumerate(zip(*points)):
            yield {"of": "ground", "done": k, "all": len(values)}
            values[k] = _known(_alone(self.loss, numbers))

    def _reach(self, k):
        """What is worth showing of one axis: the paths, unless one of them runs away."""
        values = np.concatenate([walk.points[k] for walk in self.walks] + [[self.start[k]]])
        limit = 3 * abs(self.start[k]) + 3
        values = np.clip(values, self.start[k] - limit, self.start[k] + limit)
        low, high = float(values.min()), float(values.max())
        room = max(0.25 * (high - low), 0.5)
        return low - room, high + room


class _Walk:
    """One optimizer on its way: its points, losses and gradients, until something is no finite number any more."""

    def __init__(self, name, start, lr):
        kind, options = OPTIMIZERS[name]
        self.name = name
        self.numbers = [tensor(v, dtype=float64, requires_grad=True) for v in start]
        self.optimizer = kind(self.numbers, lr=lr, **options)
        self.points, self.losses, self.grads = [[] for _ in start], [], [[] for _ in start]
        self.away = False

    def step(self, loss):
        """Look where it stands, then take a step."""
        if self.away:
            return
        self.optimizer.zero_grad()
        value = _value(loss, self.numbers)
        with np.errstate(all="ignore"):
            value.backward()
        slopes = [0.0 if n.grad is None else n.grad.item() for n in self.numbers]
        here = [n.item() for n in self.numbers]
        if not all(map(math.isfinite, (value.item(), *slopes, *here))) or max(map(abs, here)) > 1e12:
            if not self.losses:
                raise ValueError(say("descent.error.infinite", value=number_text(value.item()),
                                     slopes=", ".join(map(number_text, slopes))))  # fmt: skip
            self.away = True
            return
        self.losses.append(value.item())
        for k in range(len(here)):
            self.points[k].append(here[k])
            self.grads[k].append(slopes[k])
        self.optimizer.step()

    def data(self):
        """What the page draws; copies, since the walk may go on."""
        points, grads = ([list(row) for row in rows] for rows in (self.points, self.grads))
        return {"name": self.name, "points": points, "losses": list(self.losses), "grads": grads}


def _pairs(ranges, count):
    """A pair of finite numbers, the smaller first, for each number of the loss; None for none."""
    if ranges is None:
        return None
    try:
        pairs = [
            tuple(map(float, pair)) for pair in ([ranges] if count == 1 and _finite(ranges[0]) else ranges)
        ]
        right = len(pairs) == count and all(
            low < high and _finite(low) and _finite(high) for low, high in pairs
        )
    except (TypeError, ValueError, KeyError, IndexError):
        right = False
    if not right:
        raise ValueError(say(f"descent.error.ranges.{count}", ranges=repr(ranges)))
    return pairs


def _at_once(loss, points):
    """The loss at all points from one call, if it is one of arrays, number by number; else None."""
    try:
        with np.errstate(all="ignore"), no_grad():
            together = loss(*[tensor(p, dtype=float64) for p in points])
        if tuple(together.shape) == (len(points[0]),):
            values = np.array(together.tolist())
            some = [0, len(values) // 2 + 3, len(values) - 1]
            if np.allclose(
                values[some], [_alone(loss, [p[i] for p in points]) for i in some], equal_nan=True
            ):
                return values.tolist()
    except Exception:  # noqa: BLE001 - then it takes numbers one by one
        pass
    return None


def _alone(loss, numbers):
    with no_grad():
        return _value(loss, [tensor(v, dtype=float64) for v in numbers]).item()


def _known(value):
    return value if math.isfinite(value) else None


def _value(loss, numbers):
    with np.errstate(all="ignore"):
        value = loss(*numbers)
    if not is_tensor(value):
        raise unfit("descent.error.result", value)
    if value.numel() != 1:
        raise ValueError(say("descent.error.shape", shape=list(value.shape)))
    return value.reshape(())


def _finite(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
