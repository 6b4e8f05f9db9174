"""A graph as boxes, lines and runs of text, measured and placed: what every painter paints.

Leans on model, layout and messages. Sizes are in CSS pixels. Widths of text are those of a wide typeface (DejaVu
Sans), so that whatever face the reader's machine has fits inside.
"""

import unicodedata
from dataclasses import dataclass

from ...messages import say
from ..layout import layered
from .text import describe, title

LABELS_UP_TO = 80  # nodes: beyond, edges carry no labels
CARDS_UP_TO = 150  # nodes: beyond, a box is one line

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
}
# fmt: on
_LINE = 1.36  # line height over size


@dataclass(frozen=True, slots=True)
class Box:
    """A node to paint: its centre, size, shape, lines of (text, style) runs, and what a pointer is told."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    is_result: bool
    lines: tuple[tuple[tuple[str, str], ...], ...]
    hint: str
    id: int


@dataclass(frozen=True, slots=True)
class Line:
    """An edge to paint: points to pass, whether a gradient can go there, its label's centre, size and lines."""

    points: tuple[tuple[float, float], ...]
    differentiable: bool
    label: tuple[float, float, float, float] | None
    lines: tuple[tuple[tuple[str, str], ...], ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All of it: a heading, boxes, lines, a key of the kinds that occur, and notes underneath."""

    width: float
    height: float
    title: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    key: tuple[tuple[str, str, float, float], ...]
    notes: tuple[tuple[str, float], ...]
    direction: str
    description: str


def painted_as(kind):
    """The kind whose shape and colour a node takes."""
    return {"detached": "operation", "backward": "operation", "accumulate": "leaf"}.get(kind, kind)


def text_width(text, style):
    """The width of a text in pixels, a little more than less."""
    size, bold, _ = STYLES[style]
    return sum(map(_advance, text)) * size * (1.08 if bold else 1.0)


def _advance(c):
    if c in "ijl.,:;|'!()[] ·":
        return 0.4
    if c in "mwMW@%…→":
        return 0.98
    if c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉":
        return 0.44
    if unicodedata.east_asian_width(c) in "WF":
        return 1.05
    return 0.7 if c.isupper() or c in "+=−∂∇<>≥≤×÷" else 0.64


def _size(lines, pad_x, pad_y):
    width = max((sum(text_width(t, s) for t, s in runs) for runs in lines), default=0.0)
    height = sum(line_height(runs) for runs in lines)
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


def _lines_of(node, compact):
    """What a box says."""
    if node.kind == "fold":
        return [[("⋯ ", "name"), (say("graph.fold", count=f"{node.count:,}".replace(",", " ")), "expr")]]
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
    if node.kind == "operation":
        head = (
            f"{node.symbol}  {node.op}" if node.symbol and node.symbol.lower() != node.op.lower() else node.op
        )
        lines = [[(head, "op")]]
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
    if node.grad_state == "stored":
        lines.append([("grad = " + _cut(node.grad_text), "grad")])
    elif node.grad_state == "passed":
        lines.append([(say("graph.adjoint") + " = " + _cut(node.grad_text), "grad")])
    elif node.grad_state == "pending" and node.kind in ("leaf", "parameter"):
        lines.append([("grad = None", "soft")])
    if any(s.state == "stale" for s in node.saved):
        lines.append([("⚠ " + say("graph.saved.stale"), "warn")])
    return lines


def _label_of(edge, arrow):
    """What an edge says: the local derivative, and the gradient that went back."""
    lines = []
    if edge.formula or edge.local_text:
        text = edge.formula or edge.local_text
        if edge.formula and edge.local_text and edge.local_text != edge.formula and len(edge.formula) <= 22:
            text = f"{edge.formula} = {edge.local_text}"
        mark = [] if "ḡ" in text else [("∂ ", "soft")]
        lines.append([*mark, (_cut(text, 36), "label")])
    if edge.flow_text:
        lines.append([(f"{arrow} {_cut(edge.flow_text, 26)}", "grad")])
    elif edge.state in ("freed", "stale") and not edge.local_text:
        lines.append([(say(f"graph.saved.{edge.state}"), "soft")])
    return lines


def compose(model, direction="TB"):
    """Measure, lay out and word a model: the :class:`Scene` that painters paint."""
    compact = len(model.nodes) > CARDS_UP_TO
    contents = [_lines_of(node, compact) for node in model.nodes]
    sizes = []
    for node, lines in zip(model.nodes, contents, strict=True):
        width, height = _size(
            lines, 12 if node.kind != "constant" else 9, 6 if node.kind != "constant" else 4
        )
        rim = 8.0 if node.is_result and len(model.nodes) > 1 else 0.0
        sizes.append((max(width, height if node.kind == "constant" else 56.0) + rim, height + rim))
    arrow = "↑" if direction == "TB" else "←"
    labels, wording = {}, {}
    if len(model.nodes) <= LABELS_UP_TO:
        for e, edge in enumerate(model.edges):
            wording[e] = _label_of(edge, arrow)
            if wording[e]:
                labels[e] = _size(wording[e], 4, 1)
    weight = {"operation": 3, "fold": 3, "leaf": 2, "parameter": 2, "constant": 1}
    placed = layered(
        sizes,
        [(e.source, e.target) for e in model.edges],
        labels=labels,
        weights=[weight[painted_as(n.kind)] for n in model.nodes],
        direction=direction,
        rank_gap=18 if labels else 28,
        node_gap=20 if direction == "TB" else 14,
    )
    margin, heading = 18.0, title(model)
    top = margin + 30.0
    kinds = [
        k
        for k in ("leaf", "parameter", "operation", "constant", "fold")
        if any(painted_as(n.kind) == k for n in model.nodes)
    ]
    words = [(kind, say(f"graph.kind.{kind}")) for kind in kinds]
    if any(n.is_result for n in model.nodes) and len(model.nodes) > 1:
        words.append(("result", say("graph.kind.result")))
    if any((e.formula or e.local_text) and "ḡ" not in e.formula for e in model.edges) and labels:
        words.append(("local", say("graph.key.local")))
    if any("ḡ" in e.formula for e in model.edges) and labels:
        words.append(("arriving", say("graph.key.arriving")))
    if any(e.flow_text for e in model.edges) and labels:
        words.append(("flow", say("graph.key.flow")))
    remarks = _notes(model)
    widest = max(
        [text_width(heading, "title"), *(min(text_width(r, "soft"), 560.0) for r in remarks), placed.width]
    )
    width = round(widest + 2 * margin, 1)
    left = round((width - placed.width) / 2, 1)
    boxes = tuple(
        Box(round(x + left, 1), round(y + top, 1), w, h, painted_as(node.kind), node.is_result and len(model.nodes) > 1,
            tuple(map(tuple, lines)), "\n".join(describe(node)), node.id)
        for node, (x, y), (w, h), lines in zip(model.nodes, placed.centres, sizes, contents, strict=True)
    )  # fmt: skip
    lines = tuple(
        Line(tuple((round(x + left, 1), round(y + top, 1)) for x, y in path.points),
             model.nodes[edge.source].kind != "constant",
             (round(path.label[0] + left, 1), round(path.label[1] + top, 1), *labels[e]) if path.label else None,
             tuple(map(tuple, wording.get(e, ()))), "")
        for e, (edge, path) in enumerate(zip(model.edges, placed.paths, strict=True))
    )  # fmt: skip
    key, y = _key(words, width, margin, top + placed.height + 26)
    notes = []
    for remark in remarks:
        for part in _wrapped(remark, width - 2 * margin):
            notes.append((part, y))
            y += 16
    return Scene(width, round(y + 6, 1), heading, boxes, lines, key, tuple(notes), direction,
                 say("graph.description", nodes=len(model.nodes), edges=len(model.edges)))  # fmt: skip


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
        notes.append(say("graph.note.folded", hidden=f"{model.hidden:,}".replace(",", " "),
                         total=f"{model.total:,}".replace(",", " ")))  # fmt: skip
    if not model.complete:
        notes.append(say("graph.note.more"))
    if any(n.value_from == "deduced" for n in model.nodes):
        notes.append(say("graph.note.deduced"))
    states = {e.state for e in model.edges} & {"freed"}
    if states and any(e.state == "freed" and not e.flow_text for e in model.edges):
        notes.append(say("graph.note.freed"))
    if any(s.state == "stale" for n in model.nodes for s in n.saved):
        notes.append(say("graph.note.stale"))
    return notes
