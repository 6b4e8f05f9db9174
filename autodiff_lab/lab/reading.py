"""From a tensor to a GraphModel, through PyTorch's public face alone.

Only ``grad_fn``, ``next_functions``, ``variable``, ``name()``, ``_saved_*``, ``requires_grad``, ``is_leaf``, ``grad``
and the like are asked, so this package's tensors and real ``torch.Tensor`` objects are read by the same lines, and
neither library is imported here. Leans on model, formulas and values.

Note [What a graph still knows]
An autograd graph keeps what derivatives need and nothing else, so most values have to be found. In this order:

1. in hand: the tensor asked about, leaves, and every tensor the learner's namespace has a name for;
2. saved: ``_saved_self``, ``_saved_result``, … are the tensors themselves, and say whose result they are;
3. remembered: what an earlier reading saw before a backward pass freed it (forgotten when its tensor dies);
4. recomputed: the same operation, run again on inputs that are known. A leaf may have changed since, so such a
   value is shown only where the leaf is proven fresh or where it leads to a value that is known at first hand;
5. deduced: the constant of ``u + c`` is saved nowhere; it is what the result leaves for it. If one tensor of the
   namespace gives exactly this result, the constant is called by its name with a question mark.

Gradients likewise: ``.grad`` where there is one; on edges, what the node itself answers when it is called again
(no hook runs then), or the local derivative from known values where saved tensors are freed.
"""

import heapq
import math
import re
import weakref
from dataclasses import replace

import numpy as np

from ..messages import say
from .folding import Groups, by_loop, by_module
from .formulas import Sym, call, expression, local_formula, op_name, own_formula, row_of
from .model import Edge, GraphModel, Node, Saved, visible, without_collecting
from .names import Names, is_tensor
from .recording import Rewritten, Unrecorded, Value, order_of, version_of
from .values import array_of, dtype_of, equal, fitted, numbers_and_text, numel, plain

FOLDED_ABOVE = 300  # a graph with more operations folds
RUN_FOLDED_ABOVE = 80  # and a recorded run with more, if it is a loop
SHOWN_FOLDED = 40  # and then shows at most so many of them, but always a whole level
LEVELS_FOLDED = 10  # on at most so many levels
MOST_DRAWN = 5000  # even if a depth is asked for
LEAVES_FOLDED = 24  # variables that a folded picture shows
FOREIGN_VISITED = 20_000  # nodes of a graph that is not this package's own
RECOMPUTED = 20_000  # entries: larger arrays are neither recomputed nor sent backward

_VERSIONS = re.compile(r"is at version (\d+); expected version (\d+)")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def read(results, names=None, *, depth=None, values=True, run=None, fold=None, backward=False):
    """The graph behind one tensor or several, as a :class:`GraphModel`.

    Args:
        results: a tensor (of this package or of torch), or a sequence of them.
        names: a mapping from names to tensors, modules or lists of tensors, such as ``globals()``.
        depth: how many levels of operations to show, counted from the results; the rest is folded. By default all,
            or what is useful of a graph with more than 300 operations.
        values: False leaves out values, gradients and local derivatives' numbers.
        run: a :class:`~autodiff_lab.lab.recording.Recording` that saw the operations; with it, all that ran is read.
        fold: ``"module"``, ``"loop"`` or ``"depth"``: what to fold, whatever the size; False folds nothing.
        backward: True reads the graph of ``grad_fn`` nodes, ``"both"`` the two side by side.

    Raises:
        TypeError: for anything that is not a tensor.
    """
    results = tuple(results) if isinstance(results, (tuple, list)) else (results,)
    for tensor in results:
        if not is_tensor(tensor):
            raise TypeError(say("graph.error.type", type=type(tensor).__name__))
    if not results and not (run is not None and run.events):
        raise TypeError(say("graph.error.type", type="()"))
    if depth is not None and (not isinstance(depth, int) or isinstance(depth, bool) or depth < 1):
        raise ValueError(say("graph.error.depth", depth=repr(depth)))
    if fold not in (None, False, "module", "loop", "depth"):
        raise ValueError(say("graph.error.fold", fold=repr(fold)))
    with without_collecting():
        reading = _Reading(results, Names(names or {}), depth, values, run, fold)
        model = reading.model()
        return reading.backward_model(backward == "both") if backward else model


def reading_of(result, names, seed=None, run=None, whole=True):
    """The reading itself with its model, for those who go on to ask for formulas; of a recorded ``run``, where given.

    Of a run all is read that happened; with ``whole=False`` only what led to the result.

    With ``seed``, a gradient for ``result``, the model shows what a backward pass from it would send along each edge.
    The model is None for a graph that is too large to be read number by number.
    """
    reading = _Reading((result,), Names(names), MOST_DRAWN, True, run, whole=whole)
    reading.seed = seed
    with without_collecting():
        return reading, reading.model() if len(reading.operations()) <= FOLDED_ABOVE else None


class _Memory:
    """What earlier readings saw of each operation, for as long as a tensor that led to it lives."""

    def __init__(self):
        self.seen = {}

    def recall(self, fn):
        found = self.seen.get(id(fn))
        return found[1] if found and found[0] is fn else {}

    def remember(self, root, facts):
        facts = [(fn, saved) for fn, saved in facts if saved.keys() - self.recall(fn).keys()]
        if not facts:
            return
        for fn, saved in facts:
            self.seen[id(fn)] = (fn, {**self.recall(fn), **saved})
        try:
            weakref.finalize(root, self._forget, tuple(id(fn) for fn, _ in facts)).atexit = False
        except TypeError:  # a tensor that cannot tell when it dies is not remembered
            self._forget([id(fn) for fn, _ in facts])

    def _forget(self, keys):
        for key in keys:
            self.seen.pop(key, None)


_memory = _Memory()


class _Reading:
    """One reading: a walk, a choice of what is shown, the values, the gradients, the model."""

    seed = None  # the gradient of a pass that is only imagined

    def __init__(self, results, names, depth, values, run=None, fold=None, whole=True):
        self.results, self.names, self.values, self.run = results, names, values, run
        self._walk(run is not None and whole)
        self.groups = Groups(self.order, self.inputs, self.variable, names, run)
        self._fold(depth, fold)

    # -- the walk ------------------------------------------------------------------------------------------------

    def _walk(self, whole):
        """All nodes, inputs before consumers, in an order that the graph alone decides, found without recursion."""
        self.order, self.index, self.links = [], {}, []
        self.kinds = {}  # (node, argument) → why no gradient comes back along it, or "write"
        near = self._near()
        self.complete = near is None
        ends = [
            value.tensor
            for value in (self.run.ends() if whole else ())
            if not value.event.inner or value.rewritten or self.names.of(value.tensor)
        ]
        for tensor in (*self.results, *ends):
            fn, _ = self._made_by(tensor)
            if fn is None:
                continue
            stack = [(fn, None, None)]
            while stack:
                fn, links, rest = stack.pop()
                if links is None:
                    if id(fn) in self.index:
                        continue
                    links = self._next(fn)
                    rest = iter(links)
                    self.index[id(fn)] = None  # under way
                for child, _ in rest:
                    if (
                        child is not None
                        and id(child) not in self.index
                        and (near is None or id(child) in near)
                    ):
                        stack.append((fn, links, rest))
                        stack.append((child, None, None))
                        break
                else:
                    self.index[id(fn)] = len(self.order)
                    self.order.append(fn)
                    self.links.append(links)
        (self._in_order_of_birth if self.run is None else self._in_order_of_events)()
        index = self.index
        self.inputs = [
            [(index[id(child)], out) if id(child) in index else None for child, out in links]
            for links in self.links
        ]
        # a node without inputs is a leaf's AccumulateGrad
        self.variable = [
            getattr(fn, "variable", None) if not to or isinstance(fn, Rewritten) else None
            for fn, to in zip(self.order, self.links)
        ]
        if self.run is not None:
            kinds = [self.run.links(fn)[1] for fn in self.order]
            self.kinds = {(i, a): kind for i, found in enumerate(kinds) for a, kind in found.items()}
        self.roots = [(t, index[id(fn)]) for t in self.results if (fn := self._made_by(t)[0]) is not None]
        self.roots = [(t, i) for t, i in self.roots if self.variable[i] is None]

    def _made_by(self, tensor):
        """The node that made a tensor, and which of its outputs it is; (None, 0) if nothing did."""
        if self.run is not None:
            return self.run.source_of(self.run.value_of(tensor)) or (None, 0)
        return tensor.grad_fn, getattr(tensor, "output_nr", 0)

    def _next(self, fn):
        return fn.next_functions if self.run is None else self.run.links(fn)[0]

    def _event(self, i):
        return None if self.run is None else self.run.event_of(self.order[i])

    def _in_order_of_events(self):
        """As things ran: by the number of the event; what no event tells of comes just before what uses it."""
        n = len(self.order)
        born = [math.inf] * n
        users = [[] for _ in range(n)]
        waiting = [0] * n
        for i in reversed(range(n)):
            event = self._event(i)
            if isinstance(self.order[i], Rewritten):
                event = self.order[i].value.event
            if event is not None:
                born[i] = event.number
            for child, _ in self.links[i]:
                if self._has(child):
                    at = self.index[id(child)]
                    born[at] = min(born[at], born[i])
                    users[at].append(i)
                    waiting[i] += 1
        ready = [(born[i], i) for i in range(n) if not waiting[i]]
        heapq.heapify(ready)
        order = []
        while ready:
            _, i = heapq.heappop(ready)
            order.append(i)
            for user in users[i]:
                waiting[user] -= 1
                if not waiting[user]:
                    heapq.heappush(ready, (born[user], user))
        self.order, self.links = [self.order[i] for i in order], [self.links[i] for i in order]
        self.index = {id(fn): i for i, fn in enumerate(self.order)}

    def _in_order_of_birth(self):
        """Small graphs in the order in which the learner's code ran, as long as nodes tell their number."""
        if len(self.order) > MOST_DRAWN or not all(hasattr(fn, "_sequence_nr") for fn in self.order):
            return
        born = [fn._sequence_nr() if links else -1 for fn, links in zip(self.order, self.links)]
        for at, links in enumerate(self.links):  # numbers of several threads need not fit together
            if any(born[self.index[id(child)]] >= born[at] for child, _ in links if self._has(child)):
                return
        order, links, done = [], [], set()
        for at in sorted(range(len(born)), key=born.__getitem__):
            if born[at] < 0:
                continue
            leaves = [
                self.index[id(c)] for c, _ in self.links[at] if self._has(c) and born[self.index[id(c)]] < 0
            ]
            for i in (*leaves, at):
                if i not in done:
                    done.add(i)
                    order.append(self.order[i])
                    links.append(self.links[i])
        if len(order) == len(self.order):
            self.order, self.links = order, links
            self.index = {id(fn): i for i, fn in enumerate(order)}

    def _has(self, fn):
        return fn is not None and id(fn) in self.index

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

    def _fold(self, depth, fold):
        """Which nodes are shown; of the others, the group each belongs to."""
        n, variable, inputs = len(self.order), self.variable, self.inputs
        self.shown, self.group = set(range(n)), {}
        self.folded = {}  # leader → (what is folded, its name, the modules around it)
        ran = self.run is not None and fold is None and depth is None and n > RUN_FOLDED_ABOVE
        if fold is False or (depth is None and fold is None and n <= FOLDED_ABOVE and not ran):
            if n > MOST_DRAWN:
                raise ValueError(say("graph.error.large", count=n, most=MOST_DRAWN))
            return
        if depth is None and fold != "depth":
            ways = []
            if fold != "module":
                ways += self._loop()
            if fold != "loop" and (fold is not None or n > FOLDED_ABOVE):
                ways += self._modules(FOLDED_ABOVE if fold is None else n)
            ways = [way for way in ways if fold is not None or n - len(way[0]) + len(way[1]) <= FOLDED_ABOVE]
            if ways:  # the one that leaves fewest boxes
                group, self.folded = min(ways, key=lambda way: n - len(way[0]) + len(way[1]))
                self._hide(group)
            if ways or fold is not None or n <= FOLDED_ABOVE:
                return
        level = [0] * n  # the longest way from a result, so that what feeds a hidden node is hidden too
        for i in reversed(range(n)):
            below = level[i] + 1
            for link in inputs[i]:
                if link is not None and level[link[0]] < below:
                    level[link[0]] = below
        counts = {}
        for i in range(n):
            if variable[i] is None:
                counts[level[i]] = counts.get(level[i], 0) + 1
        most, deepest = (MOST_DRAWN, depth) if depth else (SHOWN_FOLDED, LEVELS_FOLDED)
        drawn, last = 0, 0
        for at in sorted(counts):
            drawn += counts[at]
            if at >= deepest or (drawn > most and at > 0):
                break
            last = at
        operations = [i for i in range(n) if variable[i] is None and level[i] <= last][-MOST_DRAWN:]
        shown = set(operations)
        seen = {
            link[0]
            for i in operations
            for link in inputs[i]
            if link is not None and variable[link[0]] is not None
        }
        leaves = [i for i in range(n) if variable[i] is not None]
        named = {i for i in leaves if self.names.of(variable[i])}
        # first the variables that something in sight uses, and of these the ones with a name
        leaves.sort(key=lambda i: (i not in seen, i not in named, i))
        room = max(LEAVES_FOLDED, len(seen)) if depth else LEAVES_FOLDED
        shown.update(i for i in leaves[:room] if i in seen or i in named)
        self.shown = shown
        self._group([i for i in range(n) if i not in shown and variable[i] is None])
        rest = sorted(seen - shown)
        self.group.update(dict.fromkeys(rest, rest[0] if rest else None))

    def _modules(self, room):
        """[(group, what each leader stands for)]: each call of a module as one box; [] where that makes a cycle."""
        members = by_module(self.groups.paths, self.variable, room)
        group = {i: found[0] for found in members.values() for i in found}
        if not group or not self._acyclic(group):
            return []
        titles = self.groups.titles
        return [
            (group, {found[0]: ("module", titles[path[-1]], path[:-1]) for path, found in members.items()})
        ]

    def _loop(self):
        """[(group, what its leader stands for)]: all turns of a loop but the last; [] where there is none."""
        found = by_loop(self.order, self.inputs, self.variable)
        if found is None or not self._acyclic(dict.fromkeys(found[0], found[0][0])):
            return []
        hidden, turns = found
        return [(dict.fromkeys(hidden, hidden[0]), {hidden[0]: ("loop", f"× {turns - 1}", ())})]

    def _hide(self, group):
        """Fold by ``group``; a leaf that nothing else uses goes with it."""
        users = {}
        for i, links in enumerate(self.inputs):
            for link in links:
                if link is not None and self.variable[link[0]] is not None:
                    users.setdefault(link[0], set()).add(group.get(i))
        for leaf, groups in users.items():
            if len(groups) == 1 and None not in groups and not self.inputs[leaf]:
                group[leaf] = next(iter(groups))
        self.group = group
        self.shown = set(range(len(self.order))) - group.keys()

    def _acyclic(self, group):
        """Whether the graph has no cycle when each group is one node."""
        edges = {
            (group.get(link[0], link[0]), group.get(i, i))
            for i, links in enumerate(self.inputs)
            for link in links
            if link is not None
        }
        waiting, users = {}, {}
        for a, b in edges:
            if a != b:
                waiting[b] = waiting.get(b, 0) + 1
                users.setdefault(a, []).append(b)
        ready = [a for a in users if a not in waiting]
        done = 0
        while ready:
            for b in users.get(ready.pop(), ()):
                done += 1
                waiting[b] -= 1
                if not waiting[b]:
                    ready.append(b)
        return done == sum(map(len, users.values()))

    def _group(self, hidden):
        """Hidden operations that hang together form a group, named by its first member, with their hidden leaves."""
        leader = {i: i for i in hidden}

        def find(i):
            while leader[i] != i:
                leader[i] = i = leader[leader[i]]
            return i

        for i in hidden:
            for link in self.inputs[i]:
                if link is not None and link[0] in leader:
                    a, b = find(i), find(link[0])
                    leader[max(a, b)] = min(a, b)
        groups = sorted({find(i) for i in hidden})
        if len(groups) > 12:  # too many to show apart
            leader.update(dict.fromkeys(groups, groups[0]))
        self.group = {i: find(i) for i in hidden}
        for i in hidden:
            for link in self.inputs[i]:
                if link is not None and link[0] not in leader and link[0] not in self.shown:
                    self.group.setdefault(link[0], find(i))

    # -- what is known -------------------------------------------------------------------------------------------

    def _gather(self):
        """Operands, saved tensors and values of what is shown; see Note [What a graph still knows]."""
        self.known, self.origin = {}, {}  # (node, output) → tensor, and where it comes from
        self.saved, self.operand, self.scalars, self.attributes = {}, {}, {}, {}
        self.fresh, self.tainted, self.deduced = set(), set(), {}
        self.seen = {}  # (node, argument) → what a recording saw there, where no node made it
        if self.run is not None:
            self._seen()
        for tensor, at in self.roots:
            self._know((at, self._made_by(tensor)[1]), tensor, "tensor")
        facts = []
        for i in sorted(self.shown):
            fn, variable = self.order[i], self.variable[i]
            if variable is not None:
                self._know((i, 0), variable, "tensor")
                if version_of(variable) == 0:
                    self.fresh.add(i)
                continue
            for out in range(2):
                made = self.names.made.get((id(fn), out))
                if made is not None:
                    self._know((i, out), made[1], "tensor")
            saved = self._saved_of(i, fn)
            if not isinstance(fn, Unrecorded):
                facts.append((fn, saved))
        if self.roots and len(facts) <= FOLDED_ABOVE:
            _memory.remember(self.roots[0][0], facts)
        for (i, a), value in self.seen.items():
            self.operand[i, a] = value.now() if isinstance(value, Value) else value
        for i in sorted(self.shown):
            if self.variable[i] is None and not self.lean:
                self._recompute(i)
        for key in [k for k in self.known if k in self.tainted]:
            del self.known[key], self.origin[key]

    def _seen(self):
        """What a recording saw: the results of each operation, the operands that no node made, leaves before writes."""
        for i in sorted(self.shown):
            fn, event, links = self.order[i], self._event(i), self.inputs[i]
            if self.variable[i] is not None:
                value = fn.value if isinstance(fn, Rewritten) else self.run.first_of(self.variable[i])
                if value is not None and value.now() is not None:
                    self._know((i, 0), value.now(), "tensor")
                    self.fresh.add(i)
            if event is None:
                continue
            for k, value in enumerate(event.results):
                if value.now() is not None:
                    self._know((i, k), value.now(), "tensor")
            for a, value in self._constants_of(i, event):
                if a >= len(links) or links[a] is None:
                    self.seen[i, a] = value

    def _constants_of(self, i, event):
        """(argument, what a recording saw there); of a call of several operations the one matrix that can be meant."""
        if not event.compound:
            return enumerate(event.inputs)
        row = row_of(self.order[i].name())
        open_to = [a for a in range(len(row.operands)) if self._key(i, a) is None] if row is not None else []
        given = [
            v for v in event.inputs if isinstance(v, Value) and v.event is None and not v.tensor.requires_grad
        ]
        fits = (
            len(open_to) == len(given) == 1 and row.symbol in ("@", "+ @") and len(given[0].tensor.shape) == 2
        )
        return [(open_to[0], given[0])] if fits else []

    def _know(self, key, tensor, origin):
        if key not in self.known:
            self.known[key], self.origin[key] = tensor, origin

    def _saved_of(self, i, fn):
        """Read the saved values of a node: tensors for show, operands for its row, the results they reveal."""
        row, found, shown = row_of(fn.name()), {}, []
        for attribute in _saved_names(fn):
            name = attribute[len("_saved_") :]
            try:
                value = getattr(fn, attribute)
            except RuntimeError as error:
                if "freed" in str(error):
                    shown.append(Saved(name, "freed"))
                else:
                    found_at = _VERSIONS.search(str(error))
                    versions = (int(found_at[2]), int(found_at[1])) if found_at else None
                    shown.append(Saved(name, "stale", versions=versions))
                continue
            except Exception:  # noqa: BLE001 - an attribute that cannot be read is no fact about the graph
                continue
            if is_tensor(value):
                shown.append(Saved(name, "kept", numbers_and_text(value)[1] if self.values else ""))
                self._place(value, name == "result", i)
                if value.numel() <= RECOMPUTED and value.grad_fn is None and not value.requires_grad:
                    found[name] = value
            elif isinstance(value, (bool, int, float)):
                found[name] = value
        self.saved[i] = tuple(shown)
        event = self._event(i)
        seen = event.attrs if event is not None else {}
        known = self.attributes[i] = {**_memory.recall(fn), **seen, **found}
        if row is None:
            return found
        scalars = [known.get(name) for name in row.scalars]
        self.scalars[i] = scalars if None not in scalars else None if row.scalars != ("alpha",) else [1]
        links = self.inputs[i]
        for a, name in enumerate(row.operands):
            if a >= len(links) or links[a] is None:
                self.operand[i, a] = known.get(name)
        return found

    def _place(self, tensor, is_result, i):
        """A saved tensor is the value of the node that made it, or proves that a leaf has not changed."""
        if tensor.grad_fn is not None:
            at = self.index.get(id(tensor.grad_fn))
            if at is not None and at in self.shown:
                self._know((at, getattr(tensor, "output_nr", 0)), tensor, "saved")
        elif is_result:
            self._know((i, 0), tensor, "saved")
        elif tensor.requires_grad:
            for link in self.inputs[i]:
                if link is not None and self.variable[link[0]] is tensor:
                    self.fresh.add(link[0])

    def _recompute(self, i):
        """Run a node's forward on known inputs: to know its value, or to check what is known against it."""
        row, scalars = row_of(self.order[i].name()), self.scalars.get(i, [])
        if not self.values or row is None or row.forward is None or scalars is None:
            return
        operands, keys = [], []
        for a in range(len(row.operands)):
            key = self._key(i, a)
            keys.append(key)
            operands.append(self.operand.get((i, a)) if key is None else self.known.get(key))
        missing = [a for a, value in enumerate(operands) if value is None]
        operands = [plain(value) for value in operands]
        if any(value is not None and numel(value) > RECOMPUTED for value in operands):
            return
        known = self.known.get((i, 0))
        if known is not None and not missing and not any(self._doubtful(k) for k in keys if k is not None):
            return
        try:
            if not missing:
                value = row.forward(*operands, *scalars)
                if known is None:
                    self._know((i, 0), value, "recomputed")
                    if any(self._doubtful(k) for k in keys if k is not None):
                        self.tainted.add((i, 0))
                elif equal(value, known):
                    self._trust(keys)
            elif known is not None and len(missing) == 1 and row.inverse and keys[missing[0]] is None:
                self._deduce(i, missing[0], keys, row, operands, scalars, plain(known))
        except Exception:  # noqa: BLE001 - a forward that refuses these inputs leaves the value unknown
            return

    def _key(self, i, argument):
        links = self.inputs[i]
        return links[argument] if argument < len(links) else None

    def _doubtful(self, key):
        return key in self.tainted or (self.variable[key[0]] is not None and key[0] not in self.fresh)

    def _trust(self, keys):
        """What leads to a value known at first hand is right."""
        stack = [k for k in keys if k is not None]
        while stack:
            key = stack.pop()
            if self.variable[key[0]] is not None:
                self.fresh.add(key[0])
            elif key in self.tainted:
                self.tainted.discard(key)
                row = row_of(self.order[key[0]].name())
                stack += [k for a in range(len(row.operands)) if (k := self._key(key[0], a)) is not None]

    def _deduce(self, i, a, keys, row, operands, scalars, out):
        """The one operand that is missing, if the result with it is exactly the known result."""
        rest = [value for value in operands if value is not None]
        value = row.inverse[a](out, *rest, *scalars)
        operands[a] = value
        if not equal(row.forward(*operands, *scalars), out):
            return
        fitting = {}
        for name, tensor in () if row.literal else self.names.constants:
            if tensor.numel() <= RECOMPUTED and tuple(tensor.shape) == tuple(value.shape):
                operands[a] = plain(tensor)
                if equal(row.forward(*operands, *scalars), out, exactly=True):
                    fitting.setdefault(id(tensor), (name, tensor))
        if len(fitting) == 1:
            name, value = next(iter(fitting.values()))
            self._trust(keys)
        elif any(self._doubtful(k) for k in keys if k is not None):
            return
        else:
            name = ""
        self.operand[i, a], self.deduced[i, a] = value, name

    # -- gradients -----------------------------------------------------------------------------------------------

    def _send_back(self):
        """Local derivatives, and what a backward pass from the result sends along every edge."""
        self.local, self.flow, self.passed, self.state, self.arrays = {}, {}, {}, {}, {}
        self.awaited = {}  # contributions still to come before a node's gradient is complete
        self.ran = any(t.grad is not None for i in self.shown if (t := self.variable[i]) is not None)
        if self.lean:
            return
        reached = {at for _, at in self.roots}  # what no result depends on sends nothing back
        for i in sorted(self.shown, reverse=True):
            for a, link in enumerate(self.inputs[i]):
                if link is not None and (i, a) not in self.kinds:
                    self.awaited[link] = self.awaited.get(link, 0) + (i in reached)
                    if i in reached:
                        reached.add(link[0])
        freed = any(s.state == "freed" for saved in self.saved.values() for s in saved)
        self.ran = self.ran or any(_kept_grad(t) is not None for t, _ in self.roots)
        if len(self.results) == 1 and self.roots and (self.ran or self.seed is not None):
            tensor, at = self.roots[0]
            seed = _kept_grad(tensor) if self.seed is None else self.seed
            if seed is None and tensor.numel() == 1:
                seed = tensor.detach().clone().fill_(1)
            if seed is not None:
                self._pass((at, getattr(tensor, "output_nr", 0)), seed)
        for i in sorted(self.shown, reverse=True):
            if self.variable[i] is None:
                self._through(i)
        if self.seed is not None:
            return
        # gradients of another function's backward pass must not be told as this one's
        if self.ran and not freed:
            leaves = [
                i for i in self.shown if self.variable[i] is not None and self.variable[i].grad is not None
            ]
            self.ran = any(
                (i, 0) in self.passed and equal(self.variable[i].grad, self.passed[i, 0]) for i in leaves
            )
        if not self.ran:
            self.flow, self.passed = {}, {}

    def _pass(self, key, gradient):
        if key not in self.passed:
            self.passed[key] = gradient
        elif is_tensor(gradient) and is_tensor(self.passed[key]):
            self.passed[key] = self.passed[key] + gradient
        else:
            self.passed[key] = array_of(self.passed[key]) + array_of(gradient)

    def _through(self, i):
        """One node of the backward pass: the local derivatives of its arguments, and what it sends to each."""
        fn, links, out = self.order[i], self.inputs[i], self.known.get((i, 0))
        states = {s.state for s in self.saved.get(i, ())}
        state = "stale" if "stale" in states else "freed" if "freed" in states else "known"
        if any((i, k) in self.awaited for k in (1, 2)) or _is_custom(fn):
            state = "none" if state == "known" else state  # several results, or the learner's own code
        for a, link in enumerate(links):
            if link is not None and (i, a) not in self.kinds:
                self.state[i, a] = state
        if isinstance(fn, Unrecorded):
            return
        if state == "none" or not self.values:
            return
        if self.awaited.get((i, 0)):  # some contribution is not known, so the sum is not
            self.passed.pop((i, 0), None)
        arriving = self.passed.get((i, 0))
        if arriving is not None and numel(arriving) > RECOMPUTED:
            del self.passed[i, 0]
            arriving = None
        if state == "freed" and arriving is not None:
            again = self._again(i)
            sent = (
                arriving if is_tensor(arriving) or out is None else out.new_tensor(arriving, dtype=out.dtype)
            )
            answers = self._called(again, sent, "known") if again is not None else None
        else:
            answers = self._called(fn, arriving, state)
        for a, link in enumerate(links):
            if link is None or (i, a) in self.kinds:
                continue
            number = self._rule(i, a, None)
            if number is None and state == "known" and out is not None and numel(out) == 1:
                ones = self._called(fn, plain(out).clone().fill_(1), state)
                number = ones[a] if ones is not None and ones[a] is not None and numel(ones[a]) == 1 else None
            if number is not None:
                self.local[i, a] = 1.0 if isinstance(number, _Ones) else array_of(number)
            if arriving is None:
                continue
            gradient = answers[a] if answers is not None and a < len(answers) else None
            if gradient is None:
                gradient = self._rule(i, a, arriving)
            if gradient is not None:
                self.flow[i, a] = gradient = fitted(gradient, self.known.get(link))
                self._pass(link, gradient)
                self.awaited[link] -= 1

    def _again(self, i):
        """A fresh node like a freed one: its row run again on the operands, as long as all are known."""
        row, scalars = row_of(self.order[i].name()), self.scalars.get(i, [])
        if row is None or row.forward is None or scalars is None or row.elementwise:
            return None
        operands = []
        for a in range(len(row.operands)):
            key = self._key(i, a)
            value = self.operand.get((i, a)) if key is None else self.known.get(key)
            if not is_tensor(value) or value.numel() > RECOMPUTED:
                return None
            operands.append(value.detach().requires_grad_(key is not None))
        try:
            return row.forward(*operands, *scalars).grad_fn
        except Exception:  # noqa: BLE001 - operands that do not fit any more
            return None

    def _called(self, fn, gradient, state):
        """What the node itself answers, one gradient an argument; None when it cannot."""
        if gradient is None or state != "known" or not self.values:
            return None
        try:
            answer = fn(gradient)
        except Exception:  # noqa: BLE001 - a node that cannot be called again has no answer
            return None
        answer = answer if isinstance(answer, tuple) else (answer,)
        return [None if g is None else plain(g) for g in answer]

    def _rule(self, i, a, gradient):
        """The row's rule on known values: the local derivative, or with ``gradient`` what it makes of that."""
        row, scalars = row_of(self.order[i].name()), self.scalars.get(i, [])
        if not self.values or row is None or not row.elementwise or scalars is None or a >= len(row.rules):
            return None
        rule = row.rules[a]
        if isinstance(rule, str):
            return None
        arrays = []
        for b in range(len(row.operands)):
            key = self._key(i, b)
            value = self.operand.get((i, b)) if key is None else self.known.get(key)
            if value is not None and numel(value) > RECOMPUTED:
                return None
            arrays.append(self._array(value))
        out = self._array(self.known.get((i, 0)))
        try:
            with np.errstate(all="ignore"):
                return rule(_Ones() if gradient is None else array_of(gradient), out, *arrays, *scalars)
        except Exception:  # noqa: BLE001 - a rule without the values it names has no number
            return None

    def _array(self, value):
        """The array of a value that this reading holds; rules ask for each several times."""
        if value is not None and id(value) not in self.arrays:
            self.arrays[id(value)] = array_of(value)
        return self.arrays.get(id(value))

    # -- the model -----------------------------------------------------------------------------------------------

    def model(self):
        self.lean = sum(self.variable[i] is None for i in self.shown) > FOLDED_ABOVE
        self._gather()
        self._send_back()
        self.nodes, self.edges, self.constant_ids, self.symbols = [], [], {}, {}
        self.written = {}
        self.ids, self.counter, self.unnamed, self.unnamed_leaves = {}, 0, 0, 0
        groups = {}
        for i, g in self.group.items():
            groups.setdefault(g, []).append(i)
        self.symbols.update((i, Sym("⋯")) for i in self.group)
        folds = sorted(groups)
        for i in sorted(self.shown):
            while folds and (folds[0] < i or folds[0] not in self.folded):
                self._add_fold(folds[0], groups[folds.pop(0)])
            (self._add_leaf if self.variable[i] is not None else self._add_operation)(i)
        for g in folds:
            self._add_fold(g, groups[g])
        for members in groups.values():
            self._link_fold(members)
        for tensor in self.results:
            if tensor.grad_fn is None:
                self._add_alone(tensor)
        self.edges.sort(key=lambda e: (e.target, e.argument, e.source))
        hidden = len(self.order) - len(self.shown)
        titles = {path: self.groups.titles[path] for node in self.nodes for path in node.group}
        return GraphModel(
            tuple(self.nodes), tuple(self.edges), len(self.order), hidden, self.ran, self.complete, titles
        )

    def backward_model(self, both):
        """The graph of grad_fn nodes, along which gradients go: alone, or linked with the operations (``both``)."""
        nodes, edges = (list(self.nodes), list(self.edges)) if both else ([], [])
        twin = {}
        told = {self.ids[i]: i for i in reversed(range(len(self.order))) if i in self.ids}
        for node in reversed(self.nodes):
            i = told.get(node.id)
            fn = None if i is None else self.order[i]
            if node.kind != "fold" and (fn is None or isinstance(fn, Unrecorded)):
                continue
            facts = {"name": node.name if node.kind == "fold" else fn.name().rpartition("::")[2]}
            if node.is_leaf:
                facts.update(
                    kind="accumulate",
                    name="AccumulateGrad",
                    expression=f"{node.name}.grad",
                    grad_fn=fn.name(),
                )
            elif node.kind != "fold":
                facts.update(kind="backward", expression="")
            if node.kind != "fold" or not both:
                twin[node.id] = len(nodes)
                nodes.append(replace(node, id=len(nodes), named=False, tex="", value=None, value_text="", value_from="",
                                     is_result=node.is_result and not both, **facts))  # fmt: skip
        for edge in self.edges:
            if edge.source in twin and edge.target in twin and edge.kind != "cut":
                edges.append(replace(edge, source=twin[edge.target], target=twin[edge.source]))
        if both:
            edges += [Edge(node, grad_fn, kind="link") for node, grad_fn in twin.items()]
        edges.sort(key=lambda e: (e.target, e.argument, e.source))
        titles = self.groups.titles if any(n.group for n in nodes) else {}
        return GraphModel(tuple(nodes), tuple(edges), len(self.order), len(self.order) - len(self.shown), self.ran,
                          self.complete, titles)  # fmt: skip

    def operations(self):
        """The operations that are shown, in the order of evaluation."""
        return [i for i in sorted(self.shown) if self.variable[i] is None]

    def name_of(self, result):
        """What a result is called in this reading; "" for a leaf."""
        at = next((at for tensor, at in self.roots if tensor is result), None)
        return "" if at is None else self.symbols[at].text

    def _append(self, **facts):
        node = Node(id=len(self.nodes), **facts)
        self.nodes.append(node)
        return node.id

    def _value(self, tensor, origin):
        if tensor is None:
            return {}
        facts = {"value_from": origin}
        if self.values:
            facts["value"], facts["value_text"] = numbers_and_text(tensor)
        if hasattr(tensor, "shape"):
            facts["shape"], facts["dtype"] = tuple(tensor.shape), dtype_of(tensor)
        return facts

    def _gradient(self, tensor):
        if not self.values:
            return {}
        gradient = _kept_grad(tensor)
        if gradient is None:
            return {"grad_state": "pending" if tensor.requires_grad else "none"}
        value, text = numbers_and_text(gradient)
        return {"grad": value, "grad_text": text, "grad_state": "stored"}

    def _add_fold(self, g, members):
        folds, name, around = self.folded.get(g, ("depth", "⋯", ()))
        self.ids["fold", g] = self._append(
            kind="fold",
            name=name,
            count=len(members),
            symbol="⋯",
            folds=folds,
            group=around,
            is_result=any(at in members for _, at in self.roots),
        )
        for i in members:
            self.ids[i] = self.ids["fold", g]

    def _link_fold(self, members):
        target, seen = self.ids[members[0]], set()
        for i in members:
            for link in self.inputs[i]:
                if (
                    link is not None
                    and link[0] in self.ids
                    and link[0] not in seen
                    and self.ids[link[0]] != target
                ):
                    seen.add(link[0])
                    self.edges.append(Edge(self.ids[link[0]], target, len(seen) - 1))

    def _add_leaf(self, i):
        fn, value = self.order[i], None
        if self.run is not None:
            value = fn.value if isinstance(fn, Rewritten) else self.run.first_of(self.variable[i])
        self.ids[i] = self._leaf(self.variable[i], i, value)
        self.symbols[i] = Sym(self.nodes[-1].name)
        if isinstance(fn, Rewritten):
            self.edges.append(Edge(self.ids[self.inputs[i][0][0]], self.ids[i], kind="write"))

    def _leaf(self, tensor, i=None, value=None):
        name = self.names.of(tensor)
        if value is None or value.current:
            facts = {**self._value(tensor, "tensor"), **self._gradient(tensor)}
        else:  # written to since
            facts = {**self._value(value.now(), "tensor"), "grad_state": "unknown"}
            if (i, 0) in self.passed and self.values:
                facts["grad"], facts["grad_text"] = numbers_and_text(self.passed[i, 0])
                facts["grad_state"] = "passed"
        if not name:
            self.unnamed_leaves += 1
        return self._append(
            kind="parameter" if type(tensor).__name__ == "Parameter" else "leaf",
            name=name or f"u{self.unnamed_leaves}".translate(_SUBSCRIPT),
            named=bool(name),
            version=version_of(tensor) if value is None else value.version,
            is_result=(value is None or value.current) and any(tensor is t for t in self.results),
            **facts,
        )

    def _add_alone(self, tensor):
        """A result without grad_fn: a leaf, or a tensor that no gradient reaches."""
        at = next((i for i, v in enumerate(self.variable) if v is tensor), None)
        if (at is not None and at in self.ids) or any(tensor is t for t, _ in self.roots):
            return
        if tensor.requires_grad:
            self._leaf(tensor)
            return
        name = self.names.of(tensor)
        self._append(kind="constant", name=name, named=bool(name), requires_grad=False, is_result=True,
                     version=version_of(tensor), **self._value(tensor, "tensor"))  # fmt: skip

    def _constant(self, i, a):
        """The box of an operand without gradient; a tensor the learner has a name for gets one box."""
        value, guess = self.operand.get((i, a)), self.deduced.get((i, a))
        seen = self.seen.get((i, a))
        tensor = seen.tensor if isinstance(seen, Value) else value  # what the learner may have a name for
        name = self.names.of(tensor) if tensor is not None and guess is None else ""
        if not name and isinstance(seen, Value) and seen.grad_of is not None and self.names.of(seen.grad_of):
            name = f"{self.names.of(seen.grad_of)}.grad"
        key = id(seen if isinstance(seen, Value) else value)
        if name and key in self.constant_ids:
            return self.constant_ids[key]
        label = name or (f"{visible(guess)}?" if guess else "")
        if not label and (value is None or getattr(value, "shape", ())):  # a number needs no name
            self.unnamed += 1
            label = f"k{self.unnamed}".translate(_SUBSCRIPT)
        origin = "tensor" if seen is not None else "saved" if guess is None else "deduced"
        version = (
            seen.version if isinstance(seen, Value) else (version_of(value) if is_tensor(value) else None)
        )
        made = self._append(kind="constant", name=label, named=bool(name), requires_grad=False,
                            version=version if name else None, **self._value(value, origin))  # fmt: skip
        if name:
            self.constant_ids[key] = made
        return made

    def _add_operation(self, i):
        fn = self.order[i]
        row, links, scalars = row_of(fn.name()), self.inputs[i], self.scalars.get(i, [])
        operands, sources = [], []
        for a in range(max(len(links), len(row.operands) if row else 0)):
            link = links[a] if a < len(links) else None
            if link is not None:
                operands.append(self.symbols.get(link[0], Sym("⋯")))
                fold = link[0] in self.group  # one line from a fold is enough
                if not fold or all(source != self.ids[link[0]] for _, source, _ in sources):
                    sources.append((a, self.ids[link[0]], link[1]))
            elif a < len(links) and self.links[i][a][0] is not None:
                operands.append(Sym("⋯"))  # farther than was read
            elif row is not None and a < len(row.operands):
                node = self.nodes[self._constant(i, a)]
                sources.append((a, node.id, 0))
                plain = not node.name and isinstance(node.value, (int, float))
                operands.append(Sym.of(node.value) if plain else Sym(node.name or "?"))
        op, event = op_name(fn.name()), self._event(i)
        named = self.names.made.get((id(fn), 0))
        result = event.results[0] if event is not None and event.results else None
        if named is None and result is not None and result.current and not result.rewritten:
            tensor = result.tensor
            named = (self.names.of(tensor), tensor) if self.names.of(tensor) else None
        root = next((t for t, at in self.roots if at == i), None)
        name = named[0] if named else ""
        self.counter += 1
        name = visible(name) if name else f"v{self.counter}".translate(_SUBSCRIPT)
        self.symbols[i] = Sym(name)
        self.written[i] = row, operands, scalars
        written = self._expression(row, op, operands, scalars)
        facts = self._result_facts(i, fn, named[1] if named else root)
        if event is not None:
            place = event.line()
            facts.update(
                mode=event.mode,
                place="" if place is None else say("graph.place", line=place[1], code=place[2]),
            )
            if event.results:
                facts["version"] = event.results[0].version
        kind, symbol = "operation", row.symbol if row else ""
        if event is not None and event.cut:
            kind, symbol, op = "detached", event.cut, "Detach"
            what, tex = operands[0].held(4) if operands else ("?", "?")
            how = event.cut.lstrip(".")
            written = Sym(f"{what}.{how}", rf"{tex}.\mathtt{{{how}}}")
        self.ids[i] = self._append(
            kind=kind,
            name=name,
            named=bool(named),
            op=op,
            grad_fn="" if isinstance(fn, Unrecorded) else fn.name(),
            symbol=symbol,
            expression=written.text,
            tex=written.tex,
            is_result=root is not None,
            requires_grad=not isinstance(fn, Unrecorded),
            saved=self.saved.get(i, ()),
            group=self.groups.paths[i],
            order=order_of(fn, () if self.run is None else self.run.passes),
            **facts,
        )
        for a, source, output in sources:
            self._add_edge(i, a, source, output)

    def _expression(self, row, op, operands, scalars):
        if self.lean or len(operands) > 6:
            return Sym("")
        if row is None or scalars is None or len(operands) != len(row.operands):
            return call(op.lower(), *operands)
        try:
            return expression(row, operands, scalars, op.lower())
        except (TypeError, ValueError, AttributeError, ArithmeticError):
            return call(op.lower(), *operands)

    def _result_facts(self, i, fn, tensor):
        facts = self._value(self.known.get((i, 0)), self.origin.get((i, 0), ""))
        if "shape" not in facts:
            metadata = getattr(
                fn, "_input_metadata", None
            )  # torch tells a result's shape even when it is gone
            if metadata:
                facts["shape"] = tuple(int(n) for n in metadata[0].shape)
                facts["dtype"] = str(metadata[0].dtype).rpartition(".")[2]
        if tensor is not None:
            facts["version"] = version_of(tensor)
            facts["retains_grad"] = bool(getattr(tensor, "retains_grad", False))
        if isinstance(fn, Unrecorded):
            return facts
        if not self.values:
            return facts
        kept = _kept_grad(tensor) if tensor is not None else None
        gradient = kept if kept is not None else self.passed.get((i, 0))
        if gradient is not None:
            facts["grad"], facts["grad_text"] = numbers_and_text(gradient)
            facts["grad_state"] = "stored" if kept is not None else "passed"
        else:
            facts["grad_state"] = "unknown" if self.ran else "pending"
        return facts

    def formula(self, i, a, g=1):
        """The local derivative, times ``g``, written: by the rule that ran, or as the laboratory knows it."""
        fn, (row, operands, scalars) = self.order[i], self.written[i]
        own = getattr(type(fn), "row", None)
        if own is not None:
            saved = self.attributes[i]
            attributes = {name: saved[p] for name in own.attrs if (p := own.public.get(name, name)) in saved}
            formula = own_formula(fn, a, operands, self.symbols[i], attributes, g)
            if formula is not None and not (
                row is not None and isinstance(row.rules[min(a, len(row.rules) - 1)], str)
            ):
                return formula
        if row is None or scalars is None or len(operands) != len(row.operands):
            return None
        try:
            return local_formula(row, a, operands, self.symbols[i], scalars, g)
        except (TypeError, ValueError, AttributeError, ArithmeticError):
            return None

    def _add_edge(self, i, a, source, output):
        target, link, event = self.ids[i], self._key(i, a), self._event(i)
        writes = event is not None and event.writes and a == 0
        kind = "write" if writes else self.kinds.get((i, a), "data")
        if link is None or (i, a) in self.kinds:
            self.edges.append(Edge(source, target, a, output, kind=kind))
            return
        formula = None if self.lean else self.formula(i, a)
        local, local_text = numbers_and_text(self.local[i, a]) if (i, a) in self.local else (None, "")
        flow, flow_text = numbers_and_text(self.flow[i, a]) if (i, a) in self.flow else (None, "")
        state = self.state.get((i, a), "none")
        if flow is not None or flow_text:
            state = "known"
        elif state == "known" and not self.ran:
            state = "pending"
        text, tex = (formula.text, formula.tex) if formula is not None else ("", "")
        self.edges.append(
            Edge(source, target, a, output, text, tex, local, local_text, flow, flow_text, state, kind)
        )


# -- small facts about nodes --------------------------------------------------------------------

_names_by_kind = {}


def _saved_names(fn):
    """The ``_saved_*`` attributes of a node; asked once for each kind of node."""
    kind = (type(fn), fn.name())
    names = _names_by_kind.get(kind)
    if names is None:
        names = [
            a for a in dir(fn) if a.startswith("_saved_") and not a.endswith(("_sizes", "_strides", "_numel"))
        ]
        _names_by_kind[kind] = names
    return names


def _is_custom(fn):
    """A learner's own Function or an in-place splice: calling it again would run the learner's code or do harm."""
    return "Backward" not in fn.name() or hasattr(type(fn), "saved_tensors") or hasattr(fn, "_forward_cls")


class _Ones:
    """The gradient 1, of whatever shape: a rule applied to it gives the local derivative itself."""

    def __mul__(self, other):
        return other

    __rmul__ = __mul__

    def __truediv__(self, other):
        return 1 / other

    def __neg__(self):
        return np.float64(-1.0)


def _kept_grad(tensor):
    """What ``.grad`` holds, without the warning that asking an intermediate one raises."""
    leaf = tensor.is_leaf or getattr(tensor, "retains_grad", False)
    return tensor.grad if leaf else None
