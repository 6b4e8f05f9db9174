"""``lab.why(t)``: in words, why a tensor's gradient is what it is, or why there is none. ``lab.tree(module)``.

Asks tensors through PyTorch's public face alone, as the reader does. Leans on reading.
"""

from ..messages import say
from .formulas import op_name
from .names import Names, caller_names, is_tensor
from .reading import read, shown
from .render.text import table


class Words(str):
    """A text that a notebook shows as it stands, without quotes."""

    def __repr__(self):
        return str(self)


def why(tensor, names=None):
    """Why ``tensor.grad`` is None, or what it holds, and whether ``backward()`` can still go through its graph.

    Args:
        tensor: a tensor of this package or of PyTorch.
        names: a mapping from names to tensors; by default the caller's variables.

    Returns:
        The explanation in the language in use, one reason a line.

    Raises:
        TypeError: if it is no tensor.

    >>> import autodiff_lab as th
    >>> x = th.tensor(2.0, requires_grad=True)
    >>> y = x**2
    >>> print(why(x))
    x.grad es None: es una hoja con requires_grad=True, pero ningún backward() le ha dejado un gradiente.
    De x dependen: y. Llama a y.backward().
    """
    if not is_tensor(tensor):
        raise TypeError(say("why.error.type", type=type(tensor).__name__))
    known = Names(caller_names() if names is None else names)
    name = known.of(tensor) or say("why.it")
    return Words("\n".join([*_gradient(tensor, name, known), *_graph(tensor, name)]))


def _gradient(tensor, name, known):
    """What can be said of ``.grad``."""
    if not tensor.requires_grad:
        if not tensor.dtype.is_floating_point:
            return [say("why.dtype", name=name, dtype=str(tensor.dtype).rpartition(".")[2])]
        return [say("why.constant", name=name)]
    kept = tensor.is_leaf or bool(getattr(tensor, "retains_grad", False))
    if not kept:
        return [say("why.intermediate", name=name, op=op_name(tensor.grad_fn.name()))]
    if tensor.grad is not None:
        return [say("why.has", name=name, grad=shown(tensor.grad))]
    lines = [say("why.leaf" if tensor.is_leaf else "why.retained", name=name)]
    users, done = _users(tensor, known)
    if done:
        lines.append(say("why.cleared" if tensor.is_leaf else "why.late", name=name, user=done[0]))
    elif users:
        lines.append(say("why.users", name=name, users=", ".join(users), user=users[-1]))
    else:
        lines.append(say("why.unused", name=name))
    return lines


def _users(tensor, known):
    """The names of the results that depend on a tensor; and of those whose graph a backward pass has freed."""
    users, done = [], []
    for user, result, _ in known.made.values():
        if result is tensor:
            continue
        reached, freed, seen, stack = False, False, set(), [result.grad_fn]
        while stack and len(seen) < 5000:
            fn = stack.pop()
            if id(fn) in seen:
                continue
            seen.add(id(fn))
            reached |= getattr(fn, "variable", None) is tensor or (fn is tensor.grad_fn)
            stack += [child for child, _ in fn.next_functions if child is not None]
        if reached:
            users.append(user)
            freed = any(s.state == "freed" for n in read(result, values=False).nodes for s in n.saved)
            done += [user] if freed else []
    return users, done


def _graph(tensor, name):
    """What can be said of another backward pass."""
    if tensor.grad_fn is None:
        return []
    saved = [(node, s) for node in read(tensor, values=False).nodes for s in node.saved]
    stale = next((node for node, s in saved if s.state == "stale"), None)
    if stale is not None:
        return [say("why.stale", name=name, op=stale.op)]
    if any(s.state == "freed" for _, s in saved):
        return [say("why.freed", name=name)]
    return []


def tree(module):
    """An ``nn.Module``'s parameters as a table: shape, dtype, whether they require grad, the norm of the gradient.

    Raises:
        TypeError: if it has no ``named_parameters()``.
    """
    if not hasattr(type(module), "named_parameters"):
        raise TypeError(say("tree.error.type", type=type(module).__name__))
    rows, total = [], 0
    for name, parameter in module.named_parameters():
        gradient = parameter.grad
        norm = "None" if gradient is None else shown((gradient.detach() ** 2).sum() ** 0.5)
        size = parameter.numel()
        total += size
        shape, dtype = str(list(parameter.shape)), str(parameter.dtype).rpartition(".")[2]
        rows.append([name, shape, dtype, str(size), str(parameter.requires_grad), norm])
    head = [say(f"tree.head.{k}") for k in ("name", "shape", "dtype", "size")] + ["requires_grad", "‖grad‖"]
    return Words("\n".join([*table(head, rows, right=(3, 5)), say("tree.total", total=total)]))
