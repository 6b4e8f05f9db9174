"""From a row to the functions, methods and operators that learners call. Leans on words, tensor, views, graph, dtypes.

Note [Two paths]
Every call can go the general path, ``apply``: it checks the arguments, finds the dtype, runs the row's forward,
leaves a node and tells whoever watches. For pointwise operations of one or two inputs a function is written out
for the row (``UNARY``, ``BINARY``) that handles the common case at once: tensors of one floating dtype, or a tensor and a
Python number, with nobody watching. Everything else falls through to ``apply``. Both leave the same node.

Note [Dtypes]
``row.dtypes`` says how the inputs are cast before ``forward`` runs, by torch's promotion rules:

    "same"      to the promoted dtype                                   add, mul, maximum
    "float"     as "same", but integers become the default dtype        div, sin, exp
    "compare"   as "same"; the result is bool                           lt, eq
    "bits"      as "same"; floating point is refused                    bitwise_and
    "assign"    not at all; each gradient is fitted to its input        copy_
    None        not at all                                              views, reductions with rules of their own
"""

import functools
import operator

import numpy as np

from .. import dtypes
from ..engine import edge_of
from ..errors import check, explained, warn
from ..exact import copied
from ..graph import LEAF, PLAIN, Gate, Row, SavedOutput, parameters, written_out
from ..mode import Inference, mode, ticks
from ..tensor import TENSORS, Tensor, Untracked, clock_of, memory, new_tensor
from ..views import (
    FLOATS,
    MULTI_VIEW,
    NO_GRAD_VIEW,
    NUMBERS,
    at_length,
    in_place,
    keep_apart,
    make_view,
    refuse,
    write,
)
from .words import misfit, named, together, worded

REQUIRED = type("REQUIRED", (), {"__repr__": lambda self: "required"})()

ROWS = {}  # every row by its function's name, in order of declaration
FUNCTIONS = {}  # what the façade exports: name -> function
UFUNCS = {}  # NumPy ufunc -> function, for __array_ufunc__

SCALAR_OPERATORS = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.true_divide: operator.truediv,
    np.negative: operator.neg, np.less: operator.lt, np.less_equal: operator.le,
    np.greater: operator.gt, np.greater_equal: operator.ge, np.equal: operator.eq, np.not_equal: operator.ne,
}  # fmt: skip


UNARY = """\
def made({signature}):
    m = mode.grad
    if {guard}(m is True or m is False) and (input.__class__ is Tensor or input.__class__ in TENSORS):
        a = input._array
        if a.__class__ in FLOATS or a.dtype.kind == "f":
            t = new(Tensor)
            t._clock = t._grad = t._hooks = t._view = None
            t._array = out = forward(a{rest})
            xn = input._node
            if m and {wanted}:
                t._node = node = new(Node)
                node._seq = next_tick()
                node._edges = (input if xn is LEAF else xn,)
                node._saved = ({saved}){noted}
                node._fit = node._hooks = None
            else:
                t._node = None
            return t
    return {fallback}
"""

BINARY = """\
def made({signature}):
    m = mode.grad
    if {guard}(m is True or m is False) and (input.__class__ is Tensor or input.__class__ in TENSORS):
        a = input._array
        kind, beside = a.__class__, other.__class__
        fit = yn = None
        if beside is Tensor or beside in TENSORS:
            b = other._array
            yn = other._node
            if kind in FLOATS and kind is b.__class__:
                fast = True
            else:
                dtype = a.dtype
                fast = dtype is b.dtype and dtype.kind == "f"
                if fast:
                    left, right = a.shape, b.shape
                    if left != right:
                        shape = broadcast(left, right)
                        fit = (None if left == shape else (left, dtype), None if right == shape else (right, dtype))
        elif beside in NUMBERS:
            b = other
            fast = kind in FLOATS
            if not fast:
                dtype = a.dtype
                fast = dtype.kind == "f"{constant}
        else:
            fast = False
        if fast:
            t = new(Tensor)
            t._clock = t._grad = t._hooks = t._view = None
            t._array = out = forward(a, b{rest})
            xn = input._node
            if m and ({wanted}):
                t._node = node = new(Node)
                node._seq = next_tick()
                node._edges = (input if xn is LEAF else xn, other if yn is LEAF else yn)
                node._saved = ({saved}){noted}
                node._fit = fit
                node._hooks = None
            else:
                t._node = None
            return t
    return {fallback}
"""


def write_out(row, name=None, fallback=None, **names):
    """The fast function for a pointwise row of one or two inputs; see Note [Two paths].

    Args:
        name: what to call an operator; by default it is the row's function, with its options.
        fallback: the operator's expression for every other case.
        names: what else the fallback names.
    """
    arguments = ("input", "other")[: len(row.inputs)]
    signature, guard = ", ".join(arguments), ""
    options = list(zip(row.attrs, row.defaults))
    if name is None:
        fallback = f"apply(row, {signature}, out=out{''.join(f', {n}={checked(row, n)}' for n in row.attrs)})"
        guard = "out is None and "
        if REQUIRED in row.defaults:
            signature = ", ".join([*arguments, *row.attrs, "*", "out=None"])
        else:
            signature = ", ".join([*arguments, "*", *(f"{n}={d!r}" for n, d in options), "out=None"])
            guard += "".join(f"{n} == {d!r} and " for n, d in options)
    elif REQUIRED in row.defaults:
        signature = ", ".join([*arguments, *row.attrs])
    if REQUIRED in row.defaults:
        guard += "".join(f"{n}.__class__ in NUMBERS and " for n in row.attrs)
    kept, saved = dict(zip(row.inputs, arguments)), []
    for n in row.saved:
        users = [edge for edge, arg in zip(("xn", "yn"), row.inputs) if n in row.needs.get(arg, ())]
        value = kept.get(n, "SavedOutput(out, clock_of(t))")
        saved.append(
            value if len(users) == len(row.inputs) else f"{value} if {users[0]} is not None else None"
        )
    given = {n: n if d is REQUIRED else repr(d) for n, d in options}
    forward = SCALAR_OPERATORS.get(row.ufunc, row.ufunc or row.forward)
    constant = forward in SCALAR_OPERATORS.values()
    source = (BINARY if len(row.inputs) == 2 else UNARY).format(
        signature=signature, guard=guard, fallback=fallback,
        wanted="False" if not row.rules else "xn is not None" + " or yn is not None" * (len(row.inputs) == 2),
        saved="".join(f"{v}, " for v in saved),
        noted="; node._noted = (" + "".join(f"{given[n]}, " for n in row.noted) + ")" if row.noted else "",
        rest="".join(f", {n}" for n, d in options if d is REQUIRED),
        constant="\n                if fast and b: b = constant(b, dtype)" * constant,
    )  # fmt: skip
    space = {
        "mode": mode, "TENSORS": TENSORS, "new": object.__new__, "Tensor": Tensor, "Node": row.node, "LEAF": LEAF,
        "next_tick": ticks.next, "forward": forward, "FLOATS": FLOATS, "NUMBERS": NUMBERS,
        "SavedOutput": SavedOutput, "clock_of": clock_of, "broadcast": broadcast, "row": row, "apply": apply,
        "operand": operand, "constant": dtypes.constant, "factor": factor, **names,
    }  # fmt: skip
    return written_out(source, space, name or row.name)


@functools.lru_cache(4096)
def broadcast(left, right):
    """The shape to which two shapes broadcast; RuntimeError in torch's words, where they do not."""
    if left == right:
        return left
    n = max(len(left), len(right))
    padded = [(1,) * (n - len(s)) + s for s in (left, right)]
    for i, (p, q) in reversed(list(enumerate(zip(*padded)))):
        if p != q and p != 1 and q != 1:
            said = f"The size of tensor a ({p}) must match the size of tensor b ({q}) at non-singleton dimension {i}"
            raise explained(RuntimeError(said), "note.broadcast", left=list(left), right=list(right))
    return tuple(q if p == 1 else p for p, q in zip(*padded))


def broadcast_all(*shapes):
    """The shape to which any number of shapes broadcast."""
    return functools.reduce(broadcast, map(tuple, shapes))


def operand(value):
    """Whether ``value`` may stand beside a tensor in an expression such as ``x * value``."""
    return isinstance(value, (Tensor, int, float, np.generic, np.ndarray))


def is_number(value):
    return isinstance(value, (bool, int, float, np.number, np.bool_))


def type_title(value):
    kind = type(value)
    return f"{kind.__module__}.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def unfit(value, wanted, function, position, name, note):
    """torch's TypeError for an argument that is no ``wanted``."""
    given = type_title(value)
    sentence = f"{function}(): argument '{name}' (position {position}) must be {wanted}, not {given}"
    return explained(TypeError(sentence), note, given=given)


def check_tensor(value, function, position=1, name="input"):
    """``value``; torch's TypeError unless it is a tensor."""
    if not isinstance(value, Tensor):
        raise unfit(value, "Tensor", function, position, name, "note.tensor_expected")
    return value


def number(value, function, name, position=2):
    """A Python number, from one or a NumPy one; torch's TypeError for anything else."""
    if not is_number(value):
        raise unfit(value, "Number", function, position, name, "note.number_expected")
    return plain(value)


def factor(value, function, name):
    """What an operand is multiplied by, a number; torch's TypeError for anything else."""
    given = value.item() if isinstance(value, Tensor) and not value.ndim else value
    check(
        is_number(given),
        f"{function}(): argument '{name}' must be Number, not {type_title(value)}",
        TypeError,
    )
    return plain(given)


def checked(row, name):
    """The text by which a written function passes an attribute on."""
    return f"factor({name}, {row.name!r}, {name!r})" if name in ("alpha", "value") else name


def plain(value):
    """A number of NumPy's, or of a class of the learner's, as Python's own."""
    if value.__class__ in NUMBERS:
        return value
    if isinstance(value, np.generic):
        return value.item()
    return float(value) if isinstance(value, float) else value


def as_input(row, position, value, allow_number):
    """An argument as a tensor or a Python number; torch's TypeError for anything else."""
    if isinstance(value, Tensor):
        return value
    if allow_number and is_number(value):
        return plain(value)
    if allow_number and isinstance(value, np.ndarray):
        return new_tensor(value if value.ndim else value[()])
    name = {"x": "input", "y": "other"}.get(row.inputs[position], row.inputs[position])
    return check_tensor(value, row.name, position + 1, name)


def cast_inputs(row, inputs):
    """The inputs' NumPy values in the dtype that the row computes in."""
    if row.dtypes == "assign":
        return [value._array for value in inputs]
    target = dtypes.result_dtype([
        (v.dtype, 2 if v._array.ndim else 1) if isinstance(v, Tensor) else (dtypes.of_number(v), 0) for v in inputs
    ])  # fmt: skip
    if row.dtypes == "float" and not target.is_floating_point:
        target = dtypes.get_default_dtype()
    if row.dtypes == "bits" and target.is_floating_point:
        raise NotImplementedError(f"\"{row.name}_cpu\" not implemented for '{target.title}'")
    arrays = [i._array if isinstance(i, Tensor) else number_in(i, target) for i in inputs]
    return [a if a.dtype == target.numpy else a.astype(target.numpy) for a in arrays]


def number_in(value, target):
    """A Python number as a NumPy scalar of ``target``, wrapped around as C does if it is too large."""
    try:
        with np.errstate(all="ignore"):
            return target.numpy.type(value)
    except OverflowError:
        if target.is_floating_point:
            return target.numpy.type(float("inf") if value > 0 else float("-inf"))
        return np.array(value & 0xFFFFFFFFFFFFFFFF, np.uint64).astype(target.numpy)[()]


GENERAL = """\
def made({signature}):
    _m = _mode.grad
    if (_m is True or _m is False) and out is None and {tensors}:
        {arrays}
        if {fits}:
            try:
                _r = _forward({values})
            except _errors as error:
                raise _misfit(_row.name, error) from None
            _t = _new(_Tensor)
            _t._clock = _t._grad = _t._hooks = _t._view = None
            _t._array = {settled}
            if _m and {wanted} and _r.dtype.kind == "f":
                _t._node = _node = _new(_Node)
                _node._seq = _next_tick()
                _node._edges = {edges} = ({sources},)
                _node._saved = ({saved}){noted}
                _node._hooks = None
                _node._fit = {fit}
            else:
                _t._node = None{marked}
            return _t
    return _generally(_row, {inputs}, out=out{attrs})
"""
ERRORS = (TypeError, ValueError, OverflowError, AttributeError, IndexError)


def written_for(row):
    """``generally`` for a row with one result, written out: plain tensors that need no cast, with nobody watching."""
    if row.outputs != 1 or row.variadic or row.dtypes == "bits" or not row.inputs:
        return functools.partial(generally, row)
    numbered = list(enumerate(row.inputs))
    inputs, arrays, edges = ([f"{letter}{i}" for i, _ in numbered] for letter in ("_i", "_a", "_e"))
    options = "".join(f", {n}={n}" for n in row.attrs)
    made = {n: i for i, n in numbered}
    saved = []
    for n in row.saved:
        users = [edges[i] for i, arg in numbered if n in row.needs.get(arg, ())]
        value = "_SavedOutput(_t._array, _clock_of(_t))" if n == "out" else inputs[made[n]]
        saved.append(f"{value} if {' or '.join(f'{e} is not None' for e in users)} else None")
    first = "_memory(_i0)" if row.view else "_i0._array"
    same = (
        ""
        if row.dtypes in (None, "assign")
        else f'{" is ".join(f"{a}.dtype" for a in arrays)} and _a0.dtype.kind == "f"'
    )
    spread = (
        ""
        if row.dtypes in (None, "assign") or len(inputs) == 1
        else (
            f"({' == '.join(f'{a}.shape' for a in arrays)} or _broadcast_all({', '.join(f'{a}.shape' for a in arrays)}) is not None)"
        )
    )
    source = GENERAL.format(
        signature=", ".join([*inputs, "*", "out=None", *row.attrs]), inputs=", ".join(inputs), attrs=options,
        tensors=" and ".join(f"{i}.__class__ in _TENSORS" for i in inputs),
        arrays=f"{', '.join(arrays)}, = {first}, {''.join(f'{i}._array, ' for i in inputs[1:])}",
        fits=" and ".join(filter(None, (same, spread))) or "True",
        values=", ".join([*arrays, *row.attrs]),
        settled="_r" if row.view else "_r = _r if _r.__class__ is _ndarray and _r.ndim else _settle(_r)",
        wanted="False" if not row.rules else "(" + " or ".join(f"{i}._node is not None" for i in inputs) + ")",
        edges=", ".join(edges) + ",",
        sources=", ".join(f"{i} if {i}._node is _LEAF else {i}._node" if a in row.needs else "None" for i, a in zip(inputs, row.inputs)),
        saved="".join(f"{v}, " for v in saved),
        noted="; _node._noted = (" + "".join("_a0.shape, " if n == "shape" else f"{n}, " for n in row.noted) + ")" if row.noted else "",
        fit="None" if row.dtypes is None else fit_of(edges, arrays),
        marked=f"\n            if _shown(_a0, _r): _mark_view(_row, _i0, dict({options[2:]}), _t, 0, _m)" * row.view,
    )  # fmt: skip
    return written_out(source, {
        "_mode": mode, "_TENSORS": TENSORS, "_new": object.__new__, "_Tensor": Tensor, "_Node": row.node, "_LEAF": LEAF,
        "_next_tick": ticks.next, "_forward": row.forward, "_SavedOutput": SavedOutput, "_clock_of": clock_of, "_row": row,
        "_ndarray": np.ndarray, "_generally": generally, "_misfit": misfit, "_errors": ERRORS, "_settle": settle, "_fits": fits, "_memory": memory,
        "_shown": shown, "_mark_view": mark_view, "_broadcast_all": broadcast_all,
    }, f"run of {row.name}")  # fmt: skip


def fit_of(edges, arrays):
    """The text of ``fits`` for these names; in one dtype, without a call."""
    known = " is ".join(f"{a}.dtype" for a in ("_r", *arrays))
    parts = [
        f"None if {e} is None or {a}.shape == _r.shape else ({a}.shape, {a}.dtype)"
        for e, a in zip(edges, arrays)
    ]
    return f"({', '.join(parts)},) if {known} else _fits(_node._edges, ({', '.join(arrays)},), _r)"


def fits(edges, arrays, result):
    """What the gradient of each input is to be brought to, (shape, dtype), or None where it already is so."""
    shape, dtype = result.shape, result.dtype
    for a in arrays:
        if a is not None and a.dtype != dtype:
            shape = None  # a rule that reads integers beside floats gives doubles, in NumPy
    have, some = [], False
    for e, a in zip(edges, arrays):
        if e is None or a.shape == shape:
            have.append(None)
        else:
            have.append((a.shape, a.dtype))
            some = True
    return have if some else None


def apply(row, *inputs, out=None, **attrs):
    """Run an operation; what there is to know about its row is written out at its first call."""
    return row.run(*inputs, out=out, **attrs)


def first_run(row, *inputs, **options):
    row.run = written_for(row)
    return row.run(*inputs, **options)


Row.first_run = first_run


def generally(row, *inputs, out=None, **attrs):
    """Run an operation by the general path.

    Args:
        inputs: tensors; numbers and NumPy arrays too, where torch takes them.
        out (Tensor): write the result here.
        attrs: the operation's other arguments, by name.

    Returns:
        A tensor, or a tuple of tensors for a row with several outputs.
    """
    if not all([value.__class__ in TENSORS for value in inputs]):
        allow = row.dtypes is not None and any(isinstance(value, Tensor) for value in inputs)
        inputs = tuple(as_input(row, i, value, allow) for i, value in enumerate(inputs))
    if row.dtypes is None:
        arrays = [i._array if isinstance(i, Tensor) else i for i in inputs]
        if row.view:
            arrays[0] = memory(inputs[0])
    else:
        arrays = cast_inputs(row, inputs)
        if row.dtypes != "assign":
            broadcast_all(*[a.shape for a in arrays])
    try:
        result = row.forward(*arrays, *[attrs[n] for n in row.attrs])
    except ERRORS as error:
        raise misfit(row.name, error) from None
    state, several = mode.grad, type(result) is tuple
    results = tuple([new_tensor(r if row.view else settle(r)) for r in (result if several else (result,))])
    requires = state and row.rules and any([isinstance(i, Tensor) and i._node is not None for i in inputs])
    node = record(row, inputs, attrs, results) if requires else None
    if row.view:
        for index, t in enumerate(results):
            if shown(arrays[0], t._array):
                mark_view(row, inputs[0], attrs, t, index, bool(state))
    if state.__class__ is not bool:
        if isinstance(state, Inference):
            for t in results:
                if t._clock is None:
                    t._clock = Untracked()
        for watcher in state.watchers:
            watcher(row, inputs, attrs, results, node)
    if out is not None:
        return into(row, out, results[0], inputs)
    return results if several or row.outputs != 1 else results[0]


def settle(value):
    """A NumPy result as a tensor keeps it: 0-d as a scalar, see tensor's Note."""
    if isinstance(value, np.generic):
        return value
    value = np.asarray(value)
    return value if value.ndim else value[()]


def wrap(value, dtype=None):
    """A NumPy result, in a dtype if one is given, as a tensor without history."""
    return new_tensor(settle(value if dtype is None else np.asarray(value, dtype)))


def record(row, inputs, attrs, results):
    """Leave a node behind for a call of ``row``, and give the results their history."""
    node = object.__new__(row.node)
    node._seq = ticks.next()
    needs = row.needs
    arguments = row.inputs * len(inputs) if row.variadic else row.inputs
    node._edges = edges = tuple(
        [edge_of(i) if isinstance(i, Tensor) and a in needs else None for a, i in zip(arguments, inputs)]
    )
    saved = []
    for n in row.saved:
        if not any([e is not None and n in needs[a] for a, e in zip(arguments, edges)]):
            saved.append(None)
        elif n == "out":
            saved.append(SavedOutput(results[0]._array, clock_of(results[0])))
        else:
            saved.append(inputs[row.inputs.index(n)])
    node._saved = tuple(saved)
    if row.noted:
        node._noted = tuple([inputs[0]._array.shape if n == "shape" else attrs[n] for n in row.noted])
    node._fit = node._hooks = None
    if row.dtypes is not None:
        node._fit = fits(edges, [getattr(i, "_array", None) for i in inputs], results[0]._array)
    if row.outputs != 1:
        node._extra()["outputs"] = [(t._array.shape, t._array.dtype) for t in results]
    for index, t in enumerate(results if row.outputs != 1 else results[:1]):
        if t._array.dtype.kind == "f":
            t._node = node if row.outputs == 1 else Gate(node, index)
    return node


def shown(whole, part):
    """Whether ``part`` shows memory of ``whole``; of no numbers, any."""
    base = part.base
    if base is not None and (base is whole or base is whole.base):
        return True
    return np.may_share_memory(whole, part) or not part.size


def mark_view(row, source, attrs, t, index, recording):
    """Make ``t`` a view of ``source``."""
    refusal = None
    if row.outputs != 1:
        refusal = MULTI_VIEW.format(index=index, name=row.title)
    elif not recording:
        refusal = NO_GRAD_VIEW
    values = {**attrs, "shape": source._array.shape}
    if row.step is not None:
        row, values = row.step(values, index)
    make_view(t, source, row, values, refusal)
    if source._node is not None and not recording:
        t._node = LEAF


def into(row, out, result, inputs):
    """Write a result into the tensor given as ``out=``, resized if its shape differs, as torch does."""
    if not isinstance(out, Tensor):
        raise TypeError(f"{row.name}(): argument 'out' must be Tensor, not {type_title(out)}")
    recorded = mode.grad and (
        out._node is not None or any(getattr(i, "_node", None) is not None for i in inputs)
    )
    check(not recorded, f"{row.name}(): functions with out=... arguments don't support automatic differentiation, "
                        "but one of the arguments requires grad.")  # fmt: skip
    joined = row.variadic
    check(result.dtype.rank <= out.dtype.rank, f"{'torch.cat(): input types' if joined else f'result type {result.dtype.title}'} "
          f"can't be cast to the desired output type {out.dtype.title}", TypeError if joined else RuntimeError)  # fmt: skip
    refuse(out, recording=False)
    if joined or row.dtypes is not None:  # as torch: what is computed number by number, or joined
        keep_apart(out, inputs, joined)
    if out._array.shape != result._array.shape:
        if out._array.size:
            warn("resized", had=[*out._array.shape], needs=[*result._array.shape])
        out._array = np.empty(result._array.shape, out._array.dtype)
    write(out, result._array)
    return out


# -- declaring rows -----------------------------------------------------------------------------------------


def register(row, function, *, method=True, inplace=False, aliases=(), export=True):
    """Make ``function`` known under the row's name and aliases: in the façade, as method, in place."""
    ROWS[row.name] = row
    if row.ufunc is not None:
        UFUNCS[getattr(row.ufunc, "ufunc", row.ufunc)] = function
    function = worded(function)
    for name in (row.name, *aliases):
        if export:
            FUNCTIONS[name] = together(function)
        if method:
            setattr(Tensor, name, function)
        if inplace:
            setattr(Tensor, name + "_", in_place_method(row, name + "_"))
    return function


def export(*functions, function=True, method=True, aliases=()):
    """Make functions that are made of other operations known: in the façade, as methods, or both."""
    for made in map(worded, functions):
        for name in (made.__name__, *aliases):
            if function:
                FUNCTIONS[name] = together(made)
            if method:
                setattr(Tensor, name, made)


def one_line(*rows):
    """Functions of one line: (where they go, name, function, docstring); f is a function, m a method."""
    for kinds, name, made, doc in rows:
        export(named(made, name, doc), function="f" in kinds, method="m" in kinds)


def in_place_method(row, name):
    """The method ``name_`` of a row: the same operation, written into the tensor itself."""
    count, most = len(row.inputs) - 1, len(row.inputs) + len(row.attrs) - 1

    def method(self, *args, **options):
        if row.at_once(self, *args, **options):
            return self
        if len(args) > most:
            raise TypeError(f"{name}() takes {most} positional arguments but {len(args)} were given")
        if len(args) > count:
            options = {**dict(zip(row.attrs, args[count:])), **options}
        return at_length(row, self, args[:count], options)

    return named(method, name, f"In-place version of ``{row.name}``; see :func:`autodiff_lab.{row.name}`.")


def pointwise(name, title, forward, *rules, dtypes="same", attrs=(), defaults=(), aliases=(), inplace=True, suffix="Backward0",
              dunder=None, reflected=None, public=None, doc="", method=True, export=True, ufunc=None):  # fmt: skip
    """Declare a pointwise operation of one, two or three inputs, called x, y, z in the rules.

    Args:
        rules: one for each input; none at all for an operation without derivative.
        dtypes: see Note [Dtypes].
        dunder, reflected: the operators, such as ``"__mul__"`` and ``"__rmul__"``.
    """
    count = max(len(rules), getattr(forward, "nin", 0) or len(parameters(forward)) - len(attrs))
    ufunc = ufunc or (forward if isinstance(forward, np.ufunc) or hasattr(forward, "ufunc") else None)
    row = Row(name, title, forward, ("x", "y", "z")[:count], rules, attrs=attrs, defaults=defaults, dtypes=dtypes,
              suffix=suffix, public={"y": "other", **(public or {})}, ufunc=ufunc)  # fmt: skip
    fast = count <= 2 and dtypes != "bits" and (ufunc is not None or not set(defaults) - {REQUIRED})
    function = write_out(row) if fast else general(row)
    function.__doc__ = doc or f"``{name}``, element by element."
    row.function, function.row = function, row
    register(row, function, inplace=inplace, aliases=aliases, method=method, export=export)
    options = "".join(f", {n}={d!r}" for n, d in zip(attrs, defaults))
    otherwise = f"apply(row, input, other{options}) if operand(other) else NotImplemented"
    if dunder is not None and count == 1:
        setattr(Tensor, dunder, write_out(row, dunder, f"apply(row, input{options})"))
    elif dunder is not None:
        setattr(Tensor, dunder, write_out(row, dunder, otherwise) if fast else guarded(function, dunder))
    if reflected is not None:
        commutes = ufunc in (np.add, np.multiply)
        made = write_out(row, reflected, otherwise) if commutes else reflection(function, reflected)
        setattr(Tensor, reflected, made)
    return function


def guarded(function, name):
    """``function`` as an operator that leaves strangers to Python."""
    return named(lambda self, other: function(self, other) if operand(other) else NotImplemented, name, None)


def reflection(function, name):
    """``other OP self`` for an ``other`` that is not a tensor."""
    return named(lambda self, other: function(other, self) if operand(other) else NotImplemented, name, None)


def general(row):
    """The function of a row that always goes the general path, with the row's own signature."""
    inputs = [{"x": "input", "y": "other", "z": "third"}.get(n, n) for n in row.inputs]
    options = [n if d is REQUIRED else f"{n}={d!r}" for n, d in zip(row.attrs, row.defaults)]
    out = ["out"] if row.dtypes is not None else []
    signature = [*inputs, *options, *(["*", "out=None"] if out else [])]
    passed = [*inputs, *(f"{n}={checked(row, n)}" for n in (*row.attrs, *out))]
    source = f"def made({', '.join(signature)}):\n    return apply(row, {', '.join(passed)})"
    return written_out(source, {"apply": apply, "row": row, "factor": factor}, row.name)


def operation(name, title, forward, *rules, inputs=("input",), **options):
    """Declare an operation that goes the general path; the function that learners call is written by hand."""
    row = Row(name, title, forward, inputs, rules, **options)
    row.function = functools.partial(apply, row)
    ROWS[name] = row
    return row


def twins(prepare):
    """An operation and its in-place twin, from one function that checks the arguments.

    ``prepare(input, …)`` gives the row, its inputs and its attributes; the operation bears its name and docstring.
    """
    name = prepare.__name__

    @functools.wraps(prepare)
    def made(input, *args, out=None, **options):
        row, inputs, attrs = prepare(check_tensor(input, name), *args, **options)
        return apply(row, *inputs, out=out, **attrs)

    def in_place_twin(self, *args, **options):
        row, inputs, attrs = prepare(self, *args, **options)
        if "index" in attrs:
            keep_apart(self, (*inputs[1:], args[1] if len(args) > 1 else options["index"]), whole=True)
        return in_place(row, self, inputs[1:], attrs)

    made.prepare = prepare
    export(made)
    export(named(in_place_twin, name + "_", f"In-place version of ``{name}``."), function=False)
    return made


def _cast(self, numpy_dtype):
    """This tensor in another dtype; gradients come back in the old one."""
    return apply(CAST, self, target=numpy_dtype, source=self._array.dtype)


CAST = operation("to_copy", "ToCopy", lambda x, target, source: copied(x, target), lambda g, target, source: either(CAST)(g, source, target),
                 attrs=("target", "source"), linear=True, public={"target": None, "source": None})  # fmt: skip
Tensor._cast = _cast


def either(row):
    """``row`` as rules use it: on a NumPy value its forward, on a tensor the operation itself."""

    def read(value, *args):
        if isinstance(value, Tensor):
            return apply(row, value, **dict(zip(row.attrs, args)))
        return row.forward(value, *args)

    return read


def nought(g):
    """The rule of an argument that the result does not follow: zeros, without a history."""
    if isinstance(g, Tensor):
        return new_tensor(nought(g._array))
    return np.zeros_like(g)[()] if hasattr(g, "dtype") else g * 0


__all__ = ["FUNCTIONS", "PLAIN", "ROWS", "UFUNCS", "apply", "pointwise", "register"]
