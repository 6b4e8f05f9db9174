"""The algorithms: for each, how one parameter moves, as its paper writes it. Leans on optim.optimizer."""

from ..ops.creation import tensor, zeros_like
from .optimizer import Optimizer

IGNORED = {"foreach": None, "capturable": False, "differentiable": False, "fused": None}


def checked(name, value, low=0.0, high=None, title=None):
    if not low <= value or (high is not None and not value < high):
        raise ValueError(
            f"Invalid {title or name}: {value}" if title or high is None else f"Invalid {name} value: {value}"
        )


def options(given, order):
    """The options in torch's order, with those that only tell torch's kernels apart."""
    whole = {**IGNORED, **given}
    if whole["differentiable"]:
        raise NotImplementedError(
            "differentiable=True is out of autodiff_lab's scope; write the step with autograd.grad(create_graph=True)"
        )
    return {name: whole[name] for name in order.split()}


class SGD(Optimizer):
    """p ← p - lr b, with b ← momentum b + (1 - dampening) g; Nesterov looks ahead: g + momentum b.

    >>> import autodiff_lab as th
    >>> w = th.tensor([1., 2.], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> th.optim.SGD([w], lr=0.1).step()
    >>> w
    tensor([0.8000, 1.6000], requires_grad=True)
    """

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
                 foreach=None, differentiable=False, fused=None):  # fmt: skip
        checked("learning rate", lr)
        checked("momentum value", momentum)
        checked("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            options(
                locals(), "lr momentum dampening weight_decay nesterov maximize foreach differentiable fused"
            ),
        )

    def update(self, p, g, state, group):
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        if group["momentum"]:
            b = state.get("momentum_buffer")
            if b is None:
                b = state["momentum_buffer"] = g.clone()
            else:
                b.mul_(group["momentum"]).add_(g, alpha=1 - group["dampening"])
            g = g + group["momentum"] * b if group["nesterov"] else b
        p.add_(g, alpha=-group["lr"])


class Adam(Optimizer):
    """Means of g and g², corrected for their start at 0, give the step m̂ / (√v̂ + eps) (Kingma and Ba 2015)."""

    decoupled = False

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False, fused=None):  # fmt: skip
        checked("learning rate", lr)
        checked("epsilon value", eps)
        for i, beta in enumerate(betas):
            checked("beta", beta, 0.0, 1.0, title=f"beta parameter at index {i}")
        checked("weight_decay value", weight_decay)
        decoupled_weight_decay = self.decoupled
        super().__init__(params, options(locals(), "lr betas eps weight_decay amsgrad maximize foreach capturable differentiable fused "
                                                   "decoupled_weight_decay"))  # fmt: skip

    def update(self, p, g, state, group):
        if not state:
            state.update(step=tensor(0.0), exp_avg=zeros_like(p.detach()), exp_avg_sq=zeros_like(p.detach()))
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = zeros_like(p.detach())
        if group["weight_decay"]:
            if self.decoupled:
                p.mul_(1 - group["lr"] * group["weight_decay"])
            else:
                g = g + group["weight_decay"] * p
        beta1, beta2 = group["betas"]
        state["step"].add_(1)
        n = state["step"].item()
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        if group["amsgrad"]:
            state["max_exp_avg_sq"].copy_(state["max_exp_avg_sq"].maximum(v))
            v = state["max_exp_avg_sq"]
        scale = (v.sqrt() / (1 - beta2**n) ** 0.5).add_(group["eps"])
        p.addcdiv_(m, scale, value=-group["lr"] / (1 - beta1**n))


class AdamW(Adam):
    """Adam with the weights shrunk apart from the gradient (Loshchilov and Hutter 2019)."""

    decoupled = True

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, **others
    ):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, **others)


class RMSprop(Optimizer):
    """g divided by the root of a running mean of g² (Hinton); ``centered`` takes the mean's square away."""

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, capturable=False,
                 foreach=None, maximize=False, differentiable=False):  # fmt: skip
        for name, value in (("learning rate", lr), ("epsilon value", eps), ("momentum value", momentum),
                            ("weight_decay value", weight_decay), ("alpha value", alpha)):  # fmt: skip
            checked(name, value)
        super().__init__(
            params,
            options(
                locals(),
                "lr momentum alpha eps centered weight_decay capturable foreach maximize differentiable",
            ),
        )

    def update(self, p, g, state, group):
        if not state:
            state.update(step=tensor(0.0), square_avg=zeros_like(p.detach()))
            if group["momentum"]:
                state["momentum_buffer"] = zeros_like(p.detach())
            if group["centered"]:
                state["grad_avg"] = zeros_like(p.detach())
        state["step"].add_(1)
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        v = state["square_avg"].mul_(group["alpha"]).addcmul_(g, g, value=1 - group["alpha"])
        if group["centered"]:
            mean = state["grad_avg"].lerp_(g, 1 - group["alpha"])
            v = v - mean * mean
        scale = v.sqrt().add_(group["eps"])
        if group["momentum"]:
            p.add_(state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(g, scale), alpha=-group["lr"])
        else:
            p.addcdiv_(g, scale, value=-group["lr"])


class Adagrad(Optimizer):
    """g divided by the root of the sum of all g² so far (Duchi et al. 2011)."""

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, foreach=None, *,
                 maximize=False, differentiable=False, fused=None):  # fmt: skip
        for name, value in (("learning rate", lr), ("lr_decay value", lr_decay), ("weight_decay value", weight_decay),
                            ("initial_accumulator_value value", initial_accumulator_value), ("epsilon value", eps)):  # fmt: skip
            checked(name, value)
        super().__init__(
            params,
            options(
                locals(),
                "lr lr_decay eps weight_decay initial_accumulator_value foreach maximize differentiable fused",
            ),
        )
        for group in self.param_groups:
            for p in group["params"]:
                start = p.detach().new_full(p.shape, initial_accumulator_value)
                self.state[p] = {"step": tensor(0.0), "sum": start}

    def update(self, p, g, state, group):
        state["step"].add_(1)
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        rate = group["lr"] / (1 + (state["step"].item() - 1) * group["lr_decay"])
        state["sum"].addcmul_(g, g, value=1)
        p.addcdiv_(g, state["sum"].sqrt().add_(group["eps"]), value=-rate)


class Adadelta(Optimizer):
    """g times the root of a mean of the steps' squares over that of g² (Zeiler 2012)."""

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, foreach=None, *, capturable=False, maximize=False,
                 differentiable=False):  # fmt: skip
        checked("learning rate", lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        checked("epsilon value", eps)
        checked("weight_decay value", weight_decay)
        super().__init__(
            params, options(locals(), "lr rho eps weight_decay maximize capturable foreach differentiable")
        )

    def update(self, p, g, state, group):
        if not state:
            state.update(
                step=tensor(0.0), square_avg=zeros_like(p.detach()), acc_delta=zeros_like(p.detach())
            )
        state["step"].add_(1)
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        rho, eps = group["rho"], group["eps"]
        v = state["square_avg"].mul_(rho).addcmul_(g, g, value=1 - rho)
        delta = (state["acc_delta"] + eps).sqrt_().div_((v + eps).sqrt_()).mul_(g)
        state["acc_delta"].mul_(rho).addcmul_(delta, delta, value=1 - rho)
        p.add_(delta, alpha=-group["lr"])
