"""Matrix products. Leans on ops.shape, ops.row.

``@`` is taken apart as torch does it: dot, mv, mm or bmm by rank, between views that bring the operands there.
"""

import numpy as np

from ..errors import explained
from ..tensor import Tensor
from .row import apply, check_tensor, export, operation, register
from .shape import COPY_VIEW, clone, expand, reshape, t, transpose, unsqueeze

PAIR = ("input", "other")

# fmt: off
DOT = operation("dot", "Dot", lambda x, y: np.dot(x, y), lambda g, other: g * other,               lambda g, input: g * input, inputs=PAIR, public={"other": "tensor"})
MV  = operation("mv",  "Mv",  lambda x, y: x.dot(y),     lambda g, other: outer(g, other),         lambda g, input: product(input.T, g), inputs=PAIR, public={"other": "vec"})
MM  = operation("mm",  "Mm",  lambda x, y: x.dot(y),     lambda g, other: product(g, other.T),     lambda g, input: product(input.T, g), inputs=PAIR, public={"other": "mat2"})
BMM = operation("bmm", "Bmm", lambda x, y: x @ y,        lambda g, other: g @ other.swapaxes(1, 2), lambda g, input: input.swapaxes(1, 2) @ g, inputs=PAIR, public={"other": "mat2"})
ADDMM = operation("addmm", "Addmm", lambda b, x, y, beta, alpha: scaled(b, beta) + scaled(x.dot(y), alpha),
                  lambda g, beta: scaled(g, beta),
                  lambda g, mat2, alpha: scaled(product(g, mat2.T), alpha),
                  lambda g, mat1, alpha: scaled(product(g.T, mat1).T, alpha),
                  inputs=("input", "mat1", "mat2"), attrs=("beta", "alpha"), dtypes="assign")
SQUEEZE_ROW = operation("squeeze_row", "Squeeze", lambda x: x.reshape(x.shape[1:]), lambda g, shape: g.reshape(shape), suffix="Backward4", linear=True)
# fmt: on


def product(x, y):
    """``x @ y``, of matrices; NumPy's ``dot`` looks at its arguments for less long than its ``@``."""
    return x.dot(y) if x.__class__ is np.ndarray else x @ y


def outer(x, y):
    return x[:, None] * y


def scaled(x, factor):
    return x if factor == 1 else x * factor


def same_dtype(said, *tensors):
    """torch's error unless all are of one dtype: ``said``, with their words for ``{0}``, ``{1}`` …"""
    first = tensors[0]._array.dtype
    for tensor in tensors:
        if tensor._array.dtype != first:
            raise explained(RuntimeError(said.format(*(v.dtype for v in tensors))), "note.same_dtype")


def dot(input, tensor, *, out=None):
    """The sum of products of two vectors of one dtype.

    Raises RuntimeError if they are no vectors, of different lengths, or of different dtypes.
    """
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input._array.dtype != tensor._array.dtype:
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {input.dtype.title} and "
                         f"{tensor.dtype.title}")  # fmt: skip
    if input.shape != tensor.shape:
        m, n = input.numel(), tensor.numel()
        raise RuntimeError(f"inconsistent tensor size, expected tensor [{m}] and src [{n}] to have the same number "
                         f"of elements, but got {m} and {n} elements respectively")  # fmt: skip
    return apply(DOT, input, tensor, out=out)


def mv(input, vec, *, out=None):
    """A matrix times a vector: (n × m) and (m) give (n)."""
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {1}, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        n, m, k = *input.shape, vec.shape[0]
        raise explained(RuntimeError(f"size mismatch, got input ({n}), mat ({n}x{m}), vec ({k})"),
                         "note.matmul", m=m, k=k)  # fmt: skip
    said = "addmv input tensors must have the same dtype, but got {1.title}, {0.title}, and {1.title}"
    same_dtype(said, input, vec)
    return apply(MV, input, vec, out=out)


def mm(input, mat2, *, out=None):
    """A matrix times a matrix: (n × m) and (m × p) give (n × p)."""
    x, y = input._array, mat2._array
    if x.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if y.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if x.shape[1] != y.shape[0]:
        raise unequal_inner(x, y)
    if x.dtype is not y.dtype:
        same_dtype(
            "expected m1 and m2 to have the same dtype, but got: {0.c_name} != {1.c_name}", input, mat2
        )
    return MM.run(input, mat2, out=out)


def unequal_inner(x, y):
    (n, m), (k, p) = x.shape, y.shape
    return explained(RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{m} and {k}x{p})"),
                     "note.matmul", m=m, k=k)  # fmt: skip


def bmm(input, mat2, *, out=None):
    """Matrices times matrices, pair by pair: (b × n × m) and (b × m × p) give (b × n × p)."""
    if input.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError(f"batch1 must be a 3D tensor" if input.ndim != 3 else "batch2 must be a 3D tensor")  # noqa: F541
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        want = [input.shape[0], input.shape[2]]
        raise RuntimeError(f"Expected size for first two dimensions of batch2 tensor to be: {want} but got: "
                         f"{list(mat2.shape[:2])}.")  # fmt: skip
    same_dtype("expected scalar type {0.title} but found {1.title}", input, mat2)
    return apply(BMM, input, mat2, out=out)


def addmm(input, mat1, mat2, *, beta=1, alpha=1, out=None):
    """``beta * input + alpha * (mat1 @ mat2)``, with ``input`` broadcast."""
    if not (isinstance(input, Tensor) and isinstance(mat1, Tensor) and isinstance(mat2, Tensor)):
        for i, (value, name) in enumerate(((input, "input"), (mat1, "mat1"), (mat2, "mat2"))):
            check_tensor(value, "addmm", i + 1, name)
    b, x, y = input._array, mat1._array, mat2._array
    if x.ndim != 2 or y.ndim != 2:
        name, value = ("mat1", x) if x.ndim != 2 else ("mat2", y)
        raise RuntimeError(f"{name} must be a matrix, got {value.ndim}-D tensor")
    if x.shape[1] != y.shape[0]:
        raise unequal_inner(x, y)
    if not b.dtype is x.dtype is y.dtype:
        same_dtype("mat1 and mat2 must have the same dtype, but got {0.title} and {1.title}", mat1, mat2)
        same_dtype("self and mat2 must have the same dtype, but got {0.title} and {1.title}", input, mat2)
    size = x.shape[0], y.shape[1]
    if b.shape != size[1:] and b.shape != size:
        expand(input, *size)  # which raises unless it fits
    return ADDMM.run(input, mat1, mat2, beta=beta, alpha=alpha, out=out)


def matmul(input, other, *, out=None):
    """The matrix product of any ranks: vectors, matrices, and stacks of matrices, broadcast over the leading sizes.

    Raises RuntimeError if the inner sizes differ, a tensor is 0-d, or the dtypes differ.

    >>> import autodiff_lab as th
    >>> th.ones(2, 3) @ th.ones(3)
    tensor([3., 3.])
    """
    if not isinstance(other, Tensor):
        check_tensor(other, "matmul", 2, "other")
    p, q = input._array.ndim, other._array.ndim
    if p == 2 == q:
        return mm(input, other, out=out)
    if p == 0 or q == 0:
        raise explained(RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {p}D and {q}D"),
                         "note.matmul_0d")  # fmt: skip
    if p == 1 and q == 1:
        return dot(input, other, out=out)
    if p == 2 and q == 1:
        return mv(input, other, out=out)
    if p == 1 and q == 2:
        return apply(SQUEEZE_ROW, mm(unsqueeze(input, 0), other))
    if p >= 3 and q == 1:
        return refolded(mv(flat_rows(input), other), *input.shape[:-1])
    if p >= 3 and q == 2:
        return refolded(mm(flat_rows(input), other), *input.shape[:-1], other.shape[-1])
    if p == 1:
        return matmul(transpose(other, -2, -1), input)
    if p == 2:
        return clone(transpose(matmul(transpose(other, -2, -1), t(input)), -2, -1))
    (n, m), (k, r) = input.shape[-2:], other.shape[-2:]
    if m != k:
        raise explained(RuntimeError("Expected size for first two dimensions of batch2 tensor to be: "
                         f"[{batch(input, other)}, {m}] but got: [{batch(input, other)}, {k}]."),
                         "note.matmul", m=m, k=k)  # fmt: skip
    lead = np.broadcast_shapes(input.shape[:-2], other.shape[:-2])
    count = int(np.prod(lead))
    left = reshape(expand(input, *lead, n, m), count, n, m)
    right = reshape(expand(other, *lead, k, r), count, k, r)
    return refolded(bmm(left, right), *lead, n, r)


def flat_rows(input):
    """All the rows of a stack of matrices, as one matrix."""
    return reshape(input, int(np.prod(input.shape[:-1])), input.shape[-1])


def refolded(product, *size):
    """A product of folded operands in the shape that was asked for; nobody else sees the folded one."""
    return apply(COPY_VIEW, product, size=size)


def batch(x, y):
    try:
        return int(np.prod(np.broadcast_shapes(x.shape[:-2], y.shape[:-2])))
    except ValueError as error:
        raise RuntimeError(str(error)) from None


def __matmul__(self, other):
    return matmul(self, other) if isinstance(other, Tensor) else NotImplemented


for _row, _function in ((DOT, dot), (MV, mv), (MM, mm), (BMM, bmm), (ADDMM, addmm)):
    register(_row, _function)
Tensor.__matmul__, Tensor.__rmatmul__ = __matmul__, lambda self, other: NotImplemented
export(matmul)
