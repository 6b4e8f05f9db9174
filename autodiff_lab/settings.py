"""torch's settings that NumPy has no use for: they are kept, and change nothing. Leans on errors."""

import os
import warnings

from .errors import told

_kept = {"threads": os.cpu_count() or 1, "deterministic": False, "matmul": "highest"}


def get_num_threads():
    """The number that ``set_num_threads`` set; NumPy's library beneath decides for itself."""
    return _kept["threads"]


def set_num_threads(int):
    """Remember a number of threads.

    Differs from torch: it changes nothing; NumPy's libraries decide for themselves.

    Raises:
        RuntimeError: unless it is positive.
    """
    if int <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _kept["threads"] = int


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Remember the wish; every algorithm here is deterministic."""
    _kept["deterministic"] = bool(mode)


def are_deterministic_algorithms_enabled():
    """What ``use_deterministic_algorithms`` was told."""
    return _kept["deterministic"]


def set_float32_matmul_precision(precision):
    """Remember ``"highest"``, ``"high"`` or ``"medium"``; products are computed in full."""
    if not isinstance(precision, str):
        raise RuntimeError(f"set_float32_matmul_precision expects a str, but got {type(precision).__name__}")
    if precision not in ("highest", "high", "medium"):
        warnings.warn(f"{precision} is not one of 'highest', 'high', or 'medium'; the current "
                      "setFloat32MatmulPrecision call has no effect.", stacklevel=2)  # fmt: skip
        return
    _kept["matmul"] = precision


def get_float32_matmul_precision():
    """What ``set_float32_matmul_precision`` was told."""
    return _kept["matmul"]


def set_warn_always(b):
    """Whether what is warned of once in a program is warned of each time."""
    told["always"] = bool(b)


def compile(model=None, **options):
    """``model`` itself; without one, a decorator that changes nothing.

    Differs from torch: nothing is compiled; programs are run as they are written.
    """
    return model if model is not None else lambda function: function


class version:
    """What torch was built with: here nothing."""

    cuda = hip = None


__all__ = [
    "are_deterministic_algorithms_enabled", "compile", "get_float32_matmul_precision", "get_num_threads",
    "set_float32_matmul_precision", "set_num_threads", "set_warn_always", "use_deterministic_algorithms", "version",
]  # fmt: skip
