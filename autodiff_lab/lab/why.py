"""``lab.why(t)``: in words, why a tensor's gradient is what it is, or why there is none. ``lab.tree(module)``.

Asks tensors through PyTorch's public face alone, as the reader does. The line at which something happened comes from
a recording, where one is among the variables, or from the notebook's history; where neither knows, no line is named.
"""

import ast
import linecache
import os
import re

from ..messages import say
from . import history
from .events import version_of
from .formulas import op_name
from .names import Names, caller_names, is_tensor
from .reading import read
from .recording import Recording
from .recovery import saved_by
from .render.text import table
from .values import shown
from .words import Prose, Words


def why(tensor, names=None):
    """Why ``tensor.grad`` is None, or what it holds, and whether ``backward()`` can still go through its graph.

    Args:
        tensor: a tensor of this package or of PyTorch; or an exception that one of them raised.
        names: a mapping from names to tensors; by default the caller's variables.

    Returns:
        The explanation in the language in use, one reason a line.

    Raises:
        TypeError: if it is neither.

    >>> import autodiff_lab as th
    >>> x = th.tensor(2.0, requires_grad=True)
    >>> y = x**2
    >>> print(why(x))
    x.grad es None: es una hoja con requires_grad=True, pero ningún backward() le ha dejado un gradiente.
    De x dependen: y. Llama a y.backward().
    """
    names = caller_names() if names is None else names
    if isinstance(tensor, BaseException):
        return Prose("\n".join(_of_error(tensor, names)))
    if not is_tensor(tensor):
        raise TypeError(say("why.error.type", type=type(tensor).__name__))
    return Prose("\n".join(_Reasons(tensor, names).lines()))


class _Reasons:
    """What can be said of one tensor."""

    def __init__(self, tensor, names):
        self.tensor, self.known = tensor, Names(names)
        self.runs = [run for run in names.values() if isinstance(run, Recording)]
        self.called = self.known.of(tensor)
        self.name = self.called or say("why.it")

    def lines(self):
        return [*self.gradient(), *self.graph(), *self.secrets()]

    def gradient(self):
        """What can be said of ``.grad``."""
        tensor, name = self.tensor, self.name
        if not tensor.requires_grad:
            if not tensor.dtype.is_floating_point:
                return [say("why.dtype", name=name, dtype=str(tensor.dtype).rpartition(".")[2])]
            reason = self._seen_constant() or self._remembered_constant() or say("why.constant", name=name)
            return reason.splitlines()
        if not (tensor.is_leaf or getattr(tensor, "retains_grad", False)):
            return [say("why.intermediate", name=name, op=op_name(tensor.grad_fn.name()))]
        silenced = self._silenced()
        if silenced:
            return [silenced]
        if tensor.grad is not None:
            return [say("why.has", name=name, grad=shown(tensor.grad))]
        lines = [say("why.leaf" if tensor.is_leaf else "why.retained", name=name)]
        users, done = _users(tensor, self.known)
        if done:
            lines.append(say("why.cleared" if tensor.is_leaf else "why.late", name=name, user=done[0]))
        elif users:
            lines.append(say("why.users", name=name, users=", ".join(users), user=users[-1]))
        else:
            lines.append(say("why.unused", name=name))
            lines += self._cuts()
        return lines

    def secrets(self):
        """What was written through ``.data``, of the tensor itself and of what depends on it."""
        names = [self.called, *(_users(self.tensor, self.known)[0] if self.tensor.requires_grad else ())]
        found = [(name, line) for name in names if name for line in history.writes(name, secretly=True)]
        return [say("why.secretly", name=name, place=line.place()) for name, line in found[:3]]

    # -- why it is a constant ---------------------------------------------------------------------------------------

    def _seen_constant(self):
        """By a recording: what made it, and where."""
        event = self._event()
        if event is None or event.writes:
            return ""
        place = _place(event)
        if event.cut:
            source = self.known.of(event.inputs[0].tensor)
            return say("why.detached", name=self.name, how=f"{source}.{event.cut.lstrip('.')}", place=place)
        if event.mode:
            return say("why.no_grad", name=self.name, mode=event.mode, place=place)
        made, seen = [v.event for v in event.inputs if getattr(v, "event", None) is not None], set()
        while made:  # what it was made of may have lost its history on the way
            earlier = made.pop()
            if earlier.number in seen or earlier.node is not None:
                continue
            seen.add(earlier.number)
            if earlier.cut or earlier.mode:
                key = "why.after_cut" if earlier.cut else "why.after_no_grad"
                return say(key, name=self.name, mode=earlier.mode, place=_place(earlier))
            made += [v.event for v in earlier.inputs if getattr(v, "event", None) is not None]
        return say("why.constants", name=self.name, place=place)

    def _event(self):
        """The event that made the tensor, if a recording saw it."""
        for run in reversed(self.runs):
            known = run._current.get(id(self.tensor))
            if known is not None and known[0] is self.tensor and known[1].event is not None:
                return known[1].event
        return None

    def _remembered_constant(self, before=None):
        """By the notebook's history: the line that assigned it, if that explains what is seen.

        ``before`` is the line that used it, when something made of it is asked about.
        """
        line, space = self._assignment()
        if line is None or (before is not None and (line.cell, line.number) >= (before.cell, before.number)):
            return ""
        value, place = line.statement.value, line.place()
        found = history.cut(value)
        if found is not None:
            how, what = found
            source = space.get(what.id) if isinstance(what, ast.Name) else None
            if source is None or (is_tensor(source) and source.data_ptr() == self.tensor.data_ptr()):
                return say("why.detached", name=self.name, how=how, place=place)
            return ""
        used = [n for n in history.names_in(value) if is_tensor(space.get(n)) and space[n] is not self.tensor]
        wanted = [n for n in used if space[n].requires_grad]
        if wanted and history.rebuilt(value):
            return say("why.rebuilt", name=self.name, source=wanted[0], place=place)
        if wanted and line.quiet:
            return say("why.no_grad", name=self.name, mode=line.quiet, place=place)
        if {*wanted} <= {source for _, source in history.taken_out(value)}:
            gone = self._taken_out(line, space)
            if gone:
                return gone
        for name in used if not wanted else ():  # one of the things it was made of may have lost its history
            inner = _Reasons(space[name], {name: space[name]})
            reason = inner._remembered_constant(line)
            if reason:
                return say("why.made_of", name=self.name, source=name, place=place) + "\n" + reason
        return ""

    def _taken_out(self, line, space, depth=5):
        """Where the numbers it was made of left their tensor, in its own line or in that of a plain number in it."""
        for how, source in history.taken_out(line.statement.value):
            if is_tensor(space.get(source)) and space[source].requires_grad:
                return say("why.taken_out", name=self.name, how=how, source=source, place=line.place())
        for name in history.names_in(line.statement.value) if depth else ():
            plain = name in space and not is_tensor(space[name])
            earlier = history.assignment(name) if plain else None
            if earlier is not None and (earlier.cell, earlier.number) < (line.cell, line.number):
                found = self._taken_out(earlier, space, depth - 1)
                if found:
                    return found
        return ""

    def _assignment(self):
        """(the line that assigned it in the notebook, the notebook's variables); (None, …) if that is not certain."""
        shell = history.notebook()
        space = shell.user_ns if shell is not None else {}
        certain = self.called.isidentifier() and space.get(self.called) is self.tensor
        return (history.assignment(self.called) if certain else None), space

    def _silenced(self):
        """``loss.requires_grad = True`` on something that was computed: a leaf that hangs on nothing."""
        if not self.tensor.is_leaf:
            return ""
        event = self._event()
        line, space = self._assignment()
        switched = history.switched_on(self.called) if line is not None else None
        if event is not None and not event.writes and not event.cut:
            place = _place(event)
        elif switched is not None and isinstance(line.statement.value, (ast.BinOp, ast.Call)):
            value = line.statement.value
            computed = isinstance(value, ast.BinOp) or any(
                is_tensor(space.get(n)) for n in history.names_in(value)
            )
            if not computed or history.rebuilt(value) or history.cut(value):
                return ""
            place = switched.place()
        else:
            return ""
        return say("why.silenced", name=self.name, place=place)

    def _cuts(self):
        """Where the tensor was used, but cut off."""
        for run in reversed(self.runs):
            for event in run.events:
                used = any(getattr(v, "tensor", None) is self.tensor for v in event.inputs)
                if used and event.cut:
                    return [say("why.cut_off", name=self.name, place=_place(event))]
                if used and event.mode:
                    return [say("why.quietly", name=self.name, mode=event.mode, place=_place(event))]
        line, _ = self._assignment()
        if line is None:
            return []
        for later in history.lines():
            value = getattr(later.statement, "value", None)
            if value is None or (later.cell, later.number) <= (line.cell, line.number):
                continue
            found = history.cut(value)
            if found is not None and getattr(found[1], "id", "") == self.called:
                return [say("why.cut_off", name=self.name, place=later.place())]
            if (
                later.quiet
                and isinstance(later.statement, ast.Assign)
                and self.called in history.names_in(value)
            ):
                return [say("why.quietly", name=self.name, mode=later.quiet, place=later.place())]
        return []

    # -- another backward pass ------------------------------------------------------------------------------------

    def graph(self):
        """What can be said of another backward pass."""
        tensor, name = self.tensor, self.name
        if tensor.grad_fn is None:
            return []
        model = read(tensor, values=False)
        saved = [(node, s) for node in model.nodes for s in node.saved]
        stale = next(((node, s) for node, s in saved if s.state == "stale"), None)
        if stale is not None:
            node, s = stale
            said = [say("why.stale", name=name, op=node.op)]
            if s.versions:
                said.append(say("why.versions", saved=s.versions[0], now=s.versions[1]))
            place = self._written(s.versions[1] if s.versions else 1)
            return [*said, place] if place else said
        if any(s.state == "freed" for _, s in saved):
            return [say("why.freed", name=name)]
        return []

    def _written(self, now):
        """Which write made a saved tensor stale, and where; "" if that is not certain."""
        order, stack, seen = [], [self.tensor.grad_fn], set()
        while stack and len(seen) < 5000:
            fn = stack.pop()
            if id(fn) not in seen:
                seen.add(id(fn))
                order.append(fn)
                stack += [child for child, _ in fn.next_functions if child is not None]
        for run in reversed(self.runs):
            for fn in order:
                event = run.event_of(fn)
                for value in event.inputs if event is not None and not event.writes else ():
                    if getattr(value, "tensor", None) is not None and not value.current and _is_stale(fn):
                        later = [e for e in run.events[event.number + 1 :] if e.writes
                                 and any(r.tensor is value.tensor for r in e.results)]  # fmt: skip
                        if later:
                            return say("why.written", place=_place(later[0]))
        shell = history.notebook()
        stale = [fn for fn in order if _is_stale(fn)]
        if shell is None or len(stale) != 1:
            return ""
        # a variable can be the one if it was written to as often as the error says, and belongs to that node
        names = [n for n, t in shell.user_ns.items() if is_tensor(t) and not n.startswith("_")
                 and version_of(t) == now and _belongs(t, stale[0])]  # fmt: skip
        found = [line for name in names for line in history.writes(name)]
        if len(found) == 1 or (len(names) == 1 and 1 < len(found) == now <= 3):
            return say("why.written", place=say("why.and").join(line.place() for line in found))
        return ""


def _belongs(tensor, fn):
    """Whether a tensor that was written to can be what ``fn`` used before: by what its history goes back to."""
    if not tensor.requires_grad:
        return True
    inputs = {id(child) for child, _ in fn.next_functions if child is not None} | {id(fn)}
    if any(getattr(child, "variable", None) is tensor for child, _ in fn.next_functions):
        return True
    step = tensor.grad_fn
    for _ in range(version_of(tensor) + 1):
        if step is None or id(step) in inputs:
            break
        step = step.next_functions[0][0] if step.next_functions else None
    return step is not None and id(step) in inputs


def _is_stale(fn):
    """Whether a node saved something that was written to afterwards."""
    return any(state == "stale" for _, state, _ in saved_by(fn))


def _place(event):
    """Where an event happened, in the language in use."""
    found = event.line()
    if found is None:
        return say("why.place.unknown")
    file, number, code = found
    shell = history.notebook()
    cell = shell.compile.format_code_name(file) if shell is not None else None
    if cell is not None:
        return say("why.place.cell", cell=cell[1].removeprefix("In[").rstrip("]"), line=number, code=code)
    if not os.path.exists(file):
        return say("why.place.line", line=number, code=code)
    return say("why.place.file", file=os.path.basename(file), line=number, code=code)


# -- errors -------------------------------------------------------------------------------------------------------

# A part of PyTorch's sentence, and what the laboratory says of it.
ERRORS = {
    "does not require grad and does not have a grad_fn": "note.no_grad_fn",
    "can be implicitly created only for scalar outputs": "why.scalar",
    "backward through the graph a second time": "note.freed",
    "has been modified by an inplace operation": "why.stale_error",
    "leaf Variable that requires grad is being used in an in-place operation": "note.leaf_in_place",
    "Can't call numpy() on Tensor that requires grad": "note.numpy",
    "floating point": "why.float_only",
    "appears to not have been used in the graph": "why.unused_input",
    "can only change requires_grad flags of leaf": "note.only_leaves",
}


def _of_error(error, names):
    """An exception explained: its notes, or what its sentence means; and of its tensor, why it is as it is."""
    called, tensor = _culprit(error)
    key = next((key for part, key in ERRORS.items() if part in str(error)), None)
    notes = list(getattr(error, "__notes__", ()))
    if not notes:
        if key is None:
            raise TypeError(say("why.error.unknown", error=f"{type(error).__name__}: {error}"))
        notes = [say(key, name=called or say("name.unknown"))]
    if tensor is not None and key in ("note.no_grad_fn", "why.stale_error"):
        reasons = _Reasons(tensor, {**names, called: tensor})
        notes += reasons.gradient() if key == "note.no_grad_fn" else reasons.graph()
    unknown = say("name.unknown")  # at the head of a sentence
    return [note[:1].upper() + note[1:] if note.startswith(unknown) else note for note in notes]


def _culprit(error):
    """(name, tensor) of what ``name.backward()`` or the like was called on in the line that failed; ("", None)."""
    trace, found = error.__traceback__, ("", None)
    while trace is not None:
        frame = trace.tb_frame
        line = linecache.getline(frame.f_code.co_filename, trace.tb_lineno).strip()
        called = re.match(
            r"(?:\w+\s*=\s*)?(\w+)(?:\.(?:backward|numpy|\w+_)\(|(?:\[.*\])?\s*[-+*/@]?=)", line
        )
        space = {**frame.f_globals, **frame.f_locals}
        if called and is_tensor(space.get(called[1])) and called[1] != "self":
            found = called[1], space[called[1]]
        trace = trace.tb_next
    return found


def _users(tensor, known):
    """The names of the results that depend on a tensor; and of those whose graph a backward pass has freed."""
    users, done = [], []
    for user, result, _ in known.made.values():
        if result is tensor:
            continue
        reached, freed, seen, stack = False, False, set(), [result.grad_fn]
        while stack and len(seen) < 5000:
            fn = stack.pop()
            if id(fn) in seen:
                continue
            seen.add(id(fn))
            reached |= getattr(fn, "variable", None) is tensor or (fn is tensor.grad_fn)
            stack += [child for child, _ in fn.next_functions if child is not None]
        if reached:
            users.append(user)
            freed = any(s.state == "freed" for n in read(result, values=False).nodes for s in n.saved)
            done += [user] if freed else []
    return users, done


def tree(module):
    """An ``nn.Module``'s parameters as a table: shape, dtype, whether they require grad, the norm of the gradient.

    Raises:
        TypeError: if it has no ``named_parameters()``.
    """
    if not hasattr(type(module), "named_parameters"):
        raise TypeError(say("tree.error.type", type=type(module).__name__))
    rows, total = [], 0
    for name, parameter in module.named_parameters():
        gradient = parameter.grad
        norm = "None" if gradient is None else shown((gradient.detach() ** 2).sum() ** 0.5)
        size = parameter.numel()
        total += size
        shape, dtype = str(list(parameter.shape)), str(parameter.dtype).rpartition(".")[2]
        rows.append([name, shape, dtype, str(size), str(parameter.requires_grad), norm])
    head = [say(f"tree.head.{k}") for k in ("name", "shape", "dtype", "size")] + ["requires_grad", "‖grad‖"]
    return Words("\n".join([*table(head, rows, right=(3, 5)), say("tree.total", total=total)]))
