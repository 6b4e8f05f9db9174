"""A scene painted with matplotlib, for papers and slides, and for PNG and PDF files.

The only file of the laboratory that imports matplotlib. Leans on scene, and on svg for its colours and curves.
"""

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from .scene import STYLES, line_height
from .svg import COLOURS, MARKS, curve, hexagon, shortened

_POINT = 0.72  # a font of n CSS pixels, in a unit of 1/100 inch


def draw(scene, ax=None):
    """Paint the scene into ``ax``, or into a figure of its own that has the scene's size; the axes."""
    if ax is None:
        figure = Figure(figsize=(scene.width / 100, scene.height / 100), dpi=100, layout=None)
        ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, scene.width)
    ax.set_ylim(scene.height, 0)
    ax.set_aspect("equal")
    ax.axis("off")
    for line in scene.lines:
        _edge(ax, line, scene.direction)
    for line in scene.lines:
        if line.label:
            x, y, w, h = line.label
            _rounded(ax, x, y, w, h, 3, COLOURS["paper"][0], "none", 0, zorder=2)
            _runs(ax, line.lines, x, y)
    for box in scene.boxes:
        _shape(ax, box.kind, box.x, box.y, box.width, box.height, box.is_result)
        _runs(ax, box.lines, box.x, box.y)
    _text(ax, scene.title, "title", scene.width / 2, 30, centred=True)
    for what, word, x, y in scene.key:
        if what in MARKS:
            mark = MARKS[what][scene.direction == "LR"]
            _text(ax, mark, "grad" if what == "flow" else "soft", x + 9, y + 4, centred=True)
        else:
            w, h = (22, 17) if what == "result" else (18, 12)
            _shape(ax, "operation" if what == "result" else what, x + 9, y, w, h, what == "result")
        _text(ax, word, "soft", x + 24, y + 4)
    for text, y in scene.notes:
        _text(ax, text, "soft", 18, y)
    return ax


def _rounded(ax, x, y, w, h, radius, face, edge, width, dashes=None, zorder=3):
    patch = FancyBboxPatch(
        (x - w / 2, y - h / 2), w, h, boxstyle=f"round,pad=0,rounding_size={radius}", facecolor=face, edgecolor=edge,
        linewidth=width * _POINT, linestyle=(0, dashes) if dashes else "-", zorder=zorder,
    )  # fmt: skip
    ax.add_patch(patch)


def _tint(colour, strength):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(1 - strength * (1 - c) for c in channels)


def _shape(ax, kind, x, y, w, h, result):
    colour, outer = COLOURS[kind][0], (w, h)
    if result:
        w, h = w - 8, h - 8
    tint = _tint(colour, 0.07 if kind == "operation" else 0.13)
    if kind == "leaf":
        _rounded(ax, x, y, w, h, min(h / 2, 22) * 0.999, tint, colour, 2)
    elif kind == "parameter":
        corners = hexagon(x, y, w, h)
        ax.add_patch(
            Polygon(corners, closed=True, facecolor=tint, edgecolor=colour, linewidth=2 * _POINT, zorder=3)
        )
    elif kind == "constant":
        _rounded(ax, x, y, w, h, 4, tint, colour, 1.3, dashes=(4, 3))
    elif kind == "fold":
        _rounded(ax, x + 5, y - 5, w, h, 5, tint, colour, 1.2)
        _rounded(ax, x, y, w, h, 5, tint, colour, 1.4)
    else:
        _rounded(ax, x, y, w, h, 5, tint, colour, 1.3)
    if result:
        _rounded(ax, x, y, *outer, 8, "none", COLOURS["ink"][0], 1.6)


def _edge(ax, line, direction):
    way = shortened(line.points, direction)
    vertices, codes = [way[0]], [Path.MOVETO]
    for kind, *points in curve(way, direction):
        vertices += points
        codes += [Path.LINETO] if kind == "L" else [Path.CURVE4] * 3
    style = "-" if line.differentiable else (0, (3, 3))
    ax.add_patch(
        PathPatch(Path(vertices, codes), facecolor="none", edgecolor=COLOURS["line"][0], linestyle=style,
                  linewidth=(1.5 if line.differentiable else 1.2) * _POINT, zorder=1)
    )  # fmt: skip
    x, y = line.points[-1]
    head = (
        [(x, y), (x - 4, y - 8), (x + 4, y - 8)]
        if direction == "TB"
        else [(x, y), (x - 8, y - 4), (x - 8, y + 4)]
    )
    ax.add_patch(Polygon(head, closed=True, facecolor=COLOURS["line"][0], edgecolor="none", zorder=1))


def _glyphs(text, style):
    """The outline of a text at its size in pixels. Outlines scale with the axes, as boxes do."""
    from matplotlib.font_manager import FontProperties

    size, bold, _ = STYLES[style]
    face = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    # a dollar sign is a dollar sign, and not the start of a formula
    return TextPath((0, 0), text.replace("$", r"\$"), size=size, prop=face, usetex=False)


def _text(ax, text, style, x, y, centred=False):
    """A run of text with its baseline at (x, y); its width."""
    if not text:
        return 0.0
    path = _glyphs(text, style)
    width = _width(text, style)
    shift = Affine2D().scale(1, -1).translate(x - (width / 2 if centred else 0), y)
    ax.add_patch(
        PathPatch(shift.transform_path(path), facecolor=COLOURS[STYLES[style][2]][0], linewidth=0, zorder=4)
    )
    return width


def _width(text, style):
    """The advance of a text, blanks at its ends included."""
    mark = _glyphs("|", style).get_extents().width
    return _glyphs(f"|{text}|", style).get_extents().width - 2 * mark - _side(style)


def _side(style):
    """The room between two marks that stand side by side."""
    mark = _glyphs("|", style).get_extents().width
    return _glyphs("||", style).get_extents().width - 2 * mark


def _runs(ax, lines, x, y):
    top = y - sum(map(line_height, lines)) / 2
    for runs in lines:
        height = line_height(runs)
        base = top + height / 2 + max(STYLES[s][0] for _, s in runs) * 0.36
        total = sum(_width(t, s) for t, s in runs if t)
        at = x - total / 2
        for text, style in runs:
            at += _text(ax, text, style, at, base)
        top += height
