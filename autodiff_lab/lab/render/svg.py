"""A scene as SVG: a string to put into a page, a notebook or a file.

Colours are CSS variables of JupyterLab and VS Code with fallbacks of our own, light and dark; a viewer without CSS
variables sees the light ones. No ids, no scripts, no fonts from elsewhere, so many pictures fit on one page. Every
text is escaped here, and nowhere else. Leans on scene.
"""

from itertools import pairwise
from math import fsum

from .scene import Line
from .typeset import STYLES, line_height

# The colours of Okabe and Ito, told apart by the colour-blind: (light, dark).
# fmt: off
COLOURS = {
    "paper":     ("#ffffff", "#111418"),
    "ink":       ("#1b1f24", "#e8eaed"),
    "soft":      ("#5a636e", "#a3adb8"),
    "line":      ("#7b858f", "#8b96a2"),
    "grad":      ("#b34700", "#ff9b57"),
    "warn":      ("#a8005c", "#ff8ac4"),
    "leaf":      ("#0072b2", "#56b4e9"),
    "parameter": ("#00805d", "#3fd0a5"),
    "operation": ("#5a636e", "#a3adb8"),
    "constant":  ("#8a7500", "#e3c83a"),
    "fold":      ("#a0527f", "#d99bbf"),
    "detached":  ("#8a7500", "#e3c83a"),
    "backward":  ("#b34700", "#ff9b57"),
    "accumulate":("#b34700", "#ff9b57"),
    "order":     ("#6a4fa8", "#bda6f2"),
    "higher":    ("#6a4fa8", "#bda6f2"),
    "module":    ("#8a94a0", "#6f7a86"),
    "region":    ("#8a7500", "#e3c83a"),
}
# fmt: on
_HOST = {  # what the page around the picture calls these colours
    "paper": "var(--jp-layout-color0,var(--vscode-editor-background,{}))",
    "ink": "var(--jp-ui-font-color0,var(--vscode-editor-foreground,{}))",
    "soft": "var(--jp-ui-font-color2,{})",
}
MARKS = {
    "local": "∂∂",
    "arriving": ("ḡ", "ḡ"),
    "flow": "↑←",
}  # what the key shows for each, top-down and left-right
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Noto Sans','DejaVu Sans',sans-serif"


def _style():
    light = ";".join(f"--adl-{name}:{pair[0]}" for name, pair in COLOURS.items())
    dark = ";".join(f"--adl-{name}:{pair[1]}" for name, pair in COLOURS.items())
    rules = [
        f".adl-graph{{{light};max-width:100%;height:auto;font-family:{_FONT}}}",
        f"@media (prefers-color-scheme:dark){{.adl-graph{{{dark}}}}}",
        f"[data-jp-theme-light=true] .adl-graph{{{light}}}",
        f"[data-jp-theme-light=false] .adl-graph{{{dark}}}",
        f".vscode-dark .adl-graph,.dark .adl-graph,[data-theme=dark] .adl-graph,[theme=dark] .adl-graph{{{dark}}}",
        f".vscode-light .adl-graph,.light .adl-graph,[data-theme=light] .adl-graph{{{light}}}",
    ]
    for name in COLOURS:
        value = _HOST.get(name, "{}").format(f"var(--adl-{name})")
        rules.append(f".adl-graph .f-{name}{{fill:{value}}}.adl-graph .s-{name}{{stroke:{value}}}")
    return "".join(rules)


_STYLE = _style()


def escape(text):
    """Text for SVG and HTML, as content or inside a quoted attribute.

    >>> escape('<b title="x">&')
    '&lt;b title=&quot;x&quot;&gt;&amp;'
    """
    for mark, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(mark, name)
    return text


def _n(value):
    """A coordinate: at most one decimal, none if it is zero."""
    return f"{value:.1f}".removesuffix(".0")


def _fill(name):
    return f'class="f-{name}" fill="{COLOURS[name][0]}"'


def _corners(points):
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _stroke(name):
    return f'class="s-{name}" stroke="{COLOURS[name][0]}"'


def hexagon(x, y, w, h):
    """The corners of a parameter's box around its centre."""
    a, b = w / 2, w / 2 - min(12.0, h / 3)
    return [
        (x - b, y - h / 2),
        (x + b, y - h / 2),
        (x + a, y),
        (x + b, y + h / 2),
        (x - b, y + h / 2),
        (x - a, y),
    ]


def octagon(x, y, w, h):
    """The corners of a box with its corners cut, around its centre."""
    a, b, c = w / 2, h / 2, 8.0 if h > 24 else 4.0
    return [(x - a + c, y - b), (x + a - c, y - b), (x + a, y - b + c), (x + a, y + b - c),
            (x + a - c, y + b), (x - a + c, y + b), (x - a, y + b - c), (x - a, y - b + c)]  # fmt: skip


def scissors(x, y, r=5.0):
    """Open scissors around a point: two blades as segments, and the centres of two rings of radius 2.4."""
    blades = [
        ((x - r, y + 0.62 * r), (x + 1.5 * r, y - 0.8 * r)),
        ((x - r, y - 0.62 * r), (x + 1.5 * r, y + 0.8 * r)),
    ]
    return blades, [(x - r - 1.6, y + r), (x - r - 1.6, y - r)]


def arrow(line):
    """The corners of a line's head, () if it has none."""
    x, y = line.points[-1]
    dx, dy = {"down": (0, 1), "up": (0, -1), "right": (1, 0), "left": (-1, 0)}.get(line.head, (0, 0))
    if not dx and not dy:
        return ()
    return [(x, y), (x - 8 * dx - 4 * dy, y - 8 * dy - 4 * dx), (x - 8 * dx + 4 * dy, y - 8 * dy + 4 * dx)]


# how lines are drawn: (width, dashes)
STROKES = {
    "data": (1.5, ()),
    "constant": (1.2, (3, 3)),
    "cut": (1.5, (7, 5)),
    "write": (2.4, ()),
    "link": (1.2, (1.5, 3)),
}


def stroke_of(line):
    """The width and the dashes of a line."""
    return STROKES[line.kind if line.kind != "data" or line.differentiable else "constant"]


def _frame_shape(kind, x, y, w, h):
    rect = f'x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="{_n(min(9, h / 4))}"'
    strength, dash = (".05", "") if kind == "module" else (".1", ' stroke-dasharray="2 3"')
    return (f'<rect {rect} class="f-{kind} s-{kind}" fill="{COLOURS[kind][0]}" fill-opacity="{strength}" '
            f'stroke="{COLOURS[kind][0]}" stroke-width="1"{dash}/>')  # fmt: skip


def _frame(frame):
    size, _, colour = STYLES["frame"]
    return _frame_shape(frame.kind, frame.x, frame.y, frame.width, frame.height) + (
        f'<text x="{_n(frame.title_x)}" y="{_n(frame.title_y + 4)}" font-size="{_n(size)}" font-weight="600" '
        f"{_fill(colour)}>{escape(frame.title)}</text>"
    )


def _scissors(x, y):
    blades, rings = scissors(x, y)
    paths = "".join(f"M{_n(a)} {_n(b)}L{_n(c)} {_n(d)}" for (a, b), (c, d) in blades)
    circles = "".join(f'<circle cx="{_n(a)}" cy="{_n(b)}" r="2.4"/>' for a, b in rings)
    ground = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="10" {_fill("paper")}/>'
    style = f'{_stroke("ink")} fill="none" stroke-width="1.3" stroke-linecap="round"'
    return f'{ground}<g {style}><path d="{paths}"/>{circles}</g>'


# how outlines are drawn: (strength of the tint, width, dashes)
OUTLINES = {
    "leaf": (".13", "2", ""),
    "parameter": (".13", "2", ""),
    "operation": (".07", "1.3", ""),
    "higher": (".09", "1.5", ""),
    "constant": (".13", "1.3", ' stroke-dasharray="4 3"'),
    "detached": (".13", "1.3", ' stroke-dasharray="4 3"'),
    "backward": (".09", "1.4", ""),
    "accumulate": (".09", "1.4", ""),
    "fold": (".13", "1.4", ""),
}


def radius(kind, h):
    """How round the corners of a box of a kind are."""
    return {
        "leaf": min(h / 2, 22),
        "accumulate": min(h / 2, 16),
        "detached": 12,
        "constant": 4,
        "backward": 4,
    }.get(kind, 5)


def _shape(kind, x, y, w, h, *, result=False):
    """The outline of a box around a centre, on paper: the kind is told by the shape, and by the colour."""
    outer, (w, h) = (w, h), (w - 8, h - 8) if result else (w, h)
    left, top, colour = x - w / 2, y - h / 2, COLOURS[kind][0]
    if kind == "region":
        return _frame_shape(kind, left, top, w, h)
    strength, width, dash = OUTLINES[kind]
    paint = f'class="f-{kind} s-{kind}" fill="{colour}" fill-opacity="{strength}" stroke="{colour}"'
    if kind in ("parameter", "higher"):
        outline = f'polygon points="{_corners((hexagon if kind == "parameter" else octagon)(x, y, w, h))}"'
    else:
        outline = (
            f'rect x="{_n(left)}" y="{_n(top)}" width="{_n(w)}" height="{_n(h)}" rx="{_n(radius(kind, h))}"'
        )
    out = f'<{outline} {_fill("paper")}/><{outline} {paint} stroke-width="{width}"{dash}/>'
    if kind == "fold":  # something lies behind
        shifted = f'x="{_n(left + 5)}" y="{_n(top + 5)}" width="{_n(w)}" height="{_n(h)}" rx="5"'
        out = f'<rect {shifted} {_fill("paper")}/><rect {shifted} {paint} stroke-width="1.2"/>' + out
    elif kind in ("backward", "accumulate"):
        inset, rise = (5, 0) if kind == "backward" else (9, 2)
        bars = "".join(
            f"M{_n(at)} {_n(top + rise)}V{_n(top + h - rise)}" for at in (left + inset, left + w - inset)
        )
        out += f'<path d="{bars}" {_stroke(kind)} stroke-width="1.2"/>'
    if result:
        grown = f'x="{_n(left - 4)}" y="{_n(top - 4)}" width="{_n(outer[0])}" height="{_n(outer[1])}"'
        rounded = 26 if kind in ("leaf", "parameter") else 8
        out += f'<rect {grown} rx="{rounded}" {_stroke("ink")} fill="none" stroke-width="1.6"/>'
    return out


def _runs(lines, x, y):
    """Lines of runs, centred on (x, y)."""
    out, top = [], y - fsum(map(line_height, lines)) / 2
    for runs in lines:
        height = line_height(runs)
        base = top + height / 2 + max(STYLES[s][0] for _, s in runs) * 0.36
        spans = []
        for text, style in runs:
            size, bold, colour = STYLES[style]
            weight = ' font-weight="600"' if bold else ""
            spans.append(f'<tspan {_fill(colour)} font-size="{_n(size)}"{weight}>{escape(text)}</tspan>')
        place = f'x="{_n(x)}" y="{_n(base)}" text-anchor="middle"'
        out.append(f'<text {place} xml:space="preserve">{"".join(spans)}</text>')
        top += height
    return "".join(out)


def curve(points, direction):
    """The segments of a smooth way through points: ("L", end) or ("C", control, control, end)."""
    segments = []
    for (x0, y0), (x1, y1) in pairwise(points):
        if direction == "TB":
            straight, m = abs(x0 - x1) < 0.05, (y0 + y1) / 2
            segments.append(("L", (x1, y1)) if straight else ("C", (x0, m), (x1, m), (x1, y1)))
        else:
            straight, m = abs(y0 - y1) < 0.05, (x0 + x1) / 2
            segments.append(("L", (x1, y1)) if straight else ("C", (m, y0), (m, y1), (x1, y1)))
    return segments


def shortened(line, by=6.0):
    """The way of a line without the length of its head."""
    (x, y), rest = line.points[-1], line.points[:-1]
    dx, dy = {"down": (0, 1), "up": (0, -1), "right": (1, 0), "left": (-1, 0)}.get(line.head, (0, 0))
    return (*rest, (x - by * dx, y - by * dy))


def _edge(line, direction):
    way = shortened(line)
    d = f"M{_n(way[0][0])} {_n(way[0][1])}"
    for kind, *points in curve(way, direction):
        d += kind + " ".join(f"{_n(a)} {_n(b)}" for a, b in points)
    width, dashes = stroke_of(line)
    dash = f' stroke-dasharray="{" ".join(map(_n, dashes))}"' if dashes else ""
    path = f'<path d="{d}" {_stroke("line")} fill="none" stroke-width="{_n(width)}"{dash}/>'
    head = arrow(line)
    if head:
        path += f'<polygon points="{_corners(head)}" {_fill("line")}/>'
    return f"<g><title>{escape(line.hint)}</title>{path}</g>" if line.hint else path


def _label(line):
    x, y, w, h = line.label
    ground = f'<rect x="{_n(x - w / 2)}" y="{_n(y - h / 2)}" width="{_n(w)}" height="{_n(h)}" rx="3" {_fill("paper")}/>'
    return ground + _runs(line.lines, x, y)


def key_line(kind, x, y):
    """The piece of line that the key shows."""
    return Line(((x - 3, y), (x + 21, y)), True, None, (), "", kind, "" if kind == "link" else "right")


def _key(scene):
    out = []
    for what, word, x, y in scene.key:
        if what in MARKS:
            mark, colour = MARKS[what][scene.direction == "LR"], "grad" if what == "flow" else "soft"
            place = f'x="{_n(x + 9)}" y="{_n(y + 4)}" text-anchor="middle"'
            out.append(f'<text {place} font-size="12" {_fill(colour)}>{mark}</text>')
        elif what in ("cut", "write", "link"):
            out.append(_edge(key_line(what, x, y), "LR") + (_scissors(x + 9, y) if what == "cut" else ""))
        else:
            kind = "operation" if what == "result" else what
            out.append(_shape(kind, x + 9, y, 22 if what == "result" else 18, 17 if what == "result" else 12,
                              result=what == "result"))  # fmt: skip
        out.append(
            f'<text x="{_n(x + 24)}" y="{_n(y + 4)}" font-size="11" {_fill("soft")}>{escape(word)}</text>'
        )
    return "".join(out)


def to_svg(scene):
    """The scene as one ``<svg>`` element, a string without line breaks at its ends; the same bytes every time."""
    w, h = _n(scene.width), _n(scene.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="adl-graph" role="img" aria-label="{escape(scene.title)}" '
        f'width="{w}" height="{h}" viewBox="0 0 {w} {h}" font-family="{escape(_FONT)}">',
        f"<title>{escape(scene.title)}</title><desc>{escape(scene.description)}</desc><style>{_STYLE}</style>",
        f'<rect width="{w}" height="{h}" {_fill("paper")}/>',
        f'<text x="{_n(scene.width / 2)}" y="30" text-anchor="middle" font-size="15" font-weight="600" {_fill("ink")}>'
        f"{escape(scene.title)}</text>",
    ]
    parts += [_frame(frame) for frame in scene.frames]
    parts += [_edge(line, scene.direction) for line in (*scene.stubs, *scene.lines)]
    parts += [_scissors(x, y) for x, y in scene.cuts]
    parts += [_label(line) for line in scene.lines if line.label]
    for box in scene.boxes:
        if box.warns:
            x, y, w, h = box.x - box.width / 2 - 4, box.y - box.height / 2 - 4, box.width + 8, box.height + 8
            parts.append(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="9" {_stroke("warn")} '
                         'fill="none" stroke-width="2" stroke-dasharray="6 3"/>')  # fmt: skip
        shape = _shape(box.kind, box.x, box.y, box.width, box.height, result=box.is_result)
        parts.append(f"<g><title>{escape(box.hint)}</title>{shape}{_runs(box.lines, box.x, box.y)}</g>")
    parts.append(_key(scene))
    for text, y in scene.notes:
        parts.append(f'<text x="18" y="{_n(y)}" font-size="11" {_fill("soft")}>{escape(text)}</text>')
    return "\n".join([*parts, "</svg>"])
