"""``lab.derivative``: a function against its derivatives, its tangent under the hand, and difference quotients.

All numbers are sent to the page once, on a grid; moving the point, the step and the tangent asks nothing of Python,
and works in an exported page, too.
Leans on sampling for the numbers, on chart for the picture without scripts, and on base.
"""

import inspect
import math

import numpy as np
import traitlets

from ...messages import say
from ...nn import functional
from ...ops import FUNCTIONS
from ..formulas import number_text, subscript
from ..model import visible
from ..render.text import table
from .base import Widget, current, fault, script, told
from .chart import bounds, chart
from .sampling import POINTS, STEPS, sample

# name → the function, how it is written and, where it is not the one asked for, the range that suits it
PRESETS = {
    "sigmoid": (FUNCTIONS["sigmoid"], "σ(x) = 1/(1 + e⁻ˣ)"),
    "tanh": (FUNCTIONS["tanh"], "tanh(x)"),
    "relu": (functional.relu, "relu(x) = max(0, x)"),
    "leaky_relu": (functional.leaky_relu, "leaky_relu(x) = max(0.01·x, x)"),
    "elu": (functional.elu, "elu(x) = max(0, x) + min(0, eˣ − 1)"),
    "gelu": (functional.gelu, "gelu(x) = x·Φ(x)"),
    "softplus": (functional.softplus, "softplus(x) = ln(1 + eˣ)"),
    "silu": (functional.silu, "silu(x) = x·σ(x)"),
    "logistic map": (lambda x: _logistic(x), "l₄(x), l₁ = x, lₙ₊₁ = 4·lₙ·(1 − lₙ)", (0.0, 1.0)),
}
OWN = "own"
USUAL = (-4, 4)
ALONE = 5  # a page without a kernel has the quotients at every so many points
_PRIMES = ("", "′", "″", "‴", "⁗")


def _logistic(x, terms=4):
    """The logistic map of the survey: l₁ = x, lₙ₊₁ = 4 lₙ (1 − lₙ)."""
    for _ in range(terms - 1):
        x = 4 * x * (1 - x)
    return x


def derivative(fn="sigmoid", /, range=USUAL, order=1, x=None):
    """A function against its derivatives, to touch: drag the point, read the tangent, try difference quotients.

    Args:
        fn: a function of one number, of this package or of PyTorch; a preset's name (``"sigmoid"``, ``"tanh"``,
            ``"relu"``, ``"leaky_relu"``, ``"elu"``, ``"gelu"``, ``"softplus"``, ``"silu"``, ``"logistic map"``); or
            several of these to compare, as a list or as a dict from names to functions.
        range: the least and the greatest x that are shown.
        order: how many derivatives to show, from 1 to 4.
        x: where the point stands at first; by default 5/8 of the way.

    Returns:
        A :class:`Derivative`, a widget; its ``point``, ``value`` and ``slope`` follow the hand.

    Raises:
        ValueError: for an unknown preset, a range that is none, or an order outside 1 … 4.
        TypeError: if ``fn`` is no function.

    >>> d = derivative("relu", range=(-2, 2), x=1.0)
    >>> d.value, d.slope, d.kinks[0].chosen
    (1.0, 1.0, 0.0)
    """
    return Derivative(fn, range, order, x)


class Derivative(Widget):
    """The widget of :func:`derivative`.

    Traits that the page shares: ``choice`` (a preset's name, or ``"own"``), ``at`` (the point's place on the grid),
    ``step`` (the place of h), ``quotient`` (``"forward"`` or ``"central"``) and ``shown`` (which of the compared
    functions the point is on).
    """

    _esm = script("derivative.js")
    heard = ("choice", "at", "step", "quotient", "shown")
    stems = ("derivative.",)
    plays_alone = ("curves", "data", "errors", "orders", "steps", "choice", "at", "step", "quotient", "shown")

    curves = traitlets.List().tag(sync=True)
    data = traitlets.Bytes().tag(sync=True)
    errors = traitlets.Bytes().tag(sync=True)
    orders = traitlets.Int(1).tag(sync=True)
    steps = traitlets.List(list(STEPS)).tag(sync=True)
    presets = traitlets.List().tag(sync=True)
    choice = traitlets.Enum((OWN, *PRESETS), default_value="sigmoid").tag(sync=True)
    at = traitlets.Int(250, min=0, max=POINTS - 1).tag(sync=True)
    step = traitlets.Int(28, min=0, max=len(STEPS) - 1).tag(sync=True)
    quotient = traitlets.Enum(("forward", "central"), default_value="forward").tag(sync=True)
    shown = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, fn, range, order, x=None):
        self._range = _interval(range)
        if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= 4:
            raise ValueError(say("derivative.error.order", order=repr(order)))
        self._own, choice = _functions(fn)
        names = [[OWN, ", ".join(n for n, _ in self._own)]] if choice == OWN else []
        super().__init__(
            orders=order,
            choice=choice,
            presets=names + [[name, formula] for name, (_, formula, *_rest) in PRESETS.items()],
        )
        self._sampled = ()
        self.redo()
        if x is not None:
            self.at = self._nearest(x)
        self.observe(lambda change: self.redo(), ["choice", "again"])

    def redo(self):
        """Run the function again and send what it gives; an error of its own is drawn instead."""
        functions, (low, high) = self._own, self._range
        if self.choice != OWN:
            function, _, *suits = PRESETS[self.choice]
            functions = [(self.choice, function)]
            if suits and self._range == USUAL:
                low, high = suits[0]
        sampled = []
        for name, function in functions:
            try:
                sampled.append(sample(current(function), low, high, self.orders, name))
            except Exception as error:  # noqa: BLE001 - whatever the learner's function raises is told in the widget
                self.fault = fault(error, current(function))
                return
        self._sampled = tuple(sampled)
        with self.hold_sync():
            self.fault = {}
            self.shown = 0
            self.curves = [
                {
                    "name": s.name,
                    "kinks": [[k.x, k.left, k.right, k.chosen] for k in s.kinks],
                    "breaks": list(s.breaks),
                    "cut": s.cut,
                }
                for s in sampled
            ]
            self.data = np.stack([sampled[0].x, *(row for s in sampled for row in s.rows)]).tobytes()
            with np.errstate(over="ignore"):
                self.errors = np.stack([s.errors for s in sampled]).astype("<f4").tobytes()

    def alone(self):
        """As above; the quotients' errors, the most of the data, at every fifth point, where the point then stops."""
        errors = np.frombuffer(self.errors, "<f4").reshape(-1, POINTS, len(STEPS))[:, ::ALONE]
        return {**super().alone(), "errors": errors.tobytes(), "at": ALONE * round(self.at / ALONE)}

    def _nearest(self, x):
        if not isinstance(x, (int, float)) or not math.isfinite(x):
            raise ValueError(say("derivative.error.x", x=repr(x)))
        if not self._sampled:
            return POINTS // 2
        return int(np.abs(self._sampled[0].x - x).argmin())

    @property
    def point(self):
        """Where the point stands; set it to move it (to the nearest of the grid)."""
        return float(self._sampled[0].x[self.at])

    @point.setter
    def point(self, x):
        self.at = self._nearest(x)

    @property
    def value(self):
        """The function at the point."""
        return float(self._sampled[self.shown].rows[0][self.at])

    @property
    def slope(self):
        """The derivative at the point: the tangent's slope."""
        return float(self._sampled[self.shown].rows[1][self.at])

    @property
    def kinks(self):
        """Where the slope changes at once, as a tuple of :class:`~autodiff_lab.lab.widgets.sampling.Kink`."""
        return self._sampled[self.shown].kinks

    def to_text(self):
        """The widget in words: a table of values and derivatives, and what happens at kinks."""
        if not self._sampled:
            return told(self.fault)
        lines = []
        for s in self._sampled:
            head = ["x", *_names(s.name, self.orders)]
            rows = [[number_text(float(v), 4) for v in (s.x[i], *s.rows[:, i])] for i in range(0, POINTS, 50)]
            lines += [*([""] if lines else []), *table(head, rows, right=tuple(range(len(head))))]
            lines += [self._at_kink(s.name, k) for k in s.kinks]
            lines += [say("derivative.break", name=s.name, x=number_text(b, 4)) for b in s.breaks]
            lines += [say("derivative.cut", name=s.name)] if s.cut else []
        return "\n".join([*lines, *filter(None, [told(self.fault)])])

    def _at_kink(self, name, kink):
        n = number_text
        return say("derivative.kink", name=name, x=n(kink.x, 4), left=n(kink.left, 4), right=n(kink.right, 4),
                   chosen=n(kink.chosen, 4))  # fmt: skip

    def to_svg(self):
        """The curves as one ``<svg>`` element, for pages in which no script runs."""
        if not self._sampled:
            return chart(told(self.fault), [])
        several = len(self._sampled) > 1
        above, below, marks = [], [], []
        for k, s in enumerate(self._sampled):
            names, breaks = _names(s.name, self.orders), [*s.breaks, *(k.x for k in s.kinks)]
            above.append(_curve(names[0], s.x, s.rows[0], k % 5, 0, s.breaks))
            below += [
                _curve(
                    names[n],
                    s.x,
                    s.rows[n],
                    k % 5 if several else n % 5,
                    n if several or n > 1 else 0,
                    breaks,
                )
                for n in range(1, self.orders + 1)
            ]
            marks += [(kink.x, float(np.interp(kink.x, s.x, s.rows[0]))) for kink in s.kinks]
        x = (float(self._sampled[0].x[0]), float(self._sampled[0].x[-1]))
        panels = [
            {"height": 220, "x": x, "y": bounds([c["y"] for c in above]), "curves": above, "marks": marks},
            {"height": 170, "x": x, "y": bounds([c["y"] for c in below]), "curves": below},
        ]
        return chart(say("derivative.title"), panels)


def _curve(name, x, y, hue, dash, breaks):
    return {"name": name, "x": x, "y": y, "hue": hue, "dash": dash, "breaks": breaks}


def _names(name, order):
    return [f"{name}{_PRIMES[k]}(x)" for k in range(order + 1)]


def _interval(pair):
    try:
        low, high = (float(v) for v in pair)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(say("derivative.error.range", range=repr(pair)))
    return low, high


def _functions(fn):
    """The functions to show as (name, function) pairs, and the choice that the page stands at."""
    if isinstance(fn, str):
        return [_named(fn)], fn
    if isinstance(fn, dict):
        found = [(visible(name, 24), _named(f)[1]) for name, f in fn.items()]
    elif isinstance(fn, (list, tuple)):
        found = [_named(f, subscript(f"f{k}")) for k, f in enumerate(fn, 1)]
    else:
        found = [_named(fn)]
    if not found:
        raise TypeError(say("derivative.error.function", type=repr(fn)))
    return found, OWN


def _named(fn, otherwise="f"):
    if isinstance(fn, str):
        if fn not in PRESETS:
            raise ValueError(say("derivative.error.preset", name=repr(fn), names=", ".join(PRESETS)))
        return fn, PRESETS[fn][0]
    if not callable(fn) or inspect.isclass(fn):
        raise TypeError(say("derivative.error.function", type=type(fn).__name__))
    name = getattr(fn, "__name__", otherwise)
    return visible(name if name.isidentifier() else otherwise, 24), fn
