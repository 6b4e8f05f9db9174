"""torch.autograd.gradcheck and gradgradcheck: derivatives against finite differences. Leans on autograd, tensor."""

import warnings

import numpy as np

from ..mode import enable_grad, no_grad
from ..sampling import rand
from ..tensor import Tensor, new_tensor
from . import forward_ad, grad
from .functional import basis

PRECISION = (
    "Input #{} requires gradient and is not a double precision floating point or complex. This check will likely fail "
    "if all the inputs are not of double precision floating point or complex. "
)
OVERLAP = (
    "The {}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be able "
    "to compute the numerical gradients correctly. You should call .contiguous on the input before passing it to "
    "gradcheck."
)
NOT_REENTRANT = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different "
    "values, although analytical gradient matches numerical gradient.The tolerance for nondeterminism was {}."
)


class GradcheckError(RuntimeError):
    """A derivative is not the limit of the differences."""


def as_tuple(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def differentiable(value):
    return tuple(t for t in as_tuple(value) if isinstance(t, Tensor) and t.requires_grad)


def check_inputs(inputs):
    found = False
    for i, t in enumerate(inputs):
        if isinstance(t, Tensor) and t.requires_grad:
            if t._array.dtype != np.float64:
                warnings.warn(PRECISION.format(i), UserWarning, stacklevel=4)
            if not all(step > 0 or n <= 1 for step, n in zip(t.stride(), t.shape)):
                raise RuntimeError(OVERLAP.format(i))
            found = True
    if not found:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


@no_grad()
def numerical(function, inputs, position, eps):
    """Central differences: one matrix (input's numbers × output's numbers) for each differentiable output."""
    t = inputs[position]
    columns = []
    for i in np.ndindex(t._array.shape):
        ends = []
        for step in (eps, -eps):
            moved = np.array(t._array)
            moved[i] += step
            stand = new_tensor(moved[()], t._node)  # so that it requires grad, as the input does
            args = [*inputs[:position], stand, *inputs[position + 1 :]]
            ends.append([np.array(o._array, copy=True) for o in function(*args)])
        columns.append([(a - b).reshape(-1) / (2 * eps) for a, b in zip(*ends)])
    return columns


def analytical(output, wanted, nondet_tol, check_dtypes):
    """The same matrices by the backward pass, one for each input; each row is run twice."""
    tables = [new_tensor(np.zeros((t.numel(), output.numel()), t._array.dtype)) for t in wanted]
    for j, one in enumerate(basis(output)):
        first, second = (grad(output, wanted, one, retain_graph=True, allow_unused=True) for _ in range(2))
        for table, t, g, again in zip(tables, wanted, first, second):
            if g is None:
                continue
            if check_dtypes and g.dtype != t.dtype:
                raise GradcheckError("Gradient has dtype mismatch")
            if g.shape != t.shape:
                raise GradcheckError("Analytical gradient has incorrect size")
            if np.any(np.abs(g._array - again._array) > nondet_tol):
                raise GradcheckError(NOT_REENTRANT.format(nondet_tol))
            table._array[:, j] = g._array.reshape(-1)
    return tables


def forward_tables(function, inputs, positions, outputs):
    """The same matrices by tangents going forward, [input][output]."""
    found = []
    plain = [t.detach() if isinstance(t, Tensor) else t for t in inputs]
    for p in positions:
        t = plain[p]
        tables = [np.zeros((t.numel(), o.numel()), o._array.dtype) for o in outputs]
        for i, one in enumerate(basis(t)):
            with forward_ad.dual_level():
                dual = forward_ad.make_dual(t, one)
                outs = as_tuple(function(*plain[:p], dual, *plain[p + 1 :]))
                outs = [o for o in outs if isinstance(o, Tensor) and o.is_floating_point()]
                for table, out in zip(tables, outs):
                    tangent = forward_ad.unpack_dual(out).tangent
                    if tangent is not None:
                        table[i] = tangent._array.reshape(-1)
        found.append([new_tensor(table) for table in tables])
    return found


def compare(found, expected, output, input, atol, rtol, forward=False):
    if not np.allclose(found._array, expected._array, rtol, atol):
        mode = "computed with forward mode " if forward else ""
        raise GradcheckError(f"Jacobian {mode}mismatch for output {output:d} with respect to input {input:d},\n"
                             f"numerical:{expected}\nanalytical:{found}\n")  # fmt: skip


def check(function, inputs, eps, atol, rtol, nondet_tol, check_dtypes, forward, backward):
    inputs = as_tuple(inputs)
    check_inputs(inputs)
    given = function(*inputs)
    outputs = differentiable(given)
    positions = [i for i, t in enumerate(inputs) if isinstance(t, Tensor) and t.requires_grad]
    wanted = [inputs[i] for i in positions]
    if not outputs:
        for p in positions:
            floats = lambda *a: [t for t in as_tuple(function(*a)) if t.is_floating_point()]
            rows = numerical(floats, inputs, p, eps)
            if any(np.any(column) for row in rows for column in row):
                raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    live = [i for i, t in enumerate(as_tuple(given)) if any(t is o for o in outputs)]

    def outs(*args):
        made = as_tuple(function(*args))
        return [made[i] for i in live]

    expected = []
    for p in positions:
        rows, n = numerical(outs, inputs, p, eps), inputs[p].numel()
        kinds = [(k, o.numel(), o._array.dtype) for k, o in enumerate(outputs)]
        expected.append([new_tensor(np.array([r[k] for r in rows], d).reshape(n, m)) for k, m, d in kinds])
    if forward:
        for j, tables in enumerate(forward_tables(function, inputs, positions, outputs)):
            for k, table in enumerate(tables):
                compare(table, expected[j][k], k, j, atol, rtol, forward=True)
    if not backward:
        return
    for k, o in enumerate(outputs):
        for j, table in enumerate(analytical(o, wanted, nondet_tol, check_dtypes)):
            compare(table, expected[j][k], k, j, atol, rtol)
    zeros = [new_tensor(o._array * 0) for o in outputs]
    for g in grad(outputs, wanted, zeros, retain_graph=True, allow_unused=True):
        if g is not None and np.any(g._array != 0):
            raise GradcheckError("backward not multiplied by grad_output")


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0,
              check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False,
              check_batched_forward_grad=False, check_forward_ad=False, check_backward_ad=True, fast_mode=False,
              masked=None):  # fmt: skip
    """Whether the gradients of ``func`` agree with central differences, in every number of the Jacobian.

    Args:
        func: a function of the inputs that gives a tensor or a tuple of them.
        inputs (Tensor or tuple): those to be checked require grad, and had better be float64.
        eps (float): the step of the differences.
        atol, rtol (float): how far apart they may be, as ``allclose``.
        raise_exception (bool): raise where they disagree, instead of giving False.
        nondet_tol (float): how far apart two backward passes may be.
        check_forward_ad, check_backward_ad (bool): which mode to check.
        check_undefined_grad, check_batched_grad, check_batched_forward_grad, fast_mode, masked: accepted.

    Differs from torch: ``fast_mode`` compares the whole Jacobian too, and cotangents are never undefined here.

    Raises:
        GradcheckError: a RuntimeError that shows both Jacobians, (input's numbers × output's numbers).
        ValueError: if no input requires grad.

    >>> import autodiff_lab as th
    >>> x = th.tensor([0.5, 2.], dtype=th.float64, requires_grad=True)
    >>> th.autograd.gradcheck(th.sin, x)
    True
    """
    try:
        check(
            func, inputs, eps, atol, rtol, nondet_tol, check_grad_dtypes, check_forward_ad, check_backward_ad
        )
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3,
                  gen_non_contig_grad_outputs=False, raise_exception=True, nondet_tol=0.0, check_undefined_grad=True,
                  check_grad_dtypes=False, check_batched_grad=False, check_fwd_over_rev=False, check_rev_over_rev=True,
                  fast_mode=False, masked=False):  # fmt: skip
    """Whether the gradients of the gradients of ``func`` agree with central differences; arguments as ``gradcheck``.

    Args:
        grad_outputs (Tensor or tuple): cotangents of the outputs; random ones in (-1, 1) by default.

    >>> import autodiff_lab as th
    >>> x = th.tensor([0.5, 2.], dtype=th.float64, requires_grad=True)
    >>> th.autograd.gradgradcheck(th.sin, x)
    True
    """
    inputs = as_tuple(inputs)
    if grad_outputs is None:
        outs = differentiable(func(*inputs))
        cotangents = tuple((rand(o.shape, dtype=o.dtype) * 2 - 1).requires_grad_() for o in outs)
    else:
        cotangents = as_tuple(grad_outputs)
    positions = [i for i, t in enumerate(inputs) if isinstance(t, Tensor) and t.requires_grad]

    def slope(*args):
        given, weights = list(args[: len(inputs)]), args[len(inputs) :]
        with enable_grad():
            for p in positions:
                given[p] = given[p] if given[p].requires_grad else given[p].requires_grad_()
            outs = differentiable(func(*given))
            found = grad(outs, [given[p] for p in positions], weights, create_graph=True, allow_unused=True)
        return tuple(g for g in found if isinstance(g, Tensor) and g.requires_grad)

    return gradcheck(
        slope, (*inputs, *cotangents), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception,
        nondet_tol=nondet_tol, check_grad_dtypes=check_grad_dtypes, check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
    )  # fmt: skip


__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]
