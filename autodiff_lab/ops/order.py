"""Order and counting: sort, topk, median, unique, running extremes, histograms. Leans on ops.reduce.

What picks numbers along a dimension finds their places first, on the array, and is then one row that takes them.
"""

import numpy as np

from .. import dtypes
from ..errors import check
from ..tensor import Tensor, memory, new_tensor
from .index import along_put, take_along
from .pointwise import where
from .reduce import along_one, chosen, dims, one_out, put_back, result_type, shared_by_all, sum, wide
from .row import apply, either, export, one_line, operation, register, wrap
from .shape import dimension, reshape, squeeze, unsqueeze
from .words import named


def cumprod_rule(g, input, dim):
    """Each number goes into the products from its place on, so Σₖ gₖ · (the product up to k, without it)."""
    g, square = g.swapaxes(dim, -1), one_out(input, dim)
    later = np.triu(np.ones(square.shape[-2:], bool))
    made = where(later, multiplied(square, len(square.shape) - 1), 0)
    return (made * g.reshape((*g.shape[:-1], 1, g.shape[-1]))).sum(axis=-1).swapaxes(dim, -1)


def log_running_rule(g, out, input, dim):
    """Σⱼ gⱼ exp(xᵢ − outⱼ) over the sums j ≥ i that xᵢ goes into; no power in it is above 1."""
    g, out, x = (v.swapaxes(dim, -1) if v.ndim else v.reshape((1,)) for v in (g, out, input))
    later = np.tri(x.shape[-1], dtype=bool).T
    gap = where(later, x[..., :, None] - out[..., None, :], 0)
    made = where(later, g[..., None, :] * np.exp(gap), 0).sum(axis=-1)
    return made.swapaxes(dim, -1) if len(g.shape) > 1 or dim else made


# fmt: off
def picking(name, title):
    """Numbers at ``indices`` along ``dim``, as many as there are."""
    return operation(name, title, lambda x, dim, indices: take_along(x, dim, indices), lambda g, shape, dim, indices: along_put(g, shape, dim, indices),
                     attrs=("dim", "indices"), linear=True)

def picking_one(name, title, suffix="Backward0"):
    """The number at ``indices`` along ``dim``, one for each line."""
    return operation(name, title, chosen, put_back, attrs=("dim", "keepdim", "indices"), linear=True, suffix=suffix)

SORT, TOPK     = picking("sort", "Sort"), picking("topk", "Topk")
CUMMAX, CUMMIN = picking("cummax", "Cummax"), picking("cummin", "Cummin")
KTHVALUE, MODE = picking_one("kthvalue", "Kthvalue"), picking_one("mode", "Mode")
MEDIAN_DIM, NANMEDIAN_DIM = picking_one("median_dim", "Median", "Backward1"), picking_one("nanmedian_dim", "Nanmedian", "Backward1")
MEDIAN    = operation("median", "Median", lambda x: middle(x.reshape(-1))[0], shared_by_all)
NANMEDIAN = operation("nanmedian", "Nanmedian", lambda x: middle(x[~np.isnan(x)].reshape(-1))[0], shared_by_all)
CUMPROD   = operation("cumprod", "Cumprod", lambda x, dim: np.cumprod(x, axis=dim, dtype=wide(x)), cumprod_rule, attrs=("dim",))
LOGCUMSUMEXP = operation("logcumsumexp", "Logcumsumexp", lambda x, dim: np.logaddexp.accumulate(x, axis=dim), log_running_rule, attrs=("dim",))
FLIP      = operation("flip", "Flip", lambda x, dims: np.ascontiguousarray(np.flip(x, dims)), lambda g, dims: flipped(g, dims), attrs=("dims",), linear=True)
# fmt: on
multiplied, flipped = either(CUMPROD), either(FLIP)

# -- in order -----------------------------------------------------------------------------------------------


def middle(x):
    """The lower of the two middle numbers of a vector, or nan, and where it stands."""
    order = np.argsort(x, kind="stable")
    if not len(x):
        return x.dtype.type(np.nan), 0
    place = order[-1] if x.dtype.kind == "f" and np.isnan(x[order[-1]]) else order[(len(x) - 1) // 2]
    return x[place], place


def middle_but_nan(x):
    order = np.argsort(x, kind="stable")
    return order[(max(len(x) - np.isnan(x).sum(), 1) - 1) // 2]


def commonest(x):
    values, counts = np.unique(x, return_counts=True)
    return np.flatnonzero(x == values[counts.argmax()])[-1]


def lines(function, x, dim):
    """``function`` of every line along ``dim``, whose results stand there, at size 1."""
    if x.size:
        return np.expand_dims(np.apply_along_axis(function, dim, x), dim).astype(np.int64)
    return np.zeros(tuple(1 if d == dim else n for d, n in enumerate(x.shape)), np.int64)


def sorted_places(x, dim, descending):
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    return x.shape[dim] - 1 - np.flip(np.argsort(np.flip(x, dim), axis=dim, kind="stable"), dim)


RESULTS = {name: result_type(name, ("values", "indices")) for name in
           ("sort", "topk", "kthvalue", "mode", "median", "nanmedian", "cummax", "cummin")}  # fmt: skip


def picked(row, input, dim, find, keepdim=None):
    """The named result of a picking row: what ``find(array)`` gives the places of, and these places.

    A 0-d tensor counts as a line of one number. ``keepdim`` is for the rows that pick one number a line.
    """
    result = RESULTS[row.name.removesuffix("_dim")]
    if not input.ndim:
        return result(input.clone(), wrap(0, np.int64))
    places = np.ascontiguousarray(find(input._array))
    if keepdim is None:
        return result(apply(row, input, dim=dim, indices=places), wrap(places))
    values = apply(row, input, dim=dim, keepdim=keepdim, indices=places)
    return result(values, wrap(places if keepdim else np.squeeze(places, dim)))


def sort(input, dim=-1, descending=False, stable=False):
    """The numbers in order along ``dim``, and where they stood; nan counts as the largest.

    >>> import autodiff_lab as th
    >>> th.sort(th.tensor([3., 1., 2.]))
    autodiff_lab.return_types.sort(
    values=tensor([1., 2., 3.]),
    indices=tensor([1, 2, 0]))
    """
    dim = dimension(dim, input.ndim)
    return picked(SORT, input, dim, lambda x: sorted_places(x, dim, descending))


def topk(input, k, dim=-1, largest=True, sorted=True):
    """The ``k`` largest numbers along ``dim``, or the smallest, in order, and where they stood; RuntimeError for too many."""
    dim = dimension(dim, input.ndim)
    check(0 <= k <= (input.shape[dim] if input.ndim else 1), "selected index k out of range")
    return picked(
        TOPK, input, dim, lambda x: sorted_places(x, dim, largest)[(slice(None),) * dim + (slice(0, k),)]
    )


def kthvalue(input, k, dim=-1, keepdim=False):
    """The ``k``-th smallest number along ``dim``, counted from 1, and where it stood."""
    dim = dimension(dim, input.ndim)
    size = input.shape[dim] if input.ndim else 1
    check(1 <= k <= size, f"kthvalue(): selected number k out of range for dimension {dim}")
    return picked(
        KTHVALUE, input, dim, lambda x: np.take(sorted_places(x, dim, False), [k - 1], dim), keepdim
    )


def line_median(name, whole, along, place, doc):
    def made(input, dim=None, keepdim=False):
        if dim is None:
            return apply(whole, input)
        dim = dimension(dim, input.ndim)
        return picked(along, input, dim, lambda x: lines(place, x, dim), keepdim)

    return named(made, name, doc)


median = line_median("median", MEDIAN, MEDIAN_DIM, lambda x: middle(x)[1],
                     "The lower of the two middle numbers: of all, or along ``dim`` with where it stands.")  # fmt: skip
nanmedian = line_median("nanmedian", NANMEDIAN, NANMEDIAN_DIM, middle_but_nan, "``median`` without the nans.")


def mode(input, dim=-1, keepdim=False):
    """The commonest number along ``dim``, the smallest of equals, and where it stands."""
    dim = dimension(dim, input.ndim)
    return picked(MODE, input, dim, lambda x: lines(commonest, x, dim), keepdim)


def running_extreme(row, accumulate, reaches):
    def made(input, dim):
        dim = dimension(dim, input.ndim)

        def find(x):
            steps = np.arange(x.shape[dim]).reshape([-1 if d == dim else 1 for d in range(x.ndim)])
            reached = reaches(x, accumulate(x, axis=dim)) | (x != x)
            return np.maximum.accumulate(np.where(reached, steps, 0), axis=dim)

        return picked(row, input, dim, find)

    doc = f"The running {row.name[3:]}imum along ``dim``, and where it stands, the last of equals."
    return named(made, row.name, doc)


cummax = running_extreme(CUMMAX, np.maximum.accumulate, np.greater_equal)
cummin = running_extreme(CUMMIN, np.minimum.accumulate, np.less_equal)
cumprod = along_one(
    "cumprod", CUMPROD, "Running products along ``dim``; zeros among them are handled exactly."
)
logcumsumexp = along_one("logcumsumexp", LOGCUMSUMEXP, "log of the running sums of exp along ``dim``.")


# -- sets and counts ----------------------------------------------------------------------------------------


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different numbers, in order; on demand, where each number went, and how often it came.

    Args:
        dim (int): compare whole slices along this dimension.
    """
    axis = None if dim is None else dimension(dim, input.ndim)
    values, inverse, counts = np.unique(memory(input), return_inverse=True, return_counts=True, axis=axis)
    inverse = inverse.reshape(input.shape if dim is None else -1)
    return several(values, (return_inverse, inverse), (return_counts, counts))


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The numbers, without those that repeat the one before; see ``unique``."""
    array = memory(input)
    rows = array.reshape(-1, 1) if dim is None else np.moveaxis(array, dim, 0)
    rows = rows.reshape(len(rows), int(np.prod(rows.shape[1:])))
    new = np.r_[True, (rows[1:] != rows[:-1]).any(1)][: len(rows)]
    values = array.reshape(-1)[new] if dim is None else np.compress(new, array, dim)
    inverse = (np.cumsum(new) - 1).reshape(array.shape if dim is None else -1)
    return several(
        values, (return_inverse, inverse), (return_counts, np.diff(np.r_[np.flatnonzero(new), len(rows)]))
    )


def several(values, *others):
    made = (new_tensor(values), *(wrap(other, np.int64) for asked, other in others if asked))
    return made[0] if len(made) == 1 else made


def numbers_of(value):
    return memory(value) if isinstance(value, Tensor) else value


def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, 2 … comes in a vector of integers, or the sum of its ``weights``; RuntimeError for others."""
    x = memory(input)
    whole = x.ndim == 1 and x.dtype.kind in "iu" and not (x < 0).any()
    check(whole, "bincount only supports 1-d non-negative integral inputs.")
    fits = weights is None or weights.shape == input.shape
    check(fits, "weights should be 1-d and have the same length as input")
    counted = np.bincount(x, None if weights is None else memory(weights), minlength)
    return wrap(
        counted, np.float32 if weights is not None and weights.dtype is dtypes.float32 else counted.dtype
    )


def edges_of(input, low, high, around):
    if low == high == 0:
        low, high = (float(input.min()), float(input.max())) if input.numel() else (0.0, 1.0)
    return (low - around, high + around) if low == high else (low, high)


def histc(input, bins=100, min=0, max=0):
    """How many numbers fall into each of ``bins`` equal parts of ``min`` to ``max``; by default, of all that occurs."""
    low, high = edges_of(input, min, max, 1)
    check(low <= high, "max must be larger than min")
    return wrap(np.histogram(input._array, bins, (low, high))[0], input._array.dtype)


HISTOGRAM = result_type("histogram", ("hist", "bin_edges"))


def histogram(input, bins=100, *, range=None, weight=None, density=False):
    """How many numbers fall into each bin (``bins`` says how many, or gives their edges), and the bins' edges."""
    x = np.ravel(input._array)
    if isinstance(bins, Tensor):
        bins = memory(bins)
    else:
        range = edges_of(input, *(range or (0, 0)), 0.5)
    weight = None if weight is None else memory(weight).ravel()
    return HISTOGRAM(
        *(wrap(v, x.dtype) for v in np.histogram(x, bins, range, density=density, weights=weight))
    )


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where numbers belong in an ordered sequence, before equals, or after them with ``right``; row by row."""
    steps, x = memory(sorted_sequence), np.asarray(input._array if isinstance(input, Tensor) else input)
    if sorter is not None:
        steps = take_along(steps, steps.ndim - 1, memory(sorter))
    check(steps.ndim == 1 or steps.shape[:-1] == x.shape[:-1], "torch.searchsorted(): boundaries tensor should be "
          "1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we "
          f"got boundaries tensor {list(steps.shape)} and input value tensor {list(x.shape)}")  # fmt: skip
    found = np.empty(x.shape, np.int32 if out_int32 else np.int64)
    for i in np.ndindex(steps.shape[:-1]):
        found[i] = np.searchsorted(steps[i], x[i], side or ("right" if right else "left"))
    return wrap(found)


# -- made of others -----------------------------------------------------------------------------------------


def quantile_of(input, q, dim, keepdim, interpolation, skip):
    kind = input._array.dtype
    shares = np.asarray(q._array if isinstance(q, Tensor) else q, kind)
    check(((shares >= 0) & (shares <= 1)).all(), "quantile() q values must be in the range [0, 1]")
    check(input.numel() != 0, "quantile() input tensor must be non-empty")
    ndim, whole = input.ndim, dim is None
    lined = reshape(input, -1) if whole else input.movedim(dim, -1) if ndim else reshape(input, 1)
    values, nan = sort(lined, -1).values, np.isnan(lined._array)
    last = np.maximum(lined.shape[-1] - 1 - nan.sum(-1, keepdims=True) * skip, 0)
    at = last * shares.reshape(-1)
    at = {"lower": np.floor, "higher": np.ceil, "nearest": np.round}.get(interpolation, lambda a: a)(at)
    low, high = np.floor(at).astype(np.int64), np.ceil(at).astype(np.int64)
    below, above = (values.gather(-1, new_tensor(np.ascontiguousarray(i))) for i in (low, high))
    weight = wrap(np.full(at.shape, 0.5) if interpolation == "midpoint" else at - low, kind)
    if isinstance(q, Tensor) and q._node is not None and interpolation == "linear":
        weight = reshape(q, -1) * wrap(last, kind) - wrap(low)
    found = below.lerp(above, weight)
    if not skip and nan.any():
        lost = np.broadcast_to(nan.any(-1, keepdims=True), found.shape)
        found = found.masked_fill(new_tensor(lost.copy()), np.nan)
    found = found.movedim(-1, 0)
    if keepdim and whole:
        found = reshape(found, -1, *(1,) * ndim)
    elif keepdim and ndim:
        found = unsqueeze(found, dimension(dim, ndim) + 1)
    return found if shares.ndim else squeeze(found, 0)


def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean of the numbers that are not nan."""
    total = sum(where(input != input, 0, input), dim, keepdim, dtype=dtype)
    return total / sum(input == input, dim, keepdim).to(total.dtype)


AMINMAX = result_type("aminmax", ("min", "max"))


def aminmax(input, *, dim=None, keepdim=False):
    """The smallest and the largest number, of all or along ``dim``."""
    dim = tuple(range(input.ndim)) if dim is None else dim
    return AMINMAX(input.amin(dim, keepdim), input.amax(dim, keepdim))


for _row, _function in ((SORT, sort), (TOPK, topk), (KTHVALUE, kthvalue), (MODE, mode), (MEDIAN, median), (NANMEDIAN, nanmedian),
                        (CUMMAX, cummax), (CUMMIN, cummin)):  # fmt: skip
    register(_row, _function)
export(unique, unique_consecutive, bincount, histc, histogram, nanmean, aminmax)
export(searchsorted, method=False)
# fmt: off
one_line(
    ("fm", "argsort",       lambda input, dim=-1, descending=False, stable=False: sort(input.detach(), dim, descending).indices, "Where the numbers of the sorted tensor stood; see ``sort``."),
    ("fm", "msort",         lambda input: sort(input, 0).values, "The numbers in order along the first dimension."),
    ("fm", "count_nonzero", lambda input, dim=None: wrap(np.count_nonzero(memory(input), axis=None if dim is None else dims(dim, input.ndim))), "How many numbers are not zero: of all, or along dimensions."),
    ("f",  "isin",          lambda elements, test_elements, *, assume_unique=False, invert=False: wrap(np.isin(*map(numbers_of, (elements, test_elements)), invert=invert)),
                            "Which of ``elements`` are among ``test_elements``; either may be a number."),
    ("f",  "bucketize",     lambda input, boundaries, *, out_int32=False, right=False: searchsorted(boundaries, input, out_int32=out_int32, right=right),
                            "The number of the bin between ``boundaries`` in which each number lies."),
    ("fm", "quantile",      lambda input, q, dim=None, keepdim=False, *, interpolation="linear": quantile_of(input, q, dim, keepdim, interpolation, False),
                            "The number below which a share ``q``, 0 to 1, of the numbers lies, between two of them by ``interpolation``."),
    ("fm", "nanquantile",   lambda input, q, dim=None, keepdim=False, *, interpolation="linear": quantile_of(input, q, dim, keepdim, interpolation, True), "``quantile`` without the nans."),
    ("fm", "nansum",        lambda input, dim=None, keepdim=False, *, dtype=None: sum(where(input != input, 0, input), dim, keepdim, dtype=dtype), "The sum of the numbers that are not nan."),
)
# fmt: on
