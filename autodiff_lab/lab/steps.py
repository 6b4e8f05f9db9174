"""``lab.steps(t)``: the forward and the backward pass, one small step at a time, as plain frozen data.

What a learner does by hand: first every value, inputs first; then the gradient 1 at the result, and for each edge, from
the last operation to the first, what arrives times the local derivative, added to what was there before. Computed
once, so that a widget, a page without a kernel or a test can play it. Leans on reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..messages import say
from .formulas import Sym
from .names import caller_names, is_tensor
from .reading import reading_of
from .values import array_of, in_words, shown


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a pass.

    ``phase`` is ``"forward"`` (``node`` gets its value), ``"seed"`` (the pass starts at the result), ``"backward"``
    (a gradient goes along the edge number ``edge`` of the model, from ``node`` back to ``source``) or ``"leaf"``
    (``.grad`` of a leaf is complete). ``arrives`` is the gradient at ``node``, ``local`` the local derivative,
    ``formula`` and ``tex`` how it is written, ``product`` what goes back; ``before`` what had already come to
    ``source`` by other edges, ``total`` the sum now. All numbers are texts as a picture writes them, "" where there is
    none, with ``value`` the number itself where it is a single one. ``adds`` is True where ``before`` is not empty;
    ``sentence`` says it all in words, ``rule`` as the chain rule in LaTeX.
    """

    number: int
    phase: str
    node: int
    name: str
    source: int | None = None
    edge: int | None = None
    arrives: str = ""
    formula: str = ""
    tex: str = ""
    local: str = ""
    product: str = ""
    before: str = ""
    total: str = ""
    value: float | None = None
    adds: bool = False
    sentence: str = ""
    rule: str = ""


class Steps(Sequence):
    """The moves of both passes, in order; ``model`` is the graph they walk over. Frozen, shown as a numbered list."""

    def __init__(self, model, moves):
        self.model, self.moves = model, tuple(moves)

    def __len__(self):
        return len(self.moves)

    def __getitem__(self, at):
        return self.moves[at]

    @property
    def forward(self):
        """The moves that compute values."""
        return tuple(m for m in self.moves if m.phase == "forward")

    @property
    def backward(self):
        """The moves that carry gradients, the first of them at the result."""
        return tuple(m for m in self.moves if m.phase != "forward")

    def to_text(self):
        """Every sentence on a line of its own, numbered."""
        wide = len(str(len(self.moves)))
        return "\n".join(f"{m.number:>{wide}}. {m.sentence}" for m in self.moves)

    def __repr__(self):
        return in_words(self)


def steps(tensor, gradient=None, names=None):
    """The forward and the backward pass of a tensor's graph as small steps, in the language in use.

    Nothing is run and no ``.grad`` changes: the moves say what ``tensor.backward(gradient)`` does, or would do.

    Args:
        tensor: a tensor with a history, of this package or of PyTorch.
        gradient: what the pass starts with, as for ``backward()``; 1 for a tensor with a single element.
        names: a mapping from names to tensors; by default the caller's variables.

    Returns:
        :class:`Steps`, a sequence of :class:`Move`.

    Raises:
        TypeError: if it is no tensor.
        ValueError: for a tensor that needs no gradient, one with several elements and no ``gradient``, or a graph of
            more than 300 operations.

    >>> import autodiff_lab as th
    >>> x = th.tensor(3.0, requires_grad=True)
    >>> f = x * x
    >>> print(steps(f)[-1].sentence)
    El gradiente de x está completo: 6. backward() lo suma a x.grad.
    """
    if not is_tensor(tensor):
        raise TypeError(say("graph.error.type", type=type(tensor).__name__))
    if not tensor.requires_grad:
        raise ValueError(say("steps.error.constant"))
    if gradient is None:
        if tensor.numel() != 1:
            raise ValueError(say("steps.error.scalar", shape=list(tensor.shape)))
        gradient = tensor.detach().clone().fill_(1)
    elif tuple(getattr(gradient, "shape", ())) != tuple(tensor.shape):
        raise ValueError(say("steps.error.gradient", shape=list(tensor.shape)))
    return walked(tensor, gradient, caller_names() if names is None else names)[0]


def walked(tensor, gradient, names, run=None):
    """The steps, and the reading behind them; only the forward ones where ``gradient`` is None.

    Raises:
        ValueError: for a graph of more than 300 operations.
    """
    reading = reading_of(tensor, names, gradient, run)
    return Steps(reading.model, _Moves(reading, gradient).made), reading


class _Moves:
    """The list being written."""

    def __init__(self, reading, gradient):
        self.adjoints, self.model, self.made = reading.adjoints, (model := reading.model), []
        self.top = model.results[0]
        self.sums = {}  # node → what has come to it so far, and its text; None and "": something that is not known
        for node in model.nodes:
            self._forward(node)
        if gradient is None:
            return
        first = shown(gradient)
        self.sums[self.top.id] = array_of(gradient), first
        self._add("seed", self.top, total=first, value=_single(gradient), rule=f"{self._partial(self.top)} = {first}",
                  sentence=say("steps.seed", name=self.top.name, gradient=first))  # fmt: skip
        place = {reading.ids[i]: i for i in reading.folding.operations}
        for node in reversed(model.nodes):
            if node.id in place:
                for at, edge in enumerate(model.edges):
                    if edge.target == node.id and (place[node.id], edge.argument) in self.adjoints.state:
                        self._back(node, at, edge, place[node.id])
        for node in model.nodes:
            if node.kind in ("leaf", "parameter"):
                self._leaf(node)

    def _add(self, phase, node, **facts):
        self.made.append(Move(len(self.made) + 1, phase, node.id, node.name, **facts))

    def _forward(self, node):
        if node.kind == "constant" and not node.name:
            return
        value = node.value_text or "?"
        if node.kind == "operation":
            key, facts = "steps.computed", {"expression": node.expression}
        else:
            key, facts = "steps.given", {"word": say(f"graph.word.{node.kind}")}
        self._add("forward", node, formula=node.expression, tex=node.tex, total=node.value_text,
                  value=node.value if isinstance(node.value, (int, float)) else None,
                  sentence=say(key, name=node.name, value=value, **facts))  # fmt: skip

    def _back(self, node, at, edge, i):
        source, flow = self.model.nodes[edge.source], self.adjoints.flow.get((i, edge.argument))
        if node.id not in self.sums:
            return  # nothing arrives here
        adds = source.id in self.sums
        (arriving, arrives), (before, had) = self.sums[node.id], self.sums.get(source.id, (None, ""))
        flow = total = None if flow is None else array_of(flow)
        product = so_far = "" if flow is None else edge.flow_text
        if adds:  # what is not known stays so, whatever is added to it
            total = None if flow is None or before is None else before + flow
            so_far = "" if total is None else shown(total)
        self.sums[source.id] = total, so_far
        numbers = {
            "arrives": arrives or "?",
            "local": edge.local_text or edge.formula or "?",
            "product": product or "?",
        }
        formula = "" if edge.formula in ("", edge.local_text) else f"{edge.formula} = "
        said = say("steps.back" if edge.local_text else "steps.sent", name=node.name, source=source.name,
                   formula=formula if edge.local_text else edge.formula or "?",
                   factor=_factor(numbers["local"]), **numbers)  # fmt: skip
        if edge.local_text and flow is not None and arriving is not None and flow.shape != arriving.shape:
            said += " " + say("steps.summed", source=source.name, shape=list(flow.shape))
        if before is not None and total is not None:
            said += " " + say(
                "steps.adds", source=source.name, before=had, total=so_far, more=_factor(product)
            )
        facts = {**numbers, "local": edge.local_text}
        self._add("backward", node, source=source.id, edge=at, formula=edge.formula, tex=edge.tex,
                  before=had, total=so_far, value=None if total is None else _single(total), adds=adds, sentence=said,
                  rule=self._rule(node, source, edge, adds), **facts)  # fmt: skip

    def _partial(self, node, of=None):
        of = self.top if of is None else of
        return rf"\frac{{\partial {Sym(of.name).tex}}}{{\partial {Sym(node.name).tex}}}"

    def _rule(self, node, source, edge, adds):
        sign = r"\mathrel{+}=" if adds else "="
        left = f"{self._partial(source)} {sign} "
        if not edge.local_text:  # ḡ in the formula stands for what arrives
            return left + (edge.tex or "?")
        return left + f"{self._partial(node)} \\cdot {self._partial(source, node)}"

    def _leaf(self, node):
        total, text = self.sums.get(node.id, (None, ""))
        if node.id not in self.sums:
            said = say("steps.nothing", name=node.name)
        else:
            said = say("steps.leaf", name=node.name, total=text or "?")
        self._add("leaf", node, total=text, value=None if total is None else _single(total), sentence=said)  # fmt: skip


def _factor(text):
    """A number as it stands after a sign: a negative one in parentheses."""
    return f"({text})" if text.startswith("-") else text


def _single(value):
    """The number that a value of one element is; None for more."""
    array = array_of(value)
    return float(array.reshape(())) if array.size == 1 else None
