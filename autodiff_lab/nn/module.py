"""``Module``: parameters, buffers and children by name; state, modes, hooks, and the tree as text. Leans on nn.parameter."""

import itertools
import warnings
from collections import OrderedDict, namedtuple

from ..autograd.function import Function
from ..dtypes import float16, float32, float64
from ..errors import check
from ..graph import RemovableHandle
from ..mode import is_grad_enabled
from ..scope import reason
from ..tensor import Parameter, Tensor

# Where a module keeps what it holds: what torch's sentences call it, of which class it must be, and what they then expect.
REGISTRIES = {
    "_parameters": ("parameter", Parameter, "torch.nn.Parameter or None"),
    "_buffers": ("buffer", Tensor, "torch.nn.Buffer, torch.Tensor or None"),
}
HOOKS = ("_backward_pre_hooks", "_backward_hooks", "_forward_hooks", "_forward_pre_hooks")


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ("missing_keys", "unexpected_keys"))):
    """What ``load_state_dict`` did not find a place for, or a value for."""

    __slots__ = ()

    def __repr__(self):
        return "<All keys matched successfully>" if not any(self) else super().__repr__()

    __str__ = __repr__


class Module:
    """What networks are made of: set parameters, buffers and modules as attributes, and write ``forward``.

    >>> import autodiff_lab as th
    >>> class Line(th.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.slope = th.nn.Parameter(th.tensor(2.))
    ...     def forward(self, x):
    ...         return self.slope * x
    >>> line = Line()
    >>> line(th.tensor(3.))
    tensor(6., grad_fn=<MulBackward0>)
    >>> dict(line.state_dict())
    {'slope': tensor(2.)}
    """

    training = True
    _version = 1

    def __init__(self, *args, **kwargs):
        set_ = super().__setattr__
        set_("training", True)
        for name in REGISTRIES:
            set_(name, {})
        set_("_non_persistent_buffers_set", set())
        for name in HOOKS:
            set_(name, OrderedDict())

    def forward(self, *inputs):
        """Compute the output; to be written by the subclass."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')  # fmt: skip

    def __call__(self, *args, **kwargs):
        by_hooks = self._backward_hooks or self._backward_pre_hooks
        if not (by_hooks or self._forward_pre_hooks or self._forward_hooks):
            return self.forward(*args, **kwargs)
        for hook, with_kwargs in tuple(self._forward_pre_hooks.values()):
            new = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if with_kwargs and new is not None:
                args, kwargs = new
            elif new is not None:
                args = new if isinstance(new, tuple) else (new,)
        result = attached(self, args, kwargs) if by_hooks else self.forward(*args, **kwargs)
        for hook, with_kwargs in tuple(self._forward_hooks.values()):
            new = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            result = result if new is None else new
        return result

    def _register(self, held, hook, prepend):
        handle = RemovableHandle(held)
        held[handle.id] = hook
        if prepend:
            held.move_to_end(handle.id, last=False)
        return handle

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call ``hook(module, args, output)`` after ``forward``; it may return another output.

        Args:
            prepend (bool): before the hooks that are there.
            with_kwargs (bool): call ``hook(module, args, kwargs, output)``.
        """
        return self._register(self._forward_hooks, (hook, with_kwargs), prepend)

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call ``hook(module, args)`` before ``forward``; it may return other arguments.

        Args:
            prepend (bool): before the hooks that are there.
            with_kwargs (bool): call ``hook(module, args, kwargs)``, which returns None or a new pair of both.
        """
        return self._register(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Call ``hook(module, grad_input, grad_output)`` when the gradients of the inputs have been computed."""
        return self._register(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """Call ``hook(module, grad_output)`` when the gradients of the outputs have arrived; it may return others."""
        return self._register(self._backward_pre_hooks, hook, prepend)

    # -- attributes ------------------------------------------------------------------------------

    def __getattr__(self, name):
        own = self.__dict__
        for registry in REGISTRIES:
            if registry in own and name in own[registry]:
                return own[registry][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'" + reason(name))

    def __setattr__(self, name, value):
        kind = next((r for r in ("_parameters", "_modules") if isinstance(value, REGISTRIES[r][1])), None)
        if kind is not None:
            if kind not in self.__dict__:
                what = "parameters" if kind == "_parameters" else "module"
                raise AttributeError(f"cannot assign {what} before Module.__init__() call")
            self._forget(name, but=kind)
            (self.register_parameter if kind == "_parameters" else self.register_module)(name, value)
            return
        held = next((r for r in REGISTRIES if name in self.__dict__.get(r, ())), None)
        if held is None:
            return super().__setattr__(name, value)
        if value is not None and not (held == "_buffers" and isinstance(value, Tensor)):
            what, _, types = REGISTRIES[held]
            kind = (
                f"autodiff_lab.{value.dtype.title}Tensor"
                if isinstance(value, Tensor)
                else type(value).__name__
            )
            child = "child " * (held == "_modules")
            raise TypeError(f"cannot assign '{kind}' as {child}{what} '{name}' ({types} expected)")
        self.__dict__[held][name] = value

    def __delattr__(self, name):
        if not self._forget(name):
            super().__delattr__(name)

    def _forget(self, name, but=None):
        found = False
        for registry in REGISTRIES:
            if registry != but:
                found = self.__dict__.get(registry, {}).pop(name, self) is not self or found
        if but is not None:
            self.__dict__.pop(name, None)
        return found

    def __dir__(self):
        return sorted({*super().__dir__(), *(n for r in REGISTRIES for n in self.__dict__.get(r, {}))})

    def _hold(self, registry, name, value):
        what, kind, _ = REGISTRIES[registry]
        if registry not in self.__dict__:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        check(isinstance(name, str), f"{what} name should be a string. Got {type(name).__name__}", TypeError)
        if "." in name:
            raise KeyError(f'{what} name can\'t contain "."' + (f", got: {name}" if what == "module" else ""))
        check(name != "", f'{what} name can\'t be empty string ""', KeyError)
        if hasattr(self, name) and name not in self.__dict__[registry]:
            raise KeyError(f"attribute '{name}' already exists")
        if value is not None and not isinstance(value, kind):
            shown = value if what == "module" and hasattr(value, "__qualname__") else type(value)
            room = shown.__module__ or type(shown).__module__
            title = (
                value.type()
                if isinstance(value, Tensor)
                else f"{room}.{shown.__qualname__}".removeprefix("builtins.")
            )
            check(what != "module", f"{title} is not a Module subclass", TypeError)
            wanted = "torch.nn.Parameter" if what == "parameter" else "torch Tensor"
            raise TypeError(f"cannot assign '{title}' object to {what} '{name}' ({wanted} or None required)")
        self.__dict__[registry][name] = value

    def register_parameter(self, name, param):
        """Hold a parameter, or None, under ``name``.

        Raises:
            KeyError: for a name that is empty, dotted or taken; TypeError: for what is no parameter.
            ValueError: for a parameter that was computed, for it is no leaf.
        """
        if isinstance(param, Parameter) and param.grad_fn:
            raise ValueError(f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
                             f"To express '{name}' as a function of another Tensor, compute the value in the forward() method.")  # fmt: skip
        self._hold("_parameters", name, param)

    def register_buffer(self, name, tensor, persistent=True):
        """Hold a tensor that is state but no parameter; left out of ``state_dict`` unless ``persistent``."""
        self._hold("_buffers", name, tensor)
        apart = self._non_persistent_buffers_set
        apart.discard(name) if persistent else apart.add(name)

    def register_module(self, name, module):
        """Hold a module, or None, under ``name``."""
        self._hold("_modules", name, module)

    add_module = register_module

    # -- walking the tree ------------------------------------------------------------------------

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """(name, module) of this module and all below it, each once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        lead = f"{prefix}." if prefix else ""
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, lead + name, remove_duplicate)

    def _named(self, registry, prefix, recurse, remove_duplicate):
        seen = set()
        below = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
        for path, module in below if recurse else [(prefix, self)]:
            for name, value in getattr(module, registry).items():
                if value is not None and value not in seen:
                    if remove_duplicate:
                        seen.add(value)
                    yield (f"{path}.{name}" if path else name), value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """(name, parameter) of this module and, with ``recurse``, of all below it."""
        yield from self._named("_parameters", prefix, recurse, remove_duplicate)

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """(name, buffer); see ``named_parameters``."""
        yield from self._named("_buffers", prefix, recurse, remove_duplicate)

    def named_children(self):
        """(name, module) of the modules held directly, each once."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def parameters(self, recurse=True):
        """The parameters; see ``named_parameters``."""
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def buffers(self, recurse=True):
        """The buffers; see ``named_parameters``."""
        for _, b in self.named_buffers(recurse=recurse):
            yield b

    def modules(self, remove_duplicate=True):
        """This module and all below it."""
        for _, m in self.named_modules(remove_duplicate=remove_duplicate):
            yield m

    def children(self):
        """The modules held directly."""
        for _, m in self.named_children():
            yield m

    def get_submodule(self, target):
        """The module at a dotted path. Raises AttributeError if there is none."""
        module = self
        for part in target.split(".") if target else ():
            check(hasattr(module, part), f"{type(module).__name__} has no attribute `{part}`", AttributeError)
            module = getattr(module, part)
            check(isinstance(module, Module), f"`{part}` is not an nn.Module", AttributeError)
        return module

    def _get(self, target, registry, what):
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        check(hasattr(module, name), f"{type(module).__name__} has no attribute `{name}`", AttributeError)
        check(name in getattr(module, registry), f"`{name}` is not {what}", AttributeError)
        return getattr(module, name)

    def get_parameter(self, target):
        """The parameter at a dotted path."""
        return self._get(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target):
        """The buffer at a dotted path."""
        return self._get(target, "_buffers", "a buffer")

    # -- all at once -----------------------------------------------------------------------------

    def apply(self, fn):
        """Call ``fn`` on every module, children first."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        """Switch to training, or with False to evaluation: dropout and batch norm behave differently."""
        check(isinstance(mode, bool), "training mode is expected to be boolean", ValueError)
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        """``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Switch recording on or off for every parameter."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters, or set them to zero."""
        zero_grads(self.parameters(), set_to_none)

    def _apply(self, fn):
        for module in self.modules():
            for p in module._parameters.values():
                if p is not None and not unknown(p):
                    p.data = fn(p.data)
                    if p._grad is not None:
                        p._grad = fn(p._grad.detach())
            for name, b in module._buffers.items():
                if b is not None:
                    module._buffers[name] = fn(b)
        return self

    def to(self, *args, **kwargs):
        """Parameters and buffers, where they are floating-point, in another dtype; the device is the CPU."""
        return self._apply(lambda t: t.to(*args, **kwargs) if t.is_floating_point() else t)

    float = lambda self: self.to(float32)
    double = lambda self: self.to(float64)
    half = lambda self: self.to(float16)

    def type(self, dst_type):
        """All parameters and buffers in another dtype."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self):
        """This module: it is on the CPU already."""
        return self

    def cuda(self, device=None):
        """Raises: there is no CUDA here."""
        return self._apply(lambda t: t.cuda())

    # -- state -----------------------------------------------------------------------------------

    def state_dict(self, *, destination=None, prefix="", keep_vars=False):
        """Every parameter and persistent buffer by its dotted name."""
        made = OrderedDict() if destination is None else destination
        made._metadata = OrderedDict()
        for path, module in self.named_modules(remove_duplicate=False):
            lead = prefix + (f"{path}." if path else "")
            made._metadata[lead[:-1]] = {"version": module._version}
            for name, value in itertools.chain(module._parameters.items(), module._buffers.items()):
                if value is not None and name not in module._non_persistent_buffers_set:
                    made[lead + name] = value if keep_vars else value.detach()
        return made

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copy the numbers of ``state_dict`` into parameters and buffers; with ``assign``, take its tensors.

        Returns:
            ``missing_keys`` and ``unexpected_keys``.

        Raises:
            RuntimeError: with ``strict``, for missing or unexpected names; for sizes that differ, always.
        """
        if not hasattr(state_dict, "items"):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        own = self.state_dict(keep_vars=True)
        for name, value in state_dict.items():
            if unknown(own.get(name)) and not unknown(value):
                own[name].materialize(value.shape)
        missing, wrong = [n for n in own if n not in state_dict], []
        unexpected = [name for name in state_dict if name not in own]
        if not hasattr(
            state_dict, "_metadata"
        ):  # BatchNorm2d's counter is younger than state dicts without it
            missing = [n for n in missing if not n.endswith("num_batches_tracked")]
        for what, names in (("Missing", missing), ("Unexpected", unexpected)):
            if strict and names:
                quoted = ", ".join(f'"{name}"' for name in names)
                wrong.append(f"{what} key(s) in state_dict: {quoted}. ")
        for name in own:
            value = state_dict.get(name, own[name])
            if not isinstance(value, Tensor):
                wrong.append(f'While copying the parameter named "{name}", expected torch.Tensor or Tensor-like object from '
                             f"checkpoint but received {type(value)}")  # fmt: skip
            elif value.shape != own[name].shape:
                wrong.append(f"size mismatch for {name}: copying a param with shape {value.shape} from checkpoint, the shape "
                             f"in current model is {own[name].shape}.")  # fmt: skip
        if wrong:
            title = type(self).__name__
            raise RuntimeError(f"Error(s) in loading state_dict for {title}:\n\t" + "\n\t".join(wrong))
        for path, module in self.named_modules(remove_duplicate=False):
            for registry in (module._parameters, module._buffers):
                for name, value in registry.items():
                    given = state_dict.get(f"{path}.{name}" if path else name)
                    if value is None or given is None:
                        continue
                    if not assign:
                        value.detach().copy_(given.detach())
                    elif isinstance(value, Parameter):
                        registry[name] = Parameter(given.detach(), value.requires_grad)
                    else:
                        registry[name] = given
        return _IncompatibleKeys(missing, unexpected)

    # -- text ------------------------------------------------------------------------------------

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        """What stands in parentheses after the name; to be written by the subclass."""
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): " + indented(repr(module)) for name, module in self._modules.items()]
        if len(lines) <= 1 and not children:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + children) + "\n)"


REGISTRIES["_modules"] = ("module", Module, "torch.nn.Module or None")


def zero_grads(parameters, set_to_none):
    for p in parameters:
        if p._grad is not None:
            if set_to_none:
                p.grad = None
            else:
                p._grad = p._grad.detach()
                p._grad.zero_()


def indented(text):
    return text.replace("\n", "\n  ")


def unknown(t):
    """Whether a lazy module has not found its shape yet."""
    return getattr(t, "is_uninitialized", False)


def attached(module, args, kwargs):
    """``forward`` between two steps that pass gradients on and show them to the module's backward hooks."""
    told = {}  # the gradients of the outputs, once they have arrived
    before, after = (list(h.values()) for h in (module._backward_pre_hooks, module._backward_hooks))

    def changed(grads, new, what):
        new = new if isinstance(new, tuple) else (new,)
        if len(new) != len(grads):
            raise RuntimeError(f"Backward hook returned an invalid number of {what}, got {len(new)}, but expected {len(grads)}")  # fmt: skip
        return new

    def on_outputs(grads):
        grads = outputs.all(grads)
        for hook in before:
            new = hook(module, grads)
            grads = grads if new is None else changed(grads, new, "grad_output")
        told["out"] = grads
        if inputs.node is None:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs "
                "require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#"
                "torch.nn.Module.register_full_backward_hook for more details.", stacklevel=2,
            )  # fmt: skip
            for hook in after:
                new = hook(module, (None,) * len(args), grads)
                if new is not None and any(g is not None for g in new):
                    raise RuntimeError("Backward hook for Modules where no input requires gradient should always return "
                                       "None or None for all gradients.")  # fmt: skip
        return outputs.own(grads)

    def on_inputs(grads, _):
        if "out" not in told:
            return None
        grads = inputs.all(grads)
        for hook in after:
            new = hook(module, grads, told["out"])
            grads = grads if new is None else changed(grads, new, "grad_input")
        del told["out"]
        return inputs.own(grads)

    inputs = Passed(args)
    if inputs.node is not None:
        inputs.node.register_hook(on_inputs)
    result = module.forward(*inputs.values, **kwargs)
    outputs = Passed(result if isinstance(result, tuple) else (result,))
    if outputs.node is not None:
        outputs.node.register_prehook(on_outputs)
    return tuple(outputs.values) if isinstance(result, tuple) else outputs.values[0]


class BackwardHookFunction(Function):
    """Tensors passed on unchanged, as one step that hooks can be put on."""

    @staticmethod
    def forward(ctx, *tensors):
        ctx.mark_non_differentiable(*[t for t in tensors if not t.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx, *grads):
        return grads


class Passed:
    """Values whose tensors went through a ``BackwardHookFunction``, if one requires grad; ``node`` is that step."""

    def __init__(self, values):
        self.values, self.node = list(values), None
        self.places = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
        tensors = [values[i] for i in self.places]
        if is_grad_enabled() and any(t.requires_grad for t in tensors):
            made = BackwardHookFunction.apply(*tensors)
            self.node = next(t.grad_fn for t in made if t.grad_fn is not None)
            for i, t in zip(self.places, made):
                self.values[i] = t

    def all(self, grads):
        """The tensors' gradients among the values, None for the others."""
        found = dict(zip(self.places, grads))
        return tuple(found.get(i) for i in range(len(self.values)))

    def own(self, grads):
        """The tensors' gradients alone."""
        return tuple(grads[i] for i in self.places)
