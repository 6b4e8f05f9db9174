"""Modules that hold modules or parameters: in a chain, a list, a dict. Leans on nn.module."""

import operator
from collections import OrderedDict

from ..tensor import Parameter, Tensor
from .module import Module, indented


class Indexed(Module):
    """What ``Sequential`` and ``ModuleList`` share: modules under "0", "1", … , read like a list."""

    def _place(self, index):
        n, index = len(self), operator.index(index)
        if not -n <= index < n:
            raise IndexError(f"index {index} is out of range")
        return index % n

    def __getitem__(self, index):
        items = list(self._modules.items())
        if isinstance(index, slice):
            chosen = items[index]
            return (
                type(self)(OrderedDict(chosen))
                if isinstance(self, Sequential)
                else type(self)([m for _, m in chosen])
            )
        return items[self._place(index)][1]

    def __setitem__(self, index, module):
        setattr(self, list(self._modules)[self._place(index)], module)

    def __delitem__(self, index):
        kept = list(self._modules.values())
        del kept[index]
        self._modules.clear()
        self.extend(kept)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __iadd__(self, modules):
        return self.extend(modules)

    def __add__(self, modules):
        return type(self)(*self, *modules) if isinstance(self, Sequential) else type(self)([*self, *modules])

    def pop(self, index):
        """Take the module at ``index`` out, and give it back."""
        module = self[index]
        del self[index]
        return module

    def append(self, module):
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Add several modules at the end."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index, module):
        """Add a module before the one at ``index``."""
        kept = list(self._modules.values())
        kept.insert(index, module)
        self._modules.clear()
        self.extend(kept)
        return self


class Sequential(Indexed):
    """Modules one after another: each takes what the one before gives.

    >>> import autodiff_lab as th
    >>> th.nn.Sequential(th.nn.Linear(2, 3), th.nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *args):
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], OrderedDict) else enumerate(args)
        for name, module in named:
            self.add_module(str(name), module)

    def forward(self, input):
        for module in self:
            input = module(input)
        return input


class ModuleList(Indexed):
    """A list whose modules are known to the module that holds it."""

    def __init__(self, modules=None):
        super().__init__()
        self.extend(modules or ())

    def __repr__(self):
        """Runs of equal modules are told once, with their numbers."""
        texts = [repr(m) for m in self]
        if not texts:
            return f"{self._get_name()}()"
        runs = [[0, 0]]
        for i, text in enumerate(texts[1:], 1):
            if text == texts[runs[-1][0]]:
                runs[-1][1] = i
            else:
                runs.append([i, i])
        lines = [
            indented(f"({a}): {texts[a]}" if a == b else f"({a}-{b}): {b - a + 1} x {texts[a]}")
            for a, b in runs
        ]
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


class Named:
    """What ``ModuleDict`` reads like a dict."""

    def __getitem__(self, key):
        return self._held[key]

    def __setitem__(self, key, value):
        self._register(key, value)

    def __delitem__(self, key):
        del self._held[key]

    def __len__(self):
        return len(self._held)

    def __iter__(self):
        return iter(self._held)

    def __contains__(self, key):
        return key in self._held

    def keys(self):
        """The names."""
        return self._held.keys()

    def values(self):
        """What they stand for."""
        return self._held.values()

    def items(self):
        """(name, value) pairs."""
        return self._held.items()

    def update(self, others):
        """Take the values of a mapping, or of (name, value) pairs."""
        for key, value in others.items() if hasattr(others, "items") else others:
            self[key] = value

    def pop(self, key):
        """Remove a value and give it back."""
        value = self[key]
        del self[key]
        return value

    def clear(self):
        """Remove all."""
        self._held.clear()


class ModuleDict(Named, Module):
    """A dict whose modules are known to the module that holds it."""

    def __init__(self, modules=None):
        super().__init__()
        self.update(modules or {})

    @property
    def _held(self):
        return self._modules

    def _register(self, key, module):
        self.add_module(key, module)


class ParameterDict(Named, Module):
    """A dict whose parameters are known to the module that holds it."""

    def __init__(self, parameters=None):
        super().__init__()
        self.update(parameters or {})

    @property
    def _held(self):
        return self._parameters

    def _register(self, key, value):
        self.register_parameter(key, value if isinstance(value, Parameter) else Parameter(value))

    def extra_repr(self):
        return "\n".join(f"  ({key}): {told(value, value.type())}" for key, value in self.items())


class ParameterList(Module):
    """A list whose parameters are known to the module that holds it; tensors become parameters."""

    def __init__(self, values=None):
        super().__init__()
        self.extend(values or ())

    def __getitem__(self, index):
        held = list(self._parameters.values())
        return type(self)(held[index]) if isinstance(index, slice) else held[index]

    def __setitem__(self, index, value):
        self.register_parameter(
            str(range(len(self))[index]), value if isinstance(value, Parameter) else Parameter(value)
        )

    def __len__(self):
        return len(self._parameters)

    def __iter__(self):
        return iter(self._parameters.values())

    def append(self, value):
        """Add a parameter at the end."""
        self.register_parameter(str(len(self)), value if isinstance(value, Parameter) else Parameter(value))
        return self

    def extend(self, values):
        """Add several parameters at the end."""
        for value in values:
            self.append(value)
        return self

    def extra_repr(self):
        return "\n".join(f"  ({i}): {told(value, value.dtype)}" for i, value in enumerate(self))


def told(value: Tensor, kind):
    size = "x".join(map(str, value.shape))
    return f"Parameter containing: [{kind} of size {size}]".replace("autodiff_lab.", "torch.")
