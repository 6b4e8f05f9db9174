"""``nn.functional``: activations and layers, torch's signatures in front of the rows of ops.neural; the façade of what
nn.losses and nn.windows add. Leans on ops, sampling."""

import math
import warnings

import numpy as np

from .. import dtypes
from ..errors import check as require
from ..graph import written_out
from ..mode import no_grad
from ..ops import neural
from ..ops.contract import vector_norm
from ..ops.creation import empty_like
from ..ops.kinds import floating, tuple_of_ints
from ..ops.linalg import addmm, matmul, same_dtype
from ..ops.reduce import log_softmax as log_softmax_, softmax as softmax_
from ..ops.row import FUNCTIONS, apply, check_tensor, unfit
from ..ops.shape import reshape, t
from ..ops.words import expression
from ..tensor import Tensor, memory, new_tensor
from ..views import in_place
from . import losses, windows
from .losses import *  # noqa: F403
from .windows import *  # noqa: F403
from .windows import no_less

einsum, rectified, sigmoid, tanh = (FUNCTIONS[n] for n in ("einsum", "relu", "sigmoid", "tanh"))

# -- activations --------------------------------------------------------------------------------------------


def activation(name, options="", doc="", inplace=True, row=None, **fixed):
    """A function of one tensor: its row's attributes are options, or ``fixed``."""
    row = row or getattr(neural, name).row
    passed = ", ".join(f"{n}={fixed.get(n, n)}" for n in row.attrs)
    signature = ", ".join(filter(None, ["input", options, "inplace=False" if inplace else ""]))
    written = f"in_place(row, check(input, name), (), dict({passed})) if inplace else " if inplace else ""
    source = f"def made({signature}):\n    return {written}apply(row, check(input, name), {passed})"
    space = {"apply": apply, "in_place": in_place, "row": row, "check": check_tensor, "name": name}
    made = written_out(source, space, name)
    made.__doc__ = doc or f"``{name}``, element by element; its derivative is the row's in ``ops.neural``."
    return made


# fmt: off
leaky_relu  = activation("leaky_relu", "negative_slope=0.01")
celu        = activation("celu", "alpha=1.0")
elu         = activation("elu", "alpha=1.0", "x above 0, ``alpha`` (eˣ - 1) below.", scale=1, input_scale=1)
selu        = activation("selu", "", "``elu`` with the two constants that keep mean 0 and variance 1 (Klambauer et al. 2017).", row=neural.elu.row,
                         alpha=1.6732632423543772, scale=1.0507009873554805, input_scale=1)
silu        = activation("silu")
mish        = activation("mish")
hardtanh    = activation("hardtanh", "min_val=-1.0, max_val=1.0")
relu6       = activation("relu6", "", "``input`` held between 0 and 6.", row=neural.hardtanh.row, min_val=0.0, max_val=6.0)
hardsigmoid = activation("hardsigmoid")
hardswish   = activation("hardswish")
threshold   = activation("threshold", "threshold, value", "x above ``threshold``, ``value`` elsewhere.")
softplus    = activation("softplus", "beta=1.0, threshold=20.0", inplace=False)
logsigmoid  = activation("logsigmoid", inplace=False)
softshrink  = activation("softshrink", "lambd=0.5", inplace=False)
hardshrink  = activation("hardshrink", "lambd=0.5", inplace=False)
relu        = expression("relu", "x above 0, 0 elsewhere.", lambda input, inplace=False: input.relu_() if inplace else rectified(input))
softsign    = expression("softsign", "x / (1 + |x|).", lambda input: input / (input.abs() + 1))
tanhshrink  = expression("tanhshrink", "x - tanh x.", lambda input: input - input.tanh())
softmax     = expression("softmax", "exp(x) / Σ exp(x) along ``dim``.", lambda input, dim=None, _stacklevel=3, dtype=None:
                    softmax_(input, chosen_dim("softmax", input.ndim, dim), dtype=dtype))
softmin     = expression("softmin", "``softmax(-x)``.", lambda input, dim=None, _stacklevel=3, dtype=None:
                    softmax_(-input, chosen_dim("softmin", input.ndim, dim), dtype=dtype))
log_softmax = expression("log_softmax", "log(exp(x) / Σ exp(x)) along ``dim``.", lambda input, dim=None, _stacklevel=3, dtype=None:
                    log_softmax_(input, chosen_dim("log_softmax", input.ndim, dim), dtype=dtype))
# fmt: on


def gelu(input, *, approximate="none"):
    """x Φ(x), Φ the normal distribution's; with ``approximate="tanh"``, by a tanh."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return (neural.gelu_tanh if approximate == "tanh" else neural.gelu)(check_tensor(input, "gelu"))


def prelu(input, weight):
    """x above 0, ``weight`` x below; one weight, or one a channel."""
    same_dtype("prelu: Type promoting not supported. Got {0.title} and {1.title}", input, weight)
    if input.ndim == 0:
        weight = reshape(weight, ())
    elif weight.ndim == 1 and weight.numel() > 1:
        weight = reshape(weight, -1, *(1,) * max(input.ndim - 2, 0))
    return apply(neural.prelu.row, input, weight)


def glu(input, dim=-1):
    """The first half along ``dim`` times the sigmoid of the second."""
    require(input.ndim, "glu does not support scalars because halving size must be even")
    dim = dim % input.ndim
    if input.shape[dim] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.shape[dim]}")
    return apply(neural.GLU, input, dim=dim)


def chosen_dim(name, ndim, dim):
    if dim is None:
        warnings.warn(f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
                      "argument.", UserWarning, stacklevel=3)  # fmt: skip
        return 0 if ndim in (0, 1, 3) else 1
    return dim


# -- layers -------------------------------------------------------------------------------------------------


def linear(input, weight, bias=None):
    """``input @ weight.T + bias``: (… in) by (out in) gives (… out).

    Raises:
        RuntimeError: if the inner sizes or the dtypes differ.

    >>> import autodiff_lab as th
    >>> th.nn.functional.linear(th.ones(2, 3), th.ones(1, 3), th.tensor([1.]))
    tensor([[4.],
            [4.]])
    """
    flat = check_tensor(input, "linear").ndim == 2
    if flat and bias is not None and weight.ndim == 2:
        return addmm(bias, input, t(weight))
    require(input.ndim and weight.ndim, f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and "
            f"{weight.ndim}D")  # fmt: skip
    if bias is None or weight.ndim < 2:
        made = matmul(input, t(weight))
        return made if bias is None else made + bias
    rows = reshape(input, math.prod(input.shape[:-1]), input.shape[-1])
    return reshape(addmm(bias, rows, t(weight)), *input.shape[:-1], weight.shape[0])


def bilinear(input1, input2, weight, bias=None):
    """Σ x₁ᵢ Wₖᵢⱼ x₂ⱼ + bₖ."""
    said = (
        "All tensors must have the same dtype, got input1: {0.c_name}, input2: {1.c_name}, weight: {2.c_name}"
    )
    same_dtype(said + ", bias: {3.c_name}" * (bias is not None), input1, input2, weight, *given(bias))
    made = einsum("...i,kij,...j->...k", input1, weight, input2)
    return made if bias is None else made + bias


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):  # fmt: skip
    """The rows of ``weight`` (n, d) at the integers ``input`` (…): (… d); ``padding_idx`` gets no gradient.

    With ``max_norm``, rows that are longer are first shortened in ``weight`` itself.

    Raises:
        IndexError: for a number outside the table; AssertionError for such a ``padding_idx``.
        NotImplementedError: for ``scale_grad_by_freq``, which is out of scope.
    """
    if scale_grad_by_freq:
        raise NotImplementedError("embedding(): scale_grad_by_freq= is out of autodiff_lab's scope")
    check_tensor(weight, "embedding", 1, "weight")
    index = memory(check_tensor(input, "embedding", 2, "indices"))
    if index.dtype.kind not in "i":
        raise RuntimeError("Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, "
                           f"Int; but got {input.type()} instead (while checking arguments for embedding)")  # fmt: skip
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if ((index < 0) | (index >= weight.shape[0])).any():
        raise IndexError("index out of range in self")
    if padding_idx is not None:
        rows = weight.shape[0]
        if isinstance(padding_idx, float):
            raise unfit(padding_idx, "int", "embedding", 3, "padding_idx", "note.number_expected")
        require(-rows <= padding_idx < rows, "Padding_idx must be within num_embeddings", AssertionError)
        padding_idx = int(padding_idx) % rows
    if max_norm is not None:
        used = input.unique()
        no_grad(weight.__setitem__)(used, weight[used].detach().renorm(norm_type, 0, max_norm))
    return apply(neural.EMBEDDING, weight, index=np.array(index), padding_idx=padding_idx)


def one_hot(tensor, num_classes=-1):
    """A 1 at each integer's place along a new last dimension."""
    x = memory(check_tensor(tensor, "one_hot"))
    if x.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if (x < 0).any():
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(x.max()) + 1
    elif (x >= num_classes).any():
        raise RuntimeError("Class values must be smaller than num_classes.")
    return new_tensor((x[..., None] == np.arange(num_classes)).astype(np.int64))


def dropped(input, p, training, inplace, shape):
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return input
    like = empty_like(input) if shape == input.shape else input.new_empty(shape)
    mask = like.bernoulli_(1 - p)
    mask = mask.div_(1 - p) if p < 1 else mask
    return input.mul_(mask) if inplace else input * mask


# fmt: off
dropout   = expression("dropout", "Each number set to 0 with probability ``p``, the others divided by 1 - ``p``; nothing outside training.",
                  lambda input, p=0.5, training=True, inplace=False: dropped(input, p, training, inplace, check_tensor(input, "dropout").shape))
dropout2d = expression("dropout2d", "``dropout`` of whole channels.", lambda input, p=0.5, training=True, inplace=False:
                  dropped(input, p, training, inplace, (*input.shape[:2], *(1,) * (input.ndim - 2))))
normalize = expression("normalize", "``input`` divided by its p-norm along ``dim``.", lambda input, p=2.0, dim=1, eps=1e-12:
                  input / vector_norm(input, p, dim, True).clamp_min(eps).expand_as(input))
# fmt: on


def given(*values):
    """The values that are not None."""
    return [v for v in values if v is not None]


def one_kind(kernel, input, *others):
    """torch's error where the tensors of a normalisation are of several dtypes, or hold whole numbers."""
    others = given(*others)
    if kernel == "batch_norm" or not others:
        floating(kernel, input)
    if input.dtype is not dtypes.float16:
        narrow = input.dtype is dtypes.float32
        what = (
            "expect parameter to have scalar type of Float"
            if narrow
            else "all inputs must share same datatype."
        )
        same_dtype(f"mixed dtype (CPU): {what}", input, *others)


def affine(weight, bias, dtype):
    """Missing weights as 0-d tensors without gradient: a factor of 1, a summand of 0."""
    weight = dtype.type(1) if weight is None else weight
    return weight if isinstance(weight, Tensor) else new_tensor(weight), no_less(bias, dtype)


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):  # fmt: skip
    """(x - mean) / √(var + eps) · weight + bias for each channel, by the batch's statistics or the running ones.

    In training, the running statistics move towards the batch's by ``momentum``.

    Raises:
        ValueError: in training, if there is only one number a channel.
    """
    one_kind("batch_norm", input, running_mean, running_var, weight, bias)
    held_by = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, held in held_by.items():
        if held is not None and held.numel() != input.shape[1]:
            raise RuntimeError(f"{name} should contain {input.shape[1]} elements not {held.numel()}")
    x = input._array
    weight, bias = affine(weight, bias, x.dtype)
    axes = neural.but_channel(x)
    if not training:
        column = (1, -1) + (1,) * (x.ndim - 2)
        mean, var = (memory(v).reshape(column) for v in (running_mean, running_var))
        scale = (1 / np.sqrt(var + eps)).astype(x.dtype)
        return apply(neural.FIXED_NORM, input, weight, bias, mean=np.array(mean), scale=scale)
    if x.size == x.shape[1]:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.shape}")  # fmt: skip
    if running_mean is not None:
        for running, now in ((running_mean, x.mean(axis=axes)), (running_var, x.var(axis=axes, ddof=1))):
            kept = running.detach()
            kept.copy_(kept * (1 - momentum) + new_tensor(now.astype(running._array.dtype)) * momentum)
    return apply(neural.BATCH_NORM, input, weight, bias, eps=eps)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """(x - mean) / √(var + eps) · weight + bias over the last dimensions, those of ``normalized_shape``."""
    shape = tuple_of_ints(normalized_shape, "layer_norm", "normalized_shape")
    one_kind("LayerNormKernelImpl", check_tensor(input, "layer_norm"), weight, bias)
    if tuple(input.shape[-len(shape) :]) != shape:
        raise RuntimeError(f"Given normalized_shape={list(shape)}, expected input with shape [*, {', '.join(map(str, shape))}], "
                           f"but got input of size{list(input.shape)}")  # fmt: skip
    weight, bias = affine(weight, bias, input._array.dtype)
    axes = tuple(range(input.ndim - len(shape), input.ndim))
    return apply(neural.LAYER_NORM, input, weight, bias, axes=axes, eps=eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """As ``layer_norm``, over groups of channels."""
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if input.shape[1] % num_groups:
        raise RuntimeError("Expected number of channels in input to be divisible by num_groups, but got input of shape "
                           f"{list(input.shape)} and num_groups={num_groups}")  # fmt: skip
    one_kind("GroupNormKernelImpl", input, weight, bias)
    weight, bias = affine(weight, bias, input._array.dtype)
    return apply(neural.GROUP_NORM, input, weight, bias, groups=num_groups, eps=eps)


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):  # fmt: skip
    """softmax(q kᵀ / √d + mask) v."""
    scale = 1 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    scores = matmul(query, key.transpose(-2, -1)) * scale
    if is_causal:
        attn_mask = new_tensor(np.tri(*scores.shape[-2:], dtype=bool))
    if attn_mask is not None:
        whether = attn_mask.dtype is dtypes.bool_
        scores = scores.masked_fill(~attn_mask, -math.inf) if whether else scores + attn_mask
    return matmul(dropout(softmax_(scores, -1), dropout_p), value)


__all__ = [
    "batch_norm", "bilinear", "celu", "dropout", "dropout2d", "elu", "embedding", "gelu", "glu", "group_norm",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "layer_norm", "leaky_relu", "linear", "log_softmax",
    "logsigmoid", "mish", "normalize", "one_hot", "prelu", "relu", "relu6", "scaled_dot_product_attention", "selu",
    "sigmoid", "silu", "softmax", "softmin", "softplus", "softshrink", "softsign", "tanh", "tanhshrink",
    "threshold",
    *losses.__all__, *windows.__all__,
]  # fmt: skip
