"""Names, values and errors that look like markup are text, with a kernel and in an exported page."""

import pytest

from .pages import exported

BAD = (
    "</script><script>window.ran=1</script><!--<script><img src=x onerror=window.ran=1>"
    "\"'`\\n\\u202e\\u0000${window.ran=1}"
)
CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')\n"
    f"bad = {BAD!r}.encode().decode('unicode_escape')\n"
    "x = th.tensor(2., requires_grad=True)\ny = x * 3\n"
    "def named(name):\n    def f(x):\n        if x > 3:\n            raise ValueError(bad + name)\n"
    "        return x * x\n    f.__name__ = name\n    return f",
    "lab.stepper(y, names={bad: x, 'y' + 'long' * 2500: y})",
    "e = lab.explore(named(bad), x=2.0); e",
    "lab.explore(y, names={bad: x})",
    "lab.derivative({bad: th.sin, bad * 100: th.cos})",
    "lab.graph(y, names={bad: x, bad + '2': y})",
    "e.set(x=4.0)",
]


@pytest.fixture(scope="module", params=["kernel", "exported"])
def seat(request, server, desk):
    name = f"hostile-{request.param}"
    server.write(f"{name}.ipynb", CELLS)
    if request.param == "exported":
        return exported(server.folder, name, desk(width=1300, height=1000))
    seat = desk(width=1300, height=1000).open(server, f"{name}.ipynb")
    assert seat.run_all() == []
    seat.page.locator(".adl-fault").nth(1).wait_for(state="visible")
    return seat


def test_no_script_of_a_name_runs(seat):
    page = seat.page
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.ran") is None
    assert page.locator("img[src=x]").count() == 0
    assert seat.quiet() == []


def test_names_are_seen_as_they_are(seat):
    drawing = seat.page.locator(".adl-drawing").first
    assert "</script><script>" in drawing.text_content() and "\u202e" not in drawing.text_content()
    if not seat.page.url.startswith("file:"):  # the export was made before the error
        fault = seat.page.locator(".adl-fault", has_text="ValueError").first
        assert "<script>window.ran=1</script>" in fault.text_content()


def test_a_name_of_ten_thousand_letters_is_cut_off(seat):
    assert seat.page.locator(".adl-drawing").first.evaluate("n => n.getBoundingClientRect().width") < 2000
