"""The graph in words: for terminals, for screen readers, and for tests that compare text.

One row a node in the order of evaluation, then one row an edge. Leans on model and messages.
"""

from ...messages import say


def title(model):
    """The heading of every view."""
    names = ", ".join(n.name for n in model.results if n.name) or "?"
    return say("graph.title", name=names)


def operation(node, model):
    """What made a node: ``Pow(x)``, or the word for its kind."""
    if node.kind == "fold":
        return say("graph.fold", count=node.count)
    if node.kind != "operation":
        return say(f"graph.word.{node.kind}")
    sources = [model.nodes[e.source] for e in model.inputs(node.id)]
    return f"{node.op}({', '.join(s.name or s.value_text or '?' for s in sources)})"


def gradient(node):
    """The gradient as a text: its value, ``None`` when it was not computed yet, ``—`` where there is none."""
    if node.grad_state == "stored":
        return node.grad_text
    if node.grad_state == "passed":
        return f"({node.grad_text})"
    if node.grad_state == "pending":
        return "None" if node.is_leaf else ""
    return "?" if node.grad_state == "unknown" else "—"


def describe(node):
    """A node told at length, one fact a line."""
    word = say(f"graph.word.{node.kind}") if node.kind != "fold" else say("graph.fold", count=node.count)
    lines = [f"{node.name}: {word}" if node.name and node.kind != "fold" else word]
    if node.grad_fn:
        lines.append(f"grad_fn: {node.grad_fn}")
    if node.expression:
        lines.append(f"{node.name} = {node.expression}")
    if node.shape is not None:
        lines.append(f"shape {list(node.shape)}, {node.dtype}")
    if node.value_text:
        origin = (
            f" ({say('graph.from.' + node.value_from)})"
            if node.value_from in ("recomputed", "deduced")
            else ""
        )
        lines.append(f"{say('graph.value')}: {node.value_text}{origin}")
    if node.grad_state != "none":
        key = f"graph.grad.{node.grad_state}"
        lines.append(say(key, grad=node.grad_text))
    if node.version:
        lines.append(say("graph.version", version=node.version))
    for saved in node.saved:
        shown = f" = {saved.shown}" if saved.shown else ""
        lines.append(f"_saved_{saved.name}{shown}: {say('graph.saved.' + saved.state)}")
    return lines


def table(head, rows, right=()):
    """Aligned columns under a heading, separated by two blanks; columns without content are left out."""
    kept = [k for k in range(len(head)) if any(row[k] for row in rows)]
    widths = {k: max(len(row[k]) for row in (head, *rows)) for k in kept}

    def line(row):
        return "  ".join(
            row[k].rjust(widths[k]) if k in right else row[k].ljust(widths[k]) for k in kept
        ).rstrip()

    return [line(head), line(["─" * widths.get(k, 0) for k in range(len(head))]), *map(line, rows)]


def to_text(model):
    """The whole model as two tables; see :class:`~autodiff_lab.lab.Graph`."""
    plural = say("graph.description", nodes=len(model.nodes), edges=len(model.edges))
    lines = [f"{title(model)}: {plural}"]
    if model.hidden:
        lines.append(say("graph.note.folded", hidden=model.hidden, total=model.total))
    if not model.complete:
        lines.append(say("graph.note.more"))
    head = [
        say(f"graph.head.{k}") for k in ("node", "operation", "formula", "shape", "value", "grad", "saved")
    ]
    rows = []
    for node in model.nodes:
        saved = ", ".join(
            f"{s.name} ({say('graph.saved.' + s.state)})" for s in node.saved if s.state != "kept"
        )
        shape = f"{list(node.shape)} {node.dtype}" if node.shape else ""
        rows.append([node.name or "·", operation(node, model), node.expression, shape, node.value_text or "?",
                     gradient(node), saved])  # fmt: skip
    lines += ["", *table(head, rows, right=(4, 5))]
    rows = []
    for edge in model.edges:
        if edge.formula or edge.local_text or edge.flow_text:
            name = model.nodes[edge.source].name
            formula = edge.formula if edge.formula != edge.local_text else ""
            flow = edge.flow_text or (
                say(f"graph.saved.{edge.state}") if edge.state in ("freed", "stale") else ""
            )
            rows.append([f"{name} → {model.nodes[edge.target].name}", formula, edge.local_text, flow])
    if rows:
        head = [say(f"graph.head.{k}") for k in ("edge", "local", "number", "flow")]
        lines += ["", *table(head, rows, right=(2, 3))]
    if any(n.value_from == "deduced" for n in model.nodes):
        lines += ["", say("graph.note.deduced")]
    return "\n".join(lines)
