"""A function of one number, sampled with its derivatives: the numbers behind ``lab.derivative``.

Runs the learner's function on tensors of this package, or of PyTorch where it will have nothing else. Free of
Jupyter. Leans on reading for what a tensor is, and on the library for tensors to run the function on.

Note [Kinks]
A kink is a point where the slope on the left is not that on the right. On the grid it shows as a jump between two
neighbours; halving the interval again and again leaves the jump as it is if there is a kink, and makes it vanish if
the function is only steep. What the derivative is there is a choice, and it is the operation's rule that makes it.
"""

import math
import sys
from dataclasses import dataclass

import numpy as np

from ...messages import say
from ..names import is_tensor
from ..values import unfit

STEPS = tuple(10 ** (k / 2 - 16) for k in range(33))  # the h of difference quotients, from 1e-16 to 1
POINTS = 401
MOST_KINKS = 12


@dataclass(frozen=True, slots=True)
class Kink:
    """Where the slope changes at once: the slopes on both sides, and the derivative that is used there."""

    x: float
    left: float
    right: float
    chosen: float


@dataclass(frozen=True)
class Sampled:
    """A function on a grid: ``rows[k]`` are the values of its k-th derivative at ``x``, ``errors[q][i][j]`` how far
    the difference quotient with step ``STEPS[j]`` is from the derivative at ``x[i]``, for the forward quotient (q = 0)
    and the central one (q = 1). ``breaks`` are the places where the function itself jumps. ``cut`` says that the
    function changes with x, but its results have no history: automatic differentiation gives 0."""

    name: str
    x: np.ndarray
    rows: np.ndarray
    errors: np.ndarray
    kinks: tuple[Kink, ...]
    breaks: tuple[float, ...]
    cut: bool = False


class Derivable:
    """The learner's function as functions of arrays: on all points at once where it takes arrays, else one by one."""

    def __init__(self, function, probe):
        self.function = function
        self.library = self._library(probe)
        self.at_once = self._takes_arrays(probe)
        self.linked = self._run(self.library, probe)[1].requires_grad

    def _library(self, x):
        """The library whose tensors the function takes: this package, or PyTorch if it is loaded and must be."""
        ours = sys.modules[__name__.partition(".")[0]]
        torch = sys.modules.get("torch")
        try:
            self._run(ours, x)
        except Exception as error:
            if torch is None:
                raise
            try:
                self._run(torch, x)
            except Exception:  # noqa: BLE001 - then the first error is the one to tell
                raise error from None
            return torch
        return ours

    def _run(self, library, x):
        t = library.tensor(x, dtype=library.float64, requires_grad=True)
        result = self.function(t)
        if not is_tensor(result):
            if not isinstance(result, (int, float)):
                raise unfit("derivative.error.result", result)
            result = library.tensor(result, dtype=library.float64)
        if not result.is_floating_point():
            result = result.to(library.float64)
        if tuple(result.shape) != tuple(t.shape) and result.numel() != 1:
            raise ValueError(say("derivative.error.shape", shape=list(result.shape)))
        return t, result

    def _takes_arrays(self, probe):
        points = [probe, probe + 0.375, probe + 1.25]
        try:
            _, together = self._run(self.library, points)
            if tuple(together.shape) != (3,):
                return False
            apart = [self._run(self.library, x)[1].item() for x in points]
        except Exception:  # noqa: BLE001 - a function with `if x > 0` takes numbers one by one
            return False
        return np.allclose(together.detach().tolist(), apart, rtol=1e-12, atol=0, equal_nan=True)

    def values(self, x):
        """f at each of an array of points, and nothing recorded."""
        with self.library.no_grad():
            if self.at_once:
                return np.array(self._run(self.library, x.ravel().tolist())[1].tolist()).reshape(x.shape)
            return np.array([self._run(self.library, p)[1].item() for p in x.ravel().tolist()]).reshape(
                x.shape
            )

    def rows(self, x, order):
        """f and its derivatives up to ``order`` at each of a row of points, as an array of ``order + 1`` rows."""
        if self.at_once:
            return self._rows(x.tolist(), order)
        return np.stack([self._rows(p, order) for p in x.tolist()], axis=1)

    def _rows(self, x, order):
        t, y = self._run(self.library, x)
        rows = [y.detach().tolist()]
        for _ in range(order):
            y = self._derived(y, t)
            rows.append(np.zeros_like(x) if y is None else y.detach().tolist())
        return np.array(rows, dtype=float)

    def _derived(self, y, t):
        """dy/dt for each entry, recorded so that it can be derived again; None where it is zero for good."""
        if y is None or not y.requires_grad:
            return None
        return self.library.autograd.grad(y.sum(), t, create_graph=True, allow_unused=True)[0]

    def slope(self, x):
        """The derivative at one point."""
        return float(self._rows(x, 1)[1])


def sample(function, low, high, order, name="f"):
    """The function and its derivatives on ``POINTS`` points of [low, high], with quotients and kinks.

    Raises:
        Exception: whatever the function raises; TypeError and ValueError if it returns no number.
    """
    x = np.round(np.linspace(low, high, POINTS), 12)
    with np.errstate(all="ignore"):
        f = Derivable(function, low + 0.3 * (high - low))
        rows = f.rows(x, order)
        kinks, breaks = _kinks(f, x, rows)
        errors = _errors(f, x, rows)
        cut = bool(np.ptp(rows[0]) > 0) and not f.linked
    return Sampled(name, x, rows, errors, kinks, breaks, cut)


def _errors(f, x, rows):
    h = np.array(STEPS)
    ahead, behind = f.values(x[:, None] + h), f.values(x[:, None] - h)
    here, slope = rows[0][:, None], rows[1][:, None]
    return np.stack([(ahead - here) / h - slope, (ahead - behind) / (2 * h) - slope])


def _jumps(values):
    """The intervals in which a sampled function changes far more than it does elsewhere around."""
    change = np.abs(np.diff(values))
    finite = change[np.isfinite(change)]
    if not finite.size or not finite.max() > 0:
        return []
    around = np.fmax(
        np.fmin(np.r_[np.inf, np.inf, change[:-2]], np.r_[np.inf, change[:-1]]),
        np.fmin(np.r_[change[1:], np.inf], np.r_[change[2:], np.inf, np.inf]),
    )
    around[~np.isfinite(around)] = 0
    return np.flatnonzero(change > 3 * around + 1e-7 * finite.max()).tolist()


def _narrowed(g, a, b):
    """The place within (a, b] where g jumps, or None where it is only steep; with the values on both sides."""
    ga, gb = g(a), g(b)
    whole = abs(gb - ga)
    if not whole > 0 or not math.isfinite(whole):
        return None
    for _ in range(60):
        m = (a + b) / 2
        if not a < m < b:
            break
        gm = g(m)
        if abs(gm - ga) < abs(gm - gb):
            a, ga = m, gm
        else:
            b, gb = m, gm
    return None if abs(gb - ga) < 0.5 * whole else (a, b)


def _kinks(f, x, rows):
    """See Note [Kinks]. A function that jumps has no slope there; its jumps are told apart."""
    breaks = []
    for i in _jumps(rows[0])[: 4 * MOST_KINKS]:
        found = _narrowed(lambda p: float(f.values(np.array(p))), x[max(i - 1, 0)], x[min(i + 2, len(x) - 1)])
        if found and not any(abs(found[1] - b) < 1e-9 for b in breaks):
            breaks.append(_round(found[1]))
    kinks = []
    for i in _jumps(rows[1])[: 4 * MOST_KINKS]:
        found = _narrowed(f.slope, x[max(i - 1, 0)], x[min(i + 2, len(x) - 1)])
        if not found:
            continue
        at, gap = _round((found[0] + found[1]) / 2), (x[1] - x[0]) * 1e-4
        if any(abs(at - k.x) < gap for k in kinks) or any(abs(at - b) < gap for b in breaks):
            continue
        if not np.isfinite(f.values(np.array([at - gap, at, at + gap]))).all():
            continue
        kink = Kink(at, _tidy(f.slope(at - gap)), _tidy(f.slope(at + gap)), _tidy(f.slope(at)))
        if abs(kink.left - kink.right) > 1e-6 * max(abs(kink.left), abs(kink.right)):
            kinks.append(kink)
    return tuple(kinks[:MOST_KINKS]), tuple(breaks[:MOST_KINKS])


def _round(x):
    """The short number next to one that halving has found, as 0 for 1e-17."""
    return float(np.round(x, 9)) + 0.0


def _tidy(slope):
    return float(f"{slope:.4g}") + 0.0
