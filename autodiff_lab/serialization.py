"""``save`` and ``load``: tensors, and what fits into a state dict, in a file that holds data only. Leans on tensor.

Note [The file]
A zip archive without compression: ``structure.json``, and one entry ``memory/i`` for each piece of memory. The
structure is a tree of lists, dicts and numbers; a tensor in it is an index into the list of tensors, which say the
memory they look at, where they begin, their shape and strides. So views share memory after loading too, and a tensor
that occurs twice is one. Nothing in the file names code; what does not follow this note is refused before anything is
made of it.
"""

import contextlib
import io
import json
import os
import zipfile
from collections import OrderedDict

import numpy as np

from . import dtypes
from .errors import check
from .graph import LEAF
from .storage import whole
from .tensor import Parameter, Size, Tensor, memory, new_tensor

VERSION = 1
MARK = "autodiff_lab tensors"
KINDS = {kind.name: kind for kind in dtypes.ALL}
SEQUENCES = {"tuple": tuple, "set": set, "frozenset": frozenset, "Size": Size}
MAPPINGS = {"dict": dict, "OrderedDict": OrderedDict}


def save(obj, f, pickle_module=None, pickle_protocol=None, _use_new_zipfile_serialization=True):
    """Write tensors, or lists, tuples and dicts of tensors, numbers and texts, into a file.

    Args:
        obj: a tensor, a ``state_dict()``, a checkpoint …
        f (str, path or file): where to; torch's ending is ``.pt``.

    Differs from torch: the file is of the package's own format, for data only; modules are saved by their state_dict.

    Raises:
        TypeError: for what is no data: modules, functions, objects of one's own. Nothing is written then.
        RuntimeError: if the folder does not exist.
        OSError: if the file cannot be written; what was there before stays, and so after an interrupt.

    >>> import autodiff_lab as th, io
    >>> file = io.BytesIO()
    >>> th.save({"weight": th.ones(2), "epoch": 3}, file)
    >>> _ = file.seek(0)
    >>> th.load(file)
    {'weight': tensor([1., 1.]), 'epoch': 3}
    """
    writer = Writer()
    structure = {"mark": MARK, "version": VERSION, "tree": writer.tree(obj), "tensors": writer.tensors}
    structure["memories"] = [[m.dtype.name, m.size] for m in writer.memories]
    text = json.dumps(structure)
    named = isinstance(f, (str, os.PathLike))
    folder = os.path.dirname(f) if named else ""
    check(not folder or os.path.isdir(folder), f"Parent directory {folder} does not exist.")
    with (
        replacing(f) if named else contextlib.nullcontext(f) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        archive.writestr("structure.json", text)
        for i, m in enumerate(writer.memories):
            archive.writestr(f"memory/{i}", m.astype(m.dtype.newbyteorder("<")).tobytes())


@contextlib.contextmanager
def replacing(path):
    """A file to write to, which takes the place of ``path`` when all is written: there is always the old or the new."""
    path = os.path.realpath(path)
    if os.path.exists(path) and not os.path.isfile(path):  # a device, say, which nothing can replace
        yield (made := io.BytesIO())
        with open(path, "wb") as file:
            file.write(made.getvalue())
        return
    part = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}.tmp")
    try:
        with open(part, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)


class Writer:
    """Turns a value into plain data, and gathers the tensors and their memories on the way."""

    def __init__(self):
        self.tensors, self.memories, self.seen, self.places = [], [], {}, {}

    def tree(self, value, path=""):
        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return value
        if kind is list:
            return [self.tree(v, f"{path}[{i}]") for i, v in enumerate(value)]
        if kind in (tuple, set, frozenset, Size):
            return {"is": kind.__name__, "of": [self.tree(v, path) for v in value]}
        if kind in (dict, OrderedDict):
            pairs = [[self.tree(k, f"{path} key"), self.tree(v, f"{path}[{k!r}]")] for k, v in value.items()]
            return {"is": kind.__name__, "of": pairs}
        if isinstance(value, Tensor):
            return {"is": "tensor", "of": self.tensor(value)}
        if isinstance(value, dtypes.dtype):
            return {"is": "dtype", "of": value.name}
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf":
            name = "array" if isinstance(value, np.ndarray) else "number"
            return {"is": name, "of": self.tensor(new_tensor(np.asarray(value)))}
        where = f" at {path}" if path else ""
        hint = "; save its state_dict() instead" if hasattr(value, "state_dict") else ""
        raise TypeError(
            f"save(): cannot save an object of type {kind.__module__}.{kind.__qualname__}{where}: a file holds "
            f"tensors, numbers, texts, and lists, tuples and dicts of them{hint}"
        )

    def tensor(self, t):
        if id(t) not in self.seen:
            array = memory(t)
            flat = whole(array)
            start = (array.ctypes.data - flat.ctypes.data) // array.itemsize if array.size else 0
            key = flat.ctypes.data, flat.size, flat.dtype
            if key not in self.places:
                self.places[key] = len(self.memories)
                self.memories.append(flat)
            steps = [s // array.itemsize for s in array.strides]
            self.seen[id(t)] = len(self.tensors), t
            self.tensors.append(
                [self.places[key], start, list(array.shape), steps, t.requires_grad, isinstance(t, Parameter)]
            )
        return self.seen[id(t)][0]


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Read what ``save`` wrote. It never runs anything that the file brings along.

    Differs from torch: PyTorch's own files are refused, as reading them can run code.

    Args:
        f (str, path or file): where from.
        map_location, weights_only, mmap: accepted; tensors are on the CPU, and only data is ever read.

    Raises:
        FileNotFoundError: if there is no such file.
        RuntimeError: for a file that ``save`` did not write, a damaged one among them, or one of PyTorch's own.
    """
    if isinstance(f, (str, os.PathLike)) and not os.path.exists(f):
        raise FileNotFoundError(2, os.strerror(2), str(f))
    try:
        with zipfile.ZipFile(f) as archive:
            return read(archive)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise Refused("it is no archive") from error


def Refused(why):
    return RuntimeError(f"load(): this is not a file that autodiff_lab.save() wrote: {why}")


def read(archive):
    """The value in an archive, checked against Note [The file] before any of it is made."""
    entries = {info.filename: info for info in archive.infolist()}
    if any(name.endswith("data.pkl") for name in entries):
        raise Refused(
            "it is PyTorch's own format, which is a program as well as data; write the numbers out with "
            "safetensors or NumPy's savez and read those"
        )
    if "structure.json" not in entries or any(
        i.compress_type != zipfile.ZIP_STORED for i in entries.values()
    ):
        raise Refused("its entries are others")
    try:
        structure = json.loads(archive.read("structure.json"))
        if structure["mark"] != MARK or structure["version"] != VERSION:
            raise Refused("another version wrote it")
        memories = [piece(archive.read(f"memory/{i}"), *said) for i, said in enumerate(structure["memories"])]
        tensors = [view(memories, *said) for said in structure["tensors"]]
        return value_of(structure["tree"], tensors)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError, MemoryError) as error:
        raise Refused("its structure is damaged") from error


def piece(data, name, count):
    kind = KINDS[name].numpy.newbyteorder("<")
    check(len(data) == count * kind.itemsize, "a piece of memory has another size than it says", Refused)
    array = np.frombuffer(data, kind).astype(kind.newbyteorder("="))
    if name == "bool" and count and np.frombuffer(data, np.uint8).max() > 1:
        raise Refused("a truth value is neither 0 nor 1")
    return array


def view(memories, index, start, shape, steps, requires_grad, parameter):
    flat = memories[index]
    numbers = (index, start, *shape, *steps)
    if any(type(n) is not int or n < 0 for n in numbers) or len(shape) != len(steps) or len(shape) > 64:
        raise Refused("a tensor's shape makes no sense")
    last = start + sum((n - 1) * s for n, s in zip(shape, steps)) if 0 not in shape else start
    check(last < flat.size or 0 in shape, "a tensor looks beyond its memory", Refused)
    size = flat.itemsize
    array = np.lib.stride_tricks.as_strided(flat[start:], shape, [s * size for s in steps], writeable=True)
    t = new_tensor(array)
    if parameter:
        return Parameter(t, bool(requires_grad))
    t._node = LEAF if requires_grad and array.dtype.kind == "f" else None
    return t


def value_of(tree, tensors):
    if tree is None or isinstance(tree, (bool, int, float, str)):
        return tree
    if isinstance(tree, list):
        return [value_of(v, tensors) for v in tree]
    kind, of = tree["is"], tree["of"]
    if kind in SEQUENCES:
        return SEQUENCES[kind](value_of(v, tensors) for v in of)
    if kind in MAPPINGS:
        return MAPPINGS[kind]((value_of(k, tensors), value_of(v, tensors)) for k, v in of)
    if kind == "dtype":
        return KINDS[of]
    if kind in ("tensor", "array", "number") and type(of) is int and 0 <= of < len(tensors):
        t = tensors[of]
        return t if kind == "tensor" else t._array if kind == "array" else t._array[()]
    raise Refused(f"it names {str(kind)[:40]!r}, which is nothing that can be loaded")


__all__ = ["load", "save"]
