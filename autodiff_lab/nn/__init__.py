"""torch.nn: for now, parameters. Leans on tensor."""

from . import parameter
from .parameter import Parameter

__all__ = ["Parameter", "parameter"]
