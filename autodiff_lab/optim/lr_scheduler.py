"""Schedules of the learning rate: each is a rule from the epoch, or from the rate before. Leans on optim.optimizer."""

import math
import warnings
from bisect import bisect_right
from collections import Counter

from ..errors import check
from ..signature import Declared
from .optimizer import Optimizer


def _check_optimizer(value):
    check(isinstance(value, Optimizer), f"{type(value).__name__} is not an Optimizer", TypeError)


class LRScheduler(Declared):
    """What every schedule shares; ``get_lr`` gives the rates of epoch ``last_epoch``, one a group.

    Raises:
        TypeError: if the first argument is no optimizer.
    """

    def __init__(self, optimizer, last_epoch=-1):
        _check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with last_epoch >= 0.\n"
                    "This typically happens when:\n"
                    "1. You're trying to resume training from a checkpoint but haven't properly loaded the optimizer state\n"
                    "2. You're using last_epoch >= 0 for a fresh training run (not recommended)"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch, self._step_count = last_epoch, 0
        self._is_initial = self._get_lr_called_within_step = False  # torch's state_dict has them
        step = optimizer.step

        def counted(*args, **kwargs):
            optimizer._opt_called = True
            return step(*args, **kwargs)

        optimizer.step = counted
        self.step()

    def _take(self, optimizer, last_epoch, **options):
        vars(self).update(options)
        LRScheduler.__init__(self, optimizer, last_epoch)

    def step(self, epoch=None):
        """Go to the next epoch, or to ``epoch``: call it after the optimizer's own step."""
        if self._step_count == 1 and not hasattr(self.optimizer, "_opt_called"):
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call "
                "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in "
                "PyTorch skipping the first value of the learning rate schedule. See more details at "
                "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate", UserWarning, stacklevel=2,
            )  # fmt: skip
        self._step_count += 1
        if epoch is None:
            return self._go(self.last_epoch + 1)
        warnings.warn(
            "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
            "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form "
            "is used instead of the new chainable form, where available. Please open an issue if you are unable to replicate your "
            "use case: https://github.com/pytorch/pytorch/issues/new/choose.", UserWarning, stacklevel=2,
        )  # fmt: skip
        self._restart(epoch)

    def _restart(self, epoch):
        """Go to ``epoch`` from the initial rates."""
        for group, rate in zip(self.optimizer.param_groups, self.base_lrs):
            group["lr"] = rate
        for t in range(epoch + 1):
            self._go(t)

    def _go(self, epoch):
        self.last_epoch = epoch
        for group, rate in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = rate
        self._last_lr = self._rates()

    def get_lr(self):
        """The rates of this epoch; to be written by the subclass, unless it has the ``_factor`` of the rates before."""
        return [rate * self._factor(self.last_epoch) for rate in self._rates()]

    def _factor(self, t):
        raise NotImplementedError

    def get_last_lr(self):
        """The rates that were set last, one a group."""
        return self._last_lr

    def _rates(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def _each(self, value):
        """A value for each parameter group, from one or a list."""
        return list(value) if isinstance(value, (list, tuple)) else [value] * len(self.optimizer.param_groups)

    def state_dict(self):
        """What is remembered, but not the optimizer."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict):
        """Take what was remembered."""
        self.__dict__.update(state_dict)


_LRScheduler = LRScheduler  # its old name


class LambdaLR(LRScheduler, takes="optimizer, lr_lambda, last_epoch=-1"):
    """The initial rate times ``lr_lambda(epoch)``."""

    def _take(self, optimizer, lr_lambda, last_epoch):
        count = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * count
        if len(self.lr_lambdas) != count:
            raise ValueError(f"Expected {count} lr_lambdas, but got {len(self.lr_lambdas)}")
        super()._take(optimizer, last_epoch)

    def get_lr(self):
        return [base * rule(self.last_epoch) for rule, base in zip(self.lr_lambdas, self.base_lrs)]

    def state_dict(self):
        return {**super().state_dict(), "lr_lambdas": [None] * len(self.lr_lambdas)}

    def load_state_dict(self, state_dict):
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "lr_lambdas"})


class MultiplicativeLR(LambdaLR, takes="optimizer, lr_lambda, last_epoch=-1"):
    """The rate before times ``lr_lambda(epoch)``."""

    def get_lr(self):
        if self.last_epoch <= 0:
            return self._rates()
        return [rate * rule(self.last_epoch) for rule, rate in zip(self.lr_lambdas, self._rates())]


class StepLR(LRScheduler, takes="optimizer, step_size, gamma=0.1, last_epoch=-1"):
    """The rate times ``gamma`` every ``step_size`` epochs."""

    _factor = lambda self, t: self.gamma if t and t % self.step_size == 0 else 1


class MultiStepLR(LRScheduler, takes="optimizer, milestones, gamma=0.1, last_epoch=-1"):
    """The rate times ``gamma`` at each of the ``milestones``."""

    _factor = lambda self, t: self.gamma ** self.milestones[t]

    def _take(self, milestones, **options):
        super()._take(milestones=Counter(milestones), **options)


class ExponentialLR(LRScheduler, takes="optimizer, gamma, last_epoch=-1"):
    """The rate times ``gamma`` every epoch."""

    _factor = lambda self, t: self.gamma if t else 1


class ConstantLR(LRScheduler, takes="optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1"):
    """``factor`` of the initial rate until ``total_iters``."""

    _factor = lambda self, t: self.factor if t == 0 else 1.0 / self.factor if t == self.total_iters else 1

    def _take(self, factor, **options):
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        super()._take(factor=factor, **options)


class LinearLR(LRScheduler, takes="optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1"):  # fmt: skip
    """From ``start_factor`` to ``end_factor`` of the initial rate, in ``total_iters`` even steps."""

    def _take(self, start_factor, **options):
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")  # fmt: skip
        super()._take(start_factor=start_factor, **options)

    def _factor(self, t):
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (t - 1) * rise
        return self.start_factor if t == 0 else 1 if t > self.total_iters else 1.0 + rise / before


class PolynomialLR(LRScheduler, takes="optimizer, total_iters=5, power=1.0, last_epoch=-1"):
    """The initial rate times (1 - epoch / ``total_iters``) to the ``power``."""

    def _factor(self, t):
        whole = self.total_iters
        return 1 if t == 0 or t > whole else ((1.0 - t / whole) / (1.0 - (t - 1) / whole)) ** self.power


class CosineAnnealingLR(LRScheduler, takes="optimizer, T_max, eta_min=0.0, last_epoch=-1"):
    """Down to ``eta_min`` along half a cosine of ``T_max`` epochs (Loshchilov and Hutter 2017)."""

    def get_lr(self):
        t, low = self.last_epoch, self.eta_min
        if t == 0:
            return self._rates()
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:
            turn = (1 - math.cos(math.pi / self.T_max)) / 2
            return [rate + (base - low) * turn for base, rate in zip(self.base_lrs, self._rates())]
        ratio = (1 + math.cos(math.pi * t / self.T_max)) / (1 + math.cos(math.pi * (t - 1) / self.T_max))
        return [ratio * (rate - low) + low for rate in self._rates()]


class ReduceLROnPlateau(LRScheduler, takes="optimizer, mode='min', factor=0.1, patience=10, threshold=1e-4, "
                                           "threshold_mode='rel', cooldown=0, min_lr=0, eps=1e-8"):  # fmt: skip
    """The rate times ``factor`` when a metric has not improved for ``patience`` epochs.

    Args:
        mode: ``"min"`` or ``"max"``, what improving means.
        threshold, threshold_mode: by how much, relatively (``"rel"``) or absolutely (``"abs"``).
        cooldown: epochs to wait after a change.

    Raises:
        ValueError: for a factor of 1 or more, or an unknown mode.
    """

    def _take(self, optimizer, mode, factor, threshold_mode, min_lr, patience, threshold, cooldown, eps):
        check(factor < 1.0, "Factor should be < 1.0.", ValueError)
        check(mode in ("min", "max"), f"mode {mode} is unknown!", ValueError)
        check(threshold_mode in ("rel", "abs"), f"threshold mode {threshold_mode} is unknown!", ValueError)
        _check_optimizer(optimizer)
        self.factor, self.optimizer, self.default_min_lr = factor, optimizer, min_lr
        self.min_lrs = self._each(min_lr)
        self.patience, self.cooldown, self.eps, self.last_epoch = patience, cooldown, eps, 0
        self._last_lr = self._rates()
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode, self.threshold, self.threshold_mode, self.best = mode, threshold, threshold_mode, self.mode_worse  # fmt: skip
        self.cooldown_counter = self.num_bad_epochs = 0

    def is_better(self, a, best):
        """Whether ``a`` improves on ``best`` by the threshold."""
        sign = -1 if self.mode == "min" else 1
        relative = self.threshold_mode == "rel"
        bound = best * (1 + sign * self.threshold) if relative else best + sign * self.threshold
        return sign * a > sign * bound

    def step(self, metrics, epoch=None):
        """Tell the metric of an epoch."""
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(current, self.best):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, low in zip(self.optimizer.param_groups, self.min_lrs):
                new = max(group["lr"] * self.factor, low)
                if group["lr"] - new > self.eps:
                    group["lr"] = new
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._rates()


class SequentialLR(LRScheduler):
    """Several schedules of one optimizer, each from its milestone on."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, "
                f"but got number of schedulers {len(schedulers)} and the number of milestones to be equal to {len(milestones)}"
            )
        self._schedulers, self._milestones, self.last_epoch = schedulers, milestones, last_epoch + 1
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for scheduler in schedulers:
            scheduler.last_epoch -= 1
        schedulers[0]._step_count = 0
        schedulers[0].step()
        self._last_lr = self._rates()

    def step(self):
        """Go to the next epoch."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            self._schedulers[i]._restart(0)
        else:
            self._schedulers[i].step()
        self._last_lr = self._rates()

    def state_dict(self):
        return {**super().state_dict(), "_schedulers": [s.state_dict() for s in self._schedulers]}

    def load_state_dict(self, state_dict):
        self.__dict__.update({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"]):
            scheduler.load_state_dict(state)


class ChainedScheduler(SequentialLR):
    """Several schedules of one optimizer at once: each changes the rate that the one before left."""

    def __init__(self, schedulers, optimizer=None):
        if not schedulers:
            raise ValueError("ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.")  # fmt: skip
        self._schedulers, self.optimizer = schedulers, optimizer or schedulers[0].optimizer
        self._last_lr = self._rates()

    def step(self):
        """Go to the next epoch."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = self._rates()


class CosineAnnealingWarmRestarts(LRScheduler):
    """Down to ``eta_min`` along half a cosine of ``T_0`` epochs, then anew, each time ``T_mult`` times as long."""

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        check(T_0 > 0 and isinstance(T_0, int), f"Expected positive integer T_0, but got {T_0}", ValueError)
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        self.T_0, self.T_i, self.T_mult, self.eta_min, self.T_cur = T_0, T_0, T_mult, eta_min, last_epoch
        super().__init__(optimizer, last_epoch)

    def step(self, epoch=None):
        """Go to the next epoch, or to ``epoch``, which may be a fraction."""
        at = self.last_epoch + 1 if epoch is None else epoch
        check(at >= 0, f"Expected non-negative epoch, but got {at}", ValueError)
        self.T_cur, self.T_i = at, self.T_0
        while self.T_cur >= self.T_i:
            self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
        self._go(math.floor(at))

    def get_lr(self):
        share = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]


class _Cycle(LRScheduler):
    """What schedules share that move the momentum against the rate."""

    def _start_cycle(self, optimizer, cycle_momentum, base_momentum, max_momentum):
        _check_optimizer(optimizer)
        if cycle_momentum and not {"momentum", "betas"} & set(optimizer.defaults):
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.optimizer, self.cycle_momentum = optimizer, cycle_momentum
        if cycle_momentum:
            bounds = self._each(base_momentum), self._each(max_momentum)
            for group, low, high in zip(optimizer.param_groups, *bounds):
                group["max_momentum"], group["base_momentum"] = high, low
                self._set_momentum(group, high)

    def _set_momentum(self, group, value):
        if self.cycle_momentum:
            group.update({"betas": (value, *group["betas"][1:])} if "betas" in group else {"momentum": value})


class OneCycleLR(_Cycle):
    """Up to ``max_lr``, then down far below the start, in ``total_steps`` steps (Smith and Topin 2017)."""

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
                 final_div_factor=1e4, three_phase=False, last_epoch=-1):  # fmt: skip
        if total_steps is None and (epochs is None or steps_per_epoch is None):
            raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
        self.total_steps = epochs * steps_per_epoch if total_steps is None else total_steps
        if not isinstance(self.total_steps, int) or self.total_steps <= 0:
            raise ValueError(f"Expected positive integer total_steps, but got {self.total_steps}")
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")  # fmt: skip
        top, last = pct_start * self.total_steps - 1, self.total_steps - 1
        low, high = "base_momentum", "max_momentum"
        self._schedule_phases = [
            (top, "initial_lr", "max_lr", high, low),
            (last, "max_lr", "min_lr", low, high),
        ]
        if three_phase:
            down = 2 * pct_start * self.total_steps - 2
            self._schedule_phases[1:] = [(down, "max_lr", "initial_lr", low, high), (last, "initial_lr", "min_lr", high, high)]  # fmt: skip
        self._anneal_func_type = anneal_strategy
        self._start_cycle(optimizer, cycle_momentum, base_momentum, max_momentum)
        for group, rate in zip(optimizer.param_groups, self._each(max_lr)):
            start = rate / div_factor
            group.update(initial_lr=start, max_lr=rate, min_lr=start / final_div_factor)
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        t = self.last_epoch
        if t > self.total_steps:
            raise ValueError(f"Tried to step {t} times. The specified number of total steps is {self.total_steps}")  # fmt: skip
        phases, rates = self._schedule_phases, []
        k = next((k for k, phase in enumerate(phases) if t <= phase[0]), len(phases) - 1)
        end, *names = phases[k]
        start = phases[k - 1][0] if k else 0
        share = (t - start) / (end - start)
        if self._anneal_func_type == "cos":
            share = (1 - math.cos(math.pi * share)) / 2
        for group in self.optimizer.param_groups:
            a, b, m, n = (group.get(name, 0) for name in names)
            rates.append(b + (a - b) * (1 - share))
            self._set_momentum(group, n + (m - n) * (1 - share))
        return rates


class CyclicLR(_Cycle):
    """Up and down between ``base_lr`` and ``max_lr`` (Smith 2017).

    Args:
        mode: ``"triangular"``, ``"triangular2"`` (half as high each cycle) or ``"exp_range"`` (``gamma`` as high each step).
        scale_fn, scale_mode: a rule of one's own, of the ``"cycle"`` or of the ``"iterations"``, instead of ``mode``.
    """

    def __init__(self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0,
                 scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9,
                 last_epoch=-1):  # fmt: skip
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self._start_cycle(optimizer, cycle_momentum, base_momentum, max_momentum)
        self.total_size = float(step_size_up + (step_size_up if step_size_down is None else step_size_down))
        self.step_ratio, self.mode, self.gamma = step_size_up / self.total_size, mode, gamma
        self.scale_mode = scale_mode if scale_fn else "iterations" if mode == "exp_range" else "cycle"
        self.scale_fn = scale_fn or {"triangular": lambda x: 1.0, "triangular2": lambda x: 0.5 ** (x - 1),
                                     "exp_range": lambda x: gamma**x}[mode]  # fmt: skip
        self.max_lrs = self._each(max_lr)
        for group, rate in zip(optimizer.param_groups, self._each(base_lr)):
            group["lr"] = rate
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        height *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        for group in self.optimizer.param_groups if self.cycle_momentum else ():
            high = group["max_momentum"]
            self._set_momentum(group, high - (high - group["base_momentum"]) * height)
        return [base + (top - base) * height for base, top in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self):
        return {k: v for k, v in super().state_dict().items() if k != "scale_fn"}
