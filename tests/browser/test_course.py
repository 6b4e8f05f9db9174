"""Every chapter of the course in the browser: it runs to its end, draws its widgets, and the page complains of nothing.

The Spanish chapters are opened in JupyterLab, the English ones in Notebook 7. In one of each an exercise is answered
as a learner does it.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autodiff_lab import lab
from autodiff_lab.lab import course
from autodiff_lab.messages import set_language

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
        told = page.locator("details:has(th)").count()  # each picture is told in words under it
        assert told == page.locator(".jp-RenderedSVG img").count()
        assert seat.quiet() == []
    finally:
        seat.page.context.close()


def test_a_chapter_is_played_as_slides_and_each_result_waits(desk, tmp_path):
    chapter = COURSE / "es" / "04_backward_paso_a_paso.ipynb"
    make = COURSE.parent / "docs" / "make_slides.py"
    subprocess.run([sys.executable, make, chapter, "--to", tmp_path], check=True, stdout=subprocess.DEVNULL)
    seat = desk(width=1280, height=800)
    page = seat.page
    page.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort()
    )
    page.goto((tmp_path / "04_backward_paso_a_paso.html").as_uri())
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    headings = [c for c in cells if c["cell_type"] == "markdown" and re.match("##? ", "".join(c["source"]))]
    assert page.locator(".slide").count() == len(headings) > 5
    page.keyboard.press("ArrowRight")  # the title's slide has two cells without a result
    said = page.locator(".slide.now").inner_text
    while "4.1 La cuenta" not in said():
        page.keyboard.press("ArrowRight")
    assert "lab.trace" in said() and "traza primal" not in said()
    page.keyboard.press("ArrowRight")
    assert "traza primal" in said() and "Cada adjunto sale" not in said()
    page.get_by_role("button", name="Siguiente", exact=True).last.click()
    assert "Cada adjunto sale" in said()
    page.keyboard.press("ArrowLeft")
    assert "4.1 La cuenta" not in said()
    page.keyboard.press("End")
    assert "Fuentes" in said() and "Soluciones" not in said()
    page.context.close()


@pytest.mark.parametrize(
    ("language", "front", "name", "wrong", "right"),
    [("es", "lab", "1.1", "9.06", "-2.688"), ("en", "notebook", "4.3", "1.", "6.")],
)
def test_an_exercise_is_answered_in_the_browser(
    server, desk, monkeypatch, language, front, name, wrong, right
):
    chapter, _, k = name.partition(".")
    path = next((COURSE / language).glob(f"{int(chapter):02}_*.ipynb"))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    wanted = ("setup", "lab", f"exercise-{chapter}-{k}", "progress")
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] in wanted]
    for cell in notebook["cells"]:
        cell.update(outputs=[], execution_count=None)
    (server.folder / f"answers-{language}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    seat = desk().open(server, f"answers-{language}.ipynb", front)
    page = seat.page

    def run(at, code):
        """Write a code cell anew, as with the keyboard, and run it."""
        cell = page.locator(".jp-CodeCell").nth(at)
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(code)
        page.keyboard.press("Control+Enter")
        return cell.locator(".jp-OutputArea-output")

    monkeypatch.setattr(course, "_answered", {})
    monkeypatch.setattr(course, "_hinted", {})
    before = lab.get_language()
    set_language(language)
    try:
        assert seat.run_all() == []
        verdict = page.locator(".jp-CodeCell").nth(2).locator("[role=status]")
        assert "○" in verdict.text_content()
        for answer, mark in ((wrong, "✗"), (right, "✓")):
            said = lab.check(name, float(answer))
            assert bool(said) == (mark == "✓")
            run(2, f'answer = {answer}\nlab.check("{name}", answer)')
            verdict.filter(has_text=said.text).filter(has_text=mark).wait_for()
            if mark == "✗":
                hint = run(2, f'lab.hint("{name}")')
                hint.filter(has_text=str(lab.hint(name))).wait_for()
        table = run(3, "lab.progress()").locator("tr").filter(has_text=name)
        table.filter(has_text="✓").wait_for()
        assert seat.quiet() == []
    finally:
        set_language(before)
        page.context.close()
