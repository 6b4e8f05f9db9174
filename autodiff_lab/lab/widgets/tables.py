"""``lab.forward_reverse``: the survey's two tables, forward and reverse mode, played row by row, side by side.

Both tables are worked out once and sent as one trait, so an exported page plays them too. Leans on trace and base.
"""

import traitlets

from ...messages import say
from ..formulas import number_text
from ..render.svg import escape
from ..trace import trace
from .base import Widget, script


def forward_reverse(function, /, *, seed=None, **inputs):
    """Forward and reverse mode of a function of numbers, step by step: primal rows, tangents, adjoints, cost.

    Args:
        function: takes numbers as tensors, by the names given, and returns one number.
        seed: the tangents of the inputs; by default 1 for the first and 0 for the rest.
        inputs: the point, as for ``lab.trace``.

    Returns:
        A :class:`ForwardReverse`, a widget that also plays in an exported page; ``at`` counts the steps that are done.

    Raises:
        ValueError: as ``lab.trace``.

    >>> import autodiff_lab as th
    >>> both = forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2.0, x2=5.0)
    >>> both.tables["forward"]["rows"][-1]["value"], len(both.tables["reverse"]["order"])
    ('5.5', 11)
    """
    return ForwardReverse(
        trace(function, mode="forward", seed=seed, **inputs), trace(function, mode="reverse", **inputs)
    )


class ForwardReverse(Widget):
    """The widget of :func:`forward_reverse`."""

    _esm = script("tables.js")
    heard = ("at",)
    stems = ("tables.",)
    plays_alone = ("tables", "at")

    tables = traitlets.Dict().tag(sync=True)
    at = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, forward, reverse):
        self._traces = forward, reverse
        inputs = len(reverse.derivatives)
        super().__init__(
            tables={
                "forward": _forward(forward),
                "reverse": _reverse(reverse),
                "operations": len(forward.rows) - inputs - 1,
                "inputs": inputs,
            }
        )

    def to_text(self):
        """Both tables in words."""
        return "\n\n".join([say("tables.title"), *(t.to_text() for t in self._traces)])

    def to_svg(self):
        """Both tables as preformatted text in one ``<svg>`` element, for pages in which no script runs."""
        lines = self.to_text().splitlines()
        rows = "".join(
            f'<text x="12" y="{24 + 19 * k}" xml:space="preserve">{escape(line)}</text>'
            for k, line in enumerate(lines)
        )
        width, height = 24 + round(7.9 * max(map(len, lines))), 30 + 19 * len(lines)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="ui-monospace, DejaVu Sans Mono, monospace" font-size="13">'
            f'<title>{escape(say("tables.title"))}</title><rect width="100%" height="100%" fill="#ffffff"/>{rows}</svg>'
        )


def _step(step):
    return {"name": step.name, "formula": step.formula, "value": number_text(step.value), "adds": step.adds}


def _forward(table):
    """The rows in order, each with its primal assignment and its tangent."""
    rows = [{"primal": _step(row.primal), **_step(row.beside[0])} for row in table.rows]
    return {"rows": rows, "order": [[k, 0] for k in range(len(rows))]}


def _reverse(table):
    """The rows with their adjoint assignments; the order in which these run, from the last row up."""
    rows = [{"primal": _step(row.primal), "beside": [_step(s) for s in row.beside]} for row in table.rows]
    order = [[k, j] for k in reversed(range(len(rows))) for j in range(len(rows[k]["beside"]))]
    return {"rows": rows, "order": order}
