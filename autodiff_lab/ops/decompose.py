"""Inverses, determinants, systems of equations, factorisations. Leans on ops.linalg, ops.contract, ops.arrange.

NumPy computes the values, matrix by matrix of a stack (… n m). The rules are those of M. Giles, "Collected matrix
derivative results for forward and reverse mode algorithmic differentiation" (2008), and for the factorisations the
usual ones with their output's gauge left alone. A rule of several outputs factorises again, so that it can itself be
differentiated.
"""

import math

import numpy as np

from ..errors import check, warn
from ..tensor import Tensor, new_tensor
from .contract import linalg_cross, vector_norm
from .linalg import matmul
from .reduce import result_type
from .row import FUNCTIONS, apply, check_tensor, either, export, one_line, operation, wrap
from .shape import diagonal, movedim, unsqueeze
from .words import named


class _LinAlgError(RuntimeError):
    """A matrix that has no inverse, no factor, no solution; ``linalg.LinAlgError``."""


# -- what both readings of a rule use -----------------------------------------------------------------------


def constant(x, array):
    """An array beside ``x``, in its dtype."""
    return new_tensor(array.astype(x._array.dtype)) if isinstance(x, Tensor) else array.astype(x.dtype)


def times(x, array):
    return x * constant(x, array)


def on_diagonal(x):
    """A stack of vectors as diagonal matrices."""
    return times(x[..., None], np.eye(x.shape[-1]))


def off_diagonal(x):
    return times(x, 1 - np.eye(x.shape[-1]))


def zeros(g):
    return not np.any(g._array if isinstance(g, Tensor) else g)


def absent(g):
    """Whether a cotangent is nothing but zeros that nobody recorded."""
    return zeros(g) and getattr(g, "_node", None) is None


def gaps(values):
    """E_ij = v_j − v_i, 1 on the diagonal."""
    made = values[..., None, :] - values[..., :, None]
    return made + constant(made, np.eye(values.shape[-1]))


def triangle_of(a, upper, unit):
    """The triangle of a matrix that counts, and 1 at its places."""
    mask = np.tri(a.shape[-1], k=-1 if unit else 0) * 1.0
    mask = mask.T if upper else mask
    made = times(a, mask)
    return (made + constant(made, np.eye(a.shape[-1])) if unit else made), mask


def either_solve(a, b, vector=False):
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return apply(SOLVE, *(v if isinstance(v, Tensor) else new_tensor(v) for v in (a, b)), vector=vector)
    return SOLVE.forward(a, b, vector)


# -- values: LAPACK's, and torch's words for what it refuses ------------------------------------------------


def zero_pivot(a):
    """Which pivot of a singular matrix is the first to vanish, from 1."""
    a = a.astype(np.float64)
    for k in range(len(a)):
        p = k + int(np.argmax(np.abs(a[k:, k])))
        a[[k, p]] = a[[p, k]]
        if abs(a[k, k]) <= np.finfo(np.float64).eps * max(1.0, np.abs(a).max()):
            return k + 1
        a[k + 1 :] -= np.outer(a[k + 1 :, k] / a[k, k], a[k])
    return len(a)


def first_minor(a):
    """The order of the first leading minor that is not positive-definite."""
    return next((k for k in range(1, len(a) + 1) if np.linalg.eigvalsh(a[:k, :k])[0] <= 0), len(a))


def singular(m):
    return np.linalg.matrix_rank(m) < len(m)


def computed(function, title, fails, sentence, *args):
    """``function(*args)``; _LinAlgError about the first matrix of the stack that ``fails``, where there is one."""
    try:
        return function(*args)
    except np.linalg.LinAlgError:
        flat = args[0].reshape(-1, *args[0].shape[-2:])
        i = next((i for i, m in enumerate(flat) if fails(m)), 0)
        where = "" if args[0].ndim == 2 else f"(Batch element {i}): "
        raise _LinAlgError(f"{title}: {where}{sentence(flat[i])}") from None


def inverted(x):
    return computed(np.linalg.inv, "linalg.inv", singular, lambda m: f"The diagonal element {zero_pivot(m)} is zero, the "
                    "inversion could not be completed because the input matrix is singular.", x)  # fmt: skip


def solved(a, b):
    return computed(np.linalg.solve, "autodiff_lab.linalg.solve", singular,
                    lambda m: "The solver failed because the input matrix is singular.", a, b)  # fmt: skip


def lower_factor(x):
    return computed(np.linalg.cholesky, "linalg.cholesky", lambda m: np.any(np.linalg.eigvalsh(m) <= 0),
                    lambda m: "The factorization could not be completed because the input is not positive-definite (the "
                    f"leading minor of order {first_minor(m)} is not positive-definite).", x)  # fmt: skip


def qr_of(x, mode):
    return (np.empty(0, x.dtype), np.linalg.qr(x, "r")) if mode == "r" else tuple(np.linalg.qr(x, mode))


# -- rules --------------------------------------------------------------------------------------------------


def det_rule(g, out, input):
    """g det(A) A⁻ᵀ; for a singular matrix g times the matrix of cofactors, which is the same where both exist."""
    raw = input._array if isinstance(input, Tensor) else input
    n = raw.shape[-1]
    if raw.size and np.any(np.linalg.matrix_rank(raw) < n):
        return g[..., None, None] * cofactors(input, n)
    return (g * out)[..., None, None] * either(INV)(input).mT


def cofactors(x, n):
    rows = [[j for j in range(n) if j != i] for i in range(n)]
    stack, minor = FUNCTIONS["stack"] if isinstance(x, Tensor) else np.stack, either(DET)
    lines = [
        [minor(x[..., rows[i], :][..., rows[j]]) * (-1.0) ** (i + j) for j in range(n)] for i in range(n)
    ]
    return stack([stack(line, -1) for line in lines], -2)


def cholesky_rule(g, out):
    """½ (S + Sᵀ), S = L⁻ᵀ Φ(Lᵀ g) L⁻¹, Φ taking the lower triangle with half of the diagonal."""
    inverse, n = either(INV)(out), out.shape[-1]
    s = inverse.mT @ times(out.mT @ g, np.tri(n) - np.eye(n) / 2) @ inverse
    return (s + s.mT) / 2


def qr_rule(g, input, mode):
    """For A = QR with n ≤ m columns: (gQ + Q sym(tril(R gRᵀ − gQᵀ Q))) R⁻ᵀ; the columns beyond m, if any, add their own."""
    (g_q, g_r), (m, n) = g, input.shape[-2:]
    check(mode != "r", "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
                       "linalg.qr(A, mode='reduced')")  # fmt: skip
    check(mode == "reduced" or m <= n,
          "The QR decomposition is not differentiable when mode='complete' and nrows > ncols")  # fmt: skip
    q, r = either(QR)(input, mode)
    if m >= n:
        return square_part(g_q, g_r, q, r)
    first = square_part(g_q + input[..., m:] @ g_r[..., m:].mT, g_r[..., :m], q, r[..., :m])
    joined = FUNCTIONS["cat"] if isinstance(input, Tensor) else np.concatenate
    return joined([first, q @ g_r[..., m:]], -1)


def square_part(g_q, g_r, q, r):
    inner = r @ g_r.mT - g_q.mT @ q
    lower = times(inner, np.tri(inner.shape[-1]))
    return (either(INV)(r) @ (g_q + q @ (lower + off_diagonal(lower).mT)).mT).mT


def eigh_rule(g, input, upper):
    """V (diag(gλ) + sym((Vᵀ gV) / E)) Vᵀ with E_ij = λ_j − λ_i off the diagonal."""
    values, vectors = either(EIGH)(input, upper)
    middle = on_diagonal(g[0])
    if not absent(g[1]):
        turned = off_diagonal((vectors.mT @ g[1]) / gaps(values))
        middle = middle + (turned + turned.mT) / 2
    return vectors @ middle @ vectors.mT


def svd_rule(g, input, full):
    """With k = min(m, n): U (diag(gS) + skew(Uᵀ gU)/E S + S skew(Vᵀ gV)/E) Vᵀ, and what gU, gV have outside of U, V."""
    (g_u, g_s, g_v), (m, n) = g, input.shape[-2:]
    k = min(m, n)
    if full and m != n:
        check(zeros(g_u[..., k:]) and zeros(g_v[..., k:, :]), "svd_backward: the gradients of the columns that "
              "full_matrices=True adds are not defined; use full_matrices=False")  # fmt: skip
        g_u, g_v = g_u[..., :k], g_v[..., :k, :]
    u, s, v = either(SVD)(input, False)
    row, column, square, middle = s[..., None, :], s[..., :, None], gaps(s * s), on_diagonal(g_s)
    has_u, has_v = not absent(g_u), not absent(g_v)
    if has_u:
        inner = u.mT @ g_u
        middle = middle + off_diagonal((inner - inner.mT) / square) * row
    if has_v:
        inner = v @ g_v.mT
        middle = middle + column * off_diagonal((inner - inner.mT) / square)
    made = u @ middle @ v
    if has_u and m > k:
        made = made + ((g_u - u @ (u.mT @ g_u)) / row) @ v
    if has_v and n > k:
        made = made + u @ ((g_v - (g_v @ v.mT) @ v) / column)
    return made


def pinv_rule(g, out, input):
    """Golub and Pereyra (1973), eq. 4.12, transposed."""
    k = g.mT @ out
    k_out = k @ out.mT
    return -(out @ k).mT + k_out - (input @ out) @ k_out + (out.mT @ out) @ (g.mT - k @ input)


def solve_rule(g, out, input, vector):
    back = either_solve(input.mT, g, vector)
    return -(back[..., :, None] * out[..., None, :] if vector else back @ out.mT)


def triangular_rule(g, out, input, upper, unit):
    a, mask = triangle_of(input, upper, unit)
    return -times(either_solve(a.mT, g) @ out.mT, mask)


# fmt: off
TWO = ("input", "other")
INV  = operation("linalg_inv_ex",   "LinalgInvEx",   inverted,      lambda g, out: -(out.mT @ g @ out.mT))
DET  = operation("linalg_det",      "LinalgDet",     np.linalg.det, det_rule)
SLOGDET = operation("linalg_slogdet", "LinalgSlogdet", lambda x: tuple(np.linalg.slogdet(x)), lambda g, input: g[1][..., None, None] * either(INV)(input).mT, outputs=2)
SOLVE = operation("linalg_solve_ex", "LinalgSolveEx", lambda a, b, vector: solved(a, b[..., None])[..., 0] if vector else solved(a, b),
                  solve_rule, lambda g, input, vector: either_solve(input.mT, g, vector), inputs=TWO, attrs=("vector",))
TRIANGULAR = operation("linalg_solve_triangular", "LinalgSolveTriangular", lambda a, b, upper, unit: solved(triangle_of(a, upper, unit)[0], b),
                  triangular_rule, lambda g, input, upper, unit: either_solve(triangle_of(input, upper, unit)[0].mT, g), inputs=TWO, attrs=("upper", "unit"))
CHOLESKY = operation("linalg_cholesky_ex", "LinalgCholeskyEx", lower_factor, cholesky_rule)
QR   = operation("linalg_qr",   "LinalgQr",   qr_of, qr_rule, attrs=("mode",), outputs=2)
EIGH = operation("linalg_eigh", "LinalgEigh", lambda x, upper: tuple(np.linalg.eigh(x, "U" if upper else "L")), eigh_rule, attrs=("upper",), outputs=2)
SVD  = operation("linalg_svd",  "LinalgSvd",  lambda x, full: tuple(np.linalg.svd(x, full)), svd_rule, attrs=("full",), outputs=3)
PINV = operation("linalg_pinv", "LinalgPinv", lambda x, bound: np.linalg.pinv(x, bound), pinv_rule, attrs=("bound",))
# fmt: on

# -- what learners call -------------------------------------------------------------------------------------


def matrices(A, name, letter="A"):
    """``A``, checked to be a stack of matrices of a floating dtype."""
    check_tensor(A, name, 1, letter)
    check(A.ndim >= 2, f"{name}: The input tensor {letter} must have at least 2 dimensions.")
    found = A.is_floating_point()
    check(found, f"{name}: Expected a floating point or complex tensor as input. Got {A.dtype.title}")
    check(A._array.dtype != np.float16, f"{name}: Low precision dtypes not supported. Got Half")
    return A


def squares(A, name):
    (m, n) = matrices(A, name).shape[-2:]
    check(m == n, f"{name}: A must be batches of square matrices, but they are {m} by {n} matrices")
    return A


# fmt: off
RESULTS = {name: result_type(name, fields.split()) for name, fields in (
    ("linalg_slogdet", "sign logabsdet"), ("slogdet", "sign logabsdet"), ("linalg_qr", "Q R"), ("qr", "Q R"),
    ("linalg_eigh", "eigenvalues eigenvectors"), ("linalg_svd", "U S Vh"), ("svd", "U S V"),
    ("linalg_lstsq", "solution residuals rank singular_values"),
    ("linalg_inv_ex", "inverse info"), ("linalg_cholesky_ex", "L info"),
)}
# fmt: on


def inv(A, *, out=None):
    """The inverse of each matrix of a stack (… n n); ``linalg.LinAlgError``, a RuntimeError, for a singular one.

    >>> import autodiff_lab as th
    >>> th.linalg.inv(th.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return apply(INV, squares(A, "linalg.inv"), out=out)


def with_info(name, function):
    def made(A, *, upper=False, check_errors=False):
        options = {"upper": True} if upper else {}
        return RESULTS[f"linalg_{name}"](function(A, **options), wrap(np.zeros(A.shape[:-2]), np.int32))

    return named(
        made, name, f"``{function.__name__}``, which raises where there is none, and 0 where it exists."
    )


def det(A, *, out=None):
    """The determinant of each matrix of a stack (… n n).

    Formula: ∂det(A)/∂A = det(A) A⁻ᵀ, for singular A the matrix of cofactors.
    """
    return apply(DET, squares(A, "linalg.det"), out=out)


def slogdet(A):
    """The sign of the determinant, and the logarithm of its absolute value: ``(sign, logabsdet)``."""
    return RESULTS["linalg_slogdet"](*apply(SLOGDET, squares(A, "linalg.slogdet")))


def logdet(input):
    """The logarithm of the determinant; nan where that is negative."""
    sign, size = apply(SLOGDET, squares(input, "logdet"))
    return FUNCTIONS["where"](sign == -1, math.nan, size)


def common_batch(A, B):
    """Two stacks of matrices with the same leading sizes."""
    lead = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    return A.expand(*lead, *A.shape[-2:]), B.expand(*lead, *B.shape[-2:])


def solve(A, B, *, left=True, out=None):
    """X with A X = B, or X A = B if not ``left``; B is a vector (n) or matrices (… n k).

    Raises RuntimeError for shapes that do not fit; its kind ``linalg.LinAlgError`` for a singular matrix.
    """
    squares(A, "linalg.solve"), check_tensor(B, "linalg.solve", 2, "B")
    check(A._array.dtype == B._array.dtype, "linalg.solve: Expected A and B to have the same dtype, but found A of "
          f"type {A.dtype.title} and B of type {B.dtype.title} instead")  # fmt: skip
    vector = B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1])
    right = unsqueeze(B, -1) if vector else B
    fits = A.shape[-1] == (right.shape[-2] if left or vector else right.shape[-1])
    shapes = (
        f"({A.shape[-2]}x{A.shape[-1]} and {right.shape[-2]}x{right.shape[-1]})" if right.ndim > 1 else ""
    )
    check(fits and (left or not vector), "linalg.solve: Incompatible shapes of A and B for the equation "
          f"{'AX = B' if left else 'XA = B'} {shapes}")  # fmt: skip
    if not left:
        return solve(A.mT, B.mT).mT
    if vector:
        lead = np.broadcast_shapes(A.shape[:-2], B.shape[:-1])
        A, right = A.expand(*lead, *A.shape[-2:]), B.expand(*lead, B.shape[-1])
    else:
        A, right = common_batch(A, right)
    made = apply(SOLVE, A, right, vector=vector)
    return made if out is None else out.copy_(made)


def solve_triangular(A, B, *, upper, left=True, unitriangular=False, out=None):
    """X with A X = B (or X A = B) for triangular A; only that triangle is read, without the diagonal if it is ones."""
    squares(A, "linalg.solve_triangular"), matrices(B, "linalg.solve_triangular", "B")
    if not left:
        return solve_triangular(A.mT, B.mT, upper=not upper, unitriangular=unitriangular).mT
    check(A.shape[-1] == B.shape[-2], "linalg.solve_triangular: Incompatible shapes of A and B for the equation AX = B "
          f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})")  # fmt: skip
    return apply(TRIANGULAR, *common_batch(A, B), upper=upper, unit=unitriangular)


def cholesky(A, *, upper=False, out=None):
    """L, lower triangular (or Lᵀ), with A = L Lᵀ, for symmetric A, of which that triangle is read.

    Raises ``linalg.LinAlgError``, a RuntimeError, for a matrix that is not positive-definite.
    """
    A = squares(A, "linalg.cholesky")
    return apply(CHOLESKY, A.mT).mT if upper else apply(CHOLESKY, A)


inv_ex, cholesky_ex = with_info("inv_ex", inv), with_info("cholesky_ex", cholesky)


def qr(A, mode="reduced"):
    """A = Q R with orthonormal columns of Q and upper triangular R: ``(Q, R)``.

    Args:
        mode (str): ``"reduced"``, ``"complete"`` (Q is square) or ``"r"`` (Q is left out).
    """
    check(mode in ("reduced", "complete", "r"), f"qr received unrecognized mode '{mode}' but expected one of "
          "'reduced' (default), 'r', or 'complete'")  # fmt: skip
    return RESULTS["linalg_qr"](*apply(QR, matrices(A, "linalg.qr"), mode=mode))


def eigh(A, UPLO="L"):
    """The eigenvalues, ascending, and the eigenvectors, as columns, of symmetric A: ``(eigenvalues, eigenvectors)``.

    ``UPLO`` says which triangle is read, ``"L"`` or ``"U"``. Differs from torch: an eigenvector may have the other sign,
    as NumPy's LAPACK chooses it.
    """
    check(UPLO.upper() in ("L", "U"), f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return RESULTS["linalg_eigh"](*apply(EIGH, squares(A, "linalg.eigh"), upper=UPLO.upper() == "U"))


def no_complex(name, instead):
    def refused(A, *, out=None):
        raise NotImplementedError(f"linalg.{name} gives complex numbers, which autodiff_lab does not have; for symmetric "
                                  f"matrices there is linalg.{instead}")  # fmt: skip

    return named(refused, name, f"Not offered: it gives complex numbers; see ``{instead}``.")


eig, eigvals = no_complex("eig", "eigh"), no_complex("eigvals", "eigvalsh")


def svd(A, full_matrices=True, *, driver=None):
    """A = U diag(S) Vh with orthonormal U, Vh and descending S ≥ 0: ``(U, S, Vh)``.

    ``full_matrices`` says whether U and Vh are square; their gradients want False. Differs from torch: a singular vector
    may have the other sign, as NumPy's LAPACK chooses it.
    """
    return RESULTS["linalg_svd"](*apply(SVD, matrices(A, "linalg.svd"), full=bool(full_matrices)))


def tolerance(s, shape, atol, rtol):
    """Below what a singular value counts as 0, for each matrix."""
    if rtol is None:
        rtol = 0.0 if atol is not None else max(shape[-2:]) * float(np.finfo(s.dtype).eps)
    top = s.max(axis=-1, initial=0)
    bounds = [v._array if isinstance(v, Tensor) else v for v in (0.0 if atol is None else atol, rtol)]
    return np.maximum(bounds[0], bounds[1] * top)


def pinv(A, *, atol=None, rtol=None, hermitian=False, out=None):
    """Moore and Penrose's inverse: that of the singular values that are not 0 (… m n → … n m)."""
    matrices(A, "linalg.pinv")
    if A.numel() == 0:
        return A.mT
    A = from_lower(A) if hermitian else A
    s = np.linalg.svd(A._array, compute_uv=False)
    with np.errstate(all="ignore"):
        bound = np.nan_to_num(tolerance(s, A.shape, atol, rtol) / s.max(axis=-1))
    return apply(PINV, A, bound=bound, out=out)


def from_lower(A):
    return A.tril() + A.tril(-1).mT


def matrix_rank(A, *, atol=None, rtol=None, tol=None, hermitian=False, out=None):
    """How many singular values are not 0, for each matrix."""
    matrices(A, "linalg.matrix_rank")
    if A.numel() == 0:
        return wrap(np.zeros(A.shape[:-2]), np.int64)
    s = np.linalg.svd((from_lower(A) if hermitian else A)._array, compute_uv=False)
    bound = tolerance(s, A.shape, atol if tol is None else tol, rtol)
    return new_tensor((s > np.asarray(bound)[..., None]).sum(axis=-1))


def lstsq(A, B, rcond=None, *, driver=None):
    """X that makes ‖A X − B‖ least: ``(solution, residuals, rank, singular_values)``.

    ``driver`` is LAPACK's routine; torch's default gives neither residuals nor singular values, and so it is here.
    """
    matrices(A, "linalg.lstsq"), check_tensor(B, "linalg.lstsq", 2, "B")
    vector = B.ndim == A.ndim - 1
    right = unsqueeze(B, -1) if vector else B
    check(A.shape[-2] == right.shape[-2], "linalg.lstsq: input.size(-2) should match other.size(-2)")
    solution, rank, (m, n) = matmul(pinv(A), right), matrix_rank(A), A.shape[-2:]
    full = driver in ("gels", "gelsd", "gelss") and m > n and bool((rank == n).all())
    residuals = ((matmul(A, solution) - right) ** 2).sum(-2) if full else solution.reshape(-1)[:0]
    rank = new_tensor(np.empty(0, np.int64)) if driver == "gels" else rank
    solution = solution.squeeze(-1) if vector else solution
    return RESULTS["linalg_lstsq"](solution, residuals, rank, new_tensor(np.empty(0, A._array.dtype)))


def matrix_power(A, n, *, out=None):
    """The product of ``n`` times A; of its inverse for negative ``n``; the identity for 0."""
    squares(A, "linalg.matrix_power") if A.is_floating_point() else check_tensor(A, "matrix_power")
    if n < 0:
        return matrix_power(inv(A), -n)
    if n == 0:
        one = new_tensor(np.broadcast_to(np.eye(A.shape[-1], dtype=A._array.dtype), A.shape).copy())
        return FUNCTIONS["where"](new_tensor(np.ones(A.shape, bool)), one, A)
    made, square = None, A
    while n:  # by squares
        if n & 1:
            made = square if made is None else matmul(made, square)
        n >>= 1
        square = matmul(square, square) if n else square
    return made.clone() if made is A else made


def multi_dot(tensors, *, out=None):
    """The product of several matrices, in the order that costs least; the first and the last may be vectors."""
    tensors = list(tensors)
    check(len(tensors) >= 2, f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    first, last = tensors[0].ndim == 1, tensors[-1].ndim == 1
    if first:
        tensors[0] = unsqueeze(tensors[0], 0)
    if last:
        tensors[-1] = unsqueeze(tensors[-1], -1)
    sizes = [tensors[0].shape[0], *(t.shape[1] for t in tensors)]
    cost, cut, n = {(i, i): 0 for i in range(len(tensors))}, {}, len(tensors)
    for span in range(1, n):
        for i in range(n - span):
            j = i + span
            size = sizes[i] * sizes[j + 1]
            choices = [(cost[i, k] + cost[k + 1, j] + size * sizes[k + 1], k) for k in range(i, j)]
            cost[i, j], cut[i, j] = min(choices)

    def product(i, j):
        return tensors[i] if i == j else matmul(product(i, cut[i, j]), product(cut[i, j] + 1, j))

    made = product(0, n - 1)
    if first or last:
        made = made.reshape([n for n, gone in zip(made.shape, (first, last)) if not gone])
    return made


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, out=None):
    """A norm of each matrix: ``"fro"``, ``"nuc"``, 1, -1, inf, -inf (sums along a dimension), 2, -2 (singular values)."""
    check_tensor(A, "linalg.matrix_norm")
    check(A.ndim >= 2, "linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    A = A if dtype is None else A.to(dtype)
    matrices(A, "linalg.matrix_norm")
    rows, columns = (d % A.ndim for d in dim)
    check(rows != columns, f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    if ord == "fro":
        return vector_norm(A, 2, tuple(dim), keepdim)
    if ord in (1, -1, math.inf, -math.inf):
        along, across = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = vector_norm(A, 1, along, True)
        made = FUNCTIONS["amax" if ord > 0 else "amin"](sums, across, True)
        return made if keepdim else made.squeeze((rows, columns))
    check(ord in ("nuc", 2, -2), f"linalg.matrix_norm: Order {ord} not supported.")
    s = svd(movedim(A, (rows, columns), (-2, -1)), False)[1]
    made = s.sum(-1) if ord == "nuc" else FUNCTIONS["amax" if ord > 0 else "amin"](s, -1)
    return movedim(made[..., None, None], (-2, -1), (rows, columns)) if keepdim else made


def norm(A, ord=None, dim=None, keepdim=False, *, out=None, dtype=None):
    """A vector's norm, or a matrix's: of all numbers without ``ord`` and ``dim``; along one ``dim``, or along two."""
    check_tensor(A, "linalg.norm")
    vector = isinstance(dim, int) or (A.ndim == 1 if dim is None else len(dim) == 1)
    if ord is None or vector:
        check(not isinstance(ord, str), f"linalg.norm: Order {ord} not supported for vectors.")
        return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype, out=out)
    check(dim is not None or A.ndim == 2,
          f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.ndim}D.")  # fmt: skip
    return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype, out=out)


def cond(A, p=None, *, out=None):
    """How far from singular: ‖A‖ ‖A⁻¹‖, by default the largest singular value over the smallest."""
    if p in (None, 2, -2):
        s = svd(A, False)[1]
        top, low = s[..., :1], s[..., -1:]
        return (top / low if p != -2 else low / top).squeeze(-1)
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


def tensorsolve(A, B, dims=None, *, out=None):
    """X with ``tensordot(A, X, X.ndim) == B``."""
    if dims is not None:
        A = movedim(A, tuple(dims), tuple(range(-len(dims), 0)))
    rest = A.shape[B.ndim :]
    n = B.numel()
    return solve(A.reshape(n, n), B.reshape(n)).reshape(*rest)


def matrix_exp(A):
    """Σ Aᵏ / k! of each matrix of a stack, by its series at A / 2ˢ and s squarings.

    Formula: C. Moler and C. Van Loan, "Nineteen dubious ways to compute the exponential of a matrix" (2003), method 3.
    """
    squares(A, "linalg.matrix_exp")
    if A.numel() == 0:
        return A.clone()
    size = float(np.abs(A._array).sum(axis=-1).max())
    s = max(0, math.ceil(math.log2(size)) + 1) if size > 0 else 0
    small = A * 0.5**s
    made = term = FUNCTIONS["zeros_like"](A) + new_tensor(np.eye(A.shape[-1], dtype=A._array.dtype))
    for k in range(1, 19):
        term = matmul(term, small) * (1 / k)
        made = made + term
    for _ in range(s):
        made = matmul(made, made)
    return made


def linalg_vander(x, *, N=None):
    """The matrix of the powers 0 … N − 1 of each vector of a stack (… n → … n N)."""
    x = check_tensor(x, "linalg.vander")
    powers = np.arange((x.shape[-1] if x.ndim else 1) if N is None else N)
    return FUNCTIONS["pow"](unsqueeze(x if x.ndim else x.reshape(1), -1), new_tensor(powers))


def nuclear_norm(input, dim=None, keepdim=False, *, out=None):
    """The sum of the singular values."""
    return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)


def old_svd(input, some=True, compute_uv=True):
    """A = U diag(S) Vᵀ: ``(U, S, V)``; see ``linalg.svd``, which gives Vᵀ."""
    u, s, vh = svd(input, full_matrices=not some)
    return RESULTS["svd"](u, s, vh.mT)


export(det, logdet, matrix_power, matrix_exp, named(old_svd, "svd", old_svd.__doc__))
export(nuclear_norm, method=False)

LINALG = {f.__name__: f for f in (
    cholesky, cholesky_ex, cond, det, eig, eigh, eigvals, inv, inv_ex, lstsq, matmul, matrix_exp, matrix_norm, matrix_power,
    matrix_rank, multi_dot, norm, pinv, qr, slogdet, solve, solve_triangular, svd, tensorsolve, vector_norm,
)}  # fmt: skip
LINALG |= {"LinAlgError": _LinAlgError, "cross": linalg_cross, "vander": linalg_vander}
# fmt: off
LINALG |= {name: named(made, name, doc) for name, made, doc in (
    ("eigvalsh", lambda A, UPLO="L", *, out=None: eigh(A, UPLO)[0],           "The eigenvalues of symmetric A, ascending."),
    ("svdvals",  lambda A, *, driver=None, out=None: svd(A, False)[1],        "The singular values, descending."),
    ("vecdot",   lambda x, y, *, dim=-1, out=None: (x * y).sum(dim),          "The sum of products along a dimension, the others broadcast."),
    ("diagonal", lambda A, *, offset=0, dim1=-2, dim2=-1: diagonal(A, offset, dim1, dim2), "The diagonal of each matrix; see ``diagonal``."),
)}
one_line(  # torch's older names
    ("fm", "qr",       lambda input, some=True, *, out=None: warn("qr") or RESULTS["qr"](*qr(input, "reduced" if some else "complete")), "A = Q R: ``(Q, R)``; see ``linalg.qr``."),
    ("fm", "slogdet",  lambda input: RESULTS["slogdet"](*slogdet(input)),           "See ``linalg.slogdet``."),
    ("fm", "cholesky", lambda input, upper=False, *, out=None: cholesky(input, upper=upper), "See ``linalg.cholesky``."),
    ("fm", "pinverse", lambda input, *args, out=None: pinv(input, *args),           "See ``linalg.pinv``."),
    ("fm", "inverse",  lambda input, *, out=None: inv(input),                       "See ``linalg.inv``."),
)
# fmt: on

__all__ = ["LINALG"]
