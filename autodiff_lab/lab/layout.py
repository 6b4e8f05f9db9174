"""Where the boxes go: a layered layout, top-down or left-right, the same to the byte in every run.

Knows sizes and edges only, no graph and no drawing. Leans on the standard library.

Note [Layers]
1. Rank: every node stands one layer before the nearest of its consumers, so inputs come just where they are used.
2. Way-points: an edge over several layers gets a point in each; edges from one source share them, so a
   variable used in a hundred places is one trunk with branches. A label is such a point with a size.
3. Order: barycentre sweeps up and down, then neighbours change places while that removes crossings; the best wins.
4. Lines that should be straight: a node under its one principal input, and the way-points of a trunk, form a
   block with a single coordinate. Where two such lines cross, the trunk stays straight.
5. Coordinates: blocks packed from the left and from the right, the mean of both, then each moves to where its
   neighbours are, taking along those it touches, as long as nothing overlaps.

The ideas are those of Sugiyama, Tagawa and Toda (1981) and Gansner, Koutsofios, North and Vo (1993).
"""

from bisect import bisect
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Path:
    """An edge's way: ``points`` to its target from its source, or from the trunk that it shares with a longer edge
    of the same source; ``label`` is the centre of its label or None."""

    points: tuple[tuple[float, float], ...]
    label: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the nodes, ways of the edges, the size of all. y grows downwards."""

    width: float
    height: float
    centres: tuple[tuple[float, float], ...]
    paths: tuple[Path, ...]
    direction: str
    crossings: int


def layered(sizes, edges, *, labels=None, weights=None, direction="TB", rank_gap=26, node_gap=22):
    """Lay a directed acyclic graph out in layers; see Note [Layers].

    Args:
        sizes: (width, height) of each node.
        edges: (source, target) pairs of node numbers; parallel ones are allowed.
        labels: {edge number: (width, height)}.
        weights: how much each node's outgoing line matters; the heaviest input of a node is drawn straight.
        direction: ``"TB"`` from top to bottom, ``"LR"`` from left to right.

    Raises:
        ValueError: if the edges form a cycle, or for another direction.

    >>> layout = layered([(40, 20)] * 3, [(0, 2), (1, 2)])
    >>> layout.centres, layout.crossings
    (((20.0, 10.0), (82.0, 10.0), (51.0, 56.0)), 0)
    """
    if direction not in ("TB", "LR"):
        raise ValueError(f"direction must be 'TB' or 'LR', got {direction!r}")
    across = 0 if direction == "TB" else 1
    grid = _Grid(sizes, edges, labels or {}, weights or [1] * len(sizes), across, node_gap)
    crossings = grid.order()
    grid.place()
    return grid.layout(rank_gap, direction, crossings)


def _bends(points):
    """The points without those in the middle of a straight run."""
    kept = points[:1]
    for before, point, after in zip(points, points[1:], points[2:]):
        if not before[0] == point[0] == after[0]:
            kept.append(point)
    return [*kept, points[-1]]


class _Grid:
    """Nodes and way-points in layers. A point is a number; the first ``len(sizes)`` of them are the nodes."""

    def __init__(self, sizes, edges, labels, weights, across, gap):
        self.sizes, self.edges, self.labels, self.weights = sizes, edges, labels, weights
        self.across, self.gap, self.n = across, gap, len(sizes)
        self.rank = self._ranks()
        self.extent = [size[across] for size in sizes]  # along the layer
        self.depth = [size[1 - across] for size in sizes]  # across it
        self.up, self.down = [[] for _ in sizes], [[] for _ in sizes]
        self.is_label = set()
        self._way_points()

    def _ranks(self):
        """Layers counted from the end, so that each node is as late as its consumers allow."""
        n, edges = self.n, self.edges
        incoming, waiting = [[] for _ in range(n)], [0] * n
        for source, target in edges:
            incoming[target].append(source)
            waiting[source] += 1
        ready = [i for i in range(n) if not waiting[i]]
        late, done = [0] * n, 0
        while ready:
            i = ready.pop()
            done += 1
            for source in incoming[i]:
                late[source] = max(late[source], late[i] + 1)
                waiting[source] -= 1
                if not waiting[source]:
                    ready.append(source)
        if done < n:
            raise ValueError("the edges form a cycle")
        last = max(late, default=0)
        if not self.labels:
            return [last - r for r in late]
        rank = [2 * (last - r) for r in late]
        nearest, labelled = {}, {edges[e][0] for e in self.labels}
        for source, target in edges:
            nearest[source] = min(rank[target], nearest.get(source, rank[target]))
        for source, below in nearest.items():
            if not incoming[source] and source not in labelled:  # it may stand beside the labels
                rank[source] = below - 1
        return rank

    def _new_point(self, rank, extent=0.0, depth=0.0):
        self.rank.append(rank)
        self.extent.append(extent)
        self.depth.append(depth)
        self.up.append([])
        self.down.append([])
        return len(self.rank) - 1

    def _join(self, a, b):
        if b not in self.down[a]:
            self.down[a].append(b)
            self.up[b].append(a)

    def _way_points(self):
        """Fill in the points between. ``chains[e]`` are the points that edge e passes: all of its way, if it is the
        longest of its source, and else from where it leaves the trunk."""
        self.chains, leaving = [()] * len(self.edges), {}
        for e, (source, _) in enumerate(self.edges):
            leaving.setdefault(source, []).append(e)
        for source, edges in leaving.items():
            first = self.rank[source] + 1
            trunk = [source]
            for e in sorted(edges, key=lambda e: (-self.rank[self.edges[e][1]], e)):
                target, whole = self.edges[e][1], len(trunk) == 1
                last = self.rank[target] - 1
                own = (
                    last if e in self.labels or last > first else last + 1
                )  # the last point is the edge's own
                if whole:
                    for rank in range(first, own):
                        trunk.append(self._new_point(rank))
                        self._join(trunk[-2], trunk[-1])
                chain = list(trunk) if whole else [trunk[max(own - first, 0)]]
                if own <= last:
                    width, height = self.labels.get(e, (0.0, 0.0))
                    size = (width, height)
                    chain.append(self._new_point(last, size[self.across], size[1 - self.across]))
                    if e in self.labels:
                        self.is_label.add(chain[-1])
                    self._join(chain[-2], chain[-1])
                self._join(chain[-1], target)
                self.chains[e] = (*chain, target)

    # -- the order within layers ---------------------------------------------------------------------------------

    def order(self):
        """Reduce crossings; the number that stays."""
        count = len(self.rank)
        layers = [[] for _ in range(max(self.rank, default=-1) + 1)]
        seen = [False] * count
        sinks = [i for i in range(self.n) if not self.down[i]]
        stack = list(reversed(sinks))
        while stack:
            point = stack.pop()
            if seen[point]:
                continue
            seen[point] = True
            layers[self.rank[point]].append(point)
            stack.extend(p for p in reversed(self.up[point]) if not seen[p])
        self.layers = layers
        self.at = [0] * count
        for layer in layers:
            self._number(layer)
        best, crossings = [layer[:] for layer in layers], self._crossings()
        idle = 0
        rounds = 24 if count < 600 else 8 if count < 4000 else 2
        for turn in range(rounds):
            if crossings == 0 or idle > 5:
                break
            self._sweep(down=turn % 2 == 0, rightmost=turn % 4 >= 2)
            if count < 1500:
                self._transpose()
            now = self._crossings()
            idle += 1
            if now < crossings:
                best, crossings, idle = [layer[:] for layer in self.layers], now, 0
        self.layers = best
        for layer in best:
            self._number(layer)
        return crossings

    def _number(self, layer):
        for i, point in enumerate(layer):
            self.at[point] = i

    def _sweep(self, down, rightmost):
        at, neighbours = self.at, self.up if down else self.down
        for layer in self.layers if down else reversed(self.layers):
            if len(layer) < 2:
                continue
            movable = [p for p in layer if neighbours[p]]
            key = {p: sum(at[q] for q in neighbours[p]) / len(neighbours[p]) for p in movable}
            if rightmost:  # equals change places, to leave a plateau
                movable.reverse()
            movable.sort(key=key.__getitem__)
            rest = iter(movable)
            layer[:] = [next(rest) if neighbours[p] else p for p in layer]
            self._number(layer)

    def _transpose(self):
        at, improved, turns = self.at, True, 0
        while improved and turns < 8:
            improved, turns = False, turns + 1
            for layer in self.layers:
                for i in range(len(layer) - 1):
                    a, b = layer[i], layer[i + 1]
                    gain = 0
                    for side in (self.up, self.down):
                        left, right = side[a], side[b]
                        for p in left:
                            for q in right:
                                gain += (at[p] > at[q]) - (at[p] < at[q])
                    if gain > 0:
                        layer[i], layer[i + 1] = b, a
                        at[a], at[b] = i + 1, i
                        improved = True

    def _crossings(self):
        """Crossings between neighbouring layers, counted with a Fenwick tree."""
        at, total = self.at, 0
        for upper, lower in pairwise(self.layers):
            if len(upper) < 2 or len(lower) < 2:
                continue
            tree, passed = [0] * (len(lower) + 1), 0
            for point in upper:
                ends = sorted(at[q] for q in self.down[point])
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

    # -- coordinates ---------------------------------------------------------------------------------------------

    def place(self):
        """One coordinate a block; see Note [Layers], 4 and 5."""
        self._blocks()
        self._separations()
        lefts, rights = self._packed()
        width = max((x + self._half[b] for b, x in enumerate(lefts)), default=0.0)
        self.x = [(left + width - right) / 2 for left, right in zip(lefts, rights, strict=True)]
        small = len(self.members) < 400
        self._relax(40 if small else 4, 40 if small else 6)

    def _principal(self, point):
        """The one neighbour above that ``point`` should stand straight under, or None."""
        above = self.up[point]
        if len(above) == 1:
            return above[0]
        if point >= self.n or not above:
            return None
        ranked = []
        for e, (_, target) in self.incoming[point]:
            chain, source = self.chains[e], self.edges[e][0]
            short = self.rank[target] - self.rank[source] <= self.step
            ranked.append(((self.weights[source], short), chain[-2]))
        best = max(key for key, _ in ranked)
        winners = {p for key, p in ranked if key == best}
        return winners.pop() if len(winners) == 1 else None

    def _blocks(self):
        self.step = 2 if self.labels else 1
        self.incoming = [[] for _ in range(self.n)]
        for e, edge in enumerate(self.edges):
            self.incoming[edge[1]].append((e, edge))
        heirs = {}
        for layer in self.layers:
            for point in layer:
                above = self._principal(point)
                if above is not None:
                    heirs.setdefault(above, []).append(point)
        straight = {}
        for above, below in heirs.items():
            if above < self.n and len(below) > 1:
                own = [p for p in below if self._is_way(p) is False]
                below = own if len(own) == 1 else below
            elif above >= self.n and len(below) > 1:
                below = [p for p in below if self._is_way(p)] or below
                below = below[:1]
            if len(below) == 1:
                straight[above] = below[0]
        by_layer = {}
        for a, b in straight.items():
            by_layer.setdefault(self.rank[a], []).append((a, b))
        block = list(range(len(self.rank)))
        for r in range(len(self.layers)):
            kept = []  # pairs of places, in order on both sides
            ways = sorted(
                by_layer.get(r, ()), key=lambda s: (not (s[0] >= self.n and s[1] >= self.n), self.at[s[0]])
            )
            for a, b in ways:
                place = (self.at[a], self.at[b])
                k = bisect(kept, place)
                if (k == 0 or kept[k - 1][1] < place[1]) and (k == len(kept) or kept[k][1] > place[1]):
                    kept.insert(k, place)
                    block[b] = block[a]
        numbers = {}
        for layer in self.layers:
            for point in layer:
                numbers.setdefault(block[point], len(numbers))
        self.block = [numbers[b] for b in block]
        self.members = [[] for _ in numbers]
        for point, b in enumerate(self.block):
            self.members[b].append(point)
        self._half = [max(self.extent[p] for p in points) / 2 for points in self.members]

    def _is_way(self, point):
        """True of a bare way-point of a long edge; False of nodes and of labels right before their node."""
        return point >= self.n and point not in self.is_label

    def _separations(self):
        """For each block the blocks to its right and left, with the distance to keep."""
        right = [{} for _ in self.members]
        for layer in self.layers:
            for a, b in pairwise(layer):
                gap = self.gap if a < self.n or b < self.n else self.gap * 0.75
                distance = (self.extent[a] + self.extent[b]) / 2 + gap
                i, j = self.block[a], self.block[b]
                right[i][j] = max(distance, right[i].get(j, 0.0))
        self.right = [tuple(r.items()) for r in right]
        left = [[] for _ in self.members]
        for i, others in enumerate(self.right):
            for j, distance in others:
                left[j].append((i, distance))
        self.left = left

    def _packed(self):
        """Positions as far left as can be, and the distances from the far right as far right as can be."""
        return self._pushed(self.right, self.left), self._pushed(self.left, self.right)

    def _pushed(self, ahead, behind):
        x = list(self._half)
        waiting = [len(b) for b in behind]
        ready = [i for i, w in enumerate(waiting) if not w]
        while ready:
            i = ready.pop()
            for j, distance in ahead[i]:
                x[j] = max(x[j], x[i] + distance)
                waiting[j] -= 1
                if not waiting[j]:
                    ready.append(j)
        return x

    def _relax(self, rounds, largest):
        pulls = [{} for _ in self.members]
        for point, below in enumerate(self.down):
            for other in below:
                a, b = self.block[point], self.block[other]
                if a != b:
                    w = 4.0 if point >= self.n and other >= self.n else 1.0
                    pulls[a][b] = pulls[a].get(b, 0.0) + w
                    pulls[b][a] = pulls[b].get(a, 0.0) + w
        pulls = [tuple(p.items()) for p in pulls]
        mass = [sum(w for _, w in p) for p in pulls]
        x, blocks = self.x, range(len(self.members))

        def wish(b):
            total = 0.0
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
                    inner = sum(wish(i) * mass[i] for i in group) / total if total else 0.0
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

    # -- the result ----------------------------------------------------------------------------------------------

    def layout(self, rank_gap, direction, crossings):
        """Positions in the plane, rounded to a tenth, with the least coordinate at 0."""
        along = [self.x[b] for b in self.block]
        least = min((along[p] - self.extent[p] / 2 for p in range(len(along))), default=0.0)
        along = [round(x - least, 1) for x in along]
        deep, y, gap = [], 0.0, 0.0
        for layer in self.layers:
            depth = max((self.depth[p] for p in layer), default=0.0)
            deep.append((y, y + depth))
            aside = max((abs(along[p] - along[q]) for p in layer for q in self.down[p]), default=0.0)
            gap = max(rank_gap, min(3 * rank_gap, 0.28 * aside))  # room for lines that go far aside
            y += depth + round(gap, 1)
        height = max(y - round(gap, 1), 0.0)
        width = max((along[p] + self.extent[p] / 2 for p in range(len(along))), default=0.0)
        middle = [(a + b) / 2 for a, b in deep]
        turn = (lambda x, y: (x, y)) if direction == "TB" else (lambda x, y: (y, x))
        ports = self._ports(along)
        paths = []
        for e, chain in enumerate(self.chains):
            start, target = chain[0], chain[-1]
            if start < self.n:
                points = [(along[start], middle[self.rank[start]] + self.depth[start] / 2)]
            else:
                points = [(along[start], deep[self.rank[start]][0])]
            end = (ports[e], middle[self.rank[target]] - self.depth[target] / 2)
            label = None
            if points[0][1] < deep[self.rank[start]][1]:
                points.append((along[start], deep[self.rank[start]][1]))
            for p in chain[1:-1]:
                top, bottom = deep[self.rank[p]]
                points.append((along[p], top))
                if bottom > top:
                    points.append((along[p], bottom))
                if p in self.is_label:
                    label = turn(along[p], (top + bottom) / 2)
            if end[1] > deep[self.rank[target]][0]:
                points.append((end[0], deep[self.rank[target]][0]))
            points.append(end)
            paths.append(Path(tuple(turn(round(a, 1), round(b, 1)) for a, b in _bends(points)), label))
        centres = tuple(turn(along[i], middle[self.rank[i]]) for i in range(self.n))
        size = turn(width, height)
        return Layout(round(size[0], 1), round(size[1], 1), centres, tuple(paths), direction, crossings)

    def _ports(self, along):
        """Where each edge enters its target: spread over the middle of its side, in the order they come."""
        ports = [0.0] * len(self.edges)
        for target, incoming in enumerate(self.incoming):
            arriving = sorted((along[self.chains[e][-2]], e) for e, _ in incoming)
            room = min(22.0, (self.extent[target] * 0.7) / max(len(arriving), 1))
            straight = [k for k, (x, _) in enumerate(arriving) if abs(x - along[target]) < 1]
            middle = straight[0] if len(straight) == 1 and len(arriving) < 4 else (len(arriving) - 1) / 2
            for k, (_, e) in enumerate(arriving):
                ports[e] = round(along[target] + (k - middle) * room, 1)
        return ports
