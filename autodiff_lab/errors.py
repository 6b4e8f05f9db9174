"""Errors in torch's words, with a note underneath in the learner's language. Leans on messages.

The sentence is the one that learners will meet again, and search for; the note says what happened, to which of
their variables, and what to do.
"""

import sys
import warnings

from .messages import say

# What torch warns of, in its words: once in a program, or each time where "!" comes first.
# fmt: off
WARNINGS = {
    "scalar": "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\nConsider using tensor.detach() first.",
    "meshgrid": "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
    "cross": "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.",
    "chain": "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than multiple parameters.",
    "range": "!torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
    "storage": "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()",
    "freedom": "!{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by output numel).",
    "arrays": "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single numpy.ndarray with numpy.array() before converting to a tensor.",
    "T": "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
    "qr": "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\nThe boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\nshould be replaced with\nQ, R = torch.linalg.qr(A, 'reduced' if some else 'complete')",
    "tensor type": "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and torch.set_default_device() as alternatives.",
    "resized": "!An output with one or more elements was resized since it had shape {had}, which does not match the required output shape {needs}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
    "read-only": "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to this tensor will result in undefined behavior. You may want to copy the array to protect its data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program.",
    "bytes": "!indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
    "sequence": "!Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], which will result either in an error or a different result",
    "copy": "!To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
    "cycle": "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.",
    "upsample": "!`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.",
    "kl_div": "!reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.",
}
# fmt: on
told = {"always": False}


def warn(key, **values):
    """Warn as torch does, about the line outside this package that runs."""
    if key in told and not told["always"]:
        return
    sentence, level, frame = WARNINGS[key], 2, sys._getframe(1)
    if sentence[0] != "!":
        told[key] = True
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        level, frame = level + 1, frame.f_back
    warnings.warn(sentence.lstrip("!").format(**values), stacklevel=level)


def explained(error, key, tensor=None, **values):
    """``error`` with the note ``key`` under it; ``{name}`` in the note is the variable that holds ``tensor``.

    >>> error = explained(ValueError("expected sequence of length 2 at dim 1 (got 1)"), "note.ragged")
    >>> len(error.__notes__)
    1
    """
    named = variable_name(tensor) if tensor is not None else None
    values.setdefault("name", named or say("name.unknown"))
    error.add_note(say(key, **values))
    return error


def check(holds, sentence, kind=RuntimeError, note=None, **values):
    """Raise ``kind(sentence)``, with the note ``note`` if there is one, unless ``holds``."""
    if not holds:
        raise explained(kind(sentence), note, **values) if note else kind(sentence)


def variable_name(value):
    """What the learner calls ``value``: the first variable outside this package that holds it, or None."""
    frame = sys._getframe(1)
    while frame is not None:
        space = frame.f_globals
        if space.get("__name__", "").partition(".")[0] != __name__.partition(".")[0]:
            for names in (frame.f_locals, space) if frame.f_locals is not space else (space,):
                for name, held in list(names.items()):
                    if held is value and not name.startswith("_"):
                        return name
        frame = frame.f_back
    return None
