"""torch.linalg: names only; what they do is in ops.decompose and ops.contract."""

import inspect

from .ops.decompose import LINALG
from .ops.words import worded
from .scope import missing

globals().update({name: worded(made) if inspect.isfunction(made) else made for name, made in LINALG.items()})
__all__ = sorted(LINALG)


def __getattr__(name):
    raise missing(__name__, name, __all__)
