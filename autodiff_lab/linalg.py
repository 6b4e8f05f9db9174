"""torch.linalg: names only; what they do is in ops.decompose and ops.contract."""

from .ops.decompose import LINALG
from .scope import missing

globals().update(LINALG)
__all__ = sorted(LINALG)


def __getattr__(name):
    raise missing(__name__, name, __all__)
