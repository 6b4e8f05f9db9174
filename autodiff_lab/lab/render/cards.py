"""What boxes, edges, key and notes of a picture say, as lines of (text, style) runs. Leans on model, messages, text.

The names of the styles are those of typeset.py.
"""

from ...messages import say
from .text import contributions, deductions, fold_words, folded, stale_words
from .typeset import cut

# The shapes in the order in which the key explains them.
_KINDS = "leaf parameter operation higher detached constant backward accumulate fold".split()


def painted_as(node):
    """The name of a node's shape."""
    return "higher" if node.order and node.kind == "operation" else node.kind


def _wide(node):
    return node.shape is not None and node.shape != ()


def _shape_line(node):
    text = f"{list(node.shape)} {node.dtype}"
    return [(text, "soft")]


def lines_of(node, compact, model, written):
    """What a box says; ``written`` are the nodes that have to do with writing in place."""
    if node.kind == "fold":
        words = fold_words(node)
        if node.name and node.name != "⋯":
            return [[(cut(node.name), "name")], [("⋯ " + words, "expr")]]
        return [[("⋯ ", "name"), (words, "expr")]]
    if node.kind in ("backward", "accumulate"):
        return _backward_lines(node)
    known = bool(node.value_text)
    value = [(" = ", "soft"), (cut(node.value_text), "value")] if known else []
    if node.kind == "constant" and not node.name:
        return [
            [(cut(node.value_text) if known else "?", "value")],
            *([_shape_line(node)] if _wide(node) else []),
        ]
    main = [(cut(node.name, 28), "name")]
    if compact:
        return [[*main, (f"  {node.symbol or node.op}" if node.op else "", "op"), *value]]
    if node.kind in ("operation", "detached"):
        head = (
            f"{node.symbol}  {node.op}" if node.symbol and node.symbol.lower() != node.op.lower() else node.op
        )
        lines = [[(head, "op")]]
        if node.order:
            lines[0] += [("   ", "op"), (say("graph.order", order=node.order), "tag")]
        if node.expression and len(node.expression) <= 34:
            main += [(" = ", "soft"), (node.expression, "expr")]
        if _wide(node):
            lines += [main, _shape_line(node)]
            lines += [[(cut(node.value_text), "value")]] if known else []
        else:
            lines += [[*main, *value]]
    elif _wide(node):
        lines = [main, _shape_line(node)] + ([[(cut(node.value_text), "value")]] if known else [])
    else:
        lines = [[*main, *value]]
    if node.version and node.id in written:
        lines.append([(f"_version = {node.version}", "soft")])
    if node.grad_state == "stored":
        lines.append([("grad = " + cut(contributions(node, model), 40), "grad")])
    elif node.grad_state == "passed":
        lines.append([(say("graph.adjoint") + " = " + cut(contributions(node, model), 40), "grad")])
    elif node.grad_state == "pending" and node.kind in ("leaf", "parameter"):
        lines.append([("grad = None", "soft")])
    lines += [[("⚠ " + stale_words(s), "warn")] for s in node.saved if s.state == "stale"]
    return lines


def _backward_lines(node):
    """What the box of a grad_fn says: its name, and what it keeps for its derivative."""
    lines = [[(cut(node.name, 30), "name")]]
    if node.kind == "accumulate":
        text = {"stored": node.grad_text, "pending": "None"}.get(node.grad_state, "")
        lines.append(
            [(cut(f"{node.expression} = {text}" if text else node.expression), "grad" if text else "soft")]
        )
    for saved in node.saved[:3]:
        words = saved.shown if saved.state == "kept" else say(f"graph.saved.{saved.state}")
        stale = saved.state == "stale"
        text = "⚠ " + stale_words(saved) if stale else f"{saved.name} = {words}" if words else saved.name
        lines.append([(cut(text), "warn" if stale else "soft")])
    return lines


def label_of(edge, arrow, back, linked):
    """What an edge says: the local derivative, and the gradient that went back; each once in the ``linked`` view."""
    if edge.kind == "write":
        return [[(say("graph.edge.write"), "soft")]]
    if edge.kind != "data":
        return []
    lines = []
    if (edge.formula or edge.local_text) and not (back and linked):
        formula = "" if edge.formula == "⋯" else edge.formula  # it goes into a fold
        text = formula or edge.local_text
        if formula and edge.local_text and edge.local_text != edge.formula and len(edge.formula) <= 22:
            text = f"{edge.formula} = {edge.local_text}"
        mark = [] if "ḡ" in text else [("∂ ", "soft")]
        if text:
            lines.append([*mark, (cut(text, 36), "label")])
    if edge.flow_text and (back or not linked):
        lines.append([(f"{arrow} {cut(edge.flow_text, 26)}", "grad")])
    elif edge.state in ("freed", "stale") and not edge.local_text and not (back and linked):
        lines.append([(say(f"graph.saved.{edge.state}"), "soft")])
    return lines


def key_words(model, labels, frames):
    """What the key explains: only what occurs."""
    kinds = {painted_as(n) for n in model.nodes}
    words = [(kind, say(f"graph.kind.{kind}")) for kind in _KINDS if kind in kinds]
    if any(n.is_result for n in model.nodes) and len(model.nodes) > 1:
        words.append(("result", say("graph.kind.result")))
    if any(kind == "region" for _, kind, _ in frames):
        words.append(("region", say("graph.kind.region")))
    for kind in ("cut", "write", "link"):
        if any(e.kind == kind for e in model.edges):
            words.append((kind, say(f"graph.key.{kind}")))
    told = [e for e in model.edges if e.kind == "data"] if labels else []
    if any((e.formula or e.local_text) and "ḡ" not in e.formula for e in told):
        words.append(("local", say("graph.key.local")))
    if any("ḡ" in e.formula for e in told):
        words.append(("arriving", say("graph.key.arriving")))
    if any(e.flow_text for e in told):
        words.append(("flow", say("graph.key.flow")))
    return words


def notes_of(model):
    """What the picture has to admit, in words."""
    notes = []
    if model.hidden:
        notes.append(folded(model))
    if not model.complete:
        notes.append(say("graph.note.more"))
    notes += deductions(model)
    if any(e.state == "freed" and not e.flow_text for e in model.edges):
        notes.append(say("graph.note.freed"))
    if any(s.state == "stale" for n in model.nodes for s in n.saved):
        notes.append(say("graph.note.stale"))
    return notes
