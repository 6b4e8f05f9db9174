"""The distributions themselves. Leans on distributions.distribution, nn.functional, ops, sampling.

Each draws its numbers as torch does, so that the same seed gives the same values.
"""

import math

import numpy as np

from .. import random
from ..linalg import cholesky, solve_triangular
from ..mode import no_grad
from ..nn import functional as F
from ..ops.compose import broadcast_shapes
from ..ops.creation import ones, zeros
from ..ops.row import FUNCTIONS
from ..sampling import bernoulli, normal, poisson, rand
from ..tensor import Size, Tensor, new_tensor
from . import constraints
from .distribution import Distribution, tensors

xlogy, where = FUNCTIONS["xlogy"], FUNCTIONS["where"]


def tiny(t):
    return float(np.finfo(t._array.dtype).eps)


class Plain(Distribution):
    """A distribution of single numbers whose parameters are tensors of one shape."""

    def _take(self, validate_args, **parameters):
        numbers = all(not isinstance(v, Tensor) for v in parameters.values())
        for name, value in zip(parameters, tensors(*parameters.values())):
            setattr(self, name, value)
        shape = () if numbers else value.shape
        super().__init__(shape, validate_args=validate_args)

    def _checked(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return value


class Normal(Plain):
    """The normal distribution of mean ``loc`` and standard deviation ``scale``.

    Formula: p(x) = exp(−(x − loc)² / 2 scale²) / (scale √2π).

    >>> import autodiff_lab as th
    >>> th.distributions.Normal(0., 1.).log_prob(th.tensor(0.))
    tensor(-0.9189)
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support, has_rsample = constraints.real, True

    def __init__(self, loc, scale, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale)

    @property
    def mean(self):
        return self.loc

    mode = mean

    @property
    def stddev(self):
        return self.scale

    @property
    def variance(self):
        return self.stddev.pow(2)

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        return self.loc + standard_normal(shape, self.loc) * self.scale

    def log_prob(self, value):
        self._checked(value)
        return (
            -((value - self.loc) ** 2) / (2 * self.scale**2)
            - self.scale.log()
            - math.log(math.sqrt(2 * math.pi))
        )

    def cdf(self, value):
        self._checked(value)
        return 0.5 * (1 + ((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)).erf())

    def icdf(self, value):
        return self.loc + self.scale * (2 * value - 1).erfinv() * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()


def standard_normal(shape, like):
    return normal(zeros(shape, dtype=like.dtype), ones(shape, dtype=like.dtype))


class LogNormal(Plain):
    """The distribution of eˣ for normal x of mean ``loc`` and standard deviation ``scale``."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support, has_rsample = constraints.positive, True

    def __init__(self, loc, scale, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale)
        self.base_dist = Normal(self.loc, self.scale, validate_args)

    @property
    def mean(self):
        return (self.loc + self.scale.pow(2) / 2).exp()

    @property
    def mode(self):
        return (self.loc - self.scale.square()).exp()

    @property
    def variance(self):
        square = self.scale.pow(2)
        return square.expm1() * (2 * self.loc + square).exp()

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape).exp()

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape).exp()

    def log_prob(self, value):
        logs = self._checked(value).log()
        return self.base_dist.log_prob(logs) - logs

    def entropy(self):
        return self.base_dist.entropy() + self.loc


class Uniform(Plain):
    """Evenly spread over [low, high)."""

    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self._take(validate_args, low=low, high=high)
        if self._validate_args and not bool((self.low < self.high).all()):
            raise ValueError("Uniform is not defined when low>= high")

    @property
    def arg_constraints(self):
        high = self.__dict__.get("high")
        return {
            "low": constraints.dependent if high is None else constraints.LessThan(high),
            "high": constraints.GreaterThan(self.__dict__.get("low")),
        }

    @property
    def support(self):
        return constraints.Interval(self.low, self.high)

    @property
    def mean(self):
        return (self.high + self.low) / 2

    @property
    def mode(self):
        return self.high * math.nan

    @property
    def stddev(self):
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self):
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        return self.low + rand(*shape, dtype=self.low.dtype) * (self.high - self.low)

    def log_prob(self, value):
        self._checked(value)
        inside = (self.low <= value).type_as(self.low) * (self.high > value).type_as(self.low)
        return inside.log() - (self.high - self.low).log()

    def cdf(self, value):
        return ((self._checked(value) - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value):
        return value * (self.high - self.low) + self.low

    def entropy(self):
        return (self.high - self.low).log()


class Exponential(Plain):
    """Waiting times of the given ``rate``: p(x) = rate exp(−rate x)."""

    arg_constraints = {"rate": constraints.positive}
    support, has_rsample = constraints.nonnegative, True

    def __init__(self, rate, validate_args=None):
        self._take(validate_args, rate=rate)

    @property
    def mean(self):
        return self.rate.reciprocal()

    stddev = mean

    @property
    def mode(self):
        return self.rate * 0

    @property
    def variance(self):
        return self.rate.pow(-2)

    def rsample(self, sample_shape=()):
        return self.rate.new_empty(self._extended_shape(sample_shape)).exponential_() / self.rate

    def log_prob(self, value):
        return self.rate.log() - self.rate * self._checked(value)

    def cdf(self, value):
        return 1 - (-self.rate * self._checked(value)).exp()

    def icdf(self, value):
        return -(-value).log1p() / self.rate

    def entropy(self):
        return 1.0 - self.rate.log()


class Laplace(Plain):
    """p(x) = exp(−|x − loc| / scale) / 2 scale."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support, has_rsample = constraints.real, True

    def __init__(self, loc, scale, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale)

    @property
    def mean(self):
        return self.loc

    mode = mean

    @property
    def variance(self):
        return 2 * self.scale.pow(2)

    @property
    def stddev(self):
        return 2**0.5 * self.scale

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        low = float(np.finfo(self.loc._array.dtype).eps) - 1
        u = self.loc.new_empty(shape).uniform_(low, 1)
        return self.loc - self.scale * u.sign() * (-u.abs()).log1p()

    def log_prob(self, value):
        return -(2 * self.scale).log() - (self._checked(value) - self.loc).abs() / self.scale

    def cdf(self, value):
        gap = self._checked(value) - self.loc
        return 0.5 - 0.5 * gap.sign() * (-gap.abs() / self.scale).expm1()

    def icdf(self, value):
        term = value - 0.5
        return self.loc - self.scale * term.sign() * (-2 * term.abs()).log1p()

    def entropy(self):
        return 1 + (2 * self.scale).log()


def exclusive(probs, logits):
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


class OfProbs(Plain):
    """A distribution given by probabilities or by their logits; the other is computed when asked for."""

    binary = True

    def __getattr__(self, name):
        if name == "probs" and "logits" in self.__dict__:
            self.probs = self.logits.sigmoid() if self.binary else F.softmax(self.logits, -1)
            return self.probs
        if name == "logits" and "probs" in self.__dict__:
            held = self.probs.clamp(min=tiny(self.probs), max=1 - tiny(self.probs))
            self.logits = held.log() - (-held).log1p() if self.binary else held.log()
            return self.logits
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    @property
    def param_shape(self):
        return (self.probs if "probs" in self.__dict__ else self.logits).shape


class Bernoulli(OfProbs):
    """1 with probability ``probs``, else 0.

    >>> import autodiff_lab as th
    >>> th.distributions.Bernoulli(th.tensor([0.25, 0.5])).variance
    tensor([0.1875, 0.2500])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support, has_enumerate_support = constraints.boolean, True

    def __init__(self, probs=None, logits=None, validate_args=None):
        exclusive(probs, logits)
        self._take(validate_args, **({"probs": probs} if logits is None else {"logits": logits}))

    @property
    def mean(self):
        return self.probs

    @property
    def mode(self):
        return where(self.probs == 0.5, math.nan, (self.probs >= 0.5).to(self.probs.dtype))

    @property
    def variance(self):
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        with no_grad():
            return bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._checked(value)
        logits, value = FUNCTIONS["broadcast_tensors"](self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        values = new_tensor(np.arange(2, dtype=self.probs._array.dtype)).view(
            -1, *(1,) * len(self.batch_shape)
        )
        return values.expand(-1, *self.batch_shape) if expand else values


class Geometric(OfProbs):
    """How many failures come before the first success of probability ``probs``."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs=None, logits=None, validate_args=None):
        exclusive(probs, logits)
        self._take(validate_args, **({"probs": probs} if logits is None else {"logits": logits}))

    @property
    def mean(self):
        return 1.0 / self.probs - 1.0

    @property
    def mode(self):
        return self.probs * 0

    @property
    def variance(self):
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with no_grad():
            u = self.probs.new_empty(shape).uniform_(float(np.finfo(self.probs._array.dtype).tiny), 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value):
        value, probs = FUNCTIONS["broadcast_tensors"](self._checked(value), self.probs)
        inside = where((probs == 1) & (value == 0), 0.0, probs)
        return value * (-inside).log1p() + self.probs.log()

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs


class Categorical(OfProbs):
    """One of the classes 0 … K − 1, with the probabilities in the last dimension of ``probs``.

    Args:
        probs (Tensor): not negative; they are divided by their sum.
        logits (Tensor): logarithms of them, up to a constant.

    >>> import autodiff_lab as th
    >>> th.distributions.Categorical(th.tensor([1., 2., 1.])).log_prob(th.tensor(1))
    tensor(-0.6931)
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support, binary = True, False

    def __init__(self, probs=None, logits=None, validate_args=None):
        exclusive(probs, logits)
        given = probs if logits is None else logits
        if given.ndim < 1:
            raise ValueError(
                f"`{'logits' if probs is None else 'probs'}` parameter must be at least one-dimensional."
            )
        if probs is not None:
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = logits - logits.logsumexp(dim=-1, keepdim=True)
        self._num_events = given.shape[-1]
        Distribution.__init__(self, given.shape[:-1], validate_args=validate_args)

    @property
    def support(self):
        return constraints.IntegerInterval(0, self._num_events - 1)

    @property
    def mean(self):
        return self.probs.new_full(self.batch_shape, math.nan)

    variance = mean

    @property
    def mode(self):
        return self.probs.argmax(dim=-1)

    def sample(self, sample_shape=()):
        sample_shape = Size(sample_shape)
        with no_grad():
            rows = self.probs.reshape(-1, self._num_events)
            drawn = rows.multinomial(sample_shape.numel(), True).T
        return drawn.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value):
        value = self._checked(value).long().unsqueeze(-1)
        value, logits = FUNCTIONS["broadcast_tensors"](value, self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self):
        logits = self.logits.clamp(min=float(np.finfo(self.logits._array.dtype).min))
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        values = new_tensor(np.arange(self._num_events)).view(-1, *(1,) * len(self.batch_shape))
        return values.expand(-1, *self.batch_shape) if expand else values


class Multinomial(Distribution):
    """How often each class comes in ``total_count`` draws of a ``Categorical``."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    probs = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)
    param_shape = property(lambda self: self._categorical.param_shape)

    @property
    def support(self):
        return constraints.Multinomial(self.total_count)

    @property
    def mean(self):
        return self.probs * self.total_count

    @property
    def variance(self):
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        drawn = self._categorical.sample((self.total_count, *sample_shape))
        drawn = drawn.permute(*range(1, drawn.ndim), 0)
        counts = drawn.new_zeros(self._extended_shape(sample_shape))
        counts.scatter_add_(-1, drawn, FUNCTIONS["ones_like"](drawn))
        return counts.type_as(self.probs)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        logits, value = FUNCTIONS["broadcast_tensors"](self.logits, value)
        ways = (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1)
        inside = where((value == 0) & (logits == -math.inf), 0.0, logits)
        return ways + (inside * value).sum(-1)

    def entropy(self):
        raise NotImplementedError("Multinomial.entropy() is not offered")


class Binomial(OfProbs):
    """How many of ``total_count`` trials of probability ``probs`` succeed."""

    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        exclusive(probs, logits)
        given = probs if logits is None else logits
        count, given = tensors(total_count, given)
        self.total_count = count.type_as(given)
        setattr(self, "logits" if probs is None else "probs", given)
        shape = given.shape
        Distribution.__init__(self, shape, validate_args=validate_args)

    @property
    def support(self):
        return constraints.IntegerInterval(0, self.total_count)

    @property
    def mean(self):
        return self.total_count * self.probs

    @property
    def mode(self):
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self):
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with no_grad():
            count, probs = (v.expand(shape)._array for v in (self.total_count, self.probs))
            return new_tensor(
                np.asarray(random.binomial(random.default_generator, np.asarray(count), np.asarray(probs)))[
                    ()
                ]
            )

    def log_prob(self, value):
        self._checked(value)
        ways = (
            (self.total_count + 1).lgamma() - (value + 1).lgamma() - (self.total_count - value + 1).lgamma()
        )
        logits = self.logits
        shared = self.total_count * logits.clamp(min=0) + self.total_count * (-logits.abs()).exp().log1p()
        return value * logits - shared + ways

    def entropy(self):
        values = self.enumerate_support(False)
        logs = self.log_prob(values)
        return -(logs.exp() * logs).sum(0)

    def enumerate_support(self, expand=True):
        top = int(self.total_count.max())
        if int(self.total_count.min()) != top:
            raise NotImplementedError("Inhomogeneous total count not supported by `enumerate_support`.")
        values = new_tensor(np.arange(top + 1, dtype=self.total_count._array.dtype))
        values = values.view(-1, *(1,) * len(self.batch_shape))
        return values.expand(-1, *self.batch_shape) if expand else values


class Poisson(Plain):
    """How many events happen where ``rate`` are expected: p(k) = rateᵏ e^−rate / k!."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate, validate_args=None):
        self._take(validate_args, rate=rate)

    @property
    def mean(self):
        return self.rate

    variance = mean

    @property
    def mode(self):
        return self.rate.floor()

    def sample(self, sample_shape=()):
        with no_grad():
            return poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        rate, value = FUNCTIONS["broadcast_tensors"](self.rate, self._checked(value))
        return xlogy(value, rate) - rate - (value + 1).lgamma()


class MultivariateNormal(Distribution):
    """Normal vectors of mean ``loc``, given by one of covariance, precision, or a factor L of the covariance L Lᵀ."""

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support, has_rsample = constraints.real_vector, True

    def __init__(
        self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None
    ):
        if loc.ndim < 1:
            raise ValueError("loc must be at least one-dimensional.")
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {k: v for k, v in given.items() if v is not None}
        if len(given) != 1:
            raise ValueError(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
            )
        ((name, matrix),) = given.items()
        if matrix.ndim < 2:
            raise ValueError(
                f"{name} must be at least two-dimensional, with optional leading batch dimensions"
            )
        batch = broadcast_shapes(tuple(matrix.shape[:-2]), tuple(loc.shape[:-1]))
        setattr(self, name, matrix.expand(*batch, *matrix.shape[-2:]))
        self.loc = loc.expand(*batch, loc.shape[-1])
        super().__init__(batch, loc.shape[-1:], validate_args)
        matrix = getattr(self, name)
        self._factor = matrix if name == "scale_tril" else cholesky(matrix if name[0] == "c" else FUNCTIONS["inverse"](matrix))  # fmt: skip

    def __getattr__(self, name):
        if name in ("scale_tril", "covariance_matrix", "precision_matrix") and "_factor" in self.__dict__:
            factor = self._factor
            if name == "scale_tril":
                return factor
            covariance = factor @ factor.mT
            return covariance if name[0] == "c" else FUNCTIONS["inverse"](covariance)
        raise AttributeError(f"'MultivariateNormal' object has no attribute '{name}'")

    @property
    def mean(self):
        return self.loc

    mode = mean

    @property
    def variance(self):
        return (self._factor**2).sum(-1).expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape=()):
        noise = standard_normal(self._extended_shape(sample_shape), self.loc)
        return self.loc + (self._factor @ noise.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        gap = (value - self.loc).unsqueeze(-1)
        distance = (solve_triangular(self._factor, gap, upper=False).squeeze(-1) ** 2).sum(-1)
        half_log_det = self._factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - half_log_det

    def entropy(self):
        half_log_det = self._factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        made = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + half_log_det
        return made.expand(*self._batch_shape) if self._batch_shape else made


class Independent(Distribution):
    """The last ``reinterpreted_batch_ndims`` dimensions of a batch taken as parts of one event."""

    arg_constraints: dict[str, constraints.Constraint] = {}

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        n, batch = reinterpreted_batch_ndims, base_distribution.batch_shape
        if n > len(batch):
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual "
                f"{n} vs {len(batch)}"
            )
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, n
        cut = len(batch) - n
        super().__init__(batch[:cut], (*batch[cut:], *base_distribution.event_shape), validate_args)

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    @property
    def support(self):
        inner = self.base_dist.support
        n = self.reinterpreted_batch_ndims
        return constraints.Independent(inner, n) if n else inner

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def _summed(self, value):
        n = self.reinterpreted_batch_ndims
        return value.sum(tuple(range(-n, 0))) if n else value

    def log_prob(self, value):
        return self._summed(self.base_dist.log_prob(value))

    def entropy(self):
        return self._summed(self.base_dist.entropy())

    def __repr__(self):
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"


__all__ = [
    "Bernoulli", "Binomial", "Categorical", "Exponential", "Geometric", "Independent", "Laplace", "LogNormal", "Multinomial",
    "MultivariateNormal", "Normal", "Poisson", "Uniform",
]  # fmt: skip
