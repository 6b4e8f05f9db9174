"""The backward pass. Leans on graph and mode; knows tensors only by ``_array``, ``_node`` and ``_accumulate``.

Note [The walk]
Nodes wait in a heap by their number, youngest first, with the cotangents that have reached them summed; a node is
taken only when every consumer, being younger, has run. No recursion, no sorting beforehand. Leaves wait too, and are
never taken: what is left when the heap is empty are their gradients. What flows are NumPy values; with
``create_graph=True`` the same walk carries tensors, and each rule is recorded as it runs.

Leaves' gradients are gathered aside and handed over at the end, so an error on the way leaves every ``.grad`` as
it was. Summing a gradient back to a broadcast input's shape and dtype happens here and nowhere else.
"""

import functools
import threading
from collections.abc import Callable
from heapq import heappop, heappush
from operator import attrgetter
from sys import getrefcount
from typing import Any

import numpy as np

from .errors import check, explained
from .exact import add_up
from .graph import LEAF, Gate, Node, Parts, rules_written_out, written_out
from .mode import mode, ticks

inspect: Callable[..., Any] | None = (
    None  # a step under anomaly detection; autograd.anomaly_mode puts it here
)


handing_over = threading.RLock()  # two threads may add to the same leaf
number_of = attrgetter("_seq")
ONES = {kind: kind(1) for kind in (np.float16, np.float32, np.float64)}


def edge_of(tensor):
    """Where a gradient for ``tensor`` goes: its node, itself if it is a leaf, None if it wants none."""
    return tensor if tensor._node is LEAF else tensor._node


def walk(seeds, *, keep, as_tensors, wanted=None):
    """Carry cotangents from ``seeds`` through the graph.

    Args:
        seeds: pairs (edge, cotangent), NumPy values or tensors according to ``as_tensors``.
        keep: whether saved tensors stay (``retain_graph``).
        as_tensors: whether the pass is recorded (``create_graph``).
        wanted: edges whose cotangents are asked for, or None for every leaf.

    Returns {edge: cotangent} for the leaves reached, or for the wanted edges reached.
    """
    # what has reached each edge, the nodes among these edges, and what was asked of nodes
    grads, heap, found = {}, [], {}
    watched, started = mode.anomaly is not None, as_tensors and ticks.next()
    special, free = watched or as_tensors, not keep
    needed = None  # every node that is reached
    if wanted is not None:
        nodes, leaves = reached_from([edge for edge, _ in seeds])
        if wanted.keys() != {*leaves}:
            needed = reaching(wanted, nodes)
    for edge, g in seeds:
        arrive(edge, g, grads, heap)
    while heap:
        seq, node = heappop(heap)
        g = grads.pop(node)
        hooks = node._hooks
        if hooks is not None:
            g = run_hooks(node, "pre", g, as_tensors)
        if needed is not None:
            if node in wanted:
                found[node] = g
            if node not in needed:
                continue
        unwritten = ticks.last_write + seq <= 0  # anywhere, since the node was born
        if unwritten and hooks is None and not special:
            node._push(g, grads, heap)
        elif as_tensors and hooks is None and not watched:
            node._push_tensors(g, grads, heap)
        else:
            if watched:
                contributions = inspect(node, g, as_tensors)
            else:
                contributions = node.pull_tensors(g) if as_tensors else node.pull_checked(g)
            contributions = fitted(node, contributions)
            if hooks is not None:
                contributions = run_post_hooks(node, contributions, g, as_tensors)
            pass_on(node, contributions, grads, heap)
        if free and node.keeps:
            node._saved = None
    if as_tensors:
        ticks.passes.append((started, ticks.next(), max(edge._seq for edge, _ in seeds)))
    grads.update(found)
    return grads


def arrive(edge, g, grads, heap):
    """Add ``g`` to what has reached ``edge``; a node that is reached for the first time joins those that wait."""
    if edge in grads:
        grads[edge] = grads[edge] + g
    else:
        grads[edge] = g
        if edge._seq:
            heappush(heap, (-edge._seq, edge))


def pass_on(node, contributions, grads, heap):
    for edge, c in zip(node._edges, contributions):
        if c is not None and edge is not None:
            arrive(edge, c, grads, heap)


def fitted(node, contributions):
    """What each edge of ``node`` is given, in its shape and dtype."""
    if node._fit is None:
        return contributions
    return [c if c is None or f is None else fit(c, *f) for c, f in zip(contributions, node._fit)]


# The commonest step, ``pass_on`` of what ``fitted`` makes of ``pull``, written out for each edge that a rule leads to.
PUSH = """\
def made(self, g, grads, heap):
{lines}
    fits = self._fit
    {edges}, = self._edges
"""
PUSH_ON = """\
    if {edge} is not None:
        c = {call}
        if fits is not None and fits[{i}] is not None: c = fit(c, *fits[{i}])
        if {edge} in grads:
            grads[{edge}] = grads[{edge}] + c
        else:
            grads[{edge}] = c
            if {edge}._seq:
                heappush(heap, (-{edge}._seq, {edge}))
"""


def push(node, g, grads, heap):
    """The step of a node that nobody watches: its contributions go on to its edges."""
    pass_on(node, fitted(node, node.pull(g)), grads, heap)


def push_tensors(node, g, grads, heap):
    """The same step, recorded."""
    pass_on(node, fitted(node, node.pull_tensors(g)), grads, heap)


def first_push(name, reading, push):
    """``push``, written out at its first call for the node's row if it has one result and a rule for each input."""

    def first(node, g, grads, heap):
        row = node.row
        written = row is not None and row.outputs == 1 and not row.variadic
        setattr(type(node), name, compiled_push(row, reading) if written else push)
        getattr(node, name)(g, grads, heap)

    return first


def compiled_push(row, reading):
    lines, calls, space = rules_written_out(row, reading)
    edges = [f"e{i}" for i in range(len(calls))]
    source = PUSH.format(lines="\n".join(lines), edges=", ".join(edges))
    ways = enumerate(zip(edges, calls))
    source += "".join(PUSH_ON.format(i=i, edge=e, call=call) for i, (e, call) in ways if call is not None)
    return written_out(source, {**space, "fit": fit, "heappush": heappush}, f"push of {row.name}")


Node._push = first_push("_push", "pull", push)
Node._push_tensors = first_push("_push_tensors", "pull_tensors", push_tensors)


def reached_from(roots):
    """The nodes and the leaves that can be reached from these edges, themselves included."""
    nodes, leaves = [edge for edge in roots if edge._seq], [edge for edge in roots if not edge._seq]
    seen = {None, *roots}
    for node in nodes:  # which grow meanwhile
        for edge in node._edges:
            if edge not in seen:
                seen.add(edge)
                (nodes if edge._seq else leaves).append(edge)
    return nodes, leaves


def reaching(wanted, nodes):
    """Those of ``nodes`` from which some wanted edge can be reached by at least one step."""
    reach, needed = set(wanted), set()
    for node in sorted(nodes, key=number_of):
        if not reach.isdisjoint(node._edges):
            reach.add(node)
            needed.add(node)
    return needed


@functools.lru_cache(4096)
def stretched_axes(whole, shape):
    """The axes of ``whole`` along which something of ``shape`` was broadcast to it."""
    lead = len(whole) - len(shape)
    return (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1 and whole[lead + i] != 1))


def fit(g, shape, dtype):
    """``g`` summed over the axes along which an input of ``shape`` was broadcast, in ``dtype``."""
    plain = isinstance(g, (np.ndarray, np.generic))
    if g.shape != shape:
        axes = stretched_axes(g.shape, shape)
        if axes:
            g = add_up(g, axes) if plain else g.sum(axis=axes)
        if g.shape != shape:
            g = g.reshape(shape)
    if plain:
        return g if g.dtype is dtype or g.dtype == dtype else g.astype(dtype)
    return g if g._array.dtype == dtype else g._cast(dtype)


def run_hooks(holder, kind, g, as_tensors):
    """Show ``g`` to the hooks of one kind, tensors' and retaining ones included; each may return another."""
    hooks = holder._hooks.of(kind) + holder._hooks.of("node pre") + holder._hooks.of("retain")
    if not hooks:
        return g
    if type(g) is Parts:
        outs = {i: Node.as_tensor(v) for i, v in g.values.items()}
        for hook in hooks:
            new = hook(tuple(outs.get(i) for i in range(holder.outputs)))
            if new is not None:
                outs = dict(enumerate(new))
        return Parts({i: v if as_tensors else v._array for i, v in outs.items() if v is not None})
    shown = Node.as_tensor(g)
    tensor_hooks, node_hooks = holder._hooks.of(kind), holder._hooks.of("node pre")
    for hook in tensor_hooks:
        shown = replaced(shown, hook(shown), hook)
    for hook in node_hooks:
        new = hook((shown,))
        if new is not None:
            shown = replaced(shown, new[0] if isinstance(new, tuple) else new, hook)
    for hook in holder._hooks.of("retain"):
        hook(shown)
    return shown if as_tensors else shown._array


def replaced(g, new, hook):
    """What a hook gave back in place of ``g``, checked: None leaves it, a tensor of the same shape replaces it."""
    if new is None:
        return g
    check(hasattr(new, "_array"), f"expected Variable, but hook returned '{type(new).__name__}'", TypeError)
    name = getattr(hook, "__name__", type(hook).__name__)
    check(new._array.shape == g._array.shape, f"hook '{name}' has changed the size of value")
    check(new._array.dtype == g._array.dtype,
          f"hook '{name}' has changed the type of value (was {g.type()} got {new.type()})")  # fmt: skip
    return new


def run_post_hooks(node, contributions, g, as_tensors):
    hooks = node._hooks.of("post")
    if not hooks:
        return contributions
    parts = [g.get(i) for i in range(max(g.values) + 1)] if type(g) is Parts else [g]
    outputs = tuple(None if p is None else Node.as_tensor(p) for p in parts)
    inputs = tuple(None if c is None else Node.as_tensor(c) for c in contributions)
    for hook in hooks:
        new = hook(inputs, outputs)
        if new is not None:
            inputs = new if isinstance(new, tuple) else (new,)
    return tuple(c if c is None or as_tensors else c._array for c in inputs)


def seed_of(output, grad, as_tensors):
    """The cotangent that starts the pass at ``output``: the one given, checked, or 1 for a single element."""
    array = output._array
    if grad is None:
        one = ONES.get(array.__class__)
        if one is None and array.size == 1:
            one = np.ones(array.shape, array.dtype)[()]
        if one is None:
            raise explained(RuntimeError("grad can be implicitly created only for scalar outputs"),
                             "note.scalar", output, shape=list(array.shape))  # fmt: skip
        return Node.as_tensor(one) if as_tensors else one
    return grad if as_tensors else grad._array


def seeds_of(outputs, grads, as_tensors):
    """Where the pass starts: (edge, cotangent) for each output."""
    seeds = []
    for t, g in zip(outputs, grads):
        seeds.append((require_edge(t, len(seeds)), seed_of(t, g, as_tensors)))
    return seeds


def backward(outputs, grads, *, keep, create_graph, inputs=None):
    """Accumulate gradients of ``outputs`` into leaves, or into ``inputs`` only.

    Args:
        outputs, grads: tensors and their cotangents (None for "one"), already checked for shape.
    """
    seeds, wanted = seeds_of(outputs, grads, create_graph), None
    if inputs is not None:
        wanted = {require_edge(t, i): t for i, t in enumerate(inputs)}
        for t in inputs:
            t.retain_grad()  # which does nothing on a leaf
    outer = mode.at_the_end
    calls = mode.at_the_end = []
    try:
        found = walk(seeds, keep=keep, as_tensors=create_graph, wanted=wanted)
        deliver(
            found if wanted is None else {t: found[t] for t in wanted.values() if t in found}, create_graph
        )
        for call in calls:
            call()
    finally:
        mode.at_the_end = outer


def deliver(grads, create_graph):
    """Give each tensor its gradient, all hooks first, so that a failing hook leaves every ``.grad`` alone."""
    hooked = []
    for tensor in grads:
        if tensor._hooks is not None:
            hooked.append(tensor)
    if hooked:
        grads = {t: shown_to_hooks(t, g, create_graph) for t, g in grads.items()}
    with handing_over: hand_over(grads)  # noqa: E701 - no line comes after, at which to fail with the lock  # fmt: skip
    for tensor in hooked:
        for hook in tensor._hooks.of("accumulated"):
            hook(tensor)


def shown_to_hooks(tensor, g, create_graph):
    """The gradient of a leaf, as its hooks leave it; those of any other tensor have seen it in the walk."""
    return (
        run_hooks(tensor, "pre", g, create_graph) if tensor._hooks is not None and tensor._node is LEAF else g
    )


def references_of_a_pass():
    """How many references a pass itself holds to an array that it hands over: in its table, a pair, a name, a call."""
    found = {None: np.empty(1)}
    for _, g in found.items():
        return getrefcount(g)


OWN_REFERENCES = references_of_a_pass()


def sole(view):
    """Whether a view shows all of an array that nobody else holds: the array's new shape."""
    base = view.base
    return (
        base.__class__ is np.ndarray
        and base.base is None
        and base.nbytes == view.nbytes
        and getrefcount(base) <= 3
    )


def hand_over(grads):
    """Add each tensor's gradient to its ``.grad``.

    An array that nobody else holds becomes the ``.grad`` itself, as in torch; whoever else looks at it, through a view
    too, holds a reference to it, and Python counts these. What a hook returned may be held through its tensor alone.
    """
    for tensor, g in grads.items():
        alone = tensor._grad is None is tensor._hooks and (
            g.__class__ is not np.ndarray or getrefcount(g) <= OWN_REFERENCES and (g.base is None or sole(g))
        )
        tensor._accumulate(g, alone)


def require_edge(tensor, index):
    edge = tensor if tensor._node is LEAF else tensor._node
    if edge is None:
        said = f"element {index} of tensors does not require grad and does not have a grad_fn"
        raise explained(RuntimeError(said), "note.no_grad_fn", tensor)
    return edge


def grad(outputs, grads, inputs, *, keep, create_graph):
    """The gradients of ``outputs`` with respect to ``inputs``, as tensors, None where not reached."""
    seeds, edges = seeds_of(outputs, grads, create_graph), []
    for tensor in inputs:
        check(tensor._node is not None, "One of the differentiated Tensors does not require grad",
              note="note.input_no_grad", tensor=tensor)  # fmt: skip
        edges.append(edge_of(tensor))
    outer = mode.at_the_end
    calls = mode.at_the_end = []
    try:
        found = walk(seeds, keep=keep, as_tensors=create_graph, wanted=dict.fromkeys(edges, True))
        result = []
        for tensor, edge in zip(inputs, edges):
            g = found.get(edge)
            result.append(None if g is None else Node.as_tensor(shown_to_hooks(tensor, g, create_graph)))
        for call in calls:
            call()
        return result
    finally:
        mode.at_the_end = outer


def rows(output, inputs):
    """For each element of ``output``, its gradients by ``inputs``: NumPy values, None where not reached.

    All the passes go the same way, so it is looked up once; with hooks or anomaly detection, each is a walk of its own.
    """
    root, edges, shape = edge_of(output), [edge_of(t) for t in inputs], output._array.shape
    wanted = dict.fromkeys(edges, True)
    route = sorted(reaching(wanted, reached_from([root])[0]), key=number_of, reverse=True)
    place = {edge: i for i, edge in enumerate(dict.fromkeys((*route, root, *edges)))}
    steps = [
        (node, [(i, place[e], node._fit and node._fit[i]) for i, e in enumerate(node._edges) if e in place])
        for node in route
    ]
    walking = mode.anomaly is not None or any(node._hooks is not None for node in route)
    size = output._array.size
    for one in np.eye(size, dtype=output._array.dtype).reshape(size, *shape):
        if walking:
            found = grad((output,), (Node.as_tensor(one),), inputs, keep=True, create_graph=False)
            yield [g if g is None else g._array for g in found]
            continue
        reached = [None] * len(place)
        reached[place[root]] = one
        unwritten = not route or ticks.last_write < route[-1]._seq  # since the oldest node was born
        for at, (node, onward) in enumerate(steps):
            g = reached[at]
            if g is None:
                continue
            contributions = node.pull(g) if unwritten else node.pull_checked(g)
            for i, to, wants in onward:
                c = contributions[i]
                if c is None:
                    continue
                if wants is not None:
                    c = fit(c, *wants)
                before = reached[to]
                reached[to] = c if before is None else before + c
        yield [reached[place[edge]] for edge in edges]


__all__ = ["Gate", "backward", "edge_of", "fit", "grad", "rows", "walk"]
