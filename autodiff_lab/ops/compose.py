"""Small functions made of the others, and in-place changes of shape. Leans on the rest of ops."""

import math
import operator

import numpy as np

from ..dtypes import bool_, get_default_dtype
from ..errors import check, warn
from ..mode import mode
from ..tensor import Size, Tensor, count_write, memory, new_tensor
from ..views import refuse
from .creation import numpy_dtype, tensor, to
from .reduce import sum as total
from .row import FUNCTIONS, check_tensor, export, one_line, wrap
from .shape import squeeze, t, transposed, unsqueeze
from .words import named

# -- in place: another shape over the same memory -----------------------------------------------------------


def reshaper(function, name):
    """The in-place form of a view: the tensor itself takes the view's shape and history."""

    def method(self, *args, **options):
        refuse(self, bool(mode.grad) and self._node is not None)
        made = function(self, *args, **options)
        self._array, self._node = made._array, made._node
        count_write(self)
        return self

    return named(
        method, name, f"In-place version of ``{function.__name__}``: this tensor takes the new shape."
    )


for _name, _function in (("squeeze_", squeeze), ("unsqueeze_", unsqueeze), ("t_", t), ("transpose_", transposed),
                         ("swapaxes_", transposed), ("swapdims_", transposed)):  # fmt: skip
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


def overwriting(name):
    """The in-place form of a function without rows of its own; what it keeps is a copy, which nothing overwrites."""
    made = getattr(Tensor, name)

    def method(self, *args, **options):
        return self.copy_(made(self.clone() if self.requires_grad else self, *args, **options))

    return named(method, name + "_", f"In-place version of ``{name}``.")


for _name in ("cumsum", "cumprod", "addmm", "addmv", "addr", "addbmm", "baddbmm", "polygamma"):
    setattr(Tensor, _name + "_", overwriting(_name))


def refilled(t, numbers):
    """Write Python numbers, in reading order, into ``t``."""
    return t.copy_(wrap(np.array(list(numbers), t._array.dtype).reshape(t._array.shape)))


def apply_(self, function):
    """Put ``function`` of each number, a Python function of a number, in its place."""
    refuse(self, bool(mode.grad) and self._node is not None)
    return refilled(self, (function(v.item()) for v in self._array.reshape(-1)))


def map_(self, tensor, callable):
    """Put ``callable(a, b)`` of each number of this tensor and of ``tensor`` in its place."""
    pairs = (p.reshape(-1) for p in np.broadcast_arrays(self._array, tensor._array))
    return refilled(self, (callable(a.item(), b.item()) for a, b in zip(*pairs)))


def fill_diagonal_(self, fill_value, wrap=False):
    """Write a number onto the main diagonal, in place.

    Args:
        wrap (bool): begin anew, a row below the end, until a tall matrix is full.
    """
    check(self.ndim > 1, "dimensions must larger than 1")
    check(self.ndim == 2 or len(set(self.shape)) == 1, "all dimensions of input must be of equal length")
    at, (rows, *_, columns) = (
        np.arange(max(self.shape) if wrap and self.ndim == 2 else min(self.shape)),
        self.shape,
    )
    row, column = at + at // max(columns, 1), at % max(columns, 1)
    inside = (row < rows) & (column < columns)
    self[(new_tensor(row[inside]), *(new_tensor(column[inside]),) * (self.ndim - 1))] = fill_value
    return self


# -- reading ------------------------------------------------------------------------------------------------


def imag(input):
    """Raises RuntimeError: a real tensor has no imaginary part."""
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


def angle(input):
    """0 for numbers that are not negative, π for those that are."""
    wide = input if input.is_floating_point() else to(input, get_default_dtype())
    return FUNCTIONS["where"](wide < 0, math.pi, wide * 0)


def typename(obj):
    """A tensor's type with its dtype; for anything else its class, in full."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return f"{kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else kind.__qualname__


def sum_to_size(self, *size):
    """The sum over the dimensions along which ``size`` would be broadcast to this shape."""
    size = tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else size
    lead = self.ndim - len(size)
    check(lead >= 0 and all(n in (1, m) for n, m in zip(size, self.shape[lead:])),
          f"size {{{list(size)}}} is not expandable to size {{{list(self.shape)}}}.")  # fmt: skip
    axes = (*range(lead), *(lead + i for i, n in enumerate(size) if n == 1 != self.shape[lead + i]))
    made = total(self, axes, True) if axes else self
    return made.reshape(size)


def broadcast_shapes(*shapes):
    """The shape to which shapes broadcast; RuntimeError where they do not.

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
    warn("range")
    start, end = (0, start) if end is None else (start, end)
    values = start + step * np.arange(math.floor((end - start) / step) + 1)
    return tensor(values.astype(numpy_dtype(dtype)), requires_grad=requires_grad)


range_.__name__ = range_.__qualname__ = "range"


def scalar_tensor(s, *, dtype=None, layout=None, device=None, pin_memory=None, requires_grad=False):
    """A 0-d tensor, of the default dtype if none is given."""
    return tensor(
        s, dtype=get_default_dtype() if dtype is None else dtype, device=device, requires_grad=requires_grad
    )


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A vector over the memory of a Python buffer."""
    made = FUNCTIONS["from_numpy"](np.frombuffer(buffer, numpy_dtype(dtype), count, offset))
    return made.requires_grad_() if requires_grad else made


def cosine_window(name, first):
    """A window ``first − (1 − first) cos(2πk/N)``."""

    def made(window_length, periodic=True, *, dtype=None, layout=None, device=None, requires_grad=False):
        length = operator.index(window_length)
        turns = max(length if periodic else length - 1, 1)
        values = first - (1 - first) * np.cos(2 * np.pi * np.arange(length) / turns)
        values = values if length > 1 else np.ones(length)
        return tensor(values.astype(numpy_dtype(dtype)), requires_grad=requires_grad)

    formula = f"{first} − {1 - first:.2g} cos(2πk/N)"
    return named(made, name, f"The window {formula}, k = 0 … N − 1; N − 1 instead of N unless periodic.")


hann_window, hamming_window = cosine_window("hann_window", 0.5), cosine_window("hamming_window", 0.54)


def entr(input):
    """−x ln x, 0 at 0, −inf below."""
    where = FUNCTIONS["where"]
    inside = where(input > 0, input, 1)
    return where(input > 0, -inside * inside.log(), where(input == 0, 0.0, -math.inf))


def multigammaln(input, p):
    """ln Γ_p(x), the logarithm of the multivariate gamma function."""
    steps = tensor(np.arange(p) / -2, dtype=input.dtype)
    return (input[..., None] + steps).lgamma().sum(-1) + p * (p - 1) / 4 * math.log(math.pi)


def wrapped(index, n):
    """Places of a row of ``n``, those counted from the end as the others."""
    for i in index[(index < -n) | (index >= n)].tolist()[:1]:
        raise IndexError(f"out of range: tried to access index {i} on a tensor of {n} elements.")
    return index % max(n, 1)


def put_(self, index, source, accumulate=False):
    """Write ``source`` at places counted as if the tensor had one dimension; IndexError for those out of reach."""
    target = self if self.ndim else self.view(1)
    target.index_put_(unravel_index(wrapped(index, self.numel()), tuple(target.shape)), source, accumulate)
    return self


def shortened(x, norm, most):
    return FUNCTIONS["where"](norm > most, x * (most / (norm + 1e-7)), x)


# fmt: off
one_line(
    ("fm", "is_nonzero",       lambda input: bool(input),                                  "Whether the only number of a tensor is not 0; RuntimeError for any other count."),
    ("fm", "is_same_size",     lambda input, other: input.shape == other.shape,            "Whether two tensors have the same shape."),
    ("fm", "is_complex",       lambda input: False,                                        "False: there are no complex numbers here."),
    ("fm", "is_signed",        lambda input: input._array.dtype.kind not in "ub",          "Whether the dtype has negative numbers."),
    ("fm", "isreal",           lambda input: FUNCTIONS["ones_like"](input, dtype=bool_),   "Where a number is real: everywhere."),
    ("f",  "real",             lambda input: input,                                        "The tensor itself: its numbers are real."),
    ("fm", "conj",             lambda input: input,                                        "The tensor itself: its numbers are real."),
    ("fm", "get_device",       lambda input: -1,                                           "-1, the CPU."),
    ("f",  "is_inference",     lambda input: input.is_inference(),                         "Whether it was made in inference mode."),
    ("m",  "adjoint",          lambda self: self.mT,                                       "Each matrix transposed: ``mT``."),
    ("m",  "new",              lambda self, *args: Tensor(*args).to(self.dtype),           "A tensor of this dtype, by the rules of ``Tensor(…)``."),
    ("m",  "resize_as_",       lambda self, other, *, memory_format=None: resize_(self, tuple(other.shape)), "Take the shape of ``other``; see ``resize_``."),
    ("fm", "put",              lambda input, index, source, accumulate=False: input.clone().put_(index, source, accumulate), "A copy of ``input`` with ``source`` written by ``put_``."),
    ("fm", "renorm",           lambda input, p, dim, maxnorm, *, out=None: shortened(input, FUNCTIONS["norm"](input, p, [d for d in range(input.ndim) if d != dim % input.ndim], True), maxnorm), "Each slice along ``dim`` with its p-norm held to ``maxnorm``."),
    ("fm", "split_with_sizes", lambda input, split_sizes, dim=0: FUNCTIONS["split"](input, list(split_sizes), dim), "Pieces of the given sizes along a dimension."),
)
SPECIAL = {name: named(made, name, doc) for name, made, doc in (
    ("xlog1py",          lambda input, other: FUNCTIONS["xlogy"](input, other + 1),  "x ln(1 + y), 0 where x is 0."),
    ("ndtr",             lambda input: (input * -math.sqrt(0.5)).erfc() * 0.5,       "The area under the standard normal curve up to x."),
)}
# fmt: on

export(imag, angle)
export(broadcast_shapes, unravel_index, range_, scalar_tensor, frombuffer, hann_window, hamming_window, typename,
       method=False)  # fmt: skip
export(resize_, put_, fill_diagonal_, apply_, map_, sum_to_size, function=False)
Tensor.real, Tensor.imag = property(FUNCTIONS["real"]), property(imag)


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
SPECIAL |= {n: FUNCTIONS[n] for n in """
digamma erf erfc erfinv exp2 expm1 log1p logit logsumexp polygamma round sinc xlogy log_softmax softmax
""".split()}  # fmt: skip
SPECIAL |= {"expit": FUNCTIONS["sigmoid"], "gammaln": FUNCTIONS["lgamma"], "psi": FUNCTIONS["digamma"], "entr": entr,
            "multigammaln": multigammaln}  # fmt: skip
FUNCTIONS["mvlgamma"] = Tensor.mvlgamma = multigammaln

__all__ = ["SPECIAL"]
