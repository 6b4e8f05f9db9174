"""The graph in words: for terminals, for screen readers, and for tests that compare text.

One row a node in the order of evaluation, then one row an edge. Leans on model and messages.
"""

from html import escape

from ...messages import say


def title(model):
    """The heading of every view."""
    names = ", ".join(n.name for n in model.results if n.name) or "?"
    key = (
        "graph.title.backward"
        if all(n.kind in ("backward", "accumulate") for n in model.results)
        else "graph.title"
    )
    return say(key if model.results else "graph.title", name=names)


def overview(model):
    """The picture in a few sentences, for those who hear it: what there is, what came out, and the gradients."""
    said = [size(model)]
    named = [n for n in model.nodes if n.kind not in ("fold", "backward", "accumulate")]
    said += [f"{n.name} = {n.value_text}" for n in named if n.is_result and n.name and n.value_text]
    said += [f"{n.name}.grad = {n.grad_text}" for n in named if n.is_leaf and n.grad_state == "stored"][:12]
    return ". ".join(said) + "."


def size(model):
    """How many nodes and edges there are, in words."""
    counts = {"node": len(model.nodes), "edge": len(model.edges)}
    counted = {k: say(f"graph.{k}" if n == 1 else f"graph.{k}s", count=n) for k, n in counts.items()}
    return say("graph.size", nodes=counted["node"], edges=counted["edge"])


def operation(node, model):
    """What made a node: ``Pow(x)``, or the word for its kind."""
    if node.kind == "fold":
        return fold_words(node)
    if node.kind not in ("operation", "detached"):
        return say(f"graph.word.{node.kind}")
    sources = [model.nodes[e.source] for e in model.inputs(node.id)]
    return f"{node.op}({', '.join(s.name or s.value_text or '?' for s in sources)})"


def deductions(model):
    """What was deduced and not read, in words."""
    found = [node for node in model.nodes if node.value_from == "deduced"]
    keys = ["graph.note.deduced"] * bool(found)
    keys += ["graph.note.guessed"] * any(node.name.endswith("?") for node in found)
    return [say(key) for key in keys]


def fold_words(node):
    """What a fold stands for."""
    count = f"{node.count:,}".replace(",", " ")
    return say("graph.fold.loop" if node.folds == "loop" else "graph.fold", count=count)


def folded(model):
    """How much a picture hides, and how to see it."""
    whole = any(n.folds in ("loop", "module") for n in model.nodes)
    hidden, total = (f"{count:,}".replace(",", " ") for count in (model.hidden, model.total))
    return say("graph.note.folded.whole" if whole else "graph.note.folded", hidden=hidden, total=total)


def region(node):
    """What stands over a shaded region: its mode, and what that means."""
    return say(f"graph.mode.{node.mode}")


def stale_words(saved):
    """What became of a saved tensor that was written to: both versions, where they are known."""
    if not saved.versions:
        return f"{saved.name}: {say('graph.saved.stale')}"
    then, now = saved.versions
    return say("graph.saved.versions", name=saved.name, then=then, now=now)


def contributions(node, model):
    """A gradient as a text; where the ways of a fork meet, as the sum of what came along each: ``12 + 6 = 18``."""
    flows = [e for e in model.leaving.get(node.id, ()) if e.flow_text]
    numbers = [e.flow for e in flows]
    if len(flows) < 2 or not all(isinstance(v, (int, float)) for v in (node.grad, *numbers)):
        return node.grad_text
    if abs(sum(numbers) - node.grad) > 1e-5 * max(1.0, *map(abs, numbers)):  # there was something before
        return node.grad_text
    terms = [flows[0].flow_text]
    for e in flows[1:]:
        terms.append(f"− {e.flow_text[1:]}" if e.flow_text[:1] in "-−" else f"+ {e.flow_text}")
    written = f"{' '.join(terms)} = {node.grad_text}"
    return written if len(written) <= 40 else node.grad_text


def gradient(node, model):
    """The gradient as a text: its value, ``None`` when it was not computed yet, ``—`` where there is none."""
    if node.grad_state == "stored":
        return contributions(node, model)
    if node.grad_state == "passed":
        return f"({contributions(node, model)})"
    if node.grad_state == "pending":
        return "None" if node.is_leaf or node.kind == "accumulate" else ""
    return "?" if node.grad_state == "unknown" else "—"


def where(node, model):
    """Where a node lies and when it was made: its modules, its mode, its order."""
    said = [" / ".join(model.groups.get(path, path) for path in node.group)]
    said += [region(node)] if node.mode else []
    said += [say("graph.order", order=node.order)] if node.order else []
    return ", ".join(part for part in said if part)


def say_edge(edge, model):
    """An edge in words, one fact a line."""
    source, target = model.nodes[edge.source], model.nodes[edge.target]
    lines = [f"{source.name or source.value_text} → {target.name}"]
    if edge.kind != "data":
        lines.append(say(f"graph.key.{edge.kind}"))
    if edge.formula or edge.local_text:
        told = dict.fromkeys(text for text in (edge.formula, edge.local_text) if text)
        lines.append(f"{say('graph.key.local')}: {' = '.join(told)}")
    if edge.flow_text:
        lines.append(f"{say('graph.key.flow')}: {edge.flow_text}")
    return "\n".join(lines)


def describe(node, model):
    """A node told at length, one fact a line."""
    word = say(f"graph.word.{node.kind}") if node.kind != "fold" else fold_words(node)
    lines = [f"{node.name}: {word}" if node.name and node.name != "⋯" else word]
    if node.grad_fn and node.grad_fn != node.name:
        lines.append(f"grad_fn: {node.grad_fn}")
    if node.expression:
        lines.append(f"{node.name} = {node.expression}" if node.kind != "accumulate" else node.expression)
    if node.shape is not None:
        lines.append(f"{say('graph.head.shape')} {list(node.shape)}, {node.dtype}")
    if node.value_text:
        origin = (
            f" ({say('graph.from.' + node.value_from)})"
            if node.value_from in ("recomputed", "deduced")
            else ""
        )
        lines.append(f"{say('graph.value')}: {node.value_text}{origin}")
    if node.grad_state != "none":
        ends = node.grad_state == "passed" and node.kind in (
            "leaf",
            "parameter",
        )  # in a pass that is only played
        key = "graph.grad.adds" if ends else f"graph.grad.{node.grad_state}"
        lines.append(say(key, grad=contributions(node, model)))
    if node.version:
        lines.append(say("graph.version", version=node.version))
    if place := where(node, model):
        lines.append(place)
    if node.place:
        lines.append(node.place)
    for saved in node.saved:
        shown = f" = {saved.shown}" if saved.shown else ""
        said = (
            stale_words(saved)
            if saved.state == "stale"
            else f"{saved.name}{shown}: {say('graph.saved.' + saved.state)}"
        )
        lines.append(f"_saved_{said}")
    return lines


def filled(head, rows):
    """The numbers of the columns that have content."""
    return [k for k in range(len(head)) if any(row[k] for row in rows)]


def table(head, rows, right=()):
    """Aligned columns under a heading, separated by two blanks; columns without content are left out."""
    kept = filled(head, rows)
    widths = {k: max(len(row[k]) for row in (head, *rows)) for k in kept}

    def line(row):
        return "  ".join(
            row[k].rjust(widths[k]) if k in right else row[k].ljust(widths[k]) for k in kept
        ).rstrip()

    return [line(head), line(["─" * widths.get(k, 0) for k in range(len(head))]), *map(line, rows)]


def html_table(head, rows, right=()):
    """The same as a page shows it; a screen reader tells each number with the heads of its column and row."""
    kept = filled(head, rows)

    def line(row, first, other):
        cells = []
        for k in kept:
            mark = first if k == kept[0] else other
            side = "right" if k in right else "left"
            cells.append(f'<{mark} style="text-align:{side}">{escape(row[k])}</{mark[:2]}>')
        return f"<tr>{''.join(cells)}</tr>"

    top = line(head, 'th scope="col"', 'th scope="col"')
    body = "".join(line(row, 'th scope="row"', "td") for row in rows)
    return f"<table><thead>{top}</thead><tbody>{body}</tbody></table>"


def to_text(model):
    """The whole model as two tables; see :class:`~autodiff_lab.lab.Graph`."""
    return "\n\n".join("\n".join(table(*b) if isinstance(b, tuple) else b) for b in blocks(model))


def to_html(model):
    """The whole model as two tables, for a page: folded away, under a line that says what they are."""
    told = "".join(
        html_table(*b) if isinstance(b, tuple) else "".join(f"<p>{escape(line)}</p>" for line in b)
        for b in blocks(model)
    )
    return f"<details><summary>{escape(say('graph.in_words'))}</summary>\n{told}</details>"


def blocks(model):
    """What the words are made of: lines, as lists, and tables, as (head, rows, columns of numbers)."""
    lines = [f"{title(model)}: {size(model)}"]
    if model.hidden:
        lines.append(folded(model))
    if not model.complete:
        lines.append(say("graph.note.more"))
    yield lines
    head = [
        say(f"graph.head.{k}")
        for k in ("node", "operation", "formula", "shape", "value", "grad", "saved", "version", "where")
    ]
    rows = []
    for node in model.nodes:
        saved = ", ".join(
            stale_words(s) if s.state == "stale" else f"{s.name} ({say('graph.saved.' + s.state)})"
            for s in node.saved
            if s.state != "kept"
        )
        shape = f"{list(node.shape)} {node.dtype}" if node.shape else ""
        rows.append([node.name or "·", operation(node, model), node.expression, shape, node.value_text or "?",
                     gradient(node, model), saved, str(node.version or ""), where(node, model)])  # fmt: skip
    yield head, rows, (4, 5)
    rows = []
    for edge in model.edges:
        if edge.formula or edge.local_text or edge.flow_text or edge.kind != "data":
            name = model.nodes[edge.source].name or model.nodes[edge.source].value_text
            formula = edge.formula if edge.formula != edge.local_text else ""
            flow = edge.flow_text or (
                say(f"graph.saved.{edge.state}") if edge.state in ("freed", "stale") else ""
            )
            kind = say(f"graph.key.{edge.kind}") if edge.kind != "data" else ""
            rows.append([f"{name} → {model.nodes[edge.target].name}", formula, edge.local_text, flow, kind])
    if rows:
        head = [say(f"graph.head.{k}") for k in ("edge", "local", "number", "flow", "kind")]
        yield head, rows, (2, 3)
    if deduced := deductions(model):
        yield [" ".join(deduced)]
