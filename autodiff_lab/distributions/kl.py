"""torch.distributions.kl: how far one distribution is from another. Leans on distributions.families.

Formula: KL(p ‖ q) = E_p[log p − log q], in closed form for pairs of one family.
"""

import math

from ..linalg import solve_triangular
from ..nn import functional as F
from ..ops.row import FUNCTIONS
from . import families as d

where = FUNCTIONS["where"]


def normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


def exponential(p, q):
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


def bernoulli(p, q):
    first = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    first = where(p.probs == 0, 0.0, where(q.probs == 0, math.inf, first))
    second = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    return first + where(p.probs == 1, 0.0, where(q.probs == 1, math.inf, second))


def categorical(p, q):
    terms = p.probs * (p.logits - q.logits)
    terms = where((q.probs == 0).expand_as(terms), math.inf, terms)
    return where((p.probs == 0).expand_as(terms), 0.0, terms).sum(-1)


def binomial(p, q):
    made = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return where(p.total_count > q.total_count, math.inf, made)


def laplace(p, q):
    ratio, gap = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + gap / q.scale + ratio * (-gap / p.scale).exp() - 1


def uniform(p, q):
    made = ((q.high - q.low) / (p.high - p.low)).log()
    return where((q.low > p.low) | (q.high < p.high), math.inf, made)


def multivariate_normal(p, q):
    spread = (solve_triangular(q._factor, p._factor, upper=False) ** 2).sum((-2, -1))
    gap = (solve_triangular(q._factor, (q.loc - p.loc).unsqueeze(-1), upper=False) ** 2).sum((-2, -1))
    return q._half_log_det - p._half_log_det + 0.5 * (spread + gap - p.event_shape[0])


def independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return p._summed(kl_divergence(p.base_dist, q.base_dist))


# fmt: off
FORMULAS = {(kind, kind): formula for kind, formula in {
    d.Normal:      normal,
    d.LogNormal:   lambda p, q: kl_divergence(p.base_dist, q.base_dist),
    d.Bernoulli:   bernoulli,
    d.Categorical: categorical,
    d.Binomial:    binomial,
    d.Poisson:     lambda p, q: p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate),
    d.Exponential: exponential,
    d.Geometric:   lambda p, q: -p.entropy() - (-q.probs).log1p() / p.probs - q.logits,
    d.Laplace:     laplace,
    d.Uniform:     uniform,
    d.MultivariateNormal: multivariate_normal,
    d.Independent: independent,
}.items()}
# fmt: on


def register_kl(type_p, type_q):
    """A decorator that gives the formula for a pair of types."""

    def add(function):
        FORMULAS[type_p, type_q] = function
        return function

    return add


def kl_divergence(p, q):
    """How far ``q`` is from ``p``: E_p[log p − log q], of shape ``batch_shape``.

    Raises:
        NotImplementedError: for a pair of types without a formula.

    >>> import autodiff_lab as th
    >>> d = th.distributions
    >>> d.kl_divergence(d.Normal(0., 1.), d.Normal(1., 1.))
    tensor(0.5000)
    """
    for kind_p in type(p).__mro__:
        for kind_q in type(q).__mro__:
            if (kind_p, kind_q) in FORMULAS:
                return FORMULAS[kind_p, kind_q](p, q)
    raise NotImplementedError(f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}")  # fmt: skip


__all__ = ["kl_divergence", "register_kl"]
