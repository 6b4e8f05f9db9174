"""A PyTorch-shaped autograd small enough to read, on NumPy, and a laboratory for the notebook in ``lab``.

This file is the façade: names, no logic. ``docs/architecture.md`` shows the rooms behind it.
"""

import math as _math
import warnings as _warnings

# NumPy warns where torch silently gives inf or nan; arithmetic done inside this package follows torch.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"autodiff_lab(\.|$)")

from . import accelerator, amp, autograd, backends, cuda, nn, random
from .amp import GradScaler, autocast
from .device import *
from .dtypes import *
from .dtypes import bool_ as bool
from .legacy import TYPES as _TYPES, set_default_tensor_type
from .mode import *
from .ops import FUNCTIONS as _FUNCTIONS
from .printing import set_printoptions
from .sampling import *
from .scope import missing as _missing
from .settings import *
from .storage import TypedStorage, UntypedStorage
from .tensor import Size, Tensor

half, float, double = float16, float32, float64
short, int, long = int16, int32, int64
pi, e, inf, nan, newaxis = _math.pi, _math.e, _math.inf, _math.nan, None
mps = xpu = cuda
globals().update(_TYPES)
globals().update(_FUNCTIONS)  # `mode`, the function, over the submodule of that name

for _class in (Size, Tensor, device, dtype, finfo, iinfo):
    _class.__module__ = __name__  # as they are called

__version__ = "0.1.0"

_OPENED_ON_DEMAND = set("distributions func lab linalg optim serialization special testing utils".split())
_FROM_FUNCTIONAL = set("""
    adaptive_avg_pool1d alpha_dropout avg_pool1d batch_norm bilinear binary_cross_entropy_with_logits celu conv1d conv2d
    conv3d conv_transpose1d conv_transpose2d cosine_embedding_loss cosine_similarity dropout embedding group_norm hardshrink
    hinge_embedding_loss instance_norm kl_div layer_norm margin_ranking_loss max_pool1d max_pool2d pairwise_distance
    pixel_shuffle pixel_unshuffle poisson_nll_loss prelu rms_norm rrelu selu threshold triplet_margin_loss
""".split())  # fmt: skip


def __getattr__(name):
    """The laboratory and other rooms, opened when a learner first asks for them; the rest does without."""
    if name in _OPENED_ON_DEMAND:
        import importlib

        return importlib.import_module(f".{name}", __name__)
    if name in ("load", "save"):
        from . import serialization

        return getattr(serialization, name)
    if name == "vmap":
        from .func import vmap

        return vmap
    if name in _FROM_FUNCTIONAL:
        return getattr(nn.functional, name)
    raise _missing(__name__, name, globals())


def load_ipython_extension(ipython):
    """``%load_ext autodiff_lab``: the laboratory's magics."""
    from .lab import magics

    magics.load_ipython_extension(ipython)


def unload_ipython_extension(ipython):
    """``%unload_ext autodiff_lab``."""
    from .lab import magics

    magics.unload_ipython_extension(ipython)
