"""torch.autograd.graph: what becomes of the tensors that the graph saves. Leans on graph, mode, tensor.

Inside ``saved_tensors_hooks`` a watcher replaces what a new node has saved by ``Packed``, which asks the learner's
``unpack_hook`` when a rule wants to read it.
"""

import contextlib
import functools
from collections import namedtuple

from .. import engine
from ..errors import check
from ..graph import Node, SavedOutput, public_edge, raise_freed
from ..mode import mode, under, unwatch, watch, without
from ..tensor import Tensor, count_write, tensor_from

PACKED_IN_PLACE = (
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot be "
    "modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if you need "
    "to perform in-place operations on the input to a pack hook."
)


class Packed:
    """What ``pack_hook`` made of a saved tensor; read as an array, it is unpacked."""

    __slots__ = ("packed", "unpack")
    clock = _clock = None
    since = 0
    history = None

    def __init__(self, packed, unpack):
        self.packed, self.unpack = packed, unpack

    def tensor(self):
        made = self.unpack(self.packed)
        if not isinstance(made, Tensor):
            raise TypeError("Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                            f"{type(made).__name__}")  # fmt: skip
        return made

    @property
    def _array(self):
        return self.tensor()._array

    array = _array
    _node = None


class saved_tensors_hooks:
    """A block in which each tensor that the graph saves goes through ``pack_hook``, and comes back by ``unpack_hook``.

    Args:
        pack_hook: tensor → anything; called as an operation saves the tensor.
        unpack_hook: that anything → tensor of the same numbers; called as the backward pass reads it.

    >>> import autodiff_lab as th
    >>> x = th.tensor([1., 2.], requires_grad=True)
    >>> with th.autograd.graph.saved_tensors_hooks(lambda t: print("saved", t) or t, lambda t: t):
    ...     y = x.exp()
    saved tensor([2.7183, 7.3891], grad_fn=<ExpBackward0>)
    """

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self):
        if _disabled:
            raise RuntimeError(_disabled[-1])
        watch(self)

    def __exit__(self, *exc):
        unwatch(self)

    def __call__(self, row, inputs, attrs, results, node):
        if node is not None and row.saved:
            self.pack_all(node)

    def finished(self, node, inputs, results):
        self.pack_all(node)

    def pack_all(self, node):
        hooks = [w for w in getattr(mode.grad, "watchers", ()) if isinstance(w, saved_tensors_hooks)]
        if node._saved and hooks[-1:] == [self]:  # the innermost block alone
            node._saved = under(without(self), lambda: tuple(self.packed(node, kept) for kept in node._saved))

    def packed(self, node, kept):
        if isinstance(kept, SavedOutput):
            kept = tensor_from(kept.array, kept.clock, node if kept.history is None else kept.history())
        if not isinstance(kept, Tensor):
            return kept
        before = kept._version
        made = Packed(self.pack_hook(kept), self.unpack_hook)
        check(kept._version == before, PACKED_IN_PLACE)
        return made


class SavedTensor:
    """What a node keeps, as ``_raw_saved_self`` shows it: before the backward pass, it can be packed."""

    __module__ = "autodiff_lab._C._autograd"

    def __init__(self, node, index):
        self._place = node, index

    def register_hooks(self, pack_hook, unpack_hook):
        """Pack this saved tensor now; ``unpack_hook`` gives it back to the backward pass."""
        node, index = self._place
        if node._saved is None:
            raise_freed(node)
        saved = list(node._saved)
        if isinstance(saved[index], Packed):
            raise RuntimeError("Calling register_hooks on a saved tensor whose hooks have already been set. "
                               "Hint: only one pair of hooks is allowed at a time.")  # fmt: skip
        saved[index] = saved_tensors_hooks(pack_hook, unpack_hook).packed(node, saved[index])
        node._saved = tuple(saved)


Node.raw_saved = SavedTensor


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Call ``fn(grads)`` once a pass, with the gradients of all ``tensors``; with mode "any", at the first one.

    Returns:
        A handle with ``remove()``.
    """
    waiting = globals()["mode"]
    check(mode in ("all", "any"), f"Expects mode to be one of ('all', 'any') but got {mode}", ValueError)
    arrived = {}

    def finish():
        grads = [arrived.get(i) for i in range(len(tensors))]
        arrived.clear()
        if mode == "all":
            fn(grads)

    def one(index, grad):
        if finish not in waiting.at_the_end:  # the first of this pass
            arrived.clear()
            waiting.at_the_end.append(finish)
            if mode == "any":
                fn(grad)
        arrived[index] = grad

    handles = [t.register_hook(functools.partial(one, i)) for i, t in enumerate(tensors) if t.requires_grad]
    return _MultiHandle(handles)


class _MultiHandle(contextlib.ExitStack):
    """Handles that are removed together."""

    def __init__(self, handles):
        super().__init__()
        for handle in handles:
            self.callback(handle.remove)

    remove = contextlib.ExitStack.close


class GradientEdge(namedtuple("GradientEdge", "node output_nr ownership_token", defaults=(None,))):
    """Where the gradient of a tensor arrives; ``autograd.grad`` takes it in place of the tensor."""


def get_gradient_edge(tensor):
    """The ``GradientEdge`` of a tensor that requires grad."""
    check(tensor.requires_grad,
          "It is not possible to get the gradient edge for a Tensor that does not require gradients")  # fmt: skip
    made = GradientEdge(*public_edge(engine.edge_of(tensor)))
    made.tensor = tensor
    return made


def increment_version(tensor):
    """Count a write to ``tensor``, or to each of several, that torch could not see."""
    for t in (tensor,) if isinstance(tensor, Tensor) else tensor:
        count_write(t)


class save_on_cpu(saved_tensors_hooks):
    """A block in which saved tensors are kept on the CPU; as they are there already, copies are kept."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        super().__init__(lambda t: t.detach().clone(), lambda t: t)


class allow_mutation_on_saved_tensors(save_on_cpu):
    """A block in which a saved tensor may be written to in place: copies are kept for the backward pass."""


_disabled = []


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message):
    """A block in which ``saved_tensors_hooks`` raises RuntimeError with this message."""
    _disabled.append(error_message)
    try:
        yield
    finally:
        _disabled.pop()


__all__ = [
    "GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks", "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks",
]  # fmt: skip
