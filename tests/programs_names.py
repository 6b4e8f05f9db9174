"""Programs that leave no public name unused: each function as function, as method and in place; see programs.py.

A row of the tables says of what ``x`` is made, how the function is called, and which functions take that call. The forms
that exist become one program, which prints their results and, where there are any, the gradients of first and second order.
"""

import autodiff_lab as th
from autodiff_lab.ops import FUNCTIONS

# Their last node bears another name here; see OTHER_NODES in ops_table.py.
OTHER_NODES = """
mvlgamma dist vdot kron quantile nanquantile repeat_interleave trapz trapezoid rot90 nansum nanmean clamp_max clamp_min cov
trace matrix_exp t unsqueeze squeeze swapaxes swapdims transpose addmv addr addbmm baddbmm addmm cumsum cumprod sgn angle cdist
scatter_reduce aminmax std_mean var_mean cholesky polygamma
""".split()

TWICE = """
[0.3, -0.6] ; x ; abs absolute acos arccos asin arcsin atan arctan cos cosh deg2rad erf erfc erfinv
[0.5, -0.6] ; x ; exp exp2 expm1 frac neg negative positive rad2deg conj relu sigmoid sin sinc sinh square
[0.3, -0.6] ; x ; tan tanh nan_to_num clone atleast_1d atleast_2d atleast_3d ravel flatten diagflat msort
[1.3, 2.5] ; x ; log log2 log10 log1p sqrt rsqrt reciprocal lgamma digamma
[0.3, 0.6] ; x ; logit
[1.3, 2.5] ; x, 2 ; mvlgamma
[1.3, 2.5] ; 1, x ; polygamma
[0.3, -0.6] ; x, th.tensor([1.5, 2.]) ; atan2 arctan2 copysign div divide true_divide float_power fmax fmin fmod hypot logaddexp logaddexp2 maximum minimum mul multiply add sub subtract dist ldexp
[0.3, -0.6] ; x, th.tensor([1.5, 2.]) ; remainder inner dot vdot ger outer kron rsub
[0.3, 0.6] ; x, th.tensor([1.5, 2.]) ; xlogy pow
[0.3, -0.6] ; x, th.tensor([1.5, 2.]), 0.5 ; lerp
[0.3, -0.6] ; x, th.tensor([1.5, 2.]), th.tensor([2., 3.]) ; addcmul addcdiv
[0.3, -0.6] ; x, -0.5, 0.1 ; clamp clip
[0.3, -0.6] ; x, 0.1 ; clamp_max clamp_min
[[1., 2.], [3., 5.]] ; x ; amax amin max min median nanmedian prod std mean nanmean nansum sum cov corrcoef trace diagonal diag diag_embed tril triu det t adjoint
[[2., 0.], [0., 4.]] ; x ; logdet inverse pinverse nuclear_norm
[[0., 1.], [0., 0.]] ; x ; matrix_exp
[3., 4.] ; x ; norm var
[[1., 2.], [3., 5.]] ; x, 0 ; amax amin cumprod cumsum logcumsumexp logsumexp mean nanmean nansum prod std sum var softmax unsqueeze squeeze
[[1., 2.], [3., 5.]] ; x, 1 ; diff
[0., 0.] ; x, 0 ; log_softmax
[[1., 2.], [3., 5.]] ; x, 0 ; cummax cummin max min median nanmedian mode sort unbind ; [0]
[[1., 2.], [3., 5.]] ; x, 2 ; chunk split tensor_split hsplit vsplit ; [0]
[[1., 2.], [3., 5.]] ; x, 1 ; kthvalue topk ; [0]
[[[1., 2.], [3., 5.]]] ; x, 2 ; dsplit ; [1]
[[1., 2.], [3., 5.]] ; x, (1, 1), 1 ; split_with_sizes ; [1]
[[1., 2.], [3., 5.]] ; x ; aminmax std_mean var_mean ; [1]
[[1., 2.], [3., 5.]] ; x ; qr ; [1]
[[2., 0.], [0., 4.]] ; x ; slogdet svd ; [1]
[[4., 0.], [0., 16.]] ; x ; cholesky
[[1., 2.], [3., 5.]] ; x, 0.3 ; quantile nanquantile
[[1., 2.], [3., 5.]] ; x, 2 ; matrix_power repeat_interleave roll
[[1., 2.], [3., 5.]] ; x, (2,) ; tile
[[1., 2.], [3., 5.]] ; x, 0, 1 ; moveaxis movedim swapaxes swapdims transpose select
[[1., 2.], [3., 5.]] ; x, (1, 0) ; permute flip
[[1., 2.], [3., 5.]] ; x ; fliplr flipud rot90
[[1., 2.], [3., 5.]] ; x, 0, (2, 1) ; unflatten
[[1., 2.], [3., 5.]] ; x, (3, 2, 2) ; broadcast_to
[[1., 2.], [3., 5.]] ; x, (4,) ; reshape view
[[1., 2.], [3., 5.]] ; x, (2, 2), (1, 2), 0 ; as_strided
[[1., 2.], [3., 5.]] ; x, th.tensor([[7., -1.], [2., 0.5]]) ; mm matmul minimum
[[1., 2.], [3., 5.]] ; x, th.tensor([7., -1.]) ; mv matmul
[[1., 2.], [3., 5.]] ; x, th.tensor([[7., -1.], [2., 0.5]]), th.tensor([[1., 2.], [0., 1.]]) ; addmm
[[1., 2.], [3., 5.]] ; x[0], x, th.tensor([3., 4.]) ; addmv
[[1., 2.], [3., 5.]] ; x, th.tensor([7., -1.]), th.tensor([3., 4.]) ; addr
[[1., 2.], [3., 5.]] ; x, th.ones(3, 2, 1), th.ones(3, 1, 2) ; addbmm
[[[1., 2.], [3., 5.]]] ; x, th.ones(1, 2, 1), th.ones(1, 1, 2) ; baddbmm
[[[1., 2.], [3., 5.]]] ; x, th.ones(1, 2, 1) ; bmm
[[1., 2., 4.], [3., 5., 9.]] ; x, th.tensor([[7., -1., 0.], [2., 0.5, 1.]]), 1 ; cross
[[1., 2.], [3., 5.]] ; x, 1, th.tensor([[0, 0], [1, 0]]) ; gather
[[1., 2.], [3., 5.]] ; x, th.tensor([3, 0]) ; take
[[1., 2.], [3., 5.]] ; x, th.tensor([[0, 0], [1, 0]]), 1 ; take_along_dim
[[1., 2.], [3., 5.]] ; x, 1, th.tensor([[0], [1]]), th.tensor([[7.], [8.]]) ; scatter scatter_add
[[1., 2.], [3., 5.]] ; x, 1, th.tensor([[0], [1]]), th.tensor([[7.], [8.]]), 'sum' ; scatter_reduce
[[1., 2.], [3., 5.]] ; x, 0, th.tensor([1, 0]) ; index_select
[[1., 2.], [3., 5.]] ; x, 0, th.tensor([1]), th.tensor([[7., 8.]]) ; index_add index_copy
[[1., 2.], [3., 5.]] ; x, 0, th.tensor([1]), 7. ; index_fill
[[1., 2.], [3., 5.]] ; x, (th.tensor([1]), th.tensor([0])), th.tensor([7.]) ; index_put
[[1., 2.], [3., 5.]] ; x, th.eye(2) > 0, 7. ; masked_fill
[[1., 2.], [3., 5.]] ; x, th.eye(2) > 0, th.tensor([7., 8.]) ; masked_scatter
[[1., 2.], [3., 5.]] ; x, th.eye(2) > 0 ; masked_select
[[1., 2.], [3., 5.]] ; x, 0, 0, 1 ; narrow
[[1., 2.], [3., 5.]] ; x, 0, 2, 1 ; unfold
[[1., 2.], [3., 5.]] ; x ; trapz trapezoid cumulative_trapezoid
"""

# No gradient of second order in torch, or one that is zero without a history.
ONCE = """
[0.3, -0.6] ; x ; ceil fix floor round sgn sign trunc angle
[[1., 2.], [3., 5.]] ; x, th.tensor([[7., -1.], [2., 0.5]]) ; cdist
"""

PLAIN = """
[0.3, -0.6] ; x ; asinh arcsinh atanh arctanh
[1.3, 2.5] ; x ; acosh arccosh
[0.3, -0.6] ; x, th.tensor([0.3, 2.]) ; eq ne lt le gt ge equal greater greater_equal less less_equal not_equal isclose allclose is_same_size
[0.3, -0.6] ; x ; isfinite isinf isnan isneginf isposinf isreal signbit logical_not argwhere nonzero argmax argmin argsort is_complex is_floating_point is_signed is_inference numel
[0.3, -0.6] ; x ; zero detach
[0.3, 0.] ; x, th.tensor([0.3, 2.]) ; logical_and logical_or logical_xor heaviside
[1.5] ; x ; is_nonzero
[0.3, -0.6] ; x, 2. ; fill
[[1., 2.], [3., 5.]] ; x, 4 ; histc histogram
[[1., 2.], [3., 5.]] ; x ; count_nonzero unique unique_consecutive any all
[6, 5] ; x, th.tensor([3, 1]) ; bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm
[6, 5] ; x ; bitwise_not bincount
[0., 0.6] ; x, 3, True ; multinomial
"""


def forms(name, args):
    """How a function of this name can be called with ``args``, each with the name of its result."""
    rest = args.replace(", x", "").replace("x, ", "") if args != "x" else ""
    receiver = "x"
    if args.startswith("x["):
        receiver, _, rest = args.partition(", ")
    if name in FUNCTIONS and hasattr(th, name):
        yield "a", f"th.{name}({args})"
    if hasattr(th.Tensor, name):
        yield "b", f"{receiver}.{name}({rest})"
    if hasattr(th.Tensor, f"{name}_"):
        yield "c", f"({receiver} * 1).{name}_({rest})"
    if f"{name}_" in FUNCTIONS and hasattr(th, f"{name}_"):
        yield "d", f"th.{name}_({args.replace(receiver, f'{receiver} * 1', 1)})"


def programs(table, orders):
    """The programs of a table's rows, with gradients of so many orders."""
    for row in table.strip().splitlines():
        data, args, names, *part = row.split(" ; ")
        for name in names.split():
            made = dict(forms(name, args))
            calls = "; ".join(f"{result} = {call}" for result, call in made.items())
            shown = ", ".join(n + "".join(part) + ".detach()" if name in OTHER_NODES else n for n in made)
            if orders:
                total = " + ".join(f"({n}{''.join(part)} ** 2).sum()" for n in made)
                grad = f"g, = th.autograd.grad({total}, x, create_graph={orders == 2})"
                again = ", th.autograd.grad(g.sum(), x)" * (orders == 2)
                yield f"x = th.tensor({data}, requires_grad=True); {calls}; {grad}; R = {shown}, g.detach(){again}"
            else:
                yield f"x = th.tensor({data}); {calls}; R = {shown}"


# The rest, by hand: makers, settings, classes and what they hold. Numbers drawn follow a seed.
HAND = """
R = th.tensor([1, 2]).type(th.DoubleTensor), th.FloatTensor([1, 2]), th.DoubleTensor([1, 2]), th.HalfTensor([1, 2]), th.IntTensor([1, 2]), th.LongTensor([1, 2]), th.ShortTensor([1, 2]), th.CharTensor([1, 2]), th.ByteTensor([1, 2]), th.BoolTensor([True]), th.Tensor([1, 2]), th.Tensor(2, 0)
R = th.FloatTensor.dtype, th.DoubleTensor.dtype, th.HalfTensor.dtype, th.IntTensor.dtype, th.LongTensor.dtype, th.ShortTensor.dtype, th.CharTensor.dtype, th.ByteTensor.dtype, th.BoolTensor.dtype, isinstance(th.ones(1), th.FloatTensor)
R = th.float, th.double, th.half, th.int, th.long, th.short, th.bool, th.int16, th.int16.itemsize, th.int16.is_signed, th.int16.is_complex, th.int16.is_floating_point, th.dtype, isinstance(th.int, th.dtype)
R = th.float32.to_real(), th.float16.to_real()
R = th.pi, th.e, th.inf, th.nan, th.newaxis, th.strided, th.contiguous_format, th.preserve_format, th.channels_last
R = th.device("cpu"), th.get_default_device(), th.set_default_device("cpu"), th.ones(1).device, th.ones(1).get_device(), th.get_device(th.ones(1)), str(th.device("cpu", 0)), th.device("cpu").type, th.device("cpu").index
R = th.get_default_dtype(), th.set_default_dtype(th.float64), th.ones(1).dtype, th.set_default_dtype(th.float32), th.set_default_tensor_type(th.DoubleTensor), th.get_default_dtype(), th.set_default_tensor_type("LIBRARY.FloatTensor")
R = th.finfo(th.float32), th.finfo(th.float64).eps, th.finfo().max, th.iinfo(th.int8), th.iinfo(th.int16).min
R = th.as_tensor([1., 2.]), th.as_tensor(3, dtype=th.float64), th.asarray([1, 2]), th.scalar_tensor(2), th.range(1, 2, 0.5), th.empty_like(th.ones(2)).shape, th.triu_indices(2, 3), th.vander(th.tensor([1., 2.])), th.linalg.vander(th.tensor([1., 2.]), N=3)
import numpy as np; a = np.array([1., 2.]); t = th.as_tensor(a); u = th.asarray(a, copy=True); a[0] = 7; R = t, u, th.frombuffer(bytearray(b"abcd"), dtype=th.uint8), th.frombuffer(bytearray(8), dtype=th.float32, count=1, offset=4)
R = th.hann_window(4), th.hamming_window(4), th.hann_window(3, periodic=False), th.typename(th.ones(1)), th.typename(3), th.is_tensor(3), th.is_tensor(th.ones(1))
R = th.block_diag(th.ones(1, 2), th.tensor([3.])), th.broadcast_shapes((2, 1), (3,)), th.broadcast_tensors(th.ones(2, 1), th.zeros(2)), th.cartesian_prod(th.tensor([1, 2]), th.tensor([3, 4])), th.combinations(th.tensor([1, 2, 3]), 2), th.concatenate([th.ones(1), th.zeros(1)]), th.row_stack([th.ones(2), th.zeros(2)]), th.chain_matmul(th.ones(1, 2), th.ones(2, 3), th.ones(3, 1)), th.bucketize(th.tensor([1.5, 3.]), th.tensor([1., 2., 3.])), th.unravel_index(th.tensor([3, 1]), (2, 2))
x = th.arange(6.).reshape(2, 3); t = x.T; y = th.stack([t, t]), th.stack([t, t], 1), th.stack([x[0].expand(2, 3)] * 2), th.cat([t, t]), th.cat([t, t], 1), th.cat([t]), th.hstack([t, t]), th.cat([x.expand(2, 2, 3)] * 2), t.roll(1, 0), t.cumsum(0), t.softmax(0), t.log_softmax(0), th.nn.functional.pad(t, (1, 1)), t.scatter(0, th.zeros(1, 2, dtype=th.int64), th.ones(1, 2)); R = [(v.is_contiguous(), v.stride(), v.view(-1)) for v in y]
x = th.tensor([1., 2.], requires_grad=True); y = th.block_diag(x, x * x); g, = th.autograd.grad((y ** 2).sum(), x, create_graph=True); R = g.detach(), th.autograd.grad(g.sum(), x)
x = th.tensor([1., 2.], requires_grad=True); y = th.cartesian_prod(x, x * x).sum(1) ** 2, th.combinations(x, 2) ** 2, th.concatenate([x, x * x]) ** 2, th.row_stack([x, x * x]) ** 2; g, = th.autograd.grad(sum(t.sum() for t in y), x, create_graph=True); R = g.detach(), th.autograd.grad(g.sum(), x)
th.manual_seed(3); x = th.ones(2, 2); R = th.rand_like(x), th.randn_like(x), th.randint_like(x, 9), th.randperm(5), x.bernoulli(0.5), th.ones(2).exponential_(2.), th.initial_seed(), th.default_generator.initial_seed()
th.manual_seed(3); s = th.get_rng_state(); a = th.rand(2); th.set_rng_state(s); R = a, th.rand(2), s.shape, s.dtype, th.seed() == th.initial_seed()
g = th.Generator(); R = g.manual_seed(5).initial_seed(), th.rand(1, generator=g); s = g.get_state(); a = th.rand(2, generator=g); h = g.clone_state(); g.set_state(s); R = R, a, th.rand(2, generator=g), th.rand(1, generator=h), g.seed() == g.initial_seed()
th.Generator().set_state(th.zeros(3))
R = th.are_deterministic_algorithms_enabled(), th.use_deterministic_algorithms(True), th.are_deterministic_algorithms_enabled(), th.use_deterministic_algorithms(False), th.get_float32_matmul_precision(), th.set_float32_matmul_precision("highest"), th.set_num_threads(1), th.get_num_threads() > 0, th.set_warn_always(False), th.version.cuda, th.version.hip
th.set_float32_matmul_precision("low")
R = th.set_printoptions(precision=2), repr(th.tensor([1.23456])), th.set_printoptions(profile="default"), repr(th.tensor([1.23456]))
R = th.cuda.is_available(), th.cuda.device_count(), th.cuda.is_initialized(), th.cuda.memory_allocated(), th.cuda.max_memory_allocated(), th.cuda.memory_reserved(), th.cuda.max_memory_reserved(), th.cuda.empty_cache(), th.cuda.manual_seed(1), th.cuda.manual_seed_all(1), th.cuda.seed(), th.cuda.seed_all()
th.cuda.current_device()
th.cuda.synchronize()
th.cuda.get_device_name()
th.cuda.get_device_capability()
th.cuda.get_device_properties(0)
R = th.accelerator.is_available(), th.accelerator.current_accelerator(), th.accelerator.device_count()
R = [type(e).__name__ for e in (th.linalg.LinAlgError("x"), th.utils.checkpoint.CheckpointError("x"))]
import io; b = io.BytesIO(); th.save({"x": th.ones(2), "n": 3}, b); b.seek(0); R = th.load(b)
x = th.tensor([[1., 2.], [3., 4.]]); R = x.H, x.mH, x.real, x.dim(), x.ndimension(), x.nelement(), x.size(), x.size(0), x.size().numel(), x.element_size(), x.itemsize, x.nbytes, x.layout, x.storage_offset(), x[1].storage_offset(), x.cpu() is x, x.share_memory_() is x, x.is_cpu, x.is_cuda, x.is_meta, x.is_mkldnn, x.is_quantized, x.is_sparse, th.real(x) is x
x = th.tensor([[1., 2.], [3., 4.]]); R = x.data_ptr() == x.view(4).data_ptr(), x[1].data_ptr() - x.data_ptr(), x.storage().size(), x.storage().tolist(), x.storage().nbytes(), x.storage().data_ptr() == x.data_ptr(), x.untyped_storage().nbytes(), x.T.storage().tolist(), type(x.storage()) is th.TypedStorage, x.storage().type(), type(x.untyped_storage()) is th.UntypedStorage
x = th.tensor([[1., 2.], [3., 4.]]); R = x.new(2, 0), x.new([5, 6]), x.clone().resize_(3, 1), x.clone().resize_as_(th.ones(4)), x.sum_to_size(1, 2), x.clone().fill_diagonal_(9.), x.clone().apply_(lambda v: v + 1), x.clone().map_(x, lambda a, b: a * b), x.clone().floor_divide_(2), th.floor_divide(x, 2)
th.ones(1).imag
th.imag(th.ones(1))
x = th.tensor(2., requires_grad=True); y = th.floor_divide(x, 2.); R = y; y.backward()
R = isinstance(th.ones(1), th.autograd.Variable), th.autograd.Variable(th.ones(1), requires_grad=True), isinstance(th.ones(1, requires_grad=True).exp().grad_fn, th.autograd.graph.Node)
with th.autograd.no_grad(): a = th.is_grad_enabled()
with th.autograd.enable_grad(), th.autograd.set_grad_enabled(False): b = th.is_grad_enabled()
with th.autograd.inference_mode(): c = th.is_inference_mode_enabled()
R = a, b, c

n = th.no_grad(); m = n.clone(); s = th.set_grad_enabled(False); t = s.clone(); i = th.inference_mode(False).clone(); th.set_grad_enabled(True); R = type(m).__name__, m is n, type(t).__name__, type(i).__name__
f = th.func.vmap(lambda a: a * 2); R = f(th.ones(2)), th.vmap(lambda a, b: a @ b)(th.ones(3, 2), th.ones(3, 2))
with th.autograd.forward_ad.dual_level(): u = th.autograd.forward_ad.unpack_dual(th.autograd.forward_ad.make_dual(th.ones(1), th.tensor([3.])))
R = u, isinstance(u, th.autograd.forward_ad.UnpackedDualTensor)

th.autograd.Function.backward(None, 1)
th.autograd.Function.vjp(None, 1)
th.autograd.Function.jvp(None, 1)
th.autograd.Function.setup_context(None, (), None)
x = th.tensor([1.5, 2.5], requires_grad=True); s = th.special; y = s.digamma(x), s.entr(x), s.erf(x), s.erfc(x), s.erfinv(x / 3), s.exp2(x), s.expit(x), s.expm1(x), s.gammaln(x), s.log1p(x); g, = th.autograd.grad(sum((t ** 2).sum() for t in y), x, create_graph=True); R = [t.detach() for t in y], g.detach(), th.autograd.grad(g.sum(), x)
x = th.tensor([1.5, 2.5], requires_grad=True); s = th.special; y = s.log_softmax(x, 0), s.logit(x / 3), s.logsumexp(x, 0), s.multigammaln(x + 1, 2), s.ndtr(x), s.polygamma(1, x), s.psi(x), s.round(x), s.sinc(x), s.softmax(x, 0), s.xlog1py(x, x), s.xlogy(x, x); g, = th.autograd.grad(sum((t ** 2).sum() for t in y), x, create_graph=True); R = [t.detach() for t in y], g.detach(), th.autograd.grad(g.sum(), x)
R = th.linalg.matmul(th.ones(1, 2), th.ones(2, 1)), th.testing.assert_close(th.ones(2), th.ones(2))
th.testing.assert_close(th.ones(2), th.zeros(2))
th.testing.assert_close(th.ones(2), th.ones(3))
x = th.tensor([-1., 2.]); F = th.nn.functional; R = F.celu_(x.clone()), F.hardtanh_(x.clone()), F.leaky_relu_(x.clone()), F.selu_(x.clone()), F.threshold_(x.clone(), 0, 9), F.rrelu_(x.clone()).shape, F.sigmoid(x), F.tanh(x), F.log_softmax(x, 0)
x = th.arange(24.).view(1, 2, 3, 4).requires_grad_(); F = th.nn.functional; y = F.adaptive_avg_pool1d(x[0], 2), F.adaptive_avg_pool3d(x, 2), F.adaptive_max_pool1d(x[0], 2), F.avg_pool3d(x, 2), F.conv3d(x[None], th.ones(1, 1, 2, 2, 2)), F.conv_transpose2d(x, th.ones(2, 1, 2, 2)), F.instance_norm(x), F.local_response_norm(x, 2), F.lp_pool1d(x[0], 2., 2), F.lp_pool2d(x, 2., 2), F.pixel_unshuffle(x[:, :, :2], 2), F.rms_norm(x, (4,)), F.upsample(x, 4); g, = th.autograd.grad(sum(t.sum() for t in y), x, create_graph=True); R = [t.detach() for t in y], g.detach().round(decimals=2)
x = th.tensor([[0.1, 0.2, 0.4, 0.8]]); F = th.nn.functional; R = F.multilabel_margin_loss(x, th.tensor([[3, 0, -1, 1]])), F.multilabel_soft_margin_loss(x, th.ones(1, 4)), F.triplet_margin_with_distance_loss(x, x + 1, x - 1)
th.manual_seed(0); x = th.ones(2, 3, 4); F = th.nn.functional; R = F.alpha_dropout(x, 0.5, True), F.dropout1d(x, 0.5, True), F.dropout2d(x[None], 0.5, True), F.dropout3d(x[None, None], 0.5, True), F.rrelu(-x, training=True), F.rrelu(-x)
th.manual_seed(0); R = th.nn.init.orthogonal_(th.empty(2, 2)).abs().round(decimals=3), th.nn.init.trunc_normal_(th.empty(4))
th.nn.init.orthogonal_(th.empty(2))
nn = th.nn; x = th.arange(24.).view(1, 2, 3, 4); R = nn.AdaptiveAvgPool1d(2), nn.AdaptiveAvgPool1d(2)(x[0]), nn.AdaptiveAvgPool2d(2)(x), nn.AdaptiveAvgPool2d((1, None)), nn.AdaptiveAvgPool3d(1)(x), nn.AvgPool1d(2)(x[0]), nn.AvgPool2d(2, padding=1)(x), nn.AvgPool2d(2), nn.AvgPool3d(2)(x), nn.AvgPool3d(2), nn.MaxPool1d(2), nn.MaxPool1d(2)(x[0]), nn.Upsample(scale_factor=2.), nn.Upsample(4)(x), nn.ZeroPad3d(1)(x).shape, nn.ConstantPad3d(1, 2.), nn.ConstantPad3d(1, 2.)(x)[0, 0, 0]
th.manual_seed(0); nn = th.nn; x = th.arange(24.).view(1, 2, 3, 4); R = nn.BatchNorm3d(1)(x[None]).sum().round().abs(), nn.BatchNorm3d(1), nn.Conv3d(1, 2, 2), nn.Conv3d(1, 1, 2)(x[None]), nn.ConvTranspose1d(3, 2, 2), nn.ConvTranspose1d(3, 1, 2)(x[0]), nn.Dropout2d(0.5), nn.Dropout2d(0.5)(x), nn.LazyBatchNorm3d(), nn.LazyBatchNorm3d()(x[None]).shape, nn.LazyConv3d(1, 2)(x[None]).shape, nn.LazyConvTranspose1d(1, 2)(x[0]).shape
nn = th.nn; a, b = th.tensor([[1., 2.]]), th.tensor([[2., 0.]]); R = nn.CosineSimilarity()(a, b), nn.CosineSimilarity(), nn.PairwiseDistance()(a, b), nn.PairwiseDistance(), nn.HingeEmbeddingLoss()(a, -th.ones(1, 2)), nn.HingeEmbeddingLoss(), nn.SoftMarginLoss()(a, th.ones(1, 2)), nn.SoftMarginLoss()
nn = th.nn; l = nn.ParameterList([nn.Parameter(th.ones(1))]); l.append(nn.Parameter(th.zeros(2))); l.extend([nn.Parameter(th.ones(2, 1))]); R = l, len(l), l[1], [n for n, _ in l.named_parameters()]
nn = th.nn; d = nn.ParameterDict({"a": nn.Parameter(th.ones(1))}); d.update({"b": nn.Parameter(th.zeros(2))}); R = d, list(d.keys()), list(d.values()), list(d.items()), d.pop("a"), len(d); d.clear(); R = R, d
nn = th.nn; d = nn.ModuleDict({"a": nn.ReLU()}); d.update({"b": nn.Tanh()}); R = list(d.items()), list(d.values()), d.pop("a"), len(d); d.clear(); R = R, d
nn = th.nn; l = nn.ModuleList([nn.ReLU()]); l.extend([nn.Tanh()]); l.insert(0, nn.ELU()); s = nn.Sequential(nn.ReLU()); s.append(nn.Tanh()); s.extend(nn.Sequential(nn.ELU())); s.insert(1, nn.Sigmoid()); R = l, s, s.pop(0), s
nn = th.nn; p = nn.UninitializedParameter(); b = nn.UninitializedBuffer(); R = type(p).__name__, repr(p), p.requires_grad; p.materialize((2, 0)); b.materialize((1,)); R = R, p, type(p).__name__, b.shape
nn = th.nn; R = nn.UninitializedParameter().data, nn.RNNBase("GRU", 2, 3), nn.LSTM(1, 1).flatten_parameters()
nn = th.nn; e = nn.Embedding.from_pretrained(th.eye(2)); R = e, e(th.tensor([1])), e.weight.requires_grad
th.manual_seed(0); nn = th.nn; l = nn.Linear(1, 1); w = l.weight.clone(); R = l.reset_parameters(), th.equal(w, l.weight), nn.Conv2d(1, 1, 1).reset_parameters(), nn.GRU(1, 1).reset_parameters()
nn = th.nn; net = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1)); R = net.apply(lambda m: None) is net, [b.shape for b in net.buffers()], [type(m).__name__ for m in net.children()], [type(m).__name__ for m in net.modules()], net.get_parameter("0.weight").shape, net.get_buffer("1.running_var"), net.get_submodule("1"), net.cpu() is net, net.half()[0].weight.dtype, net.float()[0].weight.dtype, net.to(th.float64)[0].weight.dtype, net.to("cpu") is net
nn = th.nn; net = nn.Linear(2, 1); h = net.register_forward_pre_hook(lambda m, args: (args[0] * 0,)); R = th.equal(net(th.ones(1, 2)), net.bias[None]); net.register_module("more", nn.ReLU()); R = R, net
nn = th.nn; net = nn.Linear(1, 1); told = []; h = net.register_full_backward_pre_hook(lambda m, g: told.append(g)); net(th.ones(1, 1)).sum().backward(); R = told, net.type(th.float64).weight.dtype
nn = th.nn; nn.Linear(1, 1).get_submodule("x")
nn = th.nn; nn.Linear(1, 1).get_parameter("x")
nn = th.nn; nn.Linear(1, 1).get_buffer("weight")
th.nn.Linear(1, 1).cuda()
R = th.nn.utils.get_total_norm([th.tensor([3.]), th.tensor([4.])])
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.1); v = th.zeros(2, requires_grad=True); o.add_param_group({"params": [v], "lr": 0.5}); R = o, isinstance(o, th.optim.Optimizer), len(o.param_groups)
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.1); o.add_param_group({"params": [w]})
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5); L = th.optim.lr_scheduler; s = L.StepLR(o, 1); o.step(); s.step(); d = s.state_dict(); t = L.StepLR(o, 1); t.load_state_dict(d); R = t.last_epoch, t.get_last_lr(), isinstance(s, L.LRScheduler), d['base_lrs']
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5); L = th.optim.lr_scheduler; s = L.ReduceLROnPlateau(o, patience=0); s.step(1.); s.step(2.); d = s.state_dict(); t = L.ReduceLROnPlateau(o); t.load_state_dict(d); R = s.get_last_lr(), t.best, t.last_epoch, t.patience
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5); L = th.optim.lr_scheduler; s = L.LambdaLR(o, lambda e: 0.5 ** e); q = L.SequentialLR(o, [L.ConstantLR(o, 0.5, 1), L.ExponentialLR(o, 0.9)], [1]); s.load_state_dict(s.state_dict()); R = s.state_dict()["lr_lambdas"], q.get_last_lr()
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5, momentum=0.9); L = th.optim.lr_scheduler; s = L.ChainedScheduler([L.ConstantLR(o, 0.5, 2), L.ExponentialLR(o, 0.9)]); o.step(); s.step(); R = s.get_last_lr()
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5); L = th.optim.lr_scheduler; s = L.CosineAnnealingWarmRestarts(o, 3); o.step(); s.step(); s.step(0.5); R = s.get_last_lr()
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5, momentum=0.9); L = th.optim.lr_scheduler; s = L.CyclicLR(o, 0.1, 0.5, 2); o.step(); s.step(); R = s.get_last_lr(), sorted(s.state_dict())[:3]; t = L.OneCycleLR(o, 0.5, 4); o.step(); t.step(); R = R, t.get_last_lr()
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5); L = th.optim.lr_scheduler; q = L.SequentialLR(o, [L.ConstantLR(o, 0.5, 1), L.ExponentialLR(o, 0.9)], [1]); o.step(); q.step(); d = q.state_dict(); q.load_state_dict(d); R = q.last_epoch, q.get_last_lr()
w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5); g = th.amp.GradScaler("cpu", enabled=False); g.scale(w * 2).sum().backward(); g.unscale_(o); g.step(o); g.update(); R = w, g.get_scale(), g.is_enabled(), g.state_dict(), g.load_state_dict({}), th.GradScaler is th.amp.GradScaler
with th.autocast("cpu", enabled=False): R = th.ones(2) @ th.ones(2)

x = th.ones(2, requires_grad=True); y = th.ones(2, requires_grad=True); L = []; h = th.autograd.graph.register_multi_grad_hook((x, y), lambda g: L.append(g)); (x * y).sum().backward(); R = L, h.remove()
x = th.ones(2); th.autograd.graph.increment_version(x); R = x._version
if True: x = th.ones(2, requires_grad=True)
with th.autograd.graph.allow_mutation_on_saved_tensors(): y = x * 1; z = (y ** 2).sum(); y.mul_(3); z.backward()
R = x.grad

th.manual_seed(0); nn = th.nn; a = nn.MultiheadAttention(4, 2); x = th.randn(3, 1, 4); y, w = a(x, x, x); R = y.detach(), w.detach(), nn.Transformer.generate_square_subsequent_mask(2)
th.manual_seed(0); nn = th.nn; e = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, dropout=0.), 1); d = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, dropout=0.), 1); x = th.randn(3, 1, 4); R = d(x, e(x)).detach()
th.manual_seed(0); nn = th.nn; t = nn.Transformer(4, 2, 1, 1, 8, dropout=0.); x = th.randn(3, 1, 4); R = t(x, x).detach()
c = th.utils.data.ChainDataset([range(2), range(2, 4)]); R = list(th.utils.data.RandomSampler(range(3), num_samples=2))[:0], th.utils.data.RandomSampler(range(3)).num_samples, issubclass(th.utils.data.RandomSampler, th.utils.data.Sampler), isinstance(c, th.utils.data.IterableDataset)
from LIBRARY.utils import benchmark; t = benchmark.Timer("x + 1", globals={"x": 1}); m = t.timeit(10); R = m.median > 0, m.mean > 0, m.iqr >= 0, isinstance(m, benchmark.Measurement), t.blocked_autorange(min_run_time=0.001).median > 0, t.adaptive_autorange(min_run_time=0.001).median > 0
from LIBRARY.utils import benchmark; benchmark.Timer('1').repeat()
R = th.compile(lambda x: x) is not None, th.is_storage(3), th.is_storage(th.ones(1).storage())
C = th.distributions.constraints; x = th.tensor([-1., 0., 0.5, 1.]); R = C.boolean.check(x), C.positive.check(x), C.real.check(x), C.unit_interval.check(x), C.simplex.check(x), C.real.event_dim, C.simplex.event_dim, C.boolean.is_discrete, C.positive, C.dependent, isinstance(C.real, C.Constraint), C.Constraint.event_dim, C.Constraint.is_discrete; C.Constraint().check(x)
D = th.distributions; d = D.Normal(0., 1.); R = d.perplexity(), D.Distribution.set_default_validate_args(True), d.log_prob(th.tensor(0.)), d.cdf(th.tensor(0.)), d.icdf(th.tensor(0.5)), d.entropy(), d.has_enumerate_support, D.Bernoulli(0.5).enumerate_support(), D.Binomial(2, 0.5).enumerate_support(), D.Categorical(th.ones(2)).enumerate_support(); d.enumerate_support()
th.manual_seed(1); R = th.distributions.Normal(0., 1.).sample_n(2)
D = th.distributions; d = D.Multinomial(3, th.tensor([0.5, 0.5])); R = d.logits, d.probs, d.param_shape, d.entropy(), D.Bernoulli(0.5).param_shape, D.Binomial(3, 0.5).param_shape, D.Categorical(th.ones(2)).param_shape
@th.distributions.register_kl(th.distributions.Poisson, th.distributions.Exponential)
def kl(p, q): return th.tensor(7.)
D = th.distributions; R = D.kl_divergence(D.Poisson(1.), D.Exponential(1.))

class Mine(th.utils.data.Sampler):
    def __iter__(self): return iter([2, 0])
R = list(th.utils.data.DataLoader(range(3), sampler=Mine()))
"""

FAMILIES = """
Bernoulli(th.tensor([0.25])) ; Binomial(4, th.tensor([0.25])) ; Categorical(th.tensor([0.25, 0.75])) ; Exponential(th.tensor([2.]))
Geometric(th.tensor([0.25])) ; Independent(D.Normal(th.zeros(2), th.ones(2)), 1) ; Laplace(th.zeros(1), th.ones(1)) ; LogNormal(th.zeros(1), th.ones(1))
Multinomial(3, th.tensor([0.25, 0.75])) ; MultivariateNormal(th.zeros(2), th.eye(2)) ; Poisson(th.tensor([2.])) ; Uniform(th.zeros(1), th.tensor([2.])) ; Normal(th.zeros(1), th.ones(1))
"""
FAMILY = """
D = th.distributions; th.manual_seed(0); d = D.{}; R = []
R += [d, d.arg_constraints, d.support, d.has_rsample, d.has_enumerate_support, d.batch_shape, d.event_shape]
R += [d.mean, d.variance, d.stddev]
x = d.sample()
R += [x, d.log_prob(x)]
if d.has_rsample: R += [d.rsample((2,))]
"""
TOLD = {("Multinomial", "d.mode"), ("Independent", "d.enumerate_support()")}  # refused in other words
# What some families have and others refuse.
PARTS = "d.mode d.entropy() d.cdf(d.sample()) d.icdf(th.tensor([0.25])) d.enumerate_support() d.expand((2,)).mean d.rsample()".split()


def blocks(text):
    """Programs: lines, or blocks up to an empty line where a line ends in a colon or starts with @."""
    made, block = [], []
    for line in text.strip().split("\n"):
        opens = not block and (line.startswith(("with ", "if ", "@", "class ")) or line.endswith(":"))
        if opens or block:
            if line:
                block.append(line)
            else:
                made.append("\n".join(block))
                block = []
        elif line:
            made.append(line)
    return [*made, "\n".join(block)] if block else made


FAMILIES = [cell.strip() for row in FAMILIES.strip().splitlines() for cell in row.split(" ; ")]
PROGRAMS = [
    *programs(TWICE, 2), *programs(ONCE, 1), *programs(PLAIN, 0), *blocks(HAND), *(FAMILY.replace("{}", made) for made in FAMILIES),
    *(f"D = th.distributions; th.manual_seed(0); d = D.{made}; R = {part}" for made in FAMILIES for part in PARTS if (made.partition("(")[0], part) not in TOLD),
]  # fmt: skip
