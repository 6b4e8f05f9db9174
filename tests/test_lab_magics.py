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


def test_why_says_it_in_words(shell, capsys):
    answer = run(shell, "%why x")
    assert "x.grad es None" in answer and "f.backward()" in answer
    assert repr(answer) == str(answer)


def test_derivative_shows_a_function(shell, capsys):
    assert run(shell, "%derivative th.relu --order 2 --range=-2,2").to_text().count("relu″(x)") == 1
    assert run(shell, "%derivative silu").choice == "silu"
    assert [c["name"] for c in run(shell, "%derivative [th.sin, th.cos]").curves] == ["sin", "cos"]


WRONG = ["%derivative", "%derivative nada", "%derivative th.sin -o 7", "%derivative th.sin --range=3", "%why", "%why 3", "%graph", "%graph nada", "%graph 3", "%graph f -d UP", "%graph f --depth none",
         "%graph f --save f.gif", "%%graph\nu = 3", "%lab_lang fr", "%lab_lang es en"]  # fmt: skip


@pytest.mark.parametrize("cell", WRONG)
def test_a_wrong_argument_raises(shell, cell, capsys):
    language = get_language()
    with pytest.raises((ValueError, TypeError, NameError)):
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
    magics.load_ipython_extension(shell)
    assert shell.find_line_magic("graph") is not None
