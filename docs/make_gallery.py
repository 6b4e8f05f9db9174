"""Draws the pictures of docs/gallery.md and writes the page: ``python docs/make_gallery.py``.

The code that stands under a picture is the code that drew it. The same bytes come out every time; a test compares.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).parent
sys.path.insert(0, str(ROOT.parent))

from autodiff_lab import lab  # noqa: E402 - the checkout's own, wherever this is run from

PICTURES = [
    (
        "polynomial",
        "A first graph, after backward()",
        "On each edge stands the local derivative, written and as a number, and the gradient that went back along it. "
        "What autograd never needed (the constants) is known because a recording watched.",
        """
x = th.tensor(2.0, requires_grad=True)
y = th.tensor(3.0, requires_grad=True)
c = th.tensor(1.0)
with lab.record() as run:
    f = 2 * x**3 + 3 * y**2 + c
    f.backward()
picture = lab.graph(f, run=run)
""",
    ),
    (
        "fork",
        "A fork: gradients add up",
        "The variable is used twice. What comes back along the two ways is added, and the box shows the sum.",
        """
x = th.tensor(3.0, requires_grad=True)
u = x**2
v = 2 * x
f = u * v
f.backward(retain_graph=True)
picture = lab.graph(f)
""",
    ),
    (
        "square",
        "x·x has two edges",
        "A product of a number with itself has two arguments, so two edges, so two contributions.",
        """
x = th.tensor(3.0, requires_grad=True)
f = x * x
f.backward(retain_graph=True)
picture = lab.graph(f, direction="LR")
""",
    ),
    (
        "survey",
        "The survey's function",
        "The example of Baydin, Pearlmutter, Radul and Siskind (2018), at (2, 5), from left to right.",
        """
x1 = th.tensor(2.0, requires_grad=True)
x2 = th.tensor(5.0, requires_grad=True)
y = x1.log() + x1 * x2 - x2.sin()
y.backward(retain_graph=True)
picture = lab.graph(y, direction="LR")
""",
    ),
    (
        "perceptron",
        "Modules are frames",
        "A frame is one call of a module. Its parameters stand in it; what it is given comes in from outside.",
        """
th.manual_seed(1)
net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
x = th.tensor([[0.5, -1.0]])
picture = lab.graph(net, x)
""",
    ),
    (
        "no_grad",
        "Cut: detach() and no_grad()",
        "The value goes on, the gradient does not come back: scissors on the line, and a shaded region in which "
        "nothing is recorded.",
        """
x = th.tensor(2.0, requires_grad=True)
w = th.tensor(3.0, requires_grad=True)
with lab.record() as run:
    u = x * w
    d = u.detach()
    with th.no_grad():
        k = 2 * x + 1
    f = u * d + k
picture = run.graph(f)
""",
    ),
    (
        "in_place",
        "Writing in place, too early",
        "exp and sin had saved the tensor that mul_ then wrote to: both versions are told, and backward() would fail.",
        """
x = th.tensor([1.0, 2.0], requires_grad=True)
with lab.record() as run:
    u = x.exp()
    v = u.sin()
    u.mul_(2)
    f = v.sum()
picture = run.graph(f)
""",
    ),
    (
        "second_order",
        "A derivative is a graph, too",
        "With create_graph=True the backward pass is recorded. What it recorded has cut corners and says its order; "
        "what was there before stays as it was.",
        """
x = th.tensor(2.0, requires_grad=True)
u = x**2
f = u.sin()
(g,) = th.autograd.grad(f, x, create_graph=True)
picture = lab.graph(g)
""",
    ),
    (
        "loop",
        "A loop, folded",
        "Fifty turns of the logistic map: the last is drawn, the others are one box that says what it stands for.",
        """
r = th.tensor(3.7, requires_grad=True)
y = th.tensor(0.5)
for _ in range(50):
    y = r * y * (1 - y)
picture = lab.graph(y, fold="loop")
""",
    ),
    (
        "residual",
        "A residual block",
        "The way round the layers is a line of its own, so the gradient has a short way home.",
        """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)

    def forward(self, h):
        return h + self.inner(h).relu()

th.manual_seed(2)
block = Block()
x = th.tensor([[0.5, -1.0]], requires_grad=True)
picture = lab.graph(block, x, direction="LR")
""",
    ),
    (
        "backward",
        "Each operation and its grad_fn",
        "Values go down, gradients go up: beside every operation stands the node that autograd made for it, with what "
        "it saved; beside every leaf, what adds to its .grad.",
        """
x = th.tensor(2.0, requires_grad=True)
y = th.tensor(3.0, requires_grad=True)
f = (x * y).sin()
f.backward(retain_graph=True)
picture = lab.graph(f, backward="both")
""",
    ),
]


def drawn(code):
    """The picture that a piece of code makes."""
    import autodiff_lab as th
    from autodiff_lab import nn

    names = {"__name__": "gallery", "th": th, "nn": nn, "lab": lab}
    before = lab.get_language()
    lab.set_language("en")
    try:
        exec(compile(code.strip(), "gallery", "exec"), names)
        picture = names.pop("picture")
        return picture.to_svg(), picture.to_text()
    finally:
        lab.set_language(before)


def files():
    """{path: text} of all that this script writes."""
    page = [
        "# Gallery",
        "",
        "Pictures that `lab.graph` draws, each with the code that drew it (after `import autodiff_lab as th` and",
        "`from autodiff_lab import lab, nn`) and with its twin in words. In a notebook a pointer on a box tells more.",
        '`lab.set_language("es")` gives them in Spanish. Generated by `docs/make_gallery.py`; do not edit.',
    ]
    written = {}
    for name, title, words, code in PICTURES:
        svg, text = drawn(code)
        written[ROOT / "gallery" / f"{name}.svg"] = svg + "\n"
        page += [
            "",
            f"## {title}",
            "",
            words,
            "",
            f"![{title}](gallery/{name}.svg)",
            "",
            "```python",
            code.strip(),
            "```",
        ]
        page += ["", "<details><summary>In words</summary>", "", "```text", text, "```", "", "</details>"]
    written[ROOT / "gallery.md"] = "\n".join(page) + "\n"
    return written


def main():
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
