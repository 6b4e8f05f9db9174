"""torch.cuda, answering as on a machine without one; mps and xpu answer alike. Leans on device, amp."""

from .amp import cuda as amp  # noqa: F401 - torch.cuda.amp
from .device import check_device


def is_available():
    """False: everything is computed on the processor."""
    return False


def device_count():
    """0, the number of CUDA devices."""
    return 0


def nothing(*args, **options):
    """Nothing to do without a device."""


def none_used(device=None):
    """0 bytes."""
    return 0


def refused(*args, **options):
    """Raises AssertionError: there is no CUDA device."""
    check_device("cuda")


is_initialized = is_built = is_available
manual_seed = manual_seed_all = seed = seed_all = empty_cache = reset_peak_memory_stats = nothing
memory_allocated = max_memory_allocated = memory_reserved = max_memory_reserved = none_used
current_device = get_device_name = get_device_properties = get_device_capability = refused
synchronize = set_device = refused
