"""Making tensors from numbers, and changing their dtype. Leans on ops.row, dtypes, device."""

import functools
import math
import operator
from collections import deque

import numpy as np

from .. import dtypes
from ..device import check_device, device as device_class
from ..dtypes import as_dtype, get_default_dtype
from ..errors import check, explained, warn
from ..exact import laid_out_as
from ..graph import LEAF
from ..mode import Inference, mode
from ..tensor import Size, Tensor, Untracked, check_differentiable, clock_of, memory, new_tensor
from .row import FUNCTIONS, check_tensor, export, number, plain, settle
from .shape import clone, numbers
from .words import named, worded


def finished(array, requires_grad=False, device=None):
    """A new tensor around a fresh NumPy value."""
    check_device(device)
    t = new_tensor(settle(array))
    if isinstance(mode.grad, Inference):
        t._clock = Untracked()
    if requires_grad:
        check_differentiable(t._array.dtype)
        t._node = LEAF
    return t


# -- from data ----------------------------------------------------------------------------------------------


PLAIN_KINDS = ((bool, dtypes.bool_), (int, dtypes.int64), (float, None))  # None: the default dtype


def read_data(data, dtype):
    """Nested numbers as a NumPy array of the dtype that torch infers.

    Raises TypeError or RuntimeError for what holds no numbers, ValueError for rows of different lengths.
    """
    if isinstance(data, Tensor):
        array = np.array(data._array)
    elif isinstance(data, (np.ndarray, np.generic)) or hasattr(data, "__array__"):
        array = np.array(data)
        if dtype is None or not isinstance(data, (np.ndarray, np.generic)):
            dtypes.from_numpy(array.dtype)
    elif isinstance(data, (bool, int, float)):
        fits = not isinstance(data, int) or -(2**63) <= data < 2**64
        check(fits, "Overflow when unpacking long long")
        array = np.array(data, dtypes.of_number(data).numpy) if dtype is None else np.array(data)
    elif (
        isinstance(data, (str, bytes, dict))
        or not hasattr(data, "__len__")
        or not hasattr(data, "__getitem__")
    ):
        raise no_numbers(data)
    else:
        if isinstance(data[0] if len(data) else 0, np.ndarray):
            warn("arrays")
        shape, kinds, long = lengths(data), {}, []
        check_rows(data, 0, shape, kinds, long)
        kind = functools.reduce(dtypes.promote_types, kinds or [get_default_dtype()])
        target = kind if dtype is None else dtype
        if long and target.is_floating_point:
            raise explained(
                ValueError("only one element tensors can be converted to Python scalars"), "note.data"
            )
        check(not long, "only integer tensors of a single element can be converted to an index", TypeError)
        array = np.array(strip(data) if kinds else np.empty(shape))
        if dtype is None:
            array = array.astype(kind.numpy)
    if dtype is None:
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    with np.errstate(all="ignore"):
        return array.astype(as_dtype(dtype).numpy)


SEQUENCES = (list, tuple, range, deque)


def no_numbers(data):
    """The error for what a tensor cannot be made of."""
    if isinstance(data, complex):
        return NotImplementedError("complex tensors are outside what autodiff_lab covers; use two real ones")
    name = type(data).__name__
    error = RuntimeError(f"Could not infer dtype of {name}")
    return explained(
        TypeError(f"new(): invalid data type '{name}'") if isinstance(data, str) else error, "note.data"
    )


def lengths(data):
    """The shape of nested sequences, as their first elements have it; a tensor among them counts as one number."""
    shape = []
    while isinstance(data, SEQUENCES):
        shape.append(len(data))
        if not len(data):
            break
        check(
            len(shape) < 64, f"too many dimensions '{type(data).__name__}'", ValueError
        )  # or one within itself
        data = data[0]
    check(not shape or not isinstance(data, str), "too many dimensions 'str'", ValueError)
    return (*shape, *(data.shape if isinstance(data, np.ndarray) else ()))


def check_rows(data, dim, shape, kinds, long):
    """Add the dtypes of all the numbers to ``kinds``; raise unless the rows are of ``shape`` throughout.

    Tensors of more than one number go to ``long``.
    """
    if isinstance(data, (*SEQUENCES, np.ndarray)):
        if dim == len(shape):
            raise TypeError(f"'{type(data).__name__}' object cannot be interpreted as an integer")
        if len(data) != shape[dim]:
            said = f"expected sequence of length {shape[dim]} at dim {dim} (got {len(data)})"
            raise explained(ValueError(said), "note.ragged")
        if isinstance(data, np.ndarray):
            kinds[dtypes.from_numpy(data.dtype)] = True
            data = data if dim + 1 < len(shape) else ()
        for element in data:
            check_rows(element, dim + 1, shape, kinds, long)
        return
    check(dim == len(shape), "not a sequence", TypeError)
    if isinstance(data, Tensor):
        kinds[data.dtype] = True
        if data.numel() != 1:
            long.append(data)
        elif data._node is not None and mode.grad:
            warn("scalar")
    elif isinstance(data, np.generic):
        kinds[dtypes.from_numpy(data.dtype)] = True
    else:
        kind = next((dtype for kind, dtype in PLAIN_KINDS if isinstance(data, kind)), data)
        if kind is data:
            raise no_numbers(data)
        check(not isinstance(data, int) or -(2**63) <= data < 2**64, "Overflow when unpacking long long")
        kinds[kind or get_default_dtype()] = True


def strip(data):
    if isinstance(data, (list, tuple, deque)):
        return [strip(element) for element in data]
    return data.item() if isinstance(data, Tensor) else data


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A tensor with a copy of ``data``: a number, nested lists of numbers, a NumPy array, or a tensor.

    Args:
        dtype: what to cast to; floats become the default dtype, ints int64, bools bool.
        requires_grad (bool): whether operations on it are recorded; RuntimeError for integers.

    Raises ValueError if rows differ in length, TypeError or RuntimeError if there is anything but numbers in it.

    >>> import autodiff_lab as th
    >>> th.tensor([[1., 2.], [3., 4.]], requires_grad=True)
    tensor([[1., 2.],
            [3., 4.]], requires_grad=True)
    """
    commonest = (
        data.__class__ is float and dtype is None and device is None and requires_grad.__class__ is bool
    )
    if commonest and mode.grad.__class__ is bool:
        return new_tensor(dtypes._default.numpy.type(data), LEAF if requires_grad else None)
    return any_tensor(data, dtype=dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


def any_tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    if isinstance(data, Tensor):
        warn("copy")
    return finished(read_data(data, None if dtype is None else as_dtype(dtype)), requires_grad, device)


any_tensor = worded(named(any_tensor, "tensor", None))


def as_tensor(data, dtype=None, device=None):
    """``data`` as a tensor: itself, or over a NumPy array's own memory, where dtype allows; else a copy."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or data.dtype == as_dtype(dtype).numpy):
        return from_numpy(data)
    return tensor(data, dtype=dtype)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """``obj`` as a tensor, sharing memory unless ``copy``."""
    made = tensor(obj, dtype=dtype) if copy and not isinstance(obj, Tensor) else as_tensor(obj, dtype, device)
    made = made.detach().clone() if copy and isinstance(obj, Tensor) else made
    return made.requires_grad_() if requires_grad else made


def from_numpy(ndarray):
    """A tensor over the memory of a NumPy array: writing to one shows in the other; TypeError for anything else."""
    check(isinstance(ndarray, np.ndarray), f"expected np.ndarray (got {type(ndarray).__name__})", TypeError)
    dtypes.from_numpy(ndarray.dtype)
    check(all(s >= 0 for s in ndarray.strides), "At least one stride in the given numpy array is negative, and "
          "tensors with negative strides are not currently supported. (You can probably work around this by making "
          "a copy of your array  with array.copy().) ", ValueError)  # fmt: skip
    if not ndarray.flags.writeable:
        warn("read-only")
    t = new_tensor(ndarray)
    clock_of(t)
    return t


# -- from a shape -------------------------------------------------------------------------------------------


def sizes_of(function, size, negative="Trying to create tensor with negative dimension {}: {}"):
    """Sizes, given one by one or together, as a shape that there is memory for."""
    check(size, f'{function}() missing 1 required positional arguments: "size"', TypeError)
    try:
        shape = numbers(size, f"{function}(): argument 'size'")
    except TypeError as error:
        together = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
        bad = next(
            (i for i, n in enumerate(together) if isinstance(n, bool) or not hasattr(n, "__index__")), 0
        )
        kind = type(together[bad]).__name__ if together else str(error)
        if bad:
            said = f'failed to unpack the object at pos {bad + 1} with error "type must be tuple of ints,but got {kind}"'
        elif together is size:
            said = f"(position 1) must be tuple of ints, not {kind}"
        else:
            said = f"(position 1) must be tuple of ints, but found element of type {kind} at pos 0"
        raise explained(TypeError(f"{function}(): argument 'size' {said}"), "note.size") from None
    for n in shape:
        if n < 0:
            raise RuntimeError(negative.format(n, list(shape)))
    said = "DefaultCPUAllocator: can't allocate memory: you tried to allocate"
    check(math.prod(shape) < 2**40, f"{said} {math.prod(shape)} elements", note="note.size")
    return shape


def numpy_dtype(dtype):
    return (get_default_dtype() if dtype is None else as_dtype(dtype)).numpy


def filler(name, make, doc, negative="Trying to create tensor with negative dimension {}: {}"):
    def made(*size, out=None, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None):
        return delivered(make(sizes_of(name, size, negative), numpy_dtype(dtype)), requires_grad, device, out)

    return named(made, name, doc)


zeros = filler("zeros", np.zeros, """Zeros in the given shape.

    >>> import autodiff_lab as th
    >>> th.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """, "zeros: Dimension size must be non-negative.")  # fmt: skip
ones = filler("ones", np.ones, "Ones in the given shape.")
empty = filler("empty", np.zeros, "A tensor in the given shape whose numbers are whatever; here, zeros.")


def full(size, fill_value, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """One number everywhere, in the given shape; its dtype is that of the number."""
    value = plain(fill_value._array) if isinstance(fill_value, Tensor) else plain(fill_value)
    check(isinstance(value, (bool, int, float)),
          f"full(): argument 'fill_value' must be Number, not {type(value).__name__}", TypeError)  # fmt: skip
    kind = dtypes.of_number(value).numpy if dtype is None else as_dtype(dtype).numpy
    check(isinstance(size, (tuple, list)),
          f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}", TypeError)  # fmt: skip
    return delivered(np.full(sizes_of("full", (size,)), value, kind), requires_grad, device, out)


def delivered(array, requires_grad, device, out):
    if out is None:
        return finished(array, requires_grad, device)
    check(not (mode.grad and out._node is LEAF), "functions with out=... arguments don't support automatic "
          "differentiation, but one of the arguments requires grad.")  # fmt: skip
    before = out._array
    if before.shape != array.shape:
        out._array = np.empty(array.shape, before.dtype)
    try:
        return out.copy_(new_tensor(settle(array)))
    except BaseException:
        out._array = before
        raise


def eye(n, m=None, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """Ones on the diagonal of an ``n`` by ``m`` matrix."""
    n, m = number(n, "eye", "n", 1), None if m is None else number(m, "eye", "m")
    check(n >= 0 and (m or 0) >= 0, f"n must be greater or equal to 0, got {n}")
    n, m = sizes_of("eye", (n, n if m is None else m))
    return delivered(np.eye(n, m, dtype=numpy_dtype(dtype)), requires_grad, device, out)


def like(make):
    """The ``*_like`` twin of a creation function."""

    def made(input, *args, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None):
        size = check_tensor(input, make.__name__ + "_like").shape
        said = f"{make.__name__}_like() takes 1 positional argument but {len(args) + 1} were given"
        check(make is full or not args, said, TypeError)
        kind = input.dtype if dtype is None else dtype
        out = make(size, *args, dtype=kind, device=device, requires_grad=requires_grad)
        if not input._array.flags.c_contiguous:  # it lies in memory as ``input`` does
            kept = laid_out_as(input._array, out._array.dtype)
            kept[...] = out._array
            out._array = kept
        return out

    return named(made, make.__name__ + "_like", f"``{make.__name__}`` in the shape and dtype of ``input``.")


def new(make):
    """The method ``new_*`` of a creation function."""

    def made(self, *args, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
        kind = self.dtype if dtype is None else dtype
        return make(*args, dtype=kind, device=device, requires_grad=requires_grad)

    return named(made, "new_" + make.__name__, f"``{make.__name__}`` in the dtype of this tensor.")


zeros_like, ones_like, empty_like, full_like = (like(make) for make in (zeros, ones, empty, full))


def arange(*bounds, start=None, end=None, step=None, out=None, dtype=None, layout=None, device=None,
           requires_grad=False):  # fmt: skip
    """Numbers from ``start`` (0) up to, not including, ``end``, ``step`` (1) apart.

    Raises RuntimeError if the step is 0 or leads away from the end.

    >>> import autodiff_lab as th
    >>> th.arange(0, 1, 0.25)
    tensor([0.0000, 0.2500, 0.5000, 0.7500])
    """
    bounds = [plain(b._array) if isinstance(b, Tensor) else plain(b) for b in bounds]
    if len(bounds) == 1 and end is None:
        bounds = [0 if start is None else start, *bounds]
    given = (0 if start is None else start, end, 1 if step is None else step)
    first, last, by = (*bounds, *given[len(bounds) :])
    for value in (first, last, by):
        check(isinstance(value, (int, float)),
              f"arange(): bounds must be numbers, not {type(value).__name__}", TypeError)  # fmt: skip
    check(by != 0, "step must be nonzero")
    check(math.isfinite(first) and math.isfinite(last), f"unsupported range: {first} -> {last}")
    check((last - first) / by >= 0, "upper bound and lower bound inconsistent with step sign")
    whole = all(isinstance(v, int) for v in (first, last, by))
    kind = np.dtype(np.int64) if whole and dtype is None else numpy_dtype(dtype)
    steps = np.arange(math.ceil((last - first) / by), dtype=np.int64 if whole else np.float64)
    return delivered((first + steps * by).astype(kind), requires_grad, device, out)


def linspace(start, end, steps, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """``steps`` numbers evenly from ``start`` to ``end``, both included.

    >>> import autodiff_lab as th
    >>> th.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    return delivered(even(start, end, steps, dtype), requires_grad, device, out)


def logspace(
    start, end, steps, base=10.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False
):
    """``steps`` numbers from ``base ** start`` to ``base ** end``, their exponents evenly spaced."""
    exponents = even(start, end, steps, dtypes.float64)
    return delivered((base**exponents).astype(numpy_dtype(dtype)), requires_grad, device, out)


def even(start, end, steps, dtype):
    """The numbers of ``linspace``: counted up from the start in the first half, down from the end in the second.

    A product and its sum are rounded once, together, as the processor's fused instruction does for torch.
    """
    start, end = (float(v) for v in (start, end))
    steps = operator.index(steps)
    check(steps >= 0, "number of steps must be non-negative")
    kind = numpy_dtype(dtype)
    if steps == 1:
        return np.full(1, start).astype(kind)
    if kind.kind != "f":
        return np.trunc(np.linspace(start, end, steps)).astype(kind)
    work, wide = (np.float64, np.longdouble) if kind == np.float64 else (np.float32, np.float64)
    start, end = work(start), work(end)
    step = wide((end - start) / work(max(steps - 1, 1)))
    i = np.arange(steps)
    up, down = start + step * i, end - step * (steps - 1 - i)
    return np.where(i < steps // 2, up, down).astype(work).astype(kind)


# -- changing the dtype -------------------------------------------------------------------------------------


def to(self, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None):
    """This tensor in another dtype; on the device it is on already, ``"cpu"``.

    Args:
        args: a dtype, a device, or a tensor whose dtype is taken.
    """
    for arg in args:
        if isinstance(arg, Tensor):
            dtype = arg.dtype
        elif isinstance(arg, (str, device_class)):
            device = arg
        elif isinstance(arg, bool):
            copy = copy or (arg and arg is args[-1] and len(args) > 2)
        elif arg is not None:
            dtype = as_dtype(arg)
    check_device(device)
    if dtype is not None and as_dtype(dtype) is not self.dtype:
        return self._cast(as_dtype(dtype).numpy)
    return clone(self) if copy else self


def caster(name, target):
    return named(lambda self, *, memory_format=None: to(self, target), name, f"This tensor as {target.name}.")


def type_(self, dtype=None, non_blocking=False):
    """The tensor type's name; or, with a dtype, this tensor in it."""
    if dtype is None:
        return f"autodiff_lab.{self.dtype.title}Tensor"
    if isinstance(dtype, str):
        title = dtype.rpartition(".")[2].removesuffix("Tensor")
        found = [d for d in dtypes.ALL if d.title == title]
        check(found, f"invalid type: {dtype!r}", ValueError)
        dtype = found[0]
    return to(self, getattr(dtype, "dtype", dtype))


def type_as(self, other):
    """This tensor in the dtype of ``other``."""
    return to(self, check_tensor(other, "type_as", 1, "other").dtype)


def result_type(tensor1, tensor2):
    """The dtype of an operation between two tensors or numbers."""
    operands = (tensor1, tensor2)
    return dtypes.result_dtype([
        (v.dtype, 2 if v.ndim else 1) if isinstance(v, Tensor) else (dtypes.of_number(v), 0) for v in operands
    ])  # fmt: skip


def cpu(self, *, memory_format=None):
    """This tensor itself: it is on the CPU already."""
    return self


def cuda(self, *args, **kwargs):
    """Raises: there is no CUDA here."""
    check_device("cuda")


for _name, _target in (
    ("half", dtypes.float16), ("float", dtypes.float32), ("double", dtypes.float64), ("char", dtypes.int8),
    ("short", dtypes.int16), ("int", dtypes.int32), ("long", dtypes.int64), ("byte", dtypes.uint8), ("bool", dtypes.bool_),
):  # fmt: skip
    setattr(Tensor, _name, caster(_name, _target))
Tensor.type = type_
for _make in (zeros, ones, empty, full, tensor):
    _method = new(_make)
    setattr(Tensor, _method.__name__, _method)

export(to, cpu, cuda, type_as, function=False)
FUNCTIONS["tensor"] = tensor
export(as_tensor, asarray, from_numpy, zeros, ones, empty, full, eye, zeros_like, ones_like, empty_like, full_like,
       arange, linspace, logspace, result_type, method=False)  # fmt: skip


# -- the legacy constructor ---------------------------------------------------------------------------------


def legacy(cls, sizes, options):
    """``Tensor(2, 3)``: an uninitialised tensor of that shape; ``Tensor([1, 2])``: those numbers as floats."""
    check_device(options.pop("device", None))
    said = f"new() received an invalid combination of arguments - got {sorted(options)}"
    check(not options, said, TypeError)
    kind = get_default_dtype()
    (only,) = sizes if len(sizes) == 1 else (None,)
    if isinstance(only, Tensor):
        array = memory(only)
    elif not sizes or (isinstance(only, (list, tuple, np.ndarray)) and not isinstance(only, Size)):
        array = read_data(only if sizes else [], kind)
    elif isinstance(only, str):
        raise no_numbers(only)
    elif len(sizes) == 1 and not hasattr(only, "__index__") and not isinstance(only, Size):
        raise TypeError(f"new(): data must be a sequence (got {type(only).__name__})")
    else:
        array = np.zeros(sizes_of("new", sizes), kind.numpy)
    return new_tensor(array, cls=cls)


Tensor._legacy = staticmethod(legacy)
