"""What all distributions share: shapes, checks, sampling. Leans on ops, distributions.constraints."""

import warnings

import numpy as np

from ..errors import check
from ..mode import no_grad
from ..ops.creation import tensor
from ..ops.shape import broadcast_tensors
from ..tensor import Size, Tensor
from . import constraints


def tensors(*values):
    """Numbers and tensors as tensors of one shape. Raises ValueError for anything else."""
    if not all(isinstance(v, (Tensor, int, float, np.number)) for v in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    kind = next((v.dtype for v in values if isinstance(v, Tensor) and v.is_floating_point()), None)
    return broadcast_tensors(*(v if isinstance(v, Tensor) else tensor(float(v), dtype=kind) for v in values))


class Distribution:
    """A probability distribution, or a batch of them: ``batch_shape`` many, each of tensors of ``event_shape``.

    Args:
        validate_args (bool): whether parameters and values are checked; True by default.
    """

    has_rsample = has_enumerate_support = False
    _validate_args = True
    arg_constraints: dict[str, constraints.Constraint] = {}
    support: constraints.Constraint | None = None
    batch_shape = property(lambda self: self._batch_shape, doc="The shape of the batch of distributions.")
    event_shape = property(lambda self: self._event_shape, doc="The shape of one value of one of them.")
    stddev = property(lambda self: self.variance.sqrt(), doc="The standard deviation.")

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self.arg_constraints.items():
                if name in self.__dict__:
                    what = f"parameter {name} ({{}}) of distribution {self!r} to satisfy the constraint {constraint!r}"
                    self._check(constraint, getattr(self, name), what)

    def _check(self, constraint, value, what):
        if constraints.is_dependent(constraint) or bool(constraint.check(value).all()):
            return
        told = what.format(f"{type(value).__name__} of shape {tuple(value.shape)}")
        raise ValueError(f"Expected {told}, but found invalid values:\n{value}")

    @staticmethod
    def set_default_validate_args(value):
        """Whether distributions check their arguments from now on."""
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    @no_grad()
    def sample(self, sample_shape=()):
        """Values, of shape ``sample_shape + batch_shape + event_shape``, without history."""
        return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        """Values that are differentiable functions of the parameters.

        Raises:
            NotImplementedError: for distributions that have none.
        """
        raise NotImplementedError

    def sample_n(self, n):
        """``sample((n,))``, by its old name."""
        warnings.warn("sample_n will be deprecated. Use .sample((n,)) instead", UserWarning, stacklevel=2)
        return self.sample((n,))

    def log_prob(self, value):
        """The logarithm of the density, or of the probability, of ``value``."""
        return self._log_prob(self._checked(value))

    def cdf(self, value):
        """The probability of at most ``value``."""
        return self._cdf(self._checked(value))

    def _missing(self, *args):
        raise NotImplementedError

    _log_prob = _cdf = icdf = entropy = enumerate_support = _missing

    @property
    def mode(self):
        """Where the density is highest."""
        raise NotImplementedError(f"{type(self)} does not implement mode")

    def perplexity(self):
        """exp of the entropy."""
        return self.entropy().exp()

    def expand(self, batch_shape, _instance=None):
        """The same distribution, with its parameters expanded to a larger batch."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        lead = len(self._batch_shape)
        for name in self.arg_constraints:
            value = self.__dict__.get(name)
            if isinstance(value, Tensor):
                made.__dict__[name] = value.expand(*batch_shape, *value.shape[lead:])
        for name, value in self.__dict__.items():
            if isinstance(value, Distribution):
                made.__dict__[name] = value.expand((*batch_shape, *value.batch_shape[lead:]))
        made._batch_shape = Size(batch_shape)
        return made

    def _extended_shape(self, sample_shape=()):
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _checked(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return value

    def _validate_sample(self, value):
        check(isinstance(value, Tensor), "The value argument to log_prob must be a Tensor", ValueError)
        n, whole = len(self._event_shape), self._batch_shape + self._event_shape
        if n and tuple(value.shape[value.ndim - n :]) != tuple(self._event_shape):
            raise ValueError(f"The right-most size of value must match event_shape: {value.shape} vs {self._event_shape}.")  # fmt: skip
        if any(1 != i != j != 1 for i, j in zip(reversed(value.shape), reversed(whole))):
            raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {value.shape} vs {whole}.")  # fmt: skip
        if self.support is not None:
            what = f"value argument ({{}}) to be within the support ({self.support!r}) of the distribution {self!r}"
            self._check(self.support, value, what)

    def __repr__(self):
        held = {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}
        parts = [f"{name}: {value if value.numel() == 1 else value.size()}" for name, value in held.items()]
        return f"{type(self).__name__}({', '.join(parts)})"


__all__ = ["Distribution", "tensors"]
