"""``lab.trace``: evaluation traces, as tables of v₋₁, v₀, v₁, … with their tangents or their adjoints.

The tables are those of Baydin, Pearlmutter, Radul and Siskind, "Automatic Differentiation in Machine Learning: a
Survey" (JMLR 18, 2018), tables 2 and 3, for any function of numbers. Leans on reading and formulas for what each
operation is, and on the library for tensors to run the function on.
"""

import inspect
import unicodedata
from dataclasses import dataclass

from ..dtypes import float64
from ..messages import say
from ..ops.creation import tensor
from .formulas import Sym, number_text
from .names import is_tensor
from .reading import reading_of
from .render.svg import escape

_SUBSCRIPT = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment: ``name = formula``, in plain text and in LaTeX, and the number it gives.

    ``adds`` is True of an adjoint that already had a part: the formula is what is added to it.
    """

    name: str
    formula: str
    value: float
    tex: str
    adds: bool = False


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A row: the primal step, and what stands beside it, a tangent or the adjoints that the operation sends back."""

    primal: Step
    beside: tuple[Step, ...]


def trace(function, /, *, mode="forward", seed=None, **inputs):
    """The evaluation trace of a function at a point, with tangents (forward mode) or adjoints (reverse mode).

    Args:
        function: takes numbers as tensors, by the names given, and returns one number.
        mode: ``"forward"`` or ``"reverse"``.
        seed: forward, the tangents of the inputs, by default 1 for the first and 0 for the rest; reverse, the
            adjoint of the result, by default 1.
        inputs: the point: numbers, or tensors that hold one (of PyTorch, too).

    Returns:
        A :class:`Trace`, whose ``rows`` can be computed with.

    Raises:
        ValueError: for an unknown mode, a seed that does not fit, or a function of arrays.

    >>> import autodiff_lab as th
    >>> t = trace(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2.0, x2=5.0, mode="reverse")
    >>> [round(g, 4) for g in t.derivatives.values()]
    [5.5, 1.7163]
    """
    if mode not in ("forward", "reverse"):
        raise ValueError(say("trace.error.mode", mode=repr(mode)))
    if not inputs:
        raise ValueError(say("trace.error.inputs", names=", ".join(inspect.signature(function).parameters)))
    leaves = {name: _leaf(value) for name, value in inputs.items()}
    result = function(**leaves)
    if not is_tensor(result) or result.numel() != 1:
        raise ValueError(say("trace.error.result"))
    return _Tracing(leaves, result, mode, seed).trace


def _leaf(value):
    leaf = value.detach().clone() if is_tensor(value) else tensor(float(value), dtype=float64)
    if leaf.numel() != 1 or len(leaf.shape):
        raise ValueError(say("trace.error.scalars"))
    return leaf.requires_grad_(True)


class _Tracing:
    """The walk over the operations, forwards for values and tangents, backwards for adjoints."""

    def __init__(self, leaves, result, mode, seed):
        self.v = [f"v{k - len(leaves) + 1}".translate(_SUBSCRIPT) for k in range(len(leaves))]
        self.inputs = dict(zip(self.v, leaves))
        named = dict(zip(self.v, leaves.values()))
        self.reading, model = reading_of(result, named)
        self.nodes = {node.name: node for node in model.nodes if node.name and node.kind != "constant"}
        shaped = any(n.shape not in ((), None) for n in model.nodes)
        if shaped or any(e.local is None for e in model.edges if model.nodes[e.source].kind != "constant"):
            raise ValueError(say("trace.error.scalars"))
        self.value = {v: leaf.item() for v, leaf in named.items()}
        self.value.update((n.name, n.value) for n in model.nodes if n.kind == "operation")
        self.last = self.reading.name_of(result) or next(v for v, leaf in named.items() if leaf is result)
        primal = [Step(v, name, self.value[v], Sym(name).tex) for v, name in self.inputs.items()]
        self.into = {}
        for i in self.reading.operations():
            node = model.nodes[self.reading.ids[i]]
            self.v.append(node.name)
            primal.append(Step(node.name, node.expression, node.value, node.tex))
            self.into[node.name] = [
                (e.argument, model.nodes[e.source].name, e.local, i)
                for e in model.inputs(node.id)
                if model.nodes[e.source].kind != "constant"
            ]
        self.y = "y" if "y" not in leaves else "f"
        primal.append(Step(self.y, self.last, self.value[self.last], Sym(self.last).tex))
        rows, derivatives = (self._tangents if mode == "forward" else self._adjoints)(primal, seed)
        self.trace = Trace(mode, rows, self.value[self.last], derivatives)

    def _part(self, argument, source, i, mark, of):
        """One term of the chain rule, written: the local derivative times the dotted or barred variable."""
        g = _marked(of, mark)
        written = self.reading.formula(i, argument, g)
        if written is None:
            local = Sym(f"∂{self.v[-1]}/∂{source}")
            written = local * g
        return written

    def _tangents(self, primal, seed):
        n = len(self.inputs)
        seed = (
            (1.0, *[0.0] * (n - 1)) if seed is None else tuple(seed if hasattr(seed, "__len__") else (seed,))
        )
        if len(seed) != n:
            raise ValueError(say("trace.error.seed", inputs=n, seeds=len(seed)))
        tangent = {v: float(s) for v, s in zip(self.inputs, seed)}
        rows = []
        for step in primal:
            if step.name in self.inputs:
                name = self.inputs[step.name]
                written = _marked(name, "\u0307")
            elif step.name == self.y:
                written, tangent[self.y] = _marked(self.last, "\u0307"), tangent[self.last]
            else:
                total, written = 0.0, Sym.of(0)
                for argument, source, local, i in self.into[step.name]:
                    total += tangent[source] * local
                    written = written + self._part(argument, source, i, "\u0307", source)
                tangent[step.name] = total
            dotted = _marked(step.name, "\u0307")
            rows.append(TraceRow(step, (Step(dotted.text, written.text, tangent[step.name], written.tex),)))
        return tuple(rows), {"tangent": tangent[self.last]}

    def _adjoints(self, primal, seed):
        adjoint = {self.last: 1.0 if seed is None else float(seed)}
        beside = {}
        for step in reversed(primal):
            sent = []
            if step.name == self.y:
                sent.append(self._assigned(self.last, _marked(self.y, "\u0304"), adjoint[self.last]))
            for argument, source, local, i in self.into.get(step.name, ()):
                if step.name in adjoint:
                    adds = source in adjoint
                    adjoint[source] = adjoint.get(source, 0.0) + adjoint[step.name] * local
                    written = self._part(argument, source, i, "\u0304", step.name)
                    sent.append(self._assigned(source, written, adjoint[source], adds))
            if step.name in self.inputs:
                name = self.inputs[step.name]
                sent.append(self._assigned(name, _marked(step.name, "\u0304"), adjoint.get(step.name, 0.0)))
            beside[step.name] = tuple(sent)
        rows = tuple(TraceRow(step, beside[step.name]) for step in primal)
        return rows, {name: adjoint.get(v, 0.0) for v, name in self.inputs.items()}

    def _assigned(self, name, written, value, adds=False):
        return Step(_marked(name, "\u0304").text, written.text, value, written.tex, adds)


def _marked(name, mark):
    """A variable with a dot or a bar over its letter, v̇₁ or v̄₁."""
    command = {"\u0307": "dot", "\u0304": "bar"}[mark]
    tex = Sym(name).tex
    letter, rest = (tex[0], tex[1:]) if tex[0] != "\\" else (tex, "")
    return Sym(f"{name[0]}{mark}{name[1:]}", rf"\{command}{{{letter}}}{rest}")


class Trace:
    """A table of an evaluation. Displays itself in a notebook; ``rows`` are plain frozen data.

    Attributes:
        mode: ``"forward"`` or ``"reverse"``.
        rows: a tuple of :class:`TraceRow`, in the order of evaluation.
        value: the function's value.
        derivatives: reverse mode, the gradient by the inputs' names; forward mode, ``{"tangent": …}``.
    """

    def __init__(self, mode, rows, value, derivatives):
        self.mode, self.rows, self.value, self.derivatives = mode, rows, value, derivatives

    def steps(self):
        """The assignments beside the primal ones in the order in which they run: adjoints from the last row up."""
        rows = self.rows if self.mode == "forward" else reversed(self.rows)
        return [step for row in rows for step in row.beside]

    def _head(self):
        return [say("trace.primal"), say("graph.value"), say(f"trace.{self.mode}"), say("graph.value")]

    def _cells(self):
        """The table's lines: two assignments with their numbers. Adjoints read upwards, so a row's come reversed."""
        for row in self.rows:
            beside = row.beside if self.mode == "forward" else tuple(reversed(row.beside))
            for k in range(max(1, len(beside))):
                left = row.primal if k == 0 else None
                yield left, beside[k] if k < len(beside) else None

    def to_text(self):
        """The table in plain text."""
        rows = [[*_plain(left), *_plain(right)] for left, right in self._cells()]
        head = self._head()
        widths = [max(map(_width, column)) for column in zip(head, *rows)]

        def line(cells):
            padded = [
                " " * (w - _width(c)) + c if k % 2 else c + " " * (w - _width(c))
                for k, (c, w) in enumerate(zip(cells, widths))
            ]
            return f"{padded[0]}  {padded[1]}  │  {padded[2]}  {padded[3]}".rstrip()

        rule = "─" * (widths[0] + widths[1] + 4) + "┼" + "─" * (widths[2] + widths[3] + 4)
        note = [] if self.mode == "forward" else ["", say("trace.upwards")]
        return "\n".join([line(head), rule, *map(line, rows), *note])

    def to_latex(self):
        """The table as a LaTeX ``array``, to stand between dollar signs."""
        lines = []
        for left, right in self._cells():
            cells = []
            for step in (left, right):
                cells += [_latex(step), number_text(step.value)] if step else ["", ""]
            lines.append(" & ".join(cells) + r" \\")
        head = " & ".join(rf"\text{{{h}}}" for h in self._head())
        return "\n".join([r"\begin{array}{lr|lr}", head + r" \\ \hline", *lines, r"\end{array}"])

    def to_html(self):
        """The table as an HTML ``<table>``."""
        head = "".join(f'<th style="text-align:{"right" if k % 2 else "left"}">{escape(h)}</th>'
                       for k, h in enumerate(self._head()))  # fmt: skip
        body = []
        for left, right in self._cells():
            cells = [*_plain(left), *_plain(right)]
            body.append("<tr>" + "".join(
                f'<td style="text-align:{"right" if k % 2 else "left"}">{escape(c)}</td>' for k, c in enumerate(cells)
            ) + "</tr>")  # fmt: skip
        note = "" if self.mode == "forward" else f"<caption>{escape(say('trace.upwards'))}</caption>"
        return f'<table class="adl-trace">{note}<thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/html": self.to_html(), "text/plain": self.to_text()}
        return {k: v for k, v in bundle.items() if (not include or k in include) and k not in (exclude or ())}

    def __repr__(self):
        return self.to_text()


def _plain(step):
    if step is None:
        return ["", ""]
    return [f"{step.name} {'+=' if step.adds else '='} {step.formula}", number_text(step.value)]


def _latex(step):
    name = step.name
    mark = {"\u0307": "dot", "\u0304": "bar"}.get(name[1:2])
    tex = _marked(name[0] + name[2:], name[1]).tex if mark else Sym(name).tex
    sign = r"\mathrel{+}=" if step.adds else "="
    return f"{tex} {sign} {step.tex}"


def _width(text):
    return sum(not unicodedata.combining(c) for c in text)
