"""The nodes behind some tensors: every ``grad_fn`` on the way to the leaves, inputs before what uses them.

Asks for ``grad_fn``, ``next_functions``, ``variable`` and ``_sequence_nr`` alone, of this package's nodes and of
PyTorch's, or asks a recording what led where. Leans on events, formulas and topology.
"""

import math
from functools import cached_property

from .events import Rewritten
from .formulas import row_of
from .topology import topological

FOREIGN_VISITED = 20_000  # nodes of a graph that is not this package's own
PUT_IN_ORDER = 5000  # nodes: a larger graph stays as it was walked


class Walk:
    """What is behind the tensors ``results``: nodes by their place in an order that the graph alone decides.

    Attributes:
        order: the nodes.
        links: for each node its ``next_functions``, or what the recording ``run`` says instead.
        inputs: the same as (place, output) pairs; None for what is no node of the walk.
        variable: for each AccumulateGrad its leaf; None for operations.
        kinds: (place, argument) → why no gradient comes back along it, or ``"write"``.
        roots: (tensor, place) of each result that an operation made.
        complete: False if the graph goes on beyond the walk.
    """

    def __init__(self, results, names, run=None, whole=True):
        self.results, self.names, self.run = results, names, run
        order, links, kinds = self._visit(self._ends() if run is not None and whole else ())
        order = _by_birth(order, links) if run is None else self._by_event(order, links)
        self.order, self.links = order, [links[id(fn)] for fn in order]
        index = self.index = {id(fn): i for i, fn in enumerate(order)}
        self.inputs = [
            [(index[id(child)], output) if id(child) in index else None for child, output in links]
            for links in self.links
        ]
        # a node without inputs is a leaf's AccumulateGrad
        self.variable = [
            getattr(fn, "variable", None) if not links or isinstance(fn, Rewritten) else None
            for fn, links in zip(order, self.links)
        ]
        self.kinds = {(index[key], a): kind for key, told in kinds.items() for a, kind in told.items()}
        roots = [(tensor, index[id(fn)]) for tensor in results if (fn := self.made_by(tensor)[0]) is not None]
        self.roots = [(tensor, i) for tensor, i in roots if self.variable[i] is None]

    def _visit(self, ends):
        """All nodes, inputs first, and by their ids their links and the kinds of these; found without recursion."""
        near = self._near()
        self.complete = near is None
        order, links, kinds, stack = [], {}, {}, []

        def enter(fn):
            if self.run is None:
                links[id(fn)] = fn.next_functions
            else:
                links[id(fn)], kinds[id(fn)] = self.run.links(fn)
            stack.append((fn, iter(links[id(fn)])))

        for tensor in (*self.results, *ends):
            fn, _ = self.made_by(tensor)
            if fn is not None and id(fn) not in links:
                enter(fn)
            while stack:
                fn, rest = stack[-1]
                for child, _ in rest:
                    known = child is None or id(child) in links
                    if not known and (near is None or id(child) in near):
                        enter(child)
                        break
                else:
                    order.append(stack.pop()[0])
        return order, links, kinds

    def _ends(self):
        """The tensors at which a recorded run ended, apart from a library's own steps."""
        return [
            value.tensor
            for value in self.run.ends()
            if not value.event.inner or value.rewritten or self.names.of(value.tensor)
        ]

    def _near(self):
        """The nodes nearest to the results of a foreign graph that is too large to be visited whole, or None.

        PyTorch frees nodes recursively once Python has seen them, and overflows the stack some 50,000 levels deep; so
        a reader must not have looked at as many.
        """
        package = __name__.partition(".")[0]
        if self.run is not None or all(type(t).__module__.partition(".")[0] == package for t in self.results):
            return None
        near, row = {}, [t.grad_fn for t in self.results if t.grad_fn is not None]
        while row:
            below = []
            for fn in row:
                if id(fn) not in near:
                    near[id(fn)] = fn
                    if len(near) > FOREIGN_VISITED:
                        return near
                    below += [child for child, _ in fn.next_functions if child is not None]
            row = below
        return None

    def _by_event(self, order, links):
        """As things ran: by the number of the event; what no event tells of comes just before what uses it."""
        index, born = {id(fn): i for i, fn in enumerate(order)}, [math.inf] * len(order)
        uses = []
        for i, fn in reversed([*enumerate(order)]):
            event = fn.value.event if isinstance(fn, Rewritten) else self.run.event_of(fn)
            if event is not None:
                born[i] = event.number
            for child, _ in links[id(fn)]:
                if id(child) in index:
                    at = index[id(child)]
                    born[at] = min(born[at], born[i])
                    uses.append((at, i))
        return [order[i] for i in topological(range(len(order)), uses, born.__getitem__)]

    # -- what is asked -------------------------------------------------------------------------------------------

    def made_by(self, tensor):
        """The node that made a tensor, and which of its outputs it is; (None, 0) if nothing did."""
        if self.run is not None:
            return self.run.source_of(self.run.value_of(tensor)) or (None, 0)
        return tensor.grad_fn, getattr(tensor, "output_nr", 0)

    def event(self, i):
        """The recorded event that left a node behind, or None."""
        return None if self.run is None else self.run.event_of(self.order[i])

    def row(self, i):
        """What the laboratory knows of a node's operation, or None."""
        return row_of(self.order[i].name())

    def input(self, i, a):
        """(place, output) of what argument ``a`` of a node is; None if no node of the walk made it."""
        links = self.inputs[i]
        return links[a] if a < len(links) else None

    def ways_back(self, i):
        """(argument, (place, output)) for each argument along which a gradient goes back."""
        return [
            (a, link)
            for a, link in enumerate(self.inputs[i])
            if link is not None and (i, a) not in self.kinds
        ]

    def edges(self, backward=False):
        """(place of an input, place of what uses it) for every use, in the order of the latter or ``backward``."""
        places = range(len(self.inputs))
        for i in reversed(places) if backward else places:
            for link in self.inputs[i]:
                if link is not None:
                    yield link[0], i

    @cached_property
    def operations(self):
        """The places of the nodes that are no leaves."""
        return [i for i, variable in enumerate(self.variable) if variable is None]


def _by_birth(order, links):
    """Small graphs in the order in which the learner's code ran, as long as nodes tell their number."""
    if len(order) > PUT_IN_ORDER or not all(hasattr(fn, "_sequence_nr") for fn in order):
        return order
    born = {id(fn): fn._sequence_nr() if links[id(fn)] else -1 for fn in order}
    for fn in order:  # numbers of several threads need not fit together
        if any(born[id(child)] >= born[id(fn)] for child, _ in links[id(fn)] if id(child) in born):
            return order
    placed = {}
    for fn in sorted(order, key=lambda fn: born[id(fn)]):
        if links[id(fn)]:  # each leaf just before what first uses it
            leaves = [child for child, _ in links[id(fn)] if born.get(id(child)) == -1]
            placed.update((id(node), node) for node in (*leaves, fn))
    return list(placed.values()) if len(placed) == len(order) else order
