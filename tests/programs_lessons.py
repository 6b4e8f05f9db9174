"""Programs as public lessons write them: tensors, autograd, func; what several hundred such cells showed; see programs.py."""

TENSORS = r"""
x = th.arange(6.).view(2, 3); R = x.cumsum(axis=0), x.sum(axis=1, keepdims=True), x.softmax(axis=1).sum(axis=1), x.max(axis=0).values, x.argmax(axis=1), th.cat((x, x), axis=1).shape, x.std(axis=0), th.var_mean(x, axis=1, keepdims=True), x.flip(dims=(0,)), th.sort(x, axis=1, descending=True).indices
R = th.rand(size=(2, 3)).shape, th.randn(size=()).shape, th.zeros(size=(2,)), th.ones(size=[1, 2]), th.empty(size=(0, 2)), th.arange(6).view(size=(2, 3)), th.ones(1, 2).expand(size=(2, 2)), th.ones(2).repeat(repeats=(2,)), th.ones(2, 3).permute(dims=(1, 0)).shape, th.arange(4).reshape(shape=(2, 2)), th.ones(2).tile(dims=(2,))
o = th.zeros(4); R = th.eye(2, out=o) is o, o
th.multinomial(th.ones(2, 3), 2, out=th.zeros(4))
o = th.zeros(5, requires_grad=True) * 1; R = th.full((2, 3), 1., out=o).tolist()
R = th.zeros(0, 3).sin().stride(), (th.zeros(3, 0) * 2).stride(), th.zeros(2, 0, 4).exp().stride()
x = th.arange(6.).view(2, 3).t(); R = x.contiguous().stride(), x.clone().stride(), x.contiguous().storage().tolist(), x.clone(memory_format=th.contiguous_format).stride(), x.reshape(6), x.flatten().is_contiguous()
c = th.tensor([10., 20.]).expand(3, 2); R = c.storage().tolist(), c.stride(), c.untyped_storage().nbytes(), th.is_storage(c.storage()), th.ones(2).storage().type(), th.ones(2, dtype=th.int64).storage().type()
th.tensor([th.tensor([1., 2.]), th.tensor([3., 4.])])
th.tensor([th.tensor([1, 2]), th.tensor([3, 4])])
th.tensor([th.tensor([1, 2]), 3], dtype=th.float32)
import numpy as np; R = th.tensor([th.tensor([1.]), th.tensor([2.])]), th.tensor([np.float64(1)]), th.tensor([np.float32(1), 2]), th.tensor([np.int32(1)]), th.tensor([np.ones(2), np.zeros(2)]), th.tensor([np.arange(2), [1, 2]]), th.tensor([True, np.int8(3)]), th.tensor([th.tensor(1., dtype=th.float64), 2.5]), th.tensor([np.array([1.5]), np.array([2])]), th.tensor(range(3)), th.tensor([1, 2.5, True])
th.tensor(['a', 'b'])
th.tensor([[1, 2], 3])
th.tensor([1, [2, 3]])
import numpy as np; th.tensor([np.ones(2), np.ones(3)])
th.Tensor(3.5)
th.Tensor('a')
th.zeros(2.5)
th.rand(2, 'a')
th.ones([2.5])
th.zeros((2, None))
th.full(2, 1)
th.manual_seed(1)\ntry: th.rand(2, device='cuda')\nexcept AssertionError: R = th.rand(2), th.manual_seed(1).initial_seed(), th.rand(2)
R = th.remainder(th.tensor([-3., -2., 2.]), 2), th.tensor([-2., 3.]) % -2, th.tensor([-7, 7]) % 3, th.fmod(th.tensor([-3., -2.]), 2)
R = th.iinfo(th.int32), th.iinfo(th.uint8), th.finfo(th.float16), th.iinfo(th.int64).max
x = th.full((2, 4), 2.); i = th.tensor([[2], [3]]); R = x.scatter(1, i, 1.25, reduce='multiply'), x.scatter(1, i, 1.25, reduce='add'), x.scatter(1, i, th.ones(2, 1), reduce='add')
th.ones(3).scatter(0, th.tensor([0]), 1., reduce='sum')
x = th.ones(3, requires_grad=True); R = [x.scatter(0, th.tensor([0]), 2., reduce='multiply').grad_fn]; x.scatter(0, th.tensor([0]), 2., reduce='multiply').sum().backward()
R = [f(th.tensor(a), th.tensor(b)) for f in (th.maximum, th.minimum, th.fmax, th.fmin) for a in (0., -0.) for b in (0., -0., [0., -0.])]
a, b = th.tensor([0., -0., 0., -0.], requires_grad=True), th.tensor([0., 0., -0., -0.], requires_grad=True); R = [(y.detach(), th.autograd.grad(y.sum(), (a, b))) for f in (th.maximum, th.minimum, th.fmax, th.fmin, lambda x, y: x.clamp(y, y), lambda x, y: x.clamp(min=y)) for y in [f(a, b)]]
x = th.tensor([1., 2., 3.]); i = th.tensor([0, 0, 2]); s = th.tensor([4., 5., 6.]); R = [x.scatter_reduce(0, i, s, reduce=r, include_self=own) for r in ('sum', 'prod', 'mean', 'amax', 'amin') for own in (True, False)]
th.ones(2).scatter_reduce(0, th.tensor([0]), th.ones(1), reduce='foo')
import copy, pickle; x = th.ones(2, requires_grad=True); y = x * 2; t = th.ones(2); c = copy.copy(t); c[0] = 5; R = copy.copy(y), copy.copy(y).is_leaf, t, c is t, pickle.loads(pickle.dumps(y)); copy.deepcopy(y)
th.testing.assert_close(th.tensor([1., 2.]), th.tensor([1., 2.5]))
R = th.backends.cudnn.version(), th.version.cuda, th.backends.cudnn.enabled, th.backends.mps.is_built()
x = th.arange(10.); R = x.sum().item(), (x / 7).sum().item(), (x / 7).view(2, 5).sum(0).tolist(), (x / 7).mean().item(), (x.exp() / 3).sum().item() > 0
R = th.exp(th.tensor([12., 8., 9.])), th.tensor([1.1, 1.7]) ** 3, th.tensor(3.3).pow(3).item(), th.tensor([0.7]).pow(-2).item(), 2 ** th.tensor([0.5, 10.5]), th.tensor([1.5]) ** th.tensor([3.])
"""

GRAPH = r"""
w = th.ones(2, 4, requires_grad=True); R = w[:].grad_fn, w[:, 1:].grad_fn.next_functions[0][0], w[:, :].grad_fn.next_functions[0][0], w[:, 0:4].grad_fn, w[:, 0].grad_fn.next_functions[0][0], w[..., :].grad_fn, w[:, None].grad_fn.next_functions[0][0]
w = th.ones(2, 4, requires_grad=True); R = w.t().reshape(8).grad_fn, w.t().reshape(8).grad_fn.next_functions[0][0], w[:, :2].reshape(2, 1, 2).grad_fn, w.t().contiguous().grad_fn, w.reshape(8).grad_fn, w[:, :2].flatten().grad_fn
b = th.ones(2, requires_grad=True); o = th.outer(b, b).grad_fn; R = o, [f for f, _ in o.next_functions]
w = th.ones(3, 2, requires_grad=True)\ndef names(f): return [type(f).__name__, *(names(g) for g, _ in f.next_functions if g)]\nR = names(th.einsum('ij,ik->jk', w, w).grad_fn)
x = th.ones(2, requires_grad=True); z = x ** 2; R = [n for n in dir(z.grad_fn) if n.startswith('_saved') or n.startswith('_raw')], [n for n in dir((x * x).grad_fn) if 'saved' in n], z.grad_fn._raw_saved_self
x = th.ones(3, requires_grad=True); L = []; y = x ** 2; y.grad_fn._raw_saved_self.register_hooks(lambda t: L.append('pack') or t, lambda t: t * 10); y.sum().backward(); R = L, x.grad
x = th.ones(3, requires_grad=True); y = x ** 2; y.grad_fn._raw_saved_self.register_hooks(lambda t: 1, lambda t: t); y.sum().backward()
x = th.ones(2, requires_grad=True)\nwith th.autograd.graph.saved_tensors_hooks(lambda t: t.mul_(4), lambda t: t / 4): th.pow(x + 0, 2)
a = th.ones(2, 3, requires_grad=True)\nwith th.autograd.graph.allow_mutation_on_saved_tensors(): b = a.clone(); out = (b ** 2).sum(); b.sin_(); out.backward()\nR = a.grad
x = th.ones(2, requires_grad=True); y = th.ones(2, requires_grad=True); L = []; h = th.autograd.graph.register_multi_grad_hook((x, y), lambda grads: L.append(grads)); (x * 2).sum().backward(); (x * y).sum().backward(); h.remove(); (x * y).sum().backward(); R = L
x = th.ones(2, requires_grad=True); y = th.ones(2, requires_grad=True); L = []; th.autograd.graph.register_multi_grad_hook((x, y), L.append, mode='any'); (x * y * 3).sum().backward(); (x * y).sum().backward(); R = L
x = th.arange(6.).view(2, 3).requires_grad_(); F = th.nn.functional; i = th.tensor([0, 1]); R = [[n for n in dir(y.grad_fn) if n.startswith("_saved")] for y in (x.sum(), x.sum(0), x.max(), x.max(0)[0], x.sort(1)[0], x.topk(1)[0], x.mode(0)[0], x.kthvalue(1)[0], x.median(), x.norm(), x.std(), x.var(0), x.prod(), x.amax(0), x.logsumexp(0), x.repeat(2, 1), x.double(), th.cat([x, x]), th.stack([x, x]), F.mse_loss(x, x.detach()), F.smooth_l1_loss(x, x.detach()), x.index_select(0, i), x[i], x.expand(2, 2, 3), x.diagonal())]
x = th.ones(2); R = x._version, th.autograd.graph.increment_version(x), x._version
x = th.ones(2, requires_grad=True); R = [x._backward_hooks]; h = x.register_hook(print); R += [len(x._backward_hooks), type(h)]; h.remove(); R.append(x._backward_hooks)
R = th.set_grad_enabled(True), th.no_grad, th.inference_mode, type(th.no_grad()), th.autograd.grad_mode.no_grad is th.no_grad, th.autograd.Variable, isinstance(th.ones(1), th.autograd.Variable)
from LIBRARY.autograd import Variable; x = Variable(th.ones(2), requires_grad=True); y = x * 2; R = x, y, Variable(y), isinstance(y, Variable)
from LIBRARY.autograd.grad_mode import no_grad\nwith no_grad(): R = th.is_grad_enabled()
with th.inference_mode(): x = th.ones(2); R = x.is_inference(), x.requires_grad; x._version
class F(th.autograd.Function):\n    @staticmethod\n    def forward(ctx, x): ctx.single, ctx.gates, ctx.dirty, ctx.function = 1, 2, 3, 4; return x * 2\n    @staticmethod\n    def backward(ctx, g): return g * (ctx.single + ctx.gates + ctx.dirty + ctx.function)\nx = th.ones(2, requires_grad=True); y = F.apply(x); y.sum().backward(); R = x.grad, y.grad_fn, type(y.grad_fn)
class F(th.autograd.Function):\n    @staticmethod\n    def forward(x, factor=2): return x * factor\n    @staticmethod\n    def setup_context(ctx, inputs, output): ctx.factor = inputs[1]\n    @staticmethod\n    def backward(ctx, g): return g * ctx.factor, None\nx = th.ones(2, requires_grad=True); F.apply(x).sum().backward(); R = x.grad, F.apply(x, factor=3), F.apply(x, 4)
class F(th.autograd.Function):\n    @staticmethod\n    def forward(ctx, x): return x * 2\n    @staticmethod\n    def backward(ctx, g): return 1.0\nF.apply(th.ones(2, requires_grad=True)).sum().backward()
class F(th.autograd.Function):\n    def forward(self, x): return x * 2\nR = isinstance(F(), th.autograd.Function); F()(th.ones(2))
from LIBRARY.utils.checkpoint import checkpoint; L = []; x = th.tensor([1., 2.], requires_grad=True); y = checkpoint(lambda x: L.append(th.is_grad_enabled()) or x * x, x, use_reentrant=True); R = y, L, y.grad_fn; y.sum().backward(); R = R, x.grad
from LIBRARY.utils.checkpoint import checkpoint; x = th.tensor([1., 2.], requires_grad=True); y = checkpoint(lambda x, k: (x * k, x.detach()), x, 3.); R = y; y[0].sum().backward(); R = R, x.grad
from LIBRARY.utils.checkpoint import checkpoint; x = th.ones(5, requires_grad=True); th.manual_seed(0); y = checkpoint(lambda x: th.nn.functional.dropout(x), x, use_reentrant=True); y.sum().backward(); R = th.equal(x.grad, y.detach())
from LIBRARY.utils.checkpoint import checkpoint; x = th.ones(2, requires_grad=True); checkpoint(lambda x: x.detach() * 2, x, use_reentrant=True).sum().backward()
"""

# A line is a program; a backslash and n in it end a line.
PROGRAMS = [
    line.replace("\\n", "\n") for section in (TENSORS, GRAPH) for line in section.strip().splitlines()
]
