"""torch.autograd.graph: what becomes of the tensors that the graph saves. Leans on graph, mode, tensor.

Inside ``saved_tensors_hooks`` a watcher replaces what a new node has saved by ``Packed``, which asks the learner's
``unpack_hook`` when a rule wants to read it.
"""

from ..graph import Node, SavedOutput
from ..mode import mode, unwatch, watch
from ..tensor import Tensor, tensor_from


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
            node._saved = tuple(self.packed(node, kept) for kept in node._saved)

    def packed(self, node, kept):
        if isinstance(kept, SavedOutput):
            kept = tensor_from(kept.array, kept.clock, node if kept.history is None else kept.history())
        if not isinstance(kept, Tensor):
            return kept
        unwatch(self)
        try:
            return Packed(self.pack_hook(kept), self.unpack_hook)
        finally:
            watch(self)


class save_on_cpu(saved_tensors_hooks):
    """A block in which saved tensors are kept on the CPU; as they are there already, copies are kept."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        super().__init__(lambda t: t.detach().clone(), lambda t: t)


_disabled = []


class disable_saved_tensors_hooks:
    """A block in which ``saved_tensors_hooks`` raises RuntimeError with this message."""

    def __init__(self, error_message):
        self.error_message = error_message

    def __enter__(self):
        _disabled.append(self.error_message)

    def __exit__(self, *exc):
        _disabled.pop()


__all__ = ["Node", "disable_saved_tensors_hooks", "save_on_cpu", "saved_tensors_hooks"]
