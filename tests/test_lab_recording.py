"""What a recording sees and the graph cannot: constants, no_grad, detach, writes, modules, orders; of both libraries."""

import itertools
import os
import subprocess
import sys
import time

import networkx as nx
import pytest

from autodiff_lab import lab


@pytest.fixture(params=["autodiff_lab", "torch"])
def th(request):
    return pytest.importorskip(request.param)


@pytest.fixture(autouse=True)
def english():
    before = lab.get_language()
    lab.set_language("en")
    yield
    lab.set_language(before)


def by_name(drawn):
    return {node.name: node for node in drawn.nodes if node.name}


def edges(drawn, kind):
    return [(drawn.nodes[e.source].name, drawn.nodes[e.target].name) for e in drawn.edges if e.kind == kind]


def test_constants_are_known_by_name_and_value(th):
    x, c = th.tensor(2.0, requires_grad=True), th.tensor(1.0)
    with lab.record() as run:
        f = 2 * x**3 + c
    nodes = by_name(run.graph(f))
    assert (nodes["c"].kind, nodes["c"].value, nodes["c"].value_from) == ("constant", 1, "tensor")
    assert nodes["f"].expression == "v₂ + c"
    assert {"c", "c?"} & set(by_name(lab.graph(f))) == {"c?"}  # the graph alone can only guess


def test_what_no_grad_and_detach_did(th):
    x = th.tensor(2.0, requires_grad=True)
    with lab.record() as run:
        y = x * 3
        d = y.detach()
        with th.no_grad():
            z = d * x
        f = y * z
    drawn = run.graph(f)
    nodes = by_name(drawn)
    assert nodes["d"].kind == "detached" and nodes["d"].expression == "y.detach()"
    assert (nodes["z"].mode, nodes["z"].value, nodes["z"].requires_grad) == ("no_grad", 12, False)
    assert nodes["y"].mode == "" and nodes["f"].value == 72
    assert edges(drawn, "cut") == [("y", "d"), ("x", "z")]
    f.backward()
    assert by_name(run.graph(f))["x"].grad == 36  # z is a constant for f
    assert [e.flow for e in run.graph(f).edges if e.kind != "data"] == [None, None]


def test_inference_mode_and_data(th):
    x = th.tensor(2.0, requires_grad=True)
    with lab.record() as run:
        with th.inference_mode():
            y = x + 1
        z = x.data
    nodes = by_name(run.graph())
    assert nodes["y"].mode == "inference" and nodes["z"].expression == "x.data" and (y is not z)


def test_each_line_is_known(th):
    x = th.tensor(2.0, requires_grad=True)
    with lab.record() as run:
        y = x.exp()
    line = sys._getframe().f_lineno - 1
    assert by_name(run.graph(y))["y"].place == f"line {line}: y = x.exp()"
    lab.set_language("es")
    assert by_name(run.graph(y))["y"].place == f"línea {line}: y = x.exp()"


def test_a_step_of_descent_has_the_parameter_before_and_after(th):
    w = th.tensor([1.0, 2.0], requires_grad=True)
    with lab.record() as run:
        loss = (w * w).sum()
        loss.backward()
        with th.no_grad():
            w -= 0.1 * w.grad
    drawn = run.graph(loss)
    before, after = [n for n in drawn.nodes if n.kind == "leaf"]
    assert (before.value, after.value) == ((1, 2), pytest.approx((0.8, 1.6)))
    assert (before.version, after.version) == (0, 1) and before.name == after.name == "w"
    assert by_name(drawn)["w.grad"].value == (2, 4)
    assert drawn.model.results[0].name == "loss" and drawn.model.results[0].value == 5
    written = [drawn.nodes[e.target].id for e in drawn.edges if e.kind == "write"]
    assert after.id in written and nx.is_directed_acyclic_graph(drawn.to_networkx())


def test_writing_in_place_makes_a_new_version(th):
    x = th.tensor(2.0, requires_grad=True)
    with lab.record() as run:
        y = x * 3
        y.mul_(10)
        f = y + 1
    drawn = run.graph(f)
    node = by_name(drawn)["y"]
    assert (node.value, node.version) == (60, 1) and edges(drawn, "write") == [("v₁", "y")]
    f.backward()
    assert x.grad.item() == 30 and by_name(run.graph(f))["x"].grad == 30


def test_a_stale_tensor_tells_both_versions(th):
    x = th.tensor(2.0, requires_grad=True)
    with lab.record() as run:
        y = x * 3
        f = y * y
        y.add_(1)
        y.add_(1)
    saved = by_name(run.graph(f))["f"].saved
    assert {s.versions for s in saved if s.state == "stale"} == {(0, 2)}
    drawn = lab.graph(f)  # the graph alone knows it, too
    assert {s.versions for n in drawn.nodes for s in n.saved if s.state == "stale"} == {(0, 2)}


def test_the_graph_of_a_run_has_what_the_graph_of_its_result_has(th):
    net = th.nn.Sequential(th.nn.Linear(2, 3), th.nn.Tanh(), th.nn.Linear(3, 1))
    with lab.record() as run:
        loss = (net(th.ones(4, 2)) ** 2).mean()
    seen, plain = run.graph(loss), lab.graph(loss)
    of = {"operation", "parameter"}
    assert sorted((n.kind, n.op) for n in seen.nodes if n.kind in of) == sorted(
        (n.kind, n.op) for n in plain.nodes if n.kind in of
    )
    assert all(n.value_text for n in seen.nodes)


def test_writing_into_a_part(th):
    x = th.tensor([1.0, 2.0], requires_grad=True)
    with lab.record() as run:
        y = x * 1
        y[0] = 5.0
        f = y.sum()
    drawn = run.graph(f)
    assert nx.is_directed_acyclic_graph(drawn.to_networkx())
    assert by_name(drawn)["f"].value == 7 and by_name(drawn)["y"].value == (5, 2)
    into = [drawn.nodes[e.source] for e in drawn.edges if drawn.nodes[e.target].name == "y"]
    assert next(n.value for n in into if n.requires_grad) == (1, 2)
    assert len(into) == 2 or th.__name__ == "torch"  # whose y[0] = 5 is one call
    f.backward()
    assert x.grad.tolist() == [0, 1]


def test_nothing_is_watched_outside_and_nothing_changes_inside(th):
    x = th.tensor(2.0, requires_grad=True)
    run = lab.record()
    with run:
        a = x * 3
        with pytest.raises(RuntimeError), run:
            pass
    b = x * 5
    assert [e.name for e in run.events] == ["MulBackward0"] and repr(run) == "recording of 1 operations"
    assert (a + b).item() == 16 and a._version == 0 and a.is_leaf is False
    try:
        with lab.record() as failed:
            x * 2
            raise KeyError
    except KeyError:
        pass
    x * 7
    assert len(failed.events) == 1
    with lab.record() as outer:
        x * 2
        with lab.record() as inner:
            x * 3
    assert (len(outer.events), len(inner.events)) == (2, 1)
    with pytest.raises(ValueError):
        lab.record().graph()


def test_a_recording_under_no_grad_and_of_a_custom_function(th):
    class Cube(th.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * g

    x = th.tensor(2.0, requires_grad=True)
    with th.no_grad(), lab.record() as run:
        x * 2
    assert [e.mode for e in run.events] == ["no_grad"]
    with lab.record() as run:
        f = Cube.apply(x)
        f.backward()
    assert x.grad.item() == 12
    assert by_name(run.graph(f))["f"].op == "Cube" if run.events else th.__name__ == "torch"


# -- modules -------------------------------------------------------------------------------------------------


def perceptron(th):
    th.manual_seed(0)
    return th.nn.Sequential(th.nn.Linear(2, 16), th.nn.ReLU(), th.nn.Linear(16, 1))


def test_modules_are_groups_by_their_call(th):
    net, x = perceptron(th), th.ones(3, 2)
    drawn = lab.graph(net, x)
    assert {n.op: n.group for n in drawn.nodes if n.op} == {
        "T": ("net", "net.2"), "Addmm": ("net", "net.2"), "Relu": ("net", "net.1")}  # fmt: skip
    assert list(drawn.model.groups.values()) == [
        "net: Sequential", "0: Linear(2 → 16)", "1: ReLU", "2: Linear(16 → 1)"]  # fmt: skip
    assert drawn.nodes[-1].is_result and drawn.nodes[-1].value is not None


def test_modules_are_groups_by_their_parameters(th):
    net, x = perceptron(th), th.ones(3, 2)
    drawn = lab.graph((net(x) ** 2).mean() + (net[0].weight ** 2).sum())
    groups = [(n.op, n.group) for n in drawn.nodes if n.op]
    assert groups.count(("Addmm", ("net", "net.0"))) == 1 and ("Relu", ("net",)) in groups
    # the penalty uses a parameter, but outside the module
    assert all(group == () for op, group in groups if op in ("Pow", "Mean", "Sum", "Add"))


def test_a_module_s_second_call_is_a_group_of_its_own(th):
    cell = th.nn.Linear(2, 2)
    with lab.record() as run:
        h = cell(cell(th.ones(1, 2)))
    assert list(run.graph(h).model.groups) == ["cell", "cell·2"]
    assert list(lab.graph(h).model.groups) == ["cell", "cell·2"]


def test_folding_by_module(th):
    net, x = perceptron(th), th.ones(3, 2)
    drawn = lab.graph(net, x, fold="module")
    folds = [(n.folds, n.name, n.count, n.group) for n in drawn.nodes if n.kind == "fold"]
    assert folds == [
        ("module", "0: Linear(2 → 16)", 4, ("net",)),
        ("module", "2: Linear(16 → 1)", 4, ("net",)),
    ]
    assert [n.op for n in drawn.nodes if n.op] == ["Relu"] and drawn.model.results[0].kind == "fold"


def test_large_networks_fold_by_module(th):
    blocks = [th.nn.Sequential(th.nn.Linear(3, 3), act()) for act in itertools.islice(
        itertools.cycle((th.nn.ReLU, th.nn.Tanh, th.nn.Sigmoid, th.nn.SiLU, th.nn.GELU)), 120)]  # fmt: skip
    blocks = [b for k, b in enumerate(blocks) if k % 7 != 3]
    net = th.nn.Sequential(*blocks)
    drawn = lab.graph(net, th.ones(1, 3), fold="module")
    assert all(n.folds == "module" for n in drawn.nodes if n.kind == "fold")
    assert 100 < len(drawn.nodes) <= 300 and drawn.model.hidden > 200


def test_a_loop_folds_to_one_turn(th):
    w = th.tensor([[0.5, 0.1], [0.0, 0.5]], requires_grad=True)
    h = th.ones(1, 2)
    for _ in range(100):
        h = th.tanh(h @ w + 1)
    loss = h.sum()
    for drawn in (lab.graph(loss, fold="loop"), lab.graph(loss)):
        assert [n.op for n in drawn.nodes if n.op] == ["Mm", "Add", "Tanh", "Mm", "Add", "Tanh", "Sum"] or [
            n.op for n in drawn.nodes if n.op
        ] == ["Mm", "Add", "Tanh", "Sum"]
        (fold,) = [n for n in drawn.nodes if n.folds == "loop"]
        assert fold.count % 3 == 0 and fold.name == f"× {fold.count // 3}"
        assert nx.is_directed_acyclic_graph(drawn.to_networkx())


def test_a_training_loop_folds(th):
    net = perceptron(th)
    opt = th.optim.SGD(net.parameters(), lr=0.1)
    x = th.ones(3, 2)
    with lab.record() as run:
        for _ in range(50):
            loss = (net(x) ** 2).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    drawn = run.graph(loss)
    assert {n.folds for n in drawn.nodes if n.kind == "fold"} == {"loop"}
    assert len(drawn.nodes) < 100 and nx.is_directed_acyclic_graph(drawn.to_networkx())
    assert drawn.to_svg().startswith("<svg")


# -- the backward graph and higher orders -----------------------------------------------------------------------


def test_the_backward_graph(th):
    x, y = th.tensor(2.0, requires_grad=True), th.tensor(3.0, requires_grad=True)
    f = x * y + x.sin()
    f.backward(retain_graph=True)
    drawn = lab.graph(f, backward=True)
    assert [(n.kind, n.name) for n in drawn.nodes] == [
        ("backward", "AddBackward0"), ("backward", "SinBackward0"), ("backward", "MulBackward0"),
        ("accumulate", "AccumulateGrad"), ("accumulate", "AccumulateGrad")]  # fmt: skip
    # its edges are next_functions
    names = {n.id: n.name for n in drawn.nodes}
    assert [names[e.target] for e in drawn.edges if names[e.source] == "AddBackward0"] == [
        fn.name() for fn, _ in reversed(f.grad_fn.next_functions)]  # fmt: skip
    assert {n.expression: n.grad for n in drawn.nodes if n.kind == "accumulate"} == {
        "x.grad": pytest.approx(3 + -0.4161468), "y.grad": 2}  # fmt: skip
    assert drawn.nodes[0].is_result and drawn.to_svg() and "MulBackward0" in drawn.to_text()


def test_both_graphs_linked(th):
    x = th.tensor(2.0, requires_grad=True)
    f = (x * x).exp()
    drawn = lab.graph(f, backward="both")
    links = [(drawn.nodes[e.source], drawn.nodes[e.target]) for e in drawn.edges if e.kind == "link"]
    assert [(a.name, b.name) for a, b in links] == [
        ("f", "ExpBackward0"), ("v₁", "MulBackward0"), ("x", "AccumulateGrad")]  # fmt: skip
    assert all(b.grad_fn == a.grad_fn for a, b in links if a.grad_fn)
    assert nx.is_directed_acyclic_graph(drawn.to_networkx()) and drawn.to_svg()


def test_orders_are_told_apart():
    import autodiff_lab as th

    x = th.tensor(2.0, requires_grad=True)
    z = x**4
    (g,) = th.autograd.grad(z, x, create_graph=True)
    (h,) = th.autograd.grad(g, x, create_graph=True)
    penalty = z + g + h
    orders = {n.name: n.order for n in lab.graph(penalty).nodes if n.op}
    assert orders["z"] == 0 and orders["g"] == 1 and orders["h"] == 2 and orders["penalty"] == 0


def test_orders_of_torch_are_seen_by_a_recording():
    torch = pytest.importorskip("torch")
    x = torch.tensor(2.0, requires_grad=True)
    with lab.record() as run:
        z = x**4
        (g,) = torch.autograd.grad(z, x, create_graph=True)
        penalty = z + g
    orders = {n.name: n.order for n in run.graph(penalty).nodes if n.op}
    assert orders["z"] == 0 and orders["g"] == 1 and orders["penalty"] == 0


def test_torch_and_this_package_give_the_same_structure():
    torch = pytest.importorskip("torch")
    import autodiff_lab

    def structures(th):
        net, x = perceptron(th), th.ones(3, 2)
        loss = ((net(x) - 1) ** 2).mean()
        pictures = [lab.graph(loss), lab.graph(loss, backward=True), lab.graph(net, x),
                    lab.graph(net, x, fold="module"), lab.graph(net, x, backward="both")]  # fmt: skip
        for drawn in pictures:
            names = {
                n.id: (n.kind, n.op, n.expression if n.kind == "accumulate" else "", n.group)
                for n in drawn.nodes
            }
            yield sorted((n.kind, n.op, n.group) for n in drawn.nodes)
            yield sorted((names[e.source], names[e.target], e.argument, e.kind) for e in drawn.edges)
            yield set(drawn.model.groups.items())

    assert list(structures(torch)) == list(structures(autodiff_lab))


# -- size, sameness, hostile names --------------------------------------------------------------------------------


def test_a_long_recording_is_drawn_quickly(th):
    x = th.tensor(1.0, requires_grad=True)
    with lab.record() as run:
        y = x
        for _ in range(3000):
            y = y * 1.0001 + 0.5
    start = time.process_time()
    drawn = run.graph(y)
    drawn.to_svg()
    assert time.process_time() - start < 2 and len(drawn.nodes) < 20


def test_unfolded_giants_are_refused():
    import autodiff_lab as th

    y = th.tensor(1.0, requires_grad=True)
    for _ in range(6000):
        y = y * 1.0001
    with pytest.raises(ValueError, match="6001"):
        lab.graph(y, fold=False)


PROGRAM = """
import autodiff_lab as th
from autodiff_lab import lab, nn
th.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
opt = th.optim.Adam(net.parameters(), lr=0.1)
with lab.record() as run:
    for _ in range(20):
        loss = (net(th.ones(3, 2)) ** 2).mean()
        opt.zero_grad(); loss.backward(); opt.step()
    d = loss.detach()
for drawn in (run.graph(loss), lab.graph(net, th.ones(1, 2)), lab.graph(loss, backward="both")):
    print(drawn.to_svg(), drawn.to_text())
print(lab.steps(loss))
"""


def test_two_processes_draw_the_same_to_the_byte():
    def output(seed):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, check=True, env=environment
        ).stdout

    first = output("1")
    assert len(first) > 10_000 and output("2") == first


def test_hostile_names_are_text(th):
    x = th.tensor(2.0, requires_grad=True)
    net = th.nn.Sequential()
    net.add_module("<script>alert(1)</script>\u202e", th.nn.Linear(1, 1))
    names = {"<b>\n": net, "x\u202e'\"": x}
    for drawn in (
        lab.graph(net, th.ones(1, 1), names=names),
        lab.graph(x * 2, names=names),
        lab.graph(net, th.ones(1, 1), names=names, fold="module"),
    ):
        svg = drawn.to_svg()
        assert "<script" not in svg and "\u202e" not in svg + drawn.to_text() and "<b>" not in svg
        assert all("\n" not in title and "\u202e" not in title for title in drawn.model.groups.values())


WRONG = [
    (TypeError, lambda x: lab.graph(x, x)),
    (ValueError, lambda x: lab.graph(x, backward="yes")),
    (ValueError, lambda x: lab.graph(x, fold="all")),
    (TypeError, lambda x: lab.graph(3.0)),
]


@pytest.mark.parametrize("error, wrong", WRONG)
def test_wrong_arguments_are_refused(error, wrong):
    import autodiff_lab as th

    with pytest.raises(error):
        wrong(th.tensor(1.0, requires_grad=True))
