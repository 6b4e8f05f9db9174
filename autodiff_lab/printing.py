"""A tensor as text, character by character as torch prints it. Leans on numpy and errors; knows no Tensor.

The caller hands over the array and what torch appends to it (requires_grad, grad_fn, tangent):

>>> print(tensor_text(np.array([[1.0, 0.5], [-2.0, np.nan]], np.float32), grad_fn="MulBackward0"))
tensor([[ 1.0000,  0.5000],
        [-2.0000,     nan]], grad_fn=<MulBackward0>)

Note [How torch lays out a tensor]
1. One style serves the whole tensor, chosen by the floats in it that are finite and not zero:
       scientific  1.2346e+04   max/min > 1000, max > 1e8 or min < 1e-4 in magnitude; sci_mode overrides
       whole       12346.       else, if all of them are integers (also when there are none)
       fixed       12345.6787   else, with `precision` decimals
   Integers and bools print as Python prints them.
2. One width serves the whole tensor: the longest text among the same numbers, or among all integers or bools.
   Zeros, nan and inf are padded to it but do not widen it: ``[1., nan]``.
3. Beyond `threshold` elements each axis longer than 2·edgeitems shows its two ends and an ellipsis, and only
   what is shown counts in 1 and 2. On the last axis the ellipsis brings a space of its own: ``0,  ..., 9``.
4. A row takes as many elements as fit in `linewidth` at width + 2 each, whatever its ellipsis takes.
   Blocks of k dimensions stand k newlines apart.
5. A suffix goes on the last line if it stays within `linewidth` there, with its comma and space, and with the
   last line taken for two columns longer than it is; else it starts a line under the bracket.
"""

import contextlib
import itertools
import math
import operator
from typing import NamedTuple

import numpy as np

from .errors import check, explained

NOTE = "print.options"


class Options(NamedTuple):
    """What ``set_printoptions`` sets; the values here are the profile ``"default"``."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


DEFAULT, SHORT, FULL = Options(), Options(precision=2, edgeitems=2), Options(threshold=math.inf)
PROFILES = {"default": DEFAULT, "short": SHORT, "full": FULL}
_options = DEFAULT


def set_printoptions(
    precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None
):
    """Choose how tensors are printed; what is not named stays as it is, except ``sci_mode``, as in torch.

    Args:
        precision, linewidth: decimals of a float, and columns of a line.
        threshold: number of elements beyond which a tensor is summarised; ``math.inf`` for never.
        edgeitems: elements shown at each end of a summarised axis.
        profile: ``"default"``, ``"short"`` or ``"full"``: a start for the others, which override it.
        sci_mode: True or False forces or forbids scientific notation; None lets the numbers decide.

    Raises TypeError or ValueError for what is none of these; the options then are what they were.

    >>> set_printoptions(precision=2)
    >>> print(tensor_text(np.array([1.12345], np.float32)))
    tensor([1.12])
    >>> set_printoptions(profile="default")
    """
    global _options
    known = profile is None or profile in PROFILES
    check(
        known, f"profile must be one of {', '.join(map(repr, PROFILES))}; got {profile!r}", ValueError, NOTE
    )
    check(
        sci_mode in (None, True, False),
        f"sci_mode must be True, False or None; got {sci_mode!r}",
        TypeError,
        NOTE,
    )
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    checked = {name: _count(name, value) for name, value in given.items() if value is not None}
    start = _options if profile is None else PROFILES[profile]
    _options = start._replace(**checked, sci_mode=sci_mode)


@contextlib.contextmanager
def printoptions(**options):
    """``set_printoptions(**options)`` inside a ``with`` block, and the former options after it.

    >>> with printoptions(threshold=5):
    ...     print(tensor_text(np.arange(10)))
    tensor([0, 1, 2,  ..., 7, 8, 9])
    """
    global _options
    before = _options
    set_printoptions(**options)
    try:
        yield
    finally:
        _options = before


def _count(name, value):
    """``value`` as an option that counts something, or the error that says why it is none."""
    try:
        value = value if name == "threshold" and isinstance(value, float) else operator.index(value)
    except TypeError:
        raise explained(TypeError(f"{name} must be an integer; got {value!r}"), NOTE) from None
    check(value >= 0, f"{name} must not be negative; got {value!r}", ValueError, NOTE)  # also refuses nan
    return value


def array_text(array, indent=0):
    """The bracketed numbers alone; the lines after the first stand under the first bracket.

    Args:
        array: ndarray or NumPy scalar, of floats, integers or bools.
        indent: columns that what stands before the text takes: 7 for ``tensor(``.

    >>> print(array_text(np.float64(2)), array_text(np.array([True, False])), array_text(np.zeros((0, 3))))
    2. [ True, False] []
    """
    array = np.asarray(array)
    if array.size == 0:
        return "[]"
    summarize = array.size > _options.threshold
    texts, width = _aligned(_ends(array) if summarize else array)
    return _nested(iter(texts), array.shape, indent, width, summarize)


def tensor_text(array, *, default_dtype=np.float32, requires_grad=False, grad_fn=None, tangent=None, parameter=False,
                name="tensor"):  # fmt: skip
    """What ``repr`` and ``str`` of a tensor give.

    Args:
        array: its numbers, an ndarray or NumPy scalar.
        default_dtype: the NumPy dtype that needs no ``dtype=``, besides int64 and bool.
        requires_grad: said as ``requires_grad=True`` where there is no ``grad_fn``.
        grad_fn: name of the node that made it, such as ``"MulBackward0"``.
        tangent: text of its tangent, for a dual of forward mode.
        parameter: for an ``nn.Parameter``.
        name: what stands before the parenthesis; the class for a subclass of Tensor.

    >>> print(tensor_text(np.zeros((0, 3), np.float64)))
    tensor([], size=(0, 3), dtype=autodiff_lab.float64)
    >>> print(tensor_text(np.float32(1.5), requires_grad=True, parameter=True))
    Parameter containing:
    tensor(1.5000, requires_grad=True)
    """
    array = np.asarray(array)
    dtype, empty = array.dtype, array.size == 0
    # No numbers, no telling int64 or bool from them: an empty tensor is silent about the default dtype alone.
    silent = dtype == default_dtype or (not empty and (dtype == np.int64 or dtype == np.bool))
    # fmt: off
    suffixes = [text for text, said in (
        (f"size={array.shape}",                  array.ndim != 1 if empty else _options.edgeitems == 0),
        (f"dtype=autodiff_lab.{dtype.name}",     not silent),
        (f"grad_fn=<{grad_fn}>",                 grad_fn is not None),
        ("requires_grad=True",                   requires_grad and grad_fn is None),
        (f"tangent={tangent}",                   tangent is not None),
    ) if said]
    # fmt: on
    indent = len(name) + 1
    text = f"{name}({array_text(array, indent)}"
    column = len(text) - text.rfind("\n") + 1  # two more than the last line has: Note, 5
    for suffix in suffixes:
        if column + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return f"Parameter containing:\n{text})" if parameter else f"{text})"


def format_spec(array, spec, owner, plain=True):
    """What ``format(owner, spec)`` gives, and so ``f"{owner:{spec}}"``.

    Args:
        array, spec: the numbers of ``owner``, and the format, such as ``".2f"``.
        owner: the tensor itself, for its text and for the name of its class.
        plain: False for a Parameter or another subclass: torch formats none of them as a number.

    Raises TypeError for a format asked of anything but a plain 0-d tensor, ValueError for one the number does not know.

    >>> format_spec(np.array(3.14159), ".2f", owner=None)
    '3.14'
    """
    if plain and array.ndim == 0:
        return format(array.item(), spec)
    if not spec:
        return str(owner)
    sentence = f"unsupported format string passed to {type(owner).__name__}.__format__"
    raise explained(TypeError(sentence), "print.format", owner, spec=spec)


def _ends(array):
    """The part of ``array`` that a summary shows."""
    edge = _options.edgeitems
    for axis, length in enumerate(array.shape):
        if length > 2 * edge:
            array = array.take([*range(edge), *range(length - edge, length)], axis)
    return array


def _aligned(array):
    """The elements in order, as texts padded to one width, and that width: Note, 1 and 2."""
    values = array.ravel().tolist()
    if array.dtype.kind != "f":
        texts = [str(value) for value in values]
        width = max(map(len, texts), default=1)
        return [text.rjust(width) for text in texts], width

    deciding = [value != 0 and math.isfinite(value) for value in values]
    sizes = [abs(value) for value in itertools.compress(values, deciding)]
    scientific = bool(sizes) and _options.sci_mode
    if sizes and _options.sci_mode is None:
        low, high = min(sizes), max(sizes)
        scientific = high / low > 1000 or high > 1e8 or low < 1e-4
    whole = not scientific and all(map(float.is_integer, sizes))

    spec = ".0f" if whole else f".{_options.precision}{'e' if scientific else 'f'}"
    texts = [format(value, spec) for value in values]
    if whole:
        texts = [text + "." * math.isfinite(value) for text, value in zip(texts, values)]
    width = max(map(len, itertools.compress(texts, deciding)), default=1)
    return [text.rjust(width) for text in texts], width


def _nested(texts, shape, indent, width, summarize):
    """The next texts in the brackets of ``shape``: Note, 3 and 4."""
    if not shape:
        return next(texts)
    length, *inner = shape
    edge = _options.edgeitems
    cut = summarize and length > 2 * edge
    shown = 2 * edge if cut else length
    if inner:
        parts = [_nested(texts, inner, indent + 1, width, summarize) for _ in range(shown)]
    else:
        parts = list(itertools.islice(texts, shown))
    if cut:
        parts.insert(edge, " ..." if edge and not inner else "...")
    if not inner:
        fit = max(1, (_options.linewidth - indent) // (width + 2))
        parts = [", ".join(parts[start : start + fit]) for start in range(0, len(parts), fit)]
    return "[" + ("," + "\n" * max(1, len(inner)) + " " * (indent + 1)).join(parts) + "]"
