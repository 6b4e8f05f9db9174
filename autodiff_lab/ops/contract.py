"""Products of any shape: einsum, tensordot, outer, kron, cross; distances and norms. Leans on ops.linalg, ops.reduce.

A sum over products is brought to ``bmm`` by moving dimensions, as torch does it, so its derivatives need no rule here.
"""

import math

import numpy as np

from ..errors import check, warn
from ..tensor import Tensor, new_tensor
from .join import same_kind
from .linalg import bmm, matmul, mm, mv
from .pointwise import where
from .reduce import dims, kept, shared, sum as total
from .row import FUNCTIONS, apply, broadcast, check_tensor, export, number, operation, register
from .shape import dimension, permute, reshape, unsqueeze

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def power_norm(x, ord, dim, keepdim):
    size = np.abs(x)
    if ord == 0:
        return (x != 0).sum(axis=dim, keepdims=keepdim).astype(x.dtype)
    if math.isinf(ord):
        return size.max(axis=dim, keepdims=keepdim) if ord > 0 else size.min(axis=dim, keepdims=keepdim)
    if ord == 1:
        return size.sum(axis=dim, keepdims=keepdim)
    if ord == 2:
        return np.sqrt((x * x).sum(axis=dim, keepdims=keepdim))
    return (size**ord).sum(axis=dim, keepdims=keepdim) ** x.dtype.type(1 / ord)


def norm_rule(g, out, input, shape, ord, dim, keepdim):
    """ord 2: g x / ‖x‖; ord p: g sign(x) |x|ᵖ⁻¹ / ‖x‖ᵖ⁻¹; 0 where the norm is 0."""
    if ord == 0:
        return input * 0
    if math.isinf(ord):
        return shared(g, out, absolute(input), shape, dim, keepdim) * np.sign(input)
    g, whole = kept(g, shape, dim, keepdim), kept(out, shape, dim, keepdim)
    if ord == 1:
        return g * np.sign(input)
    safe = where(whole == 0, 1, whole)
    if ord == 2:
        return where(whole == 0, 0, g / safe) * input
    size = absolute(input)
    inside = where(size == 0, 1, size) if ord < 2 else size
    return where((whole == 0) | (size == 0), 0, g * np.sign(input) * (inside / safe) ** (ord - 1))


def absolute(x):
    return x.abs() if isinstance(x, Tensor) else np.abs(x)


# fmt: off
NORM  = operation("vector_norm", "LinalgVectorNorm", power_norm, norm_rule, attrs=("ord", "dim", "keepdim"))
CROSS = operation("cross", "LinalgCross", lambda x, y, dim: np.cross(x, y, axis=dim), lambda g, other, dim: crossed(other, g, dim), lambda g, input, dim: crossed(g, input, dim),
                  inputs=("input", "other"), attrs=("dim",), dtypes="same")
# fmt: on


def crossed(x, y, dim):
    if isinstance(x, Tensor) or isinstance(y, Tensor):
        x, y = (v if isinstance(v, Tensor) else new_tensor(v) for v in (x, y))
        return apply(CROSS, x, y, dim=dim)
    return np.cross(x, y, axis=dim)


# -- norms and distances ------------------------------------------------------------------------------------


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    """(Σ |x|ᵒʳᵈ)^(1/ord) over dimensions, all of them by default; ord inf is the largest |x|, 0 counts what is not 0.

    Raises RuntimeError for integers.
    """
    check_tensor(x, "linalg.vector_norm", 1, "x")
    floats = x.is_floating_point()
    check(floats, f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {x.dtype.title}",
          )  # fmt: skip
    x = x if dtype is None else x.to(dtype)
    axes = dims(dim, x.ndim)
    check(x.numel() != 0 or (ord != math.inf and ord >= 0) or all(x.shape[d] for d in axes),
          f"linalg.vector_norm cannot compute the {float(ord)} norm on an empty tensor because the "
          "operation does not have an identity")  # fmt: skip
    return apply(NORM, x, ord=number(ord, "linalg.vector_norm", "ord"), dim=axes, keepdim=keepdim, out=out)


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """The p-norm of all the numbers, or along dimensions; see ``linalg.vector_norm``.

    Args:
        p: a number; ``"fro"``, which is 2; or ``"nuc"``, the sum of a matrix's singular values.
    """
    if p == "nuc":
        return FUNCTIONS["nuclear_norm"](input, dim, keepdim)
    check(not isinstance(p, str) or p == "fro", f"only valid string values are 'fro' and 'nuc', found {p}")
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype, out=out)


def dist(input, other, p=2):
    """The p-norm of ``input - other``."""
    return vector_norm(input - other, p)


def cdist(x1, x2, p=2.0, compute_mode=None):
    """The p-norm distances between the rows of two matrices, or of two stacks of them: (… n m), (… k m) give (… n k).

    Raises RuntimeError for fewer dimensions, rows of different lengths, or a negative ``p``.
    """
    for t, name in ((x1, "X1"), (x2, "X2")):
        check(check_tensor(t, "cdist").ndim >= 2,
              f"cdist only supports at least 2D tensors, {name} got: {t.ndim}D")  # fmt: skip
    check(x1.shape[-1] == x2.shape[-1],
          f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")  # fmt: skip
    check(p >= 0, "cdist only supports non-negative p values")
    return vector_norm(unsqueeze(x1, -2) - unsqueeze(x2, -3), p, -1)


# -- products -----------------------------------------------------------------------------------------------


def outer(input, vec2, *, out=None):
    """The matrix of all products of two vectors' numbers."""
    for t, name in ((input, "self"), (vec2, "vec2")):
        check(check_tensor(t, "outer").ndim == 1, f"outer: Expected 1-D argument {name}, but got {t.ndim}-D")
    return FUNCTIONS["mul"](reshape(input, -1, 1), vec2, out=out)


def inner(input, other):
    """The sums of products along the last dimensions: (… m), (⋆ m) give (… ⋆)."""
    if input.ndim == 0 or check_tensor(other, "inner", 2, "other").ndim == 0:
        return input * other
    check(input.shape[-1] == other.shape[-1], "inner() the last dimension must match on both input tensors but got "
          f"shapes {list(input.shape)} and {list(other.shape)}")  # fmt: skip
    return tensordot(input, other, ([-1], [-1]))


def vdot(input, other):
    """``dot``: there are no complex numbers."""
    return FUNCTIONS["dot"](input, other)


def tensordot(a, b, dims=2, out=None):
    """The sums of products over pairs of dimensions.

    Args:
        dims: how many of the last of ``a`` and the first of ``b``; or two lists of dimensions.

    Raises RuntimeError if the sizes of a pair differ.
    """
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        check(dims >= 0, f"tensordot expects dims >= 0, but got dims={dims}")
        left, right = range(a.ndim - dims, a.ndim), range(dims)
    else:
        left, right = ([d] if isinstance(d, int) else d for d in dims)
    left = [dimension(d, a.ndim) for d in left]
    right = [dimension(d, b.ndim) for d in right]
    check(len(left) == len(right), "both dimension lists should have same length")
    for i, j in zip(left, right):
        if 1 in (a.shape[i], b.shape[j]):  # a single number goes with the sum of the others
            a, b = (total(t, d, True) if t.shape[d] != 1 else t for t, d in ((a, i), (b, j)))
        check(a.shape[i] == b.shape[j], f"contracted dimensions need to match, but first has size {a.shape[i]} in "
              f"dim {i} and second has size {b.shape[j]} in dim {j}")  # fmt: skip
    free_a = [d for d in range(a.ndim) if d not in left]
    free_b = [d for d in range(b.ndim) if d not in right]
    n, k, m = (math.prod(t.shape[d] for d in ds) for t, ds in ((a, free_a), (a, left), (b, free_b)))
    made = mm(reshape(permute(a, *free_a, *left), n, k), reshape(permute(b, *right, *free_b), k, m))
    return reshape(made, *(a.shape[d] for d in free_a), *(b.shape[d] for d in free_b))


def einsum(*args):
    """Sums of products in Einstein's notation: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    A letter names a dimension; letters missing after ``->`` are summed over; ``...`` stands for leading dimensions.
    Without ``->``, the letters that occur once remain, in alphabetical order.

    Raises RuntimeError if letters and dimensions do not match.

    >>> import autodiff_lab as th
    >>> th.einsum("ij->ji", th.tensor([[1, 2], [3, 4]]))
    tensor([[1, 3],
            [2, 4]])
    """
    equation, *operands = args
    if isinstance(equation, Tensor):  # einsum(a, [0, 1], b, [1, 2], [0, 2])
        parts = [spelled(args[i]) for i in range(1, len(args), 2)]
        equation = ",".join(parts) + ("->" + spelled(args[-1]) if len(args) % 2 else "")
        operands = args[: len(args) - len(args) % 2 : 2]
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    operands = same_kind(operands, "einsum")
    left, arrow, result = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    check(len(terms) >= len(operands), "einsum(): more operands were provided than specified in the equation")
    check(len(terms) <= len(operands),
          "einsum(): fewer operands were provided than specified in the equation")  # fmt: skip
    most = 0
    for i, (term, t) in enumerate(zip(terms, operands)):
        dotted, count = "..." in term, len(term.replace("...", ""))
        spare = t.ndim - count
        if spare < 0 or (spare and not dotted):
            how = "is more than" if dotted else "does not match"
            end = "" if dotted else " and no ellipsis was given"
            raise RuntimeError(f"einsum(): the number of subscripts in the equation ({count}) {how} the number of dimensions "
                               f"({t.ndim}) for operand {i}{end}")  # fmt: skip
        most = max(most, spare if dotted else 0)
        for letter in term.replace("...", ""):
            check(letter in LETTERS, f"einsum(): invalid subscript given at index {equation.index(letter)} in the "
                  "equation string, subscripts must be in [a-zA-Z]")  # fmt: skip
    dots = [f".{i}" for i in range(most)]  # the ellipsis' dimensions, the last ones aligned

    def labels(term, t):
        before, there, after = term.partition("...")
        n = most if t is None else t.ndim - len(before) - len(after)
        return [*before, *dots[most - n :], *after] if there else [*before]

    spelt = [labels(term, t) for term, t in zip(terms, operands)]
    if arrow:
        wanted = labels(result, None)
        twice = next((c for c in wanted if wanted.count(c) > 1), None)
        check(twice is None, f"einsum(): output subscript {twice} appears more than once in the output")
    else:
        every = [c for part in spelt for c in part if c[0] != "."]
        wanted = dots + sorted({c for c in every if every.count(c) == 1}, key=LETTERS.index)
    for c in wanted:
        known = any(c in part for part in spelt) or c[0] == "."
        check(known, f"einsum(): output subscript {c} does not appear in the equation for any input operand")
    order = [*wanted, *(c for c in dict.fromkeys(c for part in spelt for c in part) if c not in wanted)]
    operands = [aligned(t, part, order, i) for i, (t, part) in enumerate(zip(operands, spelt))]
    sizes = {}
    for i, t in enumerate(operands):
        for c, n in zip(order, t.shape):
            check(n == 1 or sizes.setdefault(c, n) == n, f"einsum(): subscript {c} has size {n} for operand {i} "
                  f"which does not broadcast with previously seen size {sizes.get(c)}")  # fmt: skip
    made = operands[0]
    for i, t in enumerate(operands[1:], 1):
        later = {c for part in spelt[i + 1 :] for c in part}
        gone = [d for d, c in enumerate(order) if c not in wanted and c not in later]
        made = pair_product(made, t, gone)
    summed = tuple(range(len(wanted), len(order)))
    if len(operands) == 1 and any(made.shape[d] != 1 for d in summed):
        return total(made, summed)
    return reshape(made, *made.shape[: len(wanted)]) if summed else made


def spelled(labels):
    return "".join("..." if label is Ellipsis else LETTERS[label] for label in labels)


def aligned(t, part, order, i):
    """An operand with one dimension for each label of ``order``, of size 1 where it has none."""
    for c in dict.fromkeys(part):
        while part.count(c) > 1:
            first, second = [d for d, label in enumerate(part) if label == c][:2]
            check(t.shape[first] == t.shape[second], f"einsum(): subscript {c} is repeated for operand {i} but the "
                  f"sizes don't match, {t.shape[second]} != {t.shape[first]}")  # fmt: skip
            t = t.diagonal(0, first, second)
            part = [*part[:first], *part[first + 1 : second], *part[second + 1 :], c]
    for c in order:
        if c not in part:
            t, part = unsqueeze(t, t.ndim), [*part, c]
    return permute(t, *(part.index(c) for c in order))


def pair_product(x, y, gone):
    """x · y over all dimensions, summed over ``gone``, which stay at size 1; one ``bmm``, as in torch."""
    for d in gone:  # what only one of them has is summed first
        if x.shape[d] != y.shape[d]:
            x, y = (total(t, d, True) if t.shape[d] != 1 else t for t in (x, y))
    both, only_x, only_y, inner_ = [], [], [], []
    for d, (m, n) in enumerate(zip(x.shape, y.shape)):
        (inner_ if d in gone else only_x if n == 1 != m else only_y if m == 1 != n else both).append(d)
    sizes = [(d, m, n) for d, (m, n) in enumerate(zip(x.shape, y.shape))]
    shape = [1 if d in gone else max(m, n) if m and n else 0 for d, m, n in sizes]
    parts = ((x, both), (x, only_x), (y, only_y), (x, inner_))
    lro, lo, ro, k = (math.prod(t.shape[d] for d in ds) for t, ds in parts)
    left = reshape(permute(x, *both, *only_x, *inner_, *only_y), lro, lo, k)
    right = reshape(permute(y, *both, *inner_, *only_y, *only_x), lro, k, ro)
    order = [*both, *only_x, *only_y, *inner_]
    made = reshape(bmm(left, right), *(shape[d] for d in order))
    return permute(made, *(int(d) for d in np.argsort(order)))


def kron(input, other):
    """Kronecker's product: every number of ``input`` times the whole of ``other``."""
    n = max(input.ndim, check_tensor(other, "kron", 2, "other").ndim)
    a, b = ([1] * (n - t.ndim) + list(t.shape) for t in (input, other))
    x = reshape(input, *(size for m in a for size in (m, 1)))
    y = reshape(other, *(size for m in b for size in (1, m)))
    return reshape(x * y, *(i * j for i, j in zip(a, b)))


def cross(input, other, dim=None):
    """The cross product of vectors in three dimensions, along ``dim``, by default the first of size 3.

    Raises RuntimeError if there is no such dimension.
    """
    if dim is None:
        warn("cross")
        dim = next((d for d, n in enumerate(input.shape) if n == 3), None)
        check(dim is not None, "no dimension of size 3 in input")
    return linalg_cross(input, other, dim=dim)


def linalg_cross(input, other, *, dim=-1):
    """The cross product of vectors in three dimensions, along ``dim``; the others are broadcast."""
    check(input.ndim == check_tensor(other, "linalg.cross", 2, "other").ndim,
          "linalg.cross: inputs must have the same number of dimensions.")  # fmt: skip
    d = dimension(dim, input.ndim)
    check(input.shape[d] == 3 and other.shape[d] == 3, f"linalg.cross: inputs dimension {dim} must have length 3. "
          f"Got {input.shape[d]} and {other.shape[d]}")  # fmt: skip
    return apply(CROSS, input, other, dim=d - input.ndim)


def sums_of(name, product, doc):
    """``beta * input + alpha * product(x, y)``, by name."""

    def made(input, x, y, *, beta=1, alpha=1, out=None):
        whole = product(check_tensor(x, name, 2, "x"), check_tensor(y, name, 3, "y"))
        broadcast(whole.shape, check_tensor(input, name).shape)
        whole = whole if alpha == 1 else whole * alpha
        return whole if beta == 0 else FUNCTIONS["add"](input if beta == 1 else input * beta, whole, out=out)

    made.__name__ = made.__qualname__ = name
    made.__doc__ = f"``beta * input + alpha * {doc}``."
    export(made)
    return made


addmv = sums_of("addmv", mv, "(mat @ vec)")
addr = sums_of("addr", outer, "outer(vec1, vec2)")
baddbmm = sums_of("baddbmm", bmm, "bmm(batch1, batch2)")
addbmm = sums_of("addbmm", lambda x, y: total(bmm(x, y), 0), "bmm(batch1, batch2).sum(0)")


def chain_matmul(*matrices):
    """The product of several matrices."""
    warn("chain")
    made = matrices[0]
    for m in matrices[1:]:
        made = matmul(made, m)
    return made


register(NORM, vector_norm, method=False, export=False)
register(CROSS, cross)
export(norm, dist, outer, inner, vdot, kron)
export(outer, aliases=("ger",))
export(cdist, tensordot, einsum, chain_matmul, method=False)
