"""Schedules of the learning rate: each is a rule from the epoch, or from the rate before. Leans on optim.optimizer."""

import math
import warnings
from bisect import bisect_right
from collections import Counter

from .optimizer import Optimizer


class LRScheduler:
    """What every schedule shares; ``get_lr`` gives the rates of epoch ``last_epoch``, one a group.

    Raises:
        TypeError: if the first argument is no optimizer.
    """

    def __init__(self, optimizer, last_epoch=-1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer, self.last_epoch, self._step_count = optimizer, last_epoch, 0
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with last_epoch >= 0."
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self._moved = False
        step = optimizer.step

        def counted(*args, **kwargs):
            self._moved = True
            return step(*args, **kwargs)

        optimizer.step = counted
        self.step()

    def step(self, epoch=None):
        """Go to the next epoch: call it after the optimizer's own step."""
        if self._step_count == 1 and not self._moved:
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call "
                "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in "
                "PyTorch skipping the first value of the learning rate schedule. See more details at "
                "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate", UserWarning, stacklevel=2,
            )  # fmt: skip
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for group, rate in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = rate
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def get_lr(self):
        """The rates of this epoch; to be written by the subclass."""
        raise NotImplementedError

    def get_last_lr(self):
        """The rates that were set last, one a group."""
        return self._last_lr

    def rates(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        """What is remembered, but not the optimizer."""
        return {k: v for k, v in self.__dict__.items() if k not in ("optimizer", "_moved")}

    def load_state_dict(self, state_dict):
        """Take what was remembered."""
        self.__dict__.update(state_dict)


_LRScheduler = LRScheduler  # its old name


class LambdaLR(LRScheduler):
    """The initial rate times ``lr_lambda(epoch)``."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        count = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * count
        if len(self.lr_lambdas) != count:
            raise ValueError(f"Expected {count} lr_lambdas, but got {len(self.lr_lambdas)}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [base * rule(self.last_epoch) for rule, base in zip(self.lr_lambdas, self.base_lrs)]

    def state_dict(self):
        return {**super().state_dict(), "lr_lambdas": [None] * len(self.lr_lambdas)}

    def load_state_dict(self, state_dict):
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "lr_lambdas"})


class MultiplicativeLR(LambdaLR):
    """The rate before times ``lr_lambda(epoch)``."""

    def get_lr(self):
        if self.last_epoch <= 0:
            return self.rates()
        return [rate * rule(self.last_epoch) for rule, rate in zip(self.lr_lambdas, self.rates())]


class StepLR(LRScheduler):
    """The rate times ``gamma`` every ``step_size`` epochs."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        change = self.last_epoch != 0 and self.last_epoch % self.step_size == 0
        return [rate * self.gamma if change else rate for rate in self.rates()]


class MultiStepLR(LRScheduler):
    """The rate times ``gamma`` at each of the ``milestones``."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [rate * self.gamma ** self.milestones[self.last_epoch] for rate in self.rates()]


class ConstantLR(LRScheduler):
    """``factor`` of the initial rate until ``total_iters``."""

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1):
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch == 0:
            return [rate * self.factor for rate in self.rates()]
        return [rate / self.factor if self.last_epoch == self.total_iters else rate for rate in self.rates()]


class LinearLR(LRScheduler):
    """From ``start_factor`` to ``end_factor`` of the initial rate, in ``total_iters`` even steps."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to 1."
            )
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch == 0:
            return [rate * self.start_factor for rate in self.rates()]
        if self.last_epoch > self.total_iters:
            return self.rates()
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return [rate * (1.0 + rise / before) for rate in self.rates()]


class ExponentialLR(LRScheduler):
    """The rate times ``gamma`` every epoch."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return self.rates() if self.last_epoch == 0 else [rate * self.gamma for rate in self.rates()]


class CosineAnnealingLR(LRScheduler):
    """Down to ``eta_min`` along half a cosine of ``T_max`` epochs (Loshchilov and Hutter 2017)."""

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        t, low = self.last_epoch, self.eta_min
        if t == 0:
            return self.rates()
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:
            turn = (1 - math.cos(math.pi / self.T_max)) / 2
            return [rate + (base - low) * turn for base, rate in zip(self.base_lrs, self.rates())]
        ratio = (1 + math.cos(math.pi * t / self.T_max)) / (1 + math.cos(math.pi * (t - 1) / self.T_max))
        return [ratio * (rate - low) + low for rate in self.rates()]


class PolynomialLR(LRScheduler):
    """The initial rate times (1 - epoch / ``total_iters``) to the ``power``."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        t, whole = self.last_epoch, self.total_iters
        if t == 0 or t > whole:
            return self.rates()
        decay = ((1.0 - t / whole) / (1.0 - (t - 1) / whole)) ** self.power
        return [rate * decay for rate in self.rates()]


class ReduceLROnPlateau:
    """The rate times ``factor`` when a metric has not improved for ``patience`` epochs.

    Args:
        mode: ``"min"`` or ``"max"``, what improving means.
        threshold, threshold_mode: by how much, relatively (``"rel"``) or absolutely (``"abs"``).
        cooldown: epochs to wait after a change.

    Raises:
        ValueError: for a factor of 1 or more, or an unknown mode.
    """

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0,
                 eps=1e-8):  # fmt: skip
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer, self.mode, self.factor, self.patience, self.cooldown = (
            optimizer,
            mode,
            factor,
            patience,
            cooldown,
        )
        self.threshold, self.threshold_mode, self.eps = threshold, threshold_mode, eps
        count = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * count
        self.best = math.inf if mode == "min" else -math.inf
        self.last_epoch = self.num_bad_epochs = self.cooldown_counter = 0
        self._last_lr = [group["lr"] for group in optimizer.param_groups]

    def is_better(self, a, best):
        """Whether ``a`` improves on ``best`` by the threshold."""
        sign = -1 if self.mode == "min" else 1
        bound = (
            best + sign * self.threshold
            if self.threshold_mode == "abs"
            else best * (1 + sign * self.threshold)
        )
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
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    get_last_lr, state_dict, load_state_dict = (
        LRScheduler.get_last_lr,
        LRScheduler.state_dict,
        LRScheduler.load_state_dict,
    )


class SequentialLR:
    """Several schedules of one optimizer, each from its milestone on."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, "
                f"but got number of schedulers {len(schedulers)} and the number of milestones to be equal to {len(milestones)}"
            )
        self.optimizer, self._schedulers, self._milestones, self.last_epoch = (
            optimizer,
            schedulers,
            milestones,
            0,
        )
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for scheduler in schedulers:
            scheduler.last_epoch -= 1
        schedulers[0]._step_count = 0
        schedulers[0].step()

    def step(self):
        """Go to the next epoch."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        at_start = i > 0 and self._milestones[i - 1] == self.last_epoch
        self._schedulers[i].step(0) if at_start else self._schedulers[i].step()

    def get_last_lr(self):
        """The rates that were set last."""
        return [group["lr"] for group in self.optimizer.param_groups]
