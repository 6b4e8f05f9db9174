"""Convolutions, pooling, padding and resizing as ``nn.functional`` has them: torch's signatures in front of the rows of
ops.window. Leans on ops."""

import math

from ..errors import check as require
from ..ops import window
from ..ops.kinds import tuple_of_ints
from ..ops.linalg import same_dtype
from ..ops.row import apply, check_tensor, plain
from ..ops.shape import unsqueeze
from ..ops.words import expression
from ..tensor import new_tensor


def sizes(value, d):
    """One number for each of ``d`` dimensions."""
    value = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return value * d if len(value) == 1 else value


def strides(stride, kernel):
    return kernel if stride is None or stride in ([], ()) else sizes(stride, len(kernel))


def by_dimension(name, doc, make, *dims):
    """One function for each number of dimensions, called after it: ``conv1d``, ``conv2d`` …"""
    return (expression(f"{name}{d}d", doc.format(d=d), make(d)) for d in dims)


def check_steps(stride, padding, dilation, groups):
    """Raise in torch's words for steps that lead nowhere."""
    require(groups > 0, "non-positive groups is not supported")
    require(min(stride) > 0, "non-positive stride is not supported")
    require(min(padding) >= 0, "negative padding is not supported")
    require(min(dilation) > 0, f"dilation should be greater than zero, but got {list(dilation)}")


def check_channels(x, weight, wanted, given, name):
    require(x.shape[1] == wanted, f"Given {given}, weight of size {list(weight.shape)}, expected input{list(x.shape)} to have "
            f"{wanted} channels, but got {x.shape[1]} channels instead", note="note.arguments", row=name)  # fmt: skip


def no_less(bias, dtype):
    return new_tensor(dtype.type(0)) if bias is None else bias


def convolution(d):
    def made(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        alone = check_tensor(input, made.__name__).ndim == d + 1
        if input.ndim not in (d + 1, d + 2):
            raise RuntimeError(f"Expected {d + 1}D (unbatched) or {d + 2}D (batched) input to {made.__name__}, but got input "
                               f"of size: {list(input.shape)}")  # fmt: skip
        x = unsqueeze(input, 0) if alone else input
        kernel, stride, dilation = weight.shape[2:], sizes(stride, d), sizes(dilation, d)
        check_steps(stride, sizes(0 if isinstance(padding, str) else padding, d), dilation, groups)
        check_channels(x, weight, weight.shape[1] * groups, f"groups={groups}", made.__name__)
        if bias is None:
            same_dtype("expected scalar type {0.title} but found {1.title}", x, weight)
        else:
            same_dtype("Input type ({0.c_name}) and bias type ({1.c_name}) should be the same", x, bias)
        reach = [e * (k - 1) + 1 for k, e in zip(kernel, dilation)]
        if padding == "same":
            x, padding = pad(x, [n for r in reversed(reach) for n in ((r - 1) // 2, r // 2)]), 0
        padding = sizes(0 if padding == "valid" else padding, d)
        whole = [n + 2 * p for n, p in zip(x.shape[2:], padding)]
        if any(n < r for n, r in zip(whole, reach)):
            raise RuntimeError(f"Calculated padded input size per channel: ({' x '.join(map(str, whole))}). Kernel size: "
                               f"({' x '.join(map(str, reach))}). Kernel size can't be greater than actual input size")  # fmt: skip
        out = apply(window.CONV, x, weight, no_less(bias, x._array.dtype), stride=stride, padding=padding, dilation=dilation,
                    groups=groups)  # fmt: skip
        return out.squeeze(0) if alone else out

    return made


def check_output_padding(more, stride, dilation):
    require(min(more) >= 0, "negative output_padding is not supported")
    given = {"output_padding": (0, *more), "stride": (1, *stride), "dilation": (1, *dilation)}
    told = " ".join(
        f"{name}_{side}: {n}" for name, v in given.items() for side, n in zip(("height", "width"), v[-2:])
    )
    require(all(o < max(s, e) for o, s, e in zip(more, stride, dilation)),
            f"output padding must be smaller than either stride or dilation, but got {told}")  # fmt: skip


def transposed_convolution(d):
    def made(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        alone = check_tensor(input, made.__name__).ndim == d + 1
        x = unsqueeze(input, 0) if alone else input
        same_dtype("expected scalar type {0.title} but found {1.title}", x, weight)
        stride, padding, dilation, more = (sizes(v, d) for v in (stride, padding, dilation, output_padding))
        check_steps(stride, padding, dilation, groups)
        check_channels(x, weight, weight.shape[0], "transposed=1", made.__name__)
        check_output_padding(more, stride, dilation)
        size = tuple((n - 1) * s - 2 * p + e * (k - 1) + o + 1 for n, s, p, e, k, o in
                     zip(x.shape[2:], stride, padding, dilation, weight.shape[2:], more))  # fmt: skip
        if min(size) < 1:
            before, after = (" x ".join(map(str, v)) for v in (x.shape[2:], size))
            raise RuntimeError(f"Given input size per channel: ({before}). Calculated output size per channel: ({after}). Output size is too small")  # fmt: skip
        out = apply(window.CONV_TRANSPOSE, x, weight, no_less(bias, x._array.dtype), size=size, stride=stride, padding=padding,
                    dilation=dilation, groups=groups)  # fmt: skip
        return out.squeeze(0) if alone else out

    return made


def flat(x, places, d, return_indices):
    """The numbers of (…, H, W) at the places found; a vector had a dimension of size 1 for the while."""
    out = apply(window.MAX_POOL, x, places=places)
    out, places = (out.squeeze(-2), places.squeeze(-2)) if d == 1 else (out, places)
    return (out, new_tensor(places)) if return_indices else out


def ranked(input, d, name):
    """``input``, if it has ``d`` dimensions besides the channels', and the batch's or not."""
    if check_tensor(input, name).ndim in (d + 1, d + 2):
        return input
    if name == "max_pool1d":
        said = f"max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(input.shape)}"
    elif d == 1:
        said = f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for {name})"
    else:
        said = f"non-empty {d + 1}D or {d + 2}D (batch mode) tensor expected for input"
    raise RuntimeError(said)


def large_enough(input, kernel, padding, dilation, d):
    """Raise if a window does not fit into ``input``."""
    places = [n + 2 * p - e * (k - 1) for n, p, e, k in zip(input.shape[-d:], padding, dilation, kernel)]
    if min(places) < 1:
        lead = input.shape[-d - 1]
        both = input.shape[-d:], (max(p, 0) for p in places)
        before, after = ("x".join(map(str, (lead, *v))) for v in both)
        raise RuntimeError(f"Given input size: ({before}). Calculated output size: ({after}). Output size is too small")  # fmt: skip


def max_pooling(d):
    def made(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        kernel = sizes(kernel_size, d)
        ranked(input, d, made.__name__)
        stride, padding, dilation = strides(stride, kernel), sizes(padding, d), sizes(dilation, d)
        for k, p in zip(kernel, padding):
            if p > k // 2:
                raise RuntimeError(f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and dilation={dilation[0]}")  # fmt: skip
        large_enough(input, kernel, padding, dilation, d)
        x, one, none = (unsqueeze(input, -2), (1,), (0,)) if d == 1 else (input, (), ())
        places = window.max_places(x._array, one + kernel, one + stride, none + padding, one + dilation, ceil_mode)  # fmt: skip
        return flat(x, places, d, return_indices)

    return made


def avg_pooling(d):
    def made(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
             divisor_override=None):  # fmt: skip
        kernel = sizes(kernel_size, d)
        large_enough(ranked(input, d, made.__name__), kernel, sizes(padding, d), (1,) * d, d)
        divisors = (divisor_override, *(divisor_override and 1,) * (d - 1))
        each = zip(input.shape[-d:], kernel, strides(stride, kernel), sizes(padding, d), divisors)
        maps = (window.window_means(*four, ceil_mode, count_include_pad, divisor) for *four, divisor in each)
        return apply(window.AVG_POOL, input, maps=tuple(maps))

    return made


def wanted_sizes(input, output_size, d):
    return [n if m is None else m for m, n in zip(sizes(output_size, d), input.shape[-d:])]


def adaptive_pooling(d):
    def made(input, output_size):
        ranked(input, d, made.__name__) if d == 1 else check_tensor(input, made.__name__)
        wanted = wanted_sizes(input, output_size, d)
        if wanted == [1] * d:
            return input.mean(tuple(range(-d, 0)), keepdim=True)
        maps = map(window.adaptive_means, input.shape[-d:], wanted)
        return apply(window.ADAPTIVE, input, maps=tuple(maps))

    return made


CONV = "The convolution (cross-correlation) of (N, C, …) with weights (O, C / groups, …): ops.window's Note."
conv1d, conv2d, conv3d = by_dimension("conv", CONV, convolution, 1, 2, 3)
ADJOINT = "The adjoint of ``conv{d}d`` by its input, as a layer."
conv_transpose1d, conv_transpose2d = by_dimension("conv_transpose", ADJOINT, transposed_convolution, 1, 2)
max_pool1d, max_pool2d = by_dimension("max_pool", "The largest number of each window.", max_pooling, 1, 2)
avg_pool1d, avg_pool2d, avg_pool3d = by_dimension("avg_pool", "The mean of each window.", avg_pooling, 1, 2, 3)  # fmt: skip
ADAPTIVE = "The means of as many windows as ``output_size`` says."
adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = by_dimension("adaptive_avg_pool", ADAPTIVE, adaptive_pooling, 1, 2, 3)  # fmt: skip


def pad(input, pad, mode="constant", value=None):
    """``input`` with numbers added around it: (before, after) of the last dimension first.

    Args:
        mode: ``"constant"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.
    """
    pad = tuple_of_ints(pad, "pad", "pad")
    pairs = list(zip(pad[::2], pad[1::2]))[::-1]
    if len(pad) % 2 or len(pairs) > input.ndim:
        raise RuntimeError("Padding length must be divisible by 2" if len(pad) % 2 else
                           f"Padding length should be less than or equal to two times the input dimension but got padding length {len(pad)} and input of dimension {input.ndim}")  # fmt: skip
    if mode == "constant":
        whole = ((0, 0),) * (input.ndim - len(pairs)) + tuple(pairs)
        return apply(window.PAD, input, pad=whole, value=0 if value is None else plain(value))
    if mode == "circular" and any(
        n < 0 for pair in pairs for n in pair
    ):  # what is cut off comes back nowhere
        whole = ((0, 0),) * (input.ndim - len(pairs)) + tuple((min(a, 0), min(b, 0)) for a, b in pairs)
        input = apply(window.PAD, input, pad=whole, value=0)
        pairs = [(max(a, 0), max(b, 0)) for a, b in pairs]
    if mode not in window.REPEATED:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    places = window.pad_index(input.shape[-len(pairs) :], pairs, mode)
    return apply(window.REPEATED[mode][len(pairs)], input, index=places)


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None,
                antialias=False):  # fmt: skip
    """(N, C, …) brought to another size.

    Args:
        size, scale_factor: the new sizes, or by what the old ones are multiplied.
        mode (str): ``"nearest"``, ``"nearest-exact"``, ``"area"``; ``"linear"``, ``"bilinear"``, ``"trilinear"`` for 1, 2, 3
            dimensions; ``"bicubic"`` for 2.
        align_corners (bool): whether the outermost numbers stay in their places.
    """
    d = input.ndim - 2
    if (size is None) == (scale_factor is None):
        raise ValueError(f"{'either' if size is None else 'only one of'} size or scale_factor should be defined")  # fmt: skip
    if antialias:
        raise NotImplementedError("interpolate(): antialias=True is not offered")
    factors = (None,) * d if scale_factor is None else sizes(scale_factor, d)
    scaled = scale_factor is not None
    wanted = tuple(math.floor(n * f) for n, f in zip(input.shape[2:], factors)) if scaled else sizes(size, d)
    if mode == "area":
        return adaptive_pooling(d)(input, wanted)
    if mode not in window.RESIZED or d not in window.RESIZED[mode]:
        raise NotImplementedError(f"Got {input.ndim}D input, but {mode} mode needs another number of dimensions; there are "
                                  f"{', '.join(window.RESIZED)}")  # fmt: skip
    have, get = (", ".join(map("{}: {}".format, "DHW"[-d:], s)) for s in (input.shape[2:], wanted))
    require(min(*input.shape[2:], *wanted) > 0, f"Input and output sizes should be greater than 0, but got input ({have}) "
                                              f"{'and ' if d == 1 else ''}output ({get})")  # fmt: skip
    require(
        input.shape[1],
        f"Non-empty {d + 2}D data tensor expected but got a tensor with sizes {list(input.shape)}",
    )
    factors = (None,) * d if recompute_scale_factor else factors
    each = zip(input.shape[2:], wanted, factors)
    maps = tuple(window.resizing(n, m, mode, bool(align_corners), f) for n, m, f in each)
    return apply(window.RESIZED[mode][d], input, maps=maps)


__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
    "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "interpolate", "max_pool1d", "max_pool2d",
    "pad",
]  # fmt: skip
