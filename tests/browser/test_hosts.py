"""The widgets in marimo and in Voila: drawn, alive, and without a complaint of ours."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from .pages import Server, ended

CELLS = [
    "import autodiff_lab as th\nfrom autodiff_lab import lab\nlab.set_language('en')\nd = lab.derivative('tanh')\nd",
    "x = th.tensor(2.0, requires_grad=True)\ns = lab.stepper(x * x, names={'x': x})\ns",
    "import time\ndef slow(x, y):\n    time.sleep(0.002)\n    return x**2 + 3 * y**2\n"
    "r = lab.descent(slow, (1.0, -1.0), lr=0.01, steps=5000)\nr",
]
MARIMO = """import marimo

app = marimo.App()


@app.cell
def _():
    import autodiff_lab as th
    from autodiff_lab import lab

    lab.set_language("en")
    d = lab.derivative("tanh")
    d
    return lab, th


@app.cell
def _(lab, th):
    x = th.tensor(2.0, requires_grad=True)
    s = lab.stepper(x * x, names={"x": x})
    s
    return


@app.cell
def _(lab):
    import time

    def slow(x, y):
        time.sleep(0.002)
        return x**2 + 3 * y**2

    r = lab.descent(slow, (1.0, -1.0), lr=0.01, steps=5000)
    r
    return


if __name__ == "__main__":
    app.run()
"""
THEIRS = re.compile(
    "font-?awesome"  # Voila's own style sheets come from elsewhere
    "|@jupyter-notebook"  # Notebook 7's extension, which Voila's page cannot load
    "|LicensesClient"  # JupyterLite's, where the site's packages are installed too, which it cannot load either
    "|voila/files"  # an icon that is not there
)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module", params=["marimo", "voila"])
def seat(request, desk, tmp_path_factory):
    host = request.param
    if importlib.util.find_spec(host) is None:
        pytest.skip(f"{host} is not installed")
    home, port = tmp_path_factory.mktemp(host), free_port()
    if host == "marimo":
        (home / "page.py").write_text(MARIMO)
        command = [
            "marimo",
            "-q",
            "run",
            "page.py",
            "--headless",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-token",
        ]
    else:
        Server("", "", home).write("page.ipynb", CELLS)
        command = ["voila", "page.ipynb", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "XDG_CONFIG_HOME",
             "XDG_STATE_HOME", "XDG_CACHE_HOME")  # fmt: skip
    environment = {**os.environ, **{name: str(home / name.lower()) for name in names}}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=home, env=environment, stdout=log, stderr=log
        )
    with ended(process):
        wait_for(f"http://127.0.0.1:{port}", process, home / "log")
        seat = desk(width=1100, height=900)
        seat.page.goto(f"http://127.0.0.1:{port}")
        seat.page.locator(".adl-widget").nth(2).wait_for(timeout=60_000)
        yield seat


def wait_for(address, process, log):
    """Until somebody answers."""
    for _ in range(600):
        try:
            with urlopen(address, timeout=30):
                return
        except (URLError, OSError):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_the_widgets_are_drawn(seat):
    derivative, stepper, _ = seat.page.locator(".adl-widget").all()
    assert derivative.locator(".adl-curve").count() >= 2
    assert stepper.locator(".adl-node").count() == 2
    assert seat.page.locator(".adl-fault:visible").count() == 0


def test_the_stepper_steps(seat):
    stepper = seat.page.locator(".adl-widget").nth(1)
    stepper.get_by_role("button", name="End", exact=True).click()
    assert "grad = 4" in stepper.locator(".adl-drawing").text_content()


def test_python_answers(seat):
    derivative = seat.page.locator(".adl-widget").nth(0)
    derivative.get_by_label("function").first.select_option("relu")
    derivative.locator(".adl-key", has_text="relu(x)").first.wait_for()


def test_a_long_run_tells_how_far_it_is_and_stops(seat):
    descent = seat.page.locator(".adl-widget").nth(2)
    descent.get_by_role("button", name="Stop").click()
    descent.get_by_text(re.compile(r"Stopped after \d+ of 5000 steps\.")).first.wait_for()
    descent.locator(".adl-path").nth(2).wait_for(state="attached")
    assert descent.locator(".adl-path").count() == 3
    descent.get_by_role("button", name="Go on").click()
    descent.get_by_role("progressbar", name="Progress").wait_for()
    descent.get_by_role("button", name="Stop").click()
    descent.get_by_role("button", name="Go on").wait_for()


def test_no_complaint(seat):
    assert [said for said in seat.quiet() if not THEIRS.search(said)] == []
