"""``nn.functional``: torch's signatures in front of the rows of ops.neural and ops.window. Leans on ops, sampling."""

import math
import operator
import warnings

import numpy as np

from .. import dtypes
from ..errors import check as require, explained, warn
from ..graph import parameters, written_out
from ..mode import no_grad
from ..ops import neural, window
from ..ops.contract import vector_norm
from ..ops.creation import empty_like
from ..ops.linalg import addmm, matmul, same_dtype
from ..ops.reduce import log_softmax as log_softmax_, softmax as softmax_
from ..ops.row import FUNCTIONS, apply, check_tensor, plain
from ..ops.shape import broadcast_tensors, reshape, t, unsqueeze
from ..tensor import Tensor, memory, new_tensor
from ..views import in_place

einsum, minimum, rectified, sigmoid, tanh, xlogy = (FUNCTIONS[n] for n in ("einsum", "minimum", "relu", "sigmoid", "tanh", "xlogy"))  # fmt: skip


def named(name, doc, function):
    """A function of one expression, as a row: its name, what it gives, and the expression."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


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
relu        = named("relu", "x above 0, 0 elsewhere.", lambda input, inplace=False: input.relu_() if inplace else rectified(input))
softsign    = named("softsign", "x / (1 + |x|).", lambda input: input / (input.abs() + 1))
tanhshrink  = named("tanhshrink", "x - tanh x.", lambda input: input - input.tanh())
softmax     = named("softmax", "exp(x) / Σ exp(x) along ``dim``.", lambda input, dim=None, _stacklevel=3, dtype=None:
                    softmax_(input, chosen_dim("softmax", input.ndim, dim), dtype=dtype))
softmin     = named("softmin", "``softmax(-x)``.", lambda input, dim=None, _stacklevel=3, dtype=None:
                    softmax_(-input, chosen_dim("softmin", input.ndim, dim), dtype=dtype))
log_softmax = named("log_softmax", "log(exp(x) / Σ exp(x)) along ``dim``.", lambda input, dim=None, _stacklevel=3, dtype=None:
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
    if bias is None or weight.ndim < 2:
        made = matmul(check_tensor(input, "linear"), t(weight))
        return made if bias is None else made + bias
    if check_tensor(input, "linear").ndim == 2:
        return addmm(bias, input, t(weight))
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
        IndexError: for a number outside the table.
        NotImplementedError: for ``scale_grad_by_freq``, which is out of scope.
    """
    if scale_grad_by_freq:
        raise NotImplementedError("embedding(): scale_grad_by_freq= is out of autodiff_lab's scope")
    index = memory(check_tensor(input, "embedding", 2, "indices"))
    if index.dtype.kind not in "i":
        raise RuntimeError("Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, "
                           f"Int; but got {input.type()} instead (while checking arguments for embedding)")  # fmt: skip
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if ((index < 0) | (index >= weight.shape[0])).any():
        raise IndexError("index out of range in self")
    if padding_idx is not None:
        padding_idx %= weight.shape[0]
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
dropout   = named("dropout", "Each number set to 0 with probability ``p``, the others divided by 1 - ``p``; nothing outside training.",
                  lambda input, p=0.5, training=True, inplace=False: dropped(input, p, training, inplace, check_tensor(input, "dropout").shape))
dropout2d = named("dropout2d", "``dropout`` of whole channels.", lambda input, p=0.5, training=True, inplace=False:
                  dropped(input, p, training, inplace, (*input.shape[:2], *(1,) * (input.ndim - 2))))
normalize = named("normalize", "``input`` divided by its p-norm along ``dim``.", lambda input, p=2.0, dim=1, eps=1e-12:
                  input / vector_norm(input, p, dim, True).clamp_min(eps).expand_as(input))
pairwise_distance = named("pairwise_distance", "‖x₁ - x₂ + eps‖ₚ along the last dimension.",
                  lambda x1, x2, p=2.0, eps=1e-6, keepdim=False: vector_norm(x1 - x2 + eps, p, -1, keepdim))
# fmt: on


def given(*values):
    """The values that are not None."""
    return [v for v in values if v is not None]


def floating(kernel, *tensors):
    """torch's error for whole numbers, which its kernel of this name does not take."""
    for tensor in tensors:
        if not tensor.dtype.is_floating_point:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{tensor.dtype.title}'")


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


def tuple_of_ints(value, function, name):
    """``value`` as a tuple; torch's TypeError for a single number."""
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{function}(): argument '{name}' (position 2) must be tuple of ints, not {type(value).__name__}")  # fmt: skip
    return tuple(value)


def affine(weight, bias, dtype):
    """Missing weights as 0-d tensors without gradient: a factor of 1, a summand of 0."""
    weight = dtype.type(1) if weight is None else weight
    return weight if isinstance(weight, Tensor) else new_tensor(weight), no_less(bias, dtype)


def no_less(bias, dtype):
    return new_tensor(dtype.type(0)) if bias is None else bias


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


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """x₁·x₂ / (‖x₁‖ ‖x₂‖) along ``dim``."""
    x1, x2 = broadcast_tensors(x1, x2)
    norms = [vector_norm(x, 2, dim, True).clamp_min(eps) for x in (x1, x2)]
    return ((x1 / norms[0]) * (x2 / norms[1])).sum(dim)


# -- windows ------------------------------------------------------------------------------------------------


def sizes(value, d):
    """One number for each of ``d`` dimensions."""
    value = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return value * d if len(value) == 1 else value


def strides(stride, kernel):
    return kernel if stride is None or stride in ([], ()) else sizes(stride, len(kernel))


def by_dimension(name, doc, make, *dims):
    """One function for each number of dimensions, called after it: ``conv1d``, ``conv2d`` …"""
    return (named(f"{name}{d}d", doc.format(d=d), make(d)) for d in dims)


def check_steps(stride, padding, dilation, groups):
    """Raise in torch's words for steps that lead nowhere."""
    require(groups > 0, "non-positive groups is not supported")
    require(min(stride) > 0, "non-positive stride is not supported")
    require(min(padding) >= 0, "negative padding is not supported")
    require(min(dilation) > 0, f"dilation should be greater than zero, but got {list(dilation)}")


def check_channels(x, weight, wanted, given, name):
    require(x.shape[1] == wanted, f"Given {given}, weight of size {list(weight.shape)}, expected input{list(x.shape)} to have "
            f"{wanted} channels, but got {x.shape[1]} channels instead", note="note.arguments", row=name)  # fmt: skip


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


# -- losses -------------------------------------------------------------------------------------------------


HOW = "size_average=None, reduce=None, reduction='mean'"


def legacy(reduction, size_average, reduce):
    """The reduction that torch's two old switches mean, where they are given."""
    if size_average is None and reduce is None:
        return reduction
    whole, mean = (True if v is None else bool(v) for v in (reduce, size_average))
    reduction = "none" if not whole else "mean" if mean else "sum"
    warnings.warn(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=3)  # fmt: skip
    return reduction


def how(reduction):
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def reduced(losses, reduction):
    return losses if how(reduction) == "none" else losses.mean() if reduction == "mean" else losses.sum()


def loss(name, signature, doc, formula):
    """A loss from a formula, whose numbers are reduced as asked for, unless it reads ``reduction`` and does so itself."""
    read = parameters(formula)
    value = f"formula({', '.join(read)})"
    value = value if "reduction" in read else f"reduced({value}, reduction)"
    old = "" if "reduce=" not in signature else "    reduction = legacy(reduction, size_average, reduce)\n"
    source = f"def made({signature}):\n{old}    return {value}"
    made = written_out(source, {"formula": formula, "reduced": reduced, "legacy": legacy}, name)
    made.__doc__ = doc
    return made


def pair(input, target, name):
    """Input and target in one shape and dtype, with torch's warning if they had different shapes."""
    if check_tensor(target, name, 2, "target")._array.shape != check_tensor(input, name)._array.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely "
            "lead to incorrect results due to broadcasting. Please ensure they have the same size.", UserWarning, stacklevel=4,
        )  # fmt: skip
        input, target = broadcast_tensors(input, target)
    if input.dtype is target.dtype:
        return input, target
    kind = dtypes.promote_types(input.dtype, target.dtype)
    return (v if v.dtype is kind else v._cast(kind.numpy) for v in (input, target))


# fmt: off
mse_loss = loss("mse_loss", f"input, target, {HOW}, weight=None", "(x - y)², averaged, added up, or each by itself.",
                lambda input, target, weight, reduction: squared(*pair(input, target, "mse_loss"), weight, reduction))
l1_loss = loss("l1_loss", f"input, target, {HOW}", "|x - y|.",
                lambda input, target: operator.sub(*pair(input, target, "l1_loss")).abs())
smooth_l1_loss = loss("smooth_l1_loss", f"input, target, {HOW}, beta=1.0", "½ (x - y)² / beta where |x - y| < beta, |x - y| - ½ beta beyond.",
                lambda input, target, beta, reduction: l1_loss(input, target, reduction=reduction) if beta == 0 else
                apply(neural.SMOOTH_L1, *pair(input, target, "smooth_l1_loss"), beta=beta, reduction=how(reduction)))
huber_loss = loss("huber_loss", "input, target, reduction='mean', delta=1.0, weight=None", "½ (x - y)² where |x - y| < delta, delta (|x - y| - ½ delta) beyond.",
                lambda input, target, delta, reduction: apply(neural.HUBER, *pair(input, target, "huber_loss"), delta=delta, reduction=how(reduction)))
soft_margin_loss = loss("soft_margin_loss", f"input, target, {HOW}", "log(1 + e^(-y x)).", lambda input, target, reduction:
                apply(neural.SOFT_MARGIN, input, target=np.array(memory(target), input._array.dtype), reduction=how(reduction)))
hinge_embedding_loss = loss("hinge_embedding_loss", f"input, target, margin=1.0, {HOW}", "x where the target is 1, max(0, margin - x) where it is -1.",
                lambda input, target, margin: (input * (target != -1)) + (margin - input).clamp_min(0) * (target != 1))
margin_ranking_loss = loss("margin_ranking_loss", f"input1, input2, target, margin=0.0, {HOW}", "max(0, -y (x₁ - x₂) + margin).",
                lambda input1, input2, target, margin: (-target * (input1 - input2) + margin).clamp_min(0))
cosine_embedding_loss = loss("cosine_embedding_loss", f"input1, input2, target, margin=0.0, {HOW}", "1 - cos where the target is 1, max(0, cos - margin) where it is -1.",
                lambda input1, input2, target, margin: by_sign(cosine_similarity(input1, input2, -1), target, margin))
# fmt: on


def squared(x, y, weight, reduction):
    floating("mse_cpu", x, y)
    if weight is not None:
        return reduced((x - y) ** 2 * weight, reduction)
    return apply(neural.MSE, x, y, reduction=how(reduction))


def by_sign(cos, target, margin):
    return (1 - cos) * (target == 1) + (cos - margin).clamp_min(0) * (target == -1)


def numbers_of(weight):
    """A weight as the NumPy value that a row keeps; 1 if there is none."""
    return 1 if weight is None else np.array(memory(weight))


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """-(y log x + (1 - y) log(1 - x)) of probabilities x; logarithms are held above -100.

    Raises:
        ValueError: if the sizes differ.
        RuntimeError: for numbers outside 0 … 1.
    """
    reduction = legacy(reduction, size_average, reduce)
    if target.shape != input.shape:
        raise ValueError(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is "
                         "deprecated. Please ensure they have the same size.")  # fmt: skip
    floating("binary_cross_entropy", input)
    same_dtype("Found dtype {1.title} but expected {0.title}", input, target)
    if bool(((input < 0) | (input > 1)).any()):
        raise RuntimeError("all elements of input should be between 0 and 1")
    return apply(neural.BCE, input, target, weight=numbers_of(weight), reduction=how(reduction))


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):  # fmt: skip
    """``binary_cross_entropy`` of sigmoid(x), without its overflow."""
    reduction = legacy(reduction, size_average, reduce)
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    floating("log_sigmoid_cpu", input)
    if not target.dtype.is_floating_point:
        raise RuntimeError(f"result type {input.dtype.title} can't be cast to the desired output type {target.dtype.title}")  # fmt: skip
    weights = {"weight": numbers_of(weight), "pos_weight": numbers_of(pos_weight)}
    made = apply(neural.BCE_LOGITS, input, target, **weights, reduction=how(reduction))
    return made if made.dtype is target.dtype else made.to(target.dtype)


def fit_target(input, target, weight):
    """torch's errors for a target, or weights, that do not fit ``input``."""
    x, y = input._array, target._array
    if x.ndim == 2 and y.shape == x.shape[:1] and y.dtype == np.int64 and weight is None:
        return
    d, sizes = input.ndim, list(input.shape)
    if d == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if d == 1 and target.numel() != 1:
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {target.numel()}")
    batch = target.shape[0] if target.ndim else 0
    if d > 1 and sizes[0] != batch:
        raise ValueError(f"Expected input batch_size ({sizes[0]}) to match target batch_size ({batch}).")
    if d <= 2 and target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if d == 4 and target.ndim != 3:
        raise RuntimeError(f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {target.ndim}")  # fmt: skip
    wanted = sizes[:1] + sizes[2:]
    if d > 2 and list(target.shape) != wanted:
        raise RuntimeError(f"size mismatch (got input: {sizes} , target: {list(target.shape)}" if d == 4 else
                           f"Expected target size {wanted}, got {list(target.shape)}")  # fmt: skip
    if target.dtype not in (dtypes.int64, dtypes.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype.title}")
    if weight is not None:
        classes = sizes[min(d - 1, 1)]
        if list(weight.shape) != [classes]:
            raise RuntimeError(f"weight tensor should be defined either for all {classes} classes or no classes but got weight "
                               f"tensor of shape: {list(weight.shape)}")  # fmt: skip
        same_dtype("expected scalar type {0.title} but found {1.title}", input, weight)


def left_out(classes, n, ignore_index):
    """Which targets count for nothing, or None where all count; IndexError for one that is none of ``n`` classes."""
    if not 0 <= ignore_index < n and classes.size:
        whole = classes.view(np.uint64) if classes.dtype == np.int64 else classes  # below 0 is far beyond n
        if np.maximum.reduce(whole, None) < n:
            return None
    ignored = classes == ignore_index
    wrong = ~ignored & ((classes < 0) | (classes >= n))
    if wrong.any():
        error = IndexError(f"Target {classes[wrong].flat[0]} is out of bounds.")
        raise explained(error, "note.out_of_bounds", size=n, last=n - 1)
    return ignored if ignored.any() else None


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """-x at each target's class: x (N, C, …) holds logarithms of probabilities, the target (N, …) classes.

    Raises:
        IndexError: for a class out of bounds.
        ValueError, RuntimeError: if the sizes or the dtype of the target do not fit.
    """
    reduction = legacy(reduction, size_average, reduce)
    dim = min(check_tensor(input, "nll_loss").ndim - 1, 1)
    fit_target(input, check_tensor(target, "nll_loss", 2, "target"), weight)
    classes = memory(target if dim else reshape(target, ()))
    n = input.shape[dim]
    ignored = left_out(classes, n, ignore_index)
    aside = (slice(None),) * dim + (None,)
    index, factor = (
        (np.array(classes) if ignored is None else np.where(ignored, 0, classes))[aside],
        neural.ONE,
    )
    if weight is not None or ignored is not None:
        kind = input._array.dtype.type
        factor = (np.ones(n, kind) if weight is None else memory(weight))[index].astype(kind)
        if ignored is not None:
            factor[ignored[aside]] = 0
    row = neural.NLL2D if input.ndim > 2 else neural.NLL
    return apply(row, input, dim=dim, target=index, weight=factor, reduction=how(reduction))


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):  # fmt: skip
    """-log softmax(x) at each target's class; or, with a target of x's shape, averaged by its probabilities.

    Args:
        input (Tensor): scores (C), (N, C) or (N, C, …).
        target (Tensor): classes (N, …), int64, or probabilities in the shape of ``input``.
        weight (Tensor): how heavily each class counts.
        label_smoothing (float): how much of each target is spread evenly over all classes.

    >>> import autodiff_lab as th
    >>> th.nn.functional.cross_entropy(th.tensor([[2., 0., 0.]]), th.tensor([0]))
    tensor(0.2395)
    """
    reduction = legacy(reduction, size_average, reduce)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    dim = min(check_tensor(input, "cross_entropy_loss").ndim - 1, 1)
    soft = check_tensor(target, "cross_entropy_loss", 2, "target").shape == input.shape
    if soft and not target.is_floating_point():
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {target.dtype.title}")  # fmt: skip
    logs = log_softmax_(input, dim)
    if not soft and not label_smoothing:
        return nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    n = input.shape[dim]
    column = (-1 if d == dim else 1 for d in range(input.ndim))
    weighted = logs if weight is None else logs * reshape(weight, *column)
    if soft:
        share = target * (1 - label_smoothing) + label_smoothing / n if label_smoothing else target
        each = -(weighted * share).sum(dim)
        return (
            each.sum() / (input.numel() // n if n else 0)
            if how(reduction) == "mean"
            else reduced(each, reduction)
        )
    hard = nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    kept = target != ignore_index
    smooth = -weighted.sum(dim) * kept
    if reduction == "mean":
        smooth = smooth.sum() / (kept.sum() if weight is None else (weight[target.clamp(min=0)] * kept).sum())
    elif reduction == "sum":
        smooth = smooth.sum()
    return hard * (1 - label_smoothing) + smooth * (label_smoothing / n)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """y (log y - x), where x holds logarithms; ``"batchmean"`` divides the sum by the first size."""
    reduction = legacy(reduction, size_average, reduce)
    if reduction == "mean":
        warn("kl_div")
    each = target.exp() * (target - input) if log_target else xlogy(target, target) - target * input
    return each.sum() / input.shape[0] if reduction == "batchmean" else reduced(each, reduction)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):  # fmt: skip
    """eˣ - y x, where x is the logarithm of the rate; x - y log(x + eps) otherwise; ``full`` adds Stirling's term."""
    reduction = legacy(reduction, size_average, reduce)
    each = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        each = each + stirling.masked_fill(target <= 1, 0)
    return reduced(each, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """½ (log var + (x - y)² / var), the variance held above ``eps``."""
    var = var if isinstance(var, Tensor) else input.new_full(input.shape, var)
    var = unsqueeze(var, -1) if var.ndim == input.ndim - 1 else var
    if bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    held = var + (var.detach().clamp(min=eps) - var.detach())
    each = 0.5 * (held.log() + (input - target) ** 2 / held)
    return reduced(each + 0.5 * math.log(2 * math.pi) if full else each, reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None,
                        reduction="mean"):  # fmt: skip
    """max(0, d(a, p) - d(a, n) + margin)."""
    reduction = legacy(reduction, size_average, reduce)
    near, far = pairwise_distance(anchor, positive, p, eps), pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced((near - far + margin).clamp_min(0), reduction)


__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
    "batch_norm", "bilinear", "binary_cross_entropy", "binary_cross_entropy_with_logits", "celu", "conv1d",
    "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "cosine_embedding_loss", "cosine_similarity",
    "cross_entropy", "dropout", "dropout2d", "elu", "embedding", "gaussian_nll_loss", "gelu", "glu", "group_norm",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "hinge_embedding_loss", "huber_loss", "interpolate",
    "kl_div", "l1_loss", "layer_norm", "leaky_relu", "linear", "log_softmax", "logsigmoid", "margin_ranking_loss",
    "max_pool1d", "max_pool2d", "mish", "mse_loss", "nll_loss", "normalize", "one_hot", "pad", "pairwise_distance",
    "poisson_nll_loss", "prelu", "relu", "relu6", "scaled_dot_product_attention", "selu", "sigmoid", "silu",
    "smooth_l1_loss", "soft_margin_loss", "softmax", "softmin", "softplus", "softshrink", "softsign", "tanh",
    "tanhshrink", "threshold", "triplet_margin_loss",
]  # fmt: skip
