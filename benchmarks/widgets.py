"""How quickly the widgets answer: ``python benchmarks/widgets.py``, and the end of ``make bench``.

Python's part of an update, in processor time; and what the page does with it, in Chromium, on a page without a kernel:
a step of the stepper from the click to the new layout, and how often a second the derivative is redrawn while its
point is dragged. Medians of 20. Where there is no Chromium, that is said.
"""

import base64
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import autodiff_lab as th
from autodiff_lab import lab
from autodiff_lab.lab.widgets.base import style

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chain(x, y, turns):
    """A function whose graph has about ``4 * turns + 3`` nodes."""
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


def page_of(widget):
    """A page that holds the widget and needs no kernel."""
    state = {k: v for k, v in widget.get_state().items() if not k.startswith("_") and k != "layout"}
    raw = [k for k, v in state.items() if isinstance(v, (bytes, memoryview))]
    packed = {k: base64.b64encode(bytes(state.pop(k))).decode() for k in raw}
    script = widget._esm.replace("export default ", "const shown = ")
    return (
        f'<!DOCTYPE html><meta charset="utf-8"><style>{style()}</style><div id="place"></div>'
        f"<script>(() => {{{script}\n"
        f"const state = {json.dumps(state)}; const packed = {json.dumps(packed)};\n"
        "for (const [k, v] of Object.entries(packed))"
        " state[k] = new DataView(Uint8Array.from(atob(v), (c) => c.charCodeAt(0)).buffer);\n"
        "alone(shown, state, document.getElementById('place'));\n})();</script>"
    )


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


def in_browser():
    """(milliseconds of a step, redraws a second while dragging), or None where there is no Chromium."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if path is None:
        return None
    x, y = th.tensor(1.0, requires_grad=True), th.tensor(1.0, requires_grad=True)
    stepper = lab.stepper(chain(x, y, 4), names={"x": x, "y": y})
    results = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=root)
        for widget, script in ((stepper, STEP), (lab.derivative("gelu", order=2), DRAG)):
            file = Path(folder) / "page.html"
            file.write_text(page_of(widget), encoding="utf-8")
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

    for turns, goal in ((4, 5), (23, None)):
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
        tell(
            "stepper, next, 23 nodes, from the click to the new layout",
            found[0],
            "ms",
            "at most 16 ms",
            found[0] <= 16,
        )
        tell("derivative, redrawn while dragging", found[1], "times a second", "at least 45", found[1] >= 45)
    return said, missed


if __name__ == "__main__":
    said, missed = lines()
    print("\n".join(said))
    sys.exit(0)
