"""``FloatTensor`` and its siblings: a dtype that can be called. Leans on tensor, ops.creation."""

import numpy as np

from . import dtypes
from .errors import warn
from .ops.creation import read_data, sizes_of
from .tensor import Size, Tensor, memory, new_tensor


class TensorType(type):
    """The type of a tensor and its dtype together: ``isinstance`` asks for both; calling it makes one."""

    dtype: dtypes.dtype

    def __instancecheck__(cls, value):
        return isinstance(value, Tensor) and value.dtype is cls.dtype

    def __call__(cls, *args, device=None):
        kind = cls.dtype.numpy
        if not args:
            return new_tensor(np.empty(0, kind))
        (first, *rest) = args
        if rest or isinstance(first, (int, Size)):
            return new_tensor(np.zeros(sizes_of("new", args), kind)[()])
        if isinstance(first, Tensor):
            if first.dtype is not cls.dtype:
                raise TypeError(f"expected a tensor of dtype {cls.dtype} (got {first.dtype}); convert it with "
                                f".to({cls.dtype})")  # fmt: skip
            return new_tensor(memory(first))
        if not isinstance(first, (list, tuple, np.ndarray)):
            raise TypeError(f"new(): data must be a sequence (got {type(first).__name__})")
        return new_tensor(read_data(first, cls.dtype))


def tensor_type(dtype):
    name = f"{dtype.title}Tensor"
    doc = f"``{name}(…)``: a tensor of {dtype.name}, from a sequence or of a shape."
    return TensorType(name, (), {"dtype": dtype, "__module__": "autodiff_lab", "__doc__": doc})


TYPES = {f"{dtype.title}Tensor": tensor_type(dtype) for dtype in dtypes.ALL}


def set_default_tensor_type(t):
    """Make the dtype of ``t``, such as ``DoubleTensor`` or its name, the default; prefer ``set_default_dtype``."""
    warn("tensor type")
    kind = TYPES[t.rpartition(".")[2]] if isinstance(t, str) else t
    dtypes.set_default_dtype(kind.dtype)
