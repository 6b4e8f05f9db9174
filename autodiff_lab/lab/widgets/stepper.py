"""``lab.stepper``: the forward and the backward pass, played one operation at a time, with no kernel needed.

The whole run is one trait: the scene that the SVG is painted from, and the moves of ``lab.steps``. So the page of an
exported notebook plays it as well. Leans on steps, scene and base.
"""

import math
from dataclasses import replace

import traitlets

from ...messages import say
from ..names import caller_names
from ..render.scene import compose
from ..render.svg import to_svg
from ..render.text import title
from ..steps import steps
from .base import AS_TEXT, Widget, script

_FACTS = (
    "phase",
    "node",
    "source",
    "edge",
    "arrives",
    "formula",
    "local",
    "product",
    "before",
    "total",
    "value",
    "adds",
)


def stepper(tensor, gradient=None, *, names=None, direction="TB"):
    """Both passes of a tensor's graph to step through: next, back, play, jump; and to predict, in quiz mode.

    Args:
        tensor: a tensor with a history, of this package or of PyTorch.
        gradient: what the backward pass starts with; 1 for a tensor with a single element.
        names: a mapping from names to tensors; by default the caller's variables.
        direction: ``"TB"``, from top to bottom, or ``"LR"``, from left to right.

    Returns:
        A :class:`Stepper`, a widget that also plays in an exported page; ``at`` counts the moves that are done.

    Raises:
        TypeError: if it is no tensor.
        ValueError: for a tensor that needs no gradient, or one with several elements and no ``gradient``.

    >>> import autodiff_lab as th
    >>> x = th.tensor(3.0, requires_grad=True)
    >>> f = x * x
    >>> [m["total"] for m in stepper(f).run["moves"]]
    ['3', '9', '1', '3', '6', '6']
    """
    return Stepper(steps(tensor, gradient, caller_names() if names is None else names), direction)


def played(steps):
    """The model as it is when both passes are done: each node with the gradient that came to it."""
    totals = {m.node if m.source is None else m.source: m.total for m in steps.backward if m.total}
    nodes = tuple(
        replace(n, grad_state="passed", grad_text=totals[n.id])
        if n.id in totals and (n.grad_state, n.grad_text) != ("passed", totals[n.id])
        else n
        for n in steps.model.nodes
    )
    return replace(steps.model, nodes=nodes)


def scene_of(model, direction="TB", room=None):
    """A model's picture as plain data for the page, and the scene; ``room`` keeps what does not change in place."""
    scene = compose(model, direction, room)
    frames = scene.frames
    top = min([*(b.y - b.height / 2 for b in scene.boxes), *(f.y for f in frames)], default=0) - 14
    foot = (
        max([*(b.y + b.height / 2 for b in scene.boxes), *(f.y + f.height for f in frames)], default=0) + 14
    )
    boxes = [
        {
            "id": b.id, "name": node.name, "kind": b.kind,
            "x": b.x, "y": round(b.y - top, 1), "w": b.width, "h": b.height,
            "result": b.is_result, "lines": b.lines, "hint": b.hint, "free": node.kind == "constant" and not node.name,
        }
        for b, node in zip(scene.boxes, model.nodes)
    ]  # fmt: skip
    edges = [
        {
            "source": e.source, "target": e.target, "points": [(x, round(y - top, 1)) for x, y in line.points],
            "differentiable": line.differentiable, "lines": line.lines, "formula": e.formula, "local": e.local_text,
            "head": line.head, "kind": line.kind,
            "label": line.label and (line.label[0], round(line.label[1] - top, 1), *line.label[2:]),
        }
        for line, e in zip(scene.lines, model.edges)
    ]  # fmt: skip
    data = {
        "width": scene.width, "height": round(foot - top, 1), "direction": scene.direction,
        "boxes": boxes, "edges": edges,
        "key": [(what, word) for what, word, _, _ in scene.key], "notes": [text for text, _ in scene.notes],
        "stubs": [[(x, round(y - top, 1)) for x, y in line.points] for line in scene.stubs],
        "cuts": [(x, round(y - top, 1)) for x, y in scene.cuts],
        "frames": [
            {"x": f.x, "y": round(f.y - top, 1), "w": f.width, "h": f.height, "kind": f.kind, "title": f.title,
             "at": (f.title_x, round(f.title_y - top, 1))}
            for f in frames
        ],
    }  # fmt: skip
    return data, scene


def moves_of(steps):
    """The moves as plain data for the page: what is empty is left out."""
    moves = []
    for m in steps:
        facts = {k: v for k in _FACTS if (v := getattr(m, k)) is not None and v is not False and v != ""}
        if not math.isfinite(m.value or 0.0):
            del facts["value"]  # no number to ask for, nor one that JSON knows
        moves.append({**facts, "sentence": m.sentence})
    return moves


def run_of(steps, direction="TB", room=None):
    """Scene and moves together, and the scene itself."""
    data, scene = scene_of(played(steps), direction, room)
    return {"scene": data, "moves": moves_of(steps), "top": steps.model.results[0].name}, scene


class Stepper(Widget):
    """The widget of :func:`stepper`."""

    _esm = script("stepper.js")
    heard = ("at",)
    stems = ("stepper.",)
    plays_alone = ("run", "at")

    run = traitlets.Dict().tag(**AS_TEXT)
    at = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, steps, direction="TB"):
        self._steps = steps
        run, self._scene = run_of(steps, direction)
        super().__init__(run=run)

    def to_text(self):
        """Every step in words, numbered."""
        return f"{title(self._steps.model)}: {say('stepper.moves', all=len(self._steps))}\n\n{self._steps.to_text()}"

    def to_svg(self):
        """The graph with all its numbers, for pages in which no script runs."""
        return to_svg(self._scene)
