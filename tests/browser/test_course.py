"""Every chapter of the course in the browser: it runs to its end, draws its widgets, and the page complains of nothing.

The Spanish chapters are opened in JupyterLab, the English ones in Notebook 7.
"""

import json
from pathlib import Path

import pytest

COURSE = Path(__file__).parents[2] / "notebooks"
CHAPTERS = sorted(COURSE.glob("e[sn]/*.ipynb"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_chapter_runs_in_the_browser(server, desk, chapter):
    name = f"{chapter.parent.name}-{chapter.name}"
    notebook = json.loads(chapter.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        cell.update(outputs=[], execution_count=None)
    (server.folder / name).write_text(json.dumps(notebook), encoding="utf-8")
    meant = sum("raises-exception" in cell["metadata"].get("tags", ()) for cell in code)
    seat = desk(width=1200, height=900).open(
        server, name, "lab" if chapter.parent.name == "es" else "notebook"
    )
    try:
        assert len(seat.run_all()) == meant
        page = seat.page
        views = page.locator(
            ".jp-OutputArea-output .widget-subarea, .jupyter-widgets-view, .adl-widget"
        ).count()
        assert (page.locator(".adl-widget").count() > 0) == (views > 0)
        assert page.get_by_text("Error displaying widget").count() == 0
        assert seat.quiet() == []
    finally:
        seat.page.context.close()
