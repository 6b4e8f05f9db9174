"""torch.autograd: backward passes by function call, custom functions, modes. Leans on engine, tensor, ops."""

import importlib

from .. import engine
from ..errors import check, explained
from ..homes import settle
from ..mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from ..ops.row import FUNCTIONS
from ..scope import missing
from ..tensor import Tensor, as_tensor, check_cotangents
from . import graph
from .function import Function


class Variables(type):
    def __instancecheck__(cls, value):
        return isinstance(value, Tensor)

    def __call__(cls, data, requires_grad=False):
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)


class Variable(metaclass=Variables):
    """``Variable(data, requires_grad)``: a tensor over the same memory, as older lessons write it."""


def many(value):
    """One tensor or several as a tuple; an edge stands for its tensor."""
    if value.__class__ is Tensor:
        return (value,)
    several = (value,) if isinstance(value, (Tensor, graph.GradientEdge)) else value
    return tuple(v.tensor if isinstance(v, graph.GradientEdge) else v for v in several)


def cotangents(outputs, grads):
    if grads is None:
        return (None,) * len(outputs)
    grads = many(grads)
    check(len(grads) == len(outputs), f"got {len(outputs)} tensors and {len(grads)} gradients")
    check_cotangents(outputs, grads)
    return grads


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    """Compute the gradients of ``tensors`` with respect to the leaves, adding to their ``.grad``.

    Args:
        tensors (Tensor or sequence): where to start.
        grad_tensors (Tensor or sequence): the cotangents to start from; 1 for tensors of a single element.
        retain_graph, create_graph, inputs: as ``Tensor.backward``.

    Raises:
        RuntimeError: as ``Tensor.backward``.
    """
    tensors = many(tensors)
    grads = cotangents(tensors, grad_tensors)
    inputs = None if inputs is None else many(inputs)
    check(inputs != (), "`inputs` argument to `backward()` cannot be empty.")
    keep = create_graph if retain_graph is None else retain_graph
    engine.backward(tensors, grads, keep=keep, create_graph=create_graph, inputs=inputs)


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, allow_unused=None,
         is_grads_batched=False, materialize_grads=False):  # fmt: skip
    """The gradients of ``outputs`` with respect to ``inputs``, leaving every ``.grad`` alone.

    Args:
        outputs, inputs (Tensor or sequence): from where, with respect to what.
        grad_outputs (Tensor or sequence): the cotangents to start from; 1 for outputs of a single element.
        retain_graph (bool): keep the saved tensors; ``create_graph`` by default.
        create_graph (bool): record the pass, so that the result can be differentiated again.
        only_inputs: not looked at, as in torch.
        allow_unused (bool): give None for an input that was not used, instead of raising.
        is_grads_batched (bool): the cotangents have one more dimension in front; so have the gradients.
        materialize_grads (bool): give zeros instead of None.

    Returns:
        tuple of Tensor, one an input.

    Raises:
        RuntimeError: if an input was not used, nothing was recorded, or the graph was freed.

    >>> import autodiff_lab as th
    >>> x = th.tensor(2., requires_grad=True)
    >>> (dy,) = th.autograd.grad(x ** 3, x, create_graph=True)
    >>> th.autograd.grad(dy, x)
    (tensor(12.),)
    """
    if is_grads_batched:
        return batched(outputs, inputs, grad_outputs, create_graph, allow_unused, materialize_grads)
    if materialize_grads and allow_unused is False:
        raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.")  # fmt: skip
    outputs, inputs = many(outputs), many(inputs)
    grads = cotangents(outputs, grad_outputs)
    keep = create_graph if retain_graph is None else retain_graph
    result = engine.grad(outputs, grads, inputs, keep=keep, create_graph=create_graph)
    for i, (g, tensor) in enumerate(zip(result, inputs)):
        if g is None and materialize_grads:
            result[i] = as_tensor(tensor._array * 0)
        elif g is None and not allow_unused:
            raise explained(
                RuntimeError(
                    f"The differentiated Tensor at index {i} appears to not have been used in the graph. Set "
                    "allow_unused=True if this is the desired behavior."
                ),
                "note.unused", tensor,
            )  # fmt: skip
    return tuple(result)


def batched(outputs, inputs, grads, create_graph, allow_unused, materialize_grads):
    """The gradients for a stack of cotangents, stacked."""
    outputs, grads = many(outputs), many(grads)
    rest = True, create_graph, allow_unused, False, materialize_grads
    rows = [grad(outputs, inputs, us, *rest) for us in zip(*grads)]
    return tuple(None if column[0] is None else FUNCTIONS["stack"](column) for column in zip(*rows))


# Opened when a learner first asks for them.
LAZY = {name: name for name in ("forward_ad", "functional", "anomaly_mode")}
LAZY |= {name: f"checking.{name}" for name in ("gradcheck", "gradgradcheck", "GradcheckError")}
LAZY |= {name: f"anomaly_mode.{name}" for name in ("detect_anomaly", "set_detect_anomaly")}


def __getattr__(name):
    if name not in LAZY:
        raise missing(__name__, name, (*globals(), *LAZY))
    module, _, inner = LAZY[name].partition(".")
    found = importlib.import_module(f".{module}", __name__)
    return getattr(found, inner) if inner else found


__all__ = ["Function", "Variable", "backward", "enable_grad", "grad", "graph", "inference_mode", "no_grad", "set_grad_enabled"]  # fmt: skip

MODES = dict.fromkeys(("enable_grad", "inference_mode", "no_grad", "set_grad_enabled"), "grad_mode")
settle(__name__, {"Variable": "variable", **MODES}.get, "autodiff_lab.mode")
