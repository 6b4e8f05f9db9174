"""``lab.trace``: evaluation traces, as tables of v₋₁, v₀, v₁, … with their tangents or their adjoints.

The tables are those of Baydin, Pearlmutter, Radul and Siskind, "Automatic Differentiation in Machine Learning: a
Survey" (JMLR 18, 2018), tables 2 and 3, for any function of numbers or arrays. Leans on reading and formulas for what
each operation is.
"""

import inspect
import unicodedata
from dataclasses import dataclass

import numpy as np

from ..messages import say
from .formulas import Sym, expression, row_of, subscript
from .names import is_tensor, tensors_for
from .reading import reading_of
from .recording import record
from .render.svg import escape
from .values import array_of, displayed, fitted, in_words, numbers_and_text, unfit

TANGENT, ADJOINT = "\u0307", "\u0304"  # a dot and a bar over the letter before
LINEAR = frozenset("Sum Mean Mm Bmm Mv Dot T Transpose".split())  # in each of their arguments


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment: ``name = formula``, in plain text and in LaTeX, and the number it gives.

    ``value`` of an array are nested tuples, None above 64 entries; ``value_text`` is what the table shows.
    ``adds`` is True of an adjoint that already had a part: the formula is what is added to it.
    """

    name: str
    formula: str
    value: float | tuple | None
    tex: str
    adds: bool = False
    value_text: str = ""


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A row: the primal step, and what stands beside it, a tangent or the adjoints that the operation sends back."""

    primal: Step
    beside: tuple[Step, ...]


def trace(function, /, *, mode="forward", seed=None, **inputs):
    """The evaluation trace of a function at a point, with tangents (forward mode) or adjoints (reverse mode).

    Args:
        function: takes tensors by the names given, and returns one.
        mode: ``"forward"`` or ``"reverse"``.
        seed: forward, the tangents of the inputs, one an input, by default 1 for the first and 0 for the rest; reverse,
            the adjoint of the result, by default 1. For an array an array of its shape, or one number for all of it.
        inputs: the point: numbers, arrays, or tensors (of PyTorch, too).

    Returns:
        A :class:`Trace`, whose ``rows`` can be computed with.

    Raises:
        TypeError: for a function that returns no tensor.
        ValueError: for an unknown mode, a seed that does not fit, or more than 300 operations.

    >>> import autodiff_lab as th
    >>> t = trace(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2.0, x2=5.0, mode="reverse")
    >>> [round(g, 4) for g in t.derivatives.values()]
    [5.5, 1.7163]
    """
    if mode not in ("forward", "reverse"):
        raise ValueError(say("trace.error.mode", mode=repr(mode)))
    leaves = leaves_for(function, inputs)
    if mode == "forward":
        seed = seeds_for(seed, leaves)
    with record() as run:
        result = function(**leaves)
    if not is_tensor(result):
        raise unfit("explore.error.result", result)
    if mode == "reverse" and seed is None and result.numel() != 1:
        raise ValueError(say("trace.error.adjoint", shape=list(result.shape)))
    return _Tracing(leaves, result, run, mode, seed).trace


def leaves_for(function, inputs):
    """The point as fresh leaves, by name; ValueError if there is none."""
    if not inputs:
        raise ValueError(say("trace.error.inputs", names=", ".join(inspect.signature(function).parameters)))
    code = getattr(function, "__code__", None)
    space, names = (function.__globals__, code.co_names) if code is not None else ({}, ())
    tensors = tensors_for(space, names, inputs)
    return {name: t.detach().clone().requires_grad_(True) for name, t in tensors.items()}


def seeds_for(seed, leaves):
    """The tangents of the inputs, one array for each; ValueError for a seed that does not fit."""
    n = len(leaves)
    if seed is None:
        seed = (1.0, *[0.0] * (n - 1))
    elif n == 1 and (not isinstance(seed, (tuple, list)) or len(seed) != 1):
        seed = (seed,)
    if not hasattr(seed, "__len__") or len(seed) != n:
        raise ValueError(
            say("trace.error.seed", inputs=n, seeds=len(seed) if hasattr(seed, "__len__") else 1)
        )
    return [_seeded(s, leaf) for s, leaf in zip(seed, leaves.values())]


def _seeded(seed, like):
    """A seed as an array of the shape of what it is for."""
    array = array_of(seed) if is_tensor(seed) else np.asarray(seed, float)
    shape = tuple(like.shape)
    if array.shape not in ((), shape):
        raise ValueError(say("trace.error.shape", shape=list(shape), given=list(array.shape)))
    return np.broadcast_to(array, shape).copy()


class _Tracing:
    """The walk over the operations, forwards for values and tangents, backwards for adjoints."""

    def __init__(self, leaves, result, run, mode, seed):
        self.v = [subscript(f"v{k - len(leaves) + 1}") for k in range(len(leaves))]
        self.inputs = dict(zip(self.v, leaves))
        named = dict(zip(self.v, leaves.values()))
        self.leaves, self.result = named, result
        self.reading = reading_of(result, named, run=run, whole=False)
        walk, model = self.reading.walk, self.reading.model
        self.value = {v: array_of(leaf) for v, leaf in named.items()}
        self.last = self.reading.name_of(result) or next(
            (v for v, leaf in named.items() if leaf is result), None
        )
        if self.last is None:
            raise ValueError(say("trace.error.constant"))
        primal = [
            self._step(v, Sym(name), leaf) for (v, name), leaf in zip(self.inputs.items(), leaves.values())
        ]
        self.into, self.nodes = {}, {}
        for i in self.reading.folding.operations:
            node = model.nodes[self.reading.ids[i]]
            self.v.append(node.name)
            value = self.reading.recovery.known.get((i, 0))
            if value is None or any(link is not None and link[1] for link in walk.inputs[i]):
                raise ValueError(say("trace.error.operation", op=node.op))
            self.nodes[node.name] = i, node, value
            primal.append(self._step(node.name, Sym(node.expression, node.tex), value))
            # none from a detached operand
            ways = {a for a, (child, _) in enumerate(walk.order[i].next_functions) if child is not None}
            self.into[node.name] = [
                (e.argument, model.nodes[e.source].name)
                for e in model.inputs(node.id)
                if model.nodes[e.source].kind != "constant" and e.argument in ways
            ]
        self.y = "y" if "y" not in leaves else "f"
        primal.append(self._step(self.y, Sym(self.last), result))
        rows, derivatives = (self._tangents if mode == "forward" else self._adjoints)(primal, seed)
        self.trace = Trace(mode, rows, primal[-1].value, derivatives)

    def _step(self, name, written, value, adds=False):
        if value is None:
            return Step(name, written.text, None, written.tex, adds, "?")
        number, text = numbers_and_text(value)
        return Step(name, written.text, number, written.tex, adds, text)

    def _part(self, argument, source, name, mark, of):
        """One term of the chain rule, written: the local derivative times the dotted or barred variable."""
        i, node, _ = self.nodes[name]
        g = _marked(of, mark)
        row = row_of(node.grad_fn)
        if row is not None and isinstance(row.rules[min(argument, len(row.rules) - 1)], str):
            return self._array_part(argument, source, name, mark, g, row)
        written = self.reading.formula(i, argument, g)
        return written if written is not None else self._jacobian(name, source, mark, g)

    def _array_part(self, argument, source, name, mark, g, row):
        """The same for operations on arrays: ``ḡ`` in the rule is the adjoint; tangents go through what is linear."""
        i, node, _ = self.nodes[name]
        if mark == ADJOINT:
            rule = self.reading.formula(i, argument)
            if rule is not None and "ḡ" in rule.text:
                return Sym(rule.text.replace("ḡ", g.text), rule.tex.replace(r"\bar{g}", g.tex), 1)
        elif row.forward is not None and node.op in LINEAR:
            _, operands, scalars = self.reading.written[i]
            return expression(
                row, [g if a == argument else o for a, o in enumerate(operands)], scalars, node.op
            )
        return self._jacobian(name, source, mark, g)

    def _jacobian(self, name, source, mark, g):
        """∂v/∂u as it stands, where no formula is known: times a tangent, or transposed times an adjoint."""
        left, right = Sym(name), Sym(source)
        turned = "ᵀ" if mark == ADJOINT else ""
        tex = rf"\left(\frac{{\partial {left.tex}}}{{\partial {right.tex}}}\right)" + (
            r"^{\top}" if turned else ""
        )
        return Sym(f"(∂{name}/∂{source}){turned}·{g.text}", rf"{tex} {g.tex}", 2)

    # -- forward -------------------------------------------------------------------------------------------------

    def _tangents(self, primal, seed):
        tangent = dict(zip(self.leaves, seed))
        rows = []
        for step in primal:
            if step.name in self.inputs:
                written = _marked(self.inputs[step.name], TANGENT)
            elif step.name == self.y:
                written, tangent[self.y] = _marked(self.last, TANGENT), tangent[self.last]
            else:
                total, written = np.zeros(tuple(self.nodes[step.name][2].shape)), Sym.of(0)
                for argument, source in self.into[step.name]:
                    total = total + self._pushed(step.name, argument, tangent[source])
                    written = written + self._part(argument, source, step.name, TANGENT, source)
                tangent[step.name] = total
            dotted = _marked(step.name, TANGENT)
            rows.append(TraceRow(step, (self._step(dotted.text, written, tangent[step.name]),)))
        return tuple(rows), {"tangent": rows[-1].beside[0].value}

    def _pushed(self, name, argument, tangent):
        """The operation's Jacobian times a tangent, from the node itself.

        What the node answers is linear in the gradient u that it is given, so the derivative of (vjp(u), tangent) by u
        is the Jacobian times the tangent.
        """
        i, _, value = self.nodes[name]
        fn = self.reading.walk.order[i]
        u = value.detach().clone().fill_(0).requires_grad_(True)
        answer = fn(u)
        answer = answer[argument] if isinstance(answer, tuple) else answer
        (answer * answer.new_tensor(tangent.tolist(), dtype=answer.dtype)).sum().backward(
            inputs=[u], retain_graph=True
        )
        return array_of(u.grad)

    # -- reverse -------------------------------------------------------------------------------------------------

    def _adjoints(self, primal, seed):
        adjoint = {self.last: _seeded(1.0 if seed is None else seed, self.result)}
        beside = {}
        for step in reversed(primal):
            sent = []
            if step.name == self.y:
                sent.append(self._assigned(self.last, _marked(self.y, ADJOINT), adjoint[self.last]))
            for argument, source in self.into.get(step.name, ()):
                if step.name in adjoint:
                    adds = source in adjoint
                    part = self._pulled(step.name, argument, source, adjoint[step.name])
                    adjoint[source] = adjoint[source] + part if adds else part
                    written = self._part(argument, source, step.name, ADJOINT, step.name)
                    sent.append(self._assigned(source, written, adjoint[source], adds))
            if step.name in self.inputs:
                name, nothing = self.inputs[step.name], np.zeros(tuple(self.leaves[step.name].shape))
                sent.append(
                    self._assigned(name, _marked(step.name, ADJOINT), adjoint.get(step.name, nothing))
                )
            beside[step.name] = tuple(sent)
        rows = tuple(TraceRow(step, beside[step.name]) for step in primal)
        return rows, {name: row.beside[-1].value for row, name in zip(rows, self.inputs.values())}

    def _pulled(self, name, argument, source, adjoint):
        """What the operation's node sends back along one argument, summed to the argument's shape."""
        i, _, value = self.nodes[name]
        answer = self.reading.walk.order[i](value.detach().new_tensor(adjoint.tolist(), dtype=value.dtype))
        answer = answer[argument] if isinstance(answer, tuple) else answer
        like = self.leaves.get(source)
        return array_of(fitted(answer, self.nodes[source][2] if like is None else like))

    def _assigned(self, name, written, value, adds=False):
        return self._step(_marked(name, ADJOINT).text, written, value, adds)


def _marked(name, mark):
    """A variable with a dot or a bar over its letter, v̇₁ or v̄₁."""
    command = {TANGENT: "dot", ADJOINT: "bar"}[mark]
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
        note = ["", " ".join(self._notes())] if self.mode == "reverse" else []
        return "\n".join([line(head), rule, *map(line, rows), *note])

    def to_latex(self):
        """The table as a LaTeX ``array``, to stand between dollar signs."""
        lines = []
        for left, right in self._cells():
            cells = []
            for step in (left, right):
                cells += [_latex(step), step.value_text] if step else ["", ""]
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
        said = "<br/>".join(map(escape, self._notes()))
        note = (
            f'<caption style="text-align:left;white-space:nowrap">{said}</caption>'
            if self.mode == "reverse"
            else ""
        )
        return f'<table class="adl-trace">{note}<thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'

    def _notes(self):
        """How the right side is to be read, in sentences."""
        adds = any(step.adds for row in self.rows for step in row.beside)
        return [say("trace.upwards"), *([say("trace.adds")] if adds else [])]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return displayed({"text/html": self.to_html, "text/plain": self.to_text}, include, exclude)

    def __repr__(self):
        return in_words(self)


def _plain(step):
    if step is None:
        return ["", ""]
    return [f"{step.name} {'+=' if step.adds else '='} {step.formula}", step.value_text]


def _latex(step):
    name = step.name
    mark = name[1:2] in (TANGENT, ADJOINT)
    tex = _marked(name[0] + name[2:], name[1]).tex if mark else Sym(name).tex
    sign = r"\mathrel{+}=" if step.adds else "="
    return f"{tex} {sign} {step.tex}"


def _width(text):
    return sum(not unicodedata.combining(c) for c in text)
