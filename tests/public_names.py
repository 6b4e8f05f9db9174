"""Every public name, and which of them a program that is compared with torch really uses.

A program is run with each ``value.name`` in it written as a call that notes whose attribute was read: so a name counts
when a running program reads it, whatever variable holds the module or the tensor, and not when it only stands there.
"""

import ast
import fnmatch
import importlib.util
import inspect
import pathlib
import sys
import types

import autodiff_lab as th
from autodiff_lab.ops import FUNCTIONS

PACKAGE = th.__name__
OWN = ("lab", "load_ipython_extension", "unload_ipython_extension")  # no names of torch's

# Attributes of classes that torch's classes of the same name lack: what the package's code says to itself.
INNER = """
autograd.saved_tensors_hooks.* cuda.is_built cuda.none_used cuda.nothing cuda.refused *.binary
*LogNormal.base_dist dtype.name dtype.numpy dtype.rank dtype.c_name dtype.title graph.Node.as_tensor
graph.Node.keeps graph.Node.pull* graph.Node.requires_grad graph.Node.row graph.Node.tangent_of
graph.Node.tensor_from graph.Node.type_name nn.*.ranks nn.*.d nn.*.becomes nn.Uninitialized.is_uninitialized
optim.*.decoupled optim.*.is_better mode.*.grad
autograd.*.grad graph.Node.raw_saved nn.*.mode
""".split()
# By Module's __call__ and __repr__, a schedule's step, a lazy layer's first call.
CALLED = ("forward", "extra_repr", "get_lr", "initialize_parameters")


def reference():
    """docs/make_reference.py, which knows the rooms and what each of them shows."""
    page = pathlib.Path(__file__).parent.parent / "docs" / "make_reference.py"
    spec = importlib.util.spec_from_file_location("make_reference", page)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def where(cls):
    """A class of the package as ``nn.Linear``, whatever file it is in; None for Python's, NumPy's and private ones."""
    package, *rooms = cls.__module__.split(".")
    if package != PACKAGE or cls.__qualname__.startswith("_"):
        return None
    return ".".join([*rooms[:1], cls.__qualname__])


def attributes(owner):
    """The public attributes that a class, or one of the package above it, defines, but for ``CALLED``."""
    return {
        f"{where(cls)}.{name}"
        for cls in owner.__mro__
        if where(cls) is not None
        for name in vars(cls)
        if not name.startswith("_")
        and name not in CALLED
        and hasattr(cls, name)  # else it says why it is not here
    }


def found_in(library):
    """{name: whether ``library`` has it}, of all public names: functions, the façade's other names, the rooms', and the
    attributes of the classes among these. An attribute is looked for in each class that shows it."""
    page, found, classes = reference(), {}, {}
    rooms = {"": th, "cuda": th.cuda, "accelerator": th.accelerator}
    rooms |= {room: page.opened(room) for room in page.NAMESPACES}
    for room, module in rooms.items():
        theirs = sys.modules[f"{library.__name__}.{room}".rstrip(".")]
        for name in page.public(module) if room else [*FUNCTIONS, *vars(th), "load", "save", "vmap"]:
            value = getattr(module, name, None)
            if name.startswith("_") or name in OWN or isinstance(value, types.ModuleType):
                continue
            if name in vars(module) or name not in FUNCTIONS:
                found[f"{room}.{name}".lstrip(".")] = hasattr(theirs, name)
            if inspect.isclass(value):
                classes[value] = getattr(theirs, name, None)
    for cls, other in classes.items():
        for name in attributes(cls):
            found[name] = found.get(name, False) or hasattr(other, name.rpartition(".")[2])
    return found


def inner(name):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in INNER)


class Noting(ast.NodeTransformer):
    """``value.name`` becomes ``__read__(value, "name")``; a name that is imported is read on the spot."""

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        call = ast.Call(ast.Name("__read__", ast.Load()), [node.value, ast.Constant(node.attr)], [])
        return ast.copy_location(call, node)

    def visit_ImportFrom(self, node):
        told = "".join(f"__import__('sys').modules[{node.module!r}].{a.name}\n" for a in node.names)
        return [node, *(ast.copy_location(self.visit(read), node) for read in ast.parse(told).body)]


class Reads:
    """Runs programs and keeps, in ``seen``, the names that they read."""

    def __init__(self):
        self.seen = set()

    def __call__(self, value, name):
        if isinstance(value, types.ModuleType):
            if value.__name__.partition(".")[0] == PACKAGE:
                self.seen.add(f"{value.__name__}.{name}".removeprefix(f"{PACKAGE}."))
        else:
            for cls in (value if inspect.isclass(value) else type(value)).__mro__:
                if name in vars(cls):
                    self.seen.add(f"{where(cls)}.{name}")
                    break
        return getattr(value, name)

    def compiled(self, source, mode):
        tree = Noting().visit(ast.parse(source, mode=mode))
        return compile(ast.fix_missing_locations(tree), "program", mode)

    def run(self, program, **space):
        """A program, as ``programs.outcome`` runs it; its errors are its own affair."""
        space |= {"th": th, "__read__": self}
        program = program.replace("LIBRARY", PACKAGE)
        try:
            try:
                space["R"] = eval(self.compiled(program, "eval"), space)
            except SyntaxError:
                exec(self.compiled(program, "exec"), space)
            if callable(space.get("R")):
                space["R"]()
        except Exception:  # noqa: BLE001 - many programs show an error
            pass
