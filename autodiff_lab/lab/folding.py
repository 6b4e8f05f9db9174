"""Which nodes of a graph a picture shows, and which boxes stand for the others.

A small graph is shown whole. A large one folds by calls of modules or by turns of a loop, whichever leaves fewer boxes,
or else by depth: what is farther from the results than a few levels. Leans on messages, modules, topology and walk.
"""

from collections import Counter

import numpy as np

from ..messages import say
from .modules import ModulePaths
from .topology import components, topological

FOLDED_ABOVE = 300  # a graph with more operations folds
RUN_FOLDED_ABOVE = 80  # and a recorded run with more, if it is a loop
SHOWN_FOLDED = 40  # and then shows at most so many of them, but always a whole level
LEVELS_FOLDED = 10  # on at most so many levels
MOST_DRAWN = 5000  # even if a depth is asked for
LEAVES_FOLDED = 24  # variables that a folded picture shows
FOLDS_APART = 12  # by depth; if there were more, one box stands for all that is hidden
PERIODS = 400  # the longest body of a loop that is looked for
TURNS = 4  # fewer turns are no loop


class Folding:
    """What is shown of a walk, as the arguments ``depth`` and ``fold`` of ``read`` ask for it.

    Attributes:
        shown: the places of the nodes that are shown.
        group: hidden place → its leader, the first of those that are folded with it.
        folds: leader → (what is folded, its name, the modules around it).
        modules: the :class:`ModulePaths` of the walk.
        lean: True if so much is shown that formulas and numbers are left out.

    Raises:
        ValueError: if too much is to be shown.
    """

    def __init__(self, walk, depth, fold):
        self.walk, self.modules = walk, ModulePaths(walk)
        self.shown, self.group, self.folds = set(range(len(walk.order))), {}, {}
        self._choose(depth, fold)
        self.operations = [i for i in walk.operations if i in self.shown]
        self.lean = len(self.operations) > FOLDED_ABOVE

    def _choose(self, depth, fold):
        count, unasked = len(self.walk.order), depth is None and fold is None
        small = count <= (FOLDED_ABOVE if self.walk.run is None else RUN_FOLDED_ABOVE)
        if fold is False or (unasked and small):
            if count > MOST_DRAWN:
                raise ValueError(say("graph.error.large", count=count, most=MOST_DRAWN))
            return
        if depth is None and fold != "depth":
            ways = []
            if fold != "module":
                ways += self._by_loop()
            if fold != "loop" and (fold is not None or count > FOLDED_ABOVE):
                ways += self._by_module(FOLDED_ABOVE if fold is None else count)
            left = [count - len(group) + len(folds) for group, folds in ways]  # boxes
            if ways and (fold is not None or min(left) <= FOLDED_ABOVE):
                group, self.folds = ways[left.index(min(left))]
                self._hide(group)
                return
            if fold is not None or count <= FOLDED_ABOVE:
                return
        self._by_depth(depth)

    def _by_module(self, room):
        """[(group, folds)]: each call of a module as one box; [] where that makes a cycle."""
        paths, titles = self.modules.paths, self.modules.titles
        members = _calls(paths, self.walk.operations, room)
        group = {i: found[0] for found in members.values() for i in found}
        if not group or not self._acyclic(group):
            return []
        return [
            (group, {found[0]: ("module", titles[path[-1]], path[:-1]) for path, found in members.items()})
        ]

    def _by_loop(self):
        """[(group, folds)]: all turns of a loop but the last as one box; [] where there is none."""
        hidden, turns = _loop(self.walk)
        group = dict.fromkeys(hidden, next(iter(hidden), None))
        if not hidden or not self._acyclic(group):
            return []
        return [(group, {hidden[0]: ("loop", f"× {turns - 1}", ())})]

    def _hide(self, group):
        """Fold by ``group``; a leaf that nothing else uses goes with it."""
        users = {}
        for leaf, i in self.walk.edges():
            if self.walk.variable[leaf] is not None:
                users.setdefault(leaf, set()).add(group.get(i))
        for leaf, groups in users.items():
            if len(groups) == 1 and None not in groups and not self.walk.inputs[leaf]:
                group[leaf] = next(iter(groups))
        self.group = group
        self.shown -= group.keys()

    def _acyclic(self, group):
        """Whether the graph has no cycle when each group is one node."""
        edges = {(group.get(a, a), group.get(b, b)) for a, b in self.walk.edges()}
        edges = [(a, b) for a, b in edges if a != b]
        return topological({node for edge in edges for node in edge}, edges) is not None

    def _by_depth(self, depth):
        """Show the levels nearest to the results, ``depth`` of them or what is useful."""
        variable = self.walk.variable
        level = [0] * len(
            variable
        )  # the longest way from a result, so that what feeds a hidden node is hidden too
        for at, i in self.walk.edges(backward=True):
            level[at] = max(level[at], level[i] + 1)
        counts = Counter(level[i] for i in self.walk.operations)
        most, deepest = (MOST_DRAWN, depth) if depth else (SHOWN_FOLDED, LEVELS_FOLDED)
        drawn, last = 0, 0
        for at in sorted(counts):
            drawn += counts[at]
            if at >= deepest or (drawn > most and at > 0):
                break
            last = at
        operations = [i for i in self.walk.operations if level[i] <= last][-MOST_DRAWN:]
        shown = set(operations)
        used = {link[0] for i in operations for link in self.walk.inputs[i] if link is not None}
        used = {at for at in used if variable[at] is not None}
        leaves = [i for i, leaf in enumerate(variable) if leaf is not None]
        named = {i for i in leaves if self.walk.names.of(variable[i])}
        # first the variables that something in sight uses, and of these the ones with a name
        leaves.sort(key=lambda i: (i not in used, i not in named, i))
        room = max(LEAVES_FOLDED, len(used)) if depth else LEAVES_FOLDED
        shown.update(i for i in leaves[:room] if i in used or i in named)
        self.shown = shown
        self._group([i for i in self.walk.operations if i not in shown])
        rest = sorted(used - shown)
        self.group.update(dict.fromkeys(rest, rest[0] if rest else None))

    def _group(self, hidden):
        """Hidden operations that hang together form a group, named by its first member, with their hidden leaves."""
        self.group = components(hidden, self.walk.edges())
        leaders = {*self.group.values()}
        if len(leaders) > FOLDS_APART:
            self.group = dict.fromkeys(hidden, min(leaders))
        operations = set(hidden)
        for at, i in self.walk.edges():
            if i in operations and at not in self.shown:
                self.group.setdefault(at, self.group[i])


def _calls(paths, operations, room):
    """The finest level of modules at which at most ``room`` boxes are left: {path: members}, or {}."""
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


def _loop(walk):
    """The longest run of equal steps: (members of all turns but the last, number of turns), or ([], 0)."""
    # with leaves that are written to
    order, inputs = walk.order, walk.inputs
    operations = [i for i, leaf in enumerate(walk.variable) if leaf is None or inputs[i]]
    place = {i: k for k, i in enumerate(operations)}
    codes, steps = {}, []
    for k, i in enumerate(operations):
        # what a step is: the operation, and how far back each of its operands was made, or which leaf it is
        links = tuple(None if l is None else k - place[l[0]] if l[0] in place else "leaf" for l in inputs[i])
        steps.append(codes.setdefault((order[i].name(), links), len(codes)))
    steps = np.array(steps)
    covered, period, end = 0, 0, 0
    for body in range(1, min(PERIODS, len(steps) // TURNS) + 1):
        equal = np.concatenate(([0], (steps[body:] == steps[:-body]).astype(np.int8), [0]))
        change = np.flatnonzero(np.diff(equal))
        if not len(change):
            continue
        starts, ends = change[::2], change[1::2]
        longest = int(np.argmax(ends - starts))
        turns = (int(ends[longest] - starts[longest]) + body) // body
        # a shorter body before a longer one that gains little
        if turns >= TURNS and turns * body > covered + period:
            covered, period, end = turns * body, body, int(ends[longest]) + body
    return operations[end - covered : end - period], covered // period if period else 0
