"""A scene painted with matplotlib, for papers and slides, and for PNG and PDF files.

The only file of the laboratory that imports matplotlib. Leans on scene, and on svg for its colours and curves.
"""

from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from .svg import COLOURS, MARKS, arrow, curve, hexagon, key_line, octagon, scissors, shortened, stroke_of
from .typeset import STYLES, line_height

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
    for frame in scene.frames:
        _frame(
            ax, frame.kind, frame.x + frame.width / 2, frame.y + frame.height / 2, frame.width, frame.height
        )
        _text(ax, frame.title, "frame", frame.title_x, frame.title_y + 4)
    for line in (*scene.stubs, *scene.lines):
        _edge(ax, line, scene.direction)
    for x, y in scene.cuts:
        _scissors(ax, x, y)
    for line in scene.lines:
        if line.label:
            x, y, w, h = line.label
            _rounded(ax, x, y, w, h, 3, COLOURS["paper"][0], "none", 0, zorder=2)
            _runs(ax, line.lines, x, y)
    for box in scene.boxes:
        if box.warns:
            _rounded(
                ax,
                box.x,
                box.y,
                box.width + 8,
                box.height + 8,
                9,
                "none",
                COLOURS["warn"][0],
                2,
                dashes=(6, 3),
            )
        _shape(ax, box.kind, box.x, box.y, box.width, box.height, box.is_result)
        _runs(ax, box.lines, box.x, box.y)
    _text(ax, scene.title, "title", scene.width / 2, 30, centred=True)
    for what, word, x, y in scene.key:
        if what in MARKS:
            mark = MARKS[what][scene.direction == "LR"]
            _text(ax, mark, "grad" if what == "flow" else "soft", x + 9, y + 4, centred=True)
        elif what in ("cut", "write", "link"):
            _edge(ax, key_line(what, x, y), "LR")
            if what == "cut":
                _scissors(ax, x + 9, y)
        elif what == "region":
            _frame(ax, what, x + 9, y, 18, 12)
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
    elif kind in ("constant", "detached"):
        _rounded(
            ax, x, y, w, h, 4 if kind == "constant" else min(12, h / 2), tint, colour, 1.3, dashes=(4, 3)
        )
    elif kind == "higher":
        ax.add_patch(
            Polygon(octagon(x, y, w, h), closed=True, facecolor=_tint(colour, 0.09), edgecolor=colour,
                    linewidth=1.5 * _POINT, zorder=3)
        )  # fmt: skip
    elif kind in ("backward", "accumulate"):
        radius, inset, rise = (4, 5, 0) if kind == "backward" else (min(h / 2, 16) * 0.999, 9, 2)
        _rounded(ax, x, y, w, h, radius, _tint(colour, 0.09), colour, 1.4)
        for at in (x - w / 2 + inset, x + w / 2 - inset):
            _stroke(ax, [(at, y - h / 2 + rise), (at, y + h / 2 - rise)], colour, 1.2, zorder=3)
    elif kind == "fold":
        _rounded(ax, x + 5, y + 5, w, h, 5, tint, colour, 1.2)
        _rounded(ax, x, y, w, h, 5, tint, colour, 1.4)
    else:
        _rounded(ax, x, y, w, h, 5, tint, colour, 1.3)
    if result:
        _rounded(ax, x, y, *outer, 8, "none", COLOURS["ink"][0], 1.6)


def _stroke(ax, points, colour, width, zorder):
    codes = [Path.MOVETO] + [Path.LINETO] * (len(points) - 1)
    ax.add_patch(
        PathPatch(
            Path(points, codes), facecolor="none", edgecolor=colour, linewidth=width * _POINT, zorder=zorder
        )
    )


def _frame(ax, kind, x, y, w, h):
    strength, dashes = (0.05, None) if kind == "module" else (0.1, (2, 3))
    _rounded(
        ax,
        x,
        y,
        w,
        h,
        min(9, h / 4),
        _tint(COLOURS[kind][0], strength),
        COLOURS[kind][0],
        1,
        dashes,
        zorder=0.5,
    )


def _scissors(ax, x, y):
    blades, rings = scissors(x, y)
    ax.add_patch(Circle((x, y), 10, facecolor=COLOURS["paper"][0], linewidth=0, zorder=1.5))
    for blade in blades:
        _stroke(ax, blade, COLOURS["ink"][0], 1.3, zorder=1.6)
    for ring in rings:
        ax.add_patch(
            Circle(
                ring, 2.4, facecolor="none", edgecolor=COLOURS["ink"][0], linewidth=1.3 * _POINT, zorder=1.6
            )
        )


def _edge(ax, line, direction):
    way = shortened(line)
    vertices, codes = [way[0]], [Path.MOVETO]
    for kind, *points in curve(way, direction):
        vertices += points
        codes += [Path.LINETO] if kind == "L" else [Path.CURVE4] * 3
    width, dashes = stroke_of(line)
    ax.add_patch(
        PathPatch(Path(vertices, codes), facecolor="none", edgecolor=COLOURS["line"][0], linewidth=width * _POINT,
                  linestyle=(0, tuple(d / width for d in dashes)) if dashes else "-", zorder=1)
    )  # fmt: skip
    head = arrow(line)
    if head:
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
    width = _width(text, style) if text else 0.0
    if not text.strip():  # blanks have no outline
        return width
    path = _glyphs(text, style)
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
