"""The algorithms: for each, how one parameter moves, as its paper writes it. Leans on optim.optimizer."""

from ..errors import check
from ..mode import enable_grad, no_grad
from ..ops.creation import tensor, zeros_like
from ..ops.join import cat
from .optimizer import Optimizer

KERNELS = "foreach=None, maximize=False, differentiable=False"  # of which only maximize means anything here
TITLES = {"lr": "learning rate", "eps": "epsilon value"}
NOT_NEGATIVE = "lr eps momentum weight_decay alpha lr_decay initial_accumulator_value momentum_decay".split()


class _Algorithm(Optimizer):
    """What the algorithms share: options checked, state begun, weights decayed; then ``_move`` moves one parameter."""

    _options = ""  # torch's order of the options, where it is not the signature's

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

    def _update(self, p, g, state, group):
        if not state:
            state.update(self._start(p, group))
        if "step" in state:
            state["step"].add_(1)
        if group["weight_decay"] and group.get("decoupled_weight_decay"):
            moved = p * (1 - group["lr"] * group["weight_decay"])
            self._move(moved, g, state, group)
            p.copy_(moved)  # at once, so that an interrupt leaves no parameter half moved
            return
        if group["weight_decay"]:
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

    def _update(self, p, g, state, group):
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


def means(g, state, group):
    """The running means of g and g², moved on; what is missing of each for its start at 0; the number of the step."""
    (beta1, beta2), n = group["betas"], state["step"].item()
    m = state["exp_avg"].lerp_(g, 1 - beta1)
    v = state["exp_avg_sq"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
    return m, v, 1 - beta1**n, 1 - beta2**n, n


class Adam(_Algorithm, takes=ADAM.format(0)):
    """Means of g and g², corrected for their start at 0, give the step m̂ / (√v̂ + eps) (Kingma and Ba 2015)."""

    _decoupled = False

    def _take(self, **given):
        super()._take(**given, decoupled_weight_decay=self._decoupled)

    def _start(self, p, group):
        return zero(p, "exp_avg", "exp_avg_sq", *["max_exp_avg_sq"] * group["amsgrad"])

    def _move(self, p, g, state, group):
        m, v, first, second, _ = means(g, state, group)
        if group["amsgrad"]:
            v = state["max_exp_avg_sq"].copy_(state["max_exp_avg_sq"].maximum(v))
        p.addcdiv_(m, (v.sqrt() / second**0.5).add_(group["eps"]), value=-group["lr"] / first)


class AdamW(Adam, takes=ADAM.format(1e-2)):
    """Adam with the weights shrunk apart from the gradient (Loshchilov and Hutter 2019)."""

    _decoupled = True


class NAdam(_Algorithm, takes="params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3, "
                              "decoupled_weight_decay=False, *, maximize=False, foreach=None, capturable=False, differentiable=False"):  # fmt: skip
    """Adam with Nesterov's look ahead: the momentum grows from β₁ / 2 towards β₁ (Dozat 2016)."""

    def _start(self, p, group):
        made = zero(p, "exp_avg", "exp_avg_sq")
        return {"step": made.pop("step"), "mu_product": tensor(1.0), **made}

    def _move(self, p, g, state, group):
        m, v, _, second, n = means(g, state, group)
        now, then = (
            group["betas"][0] * (1 - 0.5 * 0.96 ** (k * group["momentum_decay"])) for k in (n, n + 1)
        )
        product, scale = state["mu_product"].mul_(now).item(), (v / second).sqrt().add_(group["eps"])
        moved = p.addcdiv(g, scale, value=-group["lr"] * (1 - now) / (1 - product))
        p.copy_(moved.addcdiv_(m, scale, value=-group["lr"] * then / (1 - product * then)))


class RAdam(_Algorithm, takes="params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, "
                              "*, maximize=False, foreach=None, capturable=False, differentiable=False"):  # fmt: skip
    """Adam that divides by √v̂ only once enough steps, ρ > 5, tell what v is (Liu et al. 2020)."""

    _options = "lr betas eps weight_decay maximize foreach capturable decoupled_weight_decay differentiable"

    def _start(self, p, group):
        return zero(p, "exp_avg", "exp_avg_sq")

    def _move(self, p, g, state, group):
        m, v, first, second, n = means(g, state, group)
        most = 2 / (1 - group["betas"][1]) - 1
        known, step = most - 2 * n * (1 - second) / second, m / first * group["lr"]
        if known > 5:
            sure = ((known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known)) ** 0.5
            step = step * (second**0.5 / v.sqrt().add_(group["eps"])) * sure
        p.sub_(step)


class Adamax(_Algorithm, takes="params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *, "
                               "maximize=False, differentiable=False, capturable=False"):  # fmt: skip
    """Adam with the largest of the recent |g| in place of √v̂ (Kingma and Ba 2015)."""

    def _start(self, p, group):
        return zero(p, "exp_avg", "exp_inf")

    def _move(self, p, g, state, group):
        beta1, beta2 = group["betas"]
        top = state["exp_inf"].copy_((state["exp_inf"] * beta2).maximum(g.abs() + group["eps"]))
        p.addcdiv_(
            state["exp_avg"].lerp_(g, 1 - beta1),
            top,
            value=-group["lr"] / (1 - beta1 ** state["step"].item()),
        )


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


class Rprop(_Algorithm, takes="params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, foreach=None, maximize=False, "
                              "differentiable=False, capturable=False"):  # fmt: skip
    """The sign of g times a step of each number's own, which grows while the sign stays (Riedmiller and Braun 1993)."""

    def _take(self, etas, **given):
        if not 0 < etas[0] < 1 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        super()._take(etas=etas, weight_decay=0, **given)

    _options = "lr etas step_sizes foreach maximize differentiable capturable"

    def _update(self, p, g, state, group):
        if not state:
            state.update(zero(p, "prev"), step_size=p.detach() * 0 + group["lr"])
        state["step"].add_(1)
        turned, (less, more) = g * state["prev"], group["etas"]
        size = (
            state["step_size"]
            .mul_(1 + (turned > 0) * (more - 1) + (turned < 0) * (less - 1))
            .clamp_(*group["step_sizes"])
        )
        g = g.masked_fill(turned < 0, 0)
        p.addcmul_(g.sign(), size, value=-1)
        state["prev"].copy_(g)


class LBFGS(Optimizer, takes="params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, "
                             "history_size=100, line_search_fn=None"):  # fmt: skip
    """Newton's step with a Hessian guessed from the last ``history_size`` steps and changes of g (Liu and Nocedal 1989).

    One ``step(closure)`` makes up to ``max_iter`` of them, of length ``lr``, or found by ``line_search_fn="strong_wolfe"``.
    """

    def _take(self, params, max_iter, max_eval, lr, **options):
        if not lr >= 0:
            raise ValueError(f"Invalid learning rate: {lr}")
        most = max_iter * 5 // 4 if max_eval is None else max_eval
        Optimizer.__init__(self, params, {"lr": lr, "max_iter": max_iter, "max_eval": most, **options})
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @no_grad()
    def step(self, closure):
        """Move the parameters until a tolerance or a limit is met; gives what ``closure`` gave at the start."""
        group, closure = self.param_groups[0], enable_grad()(closure)
        params, least, search = group["params"], group["tolerance_change"], group["line_search_fn"]
        check(search in (None, "strong_wolfe"), "only 'strong_wolfe' is supported")
        state = self.state[params[0]]
        state.setdefault("func_evals", 0), state.setdefault("n_iter", 0)

        def evaluate():
            state["func_evals"] += 1
            loss = closure()
            return loss, cat([(zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in params])

        def move(t):
            for p, part in zip(params, state["d"].split([p.numel() for p in params])):
                p.add_(part.view_as(p) * t)

        def probe(t):
            before = [p.clone() for p in params]
            try:
                move(t)
                loss, g = evaluate()
            finally:
                for p, old in zip(params, before):
                    p.copy_(old)
            return t, float(loss), g, g.dot(state["d"])

        start = state["func_evals"]
        first, g = evaluate()
        loss, enough = float(first), lambda: g.abs().max() <= group["tolerance_grad"]
        for n in range(0 if enough() else group["max_iter"]):
            state["n_iter"] += 1
            begun = state["n_iter"] == 1
            if begun:
                state.update(d=-g, old_dirs=[], old_stps=[], ro=[], H_diag=1)
            else:
                state["d"] = self._direction(g, state, group)
            d = state["d"]
            state["prev_flat_grad"], state["prev_loss"] = g, loss
            t = state["t"] = (min(1.0, 1.0 / g.abs().sum()) if begun else 1) * group["lr"]
            slope = g.dot(d)
            if slope > -least:
                break
            if search:
                room = group["max_eval"] - state["func_evals"] + start
                t, loss, g, _ = strong_wolfe(probe, (0, loss, g, slope), t, d.abs().max(), room)
                state["t"] = t
            move(t)
            if not search and n + 1 < group["max_iter"]:
                last, g = evaluate()
                loss = float(last)
            few = (d * t).abs().max() <= least or abs(loss - state["prev_loss"]) < least
            if few or enough() or state["func_evals"] - start >= group["max_eval"]:
                break
        return first

    def _direction(self, g, state, group):
        """−H g by the two loops over what is remembered: changes y of g, steps s, and 1 / (y · s)."""
        ys, ss, weights = state["old_dirs"], state["old_stps"], state["ro"]
        y, s = g - state["prev_flat_grad"], state["d"] * state["t"]
        curved = y.dot(s)
        if curved > 1e-10:
            for kept, new in ((ys, y), (ss, s), (weights, 1.0 / curved)):
                del kept[: len(kept) == group["history_size"]]
                kept.append(new)
            state["H_diag"] = curved / y.dot(y)
        d, shares = -g, []
        for y, s, weight in zip(reversed(ys), reversed(ss), reversed(weights)):
            shares.append(s.dot(d) * weight)
            d = d - y * shares[-1]
        d = d * state["H_diag"]
        for y, s, weight in zip(ys, ss, weights):
            d = d + s * (shares.pop() - y.dot(d) * weight)
        return d


def cubic(a, b, low, high):
    """Where the cubic through two points (t, f, gradient, slope) is least, held between ``low`` and ``high``."""
    (x, f, _, u), (y, h, _, v) = sorted((a, b), key=lambda point: float(point[0]))
    first = u + v - 3 * (f - h) / (x - y)
    square = first**2 - u * v
    if square < 0:
        return (low + high) / 2
    root = square.sqrt()
    return min(max(y - (y - x) * ((v + root - first) / (v - u + 2 * root)), low), high)


def strong_wolfe(probe, start, t, reach, limit):
    """A point with enough descent and a slope flat enough (Nocedal and Wright 2006, algorithms 3.5 and 3.6)."""
    steep = lambda point: point[1] > start[1] + 1e-4 * point[0] * start[3]
    flat = lambda point: abs(point[3]) <= -0.9 * start[3]
    before, point, n, ends = start, probe(t), 0, None
    while n < limit and ends is None:
        if steep(point) or n > 1 and point[1] >= before[1]:
            ends = [before, point]
        elif flat(point):
            return point
        elif point[3] >= 0:
            ends = [before, point]
        else:
            t, past = point[0], before[0]
            before, point = point, probe(cubic(before, point, t + 0.01 * (t - past), t * 10))
            n += 1
    ends, stuck = (
        sorted(ends or [start, point], key=lambda point: point[1]),
        False,
    )  # the lower end comes first
    while n < limit:
        low, high = sorted((ends[0][0], ends[1][0]), key=float)
        if abs(high - low) * reach < 1e-9:
            break
        t, margin = cubic(*ends, low, high), 0.1 * (high - low)
        near = min(high - t, t - low) < margin
        if near and (stuck or t >= high or t <= low):
            t = high - margin if abs(t - high) < abs(t - low) else low + margin
            near = False
        stuck, point, n = near, probe(t), n + 1
        if steep(point) or point[1] >= ends[0][1]:
            ends = sorted((ends[0], point), key=lambda point: point[1])
        elif flat(point):
            return point
        else:
            crossed = point[3] * (ends[1][0] - ends[0][0]) >= 0
            ends = [point, ends[0] if crossed else ends[1]]
    return ends[0]
