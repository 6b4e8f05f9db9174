"""Modules that hold modules or parameters: in a chain, a list, a dict. Leans on nn.module."""

import itertools
import operator
from collections import OrderedDict
from collections.abc import Iterable

from ..errors import check
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
        if not isinstance(index, slice):
            return items[self._place(index)][1]
        chosen = OrderedDict(items[index])
        return type(self)(chosen if isinstance(self, Sequential) else chosen.values())

    def __setitem__(self, index, module):
        setattr(self, list(self._modules)[self._place(index)], module)

    def __delitem__(self, index):
        kept = list(self)
        del kept[index]
        self._refill(kept)

    def _refill(self, modules):
        self._modules.clear()
        return self.extend(modules)

    __len__ = lambda self: len(self._modules)
    __iter__ = lambda self: iter(self._modules.values())
    __iadd__ = lambda self, modules: self.extend(modules)

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
        check(isinstance(modules, Iterable), f"{type(self).__name__}.extend should be called with an iterable, but got "
              f"{type(modules).__name__}", TypeError)  # fmt: skip
        for module in modules:
            self.append(module)
        return self

    def insert(self, index, module):
        """Add a module before the one at ``index``; KeyError for modules that are not called "0", "1", …"""
        n = len(self)
        check(-n <= index <= n, f"Index out of range: {index}", IndexError)
        index += n * (index < 0)
        for i in range(n, index, -1):
            self._modules[str(i)] = self._modules[str(i - 1)]
        self._modules[str(index)] = module
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
        lines = []
        for text, run in itertools.groupby(enumerate(map(repr, self)), operator.itemgetter(1)):
            (first, _), *more = run
            said = (
                f"({first}-{first + len(more)}): {len(more) + 1} x {text}" if more else f"({first}): {text}"
            )
            lines.append("\n  " + indented(said))
        return f"{self._get_name()}({''.join(lines)}" + "\n" * bool(lines) + ")"


class Named(Module):
    """What ``ModuleDict`` and ``ParameterDict`` share: read and written like a dict, which is the registry ``_held``."""

    _held = property(lambda self: self._modules)
    _register = Module.add_module

    def __init__(self, held=None):
        super().__init__()
        self.update(held or {})

    __getitem__ = lambda self, key: self._held[key]
    __setitem__ = lambda self, key, value: self._register(key, value)
    __delitem__ = lambda self, key: self._held.__delitem__(key)
    __len__ = lambda self: len(self._held)
    __iter__ = lambda self: iter(self._held)
    __contains__ = lambda self, key: key in self._held
    keys = lambda self: self._held.keys()
    values = lambda self: self._held.values()
    items = lambda self: self._held.items()
    pop = lambda self, key: self._held.pop(key)
    clear = lambda self: self._held.clear()

    def update(self, others):
        """Take the values of a mapping, or of (name, value) pairs."""
        check(isinstance(others, Iterable), f"{type(self).__name__}.update should be called with an iterable of key/value "
              f"pairs, but got {type(others).__name__}", TypeError)  # fmt: skip
        for key, value in others.items() if hasattr(others, "items") else others:
            self[key] = value


class ModuleDict(Named):
    """A dict whose modules are known to the module that holds it."""


def register(module, name, value):
    """Hold a value as a parameter."""
    module.register_parameter(name, value if isinstance(value, Parameter) else Parameter(value))


class ParameterDict(Named):
    """A dict whose parameters are known to the module that holds it."""

    _held = property(lambda self: self._parameters)
    _register = register

    def extra_repr(self):
        return "\n".join(f"  ({key}): {told(value, value.type())}" for key, value in self.items())


class ParameterList(Module):
    """A list whose parameters are known to the module that holds it; tensors become parameters."""

    def __init__(self, values=None):
        super().__init__()
        self.extend(values or ())

    def __getitem__(self, index):
        held = list(self)
        return type(self)(held[index]) if isinstance(index, slice) else held[index]

    __setitem__ = lambda self, index, value: register(self, str(range(len(self))[index]), value)
    __len__ = lambda self: len(self._parameters)
    __iter__ = lambda self: iter(self._parameters.values())

    def append(self, value):
        """Add a parameter at the end."""
        register(self, str(len(self)), value)
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
