"""The magics, in a shell of their own: each does what the function does, and what goes wrong raises."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autodiff_lab.lab import magics
from autodiff_lab.lab.picture import Graph
from autodiff_lab.messages import get_language, set_language


@pytest.fixture
def shell():
    shell = InteractiveShell()
    shell.colors = "nocolor"
    magics.load_ipython_extension(shell)
    run(shell, "import autodiff_lab as th\nx = th.tensor(2., requires_grad=True)\nf = 2*x**3\nk = {'a b': f}")
    return shell


def run(shell, cell):
    """The cell's result; its error is raised here."""
    answer = shell.run_cell(cell)
    answer.raise_error()
    return answer.result


def test_graph_draws_an_expression(shell, capsys):
    drawn = run(shell, "%graph f")
    assert isinstance(drawn, Graph) and [n.name for n in drawn.model.results] == ["f"]
    assert run(shell, "%graph x*x - x").model.total == 3
    assert run(shell, "%graph k['a b']").model.results[0].name == "f"
    assert run(shell, "g = %graph f\ng") is not None


def test_graph_s_options_may_stand_before_or_after(shell, tmp_path, capsys):
    for line in ("-d LR f", "f -d LR", "f --direction LR", "--direction=LR f"):
        assert run(shell, f"%graph {line}").direction == "LR"
    assert run(shell, "%graph f --no-values").nodes[0].value is None
    assert run(shell, "%graph f --depth 1").model.hidden == 1
    run(shell, f"%graph f --save {tmp_path}/f.svg")
    assert (tmp_path / "f.svg").read_text(encoding="utf-8").startswith("<svg")


def test_graph_cell_draws_the_cell_s_last_result(shell, capsys):
    assert run(shell, "%%graph\nq = x*3\nr = q + 1\nprint('hola')").model.results[0].name == "r"
    assert "hola" in capsys.readouterr().out
    assert run(shell, "%%graph -d LR\nq = x*3\nr = q + 1\nq").model.results[0].name == "q"
    assert run(shell, "%%graph q\nq = x*3\nr = q + 1").model.results[0].name == "q"
    assert shell.user_ns["r"].item() == 7


def test_a_cell_s_own_error_is_the_error(shell, capsys):
    with pytest.raises(ZeroDivisionError):
        run(shell, "%%graph\nu = x*2\nv = 1/0\n")
    assert "----> 2 v = 1/0" in capsys.readouterr().out
    assert shell.user_ns["u"].item() == 4
    with pytest.raises(SyntaxError):
        run(shell, "%%graph\nu = = 2\n")


def test_a_drawing_that_fails_leaves_the_cell_s_own_work(shell, capsys, monkeypatch):
    def fails(*args, **options):
        raise ZeroDivisionError("in the drawing")

    monkeypatch.setattr(magics, "graph", fails)
    result = run(shell, "%%graph\nu = x*2\nu*u\n")
    assert result.item() == 16 and shell.user_ns["u"].item() == 4
    assert "ZeroDivisionError: in the drawing" in capsys.readouterr().out


def test_why_says_it_in_words(shell, capsys):
    answer = run(shell, "%why x")
    assert "x.grad es None" in answer and "f.backward()" in answer
    assert repr(answer) == str(answer)


def test_derivative_shows_a_function(shell, capsys):
    assert run(shell, "%derivative th.relu --order 2 --range=-2,2").to_text().count("relu″(x)") == 1
    assert run(shell, "%derivative silu").choice == "silu"
    assert [c["name"] for c in run(shell, "%derivative [th.sin, th.cos]").curves] == ["sin", "cos"]


def test_graph_cell_shows_all_that_ran(shell, capsys):
    drawn = run(
        shell, "%%graph\nc = th.tensor(5.)\nwith th.no_grad():\n    z = x * c\nr = x * z\nd = r.detach()\nr"
    )
    nodes = {n.name: n for n in drawn.nodes}
    assert [n.name for n in drawn.model.results] == ["r"] and {"c", "z", "d", "x"} <= set(nodes)
    assert (
        nodes["z"].mode == "no_grad"
        and nodes["d"].kind == "detached"
        and nodes["z"].place.endswith("z = x * c")
    )
    assert run(shell, "%%graph\nf").model.total == 3  # nothing ran: the graph that is there


def test_graph_cell_finds_the_result_of_a_loop(shell, capsys):
    cell = (
        "%%graph\nfor k in range(3):\n    if k:\n        g = x * k\n    for p in [x]:\n        p = p.detach()"
    )
    assert run(shell, cell).model.results[0].name == "g"
    assert run(shell, "%%graph\nw = x.clone()\nloss = x * x\nw.data -= 0.1").model.results[0].name == "loss"
    assert run(shell, "%%graph\nprint((x * 5).item())").model.results[0].value == 10


def test_why_knows_what_graph_cell_saw(shell, capsys):
    run(shell, "%%graph\nwith th.no_grad():\n    z = x * 3\nr = x * z")
    assert "z = x * 3" in run(shell, "%why z")


def test_graph_s_other_views(shell, capsys):
    assert {n.kind for n in run(shell, "%graph f --backward").nodes} == {"backward", "accumulate"}
    assert {e.kind for e in run(shell, "%graph --both f").edges} == {"data", "link"}
    assert {n.name for n in run(shell, "%graph f --names=x").nodes if n.named} == {"x"}
    run(shell, "g = x\nfor _ in range(9): g = g * 2")
    assert any(n.folds == "loop" for n in run(shell, "%graph g --fold loop").nodes)


SURVEY = "v1 = th.log(x1)\nv2 = x1 * x2\nv3 = th.sin(x2)\nv4 = v1 + v2\nv4 - v3"


def test_trace_gives_the_survey_s_tables(shell, capsys):
    run(shell, "def s(x1, x2):\n    return th.log(x1) + x1 * x2 - th.sin(x2)")
    assert run(shell, "%trace s x1=2. x2=5.").derivatives["tangent"] == 5.5
    assert run(shell, "%trace s x1=2., x2=5. --seed 0,1").derivatives["tangent"] == pytest.approx(
        1.7163378145367738
    )
    assert run(shell, "%trace -m reverse s x1 = 2. x2 = 5").derivatives == {
        "x1": 5.5, "x2": pytest.approx(1.7163378145367738)}  # fmt: skip
    assert run(shell, f"%%trace x1=2. x2=5. --mode reverse --seed 2\n{SURVEY}").derivatives["x1"] == 11
    assert shell.user_ns["v2"].item() == 10 and "x1" not in shell.user_ns
    with pytest.raises(ZeroDivisionError):
        run(shell, "%%trace x=1.\n1/0")


def test_numbers_become_tensors_of_the_library_in_use(shell, capsys):
    pytest.importorskip("torch")
    run(shell, "import torch")
    assert run(shell, "%trace lambda x: torch.exp(x) x=0.").derivatives["tangent"] == 1
    assert run(shell, "%%trace x=0.\ntorch.exp(x)").derivatives["tangent"] == 1
    assert "✓" in run(shell, "%%gradcheck x=0.5\ntorch.exp(x) * x")
    assert run(shell, "%trace lambda x: th.exp(x) x=0.").derivatives["tangent"] == 1


def test_no_grad_cell(shell, capsys):
    assert run(shell, "%%no_grad\nq = x * 3\nq.requires_grad") is False
    assert not shell.user_ns["q"].requires_grad and (shell.user_ns["x"] * 2).requires_grad
    with pytest.raises(ZeroDivisionError):
        run(shell, "%%no_grad\n1/0")
    assert (shell.user_ns["x"] * 2).requires_grad


def test_gradcheck_cell(shell, capsys):
    x = shell.user_ns["x"]
    run(shell, "%%gradcheck x=0.7\nx.sin()")
    assert shell.user_ns["x"] is x and "q" not in shell.user_ns
    table = run(shell, "%%gradcheck a=0.7 w=[1., 2.]\nq = (w * a).sin().sum()")
    assert table.count("✓") == 3 and "w[1]" in table
    run(shell, "class Wrong(th.autograd.Function):\n"
               "    @staticmethod\n    def forward(ctx, x):\n        return x * 2\n"
               "    @staticmethod\n    def backward(ctx, g):\n        return g * 3")  # fmt: skip
    with pytest.raises(RuntimeError, match="✗"):
        run(shell, "%%gradcheck a=0.7\nWrong.apply(a)")


def test_explore_takes_a_call_or_a_tensor(shell, capsys):
    run(shell, "def g(x, n):\n    return x**n")
    assert run(shell, "%explore g(x=3.0, n=2)").grads == {"x": 6.0}
    assert run(shell, "%explore f -d LR").fixed


WRONG = ["%explore", "%explore g(", "%explore 3", "%trace", "%trace f", "%trace nada x=1.", "%trace f x=1. --mode sideways", "%%trace\nx", "%%trace f x=1.\nx",
         "%%no_grad x\nx", "%%gradcheck\nx", "%%gradcheck a=1.\n3.", "%graph f --fold all", "%graph f --names=nada",
         "%derivative", "%derivative nada", "%derivative th.sin -o 7", "%derivative th.sin --range=3",
         "%why", "%why 3", "%graph", "%graph nada", "%graph 3", "%graph f -d UP", "%graph f --depth none",
         "%graph f --save f.gif", "%%graph\nu = 3", "%lab_lang fr", "%lab_lang es en"]  # fmt: skip


@pytest.mark.parametrize("cell", WRONG)
def test_a_wrong_argument_raises(shell, cell, capsys):
    language = get_language()
    with pytest.raises((ValueError, TypeError, NameError, SyntaxError)):
        run(shell, cell)
    assert get_language() == language


def test_lab_lang(shell, capsys):
    before = get_language()
    try:
        run(shell, "%lab_lang en")
        assert run(shell, "%graph f").to_text().startswith("Computation graph of f")
        capsys.readouterr()
        run(shell, "%lab_lang")
        assert capsys.readouterr().out == "language: en\n"
    finally:
        set_language(before)


def test_help_names_the_options(shell):
    help_text = shell.find_line_magic("graph").__doc__
    assert "--direction" in help_text and "--depth" in help_text


def test_unloading_takes_the_magics_away_and_loading_brings_them_back(shell):
    magics.unload_ipython_extension(shell)
    assert shell.find_line_magic("graph") is None and shell.find_cell_magic("graph") is None
    assert shell.custom_exceptions == ()
    magics.load_ipython_extension(shell)
    assert shell.find_line_magic("graph") is not None


def test_an_error_is_shown_down_to_the_learner_s_own_line(shell, capsys):
    shell.run_cell("def g(t):\n    t.backward()\ng(th.ones(2, requires_grad=True) * 2)")
    said = capsys.readouterr().out
    assert "g(th.ones(2" in said and "----> 2     t.backward()" in said
    assert "scalar outputs" in said and "Redúcelo antes" in " ".join(said.split())
    assert max(len(line) for line in said.splitlines()) <= magics.NOTE_WIDTH  # broken between words
    assert "engine.py" not in said and "tensor.py" not in said
    shell.run_cell("import sys, traceback\nlast = traceback.extract_tb(sys.last_value.__traceback__)[-1]")
    assert "autodiff_lab" in shell.user_ns["last"].filename  # the error itself has kept all of them
    shell.run_cell("note, = sys.last_value.__notes__")
    assert "\n" not in shell.user_ns["note"] and len(shell.user_ns["note"]) > magics.NOTE_WIDTH
    shell.run_cell("y = th.ones(2, requires_grad=True).exp().sum()\ny.backward()\ny.backward()")
    said = capsys.readouterr().out
    assert "----> 3 y.backward()" in said and "second time" in said and "written out" not in said


def test_an_error_without_a_line_of_the_learner_s_is_shown_whole():
    try:
        raise ValueError
    except ValueError as error:
        trace = error.__traceback__
    assert magics.own_frames(trace).tb_lineno == trace.tb_lineno
    try:
        magics._parsed(None, "")
    except AttributeError as error:
        below = error.__traceback__.tb_next
    assert "autodiff_lab" in below.tb_frame.f_code.co_filename
    assert magics.own_frames(below).tb_frame is below.tb_frame


def test_an_other_way_of_showing_errors_is_left_alone():
    shell = InteractiveShell()
    shell.set_custom_exc((KeyError,), lambda shell, kind, error, trace, tb_offset=None: None)
    magics.load_ipython_extension(shell)
    assert shell.custom_exceptions == (KeyError,)
    magics.unload_ipython_extension(shell)
    assert shell.custom_exceptions == (KeyError,)
