"""Devices: the CPU, the only one that computes; and torch's names for how memory lies. Leans on errors."""

from .errors import explained

KINDS = "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia"


class device:
    """A place where tensors live, ``device("cpu")``. Others can be named; using one raises.

    Raises:
        RuntimeError: for a word that names no device.
    """

    def __init__(self, type="cpu", index=None):
        kind, _, number = str(type).partition(":")
        if kind not in KINDS.split(", "):
            raise RuntimeError(f"Expected one of {KINDS}, privateuseone device type at start of device string: {kind}")  # fmt: skip
        self.type, self.index = kind, int(number) if number else index

    def __repr__(self):
        return f"device(type='{self.type}'" + (")" if self.index is None else f", index={self.index})")

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __enter__(self):
        return check_device(self)

    def __exit__(self, *error):
        pass


CPU = device("cpu")


def check_device(value):
    """The device meant by ``value``: None, a device, or a word such as ``"cpu"``.

    Raises:
        AssertionError: for ``"cuda"``, in torch's words.
        NotImplementedError: for torch's other devices.
    """
    value = value if isinstance(value, device) else CPU if value is None else device(value)
    if value.type == "cuda":
        raise explained(AssertionError("Torch not compiled with CUDA enabled"), "note.cuda")
    if value.type != "cpu":
        raise NotImplementedError(f"autodiff_lab computes on the CPU; there is no device {value.type!r} here")
    return value


def set_default_device(value):
    """Where new tensors shall live: the CPU.

    Raises:
        AssertionError, NotImplementedError: for another device.
    """
    check_device(value)


def get_default_device():
    """The CPU."""
    return CPU


class Named:
    """A constant that is its name: a layout or a memory format."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"autodiff_lab.{self.name}"


LAYOUTS = ("strided", "contiguous_format", "preserve_format", "channels_last")
strided, contiguous_format, preserve_format, channels_last = map(Named, LAYOUTS)

__all__ = ["channels_last", "contiguous_format", "device", "get_default_device", "preserve_format", "set_default_device", "strided"]  # fmt: skip
