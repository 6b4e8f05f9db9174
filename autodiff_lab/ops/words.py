"""A function as learners call it, and what goes wrong inside told in its name. Leans on kinds, errors.

Note [Words]
A function is wrapped as it is exported: arguments of another kind than it takes are refused (see ops.kinds), and what goes
wrong inside for want of a fitting argument comes out as an error that names the function. The functions written out for
pointwise rows, which are the hot path, check their arguments themselves.
"""

import functools
import inspect
import linecache
import operator
import re
from itertools import zip_longest

import numpy as np

from ..errors import check, explained
from ..graph import WRITTEN_OUT
from ..tensor import TENSORS, Size
from .kinds import TENSORS_ONLY, Kind, kinds_of

SPELLINGS = {"axis": "dim", "keepdims": "keepdim"}  # NumPy's names, which torch takes too
ANY_VALUE = TENSORS | {int, float, bool, type(None)}  # the classes of arguments that fit whatever their value
IN_FREE_PLACES = ANY_VALUE | {tuple, list, slice, str, type(Ellipsis), np.ndarray}  # where no kind is wanted


def worded(function):
    """``function`` as learners call it: arguments of the kinds that it takes, under all of torch's names for them.

    See Notes [Words] and [Kinds].
    """
    code = inspect.unwrap(function).__code__
    count = code.co_argcount + code.co_kwonlyargcount
    star = code.co_varnames[count] if code.co_flags & inspect.CO_VARARGS else None
    alone = star is None and code.co_varnames[:count] == ("self",)
    if alone or code.co_filename == WRITTEN_OUT and function.__name__ not in TENSORS_ONLY:
        return function
    names = SPELLINGS if "dim" in code.co_varnames[:count] else {}
    name, kinds = function.__name__, kinds_of(function)
    positional = [kind and kind.classes for kind in list(kinds.values())[: code.co_argcount]]
    known = {}  # the classes of arguments that were found to fit: whether there are integers among them

    def fitted(args, options):
        for classes, value in zip(positional, args):
            if classes is not None and value.__class__ not in classes:
                given = enumerate(zip(kinds.values(), args), 1)
                args = (*[k.fitted(name, v, i) if k else v for i, (k, v) in given], *args[len(kinds) :])
                break
        in_range(args)
        options = {names.get(key, key): value for key, value in options.items()}
        if star in options:
            args = (*args, options.pop(star))
        for key, value in options.items():
            kind = kinds.get(key)
            if kind is not None and value.__class__ not in kind.classes:
                options[key] = kind.fitted(name, value)
        return args, options

    @functools.wraps(function)
    def made(*args, **options):
        call = tuple([value.__class__ for value in args])
        if options:
            call = (*call, *options, *[value.__class__ for value in options.values()])
        integers = known.get(call)
        if integers:
            in_range(args)
        elif integers is None:
            given, args, options = (args, options), *fitted(args, options)
            before, after = ((*kept, *kept.values()) for kept in (given[1], options))
            unchanged = args is given[0] and all(map(operator.is_, before, after))
            free = [IN_FREE_PLACES if classes is None else ANY_VALUE for classes in positional]
            kept = zip_longest(call, free[: len(args)], fillvalue=ANY_VALUE)
            if unchanged and all(kind in fitting for kind, fitting in kept if kind.__class__ is not str):
                known[call] = int in call
        try:
            return function(*args, **options)
        except (TypeError, ValueError, AttributeError, IndexError, OverflowError, MemoryError) as error:
            if hasattr(error, "__notes__") or raised_here(error):
                raise
            raise misfit(name, error) from None

    return made


def together(method):
    """``method`` as a function: as in torch, it takes the sizes that methods take one by one as one tuple only."""
    code = inspect.unwrap(method).__code__
    star = code.co_varnames[code.co_argcount + code.co_kwonlyargcount :][:1]
    if (
        code.co_argcount != 1
        or not code.co_flags & inspect.CO_VARARGS
        or star[0] not in ("size", "shape", "dims")
    ):
        return method
    name, kind = (
        method.__name__,
        Kind(star[0], "tuple of ints", frozenset({tuple, list, Size}), lambda value: False),
    )

    @functools.wraps(method)
    def made(input, *sizes, **options):
        said = f"{name}() takes 2 positional arguments but {1 + len(sizes)} were given"
        check(len(sizes) < 2, said, TypeError, "note.arguments", row=name)
        check(sizes or options, f'{name}() missing 1 required positional arguments: "{star[0]}"', TypeError)
        return method(input, *[kind.fitted(name, v, 2) for v in sizes], **options)

    return made


def in_range(args):
    for value in args:
        if value.__class__ is int and not -(2**63) <= value < 2**63:
            raise ValueError("Overflow when unpacking long long")


CALLED_WRONGLY = re.compile(r"[\w.<>]+\(\) ((missing|got|takes) .*)")  # what Python says of a call
BENEATH = ("ufunc", "has no attribute", "numpy")


def misfit(name, error):
    """The error for arguments that went wrong inside, without the words of what lies beneath."""
    if isinstance(error, MemoryError):
        return RuntimeError(f"DefaultCPUAllocator: can't allocate memory: {error}")
    said = str(error)
    wrong = CALLED_WRONGLY.match(said)
    if any(word in said for word in BENEATH):
        said = f"{name}(): received an invalid combination of arguments"
    elif wrong is None:
        said = f"{name}(): {said}"
    else:
        said, lacks = f"{name}() {wrong[1]}", re.findall(r"'(\w+)'", wrong[1])
        if wrong[1].startswith("missing"):  # with torch's own plural
            said = f"{name}() missing {len(lacks)} required positional argument{'s' * (len(lacks) == 1)}: "
            said += ", ".join(f'"{n}"' for n in lacks)
    return explained(TypeError(said), "note.arguments", row=name)


def raised_here(error):
    """Whether the last frame is this package's own ``raise``."""
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    file = trace.tb_frame.f_code.co_filename
    line = linecache.getline(file, trace.tb_lineno)
    return "autodiff_lab" in file and ("raise " in line or line.strip().startswith((")", 'f"', '"')))


def named(function, name, doc):
    """``function``, made by another one, under the name and with the docstring that learners see."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def expression(name, doc, function):
    """A function of one expression, as a row: its name, what it gives, and the expression."""
    return named(function, name, doc)
