"""The graph: an operation's row, and the nodes it leaves behind. Leans on mode and errors.

Note [One rule, three readings]
A row holds one rule for each differentiable argument. A rule is a lambda whose parameter names say what it reads:
``g`` is the cotangent that arrives, ``out`` the result, every other name an argument of the operation. What a
rule names is what the node keeps; ``x=lambda g, y: g * y`` keeps ``y``, and only while ``x`` requires grad.
The same lambda is read

1. on raw NumPy values: the first-order backward pass (``Node.pull``);
2. on tensors: with ``create_graph=True`` the pass is recorded in its turn (``Node.pull_tensors``);
3. on symbols: the formula of the local derivative that the laboratory shows.

Note [Edges]
A tensor's ``_node`` is None (no gradient wanted), LEAF (a leaf that requires grad) or the node that made it. An
edge is what a node keeps of an input's history: None, the leaf tensor itself, or a node. Leaves answer ``_seq``
with 0, nodes with their number, which grows with time: consumers are younger than what they consume. So there is
no reference cycle anywhere, and sorting by number is a topological order.

Note [Gates]
An operation with several differentiable outputs gives each a Gate, a node of its own in front of the common one.
A gate passes its cotangent on as ``Parts``, which add up to what the common node receives. No other part of the
engine knows about outputs.
"""

import functools
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import explained
from .mode import ticks

LEAF = type("LEAF", (), {"__repr__": lambda self: "LEAF", "__slots__": ()})()

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)


# Nodes that torch writes by hand rather than from its table, and names in full.
WRITTEN_BY_HAND = frozenset({"AccumulateGrad", "CopyBackwards", "CopySlices", "NotImplemented"})

# What ``dir`` shows of a node.
PUBLIC = set("_sequence_nr metadata name next_functions register_hook register_prehook requires_grad".split())

WRITTEN_OUT = "<written out>"  # the file of functions that are written out for a row
PLAIN = frozenset({int, float, bool, type(None)})
ITSELF = (lambda g: g).__code__.co_code


class Row:
    """One operation: all that the package knows about it.

    Attributes:
        name, title: the function's name in torch, ``"mul"``, and the stem of its node's, ``"Mul"``.
        forward: NumPy values and attributes in, NumPy value(s) out.
        inputs, attrs: names of the tensor arguments and of the others, in order.
        rules: {input name: rule}; see Note [One rule, three readings]. It may name ``shape``, the first input's.
        linear: whether the tangent is ``forward`` of the tangent (for forward mode).
        tangent: a rule of its own for forward mode, or None.
        dtypes: how the result's dtype follows from the inputs (see ops.row).
        view: whether the result shares the first input's memory.
        public: how saved values are called in torch's ``_saved_*``, {rule's name: torch's name}; None hides one.
        outputs: how many results are differentiable; more than one, or None for "as many as come", makes gates.
        step: for a view with several outputs, (values, index) to the (row, values) that makes that one output.
        variadic: whether it takes any number of tensors; its one rule then gives all their gradients.
        function: the operation on tensors, inputs by position and attributes by name.
        options: the defaults of ``attrs``, by name.
        run: the operation itself, written out for the row at its first call; see ``ops.row.apply``.
        at_once: its in-place twin for the commonest writes, likewise; see ``views.written_at_once``.
    """

    __slots__ = """name title forward inputs attrs defaults rules needs saved noted linear tangent dtypes view public
        outputs node function ufunc step variadic run at_once options""".split()
    first_run: Callable[..., Any] | None = None  # ops.row, which stands above, puts its function here
    first_at_once: Callable[..., Any] | None = None  # … and views

    def __init__(self, name, title, forward, inputs, rules, *, attrs=(), defaults=(), suffix="Backward0", linear=False,
                 tangent=None, dtypes=None, view=False, public=None, outputs=1, ufunc=None, step=None,
                 variadic=False):  # fmt: skip
        self.name, self.title, self.forward, self.inputs = name, title, forward, tuple(inputs)
        self.attrs, self.defaults, self.rules = tuple(attrs), tuple(defaults), dict(zip(self.inputs, rules))
        self.options = dict(zip(self.attrs, self.defaults))
        self.linear, self.tangent, self.dtypes, self.view = linear, tangent, dtypes, view
        self.outputs, self.ufunc, self.step, self.variadic = outputs, ufunc, step, variadic
        self.run = functools.partial(Row.first_run, self)
        self.at_once = functools.partial(Row.first_at_once, self)
        self.needs = {arg: parameters(rule)[1:] for arg, rule in self.rules.items() if rule is not None}
        named = {n for need in self.needs.values() for n in need}
        first = self.inputs[0] if self.inputs else ""
        sizes = None if first in named else "self_sym_sizes"  # which are the saved input's
        self.public = {"out": "result", "shape": sizes, first: "self", **(public or {})}
        saved = [n for n in (*self.inputs, "out") if n in named]
        self.saved = tuple(
            sorted(saved, key=lambda n: self.public.get(n, n))
        )  # the order in which torch saves
        self.noted = tuple(n for n in (*self.attrs, "shape") if n in named)
        unknown = named - {*self.saved, *self.noted}
        if unknown:
            raise TypeError(f"{name}: a rule names {sorted(unknown)}, which is no argument of the operation")
        space = {"__slots__": (), "row": self, "keeps": bool(self.saved), "__module__": "builtins"}
        self.node = type(title + suffix, (Node,), {**space, **saved_attributes(self)})

    def __repr__(self):
        return f"<operation {self.name}>"


def saved_attributes(row):
    """torch's ``_saved_…`` of a node, for each argument that the rules name, and ``_raw_saved_…``."""
    made = {}
    for name in shown(row):
        made[f"_saved_{row.public.get(name, name)}"] = property(
            lambda node, name=name: node._shown_value(name)
        )
    for place, name in enumerate(row.saved):
        public = row.public.get(name, name)
        made[f"_raw_saved_{public}"] = property(lambda node, place=place: node.raw_saved(node, place))
    return made


def shown(row):
    """What of a node's saved values learners see, by the rules' names."""
    return [n for n in (*row.saved, *row.noted) if row.public.get(n, n)]


def parameters(rule):
    """The names that a rule reads, in order."""
    return rule.__code__.co_varnames[: rule.__code__.co_argcount]


@functools.cache
def compiled(source):
    return compile(source, WRITTEN_OUT, "exec")


def written_out(source, space, name):
    """The function ``made`` that ``source`` defines, with ``space`` as its globals, called ``name``.

    Many rows have functions that differ in their globals alone, so the text is compiled once for all of them.
    """
    space["__name__"] = "autodiff_lab.ops"  # whose warnings the façade silences
    exec(compiled(source), space)
    made = space.pop("made")
    made.__code__ = made.__code__.replace(co_name=name, co_qualname=name)
    made.__name__ = made.__qualname__ = name
    made.__module__ = "autodiff_lab"
    return made


READINGS = {  # how a pass reads a saved value, its name standing for it
    "pull": "if {0}.__class__ not in PLAIN: {0} = {0}.{array}",
    "pull_checked": "if {0}.__class__ not in PLAIN: {0} = unpacked(self, {0!r}, {0}, False)",
    "pull_tensors": "if {0}.__class__ not in PLAIN: {0} = unpacked(self, {0!r}, {0}, True)",
}


def rules_written_out(row, reading):
    """The lines that fetch what a row's rules name, the call of each rule, and what these lines name."""
    lines = []
    if row.outputs != 1:
        lines.append(f"    g = filled(self, g, {reading == 'pull_tensors'})")
    if row.saved:
        names = f"{', '.join(row.saved)}, = saved"
        lines += ["    saved = self._saved", "    if saved is None: freed(self)", f"    {names}"]
        for n in row.saved:
            lines.append("    " + READINGS[reading].format(n, array="array" if n == "out" else "_array"))
    if row.noted:
        lines.append(f"    {', '.join(row.noted)}, = self._noted")
    rules = {f"rule{i}": row.rules.get(arg) for i, arg in enumerate(row.inputs)}
    needs = [row.needs.get(arg) for arg in row.inputs]
    calls = [None if n is None else f"rule{i}(g, {', '.join(n)})" for i, n in enumerate(needs)]
    calls = ["g" if r and r.__code__.co_code == ITSELF else call for r, call in zip(rules.values(), calls)]
    space = {**rules, "freed": raise_freed, "filled": filled, "PLAIN": PLAIN, "unpacked": unpacked}
    return lines, calls, space


def compiled_pull(row, reading):
    """A ``pull`` for this row, written out: unpack what was saved, then call each rule with what it names.

    For ``mul``, ``Node.pull`` reads

        def pull(self, g):
            saved = self._saved
            if saved is None: freed(self)
            x, y = saved
            if x.__class__ not in PLAIN: x = x._array       # a number, or None, stays; and so for y
            e0, e1 = self._edges
            return (None if e0 is None else rule0(g, y), None if e1 is None else rule1(g, x))
    """
    lines, calls, space = rules_written_out(row, reading)
    if row.variadic:
        lines.append(f"    return {calls[0]}")
    elif len(calls) == 1:
        lines.append(f"    return ({calls[0]},)")
    else:
        edges = [f"e{i}" for i in range(len(calls))]
        guarded = [f"None if {e} is None else {call}" for e, call in zip(edges, calls)]
        lines += [f"    {', '.join(edges)} = self._edges", f"    return ({', '.join(guarded)})"]
    return written_out("\n".join(["def made(self, g):", *lines]), space, f"{reading} of {row.name}")


def raise_freed(node):
    raise explained(RuntimeError(FREED), "note.freed")


class SavedOutput:
    """A result that its own node keeps: its memory and clock, not the tensor, which would make a cycle.

    ``since`` is the tick of the write that made it, for a result that was written in place; ``history``, for one that
    was written into a view, gives the edge of that view.
    """

    __slots__ = ("array", "clock", "history", "index", "since")

    def __init__(self, array, clock, since=0):
        self.array, self.clock, self.since, self.history = array, clock, since, None


class Node:
    """A step of the recorded computation, as torch's ``grad_fn`` shows it.

    ``_edges`` lead to where the inputs came from, ``_saved`` holds the tensors that the rules read (None once freed),
    ``_noted`` the attributes that they read, ``_fit`` says for each input the (shape, dtype) its gradient is brought
    to, ``_hooks`` is None until someone asks.
    """

    __slots__ = ("_edges", "_fit", "_hooks", "_more", "_noted", "_saved", "_seq", "__weakref__")
    row: Row | None = None
    as_tensor = type_name = tensor_from = None  # tensor.py, which stands above, puts its functions here
    _push: Callable[..., None] | None = None  # … and engine
    _push_tensors: Callable[..., None] | None = None
    raw_saved: type | None = None  # … and autograd.graph
    tangent_of = staticmethod(lambda tensor: None)  # … and forward_ad
    keeps = False  # whether it saves tensors, to be let go of after a pass

    def name(self):
        """The node's name, such as ``"MulBackward0"``."""
        name = type(self).__name__
        return f"autodiff_lab::autograd::{name}" if name in WRITTEN_BY_HAND else name

    @property
    def next_functions(self):
        """Pairs (node, index of its output), one an input; (None, 0) for an input without gradient."""
        return tuple(public_edge(edge) for edge in self._edges)

    @property
    def metadata(self):
        """A dict for the user's own notes about this node."""
        return self._extra().setdefault("metadata", {})

    requires_grad = property(lambda self: True)
    _shown = property(lambda self: self)  # as grad_fn

    def _sequence_nr(self):
        """The number at birth: consumers are younger than what they consume."""
        return self._seq

    def _extra(self):
        if getattr(self, "_more", None) is None:
            self._more = {}
        return self._more

    def register_hook(self, hook):
        """Call ``hook(grad_inputs, grad_outputs)`` after this node has run; it may return new grad_inputs.

        The handle that comes back has ``remove()``.
        """
        return self._hook_lists().add("post", hook)

    def register_prehook(self, hook):
        """Call ``hook(grad_outputs)`` before this node runs; it may return new grad_outputs."""
        return self._hook_lists().add("node pre", hook)

    def _hook_lists(self):
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks

    def __call__(self, *grads):
        """The node's backward on its own: the gradients of its inputs (or the one), before they are summed to shape."""
        single = self.row is None or self.row.outputs == 1
        result = tuple(self.pull_tensors(grads[0] if single else Parts(grads)))
        return result[0] if len(result) == 1 else result

    def pull(self, g):
        """The rules read on NumPy values; written out for the row at its first pass, as are the two below."""
        return self._written_out("pull")(self, g)

    def pull_checked(self, g):
        """As ``pull``, after a look at whether any saved tensor was written to since."""
        return self._written_out("pull_checked")(self, g)

    def pull_tensors(self, g):
        """The rules read on tensors; what was saved comes back with its history."""
        return self._written_out("pull_tensors")(self, g)

    def _written_out(self, reading):
        pull = compiled_pull(self.row, reading)
        setattr(type(self), reading, pull)
        return pull

    def _value(self, name, as_tensors):
        """What was saved or noted of an argument."""
        row = self.row
        if name in row.noted:
            return self._noted[row.noted.index(name)]
        if self._saved is None:
            raise_freed(self)
        return unpacked(self, name, self._saved[row.saved.index(name)], as_tensors)

    def _shown_value(self, name):
        """What was saved or noted of an argument, as a learner sees it."""
        value = self._value(name, as_tensors=True)
        if name in self.row.saved and isinstance(value, (int, float)):  # torch shows a 0-d tensor
            return self.as_tensor(np.asarray(value)[()])
        if isinstance(value, tuple) and np.ndarray in map(type, value):  # an index, piece by piece
            return tuple([self.as_tensor(v) if isinstance(v, np.ndarray) else None for v in value])
        return self.as_tensor(value) if isinstance(value, np.ndarray) else value

    def __dir__(self):
        row = type(self).row
        saved, seen = (row.saved, shown(row)) if row else ((), ())
        own = [n for n in super().__dir__() if n in PUBLIC or n.startswith("__")]
        raw = [f"_raw_saved_{row.public.get(n, n)}" for n in saved]
        return own + raw + [f"_saved_{row.public.get(n, n)}" for n in seen]

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"


def unpacked(node, name, kept, as_tensors):
    """A saved value, fit to be read by a rule; raises if it was written to after the node was born."""
    if kept.__class__ in PLAIN:
        return kept
    is_out = type(kept) is SavedOutput
    clock = kept.clock if is_out else kept._clock
    if clock:
        born = max(node._seq, kept.since) if is_out else node._seq
        if clock[-1] > born:
            raise_stale(node, kept, clock, born)
    if is_out:
        if not as_tensors:
            return kept.array
        return node.tensor_from(kept.array, kept.clock, node if kept.history is None else kept.history())
    if not as_tensors:
        return kept._array
    edge = None if name == "out" else node._edges[node.row.inputs.index(name)]
    if edge is kept:  # a leaf
        return kept
    if not hasattr(kept, "requires_grad"):  # what a hook packed
        kept = kept.tensor()
        if kept._node is not None:
            return kept
        if name == "out":
            return node.tensor_from(kept._array, None, node)
    if edge is None or edge is kept._node:
        return kept
    return node.tensor_from(kept._array, kept._clock, edge)


def raise_stale(node, kept, clock, born):
    is_out = type(kept) is SavedOutput
    source = node if is_out else kept._node
    made_by = type(source).__name__.partition("Backward")[0] if isinstance(source, Node) else None
    array = kept.array if is_out else kept._array
    sentence = (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{node.type_name(array)} {list(array.shape)}]"
        + (f", which is output {getattr(source, 'index', 0)} of {made_by}," if made_by else "")
        + f" is at version {clock.gone + len(clock)}; expected version {clock.gone + sum(t <= born for t in clock)} "
        "instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
        "autodiff_lab.autograd.set_detect_anomaly(True, check_nan=False)."
    )
    raise explained(RuntimeError(sentence), "note.stale", None if is_out else kept, node=node.name())


class Parts:
    """The cotangents of a node with several outputs, {output index: value}; parts add up."""

    __slots__ = ("values",)

    def __init__(self, values):
        self.values = dict(values) if isinstance(values, dict) else dict(enumerate(values))

    def __add__(self, other):
        total = dict(self.values)
        for index, value in other.values.items():
            total[index] = total[index] + value if index in total else value
        return Parts(total)

    def get(self, index):
        return self.values.get(index)


def filled(node, parts, as_tensors):
    """The cotangents of all outputs of a node, zeros where none arrived."""
    whole = []
    for index, (shape, dtype) in enumerate(node._more["outputs"]):
        g = parts.get(index)
        zeros = np.zeros(shape, dtype) if g is None else None
        whole.append(g if zeros is None else node.as_tensor(zeros) if as_tensors else zeros)
    return tuple(whole)


class Gate(Node):
    """Stands before a node with several outputs, one gate an output; see Note [Gates]."""

    __slots__ = ("index",)

    def __init__(self, parent, index):
        self._seq, self._edges, self._saved, self._fit, self._hooks = ticks.next(), (parent,), (), None, None
        self.index = index

    parent = _shown = property(lambda self: self._edges[0])

    def pull(self, g):
        return (Parts({self.index: g}),)

    pull_tensors = pull_checked = pull


class AccumulateGrad(Node):
    """The public face of a leaf that requires grad, at the end of each path of ``next_functions``."""

    __slots__ = ("variable",)

    def __init__(self, variable):
        self._seq, self._edges, self._saved, self._fit, self._hooks = 0, (), (), None, None
        self.variable = variable

    def __call__(self, g):
        self.variable._accumulate(g)


def public_edge(edge):
    """An edge as ``next_functions`` shows it: (node, index of the output)."""
    if type(edge) is Gate:
        return (edge.parent, edge.index)
    return (edge if edge is None or isinstance(edge, Node) else accumulator(edge), 0)


accumulators: weakref.WeakValueDictionary[int, Node] = weakref.WeakValueDictionary()  # by their leaves' ids


def accumulator(leaf):
    """The leaf's AccumulateGrad node: the same one as long as someone holds it."""
    node = accumulators.get(id(leaf))
    if node is None:
        # The node keeps the leaf, so no other tensor gets its id meanwhile.
        node = accumulators[id(leaf)] = AccumulateGrad(leaf)
    return node


class Hooks:
    """Callables by kind, in order of registration; a kind is "pre", "post", "retain" or "accumulated"."""

    __slots__ = ("lists", "__weakref__")

    def __init__(self):
        self.lists = {}

    def add(self, kind, hook):
        held = self.lists.setdefault(kind, OrderedDict())
        handle = RemovableHandle(held)
        held[handle.id] = hook
        return handle

    def of(self, kind):
        return tuple(self.lists.get(kind, {}).values())


class RemovableHandle:
    """What registering a hook gives back: ``remove()`` takes the hook away; also a context manager."""

    __module__ = "autodiff_lab.utils.hooks"
    next_id = 0

    def __init__(self, held):
        self.held = weakref.ref(held)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1

    def remove(self):
        held = self.held()
        if held is not None:
            held.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()
