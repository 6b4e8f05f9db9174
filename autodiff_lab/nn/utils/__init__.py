"""``nn.utils``: gradients held to a length, parameters as one vector. Leans on ops."""

import math

from ...homes import in_nn_utils, old_names, settle
from ...mode import no_grad
from ...ops.contract import vector_norm
from ...ops.creation import tensor
from ...ops.join import cat, stack
from ...scope import missing
from ...tensor import Tensor
from . import rnn


def with_grads(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p.grad for p in parameters if p.grad is not None]


@no_grad()
def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The norm of all the tensors' numbers together.

    Raises:
        RuntimeError: with ``error_if_nonfinite``, if it is nan or inf.
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norms = [vector_norm(t, norm_type) for t in tensors]
    total = vector_norm(stack(norms), norm_type) if norms else tensor(0.0)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Shrink the gradients, in place, so that their norm taken together is at most ``max_norm``.

    Returns:
        The norm before.
    """
    grads = with_grads(parameters)
    total = get_total_norm(grads, float(norm_type), error_if_nonfinite)
    factor = (float(max_norm) / (total + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.detach().mul_(factor.to(g.dtype))
    return total


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Hold every gradient, in place, between ± ``clip_value``."""
    for g in with_grads(parameters):
        g.detach().clamp_(-float(clip_value), float(clip_value))


def parameters_to_vector(parameters):
    """All the numbers, one parameter after another, in one dimension."""
    return cat([p.view(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Write the numbers of one vector into the parameters, one after another."""
    start = 0
    for p in parameters:
        p.data = vec[start : start + p.numel()].view_as(p).data
        start += p.numel()


__all__ = [
    "clip_grad_norm_", "clip_grad_value_", "get_total_norm", "parameters_to_vector", "rnn", "vector_to_parameters",
]  # fmt: skip

settle(__name__, in_nn_utils)


def __getattr__(name):
    found = old_names(globals(), name)
    if found is None:
        raise missing(__name__, name, __all__)
    return found
