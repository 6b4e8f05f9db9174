"""`lab.descent` under the hand: the rate, the start, the steps."""

import re

import pytest

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')",
    "d = lab.descent(lambda x, y: x**2 + 3*y**2, (1.0, -1.0), lr=0.1, steps=20); d",
    "import time\ndef slow(x, y):\n    time.sleep(0.002)\n    return x**2 + 3*y**2\n"
    "s = lab.descent(slow, (1.0, -1.0), lr=0.01, steps=5000); s",
]


@pytest.fixture(scope="module")
def seat(server, desk):
    server.write("descent.ipynb", CELLS)
    seat = desk(width=1300, height=1000).open(server, "descent.ipynb")
    assert seat.run_all() == []
    seat.page.wait_for_selector(".adl-level")
    return seat


@pytest.fixture
def node(seat):
    return seat.page.locator(".adl-widget").first


def table(node):
    return [[cell.inner_text() for cell in row.locator("th, td").all()] for row in node.locator("tr").all()]


def test_steps_are_played(seat, node):
    bar = node.get_by_label("step").first
    bar.focus()
    bar.press("Home")
    assert table(node)[1] == ["SGD", "1", "−1", "4"]
    node.get_by_role("button", name="Next", exact=True).click()
    assert table(node)[1] == ["SGD", "0.8", "−0.4", "1.12"]
    assert seat.comes_to("print(d.at)", "1")
    node.get_by_role("button", name="Play").click()
    node.get_by_role("button", name="Pause").wait_for()
    node.get_by_role("button", name="Play").wait_for()
    assert seat.comes_to("print(d.at)", "20")


def test_the_rate_moves_the_paths(seat, node):
    before = node.locator(".adl-path").first.get_attribute("points")
    rate = node.get_by_label("learning rate")
    rate.focus()
    rate.press("ArrowLeft")
    seat.page.wait_for_function(
        "([n, before]) => n.querySelector('.adl-path').getAttribute('points') !== before",
        arg=[node.element_handle(), before],
    )
    assert seat.comes_to("print(d.lr)", "0.0891")


def test_a_click_chooses_the_start_and_a_button_hides_a_path(seat, node):
    plot = node.locator(".adl-plot").first.bounding_box()
    seat.page.mouse.click(plot["x"] + plot["width"] * 0.6, plot["y"] + plot["height"] * 0.3)
    assert seat.comes_to("print(d.start != [1.0, -1.0])", "True")
    node.get_by_role("button", name="Adam").click()
    assert [row[0] for row in table(node)] == ["optimizer", "SGD", "momentum"]


def test_a_long_run_shows_how_far_it_is_and_stops(seat):
    node = seat.page.locator(".adl-widget").last
    bar = node.get_by_role("progressbar", name="Progress")
    bar.wait_for()
    assert node.get_by_label("initial x").input_value() == "1"
    before = bar.evaluate("n => n.value")
    seat.page.wait_for_function("([n, before]) => n.value > before", arg=[bar.element_handle(), before])
    assert re.fullmatch(r"Step \d+ of 5000", bar.get_attribute("aria-valuetext"))
    node.get_by_role("button", name="Stop").press("Enter")
    node.get_by_text(re.compile(r"Stopped after \d+ of 5000 steps\.")).first.wait_for()
    reached = int(seat.run("print(s.reached)"))
    assert 0 < reached < 5000 and len(table(node)) == 4
    assert node.get_by_label("step").first.get_attribute("max") == str(reached)
    assert seat.run("print(s.reached, s.stopped)") == f"{reached} True"
    assert seat.page.evaluate("() => document.activeElement.textContent") == "Go on"  # the focus stayed


def test_a_stopped_run_goes_on_and_a_new_rate_begins_another(seat):
    node = seat.page.locator(".adl-widget").last
    reached = int(seat.run("print(s.reached)"))
    node.get_by_role("button", name="Go on").click()
    bar = node.get_by_role("progressbar", name="Progress")
    seat.page.wait_for_function("([n, k]) => n.value > k", arg=[bar.element_handle(), reached])
    rate = node.get_by_label("learning rate")
    rate.focus()
    rate.press("ArrowRight")
    seat.page.wait_for_function("([n, k]) => n.value < k", arg=[bar.element_handle(), reached])
    assert seat.run("print(s.lr)") == "0.0112"
    seat.run("s.stopped = True")
    node.get_by_role("button", name="Go on").wait_for()


def test_no_complaint(seat):
    assert seat.quiet() == []
