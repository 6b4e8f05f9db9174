"""Small programs that must print the same on the package and on torch.

Each is Python with ``th`` in its namespace; what it leaves in ``R`` is printed, and an error it raises is its type and
its sentence, with whatever ``R`` held by then: so a program also shows what an error has not changed.
"""

import builtins
import re

GRAPH = """
x = th.tensor(2., requires_grad=True); y = x**3; y.backward(); R = x.grad, x.grad_fn, y.is_leaf, x.is_leaf
x = th.tensor(2., requires_grad=True); y = x*x + x; y.backward(); y2 = x*x; y2.backward(); R = x.grad
x = th.tensor([1., 2.], requires_grad=True); y = x*3; y.backward(th.tensor([1., 10.])); R = x.grad
x = th.tensor([1., 2.], requires_grad=True); R = x.grad; (x*2).backward()
x = th.tensor([1., 2.], requires_grad=True); (x*2).backward(th.ones(3))
x = th.tensor(2.); x.backward()
x = th.tensor(2., requires_grad=True); y = x.exp(); y.backward(); y.backward()
x = th.tensor(2., requires_grad=True); y = x.exp(); y.backward(retain_graph=True); y.backward(); R = x.grad
x = th.tensor(2., requires_grad=True); y = x + x; y.backward(); y.backward(); R = x.grad
x = th.tensor(2., requires_grad=True); y = x.exp(); y.backward(); R = x.grad; y.grad_fn._saved_result
x = th.tensor(2., requires_grad=True); y = x**2; y.backward(); R = y.grad_fn._saved_exponent; y.grad_fn._saved_self
x = th.tensor(2., requires_grad=True); y = x**3; g, = th.autograd.grad(y, x, create_graph=True); h, = th.autograd.grad(g, x, create_graph=True); k, = th.autograd.grad(h, x); R = g, h, k, x.grad
x = th.tensor(2., requires_grad=True); y = x**4; R = []; [R.append((y.item(), y.grad_fn.name())) or (y := th.autograd.grad(y, x, create_graph=True)[0]) for _ in range(5)]
x = th.tensor(0., requires_grad=True); y = x.exp(); y.data.mul_(10); y.backward(); R = y, x.grad
x = th.tensor(0.5, requires_grad=True); y = x.tanh(); y.detach().numpy()[...] = 0.; y.backward(); R = y, x.grad
x = th.tensor(2., requires_grad=True); w = th.tensor(1., requires_grad=True); th.autograd.grad(x*2, [x, w])
x = th.tensor(2., requires_grad=True); w = th.tensor(1., requires_grad=True); R = th.autograd.grad(x*2, [x, w], allow_unused=True)
x = th.tensor(2., requires_grad=True); w = th.tensor([1.], requires_grad=True); R = th.autograd.grad(x*2, [x, w], materialize_grads=True)
x = th.tensor(2., requires_grad=True); y = x*3; z = y**2; R = th.autograd.grad(z, y)
x = th.tensor(2., requires_grad=True); y = x*3; R = th.autograd.grad(y, y), th.autograd.grad([y, y], [x])
x = th.tensor(2.); th.autograd.grad(th.tensor(1., requires_grad=True)*x, x)
x = th.tensor([1., 2.], requires_grad=True); R = th.autograd.grad(x*2, x, grad_outputs=th.tensor([1., 3.]))
x = th.tensor(2., requires_grad=True); y = th.tensor(3., requires_grad=True); (x*y).backward(inputs=[x]); R = x.grad, y.grad
x = th.tensor(2., requires_grad=True); y = x*3; z = y*y; z.backward(inputs=[y, x]); R = x.grad, y.retains_grad
x = th.tensor(2., requires_grad=True); y = th.tensor(3., requires_grad=True); th.autograd.backward([x*y, x+y]); R = x.grad, y.grad
x = th.tensor(2., requires_grad=True); y = x*3; R = y.grad_fn.name(), y.grad_fn.next_functions[0][0].variable is x, y.grad_fn.next_functions[1]
x = th.tensor(2., requires_grad=True); y = 2*x**3; n = y.grad_fn; R = n(th.tensor(1.)), n.next_functions[0][0](th.tensor(5.)), n._saved_other, n._saved_self
x = th.ones(2, requires_grad=True); y = x + th.ones(3, 2); R = [g.shape if g is not None else None for g in y.grad_fn(th.ones(3, 2))]
x = th.tensor([3., 1., 2.], requires_grad=True); a, b, c = x.unbind(); R = a.grad_fn.name(), b.output_nr, (a*b*c).backward(), x.grad
x = th.arange(6.).view(2, 3).requires_grad_(); a, b = x.split(1); (a*2).sum().backward(); R = x.grad
x = th.tensor(1., requires_grad=True); x.requires_grad_(False); R = x.requires_grad, (x*2).requires_grad
x = th.tensor(1., requires_grad=True); y = x*2; R = y.requires_grad_(True).requires_grad; y.requires_grad_(False)
x = th.tensor(1., requires_grad=True); y = x*2; y.requires_grad = False
th.tensor([1, 2], requires_grad=True)
th.tensor([1, 2]).requires_grad_()
x = th.tensor(1., requires_grad=True); y = x*2; R = y.detach(), y.detach().requires_grad, y.detach() is y, y.data
x = th.tensor([1., 2.], requires_grad=True); d = x.detach(); d[0] = 5.; R = x, x._version, d._version
x = th.tensor([1., 2.], requires_grad=True); x.data[0] = 5.; R = x, x._version
x = th.tensor([1., 2.], requires_grad=True); y = x*2; y.detach_(); R = y, y.requires_grad
x = th.tensor([1., 2.], requires_grad=True); y = (x*2)[0]; y.detach_()
x = th.tensor([1., 2.], requires_grad=True); x.numpy()
x = th.tensor(2., requires_grad=True); y = x*3; y.retain_grad(); (y*y).backward(); R = y.grad, x.grad, y.retains_grad
th.tensor(2.).retain_grad()
x = th.tensor(1., requires_grad=True); x.grad = th.tensor(3.); (x*2).backward(); R = x.grad
x = th.tensor([1., 2.], requires_grad=True); x.grad = th.tensor(3.)
x = th.tensor(1., requires_grad=True); x.grad = 3
x = th.tensor(1., requires_grad=True); (x*2).backward(); g = x.grad; (x*3).backward(); R = g is x.grad, g
x = th.tensor(1., requires_grad=True); y = th.tensor(1., requires_grad=True); (x+y).backward(); x.grad += 1; R = x.grad, y.grad
x = th.tensor(2., requires_grad=True); c = th.tensor(3.); f = x*c; f.backward(); R = c.grad, c.requires_grad
x = th.tensor(2., requires_grad=True); f = x.clone(); f.backward(); R = x.grad, f.grad_fn.name()
x = th.tensor([2., 3.], requires_grad=True); y = x * 3; e = th.autograd.graph.get_gradient_edge(y); R = th.autograd.grad(y.sum(), [e, x]), e.node is y.grad_fn, isinstance(e, th.autograd.graph.GradientEdge), e.ownership_token, e[1:]
x = th.ones(2, requires_grad=True); w = th.tensor([1, 2]); R = [th.autograd.grad(f(x).sum(), x) for f in (lambda x: x * w, lambda x: x / w, lambda x: x * w.sum(), lambda x: x.sum() / w.sum(), lambda x: x * th.tensor(3), lambda x: x ** w, lambda x: th.where(w > 1, x * w, w), lambda x: th.addcmul(x, x, w), lambda x: x.atan2(w * 1.), lambda x: x.lerp(x * w, 0.5), lambda x: (x * 2).mul_(w), lambda x: x.half() * w, lambda x: x * (w > 1))]
x = th.tensor([2., 3.], requires_grad=True); a, b = x.unbind(); e = th.autograd.graph.get_gradient_edge(b); R = th.autograd.grad(a * b, e), e.output_nr; th.autograd.graph.get_gradient_edge(x.detach())
x = th.zeros(3, 4); R = x[th.tensor([0, -3]), th.tensor([3])]; x[th.tensor([0]), th.tensor([4])]
x = th.zeros(3, 4); x[th.tensor([[0, 2], [-4, 5]])]
x = th.zeros(3, 4); x[[0, 1], [0, 1, 2]]
x = th.zeros(3, 4); R = x; x[th.tensor([7])] = 1.
x = th.zeros(3, 4); x.index_put_((th.tensor([0, 9]),), th.tensor(1.))
x = th.zeros(3, 4); R = x[th.tensor([], dtype=th.int64)], x[th.tensor([True, False, True]), th.tensor([1, -1])]
x = th.tensor([float('nan'), -0., 0., 2., -1.], requires_grad=True); y = x.relu(); y.sum().backward(); R = y, x.grad
x = th.tensor([-0., 0., 2., -1.] * 5); F = th.nn.functional; R = x.relu(), x[0].relu(), F.relu6(x), F.hardtanh(x), x.clamp(min=0), x.clamp(-1, 1), x.clamp(max=0)
"""

HOOKS = """
x = th.tensor(2., requires_grad=True); L = []; y = x*3; h = y.register_hook(lambda g: L.append(("y", g))); x.register_hook(lambda g: L.append(("x", g))); (y*y).backward(); R = L, x.grad
x = th.tensor(2., requires_grad=True); y = x*3; y.register_hook(lambda g: g*10); (y*y).backward(); R = x.grad
x = th.tensor(2., requires_grad=True); x.register_hook(lambda g: g*10); x.register_hook(lambda g: g+1); (x*x).backward(); R = x.grad
x = th.tensor(2., requires_grad=True); h = x.register_hook(lambda g: g*10); h.remove(); (x*x).backward(); R = x.grad
x = th.tensor(2., requires_grad=True); y = x*3; L = []; y.register_hook(lambda g: L.append(g)); y.retain_grad(); (y*y).backward(); R = L, y.grad
x = th.tensor(2., requires_grad=True); L = []; x.register_post_accumulate_grad_hook(lambda t: L.append(t.grad.clone())); (x*x).backward(); (x*x).backward(); R = L
x = th.tensor(2., requires_grad=True); y = x*3; L = []; y.grad_fn.register_hook(lambda gi, go: L.append((gi, go))); (y*y).backward(); R = L
x = th.tensor(2., requires_grad=True); y = x*3; L = []; y.grad_fn.register_prehook(lambda go: L.append(go)); (y*y).backward(); R = L
x = th.tensor(2., requires_grad=True); y = x*3; y.grad_fn.register_prehook(lambda go: (go[0]*2,)); (y*y).backward(); R = x.grad
x = th.tensor(2., requires_grad=True); y = x*3; y.grad_fn.register_hook(lambda gi, go: (gi[0]*5, None)); (y*y).backward(); R = x.grad
x = th.tensor([1., 2.], requires_grad=True); a, b = x.unbind(); L = []; b.register_hook(lambda g: L.append(g)); (a*b).backward(); R = L, x.grad
th.tensor(2.).register_hook(lambda g: g)
x = th.tensor(2., requires_grad=True); (x*3).register_post_accumulate_grad_hook(lambda t: None)
x = th.tensor([1., 2.], requires_grad=True); x.register_hook(lambda g: th.ones(3)); x.sum().backward()
x = th.tensor(2., requires_grad=True); w = th.tensor(1., requires_grad=True); y = x*w; R = lambda: (x.grad, w.grad); x.register_hook(lambda g: 1/0); y.backward()
x = th.tensor(2., requires_grad=True); y = x*3; y.register_hook(lambda g: g*2); (g,) = th.autograd.grad(y*y, x, create_graph=True); (h,) = th.autograd.grad(g, x); R = g, h
"""

MODES = """
with th.no_grad(): a = th.is_grad_enabled()
with th.enable_grad(): b = th.is_grad_enabled()
R = a, b, th.is_grad_enabled()

x = th.tensor(1., requires_grad=True)
with th.no_grad():
    with th.enable_grad(): y = x*2
    z = x*2
R = y.requires_grad, z.requires_grad

x = th.tensor([1., 2.], requires_grad=True)
with th.no_grad(): R = x.numpy().tolist(), (x*2).requires_grad, th.is_grad_enabled()

x = th.ones(3, requires_grad=True); y = x*1
with th.no_grad(): v = y[0]
R = y; v.mul_(2)

x = th.ones(3, requires_grad=True)
with th.no_grad(): x.mul_(3); x[0] = 7.; x += 1
R = x, x._version, x.is_leaf

th.set_grad_enabled(False); a = (th.tensor(1., requires_grad=True)*2).requires_grad; th.set_grad_enabled(True); R = a

with th.set_grad_enabled(False): a = th.is_grad_enabled()
R = a, th.is_grad_enabled()

f = th.no_grad()(lambda x: x*2); R = f(th.tensor(1., requires_grad=True)).requires_grad

f = th.set_grad_enabled(False)(lambda x: x*2); R = f(th.tensor(1., requires_grad=True)).requires_grad, th.is_grad_enabled()

@th.no_grad()
def f(x): return x*2
@th.enable_grad()
def g(x): return x*2
x = th.tensor(1., requires_grad=True)
with th.no_grad(): a = g(x).requires_grad
R = f(x).requires_grad, a, f.__name__

@th.no_grad
def f(x): return x*2
R = f(th.tensor(1., requires_grad=True)).requires_grad

@th.no_grad()
def f():
    got = yield th.is_grad_enabled()
    try: yield got, th.is_grad_enabled()
    except ValueError as e: yield str(e), th.is_grad_enabled()
    return 7
i = f(); a = next(i), th.is_grad_enabled(); b = i.send(5), th.is_grad_enabled(); c = i.throw(ValueError("v")), th.is_grad_enabled()
try: next(i)
except StopIteration as stop: R = a, b, c, stop.value

with th.inference_mode(): x = th.ones(2); y = x*2
R = x.is_inference(), y.is_inference(), th.ones(1).is_inference(), th.is_inference_mode_enabled()

with th.inference_mode(): x = th.ones(2)
R = x.is_inference(); x.add_(1)

with th.inference_mode(): x = th.ones(2)
x.requires_grad_()

x = th.ones(2, requires_grad=True)
with th.inference_mode(): y = x*2
R = y.requires_grad, y.is_inference()

@th.inference_mode()
def f(x): return x*2
R = f(th.ones(1, requires_grad=True)).requires_grad

try:
    with th.no_grad(): 1/0
except ZeroDivisionError: R = th.is_grad_enabled()
"""

WRITES = """
x = th.tensor([1., 2.], requires_grad=True); R = lambda: (x, x._version); x.add_(1)
x = th.tensor([1., 2.], requires_grad=True); R = lambda: (x, x._version); x[0] = 5.
x = th.tensor([1., 2.], requires_grad=True); R = lambda: (x, x._version); x[0].mul_(2)
x = th.tensor([1., 2.], requires_grad=True); R = lambda: (x, x._version); x += 1
x = th.tensor([1., 2.], requires_grad=True); R = lambda: (x, x._version); x.zero_()
x = th.tensor([1., 2.], requires_grad=True); R = lambda: (x, x._version); x.uniform_()
z = th.zeros(2); w = th.tensor(3., requires_grad=True); z[0] = w; z.sum().backward(); R = z, w.grad, z._version
z = th.zeros(2, 2); w = th.ones(2, requires_grad=True); v = z[0]; v.add_(w*2); R = z, v, (z*z).sum().backward(), w.grad
z = th.zeros(2, 3); v = z.view(6)[1:4]; w = th.tensor(2., requires_grad=True); v.mul_(w).add_(w); (z**2).sum().backward(); R = z, w.grad, v.grad_fn.name(), z.grad_fn.name(), v._version
x = th.ones(3, requires_grad=True); y = x*2; v = y[1:]; y.mul_(3); R = v.grad_fn.name(), v.sum().backward(), x.grad
x = th.ones(3, requires_grad=True); y = x*2; v = y[1:]; u = y.view(3); v.mul_(3); R = u.grad_fn.name(), (u*u).sum().backward(), x.grad
x = th.ones(2, 2, requires_grad=True); y = x*1; t = y.T; t[0].mul_(th.tensor([2., 3.])); (y**2).sum().backward(); R = y, x.grad
x = th.ones(4, requires_grad=True); y = x*1; d = y.view(2, 2).diagonal(); d.mul_(5); (y**2).sum().backward(); R = y, x.grad
x = th.ones(3, requires_grad=True); y = x*1; y[1] *= y[0]; y[2] *= y[1]; y.prod().backward(); R = y, x.grad
x = th.ones(3, requires_grad=True); y = x*1; y[y > 0] = th.tensor([4., 5., 6.]); y[[0, 2]] *= 2; y.sum().backward(); R = y, x.grad
x = th.ones(2, requires_grad=True); y = x.exp(); y.mul_(2); y.sum().backward()
x = th.ones(2, requires_grad=True); y = x*1; z = y*y; y.add_(1); z.sum().backward()
x = th.ones(2, requires_grad=True); y = x*1; z = y*3; y.add_(1); z.sum().backward(); R = x.grad
x = th.ones(2, requires_grad=True); y = x*1; z = y**2; y.detach().add_(1); z.sum().backward()
x = th.ones(2, requires_grad=True); y = x*1; z = y**2; y.data.add_(1); z.sum().backward(); R = x.grad
x = th.ones(2, requires_grad=True); y = x*1; y.mul_(y); y.sum().backward()
x = th.ones(2, requires_grad=True); y = x*1; y.exp_(); y.sum().backward(); R = y, x.grad
x = th.ones(2, requires_grad=True); y = x*1; y.exp_(); y.add_(1); y.sum().backward()
x = th.ones(2, requires_grad=True); y = x*1; y.sin_().cos_(); y.sum().backward(); R = x.grad
x = th.ones(2, requires_grad=True); y = x*1; y.copy_(th.tensor([5., 6.])); y.sum().backward(); R = x.grad, y.grad_fn.name()
x = th.ones(2, requires_grad=True); y = x*1; y.fill_(2.); R = y; y.sum().backward(); R = y, x.grad
x = th.tensor([1, 2]); x.requires_grad = True
x = th.ones(2, requires_grad=True); x.register_hook(lambda g: 3); x.sum().backward()
x = th.ones(2, requires_grad=True); y = x*1; y.zero_(); y.sum().backward(); R = y, x.grad
x = th.ones(3, requires_grad=True); y = x*1; a, b, c = y.unbind(); R = y; a.mul_(2)
x = th.ones(4, requires_grad=True); y = x*1; a, b = y.split(2); R = y; a.mul_(2)
x = th.zeros(3).expand(2, 3); R = x; x.add_(1)
x = th.zeros(2); R = x; x.add_(th.ones(3, 2))
x = th.zeros(2, dtype=th.int64); R = x; x.add_(1.5)
x = th.zeros(2, dtype=th.int64); x.add_(th.tensor(1)); R = x
x = th.zeros(2); x.add_(th.tensor([1, 2])); R = x
x = th.zeros(2); R = x; x[5] = 1.
x = th.zeros(2, 2); R = x; x[0, 0, 0] = 1.
x = th.zeros(2); R = x; x[th.tensor([True, False, True])] = 1.
x = th.zeros(3); R = x; x[0:2] = th.tensor([1., 2., 3.])
x = th.zeros(3); x[0:2] = 4; x[-1] = True; R = x, x._version
x = th.zeros(2, 3); x[:, 1] = th.tensor([1., 2.]); x[1] = th.arange(3); x[0, ...] += 1; R = x
x = th.arange(6).view(2, 3); v = x.T; v[0, 1] = 99; R = x, v, v.is_contiguous(), v.stride(), v._base is x
x = th.tensor(1.); v = x.view(1); v[0] = 5.; R = x, v, x._version
x = th.tensor([1., 2.]); y = x.numpy(); y[0] = 9; x[1] = 7.; R = x, y.tolist()
x = th.tensor(3.); y = x.detach(); y.add_(1); R = x, y, x._version
x = th.ones(2, requires_grad=True); y = x*1; y.retain_grad(); y.mul_(3); (y*y).sum().backward(); R = y.grad, x.grad
x = th.ones(2, requires_grad=True); y = x*2; g, = th.autograd.grad((y**2).sum(), x, create_graph=True); y2 = x*1; y2[0] *= g[0]; h, = th.autograd.grad(y2.sum(), x); R = g, h
x = th.ones(3, requires_grad=True); v = x.view(3); R = v.requires_grad, v.grad_fn.name(); v.add_(1)
"""

FUNCTION = """
class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x, k): ctx.save_for_backward(x); ctx.k = k; return x**2 * k
    @staticmethod
    def backward(ctx, g): x, = ctx.saved_tensors; return 2*x*ctx.k*g, None
x = th.tensor(3., requires_grad=True); y = F.apply(x, 5); y.backward(); R = y.grad_fn.name(), x.grad

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x**3
    @staticmethod
    def backward(ctx, g): x, = ctx.saved_tensors; return 3*x**2*g
x = th.tensor(2., requires_grad=True); g, = th.autograd.grad(F.apply(x), x, create_graph=True); h, = th.autograd.grad(g, x); R = g, h

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): y = x.exp(); ctx.save_for_backward(y); return y
    @staticmethod
    def backward(ctx, g): y, = ctx.saved_tensors; return g*y
x = th.tensor(1., requires_grad=True); g, = th.autograd.grad(F.apply(x), x, create_graph=True); h, = th.autograd.grad(g, x); y = F.apply(x); y.backward(); R = g, h, x.grad; y.backward()

class F(th.autograd.Function):
    @staticmethod
    def forward(x, y): return x*y, x+y
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs)
    @staticmethod
    def backward(ctx, g1, g2): x, y = ctx.saved_tensors; return g1*y + g2, g1*x + g2
x = th.tensor(2., requires_grad=True); y = th.tensor(3., requires_grad=True); a, b = F.apply(x, y); (a*b).backward(); R = x.grad, y.grad, b.output_nr

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x, y): R.append(ctx.needs_input_grad); return x*y
    @staticmethod
    def backward(ctx, g): R.append(ctx.needs_input_grad); return g, None
R = []; x = th.tensor(2., requires_grad=True); F.apply(x, th.tensor(3.)).backward()

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x*2
    @staticmethod
    def backward(ctx, g): return g, g
x = th.tensor(2., requires_grad=True); R = lambda: x.grad; F.apply(x).backward()

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x.sum()
    @staticmethod
    def backward(ctx, g): return th.ones(5)*g
x = th.ones(3, requires_grad=True); R = lambda: x.grad; F.apply(x).backward()

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): i = x > 0; ctx.mark_non_differentiable(i); return x*2, i
    @staticmethod
    def backward(ctx, g, _): return g*2
x = th.ones(2, requires_grad=True); y, i = F.apply(x); R = y.requires_grad, i.requires_grad, y.sum().backward(), x.grad

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): x.mul_(2); ctx.mark_dirty(x); return x
    @staticmethod
    def backward(ctx, g): return g*2
x = th.ones(2, requires_grad=True); y = x*1; z = F.apply(y); R = z is y, y.grad_fn.name(), y.sum().backward(), x.grad, y._version

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.set_materialize_grads(False); return x*2, x*3
    @staticmethod
    def backward(ctx, a, b): R.append((a, b)); return b*3
R = []; x = th.tensor(1., requires_grad=True); F.apply(x)[1].backward(); R.append(x.grad)

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x*2, x*3
    @staticmethod
    def backward(ctx, a, b): R.append((a, b)); return b*3
R = []; x = th.ones(2, requires_grad=True); F.apply(x)[1].sum().backward(); R.append(x.grad)

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x**2
    @staticmethod
    @th.autograd.function.once_differentiable
    def backward(ctx, g): return 2*ctx.saved_tensors[0]*g
x = th.tensor(3., requires_grad=True); g, = th.autograd.grad(F.apply(x), x, create_graph=True); R = g.detach(); g.backward()

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x*2
    @staticmethod
    def backward(ctx, g): return ctx.saved_tensors[0]*g
x = th.ones(2, requires_grad=True); y = x*1; z = F.apply(y); y.add_(1); z.sum().backward()

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x
    @staticmethod
    def backward(ctx, g): return g*7
x = th.ones(2, requires_grad=True); y = F.apply(x); R = y is x, y.sum().backward(), x.grad

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x*2
x = th.ones(2, requires_grad=True); F.apply(x).sum().backward()

class F(th.autograd.Function): pass
F.apply(th.ones(2))

class F(th.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x*2
    @staticmethod
    def backward(ctx, g): return g*2
with th.no_grad(): R = F.apply(th.ones(2, requires_grad=True)).requires_grad
"""

MISUSE = """
th.ones(2) + th.ones(3)
th.ones(2, 3) + th.ones(4, 5)
th.ones(2, 3) @ th.ones(2, 3)
th.ones(2, 3) @ th.ones(2)
th.ones(2) @ th.ones(3)
th.ones(2, 2) @ th.ones(2, 2, dtype=th.float64)
th.tensor(1.) @ th.tensor(1.)
th.ones(2)[5]
th.ones(2)[0, 0]
th.ones(2)[::-1]
th.ones(2)[1.5]
th.ones(2)["a"]
th.tensor(1.)[0]
th.ones(2, 2)[th.tensor([3])]
th.ones(2)[th.tensor([0.5])]
th.ones(2)[th.tensor([True, False, True])]
th.ones(2).sum(3)
th.ones(2).sum((0, 0))
th.tensor([1, 2]).mean()
th.ones(6).view(4)
th.ones(6).view(-1, -1)
th.ones(6).reshape(4, 2)
th.ones(2, 3).T.view(6)
th.ones(2, 3).expand(2, 4)
th.ones(2, 3).permute(0)
th.ones(2, 3).permute(0, 0)
th.ones(2, 2, 2).t()
th.ones(2).transpose(0, 1)
th.cat([th.ones(2, 2), th.ones(3, 3)])
th.cat([])
th.cat([th.tensor(1.)])
th.stack([th.ones(2), th.ones(3)])
th.ones(2).split(0)
th.ones(3).split([1, 1])
th.tensor([[1], [1, 2]])
th.tensor("a")
th.tensor(None)
th.tensor([None])
th.zeros(-1)
th.zeros(2, device="cuda")
th.ones(2).to("cuda")
th.ones(2).cuda()
th.sin(2.0)
th.sin("a")
th.mul(th.ones(2), "a")
th.ones(2) + None
th.ones(2) < "a"
-th.tensor(True)
th.tensor(True) - th.tensor(True)
~th.ones(2)
th.ones(2) & th.ones(2)
th.tensor([1]) // 0
th.tensor([1]) % 0
th.tensor([2]) ** -1
float(th.ones(2))
bool(th.ones(2))
bool(th.ones(0))
th.ones(2).item()
len(th.tensor(1.))
list(th.tensor(1.))
int(th.tensor(2.7)), float(th.tensor(2)), [1, 2, 3][th.tensor(1)]
[1, 2][th.tensor(1.)]
th.ones(2).foo
th.set_default_dtype(th.int64)
th.arange(0, 1, 0)
th.arange(1, 0)
th.linspace(0, 1, -1)
th.where(th.ones(2), 1, 2)
th.ones(2).clamp()
th.ones(0).max()
th.ones(0).argmax()
th.ones(2).softmax(3)
th.tensor([1, 2]).softmax(0)
th.ones(2).dot(th.ones(2, 2))
th.ones(2).copy_(th.ones(3))
th.ones(2).copy_(3)
th.ones(2).fill_(th.ones(2))
th.exp(th.ones(2, requires_grad=True), out=th.zeros(2))
th.manual_seed("a")
th.randint(5, 5, (2,))
th.normal(th.zeros(2), -1.0)
th.multinomial(th.tensor([-1., 2.]), 1)
th.from_numpy([1])
"""


# In the first sections a line is a program; in the others programs stand between blank lines.
PROGRAMS = [
    *(line for section in (GRAPH, HOOKS, WRITES, MISUSE) for line in section.strip().split("\n")),
    *(block for section in (MODES, FUNCTION) for block in section.strip().split("\n\n")),
]


def outcome(library, program):
    """What a program comes to, as text with torch's names; in it, LIBRARY stands for the name to import.

    It had better hold no OrderedDict: Python 3.12 prints them otherwise than 3.11.
    """
    space, program = {"th": library}, program.replace("LIBRARY", library.__name__)
    try:
        try:
            space["R"] = eval(program, space)
        except SyntaxError:
            exec(program, space)
        error = ""
    except Exception as raised:  # noqa: BLE001 - whatever it raises is what is compared
        error = f"{type(raised).__name__}: {raised}"
    result = space.get("R")
    if builtins.callable(result):
        result = result()
    text = f"{result!r} {error}".replace("autodiff_lab.", "torch.").replace("autodiff_lab::", "torch::")
    return re.sub(r"0x[0-9a-f]+", "0x", text)
