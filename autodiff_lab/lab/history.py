"""What the notebook's own history says of a variable: the line that assigned it, and the lines that wrote to it.

IPython keeps the text of every cell that ran (``In``), unless whoever ran it asked it not to, as nbval does; those
cells are kept here (``listen``). The text is read as code and never run, and only what is plain is
believed: assignments at a cell's top level, in ``with`` blocks, loops and branches; not in functions. Leans on
messages and model.
"""

import ast
import sys
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ..messages import say
from .model import visible

QUIET = frozenset({"no_grad", "inference_mode"})


_unkept = WeakKeyDictionary()  # shell → the cells that it ran without keeping them, and who listens


@dataclass(frozen=True, slots=True)
class Line:
    """A statement of a cell that ran; ``quiet`` names the block (``no_grad``) in which it stands, or is ""."""

    cell: int
    number: int
    text: str
    statement: ast.stmt
    quiet: str

    def place(self):
        """Where it stands, in the language in use."""
        return say("why.place.cell", cell=self.cell, line=self.number, code=self.text)


def notebook():
    """The running IPython shell, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def listen(shell):
    """From now on keep the cells that ``shell`` runs without keeping them itself."""
    if shell not in _unkept:
        cells = []

        def keep(info):
            if not info.store_history:
                cells.append(shell.transform_cell(info.raw_cell))

        shell.events.register("pre_run_cell", keep)
        _unkept[shell] = cells, keep


def deafen(shell):
    """The end of ``listen``."""
    if shell in _unkept:
        shell.events.unregister("pre_run_cell", _unkept.pop(shell)[1])


def lines():
    """Every statement that the notebook's cells hold, in the order of the cells."""
    shell = notebook()
    cells = shell.user_ns.get("In") if shell is not None else None
    found = []
    cells = [*(cells if isinstance(cells, list) else ()), *_unkept.get(shell, ((),))[0]] if shell else ()
    for cell, source in enumerate(cells):
        found += _of_source(cell, source, "")
    return found


def _of_source(cell, source, quiet):
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    text = source.splitlines()
    found = []
    for statement, inside in _statements(tree.body, quiet):
        magic = _cell_magic(statement)
        if magic is not None:
            name, body = magic
            found += _of_source(cell, body, "no_grad" if name == "no_grad" else inside)
        else:
            line = visible(text[statement.lineno - 1].strip(), 80) if statement.lineno <= len(text) else ""
            found.append(Line(cell, statement.lineno, line, statement, inside))
    return found


def _cell_magic(statement):
    """(name, body) of a cell magic as IPython writes it down; None for other statements."""
    call = getattr(statement, "value", None)
    if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "run_cell_magic":
        words = [a.value for a in call.args if isinstance(a, ast.Constant)]
        if len(words) == 3:
            return words[0], words[2]
    return None


def _statements(body, quiet):
    for statement in body:
        yield statement, quiet
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue  # what stands in them runs elsewhere, if at all
        inside = quiet
        if isinstance(statement, ast.With):
            for item in statement.items:
                inside = _called(item.context_expr) if _called(item.context_expr) in QUIET else inside
        for part in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, part, []), inside)


def _called(expression):
    """The last name of what is called: ``no_grad`` of ``th.no_grad()``."""
    function = expression.func if isinstance(expression, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def assignment(name):
    """The line that gave a variable its value last, if it is a plain assignment of it alone; else None."""
    for line in reversed(lines()):
        statement = line.statement
        if name in _bound(statement):
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            plain = len(targets) == 1 and isinstance(targets[0], ast.Name)
            return line if plain else None
    return None


def _bound(statement):
    """The names that a statement binds itself, not counting the statements inside it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    targets = (
        list(getattr(statement, "targets", [])) if isinstance(statement, (ast.Assign, ast.Delete)) else []
    )
    if isinstance(statement, (ast.AugAssign, ast.AnnAssign, ast.For)):
        targets.append(statement.target)
    if isinstance(statement, ast.With):
        targets += [item.optional_vars for item in statement.items if item.optional_vars is not None]
    stored = (ast.Name, ast.Tuple, ast.List, ast.Starred)  # x[0] = … and x.data = … bind nothing
    return {
        node.id
        for target in targets
        if isinstance(target, stored)
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and not isinstance(statement, ast.AugAssign)
    }


def writes(name, secretly=False):
    """The lines that write to a variable in place after it was assigned: ``x += …``, ``x[…] = …``, ``x.add_(…)``.

    ``secretly``: those that write to ``x.data`` instead, of which the variable's version knows nothing.
    """
    found, wanted = [], (name, secretly)
    for line in lines():
        statement = line.statement
        if name in _bound(statement):
            found = []
            continue
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        for target in targets if isinstance(statement, (ast.Assign, ast.AugAssign)) else ():
            if _written_to(target) == wanted:
                found.append(line)
        if isinstance(statement, (ast.Expr, ast.Assign)):
            for call in ast.walk(statement.value):
                method = call.func if isinstance(call, ast.Call) else None
                if (
                    isinstance(method, ast.Attribute)
                    and _writes(method.attr)
                    and _written_to(method.value) == wanted
                ):
                    found.append(line)
    return found


def _written_to(expression):
    """(name, whether through ``.data``) of the variable that a write to this reaches; ("", False) if there is none."""
    while isinstance(expression, ast.Subscript):
        expression = expression.value
    secretly = isinstance(expression, ast.Attribute) and expression.attr == "data"
    owner = expression.value if secretly else expression
    return (owner.id, secretly) if isinstance(owner, ast.Name) else ("", False)


def _writes(method):
    return method.endswith("_") and not method.startswith("_") and method not in ("requires_grad_", "detach_")


def switched_on(name):
    """The line that set ``requires_grad`` of a variable after its assignment, or None."""
    found = None
    for line in lines():
        statement = line.statement
        if name in _bound(statement):
            found = None
        for target in getattr(statement, "targets", []):
            if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
                found = line if getattr(target.value, "id", "") == name else found
        call = getattr(statement, "value", None)
        method = call.func if isinstance(call, ast.Call) else None
        if isinstance(method, ast.Attribute) and method.attr == "requires_grad_":
            found = line if getattr(method.value, "id", "") == name else found
    return found


def cut(expression):
    """``(how, what)`` if an expression ends in ``.detach()`` or ``.data``: what it is applied to; else None."""
    if isinstance(expression, ast.Attribute) and expression.attr == "data":
        return ".data", expression.value
    if _called(expression) == "detach" and isinstance(expression.func, ast.Attribute):
        return ".detach()", expression.func.value
    return None


def taken_out(expression):
    """``(how, name)`` of each variable whose numbers an expression takes out: ``x.item()``, ``float(x)``."""
    found = []
    for call in ast.walk(expression):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("item", "tolist", "numpy"):
            how, what = f".{call.func.attr}()", call.func.value
        elif isinstance(call.func, ast.Name) and call.func.id in ("float", "int") and len(call.args) == 1:
            how, what = f"{call.func.id}()", call.args[0]
        else:
            continue
        inner = cut(what)  # x.detach().numpy()
        what = inner[1] if inner is not None else what
        if isinstance(what, ast.Name):
            found.append((how, what.id))
    return found


def rebuilt(expression):
    """Whether an expression makes a tensor from numbers: ``tensor(…)``, ``from_numpy(…)``."""
    return _called(expression) in ("tensor", "as_tensor", "from_numpy", "Tensor")


def names_in(expression):
    """The plain names that an expression reads."""
    return sorted({node.id for node in ast.walk(expression) if isinstance(node, ast.Name)})
