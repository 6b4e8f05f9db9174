"""The layers, activations and losses as modules: a state, and a call of ``nn.functional``. Leans on nn.module.

Modules that only pass their options to a function are rows of a table at the end.
"""

import math

from ..ops.creation import empty, ones, tensor, zeros
from ..ops.shape import flatten, unflatten
from ..tensor import Parameter
from . import functional as F, init, rare  # noqa: F401 - rare adds to functional
from .module import Module


class Identity(Module):
    """Its argument, unchanged; takes any arguments."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        return input


def fitted_bias(module, fan_in):
    if module.bias is not None:
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
        init.uniform_(module.bias, -bound, bound)


class Linear(Module):
    """``x @ weight.T + bias``: (… in_features) gives (… out_features).

    >>> import autodiff_lab as th
    >>> th.nn.Linear(3, 2)
    Linear(in_features=3, out_features=2, bias=True)
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty(out_features, in_features, dtype=dtype, device=device))
        self.register_parameter("bias", Parameter(empty(out_features, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √in_features."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        fitted_bias(self, self.in_features)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class Bilinear(Module):
    """Σ x₁ᵢ Wₖᵢⱼ x₂ⱼ + bₖ."""

    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, dtype=dtype, device=device))
        self.register_parameter("bias", Parameter(empty(out_features, dtype=dtype)) if bias else None)
        bound = 1 / math.sqrt(in1_features)
        init.uniform_(self.weight, -bound, bound)
        fitted_bias(self, in1_features)

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Embedding(Module):
    """A table of ``num_embeddings`` vectors, looked up by integers."""

    def __init__(
        self, num_embeddings, embedding_dim, padding_idx=None, *, _weight=None, device=None, dtype=None
    ):
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise AssertionError("Padding_idx must be within num_embeddings")
        self.padding_idx = padding_idx if padding_idx is None else padding_idx % num_embeddings
        self.weight = Parameter(
            empty(num_embeddings, embedding_dim, dtype=dtype, device=device) if _weight is None else _weight
        )
        if _weight is None:
            init.normal_(self.weight)
            if padding_idx is not None:
                self.weight.detach()[self.padding_idx] = 0

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None):
        """A table of given vectors, (n, d), fixed unless ``freeze`` is False."""
        made = cls(*embeddings.shape, padding_idx=padding_idx, _weight=embeddings)
        made.weight.requires_grad_(not freeze)
        return made

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self):
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


class Flatten(Module):
    """Dimensions ``start_dim`` to ``end_dim`` made into one; by default, all but the batch's."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Dimension ``dim`` opened into several."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return unflatten(input, self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class _Conv(Module):
    d, transposed = 2, False

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros", device=None, dtype=None):  # fmt: skip
        super().__init__()
        self._set(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode)
        self._fill(bias, device, dtype)

    def _set(
        self, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode="zeros"
    ):
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        for name, count in (("in_channels", in_channels), ("out_channels", out_channels)):
            if count % groups:
                raise ValueError(f"{name} must be divisible by groups")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(f"padding_mode must be one of {{'zeros', 'reflect', 'replicate', 'circular'}}, but got padding_mode='{padding_mode}'")  # fmt: skip
        self.in_channels, self.out_channels, self.groups, self.padding_mode = (
            in_channels,
            out_channels,
            groups,
            padding_mode,
        )
        self.kernel_size, self.stride, self.dilation = (
            F.sizes(v, self.d) for v in (kernel_size, stride, dilation)
        )
        self.padding = padding if isinstance(padding, str) else F.sizes(padding, self.d)
        self.output_padding = (0,) * self.d

    def _fill(self, bias, device=None, dtype=None):
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        self.weight = Parameter(
            empty(first, second // self.groups, *self.kernel_size, dtype=dtype, device=device)
        )
        self.register_parameter("bias", Parameter(empty(self.out_channels, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √fan in."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        fitted_bias(self, init._calculate_fan_in_and_fan_out(self.weight)[0])

    def forward(self, input):
        function = (F.conv1d, F.conv2d, F.conv3d)[self.d - 1]
        padding = self.padding
        if self.padding_mode != "zeros":
            around = [n for p in reversed(padding) for n in (p, p)]
            input, padding = F.pad(input, around, mode=self.padding_mode), 0
        return function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self):
        parts = [
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        ]
        for name, plain in (
            ("padding", (0,) * self.d),
            ("dilation", (1,) * self.d),
            ("output_padding", (0,) * self.d),
            ("groups", 1),
        ):
            if getattr(self, name) != plain:
                value = getattr(self, name)
                parts.append(f"{name}={value}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


class Conv1d(_Conv):
    """A convolution of (N, C, L); see ``nn.functional.conv1d``."""

    d = 1


class Conv2d(_Conv):
    """A convolution of (N, C, H, W); see ``nn.functional.conv2d``."""


class Conv3d(_Conv):
    """A convolution of (N, C, D, H, W)."""

    d = 3


class _ConvTranspose(_Conv):
    transposed = True

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True,
                 dilation=1, padding_mode="zeros", device=None, dtype=None):  # fmt: skip
        Module.__init__(self)
        self._set(in_channels, out_channels, kernel_size, stride, padding, dilation, groups)
        self.output_padding = F.sizes(output_padding, self.d)
        self._fill(bias, device, dtype)

    def forward(self, input):
        function = (F.conv_transpose1d, F.conv_transpose2d)[self.d - 1]
        return function(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.output_padding,
            self.groups,
            self.dilation,
        )


class ConvTranspose1d(_ConvTranspose):
    """The adjoint of a convolution of (N, C, L), as a layer."""

    d = 1


class ConvTranspose2d(_ConvTranspose):
    """The adjoint of a convolution of (N, C, H, W), as a layer."""


class _BatchNorm(Module):
    ranks, _version = (2, 3), 2

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None,
                 dtype=None, *, bias=True):  # fmt: skip
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.register_parameter("weight", Parameter(ones(num_features, dtype=dtype)) if affine else None)
        self.register_parameter(
            "bias", Parameter(zeros(num_features, dtype=dtype)) if affine and bias else None
        )
        self.register_buffer(
            "running_mean", zeros(num_features, dtype=dtype) if track_running_stats else None
        )
        self.register_buffer("running_var", ones(num_features, dtype=dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", tensor(0) if track_running_stats else None)

    def forward(self, input):
        if input.ndim not in self.ranks:
            raise ValueError(
                f"expected {' or '.join(f'{r}D' for r in self.ranks)} input (got {input.ndim}D input)"
            )
        share = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                share = 1 / float(self.num_batches_tracked)
        by_batch = self.training or self.running_mean is None
        kept = not self.training or self.track_running_stats
        mean, var = (self.running_mean, self.running_var) if kept else (None, None)
        return F.batch_norm(input, mean, var, self.weight, self.bias, by_batch, share, self.eps)

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Each channel of (N, C) or (N, C, L) with mean 0 and variance 1; see ``nn.functional.batch_norm``."""


class BatchNorm2d(_BatchNorm):
    """Each channel of (N, C, H, W) with mean 0 and variance 1."""

    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Each channel of (N, C, D, H, W) with mean 0 and variance 1."""

    ranks = (5,)


class LayerNorm(Module):
    """The last dimensions with mean 0 and variance 1; see ``nn.functional.layer_norm``."""

    def __init__(
        self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None
    ):
        super().__init__()
        self.normalized_shape = (
            (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        )
        self.eps, self.elementwise_affine = eps, elementwise_affine
        shape = self.normalized_shape
        self.register_parameter("weight", Parameter(ones(shape, dtype=dtype)) if elementwise_affine else None)
        self.register_parameter(
            "bias", Parameter(zeros(shape, dtype=dtype)) if elementwise_affine and bias else None
        )

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"


class GroupNorm(Module):
    """Groups of channels with mean 0 and variance 1."""

    def __init__(
        self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True
    ):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.register_parameter("weight", Parameter(ones(num_channels, dtype=dtype)) if affine else None)
        self.register_parameter(
            "bias", Parameter(zeros(num_channels, dtype=dtype)) if affine and bias else None
        )

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, bias={self.bias is not None}"


class _InstanceNorm(_BatchNorm):
    """``batch_norm`` of each sample by itself."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None,
                 dtype=None, *, bias=True):  # fmt: skip
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input):
        least = self.ranks[0]
        if input.ndim not in self.ranks:
            raise ValueError(f"expected {least}D or {least + 1}D input (got {input.ndim}D input)")
        alone = input.ndim == least
        made = F.instance_norm(
            input.unsqueeze(0) if alone else input, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or not self.track_running_stats, self.momentum or 0.0, self.eps,
        )  # fmt: skip
        return made.squeeze(0) if alone else made


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each sample of (N, C, L) with mean 0 and variance 1; see ``nn.functional.instance_norm``."""


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each sample of (N, C, H, W) with mean 0 and variance 1."""

    ranks = (3, 4)


class RMSNorm(Module):
    """The last dimensions with mean square 1; see ``nn.functional.rms_norm``."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = (
            (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        )
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter(
            "weight", Parameter(ones(self.normalized_shape, dtype=dtype)) if elementwise_affine else None
        )

    def forward(self, input):
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


def padding_module(name, d, mode, constant=None):
    """``nn.functional.pad`` as a module: one number for all sides, or (before, after) of the last dimension first."""
    chosen = mode == "constant" and constant is None

    def __init__(self, padding, *value, **options):
        Module.__init__(self)
        self.padding = (padding,) * (2 * d) if isinstance(padding, int) else tuple(padding)
        if chosen:
            (self.value,) = value or (options["value"],)

    def forward(self, input):
        return F.pad(input, self.padding, mode, getattr(self, "value", constant))

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}" if chosen else f"{self.padding}"

    doc = f"``nn.functional.pad`` with ``mode={mode!r}`` as a module."
    space = {
        "__init__": __init__,
        "forward": forward,
        "extra_repr": extra_repr,
        "__doc__": doc,
        "__module__": __name__,
    }
    return type(name, (Module,), space)


class TripletMarginWithDistanceLoss(Module):
    """``nn.functional.triplet_margin_with_distance_loss`` as a module."""

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__()
        self.distance_function = (
            MADE["PairwiseDistance"]() if distance_function is None else distance_function
        )
        self.margin, self.swap, self.reduction = margin, swap, reduction

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap,
            reduction=self.reduction,
        )  # fmt: skip


class Softmax2d(Module):
    """Softmax over the channels of (N, C, H, W)."""

    def forward(self, input):
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead")
        return F.softmax(input, -3)


class PReLU(Module):
    """x above 0, a learned ``weight`` times x below."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(empty(num_parameters, dtype=dtype).fill_(init))

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


REQUIRED = object()


def row(name, function, options="", shown=None, rank=None, training=False):
    """A module that passes its options to ``function``.

    Args:
        options: ``name=default`` pairs, or a bare name for one that must be given.
        shown: the names in its text; ``!name`` stands without its name, ``?name`` only where it holds.
    """
    names, defaults = [], []
    for part in filter(None, options.split()):
        key, given, default = part.partition("=")
        names.append(key)
        defaults.append(eval(default) if given else REQUIRED)

    def __init__(self, *args, **kwargs):
        Module.__init__(self)
        if len(args) > len(names):
            raise TypeError(
                f"{name}.__init__() takes from 1 to {len(names) + 1} positional arguments but {len(args) + 1} were given"
            )
        values = {**dict(zip(names, defaults)), **dict(zip(names, args)), **kwargs}
        for key in values:
            if key not in names:
                raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
            if values[key] is REQUIRED:
                raise TypeError(f"{name}.__init__() missing 1 required positional argument: '{key}'")
        if "p" in values and training and not 0 <= values["p"] <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {values['p']}")
        if "stride" in values and values["stride"] is None and "norm_type" not in values:
            values["stride"] = values["kernel_size"]
        for key, value in values.items():
            setattr(self, key, value)

    def forward(self, *inputs):
        given = {key: getattr(self, key) for key in names}
        if training:
            given["training"] = self.training
        return function(*inputs, **given)

    def extra_repr(self):
        parts = []
        for part in (" ".join(names) if shown is None else shown).split():
            key = part.lstrip("!?")
            value = getattr(self, key)
            if part[0] != "?" or value:
                parts.append(f"{value}" if part[0] == "!" else f"{key}={value!r}")
        return ", ".join(parts)

    doc = f"``nn.functional.{getattr(function, '__name__', name)}`` as a module."
    return type(
        name,
        (Module,),
        {
            "__init__": __init__,
            "forward": forward,
            "extra_repr": extra_repr,
            "__doc__": doc,
            "__module__": __name__,
        },
    )


def weighted(name, function, options, buffers=("weight",)):
    """A loss whose class weights are buffers."""
    made = row(name, function, options, "")
    plain = made.__init__

    def __init__(self, *args, **kwargs):
        plain(self, *args, **kwargs)
        for key in buffers:
            value = self.__dict__.pop(key)
            self.register_buffer(key, value)

    made.__init__ = __init__
    return made


# fmt: off
INPLACE, REDUCTION = "inplace=False", "reduction='mean'"
TABLE = (
    ("ReLU",        F.relu, INPLACE, "?inplace"),
    ("ReLU6",       F.relu6, INPLACE, "?inplace"),
    ("LeakyReLU",   F.leaky_relu, "negative_slope=0.01 " + INPLACE, "negative_slope ?inplace"),
    ("ELU",         F.elu, "alpha=1.0 " + INPLACE, "alpha ?inplace"),
    ("SELU",        F.selu, INPLACE, "?inplace"),
    ("CELU",        F.celu, "alpha=1.0 " + INPLACE, "alpha ?inplace"),
    ("GELU",        F.gelu, "approximate='none'", None),
    ("SiLU",        F.silu, INPLACE, "?inplace"),
    ("Mish",        F.mish, INPLACE, "?inplace"),
    ("Softplus",    F.softplus, "beta=1.0 threshold=20.0", None),
    ("Softsign",    F.softsign, "", None),
    ("Tanh",        F.tanh, "", None),
    ("Sigmoid",     F.sigmoid, "", None),
    ("Hardtanh",    F.hardtanh, "min_val=-1.0 max_val=1.0 " + INPLACE, "min_val max_val ?inplace"),
    ("Hardsigmoid", F.hardsigmoid, INPLACE, ""),
    ("Hardswish",   F.hardswish, INPLACE, ""),
    ("LogSigmoid",  F.logsigmoid, "", None),
    ("Tanhshrink",  F.tanhshrink, "", None),
    ("Softshrink",  F.softshrink, "lambd=0.5", "!lambd"),
    ("Hardshrink",  F.hardshrink, "lambd=0.5", "!lambd"),
    ("Threshold",   F.threshold, "threshold value " + INPLACE, "threshold value ?inplace"),
    ("GLU",         F.glu, "dim=-1", None),
    ("Softmin",     F.softmin, "dim=None", None),
    ("Softmax",     F.softmax, "dim=None", None),
    ("LogSoftmax",  F.log_softmax, "dim=None", None),
    ("MaxPool1d",   F.max_pool1d, "kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False", "kernel_size stride padding dilation ceil_mode"),
    ("MaxPool2d",   F.max_pool2d, "kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False", "kernel_size stride padding dilation ceil_mode"),
    ("AvgPool1d",   F.avg_pool1d, "kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True", "kernel_size stride padding"),
    ("AvgPool2d",   F.avg_pool2d, "kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True divisor_override=None", "kernel_size stride padding"),
    ("AvgPool3d",   F.avg_pool3d, "kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True divisor_override=None", "kernel_size stride padding"),
    ("AdaptiveAvgPool3d", F.adaptive_avg_pool3d, "output_size", None),
    ("AdaptiveAvgPool1d", F.adaptive_avg_pool1d, "output_size", None),
    ("AdaptiveAvgPool2d", F.adaptive_avg_pool2d, "output_size", None),
    ("Upsample",    F.interpolate, "size=None scale_factor=None mode='nearest' align_corners=None recompute_scale_factor=None", "scale_factor mode"),
    ("CosineSimilarity", F.cosine_similarity, "dim=1 eps=1e-8", ""),
    ("PairwiseDistance", F.pairwise_distance, "p=2.0 eps=1e-6 keepdim=False", ""),
    ("MSELoss",     F.mse_loss, "size_average=None reduce=None " + REDUCTION, ""),
    ("L1Loss",      F.l1_loss, "size_average=None reduce=None " + REDUCTION, ""),
    ("SmoothL1Loss", F.smooth_l1_loss, "size_average=None reduce=None reduction='mean' beta=1.0", ""),
    ("HuberLoss",   F.huber_loss, "reduction='mean' delta=1.0", ""),
    ("KLDivLoss",   F.kl_div, "size_average=None reduce=None reduction='mean' log_target=False", ""),
    ("PoissonNLLLoss", F.poisson_nll_loss, "log_input=True full=False size_average=None eps=1e-8 reduce=None reduction='mean'", ""),
    ("GaussianNLLLoss", F.gaussian_nll_loss, "full=False eps=1e-6 reduction='mean'", ""),
    ("HingeEmbeddingLoss", F.hinge_embedding_loss, "margin=1.0 size_average=None reduce=None reduction='mean'", ""),
    ("MarginRankingLoss", F.margin_ranking_loss, "margin=0.0 size_average=None reduce=None reduction='mean'", ""),
    ("CosineEmbeddingLoss", F.cosine_embedding_loss, "margin=0.0 size_average=None reduce=None reduction='mean'", ""),
    ("TripletMarginLoss", F.triplet_margin_loss, "margin=1.0 p=2.0 eps=1e-6 swap=False size_average=None reduce=None reduction='mean'", ""),
    ("MultiMarginLoss", F.multi_margin_loss, "p=1 margin=1.0 weight=None size_average=None reduce=None reduction='mean'", ""),
    ("MultiLabelMarginLoss", F.multilabel_margin_loss, "size_average=None reduce=None reduction='mean'", ""),
    ("LocalResponseNorm", F.local_response_norm, "size alpha=1e-4 beta=0.75 k=1.0", "!size alpha beta k"),
    ("PixelShuffle", F.pixel_shuffle, "upscale_factor", None),
    ("PixelUnshuffle", F.pixel_unshuffle, "downscale_factor", None),
    ("ChannelShuffle", F.channel_shuffle, "groups", None),
    ("Unfold",      F.unfold, "kernel_size dilation=1 padding=0 stride=1", None),
    ("AdaptiveMaxPool1d", F.adaptive_max_pool1d, "output_size return_indices=False", "output_size"),
    ("AdaptiveMaxPool2d", F.adaptive_max_pool2d, "output_size return_indices=False", "output_size"),
    ("LPPool1d",    F.lp_pool1d, "norm_type kernel_size stride=None ceil_mode=False", None),
    ("LPPool2d",    F.lp_pool2d, "norm_type kernel_size stride=None ceil_mode=False", None),
    ("UpsamplingNearest2d", F.interpolate, "size=None scale_factor=None mode='nearest'", "scale_factor mode"),
    ("UpsamplingBilinear2d", F.interpolate, "size=None scale_factor=None mode='bilinear' align_corners=True", "scale_factor mode"),
    ("SoftMarginLoss", F.soft_margin_loss, "size_average=None reduce=None reduction='mean'", ""),
)
MADE = {name: row(name, function, options, shown) for name, function, options, shown in TABLE}
MADE["Dropout"]   = row("Dropout", F.dropout, "p=0.5 inplace=False", training=True)
MADE["Dropout2d"] = row("Dropout2d", F.dropout2d, "p=0.5 inplace=False", training=True)
for _name, _function in (("Dropout1d", F.dropout1d), ("Dropout3d", F.dropout3d), ("AlphaDropout", F.alpha_dropout)):
    MADE[_name] = row(_name, _function, "p=0.5 inplace=False", training=True)
MADE["RReLU"]     = row("RReLU", F.rrelu, "lower=1/8 upper=1/3 inplace=False", "lower upper ?inplace", training=True)
for _d in (1, 2, 3):
    MADE[f"ZeroPad{_d}d"] = padding_module(f"ZeroPad{_d}d", _d, "constant", 0.0)
    MADE[f"ConstantPad{_d}d"] = padding_module(f"ConstantPad{_d}d", _d, "constant")
    for _name, _mode in (("Reflection", "reflect"), ("Replication", "replicate"), ("Circular", "circular")):
        if _d < 3:
            MADE[f"{_name}Pad{_d}d"] = padding_module(f"{_name}Pad{_d}d", _d, _mode)
MADE["MultiLabelSoftMarginLoss"] = weighted("MultiLabelSoftMarginLoss", F.multilabel_soft_margin_loss, "weight=None size_average=None reduce=None reduction='mean'")
MADE["NLLLoss"]   = weighted("NLLLoss", F.nll_loss, "weight=None size_average=None ignore_index=-100 reduce=None reduction='mean'")
MADE["CrossEntropyLoss"] = weighted("CrossEntropyLoss", F.cross_entropy, "weight=None size_average=None ignore_index=-100 reduce=None reduction='mean' label_smoothing=0.0")
MADE["BCELoss"]   = weighted("BCELoss", F.binary_cross_entropy, "weight=None size_average=None reduce=None reduction='mean'")
MADE["BCEWithLogitsLoss"] = weighted("BCEWithLogitsLoss", F.binary_cross_entropy_with_logits, "weight=None size_average=None reduce=None reduction='mean' pos_weight=None", ("weight", "pos_weight"))
# fmt: on
globals().update(MADE)

__all__ = [
    *MADE, "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d",
    "ConvTranspose2d", "Embedding", "Flatten", "GroupNorm", "Identity", "InstanceNorm1d", "InstanceNorm2d", "LayerNorm",
    "Linear", "PReLU", "RMSNorm", "Softmax2d", "TripletMarginWithDistanceLoss", "Unflatten",
]  # fmt: skip
