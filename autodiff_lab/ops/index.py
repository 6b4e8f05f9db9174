"""Indexing: reading and writing parts of a tensor. Leans on ops.shape and ops.row.

Note [An index, piece by piece]
As in torch, an index is applied in two steps. Integers, slices, None and Ellipsis are views, one node each, in order.
What remains, lists, integer tensors and masks, picks elements all at once and copies. Writing goes the same way: the
views lead to a part of the memory, and the value is copied into it, or put at the places picked.
"""

import functools

import numpy as np

from ..errors import check, explained, warn
from ..mode import mode
from ..tensor import Tensor, count_write, memory, new_tensor
from ..views import at_hand, in_place, keep_apart, refuse, write
from .row import apply, broadcast, check_tensor, either, export, nought, operation, plain, register, wrap
from .shape import ALIAS, clone, dimension, expand, unsqueeze, view_row

# -- rows ---------------------------------------------------------------------------------------------------


def part(dim, *index):
    """The NumPy index that takes ``index`` along ``dim``; the Ellipsis keeps a single element an array."""
    return (slice(None),) * dim + index + (...,)


def along_places(index, dim):
    """The NumPy index of the places that ``index``, along ``dim``, means."""
    index = np.atleast_1d(index)
    places = [*all_places(index.shape)]
    places[dim] = index
    return tuple(places)


@functools.lru_cache(256)
def all_places(shape):
    """The NumPy index of every place of ``shape``, one array for each dimension."""
    return np.indices(shape, sparse=True)


def corner(y, index):
    """The part of ``y`` that ``index`` has places for."""
    if y.shape == index.shape:
        return y
    return y[tuple(slice(n) for n in index.shape)] if y.ndim == index.ndim else y.reshape(-1)[: index.size]


def put_into(made, where, y, add=False, how=np.add):
    """Put, or add, ``y`` at the places of a NumPy index of a fresh array; a place picked twice gets both."""
    line = made if made.ndim else made.reshape(1)  # a 0-d tensor counts as one of a single number
    if add:
        how.at(line, where, y)
    else:
        line[where] = y
    return made


def put_at(x, y, where, add=False, how=np.add):
    """A copy of ``x`` with ``y`` put, or added (or joined by ``how``), at the places of a NumPy index."""
    return put_into(np.array(x, order="C"), where, y, add, how)


def add_at(g, whole, index):
    """Zeros of shape ``whole`` with ``g`` added at the places picked."""
    masked = any(isinstance(i, np.ndarray) and i.dtype == bool for i in index)
    return put_into(np.zeros(whole, g.dtype), index, g, add=not masked)


def put_along(g, whole, dim, index):
    return put_into(np.zeros(whole, g.dtype), along_places(index, dim), corner(g, index), add=True)


def take_along(x, dim, index):
    return x[along_places(index, dim)]


# fmt: off
def placing(g, shape, dim, index):
    return place(g, shape, dim, index)

SELECT       = view_row("select", "Select", lambda x, dim, index: x[part(dim, index)], placing, "dim", "index")
SLICE        = view_row("slice",  "Slice",  lambda x, dim, index: x[part(dim, index)], placing, "dim", "index")
PLACE        = operation("place", "SelectBackward", lambda g, whole, dim, index: put_into(np.zeros(whole, g.dtype), part(dim, index), g),
                         lambda g, dim, index: parted(g, dim, index), attrs=("whole", "dim", "index"), linear=True)
PART         = operation("part",  "Slice", lambda x, dim, index: x[part(dim, index)], placing, attrs=("dim", "index"), linear=True)
INDEX        = operation("index", "Index", lambda x, index: x[index], lambda g, shape, index: scattered(g, shape, index), attrs=("index",), linear=True, public={"index": "indices"})
INDEX_ADD    = operation("index_add_at", "IndexPut", add_at, lambda g, index: picked(g, index), attrs=("whole", "index"), linear=True)
GATHER       = operation("gather", "Gather", take_along, lambda g, shape, dim, index: along_put(g, shape, dim, index), attrs=("dim", "index"), linear=True)
ALONG_PUT    = operation("along_put", "ScatterAdd", put_along, lambda g, dim, index: along_taken(g, dim, index), attrs=("whole", "dim", "index"), linear=True)
BLANK        = operation("blank", "IndexPut", lambda x, index: put_at(x, 0, index), lambda g, index: blank(g, index), attrs=("index",), linear=True)
INDEX_PUT    = operation("index_put", "IndexPut", lambda x, y, index, accumulate: put_at(x, y, index, accumulate),
                         lambda g, index, accumulate: g if accumulate else blank(g, index), lambda g, index: picked(g, index),
                         inputs=("input", "values"), attrs=("index", "accumulate"))
COPY         = operation("copy", "Copy", lambda x, y: np.broadcast_to(y, x.shape).astype(x.dtype), nought, lambda g: g,
                         inputs=("input", "src"), suffix="Backwards", dtypes="assign")
FILL         = operation("fill", "Fill", lambda x, value: np.full_like(x, value), nought, attrs=("value",), suffix="Backward2")
FILL_TENSOR  = operation("fill_tensor", "Fill", COPY.forward, nought, lambda g: g, inputs=("input", "value"), suffix="Backward3", dtypes="assign")
ZERO         = operation("zero", "Zero", lambda x: np.zeros_like(x), nought)
# fmt: on

place, parted = either(PLACE), either(PART)
scattered, picked = either(INDEX_ADD), either(INDEX)
along_put, along_taken, blank = either(ALONG_PUT), either(GATHER), either(BLANK)


# -- reading ------------------------------------------------------------------------------------------------


def index_array(value, what="tensors"):
    """A list, array or tensor as the NumPy integers or booleans that it picks with; IndexError for other dtypes."""
    array = memory(value) if isinstance(value, Tensor) else np.asarray(value)
    if array.size == 0 and not isinstance(value, (Tensor, np.ndarray)):
        array = array.astype(np.int64)
    if array.dtype == np.uint8:
        warn("bytes")
        array = array.astype(bool)
    check(array.dtype.kind in "bi", f"{what} used as indices must be long, int, byte or bool tensors",
          IndexError, "note.index_dtype")  # fmt: skip
    return array


IN_A_TUPLE = (Tensor, np.ndarray, list, tuple, range, slice, type(None), type(...))


def pieces(index):
    """An index as a list of its pieces, and how many dimensions they use."""
    if index.__class__ is list and any(
        isinstance(p, IN_A_TUPLE) for p in index
    ):  # then it is read as a tuple
        warn("sequence")
        index = tuple(index)
    index = list(index) if isinstance(index, tuple) else [index]
    used = 0
    for i, piece in enumerate(index):
        kind = piece.__class__
        if kind is int or kind is slice:
            used += 1
            continue
        if piece is None or piece is Ellipsis:
            continue
        if kind is bool or kind is np.bool_:
            piece = np.asarray(piece)
        elif isinstance(piece, Tensor):
            a = piece._array
            piece = a.item() if a.ndim == 0 and a.dtype.kind == "i" else index_array(piece)
        elif isinstance(piece, (np.ndarray, list, range, tuple)):
            piece = index_array(list(piece) if kind is range else piece)
        elif not isinstance(piece, slice):
            check(not isinstance(piece, str), "new(): invalid data type 'str'", TypeError)
            check(hasattr(piece, "__index__"), "only integers, slices (`:`), ellipsis (`...`), None and long or "
                  f"byte Variables are valid indices (got {type(piece).__name__})", IndexError)  # fmt: skip
            piece = piece.__index__()
        index[i] = piece
        used += piece.ndim if isinstance(piece, np.ndarray) and piece.dtype == bool else 1
    return index, used


def viewed(t, index):
    """Apply the integers, slices, None and Ellipsis of an index as views.

    Returns the view, and the NumPy index of what remains to be picked, or None.
    """
    index, used = pieces(index)
    ndim = t._array.ndim
    said = f"too many indices for tensor of dimension {ndim}"
    check(used <= ndim, said, IndexError, "note.too_many", ndim=ndim)
    result, dim, rest, picks = t, 0, [], False
    for position, piece in enumerate(index):
        if piece.__class__ is int:
            result = part_at(result, dim, piece, position)
        elif isinstance(piece, slice):
            result = sliced(result, dim, piece)
            dim += 1
            rest.append(slice(None))
        elif piece is Ellipsis:
            dim += ndim - used
            rest += [slice(None)] * (ndim - used)
        elif piece is None:
            result = unsqueeze(result, dim)
            dim += 1
            rest.append(slice(None))
        else:
            picks = True
            mask = piece.dtype == bool
            if mask and piece.ndim == 0:
                result = unsqueeze(result, dim)
                piece, mask = np.array([0] if piece else [], np.int64), False
            if mask:
                check_mask(piece, result, dim)
            dim += piece.ndim if mask else 1
            rest.append(piece)
    return result, tuple(rest) if picks else None


def check_mask(mask, t, dim):
    have = t.shape[dim : dim + mask.ndim]
    if mask.shape != tuple(have):
        bad = next(i for i, (m, n) in enumerate(zip(mask.shape, have)) if m != n)
        raise explained(IndexError(f"The shape of the mask {list(mask.shape)} at index {bad} does not match the "
                         f"shape of the indexed tensor {list(t.shape)} at index {dim + bad}"), "note.mask")  # fmt: skip


def check_places(index, shape):
    """Raise torch's IndexError for ``index``, a NumPy index of ``shape`` that NumPy refused."""
    dim, shapes = 0, []
    for piece in index:
        if isinstance(piece, np.ndarray) and piece.dtype != bool:
            size = shape[dim]
            wrong = (piece < -size) | (piece >= size)
            if wrong.any():
                said = f"is out of bounds for dimension {dim} with size {size}"
                raise IndexError(f"index {piece[wrong].flat[0]} {said}")
            shapes.append(piece.shape)
        dim += piece.ndim if isinstance(piece, np.ndarray) and piece.dtype == bool else 1
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        said = "shape mismatch: indexing tensors could not be broadcast together with shapes "
        raise IndexError(said + ", ".join(str([*s]) for s in shapes)) from None


def sliced(t, dim, piece, whole_too=False):
    start, stop, step = (None if v is None else v.__index__() for v in (piece.start, piece.stop, piece.step))
    check(step is None or step > 0, "step must be greater than zero", ValueError, "note.step")
    size = t.shape[dim]
    start, stop, step = slice(start, stop, step).indices(size)
    if whole_too or (start, stop, step) != (0, size, 1):
        return apply(SLICE, t, dim=dim, index=slice(start, max(start, stop), step))
    return t


def kept(index, *inputs):
    """``index`` as a node may keep it: later writes to a tensor in it change nothing."""
    if not mode.grad or all(t._node is None for t in inputs):
        return index
    return tuple([np.array(i) if isinstance(i, np.ndarray) else i for i in index])


def __getitem__(self, index):
    if index.__class__ is int and self._array.ndim:  # the commonest
        return part_at(self, 0, index, 0)
    if self._array.ndim == 0 and index.__class__ is int:
        raise explained(IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
                         "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"),
                         "note.too_many", ndim=0)  # fmt: skip
    if index.__class__ is slice and self._array.ndim:
        return sliced(self, 0, index, whole_too=True)
    result, rest = viewed(self, index)
    if rest is not None:
        try:
            return INDEX.run(result, index=kept(rest, result))
        except TypeError:
            check_places(rest, result._array.shape)
            raise
    return apply(ALIAS, result) if result is self else result


def select(input, dim, index):
    """The part of ``input`` at ``index`` along ``dim``, a view without that dimension.

    Raises IndexError if there is no such place.
    """
    return part_at(input, dimension(dim, input.ndim), index)


def part_at(t, dim, index, position=None):
    """``select`` of ``t``; ``position`` is where, in an index in brackets, ``index`` stands: torch tells this."""
    shape = t.shape
    size, index = shape[dim] if shape else 0, index.__index__()
    if not -size <= index < size:
        said = f"select(): index {index} out of range for tensor of size {[*shape]} at dimension {dim}"
        if position is not None:
            said = f"index {index} is out of bounds for dimension {position} with size {size}"
        raise explained(IndexError(said), "note.out_of_bounds", size=size, last=size - 1)
    return apply(SELECT, t, dim=dim, index=index % size)


def narrow(input, dim, start, length):
    """The ``length`` places from ``start`` along ``dim``, a view."""
    size = input.shape[dim := dimension(dim, input.ndim)]
    start = int(start)
    check(-size <= start <= size, f"Dimension out of range (expected to be in range of [{-size}, {size}], but got "
          f"{start})", IndexError)  # fmt: skip
    start = start + size if start < 0 else start
    check(length >= 0, "narrow(): length must be non-negative.")
    check(start + length <= size, f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return apply(SLICE, input, dim=dim, index=slice(start, start + length, 1))


def __contains__(self, element):
    check(isinstance(element, (Tensor, int, float, bool, np.generic)),
          f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")  # fmt: skip
    return bool(np.any(self._array == (element._array if isinstance(element, Tensor) else element)))


# -- writing ------------------------------------------------------------------------------------------------


def __setitem__(self, index, value):
    if index is False:
        return
    if index is True:
        index = None
    target, rest = viewed(self, index)
    if rest is None:
        if isinstance(value, Tensor) and value.ndim:
            copy_(target, trimmed(value, target))
        elif isinstance(value, Tensor) or np.ndim(value) == 0:
            fill_(target, value)
        else:
            copy_(target, wrap(value))
        return
    if not isinstance(value, Tensor):
        value = wrap(value, self._array.dtype)
    put(target, rest, value, accumulate=False)


def trimmed(value, target):
    """``value`` in the target's shape, also from leading dimensions of size 1 beyond the target's."""
    while value.ndim > target.ndim and value.shape[0] == 1:
        value = select(value, 0, 0)
    fitting = expand(value, *target.shape)  # raises, in torch's words, where it does not fit
    return value if value.shape == target.shape else fitting


def put(target, index, value, accumulate):
    try:
        shape = np.empty(target.shape, bool)[index].shape
    except IndexError:
        check_places(index, target.shape)
        raise
    if value._array.dtype != target._array.dtype:
        check(not value._array.ndim, "Index put requires the source and destination dtypes match, got "
              f"{target.dtype.title} for the destination and {value.dtype.title} for the source.")  # fmt: skip
        value = value._cast(target._array.dtype)
    picks = [i.dtype for i in index if isinstance(i, np.ndarray)]
    if accumulate or picks != [bool] or value.numel() != 1:  # a number behind a mask is taken out first
        keep_apart(target, (value, *index), whole=True)
    try:
        value = expand(value, *shape)
    except RuntimeError:
        raise RuntimeError(f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to "
                         f"indexing result of shape {list(shape)}") from None  # fmt: skip
    attrs = {"index": kept(index, target, value), "accumulate": accumulate}
    in_place(INDEX_PUT, target, (value,), attrs)


def nonzero(input, *, out=None, as_tuple=False):
    """The places of the numbers that are not zero, one row each; or with ``as_tuple``, one tensor a dimension.

    >>> import autodiff_lab as th
    >>> th.nonzero(th.tensor([0, 3, 0, 5]))
    tensor([[1],
            [3]])
    """
    places = np.nonzero(np.atleast_1d(input._array))
    if as_tuple:
        return tuple(new_tensor(p) for p in places)
    stacked = np.stack(places, axis=1) if input.ndim else np.zeros((len(places[0]), 0), np.int64)
    return new_tensor(stacked)


def index_put_(self, indices, values, accumulate=False):
    """Write ``values`` at the places that ``indices``, a tuple of integer tensors or masks, pick.

    Args:
        accumulate (bool): add instead; a place picked twice gets both.

    Raises IndexError, RuntimeError for places out of reach, dtypes or shapes that do not fit.
    """
    target, rest = viewed(self, tuple(slice(None) if i is None else i for i in indices))
    rest = (None,) if rest is None else rest
    put(target, rest, check_tensor(values, "index_put_", 2, "values"), accumulate)
    return self


def index_put(input, indices, values, accumulate=False):
    """A copy of ``input`` with ``values`` written at ``indices``; see ``index_put_``."""
    return index_put_(clone(input), indices, values, accumulate)


def copy_(self, src, non_blocking=False):
    """Write the numbers of ``src``, broadcast and cast, into this tensor.

    Raises RuntimeError if the shapes do not fit, or the tensor may not be written to; TypeError for what is neither
    a tensor nor a number.
    """
    if isinstance(src, (int, float, bool, np.generic)):
        return fill_(self, src)
    check_tensor(src, "copy_", name="other")
    if broadcast(self._array.shape, src._array.shape) != self._array.shape:
        shape = list(broadcast(self._array.shape, src._array.shape))
        raise RuntimeError(f"output with shape {list(self.shape)} doesn't match the broadcast shape {shape}")
    return in_place(COPY, self, (src,), {})


def fill_(self, value):
    """Write one number everywhere."""
    if isinstance(value, Tensor):
        check(not value.ndim,
              f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")  # fmt: skip
        return in_place(FILL_TENSOR, self, (value,), {})
    check(isinstance(value, (int, float, bool, np.generic)),
          f"fill_(): argument 'value' must be a number, not {type(value).__name__}", TypeError)  # fmt: skip
    return constant_(self, FILL, {"value": plain(value)}, plain(value))


def zero_(self):
    """Write zeros everywhere."""
    return constant_(self, ZERO, {}, 0)


def constant_(t, row, attrs, value):
    """Write one number everywhere: recorded as ``row``, or else straight into the memory."""
    if mode.grad and t._node is not None:
        return in_place(row, t, (), attrs)
    if at_hand(t) and t._array.__class__ is np.ndarray:
        count_write(t)
        t._array.fill(value)
        return t
    refuse(t, recording=False)
    if t._array.__class__ is np.ndarray:
        if t._array.dtype.kind != "f":
            np.empty((), t._array.dtype).fill(
                value
            )  # refuses what the dtype cannot hold, before anything changes
        count_write(t)
        t._array.fill(value)
    else:
        write(t, value)
    return t


register(SELECT, select)
export(narrow, nonzero, index_put)
export(index_put_, copy_, fill_, zero_, __getitem__, __setitem__, __contains__, function=False)
