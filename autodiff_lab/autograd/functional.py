"""torch.autograd.functional: products with Jacobians and Hessians. Leans on autograd, tensor."""

from ..mode import enable_grad
from ..ops.row import FUNCTIONS
from ..tensor import Tensor, new_tensor
from . import grad

# -- what goes in and out -----------------------------------------------------------------------------------


def as_tuple(value, argument, function):
    """Whether a tuple was given, and the tuple."""
    single = isinstance(value, Tensor)
    values = (value,) if single or not isinstance(value, (tuple, list)) else tuple(value)
    for i, v in enumerate(values):
        if not isinstance(v, Tensor):
            where = f"value at index {i}" if isinstance(value, (tuple, list)) else f"given {argument}"
            raise TypeError(
                f"The {argument} given to {function} must be either a Tensor or a tuple of Tensors but the {where} has "
                f"type {type(v)}."
            )
    return not single, values


def prepared(inputs, create_graph):
    """Stand-ins that require grad: views of the inputs if the result is to be differentiated, else new leaves."""
    if create_graph:
        return tuple(t.view_as(t) if t.requires_grad else t.detach().requires_grad_() for t in inputs)
    return tuple(t.detach().requires_grad_() for t in inputs)


def finished(values, create_graph):
    if isinstance(values, tuple):
        return tuple(finished(v, create_graph) for v in values)
    return values if create_graph else values.detach()


def one_or_all(values, many):
    return values if many else values[0]


def called(function, name, func, inputs, strict):
    """The outputs of the user's function, as a tuple."""
    many, outputs = as_tuple(func(*inputs), "outputs of the user-provided function", name)
    if strict:
        for i, out in enumerate(outputs):
            if not out.requires_grad:
                raise RuntimeError(
                    f"Output {i} of the user-provided function does not require gradients. The outputs must be "
                    "computed in a differentiable manner from the input when running in strict mode."
                )
    return many, outputs


def check_v(v, others, many):
    if len(v) != len(others):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(others)} but got {len(v)}."
            if many
            else "The given v should contain a single Tensor."
        )
    for i, (a, b) in enumerate(zip(v, others)):
        if a.shape != b.shape:
            where = f"Entry {i} in " if many else ""
            raise RuntimeError(f"{where}v has invalid size: should be {b.shape} but got {a.shape}.")


def differentiated(outputs, inputs, cotangents, create_graph, strict=False, words="The output"):
    """Gradients, zeros where nothing depends; with ``strict`` that raises."""
    live = [i for i, t in enumerate(outputs) if t.requires_grad]
    found = (None,) * len(inputs)
    if live:
        found = grad(
            [outputs[i] for i in live], inputs, [cotangents[i] for i in live], create_graph=create_graph,
            retain_graph=True, allow_unused=True,
        )  # fmt: skip
    for i, g in enumerate(found):
        if strict and g is None:
            raise RuntimeError(
                f"{words} of the user-provided function is independent of input {i}. "
                "This is not allowed in strict mode."
            )
    return tuple(new_tensor(t._array * 0) if g is None else g for g, t in zip(found, inputs))


def ones_for(tensors, sentence):
    if len(tensors) != 1 or tensors[0].numel() != 1:
        raise RuntimeError(sentence)
    return (new_tensor(tensors[0]._array * 0 + 1),)


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
        many_in, inputs = as_tuple(inputs, "inputs", "vjp")
        inputs = prepared(inputs, create_graph)
        many_out, outputs = called(func, "vjp", func, inputs, strict)
        if v is None:
            v = ones_for(
                outputs,
                "The vector v can only be None if the user-provided function returns a single Tensor with a single "
                "element.",
            )
        else:
            v = as_tuple(v, "v", "vjp")[1]
            check_v(v, outputs, many_out)
        product = differentiated(outputs, inputs, v, create_graph, strict)
    return (
        one_or_all(finished(outputs, create_graph), many_out),
        one_or_all(finished(product, create_graph), many_in),
    )


def pushed(outputs, inputs, v, create_graph, strict=False):
    """J·v: Jᵀu is linear in u, so its derivative with respect to u, applied to v, is J·v."""
    u = tuple(new_tensor(t._array * 0).requires_grad_() for t in outputs)
    back = differentiated(outputs, inputs, u, True, strict)
    return differentiated(back, u, v, create_graph, strict, "The gradient")


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """The outputs of ``func``, and J·v: ``(outputs, product)``; else as ``vjp``, ``v`` like the inputs."""
    with enable_grad():
        many_in, inputs = as_tuple(inputs, "inputs", "jvp")
        inputs = prepared(inputs, create_graph)
        if v is None:
            v = ones_for(
                inputs,
                "The vector v can only be None if the input to the user-provided function is a single Tensor with a "
                "single element.",
            )
        else:
            v = as_tuple(v, "v", "jvp")[1]
            check_v(v, inputs, many_in)
        many_out, outputs = called(func, "jvp", func, inputs, strict)
        product = pushed(outputs, inputs, v, create_graph, strict)
    return (
        one_or_all(finished(outputs, create_graph), many_out),
        one_or_all(finished(product, create_graph), many_out),
    )


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
    stack = FUNCTIONS["stack"]
    with enable_grad():
        many_in, inputs = as_tuple(inputs, "inputs", "jacobian")
        inputs = prepared(inputs, create_graph)
        many_out, outputs = called(func, "jacobian", func, inputs, strict)
        table = []
        for i, out in enumerate(outputs):
            words = f"Output {i}"
            if strategy == "forward-mode":
                blocks = []
                for j, t in enumerate(inputs):
                    zeros = [new_tensor(o._array * 0) for o in inputs]
                    columns = [
                        pushed((out,), inputs, (*zeros[:j], e, *zeros[j + 1 :]), create_graph)[0]
                        for e in basis(t)
                    ]
                    blocks.append(stack(columns, -1).reshape(*out.shape, *t.shape))
                table.append(tuple(blocks))
                continue
            rows = [differentiated((out,), inputs, (e,), create_graph, strict, words) for e in basis(out)]
            table.append(
                tuple(
                    stack([r[j] for r in rows]).reshape(*out.shape, *t.shape)
                    if rows
                    else new_tensor(t._array * 0).new_zeros((*out.shape, *t.shape))
                    for j, t in enumerate(inputs)
                )
            )
    table = finished(tuple(table), create_graph)
    return one_or_all(tuple(one_or_all(row, many_in) for row in table), many_out)


def basis(t):
    """Each unit tensor of the shape of ``t``."""
    for i in range(t.numel()):
        flat = (t._array * 0).reshape(-1).copy()
        flat[i] = 1
        yield new_tensor(flat.reshape(t._array.shape)[()])


def scalar(func, name):
    """``func``, held to a single output of a single element."""

    def checked(*inputs):
        many, outputs = as_tuple(func(*inputs), "outputs of the user-provided function", name)
        if many:
            raise RuntimeError(f"The function given to {name} should return a single Tensor")
        if outputs[0].numel() != 1:
            raise RuntimeError(
                f"The Tensor returned by the function given to {name} should contain a single element"
            )
        return outputs[0].squeeze() if outputs[0].ndim else outputs[0]

    return checked


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
                raise RuntimeError(
                    "While computing the hessian, found that the jacobian of the user-provided function with respect "
                    f"to input {i} is independent of the input. This is not allowed in strict mode. You should ensure "
                    "that your function is twice differentiable and that the jacobian depends on the inputs (this "
                    "would be violated by a linear function for example)."
                )
        return found

    table = jacobian(
        slope, inputs, create_graph=create_graph, strict=strict, strategy=outer_jacobian_strategy
    )
    return table if many else table[0][0]


def curved(name, func, inputs, v, create_graph, strict):
    """The value, the gradient and what is to multiply the Hessian, with the inputs prepared."""
    many, inputs = as_tuple(inputs, "inputs", name)
    inputs = prepared(inputs, create_graph)
    if v is None:
        v = ones_for(
            inputs,
            "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
            "element.",
        )
    else:
        v = as_tuple(v, "v", name)[1]
        check_v(v, inputs, many)
    out = scalar(func, name)(*inputs)
    one = (new_tensor(out._array * 0 + 1),)
    return many, inputs, v, out, differentiated((out,), inputs, one, True, strict)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of ``func`` at ``inputs``, and vᵀH, H being the Hessian: ``(value, product)``."""
    with enable_grad():
        many, inputs, v, out, slope = curved("vhp", func, inputs, v, create_graph, strict)
        product = differentiated(slope, inputs, v, create_graph, strict, "The jacobian")
    return finished(out, create_graph), one_or_all(finished(product, create_graph), many)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of ``func`` at ``inputs``, and H·v, H being the Hessian: ``(value, product)``; ``vhp`` is faster.

    >>> import autodiff_lab as th
    >>> th.autograd.functional.hvp(lambda x: (x ** 3).sum(), th.tensor([1., 2.]), th.ones(2))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        many, inputs, v, out, slope = curved("hvp", func, inputs, v, create_graph, strict)
        product = pushed(slope, inputs, v, create_graph)
    return finished(out, create_graph), one_or_all(finished(product, create_graph), many)


__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
