"""The operations: importing this package declares every row and attaches its functions to Tensor."""

from . import pointwise, choose, shape, index, join, reduce, linalg, creation, protocol  # noqa: F401, I001
from .row import FUNCTIONS, ROWS

__all__ = ["FUNCTIONS", "ROWS"]
