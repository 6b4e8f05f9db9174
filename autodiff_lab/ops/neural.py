"""The rows of ``nn.functional``: activations, losses, normalisations, embedding. Leans on ops.

One row a name, as in every table of this package; ``nn.functional`` puts torch's signatures in front. An argument that
may be missing (a bias, a weight) is given as a constant number, 0 or 1, so that a rule needs no second case.
"""

import math

import numpy as np

from .. import exact
from ..exact import add_up, cascade
from ..tensor import Tensor
from .index import along_put, scattered, take_along
from .join import cat
from .pointwise import abs as abs_row, flat, minus, sigmoid, times, where
from .reduce import expanded
from .row import REQUIRED, either, operation, pointwise
from .special import erf

ONE = 1  # the weight of every class where none is given
HIDDEN = {"inplace": False, "method": False, "export": False}
TWO = ("input", "target")
AFFINE = ("input", "weight", "bias")


def below(x):
    """``x`` up to 0: what an exponential may be taken of, to any order, without overflow."""
    return where(x > 0, 0, x)


def log_no_less(x, floor=-100):
    return np.maximum(exact.log(x), floor)


# fmt: off
ROOT2, PDF0 = math.sqrt(2), 1 / math.sqrt(2 * math.pi)
TANH1, TANH3 = math.sqrt(2 / math.pi), 0.044715

# -- activations --------------------------------------------------------------------------------------------

def activation(name, title, forward, *rules, attrs=()):
    return pointwise(name, title, forward, *rules, dtypes="same", attrs=attrs, defaults=(REQUIRED,) * len(attrs), **HIDDEN)

softplus   = activation("softplus", "Softplus", lambda x, beta, threshold: np.where(x * beta > threshold, x, exact.log1p(exact.exp(x * beta)) / beta),
                        lambda g, x, beta, threshold: where(x * beta > threshold, g, g * sigmoid_(x * beta)), attrs=("beta", "threshold"))
leaky_relu = activation("leaky_relu", "LeakyRelu", lambda x, negative_slope: np.where(x > 0, x, x * negative_slope),
                        lambda g, x, negative_slope: flat(where(x > 0, g, g * negative_slope), x), attrs=("negative_slope",))
elu        = activation("elu", "Elu", lambda x, alpha, scale, input_scale: np.where(x > 0, x * scale, exact.expm1(below(x) * input_scale) * (alpha * scale)),
                        lambda g, x, alpha, scale, input_scale: where(x > 0, g * scale, g * (exact.exp(below(x) * input_scale) * (alpha * scale * input_scale))),
                        attrs=("alpha", "scale", "input_scale"))
celu       = activation("celu", "Celu", lambda x, alpha: np.where(x > 0, x, exact.expm1(below(x) / alpha) * alpha),
                        lambda g, x, alpha: where(x > 0, g, g * exact.exp(below(x) / alpha)), attrs=("alpha",))
gelu       = activation("gelu", "Gelu", lambda x: 0.5 * x * (1 + erf.row.forward(x / ROOT2)),
                        lambda g, x: g * (0.5 * (1 + erf_(x / ROOT2)) + x * (PDF0 * exact.exp(-0.5 * x * x))))
gelu_tanh  = activation("gelu_tanh", "Gelu", lambda x: 0.5 * x * (1 + exact.tanh(bent(x))),
                        lambda g, x: g * (0.5 * (1 + exact.tanh(bent(x))) + 0.5 * x * (1 - exact.tanh(bent(x)) ** 2) * (TANH1 * (1 + 3 * TANH3 * x * x))))
silu       = activation("silu", "Silu", lambda x: x / (1 + exact.exp(-x)),
                        lambda g, x: g * (sigmoid_(x) * (1 + x * (1 - sigmoid_(x)))))
mish       = activation("mish", "Mish", lambda x: x * exact.tanh(softplus_(x, 1, 20)),
                        lambda g, x: g * (exact.tanh(softplus_(x, 1, 20)) + x * (1 - exact.tanh(softplus_(x, 1, 20)) ** 2) * sigmoid_(x)))
hardtanh   = activation("hardtanh", "Hardtanh", lambda x, min_val, max_val: np.minimum(max_val, np.maximum(min_val, x)),
                        lambda g, x, min_val, max_val: flat(where((x > min_val) & (x < max_val), g, 0), x), attrs=("min_val", "max_val"))
hardsigmoid = activation("hardsigmoid", "Hardsigmoid", lambda x: np.minimum(np.maximum(x + 3, 0), 6) / 6,
                        lambda g, x: flat(where((x > -3) & (x < 3), g / 6, 0), x))
hardswish  = activation("hardswish", "Hardswish", lambda x: x * np.minimum(np.maximum(x + 3, 0), 6) / 6,
                        lambda g, x: where(x <= -3, 0, where(x < 3, g * (x / 3 + 0.5), g)))
logsigmoid = activation("logsigmoid", "LogSigmoid", lambda x: np.minimum(x, 0) - exact.log1p(exact.exp(-np.abs(x))),
                        lambda g, x: g * sigmoid_(-x))
softshrink = activation("softshrink", "Softshrink", lambda x, lambd: np.where(np.abs(x) > lambd, x - np.sign(x) * lambd, x * 0),
                        lambda g, x, lambd: flat(where((x > lambd) | (x < -lambd), g, 0), x), attrs=("lambd",))
hardshrink = activation("hardshrink", "Hardshrink", lambda x, lambd: np.where(np.abs(x) <= lambd, x * 0, x),
                        lambda g, x, lambd: flat(where((x > lambd) | (x < -lambd), g, 0), x), attrs=("lambd",))
threshold  = activation("threshold", "Threshold", lambda x, threshold, value: np.where(x <= threshold, x.dtype.type(value), x),
                        lambda g, x, threshold: flat(where(x <= threshold, 0, g), x), attrs=("threshold", "value"))
prelu      = activation("prelu", "PreluKernel", lambda x, y: np.where(x > 0, x, x * y),
                        lambda g, x, y: flat(where(x > 0, g, g * y), x),
                        lambda g, x: where(x > 0, 0, g * x))
GLU        = operation("glu", "Glu", lambda x, dim: half(x, dim, 0) * sigmoid_(half(x, dim, 1)), lambda g, input, dim: glu_rule(g, half(input, dim, 0), sigmoid_(half(input, dim, 1)), dim), attrs=("dim",))

sigmoid_, erf_, softplus_, absolute = either(sigmoid.row), either(erf.row), either(softplus.row), either(abs_row.row)


def bent(x):
    return TANH1 * (x + TANH3 * x * x * x)


def half(x, dim, which):
    n = x.shape[dim] // 2
    return x[(slice(None),) * dim + (slice(which * n, (which + 1) * n),)]


def glu_rule(g, a, s, dim):
    parts = (g * s, g * a * s * (1 - s))
    return cat(parts, dim) if isinstance(parts[1], Tensor) else np.concatenate(parts, dim)


# -- losses -------------------------------------------------------------------------------------------------
# Each is computed number by number, and reduced in the same row; ``share`` is what each number gets of the cotangent.

def share(g, shape, reduction):
    return g / math.prod(shape) if reduction == "mean" else g


def reduced(losses, reduction):
    if reduction == "none":
        return losses
    return add_up(losses) / losses.dtype.type(losses.size) if reduction == "mean" else add_up(losses)


def loss(name, title, forward, *rules, inputs=TWO, attrs=()):
    return operation(name, title, lambda *values: reduced(forward(*values[:-1]), values[-1]), *rules, inputs=inputs, attrs=(*attrs, "reduction"))

MSE = loss("mse_loss", "MseLoss", lambda x, y: (x - y) ** 2,
           lambda g, input, target, shape, reduction: share(g, shape, reduction) * (2 * (input - target)),
           lambda g, input, target, shape, reduction: share(g, shape, reduction) * (2 * (target - input)))
SMOOTH_L1 = loss("smooth_l1_loss", "SmoothL1Loss", lambda x, y, beta: bowl(x - y, beta) / beta,
           lambda g, input, target, shape, beta, reduction: share(g, shape, reduction) * slope(input - target, beta) / beta,
           lambda g, input, target, shape, beta, reduction: share(g, shape, reduction) * slope(target - input, beta) / beta, attrs=("beta",))
HUBER = loss("huber_loss", "HuberLoss", lambda x, y, delta: bowl(x - y, delta),
           lambda g, input, target, shape, delta, reduction: share(g, shape, reduction) * slope(input - target, delta),
           lambda g, input, target, shape, delta, reduction: share(g, shape, reduction) * slope(target - input, delta), attrs=("delta",))
BCE = loss("binary_cross_entropy", "BinaryCrossEntropy", lambda x, y, weight: ((y - 1) * np.maximum(exact.log1p(-x), -100) - y * log_no_less(x)) * weight,
           lambda g, input, target, shape, weight, reduction: share(g, shape, reduction) * weight * ((input - target) / np.maximum(input * (1 - input), 1e-12)),
           lambda g, input, shape, weight, reduction: share(g, shape, reduction) * weight * (log_no_less(1 - input) - log_no_less(input)), attrs=("weight",))
BCE_LOGITS = loss("binary_cross_entropy_with_logits", "BinaryCrossEntropyWithLogits",
           lambda x, y, weight, pos_weight: ((1 - y) * x + (1 + (pos_weight - 1) * y) * (exact.log1p(exact.exp(-np.abs(x))) + np.maximum(-x, 0))) * weight,
           lambda g, input, target, shape, weight, pos_weight, reduction: share(g, shape, reduction) * weight * ((1 + (pos_weight - 1) * target) * sigmoid_(input) - pos_weight * target),
           lambda g, input, shape, weight, pos_weight, reduction: share(g, shape, reduction) * weight * ((pos_weight - 1) * softplus_(-input, 1, 20) - input),
           attrs=("weight", "pos_weight"))
SOFT_MARGIN = loss("soft_margin_loss", "SoftMarginLoss", lambda x, target: exact.log1p(exact.exp(-target * x)),
           lambda g, input, shape, target, reduction: share(g, shape, reduction) * (-target * sigmoid_(-target * input)), inputs=("input",), attrs=("target",))
NLL = operation("nll_loss", "NllLoss", lambda x, dim, target, weight, reduction: picked_loss(x, dim, target, weight, reduction),
           lambda g, input, dim, target, weight, reduction: flat(along_put(per_sample(-g, target, weight, reduction), input.shape, dim, target), input), attrs=("dim", "target", "weight", "reduction"), linear=True)
NLL2D = operation("nll_loss2d", "NllLoss2D", NLL.forward, NLL.rules["input"], attrs=NLL.attrs, linear=True)


def bowl(d, width):
    """A parabola up to ``width``, a straight line beyond."""
    return np.where(np.abs(d) < width, 0.5 * d * d, width * (np.abs(d) - 0.5 * width))


def slope(d, width):
    return where(absolute(d) < width, d, np.sign(d) * width)


def picked_loss(x, dim, target, weight, reduction):
    """-x at the targets; ``weight`` is a number or as large as ``target``, which keeps its dimension at size 1."""
    losses = -take_along(x, dim, target)
    if weight is not ONE:
        losses = losses * weight
    if reduction == "none":
        return losses.squeeze(dim)
    losses = losses.reshape(-1)
    whole = cascade(losses[1:]) + (losses[0] if len(losses) else 0)  # torch's order: the first comes last
    return whole / whole_weight(target, weight, x.dtype) if reduction == "mean" else whole


def whole_weight(target, weight, dtype):
    return dtype.type(target.size) if weight is ONE else weight.sum()


def per_sample(g, target, weight, reduction):
    """The cotangent of the losses, in the shape of ``target``."""
    if reduction == "none":
        return g.reshape(target.shape) * weight
    if reduction == "mean":
        g = g / target.size if weight is ONE else g / weight.sum()
    g = expanded(g, target.shape)
    return g if weight is ONE else g * weight


# -- normalisations: the same three rules, over other axes -----------------------------------------------------

def centred(x, axes, eps):
    """``x`` with mean 0 and variance 1 over ``axes``, and the factor that did it."""
    x = x - x.mean(axis=axes, keepdims=True)
    scale = 1 / np.sqrt((x * x).mean(axis=axes, keepdims=True) + eps)
    return times(x, scale), scale


def centred_rule(g, x, axes, eps):
    x, scale = centred(x, axes, eps)
    x = times(x, (g * x).mean(axis=axes, keepdims=True))
    return times(minus(g - g.mean(axis=axes, keepdims=True), x), scale)


def along_channel(w, x):
    """A number for each channel, the second dimension, as it is broadcast over ``x``; a single number as it is."""
    return w.reshape((-1,) + (1,) * (len(x.shape) - 2)) if len(w.shape) else w


def but_channel(x):
    return tuple(i for i in range(len(x.shape)) if i != 1)


def grouped(x, groups):
    return x.reshape((x.shape[0], groups, math.prod(x.shape[1:]) // groups))


def group_centred(x, groups, eps):
    return centred(grouped(x, groups), (2,), eps)[0].reshape(x.shape)


LAYER_NORM = operation("native_layer_norm", "NativeLayerNorm", lambda x, w, b, axes, eps: centred(x, axes, eps)[0] * w + b,
           lambda g, input, weight, axes, eps: centred_rule(g * weight, input, axes, eps),
           lambda g, input, axes, eps: g * centred(input, axes, eps)[0],
           lambda g: g, inputs=AFFINE, attrs=("axes", "eps"), dtypes="assign")
BATCH_NORM = operation("native_batch_norm", "NativeBatchNorm", lambda x, w, b, eps: centred(x, but_channel(x), eps)[0] * along_channel(w, x) + along_channel(b, x),
           lambda g, input, weight, eps: centred_rule(g * along_channel(weight, input), input, but_channel(input), eps),
           lambda g, input, eps: (g * centred(input, but_channel(input), eps)[0]).sum(axis=but_channel(input)),
           lambda g: g.sum(axis=but_channel(g)), inputs=AFFINE, attrs=("eps",))
FIXED_NORM = operation("native_batch_norm_eval", "NativeBatchNorm", lambda x, w, b, mean, scale: (x - mean) * scale * along_channel(w, x) + along_channel(b, x),
           lambda g, input, weight, scale: g * (along_channel(weight, input) * scale),
           lambda g, input, mean, scale: (g * ((input - mean) * scale)).sum(axis=but_channel(input)),
           lambda g: g.sum(axis=but_channel(g)), inputs=AFFINE, attrs=("mean", "scale"))
GROUP_NORM = operation("native_group_norm", "NativeGroupNorm", lambda x, w, b, groups, eps: group_centred(x, groups, eps) * along_channel(w, x) + along_channel(b, x),
           lambda g, input, weight, groups, eps: centred_rule(grouped(g * along_channel(weight, input), groups), grouped(input, groups), (2,), eps).reshape(input.shape),
           lambda g, input, groups, eps: (g * group_centred(input, groups, eps)).sum(axis=but_channel(input)),
           lambda g: g.sum(axis=but_channel(g)), inputs=AFFINE, attrs=("groups", "eps"))

# -- tables looked up ---------------------------------------------------------------------------------------

EMBEDDING = operation("embedding", "Embedding", lambda w, index, padding_idx: w[index],
           lambda g, shape, index, padding_idx: scattered(g if padding_idx is None else g * (index != padding_idx)[..., None], shape, (index,)),
           inputs=("weight",), attrs=("index", "padding_idx"), linear=True, public={"index": "indices", "shape": None})
# fmt: on
