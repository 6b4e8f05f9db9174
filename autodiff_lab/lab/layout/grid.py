"""Nodes, way-points, labels and ports as points in layers: Note [Layers] of layers.py, 2. Leans on ranks."""

from .ranks import ranks


class Grid:
    """Points in layers. A point is a number: first the nodes, then way-points and labels, then ports.

    A port is an end of lines that is not at a node's middle: it has a place in the order, a little beside that of its
    node, and moves with it.

    Attributes:
        n, count: how many nodes there are, and how many points that are no ports.
        rank, extent, depth: of each of ``count`` points its layer, its size along the layer, and across it.
        up, down: of each point its neighbours in the layer above and below, one for each line.
        owner, offset: of each point the point that it moves with, itself but for ports, and how far beside that it is.
        chains: for each edge the points that it passes: all of its way, if it is the longest of its source, and else
            from where it leaves the trunk.
        joins: (point, how far right of its middle a line leaves, point below, where it arrives) → how many lines.
        exits: of nodes with ports: what lines lead to, from left to right, by where they leave.
    """

    def __init__(self, sizes, edges, labels, weights, across, ports, pins, shared=True):
        self.edges, self.labels, self.weights, self.pins = edges, labels, weights, pins
        self.n, self.across = len(sizes), across
        self.ports = [ports.get(e, (None, None)) for e in range(len(edges))]
        self.rank = ranks(self.n, edges, labels, pins)
        self.extent = [size[across] for size in sizes]
        self.depth = [size[1 - across] for size in sizes]
        self.is_label, self.chains, self.joins = set(), [()] * len(edges), {}
        self._way_points(shared)
        self.count = len(self.rank)
        self._ends()

    def is_way(self, point):
        """True of a bare way-point of a long edge; False of nodes and of labels right before their node."""
        return point >= self.n and point not in self.is_label

    def _new_point(self, rank, extent=0.0, depth=0.0):
        self.rank.append(rank)
        self.extent.append(extent)
        self.depth.append(depth)
        return len(self.rank) - 1

    def _way_points(self, shared):
        """Fill in the points between, along a trunk for all edges that leave a node together if they are ``shared``."""
        leaving = {}
        for e, (source, target) in enumerate(self.edges):
            leaving.setdefault((source, self.ports[e][0], None if shared else target), []).append(e)
        for (source, leave, _), edges in leaving.items():
            first, trunk = self.rank[source] + 1, [source]
            for e in sorted(edges, key=lambda e: (-self.rank[self.edges[e][1]], e in self.labels, e)):
                target, whole = self.edges[e][1], len(trunk) == 1
                own = self.rank[target] - (
                    e in self.labels
                )  # a label is the edge's own point, right before its end
                if whole:
                    for rank in range(first, own):
                        trunk.append(self._new_point(rank))
                        self._join(trunk[-2], trunk[-1], leave)
                chain = list(trunk) if whole else [trunk[max(own - first, 0)]]
                if e in self.labels:
                    size = self.labels[e]
                    chain.append(self._new_point(own, size[self.across], size[1 - self.across]))
                    self.is_label.add(chain[-1])
                    self._join(chain[-2], chain[-1], leave)
                self._join(chain[-1], target, leave, self.ports[e][1])
                self.chains[e] = (*chain, target)

    def _join(self, a, b, leave, arrive=None):
        """A line from a point to one in the next layer; if the first is a node, it leaves there at its port."""
        join = (a, (leave or 0.0) if a < self.n else 0.0, b, arrive or 0.0)
        self.joins[join] = self.joins.get(join, 0) + 1

    def _ends(self):
        """Ports, and the neighbours above and below."""
        self.owner, self.offset, number = list(range(self.count)), [0.0] * self.count, {}
        for a, leave, b, arrive in self.joins:
            for key in ((a, leave, "leaving"), (b, arrive, "arriving")):
                if key[1] and key not in number:
                    number[key] = len(self.owner)
                    self.owner.append(key[0])
                    self.offset.append(key[1])
        self.up, self.down = [[] for _ in self.owner], [[] for _ in self.owner]
        self.port_list = {}
        for key, port in number.items():
            self.port_list.setdefault(key[0], []).append(port)
        self.drawn_aside = {}  # how far right of a the point b stands when the line between them is straight
        exits = {}
        for (a, leave, b, arrive), lines in self.joins.items():
            self.drawn_aside.setdefault((a, b), leave - arrive)
            out, into = number.get((a, leave, "leaving"), a), number.get((b, arrive, "arriving"), b)
            self.down[a] += [into] * lines
            self.up[b] += [out] * lines
            if a in self.port_list:
                exits.setdefault(a, {}).setdefault((self.offset[out], out), []).extend([into] * lines)
        self.exits = {a: [found[key] for key in sorted(found)] for a, found in exits.items()}
        # how far right of its node's place a port's place is
        self.beside = [
            offset / (self.extent[point] + 1.0) if offset else 0.0
            for point, offset in zip(self.owner, self.offset)
        ]
