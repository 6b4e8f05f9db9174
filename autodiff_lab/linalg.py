"""torch.linalg: names only; what they do is in ops.decompose and ops.contract."""

from .ops.decompose import LINALG

globals().update(LINALG)
__all__ = sorted(LINALG)


def __getattr__(name):
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
