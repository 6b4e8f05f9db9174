"""The operations: importing this package declares every row and attaches its functions to Tensor."""

from . import (  # noqa: F401, I001
    pointwise, special, choose, shape, index, join, reduce, scatter, order, linalg, creation, arrange, contract, decompose, neural,
    window, compose, protocol,
)  # fmt: skip
from .row import FUNCTIONS, ROWS

__all__ = ["FUNCTIONS", "ROWS"]
