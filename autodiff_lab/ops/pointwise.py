"""Pointwise operations: one row each. Leans on ops.row.

In a rule, ``g`` is the cotangent, ``x`` and ``y`` the inputs, ``out`` the result; see graph's Note [One rule, three
readings]. NumPy functions in a rule work on tensors too, through ``__array_ufunc__``.
"""

import math  # noqa: I001 - names of ops.row on two lines rather than one each

import numpy as np

from .. import dtypes, exact
from ..dtypes import constant
from ..errors import check
from ..tensor import Tensor, new_tensor
from ..views import in_place
from .row import FUNCTIONS, REQUIRED, check_tensor, export, guarded, nought, number as a_number
from .words import named
from .row import operand, plain, pointwise, reflection, write_out


# What has just been made, and nobody else holds, is written over if it is an array; a tensor or a symbol is not.


def minus(x, made):
    """``x - made``."""
    if made.__class__ is not np.ndarray:
        return x - made
    return np.subtract(x if x.__class__ is np.ndarray else constant(x, made.dtype), made, made)


def scaled(n, made):
    """``n * made``, for a number n."""
    return np.multiply(constant(n, made.dtype), made, made) if made.__class__ is np.ndarray else n * made


def times(made, x):
    """``made * x``, for an ``x`` that is broadcast to ``made``."""
    return np.multiply(made, x, made) if made.__class__ is np.ndarray else made * x


BITS = {np.float32: np.int32, np.float64: np.int64}


def where(condition, yes, no):
    """Choose by ``condition``; in rules, so on NumPy values and tensors alike."""
    if no.__class__ is int and no == 0 and yes.__class__ is np.ndarray and condition.__class__ is np.ndarray:
        bits = BITS.get(yes.dtype.type)
        if bits is not None and condition.shape == yes.shape:
            # The same without a jump for each number, which a processor could guess wrong: bits times 1 or 0.
            made = condition.astype(bits)
            made *= yes.view(bits)
            return made.view(yes.dtype)
    if isinstance(condition, Tensor) or isinstance(yes, Tensor) or isinstance(no, Tensor):
        condition = condition if isinstance(condition, Tensor) else new_tensor(np.asarray(condition))
        return FUNCTIONS["where"](condition, yes, no)
    return np.where(condition, yes, no)


def alive(out):
    """Where relu lets a gradient through: its result is above 0 there or, as in torch, nan; on a symbol, above 0."""
    if out.__class__ is np.ndarray:
        return out != constant(0, out.dtype)
    return out != 0 if isinstance(out, (np.generic, Tensor)) else out > 0


def flat(g, x):
    """``g``, which does not change with x: where the pass is recorded, the derivative by x is 0, and not missing."""
    return where(False, x, g) if isinstance(x, Tensor) else g


def subtract(x, y, alpha):
    if x.dtype == bool and y.dtype == bool:
        raise RuntimeError("Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
                           "`logical_xor()` operator instead.")  # fmt: skip
    return x - (y if alpha == 1 else y * alpha)


def negate(x):
    check(x.dtype != bool, "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a "
                           "mask, use the `~` or `logical_not()` operator instead.")  # fmt: skip
    return -x


def first_of(ufunc):
    """``ufunc`` that takes the first of two equals, as torch does: of 0. and -0., say."""
    made = lambda x, y: ufunc(y, x)
    made.ufunc = ufunc
    return made


def no_derivative(name):
    raise RuntimeError(f"derivative for {name} is not implemented")


def nonzero(y):
    check(np.asarray(y).dtype.kind not in "biu" or np.all(np.asarray(y)), "ZeroDivisionError")
    return y


def floored_rest(x, y):
    """The rest of a division rounded down; of -2 by 2 it is -0, as in torch."""
    if x.dtype.kind in "iu":
        return np.remainder(x, y)
    rest = np.fmod(x, y)
    return np.where((rest != 0) & ((rest < 0) != (y < 0)), rest + y, rest)


def power(x, y):
    whole = all(getattr(v, "dtype", np.asarray(v).dtype).kind in "biu" for v in (x, y))
    check(not whole or np.all(np.asarray(y) >= 0), "Integers to negative integer powers are not allowed.")
    return np.power(x, y) if whole else exact.power(x, y)


def truncated(x, y):
    whole = x.dtype.kind in "iu"  # C's division of integers, which rounds to 0
    return np.sign(x) * np.sign(y) * (np.abs(x) // np.abs(y)) if whole else np.trunc(x / y)


def isnan_(y):
    return y != y


# fmt: off
# rows that a hand-written function below stands before
HIDDEN = {"inplace": False, "method": False, "export": False}

# -- arithmetic ---------------------------------------------------------------------------------------------

add = pointwise("add", "Add", lambda x, y, alpha: x + (y if alpha == 1 else y * alpha), lambda g: g,
                lambda g, alpha: g if alpha == 1 else g * alpha,
                attrs=("alpha",), defaults=(1,), ufunc=np.add, dunder="__add__", reflected="__radd__")
sub = pointwise("sub", "Sub", subtract, lambda g: g, lambda g, alpha: -g if alpha == 1 else g * -alpha,
                attrs=("alpha",), defaults=(1,), ufunc=np.subtract, dunder="__sub__", aliases=("subtract",))
rsub_number = pointwise("rsub_number", "Rsub", lambda x, other: other - x, lambda g: -g,
                        attrs=("other",), defaults=(REQUIRED,), suffix="Backward1", **HIDDEN)
rsub_tensor = pointwise("rsub_tensor", "Rsub", lambda x, y, alpha: subtract(y, x, alpha),
                        lambda g, alpha: -g if alpha == 1 else g * -alpha, lambda g: g,
                        attrs=("alpha",), defaults=(1,), **HIDDEN)
mul = pointwise("mul", "Mul", np.multiply, lambda g, y: g * y, lambda g, x: g * x,
                dunder="__mul__", reflected="__rmul__", aliases=("multiply",))
true_divide = pointwise("div", "Div", np.true_divide, lambda g, y: g / y, lambda g, x, y: -g * ((x / y) / y),
                dtypes="float", dunder="__truediv__", aliases=("true_divide",))
div_floor = pointwise("div_floor", "Div", lambda x, y: np.floor_divide(x, nonzero(y)),
                nought, nought, suffix="Backward2", **HIDDEN)
div_trunc = pointwise("div_trunc", "Div", lambda x, y: truncated(x, nonzero(y)),
                nought, nought, suffix="Backward2", **HIDDEN)
floor_divide = pointwise("floor_divide", "NotImplemented", lambda x, y: np.floor_divide(x, nonzero(y)),
                lambda g: no_derivative("aten::floor_divide"), lambda g: no_derivative("aten::floor_divide"),
                suffix="", dunder="__floordiv__", reflected="__rfloordiv__")
remainder_number = pointwise("remainder_number", "Remainder", lambda x, other: floored_rest(x, nonzero(other)), lambda g: g,
                attrs=("other",), defaults=(REQUIRED,), **HIDDEN)
remainder_tensor = pointwise("remainder_tensor", "Remainder", lambda x, y: floored_rest(x, nonzero(y)), lambda g: g,
                lambda g, x, y: -g * np.floor(x / y), suffix="Backward1", **HIDDEN)
fmod_number = pointwise("fmod_number", "Fmod", lambda x, other: np.fmod(x, nonzero(other)), lambda g: g,
                attrs=("other",), defaults=(REQUIRED,), **HIDDEN)
fmod_tensor = pointwise("fmod_tensor", "Fmod", lambda x, y: np.fmod(x, nonzero(y)), lambda g: g,
                lambda g, x, y: -g * np.trunc(x / y), suffix="Backward1", **HIDDEN)
neg = pointwise("neg", "Neg", negate, lambda g: -g, ufunc=np.negative, dunder="__neg__", aliases=("negative",))
reciprocal = pointwise("reciprocal", "Reciprocal", lambda x: 1 / x, lambda g, out: -g * out * out, dtypes="float")

# A power's node depends on which of the two is a tensor; a power of 0 has derivative 0 even at x = 0.

pow_number = pointwise("pow_number", "Pow", lambda x, exponent: power(x, exponent),
                       lambda g, x, exponent: g * 0 if exponent == 0 else g * scaled(exponent, exact.power(x, exponent - 1)),
                       attrs=("exponent",), defaults=(REQUIRED,), ufunc=exact.power, **HIDDEN)
pow_tensor = pointwise("pow_tensor", "Pow", lambda x, y: power(x, y),
                       lambda g, x, y: where(y == 0, 0, g * (y * exact.power(x, y - 1))),
                       lambda g, out, x, y: where((x == 0) & (y >= 0), 0, g * (out * exact.log(x))),
                       suffix="Backward1", public={"y": "exponent"}, ufunc=exact.power, **HIDDEN)
number_pow = pointwise("number_pow", "Pow", lambda x, base: power(base, x),
                       lambda g, out, base: g * 0 if base == 0 else g * (out * math.log(base) if base > 0 else out * math.nan),
                       attrs=("base",), defaults=(REQUIRED,), suffix="Backward2", public={"x": "exponent", "base": "self"}, **HIDDEN)

# -- exponentials, logarithms, roots ------------------------------------------------------------------------

exp     = pointwise("exp",     "Exp",     exact.exp,    lambda g, out: g * out,                     dtypes="float")
exp2    = pointwise("exp2",    "Exp2",    exact.exp2,   lambda g, out: g * out * math.log(2),       dtypes="float")
expm1   = pointwise("expm1",   "Expm1",   exact.expm1,  lambda g, out: g * (out + 1),               dtypes="float")
log     = pointwise("log",     "Log",     exact.log,    lambda g, x: g / x,                         dtypes="float")
log2    = pointwise("log2",    "Log2",    exact.log2,   lambda g, x: g / (x * math.log(2)),         dtypes="float")
log10   = pointwise("log10",   "Log10",   exact.log10,  lambda g, x: g / (x * math.log(10)),        dtypes="float")
log1p   = pointwise("log1p",   "Log1P",   exact.log1p,  lambda g, x: g / (x + 1),                   dtypes="float")
sqrt    = pointwise("sqrt",    "Sqrt",    np.sqrt,   lambda g, out: g / (2 * out),               dtypes="float")
rsqrt   = pointwise("rsqrt",   "Rsqrt",   lambda x: 1 / np.sqrt(x),
                                                     lambda g, out: -0.5 * g * out * out * out,  dtypes="float")

# -- trigonometric and hyperbolic ---------------------------------------------------------------------------

sin     = pointwise("sin",     "Sin",     exact.sin,     lambda g, x: g * exact.cos(x),                dtypes="float")
cos     = pointwise("cos",     "Cos",     exact.cos,     lambda g, x: g * -exact.sin(x),               dtypes="float")
tan     = pointwise("tan",     "Tan",     exact.tan,     lambda g, out: g * (1 + out * out),        dtypes="float")
asin    = pointwise("asin",    "Asin",    exact.arcsin,  lambda g, x: g / np.sqrt(1 - x * x),       dtypes="float", aliases=("arcsin",))
acos    = pointwise("acos",    "Acos",    exact.arccos,  lambda g, x: -g / np.sqrt(1 - x * x),      dtypes="float", aliases=("arccos",))
atan    = pointwise("atan",    "Atan",    exact.arctan,  lambda g, x: g / (1 + x * x),              dtypes="float", aliases=("arctan",))
sinh    = pointwise("sinh",    "Sinh",    exact.sinh,    lambda g, x: g * exact.cosh(x),               dtypes="float")
cosh    = pointwise("cosh",    "Cosh",    exact.cosh,    lambda g, x: g * exact.sinh(x),               dtypes="float")
tanh    = pointwise("tanh",    "Tanh",    exact.tanh,    lambda g, out: g * minus(1, out * out),      dtypes="float")
asinh   = pointwise("asinh",   "Asinh",   np.arcsinh, lambda g, x: g / np.sqrt(x * x + 1),       dtypes="float", aliases=("arcsinh",))
acosh   = pointwise("acosh",   "Acosh",   np.arccosh, lambda g, x: g / np.sqrt(x * x - 1),       dtypes="float", aliases=("arccosh",))
atanh   = pointwise("atanh",   "Atanh",   exact.arctanh, lambda g, x: g / (1 - x * x),              dtypes="float", aliases=("arctanh",))
atan2   = pointwise("atan2",   "Atan2",   np.arctan2, lambda g, x, y: g * y / (x * x + y * y),
                    lambda g, x, y: g * -x / (x * x + y * y), dtypes="float", aliases=("arctan2",))
hypot   = pointwise("hypot",   "Hypot",   np.hypot, lambda g, out, x: g * (x / out), lambda g, out, y: g * (y / out))

# -- bends and steps ----------------------------------------------------------------------------------------

sigmoid = pointwise("sigmoid", "Sigmoid", lambda x: 1 / (1 + exact.exp(-x)), lambda g, out: g * (1 - out) * out, dtypes="float")
relu    = pointwise("relu",    "Relu",    lambda x: np.maximum(constant(0, x.dtype), x), lambda g, out: flat(where(alive(out), g, 0), out))
abs     = pointwise("abs",     "Abs",     np.abs,    lambda g, x: g * np.sign(x), dunder="__abs__", aliases=("absolute",))
sign    = pointwise("sign",    "Sign",    lambda x: x if x.dtype == bool else np.sign(x), nought, ufunc=np.sign, aliases=("sgn",))
floor   = pointwise("floor",   "Floor",   lambda x: np.floor(x) if x.dtype.kind == "f" else x, nought, ufunc=np.floor)
ceil    = pointwise("ceil",    "Ceil",    lambda x: np.ceil(x) if x.dtype.kind == "f" else x,  nought, ufunc=np.ceil)
trunc   = pointwise("trunc",   "Trunc",   lambda x: np.trunc(x) if x.dtype.kind == "f" else x, nought, ufunc=np.trunc, aliases=("fix",))
frac    = pointwise("frac",    "Frac",    lambda x: x - np.trunc(x), lambda g: g)
maximum = pointwise("maximum", "Maximum", first_of(np.maximum), lambda g, x, y: where(x == y, g / 2, where(x > y, g, 0)),
                    lambda g, x, y: where(x == y, g / 2, where(x < y, g, 0)), inplace=False)
minimum = pointwise("minimum", "Minimum", first_of(np.minimum), lambda g, x, y: where(x == y, g / 2, where(x < y, g, 0)),
                    lambda g, x, y: where(x == y, g / 2, where(x > y, g, 0)), inplace=False)

fmax    = pointwise("fmax", "Fmax", first_of(np.fmax), lambda g, x, y: where((x >= y) | isnan_(y), g, 0), lambda g, x, y: where((x >= y) | isnan_(y), 0, g), inplace=False)
fmin    = pointwise("fmin", "Fmin", first_of(np.fmin), lambda g, x, y: where((x <= y) | isnan_(y), g, 0), lambda g, x, y: where((x <= y) | isnan_(y), 0, g), inplace=False)
copysign = pointwise("copysign", "Copysign", np.copysign, lambda g, x, out: where(x == 0, 0, g * (np.copysign(1, x) * np.copysign(1, out))), nought, dtypes="float")
heaviside = pointwise("heaviside", "Heaviside", lambda x, y: np.where(x == 0, y, (x > 0).astype(x.dtype)))
deg2rad = pointwise("deg2rad", "Deg2Rad", lambda x: x * x.dtype.type(math.pi / 180), lambda g: g * (math.pi / 180), dtypes="float")
rad2deg = pointwise("rad2deg", "Rad2Deg", lambda x: x * x.dtype.type(180 / math.pi), lambda g: g * (180 / math.pi), dtypes="float")
nan_to_num_row = pointwise("nan_to_num", "NanToNum", lambda x, nan, posinf, neginf: np.nan_to_num(x, nan=nan or 0.0, posinf=posinf, neginf=neginf),
                lambda g, x: where(np.isfinite(x), g, 0), attrs=("nan", "posinf", "neginf"), defaults=(None, None, None))
ldexp   = pointwise("ldexp", "Ldexp", lambda x, y: x * 2.0**y, lambda g, y: g * 2.0**y, lambda g, x, y: g * (x * 2.0**y * math.log(2)), dtypes="float")
gcd     = pointwise("gcd", "Gcd", np.gcd, dtypes="bits")
lcm     = pointwise("lcm", "Lcm", np.lcm, dtypes="bits")

# -- comparisons and logic: no derivative -------------------------------------------------------------------

lt = pointwise("lt", "Lt", np.less,          dtypes="compare", dunder="__lt__", aliases=("less",))
le = pointwise("le", "Le", np.less_equal,    dtypes="compare", dunder="__le__", aliases=("less_equal",))
gt = pointwise("gt", "Gt", np.greater,       dtypes="compare", dunder="__gt__", aliases=("greater",))
ge = pointwise("ge", "Ge", np.greater_equal, dtypes="compare", dunder="__ge__", aliases=("greater_equal",))
eq = pointwise("eq", "Eq", np.equal,         dtypes="compare", dunder="__eq__")
ne = pointwise("ne", "Ne", np.not_equal,     dtypes="compare", dunder="__ne__", aliases=("not_equal",))

isnan    = pointwise("isnan",    "Isnan",    np.isnan,    dtypes="compare", inplace=False)
isinf    = pointwise("isinf",    "Isinf",    np.isinf,    dtypes="compare", inplace=False)
isfinite = pointwise("isfinite", "Isfinite", np.isfinite, dtypes="compare", inplace=False)
isposinf = pointwise("isposinf", "Isposinf", lambda x: x == math.inf, dtypes="compare", inplace=False)
isneginf = pointwise("isneginf", "Isneginf", lambda x: x == -math.inf, dtypes="compare", inplace=False)
signbit  = pointwise("signbit",  "Signbit",  lambda x: x < 0 if x.dtype.kind != "f" else np.signbit(x), dtypes="compare", inplace=False)

logical_and = pointwise("logical_and", "LogicalAnd", np.logical_and, dtypes="compare")
logical_or  = pointwise("logical_or",  "LogicalOr",  np.logical_or,  dtypes="compare")
logical_xor = pointwise("logical_xor", "LogicalXor", np.logical_xor, dtypes="compare")
logical_not = pointwise("logical_not", "LogicalNot", np.logical_not, dtypes="compare")

bitwise_and = pointwise("bitwise_and", "BitwiseAnd", np.bitwise_and, dtypes="bits", dunder="__and__", reflected="__rand__")
bitwise_or  = pointwise("bitwise_or",  "BitwiseOr",  np.bitwise_or,  dtypes="bits", dunder="__or__",  reflected="__ror__")
bitwise_xor = pointwise("bitwise_xor", "BitwiseXor", np.bitwise_xor, dtypes="bits", dunder="__xor__", reflected="__rxor__")
bitwise_not = pointwise("bitwise_not", "BitwiseNot", np.bitwise_not, dtypes="bits")
bitwise_left_shift  = pointwise("bitwise_left_shift",  "LeftShift",  np.left_shift,  dtypes="bits", dunder="__lshift__", reflected="__rlshift__")
bitwise_right_shift = pointwise("bitwise_right_shift", "RightShift", np.right_shift, dtypes="bits", dunder="__rshift__", reflected="__rrshift__")

# fmt: on
# -- functions whose row depends on their arguments ---------------------------------------------------------


def div(input, other, *, rounding_mode=None, out=None):
    """``input / other``; with ``rounding_mode`` "floor" or "trunc", rounded down or towards 0."""
    return divider(rounding_mode)(input, other, out=out)


def div_(self, other, *, rounding_mode=None):
    """In-place version of ``div``."""
    return in_place(divider(rounding_mode).row, self, (other,), {})


def divider(mode):
    said = f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{mode}'"
    check(mode in (None, "floor", "trunc"), said)
    return {None: true_divide, "floor": div_floor, "trunc": div_trunc}[mode]


def float_power(input, exponent, *, out=None):
    """``pow`` in double precision, whatever the dtypes."""
    wide = [v._cast(np.dtype(np.float64)) if isinstance(v, Tensor) else float(v) for v in (input, exponent)]
    return pow(*wide, out=out)


def positive(input):
    """``input`` itself; RuntimeError for booleans, which have no sign."""
    sign = check_tensor(input, "positive")._array.dtype != bool
    check(sign, "The `+` operator, on a bool tensor is not supported.")
    return input


def joined(input, number, function="pow"):
    """``input`` in the dtype that it has together with a Python number: ``int tensor, 2.5`` is the default dtype."""
    number = dtypes.of_number(a_number(number, function, "other"))
    target = dtypes.result_dtype([(input.dtype, 2 if input._array.ndim else 1), (number, 0)])
    return input if target is input.dtype else input._cast(target.numpy)


def pow(input, exponent, *, out=None):
    """``input`` to the power of ``exponent``; either may be a number. RuntimeError for integers to negative integers.

    >>> import autodiff_lab as th
    >>> x = th.tensor(3., requires_grad=True)
    >>> th.pow(x, 2)
    tensor(9., grad_fn=<PowBackward0>)
    """
    if not isinstance(exponent, Tensor):
        return pow_number(joined(check_tensor(input, "pow"), exponent), plain(exponent), out=out)
    if isinstance(input, Tensor):
        return pow_tensor(input, exponent, out=out)
    return number_pow(joined(exponent, input), plain(input), out=out)


def rsub(input, other, *, alpha=1):
    """``other - alpha * input``."""
    if isinstance(other, Tensor):
        return rsub_tensor(input, other, alpha=alpha)
    input = input if alpha == 1 else input * alpha
    return rsub_number(joined(input, other, "rsub"), plain(other))


def pair(name, number, tensor, doc):
    """A function that is one row beside a Python number and another beside a tensor."""

    def made(input, other, *, out=None):
        if isinstance(other, Tensor):
            return tensor(input, other, out=out)
        return number(joined(check_tensor(input, name), other, name), plain(other), out=out)

    return named(made, name, doc)


def in_place_pair(name, number, tensor):
    def method(self, other):
        if isinstance(other, Tensor):
            return in_place(tensor.row, self, (other,), {})
        return in_place(number.row, self, (), {number.row.attrs[0]: a_number(other, name, "other", 1)})

    return named(method, name, f"In-place version of ``{name[:-1]}``.")


remainder = pair("remainder", remainder_number, remainder_tensor,
                 "What is left of ``input`` after dividing by ``other``, with the sign of ``other``, as Python's ``%``.")  # fmt: skip
fmod = pair("fmod", fmod_number, fmod_tensor,
            "What is left of ``input`` after dividing by ``other``, with the sign of ``input``, as C's ``fmod``.")  # fmt: skip
square = named(lambda input, *, out=None: pow(input, 2, out=out), "square", "``input`` squared.")
export(rsub, method=False)
export(pow, square, remainder, fmod, float_power, positive)
export(div, aliases=("divide",))
Tensor.div_ = Tensor.divide_ = div_
Tensor.remainder_ = in_place_pair("remainder_", remainder_number, remainder_tensor)
Tensor.fmod_ = in_place_pair("fmod_", fmod_number, fmod_tensor)
Tensor.pow_ = in_place_pair("pow_", pow_number, pow_tensor)
Tensor.square_ = named(lambda self: self.pow_(2), "square_", "In-place version of ``square``.")
Tensor.__pow__ = write_out(
    pow_number.row, "__pow__", "pow(input, exponent) if operand(exponent) else NotImplemented", pow=pow
)
Tensor.__rpow__ = reflection(pow, "__rpow__")
Tensor.__rsub__ = write_out(
    rsub_number.row, "__rsub__", "rsub(input, other) if operand(other) else NotImplemented", rsub=rsub
)
Tensor.__rtruediv__ = guarded(lambda self, other: reciprocal(self) * other, "__rtruediv__")
Tensor.__mod__ = guarded(remainder, "__mod__")
Tensor.__rmod__ = reflection(remainder, "__rmod__")


def __invert__(self):
    whole = self._array.dtype.kind != "f"
    check(whole, "~ (operator.invert) is only implemented on integer and Boolean-type tensors", TypeError)
    return bitwise_not(self)


Tensor.__invert__, Tensor.__pos__ = __invert__, lambda self: self


def _augmented(name):
    """``x += y`` and its siblings: the in-place method, for operands that it takes."""

    def method(self, other):
        fits = other.__class__ is Tensor or operand(other)
        return getattr(self, name)(other) if fits else NotImplemented

    return method


for _symbol, _name in (
    ("iadd", "add_"), ("isub", "sub_"), ("imul", "mul_"), ("itruediv", "div_"), ("ipow", "pow_"), ("iand", "bitwise_and_"),
    ("ior", "bitwise_or_"), ("ixor", "bitwise_xor_"), ("ilshift", "bitwise_left_shift_"),
    ("irshift", "bitwise_right_shift_"), ("ifloordiv", "floor_divide_"), ("imod", "remainder_")):  # fmt: skip
    setattr(Tensor, f"__{_symbol}__", _augmented(_name))
