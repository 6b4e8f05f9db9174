"""Losses and distances as ``nn.functional`` has them, in front of the rows of ops.neural. Leans on ops."""

import math
import operator
import warnings

import numpy as np

from .. import dtypes
from ..errors import explained, warn
from ..graph import parameters, written_out
from ..ops import neural
from ..ops.contract import vector_norm
from ..ops.kinds import floating
from ..ops.linalg import same_dtype
from ..ops.reduce import log_softmax as log_softmax_
from ..ops.row import FUNCTIONS, apply, check_tensor
from ..ops.shape import broadcast_tensors, reshape, unsqueeze
from ..ops.words import expression
from ..tensor import Tensor, memory

minimum, xlogy = FUNCTIONS["minimum"], FUNCTIONS["xlogy"]

# -- distances ----------------------------------------------------------------------------------------------


pairwise_distance = expression(
    "pairwise_distance",
    "‖x₁ - x₂ + eps‖ₚ along the last dimension.",
    lambda x1, x2, p=2.0, eps=1e-6, keepdim=False: vector_norm(x1 - x2 + eps, p, -1, keepdim),
)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """x₁·x₂ / (‖x₁‖ ‖x₂‖) along ``dim``."""
    x1, x2 = broadcast_tensors(x1, x2)
    norms = [vector_norm(x, 2, dim, True).clamp_min(eps) for x in (x1, x2)]
    return ((x1 / norms[0]) * (x2 / norms[1])).sum(dim)


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
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "cosine_similarity",
    "cross_entropy", "gaussian_nll_loss", "hinge_embedding_loss", "huber_loss", "kl_div", "l1_loss",
    "margin_ranking_loss", "mse_loss", "nll_loss", "pairwise_distance", "poisson_nll_loss", "smooth_l1_loss",
    "soft_margin_loss", "triplet_margin_loss",
]  # fmt: skip
