"""Lazy modules: layers that learn the size of their input from the first one. Leans on nn.layers.

Until then their parameters are uninitialised; at the first call they take their shapes and numbers, and the module
becomes an ordinary one.
"""

from ..ops.creation import tensor
from ..tensor import Parameter, Tensor
from . import layers
from .module import Module, unknown

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
        made._node = made._clock = made._grad = made._hooks = made._view = None
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

    __str__ = __repr__


class UninitializedParameter(Uninitialized, Parameter):
    """A parameter whose shape is not known yet; every use but ``materialize`` raises."""

    __slots__ = ()


class UninitializedBuffer(Uninitialized, Tensor):
    """A buffer whose shape is not known yet."""

    __slots__ = ()

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        return Uninitialized.__new__(cls, requires_grad, device, dtype)


class LazyModuleMixin:
    """What lazy modules share: at the first call they find the size ``_learns`` and become ``becomes``.

    The parameters' shapes and numbers are those of an ordinary module that is made then.
    """

    becomes: type[Module]

    def _take(self, dtype, **given):
        self.__dict__["_given"] = {**given, "dtype": dtype}
        super()._take(**{self._learns: 0}, dtype=dtype, **given)
        for name, p in self._parameters.items():
            self._parameters[name] = p if p is None else UninitializedParameter(dtype=dtype)
        for name, b in self._buffers.items():
            self._buffers[name] = UninitializedBuffer(dtype=dtype) if b is not None and b.ndim else b

    def has_uninitialized_params(self):
        """Whether the first call is still to come."""
        return any(map(unknown, (*self._parameters.values(), *self._buffers.values())))

    def reset_parameters(self):
        """Draw new numbers, once there are shapes."""
        if not self.has_uninitialized_params() and self.weight.numel():
            super().reset_parameters()

    def initialize_parameters(self, input):
        """Take the shapes that fit ``input``."""
        d = getattr(self, "d", None)
        if d and input.ndim not in (d + 1, d + 2):
            raise RuntimeError(f"Expected {d + 1}D (unbatched) or {d + 2}D (batched) input to {type(self).__name__}, but got "
                               f"input of size: {list(input.shape)}")  # fmt: skip
        size = input.shape[-d - 1 if d else 1 if self._learns == "num_features" else -1]
        setattr(self, self._learns, size)
        if not self.has_uninitialized_params():
            return
        ready = self.becomes(size, **self._given)
        for registry in ("_parameters", "_buffers"):
            for name, t in getattr(self, registry).items():
                if unknown(t):
                    numbers = getattr(ready, name)
                    t.materialize(numbers.shape)
                    t.detach().copy_(numbers.detach())

    def __call__(self, *args, **kwargs):
        if self.has_uninitialized_params() or not getattr(self, self._learns):
            self.initialize_parameters(*args, **kwargs)
        vars(self).pop("_given", None)
        self.__class__ = self.becomes
        return self(*args, **kwargs)


def lazy(name):
    base = getattr(layers, name)
    learns, takes = base._takes.split(", ", 1)
    doc = f"``{name}`` whose ``{learns}`` is that of its first input."
    space = {"becomes": base, "_learns": learns, "__doc__": doc, "__module__": __name__}
    return type(f"Lazy{name}", (LazyModuleMixin, base), space, takes=takes)


NAMES = "Linear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d BatchNorm1d BatchNorm2d BatchNorm3d"
LAZY = {f"Lazy{name}": lazy(name) for name in NAMES.split()}
globals().update(LAZY)

__all__ = ["UninitializedBuffer", "UninitializedParameter", *LAZY]
