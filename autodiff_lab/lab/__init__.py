"""The laboratory: to see and touch what autograd does. A façade; the work is done in the rooms behind it."""

from ..messages import get_language, set_language
from . import texts  # noqa: F401 - puts the laboratory's words into the catalogue before any room asks for them
from .checking import gradcheck
from .course import check, hint, progress
from .dataset import iris
from .model import Edge, GraphModel, Node, Saved
from .picture import Graph, graph
from .recording import Recording, record
from .steps import Move, Steps, steps
from .trace import Step, Trace, TraceRow, trace
from .why import tree, why
from .widgets.derivative import Derivative, derivative
from .widgets.descent import Descent, descent
from .widgets.experiment import Accumulation, Inplace, Modes, accumulation, inplace, modes
from .widgets.explorer import Const, Explorer, const, explore
from .widgets.stepper import Stepper, stepper
from .widgets.tables import ForwardReverse, forward_reverse

__all__ = [
    "Accumulation",
    "Const",
    "Derivative",
    "Descent",
    "Edge",
    "Explorer",
    "ForwardReverse",
    "Graph",
    "GraphModel",
    "Inplace",
    "Modes",
    "Move",
    "Node",
    "Recording",
    "Saved",
    "Step",
    "Stepper",
    "Steps",
    "Trace",
    "TraceRow",
    "accumulation",
    "check",
    "const",
    "derivative",
    "descent",
    "explore",
    "forward_reverse",
    "get_language",
    "gradcheck",
    "graph",
    "hint",
    "inplace",
    "iris",
    "modes",
    "progress",
    "record",
    "set_language",
    "stepper",
    "steps",
    "trace",
    "tree",
    "why",
]
