"""From a tensor to a GraphModel, through PyTorch's public face alone.

Only ``grad_fn``, ``next_functions``, ``variable``, ``name()``, ``_saved_*``, ``requires_grad``, ``is_leaf``, ``grad``
and the like are asked, so this package's tensors and real ``torch.Tensor`` objects are read by the same lines, and
neither library is imported here. A reading walks (walk.py), chooses what to show (folding.py), finds the values
(recovery.py) and the gradients (adjoints.py); here all that becomes boxes and lines.
"""

from dataclasses import replace

from ..messages import say
from .adjoints import Adjoints, kept_grad
from .events import Rewritten, Unrecorded, Value, order_of, version_of
from .folding import FOLDED_ABOVE, MOST_DRAWN, Folding
from .formulas import Sym, call, expression, local_formula, op_name, own_formula, subscript
from .model import Edge, GraphModel, Node, visible, without_collecting
from .names import Names, is_tensor
from .recovery import Recovery
from .values import dtype_of, numbers_and_text
from .walk import Walk


def read(results, names=None, *, depth=None, values=True, run=None, fold=None, backward=False):
    """The graph behind one tensor or several, as a :class:`GraphModel`.

    Args:
        results: a tensor (of this package or of torch), or a sequence of them.
        names: a mapping from names to tensors, modules or lists of tensors, such as ``globals()``.
        depth: how many levels of operations to show, counted from the results; the rest is folded. By default all,
            or what is useful of a graph with more than 300 operations.
        values: False leaves out values, gradients and local derivatives' numbers.
        run: a :class:`~autodiff_lab.lab.recording.Recording` that saw the operations; with it, all that ran is read.
        fold: ``"module"``, ``"loop"`` or ``"depth"``: what to fold, whatever the size; False folds nothing.
        backward: True reads the graph of ``grad_fn`` nodes, ``"both"`` the two side by side.

    Raises:
        TypeError: for anything that is not a tensor.
    """
    results = tuple(results) if isinstance(results, (tuple, list)) else (results,)
    for tensor in results:
        if not is_tensor(tensor):
            raise TypeError(say("graph.error.type", type=type(tensor).__name__))
    if not results and not (run is not None and run.events):
        raise TypeError(say("graph.error.type", type="()"))
    if depth is not None and (not isinstance(depth, int) or isinstance(depth, bool) or depth < 1):
        raise ValueError(say("graph.error.depth", depth=repr(depth)))
    if fold not in (None, False, "module", "loop", "depth"):
        raise ValueError(say("graph.error.fold", fold=repr(fold)))
    with without_collecting():
        walk = Walk(results, Names(names or {}), run)
        reading = Reading(walk, Folding(walk, depth, fold), values)
        return reading.backward_model(backward == "both") if backward else reading.model


def reading_of(result, names, seed=None, run=None, whole=True):
    """The :class:`Reading` itself, for those who go on to ask for formulas; of a recorded ``run``, where given.

    Of a run all is read that happened; with ``whole=False`` only what led to the result.

    With ``seed``, a gradient for ``result``, the model shows what a backward pass from it would send along each edge.

    Raises:
        ValueError: for a graph of more than 300 operations, which is not read number by number.
    """
    with without_collecting():
        walk = Walk((result,), Names(names), run, whole)
        folding = Folding(walk, MOST_DRAWN, None)
        if folding.lean:
            raise ValueError(say("steps.error.long", count=len(folding.operations), most=FOLDED_ABOVE))
        return Reading(walk, folding, seed=seed)


class Reading:
    """What is read of a walk: the ``model``, and for each node in it where it comes from.

    Attributes:
        walk, folding, recovery, adjoints: what it is made of.
        model: the :class:`GraphModel`.
        ids: place of a node in the walk → its number in the model; a fold's place is ``("fold", leader)``.
        written: place of an operation → what its formula is made of: row, operands, scalars.
    """

    def __init__(self, walk, folding, numbers=True, seed=None):
        self.walk, self.folding, self.numbers = walk, folding, numbers
        self.recovery = Recovery(walk, folding, numbers)
        self.adjoints = Adjoints(walk, folding, self.recovery, seed)
        self._nodes, self._edges, self.ids, self.written = [], [], {}, {}
        self._symbols = {i: Sym("⋯") for i in folding.group}  # place → what stands for it in formulas
        self._constants, self._counts = {}, {"v": 0, "k": 0, "u": 0}
        self._add_all()
        self.model = self._graph(self._nodes, self._edges)

    def _graph(self, nodes, edges):
        titles = self.folding.modules.titles
        total = len(self.walk.order)
        return GraphModel(
            tuple(nodes),
            tuple(sorted(edges, key=lambda e: (e.target, e.argument, e.source))),
            total,
            total - len(self.folding.shown),
            self.adjoints.ran,
            self.walk.complete,
            {path: titles[path] for node in nodes for path in node.group},
        )

    def backward_model(self, both):
        """The graph of grad_fn nodes, along which gradients go: alone, or linked with the operations (``both``)."""
        nodes, edges = (list(self._nodes), list(self._edges)) if both else ([], [])
        twin = {}
        told = {self.ids[i]: i for i in reversed(range(len(self.walk.order))) if i in self.ids}
        for node in reversed(self._nodes):
            fn = self.walk.order[told[node.id]] if node.id in told else None
            if node.kind == "fold":
                if both:
                    continue
                facts = {}
            elif fn is None or isinstance(fn, Unrecorded):
                continue
            elif node.is_leaf:
                facts = {"kind": "accumulate", "name": "AccumulateGrad", "expression": f"{node.name}.grad",
                         "grad_fn": fn.name()}  # fmt: skip
            else:
                facts = {"kind": "backward", "name": fn.name().rpartition("::")[2], "expression": ""}
            twin[node.id] = len(nodes)
            nodes.append(replace(node, id=len(nodes), named=False, tex="", value=None, value_text="", value_from="",
                                 is_result=node.is_result and not both, **facts))  # fmt: skip
        for edge in self._edges:
            if edge.source in twin and edge.target in twin and edge.kind != "cut":
                edges.append(replace(edge, source=twin[edge.target], target=twin[edge.source]))
        if both:
            edges += [Edge(node, grad_fn, kind="link") for node, grad_fn in twin.items()]
        return self._graph(nodes, edges)

    def name_of(self, result):
        """What a result is called in this reading; "" for a leaf."""
        at = next((at for tensor, at in self.walk.roots if tensor is result), None)
        return "" if at is None else self._symbols[at].text

    def formula(self, i, a, g=1):
        """The local derivative, times ``g``, written: by the rule that ran, or as the laboratory knows it."""
        fn, (row, operands, scalars) = self.walk.order[i], self.written[i]
        own = getattr(type(fn), "row", None)
        worded = row is not None and isinstance(row.rules[min(a, len(row.rules) - 1)], str)
        if own is not None and not worded:
            saved = self.recovery.attributes[i]
            attributes = {name: saved[p] for name in own.attrs if (p := own.public.get(name, name)) in saved}
            formula = own_formula(fn, a, operands, self._symbols[i], attributes, g)
            if formula is not None:
                return formula
        return (
            _written(local_formula, row, a, operands, self._symbols[i], scalars, g) if self._fits(i) else None
        )

    # -- boxes ---------------------------------------------------------------------------------------------------

    def _add_all(self):
        """All boxes in the order of evaluation, folds where their first node would stand."""
        members = {}
        for i, leader in self.folding.group.items():
            members.setdefault(leader, []).append(i)
        waiting = sorted(members)
        for i in sorted(self.folding.shown):
            while waiting and (waiting[0] < i or waiting[0] not in self.folding.folds):
                self._add_fold(waiting[0], members[waiting.pop(0)])
            if self.walk.variable[i] is None:
                self._add_operation(i)
            else:
                self._add_leaf(i)
        for leader in waiting:
            self._add_fold(leader, members[leader])
        for folded in members.values():
            self._link_fold(folded)
        for tensor in self.walk.results:
            if tensor.grad_fn is None:
                self._add_alone(tensor)

    def _append(self, **facts):
        node = Node(id=len(self._nodes), **facts)
        self._nodes.append(node)
        return node.id

    def _next(self, letter):
        """A name for what the learner has none for: v₁, v₂, …"""
        self._counts[letter] += 1
        return subscript(f"{letter}{self._counts[letter]}")

    def _value(self, tensor, origin):
        if tensor is None:
            return {}
        facts = {"value_from": origin}
        if self.numbers:
            facts["value"], facts["value_text"] = numbers_and_text(tensor)
        if hasattr(tensor, "shape"):
            facts["shape"], facts["dtype"] = tuple(tensor.shape), dtype_of(tensor)
        return facts

    def _gradient(self, gradient, state, missing):
        """The facts of a gradient in a ``state``; the state ``missing`` without one."""
        if not self.numbers:
            return {}
        if gradient is None:
            return {"grad_state": missing}
        value, text = numbers_and_text(gradient)
        return {"grad": value, "grad_text": text, "grad_state": state}

    def _add_fold(self, leader, members):
        folds, name, around = self.folding.folds.get(leader, ("depth", "⋯", ()))
        made = self._append(
            kind="fold",
            name=name,
            count=len(members),
            symbol="⋯",
            folds=folds,
            group=around,
            is_result=any(at in members for _, at in self.walk.roots),
        )
        self.ids.update(dict.fromkeys((("fold", leader), *members), made))

    def _link_fold(self, members):
        """One edge into a fold from each box that its members use."""
        target = self.ids[members[0]]
        used = dict.fromkeys(
            link[0]
            for i in members
            for link in self.walk.inputs[i]
            if link is not None and link[0] in self.ids
        )
        sources = [self.ids[at] for at in used if self.ids[at] != target]
        self._edges += [Edge(source, target, k) for k, source in enumerate(sources)]

    def _add_leaf(self, i):
        self.ids[i] = self._leaf(self.walk.variable[i], i)
        self._symbols[i] = Sym(self._nodes[-1].name)
        if isinstance(self.walk.order[i], Rewritten):
            self._edges.append(Edge(self.ids[self.walk.inputs[i][0][0]], self.ids[i], kind="write"))

    def _leaf(self, tensor, i=None):
        name, value = self.walk.names.of(tensor), None if i is None else self.recovery.first_of(i)
        current = value is None or value.current
        if current:
            facts = self._gradient(kept_grad(tensor), "stored", "pending" if tensor.requires_grad else "none")
        else:  # written to since
            facts = {"grad_state": "unknown"}
            facts |= self._gradient(self.adjoints.passed.get((i, 0)), "passed", "unknown")
        return self._append(
            kind="parameter" if type(tensor).__name__ == "Parameter" else "leaf",
            name=name or self._next("u"),
            named=bool(name),
            version=version_of(tensor) if value is None else value.version,
            is_result=current and any(tensor is t for t in self.walk.results),
            **self._value(tensor if current else value.now(), "tensor"),
            **facts,
        )

    def _add_alone(self, tensor):
        """A result without grad_fn: a leaf, or a tensor that no gradient reaches."""
        at = next((i for i, leaf in enumerate(self.walk.variable) if leaf is tensor), None)
        if at in self.ids or any(tensor is t for t, _ in self.walk.roots):
            return
        if tensor.requires_grad:
            self._leaf(tensor)
            return
        name = self.walk.names.of(tensor)
        self._append(kind="constant", name=name, named=bool(name), requires_grad=False, is_result=True,
                     version=version_of(tensor), **self._value(tensor, "tensor"))  # fmt: skip

    def _constant(self, i, a):
        """The box of an operand without gradient; a tensor the learner has a name for gets one box."""
        names, value = self.walk.names, self.recovery.operand.get((i, a))
        guess, seen = self.recovery.deduced.get((i, a)), self.recovery.seen.get((i, a))
        state = seen if isinstance(seen, Value) else None
        tensor = value if state is None else state.tensor  # what the learner may have a name for
        name = names.of(tensor) if tensor is not None and guess is None else ""
        if not name and state is not None and state.grad_of is not None and names.of(state.grad_of):
            name = f"{names.of(state.grad_of)}.grad"
        key = id(value if state is None else state)
        if name and key in self._constants:
            return self._constants[key]
        label = name or (f"{visible(guess)}?" if guess else "")
        if not label and (value is None or getattr(value, "shape", ())):  # a number needs no name
            label = self._next("k")
        origin = "tensor" if seen is not None else "saved" if guess is None else "deduced"
        version = None
        if name:
            version = version_of(value) if state is None else state.version
        made = self._append(kind="constant", name=label, named=bool(name), requires_grad=False,
                            version=version, **self._value(value, origin))  # fmt: skip
        if name:
            self._constants[key] = made
        return made

    def _add_operation(self, i):
        fn, row, event = self.walk.order[i], self.walk.row(i), self.walk.event(i)
        operands, sources = self._arguments(i, row)
        root = next((tensor for tensor, at in self.walk.roots if at == i), None)
        known, tensor = self._named(fn, event)
        number = self._next("v")
        name = visible(known) if known else number
        self._symbols[i] = Sym(name)
        self.written[i] = row, operands, self.recovery.scalars.get(i, [])
        op, kind, symbol = op_name(fn.name()), "operation", row.symbol if row else ""
        written = self._expression(i, op.lower())
        facts = self._result_facts(i, fn, root if tensor is None else tensor)
        if event is not None:
            place = event.line()
            facts["mode"] = event.mode
            facts["place"] = "" if place is None else say("graph.place", line=place[1], code=place[2])
            if event.results:
                facts["version"] = event.results[0].version
            if event.cut:
                op, kind, symbol, how = "Detach", "detached", event.cut, event.cut.lstrip(".")
                what, tex = operands[0].held(4) if operands else ("?", "?")
                written = Sym(f"{what}.{how}", rf"{tex}.\mathtt{{{how}}}")
        self.ids[i] = self._append(
            kind=kind,
            name=name,
            named=bool(known),
            op=op,
            grad_fn="" if isinstance(fn, Unrecorded) else fn.name(),
            symbol=symbol,
            expression=written.text,
            tex=written.tex,
            is_result=root is not None,
            requires_grad=not isinstance(fn, Unrecorded),
            saved=self.recovery.saved.get(i, ()),
            group=self.folding.modules.paths[i],
            order=order_of(fn, () if self.walk.run is None else self.walk.run.passes),
            **facts,
        )
        for a, source, output in sources:
            self._add_edge(i, a, source, output)

    def _arguments(self, i, row):
        """The arguments of an operation as formulas have them, and (argument, box, output) of each that is shown."""
        links, operands, sources = self.walk.links[i], [], []
        for a in range(max(len(links), len(row.operands) if row else 0)):
            key = self.walk.input(i, a)
            if key is not None:
                operands.append(self._symbols.get(key[0], Sym("⋯")))
                box = self.ids[key[0]]
                folded = key[0] in self.folding.group  # one line from a fold is enough
                if not folded or all(box != other for _, other, _ in sources):
                    sources.append((a, box, key[1]))
            elif a < len(links) and links[a][0] is not None:
                operands.append(Sym("⋯"))  # farther than was read
            elif row is not None and a < len(row.operands):
                node = self._nodes[self._constant(i, a)]
                sources.append((a, node.id, 0))
                plain = not node.name and isinstance(node.value, (int, float))
                operands.append(Sym.of(node.value) if plain else Sym(node.name or "?"))
        return operands, sources

    def _named(self, fn, event):
        """(name, tensor) of an operation's result, if the learner has a name for it; else ("", None)."""
        made = self.walk.names.made.get((id(fn), 0))
        if made is not None:
            return made[:2]
        result = event.results[0] if event is not None and event.results else None
        if result is not None and result.current and not result.rewritten:
            name = self.walk.names.of(result.tensor)
            return name, result.tensor if name else None
        return "", None

    def _fits(self, i):
        """Whether a row is known that the operands fit."""
        row, operands, scalars = self.written[i]
        return row is not None and scalars is not None and len(operands) == len(row.operands)

    def _expression(self, i, name):
        row, operands, scalars = self.written[i]
        if self.folding.lean or len(operands) > 6:
            return Sym("")
        written = _written(expression, row, operands, scalars, name) if self._fits(i) else None
        return call(name, *operands) if written is None else written

    def _result_facts(self, i, fn, tensor):
        facts = self._value(self.recovery.known.get((i, 0)), self.recovery.origin.get((i, 0), ""))
        if "shape" not in facts:  # torch tells a result's shape even when it is gone
            metadata = getattr(fn, "_input_metadata", None)
            if metadata:
                facts["shape"] = tuple(int(n) for n in metadata[0].shape)
                facts["dtype"] = dtype_of(metadata[0])
        if tensor is not None:
            facts["version"] = version_of(tensor)
            facts["retains_grad"] = bool(getattr(tensor, "retains_grad", False))
        if isinstance(fn, Unrecorded):
            return facts
        kept = kept_grad(tensor) if tensor is not None else None
        if kept is not None:
            return facts | self._gradient(kept, "stored", "")
        missing = "unknown" if self.adjoints.ran else "pending"
        return facts | self._gradient(self.adjoints.passed.get((i, 0)), "passed", missing)

    # -- lines ---------------------------------------------------------------------------------------------------

    def _add_edge(self, i, a, source, output):
        event, target = self.walk.event(i), self.ids[i]
        writes = event is not None and event.writes and a == 0
        kind = "write" if writes else self.walk.kinds.get((i, a), "data")
        if self.walk.input(i, a) is None or (i, a) in self.walk.kinds:
            self._edges.append(Edge(source, target, a, output, kind=kind))
            return
        formula = None if self.folding.lean else self.formula(i, a)
        text, tex = ("", "") if formula is None else (formula.text, formula.tex)
        local, local_text = _number(self.adjoints.local, (i, a))
        flow, flow_text = _number(self.adjoints.flow, (i, a))
        state = self.adjoints.state.get((i, a), "none")
        if flow is not None or flow_text:
            state = "known"
        elif state == "known" and not self.adjoints.ran:
            state = "pending"
        self._edges.append(
            Edge(source, target, a, output, text, tex, local, local_text, flow, flow_text, state, kind)
        )


def _number(table, key):
    return numbers_and_text(table[key]) if key in table else (None, "")


def _written(write, *facts):
    """What ``write`` makes of the facts; None if they do not go together."""
    try:
        return write(*facts)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return None
