"""Optimizers and schedules of their learning rate. Leans on ops."""

from ..homes import settle
from ..scope import missing
from . import lr_scheduler
from .algorithms import LBFGS, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop
from .optimizer import Optimizer

__all__ = [
    "LBFGS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "Optimizer", "RAdam", "RMSprop", "Rprop",
    "lr_scheduler",
]  # fmt: skip

settle(__name__, str.lower)


def __getattr__(name):
    raise missing(__name__, name, __all__)
