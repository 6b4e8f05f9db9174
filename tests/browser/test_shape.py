"""Every widget, narrow and wide, with motion reduced: nothing is cut off, nothing moves, whatever acts has a name."""

import pytest

import autodiff_lab as th
from autodiff_lab import lab

from .pages import page_of

WIDGETS = {
    "explore": lambda: lab.explore(lambda x, y: x * y + th.sin(x), x=2.0, y=3.0, ranges={"x": (-1.0, 4.0)}),
    "stepper": lambda: lab.stepper(th.tensor(2.0, requires_grad=True) ** 2, names={}),
    "derivative": lambda: lab.derivative(["sigmoid", "tanh"], order=2),
    "descent": lambda: lab.descent(lambda x, y: x**2 + 3 * y**2, (2.0, 1.0)),
    "forward_reverse": lambda: lab.forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2, x1=2.0, x2=5.0),
    "accumulation": lab.accumulation,
    "inplace": lab.inplace,
    "modes": lab.modes,
}
CUT_OFF = """(root) => [...root.querySelectorAll("*")]
  .filter((e) => !e.closest("svg, math, .adl-voice, .adl-table-scroll") && e.getBoundingClientRect().width
    && e.getBoundingClientRect().right > root.getBoundingClientRect().right + 1)
  .map((e) => e.outerHTML.slice(0, 80))"""
NAMELESS = """(root) => [...root.querySelectorAll("button, input, select, [tabindex]")]
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label")))
  .map((e) => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [400, 2000])
@pytest.mark.parametrize("name", WIDGETS)
def test_nothing_is_cut_off_or_moves_or_lacks_a_name(browser, name, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(page_of(WIDGETS[name](), live=True))
    root = page.locator(".adl-widget")
    root.wait_for()
    page.wait_for_timeout(150)
    assert root.evaluate(CUT_OFF) == []
    assert root.evaluate(NAMELESS) == []
    assert page.evaluate("() => document.getAnimations().length") == 0
    assert errors == []
    page.close()
