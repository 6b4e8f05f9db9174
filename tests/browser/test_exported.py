"""Notebooks exported to HTML, opened from disk: every widget that needs no kernel plays, and nothing is asked for.

The stepper's own tests run there, too.
"""

import pytest

from autodiff_lab import lab

from .pages import exported

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')",
    "lab.explore(lambda x, y: x * y + th.sin(x), x=2.0, y=3.0)",
    "lab.forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2.0, x2=5.0)",
    "lab.descent(lambda x, y: x**2 + 3 * y**2, (2.0, 1.0), lr=0.1)",
    "lab.derivative('tanh', x=0.3)",
    "lab.accumulation()",
]


@pytest.fixture(scope="module")
def page(server, desk):
    server.write("exported.ipynb", CELLS)
    return exported(server.folder, "exported", desk(width=1300, height=1000))


def press(node, name, times=1):
    for _ in range(times):
        node.get_by_role("button", name=name, exact=True).click()


def test_the_explorer_steps_through_both_passes(page):
    node = page.page.locator(".adl-widget").nth(0)
    press(node, "Start")
    phase = node.locator(".adl-phase")
    press(node, "Next")
    assert "forward" in phase.inner_text().lower() and "step 1 of" in phase.inner_text().lower()
    press(node, "End")
    press(node, "Back")
    assert "backward" in phase.inner_text().lower()
    press(node, "End")
    assert "grad = 2.5839" in node.locator(".adl-drawing").text_content()  # y + cos(x)
    assert node.locator(".adl-input").count() == 0  # what needs a kernel is not offered
    node.locator(".adl-node").first.click()
    assert node.locator(".adl-inspector").get_by_role("switch").count() == 0


def test_the_explorer_asks_in_quiz_mode(page):
    node = page.page.locator(".adl-widget").nth(0)
    quiz = node.get_by_role("switch")
    quiz.click()
    press(node, "Next")
    node.locator(".adl-answer").fill("2")
    press(node, "Check")
    assert "1 of 1" in node.locator(".adl-phase").inner_text()
    quiz.click()


def test_the_tables_are_filled_row_by_row(page):
    node = page.page.locator(".adl-widget").nth(1)
    hidden = node.locator(".adl-cell-later").count()
    press(node, "Next", 3)
    assert node.locator(".adl-cell-later").count() < hidden
    press(node, "End")
    assert node.locator(".adl-cell-later").count() == 0 and "5.5" in node.inner_text()


def test_the_descent_goes_down(page):
    node = page.page.locator(".adl-widget").nth(2)
    before = node.locator(".adl-table").inner_text()
    press(node, "Back", 2)
    assert node.locator(".adl-table").inner_text() != before
    assert node.get_by_label("learning rate").count() == 0


def test_the_point_is_dragged_along_the_curve(page):
    node = page.page.locator(".adl-widget").nth(3)
    point, value = node.locator(".adl-point"), node.locator(".adl-fact-value output")
    assert value.inner_text() == "0.29131"  # tanh(0.3)
    point.press("Home")
    assert value.inner_text() == "−0.99933" and node.locator(".adl-fact-x output").inner_text() == "−4"
    point.press("ArrowRight")
    assert (
        node.locator(".adl-fact-x output").inner_text() == "−3.9"
    )  # its quotients are there at every fifth point
    plot = node.locator(".adl-plot").first.bounding_box()
    halo = point.bounding_box()
    page.page.mouse.move(halo["x"] + halo["width"] / 2, halo["y"] + halo["height"] / 2)
    page.page.mouse.down()
    page.page.mouse.move(plot["x"] + 52 + (plot["width"] - 66) * 0.75, plot["y"] + 40, steps=5)
    page.page.mouse.up()
    assert node.locator(".adl-fact-x output").inner_text() == "2" and value.inner_text() == "0.96403"
    node.get_by_label("step h").press("Home")
    node.get_by_role("combobox").select_option("central")  # the only one: another function needs a kernel
    error = float(node.locator(".adl-fact-error output").inner_text().replace("−", "-"))
    d = lab.derivative("tanh", x=2.0)
    assert error == pytest.approx(float(d._sampled[0].errors[1, d.at, 0]), rel=2e-3)


def test_what_needs_the_kernel_is_text(page):
    assert page.page.locator(".adl-widget").count() == 4
    assert "f.backward()" not in page.page.locator(".jp-OutputArea-output").last.inner_text()
    assert "x.grad" in page.page.locator(".jp-OutputArea-output").last.inner_text()


def test_nothing_is_asked_for_and_nothing_fails(page):
    assert page.quiet() == []
