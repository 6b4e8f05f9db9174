"""`lab.descent` under the hand: the rate, the start, the steps."""

import pytest

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')",
    "d = lab.descent(lambda x, y: x**2 + 3*y**2, (1.0, -1.0), lr=0.1, steps=20); d",
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
    return seat.page.locator(".adl-widget")


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


def test_no_complaint(seat):
    assert seat.quiet() == []
