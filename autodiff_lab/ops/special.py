"""Special functions: erf, gamma and their kin. Leans on ops.pointwise.

NumPy has none of them. The ones that Python's ``math`` has are called number by number, as torch calls C's; digamma
and polygamma are Euler-Maclaurin sums (Abramowitz & Stegun 6.3.18, 23.2.9), exact to the last digits of a double.
"""

import math
from statistics import NormalDist

import numpy as np

from .. import exact
from ..errors import check
from ..tensor import Tensor
from .pointwise import HIDDEN, where
from .row import REQUIRED, check_tensor, either, export, pointwise

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)


def each(function):
    """A function of one Python number, on every number of an array."""

    def made(x):
        numbers = x if x.itemsize > 2 else x.astype(np.float32)  # memory shows no halves as Python numbers
        return np.fromiter(map(function, numbers.ravel().data), x.dtype, x.size).reshape(x.shape)[()]

    return made


def log_gamma(x):
    if x == math.floor(x) and x <= 0:
        return math.inf
    try:
        return math.lgamma(x)
    except OverflowError:
        return math.inf


def inverse_erf(y):
    if not -1 < y < 1:
        return math.copysign(math.inf, y) if abs(y) == 1 else math.nan
    x = NormalDist().inv_cdf((1 + y) / 2) / math.sqrt(2)
    return x - (math.erf(x) - y) * math.exp(x * x) * (math.sqrt(math.pi) / 2) if abs(y) < 0.5 else x


def psi(x):
    """ψ(x): reflected into x ≥ 1/2, shifted by 10, then ln z - 1/2z - Σ B₂ⱼ / (2j z²ʲ)."""
    wide = np.asarray(x, np.float64)
    z = np.where(wide < 0, 1 - wide, wide)
    shift = sum(1 / (z + k) for k in range(10))
    z = z + 10
    value = np.log(z) - 0.5 / z - sum(b / (2 * j * z ** (2 * j)) for j, b in enumerate(BERNOULLI, 1)) - shift
    turned = np.where(wide == np.floor(wide), np.nan, value - np.pi / np.tan(np.pi * wide))
    value = np.where(wide < 0, turned, np.where(wide == 0, np.copysign(np.inf, -wide), value))
    return value.astype(x.dtype)[()]


def hurwitz(s, x):
    """ζ(s, x) = Σ (x + k)⁻ˢ: added up until x + k > 20, the rest by Euler and Maclaurin."""
    count = 20 + int(np.ceil(max(0, -np.min(x, initial=0))))
    total = sum((x + k) ** -s for k in range(count))
    z = x + count
    total = total + z ** (1 - s) / (s - 1) + z**-s / 2
    rising, factorial = s, 2.0
    for j, b in enumerate(BERNOULLI, 1):
        total = total + b * rising / factorial * z ** (1 - s - 2 * j)
        rising, factorial = rising * (s + 2 * j - 1) * (s + 2 * j), factorial * (2 * j + 1) * (2 * j + 2)
    return total


def poly_gamma(x, n):
    if n == 0:
        return psi(x)
    wide = np.asarray(x, np.float64)
    return ((-1) ** (n + 1) * (math.factorial(n) if n < 171 else math.inf) * hurwitz(n + 1.0, wide)).astype(
        x.dtype
    )[()]


def log_odds(x, eps):
    x = x if eps is None else np.minimum(np.maximum(x, eps), 1 - eps)
    return np.log(x / (1 - x))


# fmt: off
ERF1 = 2 / math.sqrt(math.pi)

erf     = pointwise("erf",     "Erf",     each(math.erf),    lambda g, x: g * (ERF1 * exact.exp(-x * x)),                   dtypes="float")
erfc    = pointwise("erfc",    "Erfc",    each(math.erfc),   lambda g, x: g * (-ERF1 * exact.exp(-x * x)),                  dtypes="float")
erfinv  = pointwise("erfinv",  "Erfinv",  each(inverse_erf), lambda g, out: g * (exact.exp(out * out) / ERF1),              dtypes="float")
lgamma  = pointwise("lgamma",  "Lgamma",  each(log_gamma),   lambda g, x: g * digamma_(x),                               dtypes="float")
digamma = pointwise("digamma", "Digamma", psi,               lambda g, x: g * polygamma_(x, 1),                          dtypes="float")
polygamma_row = pointwise("polygamma", "Polygamma", poly_gamma, lambda g, x, n: g * polygamma_(x, n + 1), dtypes="float", attrs=("n",), defaults=(REQUIRED,), **HIDDEN)
sinc    = pointwise("sinc",    "Sinc",    lambda x: np.sinc(x),           lambda g, x: g * sinc_slope(x * math.pi) * math.pi,         dtypes="float")
logit   = pointwise("logit",   "Logit",   log_odds,          lambda g, x, eps: g * logit_slope(x, eps),                  dtypes="float", attrs=("eps",), defaults=(None,))
logaddexp  = pointwise("logaddexp",  "Logaddexp",  np.logaddexp,  lambda g, x, y: g / (1 + exact.exp(y - x)),
                                                                  lambda g, x, y: g / (1 + exact.exp(x - y)),               dtypes="float", inplace=False)
logaddexp2 = pointwise("logaddexp2", "Logaddexp2", np.logaddexp2, lambda g, x, y: g / (1 + exact.exp2(y - x)),
                                                                  lambda g, x, y: g / (1 + exact.exp2(x - y)),              dtypes="float", inplace=False)
xlogy   = pointwise("xlogy",   "Xlogy",   lambda x, y: np.where((x == 0) & (y == y), x.dtype.type(0), x * exact.log(np.asarray(y, x.dtype))),
                    lambda g, x, y: g * exact.log(where((x == 0) & (y <= 0), 1, y)), lambda g, x, y: g * x / y,             dtypes="float")
# fmt: on
digamma_, polygamma_ = either(digamma.row), either(polygamma_row.row)


def sinc_slope(x):
    """The derivative of sin(x)/x, which is 0 at 0."""
    safe = where(x == 0, 1, x)
    return where(x == 0, 0, (safe * exact.cos(safe) - exact.sin(safe)) / (safe * safe))


def logit_slope(x, eps):
    inside = (x >= (eps or 0)) & (x <= 1 - (eps or 0))
    return where(inside, 1 / where(inside, x * (1 - x), 1), 0 if eps is not None else math.nan)


def polygamma(n, input):
    """The ``n``-th derivative of digamma; RuntimeError for a negative ``n``."""
    check(n >= 0, "polygamma(n, x) does not support negative n.")
    return polygamma_row(check_tensor(input, "polygamma", 2), n)


export(polygamma, method=False)
Tensor.polygamma = lambda self, n: polygamma(n, self)
