"""The distributions themselves. Leans on distributions.distribution, nn.functional, ops, sampling.

Each draws its numbers as torch does, so that the same seed gives the same values.
"""

import math

import numpy as np

from .. import random
from ..errors import check
from ..linalg import cholesky, solve_triangular
from ..mode import no_grad
from ..nn import functional as F
from ..ops.compose import broadcast_shapes
from ..ops.row import FUNCTIONS
from ..sampling import bernoulli, poisson, rand, randn
from ..signature import Declared
from ..tensor import Tensor, new_tensor
from . import constraints as c
from .distribution import Distribution, tensors

xlogy, where, broadcast_tensors = (FUNCTIONS[name] for name in ("xlogy", "where", "broadcast_tensors"))
LOG_2PI, LOG_ROOT_2PI = math.log(2 * math.pi), math.log(math.sqrt(2 * math.pi))


def limits(t):
    return np.finfo(t._array.dtype)


class Plain(Declared, Distribution):
    """A distribution of single numbers: a class says its parameters and where they may be, ``Plain, rate=c.positive``.

    ``_drawn(shape)`` gives the values, ``rsample``'s too where ``has_rsample`` says that they have a gradient.
    """

    def __init_subclass__(cls, takes=None, **parameters):
        takes = takes or ", ".join(parameters)
        super().__init_subclass__(f"{takes}, validate_args=None" if takes else None)
        if parameters:
            cls.arg_constraints = parameters

    def _take(self, validate_args, **parameters):
        numbers = not any(isinstance(v, Tensor) for v in parameters.values())
        values = tensors(*parameters.values())
        vars(self).update(zip(parameters, values))
        Distribution.__init__(self, () if numbers else values[0].shape, validate_args=validate_args)

    @no_grad()
    def sample(self, sample_shape=()):
        return self._drawn(self._extended_shape(sample_shape))

    def rsample(self, sample_shape=()):
        return self._drawn(self._extended_shape(sample_shape)) if self.has_rsample else super().rsample()


class Normal(Plain, loc=c.real, scale=c.positive):
    """The normal distribution of mean ``loc`` and standard deviation ``scale``.

    Formula: p(x) = exp(−(x − loc)² / 2 scale²) / (scale √2π).

    >>> import autodiff_lab as th
    >>> th.distributions.Normal(0., 1.).log_prob(th.tensor(0.))
    tensor(-0.9189)
    """

    support, has_rsample = c.real, True
    mean = mode = property(lambda self: self.loc)
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.stddev.pow(2))
    _drawn = lambda self, shape: self.loc + randn(shape, dtype=self.loc.dtype) * self.scale
    _log_prob = lambda self, x: -((x - self.loc) ** 2) / (2 * self.scale**2) - self.scale.log() - LOG_ROOT_2PI
    _cdf = lambda self, x: 0.5 * (1 + ((x - self.loc) * self.scale.reciprocal() / math.sqrt(2)).erf())
    icdf = lambda self, value: self.loc + self.scale * (2 * value - 1).erfinv() * math.sqrt(2)
    entropy = lambda self: 0.5 + 0.5 * LOG_2PI + self.scale.log()


class LogNormal(Plain, loc=c.real, scale=c.positive):
    """The distribution of eˣ for normal x of mean ``loc`` and standard deviation ``scale``."""

    support, has_rsample = c.positive, True
    base_dist = property(lambda self: Normal(self.loc, self.scale, False))
    mean = property(lambda self: (self.loc + self.scale.pow(2) / 2).exp())
    mode = property(lambda self: (self.loc - self.scale.square()).exp())
    variance = property(lambda self: self.scale.pow(2).expm1() * (2 * self.loc + self.scale.pow(2)).exp())
    _drawn = lambda self, shape: self.base_dist._drawn(shape).exp()
    _log_prob = lambda self, x: self.base_dist._log_prob(x.log()) - x.log()
    _cdf = lambda self, x: self.base_dist._cdf(x.log())
    icdf = lambda self, value: self.base_dist.icdf(value).exp()
    __repr__ = lambda self: "LogNormal()"
    entropy = lambda self: self.base_dist.entropy() + self.loc


class Uniform(Plain, takes="low, high"):
    """Evenly spread over [low, high)."""

    has_rsample = True
    arg_constraints = property(lambda self: {"low": c.LessThan(self.high), "high": c.GreaterThan(self.low)})
    support = property(lambda self: c.Interval(self.low, self.high))
    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: self.high * math.nan)
    stddev = property(lambda self: (self.high - self.low) / 12**0.5)
    variance = property(lambda self: (self.high - self.low).pow(2) / 12)
    _drawn = lambda self, shape: self.low + rand(shape, dtype=self.low.dtype) * (self.high - self.low)

    def _log_prob(self, x):
        inside = (self.low <= x).type_as(self.low) * (self.high > x).type_as(self.low)
        return inside.log() - (self.high - self.low).log()

    _cdf = lambda self, x: ((x - self.low) / (self.high - self.low)).clamp(min=0, max=1)
    icdf = lambda self, value: value * (self.high - self.low) + self.low
    entropy = lambda self: (self.high - self.low).log()


class Exponential(Plain, rate=c.positive):
    """Waiting times of the given ``rate``: p(x) = rate exp(−rate x)."""

    support, has_rsample = c.nonnegative, True
    mean = stddev = property(lambda self: self.rate.reciprocal())
    mode = property(lambda self: self.rate * 0)
    variance = property(lambda self: self.rate.pow(-2))
    _drawn = lambda self, shape: self.rate.new_empty(shape).exponential_() / self.rate
    _log_prob = lambda self, x: self.rate.log() - self.rate * x
    _cdf = lambda self, x: 1 - (-self.rate * x).exp()
    icdf = lambda self, value: -(-value).log1p() / self.rate
    entropy = lambda self: 1.0 - self.rate.log()


class Laplace(Plain, loc=c.real, scale=c.positive):
    """p(x) = exp(−|x − loc| / scale) / 2 scale."""

    support, has_rsample = c.real, True
    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: 2 * self.scale.pow(2))
    stddev = property(lambda self: 2**0.5 * self.scale)

    def _drawn(self, shape):
        u = self.loc.new_empty(shape).uniform_(float(limits(self.loc).eps) - 1, 1)
        return self.loc - self.scale * u.sign() * (-u.abs()).log1p()

    _log_prob = lambda self, x: -(2 * self.scale).log() - (x - self.loc).abs() / self.scale
    _cdf = lambda self, x: 0.5 - 0.5 * (x - self.loc).sign() * (-(x - self.loc).abs() / self.scale).expm1()

    def icdf(self, value):
        term = value - 0.5
        return self.loc - self.scale * term.sign() * (-2 * term.abs()).log1p()

    entropy = lambda self: 1 + (2 * self.scale).log()


class Poisson(Plain, rate=c.nonnegative):
    """How many events happen where ``rate`` are expected: p(k) = rateᵏ e^−rate / k!."""

    support = c.nonnegative_integer
    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: self.rate.floor())
    _drawn = lambda self, shape: poisson(self.rate.expand(shape))

    def _log_prob(self, k):
        rate, k = broadcast_tensors(self.rate, k)
        return xlogy(k, rate) - rate - (k + 1).lgamma()


def given_one(probs, logits):
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")
    return {"probs": probs} if logits is None else {"logits": logits}


class OfProbs(Plain):
    """A distribution given by probabilities or by their logits; the other is computed when asked for."""

    binary = True

    def _take(self, validate_args, probs, logits, **others):
        super()._take(validate_args, **others, **given_one(probs, logits))

    def __getattr__(self, name):
        if name == "probs" and "logits" in self.__dict__:
            self.probs = self.logits.sigmoid() if self.binary else F.softmax(self.logits, -1)
        elif name == "logits" and "probs" in self.__dict__:
            held = self.probs.clamp(min=float(limits(self.probs).eps), max=1 - float(limits(self.probs).eps))
            self.logits = held.log() - (-held).log1p() if self.binary else held.log()
        else:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return self.__dict__[name]

    param_shape = property(lambda self: (self.probs if "probs" in self.__dict__ else self.logits).shape)

    def _counted(self, count, kind, expand):
        values = new_tensor(np.arange(count, dtype=kind)).view(-1, *(1,) * len(self.batch_shape))
        return values.expand(-1, *self.batch_shape) if expand else values


GIVEN = "probs=None, logits=None"


class Bernoulli(OfProbs, takes=GIVEN, probs=c.unit_interval, logits=c.real):
    """1 with probability ``probs``, else 0.

    >>> import autodiff_lab as th
    >>> th.distributions.Bernoulli(th.tensor([0.25, 0.5])).variance
    tensor([0.1875, 0.2500])
    """

    support, has_enumerate_support = c.boolean, True
    mean = property(lambda self: self.probs)
    mode = property(lambda self: where(self.probs == 0.5, math.nan, (self.probs >= 0.5).to(self.probs.dtype)))
    variance = property(lambda self: self.probs * (1 - self.probs))
    _drawn = lambda self, shape: bernoulli(self.probs.expand(shape))

    def _log_prob(self, value):
        return -F.binary_cross_entropy_with_logits(*broadcast_tensors(self.logits, value), reduction="none")

    entropy = lambda self: F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")
    enumerate_support = lambda self, expand=True: self._counted(2, self.probs._array.dtype, expand)


class Geometric(OfProbs, takes=GIVEN, probs=c.unit_interval, logits=c.real):
    """How many failures come before the first success of probability ``probs``."""

    support = c.nonnegative_integer
    mean = property(lambda self: 1.0 / self.probs - 1.0)
    mode = property(lambda self: self.probs * 0)
    variance = property(lambda self: (1.0 / self.probs - 1.0) / self.probs)

    def _drawn(self, shape):
        u = self.probs.new_empty(shape).uniform_(float(limits(self.probs).tiny), 1)
        return (u.log() / (-self.probs).log1p()).floor()

    def _log_prob(self, k):
        k, probs = broadcast_tensors(k, self.probs)
        return k * (-where((probs == 1) & (k == 0), 0.0, probs)).log1p() + self.probs.log()

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs


class Categorical(OfProbs, takes=GIVEN, probs=c.simplex, logits=c.real_vector):
    """One of the classes 0 … K − 1, with the probabilities in the last dimension of ``probs``.

    Args:
        probs (Tensor): not negative; they are divided by their sum.
        logits (Tensor): logarithms of them, up to a constant.

    >>> import autodiff_lab as th
    >>> th.distributions.Categorical(th.tensor([1., 2., 1.])).log_prob(th.tensor(1))
    tensor(-0.6931)
    """

    has_enumerate_support, binary = True, False
    support = property(lambda self: c.IntegerInterval(0, self._num_events - 1))
    mean = variance = property(lambda self: self.probs.new_full(self.batch_shape, math.nan))
    mode = property(lambda self: self.probs.argmax(dim=-1))

    def _take(self, validate_args, probs, logits):
        ((name, given),) = given_one(probs, logits).items()
        check(given.ndim >= 1, f"`{name}` parameter must be at least one-dimensional.", ValueError)
        total = given.sum(-1, keepdim=True) if logits is None else given.logsumexp(dim=-1, keepdim=True)
        setattr(self, name, given / total if logits is None else given - total)
        self._num_events = given.shape[-1]
        Distribution.__init__(self, given.shape[:-1], validate_args=validate_args)

    @no_grad()
    def sample(self, sample_shape=()):
        rows = self.probs.reshape(-1, self._num_events)
        drawn = rows.multinomial(math.prod(sample_shape), True).T
        return drawn.reshape(self._extended_shape(sample_shape))

    def _log_prob(self, value):
        value, logits = broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    entropy = lambda self: -(self.logits.clamp(min=float(limits(self.logits).min)) * self.probs).sum(-1)
    enumerate_support = lambda self, expand=True: self._counted(self._num_events, np.int64, expand)


class Binomial(OfProbs, takes="total_count=1, " + GIVEN, total_count=c.nonnegative_integer, probs=c.unit_interval, logits=c.real):  # fmt: skip
    """How many of ``total_count`` trials of probability ``probs`` succeed."""

    has_enumerate_support = True
    support = property(lambda self: c.IntegerInterval(0, self.total_count))
    mean = property(lambda self: self.total_count * self.probs)
    mode = property(lambda self: ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count))
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def _take(self, **given):
        super()._take(**given)
        self.total_count = self.total_count.type_as(self.__dict__.get("probs", self.__dict__.get("logits")))

    def _drawn(self, shape):
        count, probs = (np.asarray(v.expand(shape)._array) for v in (self.total_count, self.probs))
        return new_tensor(np.asarray(random.binomial(random.default_generator, count, probs))[()])

    def _log_prob(self, k):
        n, logits = self.total_count, self.logits
        ways = (n + 1).lgamma() - (k + 1).lgamma() - (n - k + 1).lgamma()
        return k * logits - (n * logits.clamp(min=0) + n * (-logits.abs()).exp().log1p()) + ways

    def entropy(self):
        logs = self.log_prob(self.enumerate_support(False))
        return -(logs.exp() * logs).sum(0)

    def enumerate_support(self, expand=True):
        top = int(self.total_count.max())
        if int(self.total_count.min()) != top:
            raise NotImplementedError("Inhomogeneous total count not supported by `enumerate_support`.")
        return self._counted(top + 1, self.total_count._array.dtype, expand)


class Multinomial(Distribution):
    """How often each class comes in ``total_count`` draws of a ``Categorical``."""

    arg_constraints = {"probs": c.simplex, "logits": c.real_vector}
    probs = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)
    param_shape = property(lambda self: self._categorical.param_shape)
    support = property(lambda self: c.Multinomial(self.total_count))
    mean = property(lambda self: self.probs * self.total_count)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        check(isinstance(total_count, int), "inhomogeneous total_count is not supported", NotImplementedError)
        self.total_count, self._categorical = total_count, Categorical(probs=probs, logits=logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    def sample(self, sample_shape=()):
        drawn = self._categorical.sample((self.total_count, *sample_shape))
        drawn = drawn.permute(*range(1, drawn.ndim), 0)
        counts = drawn.new_zeros(self._extended_shape(sample_shape))
        return counts.scatter_add_(-1, drawn, FUNCTIONS["ones_like"](drawn)).type_as(self.probs)

    def _log_prob(self, value):
        logits, value = broadcast_tensors(self.logits, value)
        ways = (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1)
        return ways + (where((value == 0) & (logits == -math.inf), 0.0, logits) * value).sum(-1)

    def entropy(self):
        n = self.total_count
        counts = Binomial(n, self.probs).enumerate_support(False)[1:]
        shared = (Binomial(n, self.probs).log_prob(counts).exp() * (counts + 1).lgamma()).sum((0, -1))
        return n * self._categorical.entropy() - math.lgamma(n + 1) + shared


class MultivariateNormal(Distribution):
    """Normal vectors of mean ``loc``, given by one of covariance, precision, or a factor L of the covariance L Lᵀ."""

    arg_constraints = {"loc": c.real_vector, "covariance_matrix": c.positive_definite,
                       "precision_matrix": c.positive_definite, "scale_tril": c.lower_cholesky}  # fmt: skip
    support, has_rsample = c.real_vector, True
    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: (self._factor**2).sum(-1).expand(self._extended_shape()))
    _half_log_det = property(lambda self: self._factor.diagonal(dim1=-2, dim2=-1).log().sum(-1))

    def __init__(
        self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None
    ):
        matrices = zip(list(self.arg_constraints)[1:], (covariance_matrix, precision_matrix, scale_tril))
        given = {name: matrix for name, matrix in matrices if matrix is not None}
        check(loc.ndim >= 1, "loc must be at least one-dimensional.", ValueError)
        if len(given) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")  # fmt: skip
        ((name, matrix),) = given.items()
        if matrix.ndim < 2:
            raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")  # fmt: skip
        batch = broadcast_shapes(tuple(matrix.shape[:-2]), tuple(loc.shape[:-1]))
        matrix = matrix.expand(*batch, *matrix.shape[-2:])
        setattr(self, name, matrix)
        self.loc = loc.expand(*batch, loc.shape[-1])
        super().__init__(batch, loc.shape[-1:], validate_args)
        if name == "precision_matrix":
            matrix = FUNCTIONS["inverse"](matrix)
        self._factor = matrix if name == "scale_tril" else cholesky(matrix)

    def __getattr__(self, name):
        if name not in self.arg_constraints or "_factor" not in self.__dict__:
            raise AttributeError(f"'MultivariateNormal' object has no attribute '{name}'")
        if name == "scale_tril":
            return self._factor
        covariance = self._factor @ self._factor.mT
        return covariance if name == "covariance_matrix" else FUNCTIONS["inverse"](covariance)

    def rsample(self, sample_shape=()):
        noise = randn(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        return self.loc + (self._factor @ noise.unsqueeze(-1)).squeeze(-1)

    def _log_prob(self, value):
        gap = solve_triangular(self._factor, (value - self.loc).unsqueeze(-1), upper=False).squeeze(-1)
        return -0.5 * (self._event_shape[0] * LOG_2PI + (gap**2).sum(-1)) - self._half_log_det

    def entropy(self):
        made = 0.5 * self._event_shape[0] * (1.0 + LOG_2PI) + self._half_log_det
        return made.expand(*self._batch_shape) if self._batch_shape else made


class Independent(Distribution):
    """The last ``reinterpreted_batch_ndims`` dimensions of a batch taken as parts of one event."""

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        n, batch = reinterpreted_batch_ndims, base_distribution.batch_shape
        if n > len(batch):
            raise ValueError("Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual "
                             f"{n} vs {len(batch)}")  # fmt: skip
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, n
        cut = len(batch) - n
        super().__init__(batch[:cut], (*batch[cut:], *base_distribution.event_shape), validate_args)

    @property
    def support(self):
        inner, n = self.base_dist.support, self.reinterpreted_batch_ndims
        return c.Independent(inner, n) if n else inner

    sample = lambda self, sample_shape=(): self.base_dist.sample(sample_shape)
    rsample = lambda self, sample_shape=(): self.base_dist.rsample(sample_shape)

    def _summed(self, value):
        n = self.reinterpreted_batch_ndims
        return value.sum(tuple(range(-n, 0))) if n else value

    log_prob = lambda self, value: self._summed(self.base_dist.log_prob(value))
    entropy = lambda self: self._summed(self.base_dist.entropy())

    def __repr__(self):
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"


__all__ = [
    "Bernoulli", "Binomial", "Categorical", "Exponential", "Geometric", "Independent", "Laplace", "LogNormal", "Multinomial",
    "MultivariateNormal", "Normal", "Poisson", "Uniform",
]  # fmt: skip
