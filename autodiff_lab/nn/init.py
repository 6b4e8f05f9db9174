"""``nn.init``: numbers to start from, written in place, the same as torch's for the same seed. Leans on sampling."""

import math
import warnings

import numpy as np

from ..errors import check
from ..homes import old_names
from ..mode import mode, no_grad, switched, under
from ..scope import missing
from ..tensor import new_tensor

GAINS = {**dict.fromkeys(("linear", "conv1d", "conv2d", "conv3d", "sigmoid"), 1), "tanh": 5 / 3, "relu": math.sqrt(2),
         "selu": 3 / 4}  # fmt: skip


def calculate_gain(nonlinearity, param=None):
    """The factor by which a layer before this nonlinearity should start larger.

    Raises:
        ValueError: for a name that is none of torch's.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2 / (1 + slope**2))
    check(nonlinearity in GAINS, f"Unsupported nonlinearity {nonlinearity}", ValueError)
    return GAINS[nonlinearity]


def _calculate_fan_in_and_fan_out(tensor):
    """How many numbers come in to, and go out of, each place of a layer with these weights."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def written(tensor, name, *values, generator=None):
    options = {} if generator is None else {"generator": generator}
    return under(switched(mode.grad, False), getattr(tensor, name), *values, **options)


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Evenly between ``a`` and ``b``."""
    return written(tensor, "uniform_", a, b, generator=generator)


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Normally distributed."""
    return written(tensor, "normal_", mean, std, generator=generator)


def constant_(tensor, val):
    """``val`` everywhere."""
    return written(tensor, "fill_", val)


def ones_(tensor):
    """Ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor):
    """Zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor):
    """The identity. Raises ValueError unless it is a matrix."""
    check(tensor.ndim == 2, "Only tensors with 2 dimensions are supported", ValueError)
    return written(tensor, "copy_", new_tensor(np.eye(*tensor.shape, dtype=tensor._array.dtype)))


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Evenly within ±gain √(6 / (fan in + fan out)) (Glorot and Bengio 2010)."""
    bound = math.sqrt(3.0) * gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor)) or 1))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal, with deviation gain √(2 / (fan in + fan out)) (Glorot and Bengio 2010)."""
    std = gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor)) or 1))
    return normal_(tensor, 0.0, std, generator)


def he_scale(tensor, a, mode, nonlinearity):
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return 0.0
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of ['fan_in', 'fan_out']")
    fan = _calculate_fan_in_and_fan_out(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Evenly within ±gain √(3 / fan) (He et al. 2015)."""
    bound = math.sqrt(3.0) * he_scale(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal, with deviation gain / √fan (He et al. 2015)."""
    return normal_(tensor, 0.0, he_scale(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor, gain=1, generator=None):
    """A matrix whose rows, or columns, are orthogonal and of length ``gain`` (Saxe et al. 2013)."""
    check(tensor.ndim >= 2, "Only tensors with 2 or more dimensions are supported", ValueError)
    rows = tensor.shape[0]
    a = normal_(tensor.detach().new_empty((rows, tensor.numel() // rows)), 0, 1, generator).numpy()
    wide = rows < a.shape[1]
    q, r = np.linalg.qr(a.T if wide else a)
    q = q * np.sign(np.diag(r))
    q = (q.T if wide else q).reshape(tensor.shape) * a.dtype.type(gain)
    return written(tensor, "copy_", new_tensor(np.ascontiguousarray(q)))


@no_grad()
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Normal numbers within [a, b]: those outside are drawn again."""
    check(std > 0, f"trunc_normal_(): std must be above 0, but is {std}", ValueError)
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
            stacklevel=4,
        )
    share = math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))
    if share <= 0.6:
        raise NotImplementedError("trunc_normal_(): bounds that leave less than 30 % of the numbers are not offered")  # fmt: skip
    low, high = (float(tensor._array.dtype.type(v)) for v in (a, b))
    drawn = tensor.detach().new_empty(tensor.shape).normal_(mean, std, generator=generator)
    while bool((outside := (drawn < low) | (drawn > high)).any()):
        drawn = drawn.new_empty(drawn.shape).normal_(mean, std, generator=generator).where(outside, drawn)
    return written(tensor, "copy_", drawn)


__all__ = [
    "calculate_gain", "constant_", "eye_", "kaiming_normal_", "kaiming_uniform_", "normal_", "ones_", "orthogonal_",
    "trunc_normal_", "uniform_", "xavier_normal_", "xavier_uniform_", "zeros_",
]  # fmt: skip


def __getattr__(name):
    found = old_names(globals(), name)
    if found is None:
        raise missing(__name__, name, __all__)
    return found
