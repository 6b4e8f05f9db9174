"""The painters: well-formed, readable, safe, the same every time, and never half a file."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autodiff_lab import lab, tensor
from autodiff_lab.lab.model import Edge, GraphModel, Node, Saved
from autodiff_lab.lab.picture import Graph
from autodiff_lab.lab.render.scene import text_width
from autodiff_lab.lab.render.svg import COLOURS
from autodiff_lab.messages import LANGUAGES

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["<script>alert(1)</script>", "a\"b'c", "&amp;", "]]>", "$x$ \\frac", "ñ – 漢字"]


def sample(name="x"):
    """The graph of f = 2·x³ after backward, made by hand, with one node of each kind."""
    nodes = (
        Node(0, "leaf", name, True, shape=(), dtype="float32", value=2.0, value_text="2", grad=24.0, grad_text="24",
             grad_state="stored"),
        Node(1, "operation", "v₁", op="Pow", grad_fn="PowBackward0", symbol="xⁿ", expression=f"{name}³", shape=(),
             dtype="float32", value=8.0, value_text="8", grad=2.0, grad_text="2", grad_state="passed",
             saved=(Saved("self", "freed"),)),
        Node(2, "constant", "", value=2, value_text="2", requires_grad=False),
        Node(3, "parameter", "w", True, shape=(10, 5), dtype="float32", value_text="-1 … 1", grad_state="pending"),
        Node(4, "fold", "⋯", count=1234),
        Node(5, "operation", "f", True, op="Mul", grad_fn="MulBackward0", symbol="×", expression="2·v₁", shape=(),
             dtype="float32", value=16.0, value_text="16", is_result=True),
    )  # fmt: skip
    edges = (
        Edge(0, 1, 0, 0, f"3·{name}²", "3x^2", 12.0, "12", 24.0, "24", "known"),
        Edge(1, 5, 0, 0, "2", "2", 2.0, "2", None, "", "freed"),
        Edge(2, 5, 1),
        Edge(3, 4, 0),
        Edge(4, 5, 2),
    )
    return GraphModel(nodes, edges, total=1236, hidden=1234, backward_ran=True)


def texts(svg):
    return ["".join(e.itertext()) for e in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_svg_is_well_formed_and_says_everything(direction):
    svg = Graph(sample(), direction).to_svg()
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text
    said = texts(svg)
    for wanted in (
        "x = 2",
        "grad = 24",
        "v₁ = x³ = 8",
        "∂ 3·x² = 12",
        "f = 2·v₁ = 16",
        "[10, 5] float32",
        "grad = None",
    ):
        assert wanted in said
    assert ("↑ 24" if direction == "TB" else "← 24") in said


def test_svg_has_no_ids_scripts_or_addresses_from_elsewhere():
    svg = Graph(sample()).to_svg().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"\bid=|<script|http|url\(|<image|\bon\w+=", svg)


def test_every_kind_has_a_shape_of_its_own():
    kinds = ("leaf", "parameter", "constant", "operation", "detached", "fold", "backward", "accumulate")
    nodes = [Node(i, kind, "a", shape=(), value_text="2") for i, kind in enumerate(kinds)]
    nodes.append(Node(len(nodes), "operation", "a", shape=(), value_text="2", order=1))
    groups = ET.fromstring(Graph(GraphModel(tuple(nodes), ())).to_svg()).findall(f"{SVG}g")
    outlines = {
        tuple((e.tag, e.get("rx"), e.get("stroke-dasharray"), len(e.get("points", "").split())) for e in group
              if e.tag in (f"{SVG}rect", f"{SVG}polygon", f"{SVG}path"))
        for group in groups
    }  # fmt: skip
    assert len(groups) == len(outlines) == 9


def eventful():
    """A model with modules, a region, a cut, a write, what a backward pass recorded, and a stale tensor."""
    nodes = (
        Node(0, "leaf", "x", True, shape=(), value_text="3", grad=54.0, grad_text="54", grad_state="stored"),
        Node(1, "parameter", "net.0.weight", True, shape=(), value_text="2", grad_state="pending"),
        Node(2, "operation", "u", op="Mul", shape=(), value_text="6", group=("net", "net.0"),
             saved=(Saved("other", "stale", "", (0, 2)),)),
        Node(3, "detached", "d", op="Detach", symbol="detach()", expression="u.detach()", requires_grad=False),
        Node(4, "operation", "k", op="Add", shape=(), value_text="7", mode="no_grad", requires_grad=False),
        Node(5, "operation", "v", op="Mul", shape=(), value_text="12", version=2, group=("net",)),
        Node(6, "operation", "g", op="Mul", shape=(), value_text="1", order=2, is_result=True),
        Node(7, "fold", "1: Linear(2 → 3)", count=6, folds="module", group=("net",)),
        Node(8, "fold", "× 48", count=96, folds="loop"),
    )  # fmt: skip
    edges = (
        Edge(0, 2, 0, flow=36.0, flow_text="36"),
        Edge(1, 2, 1),
        Edge(2, 3, 0, kind="cut"),
        Edge(3, 4, 0),
        Edge(2, 5, 0, kind="write"),
        Edge(0, 6, 0, flow=18.0, flow_text="18"),
        Edge(5, 6, 1),
        Edge(5, 7, 0),
        Edge(7, 8, 0),
    )
    return GraphModel(nodes, edges, groups={"net": "net: Sequential", "net.0": "0: Linear(1 → 1)"})


EVENTS = (
    "net: Sequential",
    "0: Linear(1 → 1)",
    "no_grad",
    "escribe en el lugar",
    "cortada: el valor pasa, el gradiente no regresa",
    "derivada de orden 2",
    "other: se guardó la versión 0, ahora es la 2",
    "36 + 18 = 54",
    "6 nodos plegados",
    "96 nodos de las demás vueltas",
    "1: Linear(2 → 3)",
)


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_all_that_happened_is_said_in_the_picture_and_in_words(direction):
    drawn = Graph(eventful(), direction)
    said, told = " | ".join(texts(drawn.to_svg())), drawn.to_text()
    for words in EVENTS:
        assert words in said and words in told
    assert "_version = 2" in said and "grad = None" in said
    assert any("forma []" in e.text for e in ET.fromstring(drawn.to_svg()).iter(f"{SVG}title"))


def test_nothing_is_said_by_colour_alone():
    svg = Graph(eventful()).to_svg()
    assert svg.count("<circle") == 6  # two pairs of scissors, on the line and in the key: rings and grounds
    assert 'stroke-dasharray="7 5"' in svg and 'stroke-width="2.4"' in svg
    assert svg.count("⚠") == 2  # in the box and in the note


def test_frames_hold_the_boxes_of_their_modules_and_the_parameters_that_only_these_use():
    scene = Graph(eventful()).scene

    def inside(frame):
        return {b.id for b in scene.boxes
                if frame.x < b.x < frame.x + frame.width and frame.y < b.y < frame.y + frame.height}  # fmt: skip

    held = {f.title: inside(f) for f in scene.frames}
    assert held == {"net: Sequential": {1, 2, 5, 7}, "0: Linear(1 → 1)": {1, 2}, "no_grad": {4}}


def linked():
    nodes = (
        Node(0, "leaf", "x", True, shape=(), value_text="3", grad_text="6", grad_state="stored"),
        Node(1, "operation", "f", op="Mul", shape=(), value_text="9"),
        Node(2, "accumulate", "AccumulateGrad", expression="x.grad", grad_text="6", grad_state="stored"),
        Node(3, "backward", "MulBackward0", saved=(Saved("self", "kept", "3"), Saved("other", "freed"))),
    )
    edges = (
        Edge(0, 1, 0, formula="x", local_text="3"),
        Edge(0, 1, 1, formula="x", local_text="3"),
        Edge(3, 2, 0, formula="x", flow_text="3"),
        Edge(3, 2, 1, formula="x", flow_text="3"),
        Edge(0, 2, kind="link"),
        Edge(1, 3, kind="link"),
    )
    return GraphModel(nodes, edges)


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_each_grad_fn_stands_beside_its_operation_and_gradients_go_the_other_way(direction):
    scene = Graph(linked(), direction).scene
    across, along = (0, 1) if direction == "TB" else (1, 0)
    at = [(b.x, b.y) for b in scene.boxes]
    assert at[0][along] == at[2][along] and at[1][along] == at[3][along]
    assert at[0][across] == at[1][across] < at[2][across] == at[3][across]
    forth, back = ("down", "up") if direction == "TB" else ("right", "left")
    assert [line.head for line in scene.lines] == [forth, forth, back, back, "", ""]
    said = texts(Graph(linked(), direction).to_svg())
    assert "x.grad = 6" in said and "self = 3" in said and "other = liberado" in said
    assert said.count("∂ x = 3") == 2 and said.count("↑ 3" if direction == "TB" else "← 3") == 2


@pytest.mark.parametrize("model", [eventful, linked])
def test_matplotlib_draws_what_svg_draws(model):
    drawn = Graph(model())
    patches = drawn.draw().patches
    shapes = len(drawn.scene.boxes) + len(drawn.scene.frames) + len(drawn.scene.lines)
    assert len(patches) > shapes + sum(len(runs) for b in drawn.scene.boxes for runs in b.lines)


def test_a_gradient_that_was_there_before_is_no_sum_of_what_came_now():
    nodes = (
        Node(
            0, "leaf", "x", True, shape=(), value_text="3", grad=108.0, grad_text="108", grad_state="stored"
        ),
        Node(1, "operation", "f", op="Mul", shape=(), value_text="9"),
    )
    edges = (Edge(0, 1, 0, flow=36.0, flow_text="36"), Edge(0, 1, 1, flow=18.0, flow_text="18"))
    assert "grad = 108" in texts(Graph(GraphModel(nodes, edges)).to_svg())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(name):
    drawn = Graph(sample(name))
    assert f"{name} = 2" in texts(drawn.to_svg())
    assert name in drawn.to_text()
    framed = Graph(replace(eventful(), groups={"net": name, "net.0": name}))
    assert texts(framed.to_svg()).count(name) == 2
    assert name in framed.to_text()
    framed.draw()
    page = drawn.to_html()
    assert "<script" not in page
    drawn.draw()


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "grad", "warn", "order"])
def test_text_stands_out_from_the_paper_as_wcag_asks(name, theme):
    light, dark = sorted((luminance(COLOURS[name][theme]), luminance(COLOURS["paper"][theme])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_text_fits_its_box_in_the_widest_common_face():
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    for text in (
        "v₁₂ = x³ + cos(y)",
        "grad = 24",
        "-0.69315 … 1e-10",
        "model.0.weight",
        "MMMWWW@@",
        "hoja con requires_grad",
    ):
        face = FontProperties(family="DejaVu Sans", weight="bold")
        assert TextPath((0, 0), text, size=14, prop=face).get_extents().width <= text_width(text, "value")


def test_what_was_deduced_is_told_apart_from_what_was_read():
    import autodiff_lab as th

    x = th.tensor(2.0, requires_grad=True)
    number, c = x + 3, th.tensor(1.0)
    named = x + c
    for graph, guessed in ((lab.graph(number), False), (lab.graph(named), True)):
        for shown in (str(graph), graph.to_svg()):
            assert "no guarda sus constantes" in shown
            assert ("con «?» también" in shown) == guessed


def test_the_text_twin_is_a_table():
    assert Graph(sample()).to_text().splitlines()[3:10] == [
        "nodo  operación             fórmula  forma             valor  gradiente  tensores guardados",
        "────  ────────────────────  ───────  ───────────────  ──────  ─────────  ──────────────────",
        "x     hoja                                                 2         24",
        "v₁    Pow(x)                x³                             8        (2)  self (liberado)",
        "·     constante                                            2          —",
        "w     parámetro                      [10, 5] float32  -1 … 1       None",
        "⋯     1 234 nodos plegados                                 ?          —",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_every_word(language):
    before = lab.get_language()
    try:
        lab.set_language(language)
        drawn = Graph(sample())
        assert ("gradiente" in drawn.to_text()) == (language == "es")
        assert ("derivada local" in drawn.to_svg()) == (language == "es")
        assert f'lang="{language}"' in drawn.to_html()
    finally:
        lab.set_language(before)


def test_rich_display_is_svg_with_text_beside_it():
    drawn = Graph(sample())
    assert drawn._repr_mimebundle_() == {"image/svg+xml": drawn.to_svg(), "text/plain": drawn.to_text()}
    assert set(drawn._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}
    assert set(drawn._repr_mimebundle_(exclude={"text/plain"})) == {"image/svg+xml"}
    assert repr(drawn) == drawn.to_text()


def test_under_the_picture_stand_its_words_as_tables():
    """An SVG is an image without a text in JupyterLab; each number of the words is a cell with its heads."""
    shell = InteractiveShell.instance()
    drawn = Graph(sample())
    with capture_output() as shown:
        assert shell.display_formatter.format(drawn) == ({}, {})
    picture, words = (output.data for output in shown.outputs)
    assert picture == drawn._repr_mimebundle_() and set(words) == {"text/html"}
    root = ET.fromstring(words["text/html"])
    assert root.tag == "details" and root[0].tag == "summary"
    cells = [[cell.text or "" for cell in row] for row in root.iter("tr")]
    lines = [line for line in drawn.to_text().splitlines()[1:] if line and "──" not in line and "  " in line]
    assert [[c for c in row if c] for row in cells] == [re.split("  +", line.strip()) for line in lines]
    assert all(row[0].get("scope") == "row" for body in root.iter("tbody") for row in body)
    assert {cell.get("scope") for top in root.iter("thead") for cell in top[0]} == {"col"}


def test_to_networkx_is_a_copy_that_can_be_worked_on():
    drawn = Graph(sample())
    network = drawn.to_networkx()
    assert network.nodes[1]["data"].op == "Pow" and network.number_of_edges() == 5
    network.remove_node(1)
    assert drawn.to_networkx().number_of_nodes() == 6


@pytest.mark.parametrize("ending, start", [(".svg", b"<svg"), (".html", b"<!DOCTYPE html>"), (".png", b"\x89PNG"),
                                           (".pdf", b"%PDF"), (".txt", "Gráfica".encode()),
                                           (".PNG", b"\x89PNG")])  # fmt: skip
def test_save(tmp_path, ending, start):
    path = tmp_path / f"f{ending}"
    assert Graph(sample()).save(path) == path
    assert path.read_bytes().startswith(start)
    assert os.listdir(tmp_path) == [path.name]


def test_the_same_picture_is_the_same_bytes(tmp_path):
    for ending in (".svg", ".html", ".png", ".pdf"):
        one, two = (
            Graph(sample()).save(tmp_path / f"1{ending}"),
            Graph(sample()).save(tmp_path / f"2{ending}"),
        )
        assert one.read_bytes() == two.read_bytes()


def test_a_failed_save_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "f.svg"
    path.write_text("before")
    drawn = Graph(sample())
    monkeypatch.setattr(Graph, "to_svg", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        drawn.save(path)
    assert path.read_text() == "before" and os.listdir(tmp_path) == ["f.svg"]
    with pytest.raises(ValueError, match="gif"):
        drawn.save(tmp_path / "f.gif")
    with pytest.raises(FileNotFoundError):
        drawn.save(tmp_path / "no" / "f.txt")


def shows():
    """One of all that the laboratory displays, with the ways in which it is made."""
    x = tensor(2.0, requires_grad=True)
    square = lambda x: x * x
    return [
        Graph(sample()), lab.trace(square, x=2.0), lab.steps(x * x), lab.stepper(x * x), lab.explore(square, x=2.0),
        lab.derivative("relu"), lab.descent(square, 2.0, steps=2), lab.forward_reverse(square, x=2.0), lab.accumulation(),
        lab.inplace(), lab.modes(),
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["to_text", "to_svg", "to_html"])
def test_a_drawing_that_fails_breaks_no_cell(way, monkeypatch):
    """What can be shown is shown, with a line that says what failed; what the cell computed is there."""

    def fails(self):
        raise ZeroDivisionError("in the drawing")

    told = 0
    for shown in shows():
        if not callable(getattr(shown, way, None)):
            continue
        monkeypatch.setattr(type(shown), way, fails)
        said = repr(shown)
        assert ("in the drawing" in said) == (way == "to_text")
        bundle = shown._repr_mimebundle_() if hasattr(shown, "_repr_mimebundle_") else {"text/plain": said}
        bundle = bundle[0] if isinstance(bundle, tuple) else bundle
        told += "El dibujo falló" in bundle["text/plain"] and "in the drawing" in bundle["text/plain"]
        assert way == "to_text" or len(bundle["text/plain"]) > 80  # the words are there
        shell = InteractiveShell()
        shell.user_ns.update(shown=shown, after=0)
        answer = shell.run_cell("before = 1\ndisplay(shown)\nafter = 2\nshown")
        assert answer.success and shell.user_ns["after"] == 2
    assert told >= {"to_text": 11, "to_svg": 6, "to_html": 2}[way]


def test_drawing_into_given_axes():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert Graph(sample()).draw(ax) is ax
    assert ax.get_xlim()[1] == Graph(sample()).scene.width and len(ax.patches) > 20


CODE = """
import autodiff_lab as th
from autodiff_lab import lab
x = th.tensor(2., requires_grad=True); y = th.tensor(3., requires_grad=True); c = th.tensor(1.)
f = 2*x**3 + 3*y**2 + c
print(lab.graph(f).to_svg()); print(lab.graph(f))
f.backward()
print(lab.graph(f, direction="LR").to_svg()); print(lab.graph(f))
"""


def test_two_processes_draw_the_same_bytes():
    runs = [
        subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1] and runs[0].count(b"<svg") == 2


def test_torch_and_this_package_give_the_same_picture():
    torch = pytest.importorskip("torch")
    import autodiff_lab

    pictures = []
    for th in (autodiff_lab, torch):
        x, y, c = th.tensor(2.0, requires_grad=True), th.tensor(3.0, requires_grad=True), th.tensor(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        before = lab.graph(f)
        f.backward(retain_graph=True)
        after = lab.graph(f)
        pictures.append(
            [[(b.lines, b.x, b.y) for b in g.scene.boxes] + list(g.scene.lines) for g in (before, after)]
        )
    assert pictures[0] == pictures[1]


def test_torch_and_this_package_give_a_perceptron_the_same_structure():
    torch = pytest.importorskip("torch")
    import autodiff_lab

    structures = []
    for th in (autodiff_lab, torch):
        w = [
            th.linspace(-1, 1, n).reshape(shape).requires_grad_()
            for n, shape in ((6, (2, 3)), (3, (3,)), (3, (3, 1)))
        ]
        hidden = (th.ones(4, 2) @ w[0] + w[1]).tanh()
        loss = ((hidden @ w[2]).relu() ** 2).mean()
        loss.backward(retain_graph=True)
        drawn = lab.graph(loss)
        structures.append(
            (
                [(n.name, n.kind, n.grad_fn, n.shape, n.value_text, n.grad_text) for n in drawn.nodes],
                [(e.source, e.target, e.argument, e.flow_text) for e in drawn.edges],
            )
        )
    assert structures[0] == structures[1]


def test_the_laboratory_itself_loads_no_torch_and_no_matplotlib():
    code = (
        "import sys; from autodiff_lab import lab; print('torch' in sys.modules, 'matplotlib' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert out.split() == ["False", "False"]
