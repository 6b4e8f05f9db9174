"""What all widgets do, without a browser: their text, their words, errors, and what the page may not do."""

import asyncio
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import traitlets

import autodiff_lab as th
from autodiff_lab import lab
from autodiff_lab.lab.widgets import base, descent as descent_module
from autodiff_lab.lab.widgets.derivative import PRESETS
from autodiff_lab.lab.widgets.sampling import STEPS, sample
from autodiff_lab.messages import set_language

WIDGETS = [
    lab.Derivative,
    lab.Descent,
    lab.Stepper,
    lab.Explorer,
    lab.Accumulation,
    lab.Inplace,
    lab.Modes,
    lab.ForwardReverse,
]


@pytest.fixture
def english():
    set_language("en")
    yield
    set_language("es")


@pytest.mark.parametrize("kind", WIDGETS)
def test_a_script_is_one_text_that_loads_nothing(kind):
    text = kind._esm
    assert not re.search(r"^\s*import\b|\bimport\(|\bfetch\(|XMLHttpRequest", text, re.MULTILINE)
    assert text.count("export ") == 1 and "export default widget(" in text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function", text)
    assert set(re.findall(r"https?://[\w./]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1998/Math/MathML",
    }


@pytest.mark.parametrize("kind", WIDGETS)
def test_every_word_that_a_script_says_is_in_the_catalogue(kind):
    asked = set(re.findall(r'say\(\s*"([\w.]+)"', kind._esm))
    assert asked and asked <= base.words("widget.", *kind.stems).keys()


def test_a_widget_is_text_and_picture_where_no_script_runs(english):
    widget = lab.derivative("relu")
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["text/plain"] == widget.to_text() and "relu′(x)" in widget.to_text()
    assert bundle["image/svg+xml"].startswith("<svg")


def test_its_text_and_picture_are_the_same_in_every_process():
    code = "from autodiff_lab import lab; d = lab.derivative('gelu', order=3); print(d, d.to_svg())"
    said = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in "12"
    }  # fmt: skip
    assert len(said) == 1


def test_labels_follow_the_language(english):
    assert lab.derivative("tanh").labels["title"] == "Function and derivative"
    set_language("es")
    assert lab.derivative("tanh").labels["title"] == "Función y derivada"


@pytest.mark.parametrize("trait, value", [("choice", "__import__('os')"), ("choice", 3), ("at", 10**9), ("at", "0"), ("step", -1),
                                          ("quotient", "evil"), ("shown", -1)])  # fmt: skip
def test_what_the_page_sends_is_checked(trait, value):
    d = lab.derivative("tanh")
    before = getattr(d, trait)
    with pytest.raises(traitlets.TraitError):
        d.set_state({trait: value})
    assert getattr(d, trait) == before


def test_an_error_is_told_with_the_learners_line_and_mended(english):
    def f(x):
        y = x * 2
        return y.nothing

    d = lab.derivative(f)
    assert (
        d.fault["type"] == "AttributeError"
        and d.fault["code"] == "return y.nothing"
        and d.fault["function"] == "f"
    )
    assert "AttributeError" in repr(d) and "return y.nothing" in repr(d)
    json.dumps(d.fault)


def forgetful(x):
    x * 2


@pytest.mark.parametrize(
    "make",
    [
        lambda f: lab.explore(f, x=1.0),
        lab.derivative,
        lambda f: lab.descent(f, 1.0),
        lambda f: lab.forward_reverse(f, x=1.0),
    ],
)
def test_a_result_that_does_not_fit_is_told_with_the_function_s_first_line(make, english):
    fault = make(forgetful).fault
    assert "returned NoneType" in fault["message"] and fault["notes"] == [
        "Is return missing? A function without return gives None."
    ]
    assert (fault["function"], fault["code"]) == ("forgetful", "def forgetful(x):")
    assert fault["line"] == forgetful.__code__.co_firstlineno


@pytest.mark.parametrize(
    "make", [lambda f: lab.explore(f, x=1.0), lab.derivative, lambda f: lab.descent(f, 1.0)]
)
def test_an_infinite_result_is_shown_or_told_but_warns_of_nothing(make, recwarn):
    make(lambda x: th.exp(1000 * x))
    make(lambda x: th.log(x - 1000))
    assert not [
        w for w in recwarn if w.category is not DeprecationWarning
    ]  # which older versions of anywidget cause


def test_the_two_tables_tell_what_went_wrong_and_are_made_anew_when_it_is_mended(english):
    works = False

    def f(x, y):
        return x * y if works else x * missing  # noqa: F821 - which is the error

    t = lab.forward_reverse(f, x=2.0, y=3.0)
    assert t.tables == {} and t.fault["code"].startswith("return x * y") and "NameError" in t.to_text()
    assert "NameError" in t.to_svg() and "NameError" in t.to_html()
    works, t.at = True, 5
    t.again += 1
    assert (
        t.fault == {}
        and t.at == 0
        and t.tables["forward"]["rows"][-1]["primal"]["value"] == "6"
        and "6" in t.to_text()
    )
    works = False
    t.again += 1
    assert t.fault["type"] == "NameError" and t.tables["forward"] and "NameError" in t.to_text()
    set_language("es")
    assert "devolvió float" in lab.forward_reverse(lambda x: 3.0, x=1.0).fault["message"]


@pytest.mark.parametrize("call, error", [
    (lambda: lab.forward_reverse(3, x=1.0), TypeError), (lambda: lab.forward_reverse(lambda x: x), ValueError),
    (lambda: lab.forward_reverse(lambda x: x * x, x=1.0, seed=(1.0, 2.0)), ValueError),
])  # fmt: skip
def test_what_is_wrong_with_the_call_of_the_two_tables_is_said_in_the_cell(call, error):
    with pytest.raises(error):
        call()


def test_a_loss_without_a_way_down_is_told(english):
    assert "At the start the loss is inf" in lab.descent(lambda x: th.exp(1000 * x), 1.0).fault["message"]
    assert "its gradient inf" in lab.descent(lambda x: x**0.5, 0.0).fault["message"]
    assert "shape [2]. Reduce it" in lab.descent(lambda x: th.stack([x, x]), 0.0).fault["message"]
    for loss in (lambda x: (x * x).detach(), lambda x: x > 0, lambda x: th.tensor(3.0)):
        assert "does not require grad" in lab.descent(loss, 1.0).fault["message"]


def test_a_function_whose_result_has_no_history_is_told_to_have_no_derivative(english):
    d = lab.derivative(lambda x: x.detach() ** 2)
    assert d.slope == 0 and d.curves[0]["cut"] and "has no history" in repr(d)
    for f in (th.floor, lambda x: 3.0, lambda x: x * x):
        assert not lab.derivative(f).curves[0]["cut"]
    d = lab.derivative(lambda x: x > 1)  # no number, but shown as one
    assert not d.fault and d.curves[0]["breaks"] == [1.0] and d.curves[0]["cut"]


def test_a_function_that_is_defined_anew_mends_the_widget():
    scope = {}
    exec("def f(x):\n    return x.nothing", scope)
    d = lab.derivative(scope["f"])
    assert d.fault
    exec("def f(x):\n    return x * x", scope)
    d.again += 1
    assert not d.fault and d.slope == pytest.approx(2 * d.point)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_the_derivative_that_differences_have(name):
    d = lab.derivative(name, order=4)
    s = d._sampled[0]
    good = np.abs(s.errors[1, :, STEPS.index(1e-5)]) < 1e-5
    near = (
        np.any([np.abs(s.x - k.x) < 1e-4 for k in s.kinks], axis=0) if s.kinks else np.zeros(len(s.x), bool)
    )
    assert (good | near).all()
    for k in (2, 3):  # each row is the derivative of the one before
        slope = np.gradient(s.rows[k - 1], s.x)
        smooth = np.ones(len(s.x), bool) if name != "elu" and not s.kinks else np.abs(s.x) > 0.05
        inside = smooth & (np.arange(len(s.x)) > 1) & (np.arange(len(s.x)) < len(s.x) - 2)
        assert np.allclose(slope[inside], s.rows[k][inside], atol=0.02 * max(1.0, np.abs(s.rows[k]).max()))


@pytest.mark.parametrize(
    "f, kinks",
    [
        (th.relu, [(0, 0, 1, 0)]),
        (abs, [(0, -1, 1, 0)]),
        (th.nn.functional.hardtanh, [(-1, 0, 1, 0), (1, 1, 0, 0)]),
        (th.nn.functional.leaky_relu, [(0, 0.01, 1, 0.01)]),
        (lambda x: x * x if x > 1 else abs(x), [(0, -1, 1, 0), (1, 1, 2, 1)]),
        (th.sigmoid, []),
        (lambda x: th.tanh(100 * x), []),
        (th.log, []),
        (lambda x: 1 / x, []),
        (lambda x: 3.0, []),
    ],
)
def test_kinks_are_found_and_steep_places_are_none(f, kinks):
    found = sample(f, -4.0, 4.0, 1).kinks
    assert [(k.x, k.left, k.right, k.chosen) for k in found] == kinks


def test_jumps_have_no_derivative():
    assert sample(th.floor, 0.5, 2.5, 1).breaks == (1.0, 2.0)


def test_the_logistic_map_has_the_survey_s_errors():
    """Figure 3 of Baydin et al.: truncation |f''|/2·h and |f'''|/6·h², for l4 at 0.2."""
    d = lab.derivative("logistic map", x=0.2)
    assert d.slope == pytest.approx(708288 / 78125)
    forward, central = d._sampled[0].errors[:, d.at]
    assert abs(forward[STEPS.index(1e-5)]) == pytest.approx(33.7e-5, rel=0.02)
    assert abs(central[STEPS.index(1e-3)]) == pytest.approx(658e-6, rel=0.02)


def test_pytorch_s_functions_are_shown_too():
    torch = pytest.importorskip("torch")
    ours, theirs = (
        lab.derivative(th.nn.functional.gelu, order=2),
        lab.derivative(torch.nn.functional.gelu, order=2),
    )
    assert not theirs.fault
    assert np.allclose(ours._sampled[0].rows, theirs._sampled[0].rows, atol=1e-12)
    assert lab.derivative(lambda x: torch.relu(x)).kinks[0].chosen == 0


def test_a_function_that_returns_no_number_is_told_of(english):
    assert "one number for each x" in lab.derivative(lambda x: th.stack([x, x])).fault["message"]
    assert "returned str" in lab.derivative(lambda x: "no").fault["message"]


@pytest.mark.parametrize("arguments, error", [
    (("nada",), ValueError), ((3,), TypeError), (([],), TypeError), ((th.sin, (2, 1)), ValueError), ((th.sin, 3), ValueError),
    ((th.sin, (0, float("inf"))), ValueError), ((th.sin, (0, 1), 5), ValueError), ((th.sin, (0, 1), True), ValueError),
    ((th.sin, (0, 1), 1, "a"), ValueError),
])  # fmt: skip
def test_wrong_arguments_are_refused_in_words(arguments, error):
    with pytest.raises(error):
        lab.derivative(*arguments)


def test_several_functions_are_compared_by_their_names():
    d = lab.derivative({"a<b>": th.sin, "cos": th.cos})
    assert [c["name"] for c in d.curves] == ["a<b>", "cos"]
    assert "a&lt;b&gt;" in d.to_svg() and "a<b>" not in d.to_svg()


def logarithm():
    """The survey's example at (2, 5)."""
    x1, x2 = th.tensor(2.0, requires_grad=True), th.tensor(5.0, requires_grad=True)
    y = th.log(x1) + x1 * x2 - th.sin(x2)
    return y, {"x1": x1, "x2": x2, "y": y}


def test_the_stepper_holds_the_whole_run():
    y, names = logarithm()
    s = lab.stepper(y, names=names)
    moves = s.run["moves"]
    assert [m["phase"] for m in moves] == ["forward"] * 7 + ["seed"] + ["backward"] * 8 + ["leaf"] * 2
    assert (
        [m["total"] for m in moves[-2:]] == ["5.5", "1.7163"]
        and y.grad_fn is not None
        and names["x1"].grad is None
    )
    assert moves[0]["node"] == 0  # a number 0 is not left out
    assert json.loads(json.dumps(s.run)) == json.loads(json.dumps(lab.stepper(y, names=names).run))


def test_the_stepper_s_picture_is_the_svg_s():
    y, names = logarithm()
    s = lab.stepper(y, names=names)
    for box in s.run["scene"]["boxes"]:
        assert f">{box['name']}</tspan>" in s.to_svg()
    assert "adjunto = 1.7163" in s.to_svg()


def test_a_page_without_a_kernel_gets_the_script_and_cannot_be_broken_out_of():
    hostile = "</script><img src=x onerror=alert(1)>"
    x = th.tensor(2.0, requires_grad=True)
    html = lab.stepper(x * x, names={hostile: x}).to_html()
    before, script = html.split("<script>")
    assert "<img" not in before and html.count("</script>") == 1 and script.endswith("</script>")
    assert "\\u003c/script>\\u003cimg" in script  # as text, inside a string


def test_pytorch_s_tensors_are_stepped_through_too():
    torch = pytest.importorskip("torch")
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    assert lab.stepper(y, names={"x": x}).run["moves"][-1]["total"] == "6"


def test_a_tensor_without_history_has_no_steps():
    with pytest.raises(ValueError, match="gradiente"):
        lab.stepper(th.tensor(1.0))
    with pytest.raises(TypeError):
        lab.stepper(3)


def branching(x, y, c):
    s = x * y
    t = th.sin(s) if x > 1 else s
    return t + s * c


def names_of(explorer):
    return [box["name"] for box in explorer.run["scene"]["boxes"]]


def place_of(explorer, name):
    return next(box["place"] for box in explorer.run["scene"]["boxes"] if box["name"] == name)


def test_the_explorer_s_gradients_are_those_of_backward():
    e = lab.explore(branching, x=2.0, y=3.0, c=lab.const(1.0))
    x, y = th.tensor(2.0, requires_grad=True), th.tensor(3.0, requires_grad=True)
    branching(x, y, th.tensor(1.0)).backward()
    assert e.grads == {"x": pytest.approx(x.grad.item()), "y": pytest.approx(y.grad.item())}
    assert {"x", "y", "c", "s", "t"} <= set(names_of(e))  # the function's own names


def test_a_slider_takes_another_branch_and_the_graph_follows():
    e = lab.explore(branching, x=2.0, y=3.0, c=lab.const(1.0))
    operations = [n.op for n in e._steps.model.nodes]
    e.set_state({"values": {"x": 0.5, "y": 3.0, "c": 1.0}})
    assert "Sin" in operations and "Sin" not in [n.op for n in e._steps.model.nodes]
    assert e.values == {"x": 0.5, "y": 3.0, "c": 1.0} and e.grads == {"x": 6.0, "y": 1.0}


def test_a_loop_s_count_is_an_input():
    e = lab.explore(lambda x, n: x**n if n else x, x=2.0, n=3)
    assert e.grads == {"x": 12.0}
    e.set(n=2)
    assert e.grads == {"x": 4.0} and e.result.item() == 4


def test_requires_grad_and_no_grad_are_switched():
    e = lab.explore(branching, x=2.0, y=3.0, c=lab.const(1.0))
    e.set_state({"requires": {"x": True, "y": False, "c": True}})
    assert e.grads.keys() == {"x", "c"} and e.grads["c"] == 6.0
    e.no_grad = True
    assert e.grads == {} and e.result.item() == pytest.approx(5.72058, abs=1e-4) and e.result.grad_fn is None
    e.no_grad = False
    assert e.grads.keys() == {"x", "c"}


@pytest.mark.parametrize("how", ["detached", "unrecorded"])
def test_what_is_cut_off_sends_no_gradient_back(how):
    def written(x, y, c):
        s = x * y
        t = th.sin(s).detach()
        return t + s * c

    e = lab.explore(branching, x=2.0, y=3.0, c=lab.const(1.0))
    setattr(e, how, [place_of(e, "t")])
    assert e.grads == lab.explore(written, x=2.0, y=3.0, c=lab.const(1.0)).grads == {"x": 3.0, "y": 2.0}
    node = next(n for n in e._steps.model.nodes if n.name == "t")
    assert node.kind == "detached" if how == "detached" else node.mode == "no_grad"
    setattr(e, how, [])
    assert e.grads["x"] == pytest.approx(5.8805, abs=1e-4)


def sines(library):
    def f(w):
        v = w.reshape(2, 2)
        s = library.sin(v * 2)
        u = s.T
        return (u + s).sum()

    return f


def halves(library):
    def f(w):
        p, q = (w * 2).split(2)
        p = p * 1
        p.mul_(3)
        return (p * q).sum()

    return f


def activated(library):
    return lambda w: library.nn.functional.softmax(library.nn.functional.gelu(w), 0).pow(2).sum()


@pytest.mark.parametrize("how", ["detached", "unrecorded", "retained"])
@pytest.mark.parametrize("function", [sines, halves, activated])
def test_every_result_is_cut_off_or_retained_with_pytorch_s_tensors_as_with_these(function, how):
    """Views too, which detach_() refuses."""
    torch = pytest.importorskip("torch")
    both = [
        lab.explore(function(m), w=m.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)) for m in (th, torch)
    ]
    places = [[box["place"] for box in e.run["scene"]["boxes"]] for e in both]
    assert places[0] == places[1] and max(places[0]) >= 3
    for chosen in sorted({*places[0]} - {-1}):
        told = []
        for e in both:
            setattr(e, how, [chosen])
            assert not e.fault
            nodes = [(n.name.strip("₀₁₂₃₄₅₆₇₈₉"), n.kind, n.mode, n.grad_text) for n in e._steps.model.nodes]
            retains = [box["place"] for box in e.run["scene"]["boxes"] if box["retains"]]
            told.append((nodes, retains, [m.total for m in e._steps.moves if m.phase == "leaf"]))
        assert told[0] == told[1]
        assert told[0][1] == ([chosen] if how == "retained" else [])


def test_pytorch_s_result_under_no_grad_at_a_chosen_place_is_pytorch_s_own():
    torch = pytest.importorskip("torch")

    def f(x, y):
        s = x * y
        return torch.sin(s).view(()) * s

    def written(x, y):
        s = x * y
        with torch.no_grad():
            t = torch.sin(s).view(())
        return t * s

    e = lab.explore(f, x=2.0, y=3.0)
    e.unrecorded = [2]  # the view
    assert e.grads == lab.explore(written, x=2.0, y=3.0).grads and e.result.requires_grad
    x, y = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
    written(x, y).backward()
    assert e.grads == {"x": pytest.approx(x.grad.item()), "y": pytest.approx(y.grad.item())}


def test_a_leaf_in_the_explorer_says_where_its_gradient_goes():
    hints = [box["hint"] for box in lab.explore(lambda x: x * x * x, x=2.0).run["scene"]["boxes"]]
    assert "gradiente: 12 (backward() lo suma a .grad)" in hints[0]
    assert any("(pasó por aquí; no se guardó en .grad)" in hint for hint in hints[1:])


def test_the_explorer_s_text_says_the_gradients_that_its_picture_says():
    x = th.tensor(2.0, requires_grad=True)
    for e in (lab.explore(lambda x, y: x * y + x.sin(), x=2.0, y=3.0), lab.explore(x * x, names={"x": x})):
        rows = {line.split()[0]: line.split()[-1] for line in e.to_text().split("\n\n")[-2].splitlines()[2:]}
        boxes = {
            box["name"]: [text for line in box["lines"] for text, role in line if role == "grad"]
            for box in e.run["scene"]["boxes"]
        }
        shown = {name: f"({said[0].removeprefix('adjunto = ')})" for name, said in boxes.items()}
        assert (
            rows == shown
            and not e.fault
            and {m.name for m in e._steps.moves if m.phase == "leaf"} <= rows.keys()
        )


def test_a_tensor_is_explored_as_it_is():
    y, names = logarithm()
    e = lab.explore(y, names=names)
    assert e.fixed and e.grads == {"x1": 5.5, "x2": pytest.approx(1.7163, abs=1e-4)} and e.inputs == []


def test_a_tensor_with_a_shape_is_an_input():
    e = lab.explore(
        lambda w, x: (w * x).sum(), w=th.tensor([1.0, 2.0], requires_grad=True), x=th.tensor([3.0, 4.0])
    )
    assert [i["kind"] for i in e.inputs] == ["tensor", "tensor"] and not e.fault
    assert next(m.total for m in e._steps.moves if m.phase == "leaf") == "[3, 4]"


EVIL = [
    {"values": {"x": "1", "n": 3}},
    {"values": {"x": float("nan"), "n": 3}},
    {"values": {"x": True, "n": 3}},
    {"values": {"x": 1.0, "n": 1.5}},
    {"values": {"x": 1.0}},
    {"values": {"x": 1.0, "n": 3, "evil": 1}},
    {"requires": {"x": "yes"}},
    {"requires": {"x": True, "n": True}},
    {"no_grad": "yes"},
    {"detached": [-1]},
    {"detached": ["0"]},
    {"retained": [0] * 1001},
]


@pytest.mark.parametrize("state", EVIL, ids=str)
def test_what_the_page_sends_to_the_explorer_is_checked(state):
    e = lab.explore(lambda x, n: x**n, x=2.0, n=3)
    before = e.run
    with pytest.raises(traitlets.TraitError):
        e.set_state(state)
    assert e.run == before and not e.fault


def test_an_error_on_the_way_is_told_and_goes_away_with_its_cause(english):
    def f(x):
        if x < 0:
            raise ValueError("no roots of negative numbers")
        return x**0.5

    e = lab.explore(f, x=4.0)
    e.set(x=-1.0)
    assert (
        e.fault["message"] == "no roots of negative numbers"
        and "raise ValueError" in e.fault["code"]
        and e.grads
    )
    e.set(x=1.0)
    assert e.fault == {} and e.grads == {"x": 0.5}
    assert "returned float" in lab.explore(lambda x: 3.0, x=1.0).fault["message"]


def test_nobody_watches_after_an_error():
    from autodiff_lab.mode import mode

    lab.explore(lambda x: x.nothing, x=1.0)
    assert mode.grad is True and sys.getprofile() is None


def test_pytorch_s_functions_are_explored_too():
    torch = pytest.importorskip("torch")
    e = lab.explore(lambda x: torch.sin(x) * x, x=2.0)
    assert isinstance(e.result, torch.Tensor) and e.grads["x"] == pytest.approx(
        np.sin(2) + 2 * np.cos(2), abs=1e-5
    )
    e.set(x=0.0)
    assert e.grads == {"x": 0.0}


@pytest.mark.parametrize("call, error", [
    (lambda: lab.explore(3), TypeError), (lambda: lab.explore(branching, x=1.0), TypeError),
    (lambda: lab.explore(th.sin, x=1.0, direction="UP"), ValueError),
    (lambda: lab.explore(lambda x: x, x=float("inf")), ValueError),
    (lambda: lab.explore(lambda x: x, x=1.0, ranges={"x": (2, 1)}), ValueError),
    (lambda: lab.explore(lambda x: x, x=1.0, ranges={"z": (0, 1)}), ValueError),
])  # fmt: skip
def test_explore_refuses_in_words(call, error):
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("name, options", [("SGD", {}), ("momentum", {"momentum": 0.9})])
def test_descent_takes_the_steps_that_are_written_in_books(name, options):
    d = lab.descent(lambda x, y: x**2 + 3 * y**2, (1.0, -1.0), lr=0.1, optimizer=name, steps=5)
    (path,) = d.paths
    x, y, u, v = 1.0, -1.0, 0.0, 0.0
    for k in range(6):
        assert [p[k] for p in path["points"]] == pytest.approx([x, y]) and path["losses"][k] == pytest.approx(
            x * x + 3 * y * y
        )
        assert [g[k] for g in path["grads"]] == pytest.approx([2 * x, 6 * y])
        u, v = options.get("momentum", 0) * u + 2 * x, options.get("momentum", 0) * v + 6 * y
        x, y = x - 0.1 * u, y - 0.1 * v


def test_descent_fits_a_line():
    xs, ys = (
        th.tensor([0.0, 1.0, 2.0, 3.0], dtype=th.float64),
        th.tensor([1.0, 3.0, 5.0, 7.0], dtype=th.float64),
    )

    def loss(w, b):
        return ((w * xs + b - ys) ** 2).mean()

    d = lab.descent(loss, (0.0, 0.0), lr=0.1, optimizer="SGD", steps=300)
    assert not d.fault and d.names == ["w", "b"]
    assert [p[-1] for p in d.paths[0]["points"]] == pytest.approx([2, 1], abs=1e-3)
    w, b = d.ground["axes"]
    assert d.ground["values"][3 * len(w) + 5] == pytest.approx(
        loss(th.tensor(w[5]), th.tensor(b[3])).item(), rel=1e-5
    )


def test_a_path_that_runs_away_ends_there(english):
    d = lab.descent(lambda x: x**2, 1.0, lr=3.0, optimizer=("SGD", "Adam"), steps=200)
    assert len(d.paths[0]["losses"]) < 200 and len(d.paths[1]["losses"]) == 201
    assert "∞" in repr(d) and all(map(np.isfinite, d.paths[0]["losses"]))
    json.dumps(d.paths, allow_nan=False)
    json.dumps(d.ground, allow_nan=False)


def test_descent_starts_anew_when_the_rate_or_the_start_moves():
    d = lab.descent(lambda x: x**2, 1.0, lr=0.1, optimizer="SGD", steps=1)
    d.set_state({"lr": 0.5})
    assert d.paths[0]["points"][0] == [1.0, 0.0]
    d.set_state({"start": [3.0]})
    assert d.paths[0]["points"][0] == [3.0, 0.0]


def valley(x, y):
    return x**2 + 3 * y**2


def one_by_one(x, y):
    """A loss that takes no arrays: it is measured point by point."""
    return valley(x, y) if x.item() < 1e9 else x


def drawn(d):
    return d.paths, d.ground, d.reached, d.at, d.stopped, d.progress


@pytest.fixture
def impatient(monkeypatch):
    """Every run is a long one: the loop has a turn after each step."""
    monkeypatch.setattr(descent_module, "PATIENCE", 0)
    monkeypatch.setattr(descent_module, "SLICE", 0)


async def turns(until, most=10_000):
    for _ in range(most):
        if until():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came")


@pytest.mark.parametrize("loss", [valley, one_by_one])
def test_a_long_run_tells_how_far_it_is_and_ends_as_a_short_one(loss, impatient):
    told = []

    async def main():
        d = lab.descent(loss, (1.0, -1.0), lr=0.01, steps=60)
        assert d.paths == [] and d.progress == {"of": "steps", "done": 0, "all": 60}
        assert "Todavía" in repr(d) and d.to_svg().startswith("<svg")
        d.observe(lambda change: told.append(change.new), "progress")
        await turns(lambda: not d.progress)
        return d

    d = asyncio.run(main())
    assert [t["done"] for t in told if t.get("of") == "steps"] == list(range(1, 61))
    assert ("ground" in {t.get("of") for t in told}) == (loss is one_by_one)
    assert drawn(d) == drawn(lab.descent(loss, (1.0, -1.0), lr=0.01, steps=60))


def test_a_run_without_a_loop_goes_to_its_end_at_once(impatient):
    d = lab.descent(one_by_one, (1.0, -1.0), steps=600)
    assert (d.progress, d.reached, len(d.paths[0]["losses"])) == ({}, 600, 601)


def test_a_run_after_its_loop_has_ended_goes_to_its_end_at_once(impatient):
    async def main():
        return lab.descent(valley, (1.0, -1.0), lr=0.01, steps=30)

    d = asyncio.run(main())
    assert d.progress and not d.paths
    d.stopped = True
    assert not d.progress and len(d.paths[0]["losses"]) == d.reached + 1 < 31
    d.lr = 0.02
    assert drawn(d) == drawn(lab.descent(valley, (1.0, -1.0), lr=0.02, steps=30))


def test_a_stopped_run_shows_what_it_reached_and_can_go_on(impatient, english):
    async def main():
        d = lab.descent(one_by_one, (1.0, -1.0), lr=0.01, steps=60)
        await turns(lambda: d.progress["done"] == 20)
        d.set_state({"stopped": True})
        await turns(lambda: not d.progress)
        assert [len(path["losses"]) for path in d.paths] == [21, 21, 21]
        assert (d.reached, d.at, d.progress) == (20, 20, {}) and "Stopped after 20 of 60 steps." in repr(d)
        calm = drawn(d)
        for _ in range(20):
            await asyncio.sleep(0)
        assert drawn(d) == calm  # really stopped
        d.set_state({"stopped": False})
        await turns(lambda: d.progress.get("done", 0) > 100 and d.progress["of"] == "ground")
        d.set_state({"stopped": True})
        await turns(lambda: not d.progress)
        assert d.reached == d.at == 60 and None in d.ground["values"]
        assert "the loss around them is not" in repr(d)
        d.finish()
        return d

    assert drawn(asyncio.run(main())) == drawn(lab.descent(one_by_one, (1.0, -1.0), lr=0.01, steps=60))


def test_a_new_rate_abandons_the_run_that_is_going(impatient):
    async def main():
        d = lab.descent(valley, (1.0, -1.0), lr=0.01, steps=30)
        await turns(lambda: d.progress["done"] == 10)
        d.set_state({"lr": 0.02})
        assert d.progress["done"] == 0
        await turns(lambda: not d.progress)
        return d

    assert drawn(asyncio.run(main())) == drawn(lab.descent(valley, (1.0, -1.0), lr=0.02, steps=30))


def test_a_loss_that_fails_on_the_way_ends_its_run_and_a_stop_without_a_run_is_nothing(impatient, english):
    def loss(x):
        if x < 0.5:
            raise ValueError("too small")
        return x**2

    async def main():
        d = lab.descent(loss, 1.0, lr=0.01, optimizer="SGD", steps=100)
        await turns(lambda: not d.progress)
        return d

    d = asyncio.run(main())
    assert d.fault["message"] == "too small" and d.paths == [] and "too small" in repr(d)
    d.set_state({"stopped": True})
    assert not d.stopped


@pytest.mark.parametrize("state", [{"lr": 0}, {"lr": -1.0}, {"lr": float("nan")}, {"start": [1.0, 2.0]}, {"start": ["1"]},
                                   {"start": [float("inf")]}, {"at": -1}], ids=str)  # fmt: skip
def test_what_the_page_sends_to_descent_is_checked(state):
    d = lab.descent(lambda x: x**2, 1.0)
    before = d.paths
    with pytest.raises(traitlets.TraitError):
        d.set_state(state)
    assert d.paths == before


@pytest.mark.parametrize("arguments, error", [
    ((3, 1.0), TypeError), ((abs, "1"), TypeError), ((abs, (1.0, 2.0, 3.0)), TypeError), ((abs, 1.0, -1), ValueError),
    ((abs, 1.0, 0.1, "Nada"), ValueError), ((abs, 1.0, 0.1, "SGD", 0), ValueError), ((abs, 1.0, 0.1, "SGD", 10**6), ValueError),
    ((abs, 1.0, 0.1, "SGD", 9, (2, 1)), ValueError), ((abs, 1.0, 0.1, "SGD", 9, 3), ValueError), ((abs, (1.0, 1.0), 0.1, "SGD", 9, (0, 1)), ValueError),
])  # fmt: skip
def test_descent_refuses_in_words(arguments, error):
    with pytest.raises(error):
        lab.descent(*arguments)


def test_a_loss_that_fails_is_told(english):
    d = lab.descent(lambda x: x.nothing, 1.0)
    assert d.fault["type"] == "AttributeError" and d.to_svg().startswith("<svg")
