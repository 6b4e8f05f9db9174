"""The table of operations under test: one line a call, run on the package and on torch alike.

A line is an expression in ``th`` and the inputs of ``INPUTS``, which the names in it stand for. Floating-point inputs
require grad. What a line gives is compared with torch: values, dtype, shape, the name of ``grad_fn``, and the gradients
of first and second order; the derivatives are checked against finite differences besides.
"""

import numpy as np

_rng = np.random.default_rng(7)


def _normal(*shape):
    return _rng.normal(size=shape)


# Names and the arrays they stand for: a, b … are safe for every smooth function; the comments say more.
INPUTS = {
    "a": _normal(2, 3),
    "b": _normal(2, 3),
    "p": _rng.uniform(0.5, 2.0, (2, 3)),  # positive
    "q": _rng.uniform(1.5, 3.0, (2, 3)),  # above 1
    "u": _rng.uniform(-0.9, 0.9, (2, 3)),  # inside (-1, 1)
    "r": _normal(3),  # a row, to be broadcast
    "k": _normal(2, 1),  # a column
    "s": np.array(0.7),  # 0-d
    "t": np.array(1.3),
    "v": _normal(4),
    "w": _normal(4),
    "m": _normal(3, 4),
    "sq": _normal(3, 3),
    "B": _normal(2, 3, 4),
    "C": _normal(2, 4, 2),
    "big": _normal(4, 6),
    "ties": np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 0.0]]),
    "zeros": np.array([[1.5, 0.0, 2.0], [0.0, 0.0, 3.0]]),  # products with zeros
    "e": np.zeros((0, 3)),  # empty
    "n": np.array([[1, 2, 3], [4, 5, 6]]),
    "i": np.array([2, 0, 2]),
    "ij": np.array([[0, 1, 1], [1, 0, 0]]),
    "z": np.array([[True, False, True], [False, False, True]]),
    "zr": np.array([True, False, True]),
    "S": _normal(2, 3, 3),
    "one": np.array([[1.0, 2.0], [2.0, 4.0]]),  # singular
}

SMOOTH = """
a + b           ; a + r           ; k + a           ; a + s         ; s + a         ; s + t      ; a + 2    ; 2.5 + a
a - b           ; a - k           ; s - a           ; a - 1.5       ; 1.5 - a       ; 2 - s
a * b           ; a * r           ; k * a           ; s * a         ; a * s         ; s * t      ; a * 3    ; 0.5 * s ; a * a ; s * s
a / p           ; a / q           ; k / p           ; s / p         ; p / s         ; s / t      ; a / 4    ; 2 / p   ; 1 / s
-a              ; +a              ; abs(a)          ; a.abs()       ; th.absolute(a)
p ** 2          ; a ** 2          ; a ** 3          ; p ** 0.5      ; p ** -1.5     ; a ** 0     ; a ** 1   ; s ** 3
p ** b          ; p ** s          ; s ** a          ; 2 ** a        ; 2.5 ** s      ; th.pow(3, a) ; th.pow(p, a) ; a.pow(2) ; a.square()
th.add(a, b, alpha=2)             ; th.sub(a, b, alpha=3)           ; a.add(b)      ; a.sub(2)   ; a.subtract(b) ; th.rsub(a, b) ; th.rsub(a, 2)
th.mul(a, b)    ; th.multiply(a, 2) ; th.div(a, p)  ; th.divide(a, 2) ; th.true_divide(a, p) ; th.neg(a) ; th.negative(s) ; th.reciprocal(p)
a % 2           ; a.remainder(p)  ; th.fmod(a, p)
a.exp()         ; s.exp()         ; th.exp2(a)      ; th.expm1(a)   ; p.log()       ; s.log()    ; p.log2() ; p.log10() ; p.log1p()
p.sqrt()        ; p.rsqrt()       ; s.sqrt()
a.sin()         ; a.cos()         ; u.tan()         ; u.asin()      ; u.acos()      ; a.atan()   ; th.arcsin(u) ; th.arccos(u) ; th.arctan(s)
a.sinh()        ; a.cosh()        ; a.tanh()        ; a.asinh()     ; q.acosh()     ; u.atanh()  ; th.arcsinh(a) ; th.arccosh(q) ; th.arctanh(u)
th.atan2(a, p)  ; th.arctan2(a, p) ; th.atan2(a, r) ; th.hypot(a, p) ; th.hypot(a, k)
a.sigmoid()     ; s.sigmoid()     ; a.relu()        ; a.sign()      ; a.floor()     ; a.ceil()   ; a.trunc() ; a.frac() ; a.round() ; th.round(a, decimals=1)
th.maximum(a, b) ; th.minimum(a, b) ; th.maximum(a, r) ; th.minimum(s, a)
a.clamp(-0.5, 0.5) ; a.clamp(min=0) ; a.clamp(max=0.25) ; th.clip(a, -1, 1) ; a.clamp(min=b)
th.where(z, a, b) ; th.where(z, a, 0.0) ; th.where(z, 1.0, a) ; th.where(zr, a, k) ; th.where(a > 0, s, a) ; a.where(z, b)
a.masked_fill(z, 2.0) ; a.masked_fill(zr, s) ; th.lerp(a, b, 0.3) ; th.lerp(a, b, s) ; a.lerp(b, 0.25)
th.addcmul(a, b, p, value=2) ; th.addcdiv(a, b, p, value=0.5)
a.sum()         ; a.sum(0)        ; a.sum(1)        ; a.sum(-1, keepdim=True) ; a.sum((0, 1)) ; B.sum((0, 2)) ; a.sum(axis=1) ; s.sum() ; e.sum() ; e.sum(0) ; th.sum(a)
a.mean()        ; a.mean(0)       ; a.mean(1, keepdim=True) ; B.mean((1, 2)) ; th.mean(a, 1) ; s.mean()
a.prod()        ; a.prod(0)       ; a.prod(1, keepdim=True) ; zeros.prod() ; zeros.prod(1) ; s.prod()
a.var()         ; a.var(0)        ; a.var(1, keepdim=True) ; a.var(unbiased=False) ; a.var(1, correction=0) ; a.std() ; a.std(0) ; a.std(1, unbiased=False, keepdim=True)
a.max()         ; a.min()         ; ties.max()      ; a.max(1).values ; a.max(0)[0] ; a.min(1, keepdim=True)[0] ; ties.max(1).values ; a.amax() ; a.amax(1) ; ties.amax(1, keepdim=True) ; a.amin(0) ; a.max(b)
a.logsumexp(1)  ; a.logsumexp(0, keepdim=True) ; a.logsumexp((0, 1)) ; a.softmax(1) ; a.softmax(0) ; a.log_softmax(-1) ; th.softmax(v, 0) ; th.log_softmax(v, 0)
a.cumsum(0)     ; a.cumsum(1)     ; th.cumsum(v, -1)
a.view(6)       ; a.view(3, -1)   ; a.view(1, 2, 3) ; a.reshape(3, 2) ; a.T.reshape(6) ; a.reshape(-1) ; th.reshape(a, (6,)) ; a.flatten() ; B.flatten(1) ; B.flatten(0, 1) ; th.ravel(a) ; s.view(1) ; s.reshape(1, 1)
a.T             ; a.t()           ; v.t()           ; B.mT          ; a.transpose(0, 1) ; B.transpose(0, 2) ; B.swapaxes(1, 2) ; B.permute(2, 0, 1) ; th.permute(a, (1, 0)) ; B.movedim(0, 2) ; th.movedim(B, (0, 1), (2, 0))
k.squeeze()     ; k.squeeze(1)    ; k.squeeze(0)    ; a.unsqueeze(0) ; a.unsqueeze(-1) ; s.unsqueeze(0) ; B.unflatten(2, (2, 2)) ; th.unflatten(big, 1, (3, -1))
k.expand(2, 3)  ; r.expand(2, 3)  ; k.expand(-1, 4) ; s.expand(2, 2) ; r.expand_as(a) ; th.broadcast_to(r, (2, 3)) ; a.view_as(B[:, :, 0]) ; a.reshape_as(B[:, :, 0])
sq.diagonal()   ; sq.diagonal(1)  ; B.diagonal(0, 1, 2) ; v.unfold(0, 2, 1) ; big.unfold(1, 3, 2) ; a.clone() ; a.contiguous() ; a.T.contiguous()
a[0]            ; a[-1]           ; a[0, 1]         ; a[:, 1]       ; a[..., 0]     ; a[0:1]     ; a[:, ::2] ; a[:] ; a[...] ; a[None] ; a[:, None] ; a[0, :, None] ; B[0, 1:, ::2] ; v[1:3] ; a[1, 0:2]
a[[1, 0, 1]]    ; v[i]            ; a[:, i]         ; a[ij[0], i]   ; a[z]          ; a[:, zr]   ; B[:, i, 0] ; B[0, :, i] ; B[ij[0], :, i] ; a[a > 0] ; v[th.tensor(1)] ; a[True] ; B[..., [0, 3]]
a.select(1, 2)  ; a.narrow(1, 0, 2) ; th.narrow(big, 0, 1, 2)
th.cat([a, b])  ; th.cat([a, b], 1) ; th.cat([a, r.unsqueeze(0)]) ; th.concat([v, w]) ; th.stack([a, b]) ; th.stack([v, w], 1) ; th.hstack([v, w]) ; th.hstack([a, k]) ; th.vstack([r, a])
a.split(1)[0]   ; a.split([1, 2], 1)[1] ; big.chunk(3, 1)[2] ; a.unbind()[1] ; a.unbind(1)[2] ; th.split(v, 3)[1] ; sum(a.unbind(1)) ; th.stack(B.unbind(2)) ; th.cat(big.split(2, 1)[::2], 1)
v @ w           ; m @ v           ; r @ m           ; a @ m         ; B @ C         ; B @ v      ; B @ C[0] ; a @ B ; v @ C ; th.matmul(a, m) ; th.dot(v, w) ; th.mm(a, m) ; th.mv(m, v) ; th.bmm(B, C) ; a.matmul(m)
th.addmm(a.sum(), a, sq) ; th.addmm(a, a, sq, beta=0.5, alpha=2) ; th.addmm(r, a, sq)
th.erf(a)       ; th.erfc(a)      ; th.erfinv(u)    ; th.lgamma(p)    ; th.digamma(p)   ; th.polygamma(1, p) ; th.sinc(a) ; th.logit(p / 3) ; th.logit(p / 3, 0.1) ; th.xlogy(a, p) ; th.logaddexp(a, b) ; th.logaddexp2(a, r)
th.fmax(a, b)   ; th.fmin(a, r)   ; th.copysign(a, b) ; th.deg2rad(a) ; th.rad2deg(a)   ; th.nan_to_num(a) ; th.div(a, p, rounding_mode="floor") ; th.div(a, p, rounding_mode="trunc") ; th.ldexp(a, s)
th.gather(a, 1, ij) ; a.scatter(1, ij[:, :2], b[:, :2]) ; a.scatter(1, ij[:, :2], 2.0) ; a.scatter_add(1, ij, b) ; a.index_select(1, i) ; a.index_add(1, i, b, alpha=2) ; sq.index_copy(0, th.tensor([2, 0]), a) ; a.index_fill(1, i, 3.0) ; a.masked_select(z) ; a.masked_scatter(z, v) ; th.take(a, n - 1) ; th.take_along_dim(a, ij, 1)
a.sort(1)[0]    ; a.sort(0, descending=True)[0] ; a.topk(2, 1)[0] ; a.kthvalue(2, 1)[0] ; v.median() ; a.median(1)[0] ; v.nanmedian() ; a.nanmedian(1)[0] ; ties.mode(1)[0] ; a.cummax(1)[0] ; a.cummin(1)[0] ; a.cumprod(1) ; zeros.cumprod(1) ; a.logcumsumexp(1) ; a.quantile(0.3) ; th.msort(m) ; th.std_mean(a, 1)[0] ; th.var_mean(a)[1] ; a.nansum(1) ; a.nanmean() ; th.aminmax(a, dim=1)[0]
sq.tril()       ; a.triu(1)       ; th.diag(v)      ; th.diag(sq)     ; th.diag_embed(a) ; a.repeat(2, 1, 2) ; a.tile(2) ; a.repeat_interleave(2, 1) ; a.roll(1, 1) ; a.roll(2) ; a.flip(0, 1) ; a.fliplr() ; a.flipud() ; th.as_strided(a * 1, (2, 2), (1, 2), 1) ; big.tensor_split(4, 1)[1] ; th.column_stack([v, w]) ; th.dstack([a, b]) ; th.meshgrid(v, r, indexing="ij")[0] ; th.diff(a) ; th.trapezoid(a)
a.norm()        ; a.norm(1)       ; a.norm(3, 1)    ; a.norm(float("inf")) ; a.norm(2, 0, True) ; th.cross(a, b, dim=1) ; th.outer(v, r) ; th.inner(a, b) ; th.kron(a, k) ; th.tensordot(a, m, 1) ; th.einsum("bij,bjk->bik", B, C)
th.nn.functional.leaky_relu(a, 0.1) ; th.nn.functional.elu(a) ; th.nn.functional.selu(a) ; th.nn.functional.celu(a, 2.0) ; th.nn.functional.gelu(a) ; th.nn.functional.gelu(a, approximate="tanh") ; th.nn.functional.silu(a) ; th.nn.functional.mish(a) ; th.nn.functional.softplus(a) ; th.nn.functional.softplus(a, 2.0) ; th.nn.functional.hardtanh(a) ; th.nn.functional.relu6(a) ; th.nn.functional.hardsigmoid(a) ; th.nn.functional.hardswish(a) ; th.nn.functional.logsigmoid(a) ; th.nn.functional.softshrink(a) ; th.nn.functional.hardshrink(a) ; th.nn.functional.threshold(a, 0.1, 5.0) ; th.nn.functional.glu(big) ; th.nn.functional.softsign(a) ; th.nn.functional.tanhshrink(a)
th.nn.functional.mse_loss(a, b) ; th.nn.functional.mse_loss(a, b, reduction="none") ; th.nn.functional.l1_loss(a, b) ; th.nn.functional.smooth_l1_loss(a, b) ; th.nn.functional.huber_loss(a, b, delta=0.5) ; th.nn.functional.binary_cross_entropy(p / 3, (b + 3) / 9) ; th.nn.functional.binary_cross_entropy_with_logits(a, u) ; th.nn.functional.binary_cross_entropy_with_logits(a, u, pos_weight=r.detach()) ; th.nn.functional.soft_margin_loss(a, z * 2 - 1)
th.nn.functional.nll_loss(a, i[:2]) ; th.nn.functional.nll_loss(a, i[:2], weight=r.detach() ** 2, reduction="sum") ; th.nn.functional.cross_entropy(a, i[:2]) ; th.nn.functional.cross_entropy(a, i[:2], reduction="none") ; th.nn.functional.cross_entropy(a, p) ; th.nn.functional.cross_entropy(a, i[:2], label_smoothing=0.1) ; th.nn.functional.cross_entropy(B, th.zeros(2, 4).long()) ; th.nn.functional.nll_loss(B.reshape(2, 3, 2, 2), th.zeros(2, 2, 2).long()) ; th.nn.functional.kl_div(a, p) ; th.nn.functional.cosine_similarity(a, b) ; th.nn.functional.normalize(a) ; th.nn.functional.pairwise_distance(a, b) ; th.nn.functional.triplet_margin_loss(a, b, p) ; th.nn.functional.gaussian_nll_loss(a, b, p) ; th.nn.functional.poisson_nll_loss(a, p)
th.nn.functional.linear(a, m.t(), v) ; th.nn.functional.linear(B, m) ; th.nn.functional.embedding(ij, sq) ; th.nn.functional.embedding(ij, sq, padding_idx=0) ; th.nn.functional.prelu(a, s) ; th.nn.functional.layer_norm(a, (3,), r, r) ; th.nn.functional.group_norm(B.transpose(1, 2), 2) ; th.nn.functional.batch_norm(B, None, None, r, r, True) ; th.nn.functional.batch_norm(B, th.zeros(3).to(B.dtype), th.ones(3).to(B.dtype), r, r) ; th.nn.functional.softmin(a, 1)
th.nn.functional.conv1d(B, sq.reshape(1, 3, 3)) ; th.nn.functional.conv1d(B, B[:, :, :2], r[:2], padding=1, stride=2) ; th.nn.functional.conv2d(big.reshape(2, 3, 2, 2), B.reshape(2, 3, 2, 2)) ; th.nn.functional.conv_transpose1d(B, sq.reshape(3, 1, 3), stride=2) ; th.nn.functional.max_pool2d(big[None], 2) ; th.nn.functional.avg_pool2d(big[None], 2) ; th.nn.functional.adaptive_avg_pool2d(big[None], 2) ; th.nn.functional.pad(a, (1, 2)) ; th.nn.functional.pad(B, (1, 1), "reflect") ; th.nn.functional.pad(B, (1, 1), "replicate") ; th.nn.functional.pad(B, (1, 1), "circular") ; th.nn.functional.pad(B[None], (1, 1, 1, 1), "reflect") ; th.nn.functional.pad(B[None], (1, 1, 1, 1), "replicate") ; th.nn.functional.pad(B[None], (1, 1, 1, 1), "circular")
th.nn.functional.interpolate(B, 6) ; th.nn.functional.interpolate(B[None], 6) ; th.nn.functional.interpolate(B, 6, mode="linear") ; th.nn.functional.interpolate(B[None], 6, mode="bilinear", align_corners=True)
a.to(th.float64) ; a.double() ; a.type(th.float64) ; a.type_as(s)
(a * b).tanh().sum(0) / p.mean() ; ((a @ m).relu() ** 2).mean() ; (a.exp() / a.exp().sum(1, keepdim=True)).log()[0, 1] ; (s * t + s.sin()) * t.exp()
th.linalg.inv(sq)   ; th.linalg.inv(S)   ; th.inverse(sq)   ; sq.inverse()    ; th.linalg.inv_ex(sq)[0] ; th.linalg.pinv(sq) ; th.linalg.pinv(m) ; m.t().pinverse()
th.linalg.det(sq)   ; th.det(S)          ; sq.det()         ; th.linalg.det(one) ; th.linalg.slogdet(sq)[1] ; th.slogdet(S).logabsdet ; th.logdet(sq @ sq.t())
th.linalg.solve(sq, r) ; th.linalg.solve(sq, m) ; th.linalg.solve(S, m) ; th.linalg.solve(sq, a, left=False) ; th.linalg.solve(S, a)
th.linalg.solve_triangular(sq, m, upper=True) ; th.linalg.solve_triangular(sq, m, upper=False) ; th.linalg.solve_triangular(sq, m, upper=False, unitriangular=True) ; th.linalg.solve_triangular(sq, a, upper=True, left=False)
th.linalg.cholesky(S @ S.mT + th.eye(3, dtype=S.dtype)) ; th.cholesky(sq @ sq.t() + th.eye(3, dtype=S.dtype), upper=True) ; th.linalg.cholesky_ex(sq @ sq.t() + th.eye(3, dtype=S.dtype)).L
th.linalg.qr(big.t())[0] ; th.linalg.qr(big.t())[1] ; th.linalg.qr(big)[1] ; th.linalg.qr(big).Q ; th.linalg.qr(S)[0] ; th.qr(sq)[1] ; th.linalg.qr(sq, "complete")[1]
th.linalg.eigvalsh(S + S.mT) ; th.linalg.eigh(S + S.mT)[0] ; th.linalg.eigh(sq + sq.t())[1] ** 2 ; th.linalg.eigh(S + S.mT, "U").eigenvectors.abs()
th.linalg.svdvals(m) ; th.linalg.svd(m, full_matrices=False)[0].abs() ; th.linalg.svd(m.t(), False).Vh ** 2 ; th.linalg.svd(S).U.abs() ; th.svd(m)[1] ; th.linalg.svd(m)[1]
th.linalg.matrix_power(sq, 3) ; th.matrix_power(sq, -2) ; th.linalg.matrix_power(S, 1) ; th.linalg.multi_dot([a, sq, m]) ; th.linalg.multi_dot([r, sq, m, v]) ; th.linalg.vecdot(a, b) ; th.linalg.matrix_exp(sq) ; th.matrix_exp(S)
th.linalg.matrix_norm(m) ; th.linalg.matrix_norm(S, 1) ; th.linalg.matrix_norm(S, -float("inf"), keepdim=True) ; th.linalg.matrix_norm(S, 2) ; th.linalg.matrix_norm(S, "nuc", keepdim=True) ; th.linalg.matrix_norm(S, -2, dim=(0, 1))
th.linalg.norm(S)   ; th.linalg.norm(m, 2) ; th.linalg.norm(v, 3) ; th.linalg.norm(m, 1, dim=1) ; th.linalg.norm(S, "fro", dim=(1, 2)) ; th.norm(m, "nuc") ; th.linalg.vector_norm(m, 3, dim=0)
th.linalg.cond(sq)  ; th.linalg.cond(S, -2) ; th.linalg.lstsq(m.t(), v).solution ; th.linalg.cross(a, b) ; th.linalg.diagonal(S) ; th.linalg.tensorsolve(big[:, :4].reshape(2, 2, 2, 2), v.view(2, 2))
th.nn.functional.pad(B[None, None], (1, 1, 1, 0, 1, 1), "reflect") ; th.nn.functional.pad(B[None, None], (1, 1, 1, 1, 1, 1), "replicate") ; th.nn.functional.pad(B[None, None], (1, 1, 1, 1, 1, 1), "circular")
th.nn.functional.interpolate(B, 7, mode="nearest-exact") ; th.nn.functional.interpolate(B[None], (5, 3), mode="nearest-exact") ; th.nn.functional.interpolate(B[None, None], (3, 4, 2), mode="nearest-exact") ; th.nn.functional.interpolate(B[None, None], (3, 4, 2))
th.nn.functional.interpolate(B[None, None], (3, 4, 2), mode="trilinear") ; th.nn.functional.interpolate(B[None], (5, 7), mode="bicubic") ; th.nn.functional.interpolate(B[None], (5, 7), mode="bicubic", align_corners=True) ; th.nn.functional.interpolate(B[None], (2, 3), mode="area")
"""

# Lines without derivatives; values, dtypes and shapes are compared.
PLAIN = """
n + 1           ; n + 1.5         ; n * n           ; n / 2         ; n // 2        ; n % 2      ; n ** 2   ; -n ; abs(n) ; 2 ** n ; n - n ; 7 // n ; n / n
n & 1           ; n | 2           ; n ^ 3           ; ~n            ; n << 1        ; n >> 1     ; z & zr   ; z | True ; z ^ zr ; ~z ; z + z ; z * 2 ; z + 0.5
n.float() + a   ; n + a           ; a + n           ; n * s         ; z * a         ; i + n      ; th.tensor(2) * a ; n.to(th.uint8) * 3 ; n.to(th.int8) + n.to(th.uint8) ; n.half() * 2 ; n.half() + a.float()
a < b           ; a <= 0          ; a > r           ; 0 >= a        ; a == a        ; a != b     ; n == 2   ; n == 2.5 ; th.lt(a, b) ; a.ge(0) ; s > 0 ; a == None
th.isposinf(a / 0) ; th.isneginf(a / 0) ; th.heaviside(a.detach(), r.detach()) ; th.gcd(n, th.tensor(4)) ; th.lcm(n, th.tensor(4)) ; th.unique(n) ; n.bincount(minlength=1) if n.ndim == 1 else i.bincount() ; th.histc(a) ; th.searchsorted(v.detach().sort()[0], w.detach()) ; th.isin(n, i) ; th.count_nonzero(z) ; th.argsort(a) ; n.tril() ; th.tril_indices(3, 3) ; th.nn.functional.one_hot(i)
th.isnan(a)     ; th.isinf(a / 0) ; th.isfinite(a / 0) ; (a / 0).isnan() ; th.signbit(a)
th.logical_and(z, zr) ; th.logical_or(z, n) ; th.logical_xor(z, zr) ; th.logical_not(z) ; z.logical_not() ; th.logical_and(a, n)
n.sum()         ; n.sum(0)        ; z.sum()         ; z.sum(1)      ; n.prod()      ; n.max()    ; n.min(1).values ; n.max(1).indices ; n.amax(0) ; n.cumsum(1) ; n.sum(dtype=th.float32) ; n.mean(dtype=th.float64)
a.argmax()      ; a.argmax(1)     ; a.argmin(0, keepdim=True) ; ties.argmax(1) ; ties.max(1).indices ; n.argmin()
z.any()         ; z.all()         ; z.any(0)        ; z.all(1, keepdim=True) ; n.any() ; n.all(0) ; e.any() ; e.all()
a // 1          ; a // b          ; a.floor_divide(2) ; n.floor_divide(4) ; n.remainder(4) ; th.fmod(n, 4) ; (-n) // 4 ; (-n) % 4
n.sqrt()        ; n.exp()         ; z.exp()         ; n.sigmoid()   ; n.sin()       ; n.floor()  ; n.round() ; n.sign() ; n.relu() ; n.clamp(2, 4) ; n.clamp(2.5) ; n.square() ; n.reciprocal()
n[0]            ; n[:, 1]         ; n[z]            ; n.T           ; n.view(3, 2)  ; n[n > 2]   ; z[0] ; n.flatten() ; n.reshape(6)[::2]
th.zeros(2, 3)  ; th.ones((2,))   ; th.full((2, 2), 3) ; th.full((2,), 1.5) ; th.full((2,), True) ; th.eye(3) ; th.eye(2, 3) ; th.zeros_like(n) ; th.ones_like(a) ; th.full_like(a, 2) ; th.zeros(()) ; th.zeros(0, 2)
th.arange(5)    ; th.arange(1, 4) ; th.arange(0, 1, 0.25) ; th.arange(5, 0, -2) ; th.arange(3.0) ; th.arange(2, dtype=th.float64) ; th.linspace(0, 1, 5) ; th.linspace(-10, 10, 100) ; th.linspace(0, 1, 1) ; th.logspace(0, 2, 3) ; th.linspace(0, 10, 4, dtype=th.int64)
th.tensor(3)    ; th.tensor(3.5)  ; th.tensor(True) ; th.tensor([1, 2]) ; th.tensor([[1.0, 2], [3, 4]]) ; th.tensor([]) ; th.tensor([1, 2.5]) ; th.tensor([True, 2]) ; th.tensor([1, 2], dtype=th.float16) ; th.tensor([1.9, -1.9], dtype=th.int32) ; th.tensor([th.tensor(1.0), th.tensor(2.0)])
n.float()       ; n.double()      ; a.int()         ; a.long()      ; a.bool()      ; a.half().float() ; n.to(th.int8) ; n.short() ; n.byte() ; n.char() ; a.to(n) ; n.type_as(a)
a.new_zeros(2)  ; n.new_ones(2, 2) ; a.new_full((2,), 3.0) ; n.new_tensor([1.5, 2]) ; a.new_empty(0)
th.nonzero(n > 2) ; th.nonzero(s) ; th.nonzero(e) ; z.nonzero(as_tuple=True)[1] ; th.where(z)[0] ; th.cuda.is_available() ; th.cuda.device_count()
th.where(z, n, 0) ; th.where(z, n, 0.5) ; th.where(z, 1, n) ; n.masked_fill(z, -1) ; th.maximum(n, n.T.reshape(2, 3))
th.cat([n, n], 1) ; th.cat([n, a]) ; th.stack([n, n]) ; th.cat([th.tensor([]), v])
th.promote_types(th.int8, th.uint8) ; th.result_type(n, 2.5) ; th.result_type(a, s) ; th.can_cast(th.float32, th.int64)
th.linalg.matrix_rank(one) ; th.linalg.matrix_rank(S) ; th.linalg.slogdet(S)[0] ; th.linalg.matrix_power(n[:, :2], 2) ; th.linalg.inv_ex(S).info ; th.linalg.lstsq(m, a.t()).rank ; th.linalg.det(e[:, :0]) ; th.linalg.matrix_rank(S, atol=1.0)
"""

# Where torch has a kernel of its own and the package composes the operation of others, or the other way round, the last
# node bears another name; numbers and gradients are the same. The line, the package's name, torch's.
OTHER_NODES = """
a.quantile(0.3)        ; SqueezeBackward1 ; SqueezeBackward4
th.std_mean(a, 1)[0]   ; StdBackward0 ; StdMeanBackward0
th.var_mean(a)[1]      ; MeanBackward0 ; VarMeanBackward0
a.nansum(1)            ; SumBackward1 ; NansumBackward0
th.aminmax(a, dim=1)[0] ; AminBackward0 ; AminmaxBackward0
a.repeat_interleave(2, 1) ; IndexSelectBackward0 ; ViewBackward0
th.trapezoid(a)        ; SumBackward1 ; MulBackward1
th.kron(a, k)          ; ViewBackward0 ; UnsafeViewBackward0
th.nn.functional.cross_entropy(a, p) ; DivBackward0 ; DivBackward1
th.nn.functional.pairwise_distance(a, b) ; LinalgVectorNormBackward0 ; NormBackward1
th.linalg.solve(sq, a, left=False) ; TransposeBackward0 ; LinalgSolveExBackward0
th.linalg.solve_triangular(sq, a, upper=True, left=False) ; TransposeBackward0 ; LinalgSolveTriangularBackward0
th.cholesky(sq @ sq.t() + th.eye(3, dtype=S.dtype), upper=True) ; TransposeBackward0 ; CholeskyBackward0
th.linalg.multi_dot([a, sq, m]) ; MmBackward0 ; ViewBackward0
th.linalg.matrix_exp(sq) ; MmBackward0 ; LinalgMatrixExpBackward0
th.matrix_exp(S) ; UnsafeViewBackward0 ; LinalgMatrixExpBackward0
th.linalg.matrix_norm(S, 1) ; SqueezeBackward1 ; AmaxBackward0
th.linalg.lstsq(m.t(), v).solution ; SqueezeBackward1 ; LinalgLstsqBackward0
th.nn.functional.pad(B, (1, 1), "circular") ; CircularPad1DBackward0 ; CopySlices
th.nn.functional.pad(B[None, None], (1, 1, 1, 1, 1, 1), "circular") ; CircularPad3DBackward0 ; CopySlices
th.nn.functional.pad(B[None], (1, 1, 1, 1), "circular") ; CircularPad2DBackward0 ; CopySlices
"""


def other_nodes():
    """{line: (the package's node name, torch's)}"""
    rows = ([part.strip() for part in row.split(" ; ")] for row in OTHER_NODES.strip().splitlines())
    return {line: (ours, theirs) for line, ours, theirs in rows}


def cells(table):
    """The expressions, split at semicolons that stand between them."""
    return [cell.strip() for row in table.strip().splitlines() for cell in row.split(";") if cell.strip()]
