"""``Optimizer``: parameters in groups, a state for each, and the step that subclasses write. Leans on tensor, mode."""

import warnings
from collections import defaultdict
from itertools import chain

from ..errors import check
from ..mode import mode, no_grad, switched, under
from ..nn.module import zero_grads
from ..ops.compose import typename
from ..signature import Declared
from ..tensor import Tensor

required = object()


class Optimizer(Declared):
    """What every algorithm shares; subclass it and write ``step``, or ``update`` of one parameter.

    Args:
        params: tensors, or dicts with ``"params"`` and options of their own, or (name, tensor) pairs.
        defaults (dict): the options of groups that do not give theirs.

    Attributes:
        param_groups (list of dict): the parameters and their options, which may be changed at any time.
        state (dict): by parameter, what the algorithm remembers of it.

    Raises:
        TypeError: if ``params`` is a single tensor, or holds anything but tensors.
        ValueError: if there are none, one is no leaf, or one is in two groups.
    """

    def __init__(self, params, defaults):
        self.defaults, self.state, self.param_groups = defaults, defaultdict(dict), []
        if isinstance(params, Tensor):
            raise TypeError("params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                            + params.type().replace("autodiff_lab.", "torch."))  # fmt: skip
        groups = list(params)
        check(groups, "optimizer got an empty parameter list", ValueError)
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group({**group} if isinstance(group, dict) else group)

    def add_param_group(self, param_group):
        """Add parameters with options of their own, say a layer that joins the training late."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError("optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                            "sets will change between runs. Please use a list instead.")  # fmt: skip
        params = [given] if isinstance(given, Tensor) else list(given)
        if params and isinstance(params[0], tuple):
            param_group["param_names"] = [name for name, _ in params]
            params = [p for _, p in params]
        if len(params) != len(set(map(id, params))):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see "
                "github.com/pytorch/pytorch/issues/40967 for more information", stacklevel=6,
            )  # fmt: skip
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {typename(p)}")  # fmt: skip
            if not (self.defaults.get("differentiable") or p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")  # fmt: skip
            param_group.setdefault(name, default)
        if not set(self._all()).isdisjoint(params):
            raise ValueError("some parameters appear in more than one parameter group")
        param_group["params"] = params
        self.param_groups.append({"params": params, **param_group})

    def _all(self):
        return chain.from_iterable(group["params"] for group in self.param_groups)

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters, or set them to zero."""
        zero_grads(self._all(), set_to_none)

    def step(self, closure=None):
        """Move every parameter that has a gradient; ``closure``, if given, computes the loss anew before.

        Returns:
            What ``closure`` gave.
        """
        loss = None if closure is None else under(switched(mode.grad, True), closure)
        self._move_all()
        return loss

    @no_grad()
    def _move_all(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p._grad is not None:
                    g, state = p._grad, self.state.get(p, {})
                    self._update(p, -g if group.get("maximize") else g, state, group)
                    if state:
                        self.state[p] = state

    def _update(self, p, g, state, group):
        """Move one parameter along its gradient; to be written by the subclass."""
        raise NotImplementedError

    def state_dict(self):
        """Options and state, with parameters as numbers in order; for ``load_state_dict``."""
        numbers = {p: i for i, p in enumerate(dict.fromkeys(self._all()))}
        groups = [
            {**{k: v for k, v in g.items() if k != "params"}, "params": [numbers[p] for p in g["params"]]}
            for g in self.param_groups
        ]
        return {"state": {numbers[p]: dict(state) for p, state in self.state.items()}, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Take options and state from ``state_dict``; the parameters stay.

        Raises:
            ValueError: if the groups differ in number or size.
        """
        groups = state_dict["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(groups, self.param_groups)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")  # fmt: skip
        by_number = {}
        for theirs, ours in zip(groups, self.param_groups):
            by_number.update(zip(theirs["params"], ours["params"]))
            ours.update({k: v for k, v in theirs.items() if k != "params"})
        self.state = defaultdict(dict)
        for k, state in state_dict["state"].items():
            copied = {n: v.clone() if isinstance(v, Tensor) else v for n, v in state.items()}
            self.state[by_number.get(k, k)] = copied

    def __repr__(self):
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(f"    {k}: {group[k]}\n" for k in sorted(group) if k != "params")
        return text + ")"
