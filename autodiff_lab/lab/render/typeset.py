"""Styles of text, and how much room a text takes. Leans on the standard library.

Sizes are in CSS pixels. Widths are those of a wide typeface (DejaVu Sans), so that whatever face the reader's machine
has fits inside.
"""

import unicodedata
from functools import lru_cache
from math import fsum  # sum() rounds otherwise before Python 3.12

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


def extent(lines, pad_x, pad_y):
    """The (width, height) of lines of runs with air around them."""
    width = max((fsum(text_width(t, s) for t, s in runs) for runs in lines), default=0.0)
    height = fsum(line_height(runs) for runs in lines)
    return round(width + 2 * pad_x, 1), round(height + 2 * pad_y, 1)


def line_height(runs):
    """The height of a line of runs: that of its tallest."""
    return max(STYLES[s][0] for _, s in runs) * _LINE


def cut(text, most=34):
    """A text of at most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def wrapped(text, width):
    """The lines of a text, in the style "soft", that a width makes of it."""
    rows, row = [], ""
    for word in text.split():
        longer = f"{row} {word}".strip()
        if row and text_width(longer, "soft") > width:
            rows.append(row)
            longer = word
        row = longer
    return [*rows, row]
