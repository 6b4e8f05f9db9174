"""Notebooks exported to HTML, opened from disk: every widget that needs no kernel plays, and nothing is asked for.

The stepper's own tests run there, too.
"""

import pytest

from .pages import exported

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')",
    "lab.explore(lambda x, y: x * y + th.sin(x), x=2.0, y=3.0)",
    "lab.forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2.0, x2=5.0)",
    "lab.descent(lambda x, y: x**2 + 3 * y**2, (2.0, 1.0), lr=0.1)",
    "lab.derivative('tanh')",
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


def test_what_needs_the_kernel_is_a_picture(page):
    assert page.page.locator(".adl-widget").count() == 3
    assert page.page.locator(".jp-OutputArea-output svg").last.is_visible()


def test_nothing_is_asked_for_and_nothing_fails(page):
    assert page.quiet() == []
