"""A tensor's memory as one row of numbers, which its views share. Leans on tensor."""

import numpy as np

from .errors import warn
from .tensor import Tensor, memory


class TypedStorage:
    """The numbers that a tensor and its views share, in memory order.

    >>> import autodiff_lab as th
    >>> th.tensor([[1., 2.], [3., 4.]]).t().storage().tolist()
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, flat, dtype):
        self._flat, self.dtype = flat, dtype

    __len__ = size = lambda self: self._flat.size
    __getitem__ = lambda self, index: self._flat[index].item()
    __setitem__ = lambda self, index, value: self._flat.__setitem__(index, value)
    __iter__ = lambda self: iter(self.tolist())
    tolist = lambda self: self._flat.tolist()
    data_ptr = lambda self: self._flat.ctypes.data
    nbytes = lambda self: self._flat.nbytes

    def type(self):
        """The storage type's name, such as ``"autodiff_lab.FloatStorage"``."""
        return f"autodiff_lab.{self.dtype.title}Storage"

    def __repr__(self):
        rows = "".join(f" {v}\n" for v in self.tolist())
        kind = f"dtype={self.dtype}, " if self.dtype else ""
        return f"{rows}[{type(self).__module__}.{type(self).__name__}({kind}device=cpu) of size {len(self)}]"


class UntypedStorage(TypedStorage):
    """The same memory as bytes."""


def whole(array):
    """The memory that ``array`` is a view of, as one row."""
    while isinstance(array.base, np.ndarray) and array.base.dtype == array.dtype:
        array = array.base
    # What is expanded has no more memory than one of it.
    once = (slice(None) if step else slice(1) for step in array.strides)
    array = array[(*once, ...)]
    return array.reshape(-1) if array.flags.c_contiguous else array.ravel(order="K")


def storage(self):
    """The memory that this tensor shares with its views, as ``TypedStorage``."""
    warn("storage")
    return TypedStorage(whole(memory(self)), self.dtype)


def untyped_storage(self):
    """The memory that this tensor shares with its views, as bytes."""
    return UntypedStorage(whole(memory(self)).view(np.uint8), None)


def share_memory_(self):
    """This tensor: there is one process."""
    return self


for _method in (storage, untyped_storage, share_memory_):
    setattr(Tensor, _method.__name__, _method)
