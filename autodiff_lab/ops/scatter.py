"""Picking and putting by tensors of indices: gather, scatter, index_select, take and their kin. Leans on ops.index."""

import numpy as np

from ..errors import check, explained
from ..tensor import Tensor, memory, new_tensor
from .choose import as_mask
from .index import GATHER, along_places, along_taken, corner, picked, put_at, scattered
from .pointwise import no_derivative
from .row import apply, check_tensor, either, export, operation, plain, register, twins
from .shape import clone, contiguous, dimension, expand, reshape


def slices(index, dim):
    return (slice(None),) * dim + (index,)


# fmt: off
SRC = ("input", "src")
SCATTER       = operation("scatter", "Scatter", lambda x, y, dim, index, size: put_at(x, corner(y, index), along_places(index, dim)),
                          lambda g, dim, index: emptied(g, dim, index, 0), lambda g, dim, index, size: padded(taken(g, dim, index, size), size), inputs=SRC, attrs=("dim", "index", "size"))
SCATTER_VALUE = operation("scatter_value", "Scatter", lambda x, dim, index, value: put_at(x, value, along_places(index, dim)),
                          lambda g, dim, index: emptied(g, dim, index, 0), attrs=("dim", "index", "value"), suffix="Backward1")
SCATTER_HOW   = operation("scatter_how", "NotImplemented", lambda x, y, dim, index, how: put_at(x, y if np.ndim(y) == 0 else corner(y, index), along_places(index, dim), True, how),
                          lambda g: no_derivative("aten::scatter"), lambda g: no_derivative("aten::scatter"), inputs=SRC, attrs=("dim", "index", "how"), suffix="")
SCATTER_ADD   = operation("scatter_add", "ScatterAdd", lambda x, y, dim, index, size: put_at(x, corner(y, index), along_places(index, dim), add=True),
                          lambda g: g, lambda g, dim, index, size: padded(taken(g, dim, index, size), size), inputs=SRC, attrs=("dim", "index", "size"))
INDEX_SELECT  = operation("index_select", "IndexSelect", lambda x, dim, index: x[slices(index, dim)], lambda g, shape, dim, index: scattered(g, shape, slices(index, dim)),
                          attrs=("dim", "index"), linear=True)
INDEX_ADD     = operation("index_add", "IndexAdd", lambda x, y, dim, index, alpha, size: put_at(x, y if alpha == 1 else y * alpha, slices(index, dim), add=True),
                          lambda g: g, lambda g, dim, index, alpha, size: (selected_in(g, dim, index) * alpha).reshape(size), inputs=SRC, attrs=("dim", "index", "alpha", "size"))
INDEX_COPY    = operation("index_copy", "IndexCopy", lambda x, y, dim, index, size: put_at(x, y, slices(index, dim)),
                          lambda g, dim, index: filled(g, dim, index, 0), lambda g, dim, index, size: selected_in(g, dim, index).reshape(size), inputs=SRC, attrs=("dim", "index", "size"))
INDEX_FILL    = operation("index_fill", "IndexFill", lambda x, dim, index, value: put_at(x, value, slices(index, dim)),
                          lambda g, dim, index: filled(g, dim, index, 0), attrs=("dim", "index", "value"))
MASKED_SELECT = operation("masked_select", "MaskedSelect", lambda x, index: x[index], lambda g, shape, index: scattered(g, shape, index), attrs=("index",), linear=True, public={"index": "mask"})
MASKED_SCATTER = operation("masked_scatter", "MaskedScatter", lambda x, y, mask, size: put_at(x, y.reshape(-1)[: mask.sum()], np.atleast_1d(mask)),
                          lambda g, mask: g * (1 - mask.astype(mark(g))), lambda g, mask, size: padded(picked(g, mask), (count(size),)).reshape(size),
                          inputs=SRC, attrs=("mask", "size"))
TAKE          = operation("take", "Take", lambda x, index: x.reshape(-1)[index], lambda g, shape, index: scattered(g, (count(shape),), (index,)).reshape(shape), attrs=("index",), linear=True, public={"shape": None})
# fmt: on
emptied, selected, filled = either(SCATTER_VALUE), either(INDEX_SELECT), either(INDEX_FILL)


def count(shape):
    return int(np.prod(shape, dtype=np.int64))


def mark(g):
    return (g._array if isinstance(g, Tensor) else g).dtype


def taken(g, dim, index, size):
    """The cotangents at the places that ``index`` means, in as many dimensions as ``size`` says."""
    if g.ndim and index.ndim:
        return along_taken(g, dim, index)
    return along_taken(g.reshape((-1,)), 0, index.reshape(-1)).reshape((1,) * len(size))


def selected_in(g, dim, index):
    return selected(g, dim, index) if g.ndim else g.reshape((1,))


def padded(g, shape):
    """``g`` in the corner of zeros of ``shape``."""
    if g.shape == tuple(shape):
        return g
    index = np.ix_(*(np.arange(n) for n in g.shape))
    return scattered(g, shape, index)


# -- arguments ----------------------------------------------------------------------------------------------


def places(index, function, size=None, position=3):
    """An index tensor as NumPy integers from 0.

    Raises TypeError, RuntimeError, IndexError if it is no tensor, not of int64 (or int32), or reaches too far.
    """
    index = memory(check_tensor(index, function, position, "index"))
    check(index.dtype in (np.int64, np.int32),
          f"{function}(): Expected dtype int64 for index", note="note.index_dtype")  # fmt: skip
    wrong = (index < 0) | (index >= (np.inf if size is None else size))
    if wrong.any():
        bad = index[wrong].flat[0]
        check(function != "index_select", "index out of range in self", IndexError)
        raise RuntimeError(f"index {bad} is out of bounds for dimension 0 with size {size}")
    return np.array(index, np.int64)


def along(input, dim, index, function):
    """``dim`` and the checked index of gather and scatter; a 0-d tensor counts as one of a single number."""
    dim = dimension(dim, input.ndim)
    array = memory(check_tensor(index, function, 3, "index"))
    check(array.dtype in (np.int64, np.int32) or not array.size,
          f"{function}(): Expected dtype int32/int64 for index", note="note.index_dtype")  # fmt: skip
    check(not array.size or max(array.ndim, 1) == max(input.ndim, 1), "Index tensor must have the same number of "
          f"dimensions as {('input' if function == 'gather' else 'self')} tensor")  # fmt: skip
    size = input.shape[dim] if input.ndim else 1
    if not array.size and function != "gather":  # whose result has the index's shape
        array = array.reshape((0,) * max(input.ndim, 1))
    wrong = (array < 0) | (array >= size)
    if wrong.any():
        bad = array[wrong].flat[0]
        raise explained(RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}"),
                         "note.out_of_bounds", size=size, last=size - 1)  # fmt: skip
    return dim, np.array(array, np.int64)


def gather(input, dim, index, *, sparse_grad=False, out=None):
    """``out[i][j] = input[index[i][j]][j]`` for ``dim`` 0, and so along any ``dim``.

    Args:
        index (Tensor): int64, with as many dimensions as ``input``; the result has its shape.

    Raises RuntimeError for an index of another dtype or number of dimensions, or out of bounds.

    >>> import autodiff_lab as th
    >>> th.gather(th.tensor([[1, 2], [3, 4]]), 1, th.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    dim, index = along(input, dim, index, "gather")
    for d, (m, n) in enumerate(zip(index.shape, input.shape)):
        check(d == dim or m <= n, f"Size does not match at dimension {d} expected index {list(index.shape)} to be "
              f"no larger than self {list(input.shape)} apart from dimension {dim}")  # fmt: skip
    if not index.size:
        return reshape(reshape(input, -1)[:0], index.shape)
    if input.ndim == 0 or index.ndim == 0:
        return reshape(gather(reshape(input, -1), 0, new_tensor(index.reshape(-1))), index.shape)
    return apply(GATHER, input, dim=dim, index=index, out=out)


@twins
def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    """``input`` with ``out[index[i][j]][j] = src[i][j]`` for ``dim`` 0; ``src`` may be a number.

    Raises RuntimeError as ``gather``; for a ``reduce=`` but "add" and "multiply", which have no derivative.
    """
    src = value if src is None else src
    dim, index = along(input, dim, index, "scatter")
    if reduce is not None:
        check(reduce in ("add", "multiply"), "reduce argument must be either add or multiply.")
        src = (
            fitting(input, src, "scatter")
            if isinstance(src, Tensor)
            else new_tensor(input._array.dtype.type(src))
        )
        return SCATTER_HOW, (input, src), {"dim": dim, "index": index, "how": getattr(np, reduce)}
    if not isinstance(src, Tensor):
        return SCATTER_VALUE, (input,), {"dim": dim, "index": index, "value": plain(src)}
    return SCATTER, *beside(input, dim, index, src, "scatter")


@twins
def scatter_add(input, dim, index, src):
    """As ``scatter``, with ``src`` added; a place named twice gets both."""
    dim, index = along(input, dim, index, "scatter_add")
    return SCATTER_ADD, *beside(input, dim, index, src, "scatter_add")


NEUTRAL = {"sum": 0, "mean": 0, "prod": 1, "amax": -np.inf, "amin": np.inf}
JOINED = {"prod": np.multiply, "amax": np.maximum, "amin": np.minimum}


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """As ``scatter``, with all that falls on one place joined: by "sum", "mean", "prod", "amax" or "amin".

    Args:
        include_self (bool): whether what ``input`` has there counts too.

    Raises:
        RuntimeError: for another ``reduce``; when "prod" is to be differentiated.
    """
    check(reduce in NEUTRAL, f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    start = input if include_self else scatter(input, dim, index, value=NEUTRAL[reduce])
    if reduce in JOINED:
        at, places = along(input, dim, index, "scatter_reduce")
        ends = (start, fitting(input, src, "scatter_reduce"))
        if reduce != "prod":
            ends = tuple(t.detach() for t in ends)
        made = apply(SCATTER_HOW, *ends, dim=at, index=places, how=JOINED[reduce])
        if reduce == "prod" or not (input.requires_grad or src.requires_grad):
            return made
        # The mean of the equals that attain it: so each gets its share of the gradient.
        part = src if src.ndim != len(places.shape) else src[tuple(slice(n) for n in places.shape)]
        own, theirs = start == made, part == gather(made, dim, index)
        shares = scatter_add(own.to(input.dtype), dim, index, theirs.to(input.dtype))
        start = start.masked_fill(~own, 0)
        return scatter_add(start, dim, index, part.masked_fill(~theirs, 0)) / shares
    total = scatter_add(start, dim, index, src)
    if reduce == "sum":
        return total
    ones = scatter_add(start.detach() * 0 + 1, dim, index, src.detach() * 0 + 1)
    counts = ones if include_self else ones - (scatter(input.detach() * 0, dim, index, value=1))
    return total / counts if input.is_floating_point() else total // counts


def beside(input, dim, index, src, function):
    """What a row that puts ``src`` at places needs; RuntimeError in torch's words, where ``src`` lacks a number for one."""
    src = fitting(input, src, function)
    src = src if index.size else reshape(reshape(src, -1)[:0], index.shape)
    check(max(src.ndim, 1) == max(index.ndim, 1),
          "Index tensor must have the same number of dimensions as src tensor")  # fmt: skip
    within = zip(np.atleast_1d(index).shape, input.shape or (1,), src.shape or (1,))
    check(all((n <= own or d == dim) and n <= theirs for d, (n, own, theirs) in enumerate(within)),
          f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension {dim} "
          f"and to be no larger size than src {list(src.shape)}")  # fmt: skip
    return (input, src), {"dim": dim, "index": index, "size": tuple(src.shape)}


def fitting(input, src, function):
    check(check_tensor(src, function, 4, "src").dtype is input.dtype,
          f"{function}(): Expected self.dtype to be equal to src.dtype")  # fmt: skip
    return src if src.ndim or not input.ndim else reshape(src, 1)


def index_select(input, dim, index, *, out=None):
    """The places ``index`` (int64, one dimension) along ``dim``, in that order.

    Raises IndexError, RuntimeError for an index out of range, or that is no vector of integers.
    """
    dim = dimension(dim, input.ndim)
    check(check_tensor(index, "index_select", 3, "index").ndim <= 1,
          "index_select(): Index is supposed to be a vector", IndexError)  # fmt: skip
    index = places(index, "index_select", input.shape[dim] if input.ndim else 1).reshape(-1)
    return apply(INDEX_SELECT, input, dim=dim, index=index, out=out) if input.ndim else clone(input)


def indexed(input, dim, index, function):
    dim = dimension(dim, input.ndim)
    check(check_tensor(index, function, 3, "index").ndim <= 1,
          f"{function}_(): Index should have dimension 1 or 0 (got {index.ndim})", IndexError)  # fmt: skip
    return dim, places(index, function, input.shape[dim] if input.ndim else 1).reshape(-1)


@twins
def index_add(input, dim, index, source, *, alpha=1):
    """``input`` with ``alpha * source`` added at the places ``index`` along ``dim``."""
    dim, index = indexed(input, dim, index, "index_add")
    have = check_tensor(source, "index_add", 4, "source").shape
    check(len(index) == (have[dim] if dim < len(have) else 1), f"index_add_(): Number of indices ({len(index)}) should be "
          f"equal to source.size(dim): ({have[dim] if dim < len(have) else 1}), for dim: {dim}")  # fmt: skip
    check((*have[:dim], *have[dim + 1 :]) == (*input.shape[:dim], *input.shape[dim + 1 :]) and len(have) == input.ndim,
          "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
          f"{list(input.shape)} source.shape = {list(have)}")  # fmt: skip
    source = fitting(input, source, "index_add")
    return (
        INDEX_ADD,
        (input, source),
        {"dim": dim, "index": index, "alpha": alpha, "size": tuple(source.shape)},
    )


@twins
def index_copy(input, dim, index, source):
    """``input`` with ``source`` at the places ``index`` along ``dim``."""
    dim, index = indexed(input, dim, index, "index_copy")
    have = check_tensor(source, "index_copy", 4, "source").shape
    check(not have or not input.ndim or len(have) == input.ndim, "index_copy_(): When source and destination are not scalars, their "
          f"dimensionality must match. Source dimensionality ({len(have)}), destination dimensionality ({input.ndim})", IndexError)  # fmt: skip
    own, theirs = (", ".join(map(str, (*shape[:dim], *shape[dim + 1 :]))) for shape in (input.shape, have))
    check(own == theirs, "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
          f"{own} at dimension {dim} and source slice shape: {theirs} at dimension 0.")  # fmt: skip
    check(len(index) == (have[dim] if have else 1), f"index_copy_(): Number of indices ({len(index)}) should be equal to "
          f"source.size(dim) ({have[dim] if have else 1})", IndexError)  # fmt: skip
    source = fitting(input, source, "index_copy")
    return INDEX_COPY, (input, source), {"dim": dim, "index": index, "size": tuple(source.shape)}


@twins
def index_fill(input, dim, index, value):
    """``input`` with the number ``value`` at the places ``index`` along ``dim``."""
    dim, index = indexed(input, dim, index, "index_fill")
    check(not isinstance(value, Tensor) or not value.ndim, "index_fill_ only supports a 0-dimensional value tensor, but "
          f"got tensor with {getattr(value, 'ndim', 0)} dimension(s).")  # fmt: skip
    if isinstance(value, Tensor) and value.requires_grad:
        index = np.unique(index)  # a place named twice gets the number once
        shape = [len(index) if d == dim else n for d, n in enumerate(input.shape)]
        return INDEX_COPY, (input, expand(value, *shape)), {"dim": dim, "index": index, "size": tuple(shape)}
    value = value.item() if isinstance(value, Tensor) else plain(value)
    return INDEX_FILL, (input,), {"dim": dim, "index": index, "value": value}


def masked_select(input, mask, *, out=None):
    """The numbers where ``mask`` holds, in one dimension; the two are broadcast."""
    shape = np.broadcast_shapes(input.shape, check_tensor(mask, "masked_select", 2, "mask").shape)
    check(mask._array.dtype == bool, "masked_select: expected BoolTensor for mask")
    mask = np.atleast_1d(np.array(np.broadcast_to(memory(mask), shape)))
    input = expand(input, *shape) if tuple(input.shape) != shape else input
    return apply(MASKED_SELECT, input if shape else reshape(input, 1), index=mask, out=out)


@twins
def masked_scatter(input, mask, source):
    """``input`` with the numbers of ``source``, in reading order, where ``mask`` holds."""
    mask = as_mask(mask, "masked_scatter_", 2, "mask")
    shape = np.broadcast_shapes(np.shape(mask), input.shape)
    input = expand(input, *shape) if tuple(input.shape) != shape else input
    mask = np.array(np.broadcast_to(mask, input.shape))
    if source.numel() < mask.sum():
        check(source.dtype is input.dtype, "masked_scatter: expected self and source to have same dtypes")
        raise RuntimeError("The number of elements in source must be greater than or equal to the number of ones in "
                           "mask")  # fmt: skip
    return MASKED_SCATTER, (input, source), {"mask": mask, "size": tuple(source.shape)}


def take(input, index, *, out=None):
    """The numbers at ``index`` in reading order of ``input``; the result has the shape of ``index``."""
    index = memory(check_tensor(index, "take", 2, "index"))
    check(index.dtype == np.int64,
          f"take(): Expected a long tensor for index, but got {new_tensor(index).dtype.title}")  # fmt: skip
    size = input.numel()
    wrong = index[(index < -size) | (index >= size)]
    if wrong.size:
        raise IndexError(
            f"out of range: tried to access index {wrong.flat[0]} on a tensor of {size} elements."
        )
    return apply(TAKE, input, index=np.array(index) % max(size, 1), out=out)


def take_along_dim(input, indices, dim=None, *, out=None):
    """As ``gather``, with ``input`` and ``indices`` broadcast to each other; flat without ``dim``."""
    if dim is None:
        return gather(reshape(input, -1), 0, reshape(indices, -1), out=out)
    dim = dimension(dim, input.ndim)
    both = (input, indices)
    lead = np.broadcast_shapes(*(tuple(1 if d == dim else n for d, n in enumerate(t.shape)) for t in both))
    whole = [tuple(t.shape[d] if d == dim else n for d, n in enumerate(lead)) for t in both]
    wrapped = new_tensor(memory(indices) % max(input.shape[dim], 1))
    return gather(expand(input, *whole[0]), dim, contiguous(expand(wrapped, *whole[1])), out=out)


register(GATHER, gather)
for _row, _function in ((INDEX_SELECT, index_select), (MASKED_SELECT, masked_select), (TAKE, take)):
    register(_row, _function)
export(take_along_dim, scatter_reduce)
Tensor.scatter_reduce_ = lambda self, *args, **options: self.copy_(self.scatter_reduce(*args, **options))
