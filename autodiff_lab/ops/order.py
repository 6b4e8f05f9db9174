"""Order and counting: sort, topk, median, unique, running extremes, histograms. Leans on ops.reduce.

What picks numbers along a dimension finds their places first, on the array, and is then one row that takes them.
"""

import builtins

import numpy as np

from .. import dtypes
from ..tensor import Tensor, memory, new_tensor
from .index import along_put, take_along
from .pointwise import where
from .reduce import (
    CUMSUM,
    chosen,
    dims,
    expanded,
    mean,
    put_back,
    result_type,
    shared,
    std,
    sum,
    var,
)  # fmt: skip
from .row import apply, check_tensor, either, export, operation, register, settle
from .shape import dimension, reshape, squeeze, unsqueeze

WORDED = True  # row's Note [Words]


def backwards(function, x, dim):
    return np.flip(function(np.flip(x, dim), dim), dim)


def log_running(x, dim):
    return np.logaddexp.accumulate(x, axis=dim)


def products_but_one(x, dim):
    """For each place i along ``dim`` (moved last) and each k ≥ i, the product of the first k numbers without the i-th."""
    x = x.swapaxes(dim, -1)
    n = x.shape[-1]
    square = where(
        np.eye(n, dtype=bool), 1, expanded(x.reshape((*x.shape[:-1], 1, n)), (*x.shape[:-1], n, n))
    )
    return where(np.triu(np.ones((n, n), bool)), multiplied(square, len(square.shape) - 1), 0)


def cumprod_rule(g, x, dim):
    g = g.swapaxes(dim, -1)
    return (
        (products_but_one(x, dim) * g.reshape((*g.shape[:-1], 1, g.shape[-1]))).sum(axis=-1).swapaxes(dim, -1)
    )


def log_running_rule(g, out, x, dim):
    """Σⱼ gⱼ exp(xᵢ − outⱼ) over the sums j ≥ i that xᵢ goes into; no power in it is above 1."""
    g, out, x = (v.swapaxes(dim, -1) if v.ndim else v.reshape((1,)) for v in (g, out, x))
    n = x.shape[-1]
    later = np.tri(n, dtype=bool).T
    gap = where(later, x[..., :, None] - out[..., None, :], 0)
    made = where(later, g[..., None, :] * np.exp(gap), 0).sum(axis=-1)
    return made.swapaxes(dim, -1) if len(g.shape) > 1 or dim else made


# fmt: off
def picking(name, title, suffix="Backward0"):
    """Numbers at ``indices`` along ``dim``, as many as there are."""
    return operation(name, title, lambda x, dim, indices: take_along(x, dim, indices), lambda g, shape, dim, indices: along_put(g, shape, dim, indices),
                     attrs=("dim", "indices"), linear=True, suffix=suffix)

def picking_one(name, title, suffix="Backward0"):
    """The number at ``indices`` along ``dim``, one for each line."""
    return operation(name, title, chosen, lambda g, shape, dim, keepdim, indices: put_back(g, shape, dim, keepdim, indices), attrs=("dim", "keepdim", "indices"), linear=True, suffix=suffix)

SORT, TOPK     = picking("sort", "Sort"), picking("topk", "Topk")
CUMMAX, CUMMIN = picking("cummax", "Cummax"), picking("cummin", "Cummin")
KTHVALUE, MODE = picking_one("kthvalue", "Kthvalue"), picking_one("mode", "Mode")
MEDIAN_DIM, NANMEDIAN_DIM = picking_one("median_dim", "Median", "Backward1"), picking_one("nanmedian_dim", "Nanmedian", "Backward1")
MEDIAN    = operation("median", "Median", lambda x: middle(x.reshape(-1))[0], lambda g, out, input, shape: shared(g, out, input, shape, tuple(range(len(shape))), False))
NANMEDIAN = operation("nanmedian", "Nanmedian", lambda x: middle(x[~np.isnan(x)].reshape(-1))[0], MEDIAN.rules["input"])
CUMPROD   = operation("cumprod", "Cumprod", lambda x, dim: np.cumprod(x, axis=dim, dtype=np.int64 if x.dtype.kind in "biu" else x.dtype),
                      lambda g, input, dim: cumprod_rule(g, input, dim), attrs=("dim",))
LOGCUMSUMEXP = operation("logcumsumexp", "Logcumsumexp", log_running,
                      lambda g, out, input, dim: log_running_rule(g, out, input, dim), attrs=("dim",))
FLIP      = operation("flip", "Flip", lambda x, dims: np.ascontiguousarray(np.flip(x, dims)), lambda g, dims: flipped(g, dims), attrs=("dims",), linear=True)
# fmt: on
multiplied, running, flipped = either(CUMPROD), either(CUMSUM), either(FLIP)

RESULTS = {name: result_type(name, ("values", "indices")) for name in
           ("sort", "topk", "kthvalue", "mode", "median", "nanmedian", "cummax", "cummin")}  # fmt: skip


def middle(x):
    """The lower of the two middle numbers of a vector, or nan, and where it stands."""
    order = np.argsort(x, kind="stable")
    if not len(x):
        return x.dtype.type(np.nan), 0
    place = order[-1] if x.dtype.kind == "f" and np.isnan(x[order[-1]]) else order[(len(x) - 1) // 2]
    return x[place], place


def sorted_places(x, dim, descending):
    if not x.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    return x.shape[dim] - 1 - backwards(lambda a, d: np.argsort(a, axis=d, kind="stable"), x, dim)


def picked(row, name, input, dim, places):
    """The named result of a picking row; a 0-d tensor counts as a line of one number."""
    if not input.ndim:
        return RESULTS[name](input.clone(), new_tensor(np.int64(0)))
    return RESULTS[name](apply(row, input, dim=dim, indices=places), new_tensor(np.ascontiguousarray(places)))


def picked_one(row, name, input, dim, keepdim, places):
    if not input.ndim:
        return RESULTS[name](input.clone(), new_tensor(np.int64(0)))
    values = apply(row, input, dim=dim, keepdim=keepdim, indices=places)
    return RESULTS[name](values, new_tensor(settle(places if keepdim else np.squeeze(places, dim))))


def sort(input, dim=-1, descending=False, stable=False):
    """The numbers in order along ``dim``, and where they stood; nan counts as the largest.

    >>> import autodiff_lab as th
    >>> th.sort(th.tensor([3., 1., 2.]))
    autodiff_lab.return_types.sort(
    values=tensor([1., 2., 3.]),
    indices=tensor([1, 2, 0]))
    """
    dim = dimension(dim, check_tensor(input, "sort").ndim)
    return picked(SORT, "sort", input, dim, sorted_places(input._array, dim, descending))


def argsort(input, dim=-1, descending=False, stable=False):
    """Where the numbers of the sorted tensor stood; see ``sort``."""
    return sort(input.detach(), dim, descending).indices


def msort(input):
    """The numbers in order along the first dimension."""
    return sort(input, 0).values


def topk(input, k, dim=-1, largest=True, sorted=True):
    """The ``k`` largest numbers along ``dim``, or the smallest, in order; and where they stood.

    Raises:
        RuntimeError: if there are not so many.
    """
    dim = dimension(dim, check_tensor(input, "topk").ndim)
    if not 0 <= k <= (input.shape[dim] if input.ndim else 1):
        raise RuntimeError("selected index k out of range")
    places = sorted_places(input._array, dim, largest)
    return picked(
        TOPK, "topk", input, dim, places[(slice(None),) * dim + (slice(0, k),)] if input.ndim else places
    )


def kthvalue(input, k, dim=-1, keepdim=False):
    """The ``k``-th smallest number along ``dim``, counted from 1, and where it stood."""
    dim = dimension(dim, check_tensor(input, "kthvalue").ndim)
    if not 1 <= k <= (input.shape[dim] if input.ndim else 1):
        raise RuntimeError("kthvalue(): selected number k out of range for dimension " + str(dim))
    places = sorted_places(input._array, dim, False)
    return picked_one(
        KTHVALUE, "kthvalue", input, dim, keepdim, np.take(places, [k - 1], dim) if input.ndim else None
    )


def lines(function, x, dim):
    """``function`` of every line along ``dim``, whose results stand there, at size 1."""
    return np.expand_dims(np.apply_along_axis(function, dim, x), dim).astype(np.int64) if x.size else np.zeros(
        tuple(1 if d == dim else n for d, n in enumerate(x.shape)), np.int64)  # fmt: skip


def line_median(name, whole, along, place):
    def made(input, dim=None, keepdim=False):
        if dim is None:
            return apply(whole, check_tensor(input, name))
        dim = dimension(dim, check_tensor(input, name).ndim)
        return picked_one(
            along, name, input, dim, keepdim, lines(place, input._array, dim) if input.ndim else None
        )

    made.__name__ = made.__qualname__ = name
    return made


def middle_but_nan(x):
    order = np.argsort(x, kind="stable")
    return order[(builtins.max(len(x) - np.isnan(x).sum(), 1) - 1) // 2]


median = line_median("median", MEDIAN, MEDIAN_DIM, lambda x: middle(x)[1])
median.__doc__ = "The lower of the two middle numbers: of all, or along ``dim`` with where it stands."
nanmedian = line_median("nanmedian", NANMEDIAN, NANMEDIAN_DIM, middle_but_nan)
nanmedian.__doc__ = "``median`` without the nans."


def commonest(x):
    values, counts = np.unique(x, return_counts=True)
    return np.flatnonzero(x == values[counts.argmax()])[-1]


def mode(input, dim=-1, keepdim=False):
    """The commonest number along ``dim``, the smallest of equals, and where it stands."""
    dim = dimension(dim, check_tensor(input, "mode").ndim)
    return picked_one(
        MODE, "mode", input, dim, keepdim, lines(commonest, input._array, dim) if input.ndim else None
    )


def running_extreme(row, name, accumulate, reaches):
    def made(input, dim):
        dim = dimension(dim, check_tensor(input, name).ndim)
        x = input._array
        if not input.ndim:
            return picked(row, name, input, dim, None)
        steps = np.arange(x.shape[dim]).reshape([-1 if d == dim else 1 for d in range(x.ndim)])
        best = accumulate(x, axis=dim)
        places = np.maximum.accumulate(np.where(reaches(x, best) | (x != x), steps, 0), axis=dim)
        return picked(row, name, input, dim, places)

    made.__name__ = made.__qualname__ = name
    made.__doc__ = f"The running {name[3:]}imum along ``dim``, and where it stands, the last of equals."
    return made


cummax = running_extreme(CUMMAX, "cummax", np.maximum.accumulate, np.greater_equal)
cummin = running_extreme(CUMMIN, "cummin", np.minimum.accumulate, np.less_equal)


def along_one(row, name, doc):
    def made(input, dim, *, dtype=None, out=None):
        check_tensor(input, name)
        input = input if dtype is None else input.to(dtype)
        return apply(row, input, dim=dimension(dim, input.ndim), out=out) if input.ndim else input.clone()

    made.__name__ = made.__qualname__ = name
    made.__doc__ = doc
    return made


cumprod = along_one(
    CUMPROD, "cumprod", "Running products along ``dim``; zeros among them are handled exactly."
)
logcumsumexp = along_one(LOGCUMSUMEXP, "logcumsumexp", "log of the running sums of exp along ``dim``.")


# -- sets and counts ----------------------------------------------------------------------------------------


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different numbers, in order; on demand, where each number went, and how often it came.

    Args:
        dim (int): compare whole slices along this dimension.
    """
    array = memory(check_tensor(input, "unique"))
    if dim is not None:
        dim = dimension(dim, input.ndim)
    values, inverse, counts = np.unique(array, return_inverse=True, return_counts=True, axis=dim)
    inverse = inverse.reshape(array.shape if dim is None else -1)
    return several(values, (return_inverse, inverse), (return_counts, counts))


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The numbers, without those that repeat the one before; see ``unique``."""
    array = memory(check_tensor(input, "unique_consecutive"))
    rows = array.reshape(-1, 1) if dim is None else np.moveaxis(array, dim, 0)
    rows = rows.reshape(len(rows), int(np.prod(rows.shape[1:])))
    new = np.r_[True, (rows[1:] != rows[:-1]).any(1)][: len(rows)]
    values = array.reshape(-1)[new] if dim is None else np.compress(new, array, dim)
    inverse = np.cumsum(new) - 1
    counts = np.diff(np.r_[np.flatnonzero(new), len(rows)])
    return several(
        values, (return_inverse, inverse.reshape(array.shape if dim is None else -1)), (return_counts, counts)
    )


def several(values, *others):
    made = (new_tensor(values), *(new_tensor(other.astype(np.int64)) for asked, other in others if asked))
    return made[0] if len(made) == 1 else made


def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Which of ``elements`` are among ``test_elements``; either may be a number."""
    a, b = (memory(v) if isinstance(v, Tensor) else v for v in (elements, test_elements))
    return new_tensor(settle(np.isin(a, b, invert=invert)))


def count_nonzero(input, dim=None):
    """How many numbers are not zero: of all, or along dimensions."""
    axis = None if dim is None else dims(dim, check_tensor(input, "count_nonzero").ndim)
    return new_tensor(settle(np.count_nonzero(memory(input), axis=axis)))


def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, 2 … comes in a vector of integers, or the sum of its ``weights``.

    Raises:
        RuntimeError: for negative numbers or more than one dimension.
    """
    x = memory(check_tensor(input, "bincount"))
    if x.ndim != 1 or x.dtype.kind not in "iu" or (x < 0).any():
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    counted = np.bincount(x, None if weights is None else memory(weights), minlength)
    single = weights is not None and weights.dtype is dtypes.float32
    return new_tensor(counted.astype(np.float32 if single else counted.dtype))


def edges_of(input, bins, low, high, around=1):
    if low == high == 0:
        low, high = (float(input.min()), float(input.max())) if input.numel() else (0.0, 1.0)
    return (low - around, high + around) if low == high else (low, high)


def histc(input, bins=100, min=0, max=0):
    """How many numbers fall into each of ``bins`` equal parts of ``min`` to ``max``; by default, of all that occurs."""
    low, high = edges_of(check_tensor(input, "histc"), bins, min, max)
    if low > high:
        raise RuntimeError("max must be larger than min")
    return new_tensor(np.histogram(input._array, bins, (low, high))[0].astype(input._array.dtype))


HISTOGRAM = result_type("histogram", ("hist", "bin_edges"))


def histogram(input, bins, *, range=None, weight=None, density=False):
    """How many numbers fall into each bin, and the bins' edges.

    Args:
        bins (int or Tensor): how many, or their edges.
    """
    x = check_tensor(input, "histogram")._array
    if isinstance(bins, Tensor):
        bins = memory(bins)
    else:
        range = edges_of(input, bins, *(range or (0, 0)), around=0.5)
    weight = None if weight is None else memory(weight).ravel()
    counts, edges = np.histogram(np.ravel(x), bins, range, density=density, weights=weight)
    return HISTOGRAM(new_tensor(counts.astype(x.dtype)), new_tensor(edges.astype(x.dtype)))


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where numbers belong in an ordered sequence, before equals, or after them with ``right``; row by row.

    Raises:
        RuntimeError: if the leading sizes differ.
    """
    steps, x = memory(sorted_sequence), np.asarray(input._array if isinstance(input, Tensor) else input)
    if sorter is not None:
        steps = take_along(steps, steps.ndim - 1, memory(sorter))
    if steps.ndim > 1 and steps.shape[:-1] != x.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(steps.shape)} and input value "
            f"tensor {list(x.shape)}"
        )
    side = side or ("right" if right else "left")
    found = np.empty(x.shape, np.int32 if out_int32 else np.int64)
    for i in np.ndindex(steps.shape[:-1]):
        found[i] = np.searchsorted(steps[i], x[i], side)
    return new_tensor(settle(found))


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The number of the bin between ``boundaries`` in which each number lies."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


# -- made of others -----------------------------------------------------------------------------------------


def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The number below which a share ``q`` of the numbers lies, between two of them by ``interpolation``.

    Raises:
        RuntimeError: for ``q`` outside [0, 1].
    """
    return quantile_of(check_tensor(input, "quantile"), q, dim, keepdim, interpolation, False)


def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """``quantile`` without the nans."""
    return quantile_of(check_tensor(input, "nanquantile"), q, dim, keepdim, interpolation, True)


def quantile_of(input, q, dim, keepdim, interpolation, skip):
    shares = np.asarray(q._array if isinstance(q, Tensor) else q, input._array.dtype)
    if ((shares < 0) | (shares > 1)).any():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    if input.numel() == 0:
        raise RuntimeError("quantile() input tensor must be non-empty")
    ndim, whole = input.ndim, dim is None
    lined = reshape(input, -1) if whole else input.movedim(dim, -1) if ndim else reshape(input, 1)
    values = sort(lined, -1).values
    nan = np.isnan(lined._array)
    last = (
        lined.shape[-1] - nan.sum(-1, keepdims=True) - 1
        if skip
        else np.full((*lined.shape[:-1], 1), lined.shape[-1] - 1)
    )
    at = np.maximum(last, 0) * shares.reshape(-1)
    at = {"lower": np.floor, "higher": np.ceil, "nearest": np.round}.get(interpolation, lambda a: a)(at)
    low, high = np.floor(at).astype(np.int64), np.ceil(at).astype(np.int64)
    weight = (np.full(at.shape, 0.5) if interpolation == "midpoint" else at - low).astype(input._array.dtype)
    below, above = (values.gather(-1, new_tensor(np.ascontiguousarray(i))) for i in (low, high))
    weight = new_tensor(weight)
    if isinstance(q, Tensor) and q._node is not None and interpolation == "linear":
        weight = reshape(q, -1) * new_tensor(np.maximum(last, 0).astype(input._array.dtype)) - new_tensor(low)
    found = below.lerp(above, weight)
    if not skip and nan.any():
        found = found.masked_fill(
            new_tensor(np.broadcast_to(nan.any(-1, keepdims=True), found.shape).copy()), np.nan
        )
    found = found.movedim(-1, 0)
    if keepdim:
        found = (
            reshape(found, -1, *(1,) * ndim)
            if whole
            else unsqueeze(found, dimension(dim, ndim) + 1)
            if ndim
            else found
        )
    return found if shares.ndim else squeeze(found, 0)


def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The standard deviation and the mean; see ``std``."""
    return std(input, dim, unbiased, keepdim, correction=correction), mean(
        input, None if isinstance(dim, bool) else dim, keepdim
    )


def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The variance and the mean; see ``var``."""
    return var(input, dim, unbiased, keepdim, correction=correction), mean(
        input, None if isinstance(dim, bool) else dim, keepdim
    )


def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """The sum of the numbers that are not nan."""
    return sum(where(input != input, 0, check_tensor(input, "nansum")), dim, keepdim, dtype=dtype)


def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean of the numbers that are not nan."""
    total = nansum(input, dim, keepdim, dtype=dtype)
    return total / sum(input == input, dim, keepdim).to(total.dtype)


AMINMAX = result_type("aminmax", ("min", "max"))


def aminmax(input, *, dim=None, keepdim=False):
    """The smallest and the largest number, of all or along ``dim``."""
    dim = tuple(range(check_tensor(input, "aminmax").ndim)) if dim is None else dim
    return AMINMAX(input.amin(dim, keepdim), input.amax(dim, keepdim))


for _row, _function in ((SORT, sort), (TOPK, topk), (KTHVALUE, kthvalue), (MODE, mode), (MEDIAN, median), (NANMEDIAN, nanmedian),
                        (CUMMAX, cummax), (CUMMIN, cummin)):  # fmt: skip
    register(_row, _function)
for _row, _function in ((CUMPROD, cumprod), (LOGCUMSUMEXP, logcumsumexp)):
    register(_row, _function)
export(
    argsort, msort, unique, unique_consecutive, count_nonzero, bincount, histc, histogram, quantile, nanquantile, nansum,
    nanmean, aminmax,
)  # fmt: skip
export(isin, searchsorted, bucketize, std_mean, var_mean, method=False)
