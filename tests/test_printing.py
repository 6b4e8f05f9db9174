"""Tensors print as torch prints them: texts recorded from torch, and torch itself where it imports.

A case is a dict that JSON can hold: ``dtype``, ``shape``, ``values`` (repeated to fill the shape),
``options`` for ``printoptions`` and ``extra`` for ``tensor_text``. ``record_printing.py`` writes the recorded
ones.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from autodiff_lab import printing
from autodiff_lab.printing import array_text, format_spec, printoptions, set_printoptions, tensor_text

RECORDED = Path(__file__).parent / "data" / "printing.json"

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
SPECIAL = [0.0, -0.0, math.nan, math.inf, -math.inf]
# Numbers where a rule turns: max/min of 1000, 1e8, 1e-4, rounding up to one digit more, the ends of float16.
EDGES = [
    1.0,
    -1.0,
    1000.0,
    1001.0,
    0.5,
    1e8,
    100000008.0,
    1e-4,
    0.00009999,
    9.99995,
    99999.0,
    65504.0,
    6e-8,
    1e-3,
]
# Nodes that change no number, with what makes them.
NODES = {
    None: lambda tensor: tensor,
    "MulBackward0": lambda tensor: tensor * 1,
    "CloneBackward0": lambda tensor: tensor.clone(),
    "AsStridedBackward0": lambda tensor: tensor.as_strided(tensor.shape, tensor.stride()),
}


def random_case(rng):
    """A case whose dtype, shape, magnitudes and options are drawn from a NumPy generator."""
    dtype = rng.choice(DTYPES)
    shape = random_shape(rng)
    values = random_values(rng, dtype, min(math.prod(shape), 40))
    return {
        "dtype": str(dtype),
        "shape": shape,
        "values": values,
        "options": random_options(rng),
        "extra": random_extra(rng, dtype),
    }


def random_shape(rng):
    kind = rng.random()
    if kind < 0.10:
        return []
    if kind < 0.45:
        return [int(rng.integers(0, 40))]
    if kind < 0.60:  # over a thousand elements in all, or a little under
        return [[995 + int(rng.integers(0, 12))], [2, 501], [30, 40], [6, 7, 25], [1001, 1], [1, 1, 1100]][
            rng.integers(6)
        ]
    return rng.integers(0 if rng.random() < 0.15 else 1, 6, rng.integers(2, 5)).tolist()


def random_values(rng, dtype, count):
    """``count`` numbers of ``dtype`` as the shortest Python numbers that it rounds back to."""
    if dtype == "bool":
        values = rng.random(count) < rng.random()
    elif dtype[:5] != "float":
        top = min(np.iinfo(dtype).max, 10 ** int(rng.integers(1, 19)))
        values = rng.integers(0 if dtype == "uint8" else -top - 1, top, count, endpoint=True)
    else:
        values = rng.normal(size=count) * 10.0 ** rng.integers(-6, 10)
        if rng.random() < 0.4:
            values = np.round(values / 10.0 ** rng.integers(0, 6))
        if rng.random() < 0.3:
            values = values * 10.0 ** rng.uniform(-3, 3, count)
        values = np.where(rng.random(count) < 0.2 * rng.integers(0, 3), rng.choice(EDGES, count), values)
        values = np.where(rng.random(count) < 0.3 * rng.integers(0, 3), rng.choice(SPECIAL, count), values)
    with np.errstate(over="ignore"):  # to inf, in float16
        values = values.astype(dtype)
    return [float(str(value)) for value in values] if dtype[:5] == "float" else values.tolist()


def random_options(rng):
    if rng.random() < 0.5:
        return {}
    # fmt: off
    choices = {
        "precision": [0, 1, 2, 6, 10],
        "threshold": [0, 5, 20, 5000],
        "edgeitems": [0, 1, 2, 5],
        "linewidth": [0, 1, 20, 40, 79, 81, 120, 200],
        "profile":   ["default", "short", "full"],
        "sci_mode":  [True, False],
    }
    # fmt: on
    return {name: of[rng.integers(len(of))] for name, of in choices.items() if rng.random() < 0.25}


def random_extra(rng, dtype):
    extra = {"default_dtype": "float64" if rng.random() < 0.2 else "float32"}
    if dtype[:5] == "float" and rng.random() < 0.4:
        extra["requires_grad"] = True
        extra["grad_fn"] = list(NODES)[rng.integers(len(NODES))]
        extra["parameter"] = bool(extra["grad_fn"] is None and rng.random() < 0.3)
    return extra


def array_of(case):
    array = np.resize(np.array(case["values"], case["dtype"]), case["shape"])
    return array.astype(case["dtype"])  # np.resize of nothing forgets the dtype


def our_text(case):
    with printoptions(**case["options"]):
        return tensor_text(array_of(case), **case["extra"])


def torch_text(case, torch):
    """What torch prints for ``case`` once its rules are applied to our name of a dtype, which is longer."""
    rules, extra = torch._tensor_str, case["extra"]
    add_suffixes, default = rules._add_suffixes, torch.get_default_dtype()

    def add_our_suffixes(text, suffixes, *args, **named):
        return add_suffixes(
            text, [part.replace("torch.", "autodiff_lab.") for part in suffixes], *args, **named
        )

    tensor = torch.from_numpy(array_of(case))
    if extra.get("parameter"):
        tensor = torch.nn.Parameter(tensor)
    elif extra.get("requires_grad"):
        tensor = NODES[extra["grad_fn"]](tensor.requires_grad_())
    rules._add_suffixes = add_our_suffixes
    torch.set_default_dtype(getattr(torch, extra["default_dtype"]))
    try:
        with rules.printoptions(**case["options"]):
            return repr(tensor)
    finally:
        torch.set_default_dtype(default)
        rules._add_suffixes = add_suffixes


def torch_format(value, dtype, spec, torch):
    """What ``format`` gives for a torch tensor of these numbers: a text, or an error's class and sentence."""
    return text_or_error(lambda: format(torch.tensor(value, dtype=getattr(torch, dtype)), spec))


def text_or_error(call):
    try:
        return call()
    except (TypeError, ValueError) as error:
        return [type(error).__name__, str(error)]


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORDED.read_text())


@pytest.fixture(autouse=True)
def options_left_as_found():
    yield
    assert printing._options == printing.Options()


# -- the texts --------------------------------------------------------------------------------------


def test_every_recorded_text_is_ours(recorded):
    assert len(recorded["cases"]) >= 300
    for case in recorded["cases"]:
        assert our_text(case) == case["text"], case


def test_the_recorded_texts_are_those_of_torch_here(recorded):
    torch = pytest.importorskip("torch")
    for case in recorded["cases"]:
        assert torch_text(case, torch) == case["text"], case


def test_the_recorded_texts_show_every_rule(recorded):
    texts = [case["text"] for case in recorded["cases"]]
    for mark in [
        "e+",
        "nan",
        "inf",
        " ...",
        "\n         ...",
        "...,",
        "False",
        "size=(",
        "-0.",
        "[]",
        "grad_fn=<",
    ]:
        assert any(mark in text for text in texts), mark
    for dtype in DTYPES:
        assert (
            dtype == "bool"
            or dtype == "int64"
            or any(f"dtype=autodiff_lab.{dtype}" in text for text in texts)
        )
    assert any(text.startswith("Parameter containing:\n") for text in texts)
    assert any(",\n       dtype=" in text for text in texts)
    assert any(", dtype=" in text for text in texts)


def test_random_tensors_print_as_torch_prints_them_here():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(20)
    for _ in range(1500):
        case = random_case(rng)
        assert our_text(case) == torch_text(case, torch), case


def test_the_memory_layout_does_not_show():
    array = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)
    for view in (array.T, array[::-1, :, ::-2], np.broadcast_to(array[0, 0], (3, 4))):
        assert tensor_text(view) == tensor_text(np.array(view, np.float32, order="C"))


def test_a_numpy_scalar_prints_as_a_tensor_of_no_dimensions():
    assert tensor_text(np.int64(7)) == "tensor(7)"
    assert tensor_text(np.bool(True)) == "tensor(True)"
    assert tensor_text(np.float32(0.1), grad_fn="SumBackward0") == "tensor(0.1000, grad_fn=<SumBackward0>)"


def test_an_indented_array_breaks_its_lines_sooner():
    assert array_text(np.arange(30)).split("\n")[1] == " 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]"
    assert (
        array_text(np.arange(30), indent=40).split("\n")[1]
        == " " * 41 + "10, 11, 12, 13, 14, 15, 16, 17, 18, 19,"
    )


def test_a_dual_shows_its_tangent_after_everything_else():
    dual = tensor_text(np.ones(2, np.float32), requires_grad=True, tangent="tensor([2., 2.])")
    assert dual == "tensor([1., 1.], requires_grad=True, tangent=tensor([2., 2.]))"
    dual = tensor_text(np.ones(15, np.float32), tangent="tensor([2., 2.])")  # 67 columns are taken: no room
    assert dual.endswith(" 1.],\n       tangent=tensor([2., 2.]))")


def test_a_subclass_shows_its_name_and_indents_by_it():
    assert tensor_text(np.eye(2, dtype=np.float32), name="Mine") == "Mine([[1., 0.],\n      [0., 1.]])"


def test_printing_leaves_the_array_alone():
    array = np.array([1.0, np.nan, -0.0, np.inf])
    before = array.tobytes()
    array.flags.writeable = False
    tensor_text(array)
    assert array.tobytes() == before


# -- f-strings --------------------------------------------------------------------------------------


class Tensor:
    """Stands for the owner of the numbers: its class's name is in the error, its text in the empty format."""

    def __init__(self, array):
        self.array = array

    def __str__(self):
        return tensor_text(self.array)


def our_format(value, dtype, spec):
    array = np.array(value, dtype)
    return text_or_error(lambda: format_spec(array, spec, Tensor(array)))


def test_every_recorded_format_is_ours(recorded):
    for value, dtype, spec, expected in recorded["formats"]:
        assert our_format(value, dtype, spec) == expected, (value, dtype, spec)


def test_the_recorded_formats_are_those_of_torch_here(recorded):
    torch = pytest.importorskip("torch")
    for value, dtype, spec, expected in recorded["formats"]:
        assert torch_format(value, dtype, spec, torch) == expected, (value, dtype, spec)


def test_a_parameter_is_never_formatted_as_a_number():
    array = np.array(1.5, np.float32)
    assert format_spec(array, "", Tensor(array), plain=False) == "tensor(1.5000)"
    weight = Tensor(array)
    with pytest.raises(TypeError) as caught:
        format_spec(array, ".2f", weight, plain=False)
    assert caught.value.args == ("unsupported format string passed to Tensor.__format__",)
    assert "'.2f'" in caught.value.__notes__[0] and "weight" in caught.value.__notes__[0]


# -- the options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, error, words",
    [
        ({"precision": 2.5}, TypeError, "precision must be an integer; got 2.5"),
        ({"precision": -1}, ValueError, "precision must not be negative; got -1"),
        ({"edgeitems": "3"}, TypeError, "edgeitems must be an integer; got '3'"),
        ({"edgeitems": -1}, ValueError, "edgeitems must not be negative; got -1"),
        ({"linewidth": math.inf}, TypeError, "linewidth must be an integer; got inf"),
        ({"threshold": math.nan}, ValueError, "threshold must not be negative; got nan"),
        ({"threshold": "many"}, TypeError, "threshold must be an integer; got 'many'"),
        ({"profile": "long"}, ValueError, "profile must be one of 'default', 'short', 'full'; got 'long'"),
        ({"sci_mode": "auto"}, TypeError, "sci_mode must be True, False or None; got 'auto'"),
    ],
)
def test_a_wrong_option_is_refused_and_changes_nothing(options, error, words):
    with pytest.raises(error) as caught:
        set_printoptions(**{"linewidth": 40, **options})
    assert str(caught.value) == words
    assert "set_printoptions(precision=4" in caught.value.__notes__[0]
    assert printing._options == printing.Options()


def test_options_not_named_stay_except_sci_mode():
    tenths = np.array([0.1, 0.2], np.float32)
    with printoptions(precision=2, sci_mode=True):
        assert tensor_text(tenths) == "tensor([1.00e-01, 2.00e-01])"
        set_printoptions(edgeitems=5)
        assert tensor_text(tenths) == "tensor([0.10, 0.20])"
    assert tensor_text(tenths) == "tensor([0.1000, 0.2000])"


def test_a_profile_starts_afresh_and_the_others_override_it():
    array = np.full(1200, 0.5, np.float32)
    with printoptions(precision=1, edgeitems=1, profile="short"):
        assert tensor_text(array) == "tensor([0.5,  ..., 0.5])"
        set_printoptions(profile="full")
        assert tensor_text(array).count("0.5000") == 1200


def test_the_options_come_back_after_an_error_inside_the_block():
    with pytest.raises(KeyError), printoptions(precision=1):
        raise KeyError
    assert tensor_text(np.float32(0.25)) == "tensor(0.2500)"
