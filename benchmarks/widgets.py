"""How quickly the widgets answer: ``python benchmarks/widgets.py``, and the end of ``make bench``.

Python's part of an update, in processor time; the whole way in JupyterLab, from a slider that is moved through the
kernel to the new layout; and on a page without a kernel a step of the stepper, from the click to the new layout, and
how often a second the derivative is redrawn while its point is dragged. Medians of 20. Where there is no Chromium, that
is said.
"""

import inspect
import statistics
import sys
import tempfile
import time
from pathlib import Path

import autodiff_lab as th
from autodiff_lab import lab

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser import pages


def chain(x, y, turns):
    """A function whose graph has ``5 * turns + 3`` nodes."""
    s = x * y
    for _ in range(turns):
        s = th.sin(s) * x + th.exp(-y)
    return s


def update(turns):
    """Milliseconds of processor time that Python needs for one move of a slider, and the number of nodes."""
    explorer = lab.explore(chain, x=1.0, y=1.0, turns=turns)
    times = []
    for k in range(25):
        start = time.process_time()
        explorer.set(x=1.0 + k / 100)
        times.append((time.process_time() - start) * 1e3)
    return statistics.median(times[5:]), len(explorer.run["scene"]["boxes"])


SLIDE = """async () => {
  const slider = document.querySelector(".adl-input input[type=range]");
  const drawing = document.querySelector(".adl-drawing");
  const times = [];
  for (let k = 0; k < 25; k++) {
    const start = performance.now();
    slider.value = 1.5 + k / 10;
    const drawn = new Promise((done) => {
      const observer = new MutationObserver(() => (observer.disconnect(), done()));
      observer.observe(drawing, { subtree: true, childList: true, characterData: true });
    });
    slider.dispatchEvent(new Event("input"));
    await drawn;
    drawing.getBoundingClientRect();
    times.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 100));
  }
  return times.slice(5).sort((a, b) => a - b)[10];
}"""
STEP = """async () => {
  const next = document.querySelector(".adl-player .adl-main");
  const times = [];
  for (let k = 0; k < 25; k++) {
    const start = performance.now();
    next.click();
    document.querySelector(".adl-drawing").getBoundingClientRect();
    times.push(performance.now() - start);
    await new Promise((done) => requestAnimationFrame(done));
  }
  return times.slice(5).sort((a, b) => a - b)[10];
}"""
DRAG = """async () => {
  const plot = document.querySelector(".adl-plot");
  const { left, top, width, height } = plot.getBoundingClientRect();
  plot.setPointerCapture = () => {};
  plot.hasPointerCapture = () => true;
  let redraws = 0;
  const start = performance.now();
  while (performance.now() - start < 1000) {
    const x = left + width * (0.2 + 0.6 * ((performance.now() - start) / 1000));
    plot.dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: top + height / 2, pointerId: 1 }));
    await new Promise((done) => requestAnimationFrame(done));
    redraws += 1;
  }
  return redraws;
}"""


def in_kernel(browser, folder):
    """Milliseconds from a slider that is moved in JupyterLab to the new layout, for 23 and for 98 nodes."""
    times = []
    with pages.jupyter(Path(folder)) as server:
        for turns in (4, 19):
            cell = f"lab.explore(chain, x=1.0, y=1.0, turns={turns})"
            setting = "import autodiff_lab as th\nfrom autodiff_lab import lab\n"
            server.write(f"{turns}.ipynb", [setting + inspect.getsource(chain), cell])
            seat = pages.Watched(browser.new_page(viewport={"width": 1300, "height": 1000}))
            seat.open(server, f"{turns}.ipynb")
            assert seat.run_all() == []
            seat.page.wait_for_selector(".adl-drawing .adl-node")
            times.append(seat.page.evaluate(SLIDE))
            seat.page.close()
    return times


def in_browser():
    """(milliseconds of an update of 23 and of 98 nodes and of a step, redraws a second while dragging), or None."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if pages.chromium() is None:
        return None
    x, y = th.tensor(1.0, requires_grad=True), th.tensor(1.0, requires_grad=True)
    stepper = lab.stepper(chain(x, y, 4), names={"x": x, "y": y})
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = pages.launched(playwright)
        results = in_kernel(browser, folder)
        for widget, script in ((stepper, STEP), (lab.derivative("gelu", order=2), DRAG)):
            file = Path(folder) / "page.html"
            file.write_text(pages.page_of(widget), encoding="utf-8")
            page = browser.new_page()
            page.goto(file.as_uri())
            page.wait_for_timeout(300)
            results.append(page.evaluate(script))
        browser.close()
    return results


def lines():
    """What was measured, in words with its goal, and how many goals were missed."""
    said, missed = [], 0

    def tell(what, value, unit, goal, met):
        nonlocal missed
        missed += not met
        said.append(f"{what}: {value:.1f} {unit} (goal: {goal} {'✓' if met else '✗'})")

    for turns, goal in ((4, 5), (19, None)):
        value, nodes = update(turns)
        if goal is None:
            said.append(f"Python's part of an update of {nodes} nodes: {value:.1f} ms")
        else:
            tell(
                f"Python's part of an update of {nodes} nodes",
                value,
                "ms",
                f"at most {goal} ms",
                value <= goal,
            )
    found = in_browser()
    if found is None:
        said.append("no Chromium, or no playwright: what the page does was not measured")
    else:
        for what, value, most in (
            ("slider moved in JupyterLab, 23 nodes, to the new layout", found[0], 50),
            ("slider moved in JupyterLab, 98 nodes, to the new layout", found[1], 100),
            ("stepper, next, 23 nodes, from the click to the new layout", found[2], 16),
        ):
            tell(what, value, "ms", f"at most {most} ms", value <= most)
        tell("derivative, redrawn while dragging", found[3], "times a second", "at least 45", found[3] >= 45)
    return said, missed


if __name__ == "__main__":
    said, missed = lines()
    print("\n".join(said))
    sys.exit(0)
