"""Functions with a backward of the learner's own. Leans on graph, tensor, views.

``apply`` runs ``forward`` unrecorded and leaves a node whose pull is ``backward``. The context ``ctx`` is that node's
notebook: what ``save_for_backward`` puts there is checked for writes in place and freed like any saved tensor.
"""

import functools
import inspect
import warnings

import numpy as np

from ..engine import edge_of
from ..errors import explained
from ..graph import FREED, Gate, Node, Parts, SavedOutput, raise_stale
from ..mode import mode, switched, ticks, told, under
from ..tensor import Tensor, alias, clock_of, count_write, new_tensor
from ..views import rebase


class FunctionNode(Node):
    """The node of a custom function, and the ``ctx`` of its forward and backward."""

    # no __slots__: whatever a learner puts on ctx lives in its __dict__, beside names that begin with _

    keeps = True
    _function = None
    __repr__ = object.__repr__

    def __init__(self, inputs):
        self._seq, self._fit, self._hooks = ticks.next(), None, None
        self._edges = tuple(edge_of(i) if isinstance(i, Tensor) else None for i in inputs)
        self._saved = ()
        self.needs_input_grad = tuple(e is not None for e in self._edges)
        arrays = (i._array if isinstance(i, Tensor) else None for i in inputs)
        self._inputs_meta = [a if a is None else (a.shape, a.dtype) for a in arrays]
        self._non_differentiable, self._dirty, self._materialize = (), (), True
        self._outputs_meta = []
        self._single = True

    def save_for_backward(self, *tensors):
        """Keep tensors for the backward; None is allowed. Raises TypeError for anything but tensors and None."""
        for i, t in enumerate(tensors):
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(f"save_for_backward can only save variables, but argument {i} is of type {type(t).__name__}")  # fmt: skip
        self._saved = tensors

    def save_for_forward(self, *tensors):
        """Keep tensors for ``jvp``."""
        self._for_forward = tensors

    def mark_non_differentiable(self, *tensors):
        """Say which outputs have no gradient."""
        self._non_differentiable = tensors

    def mark_dirty(self, *tensors):
        """Say which inputs the forward wrote to in place."""
        self._dirty = tensors

    def set_materialize_grads(self, value):
        """Whether missing cotangents reach ``backward`` as zeros (True) or None."""
        self._materialize = value

    @property
    def saved_tensors(self):
        """What ``save_for_backward`` kept. Raises RuntimeError once freed, or if one was written to since."""
        if self._saved is None:
            raise explained(RuntimeError(FREED), "note.freed")
        return tuple(self._restored(kept) for kept in self._saved)

    saved_variables = saved_tensors

    def _restored(self, kept):
        if kept is None:
            return None
        if hasattr(kept, "packed"):  # autograd.graph.Packed
            return kept.tensor()
        born = self._finished if type(kept) is not SavedOutput else max(self._finished, kept.since)
        clock = kept.clock if type(kept) is SavedOutput else kept._clock
        if clock and clock[-1] > born:
            raise_stale(self, kept, clock, born)
        if type(kept) is SavedOutput:
            edge = self._gates[kept.index] if self._gates else self
            return new_tensor(kept.array, edge)
        return kept

    def _call(self, g, record):
        if self._saved is None:
            raise explained(RuntimeError(FREED), "note.freed")
        parts = g if isinstance(g, Parts) else Parts((g,))
        grads = []
        for i, meta in enumerate(self._outputs_meta):
            part = parts.get(i)
            if part is None and meta is not None and self._materialize:
                part = new_tensor(np.zeros(*meta)[()])
            grads.append(None if part is None else self.as_tensor(part))
        result = under(switched(mode.grad, record), self._function.backward, self, *grads)
        result = list(result) if isinstance(result, (tuple, list)) else [result]
        while len(result) > len(self._edges) and result[-1] is None:
            result.pop()
        expected, got = len(self._edges), len(result)
        if got != expected:
            raise explained(
                RuntimeError(
                    f"function {self.name()} returned an incorrect number of gradients (expected {expected}, got {got})"
                ),
                "note.function_count", expected=expected, got=got,
            )  # fmt: skip
        for i, (r, edge, meta) in enumerate(zip(result, self._edges, self._inputs_meta)):
            if edge is None or r is None:
                result[i] = None
                continue
            if not isinstance(r, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(r).__name__})")
            result[i] = self._checked(i, r, *meta)
        return result

    def _checked(self, i, r, shape, dtype):
        if r._array.shape != shape:
            try:
                fits = np.broadcast_shapes(r._array.shape, shape) in (r._array.shape, shape)
            except ValueError:
                fits = False
            if not fits or r._array.ndim < len(shape) and r._array.size != 1:
                raise RuntimeError(f"Function {self.name()} returned an invalid gradient at index {i} - got {list(r._array.shape)} "
                                   f"but expected shape compatible with {list(shape)}")  # fmt: skip
            r = r.expand(*shape) if r._array.ndim <= len(shape) and r._array.size <= np.prod(shape) else r
        if r._array.shape != shape or r._array.dtype != dtype:
            from ..engine import fit

            r = fit(r, shape, dtype)
        return r

    def pull(self, g):
        return [None if r is None else r._array for r in self._call(g, record=False)]

    pull_checked = pull

    def pull_tensors(self, g):
        return self._call(g, record=bool(mode.grad))


class FunctionMeta(type):
    """Gives each custom function the class of its node, called after it."""

    def __init__(cls, name, bases, space):
        super().__init__(name, bases, space)
        cls._node_class = type(name + "Backward", (FunctionNode,), {"_function": cls, "__module__": __name__})


class Function(metaclass=FunctionMeta):
    """An operation with forward and backward of one's own.

    Subclass it, write ``forward`` and ``backward`` as static methods, and call ``apply``. ``forward(ctx, *args)`` saves
    what it needs on ``ctx``; or ``forward(*args)`` computes alone and ``setup_context(ctx, inputs, output)`` saves.
    ``backward(ctx, *grads)`` gives one gradient for each argument of forward, None for those without.

    >>> import autodiff_lab as th
    >>> class Cube(th.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x ** 3
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         x, = ctx.saved_tensors
    ...         return 3 * x ** 2 * g
    >>> x = th.tensor(2., requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    def __init__(self, *args, **kwargs):
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args, **kwargs):
        raise RuntimeError("Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
                           "function with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html"
                           "#torch.autograd.Function)")  # fmt: skip

    @staticmethod
    def forward(*args, **kwargs):
        """Compute the outputs; to be written by the subclass."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Save what backward needs, when ``forward`` takes no ``ctx``."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Compute the inputs' gradients; to be written by the subclass."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @staticmethod
    def jvp(ctx, *grad_inputs):
        """Compute the outputs' tangents from the inputs' (None: it has none); to be written by the subclass."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    vjp = backward  # torch's other name

    @classmethod
    def apply(cls, *args, **kwargs):
        """Run the function on tensors and anything else; the outputs are recorded as one step."""
        alone = cls.setup_context is not Function.setup_context
        if alone:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        node = cls._node_class(args)
        recording = bool(mode.grad) and any(node.needs_input_grad)
        if not recording:
            node.needs_input_grad = (False,) * len(args)
        if alone:
            output = under(False, cls.forward, *args, **kwargs)
            under(False, cls.setup_context, node, args, output)
        else:
            output = under(False, cls.forward, node, *args, **kwargs)
        result = wrapped(node, args, output, recording)
        if mode.grad.__class__ is not bool:
            told("finished", node, args, (result,) if node._single else result)
        return result


def wrapped(node, args, output, recording):
    """The outputs of a custom forward with their history: new tensors, views, or the inputs it wrote to."""
    node._single = isinstance(output, Tensor) or not isinstance(output, (tuple, list))
    outputs = [output] if node._single else list(output)
    for t in node._dirty:
        if t._node is not None and t.is_leaf and recording:
            raise explained(
                RuntimeError("a leaf Variable that requires grad is being used in an in-place operation."),
                "note.leaf_in_place", t,
            )  # fmt: skip
    dirty = {id(t) for t in node._dirty}
    plain = {id(t) for t in node._non_differentiable}
    made, of = [], {}
    for i, t in enumerate(outputs):
        if not isinstance(t, Tensor):
            made.append(t)
            node._outputs_meta.append(None)
            continue
        node._outputs_meta.append((t._array.shape, t._array.dtype))
        differentiable = recording and id(t) not in plain and t._array.dtype.kind == "f"
        if id(t) not in dirty and any(t is a for a in args):
            t = of.setdefault(id(outputs[i]), alias(t))
        elif id(t) not in dirty and t._node is not None:
            t = alias(t)
        of[id(outputs[i])] = t
        made.append((t, differentiable, id(outputs[i]) in dirty))
    node._finished = ticks.next()
    live = [i for i, m in enumerate(made) if isinstance(m, tuple) and m[1]]
    node._gates = {i: Gate(node, i) for i in live} if len(made) > 1 else None
    results = []
    for i, m in enumerate(made):
        if not isinstance(m, tuple):
            results.append(m)
            continue
        t, differentiable, written = m
        edge = (node._gates[i] if node._gates else node) if differentiable else None
        if written:
            count_write(t)  # it may have been made on the NumPy array
            if edge is not None:
                rebase(t, edge)
        else:
            t._node = edge
        results.append(t)
    if node._saved:
        keep = {id(o): i for i, o in enumerate(outputs) if isinstance(o, Tensor)}
        node._saved = tuple(node_output(node, kept, keep, results) for kept in node._saved)
    return results[0] if node._single else tuple(results)


def node_output(node, kept, keep, results):
    """A saved output without the reference back to the node; a saved input as it is."""
    index = keep.get(id(kept)) if kept is not None else None
    if index is None or results[index]._node is None:
        return kept
    saved = SavedOutput(kept._array, clock_of(results[index]), node._finished)
    saved.index = index
    return saved


def once_differentiable(backward):
    """A ``backward`` that is not to be differentiated again: it runs unrecorded, and a second order raises."""

    @functools.wraps(backward)
    def wrapper(ctx, *grads):
        result = under(switched(mode.grad, False), backward, ctx, *grads)
        if not mode.grad or not any(isinstance(g, Tensor) and g._node is not None for g in grads):
            return result
        result = result if isinstance(result, (tuple, list)) else (result,)
        return tuple(
            Refused.apply(r.detach().requires_grad_()) if isinstance(r, Tensor) else r for r in result
        )

    return wrapper


class Refused(Function):
    """Passes a tensor on, but refuses to be differentiated."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")  # fmt: skip
