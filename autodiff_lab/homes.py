"""The paths at which torch keeps its classes: ``type`` shows them, and lessons import from them. Leans on nothing."""

import re
import sys
import types
import warnings

# The first pattern that a name of nn fits says its module.
NN = """
^Parameter$|^Uninit parameter            Loss$ modules.loss                  ^Module$ modules.module
Linear|Identity modules.linear           (List|Dict)$ modules.container      ^Sequential$ modules.container
Conv modules.conv                        Pad[123]d$ modules.padding          Pool modules.pooling
Dropout modules.dropout                  BatchNorm modules.batchnorm         InstanceNorm modules.instancenorm
Norm$ modules.normalization              RNN|GRU|LSTM modules.rnn            latten$ modules.flatten
[Ff]old$ modules.fold                    Similarity|Distance modules.distance Embedding modules.sparse
^Upsampl modules.upsampling              ^Pixel modules.pixelshuffle         ^Channel modules.channelshuffle
^Transformer modules.transformer         ^[A-Z] modules.activation
""".split()


def in_nn(name):
    """``"Linear"`` → ``"modules.linear"``."""
    return next((home for pattern, home in zip(NN[::2], NN[1::2]) if re.search(pattern, name)), None)


def in_data(name):
    """``"TensorDataset"`` → ``"dataset"``."""
    if "Sampler" in name:
        return "sampler"
    return "dataset" if re.search("Dataset|[Ss]ubset|split", name) else "dataloader"


def in_distributions(name):
    """``"LogNormal"`` → ``"log_normal"``."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower() if name[0].isupper() else None


def in_nn_utils(name):
    """``"clip_grad_norm_"`` → ``"clip_grad"``."""
    return "clip_grad" if "norm" in name or "value" in name else "convert_parameters"


def old_names(space, name):
    """A function by its old name, ``xavier_uniform`` for ``xavier_uniform_``; None if there is none."""
    made = space.get(f"{name}_")
    title = space["__name__"].removeprefix("autodiff_lab.").replace("nn.utils", "torch.nn.utils")

    def old(*args, **options):
        said = f"`{title}.{name}` is now deprecated in favor of `{title}.{name}_`."
        warnings.warn(said, FutureWarning, stacklevel=2)
        return made(*args, **options)

    return None if made is None else old


def settle(facade, home_of, *others):
    """Give the classes of a room torch's paths, and make modules at those paths that hold them.

    Args:
        facade: the room's dotted name.
        home_of: a name of the room → the path below it, or None.
        others: modules elsewhere whose names move in too.
    """
    room = sys.modules[facade]
    for name, value in list(vars(room).items()):
        origin = getattr(value, "__module__", None) or ""
        home = home_of(name) if callable(value) and origin.startswith((facade, *others)) else None
        if home is None:
            continue
        above, path = room, facade
        for part in home.split("."):
            path += f".{part}"
            if path not in sys.modules:
                sys.modules[path] = types.ModuleType(path)
                vars(sys.modules[path])[
                    "__path__"
                ] = []  # a package: ``scope`` is asked for what is not in it
                setattr(above, part, sys.modules[path])
            above = sys.modules[path]
            setattr(above, name, value)
        if isinstance(value, type):
            vars(sys.modules[origin]).setdefault("__test__", {})[name] = value  # doctest looks by __module__
            value.__module__ = path
