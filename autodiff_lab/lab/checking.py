"""``lab.gradcheck``: a derivative against the differences of the function's values, as a table.

What :func:`autodiff_lab.autograd.gradcheck` decides, shown number by number. Leans on names and the library.
"""

import numpy as np

from ..autograd.checking import GradcheckError
from ..messages import say
from ..mode import no_grad
from .formulas import number_text
from .names import is_tensor, tensors_for
from .render.text import table
from .words import Words

LISTED = 40  # numbers that the table shows


def gradcheck(function, /, *, eps=1e-6, atol=1e-5, rtol=1e-3, **inputs):
    """Compare the gradient that autograd gives with central differences, input by input, in double precision.

    Args:
        function: takes tensors by the names given, and returns a tensor with one element.
        eps: how far each number is moved, each way.
        atol, rtol: they agree where the difference is at most ``atol + rtol·|difference quotient|``.
        inputs: the point: numbers, arrays or tensors; those of whole numbers are moved, too, as floating point.

    Returns:
        The table as a text.

    Raises:
        GradcheckError: if they do not agree; its text is the table.
        ValueError: without inputs, or if the function does not return a tensor with one element.

    >>> import autodiff_lab as th
    >>> print(gradcheck(lambda x: x * x, x=3.0).splitlines()[0])
    x  autograd  (f(x+h) − f(x−h))/2h  diferencia
    """
    if not inputs:
        raise ValueError(say("gradcheck.error.inputs"))
    code = getattr(function, "__code__", None)
    space, names = (function.__globals__, code.co_names) if code is not None else ({}, ())
    given = tensors_for(space, names, inputs).items()
    leaves = {name: value.detach().double().clone().requires_grad_(True) for name, value in given}
    result = function(**leaves)
    if not is_tensor(result) or result.numel() != 1:
        raise ValueError(say("gradcheck.error.result"))
    if result.requires_grad:
        result.sum().backward()
    rows, wrong = [], 0
    for name, leaf in leaves.items():
        answer = np.zeros(tuple(leaf.shape)) if leaf.grad is None else np.array(leaf.grad.tolist())
        for at in np.ndindex(tuple(leaf.shape)):
            quotient = _quotient(function, leaves, name, at, eps)
            apart = abs(answer[at] - quotient)
            good = apart <= atol + rtol * abs(quotient)
            wrong += not good
            if len(rows) < LISTED or not good:
                label = name + ("" if not at else str(list(at)))
                rows.append([label, number_text(float(answer[at])), number_text(float(quotient)),
                             f"{number_text(float(apart), 2)} {'✓' if good else '✗'}"])  # fmt: skip
    head = ["x", "autograd", "(f(x+h) − f(x−h))/2h", say("gradcheck.apart")]
    text = "\n".join(table(head, rows, right=(1, 2, 3)))
    if wrong:
        raise GradcheckError(say("gradcheck.wrong", count=wrong) + "\n" + text)
    return Words(text)


def _quotient(function, leaves, name, at, eps):
    """(f(x + h) − f(x − h)) / 2h, with one number of one input moved."""
    ends = []
    for step in (eps, -eps):
        moved = np.array(leaves[name].tolist(), np.float64)
        moved[at] += step
        with no_grad():
            others = {n: leaf.detach() for n, leaf in leaves.items()}
            ends.append(function(**{**others, name: others[name].new_tensor(moved.tolist())}).item())
    return (ends[0] - ends[1]) / (2 * eps)
