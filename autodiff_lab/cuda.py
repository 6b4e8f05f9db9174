"""torch.cuda, answering as on a machine without one. Leans on nothing."""


def is_available():
    """False: everything is computed on the processor."""
    return False


def device_count():
    """0, the number of CUDA devices."""
    return 0
