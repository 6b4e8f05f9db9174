"""torch.func: functions to functions. Leans on autograd, mode, tensor, nn.

Each transform calls the function on stand-ins of its arguments, whose graph is its own: a stand-in of a plain tensor is
a fresh leaf, one of a tensor that requires grad is a view of it, so that transforms can be nested and mixed with
``backward``. What comes out keeps its history only if that leads to something outside.
"""

import functools
from typing import NamedTuple

from .autograd.forward_ad import SIZES
from .autograd.functional import matrices, pulled, pusher
from .errors import check
from .graph import LEAF
from .mode import mode, switched, told, under
from .nn.module import Module
from .ops.row import FUNCTIONS
from .sampling import default_generator
from .tensor import Tensor, alias, check_differentiable, new_tensor

# -- trees: tuples, lists and dicts of tensors --------------------------------------------------------------


def leaves(tree):
    """What hangs in a tree of tuples, lists and dicts, in order."""
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, (tuple, list)):
        return [tree]
    return [leaf for branch in tree for leaf in leaves(branch)]


def mapped(function, tree, *others):
    """``tree`` with ``function`` of each leaf, and of the leaves of trees of the same form, in its place."""
    if isinstance(tree, dict):
        return {k: mapped(function, v, *(o[k] for o in others)) for k, v in tree.items()}
    if isinstance(tree, (tuple, list)):
        made = [mapped(function, v, *(o[i] for o in others)) for i, v in enumerate(tree)]
        return type(tree)(*made) if hasattr(tree, "_fields") else type(tree)(made)
    return function(tree, *others)


def like(tree, values):
    """``tree`` with the next of ``values`` in the place of each leaf."""
    rest = iter(values)
    return mapped(lambda _: next(rest), tree)


# -- a function called on stand-ins --------------------------------------------------------------------------


def stand_in(t):
    check(isinstance(t, Tensor), f"Thing passed to transform API must be Tensor, got {type(t)}", ValueError)
    check_differentiable(t._array.dtype, t, "only Tensors of floating point dtype can require gradients")
    if t._node is not None:
        return t.view_as(t)
    twin = alias(t, LEAF)
    if mode.grad.__class__ is not bool:
        told("follow", t, twin)
    return twin


class Run(NamedTuple):
    """A call of a function on stand-ins."""

    given: list  # the stand-ins' trees, an argument each
    own: list  # the stand-ins
    made: object  # what the function gave
    aux: object  # … beside it, if it gives a pair
    outs: list  # the tensors in what it gave
    keep: bool  # whether what comes out is to keep its history, as it leads to something outside


def run(name, func, args, kwargs=None, argnums=None, has_aux=False):
    """Call ``func`` with stand-ins for its arguments, or for those that ``argnums`` names."""
    args = list(args)
    numbers = range(len(args)) if argnums is None else chosen(argnums, args)
    for n in numbers:
        args[n] = mapped(stand_in, args[n])
    given = [args[n] for n in numbers]
    own = leaves(given)
    made, aux = under(switched(mode.grad, True), func, *args, **(kwargs or {})), None
    if has_aux:
        if not isinstance(made, tuple) or len(made) != 2:
            raise RuntimeError(f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True")  # fmt: skip
        made, aux = made
    outs = leaves(made)
    return Run(given, own, made, aux, outs, bool(mode.grad) and leads_outside(outs, own))


def leads_outside(tensors, own):
    """Whether the history of any of ``tensors`` reaches a leaf that is not among ``own``."""
    mine, seen = {id(t) for t in own}, set()
    stack = [t if t._node is LEAF else t._node for t in tensors if isinstance(t, Tensor)]
    while stack:
        edge = stack.pop()
        if edge is None or id(edge) in seen:
            continue
        seen.add(id(edge))
        if not isinstance(edge, Tensor):
            stack.extend(edge._edges)
        elif id(edge) not in mine:
            return True
    return False


def released(tree, keep):
    return tree if keep else mapped(lambda t: t.detach() if isinstance(t, Tensor) else t, tree)


def chosen(argnums, args):
    """The positions that ``argnums`` names."""
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for n in numbers:
        check(-len(args) <= n < len(args), f"Got argnum={n}, but only {len(args)} positional inputs")
    return [n % len(args) for n in numbers]


def one_or_all(values, argnums):
    return values[0] if isinstance(argnums, int) else tuple(values)


def check_outputs(name, outs):
    for t in outs:
        if not isinstance(t, Tensor):
            raise RuntimeError(f"{name}: Expected f(*primals) to return only tensors, got unsupported type {type(t)}")  # fmt: skip


# -- derivatives --------------------------------------------------------------------------------------------


def grad_and_value(func, argnums=0, has_aux=False):
    """A function that gives ``(gradient, value)`` of ``func``, or ``(gradient, (value, aux))``.

    Args: as ``grad``.
    """

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        name = "grad_and_value(f)(*args)"
        r = run(name, func, args, kwargs, argnums, has_aux)
        if not isinstance(r.made, Tensor):
            raise RuntimeError(f"{name}: Expected f(*args) to return a Tensor, got {type(r.made)}")
        if r.made.ndim:
            raise RuntimeError(f"{name}: Expected f(*args) to return a scalar Tensor, got tensor with {r.made.ndim} dims. Maybe you "
                               "wanted to use the vjp or jacrev APIs instead?")  # fmt: skip
        one = new_tensor(r.made._array.dtype.type(1))
        found = one_or_all(like(r.given, pulled(r.outs, r.own, [one], r.keep)), argnums)
        value, aux = released(r.made, r.keep), released(r.aux, r.keep)
        return found, (value, aux) if has_aux else value

    return wrapper


def grad(func, argnums=0, has_aux=False):
    """A function that gives the gradient of ``func``, whose value must be a 0-d tensor.

    Args:
        func: a function of tensors, or of tuples, lists and dicts of tensors.
        argnums (int or tuple): with respect to which arguments.
        has_aux (bool): ``func`` gives ``(value, aux)``; the result is then ``(gradient, aux)``.

    Raises:
        RuntimeError: if the value is not a 0-d tensor, or there is no such argument.

    >>> import autodiff_lab as th
    >>> from autodiff_lab.func import grad
    >>> grad(grad(lambda x: x ** 3))(th.tensor(2.))
    tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return wrapper


def vjp(func, *primals, has_aux=False):
    """The value of ``func`` and the function that carries cotangents back: ``(value, vjp_fn)``, and aux if asked for.

    ``vjp_fn(cotangent)``, of the value's form and shape, gives a tuple with one gradient an argument.

    >>> import autodiff_lab as th
    >>> value, vjp_fn = th.func.vjp(lambda x: x ** 2, th.tensor([1., 3.]))
    >>> vjp_fn(th.ones(2))
    (tensor([2., 6.]),)
    """
    r = run("vjp(f, *primals)", func, primals, has_aux=has_aux)
    check_outputs("vjp(f, *primals)", r.outs)
    outside = leads_outside(r.outs, r.own)

    def vjp_fn(*cotangents, retain_graph=True, create_graph=None):
        given = leaves(cotangents[0] if len(cotangents) == 1 else cotangents)
        if len(given) != len(r.outs):
            raise RuntimeError("Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                               f"function: {len(r.outs)} tensors, but got {len(given)}")  # fmt: skip
        again = bool(mode.grad) and (outside or any(c._node is not None for c in given))
        return like(primals, pulled(r.outs, r.own, given, again))

    made, aux = released(r.made, r.keep), released(r.aux, r.keep)
    return (made, vjp_fn, aux) if has_aux else (made, vjp_fn)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """The value of ``func`` and its derivative in a direction: ``(value, tangent)``, and aux if asked for.

    Args:
        primals, tangents (tuple): the arguments, and as many directions of the same shapes.

    >>> import autodiff_lab as th
    >>> th.func.jvp(lambda x: x ** 2, (th.tensor(3.),), (th.tensor(1.),))
    (tensor(9.), tensor(6.))
    """
    name = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{name}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")  # fmt: skip
    given, values = leaves(tangents), leaves(primals)
    if len(given) != len(values):
        raise RuntimeError(f"{name}: Expected primals and tangents to have the same python structure. For example, if primals is a "
                           f"tuple of 3 tensors, tangents also must be. Got {len(values)} primals and {len(given)} tangents")  # fmt: skip
    for t, p in zip(given, values):
        if t.shape != p.shape:
            raise RuntimeError(SIZES.format(list(p.shape), list(t.shape)))
    r = run(name, func, primals, has_aux=has_aux)
    check_outputs(name, r.outs)
    again = bool(mode.grad) and (r.keep or any(t._node is not None for t in given))
    pushed = like(r.made, pusher(r.outs, r.own)(given, again))
    result = released(r.made, r.keep), released(pushed, again)
    return (*result, released(r.aux, r.keep)) if has_aux else result


def linearize(func, *primals):
    """The value of ``func`` and the function that carries tangents forward from there: ``(value, jvp_fn)``."""
    r = run("linearize", func, primals)
    push = pusher(r.outs, r.own)
    return released(r.made, False), lambda *tangents: like(r.made, push(leaves(tangents), False))


def jacobian(func, argnums, has_aux, forward):
    """``jacrev`` and ``jacfwd``: rows by pulling unit cotangents, or columns by pushing unit tangents."""

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        r = run("jacobian", func, args, kwargs, argnums, has_aux)
        check_outputs("jacfwd" if forward else "jacrev", r.outs)
        rows = matrices(r.outs, r.own, forward, r.keep)
        result = like(r.made, [one_or_all(released(like(r.given, row), r.keep), argnums) for row in rows])
        return (result, released(r.aux, r.keep)) if has_aux else result

    return wrapper


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None):
    """A function that gives the Jacobian of ``func``, of shape (value's shape … argument's shape), row by row.

    Args: ``func``, ``argnums`` and ``has_aux`` as ``grad``; the value may be of any shape, or a tree of tensors.

    >>> import autodiff_lab as th
    >>> th.func.jacrev(lambda x: x ** 2)(th.tensor([1., 3.]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    return jacobian(func, argnums, has_aux, forward=False)


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error", chunk_size=None):
    """A function that gives the Jacobian of ``func`` as ``jacrev`` does, but column by column, going forward."""
    return jacobian(func, argnums, has_aux, forward=True)


def hessian(func, argnums=0):
    """A function that gives the matrix of second derivatives of ``func``: ``jacfwd(jacrev(func))``.

    >>> import autodiff_lab as th
    >>> th.func.hessian(lambda x: x[0] ** 2 * x[1])(th.tensor([1., 3.]))
    tensor([[6., 2.],
            [2., 0.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


# -- many at once -------------------------------------------------------------------------------------------


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """A function that maps ``func`` over a dimension of its arguments and stacks what comes out.

    Differs from torch: ``func`` is called once for each index, on plain tensors; torch runs it once on hidden
    batches. The result is the same; what ``func`` prints comes several times, and ``item()`` and ``if`` on tensors
    are allowed.

    Args:
        in_dims (int or tree): the dimension of each argument to map over; None passes an argument whole,
            as arguments by name are.
        out_dims (int or tree): where the results' new dimension goes.
        randomness (str): ``"error"`` refuses random numbers; ``"same"`` draws the same for all, ``"different"`` others.

    Raises:
        ValueError: for arguments without a tensor to map over, sizes that differ, or a result that is no tensor.

    >>> import autodiff_lab as th
    >>> th.vmap(th.dot)(th.ones(3, 2), th.ones(3, 2))
    tensor([2., 2., 2.])
    """
    name = getattr(func, "__name__", repr(func))

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        said = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>)"
        if not args:
            raise ValueError(f"{said}: got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function "
                             "with no inputs.")  # fmt: skip
        flat, dims = leaves(args), spread(in_dims, args, said)
        sizes = []
        for t, d in zip(flat, dims):
            if d is None:
                continue
            if not isinstance(t, Tensor):
                raise ValueError(f"{said}: Got in_dim={d} for an input but the input is of type {type(t)}. We cannot vmap over "
                                 "non-Tensor arguments, please use None as the respective in_dim")  # fmt: skip
            if not -t.ndim <= d < t.ndim:
                raise ValueError(f"{said}: Got in_dim={d} for some input, but that input is a Tensor of dimensionality {t.ndim} so "
                                 f"expected in_dim to satisfy -{t.ndim} <= in_dim < {t.ndim}.")  # fmt: skip
            sizes.append(t.shape[d])
        check(sizes, "vmap: Expected at least one Tensor to vmap over", ValueError)
        if len(set(sizes)) > 1:
            raise ValueError(f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the "
                             "mapped dimension")  # fmt: skip
        made, start = [], default_generator.get_state()
        for i in range(sizes[0]):
            if randomness == "same":
                default_generator.set_state(start)
            row = like(args, [t if d is None else t.select(d, i) for t, d in zip(flat, dims)])
            made.append(func(*row, **kwargs))
            if randomness == "error" and not default_generator.get_state().equal(start):
                default_generator.set_state(start)
                raise RuntimeError("vmap: called random operation while in randomness error mode. Please either use the 'same' or "
                                   "'different' randomness flags on vmap or perform the randomness operation out of vmap")  # fmt: skip
        if not made:
            raise NotImplementedError(f"vmap({name}, ...): mapping over a dimension of size 0 is not offered")
        return stacked(name, made, out_dims)

    return wrapper


def spread(in_dims, args, said):
    """One dimension for each leaf of ``args``."""
    if isinstance(in_dims, int):
        return [in_dims] * len(leaves(args))
    if not isinstance(in_dims, (tuple, list)):
        raise ValueError(f"{said}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
                         f"got: {type(in_dims)}.")  # fmt: skip

    def walk(dims, tree):
        if dims is None or isinstance(dims, int):
            return [dims] * len(leaves(tree))
        branches = type(dims) in (tuple, list, dict) and isinstance(tree, (tuple, list, dict))
        if not branches or len(dims) != len(tree):
            raise ValueError(f"{said}: in_dims is not compatible with the structure of `inputs`. in_dims has structure {dims} but "
                             f"there are {len(args)} inputs.")  # fmt: skip
        pairs = ((dims[k], tree[k]) for k in tree) if isinstance(tree, dict) else zip(dims, tree)
        return [d for pair in pairs for d in walk(*pair)]

    return walk(tuple(in_dims), args)


def stacked(name, made, out_dims):
    first = leaves(made[0])
    for t in first:
        if not isinstance(t, Tensor):
            raise ValueError(f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(t)}. Did you mean to set "
                             "out_dims= to None for output?")  # fmt: skip
    dims = [out_dims] * len(first) if isinstance(out_dims, int) or out_dims is None else leaves(out_dims)
    if len(dims) != len(first):
        raise ValueError(f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
                         "`outputs`.")  # fmt: skip
    columns = zip(*(leaves(m) for m in made))
    stack = FUNCTIONS["stack"]
    return like(made[0], [c[0] if d is None else stack(c, d) for c, d in zip(columns, dims)])


# -- modules as functions -----------------------------------------------------------------------------------


def functional_call(
    module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False
):
    """``module(*args)`` with other tensors in the place of its parameters and buffers, for this call.

    Args:
        parameter_and_buffer_dicts (dict or tuple of dict): {name as in ``named_parameters``: tensor}.
        args: the arguments; one alone need not be a tuple.
        strict (bool): whether every parameter and buffer must be given, and nothing else.

    >>> import autodiff_lab as th
    >>> line = th.nn.Linear(2, 1)
    >>> th.func.functional_call(line, {"weight": th.ones(1, 2), "bias": th.zeros(1)}, th.ones(2))
    tensor([2.])
    """
    given = {}
    parts = parameter_and_buffer_dicts
    for part in parts if isinstance(parts, (tuple, list)) else (parts,):
        given.update(part)
    known = dict(module.named_parameters(remove_duplicate=False))
    known.update(module.named_buffers(remove_duplicate=False))
    unknown, missing = [n for n in given if n not in known], [n for n in known if n not in given]
    if strict and (unknown or missing):
        raise RuntimeError(f"Error(s) in passing in parameters and buffers to {type(module).__name__}: unexpected {unknown}, "
                           f"missing {missing}")  # fmt: skip
    if unknown and unknown[0].rpartition(".")[0] not in dict(module.named_modules()):
        raise AttributeError(f"{type(module).__name__} has no attribute `{unknown[0]}`")
    if tie_weights:
        names = {id(t): n for n, t in known.items() if n in given}
        given.update({n: given[names[id(t)]] for n, t in known.items() if n not in given and id(t) in names})
    before = []
    try:
        for name, tensor in given.items():
            owner, _, last = name.rpartition(".")
            holder = module.get_submodule(owner)
            table = holder._parameters if last in holder._parameters else holder._buffers
            before.append((table, last, table.get(last)))
            table[last] = tensor
        args = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*args, **(kwargs or {}))
    finally:
        for table, last, tensor in reversed(before):
            table[last] = tensor


def stack_module_state(models):
    """The parameters and buffers of models of one form, stacked: two dicts {name: tensor of shape (models, …)}.

    Raises:
        RuntimeError: for no models, or some in training mode and some not.
    """
    models = list(models)
    check(models, "stack_module_state: Expected at least one model, got 0.")
    if not all(isinstance(m, Module) and m.training == models[0].training for m in models):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(m) for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def joined(tables):
        first, *_ = tables = [dict(t) for t in tables]
        stacks = {n: FUNCTIONS["stack"]([t[n].detach() for t in tables]) for n in first}
        return {n: t.requires_grad_(first[n].requires_grad) for n, t in stacks.items()}

    return joined(m.named_parameters() for m in models), joined(m.named_buffers() for m in models)


__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "stack_module_state",
    "vjp", "vmap",
]  # fmt: skip
