"""Small functions made of the others, and in-place changes of shape. Leans on the rest of ops."""

import math
import operator

import numpy as np

from ..errors import check
from ..mode import mode, ticks
from ..tensor import Size, Tensor, clock_of, memory, new_tensor
from ..views import refuse
from .creation import arange, numpy_dtype, tensor, to
from .reduce import sum as total
from .row import FUNCTIONS, check_tensor, export, named
from .shape import squeeze, t, transpose, unsqueeze

# -- in place: another shape over the same memory -----------------------------------------------------------


def reshaper(function, name):
    """The in-place form of a view: the tensor itself takes the view's shape and history."""

    def method(self, *args, **options):
        refuse(self, bool(mode.grad) and self._node is not None)
        made = function(self, *args, **options)
        self._array, self._node = made._array, made._node
        clock_of(self).append(ticks.next())
        ticks.last_write = self._clock[-1]
        return self

    return named(
        method, name, f"In-place version of ``{function.__name__}``: this tensor takes the new shape."
    )


for _name, _function in (("squeeze_", squeeze), ("unsqueeze_", unsqueeze), ("t_", t), ("transpose_", transpose),
                         ("swapaxes_", transpose), ("swapdims_", transpose)):  # fmt: skip
    setattr(Tensor, _name, reshaper(_function, _name))


def resize_(self, *sizes, memory_format=None):
    """Take another shape over the same numbers, in their order; new ones, if it is larger, are zeros.

    Raises RuntimeError for a tensor that requires grad.
    """
    check(self._node is None, "cannot resize variables that require grad")
    shape = sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
    flat = memory(self).reshape(-1)
    count = math.prod(shape)
    if count > flat.size:
        flat = np.concatenate([flat, np.zeros(count - flat.size, flat.dtype)])
    self._array = flat[:count].reshape(shape)
    return self


def resize_as_(self, other, *, memory_format=None):
    """Take the shape of ``other``; see ``resize_``."""
    return resize_(self, tuple(other.shape))


def fill_diagonal_(self, fill_value, wrap=False):
    """Write a number onto the main diagonal, in place."""
    n = min(self.shape)
    index = arange(n)
    self[(index,) * self.ndim] = fill_value
    return self


def overwriting(name):
    """The in-place form of a function without rows of its own; what it keeps is a copy, which nothing overwrites."""
    made = getattr(Tensor, name)

    def method(self, *args, **options):
        return self.copy_(made(self.clone() if self.requires_grad else self, *args, **options))

    return named(method, name + "_", f"In-place version of ``{name}``.")


for _name in ("cumsum", "cumprod", "addmm", "addmv", "addr", "addbmm", "baddbmm", "polygamma"):
    setattr(Tensor, _name + "_", overwriting(_name))


def apply_(self, function):
    """Put ``function`` of each number, a Python function of a number, in its place."""
    refuse(self, bool(mode.grad) and self._node is not None)
    values = [function(v.item()) for v in self._array.reshape(-1)]
    return self.copy_(new_tensor(np.array(values, self._array.dtype).reshape(self._array.shape)[()]))


def map_(self, tensor, callable):
    """Put ``callable(a, b)`` of each number of this tensor and of ``tensor`` in its place."""
    pairs = np.broadcast_arrays(self._array, tensor._array)
    values = [callable(a.item(), b.item()) for a, b in zip(*(p.reshape(-1) for p in pairs))]
    return self.copy_(new_tensor(np.array(values, self._array.dtype).reshape(self._array.shape)[()]))


# -- reading ------------------------------------------------------------------------------------------------


def is_nonzero(input):
    """Whether the only number of a tensor is not 0; RuntimeError for any other count of numbers."""
    return bool(input)


def is_same_size(input, other):
    """Whether two tensors have the same shape."""
    return input.shape == other.shape


def is_complex(input):
    """False: there are no complex numbers here."""
    return False


def is_signed(input):
    """Whether the dtype has negative numbers."""
    return input._array.dtype.kind not in "ub"


def isreal(input):
    """Where a number is real: everywhere."""
    return FUNCTIONS["ones_like"](input, dtype=numpy_bool())


def numpy_bool():
    return new_tensor(np.bool_(True)).dtype


def real(input):
    """The tensor itself: its numbers are real."""
    return input


def conj(input):
    """The tensor itself: its numbers are real."""
    return input


def imag(input):
    """Raises RuntimeError: a real tensor has no imaginary part."""
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


def angle(input):
    """0 for numbers that are not negative, π for those that are."""
    wide = input if input.is_floating_point() else to(input, FUNCTIONS["zeros"](0).dtype)
    return FUNCTIONS["where"](wide < 0, math.pi, wide * 0)


def get_device(input):
    """-1, the CPU."""
    return -1


def is_inference(input):
    """Whether it was made in inference mode."""
    return input.is_inference()


def typename(obj):
    """A tensor's type with its dtype; for anything else its class, in full."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return f"{kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else kind.__qualname__


def adjoint(self):
    """Each matrix transposed: ``mT``."""
    return self.mT


def new(self, *args):
    """A tensor of this dtype, by the rules of ``Tensor(…)``."""
    return Tensor(*args).to(self.dtype)


def sum_to_size(self, *size):
    """The sum over the dimensions along which ``size`` would be broadcast to this shape."""
    size = tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else size
    lead = self.ndim - len(size)
    check(lead >= 0 and all(n in (1, m) for n, m in zip(size, self.shape[lead:])),
          f"size {{{list(size)}}} is not expandable to size {{{list(self.shape)}}}.")  # fmt: skip
    axes = (*range(lead), *(lead + i for i, n in enumerate(size) if n == 1 != self.shape[lead + i]))
    made = total(self, axes, True) if axes else self
    return made.reshape(size)


def split_with_sizes(input, split_sizes, dim=0):
    """Pieces of the given sizes along a dimension."""
    return FUNCTIONS["split"](input, list(split_sizes), dim)


def broadcast_shapes(*shapes):
    """The shape to which shapes broadcast.

    Raises RuntimeError where they do not.

    >>> import autodiff_lab as th
    >>> th.broadcast_shapes((2, 1), (3,))
    autodiff_lab.Size([2, 3])
    """
    shapes = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    made = [1] * max((len(s) for s in shapes), default=0)
    for i, shape in enumerate(shapes):
        for d in range(-1, -1 - len(shape), -1):
            check(shape[d] >= 0,
                  f"Trying to create tensor with negative dimension ({shape[d]}): ({shape[d]})")  # fmt: skip
            check(shape[d] in (1, made[d]) or made[d] == 1,
                  f"Attempting to broadcast a dimension of length {shape[d]} at {d}! Mismatching argument at index "
                  f"{i} had {shape}; but expected shape should be broadcastable to {made}")  # fmt: skip
            made[d] = shape[d] if made[d] == 1 else made[d]
    return Size(made)


def unravel_index(indices, shape):
    """The coordinates, one tensor a dimension, of positions in a flattened tensor of ``shape``."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    return tuple(new_tensor(np.asarray(c)[()]) for c in np.unravel_index(indices._array, shape))


# -- making -------------------------------------------------------------------------------------------------


def range_(start=0, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """The numbers from ``start`` to ``end``, both included; ``arange`` leaves the end out."""
    if end is None:
        start, end = 0, start
    count = math.floor((end - start) / step) + 1
    values = start + step * np.arange(count)
    return tensor(values.astype(numpy_dtype(dtype)), requires_grad=requires_grad)


range_.__name__ = range_.__qualname__ = "range"


def scalar_tensor(s, *, dtype=None, layout=None, device=None, pin_memory=None, requires_grad=False):
    """A 0-d tensor, of the default dtype if none is given."""
    dtype = FUNCTIONS["zeros"](0).dtype if dtype is None else dtype
    return tensor(s, dtype=dtype, device=device, requires_grad=requires_grad)


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A vector over the memory of a Python buffer."""
    made = FUNCTIONS["from_numpy"](np.frombuffer(buffer, numpy_dtype(dtype), count, offset))
    return made.requires_grad_() if requires_grad else made


def cosine_window(name, first):
    """A window ``first − (1 − first) cos(2πk/N)``."""

    def made(window_length, periodic=True, *, dtype=None, layout=None, device=None, requires_grad=False):
        length = operator.index(window_length)
        turns = max(length if periodic else length - 1, 1)
        values = (
            first - (1 - first) * np.cos(2 * np.pi * np.arange(length) / turns)
            if length > 1
            else np.ones(length)
        )
        return tensor(values.astype(numpy_dtype(dtype)), requires_grad=requires_grad)

    made.__name__ = made.__qualname__ = name
    made.__doc__ = (
        f"The window {first} − {1 - first:.2g} cos(2πk/N), k = 0 … N − 1; N − 1 instead of N unless periodic."
    )
    return made


hann_window, hamming_window = cosine_window("hann_window", 0.5), cosine_window("hamming_window", 0.54)


def entr(input):
    """−x ln x, 0 at 0, −inf below."""
    inside = FUNCTIONS["where"](input > 0, input, 1)
    return FUNCTIONS["where"](
        input > 0, -inside * inside.log(), FUNCTIONS["where"](input == 0, 0.0, -math.inf)
    )


def xlog1py(input, other):
    """x ln(1 + y), 0 where x is 0."""
    return FUNCTIONS["xlogy"](input, other + 1)


def ndtr(input):
    """The area under the standard normal curve up to x."""
    return (input * -math.sqrt(0.5)).erfc() * 0.5


def multigammaln(input, p):
    """ln Γ_p(x), the logarithm of the multivariate gamma function."""
    steps = tensor(np.arange(p) / -2, dtype=input.dtype)
    return (input[..., None] + steps).lgamma().sum(-1) + p * (p - 1) / 4 * math.log(math.pi)


export(is_nonzero, is_same_size, is_complex, is_signed, isreal, imag, angle, get_device,
       split_with_sizes, conj)  # fmt: skip
export(broadcast_shapes, unravel_index, range_, scalar_tensor, frombuffer, hann_window, hamming_window, typename, real,
       is_inference, method=False)  # fmt: skip
export(adjoint, new, resize_, resize_as_, fill_diagonal_, apply_, map_, sum_to_size, function=False)
Tensor.real = property(real)
Tensor.imag = property(imag)
Tensor.storage_offset = getattr(Tensor, "storage_offset", lambda self: 0)


def function_of(name):
    """A method as a function."""
    method = getattr(Tensor, name)

    def made(input, *args, **options):
        return method(check_tensor(input, name), *args, **options)

    return named(made, name, method.__doc__)


# What torch also offers as functions, of those that write in place.
IN_PLACE = """
abs acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh ceil clamp clamp_max clamp_min clip cos
cosh deg2rad erf erfc exp exp2 expm1 fill fix floor frac log log10 log1p log2 logit nan_to_num neg negative rad2deg
reciprocal relu round rsqrt sigmoid sin sinc sinh sqrt square tan tanh trunc xlogy zero
""".split()
FUNCTIONS.update({f"{n}_": function_of(f"{n}_") for n in IN_PLACE})
FUNCTIONS.update({n: function_of(n) for n in ("adjoint", "detach")})

# torch.special's names for them.
SPECIAL = {n: FUNCTIONS[n] for n in """
digamma erf erfc erfinv exp2 expm1 log1p logit logsumexp polygamma round sinc xlogy log_softmax softmax
""".split() if n in FUNCTIONS}  # fmt: skip
SPECIAL |= {
    "expit": FUNCTIONS["sigmoid"], "gammaln": FUNCTIONS["lgamma"], "psi": FUNCTIONS["digamma"], "entr": entr,
    "xlog1py": xlog1py, "ndtr": ndtr, "multigammaln": multigammaln,
}  # fmt: skip
FUNCTIONS["mvlgamma"] = multigammaln
Tensor.mvlgamma = multigammaln

__all__ = ["SPECIAL"]
