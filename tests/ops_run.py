"""Runs a line of the operations' table on a library and says what came out, as plain data."""

import builtins

import numpy as np
from ops_table import INPUTS


def weights(shape, phase):
    """A fixed pattern of numbers in a shape: the projection that makes a scalar of a result."""
    return np.sin(np.arange(int(np.prod(shape))) * 1.7 + phase).reshape(shape) + 0.3


def names_in(line):
    return [name for name in INPUTS if name in compile(line, "line", "eval").co_names]


def tensors(th, line, dtype, shift=None):
    """The inputs that a line names, as tensors; ``shift`` {name: array} is added to them."""
    made = {}
    for name in names_in(line):
        array = INPUTS[name]
        if array.dtype.kind == "f":
            array = array if shift is None else array + shift[name]
            made[name] = th.tensor(array, dtype=dtype).requires_grad_()
        else:
            made[name] = th.tensor(array)
    return made


def run(th, line, made):
    return eval(line, {"th": th, "sum": builtins.sum, **made})


def described(value):
    """A result's dtype, shape and numbers; text for anything that is no tensor."""
    if not hasattr(value, "detach"):
        return str(value).replace("autodiff_lab.", "torch.")
    fn = value.grad_fn
    return {
        "dtype": str(value.dtype).partition(".")[2],
        "shape": list(value.shape),
        "grad_fn": None if fn is None else type(fn).__name__,
        "values": value.detach().numpy().astype(float).ravel().tolist(),
    }


def arrays(gradients):
    return [None if g is None else (g.detach() + 0).numpy().astype(float).ravel().tolist() for g in gradients]


def projected(th, result, phase):
    return (result * th.tensor(weights(tuple(result.shape), phase), dtype=result.dtype)).sum()


def derivatives(th, result, inputs):
    """First and second order gradients of a projection of ``result``, None where there are none."""
    if not result.requires_grad:
        return [], []
    first = th.autograd.grad(projected(th, result, 0.0), inputs, create_graph=True, allow_unused=True)
    total = [projected(th, g, 1.0 + k) for k, g in enumerate(first) if g is not None and g.requires_grad]
    if not total:
        return first, [None] * len(inputs)
    try:
        return first, th.autograd.grad(builtins.sum(total[1:], total[0]), inputs, allow_unused=True)
    except RuntimeError:
        if th.__name__ != "torch":
            raise
        return (
            first,
            [],
        )  # torch stops at the first order here: "derivative for … is not implemented", or fails


def facts(th, line, dtype="float64"):
    """Everything that is compared about a line with derivatives."""
    made = tensors(th, line, getattr(th, dtype))
    result = run(th, line, made)
    inputs = [t for t in made.values() if t.requires_grad]
    first, second = derivatives(th, result, inputs)
    return {"result": described(result), "first": arrays(first), "second": arrays(second)}
