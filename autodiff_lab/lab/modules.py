"""Which call of a module each node of a graph ran in: as a recording saw it, or as the parameters tell.

Leans on formulas, model, names and walk.

Note [Modules without a recording]
Where only a graph is there, a module is known by its parameters: what takes ``net.0.weight`` in a matrix product or a
convolution ran in ``net.0``. What lies between two parts of one module ran in that module, if no parameter was used
twice. Nothing else is guessed, so an activation at the end of a ``Sequential`` stands outside.
"""

from .formulas import op_name
from .model import visible
from .names import is_module

CARRIERS = frozenset({"T", "Transpose", "Permute", "View", "Unsqueeze", "Expand", "ToCopy", "Reshape"})
LAYERS = frozenset("Addmm Mm Mv Bmm Dot Addmv Convolution Embedding NativeLayerNorm NativeBatchNorm".split())
SIZES = [("in_features", "out_features"), ("in_channels", "out_channels"), ("input_size", "hidden_size"),
         ("num_embeddings", "embedding_dim")]  # fmt: skip


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


class ModulePaths:
    """Of each node of a walk the ``paths`` of its modules, outermost first; and the ``titles`` of all paths."""

    def __init__(self, walk):
        self.walk, self.names, self.variable = walk, walk.names, walk.variable
        self.paths, self.titles, self._of_call = [()] * len(walk.order), {}, {}
        if walk.run is not None:
            self._by_calls()
        elif self.names.owners:
            self._by_parameters()

    # -- recorded ----------------------------------------------------------------------------------------------

    def _by_calls(self):
        events = [self.walk.event(i) for i in range(len(self.paths))]
        self.paths = [self._path(event.call) if event is not None else () for event in events]
        for at, i in self.walk.edges(backward=True):
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
        turns, twice = {}, set()
        for i in self.walk.operations:
            links = self.walk.inputs[i]
            found = [link[0] for link in links if link is not None and owner[link[0]]]
            if not found:
                continue
            op, chain = op_name(self.walk.order[i].name()), owner[found[0]]
            if op in CARRIERS and len(links) == 1:
                owner[i] = chain
            elif op in LAYERS:
                inner = id(chain[-1][1])
                turns[inner] = turns.get(inner, 0) + 1
                if turns[inner] > 1:
                    twice.add(chain[0][0])
                for at in (i, *(at for at in found if self.variable[at] is None)):
                    self._put(at, chain, turns[inner])
        self._between({path[0] for path in self.paths if path} - twice)

    def _put(self, i, chain, turn):
        mark = "" if turn == 1 else f"·{turn}"
        self.paths[i] = tuple(visible(path + mark) for path, _ in chain)
        for path, (_, module) in zip(self.paths[i], chain):
            self.titles.setdefault(path, title_of(path, module))

    def _between(self, outer):
        """What is made of a module's results and leads to a later result of the same module ran inside it."""
        for root in sorted(outer):
            after = [bool(path) and path[0] == root for path in self.paths]
            before = list(after)
            for at, i in self.walk.edges():
                after[i] = after[i] or after[at]
            for at, i in self.walk.edges(backward=True):
                before[at] = before[at] or before[i]
            for i in self.walk.operations:
                if after[i] and before[i] and not self.paths[i]:
                    self.paths[i] = (root,)
