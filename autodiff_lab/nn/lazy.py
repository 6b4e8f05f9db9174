"""Lazy modules: layers that learn the size of their input from the first one. Leans on nn.layers.

Until then their parameters are uninitialised; at the first call they take their shapes and numbers, and the module
becomes an ordinary one.
"""

from ..ops.creation import tensor
from ..tensor import Parameter, Tensor
from . import functional as F
from .layers import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    Linear,
)
from .module import Module

NO_SHAPE = (
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when "
    "trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before "
    "accessing their attributes."
)
NOT_YET = (
    "Attempted to use an uninitialized parameter. This error happens when you are using a `LazyModule` or explicitly "
    "manipulating `autodiff_lab.nn.parameter.UninitializedParameter` objects. When using LazyModules Call `forward` with a "
    "dummy batch to initialize the parameters before calling torch functions"
)


class Uninitialized:
    """What parameters and buffers without a shape share."""

    __slots__ = ()
    is_uninitialized = True

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        made = object.__new__(cls)
        made._node = None
        made.wanted = (requires_grad, dtype)
        return made

    @property
    def _array(self):
        raise ValueError(NOT_YET)

    @property
    def shape(self):
        raise RuntimeError(NO_SHAPE)

    requires_grad = property(lambda self: self.wanted[0])

    @property
    def data(self):
        return tensor([])

    def detach(self):
        return self

    def materialize(self, shape, device=None, dtype=None):
        """Take a shape, with numbers yet to be drawn."""
        requires_grad, kind = self.wanted
        del self.__dict__["wanted"]
        made = tensor([], dtype=dtype or kind).new_zeros(tuple(shape))
        self.__class__ = Parameter if isinstance(self, Parameter) else Tensor
        self._array = made._array
        self.requires_grad_(requires_grad)

    def __repr__(self):
        return f"<{type(self).__name__}>"


class UninitializedParameter(Uninitialized, Parameter):
    """A parameter whose shape is not known yet; every use but ``materialize`` raises."""

    __slots__ = ()


class UninitializedBuffer(Uninitialized, Tensor):
    """A buffer whose shape is not known yet."""

    __slots__ = ()

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        return Uninitialized.__new__(cls, requires_grad, device, dtype)


class LazyModuleMixin:
    """What lazy modules share: at the first call they find their sizes and become ``becomes``."""

    becomes: type[Module]

    def has_uninitialized_params(self):
        """Whether the first call is still to come."""
        return any(
            getattr(t, "is_uninitialized", False)
            for t in (*self._parameters.values(), *self._buffers.values())
        )

    def reset_parameters(self):
        """Draw new numbers, once there are shapes."""
        if self.weight.numel():
            super().reset_parameters()

    def __call__(self, *args, **kwargs):
        if self.has_uninitialized_params():
            self.initialize_parameters(*args, **kwargs)
        self.__class__ = self.becomes
        return self(*args, **kwargs)


class LazyLinear(LazyModuleMixin, Linear):
    """``Linear`` whose ``in_features`` is the size of the last dimension of its first input."""

    becomes = Linear

    def __init__(self, out_features, bias=True, device=None, dtype=None):
        super().__init__(0, 0, False)
        self.out_features = out_features
        self.weight = UninitializedParameter(dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(dtype=dtype)

    def initialize_parameters(self, input):
        """Take the shapes that fit ``input``."""
        self.in_features = input.shape[-1]
        self.weight.materialize((self.out_features, self.in_features))
        if self.bias is not None:
            self.bias.materialize((self.out_features,))
        self.reset_parameters()

    def __repr__(self):
        return super().__repr__().replace("bias=False", f"bias={self.bias is not None}")


def lazy_convolution(base):
    def __init__(self, out_channels, kernel_size, *args, **options):
        names = ("stride", "padding", "output_padding", "groups", "bias", "dilation", "padding_mode") if base.transposed else (
            "stride", "padding", "dilation", "groups", "bias", "padding_mode")  # fmt: skip
        options = {**dict(zip(names, args)), **options}
        bias = options.pop("bias", True)
        dtype = options.pop("dtype", None)
        base.__init__(self, 0, 0, kernel_size, bias=False, **options)
        self.out_channels = out_channels
        self.weight = UninitializedParameter(dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(dtype=dtype)

    def initialize_parameters(self, input, *args):
        """Take the shapes that fit ``input``."""
        if input.ndim not in (self.d + 1, self.d + 2):
            raise RuntimeError(
                f"Expected {self.d + 1}D (unbatched) or {self.d + 2}D (batched) input to {type(self).__name__}, but got input "
                f"of size: {list(input.shape)}"
            )
        self.in_channels = input.shape[-self.d - 1]
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        self.weight.materialize((first, second // self.groups, *F.sizes(self.kernel_size, self.d)))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()

    return lazy(base, "in_channels", __init__, initialize_parameters)


def lazy_norm(base):
    def __init__(
        self,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        base.__init__(self, 0, eps, momentum, False, False)
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = UninitializedParameter(dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(dtype=dtype)
        if track_running_stats:
            self.running_mean, self.running_var = (
                UninitializedBuffer(dtype=dtype),
                UninitializedBuffer(dtype=dtype),
            )
            self.num_batches_tracked = tensor(0)

    def initialize_parameters(self, input):
        """Take the shapes that fit ``input``."""
        self.num_features = input.shape[1]
        for name, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
            held = getattr(self, name)
            if getattr(held, "is_uninitialized", False):
                held.materialize((self.num_features,))
                held.detach().fill_(value)

    return lazy(base, "num_features", __init__, initialize_parameters)


def lazy(base, what, __init__, initialize_parameters):
    name = f"Lazy{base.__name__}"
    doc = f"``{base.__name__}`` whose ``{what}`` is that of its first input."
    return type(
        name,
        (LazyModuleMixin, base),
        {
            "__init__": __init__,
            "initialize_parameters": initialize_parameters,
            "becomes": base,
            "__doc__": doc,
            "__module__": __name__,
        },
    )


LAZY = {
    f"Lazy{base.__name__}": make(base)
    for make, bases in (
        (lazy_convolution, (Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d)),
        (lazy_norm, (BatchNorm1d, BatchNorm2d, BatchNorm3d)),
    )
    for base in bases
}
globals().update(LAZY)

__all__ = ["LazyLinear", "UninitializedBuffer", "UninitializedParameter", *LAZY]
