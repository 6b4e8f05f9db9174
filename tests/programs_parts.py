"""Programs that put a part of a tensor into a part of it: which of them are refused; see programs.py.

What is put where both stand in the same memory and it is not refused, tests/test_writing.py looks at.
"""

SOURCES = {
    1: "x x[0] x[1] x[:2] x[1:3] x[2:] x[:-1] x[::2] x[1::2] x.flip(0) x[None] x[...,:1] x[:,None] x[[0,1]] x.view(-1) x.view(2,3) x.view(2,3).t() "
       "x.view(2,3)[0] x.view(2,3)[:,0] x[0].expand(6) x[:0] x.detach() x.clone() x[:] x[0:1] x[3:6]",
    2: "x x[0] x[1] x[:2] x[1:3] x[:-1] x[::2] x.t() x[:,0] x[:,:2] x[:,1:3] x[0,0] x.diagonal() x.view(-1) x.view(2,8) x[None] x[0].expand(4,4) "
       "x[:,None] x.mT[0] x.mT[:2] x[1:,1:] x[:-1,:-1] x[0][None] x.detach() x.view(4,2,2) x[:0] x[0:1] x.view(-1)[::5] x.view(-1)[2:6] x[0,:2] x[0,1:3] x[3]",
}  # fmt: skip
TARGETS = {
    1: "x x[0] x[:2] x[1:] x[::2] x.view(2,3) x[3:6] x.detach()",
    2: "x x[0] x[:2] x[1:] x[:,0] x[:,:2] x.t() x.view(-1) x.diagonal() x[1:3,1:3] x[0:1]",
}
FORMS = """
{a}.copy_({b})
{a}.add_({b})
{a}.div_({b})
{a}.lerp_({b},0.5)
{a}.addcmul_({b},{b})
{a}.clamp_(min={b})
{a}.maximum({b})
{a}.fill_({b})
{a}.masked_fill_({a}>2,{b})
{a}.masked_scatter_({a}>3,{b})
{a}.index_copy_(0,th.tensor([0]),{b})
{a}.index_add_(0,th.tensor([0]),{b})
{a}.index_put_((th.tensor([0]),),{b})
{a}.scatter_(0,th.zeros({a}.ndim*(1,),dtype=th.int64),{b})
{a}.eq_({b})
th.add({a},{b},out={a})
th.exp({b},out={a})
""".strip().splitlines()
STATEMENTS = {  # what is assigned to, which Python takes apart
    1: "x[0] x[:2] x[1:] x[:] x[...] x[[0,1]] x[th.tensor([1,0])] x[x>3] x[::2] x[None] x[2:4]",
    2: "x[0] x[:2] x[1:] x[:] x[:,0] x[:,:2] x[[0,1]] x[th.tensor([1,0])] x[x>3] x[0,0] x[None] x[0:1] x[:,[0]] x[[0],[1]]",
}
PROGRAM = """
R = {}
for form in {forms!r}:
    R[form] = []
    for source in {sources!r}.split():
        x = th.arange(1., {count}).reshape({shape})
        try: exec(form.format(a={target!r}, b=source))
        except (RuntimeError, IndexError): R[form].append(source)
"""
SHAPES = {1: (6,), 2: (4, 4)}


def program(ndim, target, forms):
    told = {"forms!r": repr(forms), "sources!r": repr(SOURCES[ndim]), "target!r": repr(target),
            "shape": repr(SHAPES[ndim]), "count": {1: "7.", 2: "17."}[ndim]}  # fmt: skip
    made = PROGRAM
    for name, value in told.items():
        made = made.replace(f"{{{name}}}", value)
    return made


CASES = [
    *((n, target, FORMS) for n in (1, 2) for target in TARGETS[n].split()),
    *((n, target, ["{a} = {b}", "{a} += {b}"]) for n in (1, 2) for target in STATEMENTS[n].split()),
]
LINES = """
x, y = th.zeros(7, 3), th.zeros(3, 4); R = x.fill_diagonal_(9., wrap=True), y.fill_diagonal_(1., wrap=True), th.zeros(2, 0).fill_diagonal_(1., wrap=True)
th.zeros(3).fill_diagonal_(1.)
th.zeros(2, 3, 3).fill_diagonal_(1.)
th.arange(6.).scatter(0, th.tensor([0, 1]), th.ones(1, 2))
th.arange(6.).scatter_add(0, th.tensor([0, 1]), th.ones(1))
th.ones(2, 3).scatter(0, th.tensor([[0, 1, 0, 1]]), th.ones(1, 4))
R = th.arange(6.).scatter(0, th.zeros(0, dtype=th.int64), th.ones(2, 2)), th.tensor(3.).scatter(0, th.tensor([0]), th.tensor(5.))
th.ones(2, 3).index_add(0, th.tensor([0]), th.ones(2, 3))
th.ones(2, 3).index_add(0, th.tensor([0, 1]), th.ones(2, 2))
th.ones(2, 3).index_copy(0, th.tensor([0]), th.ones(3))
th.ones(2, 3).index_copy(0, th.tensor([0]), th.ones(1, 2))
th.ones(2, 3).index_copy(0, th.tensor([0]), th.ones(2, 3))
th.ones(2, 3).index_copy(0, th.tensor([[0]]), th.ones(1, 3))
th.ones(3).index_fill_(0, th.tensor([0]), th.ones(1))
R = th.tensor(2.).masked_scatter(th.tensor(True), th.tensor([5.])), th.tensor(2.).masked_scatter(th.tensor(False), th.tensor([5.]))
x = th.ones(3, requires_grad=True); s = x[:1] * 2; i = th.tensor([1]); y = x.scatter(0, i, s), x.scatter_add(0, i, s), x.masked_scatter(th.tensor([False, True, False]), s), x.copysign(s); s.mul_(3); sum((t * t).sum() for t in y).backward(); R = x.grad
a = th.tensor([[1., 2.], [3., 4.]], requires_grad=True); x = a * 1; x[0].eq_(1.); R = x.detach().clone(); x.sum().backward(); R = R, a.grad
a = th.tensor([[1., 2.], [3., 4.]], requires_grad=True); x = a * 1; x.gt_(a.detach() * 0 + 2); x.sum().backward(); R = x.requires_grad, x.detach(), a.grad
x = th.arange(4.); R = x; x.data[1:].copy_(x[:-1])
x = th.arange(4.); R = x; x[1:].add_(x.data[:-1])
x = th.arange(4.); R = x; x.data[1:] = x[:-1]
x = th.arange(4.).view(2, 2); R = x; x.data.mul_(x.T)
x = th.arange(4.); R = x.data.add_(x), x; th.cat([x.data[1:3]], out=x[:2])
x = th.arange(4); R = x; x[x] = 3
x = th.arange(4); R = x; x[x.clone()] = x
x = th.arange(4).view(2, 2); R = x; x[x[0], 0] = 7
x = th.tensor([True, True]); R = x; x[x] = False; x[x.logical_not()] = x
x = th.arange(4); R = x; x.index_put_((x,), th.tensor(3), accumulate=True)
x = th.arange(4); R = x; x.index_fill_(0, x, 3)
x = th.arange(4); R = x; x.index_copy_(dim=0, index=x, source=th.arange(4))
x = th.arange(4); R = x; x.index_add_(0, th.arange(4), x)
x = th.arange(4); R = x; x.scatter_(0, x[:2], 3)
x = th.arange(4); R = x; x.scatter_add_(0, x, th.arange(4))
x = th.arange(4.).view(1, 4); R = x; th.stack([x[0]], out=x)
x = th.arange(4.); R = th.zeros(0, dtype=th.int64); th.cat([x, x], out=R)
x = th.ones(2); x[True] = x * 3; x[False] = x; x[False] = 7.; y = th.tensor(2.); y[True] = y; R = x, y
x = th.ones(2, requires_grad=True); y = x * 1; y[True] = 2.; R = y, x; x[True] = 2.
x = th.ones(3, requires_grad=True); i = th.tensor([0, 1]); m = th.tensor([True, False, True]); R = [(x[i] * 2).grad_fn.next_functions[0][0]._saved_indices, x.gather(0, i).grad_fn._saved_index, x.masked_fill(m, 0.).grad_fn._saved_mask, x.masked_select(m).grad_fn._saved_mask, th.where(m, x, 0.).grad_fn._saved_condition, x.sort()[0].grad_fn._saved_indices]
x = th.arange(6).view(2, 3); R = x[[[0, 1], [1, 2]]], x[[th.tensor([0, 1]), 1]], x[[range(2), (1, 1)]], x[[..., 1]], x[[0, 1]], x[[[]]]; x[[th.tensor([True, False]), [2]]] = 9
""".strip().splitlines()  # fmt: skip
PROGRAMS = [*map(program, *zip(*CASES)), *LINES]
