"""Views, versions and writing in place. Leans on tensor, engine, graph.

Note [Writing in place]
A view shares its base's memory and its clock. ``view.chain`` lists the operations that lead from the base to the
view, so that they can be read forwards, to find the view's part of a gradient, and backwards, to put a gradient
of the view into a gradient of the base.

Writing to a tensor goes in this order, and everything that can refuse comes first:

1. ``refuse``: a leaf that requires grad, a view of one, a view made under no_grad or by an operation with several
   views, memory that overlaps itself, a shape or dtype that does not fit.
2. The new numbers are computed out of place by the operation's own row, on a twin that carries the old history
   (and the old numbers, when the row keeps its input).
3. ``write`` ticks the clock: first, so that an interrupt leaves no unseen write.
4. ``rebase`` makes the new history. A base takes the operation's node. Under a view, the base takes a CopySlices
   node: "the base as it was, but with this part replaced". Every other live view gets its history afresh from the
   base (AsStrided), since what it shows has changed. Numbers and histories change in one call of a function that is
   not Python's, where no interrupt is heard: so the old numbers keep their history, and the new ones have theirs.

Where there is no history to make, the commonest writes to memory without gaps take a shorter way, ``row.at_once``.
"""

import functools
import weakref
from collections import deque
from itertools import starmap
from operator import call, setitem

import numpy as np
from numpy.lib.array_utils import byte_bounds

from . import engine
from .dtypes import constant
from .errors import explained
from .graph import LEAF, Node, Row, SavedOutput, written_out
from .mode import mode, ticks, told, under
from .tensor import TENSORS, Untracked, clock_of, count_write, new_tensor

NO_GRAD_VIEW = (
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case "
    "is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace "
    "either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want "
    "the inplace to be tracked)."
)
MULTI_VIEW = (
    "Output {index} of {name} is a view and is being modified inplace. This view is the output of a function that "
    "returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace "
    "the inplace operation by an out-of-place one."
)
FLOATS = frozenset({np.float16, np.float32, np.float64})
NUMBERS = frozenset({int, float})
CLOSED = frozenset(
    {"same", "float"}
)  # what rows say whose results have their inputs' floating dtype; see ops.row

# Rows that take their number out first, read in order, or are looked at elsewhere.
ALONE = frozenset({"Fill", "MaskedFill", "MaskedScatter", "IndexPut"})

OVERLAP = (
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please "
    "clone() the tensor before performing the operation."
)

SHARED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    "location. Please clone() the tensor before performing the operation."
)


class View:
    """How a view came to be: its base, the steps (row, values) from there, and why it may not be written to."""

    __slots__ = ("base", "chain", "refusal")

    def __init__(self, base, chain, refusal):
        self.base, self.chain, self.refusal = base, chain, refusal


def make_view(t, source, row, values, refusal=None):
    """Mark ``t`` as the view of ``source`` that ``row`` with ``values`` makes."""
    before = source._view
    if isinstance(before, View):
        base, chain = before.base, before.chain
        refusal = refusal or before.refusal
    else:
        base, chain = source, ()
    t._view = View(base, (*chain, (row, values)), refusal)
    t._clock = clock_of(source)
    if base._view is None:
        base._view = Views()
    base._view.add(t)


class Views(list):
    """Weak references to a base's views; the dead ones are swept out as the list grows."""

    sweep_at = 16

    def add(self, t):
        if len(self) >= self.sweep_at:
            self[:] = [ref for ref in self if ref() is not None]
            self.sweep_at = 2 * len(self) + 16
        self.append(weakref.ref(t))

    def live(self):
        return [t for t in (ref() for ref in self) if t is not None]


def forwards(chain, value):
    """The view's part of a NumPy value of the base's shape; shares its memory."""
    for row, values in chain:
        value = row.forward(value, *[values[n] for n in row.attrs])
    return value


def forwards_on_tensor(chain, value):
    for row, values in chain:
        value = row.function(value, **{n: values[n] for n in row.attrs})
    return value


def backwards(chain, g):
    """A cotangent of the view as a cotangent of the base; reads arrays and tensors alike."""
    for row, values in reversed(chain):
        (arg, need) = next(iter(row.needs.items()))
        g = row.rules[arg](g, *[values[n] for n in need])
    return g


class AsStridedBackward0(Node):
    """The history of a view whose base was written to: the same part of the base as it is now."""

    __slots__ = ("chain",)

    def __init__(self, base_edge, chain):
        self._seq, self._saved, self._fit, self._hooks = ticks.next(), (), None, None
        self._edges, self.chain = (base_edge,), chain

    def pull(self, g):
        return (backwards(self.chain, g),)

    pull_checked = pull

    def pull_tensors(self, g):
        back = backwards(self.chain, g)
        return (back if g._array.size else new_tensor(back._array),)  # of no numbers: zeros without a history


class Invalid(Node):
    """The history of a view that may not be written to, after its base was: to ask for it is an error, as in torch."""

    __slots__ = ("refusal",)

    def __init__(self, base_edge, view):
        self._seq, self._saved, self._fit, self._hooks = ticks.next(), (), None, None
        self._edges = (base_edge,)
        self.refusal = view.refusal.replace("is being", "its base or another view of its base has been")

    def pull(self, g=None):
        raise explained(RuntimeError(self.refusal), "note.view_refused")

    pull_tensors = pull_checked = pull
    _shown = property(pull)


class CopySlices(Node):
    """The history of a base after a write to a view: as before, but with the view's part replaced."""

    __slots__ = ("chain", "inner", "mask")

    def __init__(self, base, chain, inner):
        self._seq, self._fit, self._hooks = ticks.next(), None, None
        self._edges = (engine.edge_of(base), *inner._edges[1:])
        self.chain, self.inner = chain, inner
        for kept in inner._saved:
            if type(kept) is SavedOutput:
                kept.history = functools.partial(seen_through, weakref.ref(self))
        self.mask = np.zeros(base._array.shape, bool)
        forwards(chain, self.mask)[...] = True

    def pull_checked(self, g):
        part = forwards(self.chain, np.asarray(g))
        first, *others = self._fitted(self.inner.pull_checked(part if part.ndim else part[()]))
        before = None
        if self._edges[0] is not None:
            before = np.array(g)
            forwards(self.chain, before)[...] = 0 if first is None else first
        return (before, *others)

    pull = pull_checked

    def pull_tensors(self, g):
        part = forwards_on_tensor(self.chain, g)
        first, *others = self._fitted(self.inner.pull_tensors(part))
        before = None
        if self._edges[0] is not None:
            put = g * 0 if first is None else backwards(self.chain, first)
            before = put.where(new_tensor(self.mask), g)
        return (before, *others)

    def _fitted(self, contributions):
        if self.inner._fit is None:
            return contributions
        pairs = zip(contributions, self.inner._fit)
        return [c if c is None or f is None else engine.fit(c, *f) for c, f in pairs]

    keeps = property(lambda self: self.inner.keeps)

    @property
    def _saved(self):
        """What the replacing operation saved."""
        return self.inner._saved

    @_saved.setter
    def _saved(self, value):
        self.inner._saved = value


def seen_through(slices):
    """The edge of the view that a CopySlices node, given by a weak reference, was written through."""
    return AsStridedBackward0(slices(), slices().chain)


def overlaps(array):
    """Whether one number in memory is shown in several places."""
    return array.size and any(n > 1 and s == 0 for n, s in zip(array.shape, array.strides))


def keep_apart(t, inputs, whole=False):
    """Raise if an input shows a part of ``t``'s memory, or all of it turned; with ``whole``, or as it is.

    As in torch, only where both fill their stretch of memory, without gaps and each place once. Of ``inputs``, what is
    neither tensor nor array does not count.
    """
    a = t._array
    for b in inputs if a.__class__ is np.ndarray else ():
        b = getattr(b, "_array", b)
        if b.__class__ is not np.ndarray or not np.may_share_memory(a, b):
            continue
        (low, high), (first, last) = byte_bounds(a), byte_bounds(b)
        dense = high - low == a.nbytes and last - first == b.nbytes and not overlaps(a) and not overlaps(b)
        steps, others = ([s for n, s in zip(v.shape, v.strides) if n > 1] for v in (a, b))
        same = (low, high, a.ndim, steps) == (first, last, b.ndim, others)
        if dense and (whole or not same):
            raise explained(RuntimeError(SHARED), "note.overlap", t)


def refuse(t, recording):
    """Raise, before anything changes, if ``t`` may not be written to."""
    a = t._array
    if a.__class__ is np.ndarray:
        if 0 in a.strides and overlaps(a):
            raise explained(RuntimeError(OVERLAP), "note.overlap", t)
        if not a.flags.writeable:
            raise explained(RuntimeError("the tensor shows read-only memory of a NumPy array"),
                             "note.read_only", t)  # fmt: skip
    if t._clock.__class__ is Untracked:
        if not isinstance(mode.grad, bool):
            return
        raise RuntimeError("Inplace update to inference tensor outside InferenceMode is not allowed.You can make a "
                         "clone to get a normal tensor before doing inplace update.See "
                         "https://github.com/pytorch/rfcs/pull/17 for more details.")  # fmt: skip
    if not recording:
        return
    view = t._view
    if isinstance(view, View):
        if view.refusal is not None:
            raise explained(RuntimeError(view.refusal), "note.view_refused", t)
        if t._node is not None and view.base._node is LEAF:
            raise explained(RuntimeError("a view of a leaf Variable that requires grad is being used in an "
                             "in-place operation."), "note.leaf_in_place", view.base)  # fmt: skip
    if t._node is LEAF:
        raise explained(RuntimeError("a leaf Variable that requires grad is being used in an in-place operation."),
                         "note.leaf_in_place", t)  # fmt: skip


def write(t, value, recorded=False, node=None):
    """Put ``value``, which ``node`` made if ``recorded``, into the tensor's memory and tick its clock."""
    number = type(t._array) is not np.ndarray or not isinstance(value, np.ndarray)
    value = t._array.dtype.type(value) if number else value
    count_write(t)
    whole = type(t._array) is np.ndarray
    if recorded:
        if isinstance(node, Node):
            out = SavedOutput(t._array if whole else value, t._clock, t._clock[-1])
            node._saved = node._saved and tuple(out if type(s) is SavedOutput else s for s in node._saved)
        rebase(t, node, (setitem, t._array, ..., value) if whole else (setattr, t, "_array", value))
    elif whole:
        t._array[...] = value
    else:
        t._array = value


def in_place(row, t, inputs, attrs):
    """Run ``row`` on ``t`` and ``inputs`` and write the result into ``t``; see Note [Writing in place].

    Returns ``t`` itself.
    """
    return t if row.at_once(t, *inputs, **attrs) else at_length(row, t, inputs, attrs)


def at_length(row, t, inputs, attrs):
    """``in_place`` for every write: with checks, a history, and watchers."""
    recording = bool(mode.grad) and any(getattr(i, "_node", None) is not None for i in (t, *inputs))
    refuse(t, recording)
    if row.title not in ALONE:
        keep_apart(t, inputs)
    if recording:
        keeps_input = any(row.inputs[0] in need for need in row.needs.values())
        old = new_tensor(np.array(t._array) if keeps_input else t._array, t._node)
    else:
        old = new_tensor(t._array)
    watched = mode.grad.__class__ is not bool
    if watched:
        told("follow", t, old)
    result = row.function(old, *inputs, **attrs)
    check_fits(t, result)
    node = result._node
    if recording and not row.rules and t._node is not None:  # ``eq_``, say: no number follows the old one
        node = under(True, old.mul, 0)._node
    write(t, result._array, recording, node)
    if watched:
        told("follow", result, t)
    return t


def at_hand(t):
    """Whether ``t`` is a floating-point number, or memory without gaps, that may be written to."""
    a = t._array
    there = a.flags.carray and a.dtype.kind == "f" if a.__class__ is np.ndarray else a.__class__ in FLOATS
    return there and t._clock.__class__ is not Untracked


# The commonest writes, written out for the row at its first: numbers of one floating dtype and shape, or single ones,
# go into memory without gaps that they do not show, without a history and with nobody watching. False, and nothing
# done, where it takes more.
AT_ONCE = """\
def made(t, {signature}*more, **others):
    m, a = mode.grad, t._array
    whole = a.__class__ is ndarray
    if (
        m is not False and (m is not True or t._node is not None)
        or more or others or t._clock.__class__ is Untracked{no_numbers}
        or not (a.flags.carray and a.dtype.kind == "f" if whole else a.__class__ in FLOATS)
    ):
        return False
{operands}
    {put}
    return True
"""
OPERAND = """\
    {b} = {i}
    if {i}.__class__ in TENSORS:
        {b} = {i}._array
        if (
            {b}.dtype is not a.dtype or {b}.shape != a.shape and {b}.ndim
            or m and {i}._node is not None
            or ({b} if {b}.base is None else {b}.base) is (a if a.base is None else a.base)
        ):
            return False
    elif {i}.__class__ not in NUMBERS:
        return False
"""
IN_PLACE = """\
{factor}count_write(t)
    if whole:
        ufunc({values}, a)
    else:
        t._array = ufunc({values})
"""
FACTOR = "if alpha != 1: b1 = b1 * (constant(alpha, b1.dtype) if alpha and b1.__class__ is ndarray else alpha)\n    "
BESIDE = """\
r = forward({values})
    if r.shape != a.shape or r.dtype is not a.dtype: return False
    count_write(t)
    if whole:
        a[...] = r
    else:
        t._array = r
"""


def written_at_once(row):
    """``row.at_once(t, *inputs, **attrs)``, which writes the row's result into ``t`` if nothing stands against it."""
    if row.dtypes not in CLOSED or row.variadic or row.outputs != 1:
        return lambda *args, **options: False
    count, alpha = len(row.inputs), row.attrs == ("alpha",)
    inputs, values = ([f"{letter}{i}" for i in range(1, count)] for letter in "ib")
    ufunc = isinstance(row.ufunc, np.ufunc) and count <= 2 and (alpha or not row.attrs)
    values = ", ".join(["a", *values, *(() if ufunc else row.attrs)])
    put = IN_PLACE.format(factor=FACTOR * alpha, values=values) if ufunc else BESIDE.format(values=values)
    source = AT_ONCE.format(
        signature="".join(f"{i}=None, " for i in inputs) + "".join(f"{n}=options[{n!r}], " for n in row.attrs),
        no_numbers="".join(f" or {n}.__class__ not in NUMBERS" for n in row.attrs),
        operands="".join(OPERAND.format(i=i, b=f"b{i[1:]}") for i in inputs), put=put,
    )  # fmt: skip
    return written_out(source, {
        "mode": mode, "ndarray": np.ndarray, "Untracked": Untracked, "FLOATS": FLOATS, "TENSORS": TENSORS,
        "NUMBERS": NUMBERS, "count_write": count_write, "constant": constant, "ufunc": row.ufunc,
        "forward": row.forward, "options": row.options,
    }, f"{row.name}_ at once")  # fmt: skip


def first_at_once(row, *args, **options):
    row.at_once = written_at_once(row)
    return row.at_once(*args, **options)


Row.first_at_once = first_at_once


def check_fits(t, result):
    """Raise if ``result`` cannot be written into ``t``."""
    have, got = t._array, result._array
    if got.shape != have.shape:
        raise RuntimeError(f"output with shape {list(have.shape)} doesn't match the broadcast shape "
                         f"{list(got.shape)}")  # fmt: skip
    if got.dtype != have.dtype and result.dtype.rank > t.dtype.rank:
        raise RuntimeError(f"result type {result.dtype.title} can't be cast to the desired output type "
                         f"{t.dtype.title}")  # fmt: skip


def rebase(t, node, *put):
    """Give ``t``, whose numbers ``node`` makes, its new history, and its relatives theirs.

    ``put`` is a call that puts the numbers there: (function, arguments …).
    """
    view, retained, renewed = t._view, {}, {}
    if isinstance(t._node, Node) and t.retains_grad:
        retained = t._node._hooks.lists["retain"]
    if isinstance(view, View):
        base = view.base
        renewed[base] = base._node if node is None else CopySlices(base, view.chain, node)
    else:
        base = t
        renewed[base] = node
    edge = base if renewed[base] is LEAF else renewed[base]
    for other in base._view.live() if isinstance(base._view, list) else ():
        if edge is None:
            renewed[other] = None
        elif other._view.refusal:
            renewed[other] = Invalid(edge, other._view)
        else:
            renewed[other] = AsStridedBackward0(edge, other._view.chain)
    kept = {key: hook for key, hook in retained.items() if hook.tensor() is t}
    for hook in kept.values():
        renewed[t]._hook_lists().add("retain", hook)
    deque(starmap(call, [*put, *((setattr, other, "_node", new) for other, new in renewed.items())]), 0)
    for key in kept:
        del retained[key]


__all__ = [
    "View", "at_hand", "at_length", "in_place", "make_view", "rebase", "refuse", "keep_apart", "write",
]  # fmt: skip
