"""Reductions: sums, means, extremes, running sums. Leans on ops.index, ops.shape, ops.row.

Torch calls the node of a whole reduction and of one along dimensions by different numbers, so each has its row.
"""

import builtins
import math
from collections import namedtuple

import numpy as np

from .. import dtypes, exact
from ..errors import check, explained, warn
from ..exact import add_up
from ..tensor import Tensor
from .index import along_put, take_along
from .pointwise import minus, times, where
from .row import apply, either, export, operation, register
from .shape import EXPAND, dimension
from .words import named

expanded = either(EXPAND)

# -- what the rows are made of: x is the input, g the cotangent of the result -------------------------------


def wide(x):
    """The dtype that sums and products of ``x`` have."""
    return np.int64 if x.dtype.kind in "biu" else x.dtype


def kept(g, shape, dim, keepdim):
    """``g`` with the reduced dimensions back, at size 1."""
    return g if keepdim else g.reshape(tuple(1 if i in dim else n for i, n in enumerate(shape)))


def spread(g, shape, dim, keepdim):
    """The cotangent of a sum: ``g`` at every place that was added up."""
    return expanded(kept(g, shape, dim, keepdim), shape)


def count(shape, dim):
    return math.prod(shape[d] for d in dim)


def one_out(x, dim):
    """For each place along ``dim`` (moved last), the numbers of its line in a row, with 1 in its own place."""
    x = x.swapaxes(dim, -1)
    n = x.shape[-1]
    square = expanded(x.reshape((*x.shape[:-1], 1, n)), (*x.shape[:-1], n, n))
    return where(np.eye(n, dtype=bool), 1, square)


def prod_rule(g, out, x, dim):
    if not np.any((x._array if isinstance(x, Tensor) else x) == 0):
        return g * out / x
    return g * one_out(x, dim).prod(axis=-1).swapaxes(dim, -1)


def total(x, dim=None, keepdim=False):
    return add_up(x.astype(wide(x), copy=False), dim, keepdim)


def average(x, dim=None, keepdim=False):
    if x.itemsize == 2:  # NumPy averages halves in single precision, as torch does
        return x.mean(axis=dim, keepdims=keepdim)
    return add_up(x, dim, keepdim) / x.dtype.type(x.size if dim is None else count(x.shape, dim))


def variance(x, dim, correction, keepdim, shown=lambda v: v):
    """``shown`` of the variance; worked out in double precision and rounded once, as torch does."""
    wide = x.astype(np.float64)
    wide -= wide.mean(axis=dim, keepdims=True)
    wide *= wide
    n = np.float64(builtins.max(count(x.shape, dim) - correction, 0))
    return shown(wide.sum(axis=dim, keepdims=keepdim) / n).astype(x.dtype)


def deviations(g, input, shape, dim, correction, keepdim):
    """The cotangent of a variance: g · 2 (x - mean) / (n - correction)."""
    n = builtins.max(count(shape, dim) - correction, 0)
    slope = 2 / n if n else math.nan if count(shape, dim) <= 1 else math.inf
    return kept(g, shape, dim, keepdim) * (slope * (input - input.mean(axis=dim, keepdims=True)))


def std_rule(g, out, input, shape, dim, correction, keepdim):
    return deviations(where(out == 0, 0, g / (2 * out)), input, shape, dim, correction, keepdim)


def shared(g, out, input, shape, dim, keepdim):
    """The cotangent of an extreme, in equal shares to all the places that attain it."""
    top = input == kept(out, shape, dim, keepdim)
    shares = top.sum(axis=dim, keepdims=True)
    shares = shares._cast(input._array.dtype) if isinstance(input, Tensor) else shares.astype(input.dtype)
    return where(top, kept(g, shape, dim, keepdim) / shares, 0)


def shared_by_all(g, out, input, shape):
    return shared(g, out, input, shape, tuple(range(len(shape))), False)


def chosen(x, dim, keepdim, indices):
    """The numbers at ``indices``, one for each line along ``dim``; ``indices`` keep that dimension."""
    values = take_along(x, dim, indices)
    return values if keepdim else np.squeeze(values, dim)


def put_back(g, shape, dim, keepdim, indices):
    return along_put(kept(g, shape, (dim,), keepdim), shape, dim, indices)


def below_top(x, dim):
    """``x`` less the largest number along ``dim``, and that number; 0 for one that is not finite."""
    top = np.maximum.reduce(x, axis=dim, keepdims=True, initial=-np.inf)
    if not math.isfinite(np.add.reduce(top, axis=None)):
        top = np.where(np.isfinite(top), top, 0).astype(x.dtype)
    return x - top, top


def log_sum_exp(x, dim, keepdim):
    gap, top = below_top(x, dim)
    result = exact.log(exact.add_up(exact.exp(gap), dim, True)) + top
    return result if keepdim else np.squeeze(result, dim)


def one_by_one(x, dim):
    """Sums along one dimension, kept at size 1, in reading order, as torch's softmax adds."""
    return exact.in_order(x.swapaxes(0, dim))[None].swapaxes(0, dim)


def exp_shifted(x, dim):
    e = exact.exp(x - x.max(axis=dim, keepdims=True, initial=-np.inf))
    return np.asarray(e / one_by_one(e, dim), order="C")


def log_exp_shifted(x, dim):
    """x less its largest number, less the logarithm of Σ exp of that; worked out with ``dim`` first, row by row."""
    rows = np.ascontiguousarray(x.swapaxes(0, *dim))
    gap = rows - np.maximum.reduce(rows, initial=-np.inf)
    gap -= exact.log(exact.in_order(exact.exp(gap)))
    return np.ascontiguousarray(gap.swapaxes(0, *dim))


def running_sum(x, dim):
    """Running sums, added up in double precision as torch does."""
    return np.cumsum(x, axis=dim, dtype=np.float64 if x.dtype.kind == "f" else np.int64).astype(
        wide(x), order="C"
    )


def backwards_sum(g, dim):
    """The adjoint of a running sum: the running sum from the other end."""
    return g.sum(axis=dim, keepdims=True) - running(g, dim) + g


def first_extreme(function, x, dim, keepdim):
    if dim is None:
        return np.full((1,) * x.ndim, function(x)) if keepdim else np.int64(function(x))
    return function(x, axis=dim, keepdims=keepdim) if x.ndim else np.int64(0)


# fmt: off
ALONG = {"attrs": ("dim", "keepdim")}
CORRECTED = {"attrs": ("dim", "correction", "keepdim")}
PICKED = {"attrs": ("dim", "keepdim", "indices")}

SUM      = operation("sum",      "Sum",  lambda x: total(x),   lambda g, shape: expanded(g, shape), linear=True)
SUM_DIM  = operation("sum_dim",  "Sum",  total,                spread, suffix="Backward1", **ALONG, linear=True)
MEAN     = operation("mean",     "Mean", lambda x: average(x), lambda g, shape: expanded(g / math.prod(shape), shape), linear=True)
MEAN_DIM = operation("mean_dim", "Mean", average,              lambda g, shape, dim, keepdim: spread(g / count(shape, dim), shape, dim, keepdim), suffix="Backward1", **ALONG, linear=True)
PROD     = operation("prod",     "Prod", lambda x: x.prod(dtype=wide(x)), lambda g, out, input, shape: prod_rule(g, out, input.reshape((-1,)), 0).reshape(shape))
PROD_DIM = operation("prod_dim", "Prod", lambda x, dim, keepdim: x.prod(axis=dim, keepdims=keepdim, dtype=wide(x)),
                     lambda g, out, input, shape, dim, keepdim: prod_rule(kept(g, shape, (dim,), keepdim), kept(out, shape, (dim,), keepdim), input, dim), suffix="Backward1", **ALONG)
VAR      = operation("var",      "Var",  variance, deviations, **CORRECTED)
STD      = operation("std",      "Std",  lambda x, dim, correction, keepdim: variance(x, dim, correction, keepdim, np.sqrt), std_rule, **CORRECTED)
MAX      = operation("max",      "Max",  lambda x: x.max(), shared_by_all, suffix="Backward1")
MIN      = operation("min",      "Min",  lambda x: x.min(), shared_by_all, suffix="Backward1")
AMAX     = operation("amax",     "Amax", lambda x, dim, keepdim: x.max(axis=dim, keepdims=keepdim), shared, **ALONG)
AMIN     = operation("amin",     "Amin", lambda x, dim, keepdim: x.min(axis=dim, keepdims=keepdim), shared, **ALONG)
MAX_DIM  = operation("max_dim",  "Max",  chosen, put_back, **PICKED)
MIN_DIM  = operation("min_dim",  "Min",  chosen, put_back, **PICKED)
LOGSUMEXP = operation("logsumexp", "Logsumexp", log_sum_exp,
                      lambda g, out, input, shape, dim, keepdim: kept(g, shape, dim, keepdim) * exact.exp(input - kept(out, shape, dim, keepdim)), **ALONG)
SOFTMAX  = operation("softmax",  "Softmax", exp_shifted, lambda g, out, dim: out * (g - (g * out).sum(axis=dim, keepdims=True)), attrs=("dim",))
LOG_SOFTMAX = operation("log_softmax", "LogSoftmax", log_exp_shifted,
                      lambda g, out, dim: minus(g, times(exact.exp(out), g.sum(axis=dim, keepdims=True))), attrs=("dim",))
CUMSUM   = operation("cumsum",   "Cumsum", running_sum, backwards_sum, attrs=("dim",), linear=True)
ANY      = operation("any",      "Any",  lambda x, dim, keepdim: np.any(x, axis=dim, keepdims=keepdim), **ALONG)
ALL      = operation("all",      "All",  lambda x, dim, keepdim: np.all(x, axis=dim, keepdims=keepdim), **ALONG)
ARGMAX   = operation("argmax",   "Argmax", lambda x, dim, keepdim: first_extreme(np.argmax, x, dim, keepdim), **ALONG)
ARGMIN   = operation("argmin",   "Argmin", lambda x, dim, keepdim: first_extreme(np.argmin, x, dim, keepdim), **ALONG)
# fmt: on

running = either(CUMSUM)


# -- arguments ----------------------------------------------------------------------------------------------


def dims(dim, ndim):
    """One dimension, several, or None for all, as a tuple from 0; RuntimeError if one is named twice."""
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return tuple(range(ndim))
    found = tuple([dimension(d, ndim) for d in (dim if isinstance(dim, (tuple, list)) else (dim,))])
    for i, d in enumerate(found):
        if d in found[:i]:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return tuple([d for d in found if d < ndim])


def cast_to(input, dtype):
    """``input`` in the dtype that ``dtype=`` asks for."""
    return input if dtype is None or dtype is input.dtype else input._cast(dtypes.as_dtype(dtype).numpy)


def floating(input, name, dim=None):
    if input._array.dtype.kind != "f":
        sentence = f"{name}(): could not infer output dtype. Input dtype must be either a floating point or complex dtype."
        raise explained(RuntimeError(f"{sentence} Got: {input.dtype.title}"), "note.float_needed", name=name)
    return input


def floated(input, name, dim):
    return input if input.is_floating_point() else input._cast(dtypes.get_default_dtype().numpy)


def found_in(input, name, dim):
    where = f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
    check(input.numel() != 0, where, IndexError)
    return input


def nonempty_along(input, name, dim):
    for d in dims(dim, input.ndim):
        check(input.shape[d] != 0, f"{name}(): Expected reduction dim {d} to have non-zero size.", IndexError)
    return input


def whole_numbers(input, name, dim):
    """Raise for integers, in the words of the kernel that torch would run."""
    if not input.is_floating_point():
        last = dimension(dim, input.ndim) == input.ndim - 1
        kernel = f"{name}_lastdim_kernel_impl" if last else f"{name}_kernel_impl"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype.title}'")


# -- what learners call -------------------------------------------------------------------------------------


def reduction(name, row, doc, whole=None, casts=False, prepare=None, place=dims):
    """The function of a reduction, of all the numbers, or along dimensions.

    Args:
        row, whole: the rows for a reduction along dimensions, and of all the numbers.
        casts: whether it takes ``dtype=``.
        prepare: (input, name, dim) to the input that the row gets.
        place: (dim, ndim) to the ``dim`` that the row gets.
    """

    def made(input, dim=None, keepdim=False, *, dtype=None, out=None):
        if dtype is not None:
            check(casts, f"{name}() got an unexpected keyword argument 'dtype'", TypeError)
            input = cast_to(input, dtype)
        if prepare is not None:
            input = prepare(input, name, dim)
        if whole is not None and dim is None and not keepdim:
            return whole.run(input, out=out)
        return row.run(input, dim=place(dim, input._array.ndim), keepdim=keepdim, out=out)

    return register(whole or row, named(made, name, doc))


def one_or_all(dim, ndim):
    return None if dim is None else dimension(dim, ndim)


def some_or_all(dim, ndim):
    return None if dim is None else dims(dim, ndim)


sum = reduction("sum", SUM_DIM, whole=SUM, casts=True, doc="""The sum of all the numbers, or along dimensions.

    Args:
        dim (int or tuple): the dimensions to add up; all of them by default.
        keepdim (bool): keep them, at size 1.
        dtype: cast to this first; integers become int64 by default.

    >>> import autodiff_lab as th
    >>> th.tensor([[1., 2.], [3., 4.]]).sum(dim=0)
    tensor([4., 6.])
    """)  # fmt: skip
# fmt: off
mean   = reduction("mean", MEAN_DIM, "The mean of all the numbers, or along dimensions; RuntimeError for integers, without a ``dtype``.",
                   whole=MEAN, casts=True, prepare=floating)
amax   = reduction("amax", AMAX, "The largest numbers along dimensions; the gradient is shared among equals.", prepare=nonempty_along)
amin   = reduction("amin", AMIN, "The smallest numbers along dimensions; the gradient is shared among equals.", prepare=nonempty_along)
argmax = reduction("argmax", ARGMAX, "Where the largest number stands, the first of equals: in reading order, or along ``dim``.",
                   prepare=found_in, place=one_or_all)
argmin = reduction("argmin", ARGMIN, "Where the smallest number stands; see ``argmax``.", prepare=found_in, place=one_or_all)
any    = reduction("any", ANY, "Whether some number is not zero.", place=some_or_all)
all    = reduction("all", ALL, "Whether no number is zero.", place=some_or_all)
logsumexp = reduction("logsumexp", LOGSUMEXP, "log Σ exp along dimensions, computed without overflow.", prepare=floated)
# fmt: on


def prod(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The product of all the numbers, or along one dimension; zeros among them are handled exactly."""
    input = cast_to(input, dtype)
    dim = one_or_all(dim, input.ndim)
    if dim is None or not input.ndim:
        return apply(PROD, input, out=out)
    return apply(PROD_DIM, input, dim=dim, keepdim=keepdim, out=out)


def scatter_of(name, row, doc):
    """``var``, ``std``: along dimensions, divided by n - ``correction``."""

    def made(input, dim=None, unbiased=None, keepdim=False, *, correction=None, out=None):
        if isinstance(dim, bool):  # the older var(False)
            dim, unbiased = None, dim
        if unbiased is not None:
            correction = 1 if unbiased else 0
        correction, dim = 1 if correction is None else correction, dims(dim, floating(input, name).ndim)
        if count(input.shape, dim) <= correction:
            warn("freedom", name=name)
        return apply(row, input, dim=dim, correction=correction, keepdim=keepdim, out=out)

    return register(row, named(made, name, doc))


var = scatter_of("var", VAR, "The variance, divided by n - ``correction`` (1 by default).")
std = scatter_of("std", STD, "The standard deviation: the root of ``var``.")


def with_mean(name, function):
    def made(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
        spread = function(input, dim, unbiased, keepdim, correction=correction)
        return spread, mean(input, None if isinstance(dim, bool) else dim, keepdim)

    return named(made, name, f"``{name[:3]}`` and ``mean``.")


std_mean, var_mean = with_mean("std_mean", std), with_mean("var_mean", var)


def result_type(name, fields):
    """A named result that prints as torch's do.

    >>> import autodiff_lab as th
    >>> th.tensor([3., 1.]).max(dim=0)
    autodiff_lab.return_types.max(
    values=tensor(3.),
    indices=tensor(0))
    """
    title = f"autodiff_lab.return_types.{name}"
    made = namedtuple(name, fields)
    made.__module__ = "autodiff_lab.return_types"
    made.__repr__ = lambda self: f"{title}(\n" + ",\n".join(f"{f}={v!r}" for f, v in zip(fields, self)) + ")"
    return made


def extreme(name, whole, along, find, pair, doc):
    """``max``, ``min``: of all the numbers; along a dimension, with where they stand; of two tensors."""
    result = result_type(name, ("values", "indices"))

    def made(input, dim=None, keepdim=False):
        if isinstance(dim, Tensor):
            return getattr(input, pair)(dim)
        if dim is None:
            check(input.numel() != 0, f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
                  "Specify the reduction dim with the 'dim' argument.")  # fmt: skip
            return apply(whole, input)
        dim = dimension(dim, input.ndim)
        if input.ndim == 0:
            return result(apply(whole, input), apply(ARGMAX, input, dim=None, keepdim=False))
        places = apply(find, input.detach(), dim=dim, keepdim=True)
        values = apply(along, input, dim=dim, keepdim=keepdim, indices=np.asarray(places._array))
        return result(values, places if keepdim else places.squeeze(dim))

    return register(whole, named(made, name, doc))


max = extreme("max", MAX, MAX_DIM, ARGMAX, "maximum", """The largest number; along ``dim``, the largest and where they
    stand; of two tensors, place by place.

    >>> import autodiff_lab as th
    >>> th.max(th.tensor([[1., 5.], [7., 2.]]), dim=1).values
    tensor([5., 7.])
    """)  # fmt: skip
min = extreme("min", MIN, MIN_DIM, ARGMIN, "minimum", "The smallest number; see ``max``.")


def softmax(input, dim, *, dtype=None):
    """exp(x) / Σ exp(x) along ``dim``."""
    input = cast_to(input, dtype)
    whole_numbers(input, "softmax", dim)
    return apply(SOFTMAX, input, dim=dimension(dim, input.ndim)) if input.ndim else input * 0 + 1


def log_softmax(input, dim, *, dtype=None):
    """log(exp(x) / Σ exp(x)) along ``dim``, computed without overflow."""
    input = cast_to(input, dtype)
    whole_numbers(input, "log_softmax", dim)
    return apply(LOG_SOFTMAX, input, dim=(dimension(dim, input.ndim),)) if input.ndim else input * 0


def along_one(name, row, doc):
    """What runs along one dimension, such as a running sum."""

    def made(input, dim, *, dtype=None, out=None):
        input = cast_to(input, dtype)
        return apply(row, input, dim=dimension(dim, input.ndim), out=out) if input.ndim else input.clone()

    return register(row, named(made, name, doc))


cumsum = along_one("cumsum", CUMSUM, "Running sums along ``dim``.")
for _row, _function in ((PROD, prod), (SOFTMAX, softmax), (LOG_SOFTMAX, log_softmax)):
    register(_row, _function)
export(std_mean, var_mean, method=False)
