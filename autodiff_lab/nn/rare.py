"""The functions of ``nn.functional`` that first courses seldom use. Leans on nn.functional, which gets their names."""

import math

import numpy as np

from ..errors import check, warn
from ..ops import neural
from ..ops.contract import vector_norm
from ..ops.row import FUNCTIONS, apply, check_tensor
from ..ops.shape import unsqueeze
from ..ops.words import expression
from ..tensor import new_tensor
from . import functional as F
from .functional import dropped
from .losses import HOW, legacy, loss, reduced
from .windows import by_dimension, flat, sizes, wanted_sizes

# -- activations --------------------------------------------------------------------------------------------


def in_place(name):
    return expression(f"{name}_", f"In-place version of ``{name}``.", lambda input, *args, **options:
                 getattr(F, name)(input, *args, inplace=True, **options))  # fmt: skip


def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    """x above 0; below, x times a slope that is random in training and the middle of [lower, upper] otherwise."""
    if training:
        slope = np.zeros(input.shape, input._array.dtype)
        below = np.asarray(input._array <= 0)
        slope[below] = new_tensor(np.empty(int(below.sum()), np.float64)).uniform_(lower, upper)._array
        made = apply(neural.prelu.row, input, new_tensor(slope[()]))
    else:
        made = F.leaky_relu(input, (lower + upper) / 2)
    return input.copy_(made) if inplace else made


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A random choice that has a gradient: softmax((logits + Gumbel noise) / tau) (Jang et al. 2017).

    Args:
        hard (bool): give one-hot vectors, with the gradient of the soft ones.
    """
    noise = -FUNCTIONS["empty_like"](logits).exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    return FUNCTIONS["zeros_like"](logits).scatter_(dim, index, 1.0) - soft.detach() + soft


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean 0 and variance 1 behind ``selu`` (Klambauer et al. 2017)."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return input
    alpha = 1.7580993408473766
    scale = 1 / math.sqrt((alpha**2 * p + 1) * (1 - p)) if p < 1 else 0.0
    kept = input.new_empty(input.shape).bernoulli_(1 - p)
    made = input * (kept * scale) + ((kept - 1) * (alpha * scale) + alpha * scale * p)
    return input.copy_(made) if inplace else made


# fmt: off
dropout1d = expression("dropout1d", "``dropout`` of whole channels of (C, L) or (N, C, L).", lambda input, p=0.5, training=True, inplace=False:
                  dropped(input, p, training, inplace, (*input.shape[:-1], 1)))
dropout3d = expression("dropout3d", "``dropout`` of whole channels of (C, D, H, W) or (N, C, D, H, W).", lambda input, p=0.5, training=True, inplace=False:
                  dropped(input, p, training, inplace, (*input.shape[:-3], 1, 1, 1)))
# fmt: on

# -- normalisation ------------------------------------------------------------------------------------------


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1,
                  eps=1e-5):  # fmt: skip
    """Each channel of each sample of (N, C, …) with mean 0 and variance 1, as batch_norm of (1, N C, …)."""
    n, c = input.shape[:2]
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape}")
    repeated = [None if v is None else v.repeat(n) for v in (running_mean, running_var, weight, bias)]
    made = F.batch_norm(input.reshape(1, n * c, *input.shape[2:]), *repeated, use_input_stats, momentum, eps)
    for running, wide in zip((running_mean, running_var), repeated):
        if running is not None:
            running.copy_(wide.detach().view(n, c).mean(0))
    return made.view(input.shape)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """x / (k + alpha · mean of x² over ``size`` neighbouring channels)^beta (Krizhevsky et al. 2012)."""
    if input.ndim < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality                          input (got {input.ndim} dimensions)"
        )
    squares = (input * input).transpose(1, -1)
    around = F.pad(squares.reshape(-1, 1, input.shape[1]), (size // 2, (size - 1) // 2))
    means = F.avg_pool1d(around, size, stride=1).view(squares.shape).transpose(1, -1)
    return input / (means * alpha + k) ** beta


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """x / √(mean of x² + eps) over the last dimensions (Zhang and Sennrich 2019)."""
    dims = tuple(range(-len(normalized_shape), 0))
    eps = float(np.finfo(input._array.dtype).eps) if eps is None else eps
    made = input * ((input * input).mean(dims, keepdim=True) + eps).rsqrt()
    return made if weight is None else made * weight


# -- shape --------------------------------------------------------------------------------------------------


def positive(input, name, **factor):
    """The factor and the shape of ``input``; RuntimeError in torch's words for too few dimensions, or one below 1."""
    ((what, r),) = factor.items()
    check(input.ndim > 2, f"{name} expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)")  # fmt: skip
    check(r > 0, f"{name} expects a positive {what}, but got {r}")
    return r, input.shape


def pixel_shuffle(input, upscale_factor):
    """(…, C r², H, W) to (…, C, H r, W r): channels become pixels (Shi et al. 2016)."""
    r, (*lead, c, h, w) = positive(input, "pixel_shuffle", upscale_factor=upscale_factor)
    if c % (r * r):
        raise RuntimeError("pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
                           f"but input.size(-3)={c} is not divisible by {r * r}")  # fmt: skip
    n = len(lead)
    opened = input.reshape(*lead, c // (r * r), r, r, h, w)
    return opened.permute(*range(n), n, n + 3, n + 1, n + 4, n + 2).reshape(*lead, c // (r * r), h * r, w * r)


def pixel_unshuffle(input, downscale_factor):
    """(…, C, H r, W r) to (…, C r², H, W), the inverse of ``pixel_shuffle``."""
    r, (*lead, c, h, w) = positive(input, "pixel_unshuffle", downscale_factor=downscale_factor)
    for side, dim, size in (("height", -2, h), ("width", -1, w)):
        check(size % r == 0, f"pixel_unshuffle expects {side} to be divisible by downscale_factor, but input.size({dim})={size} "
                             f"is not divisible by {r}")  # fmt: skip
    n = len(lead)
    opened = input.reshape(*lead, c, h // r, r, w // r, r)
    return opened.permute(*range(n), n, n + 2, n + 4, n + 1, n + 3).reshape(*lead, c * r * r, h // r, w // r)


def channel_shuffle(input, groups):
    """The channels of (N, C, …) dealt out to ``groups`` in turn."""
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    n, c, *rest = input.shape
    return input.reshape(n, groups, c // groups, *rest).transpose(1, 2).reshape(n, c, *rest)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of (N, C, H, W) as columns: (N, C · kernel, windows)."""
    alone = input.ndim == 3
    x = unsqueeze(input, 0) if alone else input
    kernel, dilation, padding, stride = (sizes(v, 2) for v in (kernel_size, dilation, padding, stride))
    check(min(stride) > 0, f"stride should be greater than zero, but got stride_height: {stride[0]} stride_width: {stride[1]}")  # fmt: skip
    x = F.pad(x, (padding[1], padding[1], padding[0], padding[0])) if any(padding) else x
    rows, columns = (
        np.arange((n - e * (k - 1) - 1) // s + 1) * s + np.arange(k)[:, None] * e
        for n, k, e, s in zip(x.shape[-2:], kernel, dilation, stride)
    )
    picked = x[:, :, new_tensor(rows[:, None, :, None]), new_tensor(columns[None, :, None, :])]
    made = picked.reshape(x.shape[0], x.shape[1] * math.prod(kernel), rows.shape[1] * columns.shape[1])
    return made.squeeze(0) if alone else made


# -- pooling ------------------------------------------------------------------------------------------------


def adaptive_max_pooling(d):
    def made(input, output_size, return_indices=False):
        x, wanted = unsqueeze(input, -2) if d == 1 else input, [1, *wanted_sizes(input, output_size, d)][-2:]
        if max(wanted) >= 2**31:
            raise RuntimeError("numel: integer multiplication overflow")
        places = np.empty((*x.shape[:-2], *wanted), np.int64)
        each = zip(x.shape[-2:], wanted)
        rows, columns = ([(i * n // m, -(-(i + 1) * n // m)) for i in range(m)] for n, m in each)
        for i, (top, bottom) in enumerate(rows):
            for j, (left, right) in enumerate(columns):
                part = x._array[..., top:bottom, left:right]
                down, right_by = np.divmod(part.reshape(*part.shape[:-2], -1).argmax(-1), right - left)
                places[..., i, j] = (top + down) * x.shape[-1] + left + right_by
        return flat(x, places, d, return_indices)

    return made


def lp_pooling(d):
    pool = (F.avg_pool1d, F.avg_pool2d)[d - 1]

    def made(input, norm_type, kernel_size, stride=None, ceil_mode=False):
        check_tensor(input, made.__name__)
        check(norm_type != 0, f"{made.__name__}(): norm_type must not be 0", ValueError)
        means = pool(input**norm_type, kernel_size, stride, 0, ceil_mode)
        return (means.sign() * means.abs().relu() * math.prod(sizes(kernel_size, d))) ** (1.0 / norm_type)

    return made


ADAPTIVE = "The largest numbers of as many windows as ``output_size`` says."
adaptive_max_pool1d, adaptive_max_pool2d = by_dimension("adaptive_max_pool", ADAPTIVE, adaptive_max_pooling, 1, 2)  # fmt: skip
lp_pool1d, lp_pool2d = by_dimension("lp_pool", "(Σ xᵖ)^(1/p) over each window.", lp_pooling, 1, 2)


def pdist(input, p=2.0):
    """The p-norm distances between all pairs of rows of (n, m), as a vector of n (n − 1) / 2."""
    i, j = np.triu_indices(input.shape[0], 1)
    return vector_norm(input[new_tensor(i)] - input[new_tensor(j)], p, -1)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """``interpolate``, by its old name."""
    warn("upsample")
    return F.interpolate(input, size, scale_factor, mode, align_corners)


# -- losses -------------------------------------------------------------------------------------------------


def multi_margin_loss(
    input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """Σ max(0, margin − x_target + x_j)ᵖ / C over the classes j other than the target, for (C) or (N, C)."""
    reduction = legacy(reduction, size_average, reduce)
    x, y = input.reshape(1, -1) if input.ndim < 2 else input, target.view(-1, 1)
    gap = (margin - x.gather(1, y) + x).clamp_min(0) ** p
    gap = gap if weight is None else gap * weight[y]
    losses = (gap * FUNCTIONS["ones_like"](x).scatter(1, y, 0.0)).sum(1) / x.shape[1]
    return reduced(losses.squeeze(0) if input.ndim < 2 else losses, reduction)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Σ max(0, 1 − (x_i − x_j)) / C over labels i and classes j that are none; ``target`` lists labels until a −1."""
    reduction = legacy(reduction, size_average, reduce)
    x, y = (v.reshape(1, -1) if v.ndim < 2 else v for v in (input, target))
    labels = np.where(np.cumsum(y._array < 0, axis=1) > 0, -1, y._array)
    is_label = np.zeros(x.shape, bool)
    for row, found in zip(is_label, labels):
        row[found[found >= 0]] = True
    pairs = new_tensor((labels >= 0)[:, :, None] & ~is_label[:, None, :])
    chosen = x.gather(1, new_tensor(np.maximum(labels, 0)))
    losses = ((1 - chosen[:, :, None] + x[:, None, :]).clamp_min(0) * pairs).sum((1, 2)) / x.shape[1]
    return reduced(losses.squeeze(0) if input.ndim < 2 else losses, reduction)


# fmt: off
multilabel_soft_margin_loss = loss("multilabel_soft_margin_loss", f"input, target, weight=None, {HOW}", "The mean over the classes of the binary cross entropies of sigmoid(x).",
    lambda input, target, weight: (-(target * F.logsigmoid(input) + (1 - target) * F.logsigmoid(-input)) * (1 if weight is None else weight)).mean(-1))
# fmt: on


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
                                      reduction="mean"):  # fmt: skip
    """``triplet_margin_loss`` with a distance of one's own."""
    distance = F.pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = FUNCTIONS["minimum"](far, distance(positive, negative))
    return reduced((near - far + margin).clamp_min(0), reduction)


MADE = (
    rrelu, gumbel_softmax, alpha_dropout, dropout1d, dropout3d, instance_norm, local_response_norm, rms_norm, pixel_shuffle,
    pixel_unshuffle, channel_shuffle, unfold, adaptive_max_pool1d, adaptive_max_pool2d, lp_pool1d, lp_pool2d, pdist,
    upsample, multi_margin_loss, multilabel_margin_loss, multilabel_soft_margin_loss, triplet_margin_with_distance_loss,
    *map(in_place, ("relu", "elu", "selu", "celu", "leaky_relu", "hardtanh", "threshold", "rrelu")),
)  # fmt: skip
for _function in MADE:
    setattr(F, _function.__name__, _function)
    F.__all__.append(_function.__name__)
