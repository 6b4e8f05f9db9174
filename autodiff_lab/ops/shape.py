"""Shape operations: views of the same memory wherever NumPy can give one. Leans on ops.row.

A view's rule is its adjoint: it puts a cotangent of the view into a cotangent of the source. It names nothing but
``g``, the source's ``shape`` and the operation's attributes, for it is also what in-place writing goes through
(views' Note [Writing in place]).
"""

import numpy as np

from ..device import contiguous_format
from ..engine import stretched_axes
from ..errors import check, explained, warn
from ..exact import add_up, copied
from ..tensor import Size, Tensor, dimension, memory, new_tensor
from .row import apply, broadcast_all, check_tensor, either, export, one_line, operation, register

# -- arguments ----------------------------------------------------------------------------------------------


def numbers(sizes, what="shape"):
    """Sizes given one by one or as one sequence, as a tuple of ints."""
    if len(sizes) == 1 and (
        isinstance(sizes[0], (tuple, list)) or (isinstance(sizes[0], Tensor) and sizes[0].ndim)
    ):
        sizes = tuple(sizes[0])
    for n in sizes:
        if isinstance(n, bool) or not hasattr(n, "__index__"):
            raise TypeError(f"{what} must be integers, but got {type(n).__name__}")
    return tuple(n.__index__() for n in sizes)


def filled_in(shape, count):
    """``shape`` with its -1 worked out for ``count`` elements; RuntimeError if no such shape holds so many."""
    if sum(n == -1 for n in shape) > 1:
        raise RuntimeError("only one dimension can be inferred")
    for n in shape:
        if n < -1:
            raise RuntimeError(f"invalid shape dimension {n}")
    known = Size(n for n in shape if n != -1).numel()
    fits = known == count if -1 not in shape else known != 0 and count % known == 0
    if -1 in shape and known == 0 and count == 0:
        raise RuntimeError(f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified "
                         "dimension size -1 can be any value and is ambiguous")  # fmt: skip
    if not fits:
        raise explained(RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}"),
                         "note.shape", count=count)  # fmt: skip
    return tuple(count // known if n == -1 else n for n in shape)


# -- rows ---------------------------------------------------------------------------------------------------


def view_row(name, title, forward, rule, *attrs, **options):
    return operation(name, title, forward, rule, attrs=attrs, view=True, linear=True, **options)


def sum_to(g, shape):
    """Add up the elements of ``g`` that came from the same element of a tensor of ``shape``."""
    axes = stretched_axes(tuple(g.shape), tuple(shape))
    if axes:
        g = g.sum(axis=axes) if isinstance(g, Tensor) else add_up(g, axes)
    return g.reshape(shape)


def diagonal_of(x, offset, dim1, dim2):
    part = x.diagonal(offset, dim1, dim2)
    if x.flags.writeable and isinstance(part, np.ndarray):
        part.flags.writeable = True
    return part


def diagonal_into(g, whole, offset, dim1, dim2):
    made = np.zeros(whole, g.dtype)
    diagonal_of(made, offset, dim1, dim2)[...] = g
    return made


def windows(x, dimension, size, step):
    """Windows along a dimension, each moved to the end as a dimension of its own."""
    every = np.lib.stride_tricks.sliding_window_view(x, size, dimension, writeable=x.flags.writeable)
    return every[(slice(None),) * dimension + (slice(None, None, step),)]


def windows_into(g, whole, dimension, size, step):
    made = np.zeros(whole, g.dtype)
    starts = np.arange(g.shape[dimension]) * step
    for i in range(size):  # the windows overlap, but never at the same place within them
        made[(slice(None),) * dimension + (starts + i,)] += g[..., i]
    return made


# fmt: off
# The adjoints of two views as operations of their own, so that they can be differentiated in their turn
DIAGONAL_PUT = operation("diagonal_put", "DiagonalBackward", diagonal_into, lambda g, offset, dim1, dim2: g.diagonal(offset, dim1, dim2), attrs=("whole", "offset", "dim1", "dim2"), linear=True)
UNFOLD_PUT = operation("unfold_put", "UnfoldBackward", windows_into, lambda g, dimension, size, step: either(UNFOLD)(g, dimension, size, step), attrs=("whole", "dimension", "size", "step"), linear=True)
diagonal_put, unfold_put = either(DIAGONAL_PUT), either(UNFOLD_PUT)

VIEW        = view_row("view",      "View",      lambda x, size: x.reshape(size),        lambda g, shape: g.reshape(shape),                 "size")
RESHAPED    = view_row("_reshape_alias", "ReshapeAlias", lambda x, size: np.reshape(x, size), lambda g, shape: g.reshape(shape), "size")
EXPAND      = view_row("expand",    "Expand",    lambda x, size: stretched(x, size),     lambda g, shape: sum_to(g, shape),                 "size")
PERMUTE     = view_row("permute",   "Permute",   lambda x, dims: x.transpose(dims),      lambda g, dims: permuted(g, inverse(dims)),        "dims")
T_ROW       = view_row("t",         "T",         lambda x: x.T,                          lambda g: g.T)
TRANSPOSE   = view_row("transpose", "Transpose", lambda x, dim0, dim1: x.swapaxes(dim0, dim1), lambda g, dim0, dim1: g.swapaxes(dim0, dim1), "dim0", "dim1")
TRANSPOSED  = view_row("transpose_", "Transpose", TRANSPOSE.forward, TRANSPOSE.rules["input"], "dim0", "dim1", suffix="Backward1")
SQUEEZE     = view_row("squeeze",   "Squeeze",   lambda x: x.reshape([n for n in x.shape if n != 1]), lambda g, shape: g.reshape(shape))
SQUEEZE_DIM = view_row("squeeze_dim", "Squeeze", lambda x, dim: x.reshape([n for i, n in enumerate(x.shape) if i not in dim or n != 1]),
                                                                                         lambda g, shape: g.reshape(shape),                 "dim", suffix="Backward1")
UNSQUEEZE   = view_row("unsqueeze", "Unsqueeze", lambda x, dim: np.expand_dims(x, dim),  lambda g, shape: g.reshape(shape),                 "dim")
ALIAS       = view_row("alias",     "Alias",     lambda x: x[...],                       lambda g: g)
DIAGONAL    = view_row("diagonal",  "Diagonal",  diagonal_of, lambda g, shape, offset, dim1, dim2: diagonal_put(g, shape, offset, dim1, dim2), "offset", "dim1", "dim2")
UNFOLD      = view_row("unfold",    "Unfold",    windows,     lambda g, shape, dimension, size, step: unfold_put(g, shape, dimension, size, step), "dimension", "size", "step")
COPY_VIEW   = operation("reshape_copy", "UnsafeView", lambda x, size: x.reshape(size), lambda g, shape: g.reshape(shape), attrs=("size",), linear=True)
CLONE       = operation("clone",        "Clone",      lambda x, order: np.array(x, order=order) if order == "C" else copied(x), lambda g: g, attrs=("order",), linear=True)
# fmt: on


def stretched(x, size):
    if not isinstance(x, np.ndarray):
        return np.ndarray(size, x.dtype, np.asarray(x), 0, (0,) * len(size))
    steps = [0] * (len(size) - x.ndim) + [0 if n == 1 else s for n, s in zip(x.shape, x.strides)]
    if x.flags.c_contiguous and x.size:
        return np.ndarray(size, x.dtype, x, 0, steps)
    return np.lib.stride_tricks.as_strided(x, size, steps)


def inverse(dims):
    return tuple(int(i) for i in np.argsort(dims))


permuted = either(PERMUTE)


# -- functions ----------------------------------------------------------------------------------------------


def view(input, *size):
    """The same memory in another shape, or as another dtype's numbers.

    Args:
        size: sizes, one of which may be -1; or a dtype.

    Raises RuntimeError if the sizes do not fit, or the memory does not lie so that a view can show it.

    >>> import autodiff_lab as th
    >>> th.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if len(size) == 1 and hasattr(size[0], "is_floating_point") and not isinstance(size[0], Tensor):
        return new_tensor(memory(input).view(size[0].numpy))
    size = filled_in(numbers(size), input._array.size)
    if not can_view(input, size):
        raise explained(RuntimeError("view size is not compatible with input tensor's size and stride (at least "
                         "one dimension spans across two contiguous subspaces). Use .reshape(...) instead."),
                         "note.view", input)  # fmt: skip
    return apply(VIEW, input, size=size)


def can_view(t, size):
    try:
        return np.reshape(memory(t), size, copy=False) is not None
    except ValueError:
        return False


def reshape(input, *shape):
    """The numbers in another shape, where the sizes fit: a view where memory allows it, else a copy."""
    size = filled_in(numbers(shape), input._array.size)
    if can_view(input, size):
        return apply(VIEW if input.is_contiguous() else RESHAPED, input, size=size)
    return apply(COPY_VIEW, apply(CLONE, input, order="C"), size=size)


def flatten(input, start_dim=0, end_dim=-1):
    """Dimensions ``start_dim`` to ``end_dim`` made into one."""
    shape = input.shape
    if not shape:
        return reshape(input, 1)
    first, last = dimension(start_dim, len(shape)), dimension(end_dim, len(shape))
    check(first <= last, "flatten() has invalid args: start_dim cannot come after end_dim")
    if first == last:
        return input
    return reshape(input, *shape[:first], Size(shape[first : last + 1]).numel(), *shape[last + 1 :])


def unflatten(input, dim, sizes):
    """Dimension ``dim`` opened into several of ``sizes``."""
    shape = input.shape
    dim = dimension(dim, len(shape))
    sizes = filled_in(numbers((sizes,)), shape[dim])
    return view(input, *shape[:dim], *sizes, *shape[dim + 1 :])


def expand(input, *size):
    """A view that repeats dimensions of size 1 (no others), and leads with new ones, without copying; -1 keeps a size."""
    have, want = input.shape, numbers(size)
    if len(want) < len(have):
        raise RuntimeError(f"expand({input.type()}{{{list(have)}}}, size={list(want)}): the number of sizes "
                         f"provided ({len(want)}) must be greater or equal to the number of dimensions in the "
                         f"tensor ({len(have)})")  # fmt: skip
    lead, sizes = len(want) - len(have), []
    for i, n in enumerate(want):
        old = have[i - lead] if i >= lead else None
        if n == -1 and old is None:
            raise RuntimeError("The expanded size of the tensor (-1) isn't allowed in a leading, non-existing "
                             f"dimension {i}")  # fmt: skip
        if old not in (None, 1, n) and n != -1:
            raise RuntimeError(f"The expanded size of the tensor ({n}) must match the existing size ({old}) at "
                             f"non-singleton dimension {i}.  Target sizes: {list(want)}.  Tensor sizes: "
                             f"{list(have)}")  # fmt: skip
        sizes.append(old if n == -1 else n)
    return apply(EXPAND, input, size=tuple(sizes))


def permute(input, *dims):
    """A view with the dimensions in another order."""
    dims = numbers(dims)
    ndim = input.ndim
    if len(dims) != ndim:
        raise RuntimeError("permute(sparse_coo): number of dimensions in the tensor input does not match the "
                         f"length of the desired ordering of dimensions i.e. input.dim() = {ndim} is not equal to "
                         f"len(dims) = {len(dims)}")  # fmt: skip
    dims = tuple(dimension(d, ndim) for d in dims)
    if len(set(dims)) != len(dims):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return apply(PERMUTE, input, dims=dims)


def transposer(row):
    def transpose(input, dim0, dim1):
        """A view with two dimensions exchanged."""
        ndim = input.ndim
        if not ndim:
            return apply(ALIAS, input)
        return apply(row, input, dim0=dimension(dim0, ndim), dim1=dimension(dim1, ndim))

    return transpose


transpose, transposed = transposer(TRANSPOSE), transposer(TRANSPOSED)


def t(input):
    """The transpose of a matrix; vectors and single numbers as they are; RuntimeError for more than two dimensions."""
    if input._array.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return T_ROW.run(input)


def swapped(input, name):
    check(input.ndim >= 2, f"tensor.{name} is only supported on matrices or batches of matrices. Got "
          f"{input.ndim}-D tensor.")  # fmt: skip
    return transpose(input, -2, -1)


def movedim(input, source, destination):
    """A view with dimensions moved to other places."""
    ndim = input.ndim
    both = ((d,) if isinstance(d, int) else d for d in (source, destination))
    source, destination = ([dimension(d, ndim) for d in dims] for dims in both)
    check(len(source) == len(destination), f"movedim: Invalid source or destination dims: source ({source} dims) "
          f"should contain the same number of dims as destination ({destination} dims)")  # fmt: skip
    check(len(set(source)) == len(source) and len(set(destination)) == len(destination),
          f"movedim: repeated dim in `source` ({source}) or `destination` ({destination})")  # fmt: skip
    order = [d for d in range(ndim) if d not in source]
    for to, d in sorted(zip(destination, source)):
        order.insert(to, d)
    return permute(input, *order)


def squeeze(input, dim=None):
    """A view without dimensions of size 1: all of them, or those named."""
    ndim = input.ndim
    if dim is None:
        return apply(SQUEEZE, input)
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    return apply(SQUEEZE_DIM, input, dim=tuple(dimension(d, ndim) for d in dims) if ndim else ())


def unsqueeze(input, dim):
    """A view with a new dimension of size 1 at ``dim``."""
    return apply(UNSQUEEZE, input, dim=dimension(dim, input.ndim + 1))


def diagonal(input, offset=0, dim1=0, dim2=1):
    """A view of the diagonal of dimensions ``dim1`` and ``dim2``, as the last dimension."""
    ndim = input.ndim
    dim1, dim2 = dimension(dim1, ndim), dimension(dim2, ndim)
    check(dim1 != dim2, f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return apply(DIAGONAL, input, offset=offset, dim1=dim1, dim2=dim2)


def unfold(self, dimension_, size, step):
    """A view of the windows of ``size`` along a dimension, ``step`` apart."""
    along = dimension(dimension_, self.ndim)
    if not self.ndim and size <= 1 and step > 0:
        return reshape(self, 1)
    length = self.shape[along] if self.ndim else 1
    check(size <= length, f"maximum size for tensor at dimension {along} is {length} but size is {size}")
    check(step > 0, f"step is {step} but must be > 0")
    return apply(UNFOLD, self, dimension=along, size=size, step=step)


def clone(input, *, memory_format=None):
    """A copy with its own memory; gradients pass through."""
    order = "C" if memory_format is contiguous_format else "K"
    return apply(CLONE, input, order=order)


def contiguous(self, *, memory_format=None):
    """The tensor itself if its numbers lie in reading order, else a copy that does."""
    return self if self._array.flags.c_contiguous else apply(CLONE, self, order="C")


def broadcast_tensors(*tensors):
    """Views of all the tensors in the shape to which they broadcast together."""
    shape = broadcast_all(*(check_tensor(t, "broadcast_tensors").shape for t in tensors))
    return tuple(t if t.shape == shape else expand(t, *shape) for t in tensors)


for _row, _function in (
    (PERMUTE, permute), (T_ROW, t), (SQUEEZE, squeeze), (UNSQUEEZE, unsqueeze), (DIAGONAL, diagonal), (CLONE, clone),
):  # fmt: skip
    register(_row, _function)
register(TRANSPOSE, transpose, aliases=("swapaxes", "swapdims"))
for _row, _function in ((VIEW, view), (EXPAND, expand), (UNFOLD, unfold)):
    register(_row, _function, export=False)

export(reshape, flatten, unflatten, movedim)
export(contiguous, function=False)
# fmt: off
one_line(
    ("fm", "ravel",        lambda input: reshape(input, -1),       "All the numbers in one dimension."),
    ("fm", "broadcast_to", lambda input, *size: expand(input, *size), "A view of shape ``size``; see ``expand``."),
    ("m",  "view_as",      lambda self, other: view(self, *check_tensor(other, "view_as", 1, "other").shape),       "The same memory in the shape of ``other``."),
    ("m",  "reshape_as",   lambda self, other: reshape(self, *check_tensor(other, "reshape_as", 1, "other").shape), "The numbers in the shape of ``other``."),
    ("m",  "expand_as",    lambda self, other: expand(self, *check_tensor(other, "expand_as", 1, "other").shape),   "A view of the shape of ``other``; see ``expand``."),
)
# fmt: on
export(broadcast_tensors, method=False)

Tensor.T = property(lambda self: transpose_all(self), doc="The dimensions in reverse order.")
Tensor.mT = property(lambda self: swapped(self, "mT"), doc="The last two dimensions exchanged.")
Tensor.H = property(
    lambda self: swapped(self, "H") if self.ndim else self, doc="As ``mT``: all numbers are real."
)
Tensor.mH = property(lambda self: swapped(self, "mH"), doc="As ``mT``: all numbers are real.")


def transpose_all(input):
    if input.ndim not in (0, 2):
        warn("T")
    return permute(input, *reversed(range(input.ndim)))
