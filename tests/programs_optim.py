"""Programs about ``optim``: trajectories, state, groups, schedules; see programs.py."""

TRAIN = """
w = th.tensor([1., -2., 0.5], requires_grad=True)
b = th.tensor([[0.3]], requires_grad=True)
o = th.optim.{}
for i in range(100):
    o.zero_grad()
    loss = (w ** 4).sum() + (b * w[0] - 1).pow(2).sum() + w.sin().prod()
    loss.backward()
    o.step()
R = [round(v, 5) for v in w.tolist()], round(b.item(), 5), o
"""
SCHEDULE = """
w = th.tensor([1.], requires_grad=True)
o = th.optim.SGD([w], lr=0.5)
s = th.optim.lr_scheduler.{}
R = []
for i in range(25):
    o.step()
    s.step({})
    R.append(round(o.param_groups[0]["lr"], 9))
"""
LINES = """
w = th.tensor([1., 2.], requires_grad=True); o = th.optim.Adam([w], lr=0.1); w.sum().backward(); o.step(); R = o.state_dict(), o.state[w]
w = th.tensor([1., 2.], requires_grad=True); o = th.optim.SGD([w], lr=0.1, momentum=0.9); w.sum().backward(); o.step(); R = o.state_dict()
w = th.tensor([1., 2.], requires_grad=True); o = th.optim.SGD([{'params': [w], 'lr': 0.5}], lr=0.1); R = o, o.param_groups
th.optim.SGD(th.ones(2, requires_grad=True), lr=0.1)
th.optim.SGD([], lr=0.1)
th.optim.SGD([th.ones(2, requires_grad=True)], lr=-1)
th.optim.SGD([th.ones(2, requires_grad=True)], lr=0.1, nesterov=True)
th.optim.SGD([th.ones(2, requires_grad=True) * 2], lr=0.1)
th.optim.SGD([3], lr=0.1)
th.optim.Adam([th.ones(2, requires_grad=True)], betas=(1.0, 0.9))
w = th.ones(2, requires_grad=True); th.optim.SGD([{'params': w}, {'params': w}], lr=0.1)
w = th.ones(2, requires_grad=True); o = th.optim.SGD([w], lr=0.1); o.load_state_dict({'state': {}, 'param_groups': []})
w = th.ones(2, requires_grad=True); a = th.optim.Adam([w]); w.sum().backward(); a.step(); o = th.optim.Adam([w], lr=1.); o.load_state_dict(a.state_dict()); R = o.param_groups[0]['lr'], o.state[w]['exp_avg']
w = th.ones(2, requires_grad=True); o = th.optim.SGD([w], lr=0.1); R = o.step(lambda: 3.5)
w = th.ones(2, requires_grad=True); w.sum().backward(); o = th.optim.SGD([w], lr=0.1); o.zero_grad(set_to_none=False); R = w.grad; o.zero_grad(); R = R, w.grad
th.optim.lr_scheduler.StepLR(3, 1)
w = th.ones(2, requires_grad=True); o = th.optim.SGD([w], lr=0.1); th.optim.lr_scheduler.ReduceLROnPlateau(o, factor=1.)
w = th.ones(2, requires_grad=True); o = th.optim.SGD([w], lr=0.1); s = th.optim.lr_scheduler.StepLR(o, 2); R = s.get_last_lr(), s.base_lrs
"""
ALGORITHMS = """
SGD([w, b], lr=0.01)
SGD([w, b], lr=0.01, momentum=0.9, weight_decay=0.1)
SGD([w, b], lr=0.01, momentum=0.9, nesterov=True)
SGD([w, b], lr=0.001, maximize=True, dampening=0.1, momentum=0.5)
Adam([w, b], lr=0.05)
Adam([w, b], lr=0.05, weight_decay=0.1, amsgrad=True)
AdamW([w, b], lr=0.05)
RMSprop([w, b], lr=0.01)
RMSprop([w, b], lr=0.01, centered=True, momentum=0.9, weight_decay=0.01)
Adagrad([w, b], lr=0.1, lr_decay=0.01)
Adadelta([w, b], lr=1.0)
NAdam([w, b], lr=0.05)
NAdam([w, b], lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)
RAdam([w, b], lr=0.05)
RAdam([w, b], lr=0.05, betas=(0.8, 0.9), weight_decay=0.1)
Adamax([w, b], lr=0.05, weight_decay=0.1)
Rprop([w, b], lr=0.05)
"""
CLOSURE = """
w = th.tensor([1., -2., 0.5], dtype=th.float64, requires_grad=True)
b = th.tensor([[0.3]], dtype=th.float64, requires_grad=True)
o = th.optim.{}
R = []
def closure():
    o.zero_grad()
    loss = (w ** 4 + w ** 2).sum() + (b - w[0] - 1).pow(2).sum() + w.sin().prod()
    loss.backward()
    return loss
for i in range(100):
    R.append(round(o.step(closure).item(), 7))
R = R[::9], [round(v, 6) for v in w.tolist()], round(b.item(), 6), o
"""
NEWTONS = """
LBFGS([w, b], lr=0.1)
LBFGS([w, b], lr=0.3, max_iter=3, history_size=3)
LBFGS([w, b], line_search_fn='strong_wolfe', max_iter=4)
LBFGS([w, b], line_search_fn='strong_wolfe')
LBFGS([w, b], line_search_fn='wolfe')
LBFGS([w, b], lr=-1)
LBFGS([{'params': [w]}, {'params': [b]}])
"""
SCHEDULES = """
LambdaLR(o, lambda e: 0.9 ** e)
MultiplicativeLR(o, lambda e: 0.9)
StepLR(o, 3, 0.5)
MultiStepLR(o, [2, 7, 7], 0.5)
ConstantLR(o, 0.5, 4)
LinearLR(o)
ExponentialLR(o, 0.9)
CosineAnnealingLR(o, 6, 0.01)
PolynomialLR(o, 8, 2.0)
SequentialLR(o, [th.optim.lr_scheduler.ConstantLR(o, 0.1, 3), th.optim.lr_scheduler.ExponentialLR(o, 0.9)], [4])
"""

PROGRAMS = [
    *(TRAIN.format(made) for made in ALGORITHMS.strip().splitlines()),
    *(CLOSURE.format(made) for made in NEWTONS.strip().splitlines()),
    *(SCHEDULE.format(made, "") for made in SCHEDULES.strip().splitlines()),
    SCHEDULE.format("ReduceLROnPlateau(o, patience=2, cooldown=1)", "1.0 if i < 3 else 0.9"),
    SCHEDULE.format("ReduceLROnPlateau(o, 'max', 0.5, 1, threshold_mode='abs')", "i % 5"),
    *LINES.strip().splitlines(),
]
