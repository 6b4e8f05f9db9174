"""``lab.record()``: what ran in a block, seen while it ran.

A graph knows only what derivatives need. A recording watches the operations themselves, so it also knows the constants,
what ``no_grad``, ``detach()`` and writes in place did, the learner's line that made each value, and the module in
whose ``forward`` it was made. Leans on mode, which tells the watchers of this package's operations, and on events; for
PyTorch's operations it puts torch_calls.py in force, if PyTorch is there already. Nothing is watched outside the block.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from .. import engine
from ..graph import WRITTEN_OUT
from ..messages import say
from ..mode import Inference, mode, ticks, unwatch, watch
from .events import Call, Event, Rewritten, Unrecorded, Value, accumulator_of, base_of, version_of
from .names import is_tensor
from .torch_calls import torch_watcher

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_WALK = engine.walk.__code__
_LAYERS = tuple(os.path.join(_HERE, room) for room in ("nn", "optim"))


class Recording:
    """What ``lab.record()`` gives: a block in which operations are seen, and afterwards what was seen.

    Attributes:
        events: the operations that ran, in order.
        called: the frame of the function that the block called, and in which an operation ran last; None before.
        graph: draws them; see :func:`~autodiff_lab.lab.graph`.
    """

    graph: Callable[..., Any] | None = None  # picture.py, which stands below, puts its function here

    def __init__(self):
        self.events, self.passes, self.called = [], [], None
        self._current, self._first, self._written, self._by_fn, self._leaves = {}, {}, {}, {}, {}
        self._stack, self._outer, self._theirs = [], None, None
        self._known_leaves, self._part_of = [], {}
        self._top = {}  # how often each outermost module was called

    # -- the block -----------------------------------------------------------------------------------------------

    def __enter__(self):
        if self._outer is not None:
            raise RuntimeError(say("record.error.again"))
        self._outer = sys._getframe(1)
        watch(self)
        torch = sys.modules.get("torch")
        if hasattr(torch, "overrides"):
            self._theirs = torch_watcher(torch, self)
            self._theirs.__enter__()
        return self

    def __exit__(self, *exc):
        unwatch(self)
        if self._theirs is not None:
            self._theirs.__exit__(*exc)
        self._outer, self._theirs = None, None
        self._stack.clear()

    def __repr__(self):
        return say("record.repr", count=len(self.events))

    # -- what is told ---------------------------------------------------------------------------------------------

    def __call__(self, row, inputs, attrs, results, node):
        where = self._where()
        if where is None:
            return
        attrs = {row.public.get(n, n): v for n, v in attrs.items() if isinstance(v, (bool, int, float))}
        self._happened(row.node.__name__, [self._input(i) for i in inputs], attrs, results, node, where)

    def finished(self, node, inputs, results):
        """A custom function has run."""
        where = self._where()
        if where is not None:
            tensors = [t for t in results if is_tensor(t)]
            recorded = node if any(t.grad_fn is not None for t in tensors) else None
            self._happened(node.name(), [self._input(i) for i in inputs], {}, tensors, recorded, where)

    def cut(self, source, twin, how):
        """The same numbers go on without their history."""
        if sys._getframe(3).f_code.co_filename.startswith(_HERE):
            self._register(twin, self.value_of(source))  # a library's own housekeeping
            return
        where = self._where()
        if where is not None:
            event = self._happened("DetachBackward0", [self.value_of(source)], {}, [twin], None, where)
            event.cut = how

    def follow(self, source, target):
        """A value moves from ``source`` to ``target``: into a twin before an operation, back when it has written."""
        value = self.value_of(source)
        if id(target) not in self._current:
            self._register(target, value)
            return
        self._wrote(value.event, value.output, target)

    def _wrote(self, event, output, target):
        if event is None:
            return
        event.writes = True
        value = Value(target, event, output)
        if output < len(event.results):
            event.results[output] = value
        self._register(target, value)
        self._written[id(base_of(target))] = event

    def _happened(self, name, inputs, attrs, results, node, where):
        place, call, inner = where
        state = mode.grad
        how = "" if state else "inference" if isinstance(state, Inference) else "no_grad"
        event = Event(len(self.events), name, inputs, attrs, node, how, place, call)
        event.inner, event.born = inner, ticks.next()
        self.events.append(event)
        for k, tensor in enumerate(results):
            value = Value(tensor, event, k)
            event.results.append(value)
            self._register(tensor, value)
        if node is not None:
            self._by_fn[id(node)] = event
        return event

    def _input(self, value):
        return self.value_of(value) if is_tensor(value) else value

    def _register(self, tensor, value):
        self._current[id(tensor)] = (tensor, value, version_of(tensor))

    def _where(self):
        """The learner's line, the module's call, whether a layer runs it; None inside a pass that leaves no graph."""
        frame, place, found, inner = sys._getframe(2), None, [], False
        while frame is not None:
            code = frame.f_code
            if place is None and not inside(code.co_filename):
                place = (code.co_filename, frame.f_lineno)
            inner = inner or (place is None and code.co_filename.startswith(_LAYERS))
            if code.co_name in ("forward", "step") and code.co_argcount:
                owner = frame.f_locals.get(code.co_varnames[0])
                if hasattr(type(owner), "named_parameters") or hasattr(owner, "param_groups"):
                    found.append((frame, owner))
            elif code is _WALK:
                if not frame.f_locals["as_tensors"]:
                    return None
                inner = True
            if frame is self._outer:
                break
            self.called, frame = frame, frame.f_back
        return place, self._call(found[::-1]) if found or self._stack else None, inner

    def _call(self, found):
        """The innermost call of those under way; a frame that was not there before is a new call."""
        stack = self._stack
        same = 0
        while same < min(len(stack), len(found)) and stack[same][0] is found[same][0]:
            same += 1
        del stack[same:]
        for frame, module in found[same:]:
            within = stack[-1][1] if stack else None
            counts = self._top if within is None else within.counts
            counts[id(module)] = counts.get(id(module), 0) + 1
            stack.append((frame, Call(module, within, counts[id(module)])))
        return stack[-1][1] if stack else None

    # -- what is asked --------------------------------------------------------------------------------------------

    def value_of(self, tensor):
        """The state that a tensor is in."""
        known = self._current.get(id(tensor))
        if known is not None and known[2] == version_of(tensor):
            return known[1]
        if known is not None and self.untouched(tensor):
            self._first.pop(id(tensor), None)  # what was there before it was filled is of no interest
        event = self._written.get(id(base_of(tensor)))
        if event is None:
            value = Value(tensor)
        else:
            value = self._seen_through(tensor, event, known[1] if known is not None else None)
        self._first.setdefault(id(tensor), value)
        if tensor.is_leaf and tensor.requires_grad:
            self._known_leaves.append(tensor)
        elif event is None and tensor.grad_fn is None:
            value.grad_of = next((leaf for leaf in self._known_leaves if leaf.grad is tensor), None)
        self._register(tensor, value)
        return value

    def _seen_through(self, tensor, write, before):
        """The state of a tensor after a write through another view of its memory: what it was, with a part replaced."""
        event = Event(write.number, "CopySlices", [before, *write.results[:1]], {}, tensor.grad_fn, write.mode,
                      write.place, write.call)  # fmt: skip
        event.writes, event.born = True, write.born
        value = Value(tensor, event)
        event.results.append(value)
        if tensor.grad_fn is not None:
            event.name = tensor.grad_fn.name()
            self._by_fn.setdefault(id(tensor.grad_fn), event)
        return value

    def event_of(self, fn):
        """The event that left ``fn`` behind, or None."""
        if isinstance(fn, Unrecorded):
            return fn.event
        return self._by_fn.get(id(fn))

    def untouched(self, tensor):
        """Whether no operation has used a tensor so far."""
        known = self._current.get(id(tensor))
        return known is None or not any(known[1] in event.inputs for event in self.events)

    def renew(self, tensor):
        """Forget what a tensor was: it is only now filled with numbers."""
        self._current.pop(id(tensor), None)
        self._first.pop(id(tensor), None)
        self.value_of(tensor)

    def first_of(self, leaf):
        """A leaf's state before the run wrote to it."""
        return self._first.get(id(leaf))

    def source_of(self, value):
        """Where a value stands in the graph: (node, output), or None for a constant."""
        tensor = value.tensor
        if value.rewritten:
            key = id(value)
            if key not in self._leaves:
                self._leaves[key] = Rewritten(value)
            return self._leaves[key], 0
        event = value.event
        if event is not None and (event.node is not None or tensor.grad_fn is None or not value.current):
            return event.fn, value.output
        if tensor.grad_fn is not None:
            return tensor.grad_fn, getattr(tensor, "output_nr", 0)
        return (accumulator_of(tensor), 0) if tensor.requires_grad else None

    def links(self, fn):
        """(links, kinds): like ``next_functions``, but constants lead to what made them. Kinds say where no gradient
        comes back, by position: ``"cut"``, ``"write"`` or ``"data"``.
        """
        links = fn.next_functions
        if isinstance(fn, Rewritten):
            return links, {0: "write"}
        event = self.event_of(fn)
        if event is None or event.compound:
            return self._compound(links, event or self._part_of.get(id(fn))), {}
        links, kinds = list(links), {}
        for a, value in enumerate(event.inputs[: len(links)]):
            if not isinstance(value, Value) or (links[a][0] is not None and not value.rewritten):
                continue
            source = self.source_of(value)
            if source is None:
                continue
            gradient = links[a][0] is not None
            links[a] = source
            if not gradient:
                wanted = value.tensor.requires_grad if value.event is None else value.event.node is not None
                kinds[a] = "cut" if wanted or value.rewritten else "data"
        part = event.inputs[-1] if event.inputs else None
        if event.name.endswith(("CopySlices", "AsStridedBackward0")) and isinstance(part, Value):
            if event.node is not None and self.source_of(part) is not None:  # what was written into it
                kinds[len(links)] = "write"
                links.append(self.source_of(part))
        if event.writes and links and isinstance(fn, Unrecorded) and 0 in kinds:
            kinds[0] = "write"
        return tuple(links), kinds

    def _compound(self, links, event):
        """The links of a node that a call of several operations left behind: leaves in the state they had then."""
        if event is None:
            return links
        states = {id(v.tensor): v for v in event.inputs if isinstance(v, Value) and v.rewritten}
        made = []
        for child, output in links:
            leaf = getattr(child, "variable", None)
            if leaf is not None and id(leaf) in states:
                child, output = self.source_of(states[id(leaf)])
            elif child is not None and self.event_of(child) is None:
                self._part_of[id(child)] = event
            made.append((child, output))
        return tuple(made)

    def ends(self):
        """The values that no later operation used, in order."""
        used = {id(v) for event in self.events for v in event.inputs if isinstance(v, Value)}
        return [
            value
            for event in self.events
            for value in event.results
            if id(value) not in used and value.current
        ]


def record():
    """Watch every operation of a block, of this package's tensors and of PyTorch's.

    Returns:
        A :class:`Recording` to use in a ``with`` statement; afterwards ``lab.graph(run)`` or ``run.graph()`` draws it.

    >>> import autodiff_lab as th
    >>> x = th.tensor(2.0, requires_grad=True)
    >>> with record() as run:
    ...     y = x * 3
    ...     with th.no_grad():
    ...         z = y + 1
    >>> [(event.name, event.mode) for event in run.events]
    [('MulBackward0', ''), ('AddBackward0', 'no_grad')]
    """
    return Recording()


def inside(file):
    """Whether a file is this package's or PyTorch's, and so no learner's."""
    return file.startswith(_HERE) or file == WRITTEN_OUT or f"{os.sep}torch{os.sep}" in file
