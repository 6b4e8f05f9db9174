"""Programs that torch warns of, and what it says; see programs.py."""

TOLD = """
import warnings
th.set_warn_always(True)
with warnings.catch_warnings(record=True) as R:
    warnings.simplefilter('always')
    {}
th.set_warn_always(False)
R = [str(w.message).partition(' (Triggered')[0].partition(' See github')[0] for w in R if w.category is UserWarning]
"""
LINES = """
x = th.ones(1, requires_grad=True); float(x)
x = th.ones(1, requires_grad=True); complex(x), int(x), bool(x), x.item(), f'{x[0]:.1f}', float(th.ones(1))
x = th.ones(1, requires_grad=True); '%f' % x
x = th.ones(1, requires_grad=True); n = th.no_grad(); n.__enter__(); float(x), int(x), f'{x[0]:.1f}'; n.__exit__(None, None, None)
x = th.ones(1, requires_grad=True); th.optim.LBFGS([x]).step(lambda: (x * 2).sum())
x = th.ones(2, requires_grad=True); th.tensor([x[0], x[1].detach()]); th.tensor([[x[1]], [2.]], dtype=th.float64)
th.meshgrid(th.ones(2), th.ones(2))
th.meshgrid(th.ones(2), th.ones(2), indexing='ij'); th.cartesian_prod(th.ones(2), th.ones(2))
th.cross(th.ones(3), th.ones(3)); th.cross(th.ones(3), th.ones(3), dim=0)
th.chain_matmul(th.ones(2, 2), th.ones(2, 2))
th.range(1, 3)
th.ones(1).std(); th.ones(2, 1).var(1); th.ones(1).std(correction=0)
import numpy as np; th.tensor((np.ones(2),)); th.tensor(np.ones(2))
th.ones(3).T; th.ones(2, 2).T; th.ones(2, 2).mT
th.ones(2, 2, 2).T
th.qr(th.eye(2)); th.linalg.qr(th.eye(2))
th.ones(3)[th.tensor([1, 0, 1], dtype=th.uint8)]
th.ones(3, 2)[[[1, 0], [0, 1]]]; th.ones(3, 2)[[1, 0]]; th.ones(3)[[th.tensor([True, False, True])]] = 0.
th.set_default_tensor_type(th.FloatTensor)
th.add(th.ones(2), 1, out=th.ones(3)); th.add(th.ones(2), 1, out=th.empty(0))
import numpy as np; a = np.ones(2); a.setflags(write=False); th.from_numpy(a)
th.tensor(th.ones(2))
x = th.ones(2, requires_grad=True); (x * 2).sum().backward(create_graph=True)
th.nn.functional.kl_div(th.ones(2, 2), th.ones(2, 2)); th.nn.KLDivLoss(reduction='batchmean')(th.ones(2, 2), th.ones(2, 2))
th.nn.functional.upsample(th.ones(1, 1, 2, 2), scale_factor=2)
th.set_warn_always(False); float(th.ones(1, requires_grad=True)); R.clear(); float(th.ones(1, requires_grad=True))
"""

PROGRAMS = [TOLD.format(line) for line in LINES.strip().splitlines()]
