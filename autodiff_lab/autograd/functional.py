"""torch.autograd.functional: products with Jacobians and Hessians. Leans on autograd, tensor."""

import numpy as np

from .. import engine
from ..errors import check
from ..graph import LEAF
from ..mode import enable_grad
from ..ops.row import FUNCTIONS
from ..tensor import Tensor, new_tensor
from . import grad

# -- forward, backward, and whole matrices; func leans on these ---------------------------------------------


def zero(t):
    return new_tensor(np.zeros_like(t._array)[()])


def independent(found, strict):
    """Raise, if that is asked for, where an output does not depend on an input."""
    for i, g in enumerate(found):
        if strict and g is None:
            raise RuntimeError(f"{strict} of the user-provided function is independent of input {i}. This is not allowed in "
                               "strict mode.")  # fmt: skip


def pulled(outs, targets, cotangents, create_graph, strict=None):
    """Cotangents carried back from ``outs`` to ``targets``; zeros where nothing depends, or an error that begins ``strict``."""
    live, found = [i for i, t in enumerate(outs) if t._node is not None], (None,) * len(targets)
    if live:
        some, u = [outs[i] for i in live], [cotangents[i] for i in live]
        found = grad(some, targets, u, create_graph=create_graph, retain_graph=True, allow_unused=True)
    independent(found, strict)
    return tuple(zero(t) if g is None else g for g, t in zip(found, targets))


def pusher(outs, targets, strict=None):
    """The function that carries tangents of ``targets`` forward: Jᵀu is linear in u; its derivative by u, applied to v, is J·v."""
    with enable_grad():
        u = [new_tensor(t._array * 0, LEAF) for t in outs]
        back = pulled(outs, targets, u, True, strict)
    return lambda v, create_graph: pulled(back, u, v, create_graph, strict and "The gradient")


def basis(t):
    """Each unit tensor of the shape of ``t``."""
    for i in range(t.numel()):
        one = np.zeros(t._array.shape, t._array.dtype)
        one.flat[i] = 1
        yield new_tensor(one[()])


def matrices(outs, targets, forward, create_graph, strict=False):
    """The Jacobian of each of ``outs`` by each of ``targets``, (out … target): row by row, or forward column by column."""
    if forward:
        push, zeros, stacks = pusher(outs, targets), [zero(t) for t in targets], []
        for j, t in enumerate(targets):
            columns = [push([*zeros[:j], e, *zeros[j + 1 :]], create_graph) for e in basis(t)]
            stacks.append([joined([c[i] for c in columns], -1, out) for i, out in enumerate(outs)])
        table = zip(*stacks)
    else:
        table = []
        for i, out in enumerate(outs):
            strictly = strict and f"Output {i}"
            if create_graph or out._node is None:
                rows = [pulled([out], targets, [e], create_graph, strictly) for e in basis(out)]
                whole = (
                    [joined([r[j] for r in rows], 0, t) for j, t in enumerate(targets)]
                    if out.ndim
                    else rows[0]
                )
                table.append(whole)
            else:
                table.append(stacked([*engine.rows(out, targets)], targets, strictly))
    return [
        [shaped(m, (*out.shape, *t.shape)) for m, t in zip(row, targets)] for row, out in zip(table, outs)
    ]


def shaped(t, shape):
    return t if t.shape == shape else t.reshape(shape)


def stacked(rows, targets, strict):
    """The rows of a Jacobian, arrays, as one tensor for each target."""
    for row in rows:
        independent(row, strict)
    made = []
    for j, t in enumerate(targets):
        whole = np.zeros((len(rows), *t._array.shape), t._array.dtype)
        for i, row in enumerate(rows):
            if row[j] is not None:
                whole[i] = row[j]
        made.append(new_tensor(whole))
    return made


def joined(parts, dim, like):
    return FUNCTIONS["stack"](parts, dim) if parts else like.new_empty((*like.shape, 0))


# -- what goes in and out -----------------------------------------------------------------------------------


def as_tuple(value, argument, function):
    """Whether a tuple was given, and the tuple."""
    single = isinstance(value, Tensor)
    values = (value,) if single or not isinstance(value, (tuple, list)) else tuple(value)
    for i, v in enumerate(values):
        if not isinstance(v, Tensor):
            where = f"value at index {i}" if isinstance(value, (tuple, list)) else f"given {argument}"
            raise TypeError(f"The {argument} given to {function} must be either a Tensor or a tuple of Tensors but the {where} "
                            f"has type {type(v)}.")  # fmt: skip
    return not single, values


def prepared(name, inputs, create_graph):
    """Stand-ins that require grad: views of the inputs if the result is to be differentiated, else new leaves."""
    many, inputs = as_tuple(inputs, "inputs", name)
    kept = [create_graph and t.requires_grad for t in inputs]
    return many, tuple(t.view_as(t) if k else t.detach().requires_grad_() for t, k in zip(inputs, kept))


def called(name, func, inputs, strict):
    """The outputs of the user's function, as a tuple."""
    many, outputs = as_tuple(func(*inputs), "outputs of the user-provided function", name)
    for i, out in enumerate(outputs):
        if strict and not out.requires_grad:
            raise RuntimeError(f"Output {i} of the user-provided function does not require gradients. The outputs must be "
                               "computed in a differentiable manner from the input when running in strict mode.")  # fmt: skip
    return many, outputs


def vector(name, v, others, many, what):
    """What is to multiply: ``v``, checked, or 1 for a single number."""
    if v is None:
        if len(others) != 1 or others[0].numel() != 1:
            raise RuntimeError(f"The vector v can only be None if the {what} a single Tensor with a single element.")  # fmt: skip
        return (new_tensor(others[0]._array * 0 + 1),)
    v = as_tuple(v, "v", name)[1]
    if len(v) != len(others):
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(others)} but got {len(v)}." if many else
                           "The given v should contain a single Tensor.")  # fmt: skip
    for i, (a, b) in enumerate(zip(v, others)):
        if a.shape != b.shape:
            where = f"Entry {i} in " if many else ""
            raise RuntimeError(f"{where}v has invalid size: should be {b.shape} but got {a.shape}.")
    return v


def finished(values, many, create_graph):
    """Values as they leave: without history unless asked for; a single one without its tuple."""
    values = tuple(v if create_graph else v.detach() for v in values)
    return values if many else values[0]


RETURNS, TAKES = "user-provided function returns", "input to the user-provided function is"

# -- products -----------------------------------------------------------------------------------------------


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """The outputs of ``func`` at ``inputs``, and vᵀJ: ``(outputs, product)``.

    Args:
        func: a function of as many tensors as there are ``inputs``.
        v (Tensor or tuple): of the outputs' shapes; may be left out for an output of a single element.
        create_graph (bool): whether what comes out can be differentiated.
        strict (bool): raise, instead of giving zeros, where an output does not depend on an input.

    Raises:
        TypeError: for inputs or outputs that are no tensors.
        RuntimeError: for a ``v`` of another shape.

    >>> import autodiff_lab as th
    >>> th.autograd.functional.vjp(lambda x: x ** 2, th.tensor([1., 3.]), th.ones(2))
    (tensor([1., 9.]), tensor([2., 6.]))
    """
    with enable_grad():
        many_in, inputs = prepared("vjp", inputs, create_graph)
        many_out, outputs = called("vjp", func, inputs, strict)
        v = vector("vjp", v, outputs, many_out, RETURNS)
        product = pulled(outputs, inputs, v, create_graph, strict and "The output")
    return finished(outputs, many_out, create_graph), finished(product, many_in, create_graph)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """The outputs of ``func``, and J·v: ``(outputs, product)``; else as ``vjp``, ``v`` like the inputs."""
    with enable_grad():
        many_in, inputs = prepared("jvp", inputs, create_graph)
        v = vector("jvp", v, inputs, many_in, TAKES)
        many_out, outputs = called("jvp", func, inputs, strict)
        product = pusher(outputs, inputs, strict and "The output")(v, create_graph)
    return finished(outputs, many_out, create_graph), finished(product, many_out, create_graph)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The matrix of derivatives of each number that comes out by each that goes in, of shape (output … input).

    Args:
        vectorize (bool): accepted; it changes nothing here.
        strategy (str): ``"reverse-mode"`` goes row by row, ``"forward-mode"`` column by column.

    Returns:
        a Tensor; a tuple for several inputs or outputs; a tuple of tuples, outputs first, for both.

    >>> import autodiff_lab as th
    >>> th.autograd.functional.jacobian(lambda x: x ** 2, th.tensor([1., 3.]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    with enable_grad():
        many_in, inputs = prepared("jacobian", inputs, create_graph)
        many_out, outputs = called("jacobian", func, inputs, strict)
        table = matrices(outputs, inputs, strategy == "forward-mode", create_graph, strict)
    rows = tuple(finished(row, many_in, create_graph) for row in table)
    return rows if many_out else rows[0]


def scalar(func, name):
    """``func``, held to a single output of a single element."""

    def checked(*inputs):
        many, outputs = as_tuple(func(*inputs), "outputs of the user-provided function", name)
        check(not many, f"The function given to {name} should return a single Tensor")
        if outputs[0].numel() != 1:
            raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")  # fmt: skip
        return outputs[0].squeeze() if outputs[0].ndim else outputs[0]

    return checked


INDEPENDENT = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
    "independent of the input. This is not allowed in strict mode. You should ensure that your function is twice "
    "differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for example)."
)


def hessian(
    func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"
):
    """The matrix of second derivatives of a function with a single number as its value.

    Returns:
        a Tensor of shape (input … input), or a tuple of tuples for several inputs.

    >>> import autodiff_lab as th
    >>> th.autograd.functional.hessian(lambda x: (x ** 3).sum(), th.tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    many, inputs = as_tuple(inputs, "inputs", "hessian")
    function = scalar(func, "hessian")

    def slope(*inner):
        found = jacobian(function, inner, create_graph=True, strict=strict)
        for i, j in enumerate(found):
            if strict and not j.requires_grad:
                raise RuntimeError(INDEPENDENT.format(i))
        return found

    table = jacobian(slope, inputs, create_graph, strict, strategy=outer_jacobian_strategy)
    return table if many else table[0][0]


def curved(name, func, inputs, v, create_graph, strict):
    """The inputs, what is to multiply the Hessian, the value, and the gradient, which can be differentiated."""
    many, inputs = prepared(name, inputs, create_graph)
    v = vector(name, v, inputs, many, TAKES)
    out = scalar(func, name)(*inputs)
    one = new_tensor(out._array * 0 + 1)
    return many, inputs, v, out, pulled([out], inputs, [one], True, strict and "The output")


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of ``func`` at ``inputs``, and vᵀH, H being the Hessian: ``(value, product)``."""
    with enable_grad():
        many, inputs, v, out, slope = curved("vhp", func, inputs, v, create_graph, strict)
        product = pulled(slope, inputs, v, create_graph, strict and "The jacobian")
    return finished([out], False, create_graph), finished(product, many, create_graph)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of ``func`` at ``inputs``, and H·v, H being the Hessian: ``(value, product)``; ``vhp`` is faster.

    >>> import autodiff_lab as th
    >>> th.autograd.functional.hvp(lambda x: (x ** 3).sum(), th.tensor([1., 2.]), th.ones(2))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        many, inputs, v, out, slope = curved("hvp", func, inputs, v, create_graph, strict)
        product = pusher(slope, inputs)(v, create_graph)
    return finished([out], False, create_graph), finished(product, many, create_graph)


__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
