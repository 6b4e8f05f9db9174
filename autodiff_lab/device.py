"""The device: the CPU, the only one; asking for another says so. Leans on errors."""

from .errors import explained


class device:
    """A place where tensors live, ``device("cpu")``.

    Raises:
        AssertionError: for ``"cuda"``, in torch's words.
        NotImplementedError: for torch's other devices.
        RuntimeError: for a word that names no device.
    """

    def __init__(self, type="cpu", index=None):
        kind, _, number = str(type).partition(":")
        if kind == "cuda":
            raise explained(AssertionError("Torch not compiled with CUDA enabled"), "note.cuda")
        if kind in ("mps", "xpu", "meta", "hip", "xla", "vulkan", "hpu", "mtia"):
            raise NotImplementedError(f"autodiff_lab computes on the CPU; there is no device {kind!r} here")
        if kind != "cpu":
            raise RuntimeError(f"Expected one of cpu, cuda, … device type at start of device string: {kind}")
        self.type, self.index = "cpu", int(number) if number else index

    def __repr__(self):
        return "device(type='cpu')" if self.index is None else f"device(type='cpu', index={self.index})"

    def __str__(self):
        return "cpu" if self.index is None else f"cpu:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and self.index == other.index

    def __hash__(self):
        return hash(("cpu", self.index))


CPU = device("cpu")


def check_device(value):
    """The device meant by ``value``: None, a device, or a word such as ``"cpu"``."""
    return value if isinstance(value, device) else CPU if value is None else device(value)
