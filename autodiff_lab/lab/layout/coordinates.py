"""Where along its layer each point stands: Note [Layers] of layers.py, 4 and 5. Leans on topology and ranks."""

from bisect import bisect
from itertools import pairwise
from math import fsum

from ..topology import topological
from .ranks import SMALL


def coordinates(grid, order, gap):
    """For each point of a grid how far right it stands, ports too, rounded to a tenth; and the width of all.

    ``gap`` is the least distance between neighbours.
    """
    blocks = _Blocks(grid, order, gap)
    along = [blocks.x[b] + shift for b, shift in zip(blocks.block, blocks.shift, strict=True)]
    least = min([x - extent / 2 for x, extent in zip(along, grid.extent)], default=0.0)
    along = [round(x - least, 1) for x in along]
    width = max([x + extent / 2 for x, extent in zip(along, grid.extent)], default=0.0)
    ports = range(grid.count, len(grid.owner))
    return along + [along[grid.owner[p]] + grid.offset[p] for p in ports], width


class _Blocks:
    """Blocks of points that are drawn straight under each other, and the one coordinate ``x`` of each."""

    def __init__(self, grid, order, gap):
        self.grid, self.order, self.gap = grid, order, gap
        self._gather(self._straight())
        self._separate()
        self._pack()
        small = len(self.members) < SMALL
        self._relax(24 if small else 4, 40 if small else 6)

    # -- which points are straight under each other ----------------------------------------------------------------

    def _principal(self, point, arriving):
        """The one neighbour above that ``point`` should stand straight under, or None."""
        grid = self.grid
        above = {grid.owner[p] for p in grid.up[point]}
        if len(above) == 1:
            return above.pop()
        if point >= grid.n or not above:
            return None
        ranked, step = [], 2 if grid.labels else 1
        for e in arriving[point]:
            source, target = grid.edges[e]
            short = grid.rank[target] - grid.rank[source] <= step
            ranked.append(((grid.weights[source], short), grid.chains[e][-2]))
        best = max(key for key, _ in ranked)
        winners = {p for key, p in ranked if key == best}
        return winners.pop() if len(winners) == 1 else None

    def _straight(self):
        """By layer the (point, point below) pairs that should be drawn straight, one for each point above at most."""
        grid = self.grid
        arriving = [[] for _ in range(grid.n)]
        for e, (_, target) in enumerate(grid.edges):
            arriving[target].append(e)
        heirs = {}
        for layer in self.order.layers:
            for point in layer:
                above = self._principal(point, arriving)
                if above is not None:
                    heirs.setdefault(above, []).append(point)
        pairs = [[] for _ in self.order.layers]
        for above, below in heirs.items():
            if above >= grid.n:  # the trunk goes on
                below = ([p for p in below if grid.is_way(p)] or below)[:1]
            elif len(below) > 1:
                below = [p for p in below if not grid.is_way(p)]
            if len(below) == 1:
                pairs[grid.rank[above]].append((above, below[0]))
        return pairs

    def _gather(self, pairs):
        """Make blocks of the pairs; where two of them cross, the trunk's stays, or what is farther left."""
        grid, at = self.grid, self.order.at
        block, shift = list(range(grid.count)), [0.0] * grid.count
        for ways in pairs:
            kept = []  # pairs of places, in order on both sides
            for a, b in sorted(ways, key=lambda pair: (min(pair) < grid.n, at[pair[0]])):
                place = (at[a], at[b])
                k = bisect(kept, place)
                if (k == 0 or kept[k - 1][1] < place[1]) and (k == len(kept) or kept[k][1] > place[1]):
                    kept.insert(k, place)
                    block[b], shift[b] = block[a], shift[a] + grid.drawn_aside.get((a, b), 0.0)
        numbers = {}
        for layer in self.order.layers:
            for point in layer:
                numbers.setdefault(block[point], len(numbers))
        self.block = [numbers[b] for b in block]
        self.members = [[] for _ in numbers]
        for point, b in enumerate(self.block):
            self.members[b].append(point)
        self.shift = shift  # how far a point lies right of its block's coordinate

    # -- how far apart they stay -------------------------------------------------------------------------------------

    def _separate(self):
        """For each block the blocks to its ``right`` and ``left``, with the distance to keep."""
        n, extent, shift = self.grid.n, self.grid.extent, self.shift
        right = [{} for _ in self.members]
        for layer in self.order.layers:
            for a, b in pairwise(layer):
                gap = self.gap if a < n or b < n else self.gap * 0.75
                distance = (extent[a] + extent[b]) / 2 + gap + shift[a] - shift[b]
                i, j = self.block[a], self.block[b]
                right[i][j] = max(distance, right[i].get(j, distance))
        self.right, self.left = [tuple(r.items()) for r in right], [[] for _ in right]
        for i, others in enumerate(self.right):
            for j, distance in others:
                self.left[j].append((i, distance))

    def _pack(self):
        """The mean of all as far left as can be and all as far right as can be."""
        half, shift = [extent / 2 for extent in self.grid.extent], self.shift
        left_half = [max(half[p] - shift[p] for p in points) for points in self.members]
        right_half = [max(half[p] + shift[p] for p in points) for points in self.members]
        order = topological(
            range(len(self.members)), [(i, j) for i, o in enumerate(self.right) for j, _ in o]
        )
        lefts = _pushed(order, self.right, left_half)
        rights = _pushed(reversed(order), self.left, right_half)  # from the far right
        width = max((x + right for x, right in zip(lefts, right_half)), default=0.0)
        self.x = [(left + width - right) / 2 for left, right in zip(lefts, rights, strict=True)]

    # -- where they want to be -----------------------------------------------------------------------------------------

    def _relax(self, rounds, largest):
        """Move each block to where its neighbours are, with those it touches, until nothing moves any more."""
        n, shift, blocks = self.grid.n, self.shift, range(len(self.members))
        pulls, base = [{} for _ in blocks], [0.0 for _ in blocks]
        for point, leave, other, arrive in self.grid.joins:
            a, b = self.block[point], self.block[other]
            if a != b:
                w = 4.0 if point >= n and other >= n else 1.0
                pulls[a][b] = pulls[a].get(b, 0.0) + w
                pulls[b][a] = pulls[b].get(a, 0.0) + w
                aside = (shift[other] + arrive - shift[point] - leave) * w
                base[a] += aside
                base[b] -= aside
        pulls = [tuple(p.items()) for p in pulls]
        mass = [sum(w for _, w in p) for p in pulls]
        x = self.x

        def wish(b):
            total = base[b]
            for other, w in pulls[b]:
                total += x[other] * w
            return total / mass[b] - x[b] if mass[b] else 0.0

        for turn in range(rounds):
            moved = 0.0
            for b in blocks if turn % 2 == 0 else reversed(blocks):
                step = wish(b)
                if -0.02 < step < 0.02:
                    continue
                ahead, sign = (self.right, 1) if step > 0 else (self.left, -1)
                group, stack, room = {b}, [b], abs(step)
                while stack:
                    i = stack.pop()
                    for j, distance in ahead[i]:
                        if j in group:
                            continue
                        slack = (x[j] - x[i]) * sign - distance
                        if slack < 0.01 and len(group) < largest and len(pulls[j]) + len(ahead[j]) < 90:
                            group.add(j)
                            stack.append(j)
                        else:
                            room = min(room, max(slack, 0.0))
                if len(group) > 1:
                    total = sum(mass[i] for i in group)
                    inner = fsum(wish(i) * mass[i] for i in group) / total if total else 0.0
                    room = min(room, inner * sign)
                    for i in group:  # the group's own members do not stop it, but others might
                        for j, distance in ahead[i]:
                            if j not in group:
                                room = min(room, (x[j] - x[i]) * sign - distance)
                if room > 0.01:
                    for i in group:
                        x[i] += room * sign
                    moved = max(moved, room)
            if moved < 0.05:
                break


def _pushed(order, ahead, least):
    """The least positions that keep all distances, of blocks in an order in which each comes before those ahead."""
    x = list(least)
    for i in order:
        for j, distance in ahead[i]:
            x[j] = max(x[j], x[i] + distance)
    return x
