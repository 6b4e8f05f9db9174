"""A graph as boxes, lines and runs of text, measured and placed: what every painter paints.

Leans on layout, topology, cards, text and typeset. Sizes are in CSS pixels.
"""

from dataclasses import dataclass
from itertools import pairwise, takewhile

from ..layout import compound
from ..topology import components
from .cards import key_words, label_of, lines_of, notes_of, painted_as
from .text import describe, overview, region, say_edge, title
from .typeset import extent, text_width, wrapped

LABELS_UP_TO = 80  # nodes: beyond, edges carry no labels
CARDS_UP_TO = 150  # nodes: beyond, a box is one line

PAIR_GAP = 34.0  # between an operation and the grad_fn beside it


@dataclass(frozen=True, slots=True)
class Box:
    """A node to paint: its centre, size, shape, lines of (text, style) runs, and what a pointer is told.

    ``kind`` names its shape: a node's kind, or ``"higher"`` for what a backward pass recorded; ``warns`` if something
    that it saved has changed since.
    """

    x: float
    y: float
    width: float
    height: float
    kind: str
    is_result: bool
    lines: tuple[tuple[tuple[str, str], ...], ...]
    hint: str
    id: int
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An edge to paint: points to pass, whether a gradient can go there, its label's centre, size and lines.

    ``kind`` is the edge's; ``head`` is where the arrow points: ``"down"``, ``"up"``, ``"right"``, ``"left"`` or ``""``.
    """

    points: tuple[tuple[float, float], ...]
    differentiable: bool
    label: tuple[float, float, float, float] | None
    lines: tuple[tuple[tuple[str, str], ...], ...]
    hint: str
    kind: str = "data"
    head: str = "down"


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to paint around a module, or a shaded region: left and top corner, size, its title and where."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str
    title_x: float
    title_y: float


@dataclass(frozen=True, slots=True)
class Scene:
    """All of it: a heading, boxes, lines, a key of the kinds that occur, and notes underneath.

    ``boxes`` stand in the order of the model's nodes and ``lines`` in that of its edges; ``stubs`` are pieces of way
    that several lines share, where they pass a frame's border. ``frames`` come outer ones before what is in them; at
    ``cuts`` are the scissors.
    """

    width: float
    height: float
    title: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    key: tuple[tuple[str, str, float, float], ...]
    notes: tuple[tuple[str, float], ...]
    direction: str
    description: str
    frames: tuple[Frame, ...] = ()
    stubs: tuple[Line, ...] = ()
    cuts: tuple[tuple[float, float], ...] = ()


def _frames_of(model):
    """The frames that the model asks for, as (parent, kind, title), and the innermost around each node.

    A module's nodes lie in one frame, and nodes of one mode that hang together in one region, inside of that.
    """
    frames, number, inside = [], {}, [None] * len(model.nodes)
    for node in model.nodes:
        for k in range(len(node.group)):
            path = node.group[: k + 1]
            if path not in number:
                number[path] = len(frames)
                frames.append((number.get(path[:-1]), "module", model.groups.get(path[-1], path[-1])))
        inside[node.id] = number.get(node.group)
    users = {}
    for edge in model.edges:
        if edge.kind == "data":
            users.setdefault(edge.source, []).append(model.nodes[edge.target].group)
            if model.nodes[edge.target].kind == "fold" and model.nodes[edge.source].kind != "parameter":
                users.setdefault(edge.target, []).append(model.nodes[edge.source].group)
    for node in model.nodes:  # parameters, numbers without a name and folds stand with what is around them
        own = node.kind in ("parameter", "fold") or (node.kind == "constant" and not node.named)
        if own and not node.group and len(users.get(node.id, ())) > (node.kind == "fold"):
            inside[node.id] = number.get(_shared(users[node.id]))
    alike = [(model.nodes[e.source], model.nodes[e.target]) for e in model.edges]
    alike = [(a.id, b.id) for a, b in alike if (a.mode, a.group) == (b.mode, b.group)]
    for i, first in components([n.id for n in model.nodes if n.mode], alike).items():
        if ("region", first) not in number:
            number["region", first] = len(frames)
            frames.append((inside[first], "region", region(model.nodes[i])))
        inside[i] = number["region", first]
    return frames, inside


def _shared(paths):
    """The beginning that all paths have in common."""
    ways = zip(*paths)
    return tuple(steps[0] for steps in takewhile(lambda steps: len(set(steps)) == 1, ways))


_WEIGHT = {"leaf": 2, "parameter": 2, "accumulate": 2, "constant": 1}


class _Units:
    """What the layout moves: a node or, in the linked view, an operation with its grad_fn beside it."""

    def __init__(self, model, sizes, across):
        self.pair = {e.source: e.target for e in model.edges if e.kind == "link"}
        second, self.across = set(self.pair.values()), across
        wide = [max((sizes[i][across] for i in side), default=0.0) for side in (self.pair, second)]
        # where the middles of the two are, from that of the pair: the same for all, so that columns are straight
        self.aside = (-(wide[1] + PAIR_GAP) / 2, (wide[0] + PAIR_GAP) / 2)
        self.unit, self.place, self.nodes, self.sizes = {}, {}, [], []
        for node in model.nodes:
            if node.id in second:
                continue
            self.unit[node.id], self.place[node.id], size = len(self.nodes), None, sizes[node.id]
            if node.id in self.pair:
                twin = self.pair[node.id]
                self.unit[twin] = len(self.nodes)
                self.place[node.id], self.place[twin] = self.aside
                deep = max(size[1 - across], sizes[twin][1 - across])  # the two are equally high
                for i in (node.id, twin):
                    sizes[i] = (sizes[i][0], deep) if across == 0 else (deep, sizes[i][1])
                size = (sum(wide) + PAIR_GAP, deep) if across == 0 else (deep, sum(wide) + PAIR_GAP)
            self.nodes.append(node)
            self.sizes.append(size)
        self.second = second

    def back(self, edge):
        """Whether an edge belongs to the backward column, where lines are laid out against their direction."""
        return edge.source in self.second and edge.target in self.second


class Room:
    """What a moving picture has needed so far: while only its numbers differ, its boxes grow at most, and stay."""

    shape, sizes, labels, placed = None, [], {}, None

    def fit(self, shape, sizes, labels, place):
        """Raise sizes to those needed before by a graph of the same shape, and lay out anew only what has grown."""
        if shape == self.shape:
            sizes[:] = map(_roomy, sizes, self.sizes)
            labels.update((k, _roomy(size, self.labels[k])) for k, size in labels.items())
        if shape != self.shape or sizes != self.sizes or labels != self.labels:
            self.placed = place()
            self.shape, self.sizes, self.labels = shape, sizes[:], dict(labels)
        return self.placed


def _roomy(size, before):
    """The size before, if it suffices; else one with room for a digit or two more."""
    (w, h), (width, height) = size, before
    return (width if w <= width else w + 16.0), max(h, height)


def compose(model, direction="TB", room=None):
    """Measure, lay out and word a model: the :class:`Scene` that painters paint.

    A :class:`Room` keeps the places of what it composed before; it is not for the linked view.
    """
    return _Composition(model, direction).scene(room)


class _Composition:
    """The scene while it is made: first all sizes, then all places, then what is painted there."""

    def __init__(self, model, direction):
        self.model, self.direction, self.top_down = model, direction, direction == "TB"
        self.many = len(model.nodes) > 1
        compact = len(model.nodes) > CARDS_UP_TO
        written = {i for e in model.edges if e.kind == "write" for i in (e.source, e.target)}
        self.contents = [lines_of(node, compact, model, written) for node in model.nodes]
        self.sizes = [self._size(node, lines) for node, lines in zip(model.nodes, self.contents)]
        self.units = _Units(model, self.sizes, 0 if self.top_down else 1)
        self.drawn = [
            e for e, edge in enumerate(model.edges) if edge.kind != "link"
        ]  # edges that are laid out
        self.frames, self.inside = _frames_of(model)

    def scene(self, room):
        placed, labels, wording = self._placed(room)
        model, margin, heading = self.model, 18.0, title(self.model)
        remarks, words = notes_of(model), key_words(model, labels, self.frames)
        widest = max(
            [
                text_width(heading, "title"),
                *(min(text_width(r, "soft"), 560.0) for r in remarks),
                *(text_width(word, "soft") + 26 for _, word in words),
                placed.width,
            ]
        )
        width = round(widest + 2 * margin, 1)
        self.left, self.top = round((width - placed.width) / 2, 1), margin + 30.0
        self.boxes = [self._box(node, placed.centres) for node in model.nodes]
        lines = {
            e: self._line(e, placed.paths[k], labels.get(k), wording.get(e, ()))
            for k, e in enumerate(self.drawn)
        }
        lines = [lines.get(e) or self._link(edge) for e, edge in enumerate(model.edges)]
        stubs, ways = [], {}
        for k, points in placed.stubs:
            ways.setdefault(self.drawn[k], []).append(self._moved(points))
            stubs.append(self._way(model.edges[self.drawn[k]], points, head=""))
        cuts = [
            _middle(ways.get(e) or [lines[e].points])
            for e, edge in enumerate(model.edges)
            if edge.kind == "cut"
        ]
        key, y = _key(words, width, margin, self.top + placed.height + 26)
        notes = []
        for remark in remarks:
            for part in wrapped(remark, width - 2 * margin):
                notes.append((part, y))
                y += 16
        frames = tuple(map(self._frame, placed.frames))
        return Scene(width, round(y + 6, 1), heading, tuple(self.boxes), tuple(lines), key, tuple(notes),
                     self.direction, overview(model), frames, tuple(stubs), tuple(cuts))  # fmt: skip

    # -- sizes and places ----------------------------------------------------------------------------------------

    def _size(self, node, lines):
        plain = node.kind == "constant"
        air = 9 if plain else 14 if node.kind in ("backward", "accumulate") else 12
        width, height = extent(lines, air, 4 if plain else 6)
        rim = 8.0 if node.is_result and self.many else 0.0
        return max(width, height if plain else 56.0) + rim, height + rim

    def _placed(self, room):
        """The layout, the sizes of the labels by their place in ``drawn``, and what they say by edge."""
        model, units = self.model, self.units
        labels, wording, ports, pairs = {}, {}, {}, []
        arrows = "↑↓" if self.top_down else "←→"
        for k, e in enumerate(self.drawn):
            edge = model.edges[e]
            back, of_grad_fns = units.back(edge), model.nodes[edge.source].kind in ("backward", "accumulate")
            if len(model.nodes) <= LABELS_UP_TO:
                wording[e] = label_of(edge, arrows[of_grad_fns and not back], of_grad_fns, bool(units.pair))
                if wording[e]:
                    labels[k] = extent(wording[e], 4, 1)
            a, b = (edge.target, edge.source) if back else (edge.source, edge.target)
            pairs.append((units.unit[a], units.unit[b]))
            if units.place[a] is not None or units.place[b] is not None:
                ports[k] = (units.place[a], units.place[b])
        shape = (
            pairs,
            [self.inside[node.id] for node in units.nodes],
            [(parent, (text_width(text, "frame"), 16.0)) for parent, _, text in self.frames],
        )
        style = {
            "weights": [_WEIGHT.get(node.kind, 3) for node in units.nodes],
            "direction": self.direction,
            "rank_gap": 18 if labels else 28,
            "node_gap": 20 if self.top_down else 14,
        }
        sizes = units.sizes if room is None else self.sizes  # which a room may raise

        def place():
            return compound(sizes, *shape, labels=labels, ports=ports, **style)

        if room is None:
            return place(), labels, wording
        return room.fit((*shape, style, list(labels)), sizes, labels, place), labels, wording

    # -- what is painted -------------------------------------------------------------------------------------------

    def _moved(self, points):
        left, top = self.left, self.top
        return tuple([(round(x + left, 1), round(y + top, 1)) for x, y in points])

    def _box(self, node, centres):
        (x, y), aside = centres[self.units.unit[node.id]], self.units.place[node.id] or 0.0
        [(x, y)] = self._moved([(x + aside, y) if self.top_down else (x, y + aside)])
        return Box(
            x,
            y,
            *self.sizes[node.id],
            painted_as(node),
            node.is_result and self.many,
            tuple(map(tuple, self.contents[node.id])),
            "\n".join(describe(node, self.model)),
            node.id,
            any(s.state == "stale" for s in node.saved),
        )

    def _line(self, e, path, label, runs):
        edge = self.model.edges[e]
        label = (*self._moved([path.label])[0], *label) if path.label else None
        head = "down" if self.top_down else "right"
        return self._way(edge, path.points, head, label, tuple(map(tuple, runs)), say_edge(edge, self.model))

    def _way(self, edge, points, head, label=None, runs=(), hint=""):
        """The line along some points; those of the backward column run against the layout, and may share a trunk."""
        points = self._moved(points)
        if self.units.back(edge):
            whole = _meets(points[0], self.boxes[edge.target], self.top_down)
            points, head = points[::-1], ("up" if self.top_down else "left") if whole else ""
        return Line(points, _carries(self.model, edge), label, runs, hint, edge.kind, head)

    def _link(self, edge):
        """The line from an operation to its grad_fn beside it."""
        a, b = self.boxes[edge.source], self.boxes[edge.target]
        points = ((a.x + a.width / 2, a.y), (b.x - b.width / 2, b.y))
        if not self.top_down:
            points = ((a.x, a.y + a.height / 2), (b.x, b.y - b.height / 2))
        points = tuple((round(x, 1), round(y, 1)) for x, y in points)
        return Line(points, False, None, (), say_edge(edge, self.model), "link", "")

    def _frame(self, framed):
        [(x, y), (title_x, title_y)] = self._moved([(framed.x, framed.y), framed.title])
        _, kind, words = self.frames[framed.frame]
        return Frame(x, y, framed.width, framed.height, kind, words, title_x, title_y)


def _middle(ways):
    """The point half-way along the longest piece of some ways."""
    pieces = [piece for way in ways for piece in pairwise(way)]
    (x0, y0), (x1, y1) = max(pieces, key=lambda p: abs(p[1][0] - p[0][0]) + abs(p[1][1] - p[0][1]))
    return round((x0 + x1) / 2, 1), round((y0 + y1) / 2, 1)


def _carries(model, edge):
    """Whether a gradient goes along an edge."""
    source = model.nodes[edge.source]
    return edge.kind != "cut" and source.requires_grad and source.kind not in ("constant", "detached")


def _meets(point, box, top_down):
    """Whether a way begins at a box's side, and not at a trunk."""
    x, y = point
    return abs(y - box.y - box.height / 2) < 0.2 if top_down else abs(x - box.x - box.width / 2) < 0.2


def _key(words, width, margin, y):
    """The key's entries (what, word, x, y), in as many rows as the width asks for; and the y below."""
    key, x = [], margin
    for what, word in words:
        room = 26 + text_width(word, "soft") + 16
        if x > margin and x + room > width:
            x, y = margin, y + 20
        key.append((what, word, round(x, 1), round(y, 1)))
        x += room
    return tuple(key), y + 26 if key else y
