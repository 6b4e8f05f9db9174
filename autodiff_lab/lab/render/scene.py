"""A graph as boxes, lines and runs of text, measured and placed: what every painter paints.

Leans on model, layout and messages. Sizes are in CSS pixels. Widths of text are those of a wide typeface (DejaVu
Sans), so that whatever face the reader's machine has fits inside.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile
from math import fsum  # sum() rounds otherwise before Python 3.12

from ...messages import say
from ..layout import compound
from ..topology import components
from .text import (
    contributions,
    deductions,
    describe,
    fold_words,
    folded,
    overview,
    region,
    say_edge,
    stale_words,
    title,
)

LABELS_UP_TO = 80  # nodes: beyond, edges carry no labels
CARDS_UP_TO = 150  # nodes: beyond, a box is one line

PAIR_GAP = 34.0  # between an operation and the grad_fn beside it

# Styles of a run of text: size in pixels, weight, and the name of its colour.
# fmt: off
STYLES = {
    "title": (15.0, True,  "ink"),
    "op":    (11.0, False, "soft"),
    "name":  (14.0, True,  "ink"),
    "expr":  (13.0, False, "ink"),
    "value": (14.0, True,  "ink"),
    "soft":  (11.0, False, "soft"),
    "grad":  (12.0, True,  "grad"),
    "label": (11.5, False, "ink"),
    "warn":  (11.0, True,  "warn"),
    "frame": (11.5, True,  "soft"),
    "tag":   (10.5, True,  "order"),
}
# fmt: on
_LINE = 1.36  # line height over size


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


def painted_as(node):
    """The name of a node's shape."""
    return "higher" if node.order and node.kind == "operation" else node.kind


@lru_cache(4096)
def text_width(text, style):
    """The width of a text in pixels, a little more than less."""
    size, bold, _ = STYLES[style]
    return sum(map(_advance, text)) * size * (108 if bold else 100) / 1e4


@lru_cache(None)
def _advance(c):
    """How wide a character is, in hundredths of the size: whole numbers, so that every Python adds them up alike."""
    if c in "ijl.,:;|'!()[] ·":
        return 40
    if c in "mwMW@%…→":
        return 98
    if c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉":
        return 44
    if unicodedata.east_asian_width(c) in "WF":
        return 105
    return 70 if c.isupper() or c in "+=−∂∇<>≥≤×÷" else 64


def _size(lines, pad_x, pad_y):
    width = max((fsum(text_width(t, s) for t, s in runs) for runs in lines), default=0.0)
    height = fsum(line_height(runs) for runs in lines)
    return round(width + 2 * pad_x, 1), round(height + 2 * pad_y, 1)


def line_height(runs):
    """The height of a line of runs: that of its tallest."""
    return max(STYLES[s][0] for _, s in runs) * _LINE


def _cut(text, most=34):
    return text if len(text) <= most else text[: most - 1] + "…"


def _wide(node):
    return node.shape is not None and node.shape != ()


def _shape_line(node):
    text = f"{list(node.shape)} {node.dtype}"
    return [(text, "soft")]


def _lines_of(node, compact, model, written):
    """What a box says; ``written`` are the nodes that have to do with writing in place."""
    if node.kind == "fold":
        words = fold_words(node)
        if node.name and node.name != "⋯":
            return [[(_cut(node.name), "name")], [("⋯ " + words, "expr")]]
        return [[("⋯ ", "name"), (words, "expr")]]
    if node.kind in ("backward", "accumulate"):
        return _backward_lines(node)
    known = bool(node.value_text)
    value = [(" = ", "soft"), (_cut(node.value_text), "value")] if known else []
    if node.kind == "constant" and not node.name:
        return [
            [(_cut(node.value_text) if known else "?", "value")],
            *([_shape_line(node)] if _wide(node) else []),
        ]
    main = [(_cut(node.name, 28), "name")]
    if compact:
        return [[*main, (f"  {node.symbol or node.op}" if node.op else "", "op"), *value]]
    if node.kind in ("operation", "detached"):
        head = (
            f"{node.symbol}  {node.op}" if node.symbol and node.symbol.lower() != node.op.lower() else node.op
        )
        lines = [[(head, "op")]]
        if node.order:
            lines[0] += [("   ", "op"), (say("graph.order", order=node.order), "tag")]
        if node.expression and len(node.expression) <= 34:
            main += [(" = ", "soft"), (node.expression, "expr")]
        if _wide(node):
            lines += [main, _shape_line(node)]
            lines += [[(_cut(node.value_text), "value")]] if known else []
        else:
            lines += [[*main, *value]]
    elif _wide(node):
        lines = [main, _shape_line(node)] + ([[(_cut(node.value_text), "value")]] if known else [])
    else:
        lines = [[*main, *value]]
    if node.version and node.id in written:
        lines.append([(f"_version = {node.version}", "soft")])
    if node.grad_state == "stored":
        lines.append([("grad = " + _cut(contributions(node, model), 40), "grad")])
    elif node.grad_state == "passed":
        lines.append([(say("graph.adjoint") + " = " + _cut(contributions(node, model), 40), "grad")])
    elif node.grad_state == "pending" and node.kind in ("leaf", "parameter"):
        lines.append([("grad = None", "soft")])
    lines += [[("⚠ " + stale_words(s), "warn")] for s in node.saved if s.state == "stale"]
    return lines


def _backward_lines(node):
    """What the box of a grad_fn says: its name, and what it keeps for its derivative."""
    lines = [[(_cut(node.name, 30), "name")]]
    if node.kind == "accumulate":
        text = {"stored": node.grad_text, "pending": "None"}.get(node.grad_state, "")
        lines.append(
            [(_cut(f"{node.expression} = {text}" if text else node.expression), "grad" if text else "soft")]
        )
    for saved in node.saved[:3]:
        words = saved.shown if saved.state == "kept" else say(f"graph.saved.{saved.state}")
        stale = saved.state == "stale"
        text = "⚠ " + stale_words(saved) if stale else f"{saved.name} = {words}" if words else saved.name
        lines.append([(_cut(text), "warn" if stale else "soft")])
    return lines


def _label_of(edge, arrow, back, linked):
    """What an edge says: the local derivative, and the gradient that went back; each once in the ``linked`` view."""
    if edge.kind == "write":
        return [[(say("graph.edge.write"), "soft")]]
    if edge.kind != "data":
        return []
    lines = []
    if (edge.formula or edge.local_text) and not (back and linked):
        formula = "" if edge.formula == "⋯" else edge.formula  # it goes into a fold
        text = formula or edge.local_text
        if formula and edge.local_text and edge.local_text != edge.formula and len(edge.formula) <= 22:
            text = f"{edge.formula} = {edge.local_text}"
        mark = [] if "ḡ" in text else [("∂ ", "soft")]
        if text:
            lines.append([*mark, (_cut(text, 36), "label")])
    if edge.flow_text and (back or not linked):
        lines.append([(f"{arrow} {_cut(edge.flow_text, 26)}", "grad")])
    elif edge.state in ("freed", "stale") and not edge.local_text and not (back and linked):
        lines.append([(say(f"graph.saved.{edge.state}"), "soft")])
    return lines


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


_KINDS = (
    "leaf",
    "parameter",
    "operation",
    "higher",
    "detached",
    "constant",
    "backward",
    "accumulate",
    "fold",
)
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
    compact, top_down = len(model.nodes) > CARDS_UP_TO, direction == "TB"
    written = {i for e in model.edges if e.kind == "write" for i in (e.source, e.target)}
    contents = [_lines_of(node, compact, model, written) for node in model.nodes]
    sizes = []
    for node, lines in zip(model.nodes, contents, strict=True):
        plain = node.kind == "constant"
        width, height = _size(
            lines, 9 if plain else 14 if node.kind in ("backward", "accumulate") else 12, 4 if plain else 6
        )
        rim = 8.0 if node.is_result and len(model.nodes) > 1 else 0.0
        sizes.append((max(width, height if plain else 56.0) + rim, height + rim))
    units = _Units(model, sizes, 0 if top_down else 1)
    drawn = [e for e, edge in enumerate(model.edges) if edge.kind != "link"]
    labels, wording, ports, pairs = {}, {}, {}, []
    arrows = "↑↓" if top_down else "←→"
    for k, e in enumerate(drawn):
        edge = model.edges[e]
        back, of_grad_fns = units.back(edge), model.nodes[edge.source].kind in ("backward", "accumulate")
        if len(model.nodes) <= LABELS_UP_TO:
            wording[e] = _label_of(edge, arrows[of_grad_fns and not back], of_grad_fns, bool(units.pair))
            if wording[e]:
                labels[k] = _size(wording[e], 4, 1)
        a, b = (edge.target, edge.source) if back else (edge.source, edge.target)
        pairs.append((units.unit[a], units.unit[b]))
        if units.place[a] is not None or units.place[b] is not None:
            ports[k] = (units.place[a], units.place[b])
    frames, inside = _frames_of(model)
    shape = (
        pairs,
        [inside[node.id] for node in units.nodes],
        [(parent, (text_width(text, "frame"), 16.0)) for parent, _, text in frames],
    )
    weights = [_WEIGHT.get(node.kind, 3) for node in units.nodes]

    def place():
        return compound(
            units.sizes,
            *shape,
            labels=labels,
            weights=weights,
            direction=direction,
            rank_gap=18 if labels else 28,
            node_gap=20 if top_down else 14,
            ports=ports,
        )

    if room is None:
        placed = place()
    else:
        units.sizes = sizes
        placed = room.fit((*shape, weights, direction, list(labels)), sizes, labels, place)
    margin, heading = 18.0, title(model)
    remarks, words = _notes(model), _key_words(model, labels, frames)
    widest = max(
        [
            text_width(heading, "title"),
            *(min(text_width(r, "soft"), 560.0) for r in remarks),
            *(text_width(word, "soft") + 26 for _, word in words),
            placed.width,
        ]
    )
    width = round(widest + 2 * margin, 1)
    left, top = round((width - placed.width) / 2, 1), margin + 30.0

    def moved(points):
        return tuple((round(x + left, 1), round(y + top, 1)) for x, y in points)

    boxes = []
    for node, (w, h), lines in zip(model.nodes, sizes, contents, strict=True):
        x, y = placed.centres[units.unit[node.id]]
        aside = units.place[node.id] or 0.0
        [(x, y)] = moved([(x + aside, y) if top_down else (x, y + aside)])
        stale = any(s.state == "stale" for s in node.saved)
        result = node.is_result and len(model.nodes) > 1
        boxes.append(Box(x, y, w, h, painted_as(node), result, tuple(map(tuple, lines)),
                         "\n".join(describe(node, model)), node.id, stale))  # fmt: skip
    forth, back = ("down", "up") if top_down else ("right", "left")
    lines = {}
    for k, e in enumerate(drawn):
        edge, path = model.edges[e], placed.paths[k]
        points, head = moved(path.points), forth
        if units.back(edge):
            head = back if _meets(points[0], boxes[edge.target], top_down) else ""
            points = points[::-1]
        label = (*moved([path.label])[0], *labels[k]) if path.label else None
        runs = tuple(map(tuple, wording.get(e, ())))
        lines[e] = Line(points, _carries(model, edge), label, runs, say_edge(edge, model), edge.kind, head)
    for e, edge in enumerate(model.edges):
        if e not in lines:
            a, b = boxes[edge.source], boxes[edge.target]
            points = ((a.x + a.width / 2, a.y), (b.x - b.width / 2, b.y))
            if not top_down:
                points = ((a.x, a.y + a.height / 2), (b.x, b.y - b.height / 2))
            points = tuple((round(x, 1), round(y, 1)) for x, y in points)
            lines[e] = Line(points, False, None, (), say_edge(edge, model), "link", "")
    stubs, ways = [], {}
    for k, points in placed.stubs:
        edge, points = model.edges[drawn[k]], moved(points)
        whole = units.back(edge) and _meets(points[0], boxes[edge.target], top_down)
        ways.setdefault(drawn[k], []).append(points)
        stubs.append(Line(points[::-1] if units.back(edge) else points, _carries(model, edge), None, (), "", edge.kind,
                          back if whole else ""))  # fmt: skip
    cuts = [
        _middle(ways.get(e) or [lines[e].points]) for e, edge in enumerate(model.edges) if edge.kind == "cut"
    ]
    shown = []
    for f in placed.frames:
        [(x, y), (title_x, title_y)] = moved([(f.x, f.y), f.title])
        shown.append(Frame(x, y, f.width, f.height, frames[f.frame][1], frames[f.frame][2], title_x, title_y))
    key, y = _key(words, width, margin, top + placed.height + 26)
    notes = []
    for remark in remarks:
        for part in _wrapped(remark, width - 2 * margin):
            notes.append((part, y))
            y += 16
    return Scene(width, round(y + 6, 1), heading, tuple(boxes), tuple(lines[e] for e in range(len(model.edges))), key,
                 tuple(notes), direction, overview(model), tuple(shown), tuple(stubs), tuple(cuts))  # fmt: skip


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


def _key_words(model, labels, frames):
    """What the key explains: only what occurs."""
    kinds = {painted_as(n) for n in model.nodes}
    words = [(kind, say(f"graph.kind.{kind}")) for kind in _KINDS if kind in kinds]
    if any(n.is_result for n in model.nodes) and len(model.nodes) > 1:
        words.append(("result", say("graph.kind.result")))
    if any(kind == "region" for _, kind, _ in frames):
        words.append(("region", say("graph.kind.region")))
    for kind in ("cut", "write", "link"):
        if any(e.kind == kind for e in model.edges):
            words.append((kind, say(f"graph.key.{kind}")))
    told = [e for e in model.edges if e.kind == "data"] if labels else []
    if any((e.formula or e.local_text) and "ḡ" not in e.formula for e in told):
        words.append(("local", say("graph.key.local")))
    if any("ḡ" in e.formula for e in told):
        words.append(("arriving", say("graph.key.arriving")))
    if any(e.flow_text for e in told):
        words.append(("flow", say("graph.key.flow")))
    return words


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


def _wrapped(text, width):
    rows, row = [], ""
    for word in text.split():
        longer = f"{row} {word}".strip()
        if row and text_width(longer, "soft") > width:
            rows.append(row)
            longer = word
        row = longer
    return [*rows, row]


def _notes(model):
    """What the picture has to admit, in words."""
    notes = []
    if model.hidden:
        notes.append(folded(model))
    if not model.complete:
        notes.append(say("graph.note.more"))
    notes += deductions(model)
    states = {e.state for e in model.edges} & {"freed"}
    if states and any(e.state == "freed" and not e.flow_text for e in model.edges):
        notes.append(say("graph.note.freed"))
    if any(s.state == "stale" for n in model.nodes for s in n.saved):
        notes.append(say("graph.note.stale"))
    return notes
