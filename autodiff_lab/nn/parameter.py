"""``nn.parameter``, where torch keeps Parameter. Leans on tensor."""

from ..tensor import Parameter

__all__ = ["Parameter"]
