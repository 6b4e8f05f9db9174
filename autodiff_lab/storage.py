"""A tensor's memory as one row of numbers, which its views share. Leans on tensor."""

import numpy as np

from .tensor import Tensor, memory


class TypedStorage:
    """The numbers that a tensor and its views share, in memory order.

    >>> import autodiff_lab as th
    >>> th.tensor([[1., 2.], [3., 4.]]).t().storage().tolist()
    [1.0, 2.0, 3.0, 4.0]
    """

    __module__ = "autodiff_lab.storage"

    def __init__(self, flat, dtype):
        self._flat, self.dtype = flat, dtype

    def __len__(self):
        return self._flat.size

    size = __len__

    def __getitem__(self, index):
        return self._flat[index].item()

    def __setitem__(self, index, value):
        self._flat[index] = value

    def __iter__(self):
        return iter(self.tolist())

    def tolist(self):
        """The numbers as a list."""
        return self._flat.tolist()

    def type(self):
        """The storage type's name, such as ``"autodiff_lab.FloatStorage"``."""
        return f"autodiff_lab.{self.dtype.title}Storage"

    def data_ptr(self):
        """Where the memory begins."""
        return self._flat.ctypes.data

    def nbytes(self):
        """How many bytes it takes."""
        return self._flat.nbytes

    def __repr__(self):
        rows = "".join(f" {v}\n" for v in self.tolist())
        return f"{rows}[{type(self).__module__}.{type(self).__name__}({self._kind()}device=cpu) of size {len(self)}]"

    def _kind(self):
        return f"dtype={self.dtype}, "


class UntypedStorage(TypedStorage):
    """The same memory as bytes."""

    __module__ = "autodiff_lab.storage"

    def _kind(self):
        return ""


def whole(array):
    """The memory that ``array`` is a view of, as one row."""
    while isinstance(array.base, np.ndarray) and array.base.dtype == array.dtype:
        array = array.base
    return array.reshape(-1) if array.flags.c_contiguous else array.ravel(order="K")


def storage(self):
    """The memory that this tensor shares with its views, as ``TypedStorage``."""
    return TypedStorage(whole(memory(self)), self.dtype)


def untyped_storage(self):
    """The memory that this tensor shares with its views, as bytes."""
    return UntypedStorage(whole(memory(self)).view(np.uint8), None)


def share_memory_(self):
    """This tensor: there is one process."""
    return self


for _method in (storage, untyped_storage, share_memory_):
    setattr(Tensor, _method.__name__, _method)
