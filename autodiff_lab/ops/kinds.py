"""What kind of value an argument takes, told by its name. Leans on errors, tensor.

Note [Kinds]
torch's functions call their arguments alike: ``dim`` is an integer, ``keepdim`` a bool, ``mask`` a tensor. So a function
needs no checks of its own for them: its kinds are read off its signature once, when it is exported, and whatever does
not fit is refused in torch's words before anything is computed. None passes where it is the default.
"""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import dtypes
from ..errors import explained
from ..tensor import TENSORS, Tensor


def one_number(value):
    """Whether ``value`` is a tensor that may stand for a Python number."""
    return isinstance(value, Tensor) and not value._array.ndim and value._node is None


def whole(value):
    return isinstance(value, np.integer) or one_number(value) and value._array.dtype.kind in "iu"


def some_whole(value):
    several = isinstance(value, (tuple, list))
    return whole(value) or several and all(v.__class__ is int or whole(v) for v in value)


# What torch calls it, the classes that fit at once, what else fits, and the arguments' names.
KINDS = {
    "Tensor": (TENSORS, lambda v: isinstance(v, Tensor), """
        input mask vec vec2 mat2 weights x y x1 x2 tensor A B sorted_sequence boundaries condition"""),
    "int": ({int}, whole, """
        dim dim0 dim1 dim2 start_dim end_dim length chunks k diagonal offset steps window_length decimals minlength num_classes
        groups num_groups upscale_factor downscale_factor ignore_index N r row col n"""),
    "bool": ({bool}, lambda v: isinstance(v, np.bool_), """
        keepdim descending stable equal_nan accumulate out_int32 right periodic some increasing with_replacement sorted
        largest return_inverse return_counts compute_uv hermitian upper left unitriangular full_matrices check_errors density
        assume_unique invert as_tuple replacement wrap requires_grad pin_memory"""),
    "Number": ({int, float, bool}, lambda v: isinstance(v, (np.number, np.bool_)) or one_number(v), "alpha beta dx p fill_value"),
    "float": ({int, float, bool}, lambda v: isinstance(v, (np.number, np.bool_)) or one_number(v), "rtol atol nan posinf neginf"),
    "torch.dtype": ({dtypes.dtype}, lambda v: v in (float, int, bool), "dtype"),
    "tuple of ints": ({int, tuple, list}, some_whole, "size shape sizes repeats dims shifts split_size_or_sections *"),
    "Tensor or float": (TENSORS | {int, float}, lambda v: isinstance(v, (Tensor, np.number)), "q elements test_elements"),
    "str": ({str}, lambda v: False, "rounding_mode interpolation UPLO"),
}  # fmt: skip
OF_NAME = {name: kind for kind, (_, _, names) in KINDS.items() for name in names.split()}
# The functions whose ``dim`` may be several; whose first argument may be a number; whose arguments may be something else
# besides; and those that take no None for what may be left out.
REDUCTIONS, NUMBER_FIRST, FREE, NEVER_NONE = (
    frozenset(names.split())
    for names in (
        "sum mean nansum nanmean var std var_mean std_mean amax amin all any logsumexp count_nonzero squeeze norm vector_norm matrix_norm",
        "pow float_power remainder result_type xlogy",
        "max.dim min.dim norm.p cond.p tensordot.dims split.split_size_or_sections repeat_interleave.repeats var.dim std.dim "
        "var_mean.dim std_mean.dim nuclear_norm.dim matrix_rank.rtol matrix_rank.atol pinv.rtol pinv.atol",
        "prod max min squeeze logsumexp median nanmedian mode",
    )
)
# Operations of two tensors, neither of which may be a number.
TENSORS_ONLY = frozenset("atan2 hypot maximum minimum fmax fmin heaviside ldexp logaddexp logaddexp2 gcd lcm".split())  # fmt: skip


class Kind(NamedTuple):
    """What an argument takes."""

    argument: str
    title: str
    classes: frozenset
    others: Callable

    def fitted(self, name, value, position=None):
        """``value``, a tensor or a NumPy number as Python's where one is meant; torch's TypeError for another kind."""
        if value.__class__ in self.classes:
            return value
        if self.others(value):
            return value.item() if self.title in ("int", "Number", "float", "bool") else value
        at = f" (position {position})" if position else ""
        title = f"numpy.{type(value).__name__}" if type(value).__module__ == "numpy" else type(value).__name__
        notes = {"Tensor": "note.tensor_expected", "Number": "note.number_expected"}
        note = notes.get(self.title, "note.arguments")
        sentence = f"{name}(): argument '{self.argument}'{at} must be {self.title}, not {title}"
        raise explained(TypeError(sentence), note, given=title, row=name)


def kinds_of(function):
    """{argument: its Kind, or None where anything may come}, in order."""
    function = inspect.unwrap(function)
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = dict(zip(reversed(names[: code.co_argcount]), reversed(function.__defaults__ or ())))
    defaults.update(function.__kwdefaults__ or {})
    found = dict.fromkeys(names)
    called = function.__name__
    for name in found:
        if name == "other" and called in TENSORS_ONLY:
            found[name] = Kind(name, "Tensor", TENSORS, KINDS["Tensor"][1])
        free = name == "input" and (names[0] != name or called in NUMBER_FIRST)
        if name in OF_NAME and not free and f"{called}.{name}" not in FREE:
            title = "tuple of ints" if name == "dim" and called in REDUCTIONS else OF_NAME[name]
            classes, others, _ = KINDS[title]
            optional = {type(None)} if defaults.get(name, 0) is None and called not in NEVER_NONE else set()
            found[name] = Kind(name, title, frozenset(classes | optional), others)
    return found


def floating(kernel, *tensors):
    """torch's error for whole numbers, which its kernel of this name does not take."""
    for tensor in tensors:
        if not tensor.dtype.is_floating_point:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{tensor.dtype.title}'")


def tuple_of_ints(value, function, name):
    """``value`` as a tuple; torch's TypeError for a single number."""
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{function}(): argument '{name}' (position 2) must be tuple of ints, not {type(value).__name__}")  # fmt: skip
    return tuple(value)
