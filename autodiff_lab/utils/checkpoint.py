"""torch.utils.checkpoint: time for memory. Leans on autograd.graph, sampling.

Without re-entrant passes, the forward runs as always, but what its operations save is thrown away: each keeps its place in a list only. When the
backward pass asks for the first of them, the forward runs once more and the list is filled.
"""

import contextlib
import functools
import warnings

from ..autograd import Function, backward
from ..autograd.graph import saved_tensors_hooks
from ..errors import check
from ..mode import mode, switched, under
from ..sampling import default_generator
from ..tensor import Tensor

REENTRANT = (
    "autodiff_lab.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
    "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you "
    "need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on "
    "the differences between the two variants."
)
CHANGED = (
    "autodiff_lab.utils.checkpoint: A different number of tensors was saved during the original forward and "
    "recomputation.\nNumber of tensors saved during forward: {}\nNumber of tensors saved during recomputation: {}."
)


def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check="default", debug=False,
               early_stop=True, preserve_rng_state=True, **kwargs):  # fmt: skip
    """``function(*args, **kwargs)``, whose intermediate values are not kept but computed again in the backward pass.

    Args:
        function: any function of tensors; it runs twice, so it had better do the same both times.
        preserve_rng_state (bool): whether the second run draws the same random numbers as the first.
        context_fn: gives two context managers, for the first and the second run.
        use_reentrant (bool): whether the whole function is one step, whose backward runs a pass of its own; True by
            default, with a warning.
        determinism_check, debug, early_stop: accepted.

    Returns:
        what ``function`` returns.

    Raises:
        CheckpointError: in the backward pass, if the second run saved another number of tensors than the first.

    >>> import autodiff_lab as th
    >>> x = th.tensor([1., 2.], requires_grad=True)
    >>> y = th.utils.checkpoint.checkpoint(lambda t: t.exp().sin(), x, use_reentrant=False)
    >>> y.sum().backward()
    """
    if use_reentrant is None:
        warnings.warn(REENTRANT, UserWarning, stacklevel=2)
    if use_reentrant is not False and not any(isinstance(a, Tensor) and a.requires_grad for a in args):
        warnings.warn(
            "None of the inputs have requires_grad=True. Gradients will be None", UserWarning, stacklevel=2
        )
    if use_reentrant is not False:
        return CheckpointFunction.apply(function, preserve_rng_state, *args)
    first, second = context_fn() if context_fn is not None else (contextlib.nullcontext(),) * 2
    state = default_generator.get_state() if preserve_rng_state else None
    places, again = [], {}

    def keep_place(t):
        places.append(None)
        return len(places) - 1

    def recompute(place):
        if place not in again:
            numbers = []
            keep = saved_tensors_hooks(lambda t: numbers.append(t.detach()), None)
            under(
                switched(mode.grad, True),
                inside,
                keep,
                second,
                drawing_from,
                state,
                function,
                *args,
                **kwargs,
            )
            if len(numbers) != len(places):
                raise CheckpointError(CHANGED.format(len(places), len(numbers)))
            again.update(enumerate(numbers))
        return again.pop(place)

    hooks = saved_tensors_hooks(keep_place, recompute)
    return under(mode.grad, inside, hooks, first, function, *args, **kwargs)


def inside(first, second, function, *args, **kwargs):
    """What ``function`` gives within two blocks."""
    with first, second:
        return function(*args, **kwargs)


def drawing_from(state, function, *args, **kwargs):
    """What ``function`` gives when the generator stands at ``state``, if there is one; the generator stays where it was."""
    now = default_generator.get_state()
    try:
        if state is not None:
            default_generator.set_state(state)
        return function(*args, **kwargs)
    finally:
        default_generator.set_state(now)


class CheckpointFunction(Function):
    """The function as one step of the graph: unrecorded at first, recorded and walked when its gradient is wanted."""

    @staticmethod
    def forward(ctx, function, preserve_rng_state, *args):
        ctx.function, ctx.args = function, args
        ctx.state = default_generator.get_state() if preserve_rng_state else None
        ctx.save_for_backward(*(a for a in args if isinstance(a, Tensor)))
        return function(*args)

    @staticmethod
    def backward(ctx, *grads):
        saved = iter(ctx.saved_tensors)
        twins = [
            next(saved).detach().requires_grad_(a.requires_grad) if isinstance(a, Tensor) else a
            for a in ctx.args
        ]
        made = under(switched(mode.grad, True), drawing_from, ctx.state, ctx.function, *twins)
        pairs = [(t, g) for t, g in zip(made if isinstance(made, tuple) else (made,), grads)
                 if isinstance(t, Tensor) and t.requires_grad]  # fmt: skip
        check(pairs, "none of output has requires_grad=True, this checkpoint() is not necessary")
        backward(*zip(*pairs))
        return None, None, *(t.grad if isinstance(t, Tensor) else None for t in twins)


class CheckpointError(RuntimeError):
    """The second run of a checkpointed function was not like the first."""


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """The modules of a sequence one after the other, in ``segments`` checkpointed pieces; the last piece is not.

    Args:
        functions (nn.Sequential or list): what to run.
        segments (int): how many pieces, from 1 to as many as there are modules; else ValueError.
    """
    functions = list(functions)
    if not 0 < segments <= len(functions):
        raise ValueError(f"checkpoint_sequential(): {segments} segments of {len(functions)} modules")
    size = len(functions) // segments
    for start in range(0, size * (segments - 1), size):
        piece = functools.partial(run, functions[start : start + size])
        input = checkpoint(piece, input, use_reentrant=use_reentrant, **kwargs)
    return run(functions[size * (segments - 1) :], input)


def run(functions, value):
    for function in functions:
        value = function(value)
    return value


__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential"]
