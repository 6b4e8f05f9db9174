"""`lab.stepper` in a page, with the kernel and without: next, back, keys, play, quiz."""

import pytest

from .pages import exported

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')\n"
    "x1 = th.tensor(2., requires_grad=True)\nx2 = th.tensor(5., requires_grad=True)\n"
    "y = th.log(x1) + x1 * x2 - th.sin(x2)",
    "s = lab.stepper(y); s",
]


@pytest.fixture(scope="module")
def seat(server, desk):
    server.write("stepper.ipynb", CELLS)
    seat = desk(width=1300, height=1000).open(server, "stepper.ipynb")
    assert seat.run_all() == []
    seat.page.wait_for_selector(".adl-widget")
    return seat


@pytest.fixture(scope="module")
def page(server, desk, seat):
    """The notebook, run and exported to HTML; the kernel is not there."""
    return exported(server.folder, "stepper", desk(width=1300, height=1000))


@pytest.fixture(params=["kernel", "exported"])
def node(request):
    seat = request.getfixturevalue("seat" if request.param == "kernel" else "page")
    node = seat.page.locator(".adl-widget")
    node.scroll_into_view_if_needed()
    if node.get_by_role("button", name="Start", exact=True).is_enabled():
        press(node, "Start")
    return node


def box(node, name):
    return node.locator(f".adl-node:has(tspan:text-is('{name}'))").first


def press(node, name, times=1):
    for _ in range(times):
        node.get_by_role("button", name=name, exact=True).click()


def test_values_come_first_and_then_gradients(node):
    assert "?" in box(node, "x1").text_content()
    press(node, "Next")
    assert "2" in box(node, "x1").text_content()
    press(node, "Next", 7)
    assert "11.652" in box(node, "y").text_content() and "adjoint = 1" in box(node, "y").text_content()
    assert "adjoint" not in box(node, "x2").text_content()
    press(node, "End")
    assert "grad = 5.5" in box(node, "x1").text_content()
    assert "grad = 1.7163" in box(node, "x2").text_content()
    press(node, "Back")
    assert "adjoint = 1.7163" in box(node, "x2").text_content()


def test_a_fork_shows_the_sum(node):
    while (
        "other path" not in node.locator(".adl-sentence").text_content()
        and "another" not in node.locator(".adl-sentence").text_content()
    ):
        press(node, "Next")
    lines = node.locator(".adl-sum math").all()
    assert len(lines) == 3 and "+=" in lines[0].text_content()


def test_keys_step_and_leave_the_notebook_alone(node):
    press(node, "Next")
    node.get_by_role("button", name="Next", exact=True).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        node.page.keyboard.press(key)
    assert "step 2 of 18" in node.locator(".adl-phase").text_content().lower()
    node.page.keyboard.press("End")
    assert "step 18 of 18" in node.locator(".adl-phase").text_content().lower()
    node.page.keyboard.press("Home")
    assert "18 steps" in node.locator(".adl-phase").text_content().lower()


def test_it_plays_by_itself(node):
    node.locator("select").select_option("4")
    press(node, "Play")
    node.page.wait_for_function(
        "n => /step [3-9] /.test(n.querySelector('.adl-phase').textContent)", arg=node.element_handle()
    )
    press(node, "Pause")
    before = node.locator(".adl-phase").text_content()
    node.page.wait_for_timeout(600)
    assert node.locator(".adl-phase").text_content() == before


def test_the_quiz_asks_before_it_tells(node):
    quiz = node.get_by_role("switch")
    quiz.click()
    press(node, "Next")
    assert "?" in box(node, "x1").text_content()
    node.locator(".adl-answer").fill("nothing")
    press(node, "Check")
    assert "Write a number" in node.locator(".adl-verdict").text_content()
    node.locator(".adl-answer").fill("-2")
    press(node, "Check")
    assert "sign" in node.locator(".adl-verdict").text_content()
    node.locator(".adl-answer").fill("2,0")
    node.locator(".adl-answer").press("Enter")
    assert "2" in box(node, "x1").text_content() and "0 of 1" in node.locator(".adl-phase").text_content()
    press(node, "Next")
    node.locator(".adl-answer").fill("0.69")
    press(node, "Check")
    assert "1 of 2" in node.locator(".adl-phase").text_content()
    quiz.click()


def test_python_knows_the_step(seat):
    node = seat.page.locator(".adl-widget")
    press(node, "End")
    assert seat.comes_to("print(s.at)", "18")
    seat.run("s.at = 3")
    seat.page.wait_for_function("() => /step 3 of/.test(document.querySelector('.adl-phase').textContent)")


def test_no_complaint(seat, page):
    assert seat.quiet() == []
    assert page.quiet() == []
