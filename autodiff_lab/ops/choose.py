"""Pointwise operations with a choice in them: where, masked_fill, clamp, round, lerp, addcmul. Leans on ops.pointwise."""

import math  # noqa: I001 - names of ops.row on two lines rather than one each

import numpy as np

from .. import dtypes
from ..errors import check
from ..tensor import Tensor, memory, new_tensor
from .pointwise import HIDDEN, joined, where
from .row import (
    FUNCTIONS,
    REQUIRED,
    broadcast_all,
    check_tensor,
    export,
    named,
    number,
    operand,
    operation,
    plain,
)
from .row import apply, nought, pointwise, register, twins, wrap
from .shape import expand

PAIR = ("input", "other")


def quotient_added(x, y, z, value):
    """x + value · (y / z), the step of many an optimizer, in no more than one new array."""
    made = y / z
    if made.__class__ is not np.ndarray or made.shape != x.shape:
        return x + value * made
    made *= value
    made += x
    return made


# fmt: off
WHERE       = operation("where", "Where", lambda x, y, condition: np.where(condition, x, y),
                        lambda g, condition: where(condition, g, 0),
                        lambda g, condition: where(condition, 0, g), inputs=PAIR, attrs=("condition",), dtypes="same")
MASKED_FILL = operation("masked_fill", "MaskedFill", lambda x, mask, value: np.where(mask, x.dtype.type(value), x),
                        lambda g, mask: where(mask, 0, g), attrs=("mask", "value"))
MASKED_FILL_TENSOR = operation("masked_fill_tensor", "MaskedFill", lambda x, y, mask: np.where(mask, y.astype(x.dtype), x),
                        lambda g, mask: where(mask, 0, g),
                        lambda g, mask: where(mask, g, 0), inputs=PAIR, attrs=("mask",), suffix="Backward1", dtypes="assign")
CLAMP       = operation("clamp", "Clamp", lambda x, min, max: clipped(x, min, max),
                        lambda g, input, min, max: where(within(input, min, max), g, 0), attrs=("min", "max"), suffix="Backward1")
CLAMP_TENSOR = operation("clamp_tensor", "Clamp", lambda x, min, max: np.minimum(max, np.maximum(min, x)),
                        lambda g, input, min, max: where((input >= min) & (input <= max), g, 0),
                        lambda g, input, min, max: where((min < max) & (input < min), g, 0),
                        lambda g, input, min, max: where((input > max) | (max < min), g, 0),
                        inputs=("input", "min", "max"), dtypes="same")
ROUND_DECIMALS = operation("round_decimals", "Round", lambda x, decimals: rounded(x, decimals), nought, attrs=("decimals",), suffix="Backward1")
ROUND       = operation("round", "Round", lambda x: rounded(x, 0), nought)
# fmt: on

# fmt: off
lerp_number = pointwise("lerp_number", "Lerp", lambda x, y, weight: x + weight * (y - x),
                        lambda g, weight: g * (1 - weight),
                        lambda g, weight: g * weight,
                        attrs=("weight",), defaults=(REQUIRED,), public={"y": "end"}, **HIDDEN)
lerp_tensor = pointwise("lerp_tensor", "Lerp", lambda x, y, z: x + z * (y - x),
                        lambda g, z: g * (1 - z),
                        lambda g, z: g * z,
                        lambda g, x, y: g * (y - x),
                        suffix="Backward1", public={"y": "end", "z": "weight"}, **HIDDEN)
addcmul     = pointwise("addcmul", "Addcmul", lambda x, y, z, value: x + value * y * z,
                        lambda g: g,
                        lambda g, z, value: g * (z * value),
                        lambda g, y, value: g * (y * value),
                        attrs=("value",), defaults=(1,), public={"y": "tensor1", "z": "tensor2"})
addcdiv     = pointwise("addcdiv", "Addcdiv", lambda x, y, z, value: quotient_added(x, y, z, value),
                        lambda g: g,
                        lambda g, z, value: g * (value / z),
                        lambda g, y, z, value: -g * (value * y / (z * z)),
                        dtypes="float", attrs=("value",), defaults=(1,), public={"y": "tensor1", "z": "tensor2"})
# fmt: on


def clipped(x, low, high):
    if low is not None:
        x = np.maximum(x.dtype.type(low), x)  # in this order, -0 stays, as in torch
    return x if high is None else np.minimum(x.dtype.type(high), x)


def within(x, low, high):
    if low is None:
        return x <= high
    return x >= low if high is None else (x >= low) & (x <= high)


def rounded(x, decimals):
    return np.round(x, decimals).astype(x.dtype, copy=False) if x.dtype.kind == "f" else x


def as_mask(mask, function, position=1, name="condition"):
    """A boolean tensor as the NumPy mask that a row keeps; RuntimeError if it is not boolean."""
    check_tensor(mask, function, position, name)
    check(mask._array.dtype == bool, f"{function} expected {name} to be a boolean tensor, but got a tensor with "
          f"dtype {mask.dtype.title}", note="note.mask_bool", name=name)  # fmt: skip
    return np.array(memory(mask))


def where_(condition, input=None, other=None, *, out=None):
    """``input`` where ``condition`` holds, ``other`` elsewhere; both may be numbers, and all three are broadcast.

    With the condition alone, the indices where it holds, as ``nonzero(as_tuple=True)``.

    >>> import autodiff_lab as th
    >>> x = th.tensor([-1., 2.])
    >>> th.where(x > 0, x, 0.)
    tensor([0., 2.])
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    mask = as_mask(condition, "where") if condition._array.dtype != np.uint8 else memory(condition) != 0
    input, other = (
        v if isinstance(v, Tensor) else number_tensor(v, o) for v, o in ((input, other), (other, input))
    )
    shape = broadcast_all(mask.shape, input._array.shape, other._array.shape)
    if input._array.shape != shape and other._array.shape != shape:
        input = expand(input, *shape)
    return apply(WHERE, input, other, condition=mask, out=out)


def number_tensor(value, beside):
    """A Python number as the 0-d tensor that it counts as beside another operand of ``where``."""
    check(operand(value), f"where(): expected a Tensor or a number, not {type(value).__name__}", TypeError)
    value = plain(value)
    number = dtypes.of_number(value)
    kind = (
        beside._array.dtype
        if isinstance(beside, Tensor) and beside.dtype.rank >= number.rank
        else number.numpy
    )
    return new_tensor(kind.type(value))


@twins
def masked_fill(input, mask, value):
    """``value`` where ``mask`` holds, ``input`` elsewhere."""
    mask = as_mask(mask, "masked_fill", 2, "mask")
    input = expanded(input, broadcast_all(input._array.shape, mask.shape))
    if not isinstance(value, Tensor):
        return MASKED_FILL, (input,), {"mask": mask, "value": plain(value)}
    check(not value.ndim, "masked_fill only supports a 0-dimensional value tensor, but got tensor with "
          f"{value.ndim} dimension(s).")  # fmt: skip
    return MASKED_FILL_TENSOR, (input, value), {"mask": mask}


def expanded(t, shape):
    return t if t._array.shape == shape else expand(t, *shape)


@twins
def clamp(input, min=None, max=None):
    """``input`` held between ``min`` and ``max``, either of which may be missing, a number, or a tensor.

    At the bounds themselves the derivative is 1. Raises RuntimeError if neither is given.
    """
    check(min is not None or max is not None, "torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        low, high = -math.inf if min is None else min, math.inf if max is None else max
        return CLAMP_TENSOR, (input, low, high), {}
    for bound in (min, max):
        input = input if bound is None else joined(input, bound, "clamp")
    return CLAMP, (input,), {"min": min, "max": max}


@twins
def round(input, *, decimals=0):
    """The nearest whole number, halves to the even one; or to ``decimals`` places."""
    return (ROUND_DECIMALS, (input,), {"decimals": decimals}) if decimals else (ROUND, (input,), {})


@twins
def lerp(input, end, weight):
    """``input + weight * (end - input)``: from one to the other by a weight, a number or a tensor."""
    check_tensor(end, "lerp", 2, "end")
    if isinstance(weight, Tensor):
        return lerp_tensor.row, (input, end, weight), {}
    return lerp_number.row, (input, end), {"weight": number(weight, "lerp", "weight", 3)}


where_.__name__ = "where"
register(WHERE, where_, method=False)
Tensor.where = lambda self, condition, other: FUNCTIONS["where"](condition, self, other)
FUNCTIONS["clip"], Tensor.clip, Tensor.clip_ = clamp, clamp, Tensor.clamp_


@twins
def clamp_min(input, min):
    """``input``, but no less than ``min``."""
    return clamp.prepare(input, min)


@twins
def clamp_max(input, max):
    """``input``, but no more than ``max``."""
    return clamp.prepare(input, None, max)


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where |x - y| ≤ atol + rtol |y|; RuntimeError if the dtypes differ."""
    check(input.dtype is check_tensor(other, "isclose", 2, "other").dtype,
          f"{text_of(input)} did not match {text_of(other)}")  # fmt: skip
    broadcast_all(input.shape, other.shape)
    return wrap(np.isclose(input._array, other._array, rtol, atol, equal_nan))


def text_of(t):
    return {"float32": "Float", "float64": "Double", "int64": "Long"}.get(t.dtype.name, t.dtype.title)


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether ``isclose`` holds everywhere."""
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


def equal(input, other):
    """Whether both have the same shape and the same numbers."""
    a, b = input._array, check_tensor(other, "equal", 2, "other")._array
    return a.shape == b.shape and bool(np.all(a == b))


is_tensor = named(lambda obj: isinstance(obj, Tensor), "is_tensor", "Whether ``obj`` is a tensor.")
is_storage = named(lambda obj: type(obj).__name__ in ("TypedStorage", "UntypedStorage"), "is_storage",
                   "Whether ``obj`` is a tensor's memory.")  # fmt: skip
numel = named(lambda input: input.numel(), "numel", "The number of elements.")
is_floating_point = named(lambda input: input.is_floating_point(),
                          "is_floating_point", "Whether the dtype is a floating-point one.")  # fmt: skip
export(isclose, allclose, equal)
export(is_tensor, is_storage, numel, is_floating_point, method=False)
