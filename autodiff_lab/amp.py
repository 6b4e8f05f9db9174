"""torch.amp and torch.cuda.amp as on a machine without CUDA: switched off, with torch's warning. Leans on nothing."""

import sys
import types
import warnings


class autocast:
    """A context, or decorator, that would choose dtypes on another device; here it changes nothing.

    Raises:
        NotImplementedError: when it is enabled for the CPU, where torch would compute in bfloat16.
    """

    __module__ = "autodiff_lab.amp.autocast_mode"

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if enabled and device_type == "cpu":
            raise NotImplementedError(
                "autocast() on the CPU computes in bfloat16, which is out of scope; use half() and float()"
            )
        if enabled:
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False

    def __call__(self, function):
        return function


class GradScaler:
    """Would keep float16 gradients from vanishing on another device; here losses and steps pass through unchanged."""

    __module__ = "autodiff_lab.amp.grad_scaler"

    def __init__(self, device="cuda", init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000,
                 enabled=True):  # fmt: skip
        if enabled and device == "cpu":
            raise NotImplementedError(
                "GradScaler('cpu') is out of autodiff_lab's scope: nothing is cast, so nothing need be scaled"
            )
        if enabled:
            said = f"torch.{device}.amp.GradScaler is enabled, but CUDA is not available.  Disabling."
            warnings.warn(said, stacklevel=2)

    def scale(self, outputs):
        """``outputs``."""
        return outputs

    def unscale_(self, optimizer):
        """Nothing: nothing was scaled."""

    def step(self, optimizer, *args, **kwargs):
        """``optimizer.step()``."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        """Nothing: there is no scale."""

    def get_scale(self):
        """1.0."""
        return 1.0

    def is_enabled(self):
        """False."""
        return False

    def state_dict(self):
        """Nothing is remembered."""
        return {}

    def load_state_dict(self, state_dict):
        """Nothing is remembered."""


def old_name(base, *order):
    """The class of torch.cuda.amp, whose device is understood; ``order`` names its positional arguments."""

    def __init__(self, *args, **options):
        name = base.__name__
        instead = f"Please use `torch.amp.{name}('cuda', args...)` instead."
        warnings.warn(
            f"`torch.cuda.amp.{name}(args...)` is deprecated. {instead}", FutureWarning, stacklevel=2
        )
        base.__init__(self, "cuda", **dict(zip(order, args)), **options)

    home = base.__module__.replace(".amp.", ".cuda.amp.")
    return type(base.__name__, (base,), {"__init__": __init__, "__doc__": base.__doc__, "__module__": home})


cuda = types.ModuleType(
    "autodiff_lab.cuda.amp", "torch.cuda.amp: the classes of torch.amp by their old names."
)
vars(cuda).update(
    autocast=old_name(autocast, "enabled", "dtype"), GradScaler=old_name(GradScaler, "init_scale")
)
sys.modules[cuda.__name__] = cuda

__all__ = ["GradScaler", "autocast"]
