"""Reductions: sums, means, extremes, running sums. Leans on ops.index, ops.shape, ops.row.

Torch calls the node of a whole reduction and of one along dimensions by different numbers, so each has its row.
"""

import builtins
import math
from collections import namedtuple

import numpy as np

from .. import dtypes
from ..errors import explained
from ..tensor import Tensor
from .index import along_put, take_along
from .pointwise import where
from .row import apply, check_tensor, either, operation, register
from .shape import EXPAND, SIZES, dimension

expanded = either(EXPAND)


def kept(g, shape, dim, keepdim):
    """``g`` with the reduced dimensions back, at size 1."""
    return g if keepdim else g.reshape(tuple(1 if i in dim else n for i, n in enumerate(shape)))


def spread(g, shape, dim, keepdim):
    """The cotangent of a sum: ``g`` at every place that was added up."""
    return expanded(kept(g, shape, dim, keepdim), shape)


def count(shape, dim):
    return math.prod(shape[d] for d in dim)


def product_of_others(x, dim):
    """For each place along the last dimension, the product of all the other places."""
    x = x.swapaxes(dim, -1)
    n = x.shape[-1]
    square = expanded(x.reshape((*x.shape[:-1], 1, n)), (*x.shape[:-1], n, n))
    return where(np.eye(n, dtype=bool), 1, square).prod(axis=-1).swapaxes(dim, -1)


def prod_rule(g, out, x, dim):
    if not np.any((x._array if isinstance(x, Tensor) else x) == 0):
        return g * out / x
    return g * product_of_others(x, dim)


def total(x, dim=None, keepdim=False):
    kind = np.int64 if x.dtype.kind in "biu" else x.dtype
    return x.sum(axis=dim, keepdims=keepdim, dtype=kind)


def average(x, dim=None, keepdim=False):
    if x.dtype == np.float16:  # NumPy averages halves in single precision, as torch does
        return x.mean(axis=dim, keepdims=keepdim)
    return x.sum(axis=dim, keepdims=keepdim) / x.dtype.type(x.size if dim is None else count(x.shape, dim))


def variance(x, dim, correction, keepdim):
    spread_ = x - x.mean(axis=dim, keepdims=True)
    n = count(x.shape, dim) - correction
    return (spread_ * spread_).sum(axis=dim, keepdims=keepdim) / x.dtype.type(builtins.max(n, 0))


def deviations(g, x, shape, dim, correction, keepdim):
    """The cotangent of a variance: g · 2 (x - mean) / (n - correction)."""
    n = builtins.max(count(shape, dim) - correction, 0)
    slope = 2 / n if n else math.nan if count(shape, dim) <= 1 else math.inf
    return kept(g, shape, dim, keepdim) * (slope * (x - x.mean(axis=dim, keepdims=True)))


def std_rule(g, out, x, shape, dim, correction, keepdim):
    return deviations(where(out == 0, 0, g / (2 * out)), x, shape, dim, correction, keepdim)


def shared(g, out, x, shape, dim, keepdim):
    """The cotangent of an extreme, in equal shares to all the places that attain it."""
    top = x == kept(out, shape, dim, keepdim)
    shares = top.sum(axis=dim, keepdims=True)
    shares = shares._cast(x._array.dtype) if isinstance(x, Tensor) else shares.astype(x.dtype)
    return where(top, kept(g, shape, dim, keepdim) / shares, 0)


def chosen(x, dim, keepdim, indices):
    """The numbers at ``indices``, one for each line along ``dim``; ``indices`` keep that dimension."""
    values = take_along(x, dim, indices)
    return values if keepdim else np.squeeze(values, dim)


def put_back(g, shape, dim, keepdim, indices):
    return along_put(kept(g, shape, (dim,), keepdim), shape, dim, indices)


def everything(shape):
    return tuple(range(len(shape)))


def log_sum_exp(x, dim, keepdim):
    top = x.max(axis=dim, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0).astype(x.dtype)
    result = np.log(np.exp(x - top).sum(axis=dim, keepdims=True)) + top
    return result if keepdim else np.squeeze(result, dim)


def exp_shifted(x, dim):
    e = np.exp(x - x.max(axis=dim, keepdims=True, initial=-np.inf))
    return e / e.sum(axis=dim, keepdims=True)


def backwards_sum(g, dim):
    """The adjoint of a running sum: the running sum from the other end."""
    total_ = g.sum(axis=dim, keepdims=True)
    return total_ - running(g, dim) + g


# fmt: off
SUM      = operation("sum",      "Sum",  lambda x: total(x),          lambda g, shape: expanded(g, shape),                            linear=True, public=SIZES)
SUM_DIM  = operation("sum_dim",  "Sum",  total,                       lambda g, shape, dim, keepdim: spread(g, shape, dim, keepdim),   attrs=("dim", "keepdim"), linear=True, suffix="Backward1", public=SIZES)
MEAN     = operation("mean",     "Mean", lambda x: average(x),        lambda g, shape: expanded(g / math.prod(shape), shape),          linear=True, public=SIZES)
MEAN_DIM = operation("mean_dim", "Mean", average,                     lambda g, shape, dim, keepdim: spread(g / count(shape, dim), shape, dim, keepdim), attrs=("dim", "keepdim"), linear=True, suffix="Backward1", public=SIZES)
PROD     = operation("prod",     "Prod", lambda x: x.prod(dtype=np.int64 if x.dtype.kind in "biu" else x.dtype),
                     lambda g, out, input, shape: prod_rule(g, out, input.reshape((-1,)), 0).reshape(shape))
PROD_DIM = operation("prod_dim", "Prod", lambda x, dim, keepdim: x.prod(axis=dim, keepdims=keepdim, dtype=np.int64 if x.dtype.kind in "biu" else x.dtype),
                     lambda g, out, input, shape, dim, keepdim: prod_rule(kept(g, shape, (dim,), keepdim), kept(out, shape, (dim,), keepdim), input, dim),
                     attrs=("dim", "keepdim"), suffix="Backward1")
VAR      = operation("var",      "Var",  variance, lambda g, input, shape, dim, correction, keepdim: deviations(g, input, shape, dim, correction, keepdim),
                     attrs=("dim", "correction", "keepdim"))
STD      = operation("std",      "Std",  lambda x, dim, correction, keepdim: np.sqrt(variance(x, dim, correction, keepdim)),
                     lambda g, out, input, shape, dim, correction, keepdim: std_rule(g, out, input, shape, dim, correction, keepdim),
                     attrs=("dim", "correction", "keepdim"))
MAX      = operation("max",      "Max",  lambda x: x.max(), lambda g, out, input, shape: shared(g, out, input, shape, everything(shape), False), suffix="Backward1")
MIN      = operation("min",      "Min",  lambda x: x.min(), lambda g, out, input, shape: shared(g, out, input, shape, everything(shape), False), suffix="Backward1")
AMAX     = operation("amax",     "Amax", lambda x, dim, keepdim: x.max(axis=dim, keepdims=keepdim), lambda g, out, input, shape, dim, keepdim: shared(g, out, input, shape, dim, keepdim), attrs=("dim", "keepdim"))
AMIN     = operation("amin",     "Amin", lambda x, dim, keepdim: x.min(axis=dim, keepdims=keepdim), lambda g, out, input, shape, dim, keepdim: shared(g, out, input, shape, dim, keepdim), attrs=("dim", "keepdim"))
MAX_DIM  = operation("max_dim",  "Max",  lambda x, dim, keepdim, indices: chosen(x, dim, keepdim, indices), lambda g, shape, dim, keepdim, indices: put_back(g, shape, dim, keepdim, indices), attrs=("dim", "keepdim", "indices"))
MIN_DIM  = operation("min_dim",  "Min",  lambda x, dim, keepdim, indices: chosen(x, dim, keepdim, indices), lambda g, shape, dim, keepdim, indices: put_back(g, shape, dim, keepdim, indices), attrs=("dim", "keepdim", "indices"))
LOGSUMEXP = operation("logsumexp", "Logsumexp", log_sum_exp,
                      lambda g, out, input, shape, dim, keepdim: kept(g, shape, dim, keepdim) * np.exp(input - kept(out, shape, dim, keepdim)), attrs=("dim", "keepdim"))
SOFTMAX  = operation("softmax",  "Softmax", exp_shifted, lambda g, out, dim: out * (g - (g * out).sum(axis=dim, keepdims=True)), attrs=("dim",))
LOG_SOFTMAX = operation("log_softmax", "LogSoftmax", lambda x, dim: x - log_sum_exp(x, dim, True),
                      lambda g, out, dim: g - np.exp(out) * g.sum(axis=dim, keepdims=True), attrs=("dim",))
CUMSUM   = operation("cumsum",   "Cumsum", lambda x, dim: np.cumsum(x, axis=dim, dtype=np.int64 if x.dtype.kind in "biu" else x.dtype), lambda g, dim: backwards_sum(g, dim), attrs=("dim",), linear=True)
ANY      = operation("any",      "Any",  lambda x, dim, keepdim: np.any(x, axis=dim, keepdims=keepdim), attrs=("dim", "keepdim"))
ALL      = operation("all",      "All",  lambda x, dim, keepdim: np.all(x, axis=dim, keepdims=keepdim), attrs=("dim", "keepdim"))
ARGMAX   = operation("argmax",   "Argmax", lambda x, dim, keepdim: first_extreme(np.argmax, x, dim, keepdim), attrs=("dim", "keepdim"))
ARGMIN   = operation("argmin",   "Argmin", lambda x, dim, keepdim: first_extreme(np.argmin, x, dim, keepdim), attrs=("dim", "keepdim"))
# fmt: on

running = either(CUMSUM)


def first_extreme(function, x, dim, keepdim):
    if dim is None:
        return np.int64(function(x)) if not keepdim else np.full((1,) * x.ndim, function(x))
    return function(x, axis=dim, keepdims=keepdim) if x.ndim else np.int64(0)


# -- functions ----------------------------------------------------------------------------------------------


def dims(dim, ndim):
    """One dimension, several, or None for all, as a tuple from 0.

    Raises:
        RuntimeError: if one is named twice.
    """
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return everything(range(ndim))
    found = tuple(dimension(d, ndim) for d in ((dim,) if not isinstance(dim, (tuple, list)) else dim))
    for i, d in enumerate(found):
        if d in found[:i]:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return tuple(d for d in found if d < ndim)


def floating(input, name):
    if not input.is_floating_point():
        raise explained(
            RuntimeError(
                f"{name}(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
                f"Got: {input.dtype.title}"
            ),
            "note.float_needed", name=name,
        )  # fmt: skip
    return input


def sum(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The sum of all the numbers, or along dimensions.

    Args:
        dim (int or tuple): the dimensions to add up; all of them by default.
        keepdim (bool): keep them, at size 1.
        dtype: cast to this first; integers become int64 by default.

    >>> import autodiff_lab as th
    >>> th.tensor([[1., 2.], [3., 4.]]).sum(dim=0)
    tensor([4., 6.])
    """
    check_tensor(input, "sum")
    if dtype is not None and dtype is not input.dtype:
        input = input._cast(dtypes.as_dtype(dtype).numpy)
    if dim is None and not keepdim:
        return apply(SUM, input, out=out)
    return apply(SUM_DIM, input, dim=dims(dim, input.ndim), keepdim=keepdim, out=out)


def mean(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The mean of all the numbers, or along dimensions; see ``sum``.

    Raises:
        RuntimeError: for integers, unless ``dtype`` is a floating one.
    """
    check_tensor(input, "mean")
    if dtype is not None and dtype is not input.dtype:
        input = input._cast(dtypes.as_dtype(dtype).numpy)
    floating(input, "mean")
    if dim is None and not keepdim:
        return apply(MEAN, input, out=out)
    return apply(MEAN_DIM, input, dim=dims(dim, input.ndim), keepdim=keepdim, out=out)


def prod(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The product of all the numbers, or along one dimension; zeros among them are handled exactly."""
    check_tensor(input, "prod")
    if dtype is not None and dtype is not input.dtype:
        input = input._cast(dtypes.as_dtype(dtype).numpy)
    if dim is None:
        return apply(PROD, input, out=out)
    if not input.ndim:
        dimension(dim, 0)
        return apply(PROD, input, out=out)
    return apply(PROD_DIM, input, dim=dimension(dim, input.ndim), keepdim=keepdim, out=out)


def corrected(unbiased, correction, dim):
    """The older ``unbiased=`` and ``var(False)`` spellings as a correction and the dimensions."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    return (1 if correction is None else correction), dim


def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None, out=None):
    """The variance, divided by n - ``correction`` (1 by default)."""
    check_tensor(input, "var")
    correction, dim = corrected(unbiased, correction, dim)
    floating(input, "var")
    return apply(VAR, input, dim=dims(dim, input.ndim), correction=correction, keepdim=keepdim, out=out)


def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None, out=None):
    """The standard deviation: the root of ``var``."""
    check_tensor(input, "std")
    correction, dim = corrected(unbiased, correction, dim)
    floating(input, "std")
    return apply(STD, input, dim=dims(dim, input.ndim), correction=correction, keepdim=keepdim, out=out)


def result_type(name, fields):
    """A named result that prints as torch's do.

    >>> import autodiff_lab as th
    >>> th.tensor([3., 1.]).max(dim=0)
    autodiff_lab.return_types.max(
    values=tensor(3.),
    indices=tensor(0))
    """
    made = namedtuple(name, fields)
    made.__module__ = "autodiff_lab.return_types"
    made.__repr__ = lambda self: (
        f"autodiff_lab.return_types.{name}(\n" + ",\n".join(f"{f}={v!r}" for f, v in zip(fields, self)) + ")"
    )
    return made


MAX_RESULT = result_type("max", ("values", "indices"))
MIN_RESULT = result_type("min", ("values", "indices"))


def nonempty(input, name):
    if input.numel() == 0:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument."
        )


def found_in(input, name):
    if input.numel() == 0:
        raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")


def extreme(input, dim, keepdim, name, whole, along, find, pair, result):
    check_tensor(input, name)
    if isinstance(dim, Tensor):
        return pair(input, dim)
    if dim is None:
        nonempty(input, name)
        return apply(whole, input)
    dim = dimension(dim, input.ndim)
    x = input._array
    if x.ndim == 0:
        return result(apply(whole, input), apply(ARGMAX, input, dim=None, keepdim=False))
    places = apply(find, input.detach(), dim=dim, keepdim=True)
    values = apply(along, input, dim=dim, keepdim=keepdim, indices=np.asarray(places._array))
    return result(values, places if keepdim else places.squeeze(dim))


def max(input, dim=None, keepdim=False):
    """The largest number; along ``dim``, the largest ones and where they stand; of two tensors, place by place.

    >>> import autodiff_lab as th
    >>> th.max(th.tensor([[1., 5.], [7., 2.]]), dim=1).values
    tensor([5., 7.])
    """
    return extreme(input, dim, keepdim, "max", MAX, MAX_DIM, ARGMAX, Tensor.maximum, MAX_RESULT)


def min(input, dim=None, keepdim=False):
    """The smallest number; see ``max``."""
    return extreme(input, dim, keepdim, "min", MIN, MIN_DIM, ARGMIN, Tensor.minimum, MIN_RESULT)


def nonempty_along(input, dim, name):
    """Raise torch's IndexError if there is nothing along a dimension to be reduced."""
    for d in dims(dim, input.ndim):
        if input.shape[d] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")
    return input


def amax(input, dim=(), keepdim=False):
    """The largest numbers along dimensions; the gradient is shared among equals."""
    return apply(
        AMAX,
        nonempty_along(check_tensor(input, "amax"), dim, "amax"),
        dim=dims(dim, input.ndim),
        keepdim=keepdim,
    )


def amin(input, dim=(), keepdim=False):
    """The smallest numbers along dimensions; the gradient is shared among equals."""
    return apply(
        AMIN,
        nonempty_along(check_tensor(input, "amin"), dim, "amin"),
        dim=dims(dim, input.ndim),
        keepdim=keepdim,
    )


def argmax(input, dim=None, keepdim=False):
    """Where the largest number stands, the first of equals: in reading order, or along ``dim``."""
    found_in(check_tensor(input, "argmax"), "argmax")
    return apply(ARGMAX, input, dim=None if dim is None else dimension(dim, input.ndim), keepdim=keepdim)


def argmin(input, dim=None, keepdim=False):
    """Where the smallest number stands; see ``argmax``."""
    found_in(check_tensor(input, "argmin"), "argmin")
    return apply(ARGMIN, input, dim=None if dim is None else dimension(dim, input.ndim), keepdim=keepdim)


def any(input, dim=None, keepdim=False):
    """Whether some number is not zero."""
    return apply(
        ANY, check_tensor(input, "any"), dim=None if dim is None else dims(dim, input.ndim), keepdim=keepdim
    )


def all(input, dim=None, keepdim=False):
    """Whether no number is zero."""
    return apply(
        ALL, check_tensor(input, "all"), dim=None if dim is None else dims(dim, input.ndim), keepdim=keepdim
    )


def logsumexp(input, dim, keepdim=False):
    """log Σ exp along dimensions, computed without overflow."""
    if not check_tensor(input, "logsumexp").is_floating_point():
        input = input._cast(dtypes.get_default_dtype().numpy)
    return apply(LOGSUMEXP, input, dim=dims(dim, input.ndim), keepdim=keepdim)


def softmax(input, dim, *, dtype=None):
    """exp(x) / Σ exp(x) along ``dim``."""
    if dtype is not None:
        input = input._cast(dtypes.as_dtype(dtype).numpy)
    whole_numbers(input, "softmax", dim)
    return apply(SOFTMAX, input, dim=dimension(dim, input.ndim)) if input.ndim else input * 0 + 1


def log_softmax(input, dim, *, dtype=None):
    """log(exp(x) / Σ exp(x)) along ``dim``, computed without overflow."""
    if dtype is not None:
        input = input._cast(dtypes.as_dtype(dtype).numpy)
    whole_numbers(input, "log_softmax", dim)
    return apply(LOG_SOFTMAX, input, dim=(dimension(dim, input.ndim),)) if input.ndim else input * 0


def whole_numbers(input, name, dim):
    """Raise for integers, in the words of the kernel that torch would run."""
    if not check_tensor(input, name).is_floating_point():
        last = dimension(dim, input.ndim) == input.ndim - 1
        kernel = f"{name}_lastdim_kernel_impl" if last else f"{name}_kernel_impl"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype.title}'")


def cumsum(input, dim, *, dtype=None, out=None):
    """Running sums along ``dim``."""
    check_tensor(input, "cumsum")
    if dtype is not None and dtype is not input.dtype:
        input = input._cast(dtypes.as_dtype(dtype).numpy)
    return apply(CUMSUM, input, dim=dimension(dim, input.ndim), out=out) if input.ndim else input.clone()


for _row, _function in (
    (SUM, sum), (MEAN, mean), (PROD, prod), (VAR, var), (STD, std), (MAX, max), (MIN, min), (AMAX, amax), (AMIN, amin),
    (ARGMAX, argmax), (ARGMIN, argmin), (ANY, any), (ALL, all), (LOGSUMEXP, logsumexp), (SOFTMAX, softmax),
    (LOG_SOFTMAX, log_softmax), (CUMSUM, cumsum),
):  # fmt: skip
    register(_row, _function)
