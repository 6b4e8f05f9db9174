"""The order within the layers: Note [Layers] of layers.py, 3. Leans on ranks."""

from itertools import pairwise
from math import inf

from .ranks import SMALL

MIDDLING, LARGE = 1500, 4000  # points
IDLE = 5  # turns without a gain before it gives up


class Order:
    """The best order that was found: ``layers``, lists of points from left to right, and how many ``crossings`` stay.

    ``at`` is the place of each point in its layer.
    """

    def __init__(self, grid):
        self.grid = grid
        small, middling = grid.count < SMALL, grid.count < MIDDLING
        best, self.crossings = None, inf
        for from_sinks in (True, False) if small else (True,):
            self._start(from_sinks)
            idle, least = 0, inf
            for turn in range(1 + (24 if small else 8 if grid.count < LARGE else 2)):
                if turn > 0:
                    off_plateaus = (turn - 1) % 4 >= 2
                    self._sweep(turn % 2 == 1, off_plateaus)
                    if middling:
                        self._transpose(off_plateaus)
                now = self._count()
                idle = 0 if now < least else idle + 1
                least = min(least, now)
                if now < self.crossings:
                    best, self.crossings = [layer[:] for layer in self.layers], now
                if self.crossings == 0 or idle > IDLE:
                    break
            if self.crossings == 0:
                break
        self.layers = best
        self._number(best)

    def _start(self, from_sinks):
        """A first order: that of a walk back from the results, or forth from the inputs, as deep as it goes."""
        grid = self.grid
        self.layers = [[] for _ in range(max(grid.rank, default=-1) + 1)]
        behind, ahead = (grid.up, grid.down) if from_sinks else (grid.down, grid.up)
        seen = [False] * grid.count
        stack = [i for i in reversed(range(grid.n)) if not ahead[i]]
        while stack:
            point = grid.owner[stack.pop()]
            if not seen[point]:
                seen[point] = True
                self.layers[grid.rank[point]].append(point)
                stack.extend(reversed(behind[point]))
        self.at = [0] * len(grid.owner)
        self._number(self.layers)

    def _number(self, layers):
        at, ports, beside = self.at, self.grid.port_list, self.grid.beside
        for layer in layers:
            for i, point in enumerate(layer):
                at[point] = i
                if ports:
                    for port in ports.get(point, ()):
                        at[port] = i + beside[port]

    def _sweep(self, down, rightmost):
        """Put the points of each layer where their neighbours are, in the mean."""
        at, neighbours = self.at, self.grid.up if down else self.grid.down
        for layer in self.layers if down else reversed(self.layers):
            if len(layer) < 2:
                continue
            movable = [p for p in layer if neighbours[p]]
            key = {p: sum([at[q] for q in neighbours[p]]) / len(neighbours[p]) for p in movable}
            if rightmost:  # equals change places, to leave a plateau
                movable.reverse()
            movable.sort(key=key.__getitem__)
            rest = iter(movable)
            layer[:] = [next(rest) if neighbours[p] else p for p in layer]
            self._number([layer])

    def _transpose(self, ties):
        """Neighbours change places where that removes crossings or, with ``ties``, costs none."""
        at, up, down, turns = self.at, self.grid.up, self.grid.down, 0
        waiting = [r for r, layer in enumerate(self.layers) if len(layer) > 1]
        while waiting and turns < 8:
            improved, turns = set(), turns + 1
            for r in waiting:
                layer = self.layers[r]
                a = layer[0]
                for i in range(len(layer) - 1):
                    b, gain = layer[i + 1], 0
                    for left, right in ((up[a], up[b]), (down[a], down[b])):
                        for p in left:
                            place = at[p]
                            for q in right:
                                gain += (place > at[q]) - (place < at[q])
                    if gain > 0 or (ties and gain == 0):
                        layer[i], layer[i + 1] = b, a
                        at[a], at[b] = i + 1, i
                        if self.grid.port_list:
                            self._number([layer])
                        if gain > 0:
                            improved.add(r)
                    else:
                        a = b
            near = improved | {r - 1 for r in improved} | {r + 1 for r in improved}
            waiting = [r for r, layer in enumerate(self.layers) if r in near and len(layer) > 1]

    def _count(self):
        """Crossings between neighbouring layers, counted with a Fenwick tree."""
        at, exits, down, total = self.at, self.grid.exits, self.grid.down, 0
        for upper, lower in pairwise(self.layers):
            if len(upper) < 2 or len(lower) < 2:
                continue
            place, size = at, len(lower)
            leaving = [down[point] for point in upper]
            if self.grid.port_list:  # places in the order of all ends
                ends = sorted({at[q] for below in leaving for q in below})
                rank_of = {end: i for i, end in enumerate(ends)}
                place = {q: rank_of[at[q]] for below in leaving for q in below}
                size = len(ends)
                leaving = [below for point in upper for below in exits.get(point, (down[point],))]
            tree, passed = [0] * (size + 1), 0
            for below in leaving:
                ends = sorted([place[q] for q in below])
                for end in ends:
                    i, before = end + 1, 0
                    while i:
                        before += tree[i]
                        i &= i - 1
                    total += passed - before
                for end in ends:
                    i = end + 1
                    while i < len(tree):
                        tree[i] += 1
                        i += i & -i
                passed += len(ends)
        return total
