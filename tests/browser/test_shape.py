"""Every widget, narrow and wide, with motion reduced: nothing is cut off, nothing moves, whatever acts has a name."""

import pytest

import autodiff_lab as th
from autodiff_lab import lab

from .pages import page_of

WIDGETS = {
    "explore": lambda: lab.explore(lambda x, y: x * y + th.sin(x), x=2.0, y=3.0, ranges={"x": (-1.0, 4.0)}),
    "stepper": lambda: lab.stepper(th.tensor(2.0, requires_grad=True) ** 2, names={}),
    "derivative": lambda: lab.derivative(["sigmoid", "tanh"], order=2),
    "descent": lambda: lab.descent(lambda x, y: x**2 + 8 * y**2, (-3.0, 1.0), lr=0.1),
    "forward_reverse": lambda: lab.forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2, x1=2.0, x2=5.0),
    "accumulation": lab.accumulation,
    "inplace": lab.inplace,
    "modes": lab.modes,
}
CUT_OFF = """(root) => [...root.querySelectorAll("*")]
  .filter((e) => !e.closest("svg, math, .adl-voice, .adl-table-scroll *") && e.getBoundingClientRect().width
    && e.getBoundingClientRect().right > root.getBoundingClientRect().right + 1)
  .map((e) => e.outerHTML.slice(0, 80))"""
NAMELESS = """(root) => [...root.querySelectorAll("button, input, select, [tabindex]")]
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label")))
  .map((e) => e.outerHTML.slice(0, 80))"""


def test_a_picture_wider_than_its_place_scrolls_by_keys(browser):
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.set_content(
        page_of(
            lab.stepper(
                sum(th.tensor(k, requires_grad=True) ** 2 for k in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0))
            )
        )
    )
    frame = page.get_by_role("region", name="Gráfica de cómputo")
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(n) => n.scrollLeft > 0", arg=frame.element_handle())
    assert "Inicio" in page.locator(".adl-phase").inner_text()  # the arrow did not step
    page.get_by_role("button", name="Siguiente").press("ArrowRight")
    assert "paso 1 de" in page.locator(".adl-phase").inner_text()
    page.close()


@pytest.mark.parametrize(
    "width", [400, 900, 920, 2000]
)  # at 920 the panels have just come to stand side by side
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
