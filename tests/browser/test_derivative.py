"""`lab.derivative` under the hand: drag, arrows, presets, steps, errors."""

import re

import pytest

from .pages import cut_off

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')",
    "d = lab.derivative('sigmoid', order=2); d",
    "def mine(x):\n    return abs(x)\nown = lab.derivative(mine); own",
]


@pytest.fixture(scope="module", params=["lab", "notebook"])
def seat(request, server, desk):
    name = f"derivative-{request.param}.ipynb"
    server.write(name, CELLS)
    seat = desk(width=1300, height=1000).open(server, name, request.param)
    assert seat.run_all() == []
    seat.page.wait_for_selector(".adl-widget >> nth=1")
    return seat


def widget(seat, k=0):
    node = seat.page.locator(".adl-widget").nth(k)
    node.scroll_into_view_if_needed()
    return node


def fact(node, name):
    return float(node.locator(f".adl-fact-{name} output").inner_text().replace("−", "-"))


def test_the_point_follows_the_hand_and_python_follows_the_point(seat):
    node = widget(seat)
    point = node.locator(".adl-point")
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = fact(node, "x")
    mouse = seat.page.mouse
    mouse.move(x, y)
    mouse.down()
    for k in range(1, 11):
        mouse.move(x - 16 * k, y + 3 * k)
    mouse.up()
    after = fact(node, "x")
    assert after < before - 0.5
    value, slope = fact(node, "value"), fact(node, "d1")
    assert slope == pytest.approx(value * (1 - value), abs=1e-4)
    assert seat.comes_to(f"print(abs(d.point - {after}) < 1e-6, abs(d.slope - {slope}) < 1e-4)", "True True")


def test_arrow_keys_move_it_by_one_and_leave_the_notebook_alone(seat):
    node = widget(seat)
    point = node.locator(".adl-point")
    cells = seat.page.locator(".jp-Cell").count()
    point.focus()
    before = fact(node, "x")
    for key in ("ArrowRight", "ArrowRight", "b", "d", "d"):
        point.press(key)
    assert fact(node, "x") == pytest.approx(before + 0.04)
    assert seat.page.locator(".jp-Cell").count() == cells
    point.press("Home")
    assert fact(node, "x") == -4
    assert "slope" in point.get_attribute("aria-valuetext")


def test_a_preset_and_a_step_change_what_is_said(seat):
    node = widget(seat)
    node.locator("select").first.select_option("relu")
    seat.page.wait_for_function("n => n.textContent.includes('relu′(x)')", arg=node.element_handle())
    node.locator("input.adl-x").fill("0")
    node.locator("input.adl-x").press("Enter")
    assert "chooses 0" in node.locator(".adl-says").first.inner_text()
    node.locator("select").first.select_option("tanh")
    seat.page.wait_for_function("n => n.textContent.includes('tanh′(x)')", arg=node.element_handle())
    node.locator("input.adl-x").fill("0.5")
    node.locator("input.adl-x").press("Enter")
    step = node.locator("input[type=range]")
    step.focus()
    for _ in range(30):
        step.press("ArrowLeft")
    assert "rounding" in node.inner_text()
    step.press("End")
    assert "truncation" in node.inner_text()
    assert seat.comes_to("print(d.choice, d.step)", "tanh 32")


def test_the_learners_error_is_told_with_its_line_and_mended(seat):
    node = widget(seat, 1)
    assert "kink" not in node.locator(".adl-fault").inner_text()
    seat.run("def mine(x):\n    return x.nothing\nown.again += 1")
    fault = node.locator(".adl-fault")
    fault.wait_for(state="visible")
    assert re.search(r"AttributeError: .*nothing", fault.inner_text())
    assert "Line 2 of mine" in fault.inner_text()
    seat.run("def mine(x):\n    return x * x")
    fault.get_by_role("button").click()
    fault.wait_for(state="hidden")
    node.locator("input.adl-x").fill("1.5")
    node.locator("input.adl-x").press("Enter")
    assert (fact(node, "value"), fact(node, "d1")) == (2.25, 3)


@pytest.mark.parametrize("width", [400, 700, 2000])
def test_nothing_is_cut_off(seat, width):
    node = widget(seat)
    assert cut_off(node, width, "[clip-path], .adl-voice") == []


def test_no_complaint(seat):
    assert seat.quiet() == []
