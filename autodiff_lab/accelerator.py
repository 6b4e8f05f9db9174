"""torch.accelerator, answering as on a machine without one. Leans on cuda."""

from .cuda import device_count, is_available  # noqa: F401 - it answers alike


def current_accelerator(check_available=False):
    """None: there is none."""
    return None
