"""Experiments with buttons and switches: ``lab.accumulation``, ``lab.inplace``, ``lab.modes``.

An experiment is a few lines of Python, run for real. What it shows is a function of two traits, which switches are on
and which buttons were pressed, in order: each change runs the lines again from the start, so that going back is to
forget the last press. What a page sends is one of the names that the experiment knows, never code. Leans on base,
reading and the façade of the library half.
"""

import traitlets

import autodiff_lab

from ...messages import say
from ..formulas import op_name
from ..reading import read
from ..values import shown
from .base import Widget, fault, script

MOST_PRESSES = 40


class Experiment(Widget):
    """What the experiments share.

    Traits that the page shares: ``switched`` (the switches that are on), ``pressed`` (the buttons, in order) and
    ``seen`` (what there is to see, worked out in Python).
    """

    _esm = script("experiment.js")
    heard = ("switched", "pressed")
    stems = ("experiment.",)

    switched = traitlets.List(traitlets.Unicode()).tag(sync=True)
    pressed = traitlets.List(traitlets.Unicode()).tag(sync=True)
    seen = traitlets.Dict().tag(sync=True)

    stem = ""
    switches: tuple[str, ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()  # names, each with the line of Python that it runs

    def __init__(self):
        super().__init__()
        self.observe(self._again, ["switched", "pressed"])
        self._again()

    @traitlets.validate("switched")
    def _known_switches(self, proposal):
        if not set(proposal["value"]) <= set(self.switches):
            raise traitlets.TraitError(f"switches are {', '.join(self.switches)}; got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.validate("pressed")
    def _known_buttons(self, proposal):
        if len(proposal["value"]) > MOST_PRESSES or not set(proposal["value"]) <= dict(self.buttons).keys():
            raise traitlets.TraitError(
                f"at most {MOST_PRESSES} of {', '.join(dict(self.buttons))}; got {proposal['value']!r}"
            )
        return proposal["value"]

    def _again(self, change=None):
        self.seen = {
            "title": say(f"{self.stem}title"),
            "switches": [[name, say(f"{self.stem}switch.{name}")] for name in self.switches],
            "buttons": [list(button) for button in self.buttons],
            "columns": self.columns(set(self.switched), list(self.pressed)),
        }

    def columns(self, switched, pressed):
        """What stands side by side: dicts of ``title``, ``lines`` and ``facts``."""
        raise NotImplementedError

    def to_text(self):
        """What the experiment shows now, in words."""
        parts = [self.seen["title"]]
        for column in self.seen["columns"]:
            parts += ["", column["title"]] if column["title"] else [""]
            for line in column["lines"]:
                parts.append(f"  {line['code']}")
                parts += [f"    {line[k]}" for k in ("gives", "error", "note") if line.get(k)]
            parts += [f"  {label}: {value}" for label, value, _ in column["facts"]]
        return "\n".join(parts)


class Bench:
    """A namespace in which lines of Python are run one by one, and what each of them gave."""

    def __init__(self):
        self.space, self.lines = {"th": autodiff_lab}, []

    def run(self, code, gives=None, changed=False):
        """Run a line; its error is kept beside it. ``gives`` is an expression whose value is shown then."""
        line = {"code": code, "changed": changed}
        try:
            exec(code, self.space)
            if gives:
                line["gives"] = f"{gives} = {text(eval(gives, self.space))}"
        except Exception as error:  # noqa: BLE001 - the errors are what there is to see
            told = fault(error)
            line["error"] = f"{told['type']}: {told['message']}"
            line["note"] = " ".join(told["notes"])
        self.lines.append(line)
        return "error" not in line

    def __getitem__(self, name):
        return self.space[name]


def text(value):
    """A value as an experiment shows it: a tensor by its numbers."""
    if value is None or isinstance(value, (bool, int, str)):
        return str(value)
    return shown(value)


def saved_state(tensor):
    """What the nodes behind a tensor have saved: ("kept" or "freed" or "none", in words)."""
    saved = [(node.op, s) for node in read(tensor, values=False).nodes for s in node.saved]
    if not saved:
        return "none", say("experiment.saved.none")
    state = "freed" if any(s.state == "freed" for _, s in saved) else "kept"
    return state, say(
        f"experiment.saved.{state}", names=", ".join(sorted({f"{op}: {s.name}" for op, s in saved}))
    )


class Accumulation(Experiment):
    """The widget of :func:`accumulation`."""

    stem = "accumulation."
    buttons = (
        ("backward", "f.backward()"),
        ("retain", "f.backward(retain_graph=True)"),
        ("clear", "x.grad = None"),
        ("forward", "f = (2 * x)**2"),
    )

    def columns(self, switched, pressed):
        bench = Bench()
        bench.run("x = th.tensor(3., requires_grad=True)")
        bench.run("f = (2 * x)**2", "f")
        for name in pressed:
            bench.run(dict(self.buttons)[name], "f" if name == "forward" else "x.grad", changed=True)
        state, words = saved_state(bench["f"])
        grad = bench["x"].grad
        return [
            {
                "title": "",
                "lines": bench.lines,
                "facts": [
                    ["x.grad", text(grad), "plain"],
                    [say("accumulation.once"), "24", "plain"],
                    [say("experiment.saved"), words, "warn" if state == "freed" else "plain"],
                ],
            }
        ]


def accumulation():
    """Call ``backward`` again and again, with and without clearing, with and without retaining, and watch ``.grad``.

    Returns:
        An :class:`Accumulation`, a widget; pressing a button is appending its name to ``pressed``.

    >>> lab = accumulation()
    >>> lab.pressed = ["retain", "backward"]
    >>> lab.seen["columns"][0]["facts"][0][:2]
    ['x.grad', '48']
    """
    return Accumulation()


class Inplace(Experiment):
    """The widget of :func:`inplace`."""

    stem = "inplace."
    switches = ("sin",)
    buttons = (
        ("add", "y.add_(1)"),
        ("mul", "y.mul_(2)"),
        ("detach", "y.detach().mul_(2)"),
        ("data", "y.data.mul_(2)"),
        ("outside", "y = y + 1"),
        ("backward", "y.backward(retain_graph=True)"),
    )

    def columns(self, switched, pressed):
        operation = "sin" if "sin" in switched else "exp"
        bench = Bench()
        bench.run("x = th.tensor(0., requires_grad=True)")
        bench.run(f"y = x.{operation}()", "y")
        first = bench["y"]
        node, born = first.grad_fn, first._version
        for name in pressed:
            gives = "x.grad" if name == "backward" else "y"
            bench.space["x"].grad = None
            bench.run(dict(self.buttons)[name], gives, changed=True)
        y = bench["y"]
        keeps = op_name(node.name())
        facts = [
            ["y", text(y), "plain"],
            ["y._version", str(y._version), "plain"],
            [say("inplace.saved"), say(f"inplace.saved.{operation}", op=keeps, version=born), "plain"],
        ]
        if operation == "exp" and first._version != born:
            facts.append(
                [say("inplace.verdict"), say("inplace.stale", now=first._version, then=born), "warn"]
            )
        elif "data" in pressed and operation == "exp":
            facts.append([say("inplace.verdict"), say("inplace.silent"), "warn"])
        else:
            facts.append([say("inplace.verdict"), say("inplace.fine"), "good"])
        return [{"title": "", "lines": bench.lines, "facts": facts}]


def inplace():
    """Write over a tensor, watch its version tick, and see when ``backward`` refuses what was saved before.

    Returns:
        An :class:`Inplace`, a widget; pressing a button is appending its name to ``pressed``.

    >>> lab = inplace()
    >>> lab.pressed = ["mul", "backward"]
    >>> lab.seen["columns"][0]["lines"][-1]["error"][:12]
    'RuntimeError'
    """
    return Inplace()


class Modes(Experiment):
    """The widget of :func:`modes`."""

    stem = "modes."
    switches = ("frozen", "no_grad", "detach")

    def columns(self, switched, pressed):
        return [self._column(say("modes.as_is"), set()), self._column(say("modes.switched"), switched)]

    def _column(self, title, on):
        bench = Bench()
        lines = [
            ("w = th.full((1000,), 2., requires_grad=True)", "frozen", "w = th.full((1000,), 2.)"),
            ("b = th.tensor(1., requires_grad=True)", "", ""),
            ("h = w * w", "no_grad", "with th.no_grad(): h = w * w"),
            ("k = h", "detach", "k = h.detach()"),
            ("loss = (k + b).sum()", "", ""),
            ("loss.backward()", "", ""),
        ]
        for usual, switch, other in lines:
            changed = switch in on and bool(switch)
            code = other if changed else usual
            if code == "loss.backward()":
                recorded, memory = self._recorded(bench["loss"])
            bench.run(code, changed=changed)
        facts = [
            [say("modes.recorded"), recorded, "plain"],
            [say("modes.memory"), memory, "plain"],
            ["w.grad", text(bench["w"].grad), "plain"],
            ["b.grad", text(bench["b"].grad), "plain"],
        ]
        if bench["w"].grad is None:
            cause = "frozen" if "frozen" in on else "no_grad" if "no_grad" in on else "detach"
            facts.append([say("modes.why"), say(f"modes.why.{cause}"), "warn"])
        return {"title": title, "lines": bench.lines, "facts": facts}

    @staticmethod
    def _recorded(loss):
        """The operations that were recorded, and the bytes of the tensors that they hold."""
        seen, stack, names, held = set(), [loss.grad_fn], [], {}
        while stack:
            fn = stack.pop()
            if fn is None or id(fn) in seen:
                continue
            seen.add(id(fn))
            if fn.next_functions:
                names.append(op_name(fn.name()))
            for attribute in dir(fn):
                value = getattr(fn, attribute) if attribute.startswith("_saved_") else None
                if hasattr(value, "element_size"):
                    held[value.data_ptr()] = value.numel() * value.element_size()
            stack += [child for child, _ in fn.next_functions]
        return ", ".join(reversed(names)) or "—", say("modes.bytes", n=sum(held.values()))


def modes():
    """The same program in two columns, one with ``requires_grad``, ``no_grad`` and ``detach`` as you switch them.

    Returns:
        A :class:`Modes`, a widget; ``switched`` names the switches that are on.

    >>> lab = modes()
    >>> lab.switched = ["detach"]
    >>> [fact[1] for fact in lab.seen["columns"][1]["facts"] if fact[0] == "w.grad"]
    ['None']
    """
    return Modes()
