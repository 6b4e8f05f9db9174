"""Which nodes of a graph belong together: those of one call of a module, and those of one turn of a loop.

Works on a reading's plain lists: ``order`` (the nodes), ``inputs`` (pairs (node, output) or None), ``variable`` (the
leaf of an AccumulateGrad, else None). Leans on names and formulas.

Note [Modules without a recording]
Where only a graph is there, a module is known by its parameters: what takes ``net.0.weight`` in a matrix product or a
convolution ran in ``net.0``. What lies between two parts of one module ran in that module, if no parameter was used
twice. Nothing else is guessed, so an activation at the end of a ``Sequential`` stands outside.
"""

import numpy as np

from .formulas import op_name
from .model import visible
from .names import is_module

CARRIERS = frozenset({"T", "Transpose", "Permute", "View", "Unsqueeze", "Expand", "ToCopy", "Reshape"})
LAYERS = frozenset("Addmm Mm Mv Bmm Dot Addmv Convolution Embedding NativeLayerNorm NativeBatchNorm".split())
SIZES = [("in_features", "out_features"), ("in_channels", "out_channels"), ("input_size", "hidden_size"),
         ("num_embeddings", "embedding_dim")]  # fmt: skip
PERIODS = 400  # the longest body of a loop that is looked for
TURNS = 4  # fewer turns are no loop


def title_of(path, module):
    """What stands over a module's group: ``0: Linear(2 → 16)``."""
    size = ""
    for a, b in SIZES:
        if hasattr(module, a) and hasattr(module, b):
            size = f"({getattr(module, a)} → {getattr(module, b)})"
            break
    kind = type(module).__name__ + size
    short = path.rpartition(".")[2] or path
    return visible(kind if short == type(module).__name__ else f"{short}: {kind}", 80)


class Groups:
    """The path of modules of each node, outermost first, and the title of each path."""

    def __init__(self, order, inputs, variable, names, run):
        self.order, self.inputs, self.variable, self.names, self.run = order, inputs, variable, names, run
        self.paths, self.titles, self._of_call = [()] * len(order), {}, {}
        if run is not None:
            self._by_calls()
        elif names.owners:
            self._by_parameters()

    # -- recorded ----------------------------------------------------------------------------------------------

    def _by_calls(self):
        events = [self.run.event_of(fn) for fn in self.order]
        for i in reversed(range(len(self.order))):
            if events[i] is not None:
                self.paths[i] = self._path(events[i].call)
            for link in self.inputs[i] if self.paths[i] else ():
                at = link[0] if link is not None else i
                if events[at] is None and self.variable[at] is None:  # a part of what uses it
                    self.paths[at] = self.paths[at] or self.paths[i]

    def _path(self, call):
        if call is None:
            return ()
        if call not in self._of_call:
            above = self._path(call.within)
            name = self._name(call.module, above, call.within)
            path = name if call.number == 1 else f"{name}·{call.number}"
            self.titles[path] = title_of(path, call.module)
            self._of_call[call] = (*above, path)
        return self._of_call[call]

    def _name(self, module, above, within):
        if within is not None and is_module(within.module):
            for path, inner in within.module.named_modules():
                if inner is module and path:
                    return visible(f"{above[-1]}.{path}")
        known = self.names.modules.get(id(module))
        if known is None:
            return type(module).__name__
        return visible(min(known[1], key=lambda name: (name.count("."), len(name), name)))

    # -- from the graph alone; see Note [Modules without a recording] ----------------------------------------------

    def _by_parameters(self):
        owner = [self.names.owners.get(id(v)) if v is not None else None for v in self.variable]
        uses, turns, twice = {}, {}, set()
        for i in range(len(self.order)):
            found = [link[0] for link in self.inputs[i] if link is not None and owner[link[0]]]
            if not found or self.variable[i] is not None:
                continue
            op, chain = op_name(self.order[i].name()), owner[found[0]]
            if op in CARRIERS and len(self.inputs[i]) == 1:
                owner[i] = chain
            elif op in LAYERS:
                inner = id(chain[-1][1])
                turns[inner] = turns.get(inner, 0) + 1
                if turns[inner] > 1:
                    twice.add(chain[0][0])
                self._put(i, chain, turns[inner])
                for at in found:
                    if self.variable[at] is None:
                        self._put(at, chain, turns[inner])
            else:
                continue
            for at in found:
                uses[at] = uses.get(at, 0) + 1
        self._between({path[0] for path in self.paths if path} - twice)

    def _put(self, i, chain, turn):
        mark = "" if turn == 1 else f"·{turn}"
        self.paths[i] = tuple(visible(path + mark) for path, _ in chain)
        for path, (_, module) in zip(self.paths[i], chain):
            self.titles.setdefault(path, title_of(path, module))

    def _between(self, outer):
        """What is made of a module's results and leads to a later result of the same module ran inside it."""
        for root in sorted(outer):
            member = [bool(path) and path[0] == root for path in self.paths]
            after = list(member)
            for i, links in enumerate(self.inputs):
                after[i] = after[i] or any(link is not None and after[link[0]] for link in links)
            before = list(member)
            for i in reversed(range(len(self.order))):
                if before[i]:
                    for link in self.inputs[i]:
                        if link is not None:
                            before[link[0]] = True
            for i in range(len(self.order)):
                if after[i] and before[i] and not self.paths[i] and self.variable[i] is None:
                    self.paths[i] = (root,)


def by_module(paths, variable, room):
    """The finest level of modules at which at most ``room`` boxes are left: {path: members}, or {}."""
    operations = [i for i, v in enumerate(variable) if v is None]
    for level in range(max(map(len, paths), default=0), 0, -1):
        members = {}
        for i in operations:
            if paths[i]:
                members.setdefault(paths[i][:level], []).append(i)
        members = {path: found for path, found in members.items() if len(found) > 1}
        boxes = len(operations) - sum(len(m) - 1 for m in members.values())
        if members and boxes <= room:
            return members
    return {}


def by_loop(order, inputs, variable):
    """The longest run of equal steps: (first turns' members, number of turns) with the last turn left out; or None."""
    operations = [
        i for i, v in enumerate(variable) if v is None or inputs[i]
    ]  # with leaves that are written to
    place = {i: k for k, i in enumerate(operations)}
    codes, steps = {}, []
    for k, i in enumerate(operations):
        # what a step is: the operation, and how far back each of its operands was made, or which leaf it is
        links = tuple(None if l is None else k - place[l[0]] if l[0] in place else "leaf" for l in inputs[i])
        steps.append(codes.setdefault((order[i].name(), links), len(codes)))
    steps, best = np.array(steps), (0, 0, 0)
    for period in range(1, min(PERIODS, len(steps) // TURNS) + 1):
        equal = np.concatenate(([0], (steps[period:] == steps[:-period]).astype(np.int8), [0]))
        change = np.flatnonzero(np.diff(equal))
        if not len(change):
            continue
        starts, ends = change[::2], change[1::2]
        longest = int(np.argmax(ends - starts))
        covered = int(ends[longest] - starts[longest]) + period
        turns = covered // period
        if (
            turns >= TURNS and turns * period > best[0] + best[1]
        ):  # a shorter body before a longer one that gains little
            best = (turns * period, period, int(ends[longest]) + period)
    covered, period, end = best
    if not covered:
        return None
    first = end - covered
    return operations[first : end - period], covered // period
