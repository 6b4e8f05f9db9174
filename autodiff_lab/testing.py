"""torch.testing: are two results the same? Leans on tensor."""

import numpy as np

from .ops.creation import tensor
from .tensor import Tensor

TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


def assert_close(actual, expected, *, allow_subclasses=True, rtol=None, atol=None, equal_nan=False, check_device=True,
                 check_dtype=True, check_layout=True, check_stride=False, msg=None):  # fmt: skip
    """Raise AssertionError, with what differs most, unless two tensors, numbers or sequences of them are close.

    Args:
        rtol, atol (float): how far apart numbers may be; both or neither. By default by dtype, as in torch.
        equal_nan (bool): whether NaN equals NaN.
        msg (str): what to say instead.

    >>> import autodiff_lab as th
    >>> th.testing.assert_close(th.ones(2), th.ones(2) + 1e-7)
    """
    if (rtol is None) != (atol is None):
        raise ValueError("rtol and atol must both be specified or both be unspecified")
    listed = isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple))
    if listed or isinstance(expected, dict):
        if len(actual) != len(expected):
            raise AssertionError(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}")
        options = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan, "check_dtype": check_dtype}
        for k in range(len(expected)) if listed else expected:
            assert_close(actual[k], expected[k], **options)
        return
    both = [v.detach() if isinstance(v, Tensor) else tensor(v) for v in (actual, expected)]
    a, b = (t._array for t in both)
    said = difference(a, b, both, rtol, atol, equal_nan, check_dtype and isinstance(actual, Tensor))
    if said is not None:
        raise AssertionError(said if msg is None else msg(said) if callable(msg) else msg)


def difference(a, b, both, rtol, atol, equal_nan, check_dtype):
    """What differs, in words; None if nothing does."""
    if a.shape != b.shape:
        return f"The values for attribute 'shape' do not match: {both[0].shape} != {both[1].shape}."
    if check_dtype and a.dtype != b.dtype:
        return f"The values for attribute 'dtype' do not match: {both[0].dtype} != {both[1].dtype}."
    if rtol is None:
        found = [TOLERANCES.get(v.dtype.name, (0.0, 0.0)) for v in (a, b)]
        rtol, atol = (max(pair) for pair in zip(*found))
    wide = [np.asarray(v, np.float64) for v in (a, b)]
    close = np.isclose(*wide, rtol, atol, equal_nan)
    if close.all():
        return None
    if not a.ndim:
        return f"Scalars are not close!\n\nExpected {b} but got {a}."
    gap = np.where(close, 0, np.abs(wide[0] - wide[1]))
    with np.errstate(all="ignore"):
        ratio = np.where(close, 0, np.asarray(gap / np.abs(wide[1]), np.result_type(a, b, np.float16)))
    far = f"{(~close).sum()} / {close.size} ({(~close).mean():.1%})"
    said = f"Tensor-likes are not close!\n\nMismatched elements: {far}"
    for kind, values, bound in (("absolute", gap, atol), ("relative", ratio, rtol)):
        place = np.unravel_index(np.argmax(np.where(np.isnan(values), np.inf, values)), values.shape)
        where = f"{values[place].item()} at index {tuple(map(int, place))}"
        said += f"\nGreatest {kind} difference: {where} (up to {bound:g} allowed)"
    return said


__all__ = ["assert_close"]
