"""The learner's function is wrong from the start, in one way after the other, then mended: what each widget says."""

import pytest

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')",
    "def f(x):\n    return missing * x\ne = lab.explore(f, x=2.0); e",
    "d = lab.derivative(f); d",
    "s = lab.descent(f, 2.0, steps=5); s",
    "t = lab.forward_reverse(f, x=2.0); t",
]
# the function's second line, what explore, derivative, descent and forward_reverse then say
WRONG = [
    ("return missing * x", ["NameError: name 'missing' is not defined"] * 4),
    ("x * 2", [f"{who} returned NoneType" for who in ("it", "it", "the function", "it")]),
    ("return 'no'", [f"{who} returned str" for who in ("it", "it", "the function", "it")]),
    ("return x * th.ones(3) @ th.ones(2)", ["RuntimeError: inconsistent tensor size"] * 3 + ["RuntimeError"]),
    ("return x / [][0]", ["IndexError: list index out of range"] * 4),
]
GOOD = "return x * x"


@pytest.fixture(scope="module")
def seat(server, desk):
    server.write("faults.ipynb", CELLS)
    seat = desk(width=1300, height=1000).open(server, "faults.ipynb")
    assert seat.run_all() == []
    seat.page.wait_for_function("() => document.querySelectorAll('.adl-widget').length === 4")
    return seat


def define(seat, line):
    source = f"def f(x):\n    {line}\n"
    cached = (len(source), None, source.splitlines(True), "<f>")
    code = f"import linecache; linecache.cache['<f>'] = {cached!r}; exec(compile({source!r}, '<f>', 'exec'))"
    assert seat.run(code) == ""


@pytest.mark.parametrize("line, said", WRONG, ids=[line for line, _ in WRONG])
def test_what_is_wrong_is_said_with_its_line(seat, line, said):
    define(seat, line)
    for node, words in zip(seat.page.locator(".adl-widget").all(), said):
        fault = node.get_by_role("alert")
        fault.get_by_role("button", name="Try again").press("Enter")
        fault.filter(has_text=words).wait_for()
        assert (line if "returned" not in words else "def f(x):") in fault.inner_text()
        assert ("Is return missing?" in fault.inner_text()) == ("NoneType" in words)
        assert seat.page.evaluate("() => document.activeElement.textContent") == "Try again"


def test_it_is_drawn_when_the_function_is_mended(seat):
    define(seat, GOOD)
    signs = [".adl-node", ".adl-curve", ".adl-path", ".adl-table"]
    for node, drawn in zip(seat.page.locator(".adl-widget").all(), signs):
        node.get_by_role("button", name="Try again").press("Enter")
        node.get_by_role("alert").wait_for(state="hidden")
        node.locator(drawn).first.wait_for(state="attached")
        assert node.evaluate(
            "n => n.contains(document.activeElement)"
        )  # the focus is not lost with the button
    said = "print(e.grads, d.slope == 2 * d.point, s.reached, t.tables['forward']['rows'][-1]['primal']['value'])"
    assert seat.run(said) == "{'x': 4.0} True 5 4"
    tables = seat.page.locator(".adl-widget").last
    tables.get_by_role("button", name="Next").press("Enter")
    tables.locator(".adl-row-now").first.wait_for(state="attached")


def test_a_start_from_which_no_way_leads_down_is_told(seat):
    define(seat, "return th.log(x)")
    node = seat.page.locator(".adl-widget").nth(2)
    field = node.get_by_label("initial x")
    field.fill("-1")
    field.press("Enter")
    node.get_by_role("alert").filter(has_text="At the start the loss is nan").wait_for()
    field.fill("2")
    field.press("Enter")
    node.get_by_role("alert").wait_for(state="hidden")


def test_no_complaint(seat):
    assert seat.quiet() == []
