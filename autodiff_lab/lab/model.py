"""What a picture says, as plain frozen data: nodes, edges, and the graph that holds them.

Free of Jupyter, of drawing and of any tensor library: a reader (``reading.py``) fills a :class:`GraphModel`, the
layout and the renderers only look at it. Node numbers come from the walk over the graph, never from ``id()``, so the
same code gives the same model in every process. Leans on networkx alone.
"""

import contextlib
import gc
from dataclasses import dataclass, field
from functools import cached_property

import networkx as nx


@dataclass(frozen=True, slots=True)
class Saved:
    """A tensor that an operation saved for its derivative.

    ``state`` is ``"kept"``, ``"freed"`` (a backward pass let it go) or ``"stale"`` (changed in place since);
    ``versions`` of a stale one are the version that was saved and the version now.
    """

    name: str
    state: str
    shown: str = ""
    versions: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the picture.

    ``kind``: ``"leaf"`` (a tensor that requires grad), ``"parameter"`` (such a leaf made as an ``nn.Parameter``),
    ``"constant"`` (no gradient goes there), ``"operation"``, ``"detached"`` (cut off by ``detach()`` or ``.data``),
    ``"fold"`` (stands for ``count`` hidden nodes; ``folds`` says of which sort: ``"depth"``, ``"module"`` or
    ``"loop"``), and in the backward view ``"backward"`` (a ``grad_fn``) and ``"accumulate"`` (an AccumulateGrad).
    ``value`` and ``grad`` are numbers or nested tuples where they are small enough to be listed (64 entries), and
    ``value_text``, ``grad_text`` what a picture writes.
    ``value_from`` says how the value is known: ``"tensor"`` (in hand), ``"saved"`` (the graph kept it),
    ``"recomputed"`` (the same operation, run again on its inputs), ``"deduced"`` (what the result leaves for it).
    ``grad_state``: ``"none"`` (needs none), ``"pending"`` (not computed yet), ``"stored"`` (it is in ``.grad``),
    ``"passed"`` (went through and was not kept) or ``"unknown"``.
    ``group`` is the path of the modules that it ran in, outermost first: ``("net", "net.0")``. ``mode`` is
    ``"no_grad"`` or ``"inference"`` where nothing was recorded, ``order`` 0 in the forward graph, 1 of what a backward
    pass with ``create_graph=True`` recorded, and so on; ``place`` the learner's line that made it, if it was seen.
    """

    id: int
    kind: str
    name: str
    named: bool = False
    op: str = ""
    grad_fn: str = ""
    symbol: str = ""
    expression: str = ""
    tex: str = ""
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    value: object = None
    value_text: str = ""
    value_from: str = ""
    grad: object = None
    grad_text: str = ""
    grad_state: str = "none"
    requires_grad: bool = True
    is_result: bool = False
    retains_grad: bool = False
    version: int | None = None
    saved: tuple[Saved, ...] = ()
    count: int = 1
    folds: str = ""
    group: tuple[str, ...] = ()
    mode: str = ""
    order: int = 0
    place: str = ""

    @property
    def is_leaf(self):
        """True of what no recorded operation made: leaves, parameters and constants."""
        return self.kind in ("leaf", "parameter", "constant")


@dataclass(frozen=True, slots=True)
class Edge:
    """One use of ``source`` as argument number ``argument`` of ``target``.

    ``formula``/``tex`` and ``local`` are the local derivative, written and as a number; ``flow`` is the gradient
    that went back along this edge, which is the gradient at ``target`` times ``local``. What is None is not known;
    ``state`` says why: ``"freed"``, ``"stale"``, ``"pending"`` (no backward pass yet), ``"none"`` (a constant) or
    ``"known"``. ``kind`` is ``"data"``; ``"link"`` between an operation and its grad_fn; ``"cut"`` where the value goes
    on and no gradient comes back (``detach()``, ``no_grad()``); ``"write"`` into what is written to in place.
    """

    source: int
    target: int
    argument: int = 0
    output: int = 0
    formula: str = ""
    tex: str = ""
    local: object = None
    local_text: str = ""
    flow: object = None
    flow_text: str = ""
    state: str = "none"
    kind: str = "data"


@dataclass(frozen=True)
class GraphModel:
    """The graph: its nodes in evaluation order (inputs first) and its edges, ordered by target and argument.

    ``hidden`` counts the nodes that folds stand for and ``total`` all nodes of the graph, constants apart;
    ``complete`` is False if the graph goes on beyond them. ``backward_ran`` says that a backward pass has gone
    through it. ``groups`` are the titles of the modules that the nodes' ``group`` names, outer ones first:
    ``{"net": "net: Sequential", "net.0": "0: Linear(2 → 16)"}``. ``network`` is the
    :class:`networkx.MultiDiGraph` itself: node numbers, with the :class:`Node` as attribute ``data``; edges run
    from input to result, with the :class:`Edge` as ``data`` (``x * x`` has two).
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    total: int = 0
    hidden: int = 0
    backward_ran: bool = False
    complete: bool = True
    groups: dict[str, str] = field(default_factory=dict)

    @cached_property
    def network(self):
        """The graph as networkx knows it; made when first asked for."""
        network = nx.MultiDiGraph()
        network.add_nodes_from((node.id, {"data": node}) for node in self.nodes)
        network.add_edges_from((e.source, e.target, {"data": e}) for e in self.edges)
        return network

    @cached_property
    def leaving(self):
        """By node, the edges that lead away from it."""
        leaving = {}
        for edge in self.edges:
            leaving.setdefault(edge.source, []).append(edge)
        return leaving

    @property
    def results(self):
        """The nodes that were asked about, in the order they were given."""
        return tuple(node for node in self.nodes if node.is_result)

    def inputs(self, node):
        """The edges into a node, in the order of the arguments."""
        edges = (e for _, _, e in self.network.in_edges(node, data="data"))
        return sorted(edges, key=lambda e: (e.argument, e.source))


@contextlib.contextmanager
def without_collecting():
    """Making a picture makes many objects and drops none; looking for garbage on the way would double its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


_ESCAPED = {"\\": "\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text, limit=60):
    """Any text made safe to show on one line: control, direction and unassigned marks escaped, long ones cut.

    >>> visible("x\\n\\u202ey"), visible("a" * 100, 8)
    ('x\\\\n\\\\u202ey', 'aaaaaaa…')
    """
    text = str(text)
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _ESCAPED.get(c) or _code(ord(c)) for c in text)


def _code(point):
    return f"\\x{point:02x}" if point < 256 else f"\\u{point:04x}" if point < 65536 else f"\\U{point:08x}"
