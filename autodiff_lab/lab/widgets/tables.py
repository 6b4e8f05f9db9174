"""``lab.forward_reverse``: the survey's two tables, forward and reverse mode, played row by row, side by side.

Both tables are worked out once and sent as one trait, so an exported page plays them too. Leans on trace and base.
"""

import traitlets

from ...messages import say
from ..formulas import number_text
from ..render.svg import escape
from ..trace import leaves_for, seeds_for, trace
from .base import Widget, current, fault, script, told


def forward_reverse(function, /, *, seed=None, **inputs):
    """Forward and reverse mode of a function of numbers, step by step: primal rows, tangents, adjoints, cost.

    Args:
        function: takes numbers as tensors, by the names given, and returns one number.
        seed: the tangents of the inputs; by default 1 for the first and 0 for the rest.
        inputs: the point, as for ``lab.trace``.

    Returns:
        A :class:`ForwardReverse`, a widget that also plays in an exported page; ``at`` counts the steps that are done.

    Raises:
        TypeError: if it is no function.
        ValueError: without inputs, or for a seed that does not fit.

    >>> import autodiff_lab as th
    >>> both = forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2.0, x2=5.0)
    >>> both.tables["forward"]["rows"][-1]["value"], len(both.tables["reverse"]["order"])
    ('5.5', 11)
    """
    if not callable(function):
        raise TypeError(say("tables.error.type", type=type(function).__name__))
    seeds_for(seed, leaves_for(function, inputs))
    return ForwardReverse(function, seed, inputs)


class ForwardReverse(Widget):
    """The widget of :func:`forward_reverse`."""

    _esm = script("tables.js")
    heard = ("at",)
    stems = ("tables.",)
    plays_alone = ("tables", "at")

    tables = traitlets.Dict().tag(sync=True)
    at = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, function, seed, inputs):
        self._function, self._seed, self._inputs, self._traces = function, seed, inputs, ()
        super().__init__()
        self.redo()
        self.observe(lambda change: self.redo(), ["again"])

    def redo(self):
        """Run the function again and send both tables; an error of its own is drawn instead."""
        function = current(self._function)
        try:
            forward = trace(function, mode="forward", seed=self._seed, **self._inputs)
            reverse = trace(function, mode="reverse", **self._inputs)
        except Exception as error:  # noqa: BLE001 - whatever the learner's function raises is told in the widget
            self.fault = fault(error, function)
            return
        self._traces, inputs = (forward, reverse), len(self._inputs)
        with self.hold_sync():
            self.fault, self.at = {}, 0
            self.tables = {
                "forward": _forward(forward),
                "reverse": _reverse(reverse),
                "operations": len(forward.rows) - inputs - 1,
                "inputs": inputs,
            }

    def to_text(self):
        """Both tables in words, and what went wrong, if anything did."""
        said = [say("tables.title"), *(t.to_text() for t in self._traces), told(self.fault)]
        return "\n\n".join(filter(None, said))

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
