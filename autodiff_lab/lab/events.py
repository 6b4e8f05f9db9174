"""What a recording sees: values, the events that made them, and the faces of events in a graph.

Leans on model, and on graph, mode and tensor of the library.

Note [Values and events]
An event is one operation that ran. A value is one state of one tensor: writing in place ends one value and begins
another. So the inputs and results of events are values, and the graph of a run is a graph of events, even where a
tensor has no history or has lost it. Where an event left a grad_fn, that is its place in the graph; where it left
none, an :class:`Unrecorded` stands there with the same public face; a leaf after a write is a :class:`Rewritten`.
"""

import contextlib
import linecache

from ..graph import Node as GraphNode
from ..mode import mode, ticks, under
from ..tensor import Tensor
from .model import visible

KEPT = 64  # entries: of larger tensors a value keeps no copy of its own


class Value:
    """One state of a tensor: what made it, and its numbers then."""

    __slots__ = ("event", "grad_of", "numbers", "output", "tensor", "version")

    def __init__(self, tensor, event=None, output=0):
        self.grad_of = None  # the leaf whose .grad it is
        self.tensor, self.event, self.output, self.version = tensor, event, output, version_of(tensor)
        self.numbers = None
        if tensor.numel() <= KEPT:
            self.numbers = under(
                False, lambda: (tensor if isinstance(tensor, Tensor) else tensor.detach()).clone()
            )

    def now(self):
        """The numbers, without history; None if they were too many to keep and have changed since."""
        if self.numbers is not None:
            return self.numbers
        if version_of(self.tensor) != self.version:
            return None
        return under(bool(mode.grad), self.tensor.detach)

    @property
    def current(self):
        """Whether the tensor is still in this state."""
        return version_of(self.tensor) == self.version

    @property
    def rewritten(self):
        """Whether this is a leaf that an operation has written to."""
        return (
            self.event is not None and self.event.writes and self.tensor.is_leaf and self.tensor.requires_grad
        )


class Call:
    """One call of a module's ``forward``, or of an optimizer's ``step``; ``within`` is the call around it."""

    __slots__ = ("counts", "module", "number", "within")

    def __init__(self, module, within, number):
        self.module, self.within, self.number, self.counts = module, within, number, {}


class Event:
    """One operation that ran; see Note [Values and events]."""

    def __init__(self, number, name, inputs, attrs, node, mode, place, call, cut=""):
        self.number, self.name, self.inputs, self.attrs, self.node = number, name, inputs, attrs, node
        self.mode, self.place, self.call, self.cut = mode, place, call, cut
        self.results, self.writes, self.face = [], False, None
        self.compound = False  # made of several operations: which argument went where is not known
        self.inner = False  # a library's own step on the way to what was asked of it

    @property
    def fn(self):
        """Where it stands in the graph: its grad_fn, or what stands in for one."""
        if self.node is not None:
            return self.node
        if self.face is None:
            self.face = Unrecorded(self)
        return self.face

    def line(self):
        """(file, line number, the line itself) of the learner's code that made it."""
        if self.place is None:
            return None
        file, number = self.place
        return file, number, visible(linecache.getline(file, number).strip(), 80)


class Unrecorded:
    """The face of an operation that left no grad_fn: the same questions can be asked of it."""

    __slots__ = ("event",)

    def __init__(self, event):
        self.event = event

    def name(self):
        return self.event.name

    @property
    def next_functions(self):
        return ((None, 0),) * len(self.event.inputs)


class Rewritten:
    """The face of a leaf after an operation wrote to it."""

    __slots__ = ("value", "variable")

    def __init__(self, value):
        self.value, self.variable = value, value.tensor

    def name(self):
        return "AccumulateGrad"

    @property
    def next_functions(self):
        return ((self.value.event.fn, 0),)


def order_of(fn, passes=()):
    """How many times differentiation itself was recorded before ``fn``: 0 in the forward graph, 1 in its derivative's.

    This package notes its recorded passes; of PyTorch's, those that a recording saw are given as ``passes``.
    """
    passes = ticks.passes if isinstance(fn, (GraphNode, Unrecorded)) else passes
    number, order = fn.event.born if isinstance(fn, Unrecorded) else birth(fn), 0
    for start, end, root in reversed(passes):
        if start < number < end:
            order, number = order + 1, root
    return order


def birth(fn):
    """The number that a node was given when it was made; 0 for one that has none."""
    try:
        return fn._sequence_nr()
    except AttributeError:
        return 0


def version_of(tensor):
    """How often a tensor's memory was written to; 0 for one that does not count."""
    try:
        return tensor._version
    except RuntimeError:  # PyTorch's inference tensors
        return 0


def accumulator_of(leaf):
    """A leaf's AccumulateGrad, by the public way."""
    with contextlib.suppress(AttributeError):
        return under(bool(mode.grad), leaf.expand_as, leaf).grad_fn.next_functions[0][0]


def base_of(tensor):
    """The tensor whose memory it shows: itself, if it is no view."""
    base = tensor._base
    return tensor if base is None else base
