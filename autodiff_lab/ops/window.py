"""Convolutions, pooling, padding, resizing: the rows behind ``nn.functional``. Leans on ops.

Note [One trilinear form]
A convolution, its gradient by the input and its gradient by the weight are three readings of one sum
Σ g[n, o, p] · x[n, c, p·stride + k·dilation] · w[o, c, k]: each leaves out one of the three factors and is linear in
the other two. So three rows whose rules name each other are closed under differentiation, to any order; and the
transposed convolution is the gradient by the input, read as an operation of its own. The sum runs as a product of
matrices over the windows of ``x`` (im2col), which NumPy shows without a copy. Laid out for the product, they would take
as many times the memory of ``x`` as a window has numbers; so they are laid out in portions, of some rows of places, or
some steps within the window, at a time.

Note [Separable maps]
Averaging over windows and resizing act on each dimension by itself, and linearly: each is a small matrix for each
dimension, made once from the sizes. One row applies them; its rule applies their transposes.
"""

import functools
import math

import numpy as np

from ..errors import check
from ..exact import last_first
from ..tensor import Tensor, new_tensor
from .index import along_put, take_along
from .pointwise import flat
from .row import apply, either, operation

AFFINE = ("input", "weight", "bias")


def places_of(sizes, kernel, stride, dilation):
    """How many windows fit into each dimension."""
    return [(n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(sizes, kernel, stride, dilation)]


def windows(x, kernel, stride, dilation):
    """Every window of ``x`` (C, *sizes, …) as a view (C, *kernel, *places, …)."""
    d = len(kernel)
    places, steps = places_of(x.shape[1:], kernel, stride, dilation), x.strides[1 : 1 + d]
    within, between = ([t * by for t, by in zip(steps, apart)] for apart in (dilation, stride))
    return np.lib.stride_tricks.as_strided(
        x,
        (len(x), *kernel, *places, *x.shape[1 + d :]),
        (x.strides[0], *within, *between, *x.strides[1 + d :]),
    )


def batch_last(x):
    """(N, …) as a view (…, N): laid out so, the runs of memory that are copied are long."""
    return x.transpose(*range(1, x.ndim), 0)


def seen(x, kernel, stride, padding, dilation):
    """The windows of a batch (N, C, *sizes), with zeros around it, as a view (C, *kernel, *places, N)."""
    n, c, *sizes = x.shape
    laid = np.zeros((c, *(m + 2 * p for m, p in zip(sizes, padding)), n), x.dtype)
    laid[(slice(None), *(slice(p, p + m) for m, p in zip(sizes, padding)))] = batch_last(x)
    return windows(laid, kernel, stride, dilation)


def portions(n, whole, room):
    """Slices of ``n`` rows, ``whole`` bytes in all, each of as many rows as take no more than ``room``, or of one."""
    step = max(1, n * room // max(whole, 1))
    return [slice(i, i + step) for i in range(0, n, step)]


def as_matrices(x, groups, d=1):
    """``groups`` matrices, of which the first ``d`` dimensions are the rows, and all the others the columns."""
    return x.reshape(groups, math.prod(x.shape[:d]) // groups, math.prod(x.shape[d:]))


def laid_out(laid, some, groups):
    """Windows, those at ``some`` of the places in the first dimension, as matrices."""
    d = laid.ndim // 2
    return as_matrices(laid[(slice(None),) * d + (some,)], groups, d)


def convolved(x, w, stride, padding, dilation, groups):
    laid = seen(x, w.shape[2:], stride, padding, dilation)
    places = laid.shape[w.ndim - 1 : -1]
    made, w = np.empty((len(x), len(w), *places), x.dtype), as_matrices(w, groups)
    for some in portions(places[0], laid.nbytes, x.nbytes + made.nbytes):
        part = batch_last(made[:, :, some])
        part[...] = (w @ laid_out(laid, some, groups)).reshape(part.shape)
    return made


def met(k, size, places, stride, padding, dilation):
    """Where step ``k`` of each window stands, unless in the padding: slices of x, and of the windows' places."""
    into, of = [slice(None)], []
    for i, n, m, s, p, e in zip(k, size, places, stride, padding, dilation):
        first = i * e - p
        start, end = max(0, -(first // s)), min(m, -((first - n) // s))
        into.append(slice(first + s * start, max(0, first + s * end), s))
        of.append(slice(start, max(start, end)))
    return tuple(into), of


def convolved_input(g, w, size, stride, padding, dilation, groups):
    """The x of the sum: each number of ``g`` puts its multiple of ``w`` back where its window was."""
    (n, o, *places), (c, *kernel) = g.shape, w.shape[1:]
    steps, made = list(np.ndindex(*kernel)), np.zeros((groups * c, *size, n), g.dtype)
    w, g = w.reshape(groups, o // groups, c, len(steps)), as_matrices(batch_last(g), groups)
    for some in portions(len(steps), made.itemsize * groups * c * len(steps) * g.shape[-1], g.nbytes):
        part = w[..., some].reshape(groups, o // groups, c * len(steps[some])).swapaxes(1, 2)
        cols = (part @ g).reshape(groups * c, len(steps[some]), *places, n)
        for i, k in enumerate(steps[some]):
            into, of = met(k, size, places, stride, padding, dilation)
            np.add(made[into], cols[(slice(None), i, *of)], made[into])
        del cols  # before the next ones are made
    return np.ascontiguousarray(last_first(made))


def convolved_weight(x, g, kernel, stride, padding, dilation, groups):
    laid, total = seen(x, kernel, stride, padding, dilation), 0
    for some in portions(g.shape[2], laid.nbytes, x.nbytes + g.nbytes):
        part = as_matrices(batch_last(g[:, :, some]), groups)
        total = part @ laid_out(laid, some, groups).swapaxes(1, 2) + total
    return total.reshape(g.shape[1], x.shape[1] // groups, *kernel)


def conv_back(g, w, shape, *how):
    """The gradient of a transposed convolution by its input of ``shape``; much output padding makes more windows."""
    made = conv(g, w, *how)
    return made if made.shape[2:] == shape[2:] else made[tuple(map(slice, (*made.shape[:2], *shape[2:])))]


def conv_weight_back(g, x, w, stride, padding, dilation, groups):
    """… by its weight: what ``x`` lacks for these windows counts as zeros."""
    places = places_of([n + 2 * p for n, p in zip(g.shape[2:], padding)], w.shape[2:], stride, dilation)
    more = [(0, n - m) for n, m in zip(places, x.shape[2:])]
    x = repad(x, ((0, 0), (0, 0), *more), 0) if any(map(any, more)) else x
    return conv_weight(g, x, w.shape[2:], stride, padding, dilation, groups)


def two(row):
    """A row of two inputs as rules use it: its forward on NumPy values, else the operation itself."""

    def read(x, y, *args):
        if isinstance(x, Tensor) or isinstance(y, Tensor):
            x, y = (v if isinstance(v, Tensor) else new_tensor(v) for v in (x, y))
            return apply(row, x, y, **dict(zip(row.attrs, args)))
        return row.forward(x, y, *args)

    return read


def bias_over(b, like):
    """A bias for each channel as it is added to ``like``; 0 as it is."""
    return b.reshape((-1,) + (1,) * (len(like.shape) - 2)) if len(b.shape) else b


def but_channel(g):
    return tuple(i for i in range(len(g.shape)) if i != 1)


def with_bias(made, b):
    return np.add(made, bias_over(b, made), made) if b.ndim else made


# fmt: off
HOW = ("stride", "padding", "dilation", "groups")

CONV = operation("convolution", "Convolution", lambda x, w, b, *how: with_bias(convolved(x, w, *how), b),
           lambda g, weight, shape, stride, padding, dilation, groups: conv_input(g, weight, shape[2:], stride, padding, dilation, groups),
           lambda g, input, weight, stride, padding, dilation, groups: conv_weight(input, g, weight.shape[2:], stride, padding, dilation, groups),
           lambda g: g.sum(axis=but_channel(g)), inputs=AFFINE, attrs=HOW)
CONV_TRANSPOSE = operation("convolution_transpose", "Convolution", lambda x, w, b, *how: with_bias(convolved_input(x, w, *how), b),
           lambda g, weight, shape, stride, padding, dilation, groups: conv_back(g, weight, shape, stride, padding, dilation, groups),
           lambda g, input, weight, stride, padding, dilation, groups: conv_weight_back(g, input, weight, stride, padding, dilation, groups),
           lambda g: g.sum(axis=but_channel(g)), inputs=AFFINE, attrs=("size", *HOW))
CONV_ALONE  = operation("convolution_alone", "Convolution", convolved,
           lambda g, weight, shape, stride, padding, dilation, groups: conv_input(g, weight, shape[2:], stride, padding, dilation, groups),
           lambda g, input, weight, stride, padding, dilation, groups: conv_weight(input, g, weight.shape[2:], stride, padding, dilation, groups),
           inputs=("input", "weight"), attrs=HOW)
CONV_INPUT  = operation("convolution_input", "ConvolutionInput", convolved_input,
           lambda g, weight, stride, padding, dilation, groups: conv(g, weight, stride, padding, dilation, groups),
           lambda g, grad, weight, stride, padding, dilation, groups: conv_weight(g, grad, weight.shape[2:], stride, padding, dilation, groups),
           inputs=("grad", "weight"), attrs=("size", *HOW))
CONV_WEIGHT = operation("convolution_weight", "ConvolutionWeight", convolved_weight,
           lambda g, grad, shape, stride, padding, dilation, groups: conv_input(grad, g, shape[2:], stride, padding, dilation, groups),
           lambda g, input, stride, padding, dilation, groups: conv(input, g, stride, padding, dilation, groups),
           inputs=("input", "grad"), attrs=("kernel", *HOW))
conv, conv_input, conv_weight = two(CONV_ALONE), two(CONV_INPUT), two(CONV_WEIGHT)

# -- pooling ------------------------------------------------------------------------------------------------

def pool_row(name, title):
    """Picking one number a window: ``places`` are their positions in each (flattened) channel."""
    return operation(name, title, lambda x, places: take_along(x.reshape(*x.shape[: places.ndim - 2], -1), -1, places.reshape(*places.shape[:-2], -1)).reshape(places.shape),
           lambda g, input, places: flat(unpool(g, input.shape, places), input), attrs=("places",), linear=True)

MAX_POOL    = pool_row("max_pool2d", "MaxPool2DWithIndices")

# -- maps that act on each dimension by itself: Note [Separable maps] ----------------------------------------

def separable_row(name, title, pools=False):
    """``pools``: whether the gradient has a history, as in torch."""
    adjoint = lambda g, maps: read(g, tuple(m.T for m in maps))
    rule = (lambda g, input, maps: flat(adjoint(g, maps), input)) if pools else adjoint
    row = operation(name, title, lambda x, maps: separated(x, maps), rule, attrs=("maps",), linear=True)
    read = either(row)
    return row

AVG_POOL = separable_row("avg_pool2d", "AvgPool2D", pools=True)
ADAPTIVE = separable_row("adaptive_avg_pool2d", "AdaptiveAvgPool2D", pools=True)
RESIZED  = {mode: {d: separable_row(f"upsample_{name.lower()}{d}d", f"Upsample{name}{d}D") for d in dims}
            for mode, name, dims in (("nearest", "Nearest", (1, 2, 3)), ("nearest-exact", "NearestExact", (1, 2, 3)), ("linear", "Linear", (1,)),
                                     ("bilinear", "Bilinear", (2,)), ("trilinear", "Trilinear", (3,)), ("bicubic", "Bicubic", (2,)))}

# -- padding ------------------------------------------------------------------------------------------------

PAD = operation("constant_pad_nd", "ConstantPadNd", lambda x, pad, value: constant_padded(x, pad, value),
           lambda g, pad: repad(g, tuple((-a, -b) for a, b in pad), 0), attrs=("pad", "value"))
BEYOND   = lambda g, input, index: flat(added_at(g, input.shape, index), input)
REPEATED = {mode: {d: operation(f"{mode}_pad{d}d", f"{name}Pad{d}D", lambda x, index: x[(..., *index)], rule, attrs=("index",), linear=True) for d in (1, 2, 3)}
            for mode, name, rule in (("reflect", "Reflection", BEYOND), ("replicate", "Replication", BEYOND),
                                     ("circular", "Circular", lambda g, shape, index: added_at(g, shape, index)))}
ADD_AT   = operation("pad_adjoint", "PadBackward", lambda g, whole, index: add_back(g, whole, index), lambda g, index: g[(..., *index)], attrs=("whole", "index"), linear=True)
# fmt: on
repad, added_at = either(PAD), either(ADD_AT)


def unpool(g, shape, places):
    """Each number of ``g`` back at its place; counted through all channels, so that it is found by one number."""
    channels, whole = places.shape[:-2], math.prod(shape)
    start = np.arange(math.prod(channels)).reshape(*channels, 1, 1) * math.prod(shape[len(channels) :])
    flat = (places + start).reshape(-1)
    return along_put(g.reshape(flat.shape), (whole,), 0, flat).reshape(shape)


def separated(x, maps):
    """Each trailing dimension of ``x`` through its matrix (out × in)."""
    for i, m in enumerate(reversed(maps)):
        axis = x.ndim - 1 - i
        x = np.moveaxis(np.moveaxis(x, axis, -1) @ m.T.astype(x.dtype, copy=False), -1, axis)
    return np.ascontiguousarray(x)


def constant_padded(x, pad, value):
    """``x`` with (before, after) numbers added to each dimension; negative ones are cut off."""
    x = x[tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(x.shape, pad))]
    grown = [(max(a, 0), max(b, 0)) for a, b in pad]
    return (
        np.asarray(np.pad(x, grown, constant_values=value), order="C") if any(map(any, grown)) else x.copy()
    )


def add_back(g, whole, index):
    made = np.zeros(whole, g.dtype)
    np.add.at(made, (..., *index), g)
    return made


# -- the small matrices of Note [Separable maps] ----------------------------------------------------------------


def pooled_size(n, kernel, stride, padding, dilation=1, ceil_mode=False):
    """How many windows of a dimension of ``n`` numbers; with ``ceil_mode`` the last may hang over the end."""
    check(stride > 0, "stride should not be zero")
    check(kernel > 0, f"kernel size should be greater than zero, but got {kernel}")
    reach = n + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-reach // stride) if ceil_mode else reach // stride) + 1
    return count - 1 if ceil_mode and (count - 1) * stride >= n + padding else count


def window_means(n, kernel, stride, padding, ceil_mode, count_include_pad, divisor=None):
    """The matrix that averages over each window of a dimension of ``n`` numbers."""
    made = np.zeros((pooled_size(n, kernel, stride, padding, 1, ceil_mode), n))
    for i, row in enumerate(made):
        start = i * stride - padding
        end = min(start + kernel, n + padding)
        inside = slice(max(start, 0), min(end, n))
        whole = end - start if count_include_pad else inside.stop - inside.start
        row[inside] = 1 / (divisor or whole)
    return made


def adaptive_means(n, size):
    check(n > 0, "adaptive_avg_pool: Expected input to have non-zero size for non-batch dimensions")
    made = np.zeros((size, n))
    for i, row in enumerate(made):
        start, end = i * n // size, -(-(i + 1) * n // size)
        row[start:end] = 1 / (end - start)
    return made


def resizing(n, size, mode, align_corners, scale):
    """The matrix that brings ``n`` numbers to ``size`` by the nearest one, by a line between two, or by a cubic.

    Formula of the cubic: R. Keys, "Cubic convolution interpolation for digital image processing" (1981), a = -3/4.
    """
    made, step = np.zeros((size, n)), n / size if scale is None else 1 / scale
    if align_corners:
        step = (n - 1) / (size - 1) if size > 1 else 0
    for i, row in enumerate(made):
        if mode == "nearest":
            row[min(int(i * step), n - 1)] = 1
            continue
        if mode == "nearest-exact":
            row[min(int((i + 0.5) * step), n - 1)] = 1
            continue
        if mode == "bicubic":
            at = i * step if align_corners else (i + 0.5) * step - 0.5
            for place in range(math.floor(at) - 1, math.floor(at) + 3):
                row[min(max(place, 0), n - 1)] += keys(abs(at - place))
            continue
        at = i * step if align_corners else max((i + 0.5) * step - 0.5, 0)
        low = min(int(at), n - 1)
        row[low] += 1 - (at - low)
        row[min(low + 1, n - 1)] += at - low
    return made


def keys(x, a=-0.75):
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a


def max_places(x, kernel, stride, padding, dilation, ceil_mode):
    """Where the largest number of each window of ``x`` (…, H, W) stands in its flattened channel."""
    h, w = x.shape[-2:]
    size = [pooled_size(*a, ceil_mode) for a in zip((h, w), kernel, stride, padding, dilation)]
    over = [max(0, (m - 1) * s + (k - 1) * d + 1 - n - p)
            for m, s, k, d, n, p in zip(size, stride, kernel, dilation, (h, w), padding)]  # fmt: skip
    margins = [(0, 0)] * (x.ndim - 2) + [(p, o) for p, o in zip(padding, over)]
    whole = np.pad(x, margins, constant_values=-np.inf) if any(map(any, margins)) else x
    seen = windows(whole.reshape(-1, *whole.shape[-2:]), kernel, stride, dilation)[..., : size[0], : size[1]]
    rows, cols = (np.arange(n) * s - p for n, s, p in zip(size, stride, padding))
    corner = rows[:, None] * w + cols
    steps = list(np.ndindex(*kernel))
    values = [np.ascontiguousarray(seen[:, i, j]) for i, j in steps]
    top = functools.reduce(np.maximum, values)
    best = np.zeros(top.shape, np.min_scalar_type(-len(steps)))
    for k, (i, j) in reversed(list(enumerate(steps))):  # the first of equals; NaN is larger than any number
        down, right = rows + i * dilation[0], cols + j * dilation[1]
        inside = ((down >= 0) & (down < h))[:, None] & (right >= 0) & (right < w)
        here = values[k] == top
        here |= values[k] != values[k]
        here &= inside
        best += (k - best) * here
    offsets = np.array([i * dilation[0] * w + j * dilation[1] for i, j in steps])
    del values, top
    places = offsets[best]
    places += corner
    return places.reshape(*x.shape[:-2], *size)


def pad_index(sizes, pads, mode):
    """For each trailing dimension, which of its numbers stands at each place of the padded one."""
    made = []
    for n, (before, after) in zip(sizes, pads):
        at = np.arange(-before, n + after)
        if mode == "circular":
            at = at % n
        elif mode == "replicate":
            at = np.clip(at, 0, n - 1)
        else:
            at = np.abs(at)
            at = np.where(at >= n, 2 * (n - 1) - at, at)
        made.append(at)
    return np.ix_(*made)
