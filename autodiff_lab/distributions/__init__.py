"""Probability distributions: sample, log_prob, mean, variance. The façade of distributions."""

from ..homes import in_distributions, settle
from ..scope import missing
from . import constraints, families, kl
from .distribution import Distribution
from .families import *  # noqa: F403
from .kl import kl_divergence, register_kl

__all__ = ["Distribution", "constraints", "kl", "kl_divergence", "register_kl", *families.__all__]

settle(__name__, in_distributions)


def __getattr__(name):
    raise missing(__name__, name, __all__)
