"""Joining tensors and taking them apart. Leans on ops.shape, ops.index, ops.row."""

import numpy as np

from .. import dtypes
from ..errors import check
from ..tensor import Tensor
from .index import SELECT, SLICE
from .row import apply, check_tensor, export, operation, register
from .shape import dimension, numbers, reshape, unsqueeze


def along(dim, start, stop):
    return (slice(None),) * dim + (slice(start, stop),)


def cut(g, dim, sizes):
    """Pieces of ``g`` of the given sizes along ``dim``; reads arrays and tensors alike."""
    ends = np.cumsum(sizes).tolist()
    return tuple(g[along(dim, end - n, end)] for n, end in zip(sizes, ends))


# fmt: off
CAT    = operation("cat",    "Cat",    lambda *xs: np.asarray(np.concatenate(xs[:-2], axis=xs[-2]), order="C"), lambda g, dim, sizes: cut(g, dim, sizes),
                   inputs=("tensors",), attrs=("dim", "sizes"), variadic=True, public={"sizes": None})
STACK  = operation("stack",  "Stack",  lambda *xs: np.asarray(np.stack(xs[:-1], axis=xs[-1]), order="C"), lambda g, dim: tuple(g[(slice(None),) * dim + (i,)] for i in range(g.shape[dim])),
                   inputs=("tensors",), attrs=("dim",), variadic=True)
SPLIT  = operation("split",  "Split",  lambda x, dim, sizes: cut(x, dim, sizes),         lambda g, dim: gathered(g, dim, cat),
                   attrs=("dim", "sizes"), view=True, outputs=None, linear=True,
                   step=lambda v, i: (SLICE, {"shape": v["shape"], "dim": v["dim"], "index": slice(sum(v["sizes"][:i]), sum(v["sizes"][: i + 1]), 1)}))
SPLIT_SIZES = operation("split_with_sizes", "SplitWithSizes", SPLIT.forward, SPLIT.rules["input"],
                   attrs=("dim", "sizes"), view=True, outputs=None, linear=True, step=SPLIT.step)
UNBIND = operation("unbind", "Unbind", lambda x, dim: tuple(x[(slice(None),) * dim + (i, ...)] for i in range(x.shape[dim])), lambda g, dim: gathered(g, dim, stack),
                   attrs=("dim",), view=True, outputs=None, linear=True,
                   step=lambda v, i: (SELECT, {"shape": v["shape"], "dim": v["dim"], "index": i}))
# fmt: on


def gathered(parts, dim, join):
    """The cotangents of all the outputs, joined; reads arrays and tensors alike."""
    if any(isinstance(p, Tensor) for p in parts):
        return join(list(parts), dim)
    return (np.concatenate if join is cat else np.stack)(parts, axis=dim)


def same_kind(tensors, function):
    """The tensors as a list in their common dtype; TypeError, RuntimeError if there are none, or one is no tensor."""
    check(not isinstance(tensors, Tensor) and hasattr(tensors, "__iter__"), f"{function}(): argument 'tensors' "
          f"(position 1) must be tuple of Tensors, not {type(tensors).__name__}", TypeError)  # fmt: skip
    tensors = list(tensors)
    if not tensors:
        check(function != "cat", "torch.cat(): expected a non-empty list of Tensors", ValueError)
        raise RuntimeError(f"{function} expects a non-empty TensorList")
    for i, t in enumerate(tensors):
        check(isinstance(t, Tensor),
              f"expected Tensor as element {i} in argument 0, but got {type(t).__name__}", TypeError)  # fmt: skip
    target = dtypes.result_dtype([(t.dtype, 2 if t.ndim else 1) for t in tensors])
    return [t if t.dtype is target else t._cast(target.numpy) for t in tensors]


def cat(tensors, dim=0, *, out=None):
    """The tensors one after another along an existing dimension.

    Raises RuntimeError if their other sizes differ, or one is 0-d.
    """
    tensors = same_kind(tensors, "cat")
    for i, t in enumerate(tensors):
        check(t.ndim != 0, f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    kept = [t for t in tensors if t.shape != (0,)] or tensors[:1]  # torch's allowance for empty vectors
    dim = dimension(dim, kept[0].ndim)
    for i, t in enumerate(kept):
        check(t.ndim == kept[0].ndim,
              f"Tensors must have same number of dimensions: got {kept[0].ndim} and {t.ndim}")  # fmt: skip
        for d, (m, n) in enumerate(zip(kept[0].shape, t.shape)):
            check(d == dim or m == n, f"Sizes of tensors must match except in dimension {dim}. Expected size {m} "
                  f"but got size {n} for tensor number {i} in the list.", note="note.cat", dim=dim)  # fmt: skip
    return apply(CAT, *kept, dim=dim, sizes=tuple(t.shape[dim] for t in kept), out=out)


def stack(tensors, dim=0, *, out=None):
    """The tensors side by side along a new dimension; RuntimeError if their shapes differ."""
    tensors = same_kind(tensors, "stack")
    for i, t in enumerate(tensors):
        check(t.shape == tensors[0].shape, "stack expects each tensor to be equal size, but got "
              f"{list(tensors[0].shape)} at entry 0 and {list(t.shape)} at entry {i}", note="note.stack")  # fmt: skip
    return apply(STACK, *tensors, dim=dimension(dim, tensors[0].ndim + 1), out=out)


def split(tensor, split_size_or_sections, dim=0):
    """Views of pieces of a given size along ``dim`` (the last may be smaller), or of the given sizes."""
    size = check_tensor(tensor, "split", 1, "tensor").shape[dim := dimension(dim, tensor.ndim)]
    if isinstance(split_size_or_sections, int):
        n = split_size_or_sections
        check(n >= 0, f"split expects split_size be non-negative, but got split_size={n}")
        check(n != 0 or not size,
              f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}")  # fmt: skip
        sizes = tuple(min(n, size - start) for start in range(0, size, n)) if size else (0,)
    else:
        sizes = numbers((split_size_or_sections,))
        if sum(sizes) != size:
            raise RuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's "
                             f"size at dimension {dim}), but got split_sizes={list(sizes)}")  # fmt: skip
    row = SPLIT if isinstance(split_size_or_sections, int) else SPLIT_SIZES
    return apply(row, tensor, dim=dim, sizes=sizes)


def chunk(input, chunks, dim=0):
    """Views of at most ``chunks`` pieces of equal size along ``dim``."""
    if chunks <= 0:
        raise RuntimeError("chunk expects `chunks` to be greater than 0, got: " + str(chunks))
    size = check_tensor(input, "chunk").shape[dimension(dim, input.ndim)]
    return split(input, max(1, -(-size // chunks)), dim)


def unbind(input, dim=0):
    """Views of every place along ``dim``, without that dimension."""
    dim = dimension(dim, check_tensor(input, "unbind").ndim)
    check(input.ndim != 0, "Dimension specified as 0 but tensor has no dimensions", IndexError)
    return apply(UNBIND, input, dim=dim)


def __iter__(self):
    check(self._array.ndim != 0, "iteration over a 0-d tensor", TypeError)
    return iter(unbind(self, 0))


def hstack(tensors, *, out=None):
    """The tensors side by side: along dimension 1, or 0 for vectors."""
    tensors = [t if t.ndim else reshape(t, 1) for t in same_kind(tensors, "hstack")]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1, out=out)


def vstack(tensors, *, out=None):
    """The tensors on top of each other; vectors are rows."""
    rows = [t if t.ndim > 1 else unsqueeze(reshape(t, -1), 0) for t in same_kind(tensors, "vstack")]
    return cat(rows, 0, out=out)


register(CAT, cat, method=False, aliases=("concat", "concatenate"))
register(STACK, stack, method=False)
register(SPLIT, split)
register(UNBIND, unbind)
export(chunk)
export(__iter__, function=False)
export(hstack, vstack, method=False)
export(vstack, method=False, aliases=("row_stack",))
