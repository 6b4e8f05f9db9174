"""Neural networks: modules, and functions of them. Leans on ops, sampling."""

from ..homes import in_nn, settle
from ..scope import missing
from . import containers, functional, init, layers, lazy, parameter, recurrent, transformer, utils
from .containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .layers import *  # noqa: F403
from .layers import _Loss, _WeightedLoss
from .lazy import *  # noqa: F403
from .module import Module
from .parameter import Parameter
from .recurrent import *  # noqa: F403
from .transformer import *  # noqa: F403

__all__ = [
    "Module", "ModuleDict", "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Sequential", "functional", "init",
    "parameter", "utils", *layers.__all__, *lazy.__all__, *recurrent.__all__, *transformer.__all__,
]  # fmt: skip

settle(__name__, in_nn)


def __getattr__(name):
    raise missing(__name__, name, __all__)
