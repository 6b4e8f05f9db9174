"""Run every notebook of the course and store its outputs: `make notebooks`.

A second run leaves every file as it is. So what differs from run to run, or names this machine, is not
stored: timings, the interpreter's version, widgets' model numbers and states, and the frames of a traceback
that lie outside the notebook.

    python notebooks/execute.py [NOTEBOOK ...]
"""

import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def main(paths):
    paths = [Path(path) for path in paths] or sorted(HERE.glob("e[sn]/*.ipynb"))
    for path in paths:
        before = path.read_text(encoding="utf-8")
        after = executed(before, path.parent)
        if after == before:
            print(f"{path}: as it was")
            continue
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_text(after, encoding="utf-8")
        os.replace(temporary, path)
        print(f"{path}: stored")


def executed(text, folder):
    """The notebook ``text``, run from top to bottom in ``folder`` by a fresh kernel, as text again.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell raises that is not tagged ``raises-exception``.
    """
    notebook = nbformat.reads(text, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                output.traceback = [frame for frame in output.traceback if not is_outside(frame)]
            elif "data" in output:
                output.data.pop(WIDGET_VIEW, None)
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def is_outside(frame):
    """Whether a frame of a traceback, as IPython writes it, lies in a file and not in a cell."""
    return COLOUR.sub("", frame).startswith("File ")


if __name__ == "__main__":
    main(sys.argv[1:])
