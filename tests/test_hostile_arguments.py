"""Random and hostile arguments for every public function: documented errors, arguments unchanged, no hang, no crash.

Likewise random lines for the magics, in a shell of their own, and junk in every message that a page may send to a
widget: nothing of it is run.
"""

import builtins
import inspect
import itertools
import signal
import threading
import traceback
import warnings
from array import array
from fractions import Fraction

import numpy as np
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from public_names import OWN, reference
from trust import drawing, promised, rounds
from wrong_calls import callables

import autodiff_lab as th
from autodiff_lab import lab
from autodiff_lab.errors import told
from autodiff_lab.lab import magics
from autodiff_lab.lab.widgets.base import Widget
from autodiff_lab.lab.widgets.experiment import Experiment
from autodiff_lab.messages import get_language, set_language
from autodiff_lab.ops import FUNCTIONS
from autodiff_lab.settings import _kept

DOCUMENTED = (
    RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, AssertionError, KeyError, StopIteration,
    OverflowError, MemoryError, AttributeError,
)  # fmt: skip


class Endless:
    """An object whose ``__array__`` asks for itself."""

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self)

    __index__ = property(lambda self: self.__index__)


class Liar(np.ndarray):
    """A subclass of ndarray that answers arithmetic with text."""

    def __array_ufunc__(self, *args, **options):
        return "text"


def hostile():
    """Arguments that no one should pass, made anew."""
    frozen = np.arange(3.0)
    frozen.flags.writeable = False
    loop = []
    loop.append(loop)
    numbers = np.array([[1.0, np.nan, np.inf], [-np.inf, 0.0, -0.0]])
    return [
        None, True, 0, -1, 2, 2**62, -(2**63), 10**30, 1.5, float("nan"), float("inf"), 1e308, 1j, "", "mean", b"x", object(), {}, {"a": 1},
        [], [1], (2, 3), (-1,), (2**40, 2**40), loop, [[1], [1, 2]], slice(None), Ellipsis, len, int, np.float32, th.float32, th.int64,
        numbers, numbers[:, ::-1], frozen, np.array([1, "a", None], dtype=object), np.array(["a"]), np.array(3.0), np.empty((0, 2)),
        np.arange(3).view(Liar), np.zeros(2, [("a", "f4")]), np.array([1 + 2j]), np.arange(4, dtype=">f8"), Endless(),
        th.tensor(numbers), th.tensor([[1, 2], [3, 4]]), th.tensor([True, False]), th.ones(0), th.ones(2, 0, 3), th.tensor(2.0),
        th.ones(2, 3, requires_grad=True), th.ones(2, 3, requires_grad=True) * 2, th.zeros(3).expand(2, 3), th.tensor([0, 1]),
        th.tensor([2.0, -1.0], dtype=th.float16), th.tensor([-7, 9]), th.eye(3), th.from_numpy(np.arange(6.0)[::2]), th.Size([2]), th.nn.Linear(3, 2),
    ]  # fmt: skip


def print_of(value, depth=0):
    """What a call must not change of an argument."""
    if isinstance(value, th.Tensor):
        return (
            value.detach().numpy().tobytes(),
            value.shape,
            value._version,
            value.requires_grad,
            value.grad is None,
        )
    if isinstance(value, np.ndarray):
        return (
            (value.tolist() if value.dtype == object else value.tobytes()),
            value.shape,
            value.flags.writeable,
        )
    if isinstance(value, (list, dict)) and depth < 2:
        return type(value), [print_of(v, depth + 1) for v in value]
    return None


class Hung(BaseException):
    """A call that does not come back."""


def hung(*_):
    raise Hung


# They set something for the whole process, wait, or write files; each has tests of its own.
APART = {
    "set_printoptions",
    "set_default_dtype",
    "manual_seed",
    "seed",
    "set_rng_state",
    "save",
    "Tensor.set_",
    "tensor_split",  # which makes as many pieces as it is told to, and so the next three
    "Tensor.tensor_split",
    "nn.TransformerEncoder",
    "nn.TransformerDecoder",
    "Tensor.register_hook",
}
# They are made to change what they are given.
CHANGES = ("_", "nn.init.", "nn.utils.", "optim.", "Tensor.__set", "Tensor.backward", "autograd.backward", "asarray", "Tensor.retain_grad",
           "Tensor.resize", "Tensor.set_data")  # fmt: skip


def modes():
    """The settings that no call may leave behind changed."""
    return th.is_grad_enabled(), th.get_default_dtype(), get_language(), th.is_inference_mode_enabled()


def test_hostile_arguments_meet_documented_errors_and_stay_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw = drawing(7)
    names = {name: made for name, made in callables(th).items() if name not in APART}
    each, complaints, calls = -(-rounds("hostile calls") // len(names)), [], 0
    alarmed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, hung) if alarmed else None
    settings = modes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, (function, method) in names.items():
                options = options_of(function)
                for _ in range(each):
                    values = hostile()
                    tensors = [v for v in values if isinstance(v, th.Tensor)]
                    first = draw.choice(tensors) if method or draw.random() < 0.6 else draw.choice(values)
                    args = [first, *draw.sample(values, draw.choice((0, 1, 1, 2, 3)))]
                    given = (
                        {draw.choice(options): draw.choice(values)} if options and draw.random() < 0.3 else {}
                    )
                    everything = [*args, *given.values()]
                    was = [print_of(v) for v in everything]
                    calls += 1
                    if alarmed:
                        signal.setitimer(signal.ITIMER_REAL, 30)
                    said = None
                    try:
                        function(*args, **given)
                    except DOCUMENTED as error:
                        said = error
                    except (Hung, Exception) as error:  # noqa: BLE001 - any other kind is a fault
                        complaints.append((name, args, given, repr(error), traceback.format_exc()[-600:]))
                    finally:
                        if alarmed:
                            signal.setitimer(signal.ITIMER_REAL, 0)
                    allowed = said is None and (
                        any(c in name for c in CHANGES)
                        or {"out", "inplace"} & {*given, *options[: len(args)]}
                    )
                    now = [print_of(v) for v in everything]
                    if now != was and not allowed:
                        complaints.append((name, args, given, repr(said), "an argument has changed"))
                    if modes() != settings:
                        complaints.append((name, args, given, repr(said), f"left behind: {modes()}"))
                        th.set_grad_enabled(True), th.set_default_dtype(th.float32), set_language(settings[2])
    finally:
        if alarmed:
            signal.signal(signal.SIGALRM, before)
    print(*complaints, sep="\n")
    assert not complaints, (len(complaints), *complaints[:5])
    assert calls >= rounds("hostile calls")


# -- every kind of argument to every public function ------------------------------------------------------------

# One a line, made anew for each call.
KINDS = """
None
True
0
-1
2
2**62
-(2**63)
10**30
1.5
float("nan")
float("inf")
1e308
1j
""
"mean"
b"x"
object()
{}
{"a": 1}
{1, 2}
iter([1.0, 2.0])
[]
[1]
[None]
[[1], [1, 2]]
[1.0, "a"]
(2, 3)
(-1,)
(2**40, 2**40)
loop()
slice(None)
...
len
int
np.float32
th.float32
th.int64
np.array([[1.0, np.nan, np.inf], [-np.inf, 0.0, -0.0]])
np.ones((2, 3))[:, ::-1]
frozen()
np.array([1, "a", None], dtype=object)
np.array(["a"])
np.array(["2020-01-01"], "M8[D]")
np.array(3.0)
np.empty((0, 2))
np.arange(3).view(Liar)
np.ma.masked_array([1.0, 2.0], [True, False])
np.zeros(2, [("a", "f4")])
np.array([1 + 2j])
np.arange(4, dtype=">f8")
np.ones(3, np.uint64)
Endless()
Broken()
th.tensor([[1.0, float("nan"), float("inf")], [-float("inf"), 0.0, -0.0]])
th.tensor([[1, 2], [3, 4]])
th.tensor([True, False])
th.ones(0)
th.ones(2, 0, 3)
th.tensor(2.0)
th.ones(2, 3, requires_grad=True)
th.ones(2, 3, requires_grad=True) * 2
th.zeros(3).expand(2, 3)
th.tensor([0, 1])
th.tensor([2.0, -1.0], dtype=th.float16)
th.tensor([-7, 9])
th.tensor(1e300, dtype=th.float64)
th.from_numpy(np.arange(6.0)[::2])
th.from_numpy(frozen())
stale()
th.Size([2])
th.nn.Linear(3, 2)
th.nn.Parameter(th.ones(2))
th.float16
th.Generator()
Child(np.ones((2, 3), np.float32))
Mean(th.ones(2), requires_grad=True)
Whole(2)
Half(0.5)
np.float64(0.5)
np.bool_(True)
Fraction(1, 2)
memoryview(b"abcd")
array("d", [1.0, 2.0])
Pretending()
[th.ones(2), th.ones(3)]
range(3)
""".strip().splitlines()


class Broken:
    """An object that fails at whatever it is asked."""

    def __getattr__(self, name):
        raise ZeroDivisionError(name)

    __len__ = __iter__ = __float__ = __int__ = __bool__ = __array__ = __repr__ = (
        lambda self, *args, **options: 1 / 0
    )


class Child(th.Tensor):
    """A tensor of a class of the learner's own."""


class Mean(th.nn.Parameter):
    """A parameter whose attributes and functions fail."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        raise RuntimeError("asked")

    def __len__(self):
        raise ValueError("asked")


class Whole(int):
    """An int that is equal to nothing."""

    __eq__ = lambda self, other: False
    __hash__ = int.__hash__


class Half(float):
    """A float that turns into text."""

    __float__ = __repr__ = lambda self: "half"


class Pretending:
    """An object that says that it is an array, with a shape that cannot be."""

    __array_interface__ = property(
        lambda self: {"shape": (-1, 2**70), "typestr": "<f8", "version": 3, "data": (0, False)}
    )


def loop():
    """A list within itself."""
    made = []
    made.append(made)
    return made


def frozen():
    """An array that may not be written to."""
    made = np.arange(3.0)
    made.flags.writeable = False
    return made


def stale():
    """A tensor whose history no longer fits its numbers."""
    made = th.ones(2, requires_grad=True).exp()
    made.detach().mul_(2)
    return made


# What Python asks of every object, and what sets attributes of it.
INHERITED = {*dir(type), "__init__", "__new__", "__getattribute__", "__getattr__", "__setattr__", "__delattr__", "__del__",
             "__reduce_ex__", "__reduce__", "__sizeof__", "__init_subclass__", "__subclasshook__"} - {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__or__", "__ror__"}  # fmt: skip
# What they are for is to set something for the whole process or thread.
SETS = {
    "set_default_dtype",
    "set_default_tensor_type",
    "set_grad_enabled",
    "autograd.set_grad_enabled",
    "lab.set_language",
}


def everything():
    """{name: (function, whether it is a method)}: all public functions, classes and methods, operators too."""
    page, found = reference(), {}
    rooms = {"": th, **{room: page.opened(room) for room in page.NAMESPACES}}
    for room, module in rooms.items():
        for name in page.public(module) if room else [*FUNCTIONS, *vars(th)]:
            found[f"{room}.{name}".lstrip(".")] = getattr(module, name, None), False
    found |= {
        f"Tensor.{name}": (getattr(th.Tensor, name, None), True) for name in {*dir(th.Tensor)} - INHERITED
    }
    found |= {f"lab.{name}": (getattr(lab, name), False) for name in lab.__all__}
    return {
        name: made for name, made in sorted(found.items())
        if callable(made[0]) and not inspect.ismodule(made[0]) and name not in OWN and not name.startswith("_")
    }  # fmt: skip


def test_every_kind_of_argument_to_every_function(tmp_path, monkeypatch):
    """Alone, or behind a tensor."""
    monkeypatch.chdir(tmp_path)
    made_here = (
        Liar,
        Endless,
        Broken,
        Child,
        Mean,
        Whole,
        Half,
        Pretending,
        loop,
        frozen,
        stale,
        array,
        Fraction,
    )
    space = {"np": np, "th": th} | {made.__name__: made for made in made_here}
    made = [(kind, compile(kind, kind, "eval"), behind) for kind in KINDS for behind in (False, True)]
    complaints, settings = [], modes()
    assert len(made) >= promised("kinds of arguments for each function")
    alarmed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, hung) if alarmed else None
    state, kept, once = th.get_rng_state(), dict(_kept), dict(told)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, (function, method) in everything().items():
                for kind, code, behind in made:
                    args, said = [eval(code, space)], None
                    if behind:
                        args = [th.ones(2, 3), *args]
                    elif method and not isinstance(args[0], th.Tensor):
                        args = [th.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True) * 1, *args]
                    was = [print_of(a) for a in args]
                    if alarmed:
                        signal.setitimer(signal.ITIMER_REAL, 30)
                    try:
                        function(*args)
                    except DOCUMENTED as error:
                        said = error
                    except (Hung, Exception) as error:  # noqa: BLE001 - any other kind is a fault
                        said = error
                        if not (kind == "Broken()" and isinstance(error, ZeroDivisionError)):
                            complaints.append(
                                (name, kind, behind, repr(error), traceback.format_exc()[-600:])
                            )
                    finally:
                        if alarmed:
                            signal.setitimer(signal.ITIMER_REAL, 0)
                    writes = (
                        any(c in name for c in CHANGES) or behind and "inplace" in options_of(function)[1:2]
                    )
                    if [print_of(a) for a in args] != was and not (writes and said is None):
                        complaints.append((name, kind, behind, repr(said), "an argument has changed"))
                    if modes() != settings:
                        if name not in SETS:
                            complaints.append((name, kind, behind, repr(said), f"left behind: {modes()}"))
                        th.set_grad_enabled(True), th.set_default_dtype(th.float32), set_language(settings[2])
    finally:
        th.set_printoptions(profile="default"), th.set_rng_state(state), _kept.update(kept)
        told.clear(), told.update(once)
        if alarmed:
            signal.signal(signal.SIGALRM, before)
    print(*complaints, sep="\n")
    assert not complaints, (len(complaints), *complaints[:5])


SMALL = (0, -1, 1, 2, 0.0, None, (0,), True)


def test_every_class_of_small_numbers_is_made_or_refused(tmp_path, monkeypatch):
    """All of up to three, and what is made of them is called, where it is a module."""
    monkeypatch.chdir(tmp_path)
    inputs = [th.ones(2, 3), th.ones(1, 2, 4, 4), th.ones(2, 0, 3), th.ones(0), th.ones(2, 2, 2)]
    classes = {
        n: c
        for n, (c, _) in everything().items()
        if inspect.isclass(c) and n not in APART and not n.startswith("lab.")
    }
    complaints, kept, once = [], dict(_kept), dict(told)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, made in classes.items():
            for args in itertools.chain.from_iterable(itertools.product(SMALL, repeat=k) for k in (1, 2, 3)):
                try:
                    module = made(*args)
                except DOCUMENTED:
                    continue
                except Exception as error:  # noqa: BLE001 - any other kind is a fault
                    complaints.append((name, args, repr(error)))
                    continue
                for x in inputs if isinstance(module, th.nn.Module) else ():
                    try:
                        module(x)
                    except DOCUMENTED:
                        pass
                    except Exception as error:  # noqa: BLE001 - likewise
                        complaints.append((name, args, x.shape, repr(error)))
    _kept.update(kept), told.clear(), told.update(once)
    assert len(classes) > 200 and not complaints, complaints[:5]


@pytest.mark.parametrize("call", [
    "th.tensor([-7, 9]).fill_(float('nan'))", "th.tensor([-7, 9]).copy_(float('inf'))", "th.nn.init.constant_(th.tensor([0, 1]), 1e308)",
    "th.ones(2, 3).repeat_interleave(2**62)", "th.ones(3).tensor_split(2**62)", "th.nn.GroupNorm(0, 3)",
    "th.nn.functional.adaptive_avg_pool2d(th.ones(2, 0, 3), 2)", "th.nn.functional.adaptive_max_pool1d(th.ones(2, 0, 3), 2**40)",
    "th.nn.functional.max_pool2d(th.ones(1, 2, 2), 0)", "th.nn.functional.group_norm(th.ones(2, 3), 0)",
    "th.nn.init.trunc_normal_(th.tensor([0, 1]), True, 0)", "th.nn.functional.pixel_unshuffle(th.ones(2, 0, 3), 0)",
    "th.nn.functional.pixel_shuffle(th.ones(2, 0, 3), 0)", "th.ones(2, 3).repeat(2**62, 1)", "th.ones(2).repeat(2**40, 2**40)",
    "th.ones(2, 1).tile(2**61, 0)",
    "th.nn.functional.lp_pool2d(th.ones(1, 2, 2), 0.0, 2)", "th.nn.functional.lp_pool1d(0, -1, 2)",
    "th.nn.functional.interpolate(th.ones(2, 0, 3), 0)",
    "th.utils.checkpoint.checkpoint_sequential([th.sin], 0, th.ones(2))",
])  # fmt: skip
def test_what_the_nights_found_is_refused_and_changes_nothing(call):
    made, space = [], {"th": th}
    code = (
        call.replace("th.tensor(", "kept(th.tensor(").replace("])", "]))") if "th.tensor(" in call else call
    )
    space["kept"] = lambda t: made.append(t) or t
    with pytest.raises((RuntimeError, ValueError, TypeError)):
        eval(code, space)
    assert all(t._version == 0 for t in made)


def options_of(function):
    """The names of a function's arguments, as far as Python knows them."""
    try:
        return [p.name for p in inspect.signature(function).parameters.values() if p.kind != p.VAR_KEYWORD]
    except (TypeError, ValueError):
        return []


# -- the magics ---------------------------------------------------------------------------------------------

WORDS = (
    "f x y g th th.sin x*y x=2. y=3 a=1 a= =1 f(x=1) g(x=2.0,y=3.0) -d LR UP --depth 3 --depth=-1 none --both -b --backward --fold module "
    "loop --names=x,y --names= --no-values -s --save --mode reverse --seed=1,0 --seed --order 2 9 --range=-2,2 --range=3 es en fr "
    "( ) [ ] { } ' \" \\ ; % %% ! ? $x {x} lambda 1/0 ... None λ \x00 \t \n -- --- -h --help [1]*3 relu tanh __import__('os').getpid() x.grad"
).split(" ")  # fmt: skip
LINES = ("graph", "trace", "why", "derivative", "explore", "lab_lang")
CELLS = ("graph", "trace", "no_grad", "gradcheck")
BODIES = (
    "u = x * y",
    "x * y",
    "1/0",
    "def",
    "",
    "for i in range(2): v = x * i",
    "raise ValueError",
    "y.backward()",
    "%graph f",
    "x.nada",
)
SAID = (
    UsageError,
    *DOCUMENTED,
    SyntaxError,
    NameError,
    ZeroDivisionError,
    OSError,
)  # the last four are what the line itself says
KEPT = ("x", "y", "f", "g", "th")


def test_every_magic_is_among_them():
    known = magics.LabMagics.magics
    assert (set(known["line"]), set(known["cell"])) == (set(LINES), set(CELLS))


def test_random_lines_for_the_magics(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    draw, language = drawing(11), get_language()
    shell = InteractiveShell()
    magics.load_ipython_extension(shell)
    shell.run_cell("import autodiff_lab as th\nx = th.tensor(2., requires_grad=True)\ny = th.tensor(3., requires_grad=True)\n"
                   "f = x * y\ng = lambda x, y: x * y + x")  # fmt: skip
    space = {name: shell.user_ns[name] for name in KEPT}
    settings = modes()
    try:
        for _ in range(rounds("lines for the magics")):
            line = " ".join(draw.choices(WORDS, k=draw.randrange(5)))
            if draw.random() < 0.3:
                name, cell = draw.choice(CELLS), draw.choice(BODIES)
                call = lambda name=name, line=line, cell=cell: shell.run_cell_magic(name, line, cell)
            else:
                name, cell = draw.choice(LINES), None
                call = lambda name=name, line=line: shell.run_line_magic(name, line)
            names = set(shell.user_ns)
            try:
                call()
            except SAID:
                added = {n for n in set(shell.user_ns) - names if not n.startswith("_")}
                assert not added or cell is not None, (name, line, added)
            except SystemExit:
                raise AssertionError(f"%{name} {line} ends the kernel") from None
            assert all(shell.user_ns[n] is v for n, v in space.items()), (name, line, cell)
            if name != "lab_lang":
                assert modes() == settings, (name, line, cell)
            set_language(language)
    finally:
        set_language(language)


# -- messages from the page ---------------------------------------------------------------------------------

JUNK = (
    None, True, False, 0, -1, 1, 3, 10**9, 2**70, 0.5, -1e308, float("nan"), float("inf"), "", "0", "x", "__import__('os').abort()", "<script>",
    [], [0], [1, 2], ["x"], [[]], [None], [1e999], {}, {"x": 1}, {"x": "1"}, {"x": None}, {"__class__": 1}, {"x": [1, [2, [3]]]}, [0] * 2000,
)  # fmt: skip


class Counting:
    """A function of one or two numbers, which counts how often it was called with something else."""

    def __init__(self):
        self.odd = []

    def one(self, x):
        if not isinstance(x, (th.Tensor, int, float)):
            self.odd.append(x)
        return x * x

    def two(self, x, y):
        return self.one(x) * y


def widgets(counting):
    x, y = th.tensor(2.0, requires_grad=True), th.tensor(3.0, requires_grad=True)
    return [
        lab.derivative(counting.one), lab.derivative("tanh"), lab.explore(counting.two, x=2.0, y=3.0), lab.explore(x * y),
        lab.stepper(x * y), lab.accumulation(), lab.inplace(), lab.modes(), lab.forward_reverse(counting.two, x=2.0, y=3.0), lab.descent(counting.one, start=1.0),
    ]  # fmt: skip


def every_kind(cls):
    """The names of the classes below ``cls``; a widget's own class may be made for it alone, under the same name."""
    return {name for sub in cls.__subclasses__() for name in {sub.__name__, *every_kind(sub)}}


def refused(*_):
    raise AssertionError("a message was read as code")


def test_junk_from_the_page_changes_nothing_or_is_valid(monkeypatch):
    draw, counting = drawing(13), Counting()
    shown, settings = widgets(counting), modes()
    each = -(-rounds("messages to widgets") // len(shown))
    assert {type(widget).__name__ for widget in shown} == every_kind(Widget) - {Experiment.__name__}
    for widget in shown:
        traits = [name for name in widget.keys if not name.startswith("_") or name in ("_esm", "_css")]
        for _ in range(each):
            message = {draw.choice(traits): draw.choice(JUNK) for _ in range(draw.choice((1, 1, 1, 2)))}
            before = {name: getattr(widget, name) for name in traits}
            kept = [name for name in message if name not in (*widget.heard, "again")]
            try:
                with monkeypatch.context() as patched:
                    patched.setattr(builtins, "eval", refused)
                    patched.setattr(builtins, "exec", refused)
                    for method in ("update", "custom", draw.choice(("request_state", "eval", "", None))):
                        data = {"method": method, "state": message, "buffer_paths": [], "content": message}
                        widget._handle_msg({"content": {"data": data}, "buffers": []})
            except Exception as error:  # noqa: BLE001 - the kind is looked at
                assert type(error).__name__ == "TraitError", (type(widget).__name__, message, repr(error))
                if len(message) == 1:
                    assert {name: getattr(widget, name) for name in traits} == before, (
                        type(widget).__name__,
                        message,
                    )
            if kept == list(message):
                assert {name: getattr(widget, name) for name in traits} == before, (
                    type(widget).__name__,
                    message,
                )
            assert isinstance(widget.to_text(), str) and modes() == settings
    assert not counting.odd
