"""The operations: importing this package declares every row and attaches its functions to Tensor."""

from . import (
    choose,
    creation,
    index,
    join,
    linalg,
    order,
    pointwise,
    protocol,
    reduce,
    scatter,
    shape,
    special,
)
from .row import FUNCTIONS, ROWS

__all__ = ["FUNCTIONS", "ROWS"]
