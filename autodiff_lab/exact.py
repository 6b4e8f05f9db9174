"""Single precision down to the last bit: sums added up in torch's order, functions rounded once. Leans on NumPy alone.

Note [The order of a sum]
A sum of floating-point numbers depends on the order of its additions, and what a lesson prints shows it: a loss of
1763.8848 is 1763.8846 in another order. Torch adds as a processor with registers of 32 bytes does (its SumKernel):

* of the dimensions that are summed, the one whose numbers lie closest is walked first;
* lying side by side, its numbers fill registers of 8 (in double precision, 4), four registers at a time make four
  chains of additions (``chains``), and at last the numbers of one register are added to what did not fill one;
* lying apart, columns are added in blocks of rows (``cascade``): 16 rows in a row, then the sums of 16 blocks …
"""

import numpy as np

SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


class Rounded:
    """A NumPy function that works single precision out in double precision and rounds once.

    So comes out what torch's vector code gives, but for a last bit here and there; NumPy's own is often one bit off.
    Everything else, tensors and symbols in a rule included, goes to the NumPy function itself.
    """

    def __init__(self, ufunc):
        self.ufunc, self.nin = ufunc, ufunc.nin

    def __call__(self, x, out=None):
        if x.__class__ is np.float32:
            return np.float32(self.ufunc(float(x)))
        if x.__class__ is not np.ndarray or x.dtype != SINGLE:
            return self.ufunc(x, out=out)
        return delivered(self.ufunc(x.astype(DOUBLE)).astype(SINGLE), out)


class Power(Rounded):
    """``x ** exponent``, which torch works out by products where it is 3 or -2."""

    def __call__(self, x, exponent, out=None):
        plain = exponent.__class__ in (int, float)
        if plain and exponent in (3, -2) and isinstance(x, (np.ndarray, np.generic)):
            return delivered(x * x * x if exponent == 3 else 1 / (x * x), out)
        single = () if plain and exponent in (0, 1, 2, -1, 0.5) else [is_single(v) for v in (x, exponent)]
        if not any(single):
            return x**exponent if out is None else self.ufunc(x, exponent, out=out)
        x, exponent = (v.astype(DOUBLE) if one else v for v, one in zip((x, exponent), single))
        return delivered((x**exponent).astype(SINGLE), out)


def is_single(v):
    return isinstance(v, (np.ndarray, np.generic)) and v.dtype == SINGLE


def delivered(made, out):
    if out is None:
        return made
    out[...] = made
    return out


exp, exp2, expm1, log, log2, log10, log1p = map(
    Rounded, (np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p)
)
sin, cos, tan, arcsin, arccos, arctan = map(
    Rounded, (np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan)
)
sinh, cosh, tanh, arctanh, power = *map(Rounded, (np.sinh, np.cosh, np.tanh, np.arctanh)), Power(np.power)


def in_order(rows):
    """The rows added up one after the other."""
    if rows.ndim > 1 and rows.shape[-1] > 1 and rows.strides[-1] < rows.strides[0]:
        return np.add.reduce(rows, axis=0)  # which is quicker, and adds whole rows then
    return np.add.accumulate(rows, axis=0)[-1] if len(rows) else np.zeros(rows.shape[1:], rows.dtype)


def cascade(rows):
    """The rows added up in blocks, the blocks' sums in blocks, and so on for four levels."""
    n = len(rows)
    if n < 16:
        return in_order(rows)
    step = 1 << max(4, (n - 1).bit_length() // 4)
    total = None
    for level in range(4):
        whole = len(rows) // step * step if level < 3 else 0
        rest = in_order(rows[whole:])
        total = rest if total is None else total + rest
        if not whole:
            return total
        rows = in_order(rows[:whole].reshape(-1, step, *rows.shape[1:]).swapaxes(0, 1))


def chains(rows):
    """The rows dealt out to four chains of additions, which are added up at last."""
    whole = len(rows) // 4 * 4
    if not whole:
        return in_order(rows)
    total, *others = cascade(rows[:whole].reshape(-1, 4, *rows.shape[1:]))
    for row in (*rows[whole:], *others):
        total = total + row
    return total


def merged(x, dims):
    """The (stride, size) of dimensions, closest first, those that make one run merged into one."""
    runs = []
    for i in dims:
        if runs and runs[-1][0] * runs[-1][1] == x.strides[i]:
            runs[-1] = runs[-1][0], runs[-1][1] * x.shape[i]
        else:
            runs.append((x.strides[i], x.shape[i]))
    return runs


def last_first(x):
    return x.transpose(x.ndim - 1, *range(x.ndim - 1))


def side_by_side(rows):
    """The sum of numbers that lie side by side, along the first axis."""
    register = 32 // rows.itemsize
    filled = len(rows) // register * register
    partial = chains(rows[:filled].reshape(-1, register, *rows.shape[1:]))
    return in_order(np.concatenate((rows[filled:], partial)))


def add_up(x, axes=None, keepdims=False):
    """The sum over ``axes`` (a tuple; all of them by default), in torch's order; see Note [The order of a sum]."""
    register = 32 // x.itemsize
    if x.size < 5 or x.dtype not in (SINGLE, DOUBLE):
        return x.sum(axis=axes, keepdims=keepdims)
    if axes is None and not keepdims and x.size >= register and x.flags.c_contiguous:
        return side_by_side(x.reshape(-1)) + x.dtype.type(0)
    axes = tuple(range(x.ndim)) if axes is None else axes
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes)
    kept = [i for i in reversed(range(x.ndim)) if x.shape[i] > 1 and i not in axes]
    gone = sorted((i for i in axes if x.shape[i] > 1), key=lambda i: x.strides[i])
    if not gone:
        return x.reshape(shape) + x.dtype.type(0)
    columns, runs = merged(x, kept), merged(x, gone)
    x = x.transpose(*kept[::-1], *gone[::-1], *(i for i in range(x.ndim) if x.shape[i] == 1))
    rows = last_first(x.reshape([n for _, n in (*columns[::-1], *runs[::-1])]))
    (near, n), (far, width) = [*runs, *columns, (0, 1)][:2]
    if near == x.itemsize and n >= register:
        sums = side_by_side(np.ascontiguousarray(rows))
    elif rows.ndim == 1 or (far != x.itemsize or width < register) and near < far:
        sums = chains(rows)
    else:
        block = 4 * register if far == x.itemsize and width >= register else 4
        cut = width // block * block
        parts = [add(rows[..., a:b]) for add, a, b in ((cascade, 0, cut), (chains, cut, width)) if a < b]
        sums = np.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]
    if len(runs) > 1:
        sums = in_order(last_first(sums.reshape(*sums.shape[: len(columns)], -1)))
    return sums.reshape(shape)[()] + x.dtype.type(0)
