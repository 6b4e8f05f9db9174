"""Programs about ``func``, ``autograd.functional``, ``forward_ad``, ``gradcheck``, anomaly, saved tensors; see programs.py."""

FUNC = """
th.func.grad(lambda x: x)(th.ones(2))
th.func.grad(lambda x: 3)(th.ones(2))
th.func.grad(lambda x: (x.sum(), x))(th.ones(2))
th.func.grad(lambda x: x.sum(), has_aux=True)(th.ones(2))
th.func.grad(lambda x: x.sum())(3.)
th.func.grad(lambda x, y: (x * y).sum(), argnums=1)(th.ones(2))
th.func.grad(lambda x: x.sum())(th.tensor([1, 2]))
R = th.func.grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(th.tensor([1., 2.]), th.tensor([3., 4.]))
R = th.func.grad(lambda x, y: (x * y).sum(), argnums=1)(th.tensor([1., 2.]), th.tensor([3., 4.]))
R = th.func.grad(lambda d: (d['a'] * d['b'][0]).sum())({'a': th.tensor([1., 2.]), 'b': (th.tensor([3., 4.]),)})
R = th.func.grad(lambda x: (x.sum(), {'twice': x * 2}), has_aux=True)(th.tensor([1., 2.]))
R = th.func.grad_and_value(lambda x: (x ** 2).sum())(th.tensor([1., 2.]))
R = th.func.grad_and_value(lambda x: ((x ** 2).sum(), x), has_aux=True)(th.tensor([1., 2.]))
R = th.func.grad(th.func.grad(lambda x: x ** 3))(th.tensor(2.))
R = th.func.grad(th.func.grad(th.func.grad(th.sin)))(th.tensor(2.))
R = th.func.grad(lambda x: x * th.func.grad(lambda y: x * y ** 2)(x))(th.tensor(3.))
w = th.tensor(3., requires_grad=True); R = th.func.grad(lambda x: (x * w).sum())(th.ones(2))
w = th.tensor(3., requires_grad=True); g = th.func.grad(lambda x: x ** 3)(w); R = g.requires_grad, g.backward(), w.grad
w = th.tensor(3., requires_grad=True); th.func.grad(lambda x: w * x ** 2)(th.tensor(2.)).backward(); R = w.grad
R = th.func.grad(lambda x: (x.detach() ** 2 * x).sum())(th.tensor([1., 2.]))
with th.no_grad(): R = th.func.grad(lambda x: (x ** 2).sum())(th.tensor([1., 2.]))
R = th.func.grad(lambda x: th.tensor(1.))(th.tensor(2.))
R = th.func.grad(lambda x: x.relu().sum() + (x.clone().mul_(2)).sum())(th.tensor([1., -2.]))
value, f = th.func.vjp(lambda x: x * 2, th.tensor([1., 2.])); R = value, f(th.ones(2)), f(th.tensor([1., 3.]))
value, f = th.func.vjp(lambda x, y: (x * y, x.sum()), th.tensor([1., 2.]), th.tensor([3., 4.])); R = value, f((th.ones(2), th.tensor(1.)))
value, f, aux = th.func.vjp(lambda x: (x * 2, x + 1), th.tensor([1., 2.]), has_aux=True); R = value, aux, f(th.ones(2))
value, f = th.func.vjp(lambda x: x * 2, th.tensor([1., 2.])); f(th.ones(3))
R = th.func.jvp(lambda x: x ** 2, (th.tensor([1., 2.]),), (th.tensor([1., 10.]),))
R = th.func.jvp(lambda x, y: x * y, (th.tensor(2.), th.tensor(3.)), (th.tensor(1.), th.tensor(0.)))
R = th.func.jvp(lambda x: (x * 2, x.sum()), (th.tensor([1., 2.]),), (th.tensor([1., 10.]),))
R = th.func.jvp(lambda x: (x * 2, x + 1), (th.tensor([1., 2.]),), (th.tensor([1., 10.]),), has_aux=True)
R = th.func.jvp(th.func.grad(lambda x: (x ** 3).sum()), (th.tensor([1., 2.]),), (th.tensor([1., 0.]),))
R = th.func.jvp(lambda x: th.func.jvp(th.sin, (x,), (th.tensor(1.),))[1], (th.tensor(2.),), (th.tensor(1.),))
th.func.jvp(lambda x: x * 2, th.tensor(2.), th.tensor(2.))
th.func.jvp(lambda x: x * 2, (th.tensor([1., 2.]),), (th.ones(3),))
R = th.func.jacrev(lambda x: x ** 2)(th.tensor([1., 3.]))
R = th.func.jacfwd(lambda x: x ** 2)(th.tensor([1., 3.]))
R = th.func.jacrev(lambda x: (x * 2, x.sum()))(th.tensor([1., 2.]))
R = th.func.jacfwd(lambda x: {'a': x * 2, 'b': x.sum()})(th.tensor([1., 2.]))
R = th.func.jacrev(lambda x, y: x * y, argnums=(0, 1))(th.tensor([1., 2.]), th.tensor([3., 4.]))
R = th.func.jacrev(lambda x: (x ** 2, x), has_aux=True)(th.tensor([1., 3.]))
R = th.func.jacrev(lambda A: A @ th.tensor([1., 2.]))(th.ones(2, 2)).shape, th.func.jacfwd(lambda A: A @ th.tensor([1., 2.]))(th.ones(2, 2))
R = th.func.hessian(lambda x: (x ** 3).sum() + x.prod())(th.tensor([1., 2.]))
R = th.func.hessian(lambda x, y: (x * y ** 2).sum(), argnums=(0, 1))(th.tensor([1., 2.]), th.tensor([3., 4.]))
R = th.func.jacrev(th.func.jacrev(lambda x: x.sin()))(th.tensor([1., 2.])) + 0.
R = th.func.jacfwd(th.func.jacfwd(lambda x: x.sin()))(th.tensor(1.))
R = th.func.linearize(lambda x: x ** 2, th.tensor([1., 2.]))[1](th.tensor([1., 2.]))
R = th.vmap(lambda x: x.sum())(th.ones(3, 2))
R = th.vmap(th.dot)(th.arange(6.).view(3, 2), th.ones(3, 2))
R = th.vmap(th.dot, in_dims=(0, None))(th.arange(6.).view(3, 2), th.ones(2))
R = th.vmap(lambda x, y: x * y, in_dims=(1, 0), out_dims=1)(th.arange(6.).view(2, 3), th.ones(3, 2))
R = th.vmap(lambda x: {'a': x, 'b': (x * 2, x.sum())})(th.ones(2, 2))
R = th.vmap(th.func.grad(lambda x: x.sin()))(th.tensor([1., 2.]))
R = th.vmap(th.func.grad(lambda w, x, y: ((x @ w - y) ** 2)), in_dims=(None, 0, 0))(th.ones(2), th.arange(6.).view(3, 2), th.ones(3))
R = th.vmap(th.vmap(lambda x, y: x * y, in_dims=(None, 0)), in_dims=(0, None))(th.tensor([1., 2.]), th.tensor([3., 4., 5.]))
w = th.tensor(3., requires_grad=True); y = th.vmap(lambda x: x * w)(th.tensor([1., 2.])); y.sum().backward(); R = w.grad, y.requires_grad
R = th.func.jacrev(lambda x: th.vmap(lambda t: t ** 2)(x))(th.tensor([1., 2.]))
R = th.vmap(lambda x, k: x * k, in_dims=(0, None))(th.tensor([1., 2.]), 3)
R = th.vmap(lambda x, *, s: x * s)(th.tensor([1., 2.]), s=th.tensor([3., 4.]))
R = th.vmap(lambda d: d['a'] + d['b'], in_dims=({'a': 0, 'b': None},))({'a': th.tensor([1., 2.]), 'b': th.tensor(10.)})
th.vmap(lambda x: x.sum())(th.tensor(1.))
th.vmap(lambda x, y: x.sum())(th.ones(2, 2), th.ones(3))
th.vmap(lambda x, y: x * y, in_dims=(None, None))(th.ones(2, 2), th.ones(2))
th.vmap(lambda x, y: x * y, in_dims=(0, 5))(th.ones(2, 2), th.ones(2))
th.vmap(lambda x: 3)(th.ones(2, 2))
th.vmap(lambda x: x * th.rand(2))(th.ones(2, 2))
th.manual_seed(0); R = th.vmap(lambda x: x * th.rand(2), randomness='same')(th.ones(2, 2))
R = th.vmap(lambda x: x ** 2, chunk_size=2)(th.arange(5.))
m = th.nn.Linear(2, 1, bias=False); R = th.func.functional_call(m, {'weight': th.ones(1, 2)}, (th.tensor([1., 2.]),))
m = th.nn.Sequential(th.nn.Linear(2, 1), th.nn.Tanh()); p = {k: th.ones_like(v) for k, v in m.named_parameters()}; R = th.func.functional_call(m, p, th.tensor([1., 2.])), th.func.grad(lambda q: th.func.functional_call(m, q, th.tensor([0.1, 0.2])).sum())(p)
m = [th.nn.Linear(2, 1) for _ in range(3)]; p, b = th.func.stack_module_state(m); R = {k: v.shape for k, v in p.items()}, b, p['weight'].requires_grad
th.func.stack_module_state([])
"""

FUNCTIONAL = """
R = th.autograd.functional.jacobian(lambda x: x ** 2, th.tensor([1., 3.]))
R = th.autograd.functional.jacobian(lambda x, y: x * y, (th.tensor([1., 3.]), th.tensor([2., 5.])))
R = th.autograd.functional.jacobian(lambda x: (x * 2, x.sum()), th.tensor([1., 3.]))
R = th.autograd.functional.jacobian(lambda x, y: (x * y, x.sum()), (th.tensor([1., 3.]), th.tensor([2., 5.])))
R = th.autograd.functional.jacobian(lambda x: x.exp().sum(dim=1), th.zeros(2, 2))
x = th.tensor([1., 3.], requires_grad=True); j = th.autograd.functional.jacobian(lambda x: x ** 2, x, create_graph=True); j.sum().backward(); R = j.requires_grad, x.grad
R = th.autograd.functional.jacobian(lambda x: x ** 2, th.tensor([1., 3.]), vectorize=True)
R = th.autograd.functional.jacobian(lambda x: x ** 2, th.tensor([1., 3.]), strategy='forward-mode', vectorize=True)
R = th.autograd.functional.jacobian(lambda x: th.zeros(2), th.tensor([1., 3.]))
th.autograd.functional.jacobian(lambda x: th.zeros(2), th.tensor([1., 3.]), strict=True)
th.autograd.functional.jacobian(lambda x: 3, th.tensor([1., 3.]))
th.autograd.functional.jacobian(lambda x: x, 3.)
th.autograd.functional.jacobian(lambda x: x, (th.ones(2), 3.))
R = th.autograd.functional.hessian(lambda x: (x ** 3).sum(), th.tensor([1., 2.]))
R = th.autograd.functional.hessian(lambda x, y: (x * y ** 2).sum(), (th.tensor([1., 2.]), th.tensor([3., 4.])))
th.autograd.functional.hessian(lambda x: x, th.ones(2))
th.autograd.functional.hessian(lambda x: (x.sum(), x.sum()), th.ones(2))
R = th.autograd.functional.hessian(lambda x: x.sum(), th.ones(2))
th.autograd.functional.hessian(lambda x: x.sum(), th.ones(2), strict=True)
R = th.autograd.functional.vjp(lambda x: x ** 2, th.tensor([1., 3.]), th.ones(2))
R = th.autograd.functional.vjp(lambda x: (x ** 2).sum(), th.tensor([1., 3.]))
R = th.autograd.functional.vjp(lambda x, y: (x + y, x * y), (th.tensor([1., 3.]), th.tensor([2., 2.])), (th.ones(2), th.ones(2)))
th.autograd.functional.vjp(lambda x: x ** 2, th.tensor([1., 3.]))
th.autograd.functional.vjp(lambda x: x ** 2, th.tensor([1., 3.]), th.ones(3))
th.autograd.functional.vjp(lambda x: x ** 2, th.tensor([1., 3.]), (th.ones(2), th.ones(2)))
R = th.autograd.functional.vjp(lambda x: th.zeros(2), th.tensor([1., 3.]), th.ones(2))
R = th.autograd.functional.jvp(lambda x: x ** 2, th.tensor([1., 3.]), th.ones(2))
R = th.autograd.functional.jvp(lambda x: x ** 2, th.tensor(3.))
R = th.autograd.functional.jvp(lambda x, y: (x + y, x * y), (th.tensor([1., 3.]), th.tensor([2., 2.])), (th.ones(2), th.ones(2)))
th.autograd.functional.jvp(lambda x: x ** 2, th.tensor([1., 3.]))
R = th.autograd.functional.hvp(lambda x: (x ** 3).sum(), th.tensor([1., 2.]), th.ones(2))
R = th.autograd.functional.vhp(lambda x: (x ** 3).sum(), th.tensor([1., 2.]), th.ones(2))
R = th.autograd.functional.hvp(lambda x, y: (x * y ** 2).sum(), (th.tensor([1., 2.]), th.tensor([3., 4.])), (th.ones(2), th.ones(2)))
R = th.autograd.functional.hvp(lambda x: x ** 3, th.tensor(2.))
th.autograd.functional.hvp(lambda x: x, th.ones(2), th.ones(2))
x = th.tensor([1., 2.], requires_grad=True); y = x ** 2; R = th.autograd.grad(y, x, th.eye(2), is_grads_batched=True)
"""

FORWARD = """
f = th.autograd.forward_ad; f.make_dual(th.ones(2), th.ones(2))
f = th.autograd.forward_ad; R = f.unpack_dual(th.ones(2))
with th.autograd.forward_ad.dual_level(): R = th.autograd.forward_ad.make_dual(th.tensor([1., 2.]), th.tensor([1., 0.])) ** 2; R = str(R), th.autograd.forward_ad.unpack_dual(R), th.autograd.forward_ad.unpack_dual(th.ones(2))
with th.autograd.forward_ad.dual_level(): th.autograd.forward_ad.make_dual(th.tensor([1, 2]), th.tensor([1., 0.]))
with th.autograd.forward_ad.dual_level(): th.autograd.forward_ad.make_dual(th.tensor([1., 2.]), th.tensor([1, 0]))
with th.autograd.forward_ad.dual_level(): th.autograd.forward_ad.make_dual(th.tensor([1., 2.]), th.tensor([1., 0., 0.]))
f = th.autograd.forward_ad; f.enter_dual_level(); d = f.make_dual(th.tensor(2.), th.tensor(1.)); R = str(d * d), f.unpack_dual(d.sin().exp()); f.exit_dual_level(); R = R, d
"""

DUAL = """
import {0}.autograd.forward_ad as fwAD
with fwAD.dual_level():
    x = fwAD.make_dual(th.tensor([[1., -2.], [0.5, 3.]]), th.tensor([[1., 0.5], [-1., 2.]]))
    y = fwAD.make_dual(th.tensor([0.3, 0.7]), th.tensor([1., -1.]))
    {1}
    R = fwAD.unpack_dual(z)
    R = R.primal.detach(), R.tangent
"""
DUAL_BODIES = (
    "z = x * y + x / y - y ** 2",
    "z = x @ y",
    "z = (x @ x.T).trace()",
    "z = x.sum(dim=0).exp().log()",
    "z = x.view(4)[1:].relu().cumsum(0)",
    "z = th.cat([x.flatten(), y]).softmax(0)",
    "z = x.max()",
    "z = x.max(dim=1).values",
    "z = th.where(x > 0, x, x * y)",
    "z = x.clone(); z.mul_(2); z.add_(y)",
    "z = x.clone(); z[0] = y * 3",
    "z = x.clone(); z[0].mul_(5)",
    "z = th.nn.functional.mse_loss(x[0], y)",
    "z = th.nn.functional.cross_entropy(x, th.tensor([0, 1]))",
    "z = x.std() + x.norm()",
    "z = x.detach() * y",
    "z = x.unbind(0)[1] * y",
    "z = th.sigmoid(x).prod()",
    "with th.no_grad(): z = x * y",
    "z = th.zeros(2); z.copy_(y)",
)

BLOCKS = (
    """
import {0}.autograd.forward_ad as fwAD
p = th.tensor(2., requires_grad=True)
with fwAD.dual_level():
    t = fwAD.unpack_dual(fwAD.make_dual(p, th.tensor(1.)) ** 3).tangent
    t.backward()
R = p.grad
""",
    """
import {0}.autograd.forward_ad as fwAD
class Cube(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_forward(x)
        return x ** 3
    @staticmethod
    def jvp(ctx, t):
        x, = ctx.saved_tensors
        return 3 * x ** 2 * t
with fwAD.dual_level():
    R = fwAD.unpack_dual(Cube.apply(fwAD.make_dual(th.tensor(2.), th.tensor(1.))))
""",
    """
import {0}.autograd.forward_ad as fwAD
class Same(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
with fwAD.dual_level():
    Same.apply(fwAD.make_dual(th.tensor(2.), th.tensor(1.)))
""",
    """
import {0}.autograd.forward_ad as fwAD
with fwAD.dual_level():
    with fwAD.dual_level():
        pass
""",
    """
import {0}.autograd.forward_ad as fwAD
with fwAD.dual_level():
    d = fwAD.make_dual(th.tensor(2.), th.tensor(1.))
    fwAD.make_dual(d, th.tensor(1.))
""",
    """
class Wrong(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return g * 3
x = th.tensor([1., 2.], dtype=th.float64, requires_grad=True)
R = th.autograd.gradcheck(Wrong.apply, x, raise_exception=False)
th.autograd.gradcheck(Wrong.apply, (x,))
""",
    """
class Wrong(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
    @staticmethod
    def backward(ctx, g):
        return g * 0 + 1
th.autograd.gradcheck(Wrong.apply, (th.tensor([1., 2.], dtype=th.float64, requires_grad=True),))
""",
    """
x = th.tensor([0.5, 2.], dtype=th.float64, requires_grad=True)
y = th.tensor([[1.5], [0.2]], dtype=th.float64, requires_grad=True)
R = th.autograd.gradcheck(lambda x, y: (x * y).sin(), (x, y)), th.autograd.gradgradcheck(lambda x, y: (x * y).sin(), (x, y)), x.grad
R = R, th.autograd.gradcheck(lambda x: (x.exp(), x.sum()), x, check_forward_ad=True, fast_mode=True)
R = R, th.autograd.gradcheck(th.nn.functional.softplus, x.float().detach().requires_grad_(), eps=1e-2, atol=1e-2)
""",
    "th.autograd.gradcheck(th.sin, th.ones(2, dtype=th.float64))",
    "th.autograd.gradcheck(th.sin, th.ones(1, dtype=th.float64, requires_grad=True).expand(3))",
    """
class Fails(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
    @staticmethod
    def backward(ctx, g):
        raise RuntimeError("no way back")
R = th.is_anomaly_enabled(), th.is_anomaly_check_nan_enabled()
with th.autograd.detect_anomaly():
    R = R, th.is_anomaly_enabled()
    Fails.apply(th.ones(2, requires_grad=True)).sum().backward()
""",
    """
x = th.tensor([0.], requires_grad=True)
with th.autograd.set_detect_anomaly(True):
    (x.sqrt() * 0).sum().backward()
""",
    """
x = th.tensor([0.], requires_grad=True)
with th.autograd.detect_anomaly(check_nan=False):
    (x.sqrt() * 0).sum().backward()
R = x.grad, th.is_anomaly_enabled()
th.autograd.set_detect_anomaly(True); R = R, th.is_anomaly_enabled(); th.autograd.set_detect_anomaly(False); R = R, th.is_anomaly_enabled()
""",
    """
R = []
a = th.ones(3, requires_grad=True)
b = th.ones(3, requires_grad=True) * 2
with th.autograd.graph.saved_tensors_hooks(lambda t: R.append(("pack", t)) or t, lambda t: R.append(("unpack", t)) or t):
    y = a * b
    z = y.exp()
R.append("backward")
z.sum().backward()
R.append(a.grad)
""",
    """
kept = {}
def pack(t):
    kept[len(kept)] = t.detach().numpy().copy()
    return len(kept) - 1
x = th.tensor([1., 2.], requires_grad=True)
with th.autograd.graph.saved_tensors_hooks(pack, lambda i: th.from_numpy(kept[i])):
    y = (x * x).sin() / x
g, = th.autograd.grad(y.sum(), x)
R = g, len(kept)
""",
    """
x = th.tensor([1., 2.], requires_grad=True)
with th.autograd.graph.saved_tensors_hooks(lambda t: 1, lambda i: i):
    y = x * x
y.sum().backward()
""",
    """
x = th.tensor([1., 2.], requires_grad=True)
with th.autograd.graph.save_on_cpu(pin_memory=False):
    y = (x * x).sin() / x
y.sum().backward(); R = x.grad
with th.autograd.graph.disable_saved_tensors_hooks("not here"):
    with th.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        pass
""",
    """
from {0}.utils.checkpoint import checkpoint, checkpoint_sequential
calls = []
def f(x, y):
    calls.append(1)
    return (x * y).sin().exp(), x + y
x, y = th.tensor([1., 2.], requires_grad=True), th.tensor([3., 4.], requires_grad=True)
a, b = checkpoint(f, x, y, use_reentrant=False)
(a.sum() + b.sum()).backward()
R = len(calls), a.detach(), x.grad, y.grad
th.manual_seed(3)
z = checkpoint(lambda t: th.nn.functional.dropout(t * 2, 0.5), th.ones(5, requires_grad=True), use_reentrant=False)
R = R, z
m = th.nn.Sequential(*(th.nn.Linear(2, 2) for _ in range(4)))
x = th.ones(1, 2, requires_grad=True)
checkpoint_sequential(m, 2, x, use_reentrant=False).sum().backward()
g = x.grad; x.grad = None; m(x).sum().backward(); R = R, th.equal(g, x.grad)
""",
)

PROGRAMS = [line for text in (FUNC, FUNCTIONAL, FORWARD) for line in text.strip().splitlines()] + [
    block.replace("{0}", "LIBRARY")
    for block in (*(DUAL.replace("{1}", body) for body in DUAL_BODIES), *BLOCKS)
]
