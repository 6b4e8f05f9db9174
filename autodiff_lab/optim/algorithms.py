"""The algorithms: for each, how one parameter moves, as its paper writes it. Leans on optim.optimizer."""

from ..errors import check
from ..ops.creation import tensor, zeros_like
from .optimizer import Optimizer

KERNELS = "foreach=None, maximize=False, differentiable=False"  # of which only maximize means anything here
TITLES = {"lr": "learning rate", "eps": "epsilon value"}
NOT_NEGATIVE = ("lr", "eps", "momentum", "weight_decay", "alpha", "lr_decay", "initial_accumulator_value")


class _Algorithm(Optimizer):
    """What the algorithms share: options checked, state begun, weights decayed; then ``_move`` moves one parameter."""

    _options, _decoupled = "", False  # torch's order of the options, where it is not the signature's

    def _take(self, params, **options):
        for name, value in options.items():
            bad = name in NOT_NEGATIVE and not value >= 0 or name == "rho" and not 0 <= value <= 1
            if bad:
                raise ValueError(f"Invalid {TITLES.get(name, f'{name} value')}: {value}")
        for i, beta in enumerate(options.get("betas", ())):
            check(0.0 <= beta < 1.0, f"Invalid beta parameter at index {i}: {beta}", ValueError)
        if options.get("nesterov") and (options["momentum"] <= 0 or options["dampening"] != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        if options["differentiable"]:
            raise NotImplementedError("differentiable=True is out of autodiff_lab's scope; write the step with "
                                      "autograd.grad(create_graph=True)")  # fmt: skip
        super().__init__(params, {name: options[name] for name in self._options.split() or options})

    def update(self, p, g, state, group):
        if not state:
            state.update(self._start(p, group))
        if "step" in state:
            state["step"].add_(1)
        if group["weight_decay"] and self._decoupled:
            p.mul_(1 - group["lr"] * group["weight_decay"])
        elif group["weight_decay"]:
            g = g + group["weight_decay"] * p
        self._move(p, g, state, group)


def zero(p, *names):
    """A count of steps, and zeros in the shape of ``p`` under each name."""
    return {"step": tensor(0.0), **{name: zeros_like(p.detach()) for name in names}}


class SGD(_Algorithm, takes="params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, "
                            "maximize=False, foreach=None, differentiable=False, fused=None"):  # fmt: skip
    """p ← p - lr b, with b ← momentum b + (1 - dampening) g; Nesterov looks ahead: g + momentum b.

    >>> import autodiff_lab as th
    >>> w = th.tensor([1., 2.], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> th.optim.SGD([w], lr=0.1).step()
    >>> w
    tensor([0.8000, 1.6000], requires_grad=True)
    """

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


ADAM = ("params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay={}, amsgrad=False, *, maximize=False, foreach=None, "
        "capturable=False, differentiable=False, fused=None")  # fmt: skip


class Adam(_Algorithm, takes=ADAM.format(0)):
    """Means of g and g², corrected for their start at 0, give the step m̂ / (√v̂ + eps) (Kingma and Ba 2015)."""

    def _take(self, **given):
        super()._take(**given, decoupled_weight_decay=self._decoupled)

    def _start(self, p, group):
        return zero(p, "exp_avg", "exp_avg_sq", *["max_exp_avg_sq"] * group["amsgrad"])

    def _move(self, p, g, state, group):
        (beta1, beta2), n = group["betas"], state["step"].item()
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        if group["amsgrad"]:
            v = state["max_exp_avg_sq"].copy_(state["max_exp_avg_sq"].maximum(v))
        scale = (v.sqrt() / (1 - beta2**n) ** 0.5).add_(group["eps"])
        p.addcdiv_(m, scale, value=-group["lr"] / (1 - beta1**n))


class AdamW(Adam, takes=ADAM.format(1e-2)):
    """Adam with the weights shrunk apart from the gradient (Loshchilov and Hutter 2019)."""

    _decoupled = True


class RMSprop(_Algorithm, takes="params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, "
                                "capturable=False, " + KERNELS):  # fmt: skip
    """g divided by the root of a running mean of g² (Hinton); ``centered`` takes the mean's square away."""

    _options = "lr momentum alpha eps centered weight_decay capturable foreach maximize differentiable"

    def _start(self, p, group):
        extra = ["momentum_buffer"] * bool(group["momentum"]) + ["grad_avg"] * bool(group["centered"])
        return zero(p, "square_avg", *extra)

    def _move(self, p, g, state, group):
        v = state["square_avg"].mul_(group["alpha"]).addcmul_(g, g, value=1 - group["alpha"])
        if group["centered"]:
            mean = state["grad_avg"].lerp_(g, 1 - group["alpha"])
            v = v - mean * mean
        scale = v.sqrt().add_(group["eps"])
        if group["momentum"]:
            p.add_(state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(g, scale), alpha=-group["lr"])
        else:
            p.addcdiv_(g, scale, value=-group["lr"])


class Adagrad(_Algorithm, takes="params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, "
                                "foreach=None, *, maximize=False, differentiable=False, fused=None"):  # fmt: skip
    """g divided by the root of the sum of all g² so far (Duchi et al. 2011)."""

    _options = "lr lr_decay eps weight_decay initial_accumulator_value foreach maximize differentiable fused"

    def _take(self, **given):
        super()._take(**given)
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p] = self._start(p, group)

    def _start(self, p, group):
        return {"step": tensor(0.0), "sum": p.detach().new_full(p.shape, group["initial_accumulator_value"])}

    def _move(self, p, g, state, group):
        rate = group["lr"] / (1 + (state["step"].item() - 1) * group["lr_decay"])
        state["sum"].addcmul_(g, g, value=1)
        p.addcdiv_(g, state["sum"].sqrt().add_(group["eps"]), value=-rate)


class Adadelta(_Algorithm, takes="params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, foreach=None, *, "
                                 "capturable=False, maximize=False, differentiable=False"):  # fmt: skip
    """g times the root of a mean of the steps' squares over that of g² (Zeiler 2012)."""

    _options = "lr rho eps weight_decay maximize capturable foreach differentiable"

    def _start(self, p, group):
        return zero(p, "square_avg", "acc_delta")

    def _move(self, p, g, state, group):
        rho, eps = group["rho"], group["eps"]
        v = state["square_avg"].mul_(rho).addcmul_(g, g, value=1 - rho)
        delta = (state["acc_delta"] + eps).sqrt_().div_((v + eps).sqrt_()).mul_(g)
        state["acc_delta"].mul_(rho).addcmul_(delta, delta, value=1 - rho)
        p.add_(delta, alpha=-group["lr"])
