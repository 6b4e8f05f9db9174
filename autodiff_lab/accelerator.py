"""torch.accelerator, answering as on a machine without one. Leans on nothing."""


def is_available():
    """False: everything is computed on the processor."""
    return False


def device_count():
    """0, the number of accelerators."""
    return 0


def current_accelerator(check_available=False):
    """None: there is none."""
    return None
