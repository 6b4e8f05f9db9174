"""The laboratory: to see and touch what autograd does. A façade; the work is done in the rooms behind it."""

from ..messages import get_language, set_language
from .checking import gradcheck
from .model import Edge, GraphModel, Node, Saved
from .picture import Graph, graph
from .recording import Recording, record
from .steps import Move, Steps, steps
from .trace import Step, Trace, TraceRow, trace
from .why import tree, why
from .widgets.derivative import Derivative, derivative
from .widgets.explorer import Const, Explorer, const, explore
from .widgets.stepper import Stepper, stepper

__all__ = [
    "Const",
    "Derivative",
    "Edge",
    "Explorer",
    "Graph",
    "GraphModel",
    "Move",
    "Node",
    "Recording",
    "Saved",
    "Step",
    "Stepper",
    "Steps",
    "Trace",
    "TraceRow",
    "const",
    "derivative",
    "explore",
    "get_language",
    "gradcheck",
    "graph",
    "record",
    "set_language",
    "steps",
    "stepper",
    "trace",
    "tree",
    "why",
]
