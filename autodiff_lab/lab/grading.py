"""Learners' notebooks run once more, and what their exercises came to: `autodiff-lab grade`. Leans on nbclient.

A notebook is run from top to bottom in its folder by a kernel of its own, with errors allowed; what is asked in the end
is `lab.progress`, so a verdict counts only if the answer that earns it stands in the notebook.
"""

import json
from pathlib import Path

ASKED = (
    "import json as _json\nfrom autodiff_lab.lab import course as _course\n"
    "print(_json.dumps(_course.progress().states if _course._answered else {}))"
)


def graded(folder, seconds=60):
    """What the exercises in the notebooks of a folder came to, and of those in it.

    Args:
        seconds: how long a single cell may run.

    Yields:
        For each notebook (name relative to the folder, states): a dict from an exercise's name to ``"right"``,
        ``"wrong"`` or ``"todo"``; None for a notebook that cannot be read or run.
    """
    for path in sorted(Path(folder).rglob("*.ipynb")):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path.relative_to(folder).as_posix(), _states(path, seconds)


def _states(path, seconds):
    import nbformat
    from nbclient import NotebookClient

    try:
        book = nbformat.read(path, as_version=4)
        book.cells = [cell for cell in book.cells if cell.cell_type == "code"]
        book.cells.append(nbformat.v4.new_code_cell(ASKED))
        options = {
            "kernel_name": "python3",
            "timeout": seconds,
            "allow_errors": True,
            "store_widget_state": False,
        }
        NotebookClient(book, resources={"metadata": {"path": str(path.parent)}}, **options).execute()
        return json.loads(book.cells[-1].outputs[-1].text)
    except (OSError, RuntimeError, ValueError, AttributeError, LookupError, nbformat.ValidationError):
        return None  # a file that is no notebook, a cell that takes too long, a kernel that does not start or dies
