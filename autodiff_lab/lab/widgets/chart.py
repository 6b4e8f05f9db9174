"""Curves as SVG, for pages in which no script runs. Leans on svg for colours and escaping."""

import numpy as np

from ..formulas import number_text
from ..render.svg import COLOURS, escape

HUES = ("leaf", "grad", "parameter", "fold", "constant")
DASHES = ("", "", "9 5", "2 5", "10 4 2 4")
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
_SIDE, _TOP, _FOOT, _GAP = 54, 40, 24, 18


def bounds(rows):
    """A range of y that shows curves well: all of them if they are tame, else what most of their points need."""
    values = np.concatenate([np.ravel(r) for r in rows])
    values = values[np.isfinite(values)]
    if not values.size:
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    a, b = (float(v) for v in np.quantile(values, (0.03, 0.97)))
    if high - low > 8 * max(b - a, 1e-12):  # poles: what the middle needs
        low, high = a - 0.6 * (b - a), b + 0.6 * (b - a)
    if high - low < 1e-9 * max(1.0, abs(low)):
        low, high = low - 1, high + 1
    room = 0.07 * (high - low)
    return low - room, high + room


def places(low, high, most=6):
    """Round places between two numbers, at most about ``most`` of them.

    >>> places(-4, 4), places(0, 1, 3)
    ([-4.0, -2.0, 0.0, 2.0, 4.0], [0.0, 0.5, 1.0])
    """
    raw = (high - low) / most
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= raw * (1 - 1e-9))
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def chart(title, panels, width=680):
    """Panels of curves, one under the other, on one range of x.

    Args:
        title: the heading, and the picture's name for screen readers.
        panels: dicts with ``height``, ``x`` and ``y`` (pairs), ``marks``, (x, y) pairs of kinks, and ``curves``: dicts
            with ``name``, ``x``, ``y``, ``hue`` (a place in ``HUES``), ``dash`` (a place in ``DASHES``) and, where the
            curve may break, ``breaks``.
    """
    height = _TOP + sum(p["height"] + _FOOT + _GAP + 16 for p in panels)
    parts, y = [], _TOP
    for panel in panels:
        parts.append(_panel(panel, width, y))
        y += panel["height"] + _FOOT + _GAP + 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" font-family="{escape(_FONT)}" font-size="12">'
        f'<title>{escape(title)}</title><rect width="{width}" height="{height}" fill="{COLOURS["paper"][0]}"/>'
        f'<text x="{_SIDE}" y="22" font-size="15" font-weight="600" fill="{COLOURS["ink"][0]}">{escape(title)}</text>'
        f"{''.join(parts)}</svg>"
    )


def _panel(panel, width, top):
    (x0, x1), (y0, y1), height = panel["x"], panel["y"], panel["height"]
    top += 16
    right = width - 16

    def px(x):
        return _SIDE + (x - x0) / (x1 - x0) * (right - _SIDE)

    def py(y):
        return top + height - (y - y0) / (y1 - y0) * height

    line = COLOURS["line"][0]
    out = []
    at = _SIDE
    for curve in panel["curves"]:  # the key stands above
        colour, dash = COLOURS[HUES[curve["hue"]]][0], DASHES[curve["dash"]]
        out.append(
            f'<path d="M{at:.1f} {top - 12}h22" stroke="{colour}" stroke-width="2.4" stroke-dasharray="{dash}"/>'
        )
        out.append(_text(at + 28, top - 8, curve["name"], "start", "ink"))
        at += 28 + 8 * len(curve["name"]) + 18
    for x in places(x0, x1, 8):
        out.append(f'<path d="M{px(x):.1f} {top}v{height}" {_rule(x)}/>')
        out.append(_text(px(x), top + height + 16, _n(x), "middle"))
    for y in places(y0, y1, max(2, height // 44)):
        out.append(f'<path d="M{_SIDE} {py(y):.1f}H{right}" {_rule(y)}/>')
        out.append(_text(_SIDE - 7, py(y) + 4, _n(y), "end"))
    out.append(f'<rect x="{_SIDE}" y="{top}" width="{right - _SIDE}" height="{height}" fill="none" stroke="{line}" '
               'stroke-opacity=".5"/>')  # fmt: skip
    for curve in panel["curves"]:
        colour, dash = COLOURS[HUES[curve["hue"]]][0], DASHES[curve["dash"]]
        d = _path(curve, px, py, y0, y1)
        out.append(f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="2.4" stroke-linejoin="round" '
                   f'stroke-dasharray="{dash}"/>')  # fmt: skip
    for x, y in panel.get("marks", ()):
        if y0 <= y <= y1:
            out.append(f'<circle cx="{px(x):.1f}" cy="{py(y):.1f}" r="4.5" fill="{COLOURS["paper"][0]}" '
                       f'stroke="{COLOURS["warn"][0]}" stroke-width="2.2"/>')  # fmt: skip
    return "".join(out)


def _text(x, y, text, anchor, colour="soft"):
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{COLOURS[colour][0]}">{escape(text)}</text>'


def _rule(at):
    """A line of the grid; the axis is stronger."""
    return f'stroke="{COLOURS["line"][0]}" stroke-opacity="{0.6 if at == 0 else 0.18}"'


def _path(curve, px, py, y0, y1):
    """The way through the points inside the panel; it breaks where the curve leaves it, or is not defined."""
    d, open_ = "", False
    breaks = curve.get("breaks", ())
    for k, (x, y) in enumerate(zip(curve["x"], curve["y"])):
        inside = np.isfinite(y) and y0 <= y <= y1
        if open_ and any(curve["x"][k - 1] <= b <= x for b in breaks):
            open_ = False
        if inside:
            d += f"{'L' if open_ else 'M'}{px(x):.1f} {py(y):.1f}"
        open_ = inside
    return d


def _n(value):
    return number_text(value, 4).replace("-", "−")
