"""The façade of utils: data, checkpoint, benchmark, opened when a learner first asks for them."""

import importlib


def __getattr__(name):
    if name in ("benchmark", "checkpoint", "data"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["benchmark", "checkpoint", "data"]
