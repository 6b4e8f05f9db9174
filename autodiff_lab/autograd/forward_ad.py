"""torch.autograd.forward_ad: tangents carried along. Leans on mode, engine, graph, tensor, ops.row.

Note [Tangents]
Inside a level a watcher (mode's Note) sees each operation after it has run and gives its results their tangents. A
linear operation is run on the tangent itself. For any other the row's rules are read: they give Jᵀu, linear in the
cotangent u, so differentiating them once more with respect to u gives J·t. No operation needs a second rule, and a
pass backward through a tangent works, since what computes it is recorded like everything else.
"""

import weakref
from typing import NamedTuple

from .. import engine
from ..errors import check
from ..graph import LEAF, Node, Parts
from ..mode import enable_grad, mode, under, unwatch, watch
from ..ops.row import apply
from ..tensor import Tensor, alias, new_tensor
from ..views import View

VIEW_WRITE = (
    "writing a tangent into a view of a tensor that has none is not offered: make the whole tensor dual first, "
    "with make_dual"
)


class UnpackedDualTensor(NamedTuple):
    """What ``unpack_dual`` gives: the value, and its tangent or None."""

    primal: Tensor
    tangent: Tensor | None


class Level:
    """The watcher of one level: every dual tensor's tangent, for as long as the tensor lives."""

    def __init__(self):
        self.entries = {}

    def get(self, t):
        entry = self.entries.get(id(t))
        return entry and entry[1]

    def set(self, t, tangent):
        key = id(t)
        self.entries[key] = weakref.ref(t, lambda _: self.entries.pop(key, None)), tangent

    def __call__(self, row, inputs, attrs, results, node):
        tangents = [self.get(i) if isinstance(i, Tensor) else None for i in inputs]
        if all(t is None for t in tangents) or not (row.rules or row.linear):
            return
        made = under(bool(mode.grad), pushed, row, inputs, attrs, results, tangents)
        for t, tangent in zip(results, made):
            if tangent is not None:
                self.set(t, tangent)

    def follow(self, source, target):
        """A value moves from ``source`` to ``target``, and its tangent with it."""
        tangent, before = self.get(source), self.get(target)
        if before is not None:
            under(bool(mode.grad), lambda: before.zero_() if tangent is None else before.copy_(tangent))
        elif tangent is not None:
            if target._view is not None and (isinstance(target._view, View) or list(target._view.live())):
                raise NotImplementedError(VIEW_WRITE)
            self.set(target, tangent)

    def finished(self, node, inputs, results):
        """A custom function has run: its ``jvp`` gives the tangents."""
        tangents = [self.get(i) if isinstance(i, Tensor) else None for i in inputs]
        if all(t is None for t in tangents):
            return
        kept, node._saved = node._saved, getattr(node, "_for_forward", node._saved)
        try:
            made = under(bool(mode.grad), node._function.jvp, node, *tangents)
        finally:
            node._saved = kept
        for t, tangent in zip(results, made if isinstance(made, (tuple, list)) else (made,)):
            if tangent is not None and isinstance(t, Tensor):
                if tangent.shape != t.shape:
                    raise RuntimeError(SIZES.format(list(t.shape), list(tangent.shape)))
                self.set(t, tangent)


SIZES = (
    "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
    "supported. Tensor is of size {} while the given forward gradient is of size {}."
)


def pushed(row, inputs, attrs, results, tangents):
    """The tangents of an operation's results: J·t; see Note [Tangents]."""
    values = [t for t in (*inputs, *tangents) if isinstance(t, Tensor)]
    recorded = bool(mode.grad) and any(t._node is not None for t in values)
    if row.linear and len(inputs) == 1:
        made = apply(row, *tangents, **attrs)
        return made if isinstance(made, tuple) else (made,)
    with enable_grad():
        stands = [i if t is None or i._node is not None else alias(i, LEAF) for i, t in zip(inputs, tangents)]
        outs = apply(row, *stands, **attrs)
        outs = outs if isinstance(outs, tuple) else (outs,)
        live = [i for i, out in enumerate(outs) if out._node is not None]
        if not live:
            return (None,) * len(outs)
        node = outs[live[0]].grad_fn
        cotangents = {i: new_tensor(outs[i]._array * 0, LEAF) for i in live}
        single = row.outputs == 1
        pulled = node.pull_tensors(cotangents[live[0]] if single else Parts(cotangents))
        if node._fit is not None:
            pulled = [c if c is None or f is None else engine.fit(c, *f) for c, f in zip(pulled, node._fit)]
        both = (
            (p, t)
            for p, t in zip(pulled, tangents)
            if p is not None and t is not None and p._node is not None
        )
        pairs = [(p, t if t._array.dtype == p._array.dtype else t._cast(p._array.dtype)) for p, t in both]
        if not pairs:
            return [new_tensor(outs[i]._array * 0) if i in cotangents else None for i in range(len(outs))]
        found = engine.grad(*zip(*pairs), list(cotangents.values()), keep=False, create_graph=recorded)
    made = {i: new_tensor(outs[i]._array * 0) if g is None else g for i, g in zip(live, found)}
    return [made.get(i) for i in range(len(outs))]


_levels = []


def enter_dual_level():
    """Open a level in which tensors can be dual; ``dual_level`` does it for a block.

    Raises:
        RuntimeError: inside another level.
    """
    check(not _levels, "Nested forward mode AD is not supported at the moment")
    _levels.append(Level())
    watch(_levels[0])
    return 0


def exit_dual_level(*, level=None):
    """Close the level; every tangent is gone."""
    check(_levels, "Trying to exit a forward AD level but no level was entered.")
    unwatch(_levels.pop())


class dual_level:
    """A block in which tensors can be dual: a value with the tangent that every operation carries along.

    Differs from torch: to write a tangent into a view of a tensor without one raises NotImplementedError.

    >>> import autodiff_lab as th
    >>> from autodiff_lab.autograd import forward_ad as fwAD
    >>> with fwAD.dual_level():
    ...     x = fwAD.make_dual(th.tensor(3.), th.tensor(1.))
    ...     fwAD.unpack_dual(x ** 2).tangent
    tensor(6.)
    """

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *exc):
        exit_dual_level()


def make_dual(tensor, tangent, *, level=None):
    """``tensor`` with ``tangent``, the direction in which a derivative is asked for: a view of ``tensor``.

    Raises:
        RuntimeError: outside a level, for a tangent of another shape, or if ``tensor`` is dual already.
        ValueError: unless both are of a floating dtype.
    """
    if not _levels:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for t, name in ((tensor, "primal"), (tangent, "tangent")):
        if not t.is_floating_point():
            raise ValueError(f"Expected {name} to be floating point or complex, but got: {t.dtype}")
    if tensor.shape != tangent.shape:
        raise RuntimeError(SIZES.format(list(tensor.shape), list(tangent.shape)))
    if _levels[0].get(tensor) is not None:
        raise RuntimeError("Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not "
                           "supported.")  # fmt: skip
    dual = under(bool(mode.grad), tensor.view_as, tensor)
    _levels[0].set(dual, tangent)
    return dual


def unpack_dual(tensor, *, level=None):
    """The value and the tangent of a dual tensor; None for any other, or once the level is closed.

    Returns:
        UnpackedDualTensor: ``(primal, tangent)``.
    """
    tangent = _levels[0].get(tensor) if _levels else None
    value = tensor if tangent is None else under(bool(mode.grad), tensor.view_as, tensor)
    return UnpackedDualTensor(value, tangent)


def shown(tensor):
    """The tangent as a printed tensor mentions it."""
    return _levels[0].get(tensor) if _levels else None


Node.tangent_of = staticmethod(shown)  # printing a tensor, which stands below, asks here

__all__ = [
    "UnpackedDualTensor",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]
