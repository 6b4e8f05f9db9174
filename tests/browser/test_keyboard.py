"""Every widget by the keyboard alone and for a screen reader: what Tab reaches, what is seen of it, what is said.

In JupyterLab and in Notebook 7, where the notebook wants the keys for itself.
"""

import re

import pytest

FIRST = "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')\n"
# name → the code; the control that is used, and how; the key; what the widget then says
WIDGETS = {
    "explore": ("lab.explore(lambda x, y, n: x * y + th.sin(x) * n, x=2.0, y=3.0, n=2)",
                ("slider", "value of x"), "ArrowRight", r"result = .* = 7\.86\d*; x\.grad = 2\.13\d*; y\.grad = 2\.02"),
    "stepper": ("x = th.tensor(2.0, requires_grad=True); lab.stepper(x * x, names={'x': x})",
                ("button", "Next"), "Enter", r"x = 2 \(leaf\)\."),
    "derivative": ("lab.derivative(['sigmoid', 'relu'], order=2)",
                   ("slider", re.compile("point on the curve")), "Home", r"At x = −4, sigmoid\(x\) = 0\.01"),
    "descent": ("lab.descent(lambda x, y: x**2 + 3 * y**2, (2.0, 1.0), lr=0.1, steps=5)",
                ("slider", "learning rate"), "ArrowRight", r"SGD: loss 0\.\d+; momentum: loss \d.*; Adam: loss \d"),
    "forward_reverse": ("lab.forward_reverse(lambda x1, x2: th.log(x1) + x1 * x2, x1=2.0, x2=5.0)",
                        ("slider", "outputs m"), "End", "passes: 1000000; operations"),
    "accumulation": ("lab.accumulation()", ("button", "f.backward()"), "Enter", r"f\.backward\(\).*x\.grad: 24"),
    "inplace": ("lab.inplace()", ("button", "y.mul_(2)"), " ", r"y\._version: 1.*saved at 0"),
    "modes": ("lab.modes()", ("switch", "no_grad on line 3"), " ", r"w\.grad: None"),
}  # fmt: skip
NAMED = re.compile(
    r"^\s*- '?(button|slider|switch|spinbutton|combobox|textbox|checkbox|progressbar|region|img)\b(?! \")"
)
# what the focus can go to, as the page itself tells by trying
STOPS = """(root) => [...root.querySelectorAll("*")].filter((e) => e.tabIndex >= 0 && e.checkVisibility())"""
# where the focus is, and how that looks: outlines, and strokes of what is drawn
FOCUSED = """(root) => {
  const e = document.activeElement;
  if (!root.contains(e)) return null;
  const looks = () => [e, ...e.querySelectorAll(".adl-box, .adl-halo")]
    .map((n) => getComputedStyle(n)).map((s) => [s.outlineStyle, s.outlineWidth, s.stroke, s.strokeWidth]).join();
  const [before, number] = [looks(), (STOPS)(root).indexOf(e)];
  e.blur();
  const after = looks();
  e.focus();
  return { number, seen: before !== after, html: e.outerHTML.slice(0, 90) };
}""".replace("STOPS", STOPS)
LIVE = """(root) => [...root.querySelectorAll("[aria-live], [role=status], [role=alert], output")]
  .filter((e) => e.getAttribute("aria-live") !== "off").map((e) => e.className)"""


@pytest.fixture(scope="module", params=["lab", "notebook"])
def seat(request, server, desk):
    name = f"keyboard-{request.param}.ipynb"
    server.write(name, [FIRST + code for code, *_ in WIDGETS.values()])
    seat = desk(width=1300, height=1000).open(server, name, request.param)
    assert seat.run_all() == []
    seat.page.wait_for_function(f"() => document.querySelectorAll('.adl-widget').length === {len(WIDGETS)}")
    return seat


@pytest.fixture(params=WIDGETS)
def named(request, seat):
    return request.param, seat.page.locator(".adl-widget").nth(list(WIDGETS).index(request.param))


def test_every_control_has_a_name_and_one_voice_speaks(seat, named):
    _, node = named
    assert [line for line in node.aria_snapshot().splitlines() if NAMED.search(line)] == []
    assert sorted(node.evaluate(LIVE)) == ["adl-fault", "adl-voice"]


def test_tab_reaches_every_control_is_seen_there_and_goes_on(seat, named):
    _, node = named
    count = node.evaluate(f"(root) => ({STOPS})(root).length")
    assert count
    node.evaluate(f"(root) => ({STOPS})(root)[0].focus()")
    stops = [node.evaluate(FOCUSED)]
    for _ in range(count + 2):
        seat.page.keyboard.press("Tab")
        stop = node.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
    assert [stop["number"] for stop in stops] == list(
        range(count)
    )  # in the order of the page, each once, then out
    assert [stop["html"] for stop in stops if not stop["seen"]] == []
    node.evaluate(f"(root) => ({STOPS})(root)[0].focus()")
    seat.page.keyboard.press("Shift+Tab")
    assert node.evaluate(FOCUSED) is None  # and out backwards


def test_a_key_acts_and_the_result_is_said(seat, named):
    name, node = named
    _, (role, label), key, said = WIDGETS[name]
    cells = seat.page.locator(".jp-Cell").count()
    control = node.get_by_role(role, name=label, exact=True).first
    control.focus()
    seat.page.keyboard.press(key)
    seat.page.wait_for_function(
        "([n, said]) => new RegExp(said).test(n.querySelector('.adl-voice').textContent)",
        arg=[node.element_handle(), said],
    )
    assert control.evaluate("n => n === document.activeElement")  # the focus stayed where it was
    for key in ("b", "d", "d", "x"):  # the notebook's own keys are not the widget's
        seat.page.keyboard.press(key)
    assert seat.page.locator(".jp-Cell").count() == cells


def test_no_complaint(seat):
    assert seat.quiet() == []
