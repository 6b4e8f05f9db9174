"""Chromium and Jupyter on this machine, and pages that keep what they complain of: for the tests and the benchmark.

Nothing but loopback is spoken to.
"""

import base64
import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from autodiff_lab.lab.widgets.base import style

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none", "autoStartDefaultKernel": True},
    "docmanager-extension/plugin": {"autosave": False},
}  # fmt: skip
EMPTY = {"metadata": {}, "outputs": [], "execution_count": None}
HARMLESS = (  # what the front ends themselves say, whatever the notebook holds
    "the 'allow-scripts' and 'allow-same-origin'",
    "Download the React DevTools",
    "Cannot read properties of undefined (reading 'schema')",  # Notebook 7.6, of an empty notebook too
    ".woff",  # MathJax's fonts, which JupyterLab asks for without its cookie
    "doesn't exist in shared scope",  # an extension of another package of the same environment
    "Command 'filebrowser:open-path' not registered",  # likewise
)


def chromium():
    """The path of the system's Chromium, None if there is none."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def cut_off(node, width, exempt):
    """What sticks out of a widget on the right when it is ``width`` pixels wide, but for what lies in ``exempt``."""
    return node.evaluate(
        """async (n, [width, exempt]) => {
          n.style.width = width + "px";
          await new Promise((done) => setTimeout(done, 150));
          const edge = n.getBoundingClientRect().right;
          const out = [...n.querySelectorAll("*")].filter((e) => !e.closest(exempt)
            && e.getBoundingClientRect().width && e.getBoundingClientRect().right > edge + 1);
          n.style.width = "";
          return out.map((e) => e.outerHTML.slice(0, 80));
        }""",
        [width, exempt],
    )


def launched(playwright):
    """The system's Chromium, without a window."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=chromium(), args=[*root, "--disable-gpu"])


@contextlib.contextmanager
def ended(process):
    """A server that is ended when the block is left."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def jupyter(home):
    """JupyterLab, with Notebook 7 beside it, on loopback, in a folder and with settings of its own."""
    for name, values in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    work = home / "work"
    work.mkdir()
    folders = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "JUPYTER_DATA_DIR": "data",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
    }  # fmt: skip
    environment = {**os.environ, **{name: str(home / folder) for name, folder in folders.items()}}
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--port=0",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}", "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
    ]  # fmt: skip
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    with ended(process):
        yield Server(_address(process, home), token, work)


def _address(process, home):
    """Where the server listens, as it writes it down itself."""
    for _ in range(600):
        for file in (home / "runtime").glob("jpserver-*.json"):
            try:
                return json.loads(file.read_text())["url"].rstrip("/")
            except ValueError:  # half written
                pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'log').read_text()}")


class Server:
    def __init__(self, url, token, folder):
        self.url, self.token, self.folder = url, token, folder

    def write(self, name, cells):
        """A notebook of these code cells in the server's folder."""
        nodes = [
            {"cell_type": "code", "id": f"cell-{k}", "source": source, **EMPTY}
            for k, source in enumerate(cells)
        ]
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = {"cells": nodes, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / name).write_text(json.dumps(notebook), encoding="utf-8")


class Watched:
    """A page, and everything it complains of."""

    def __init__(self, page):
        self.page, self.complaints = page, []
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message):
        if message.type == "error":
            self._error(f"{message.text} ({message.location.get('url', '')})")

    def _error(self, error):
        if not any(text in str(error) for text in HARMLESS):
            self.complaints.append(f"error: {error}")

    def _request(self, request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self.complaints.append(f"external: {request.url}")

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # the page itself let go of it
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _response(self, response):
        if response.status >= 400:
            self._error(f"{response.status}: {response.url}")

    def quiet(self):
        """What the page complained of; nothing, one hopes."""
        return self.complaints

    # -- notebooks -----------------------------------------------------------------------------------------------

    def open(self, server, notebook, front="lab"):
        """Open a notebook in JupyterLab (``"lab"``) or Notebook 7 (``"notebook"``) and wait for its kernel."""
        stem = re.sub(r"\W", "-", Path(notebook).stem)
        path = f"lab/workspaces/{stem}/tree/{notebook}" if front == "lab" else f"notebooks/{notebook}"
        self.page.goto(f"{server.url}/{path}?token={server.token}")
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell?.currentWidget?.sessionContext", timeout=60_000
        )
        self.page.wait_for_selector(".jp-Cell")
        self.page.evaluate(
            "async () => { const c = window.jupyterapp.shell.currentWidget; await c.context.ready;"
            " await c.sessionContext.ready; await c.sessionContext.session?.kernel?.info; }"
        )
        return self

    def run_all(self, timeout=90):
        """Run every cell; what raised an error, as texts."""
        page = self.page
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
            ".every(p => /\\[\\d+\\]/.test(p.textContent))",
            timeout=timeout * 1000,
        )
        return page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.context.model.toJSON().cells
              .flatMap((cell) => cell.outputs ?? []).filter((output) => output.output_type === "error")
              .map((output) => output.ename + ": " + output.evalue)"""
        )

    def run(self, code):
        """Run code in the notebook's kernel, beside its cells; what it prints."""
        return self.page.evaluate(
            """async (code) => {
              const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
              const future = kernel.requestExecute({ code, store_history: false });
              let said = "";
              future.onIOPub = (m) => {
                if (m.header.msg_type === "stream") said += m.content.text;
                if (m.header.msg_type === "error") said += m.content.ename + ": " + m.content.evalue;
              };
              await future.done;
              return said;
            }""",
            code,
        ).strip()

    def comes_to(self, code, expected):
        """Whether the kernel comes to print this; the page's messages wait until the kernel is idle."""
        for _ in range(50):
            if self.run(code) == expected:
                return True
            self.page.wait_for_timeout(100)
        return False


def exported(folder, name, opened):
    """A notebook of the folder, run and exported to HTML by nbconvert, opened from disk: no kernel, no network."""
    command = ["-m", "nbconvert", "--to", "html", "--execute", f"{name}.ipynb", "--output", name,
               "--ExecutePreprocessor.store_widget_state=False", "--HTMLExporter.mathjax_url=",
               "--HTMLExporter.require_js_url="]  # fmt: skip
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    opened.page.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort()
    )
    opened.page.goto((folder / f"{name}.html").as_uri())
    opened.page.wait_for_selector(".adl-widget")
    return opened


def page_of(widget, live=False):
    """A page that holds the widget and needs no kernel; ``live`` shows also what would ask one."""
    state = {k: v for k, v in widget.get_state().items() if not k.startswith("_") and k != "layout"}
    raw = [k for k, v in state.items() if isinstance(v, (bytes, memoryview))]
    packed = {k: base64.b64encode(bytes(state.pop(k))).decode() for k in raw}
    script = widget._esm.replace("export default ", "const shown = ")
    script = script.replace("alone: true", "alone: false") if live else script
    return (
        f'<!DOCTYPE html><meta charset="utf-8"><style>{style()}</style><div id="place"></div>'
        f"<script>(() => {{{script}\n"
        f"const state = {json.dumps(state)}; const packed = {json.dumps(packed)};\n"
        "for (const [k, v] of Object.entries(packed))"
        " state[k] = new DataView(Uint8Array.from(atob(v), (c) => c.charCodeAt(0)).buffer);\n"
        "alone(shown, state, document.getElementById('place'));\n})();</script>"
    )
