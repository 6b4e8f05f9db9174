"""The paths at which torch keeps its classes: ``type`` shows them, and lessons import from them. Leans on nothing."""

import re
import sys
import types

# The first pattern that a name of nn fits says its module.
NN = tuple(
    (re.compile(pattern), home if home == "parameter" else f"modules.{home}")
    for pattern, home in (
        ("^Parameter$|^Uninit", "parameter"),
        ("Loss$", "loss"), ("^Module$", "module"), ("^Sequential$|(List|Dict)$", "container"), ("Linear|Identity", "linear"),
        ("Conv", "conv"), ("Pad[123]d$", "padding"), ("Pool", "pooling"), ("Dropout", "dropout"), ("BatchNorm", "batchnorm"),
        ("InstanceNorm", "instancenorm"), ("Norm$", "normalization"), ("RNN|GRU|LSTM", "rnn"), ("latten$", "flatten"),
        ("[Ff]old$", "fold"), ("Similarity$|Distance$", "distance"), ("Embedding", "sparse"), ("^Upsampl", "upsampling"),
        ("^Pixel", "pixelshuffle"), ("^Channel", "channelshuffle"), ("^Transformer", "transformer"), ("^[A-Z]", "activation"),
    )
)  # fmt: skip


def in_nn(name):
    """``"Linear"`` → ``"modules.linear"``."""
    return next((home for pattern, home in NN if pattern.search(name)), None)


def in_data(name):
    """``"TensorDataset"`` → ``"dataset"``."""
    return "sampler" if "Sampler" in name else "dataset" if "Dataset" in name or "split" in name else "dataloader"


def in_distributions(name):
    """``"LogNormal"`` → ``"log_normal"``."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower() if name[0].isupper() else None


def settle(facade, home_of):
    """Give the classes of a room torch's paths, and make modules at those paths that hold them.

    Args:
        facade: the room's dotted name.
        home_of: a name of the room → the path below it, or None.
    """
    room = sys.modules[facade]
    for name, value in list(vars(room).items()):
        origin = getattr(value, "__module__", None) or ""
        home = home_of(name) if callable(value) and origin.startswith(facade) else None
        if home is None:
            continue
        above, path = room, facade
        for part in home.split("."):
            path += f".{part}"
            if path not in sys.modules:
                sys.modules[path] = types.ModuleType(path)
                setattr(above, part, sys.modules[path])
            above = sys.modules[path]
            setattr(above, name, value)
        if isinstance(value, type):
            vars(sys.modules[origin]).setdefault("__test__", {})[name] = value  # doctest looks by __module__
            value.__module__ = path
