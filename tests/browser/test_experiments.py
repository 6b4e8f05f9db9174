"""The experiments and the two tables in a real page: a press, a switch, a step, and what the page then says."""

import pytest

from .pages import cut_off

CELLS = [
    "from autodiff_lab import lab\nimport autodiff_lab as th\nlab.set_language('en')\na = lab.accumulation()\na",
    "i = lab.inplace()\ni",
    "m = lab.modes()\nm",
    "t = lab.forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2 - th.sin(x2), x1=2., x2=5.)\nt",
]


@pytest.fixture(scope="module")
def seat(server, desk):
    server.write("experiments.ipynb", CELLS)
    seat = desk().open(server, "experiments.ipynb")
    assert seat.run_all() == []
    seat.page.wait_for_function("() => document.querySelectorAll('.adl-widget').length === 4")
    return seat


def widget(seat, at):
    return seat.page.locator(".jp-Cell").nth(at).locator(".adl-widget")


def fact(node, label, column=0):
    facts = node.locator(".adl-column").nth(column).locator(".adl-fact")
    return facts.filter(has=node.page.locator(f"b:text-is('{label}')")).locator("output").inner_text()


def says(seat, node, text):
    """Waits until the widget says this."""
    seat.page.wait_for_function("([n, t]) => n.innerText.includes(t)", arg=[node.element_handle(), text])
    return True


def test_gradients_add_up_and_a_second_pass_is_refused(seat):
    node = widget(seat, 0)
    press = lambda line: node.get_by_role("button", name=line, exact=True).click()
    press("f.backward(retain_graph=True)")
    assert says(seat, node, "x.grad = 24")
    press("f.backward()")
    assert says(seat, node, "x.grad = 48")
    press("f.backward()")
    assert says(seat, node, "backward through the graph a second time")
    assert fact(node, "x.grad") == "48"
    node.get_by_role("button", name="Undo").click()
    seat.page.wait_for_function("n => !n.innerText.includes('a second time')", arg=node.element_handle())
    press("x.grad = None")
    assert says(seat, node, "x.grad = None")
    assert seat.comes_to("print(a.pressed)", "['retain', 'backward', 'clear']")


def test_a_write_over_what_was_saved_is_refused(seat):
    node = widget(seat, 1)
    node.get_by_role("button", name="y.mul_(2)", exact=True).click()
    assert says(seat, node, "no: y is at version 1, and was saved at 0")
    node.get_by_role("button", name="y.backward(retain_graph=True)", exact=True).click()
    assert says(seat, node, "modified by an inplace operation")
    node.get_by_role("switch", name="use sin instead of exp").click()
    assert says(seat, node, "yes: what was saved is unchanged")
    assert seat.comes_to("print(i.switched, i.pressed)", "['sin'] ['mul', 'backward']")


def test_a_switch_takes_the_gradient_away_in_the_second_column_alone(seat):
    node = widget(seat, 2)
    assert fact(node, "w.grad", 1) == "4"
    switch = node.get_by_role("switch", name="no_grad on line 3")
    switch.click()
    assert says(seat, node, "with th.no_grad(): h = w * w")
    assert (fact(node, "w.grad", 0), fact(node, "w.grad", 1)) == ("4", "None")
    assert fact(node, "memory they hold", 1) == "0 bytes"
    assert switch.get_attribute("aria-checked") == "true"


def test_the_tables_fill_row_by_row_and_count_the_cost(seat):
    node = widget(seat, 3)
    step = node.get_by_role("button", name="Next", exact=True)
    numbers = [cell for cell in node.locator("td.adl-num > *").all() if cell.text_content()]
    rows = [row.get_by_role("cell").count() for row in node.locator("tbody tr").all()]
    assert set(rows) == {4}  # each cell under its head, told or not
    assert len(numbers) > 20 and not any(cell.is_visible() for cell in numbers)  # none is told beforehand
    for _ in range(3):
        step.click()
    told = ["2", "1", "5", "0", "0.69315", "0.5"], ["2", "5", "0.69315"]  # forward, reverse
    assert [cell.text_content() for cell in numbers if cell.is_visible()] == [*told[0], *told[1]]
    assert "v₁ = ln(v₋₁) = 0.69315" in node.locator(".adl-says").inner_text()
    step.press("End")
    assert "1.7163" in node.inner_text()
    assert node.locator(".adl-cell-later").count() == 0 and all(cell.is_visible() for cell in numbers)
    step.press("Home")
    assert node.locator(".adl-cell-later").count() > 20
    node.get_by_role("slider", name="inputs n").press("End")
    assert "passes: 1000000" in node.inner_text()
    assert seat.comes_to("print(t.at)", "0")


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("width", [400, 900, 2000])
def test_nothing_is_cut_off(seat, at, width):
    node = widget(seat, at)
    assert cut_off(node, width, ".adl-table-scroll *, .adl-voice") == []


def test_no_complaint(seat):
    assert seat.quiet() == []
