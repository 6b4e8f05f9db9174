"""The values of a graph: those that autograd kept, and those that can be had from them.

Asks nodes for their ``_saved_*`` and tensors for what is public. Leans on events, folding, model, names and values.

Note [What a graph still knows]
An autograd graph keeps what derivatives need and nothing else, so most values have to be found. In this order:

1. in hand: the tensor asked about, leaves, and every tensor the learner's namespace has a name for;
2. saved: ``_saved_self``, ``_saved_result``, … are the tensors themselves, and say whose result they are;
3. remembered: what an earlier reading saw before a backward pass freed it (forgotten when its tensor dies);
4. recomputed: the same operation, run again on inputs that are known. A leaf may have changed since, so such a
   value is shown only where the leaf is proven fresh or where it leads to a value that is known at first hand;
5. deduced: the constant of ``u + c`` is saved nowhere; it is what the result leaves for it. If one tensor of the
   namespace gives exactly this result, the constant is called by its name with a question mark.
"""

import re
import weakref

from .events import Rewritten, Unrecorded, Value, version_of
from .folding import FOLDED_ABOVE
from .model import Saved
from .names import is_tensor
from .values import equal, numbers_and_text, numel, plain

RECOMPUTED = 20_000  # entries: larger arrays are neither recomputed nor sent backward

_VERSIONS = re.compile(r"is at version (\d+); expected version (\d+)")


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


class Recovery:
    """What is known of the nodes that are shown; see Note [What a graph still knows].

    A result is known by its key (place of the node, output), an argument by (place of the node, number).

    Attributes:
        known: key → tensor or number.
        origin: key → where that comes from: ``"tensor"``, ``"saved"``, ``"recomputed"``.
        saved: place → the :class:`Saved` tensors of a node.
        operand: argument → its value, for arguments that no node made.
        seen: argument → what a recording saw there: a :class:`Value`, or a number.
        deduced: argument → the name, perhaps "", of an operand that was deduced.
        scalars: place → the plain numbers that a row wants after its operands; None where they are not known.
        attributes: place → all saved values of a node by name.
    """

    def __init__(self, walk, folding, numbers):
        self.walk, self.shown, self.numbers = walk, folding.shown, numbers
        self.known, self.origin = {}, {}
        self.saved, self.operand, self.scalars, self.attributes = {}, {}, {}, {}
        self.seen, self.deduced = {}, {}
        self.fresh, self.tainted = (
            set(),
            set(),
        )  # leaves that have not changed; keys that may hang on one that has
        if walk.run is not None:
            self._see()
        self._read()
        for key, value in self.seen.items():
            self.operand[key] = value.now() if isinstance(value, Value) else value
        for i in folding.operations if numbers and not folding.lean else ():
            self._recompute(i)
        for key in self.tainted & self.known.keys():
            del self.known[key], self.origin[key]

    def argument(self, i, a):
        """The value of an argument, or None."""
        key = self.walk.input(i, a)
        return self.operand.get((i, a)) if key is None else self.known.get(key)

    def _know(self, key, tensor, origin):
        if key not in self.known:
            self.known[key], self.origin[key] = tensor, origin

    # -- from a recording ----------------------------------------------------------------------------------------

    def first_of(self, i):
        """A leaf's state in the recorded run, before a write or after; None without a recording."""
        fn, run = self.walk.order[i], self.walk.run
        if isinstance(fn, Rewritten):
            return fn.value
        return None if run is None else run.first_of(self.walk.variable[i])

    def _see(self):
        """What a recording saw: the results of each operation, the operands that no node made, leaves before writes."""
        for i in sorted(self.shown):
            event = self.walk.event(i)
            if self.walk.variable[i] is not None:
                value = self.first_of(i)
                if value is not None and value.now() is not None:
                    self._know((i, 0), value.now(), "tensor")
                    self.fresh.add(i)
            if event is None:
                continue
            for k, value in enumerate(event.results):
                if value.now() is not None:
                    self._know((i, k), value.now(), "tensor")
            for a, value in self._constants_of(i, event):
                if self.walk.input(i, a) is None:
                    self.seen[i, a] = value

    def _constants_of(self, i, event):
        """(argument, what a recording saw there); of a call of several operations the one matrix that can be meant."""
        if not event.compound:
            return enumerate(event.inputs)
        row = self.walk.row(i)
        open_to = (
            [a for a in range(len(row.operands)) if self.walk.input(i, a) is None] if row is not None else []
        )
        given = [
            v for v in event.inputs if isinstance(v, Value) and v.event is None and not v.tensor.requires_grad
        ]
        fits = (
            len(open_to) == len(given) == 1 and row.symbol in ("@", "+ @") and len(given[0].tensor.shape) == 2
        )
        return [(open_to[0], given[0])] if fits else []

    # -- from the graph ------------------------------------------------------------------------------------------

    def _read(self):
        """What is in hand, what was saved, and what is remembered."""
        for tensor, at in self.walk.roots:
            self._know((at, self.walk.made_by(tensor)[1]), tensor, "tensor")
        facts = []
        for i in sorted(self.shown):
            fn, variable = self.walk.order[i], self.walk.variable[i]
            if variable is not None:
                self._know((i, 0), variable, "tensor")
                if version_of(variable) == 0:
                    self.fresh.add(i)
                continue
            for output in range(2):
                made = self.walk.names.made.get((id(fn), output))
                if made is not None:
                    self._know((i, output), made[1], "tensor")
            saved = self._saved_of(i, fn)
            if not isinstance(fn, Unrecorded):
                facts.append((fn, saved))
        if self.walk.roots and len(facts) <= FOLDED_ABOVE:
            _memory.remember(self.walk.roots[0][0], facts)

    def _saved_of(self, i, fn):
        """Read the saved values of a node: tensors for show, operands for its row, the results they reveal."""
        found, told = {}, []
        for name, state, value in saved_by(fn):
            if state != "kept":
                told.append(Saved(name, state, versions=value))
            elif is_tensor(value):
                told.append(Saved(name, state, numbers_and_text(value)[1] if self.numbers else ""))
                self._place(value, name == "result", i)
                if value.numel() <= RECOMPUTED and value.grad_fn is None and not value.requires_grad:
                    found[name] = value
            elif isinstance(value, (bool, int, float)):
                found[name] = value
        self.saved[i] = tuple(told)
        row, event = self.walk.row(i), self.walk.event(i)
        seen = event.attrs if event is not None else {}
        known = self.attributes[i] = {**_memory.recall(fn), **seen, **found}
        if row is not None:
            scalars = [known.get(name) for name in row.scalars]
            self.scalars[i] = scalars if None not in scalars else None if row.scalars != ("alpha",) else [1]
            for a, name in enumerate(row.operands):
                if self.walk.input(i, a) is None:
                    self.operand[i, a] = known.get(name)
        return found

    def _place(self, tensor, is_result, i):
        """A saved tensor is the value of the node that made it, or proves that a leaf has not changed."""
        if tensor.grad_fn is not None:
            at = self.walk.index.get(id(tensor.grad_fn))
            if at is not None and at in self.shown:
                self._know((at, getattr(tensor, "output_nr", 0)), tensor, "saved")
        elif is_result:
            self._know((i, 0), tensor, "saved")
        elif tensor.requires_grad:
            for link in self.walk.inputs[i]:
                if link is not None and self.walk.variable[link[0]] is tensor:
                    self.fresh.add(link[0])

    # -- computed ------------------------------------------------------------------------------------------------

    def _recompute(self, i):
        """Run a node's forward on known inputs: to know its value, or to check what is known against it."""
        row, scalars = self.walk.row(i), self.scalars.get(i, [])
        if row is None or row.forward is None or scalars is None:
            return
        keys = [self.walk.input(i, a) for a in range(len(row.operands))]
        operands = [plain(self.argument(i, a)) for a in range(len(keys))]
        missing = [a for a, value in enumerate(operands) if value is None]
        if any(value is not None and numel(value) > RECOMPUTED for value in operands):
            return
        known, doubtful = self.known.get((i, 0)), not missing and self._doubtful(keys)
        if known is not None and not missing and not doubtful:
            return
        try:
            if not missing:
                value = row.forward(*operands, *scalars)
                if known is None:
                    self._know((i, 0), value, "recomputed")
                    if doubtful:
                        self.tainted.add((i, 0))
                elif equal(value, known):
                    self._trust(keys)
            elif known is not None and len(missing) == 1 and row.inverse and keys[missing[0]] is None:
                self._deduce(i, missing[0], keys, row, operands, scalars, plain(known))
        except Exception:  # noqa: BLE001 - a forward that refuses these inputs leaves the value unknown
            return

    def _doubtful(self, keys):
        """Whether one of some values hangs on a leaf that may have changed."""
        return any(
            key in self.tainted or (self.walk.variable[key[0]] is not None and key[0] not in self.fresh)
            for key in keys
            if key is not None
        )

    def _trust(self, keys):
        """What leads to a value known at first hand is right."""
        stack = [key for key in keys if key is not None]
        while stack:
            i, _ = key = stack.pop()
            if self.walk.variable[i] is not None:
                self.fresh.add(i)
            elif key in self.tainted:
                self.tainted.discard(key)
                row = self.walk.row(i)
                stack += [k for a in range(len(row.operands)) if (k := self.walk.input(i, a)) is not None]

    def _deduce(self, i, a, keys, row, operands, scalars, out):
        """The one operand that is missing, if the result with it is exactly the known result."""
        rest = [value for value in operands if value is not None]
        value = row.inverse[a](out, *rest, *scalars)

        def gives(operand, exactly=False):
            operands[a] = operand
            return equal(row.forward(*operands, *scalars), out, exactly)

        if not gives(value):
            return
        fitting = {}
        for name, tensor in () if row.literal else self.walk.names.constants:
            if tensor.numel() <= RECOMPUTED and tuple(tensor.shape) == tuple(value.shape):
                if gives(plain(tensor), exactly=True):
                    fitting.setdefault(id(tensor), (name, tensor))
        name = ""
        if len(fitting) == 1:
            [(name, value)] = fitting.values()
            self._trust(keys)
        elif self._doubtful(keys):
            return
        self.operand[i, a], self.deduced[i, a] = value, name


# -- saved tensors ------------------------------------------------------------------------------------------------

_names_by_kind = {}


def saved_by(fn):
    """(name, state, value) of what a node saved; of what is ``"stale"`` the value is (version saved, version now).

    What is ``"freed"``, or does not say its versions, has None.
    """
    kind = (type(fn), fn.name())  # all nodes of a kind have the same attributes
    names = _names_by_kind.get(kind)
    if names is None:
        names = _names_by_kind[kind] = [
            a[len("_saved_") :]
            for a in dir(fn)
            if a.startswith("_saved_") and not a.endswith(("_sizes", "_strides", "_numel"))
        ]
    for name in names:
        state = "kept"
        try:
            value = getattr(fn, f"_saved_{name}")
        except RuntimeError as error:
            state = "freed" if "freed" in str(error) else "stale"
            versions = _VERSIONS.search(str(error))
            value = (int(versions[2]), int(versions[1])) if versions else None
        except Exception:  # noqa: BLE001 - an attribute that cannot be read is no fact about the graph
            continue
        yield name, state, value
