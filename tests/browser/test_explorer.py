"""`lab.explore` under the hand: a slider takes another branch, switches cut the graph, a click tells of a node."""

import re

import pytest

from .pages import cut_off

FUNCTION = """def f(x, y, c):
    s = x * y
    t = th.sin(s) if x > 1 else s
    if x < -3:
        raise ValueError('<b>too small</b>')
    return t + s * c
e = lab.explore(f, x=2.0, y=3.0, c=lab.const(1.0)); e"""
CELLS = ["import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')", FUNCTION]


@pytest.fixture(scope="module", params=["lab", "notebook"])
def seat(request, server, desk):
    name = f"explorer-{request.param}.ipynb"
    server.write(name, CELLS)
    seat = desk(width=1300, height=1000).open(server, name, request.param)
    assert seat.run_all() == []
    seat.page.wait_for_selector(".adl-widget .adl-node")
    return seat


@pytest.fixture
def node(seat):
    """The widget, with everything as it was at first."""
    seat.run("e.detached = e.unrecorded = e.retained = []; e.no_grad = False\n"
             "e.requires = dict(x=True, y=True, c=False); e.set(x=2.0, y=3.0, c=1.0)")  # fmt: skip
    seat.page.wait_for_function(
        "() => document.querySelector('.adl-drawing')?.textContent.includes('grad = 5.8805')"
    )
    return seat.page.locator(".adl-widget")


def box(node, name):
    return node.locator(f".adl-node:has(tspan:text-is('{name}'))").first


def until(node, text, there=True):
    node.page.wait_for_function(
        "([n, text, there]) => n.textContent.includes(text) === there",
        arg=[node.element_handle(), text, there],
    )


def test_a_slider_takes_the_other_branch(seat, node):
    before = box(node, "s").element_handle()
    slider = node.get_by_label("value of x").first
    slider.focus()
    slider.evaluate(
        "n => { n.value = 0.5; n.dispatchEvent(new Event('input')); n.dispatchEvent(new Event('change')); }"
    )
    until(node.locator(".adl-drawing"), "Sin", there=False)
    until(node.locator(".adl-drawing"), "grad = 6")
    assert before.evaluate("n => n.isConnected")  # the node was changed in place, not drawn anew
    assert seat.comes_to("print(e.values['x'], e.grads)", "0.5 {'x': 6.0, 'y': 1.0}")


def test_arrow_keys_move_the_slider(seat, node):
    slider = node.get_by_label("value of y").first
    slider.focus()
    slider.press("ArrowRight")
    until(node.locator(".adl-drawing"), "3.03")


def test_a_field_takes_a_number_and_leaves_what_is_none(seat, node):
    field = node.get_by_label("value of x").last
    field.fill("")
    field.press("Enter")
    field.fill("1.5")
    field.press("Enter")
    until(node.locator(".adl-drawing"), "1.5")
    assert seat.comes_to("print(e.values['x'])", "1.5")


def test_switches_of_the_inputs_and_of_the_whole(seat, node):
    switches = node.locator(".adl-input").nth(1).get_by_role("switch")
    switches.click()
    until(node.locator(".adl-drawing"), "grad = 3.9203", there=False)
    assert seat.comes_to("print(e.grads.keys())", "dict_keys(['x'])")
    whole = node.get_by_role("switch", name=re.compile("whole function"))
    whole.click()
    until(node.locator(".adl-drawing"), "grad = 5.8805", there=False)
    assert seat.comes_to("print(e.result.requires_grad)", "False")
    whole.click()
    until(node.locator(".adl-drawing"), "grad = 5.8805")


def test_a_click_tells_of_a_node_and_detaches_it(seat, node):
    box(node, "t").click()
    inspector = node.locator(".adl-inspector")
    assert "SinBackward0" in inspector.inner_text() and "∂t/∂s = cos(s)" in inspector.inner_text()
    assert "_saved_self = 6" in inspector.inner_text()
    inspector.get_by_role("switch", name=".detach()").click()
    until(node.locator(".adl-drawing"), "grad = 3")
    assert seat.comes_to("print(e.grads)", "{'x': 3.0, 'y': 2.0}")
    assert inspector.get_by_role("switch", name=".detach()").get_attribute("aria-checked") == "true"
    inspector.get_by_role("switch", name=".detach()").click()
    until(node.locator(".adl-drawing"), "grad = 5.8805")
    inspector.get_by_role("switch", name=".retain_grad()").click()
    until(box(node, "t"), "grad = 1")
    inspector.get_by_role("button", name="Close").click()
    assert "Click a node" in inspector.inner_text()


def test_nodes_are_reached_and_picked_by_keys(seat, node):
    cells = seat.page.locator(".jp-Cell").count()
    box(node, "s").focus()
    seat.page.keyboard.press("ArrowDown")
    seat.page.keyboard.press("Enter")
    assert node.locator(".adl-node[aria-pressed=true]").count() == 1
    for key in ("b", "d", "d"):
        seat.page.keyboard.press(key)
    assert seat.page.locator(".jp-Cell").count() == cells
    node.locator(".adl-inspector").get_by_role("button", name="Close").click()


def test_the_learners_error_is_text_and_goes_away(seat, node):
    seat.run("e.set(x=-4.0)")
    fault = node.locator(".adl-fault")
    fault.wait_for(state="visible")
    assert "ValueError: <b>too small</b>" in fault.inner_text() and "Line 5 of f" in fault.inner_text()
    seat.run("e.set(x=-2.0)")
    fault.wait_for(state="hidden")


def test_it_steps_while_it_explores(seat, node):
    node.get_by_role("button", name="Start", exact=True).click()
    node.get_by_role("button", name="Next", exact=True).click()
    assert "step 1 of" in node.locator(".adl-phase").inner_text()
    seat.run("e.set(x=1.75)")
    until(node.locator(".adl-drawing"), "1.75")
    assert "step 1 of" in node.locator(".adl-phase").inner_text()  # it stays where it stood
    node.get_by_role("button", name="End", exact=True).click()


@pytest.mark.parametrize("width", [400, 700, 2000])
def test_nothing_is_cut_off(seat, node, width):
    assert cut_off(node, width, "svg, .adl-voice, math") == []


def test_no_complaint(seat):
    assert seat.quiet() == []
