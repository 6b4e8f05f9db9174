"""``lab.explore``: the graph of the learner's own function, with a hand on its inputs and on every result inside.

Every change runs the function again, in Python, on fresh tensors, and watches it run; so the graph changes where the
function takes another branch. Leans on recording and steps for what ran, on stepper for the page's data.

Note [Cuts]
``detach`` and ``no_grad`` at a chosen result are done to the running function from outside: a watcher that comes after
the recording takes the result's history away as soon as the operation has run; on PyTorch's tensors a
``TorchFunctionMode`` around the recording's does it. The numbers and the gradients are those of the same function with
``.detach()``, or ``with no_grad():``, written at that place. A result is chosen by the number of its event.
"""

import contextlib
import inspect
import math
import sys
from dataclasses import dataclass, replace

import numpy as np
import traitlets

from ...messages import say
from ...mode import unwatch, watch
from ..model import visible, without_collecting
from ..names import caller_names, is_tensor
from ..recording import record
from ..render.scene import Room
from ..render.svg import to_svg
from ..render.text import to_text
from ..steps import steps, walked
from ..values import unfit
from .base import AS_TEXT, Widget, current, fault, script, told
from .stepper import played, run_of


@dataclass(frozen=True, slots=True)
class Const:
    """A number that goes into a function as a tensor that needs no gradient; see :func:`const`."""

    value: float


def const(value):
    """For :func:`explore`: this input is a constant, a tensor with ``requires_grad=False``.

    >>> const(1.0)
    Const(value=1.0)
    """
    return Const(float(value))


def explore(fn, /, *, ranges=None, direction="TB", names=None, **inputs):
    """A function's graph to touch: move its inputs, switch ``requires_grad`` and ``no_grad``, detach what is inside.

    Every change runs the function again, so a function with ``if`` and ``for`` changes its graph under the hand. Both
    passes can be stepped through. A tensor may be given in place of a function: its graph is shown and stepped through.

    Args:
        fn: a function of tensors that returns a tensor, of this package or of PyTorch; or a tensor.
        ranges: ``{name: (least, greatest)}`` for the sliders.
        direction: ``"TB"``, from top to bottom, or ``"LR"``, from left to right.
        names: for a tensor, a mapping from names to tensors; by default the caller's variables.
        inputs: the function's arguments by name. A ``float`` becomes a tensor that requires grad, ``lab.const(1.0)``
            one that does not; a tensor goes in as a copy of itself; an ``int`` and a ``bool`` stay as they are, for
            loops and branches; all of these can be moved or switched. Anything else goes in untouched.

    Returns:
        An :class:`Explorer`, a widget; ``result`` is the tensor that the function returned last.

    Raises:
        TypeError: if ``fn`` is neither a function nor a tensor, or an input has no value.
        ValueError: for another direction, or a range that is none.

    >>> import autodiff_lab as th
    >>> e = explore(lambda x, y: x * y + th.sin(x), x=2.0, y=3.0)
    >>> e.set(x=0.0)
    >>> e.grads
    {'x': 4.0, 'y': 0.0}
    """
    if direction not in ("TB", "LR"):
        raise ValueError(say("graph.error.direction", direction=repr(direction)))
    if is_tensor(fn):
        return Explorer(None, {}, direction, tensor=fn, names=caller_names() if names is None else names)
    if not callable(fn):
        raise TypeError(say("explore.error.type", type=type(fn).__name__))
    return Explorer(fn, _inputs(fn, inputs, ranges or {}), direction)


@dataclass(frozen=True, slots=True)
class Input:
    """One argument of the function and how the page shows it.

    ``kind`` is ``"leaf"``, ``"int"``, ``"bool"``, ``"tensor"`` or ``"other"``.
    """

    name: str
    kind: str
    value: object
    grad: bool
    low: float = 0.0
    high: float = 0.0

    def data(self):
        """What the page needs to know."""
        number = self.value if self.kind in ("leaf", "int", "bool") else None
        shape = str(list(self.value.shape)) if self.kind == "tensor" else ""
        step = 1 if self.kind == "int" else (self.high - self.low) / 400
        return {"name": self.name, "kind": self.kind, "value": number, "grad": self.grad, "low": self.low,
                "high": self.high, "step": step, "shape": shape}  # fmt: skip


def _inputs(fn, given, ranges):
    """The arguments in the order of the function's own, with its defaults where nothing is given."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):  # a function written in C
        parameters = ()
    found = {}
    for p in parameters:
        if p.name in given:
            found[p.name] = given[p.name]
        elif p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY):
            if p.default is p.empty:
                raise TypeError(say("explore.error.inputs", name=p.name))
            found[p.name] = p.default
    found.update(given)
    for name in ranges.keys() - found.keys():
        raise ValueError(say("explore.error.range", name=name))
    return {name: _input(name, value, ranges.get(name)) for name, value in found.items()}


def _input(name, value, between):
    if isinstance(value, bool):
        return Input(name, "bool", value, False)
    if isinstance(value, (int, float, Const)):
        number = value.value if isinstance(value, Const) else value
        if not math.isfinite(number):
            raise ValueError(say("explore.error.finite", name=name, value=number))
        whole = isinstance(value, int)
        low, high = _between(name, number, between, whole)
        return Input(name, "int" if whole else "leaf", number, isinstance(value, float), low, high)
    if is_tensor(value) and value.dtype.is_floating_point:
        if not value.shape:
            low, high = _between(name, value.item(), between, False)
            return Input(name, "leaf", value.item(), value.requires_grad, low, high)
        return Input(name, "tensor", value.detach().clone(), value.requires_grad)
    return Input(name, "other", value, False)


def _between(name, number, between, whole):
    if between is None:
        reach = max(4, math.ceil(2 * abs(number)))
        return (0 if whole and number >= 0 else -reach), reach
    try:
        low, high = (float(v) for v in between)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(say("explore.error.range", name=name))
    return (int(low), int(high)) if whole else (low, high)


class _Cuts:
    """Takes the history away from the chosen results; see Note [Cuts]."""

    def __init__(self, run, chosen):
        self.run, self.chosen = run, chosen
        self.twins = {}  # by the identity of what the learner's function got instead: what the operation gave

    def chose(self, results):
        """Whether these are the results of an operation that was chosen, the last that the recording saw."""
        if not self.run.events or not results or not is_tensor(results[0]):
            return False
        event = self.run.events[-1]
        made = event.results and event.results[0].tensor is results[0]
        return bool(made) and event.number in self.chosen and results[0].requires_grad

    def __call__(self, row, inputs, attrs, results, node):
        if self.chose(results):
            results[0]._node = None  # detach_() refuses views

    def of(self, torch):
        """The same for PyTorch's tensors."""
        cuts = self

        class Cutter(torch.overrides.TorchFunctionMode):
            def __torch_function__(self, func, types, args=(), kwargs=None):
                result = func(*args, **(kwargs or {}))
                with torch._C.DisableTorchFunction():
                    several = isinstance(result, (tuple, list))
                    first, *others = result if several and result else (result,)
                    if not cuts.chose([first]):
                        return result
                    if not first._is_view() or first is args[0]:
                        first.detach_()
                        return result
                    twin = first.detach()
                    cuts.run.follow(first, twin)
                    cuts.twins[id(twin)] = twin, first
                return type(result)((twin, *others)) if several else twin

        return Cutter()


class Explorer(Widget):
    """The widget of :func:`explore`.

    Traits that the page shares: ``values`` and ``requires`` (of the inputs, by name), ``no_grad``, and by the number of
    their operation ``detached``, ``unrecorded`` and ``retained`` results. What the page sends is checked.

    Attributes:
        result: the tensor that the function returned last, or the tensor that is shown.
        grads: what ``result.backward()`` gives each input that is a number and requires grad.
    """

    _esm = script("explorer.js")
    heard = ("values", "requires", "no_grad", "detached", "unrecorded", "retained")
    stems = ("stepper.", "explore.")
    plays_alone = (
        "run",
        "inputs",
        "values",
        "requires",
        "no_grad",
        "detached",
        "unrecorded",
        "retained",
        "name",
        "fixed",
    )

    run = traitlets.Dict().tag(**AS_TEXT)
    inputs = traitlets.List().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    fixed = traitlets.Bool(False).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    requires = traitlets.Dict().tag(sync=True)
    no_grad = traitlets.Bool(False).tag(sync=True)
    detached = traitlets.List(traitlets.Int(min=0), maxlen=1000).tag(sync=True)
    unrecorded = traitlets.List(traitlets.Int(min=0), maxlen=1000).tag(sync=True)
    retained = traitlets.List(traitlets.Int(min=0), maxlen=1000).tag(sync=True)

    def __init__(self, fn, inputs, direction, tensor=None, names=None):
        self._function, self._inputs, self._direction = fn, inputs, direction
        self.result, self._steps, self._scene, self._library = tensor, None, None, None
        self._room = Room()
        numbers = {n: i.value for n, i in inputs.items() if i.kind in ("leaf", "int", "bool")}
        super().__init__(
            inputs=[i.data() for i in inputs.values()],
            values=numbers,
            requires={n: i.grad for n, i in inputs.items() if i.kind in ("leaf", "tensor")},
            name=visible(getattr(fn, "__name__", "f") if fn is not None else "", 40),
            fixed=fn is None,
        )
        if fn is None:
            self._show(steps(tensor, names=names), {})
        else:
            self.redo()
            changes = ["values", "requires", "no_grad", "detached", "unrecorded", "retained", "again"]
            self.observe(lambda change: self.redo(), changes)

    @traitlets.validate("values")
    def _checked_values(self, proposal):
        """A number for each input that is one, a whole one for a whole one."""
        self._match(proposal.value, ("leaf", "int", "bool"))
        for name, value in proposal.value.items():
            kind = self._inputs[name].kind
            right = {"leaf": (int, float), "int": int, "bool": bool}[kind]
            if (
                not isinstance(value, right)
                or isinstance(value, bool) != (kind == "bool")
                or not math.isfinite(value)
            ):
                raise traitlets.TraitError(f"{name!r}: {value!r}")
        return proposal.value

    @traitlets.validate("requires")
    def _checked_requires(self, proposal):
        self._match(proposal.value, ("leaf", "tensor"))
        if not all(isinstance(value, bool) for value in proposal.value.values()):
            raise traitlets.TraitError(repr(proposal.value))
        return proposal.value

    def _match(self, given, kinds):
        if given.keys() != {name for name, i in self._inputs.items() if i.kind in kinds}:
            raise traitlets.TraitError(repr(list(given)))

    def set(self, **values):
        """Move inputs, as the sliders do: ``e.set(x=2.0, n=3)``."""
        self.values = {**self.values, **values}

    @property
    def grads(self):
        """What ``result.backward()`` gives each input that is a number and requires grad, by name."""
        if self._steps is None:
            return {}
        return {m.name: m.value for m in self._steps.moves if m.phase == "leaf"}

    def redo(self):
        """Run the function again and show what ran; an error of its own is drawn instead."""
        try:
            self._run()
        except Exception as error:  # noqa: BLE001 - whatever the learner's function raises is told in the widget
            self.fault = fault(error, current(self._function))

    def _arguments(self, library):
        made = {}
        for name, i in self._inputs.items():
            if i.kind in ("int", "bool"):
                made[name] = self.values[name]
            elif i.kind == "other":
                made[name] = i.value
            else:
                tensor = (
                    library.tensor(float(self.values[name])) if i.kind == "leaf" else i.value.detach().clone()
                )
                made[name] = tensor.requires_grad_(self.requires[name])
        return made

    def _libraries(self):
        """This package first; PyTorch, if it is loaded and the function will have nothing else."""
        if self._library is None:
            ours, torch = sys.modules[__name__.partition(".")[0]], sys.modules.get("torch")
            theirs = any(isinstance(i.value, getattr(torch, "Tensor", ())) for i in self._inputs.values())
            return [torch] if theirs else [ours] if torch is None else [ours, torch]
        return [self._library]

    def _run(self):
        function = current(self._function)
        first = None
        for library in self._libraries():
            try:
                arguments = self._arguments(library)
                called = self._called(function, library, arguments)
            except Exception as error:  # noqa: BLE001 - told, unless the other library's tensors do
                first = first or error
                continue
            self._library = library
            break
        else:
            raise first
        with without_collecting():
            self._read(*called, arguments)

    def _read(self, result, scope, run, arguments):
        """Show what ran."""
        if not is_tensor(result):
            raise unfit("explore.error.result", result)
        names = {**scope, **arguments}
        if not any(v is result for n, v in names.items() if not n.startswith("_")):
            names[self.name if self.name.isidentifier() and self.name not in names else "result"] = result
        gradient = result.detach().clone().fill_(1) if result.requires_grad else None
        made, reading = walked(result, gradient, names, run)
        events = {node: reading.walk.event(i) for i, node in reading.ids.items() if isinstance(i, int)}
        place = {node: event.number for node, event in events.items() if event is not None and event.results}
        self.result, self._events = result, run
        self._show(made, place)

    def _called(self, function, library, arguments):
        switched = library.no_grad() if self.no_grad else contextlib.nullcontext()
        with record() as run, switched:
            cuts, torch = _Cuts(run, {*self.detached, *self.unrecorded}), sys.modules.get("torch")
            theirs = (
                cuts.of(torch) if cuts.chosen and hasattr(torch, "overrides") else contextlib.nullcontext()
            )
            watch(cuts)
            try:
                with theirs, np.errstate(all="ignore"):
                    result = function(**arguments)
            finally:
                unwatch(cuts)
        frame, run.called, scope = run.called, None, {}
        if frame is not None and frame.f_code is getattr(function, "__code__", None):
            scope = dict(frame.f_locals)  # as they were when it returned
        scope = {name: cuts.twins.get(id(value), (value, value))[1] for name, value in scope.items()}
        return result, scope, run

    def _show(self, made, place):
        """Send the run to the page, with what was cut off drawn as such."""
        model = made.model
        cut = {n for n, k in place.items() if k in self.detached or k in self.unrecorded}
        if cut:
            nodes = tuple(self._cut_off(n, place[n.id]) if n.id in cut else n for n in model.nodes)
            bare = {
                "formula": "",
                "tex": "",
                "local": None,
                "local_text": "",
                "flow": None,
                "flow_text": "",
                "kind": "cut",
            }
            edges = tuple(replace(e, **bare) if e.target in cut else e for e in model.edges)
            made.model = replace(model, nodes=nodes, edges=edges)
        run, self._scene = run_of(made, self._direction, self._room)
        for box, node in zip(run["scene"]["boxes"], made.model.nodes):
            box["place"] = place.get(node.id, -1)
            box["saved"] = [[s.name, s.shown, s.state] for s in node.saved]
            box["retains"] = box["place"] in self.retained
        self._steps = made
        with self.hold_sync():
            self.fault = {}
            self.run = run

    def _cut_off(self, node, number):
        facts = {
            "grad_state": "none",
            "grad_text": "",
            "grad": None,
            "requires_grad": False,
            "grad_fn": "",
            "saved": (),
        }
        if number in self.detached:
            return replace(node, kind="detached", **facts)
        return replace(node, mode="no_grad", **facts)

    def to_text(self):
        """The function's inputs, its graph in words, and what went wrong, if anything did."""
        lines = [", ".join(f"{n} = {_said(v)}" for n, v in self.values.items())]
        if self._steps is not None:
            lines += ["", to_text(played(self._steps))]
        return "\n".join([line for line in [*lines, told(self.fault)] if line or len(lines) > 1]).strip()

    def to_svg(self):
        """The graph with all its numbers, for pages in which no script runs."""
        return to_svg(self._scene) if self._scene is not None else '<svg xmlns="http://www.w3.org/2000/svg"/>'


def _said(value):
    return str(value) if isinstance(value, (bool, int)) else f"{value:.5g}"
