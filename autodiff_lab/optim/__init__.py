"""Optimizers and schedules of their learning rate. Leans on ops."""

from ..homes import settle
from ..scope import missing
from . import lr_scheduler
from .algorithms import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from .optimizer import Optimizer

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]

settle(__name__, str.lower)


def __getattr__(name):
    raise missing(__name__, name, __all__)
