"""torch.special: names only; what they do is in ops."""

from .ops.compose import SPECIAL
from .scope import missing

globals().update(SPECIAL)
__all__ = sorted(SPECIAL)


def __getattr__(name):
    raise missing(__name__, name, __all__)
