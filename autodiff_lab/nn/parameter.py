"""``nn.parameter``, where torch keeps Parameter. Leans on tensor."""

from ..tensor import Parameter

Parameter.__module__ = __name__  # as it is called

__all__ = ["Parameter"]
