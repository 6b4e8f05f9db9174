"""The layers, activations and losses as modules: a state, and a call of ``nn.functional``. Leans on nn.module.

A layer says its constructor's signature, what of it its text shows, and its ``forward``. Modules that only pass their
options to a function are rows of a table at the end.
"""

import inspect
import math

from ..errors import check
from ..graph import written_out
from ..ops.creation import empty, ones, tensor, zeros
from ..ops.shape import flatten, unflatten
from ..signature import Declared
from ..tensor import Parameter
from . import functional as F, init, rare  # noqa: F401 - rare adds to functional
from .losses import HOW, legacy
from .module import Module
from .windows import sizes


class _Layer(Declared, Module):
    """A module that keeps what its constructor was given; its text shows the names in ``_shown``.

    ``!name`` is shown without its name, ``?name`` only where it is not the default; a parameter as whether it is there.
    """

    _shown, _buffered = "", ()

    def _take(self, **given):
        Module.__init__(self)
        for wrong, kind, said in next(
            (REFUSED[c.__name__] for c in type(self).__mro__ if c.__name__ in REFUSED), ()
        ):
            if wrong(**given):
                raise kind(said.format(layer=type(self).__name__, **given))
        for name, value in given.items():
            self.register_buffer(name, value) if name in self._buffered else setattr(self, name, value)

    def _parameter(self, name, wanted, make, *shape, **options):
        """A parameter with numbers of ``make``, or None if it is not wanted."""
        self.register_parameter(name, Parameter(make(*shape, **options)) if wanted else None)

    def _spread_bias(self, fan_in):
        if self.bias is not None:
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self):
        parts = []
        for mark in self._shown.split():
            name = mark.lstrip("!?")
            value = getattr(self, name)
            value = value is not None if name in self._parameters else value
            if mark[0] != "?" or value != self._plain(name):
                parts.append(f"{value}" if mark[0] == "!" else f"{name}={value!r}")
        return ", ".join(parts)

    def _plain(self, name):
        option = inspect.signature(self._made).parameters.get(name)
        return 0 if option is None else option.default


# What a constructor refuses: when, by which error, in which words; options by their names.
MARGIN = (
    lambda margin, **_: margin <= 0,
    ValueError,
    "{layer}: expected margin to be greater than 0, got {margin} instead",
)
REFUSED = {
    "Bilinear": ((lambda in1_features, **_: in1_features == 0, ValueError, "in1_features must be > 0, but got (in1_features={in1_features})"),),
    "Hardtanh": ((lambda min_val, max_val, **_: max_val <= min_val, AssertionError, "max_val ({max_val}) must be greater than min_val ({min_val})"),),
    "MultiMarginLoss": (
        (lambda p, **_: p not in (1, 2), ValueError, "only p == 1 and p == 2 supported"),
        (lambda weight, **_: weight is not None and weight.ndim != 1, ValueError, "MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.ndim}D instead"),
    ),
    "TripletMarginLoss": (MARGIN,), "TripletMarginWithDistanceLoss": (MARGIN,),
    "Unflatten": (
        (lambda unflattened_size, **_: not isinstance(unflattened_size, (tuple, list)), TypeError, "unflattened_size must be a tuple of ints, but found type {unflattened_size.__class__.__name__}"),
        (lambda unflattened_size, **_: any(not isinstance(n, int) for n in unflattened_size), TypeError, "unflattened_size must be tuple of ints, but found an element of another type"),
    ),
    **dict.fromkeys(("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"), (
        (lambda p, **_: p < 0 or p > 1, ValueError, "dropout probability has to be between 0 and 1, but got {p}"),)),
    "RNNBase": (
        (lambda input_size, **_: not isinstance(input_size, int), TypeError, "input_size should be of type int, got: {input_size.__class__.__name__}"),
        (lambda batch_first, **_: not isinstance(batch_first, bool), TypeError, "batch_first should be of type bool, got: {batch_first.__class__.__name__}"),
        (lambda proj_size=0, **_: proj_size < 0, ValueError, "proj_size should be a positive integer or zero to disable projections"),),
}  # fmt: skip


class Identity(Module):
    """Its argument, unchanged; takes any arguments."""

    def forward(self, input):
        return input


class Linear(_Layer, takes="in_features, out_features, bias=True, device=None, dtype=None"):
    """``x @ weight.T + bias``: (… in_features) gives (… out_features).

    >>> import autodiff_lab as th
    >>> th.nn.Linear(3, 2)
    Linear(in_features=3, out_features=2, bias=True)
    """

    _shown = "in_features out_features bias"

    def _take(self, in_features, out_features, bias, device, dtype):
        super()._take(in_features=in_features, out_features=out_features)
        self._parameter("weight", True, empty, out_features, in_features, dtype=dtype, device=device)
        self._parameter("bias", bias, empty, out_features, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √in_features."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        self._spread_bias(self.in_features)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)


class Bilinear(_Layer, takes="in1_features, in2_features, out_features, bias=True, device=None, dtype=None"):
    """Σ x₁ᵢ Wₖᵢⱼ x₂ⱼ + bₖ."""

    _shown = "in1_features in2_features out_features bias"

    def _take(self, bias, device, dtype, **sizes):
        super()._take(**sizes)
        first, second, out = sizes.values()
        self._parameter("weight", True, empty, out, first, second, dtype=dtype, device=device)
        self._parameter("bias", bias, empty, out, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √in1_features."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        self._spread_bias(self.in1_features)

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)


class Embedding(
    _Layer,
    takes="num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, "
    "sparse=False, _weight=None, _freeze=False, device=None, dtype=None",
):
    """A table of ``num_embeddings`` vectors, looked up by integers."""

    _shown = "!num_embeddings !embedding_dim ?padding_idx ?max_norm ?norm_type ?sparse"

    def _take(self, num_embeddings, embedding_dim, padding_idx, _weight, _freeze, device, dtype, **others):
        super()._take(num_embeddings=num_embeddings, embedding_dim=embedding_dim, **others)
        for name in ("scale_grad_by_freq", "sparse"):
            if others[name]:
                raise NotImplementedError(f"Embedding: {name}= is out of autodiff_lab's scope; leave it out")
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise AssertionError("Padding_idx must be within num_embeddings")
        self.padding_idx = padding_idx if padding_idx is None else padding_idx % num_embeddings
        given = _weight is not None
        self.weight = Parameter(
            _weight if given else empty(num_embeddings, embedding_dim, dtype=dtype, device=device),
            not _freeze,
        )
        if not given:
            self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers from the standard normal distribution; 0 at ``padding_idx``."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.detach()[self.padding_idx] = 0

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0):
        """A table of given vectors, (n, d), fixed unless ``freeze`` is False."""
        made = cls(
            *embeddings.shape,
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            _weight=embeddings,
        )
        made.weight.requires_grad_(not freeze)
        return made

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type)


class _Convolution(_Layer):
    """What convolutions of ``d`` dimensions share; a transposed one has input and output channels change places."""

    d, _transposed = 2, False
    _shown = "!in_channels !out_channels kernel_size stride ?padding ?dilation ?output_padding ?groups ?bias ?padding_mode"

    def _take(self, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device,
              dtype, output_padding=0):  # fmt: skip
        check(groups > 0, "groups must be a positive integer", ValueError)
        for name, count in (("in_channels", in_channels), ("out_channels", out_channels)):
            if count % groups:
                raise ValueError(f"{name} must be divisible by groups")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string '{padding}', should be one of {{'same', 'valid'}}")
        if padding == "same" and set(sizes(stride, self.d)) != {1}:
            raise ValueError("padding='same' is not supported for strided convolutions")
        check(padding_mode == "zeros" or not self._transposed,
              f'Only "zeros" padding mode is supported for {type(self).__name__}', ValueError)  # fmt: skip
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(f"padding_mode must be one of {{'zeros', 'reflect', 'replicate', 'circular'}}, but got padding_mode='{padding_mode}'")  # fmt: skip
        each = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding}  # fmt: skip
        super()._take(in_channels=in_channels, out_channels=out_channels, groups=groups, padding_mode=padding_mode,
                      **{name: v if isinstance(v, str) else sizes(v, self.d) for name, v in each.items()})  # fmt: skip
        first, second = (in_channels, out_channels) if self._transposed else (out_channels, in_channels)
        self._parameter(
            "weight", True, empty, first, second // groups, *self.kernel_size, dtype=dtype, device=device
        )
        self._parameter("bias", bias, empty, out_channels, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √fan in."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        self._spread_bias(init._calculate_fan_in_and_fan_out(self.weight)[0])

    def forward(self, input):
        function, padding = (F.conv1d, F.conv2d, F.conv3d)[self.d - 1], self.padding
        if self.padding_mode != "zeros":
            around = [n for p in reversed(padding) for n in (p, p)]
            input, padding = F.pad(input, around, mode=self.padding_mode), 0
        return function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self):
        return super().extra_repr().replace("'", "")

    def _plain(self, name):
        plain = super()._plain(name)
        return plain if name in ("groups", "bias", "padding_mode") else (plain,) * self.d


class _Transposed(_Convolution):
    """The adjoint of a convolution, as a layer."""

    _transposed = True

    def forward(self, input):
        function = (F.conv_transpose1d, F.conv_transpose2d)[self.d - 1]
        return function(input, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation)  # fmt: skip


class _Norm(_Layer):
    """What norms share: a weight for each number or channel, and a bias."""

    def _affine(self, wanted, bias, shape, dtype):
        self._parameter("weight", wanted, ones, shape, dtype=dtype)
        if bias is not None:
            self._parameter("bias", wanted and bias, zeros, shape, dtype=dtype)

    def reset_parameters(self):
        """Weights 1 and biases 0, as at first."""
        for name, p in self.named_parameters():
            init.constant_(p, float(name == "weight"))


class _BatchNorm(_Norm):
    """Each channel with mean 0 and variance 1; see ``nn.functional.batch_norm``. ``ranks`` may its inputs have."""

    ranks, _version = (2, 3), 2
    _shown = "!num_features eps momentum affine bias track_running_stats"

    def _take(self, affine, track_running_stats, device, dtype, bias, **options):
        super()._take(affine=affine, track_running_stats=track_running_stats, **options)
        n = self.num_features
        self._affine(affine, bias, n, dtype)
        for name, start in (("running_mean", zeros), ("running_var", ones), ("num_batches_tracked", None)):
            made = start(n, dtype=dtype) if start and track_running_stats else None
            self.register_buffer(name, made if start or not track_running_stats else tensor(0))

    def reset_running_stats(self):
        """Forget what was seen of the batches."""
        if self.track_running_stats:
            self.running_mean.zero_(), self.running_var.fill_(1), self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """Weights 1, biases 0 and no batch seen, as at first."""
        self.reset_running_stats()
        super().reset_parameters()

    def _checked(self, input):
        if input.ndim not in self.ranks:
            raise ValueError(f"expected {' or '.join(f'{r}D' for r in self.ranks)} input (got {input.ndim}D input)")  # fmt: skip

    def forward(self, input):
        self._checked(input)
        share = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                share = 1 / float(self.num_batches_tracked)
        by_batch = self.training or self.running_mean is None
        kept = not self.training or self.track_running_stats
        mean, var = (self.running_mean, self.running_var) if kept else (None, None)
        return F.batch_norm(input, mean, var, self.weight, self.bias, by_batch, share, self.eps)


class _InstanceNorm(_BatchNorm):
    """``batch_norm`` of each sample by itself; the sample may come without a batch."""

    def forward(self, input):
        least = self.ranks[0]
        if input.ndim not in self.ranks:
            raise ValueError(f"expected {least}D or {least + 1}D input (got {input.ndim}D input)")
        alone, by_sample = input.ndim == least, self.training or not self.track_running_stats
        x = input.unsqueeze(0) if alone else input
        made = F.instance_norm(x, self.running_mean, self.running_var, self.weight, self.bias, by_sample, self.momentum or 0.0, self.eps)  # fmt: skip
        return made.squeeze(0) if alone else made


class _OverLast(_Norm):
    """What norms over the last dimensions, those of ``normalized_shape``, share."""

    def _take(self, normalized_shape, eps, elementwise_affine, device, dtype, bias=None):
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        super()._take(normalized_shape=shape, eps=eps, elementwise_affine=elementwise_affine)
        self._affine(elementwise_affine, bias, shape, dtype)


class LayerNorm(_OverLast, takes="normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None"):  # fmt: skip
    """The last dimensions with mean 0 and variance 1; see ``nn.functional.layer_norm``."""

    _shown = "!normalized_shape eps elementwise_affine bias"

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)


class RMSNorm(_OverLast, takes="normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None"):  # fmt: skip
    """The last dimensions with mean square 1; see ``nn.functional.rms_norm``."""

    _shown = "!normalized_shape eps elementwise_affine"

    def forward(self, input):
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)


class GroupNorm(
    _Norm, takes="num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True"
):
    """Groups of channels with mean 0 and variance 1."""

    _shown = "!num_groups !num_channels eps affine bias"

    def _take(self, num_groups, num_channels, eps, affine, device, dtype, bias):
        if num_groups == 0 or num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        super()._take(num_groups=num_groups, num_channels=num_channels, eps=eps, affine=affine)
        self._affine(affine, bias, num_channels, dtype)

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)


class _Padding(_Layer):
    """``nn.functional.pad``: one number for all sides, or (before, after) of the last dimension first."""

    d, _mode, _shown, _value = 1, "constant", "!padding", None

    def _take(self, padding, **value):
        super()._take(
            padding=(padding,) * (2 * self.d) if isinstance(padding, int) else tuple(padding), **value
        )

    def forward(self, input):
        return F.pad(input, self.padding, self._mode, getattr(self, "value", self._value))


class PReLU(_Layer, takes="num_parameters=1, init=0.25, device=None, dtype=None"):
    """x above 0, a learned ``weight`` times x below."""

    _shown = "num_parameters"

    def _take(self, device, dtype, **given):
        super()._take(**given)
        self._parameter("weight", True, empty, self.num_parameters, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """``init`` again."""
        init.constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)


class Softmax2d(Module):
    """Softmax over the channels of (N, C, H, W)."""

    def forward(self, input):
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead")
        return F.softmax(input, -3)


class _Passing(_Layer):
    """A module that passes its options to a function of ``nn.functional``, along with its inputs."""

    _more = ()

    def _take(self, **given):
        if given.get("stride", 0) is None and "norm_type" not in given:
            given["stride"] = given["kernel_size"]
        if "reduce" in given:
            given["reduction"] = legacy(given["reduction"], given.pop("size_average"), given.pop("reduce"))
        if given.get("scale_factor", 0) is None:
            self._shown = "size mode"
        elif "scale_factor" in given:
            factor = given["scale_factor"]
            given["scale_factor"] = tuple(map(float, factor)) if isinstance(factor, tuple) else float(factor)
        if given.get("distance_function", 0) is None:
            given["distance_function"] = MADE["PairwiseDistance"]()
        super()._take(**given)


class _Loss(_Passing, takes=HOW):
    """What losses share; a loss of one's own may build on it."""


class _WeightedLoss(_Loss, takes=f"weight=None, {HOW}"):
    """A loss with a weight for each class."""

    _buffered = ("weight",)


def layer(name, base, doc, takes, **attributes):
    """A class of layers as a row: what it is, the signature of its constructor, and what tells it from its kin."""
    MADE[name] = type(name, (base,), {"__doc__": doc, "__module__": __name__, **attributes}, takes=takes)


def passing(name, function, takes="", shown=None, more=(), doc=None, **attributes):
    """A ``Passing`` module as a row; ``more`` is passed besides the options. By default a loss shows nothing, others everything."""
    options = [part.partition("=")[0].strip(" *") for part in takes.split(",") if part.strip(" *")]
    passed = [n for n in (*options, *more) if n not in ("size_average", "reduce")]
    count = function.__code__.co_argcount - len(function.__defaults__ or ())
    inputs = [n for n in function.__code__.co_varnames[:count] if n not in options]
    source = f"def made(self, {', '.join(inputs)}):\n    return function({', '.join([*inputs, *(f'{n}=self.{n}' for n in passed)])})"
    attributes["forward"] = written_out(source, {"function": function}, "forward")
    attributes["forward"].__qualname__ = f"{name}.forward"  # which Python's errors tell
    if shown is None:
        shown = (
            "" if name.endswith("Loss") else " ".join("?inplace" if n == "inplace" else n for n in options)
        )
    doc = doc or f"``nn.functional.{function.__name__}`` as a module."
    base = _Loss if name.endswith("Loss") else _Passing
    layer(name, base, doc, takes, _more=more, _shown=shown, **attributes)


# fmt: off
MADE = {}
INPLACE, WINDOW, HOW = "inplace=False", "kernel_size, stride=None, padding=0", HOW
IGNORING = HOW.replace(", reduce", ", ignore_index=-100, reduce")
SIZES, REST = "in_channels, out_channels, kernel_size, stride=1, padding=0", "padding_mode='zeros', device=None, dtype=None"
CONV = f"{SIZES}, dilation=1, groups=1, bias=True, {REST}"
TRANSPOSED = f"{SIZES}, output_padding=0, groups=1, bias=True, dilation=1, {REST}"
EVEN = "with mean 0 and variance 1; see ``nn.functional."
DROPOUT = f"p=0.5, {INPLACE}"
MEAN, MAX = f"{WINDOW}, ceil_mode=False, count_include_pad=True", f"{WINDOW}, dilation=1, return_indices=False, ceil_mode=False"
NORM = "num_features, eps=1e-5, momentum=0.1, affine={0}, track_running_stats={0}, device=None, dtype=None, *, bias=True"

passing("ReLU", F.relu, INPLACE)
passing("ReLU6", F.relu6, INPLACE)
passing("LeakyReLU", F.leaky_relu, f"negative_slope=0.01, {INPLACE}")
passing("ELU", F.elu, f"alpha=1.0, {INPLACE}")
passing("SELU", F.selu, INPLACE)
passing("CELU", F.celu, f"alpha=1.0, {INPLACE}")
passing("GELU", F.gelu, "approximate='none'")
passing("SiLU", F.silu, INPLACE)
passing("Mish", F.mish, INPLACE)
passing("RReLU", F.rrelu, f"lower=1/8, upper=1/3, {INPLACE}", more=("training",))
passing("Softplus", F.softplus, "beta=1.0, threshold=20.0")
passing("Softsign", F.softsign)
passing("Tanh", F.tanh)
passing("Sigmoid", F.sigmoid)
passing("Hardtanh", F.hardtanh, f"min_val=-1.0, max_val=1.0, {INPLACE}")
passing("Hardsigmoid", F.hardsigmoid, INPLACE, "")
passing("Hardswish", F.hardswish, INPLACE, "")
passing("LogSigmoid", F.logsigmoid)
passing("Tanhshrink", F.tanhshrink)
passing("Softshrink", F.softshrink, "lambd=0.5", "!lambd")
passing("Hardshrink", F.hardshrink, "lambd=0.5", "!lambd")
passing("Threshold", F.threshold, f"threshold, value, {INPLACE}")
passing("GLU", F.glu, "dim=-1")
passing("Softmin", F.softmin, "dim=None")
passing("Softmax", F.softmax, "dim=None")
passing("LogSoftmax", F.log_softmax, "dim=None")
passing("CosineSimilarity", F.cosine_similarity, "dim=1, eps=1e-8", "")
passing("PairwiseDistance", F.pairwise_distance, "p=2.0, eps=1e-6, keepdim=False", "")
passing("LocalResponseNorm", F.local_response_norm, "size, alpha=1e-4, beta=0.75, k=1.0", "!size alpha beta k")
passing("PixelShuffle", F.pixel_shuffle, "upscale_factor")
passing("PixelUnshuffle", F.pixel_unshuffle, "downscale_factor")
passing("ChannelShuffle", F.channel_shuffle, "groups")
passing("Unfold", F.unfold, "kernel_size, dilation=1, padding=0, stride=1")
passing("Flatten", flatten, "start_dim=1, end_dim=-1", doc="Dimensions ``start_dim`` to ``end_dim`` made into one; by default, all but the batch's.")
passing("Unflatten", lambda input, dim, unflattened_size: unflatten(input, dim, unflattened_size), "dim, unflattened_size", doc="Dimension ``dim`` opened into several.")
passing("Upsample", F.interpolate, "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None", "scale_factor mode")
passing("UpsamplingNearest2d", F.interpolate, "size=None, scale_factor=None, mode='nearest'", "scale_factor mode")
passing("UpsamplingBilinear2d", F.interpolate, "size=None, scale_factor=None, mode='bilinear', align_corners=True", "scale_factor mode")
passing("MSELoss", F.mse_loss, HOW)
passing("L1Loss", F.l1_loss, HOW)
passing("SmoothL1Loss", F.smooth_l1_loss, f"{HOW}, beta=1.0")
passing("HuberLoss", F.huber_loss, "reduction='mean', delta=1.0")
passing("KLDivLoss", F.kl_div, f"{HOW}, log_target=False")
passing("PoissonNLLLoss", F.poisson_nll_loss, "log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction='mean'")
passing("GaussianNLLLoss", F.gaussian_nll_loss, "full=False, eps=1e-6, reduction='mean'")
passing("SoftMarginLoss", F.soft_margin_loss, HOW)
passing("HingeEmbeddingLoss", F.hinge_embedding_loss, f"margin=1.0, {HOW}")
passing("MarginRankingLoss", F.margin_ranking_loss, f"margin=0.0, {HOW}")
passing("CosineEmbeddingLoss", F.cosine_embedding_loss, f"margin=0.0, {HOW}")
passing("TripletMarginLoss", F.triplet_margin_loss, f"margin=1.0, p=2.0, eps=1e-6, swap=False, {HOW}")
passing("TripletMarginWithDistanceLoss", F.triplet_margin_with_distance_loss, "*, distance_function=None, margin=1.0, swap=False, reduction='mean'")
passing("MultiMarginLoss", F.multi_margin_loss, f"p=1, margin=1.0, weight=None, {HOW}", _buffered=("weight",))
passing("MultiLabelMarginLoss", F.multilabel_margin_loss, HOW)
passing("MultiLabelSoftMarginLoss", F.multilabel_soft_margin_loss, f"weight=None, {HOW}", _buffered=("weight",))
passing("NLLLoss", F.nll_loss, f"weight=None, {IGNORING}", _buffered=("weight",))
passing("CrossEntropyLoss", F.cross_entropy, f"weight=None, {IGNORING}, label_smoothing=0.0", _buffered=("weight",))
passing("BCELoss", F.binary_cross_entropy, f"weight=None, {HOW}", _buffered=("weight",))
passing("BCEWithLogitsLoss", F.binary_cross_entropy_with_logits, f"weight=None, {HOW}, pos_weight=None", _buffered=("weight", "pos_weight"))
passing("AlphaDropout", F.alpha_dropout, DROPOUT, "p inplace", more=("training",))
for _name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d"):
    passing(_name, getattr(F, _name.lower()), DROPOUT, "p inplace", more=("training",))
for _d, _shape in ((1, "(N, C, L)"), (2, "(N, C, H, W)"), (3, "(N, C, D, H, W)")):
    _of = {name: getattr(F, f"{name}{_d}d", None) for name in ("avg_pool", "max_pool", "adaptive_avg_pool", "adaptive_max_pool", "lp_pool")}
    layer(f"Conv{_d}d", _Convolution, f"A convolution of {_shape}; see ``nn.functional.conv{_d}d``.", CONV, d=_d)
    layer(f"BatchNorm{_d}d", _BatchNorm, f"Each channel of {_shape} {EVEN}batch_norm``.", NORM.format(True), ranks=((2, 3), (4,), (5,))[_d - 1])
    passing(f"AvgPool{_d}d", _of["avg_pool"], MEAN + ", divisor_override=None" * (_d > 1), "kernel_size stride padding")
    passing(f"AdaptiveAvgPool{_d}d", _of["adaptive_avg_pool"], "output_size")
    layer(f"ZeroPad{_d}d", _Padding, "``nn.functional.pad`` with 0 as a module.", "padding", d=_d, _value=0.0)
    layer(f"ConstantPad{_d}d", _Padding, "``nn.functional.pad`` with a number as a module.", "padding, value", d=_d, _shown="padding value")
    if _d < 3:
        layer(f"ConvTranspose{_d}d", _Transposed, f"The adjoint of a convolution of {_shape}, as a layer.", TRANSPOSED, d=_d)
        layer(f"InstanceNorm{_d}d", _InstanceNorm, f"Each channel of each sample of {_shape} {EVEN}instance_norm``.", NORM.format(False), ranks=(_d + 1, _d + 2))
        passing(f"MaxPool{_d}d", _of["max_pool"], MAX, "kernel_size stride padding dilation ceil_mode")
        passing(f"AdaptiveMaxPool{_d}d", _of["adaptive_max_pool"], "output_size, return_indices=False", "output_size")
        passing(f"LPPool{_d}d", _of["lp_pool"], "norm_type, kernel_size, stride=None, ceil_mode=False")
        for _name, _mode in (("Reflection", "reflect"), ("Replication", "replicate"), ("Circular", "circular")):
            layer(f"{_name}Pad{_d}d", _Padding, f"``nn.functional.pad`` with ``mode={_mode!r}`` as a module.", "padding", d=_d, _mode=_mode)
# fmt: on
globals().update(MADE)

__all__ = [
    *MADE,
    "Bilinear",
    "Embedding",
    "GroupNorm",
    "Identity",
    "LayerNorm",
    "Linear",
    "PReLU",
    "RMSNorm",
    "Softmax2d",
]
