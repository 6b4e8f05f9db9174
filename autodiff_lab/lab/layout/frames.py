"""A layered layout whose nodes lie in nested frames. Leans on layers and topology.

Note [Frames]
A frame (a module, a region) is laid out by itself and stands in the layout around it as one large node, so nothing
foreign can lie inside. Edges pass its border at ports: inside, a port is a point of no size in a layer of its own
before all others, or after them. A frame to which a way comes back that had left it is split into several, one for
each visit.
"""

from dataclasses import replace

from ..topology import topological
from .layers import Framed, Layout, Path, layered

_AIR = 10.0  # between a frame's border and what is inside


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
        self.labels, self.weights, self.style = labels, weights, style
        self.ports = [ports.get(e, (None, None)) for e in range(len(edges))]
        self.top_down = style["direction"] == "TB"

    def layout(self):
        level = self._level(range(len(self.sizes)), range(len(self.edges)), 0, (0.0, 0.0))
        centres, paths = [(0.0, 0.0)] * len(self.sizes), [Path(())] * len(self.edges)
        for node, centre in level.centres:
            [centres[node]] = _rounded([centre])
        for e, path in level.paths:
            paths[e] = Path(_rounded(path.points), path.label and _rounded([path.label])[0])
        frames = tuple(
            Framed(f.frame, *(round(v, 1) for v in (f.x, f.y, f.width, f.height)), _rounded([f.title])[0])
            for f in reversed(level.frames)
        )
        stubs = tuple((e, _rounded(points)) for e, points in level.stubs)
        return Layout(round(level.width, 1), round(level.height, 1), tuple(centres), tuple(paths),
                      self.style["direction"], level.crossings, frames, stubs)  # fmt: skip

    def _level(self, nodes, touching, depth, lead):
        """Lay out the nodes of one frame, ``touching`` the edges with an end in it; inner frames first.

        ``lead`` is how far outside the ports' layers the border is.
        """
        item = {node: k for k, node in enumerate(n for n in nodes if len(self.nest[n]) == depth)}
        own, inner = len(item), []
        sizes, weights = [self.sizes[node] for node in item], [self.weights[node] for node in item]
        visits = self._visits(nodes, touching, depth)
        around = {node: k for k, (_, part) in enumerate(visits) for node in part}
        touched = [[] for _ in visits]
        for e in touching:
            for k in {around.get(node) for node in self.edges[e]} - {None}:
                touched[k].append(e)
        for k, (frame, part) in enumerate(visits):
            level = self._framed(self._level(part, touched[k], depth + 1, self._lead(frame)), frame)
            item.update(dict.fromkeys(part, own + k))
            sizes.append((level.width, level.height))
            weights.append(3)
            inner.append(level)
        edges, ports, labels, drawn, ends, pins = [], {}, {}, {}, {}, {}

        def pin(side, key):
            """The point in the layer of its own at which a line comes in or goes out."""
            if (side, key) not in ends:
                ends[side, key] = len(sizes)
                pins[len(sizes)] = side
                sizes.append((0.0, 0.0))
                weights.append(self.weights[key[0]] + 1)  # what comes in is the principal input
            return ends[side, key]

        pieces = set()
        for e in touching:
            (source, target), (leave, arrive) = self.edges[e], self.ports[e]
            key = source, leave  # lines that leave a node together pass borders together
            a = item[source] if source in item else pin("first", key)
            b = item[target] if target in item else pin("last", key)
            if a == b:
                continue  # it stays within an inner frame
            if a in pins:
                leave = None
            elif a >= own:
                leave = inner[a - own].exits[key]
            if b in pins:
                arrive = None
            elif b >= own:
                arrive = inner[b - own].entries[key]
            piece = (a, leave, b, arrive)
            if b >= own and piece in pieces:
                continue  # another edge draws this piece
            pieces.add(piece)
            drawn[len(edges)] = e
            if leave or arrive:
                ports[len(edges)] = (leave, arrive)
            if b < own and e in self.labels:
                labels[len(edges)] = self.labels[e]
            edges.append((a, b))
        placed = layered(
            sizes, edges, labels=labels, weights=weights, ports=ports, pins=pins, lead=lead, **self.style
        )
        level = _Level(placed.width, placed.height, placed.crossings + sum(part.crossings for part in inner))
        level.centres = [(node, placed.centres[i]) for node, i in item.items() if i < own]
        for part, (x, y) in zip(inner, placed.centres[own:]):
            level.take(part, x - part.width / 2, y - part.height / 2)
        for k, e in drawn.items():
            if edges[k][1] < own:
                level.paths.append((e, placed.paths[k]))
            else:
                level.stubs.append((e, placed.paths[k].points))
        for (side, key), i in ends.items():
            passing = level.entries if side == "first" else level.exits
            passing[key] = placed.centres[i][0 if self.top_down else 1]
        return level

    def _visits(self, nodes, touching, depth):
        """(frame, nodes) for each visit to a frame: no way leaves one and comes back to it, however many are shrunk."""
        members, frames = set(nodes), {}
        for node in nodes:
            if len(self.nest[node]) > depth:
                frames.setdefault(self.nest[node][depth], []).append(node)
        edges = [(a, b) for a, b in map(self.edges.__getitem__, touching) if a in members and b in members]
        whole = {node: node for node in nodes}
        for frame, part in frames.items():
            whole.update(dict.fromkeys(part, ("frame", frame)))
        if topological(whole.values(), _shrunk(edges, whole)) is not None:
            return list(frames.items())
        unit, visits = {node: node for node in nodes}, []
        for frame, part in frames.items():
            visit = _numbered({unit[node] for node in part}, unit, _shrunk(edges, unit))
            number = {node: visit[unit[node]] for node in part}
            for k in sorted(set(number.values())):
                now = [node for node in part if number[node] == k]
                visits.append((frame, now))
                unit.update(dict.fromkeys(now, ("part", len(visits))))
        return visits

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
        framed = _Level(width, height, level.crossings)
        framed.take(level, left, top)
        framed.frames.append(Framed(frame, 0.0, 0.0, width, height, (title_at, strip / 2 + 3.0)))
        aside = left - width / 2 if self.top_down else top - height / 2
        framed.entries = {key: x + aside for key, x in level.entries.items()}
        framed.exits = {key: x + aside for key, x in level.exits.items()}
        return framed


class _Level:
    """What is laid out so far: (node, centre), (edge, Path), stubs, frames, and where lines pass the border."""

    def __init__(self, width, height, crossings):
        self.width, self.height, self.crossings = width, height, crossings
        self.centres, self.paths, self.stubs, self.frames = [], [], [], []
        self.entries, self.exits = {}, {}

    def take(self, other, x, y):
        """Put what another level holds at (x, y) of this one."""

        def moved(points):
            return tuple((a + x, b + y) for a, b in points)

        self.centres += [(node, *moved([centre])) for node, centre in other.centres]
        self.paths += [(e, Path(moved(p.points), p.label and moved([p.label])[0])) for e, p in other.paths]
        self.stubs += [(e, moved(points)) for e, points in other.stubs]
        self.frames += [replace(f, x=f.x + x, y=f.y + y, title=moved([f.title])[0]) for f in other.frames]

    def stretch(self, by):
        """Lengthen the lines that end right of everything."""
        self.stubs = [
            (e, (*points[:-1], (points[-1][0] + by, points[-1][1])) if points[-1][0] > self.width else points)
            for e, points in self.stubs
        ]


def _rounded(points):
    return tuple((round(x, 1), round(y, 1)) for x, y in points)


def _shrunk(edges, unit):
    """The edges between units, each node being part of its ``unit``."""
    return [(unit[a], unit[b]) for a, b in edges if unit[a] != unit[b]]


def _numbered(inside, unit, edges):
    """By unit the number of the visit to what is ``inside`` that it belongs to: one more where a way comes back."""
    ahead = {u: [] for u in unit.values()}
    for a, b in edges:
        ahead[a].append(b)
    order, visit = topological(ahead, edges), dict.fromkeys(ahead, 1)
    for u in order:
        for v in ahead[u]:
            visit[v] = max(visit[v], visit[u] + (u in inside and v not in inside))
    for u in reversed(order):  # what only feeds later visits belongs to the first of them
        later = [visit[v] if v in inside else 0 for v in ahead[u]] if u in inside else []
        visit[u] = max(visit[u], min(later, default=0))
    return visit
