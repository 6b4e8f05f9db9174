"""NumPy's own functions on tensors: ``np.sin(t)`` is ``th.sin(t)``, gradient included. Leans on ops.row."""

import numpy as np

from ..tensor import Tensor, new_tensor
from .row import UFUNCS, operand, settle

UNARY_PLAIN = (np.ndarray, np.generic, int, float)


def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
    """A ufunc of a tensor: the operation of that row; on tensors without gradient, any ufunc at all."""
    if not all(operand(value) for value in inputs):
        return NotImplemented
    function = UFUNCS.get(ufunc)
    if function is not None and method == "__call__" and out is None and not options:
        if not isinstance(inputs[0], Tensor):
            inputs = (
                new_tensor(settle(np.asarray(inputs[0]))) if isinstance(inputs[0], np.ndarray) else inputs[0],
                *inputs[1:],
            )
        return function(*inputs)
    arrays = [value.numpy() if isinstance(value, Tensor) else value for value in inputs]
    if out is not None:
        options["out"] = tuple(value.numpy() if isinstance(value, Tensor) else value for value in out)
    result = getattr(ufunc, method)(*arrays, **options)
    if out is not None:
        return out[0]
    return tuple(map(wrapped, result)) if type(result) is tuple else wrapped(result)


def wrapped(value):
    """A NumPy result as a tensor, where it is numbers of a dtype that tensors have."""
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf":
        return new_tensor(settle(value))
    return value


Tensor.__array_ufunc__ = __array_ufunc__
