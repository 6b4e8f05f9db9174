"""What all distributions share: shapes, checks, sampling. Leans on ops, sampling, distributions.constraints."""

import warnings

import numpy as np

from ..mode import no_grad
from ..ops.creation import tensor
from ..ops.shape import broadcast_tensors
from ..tensor import Size, Tensor
from . import constraints


def tensors(*values):
    """Numbers and tensors as tensors of one shape.

    Raises:
        ValueError: for anything else.
    """
    if not all(isinstance(v, (Tensor, int, float, np.number)) for v in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    floats = [v for v in values if isinstance(v, Tensor) and v.is_floating_point()]
    made = []
    for v in values:
        if not isinstance(v, Tensor):
            v = tensor(float(v), dtype=floats[0].dtype if floats else None)
        made.append(v)
    return broadcast_tensors(*made)


class Distribution:
    """A probability distribution, or a batch of them: ``batch_shape`` many, each of tensors of ``event_shape``.

    Args:
        validate_args (bool): whether parameters and values are checked; True by default.
    """

    has_rsample = False
    has_enumerate_support = False
    _validate_args = True
    arg_constraints: dict[str, constraints.Constraint] = {}
    support: constraints.Constraint | None = None

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self.arg_constraints.items():
                if constraints.is_dependent(constraint) or name not in self.__dict__:
                    continue
                value = getattr(self, name)
                if not bool(constraint.check(value).all()):
                    raise ValueError(
                        f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                        f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}"
                    )

    @staticmethod
    def set_default_validate_args(value):
        """Whether distributions check their arguments from now on."""
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    @property
    def batch_shape(self):
        """The shape of the batch of distributions."""
        return self._batch_shape

    @property
    def event_shape(self):
        """The shape of one value of one of them."""
        return self._event_shape

    @property
    def stddev(self):
        """The standard deviation."""
        return self.variance.sqrt()

    def sample(self, sample_shape=()):
        """Values, of shape ``sample_shape + batch_shape + event_shape``, without history."""
        with no_grad():
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
        raise NotImplementedError

    def cdf(self, value):
        """The probability of at most ``value``."""
        raise NotImplementedError

    def icdf(self, value):
        """The inverse of ``cdf``."""
        raise NotImplementedError

    def entropy(self):
        """−E[log p]."""
        raise NotImplementedError

    def perplexity(self):
        """exp of the entropy."""
        return self.entropy().exp()

    def enumerate_support(self, expand=True):
        """Every value of a discrete distribution, along the first dimension."""
        raise NotImplementedError

    def expand(self, batch_shape, _instance=None):
        """The same distribution, with its parameters expanded to a larger batch."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        lead = len(self._batch_shape)
        for name in self.arg_constraints:
            value = self.__dict__.get(name)
            if isinstance(value, Tensor):
                made.__dict__[name] = value.expand(*batch_shape, *value.shape[lead:])
        made._batch_shape = Size(batch_shape)
        return made

    def _extended_shape(self, sample_shape=()):
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _validate_sample(self, value):
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        n = len(self._event_shape)
        if n and tuple(value.shape[value.ndim - n :]) != tuple(self._event_shape):
            raise ValueError(
                f"The right-most size of value must match event_shape: {value.shape} vs {self._event_shape}."
            )
        whole = self._batch_shape + self._event_shape
        for i, j in zip(reversed(value.shape), reversed(whole)):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"Value is not broadcastable with batch_shape+event_shape: {value.shape} vs {whole}."
                )
        support = self.support
        if support is None or constraints.is_dependent(support):
            return
        if not bool(support.check(value).all()):
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the support "
                f"({support!r}) of the distribution {self!r}, but found invalid values:\n{value}"
            )

    def __repr__(self):
        parts = []
        for name in self.arg_constraints:
            if name in self.__dict__:
                value = self.__dict__[name]
                parts.append(f"{name}: {value if value.numel() == 1 else value.size()}")
        return f"{type(self).__name__}({', '.join(parts)})"


__all__ = ["Distribution", "tensors"]
