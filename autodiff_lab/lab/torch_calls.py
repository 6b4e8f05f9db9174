"""PyTorch's calls, told to a recording as this package tells its own. Leans on events and names.

PyTorch is never imported here: it is handed in where it is there already.
"""

from .events import Value, birth
from .names import is_tensor

# What PyTorch's modules are filled with when they are made.
_FILLS = frozenset("uniform_ normal_ trunc_normal_ kaiming_uniform_ xavier_uniform_ fill_ zero_".split())
_THEIR_NAMES = {"truediv": "Div", "matmul": "Mm", "T": "T", "log1p": "Log1P", "setitem": "CopySlices"}


def torch_watcher(torch, run):
    """A TorchFunctionMode that tells ``run`` of each call."""

    class Watcher(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            name = getattr(func, "__name__", "")
            if name == "__get__":  # a property: .T, .data, .shape
                name = getattr(getattr(func, "__self__", None), "__name__", "")
                if name not in ("T", "mT", "data"):
                    return func(*args, **kwargs)
            values = [*args, *kwargs.values()]
            with torch._C.DisableTorchFunction():  # another recording need not see what this one asks
                inputs = [run._input(a) for a in values if not isinstance(a, (list, tuple))]
                before = _next_number(torch)
            result = func(*args, **kwargs)
            with torch._C.DisableTorchFunction():
                if name in ("backward", "grad"):
                    roots = args[0] if isinstance(args[0], (list, tuple)) else args[:1]
                    born = [birth(t.grad_fn) for t in roots if t.grad_fn is not None]
                    run.passes.append((before, _next_number(torch), max(born, default=0)))
                else:
                    inputs = [i for i in inputs if isinstance(i, (Value, bool, int, float))]
                    _called(torch, run, name, values, inputs, result)
            return result

    return Watcher()


def _next_number(torch):
    """The number that the next node will be given."""
    with torch.enable_grad():
        try:
            return torch.zeros((), requires_grad=True).view(()).grad_fn._sequence_nr()
        except (RuntimeError, AttributeError):  # in inference mode nothing is numbered
            return 0


def _called(torch, run, name, args, inputs, result):
    """Tell a recording of one call of a PyTorch function."""
    written = None
    if name in ("requires_grad_", "retain_grad", "register_hook", "zero_grad") or not args:
        return
    if name == "__setitem__":
        written = args[0]
    elif is_tensor(result) and result is args[0]:
        if not name.endswith("_"):
            return
        written = result
    results = [result] if is_tensor(result) else list(result) if isinstance(result, (tuple, list)) else []
    results = [written] if written is not None else [t for t in results if is_tensor(t)]
    if written is not None and name in _FILLS and run.untouched(written):
        run.renew(written)
        return
    where = run._where() if results else None
    if where is None or not any(isinstance(i, Value) for i in inputs):
        return
    node = results[0].grad_fn
    stem = name.strip("_")
    if name.startswith("__") and stem[0] in "ir" and stem != "invert":
        stem = stem[1:]
    if node is not None and run.event_of(node) is not None:
        node = None
    title = (
        node.name()
        if node is not None
        else _THEIR_NAMES.get(stem, stem.title().replace("_", "")) + "Backward0"
    )
    event = run._happened(title, inputs, {}, [] if written is not None else results, node, where)
    event.mode = (
        "" if torch.is_grad_enabled() else "inference" if torch.is_inference_mode_enabled() else "no_grad"
    )
    alike = title.lower().startswith((stem.replace("_", ""), _THEIR_NAMES.get(stem, "?").lower()))
    event.compound = node is not None and (not alike or len(node.next_functions) > len(inputs))
    event.cut = {"detach": "detach()", "data": ".data"}.get(name, "")
    if written is not None:
        event.results.append(Value(written, event))
        run._wrote(event, 0, written)
