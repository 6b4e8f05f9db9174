"""Values as pictures and steps show them: tensors, arrays and numbers, as data and as text. Leans on formulas, names.

Tensors are this package's or PyTorch's; both are asked through their public face.
"""

import numpy as np

from ..messages import say
from .formulas import number_text
from .names import is_tensor

LISTED = 64  # arrays up to this size become nested tuples in the model


def plain(value):
    """A tensor without its history; numbers stay."""
    return value.detach() if is_tensor(value) and value.requires_grad else value


def numel(value):
    return value.numel() if is_tensor(value) else int(np.size(value))


def array_of(value):
    """NumPy's view of a tensor or number, in double precision for integers and half precision."""
    if is_tensor(value):
        value = plain(value)
        try:
            value = value.numpy()
        except (TypeError, RuntimeError):
            value = np.array(value.tolist())
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind != "c" and array.dtype != np.float32 else array


def fitted(gradient, value):
    """A gradient summed back to the shape of the operand that was broadcast."""
    if value is None or not hasattr(value, "shape"):
        return gradient
    shape = tuple(value.shape)
    if not is_tensor(gradient):
        gradient = np.asarray(gradient)
        if gradient.ndim < len(shape):
            return np.broadcast_to(gradient, shape)
    extra = len(gradient.shape) - len(shape)
    stretched = (extra + k for k, n in enumerate(shape) if n == 1 and gradient.shape[extra + k] != 1)
    axes = (*range(extra), *stretched)
    return gradient.sum(axes).reshape(shape) if axes else gradient


def equal(a, b, exactly=False):
    a, b = array_of(a), array_of(b)
    return a.shape == b.shape and bool(
        np.array_equal(a, b, equal_nan=True) if exactly else np.allclose(a, b, 1e-5, 1e-8, True)
    )


def dtype_of(value):
    return str(value.dtype).rpartition(".")[2]


def numbers_and_text(value):
    """(numbers, text): nested tuples up to 64 entries, and a text short enough for a box."""
    if is_tensor(value):
        shape, size = tuple(value.shape), value.numel()
        if size > LISTED:
            value = plain(value)
            return None, _summary(value.min().item(), value.max().item()) if size <= 10**7 else ""
        data = value.tolist()
    else:
        value = np.asarray(value)
        shape, size = value.shape, value.size
        if size > LISTED:
            return None, _summary(value.min(), value.max())
        data = value.tolist()
    if not shape:
        return data, number_text(data)
    data = _frozen(data)
    if size <= 4 and len(shape) <= 2:
        return data, _listed(data)
    values = list(_flat(data))
    return data, _summary(min(values), max(values))


def _listed(data):
    """Few numbers as a list, three digits each."""
    return f"[{', '.join(map(_listed, data))}]" if isinstance(data, tuple) else number_text(data, 3)


def shown(value):
    """A tensor, array or number as a picture writes it."""
    return numbers_and_text(value)[1]


def _summary(low, high):
    """Many numbers by their least and greatest; one that they all equal stands alone."""
    return number_text(low) if low == high else f"{number_text(low, 3)} … {number_text(high, 3)}"


def _frozen(data):
    return tuple(map(_frozen, data)) if isinstance(data, list) else data


def _flat(data):
    if isinstance(data, tuple):
        for item in data:
            yield from _flat(item)
    else:
        yield data


def displayed(makers, include=None, exclude=None):
    """What a cell displays, ``{type: how it is made}``: a drawing that fails is left out and named in the words.

    So an error of the laboratory's own, or of what it draws, never breaks the cell of a learner.

    >>> displayed({"image/svg+xml": lambda: 1 / 0, "text/plain": lambda: "f = 4"})["text/plain"]
    'El dibujo falló; los números siguen en Python. (ZeroDivisionError: division by zero)\\n\\nf = 4'
    """
    made, failed = {}, []
    for kind, make in makers.items():
        if (include and kind not in include) or kind in (exclude or ()):
            continue
        try:
            made[kind] = make()
        except Exception as error:  # noqa: BLE001 - whatever it is, the cell goes on
            failed.append(failure(error))
    if failed:
        words = made.get("text/plain")
        made["text/plain"] = "\n\n".join([*dict.fromkeys(failed), *([words] if words else [])])
    return made


def failure(error):
    """A drawing that failed, in one line."""
    return f"{say('widget.fault.script')} ({type(error).__name__}: {error})"


def in_words(drawing):
    """Its ``to_text()`` as Python shows it, or why there is none."""
    return displayed({"text/plain": drawing.to_text})["text/plain"]


def unfit(key, value):
    """The error for a result that cannot be shown, in the words of ``key``; a forgotten ``return`` is named.

    >>> unfit("explore.error.result", 3.0)
    TypeError('La función debe devolver un tensor; devolvió float.')
    """
    error = TypeError(say(key, type=type(value).__name__))
    if value is None:
        error.add_note(say("widget.no_return"))
    return error
