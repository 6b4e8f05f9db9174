"""Photographs the widgets, light and dark, and writes docs/widgets.md: ``python docs/make_screenshots.py``.

Needs a Chromium, playwright and pillow. Each widget is shown by the code that stands under it, on a page without a
kernel, after the moves that are given.
"""

import io
import linecache
import pathlib
import sys

ROOT = pathlib.Path(__file__).parent
sys.path.insert(0, str(ROOT.parent))

from PIL import Image  # noqa: E402 - the checkout's own modules, wherever this is run from
from playwright.sync_api import sync_playwright  # noqa: E402

from autodiff_lab import lab  # noqa: E402
from tests.browser import pages  # noqa: E402

WIDTH = 1000

# name, title, what there is to see, the code, and what is done before the picture is taken: (role or selector, name)
WIDGETS = [
    (
        "explore",
        "The graph of your own function",
        "Move an input, switch its `requires_grad`, detach what you click: the function runs again and the graph "
        "changes with it. It takes PyTorch's tensors, too.",
        """
def f(x, y, c):
    s = x * y
    t = th.sin(s) if x > 1 else s
    return t + s * c
lab.explore(f, x=2.0, y=3.0, c=lab.const(1.0))
""",
        [(".adl-node:has(tspan:text-is('t'))", None)],
    ),
    (
        "stepper",
        "Both passes, one operation at a time",
        "Next, back, play, jump; in quiz mode it asks for the number before it tells. It plays in exported pages too.",
        """
x1 = th.tensor(2.0, requires_grad=True)
x2 = th.tensor(5.0, requires_grad=True)
y = th.log(x1) + x1 * x2 - th.sin(x2)
lab.stepper(y)
""",
        [("button", "Next")] * 15,
    ),
    (
        "derivative",
        "A function against its derivatives",
        "Drag the point; the tangent follows. On the right the error of a difference quotient against its step. It "
        "plays in exported pages too.",
        """
lab.derivative("gelu", order=2, x=-1.0)
""",
        [],
    ),
    (
        "descent",
        "Optimizers side by side",
        "The paths of SGD, momentum and Adam on the same loss; move the learning rate, click a new start. A long run "
        "tells how far it is, can be stopped, and goes on from there.",
        """
lab.descent(lambda x, y: (1 - x)**2 + 5 * (y - x**2)**2, (-1.2, 1.0), lr=0.02)
""",
        [],
    ),
    (
        "forward_reverse",
        "Forward and reverse mode, row by row",
        "The survey's two tables, filled in step by step, and what each mode costs for n inputs and m outputs.",
        """
lab.forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2.0, x2=5.0)
""",
        [("button", "Next")] * 11,
    ),
    (
        "accumulation",
        "Gradients add up",
        "Call `backward` again and again, with and without `zero_grad` and `retain_graph`.",
        """
a = lab.accumulation()
a.pressed = ["retain", "retain", "clear", "backward", "backward"]
a
""",
        [],
    ),
    (
        "inplace",
        "Writing in place",
        "Version counters tick; where the saved version and the present one part, the backward pass refuses.",
        """
w = lab.inplace()
w.pressed = ["mul", "backward"]
w
""",
        [],
    ),
    (
        "modes",
        "What is recorded, and what is not",
        "The same code twice, once under `no_grad`, `detach` or `requires_grad_(False)`: what was recorded, what it "
        "holds, what `backward` then says.",
        """
m = lab.modes()
m.switched = ["no_grad"]
m
""",
        [],
    ),
]


def shown(code):
    """What the last line of the code gives."""
    *lines, last = code.strip().splitlines()
    space = {}
    exec("import autodiff_lab as th\nfrom autodiff_lab import lab", space)
    source = "\n".join(lines)
    linecache.cache["<page>"] = (len(source), None, source.splitlines(True), "<page>")
    exec(compile(source, "<page>", "exec"), space)
    return eval(last, space)


def photographed(browser, widget, moves, dark):
    """A PNG of the widget, 1,000 pixels wide, in few colours."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page.set_content(pages.page_of(widget, live=True))
    page.wait_for_selector(".adl-widget")
    for what, name in moves:
        place = page.locator(what) if name is None else page.get_by_role(what, name=name, exact=True)
        place.first.click()
    page.evaluate("() => document.activeElement.blur()")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(page.locator(".adl-widget").screenshot(animations="disabled")))
    page.close()
    return picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE)


def main():
    """Take the pictures and write the page."""
    folder = ROOT / "widgets"
    folder.mkdir(exist_ok=True)
    lab.set_language("en")
    parts = [
        "# Widgets\n",
        "What there is to touch, each with the code that shows it (after `import autodiff_lab as th` and\n"
        "`from autodiff_lab import lab`); by mouse, by keyboard and with a screen reader, in Spanish and in English.\n"
        "Generated by `docs/make_screenshots.py`; do not edit.\n",
    ]
    with sync_playwright() as playwright:
        browser = pages.launched(playwright)
        for name, title, text, code, moves in WIDGETS:
            for theme in ("light", "dark"):
                photographed(browser, shown(code), moves, theme == "dark").save(
                    folder / f"{name}-{theme}.png", optimize=True
                )
            pictures = "\n".join(
                f"```{{image}} widgets/{name}-{theme}.png\n:alt: {title}, {theme}\n:class: only-{theme}\n```"
                for theme in ("light", "dark")
            )
            parts.append(f"## {title}\n\n{text}\n\n{pictures}\n\n```python\n{code.strip()}\n```\n")
        browser.close()
    (ROOT / "widgets.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
