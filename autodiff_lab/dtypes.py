"""The dtype objects, torch's promotion rules and the default dtype. Leans on NumPy only.

A result's dtype is decided in three ranks, as in torch: tensors with dimensions first, then 0-d tensors, then
Python numbers. A lower rank changes the dtype only when it is of a higher kind (bool < integer < floating
point), so ``int64 tensor * 2.5`` becomes the default dtype and ``float32 vector * float64 scalar`` stays float32.
"""

import functools

import numpy as np

__all__ = [
    "dtype", "finfo", "iinfo", "promote_types", "can_cast", "get_default_dtype", "set_default_dtype",
    "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8",
]  # fmt: skip


class dtype:
    """The type of a tensor's elements, such as ``float32``; there is one object for each.

    Attributes:
        name: ``"float32"``.
        numpy: the NumPy dtype it stands for.
        itemsize: bytes an element.
        is_floating_point, is_complex, is_signed: as in torch.

    >>> import autodiff_lab as th
    >>> th.float32, th.float32.itemsize, th.float32.is_floating_point
    (autodiff_lab.float32, 4, True)
    """

    __slots__ = ("name", "numpy", "itemsize", "is_floating_point", "is_signed", "rank", "title", "c_name")
    is_complex = False

    def __init__(self, name, title, c_name, rank):
        self.name, self.title, self.c_name, self.rank = name, title, c_name, rank
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = rank == 2
        self.is_signed = self.numpy.kind in "if"

    def __repr__(self):
        return f"autodiff_lab.{self.name}"

    def __reduce__(self):
        return (by_name, (self.name,))

    def to_complex(self):
        raise NotImplementedError("complex dtypes are outside what autodiff_lab covers; use two real tensors")

    def to_real(self):
        return self


# rank: 0 boolean, 1 integer, 2 floating point; title, c_name: the words that torch's messages use
float16 = dtype("float16", "Half", "c10::Half", 2)
float32 = dtype("float32", "Float", "float", 2)
float64 = dtype("float64", "Double", "double", 2)
int8 = dtype("int8", "Char", "signed char", 1)
int16 = dtype("int16", "Short", "short int", 1)
int32 = dtype("int32", "Int", "int", 1)
int64 = dtype("int64", "Long", "long int", 1)
uint8 = dtype("uint8", "Byte", "unsigned char", 1)
bool_ = dtype("bool", "Bool", "bool", 0)

ALL = (float16, float32, float64, int8, int16, int32, int64, uint8, bool_)
ALIASES = {"half": float16, "float": float32, "double": float64, "short": int16, "int": int32, "long": int64}

_of_numpy = {d.numpy: d for d in ALL}
_of_name = {d.name: d for d in ALL}
_of_python = {bool: bool_, int: int64}  # float is the default dtype
_default = float32


def by_name(name):
    """The dtype called ``name``; what unpickling uses."""
    return _of_name[name]


def from_numpy(numpy_dtype):
    """The dtype for a NumPy dtype.

    Raises:
        TypeError: for a NumPy dtype that has no tensor twin (text, objects, complex, uint16 …).
    """
    found = _of_numpy.get(numpy_dtype) or _of_numpy.get(np.dtype(numpy_dtype).newbyteorder("="))
    if found is None:
        kind = np.dtype(numpy_dtype).type
        known = ", ".join(d.name for d in (*ALL[2::-1], *ALL[6:2:-1], *ALL[7:]))
        raise TypeError(f"can't convert np.ndarray of type {kind.__module__}.{kind.__name__}. The only supported types "
                        f"are: {known}.")  # fmt: skip
    return found


def as_dtype(value, where="dtype"):
    """``value`` as a dtype object: a dtype itself, or Python's ``float``, ``int``, ``bool``.

    Raises:
        TypeError: for anything else, a NumPy dtype included, as in torch.
    """
    if type(value) is dtype:
        return value
    if value is float:
        return float64
    if value in (bool, int):
        return _of_python[value]
    raise TypeError(
        f"{where} must be an autodiff_lab.dtype (such as autodiff_lab.float32), not {type(value).__name__}"
    )


def get_default_dtype():
    """The dtype that Python floats become; float32 at the start."""
    return _default


def set_default_dtype(d):
    """Choose the dtype that Python floats become.

    Args:
        d: float16, float32 or float64.

    Raises:
        TypeError: if ``d`` is no floating-point dtype; the default stays.
    """
    global _default
    if not as_dtype(d).is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = as_dtype(d)


def of_number(value):
    """The dtype that a Python number becomes on its own."""
    if isinstance(value, (bool, np.bool_)):
        return bool_
    return int64 if isinstance(value, (int, np.integer)) else _default


def promote_types(type1, type2):
    """The smallest dtype to which both can be cast without changing kind.

    >>> import autodiff_lab as th
    >>> th.promote_types(th.uint8, th.int8), th.promote_types(th.int64, th.float16)
    (autodiff_lab.int16, autodiff_lab.float16)
    """
    type1, type2 = as_dtype(type1), as_dtype(type2)
    if type1.rank != type2.rank:
        return type1 if type1.rank > type2.rank else type2
    return _of_numpy[np.promote_types(type1.numpy, type2.numpy)]


def can_cast(from_, to):
    """Whether torch casts ``from_`` to ``to`` without being asked: never to a lower kind."""
    return as_dtype(from_).rank <= as_dtype(to).rank


def result_dtype(operands):
    """The dtype of an operation's result by torch's three ranks.

    Args:
        operands: pairs (dtype, level), level 2 for tensors with dimensions, 1 for 0-d tensors, 0 for numbers.
    """
    best = [None, None, None]
    for d, level in operands:
        best[level] = d if best[level] is None else promote_types(best[level], d)
    return max((d for d in reversed(best) if d is not None), key=lambda d: d.rank)


class finfo:
    """Limits of a floating-point dtype: ``bits, eps, max, min, tiny, smallest_normal, resolution``.

    >>> import autodiff_lab as th
    >>> th.finfo(th.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, dtype=None):
        dtype = _default if dtype is None else dtype
        if not as_dtype(dtype).is_floating_point:
            raise TypeError(f"finfo() requires a floating point input type. Use iinfo to handle '{dtype!r}'")
        info = np.finfo(as_dtype(dtype).numpy)
        self.bits, self.dtype = info.bits, as_dtype(dtype).name
        self.eps, self.max, self.min = float(info.eps), float(info.max), float(info.min)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.resolution = 10.0**-info.precision

    def __repr__(self):
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


class iinfo:
    """Limits of an integer dtype: ``bits, max, min``.

    >>> import autodiff_lab as th
    >>> th.iinfo(th.uint8)
    iinfo(min=0, max=255, dtype=uint8)
    """

    def __init__(self, dtype):
        if as_dtype(dtype).rank != 1:
            raise TypeError(f"iinfo() requires an integer input type. Use finfo to handle '{dtype!r}'")
        info = np.iinfo(as_dtype(dtype).numpy)
        self.bits, self.max, self.min = info.bits, int(info.max), int(info.min)
        self.dtype = as_dtype(dtype).name

    def __repr__(self):
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


@functools.lru_cache(256)
def constant(number, dtype):
    """A Python number as a 0-d array of a NumPy dtype, which NumPy takes beside an array in half the time.

    Not for a 0 of the learner's: it may be -0, which this table takes for 0.
    """
    made = np.array(number, dtype)
    made.flags.writeable = False
    return made
