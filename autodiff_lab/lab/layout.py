"""Where the boxes go: a layered layout, top-down or left-right, the same to the byte in every run.

Knows sizes and edges only, no graph and no drawing. Leans on the standard library.

Note [Layers]
1. Rank: every node stands one layer before the nearest of its consumers, so inputs come just where they are used;
   then nodes move, with those that stand in their way, wherever that makes the edges shorter all in all.
2. Way-points: an edge over several layers gets a point in each; edges from one source share them, so a
   variable used in a hundred places is one trunk with branches. A label is such a point with a size. In a small
   graph in which sharing costs crossings, each edge goes its own way.
3. Order: barycentre sweeps up and down, then neighbours change places while that removes crossings, and on some
   turns also where it changes nothing, which leads off plateaus; the best order wins.
4. Lines that should be straight: a node under its one principal input, and the way-points of a trunk, form a
   block with a single coordinate. Where two such lines cross, the trunk stays straight.
5. Coordinates: blocks packed from the left and from the right, the mean of both, then each moves to where its
   neighbours are, taking along those it touches, as long as nothing overlaps.

Note [Frames]
A frame (a module, a region) is laid out by itself and stands in the layout around it as one large node, so nothing
foreign can lie inside. Edges pass its border at ports: inside, a port is a point of no size in a layer of its own
before all others, or after them. A frame to which a way comes back that had left it is split into several, one for
each visit.

The ideas are those of Sugiyama, Tagawa and Toda (1981) and Gansner, Koutsofios, North and Vo (1993).
"""

from bisect import bisect
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

ONE_BY_ONE = 400  # way-points: in smaller graphs with crossings, edges of one source are also tried apart
_AIR = 10.0  # between a frame's border and what is inside


@dataclass(frozen=True, slots=True)
class Path:
    """An edge's way: ``points`` to its target from its source, or from the trunk that it shares with a longer edge
    of the same source; ``label`` is the centre of its label or None."""

    points: tuple[tuple[float, float], ...]
    label: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Framed:
    """Where a frame lies: its number, left and top corner, size, and where the title's left and middle are."""

    frame: int
    x: float
    y: float
    width: float
    height: float
    title: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the nodes, ways of the edges, the size of all. y grows downwards.

    ``stubs`` are pieces of way between frames, as (edge, points): the edge that drew them may share them with others.
    """

    width: float
    height: float
    centres: tuple[tuple[float, float], ...]
    paths: tuple[Path, ...]
    direction: str
    crossings: int
    frames: tuple[Framed, ...] = ()
    stubs: tuple[tuple[int, tuple[tuple[float, float], ...]], ...] = ()


def layered(sizes, edges, *, labels=None, weights=None, direction="TB", rank_gap=26, node_gap=22, ports=None,
            pins=None, lead=(0.0, 0.0)):  # fmt: skip
    """Lay a directed acyclic graph out in layers; see Note [Layers].

    Args:
        sizes: (width, height) of each node.
        edges: (source, target) pairs of node numbers; parallel ones are allowed.
        labels: {edge number: (width, height)}.
        weights: how much each node's outgoing line matters; the heaviest input of a node is drawn straight.
        direction: ``"TB"`` from top to bottom, ``"LR"`` from left to right.
        ports: {edge number: (leaving, arriving)}: how far from the nodes' middles its ends are, along their sides;
            None is anywhere near the middle.
        pins: {node: "first" or "last"}: nodes in a layer before or after all others.
        lead: how far outside the picture lines from the first and to the last of ``pins`` begin and end.

    Raises:
        ValueError: if the edges form a cycle, or for another direction.

    >>> layout = layered([(40, 20)] * 3, [(0, 2), (1, 2)])
    >>> layout.centres, layout.crossings
    (((20.0, 10.0), (82.0, 10.0), (51.0, 56.0)), 0)
    """
    if direction not in ("TB", "LR"):
        raise ValueError(f"direction must be 'TB' or 'LR', got {direction!r}")
    across = 0 if direction == "TB" else 1
    given = (
        sizes,
        edges,
        labels or {},
        weights or [1] * len(sizes),
        across,
        node_gap,
        ports or {},
        pins or {},
    )
    grid = _Grid(*given)
    crossings = grid.order()
    if crossings and len(grid.rank) < ONE_BY_ONE:
        apart = _Grid(*given, shared=False)
        fewer = apart.order()
        if fewer < crossings:
            grid, crossings = apart, fewer
    grid.place()
    return grid.layout(rank_gap, direction, crossings, lead)


def _bends(points):
    """The points without those in the middle of a straight run."""
    kept = points[:1]
    for before, point, after in zip(points, points[1:], points[2:]):
        if not before[0] == point[0] == after[0]:
            kept.append(point)
    return [*kept, points[-1]]


class _Grid:
    """Nodes and way-points in layers. A point is a number; the first ``len(sizes)`` of them are the nodes."""

    def __init__(self, sizes, edges, labels, weights, across, gap, ports, pins, shared=True):
        self.sizes, self.edges, self.labels, self.weights = sizes, edges, labels, weights
        self.across, self.gap, self.n = across, gap, len(sizes)
        self.ports, self.pins, self.shared = ports, pins, shared
        self.rank = self._ranks()
        self.extent = [size[across] for size in sizes]  # along the layer
        self.depth = [size[1 - across] for size in sizes]  # across it
        self.up, self.down = [[] for _ in sizes], [[] for _ in sizes]
        self.is_label = set()
        self._way_points()

    def _ranks(self):
        """Layers counted from the end, so that each node is as late as its consumers allow; then shorter edges."""
        n, pins = self.n, self.pins
        edges = [(a, b) for a, b in self.edges if a not in pins and b not in pins] if pins else self.edges
        incoming, outgoing = [[] for _ in range(n)], [[] for _ in range(n)]
        for source, target in edges:
            incoming[target].append(source)
            outgoing[source].append(target)
        waiting = [len(out) for out in outgoing]
        ready = [i for i in range(n) if not waiting[i]]
        late, done = [0] * n, []
        while ready:
            i = ready.pop()
            done.append(i)
            for source in incoming[i]:
                late[source] = max(late[source], late[i] + 1)
                waiting[source] -= 1
                if not waiting[source]:
                    ready.append(source)
        if len(done) < n:
            raise ValueError("the edges form a cycle")
        last = max(late, default=0)
        rank = [last - r for r in late]
        self._shorten(rank, incoming, outgoing, done)
        if self.labels:
            rank = [2 * r for r in rank]
            nearest, labelled = {}, {self.edges[e][0] for e in self.labels}
            for source, target in edges:
                nearest[source] = min(rank[target], nearest.get(source, rank[target]))
            for source, below in nearest.items():
                if not incoming[source] and source not in labelled:  # it may stand beside the labels
                    rank[source] = below - 1
        inner = [r for i, r in enumerate(rank) if i not in pins] or [0]
        top, foot = min(inner), max(inner)
        room = any(self.edges[e][0] in pins and rank[self.edges[e][1]] == top for e in self.labels)
        for i, side in pins.items():
            rank[i] = top - 1 - room if side == "first" else foot + 1
        least = min(rank, default=0)
        return [r - least for r in rank]

    @staticmethod
    def _shorten(rank, incoming, outgoing, order):
        """Move nodes, with the neighbours that stand in their way, while the sum of the edges' lengths falls."""
        moved, turns, most = True, 0, 40 if len(rank) < ONE_BY_ONE else 12
        while moved and turns < 8:
            moved, turns = False, turns + 1
            for ahead, behind, sign in ((outgoing, incoming, 1), (incoming, outgoing, -1)):
                for start in order if sign > 0 else reversed(order):
                    if len(ahead[start]) <= len(behind[start]):
                        continue
                    while True:
                        group, stack, gain = {start}, [start], 0
                        while stack:
                            i = stack.pop()
                            gain += len(ahead[i]) - len(behind[i])
                            for j in ahead[i]:
                                if j not in group and (rank[j] - rank[i]) * sign == 1:
                                    group.add(j)
                                    stack.append(j)
                            if len(group) > most:  # a long way: not worth the time
                                gain = 0
                                break
                        if gain <= 0:
                            break
                        room = [
                            (rank[j] - rank[i]) * sign - 1 for i in group for j in ahead[i] if j not in group
                        ]
                        if not room:
                            break
                        for i in group:
                            rank[i] += min(room) * sign
                        moved = True

    def _new_point(self, rank, extent=0.0, depth=0.0):
        self.rank.append(rank)
        self.extent.append(extent)
        self.depth.append(depth)
        return len(self.rank) - 1

    def _way_points(self):
        """Fill in the points between. ``chains[e]`` are the points that edge e passes: all of its way, if it is the
        longest of its source, and else from where it leaves the trunk."""
        self.chains, self.joins, leaving = [()] * len(self.edges), {}, {}
        for e, (source, target) in enumerate(self.edges):
            port = self.ports.get(e, (None, None))[0]
            leaving.setdefault((source, port, None if self.shared else target), []).append(e)
        for edges in leaving.values():
            source = self.edges[edges[0]][0]
            first = self.rank[source] + 1
            trunk = [source]
            for e in sorted(edges, key=lambda e: (-self.rank[self.edges[e][1]], e in self.labels, e)):
                target, whole = self.edges[e][1], len(trunk) == 1
                own = self.rank[target] - (
                    e in self.labels
                )  # a label is the edge's own point, right before its end
                leave, arrive = self.ports.get(e, (None, None))
                if whole:
                    for rank in range(first, own):
                        trunk.append(self._new_point(rank))
                        self._join(trunk[-2], trunk[-1], leave if len(trunk) == 2 else None, None)
                chain = list(trunk) if whole else [trunk[max(own - first, 0)]]
                if e in self.labels:
                    size = self.labels[e]
                    chain.append(self._new_point(own, size[self.across], size[1 - self.across]))
                    self.is_label.add(chain[-1])
                    self._join(chain[-2], chain[-1], leave if chain[-2] == source else None, None)
                self._join(chain[-1], target, leave if chain[-1] == source else None, arrive)
                self.chains[e] = (*chain, target)
        self._ends()

    def _join(self, a, b, leave, arrive):
        join = (a, leave or 0.0, b, arrive or 0.0)
        self.joins[join] = self.joins.get(join, 0) + 1

    def _ends(self):
        """Neighbours above and below. An end that is not at a node's middle is a point of its own, its port: it has a
        place in the order, a little beside that of its node, and moves with it."""
        count = len(self.rank)
        self.up, self.down = [[] for _ in range(count)], [[] for _ in range(count)]
        self.owner, self.offset, number = list(range(count)), [0.0] * count, {}
        for a, leave, b, arrive in self.joins:
            for key in ((a, leave, "leaving"), (b, arrive, "arriving")):
                if key[1] and key not in number:
                    number[key] = len(self.owner)
                    self.owner.append(key[0])
                    self.offset.append(key[1])
                    self.up.append([])
                    self.down.append([])
        self.port_list = {}
        for key, port in number.items():
            self.port_list.setdefault(key[0], []).append(port)
        self.drawn_aside = {}  # how far right of a the point b stands when the line between them is straight
        for a, leave, b, arrive in self.joins:
            self.drawn_aside.setdefault((a, b), leave - arrive)
        self.exits = {}  # of nodes with ports: where lines leave, from left to right
        for (a, leave, b, arrive), lines in self.joins.items():
            out, into = number.get((a, leave, "leaving"), a), number.get((b, arrive, "arriving"), b)
            self.down[a] += [into] * lines
            self.up[b] += [out] * lines
            if a in self.port_list:
                exits = self.exits.setdefault(a, {})
                exits.setdefault((self.offset[out], out), []).extend([into] * lines)
        self.exits = {a: [exits[key] for key in sorted(exits)] for a, exits in self.exits.items()}
        self.beside = [
            self.offset[p] / (self.extent[self.owner[p]] + 1.0) if p >= count else 0.0
            for p in range(len(self.owner))
        ]

    # -- the order within layers ---------------------------------------------------------------------------------

    def order(self):
        """Reduce crossings; the number that stays."""
        count = len(self.rank)
        small, middling = count < ONE_BY_ONE, count < 1500
        best, crossings = None, 0
        for from_sinks in (True, False) if small else (True,):
            self._start(from_sinks)
            now = self._crossings()
            if best is None or now < crossings:
                best, crossings = [layer[:] for layer in self.layers], now
            idle, least = 0, now
            for turn in range(24 if small else 8 if count < 4000 else 2):
                if crossings == 0 or idle > 5:
                    break
                self._sweep(down=turn % 2 == 0, rightmost=turn % 4 >= 2)
                if middling:
                    self._transpose(ties=turn % 4 >= 2)
                now = self._crossings()
                idle += 1
                if now < least:
                    least, idle = now, 0
                if now < crossings:
                    best, crossings = [layer[:] for layer in self.layers], now
            if crossings == 0:
                break
        self.layers = best
        for layer in best:
            self._number(layer)
        return crossings

    def _start(self, from_sinks):
        """A first order: that of a walk back from the results, or forth from the inputs, as deep as it goes."""
        self.layers = [[] for _ in range(max(self.rank, default=-1) + 1)]
        behind, ahead = (self.up, self.down) if from_sinks else (self.down, self.up)
        seen = [False] * len(self.rank)
        stack = [i for i in reversed(range(self.n)) if not ahead[i]]
        while stack:
            point = self.owner[stack.pop()]
            if seen[point]:
                continue
            seen[point] = True
            self.layers[self.rank[point]].append(point)
            stack.extend(reversed(behind[point]))
        self.at = [0] * len(self.owner)
        for layer in self.layers:
            self._number(layer)

    def _number(self, layer):
        for i, point in enumerate(layer):
            self.at[point] = i
        if self.port_list:
            for point in layer:
                for port in self.port_list.get(point, ()):
                    self.at[port] = self.at[point] + self.beside[port]

    def _sweep(self, down, rightmost):
        at, neighbours = self.at, self.up if down else self.down
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
            self._number(layer)

    def _transpose(self, ties):
        """Neighbours change places where that removes crossings or, with ``ties``, costs none."""
        at, up, down, turns = self.at, self.up, self.down, 0
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
                        if self.port_list:
                            self._number(layer)
                        if gain > 0:
                            improved.add(r)
                    else:
                        a = b
            near = improved | {r - 1 for r in improved} | {r + 1 for r in improved}
            waiting = [r for r, layer in enumerate(self.layers) if r in near and len(layer) > 1]

    def _crossings(self):
        """Crossings between neighbouring layers, counted with a Fenwick tree."""
        at, total = self.at, 0
        for upper, lower in pairwise(self.layers):
            if len(upper) < 2 or len(lower) < 2:
                continue
            place, size = at, len(lower)
            if self.port_list:  # places in the order of all ends
                ends = sorted({at[q] for point in upper for q in self.down[point]})
                rank_of = {end: i for i, end in enumerate(ends)}
                place = {q: rank_of[at[q]] for point in upper for q in self.down[point]}
                size = len(ends)
            tree, passed = [0] * (size + 1), 0
            for below in self._leaving(upper):
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

    def _leaving(self, layer):
        """What each point of a layer, or each of its exits, leads to, from left to right."""
        if not self.exits:
            return [self.down[point] for point in layer]
        return [below for point in layer for below in self.exits.get(point, (self.down[point],))]

    # -- coordinates ---------------------------------------------------------------------------------------------

    def place(self):
        """One coordinate a block; see Note [Layers], 4 and 5."""
        self._blocks()
        self._separations()
        lefts, rights = self._packed()
        width = max((x + self.right_half[b] for b, x in enumerate(lefts)), default=0.0)
        self.x = [(left + width - right) / 2 for left, right in zip(lefts, rights, strict=True)]
        small = len(self.members) < 400
        self._relax(24 if small else 4, 40 if small else 6)

    def _principal(self, point):
        """The one neighbour above that ``point`` should stand straight under, or None."""
        above = {self.owner[p] for p in self.up[point]}
        if len(above) == 1:
            return above.pop()
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
        block, shift = list(range(len(self.rank))), [0.0] * len(self.rank)
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
                    block[b], shift[b] = block[a], shift[a] + self.drawn_aside.get((a, b), 0.0)
        numbers = {}
        for layer in self.layers:
            for point in layer:
                numbers.setdefault(block[point], len(numbers))
        self.block = [numbers[b] for b in block]
        self.members = [[] for _ in numbers]
        for point, b in enumerate(self.block):
            self.members[b].append(point)
        self.shift = shift  # how far a point lies right of its block's coordinate
        self.left_half = [max(self.extent[p] / 2 - shift[p] for p in points) for points in self.members]
        self.right_half = [max(self.extent[p] / 2 + shift[p] for p in points) for points in self.members]

    def _is_way(self, point):
        """True of a bare way-point of a long edge; False of nodes and of labels right before their node."""
        return point >= self.n and point not in self.is_label

    def _separations(self):
        """For each block the blocks to its right and left, with the distance to keep."""
        right = [{} for _ in self.members]
        for layer in self.layers:
            for a, b in pairwise(layer):
                gap = self.gap if a < self.n or b < self.n else self.gap * 0.75
                distance = (self.extent[a] + self.extent[b]) / 2 + gap + self.shift[a] - self.shift[b]
                i, j = self.block[a], self.block[b]
                right[i][j] = max(distance, right[i].get(j, distance))
        self.right = [tuple(r.items()) for r in right]
        left = [[] for _ in self.members]
        for i, others in enumerate(self.right):
            for j, distance in others:
                left[j].append((i, distance))
        self.left = left

    def _packed(self):
        """Positions as far left as can be, and the distances from the far right as far right as can be."""
        return (
            self._pushed(self.right, self.left, self.left_half),
            self._pushed(self.left, self.right, self.right_half),
        )

    @staticmethod
    def _pushed(ahead, behind, least):
        x = list(least)
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
        pulls, base = [{} for _ in self.members], [0.0] * len(self.members)
        for point, leave, other, arrive in self.joins:
            a, b = self.block[point], self.block[other]
            if a != b:
                w = 4.0 if point >= self.n and other >= self.n else 1.0
                pulls[a][b] = pulls[a].get(b, 0.0) + w
                pulls[b][a] = pulls[b].get(a, 0.0) + w
                aside = (self.shift[other] + arrive - self.shift[point] - leave) * w
                base[a] += aside
                base[b] -= aside
        pulls = [tuple(p.items()) for p in pulls]
        mass = [sum(w for _, w in p) for p in pulls]
        x, blocks = self.x, range(len(self.members))

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

    # -- the result ----------------------------------------------------------------------------------------------

    def layout(self, rank_gap, direction, crossings, lead):
        """Positions in the plane, rounded to a tenth, with the least coordinate at 0."""
        along = [self.x[b] + shift for b, shift in zip(self.block, self.shift, strict=True)]
        least = min([x - extent / 2 for x, extent in zip(along, self.extent)], default=0.0)
        along = [round(x - least, 1) for x in along]
        width = max([x + extent / 2 for x, extent in zip(along, self.extent)], default=0.0)
        along += [along[self.owner[p]] + self.offset[p] for p in range(len(along), len(self.owner))]
        deep, y, gap, pinned = [], 0.0, 0.0, {self.rank[i]: side for i, side in self.pins.items()}
        for r, layer in enumerate(self.layers):
            depth = max((self.depth[p] for p in layer), default=0.0)
            deep.append((y, y + depth))
            aside = max([abs(along[p] - along[q]) for p in layer for q in self.down[p]], default=0.0)
            gap = max(rank_gap, min(3 * rank_gap, 0.28 * aside))  # room for lines that go far aside
            if pinned.get(r) == "first" or pinned.get(r + 1) == "last":
                gap = 0.6 * gap
            y += depth + round(gap, 1)
        height = max(y - round(gap, 1), 0.0)
        middle = [(a + b) / 2 for a, b in deep]
        turn = (lambda x, y: (x, y)) if direction == "TB" else (lambda x, y: (y, x))
        ports = self._ports(along)
        paths = []
        for e, chain in enumerate(self.chains):
            start, target = chain[0], chain[-1]
            leave = (self.ports.get(e, (None, None))[0] or 0.0) if start < self.n else 0.0
            if start < self.n:
                points = [(along[start] + leave, middle[self.rank[start]] + self.depth[start] / 2)]
            else:
                points = [(along[start], deep[self.rank[start]][0])]
            end = (ports[e], middle[self.rank[target]] - self.depth[target] / 2)
            if self.pins.get(target) == "last":
                end = (ports[e], end[1] + lead[1])
            label = None
            if self.pins.get(start) == "first":
                points.insert(0, (along[start], points[0][1] - lead[0]))
            if points[-1][1] < deep[self.rank[start]][1]:
                points.append((along[start] + leave, deep[self.rank[start]][1]))
            for p in chain[1:-1]:
                top, bottom = deep[self.rank[p]]
                points.append((along[p], top))
                if bottom > top:
                    points.append((along[p], bottom))
                if p in self.is_label:
                    label = turn(along[p], (top + bottom) / 2)
            if (
                end[1] > deep[self.rank[target]][0]
            ):  # down to a node that is lower than its layer, or to the border
                points.append((end[0], deep[self.rank[target]][0]))
            points.append(end)
            paths.append(Path(tuple(turn(round(a, 1), round(b, 1)) for a, b in _bends(points)), label))
        centres = tuple(turn(along[i], middle[self.rank[i]]) for i in range(self.n))
        size = turn(width, height)
        return Layout(round(size[0], 1), round(size[1], 1), centres, tuple(paths), direction, crossings)

    def _ports(self, along):
        """Where each edge enters its target: at its own port or, spread over the middle of the target's side, in the
        order they come."""
        ports, groups = [0.0] * len(self.edges), {}
        for e, chain in enumerate(self.chains):
            groups.setdefault((chain[-1], self.ports.get(e, (None, None))[1]), []).append(e)
        for (target, arrive), edges in groups.items():
            middle = along[target] + (arrive or 0.0)
            arriving = sorted((along[self.chains[e][-2]], e) for e in edges)
            room = min(22.0, (self.extent[target] * (0.7 if arrive is None else 0.3)) / max(len(arriving), 1))
            straight = [k for k, (x, _) in enumerate(arriving) if abs(x - middle) < 1]
            first = straight[0] if len(straight) == 1 and len(arriving) < 4 else (len(arriving) - 1) / 2
            for k, (_, e) in enumerate(arriving):
                ports[e] = round(middle + (k - first) * room, 1)
        return ports


# -- frames -----------------------------------------------------------------------------------------------------


def compound(sizes, edges, inside, frames, *, labels=None, weights=None, direction="TB", rank_gap=26, node_gap=22,
             ports=None):  # fmt: skip
    """Lay a directed acyclic graph out whose nodes lie in nested frames; see Note [Frames].

    Args:
        inside: for each node the number of the innermost frame around it, or None.
        frames: for each frame (the frame around it or None, (width, height) of its title); outer ones come first.

    The other arguments and what is raised are those of :func:`layered`.

    >>> layout = compound([(40, 20)] * 3, [(0, 1), (1, 2)], [None, 0, None], [(None, (30, 12))])
    >>> [(f.frame, f.width, f.height) for f in layout.frames], layout.crossings
    ([(0, 74.0, 75.2)], 0)
    """
    style = {"direction": direction, "rank_gap": rank_gap, "node_gap": node_gap}
    if not frames or all(f is None for f in inside):
        return layered(sizes, edges, labels=labels, weights=weights, ports=ports, **style)
    outer = []
    for parent, _ in frames:
        outer.append((*(outer[parent] if parent is not None else ()), len(outer)))
    nest = [() if f is None else outer[f] for f in inside]
    titles = [title for _, title in frames]
    return _Nest(
        sizes, edges, nest, titles, labels or {}, weights or [1] * len(sizes), ports or {}, style
    ).layout()


class _Nest:
    """Frames within frames. A level is a frame, or the whole picture: its own nodes, its inner frames, its ports."""

    def __init__(self, sizes, edges, nest, titles, labels, weights, ports, style):
        self.sizes, self.edges, self.nest, self.titles = sizes, edges, nest, titles
        self.labels, self.weights, self.ports, self.style = labels, weights, ports, style
        self.top_down = style["direction"] == "TB"

    def layout(self):
        level = self._level(range(len(self.sizes)), list(range(len(self.edges))), 0, (0.0, 0.0))
        centres, paths = [(0.0, 0.0)] * len(self.sizes), [Path(())] * len(self.edges)
        for node, x, y in level.centres:
            centres[node] = (round(x, 1), round(y, 1))
        for e, path in level.paths:
            paths[e] = Path(_rounded(path.points), path.label and _rounded([path.label])[0])
        frames = tuple(
            Framed(f.frame, *(round(v, 1) for v in (f.x, f.y, f.width, f.height)), _rounded([f.title])[0])
            for f in reversed(level.frames)
        )
        stubs = tuple((e, _rounded(points)) for e, points in level.stubs)
        return Layout(round(level.width, 1), round(level.height, 1), tuple(centres), tuple(paths),
                      self.style["direction"], level.crossings, frames, stubs)  # fmt: skip

    def _leaves_at(self, e):
        return self.edges[e][0], self.ports.get(e, (None, None))[0]

    def _level(self, nodes, touching, depth, lead):
        """Lay out the nodes of one frame, ``touching`` the edges with an end in it; inner frames first.

        ``lead`` is how far outside the ports' layers the border is.
        """
        members, item, visits = set(nodes), {}, {}
        for node in nodes:
            path = self.nest[node]
            if len(path) > depth:
                visits.setdefault(path[depth], []).append(node)
        visits = _split(nodes, [self.edges[e] for e in touching], visits, members)
        sizes, weights, inner = [], [], []
        for node in nodes:
            if len(self.nest[node]) == depth:
                item[node] = len(sizes)
                sizes.append(self.sizes[node])
                weights.append(self.weights[node])
        own = len(sizes)
        around = {node: k for k, (_, part) in enumerate(visits) for node in part}
        touched = [[] for _ in visits]
        for e in touching:
            for k in {around.get(node) for node in self.edges[e]} - {None}:
                touched[k].append(e)
        for k, (frame, part) in enumerate(visits):
            level = self._framed(self._level(part, touched[k], depth + 1, self._lead(frame)), frame)
            item.update(dict.fromkeys(part, len(sizes)))
            sizes.append((level.width, level.height))
            weights.append(3)
            inner.append(level)
        edges, ports, labels, drawn, numbers, ends, pins = [], {}, {}, {}, {}, {}, {}

        def pin(side, key):
            if (side, key) not in ends:
                ends[side, key] = len(sizes)
                pins[len(sizes)] = side
                sizes.append((0.0, 0.0))
                weights.append(self.weights[key[0]] + 1)  # what comes in is the principal input
            return ends[side, key]

        for e in touching:
            source, target = self.edges[e]
            key, (leave, arrive) = self._leaves_at(e), self.ports.get(e, (None, None))
            a = item[source] if source in members else pin("first", key)
            b = item[target] if target in members else pin("last", key)
            if a == b:
                continue  # it stays within an inner frame
            if a in pins:
                leave = None
            elif a >= own:
                leave = inner[a - own].exits[key]
            direct = b < own
            if b in pins:
                arrive = None
            elif not direct:
                arrive = inner[b - own].entries[key]
            same = (a, leave, b, arrive)
            if not direct and same in numbers:
                continue  # another edge draws this piece
            numbers[same] = drawn[len(edges)] = e
            if leave or arrive:
                ports[len(edges)] = (leave, arrive)
            if direct and e in self.labels:
                labels[len(edges)] = self.labels[e]
            edges.append((a, b))
        placed = layered(
            sizes, edges, labels=labels, weights=weights, ports=ports, pins=pins, lead=lead, **self.style
        )
        across = 0 if self.top_down else 1
        level = _Level(
            placed.width, placed.height, crossings=placed.crossings + sum(i.crossings for i in inner)
        )
        level.centres = [(node, *placed.centres[i]) for node, i in item.items() if i < own]
        for k, part in enumerate(inner):
            x, y = placed.centres[own + k]
            level.take(part, x - part.width / 2, y - part.height / 2)
        for k, e in drawn.items():
            if edges[k][1] < own:
                level.paths.append((e, placed.paths[k]))
            else:
                level.stubs.append((e, placed.paths[k].points))
        for (side, key), i in ends.items():
            (level.entries if side == "first" else level.exits)[key] = placed.centres[i][across]
        return level

    def _strip(self, frame):
        """The height of the strip with a frame's title."""
        return self.titles[frame][1] + 6.0 if self.titles[frame][1] else 0.0

    def _lead(self, frame):
        """How far the border is from the layers of the ports, before and after."""
        return (self._strip(frame) + 3.0, 3.0) if self.top_down else (6.0, 6.0)

    def _framed(self, level, frame):
        """A level with its frame around it: room for the border and the title, ports counted from the middle."""
        wide, _ = self.titles[frame]
        strip, (before, after) = self._strip(frame), self._lead(frame)
        left = right = bottom = _AIR
        top = _AIR + strip
        title_at = margin = left - 2.0
        if self.top_down:
            if level.entries:
                top = before  # the ports' own layer is air enough
            if level.exits:
                bottom = after
            if wide:  # the title stands where no line comes in, or makes itself room
                ways = [x + left for x in level.entries.values()]
                free = level.width + left + right
                if any(x < margin + wide + 6 for x in ways):
                    if all(x < free - margin - wide - 6 for x in ways) and free >= wide + 2 * margin:
                        title_at = free - margin - wide
                    else:
                        left += margin + wide + 6 - min(ways)
        else:
            left = before if level.entries else left
            right = after if level.exits else right
        width, height = level.width + left + right, level.height + top + bottom
        if width < wide + 2 * margin:
            if not self.top_down:  # lines that leave reach the border still
                level.stretch(wide + 2 * margin - width)
            elif not level.entries and not level.exits:
                left += (wide + 2 * margin - width) / 2
            width = wide + 2 * margin
        framed = _Level(width, height, crossings=level.crossings)
        framed.take(level, left, top)
        framed.frames.append(Framed(frame, 0.0, 0.0, width, height, (title_at, strip / 2 + 3.0)))
        aside = left - width / 2 if self.top_down else top - height / 2
        framed.entries = {key: x + aside for key, x in level.entries.items()}
        framed.exits = {key: x + aside for key, x in level.exits.items()}
        return framed


class _Level:
    """What is laid out so far: (node, x, y), (edge, Path), stubs, frames, and where lines pass the border."""

    def __init__(self, width, height, crossings=0):
        self.width, self.height, self.crossings = width, height, crossings
        self.centres, self.paths, self.stubs, self.frames = [], [], [], []
        self.entries, self.exits = {}, {}

    def take(self, other, x, y):
        """Put what another level holds at (x, y) of this one."""
        self.centres += [(node, a + x, b + y) for node, a, b in other.centres]
        for e, path in other.paths:
            label = path.label and (path.label[0] + x, path.label[1] + y)
            self.paths.append((e, Path(tuple((a + x, b + y) for a, b in path.points), label)))
        self.stubs += [(e, tuple((a + x, b + y) for a, b in points)) for e, points in other.stubs]
        self.frames += [
            Framed(f.frame, f.x + x, f.y + y, f.width, f.height, (f.title[0] + x, f.title[1] + y))
            for f in other.frames
        ]

    def stretch(self, by):
        """Lengthen the lines that end right of everything."""
        self.stubs = [
            (e, (*points[:-1], (points[-1][0] + by, points[-1][1])) if points[-1][0] > self.width else points)
            for e, points in self.stubs
        ]


def _rounded(points):
    return tuple((round(x, 1), round(y, 1)) for x, y in points)


def _split(nodes, edges, visits, members):
    """(frame, nodes) for each visit to a frame: no way leaves one and comes back to it, however many are shrunk."""
    edges = [(a, b) for a, b in edges if a in members and b in members]
    unit = {node: node for node in nodes}
    whole = dict(unit)
    for frame, part in visits.items():
        whole.update(dict.fromkeys(part, ("frame", frame)))
    if _order(whole, edges) is not None:
        return list(visits.items())
    parts = []
    for frame, part in visits.items():
        visit = {}
        units = {unit[node] for node in part}
        ahead = {}
        for a, b in edges:
            if unit[a] != unit[b]:
                ahead.setdefault(unit[a], []).append(unit[b])
        count = dict.fromkeys(unit.values(), 1)
        order = _order(unit, edges)
        for u in order:
            visit[u] = count[u]
            for v in ahead.get(u, ()):
                count[v] = max(count[v], visit[u] + (u in units and v not in units))
        for u in reversed(order):  # what only feeds later visits belongs to the first of them
            later = [visit[v] if v in units else 0 for v in ahead.get(u, ())] if u in units else []
            visit[u] = max(visit[u], min(later, default=0))
        number_of = {node: visit[unit[node]] for node in part}
        for number in sorted(set(number_of.values())):
            now = [node for node in part if number_of[node] == number]
            parts.append((frame, now))
            unit.update(dict.fromkeys(now, ("part", len(parts))))
    return parts


def _order(unit, edges):
    """The units in an order that all edges between them follow, or None if there is none."""
    ahead, waiting = {}, dict.fromkeys(unit.values(), 0)
    for a, b in edges:
        if unit[a] != unit[b]:
            ahead.setdefault(unit[a], []).append(unit[b])
            waiting[unit[b]] += 1
    ready, order = [u for u, w in waiting.items() if not w], []
    while ready:
        u = ready.pop()
        order.append(u)
        for v in ahead.get(u, ()):
            waiting[v] -= 1
            if not waiting[v]:
                ready.append(v)
    return order if len(order) == len(waiting) else None
