"""torch.autograd's anomaly detection: which line made the step that failed. Leans on mode, engine, tensor.

While it is on, a watcher notes at each new node where in the learner's code it was made; the engine asks ``inspected``
to run each step of the pass.
"""

import sys
import traceback
import warnings

import numpy as np

from .. import engine
from ..graph import Parts
from ..mode import mode, unwatch, watch

ENABLED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
    "debugging."
)
INNER = ("autodiff_lab", "IPython", "ipykernel", "tornado", "asyncio", "runpy", "traitlets")


class Places:
    """The watcher that notes where each node was made."""

    def __call__(self, row, inputs, attrs, results, node):
        if node is not None:
            node._extra()["traceback"] = here()

    def finished(self, node, inputs, results):
        node._extra()["traceback"] = here()


def here():
    """The learner's lines that led to this one, as text; frames inside this package or the notebook's are left out."""
    frames, frame = [], sys._getframe(1)
    while frame is not None:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in INNER:
            frames.append((frame, frame.f_lineno))
        frame = frame.f_back
    return "".join(traceback.StackSummary.extract(reversed(frames)).format())


_places = Places()


def switch(on, check_nan):
    if on and mode.anomaly is None:
        watch(_places)
    elif not on and mode.anomaly is not None:
        unwatch(_places)
    mode.anomaly = check_nan if on else None


class set_detect_anomaly:
    """Switch anomaly detection on or off: at once, and as a context manager for a block.

    Args:
        mode (bool): whether a failing pass says which line of the forward made the step that failed.
        check_nan (bool): whether a gradient that is NaN is such a failure.
    """

    def __init__(self, mode, check_nan=True):
        self.before = globals()["mode"].anomaly
        switch(bool(mode), check_nan)

    def __enter__(self):
        return None

    def __exit__(self, *exc):
        switch(self.before is not None, self.before)


class detect_anomaly:
    """A block in which a failing backward pass says which line of the forward made the step that failed.

    Args:
        check_nan (bool): whether a gradient that is NaN raises RuntimeError.

    >>> import autodiff_lab as th, warnings
    >>> x = th.tensor(0., requires_grad=True)
    >>> with warnings.catch_warnings(), th.autograd.detect_anomaly():
    ...     warnings.simplefilter("ignore")
    ...     (x.sqrt() * 0).backward()
    Traceback (most recent call last):
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    """

    def __init__(self, check_nan=True):
        self.check_nan = check_nan
        warnings.warn(ENABLED, UserWarning, stacklevel=2)

    def __enter__(self):
        self.before = mode.anomaly
        switch(True, self.check_nan)

    def __exit__(self, *exc):
        switch(self.before is not None, self.before)


def inspected(node, g, as_tensors):
    """One step of the pass, watched: what fails, or gives NaN, is told with the line of its forward."""
    try:
        pulled = node.pull_tensors(g) if as_tensors else node.pull_checked(g)
        if mode.anomaly:
            for i, c in enumerate(pulled):
                if c is not None and not isinstance(c, Parts) and np.isnan(np.sum(getattr(c, "_array", c))):
                    raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")
    except Exception:
        place = (getattr(node, "_more", None) or {}).get("traceback")
        said = f"Error detected in {node.name()}. " + (
            f"Traceback of forward call that caused the error:\n{place}" if place else
            "No forward pass information available. Enable detect anomaly during forward pass for more information."
        )  # fmt: skip
        warnings.warn(said, UserWarning, stacklevel=4)
        raise
    return pulled


engine.inspect = inspected

__all__ = ["detect_anomaly", "set_detect_anomaly"]
