"""Arranging: triangles, diagonals, repeats, rolls, grids, pieces. Leans on ops.shape, ops.join, ops.order.

What is made of other operations gets its derivative from them; the few rows here are linear maps with their adjoints.
"""

import itertools
import math

import numpy as np

from .. import dtypes
from ..errors import check, warn
from ..tensor import Tensor, memory, new_tensor
from .creation import finished
from .index import nonzero, scattered
from .join import cat, same_kind, stack
from .order import FLIP
from .pointwise import pow
from .reduce import sum as total
from .row import apply, check_tensor, either, export, one_line, operation, register, twins
from .scatter import index_select
from .shape import (
    diagonal as diagonal_view,
    diagonal_into,
    diagonal_put,
    dimension,
    expand,
    movedim,
    numbers,
    reshape,
    transpose,
    unsqueeze,
    view_row,
)  # fmt: skip
from .words import named


def strided_view(x, size, stride, offset):
    flat = x.reshape(-1)
    step = flat.itemsize
    return np.lib.stride_tricks.as_strided(flat[offset:], size, [s * step for s in stride])


def strided_places(shape, size, stride, offset):
    places = np.full(size, offset, np.int64)
    for d, (n, s) in enumerate(zip(size, stride)):
        places = places + (np.arange(n) * s).reshape([-1 if i == d else 1 for i in range(len(size))])
    return places


def folded(g, shape, repeats):
    """The adjoint of ``repeat``: the copies added up."""
    lead = len(repeats) - len(shape)
    split = [n for pair in zip(repeats, (1,) * lead + tuple(shape)) for n in pair]
    return g.reshape(tuple(split)).sum(axis=tuple(range(0, len(split), 2))).reshape(shape)


# fmt: off
TRIL    = operation("tril", "Tril", lambda x, diagonal: np.tril(x, diagonal), lambda g, diagonal: lower(g, diagonal), attrs=("diagonal",), linear=True)
TRIU    = operation("triu", "Triu", lambda x, diagonal: np.triu(x, diagonal), lambda g, diagonal: upper(g, diagonal), attrs=("diagonal",), linear=True)
ROLL    = operation("roll", "Roll", lambda x, shifts, dims: np.asarray(np.roll(x, shifts if dims else shifts[0], dims or None), order="C"), lambda g, shifts, dims: rolled(g, tuple(-s for s in shifts), dims), attrs=("shifts", "dims"), linear=True)
REPEAT  = operation("repeat", "Repeat", lambda x, repeats: np.tile(x, repeats), lambda g, shape, repeats: folded(g, shape, repeats), attrs=("repeats",), linear=True)
DIAGONAL_COPY = operation("diagonal_copy", "Diagonal", lambda x, offset: np.array(x.diagonal(offset)), lambda g, shape, offset: diagonal_put(g, shape, offset, 0, 1), attrs=("offset",), suffix="Backward0_copy", linear=True)
EMBED   = operation("diag_embed", "DiagEmbed", diagonal_into, lambda g, offset, dim1, dim2: g.diagonal(offset, dim1, dim2),
                    attrs=("whole", "offset", "dim1", "dim2"), linear=True)
AS_STRIDED = view_row("as_strided", "AsStrided", strided_view, lambda g, shape, size, stride, offset: scattered(g, (int(np.prod(shape)),), (strided_places(shape, size, stride, offset),)).reshape(shape), "size", "stride", "offset")
# fmt: on
lower, upper, rolled = either(TRIL), either(TRIU), either(ROLL)


def triangle(row, part):
    def prepare(input, diagonal=0):
        check(input.ndim >= 2, f"{row.name}: input tensor must have at least 2 dimensions")
        return row, (input,), {"diagonal": diagonal}

    doc = f"The {part} triangle of a matrix, up to its ``diagonal``-th diagonal; zeros elsewhere."
    return twins(named(prepare, row.name, doc))


tril, triu = triangle(TRIL, "lower"), triangle(TRIU, "upper")


# -- diagonals ----------------------------------------------------------------------------------------------


def diag(input, diagonal=0):
    """The diagonal of a matrix, or the matrix with a vector as its diagonal; RuntimeError for other dimensions."""
    check(input.ndim in (1, 2), f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    return diag_embed(input, diagonal) if input.ndim == 1 else apply(DIAGONAL_COPY, input, offset=diagonal)


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Matrices, along ``dim1`` and ``dim2``, with the last dimension of ``input`` on their diagonal."""
    ndim = input.ndim + 1
    dim1, dim2 = dimension(dim1, ndim), dimension(dim2, ndim)
    check(dim1 != dim2, f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    whole = list(input.shape[:-1])
    for d in sorted((dim1, dim2)):
        whole.insert(d, input.shape[-1] + abs(offset))
    return apply(EMBED, input, whole=tuple(whole), offset=offset, dim1=dim1, dim2=dim2)


def trace(input):
    """The sum of the diagonal of a matrix."""
    check(input.ndim == 2, f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    return total(diagonal_view(input))


# -- copies and moves ---------------------------------------------------------------------------------------


def repeat(self, *repeats):
    """Copies of the tensor side by side, as many along each dimension; more numbers lead with new dimensions.

    >>> import autodiff_lab as th
    >>> th.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    repeats = numbers(repeats, "repeat(): argument 'repeats'")
    said = "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
    check(len(repeats) >= self.ndim, said)
    least = min(repeats, default=0)
    check(least >= 0, f"Trying to create tensor with negative dimension {least}: {list(repeats)}")
    lead = (1,) * (len(repeats) - self.ndim)
    sizes = [n * max(r, 1) for n, r in zip((*lead, *self.shape), repeats)]
    check(math.prod(sizes) * self.itemsize < 2**63,  # beyond it NumPy reads foreign memory
          f"Storage size calculation overflowed with sizes={sizes}")  # fmt: skip
    return apply(REPEAT, self, repeats=repeats)


def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Each number, or slice along ``dim``, repeated in place: ``repeats`` is a number or one for each.

    Raises RuntimeError if there are neither one number of repeats nor as many as slices, or one is negative.
    """
    if repeats is None:
        return new_tensor(places_repeated(len(input), memory(input)))
    counts = memory(repeats) if isinstance(repeats, Tensor) else repeats
    check(not np.any(np.asarray(counts) < 0), "repeats can not be negative")
    if dim is None:
        input, dim = reshape(input, -1), 0
    input = input if input.ndim else reshape(input, 1)
    n = input.shape[dim := dimension(dim, input.ndim)]
    check(np.ndim(counts) != 1 or len(counts) in (1, n), "repeats must have the same size as input along dim, but "
          f"got repeats.size(0) = {np.size(counts)} and input.size({dim}) = {n}")  # fmt: skip
    return index_select(input, dim, new_tensor(places_repeated(n, counts)))


def places_repeated(n, counts):
    """0 … n − 1, each as often as ``counts`` says. NumPy crashes where the numbers are more than it can count."""
    total = np.sum(counts, dtype=np.float64) * (n if np.size(counts) == 1 else 1)
    check(total < 2**60, "numel: integer multiplication overflow")
    return np.repeat(np.arange(n), counts)


def roll(input, shifts, dims=None):
    """The numbers moved by ``shifts`` places along ``dims``, those pushed out coming in at the other end.

    Without ``dims``, in reading order.
    """
    shifts = numbers((shifts,) if isinstance(shifts, (tuple, list)) else (shifts,), "shifts")
    if dims is None or dims == ():
        check(len(shifts) == 1, f"shifts and dimensions must align. shifts: {len(shifts)}, dims:0")
        return apply(ROLL, input, shifts=shifts, dims=())
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    check(len(shifts) == len(dims),
          f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")  # fmt: skip
    dims = tuple(dimension(d, input.ndim) for d in dims)
    return apply(ROLL, input, shifts=shifts, dims=dims) if input.ndim else input.clone()


def flip(input, *dims):
    """The numbers in reverse order along ``dims``, as a copy."""
    dims = tuple(dimension(d, input.ndim) for d in numbers(dims))
    if len(set(dims)) != len(dims):
        raise RuntimeError(f"dim {(*dims, 0)[0]} appears multiple times in the list of dims")
    return apply(FLIP, input, dims=dims if input.ndim else ())


def of_rank(input, least):
    check(input.ndim >= least, f"Input must be >= {least}-d.")
    return input


def rot90(input, k=1, dims=(0, 1)):
    """The plane of two dimensions turned by ``k`` quarter turns."""
    check(len(dims) == 2, f"expected total rotation dims == 2, but got dims = {len(dims)}")
    a, b = (dimension(d, input.ndim) for d in dims)
    check(a != b, f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    k %= 4
    if k == 0:
        return input.clone()
    if k == 2:
        return flip(input, a, b)
    return transpose(flip(input, b if k == 1 else a), a, b).contiguous()


def as_strided(input, size, stride, storage_offset=None):
    """A view of the memory under ``input`` with sizes and strides of one's own, counted in elements.

    Raises RuntimeError if it would reach beyond that memory, or the memory is not in reading order.
    """
    offset = input.storage_offset() if storage_offset is None else storage_offset
    size, stride = numbers((size,)), numbers((stride,))
    base = input if input._base is None or offset == 0 == input.storage_offset() else input._base
    check(len(size) == len(stride), "mismatch in length of strides and shape")
    last = offset + sum((n - 1) * s for n, s in zip(size, stride))
    check(0 in size or (last < base.numel() and base.is_contiguous()), f"setStorage: sizes {list(size)}, strides "
          f"{list(stride)}, storage offset {offset}, and itemsize {base.itemsize} requiring a storage size of "
          f"{(last + 1) * base.itemsize} are out of bounds for storage of size {base.nbytes}")  # fmt: skip
    return apply(AS_STRIDED, base, size=size, stride=stride, offset=offset)


# -- joining and taking apart -------------------------------------------------------------------------------


def tensor_split(input, indices_or_sections, dim=0):
    """Pieces along ``dim``: as many as asked, as equal as can be, or cut at the given indices."""
    check(input.ndim != 0,
          "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")  # fmt: skip
    cuts = indices_or_sections.tolist() if isinstance(indices_or_sections, Tensor) else indices_or_sections
    dim = dimension(dim, input.ndim)
    n = input.shape[dim]
    if isinstance(cuts, int):
        check(cuts > 0, f"number of sections must be larger than 0, got {cuts}")
        check(cuts < 2**32, "cannot create std::vector larger than max_size()")
        ends = [n // cuts * (i + 1) + min(i + 1, n % cuts) for i in range(cuts - 1)]
    else:
        ends = [min(max(c + n if c < 0 else c, 0), n) for c in cuts]
    starts, stops = [0, *ends], [*ends, n]
    return tuple(input[(slice(None),) * dim + (slice(a, max(a, b)),)] for a, b in zip(starts, stops))


def splitter(name, axis, least):
    def made(input, indices_or_sections):
        check(check_tensor(input, name).ndim >= least, f"torch.{name} requires a tensor with at least {least} "
              f"dimension{'s' * (least > 1)}, but got a tensor with {input.ndim} dimensions!")  # fmt: skip
        dim = 0 if name == "hsplit" and input.ndim == 1 else axis
        n = indices_or_sections
        check(not isinstance(n, int) or n and not input.shape[dim] % n,
              f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
              f"{input.shape[dim]} is not divisible by the split_size {n}!")  # fmt: skip
        return tensor_split(input, n, dim)

    return named(made, name, f"``tensor_split`` along dimension {axis}, into equal pieces.")


hsplit, vsplit, dsplit = splitter("hsplit", 1, 1), splitter("vsplit", 0, 2), splitter("dsplit", 2, 3)


def at_least(ndim):
    def made(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
            return tuple(made(t) for t in tensors[0])
        if len(tensors) > 1:
            return tuple(made(t) for t in tensors)
        t = check_tensor(tensors[0], made.__name__)
        if t.ndim == 0:
            return reshape(t, *(1,) * ndim) if ndim else t
        while t.ndim < ndim:
            t = unsqueeze(t, 0 if t.ndim == 1 else -1)
        return t

    return named(made, f"atleast_{ndim}d", f"Each tensor with at least {ndim} dimension{'s' * (ndim > 1)}.")


atleast_1d, atleast_2d, atleast_3d = map(at_least, (1, 2, 3))


def block_diag(*tensors):
    """The matrices one after another along the diagonal of a larger one."""
    parts = [atleast_2d(t) for t in same_kind(tensors, "block_diag")]
    width, rows, left = sum(p.shape[1] for p in parts), [], 0
    for p in parts:
        n, m = p.shape
        rows.append(cat([p.new_zeros((n, left)), p, p.new_zeros((n, width - left - m))], 1))
        left += m
    return cat(rows, 0)


def meshgrid(*tensors, indexing=None):
    """The coordinates of a grid: one tensor for each vector, varying along its own dimension.

    Args:
        indexing: ``"ij"`` as in matrices, torch's default, or ``"xy"`` as in plots.
    """
    tensors = list(tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors)
    if indexing is None:
        warn("meshgrid")
    check(tensors, "meshgrid expects a non-empty TensorList", ValueError)
    known = indexing in (None, "ij", "xy")
    check(known, f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for t in tensors:
        if check_tensor(t, "meshgrid").ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {t}")
        check(t.dtype is tensors[0].dtype, "torch.meshgrid expects all tensors to have the same dtype")
    count, turn = len(tensors), 2 if indexing == "xy" and len(tensors) > 1 else 0
    tensors[:turn] = tensors[:turn][::-1]
    shape = [t.numel() for t in tensors]
    lines = [reshape(t, *(-1 if i == d else 1 for i in range(count))) for d, t in enumerate(tensors)]
    grids = [expand(line, *shape) for line in lines]
    grids[:turn] = grids[:turn][::-1]
    return tuple(grids)


def cartesian_prod(*tensors):
    """Every choice of one number from each vector, as rows."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshape(g, -1) for g in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input, r=2, with_replacement=False):
    """Every choice of ``r`` numbers of a vector, as rows, in order."""
    check(input.ndim == 1, f"Expect a 1D vector, but got shape {list(input.shape)}")
    check(r >= 0, f"Expect a non-negative number, but got {r}")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(input.numel()), r)), np.int64).reshape(-1, r)
    return input[new_tensor(places)] if r else input.new_zeros((0,))


def triangle_indices(name, find):
    def made(row, col, offset=0, *, dtype=dtypes.int64, layout=None, device=None):
        return finished(np.stack(find(row, offset, col)).astype(dtypes.as_dtype(dtype).numpy), False, device)

    part = "lower" if name < "triu" else "upper"
    return named(made, name, f"Rows and columns of the places of the {part} triangle, as two rows.")


tril_indices = triangle_indices("tril_indices", lambda n, k, m: np.nonzero(np.tri(n, m, k, bool)))
triu_indices = triangle_indices("triu_indices", lambda n, k, m: np.nonzero(~np.tri(n, m, k - 1, bool)))


def vander(x, N=None, increasing=False):
    """The matrix of the powers of a vector, one power a column."""
    powers = np.arange(x.shape[0] if N is None else N)
    return pow(unsqueeze(x, -1), new_tensor(powers if increasing else powers[::-1].copy()))


# -- differences and statistics -----------------------------------------------------------------------------


def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Differences of neighbours along ``dim``, taken ``n`` times."""
    check(input.ndim != 0, "diff expects input to be at least one-dimensional")
    check(n >= 0, f"order must be non-negative but got {n}")
    dim = dimension(dim, input.ndim)
    if n == 0:
        return input
    ends = [t for t in (prepend, input, append) if t is not None]
    input = cat(ends, dim) if len(ends) > 1 else input
    for _ in range(min(n, input.shape[dim])):
        m = input.shape[dim] - 1
        high, low = input.narrow(dim, 1, m), input.narrow(dim, 0, m)
        input = high ^ low if input.dtype is dtypes.bool_ else high - low
    return input


def trapezia(y, x, dx, dim):
    dim = dimension(dim, y.ndim)
    n = y.shape[dim] - 1
    if n < 0:
        return y
    if x is not None and x.ndim == 1 and y.ndim > 1:
        x = reshape(x, *(-1 if d == dim else 1 for d in range(y.ndim)))
    step = dx if x is None else diff(x, dim=dim if x.ndim == y.ndim else -1)
    return (y.narrow(dim, 1, n) + y.narrow(dim, 0, n)) * step / 2


def cov(input, *, correction=1, fweights=None, aweights=None):
    """The covariances of variables in rows, observed in columns.

    Args:
        fweights, aweights (Tensor): how often, and how heavily, each observation counts.
    """
    check(input.ndim <= 2, "cov(): expected input to have two or fewer dimensions but got an "
          f"input with {input.ndim} dimensions")  # fmt: skip
    x = atleast_2d(input)
    x = x if x.is_floating_point() else x.to(dtypes.get_default_dtype())
    w = None if fweights is None else fweights.to(x.dtype)
    if aweights is not None:
        aweights = aweights.to(x.dtype)
        w = aweights if w is None else w * aweights
    weight = x.shape[1] if w is None else w.sum()
    mean = x.mean(1, keepdim=True) if w is None else (x * w).sum(1, keepdim=True) / weight
    norm = weight - correction
    if aweights is not None and correction:
        norm = weight - correction * (w * aweights).sum() / weight
    away = x - mean
    norm = norm.clamp(min=0) if isinstance(norm, Tensor) else max(norm, 0)
    made = (away @ transpose(away if w is None else away * w, 0, 1)) / norm
    return reshape(made, ()) if made.numel() == 1 else made


def corrcoef(input):
    """The correlations of variables in rows, observed in columns."""
    c = cov(input)
    if c.ndim == 0:
        return c / c
    s = diagonal_view(c).sqrt()
    return (c / unsqueeze(s, 1) / unsqueeze(s, 0)).clamp(-1, 1)


register(REPEAT, repeat, export=False)
for _row, _function in ((ROLL, roll), (FLIP, flip), (EMBED, diag_embed), (AS_STRIDED, as_strided)):
    register(_row, _function)
export(diag, trace, repeat_interleave, rot90, tensor_split, hsplit, vsplit, dsplit, diff, cov, corrcoef)
export(atleast_1d, atleast_2d, atleast_3d, block_diag, meshgrid, cartesian_prod, combinations, tril_indices, triu_indices,
       vander, method=False)  # fmt: skip
# fmt: off
one_line(
    ("fm", "diagflat",     lambda input, offset=0: diag_embed(reshape(input, -1), offset), "The matrix with all the numbers of ``input`` on its diagonal."),
    ("fm", "tile",         lambda input, *dims: repeat(input, *(1,) * (input.ndim - len(numbers(dims))), *numbers(dims)), "As ``repeat``, with missing numbers taken as 1."),
    ("fm", "fliplr",       lambda input: flip(of_rank(input, 2), 1), "The columns of a matrix in reverse order."),
    ("fm", "flipud",       lambda input: flip(of_rank(input, 1), 0), "The rows in reverse order."),
    ("fm", "argwhere",     lambda input: nonzero(input), "Where the numbers that are not zero stand, one row each."),
    ("f",  "dstack",       lambda tensors, *, out=None: cat([atleast_3d(t) for t in same_kind(tensors, "dstack")], 2, out=out), "The tensors one behind the other, along dimension 2."),
    ("f",  "column_stack", lambda tensors, *, out=None: cat([t if t.ndim > 1 else reshape(t, t.numel(), 1) for t in same_kind(tensors, "column_stack")], 1, out=out), "The tensors side by side; vectors are columns."),
    ("f",  "trapezoid",    lambda y, x=None, *, dx=1, dim=-1: total(trapezia(y, x, dx, dim), dim), "The area under the points ``y``, by trapezia; ``x`` gives their places, ``dx`` their distance."),
    ("f",  "trapz",        lambda y, x=None, *, dx=1, dim=-1: total(trapezia(y, x, dx, dim), dim), "See ``trapezoid``."),
    ("f",  "cumulative_trapezoid", lambda y, x=None, *, dx=1, dim=-1: trapezia(y, x, dx, dim).cumsum(dim), "Running sums of the areas of ``trapezoid``."),
)
# fmt: on
export(movedim, aliases=("moveaxis",))
