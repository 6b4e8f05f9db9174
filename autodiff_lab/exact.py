"""Single precision down to the last bit: sums added up in torch's order, functions rounded once. Leans on NumPy alone.

Note [The order of a sum]
A sum of floating-point numbers depends on the order of its additions, and what a lesson prints shows it: a loss of
1763.8848 is 1763.8846 in another order. Torch adds as a processor with registers of 32 bytes does (its SumKernel):

* of the dimensions that are summed, the one whose numbers lie closest is walked first;
* lying side by side, its numbers fill registers of 8 (in double precision, 4), four registers at a time make four
  chains of additions (``chains``), and at last the numbers of one register are added to what did not fill one;
* lying apart, columns are added in blocks of rows (``cascade``): 16 rows in a row, then the sums of 16 blocks …

Of more than ``MANY`` numbers nobody reads the last digits one by one: NumPy's own functions, and its sums of numbers
that lie side by side, are as close to the truth and quicker.
"""

import numpy as np

SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
MANY, SOME = 65_536, 16_384
reduce, accumulate = np.add.reduce, np.add.accumulate
ARRAYS = frozenset({np.ndarray, np.float16, np.float32, np.float64})
BY_NUMPY = frozenset({0, 1, 2, -1, 0.5})  # the exponents that NumPy works out by products and roots
BY_PRODUCTS = frozenset({3, -2})  # those that torch does, too


def laid_out_as(x, dtype=None):
    """A new array of the shape of ``x``, laid out in memory as torch lays out what is computed from it.

    NumPy's own copies lie otherwise where a number is shown in several places (``expand``).
    """
    if 0 not in x.strides:
        return np.empty_like(x, dtype)
    flags = [["readonly"], ["writeonly", "allocate"]]
    return np.nditer([x, None], ["zerosize_ok"], flags, [None, dtype or x.dtype]).operands[1]


def copied(x, dtype=None):
    """``x`` copied, into another dtype if one is given; laid out as above."""
    if 0 not in x.strides:
        return x.astype(dtype or x.dtype)
    made = laid_out_as(x, dtype)
    made[...] = x
    return made


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
        if x.__class__ is not np.ndarray or x.dtype != SINGLE or x.size > MANY:
            return self.ufunc(x, out=out)
        if x.size > SOME:  # through NumPy's own buffers, a part at a time
            return self.ufunc(x, laid_out_as(x) if out is None else out, dtype=DOUBLE)
        wide = copied(x, DOUBLE)
        return delivered(self.ufunc(wide, wide).astype(SINGLE), out)


class Power(Rounded):
    """``x ** exponent``, which torch works out by products where it is 3 or -2."""

    def __call__(self, x, exponent, out=None):
        if exponent.__class__ is int or exponent.__class__ is float:
            if exponent in BY_NUMPY:
                return x**exponent if out is None else self.ufunc(x, exponent, out=out)
            if exponent in BY_PRODUCTS and x.__class__ in ARRAYS:
                made = x * x * x if exponent == 3 else 1 / (x * x)
                return made if out is None else delivered(made, out)
        single = [is_single(v) for v in (x, exponent)]
        if not any(single):
            return x**exponent if out is None else self.ufunc(x, exponent, out=out)
        x, exponent = (copied(v, DOUBLE) if one else v for v, one in zip((x, exponent), single))
        return delivered((x**exponent).astype(SINGLE), out)


def is_single(v):
    return isinstance(v, (np.ndarray, np.generic)) and v.dtype == SINGLE and v.size <= MANY


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
    if len(rows) == 1:
        return rows[0]
    if (
        rows.ndim > 1
        and rows.shape[-1] > 1
        and (rows.flags.c_contiguous or rows.strides[-1] < rows.strides[0])
    ):
        return reduce(rows)  # which is quicker, and adds whole rows then
    return accumulate(rows)[-1] if len(rows) else np.zeros(rows.shape[1:], rows.dtype)


def cascade(rows):
    """The rows added up in blocks, the blocks' sums in blocks, and so on for four levels."""
    n = len(rows)
    if n < 16:
        return in_order(rows)
    if rows.ndim == 1 and n < 256:
        rest = n % 16
        total = accumulate(accumulate(rows[: n - rest].reshape(-1, 16), 1)[:, -1])[-1]
        return accumulate(rows[n - rest :])[-1] + total if rest else total
    step = 1 << max(4, (n - 1).bit_length() // 4)
    if n < 2 * step:  # the common sums, at once
        block = in_order(rows[:step])
        return block if n == step else in_order(rows[step:]) + block
    total = None
    for level in range(4):
        n = len(rows)
        whole = n // step * step if level < 3 else 0
        if whole < n:
            rest = in_order(rows[whole:])
            total = rest if total is None else total + rest
        if not whole:
            return total
        rows = in_order(rows[:whole].reshape(-1, step, *rows.shape[1:]).swapaxes(0, 1))


def chains(rows):
    """The rows dealt out to four chains of additions, which are added up at last."""
    n, shape = len(rows), rows.shape[1:]
    whole = n // 4 * 4
    if not whole:
        return in_order(rows)
    total = cascade(rows[:whole].reshape(-1, 4, *shape))
    if whole < n:
        total = np.concatenate((total[:1], rows[whole:], total[1:]))
    return in_order(total)


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
    n, register = len(rows), 32 // rows.itemsize
    filled = n // register * register
    partial = chains(rows[:filled].reshape(-1, register, *rows.shape[1:]))
    return in_order(partial if filled == n else np.concatenate((rows[filled:], partial)))


def run(x):
    """``side_by_side`` of a vector that fills a register, with as few calls as may be: most losses end in it."""
    n, register = len(x), 32 // x.itemsize
    filled, whole = n - n % register, n - n % (4 * register)
    if whole:
        rows = x[:whole].reshape(-1, 4 * register)
        total = reduce(rows) if len(rows) < 16 else cascade(rows)
        if whole < filled:
            total = np.concatenate((total[:register], x[whole:filled], total[register:]))
    else:
        total = x[:filled]
    if filled > register:
        total = reduce(total.reshape(-1, register))
    if filled < n:
        total = np.concatenate((x[filled:], total))
    return accumulate(total)[-1]


def lines(x):
    """The sums of the rows of a matrix, each of which fills a register."""
    n, register = x.shape[1], 32 // x.itemsize
    if n >= 2 * register:
        return side_by_side(np.ascontiguousarray(x.T)) + x.dtype.type(0)
    turned = np.empty((n, len(x)), x.dtype)
    # what fills no register comes first
    turned[: n - register], turned[n - register :] = x[:, register:].T, x[:, :register].T
    return reduce(turned, 0, None, None, False, 0)


def columns(x):
    """The sums of the columns, two or more, of a matrix whose rows lie one after the other."""
    width = x.shape[1]
    block = 128 // x.itemsize if width * x.itemsize >= 32 else 4
    if width < block:
        return column_chains(x)
    rest = width % block
    if not rest:
        return column_blocks(x)
    return np.concatenate((column_blocks(x[:, :-rest]), chains(x[:, -rest:]) + x.dtype.type(0)))


def column_blocks(x):
    """``cascade`` of such a matrix with as few calls as may be; a sum that is 0 is +0."""
    n, width = x.shape
    if n <= 16:
        return reduce(x, 0, None, None, False, 0)
    if n >= 256:
        return cascade(x) + x.dtype.type(0)
    rest = n % 16
    blocks = x[:-rest] if rest else x
    if n >= 32:
        blocks = reduce(blocks.reshape(-1, 16, width), 1)
    if not rest:
        return reduce(blocks, 0, None, None, False, 0)
    return reduce(x[-rest:], 0, None, None, False, 0) + reduce(blocks)


def column_chains(x):
    """``chains`` of such a matrix, likewise."""
    n, width = x.shape
    if n > 4:
        rest = n % 4
        total = column_blocks((x[:-rest] if rest else x).reshape(-1, 4 * width)).reshape(4, width)
        x = np.concatenate((total[:1], x[-rest:], total[1:])) if rest else total
    return reduce(x, 0, None, None, False, 0)


def blockwise(rows, block):
    """The sums of columns, ``block`` of them at a time, then of those left over."""
    width = rows.shape[-1]
    cut = width // block * block
    if cut in (0, width):
        return cascade(rows) if cut else chains(rows)
    return np.concatenate((cascade(rows[..., :cut]), chains(rows[..., cut:])), axis=-1)


def add_up(x, axes=None, keepdims=False):
    """The sum over ``axes`` (a tuple; all of them by default), in torch's order; see Note [The order of a sum]."""
    if x.size < 5 or x.dtype.char not in "fd":
        return reduce(x, axes, keepdims=keepdims)
    register, ndim = 32 // x.itemsize, x.ndim
    if x.flags.c_contiguous and not keepdims:  # the common sums, at once
        shape = x.shape
        if axes is None or len(axes) == ndim:
            if x.size >= register:
                return (reduce(x, axes) if x.size > MANY else run(x.reshape(-1))) or x.dtype.type(0)
        elif axes == (0,) and ndim == 2:
            return columns(x) if shape[1] > 1 else add_up(x[:, 0]).reshape(1)
        elif axes == (ndim - 1,) and (x.size > MANY or ndim == 2 and shape[1] >= register):
            if x.size > MANY:
                return reduce(x, axes)
            return lines(x)
    axes = tuple(range(ndim)) if axes is None else axes
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes)
    kept = [i for i in reversed(range(ndim)) if x.shape[i] > 1 and i not in axes]
    gone = sorted((i for i in axes if x.shape[i] > 1), key=lambda i: x.strides[i])
    if not gone:
        return x.reshape(shape) + x.dtype.type(0)
    across, runs = merged(x, kept), merged(x, gone)
    x = x.transpose(*kept[::-1], *gone[::-1], *(i for i in range(ndim) if x.shape[i] == 1))
    rows = last_first(x.reshape([n for _, n in (*across[::-1], *runs[::-1])]))
    (near, n), (far, width) = [*runs, *across, (0, 1)][:2]
    if near == x.itemsize and n >= register:
        sums = side_by_side(np.ascontiguousarray(rows))
    elif rows.ndim == 1 or (far != x.itemsize or width < register) and near < far:
        sums = chains(rows)
    else:
        sums = blockwise(rows, 4 * register if far == x.itemsize and width >= register else 4)
    if len(runs) > 1:
        sums = in_order(last_first(sums.reshape(*sums.shape[: len(across)], -1)))
    return sums.reshape(shape)[()] + x.dtype.type(0)
