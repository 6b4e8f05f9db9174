"""What the learner calls things: tensors, parameters, modules, by the variables of a namespace. Leans on model
and on the library for tensors to compute with."""

import sys
from functools import lru_cache

import numpy as np

from ..dtypes import float64
from ..ops.creation import tensor
from .model import visible


def caller_names(up=1):
    """The variables of whoever called the function that asks; ``up`` more frames away."""
    caller = sys._getframe(up + 1)
    return {**caller.f_globals, **caller.f_locals}


def is_tensor(value):
    """True of this package's tensors and of torch's: the class has ``grad_fn`` and ``requires_grad``."""
    return _of_tensors(type(value))


@lru_cache(256)
def _of_tensors(cls):
    return hasattr(cls, "grad_fn") and hasattr(cls, "requires_grad") and hasattr(cls, "backward")


def is_module(value):
    """True of an nn.Module, this package's or torch's: an object whose class names its parameters."""
    return hasattr(type(value), "named_parameters") and not isinstance(value, type)


def tensors_for(space, names, values):
    """``values`` as float64 tensors of the library that code which reads ``names`` of ``space`` computes with.

    That is PyTorch if one of the names is its module; tensors stay what they are.
    """
    torch = sys.modules.get("torch")
    theirs = torch is not None and any(space.get(name) is torch for name in names)
    make, dtype = (torch.tensor, torch.float64) if theirs else (tensor, float64)
    return {
        name: value if is_tensor(value) else make(_listed(value), dtype=dtype)
        for name, value in values.items()
    }


def _listed(value):
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


class Names:
    """What the learner calls things: by the identity of tensors, and by the place in the graph of results."""

    def __init__(self, names):
        self.by_id, self.made, self.constants = {}, {}, []
        self.modules, self.owners = {}, {}  # by identity: paths of modules; the module that holds a parameter
        for name, value in list(names.items()):
            if isinstance(name, str) and not name.startswith("_") and name not in ("In", "Out"):
                self._add(name, value)

    def _add(self, name, value):
        if is_tensor(value):
            self._tensor(name, value)
        elif type(value) in (list, tuple) and len(value) <= 100:
            for i, item in enumerate(value):
                if is_tensor(item):
                    self._tensor(f"{name}[{i}]", item)
        elif type(value) is dict and len(value) <= 100:
            for key, item in value.items():
                if is_tensor(item):
                    self._tensor(f"{name}[{key!r}]", item)
        elif is_module(value):
            for inner, item in value.named_parameters():
                self._tensor(f"{name}.{inner}", item)
            self._module(name, value)
        elif hasattr(value, "param_groups"):  # an optimizer
            self.modules.setdefault(id(value), (value, [name]))

    def _tensor(self, name, tensor):
        known = self.by_id.get(id(tensor))
        if known is None or (
            "[" not in name and "." not in name and (len(name), name) < (len(known[0]), known[0])
        ):
            self.by_id[id(tensor)] = (name, tensor)  # holding the tensor keeps its id its own
        grad_fn = tensor.grad_fn
        if grad_fn is not None:
            self.made.setdefault((id(grad_fn), getattr(tensor, "output_nr", 0)), (name, tensor, grad_fn))
        elif not tensor.requires_grad:
            self.constants.append((name, tensor))

    def _module(self, name, module):
        """Where each module and each parameter of a tree is to be found."""
        chain = {"": ((name, module),)}
        for path, inner in getattr(module, "named_modules", lambda: [("", module)])():
            full = f"{name}.{path}" if path else name
            above = chain.get(path.rpartition(".")[0], ()) if path else ()
            called = type(inner).__name__ not in (
                "ModuleList",
                "ModuleDict",
            )  # those are never called themselves
            chain[path] = (*above, (full, inner)) if called else above
            self.modules.setdefault(id(inner), (inner, []))[1].append(full)
            for held in (vars(inner).get("_parameters") or {}).values():
                if held is not None:
                    self.owners.setdefault(id(held), chain[path])

    def of(self, tensor):
        found = self.by_id.get(id(tensor))
        return visible(found[0]) if found else ""
