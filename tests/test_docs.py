"""The documents lead somewhere: every relative link has its target, and every page stands in the contents."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(p for p in (ROOT / "docs").rglob("*.md"))]


def anchors(text):
    """The anchors of a page's headings, as GitHub and MyST make them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).strip().replace(" ", "-") for title in titles
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found.read_text(encoding="utf-8")), target


def test_a_chapter_s_slides_hold_what_they_need_and_no_solutions(tmp_path):
    chapter = ROOT / "notebooks" / "en" / "02_tensors_and_parameters.ipynb"
    spec = importlib.util.spec_from_file_location("make_slides", ROOT / "docs" / "make_slides.py")
    slides = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(slides)
    slides.main([str(chapter), "--to", str(tmp_path)])
    page = (tmp_path / "02_tensors_and_parameters.html").read_text(encoding="utf-8")
    asked = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]*)"', page)
    mathjax = slides.FETCHED if asked == [slides.FETCHED] else "tex-svg.js"
    assert asked == [mathjax] and (mathjax == slides.FETCHED or (tmp_path / mathjax).exists())
    assert '<html lang="en">' in page and "Solutions, for the teacher" not in page


@pytest.mark.parametrize(
    ("language", "page", "time"), [("en", "teaching.md", "Time"), ("es", "teaching.es.md", "Tiempo")]
)
def test_the_teachers_table_says_what_the_chapters_say(language, page, time):
    """How long each takes, and how many exercises it has."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    told = {
        int(n): (int(m), int(e))
        for n, m, e in re.findall(r"^\| (\d+) \|.*?\| (\d+) \|.*\| (\d) \|$", text, re.MULTILINE)
    }
    found = {}
    for path in sorted((ROOT / "notebooks" / language).glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        minutes = re.search(rf"\*\*{time}\*\*: \w+ (\d+) ", "".join(cells[0]["source"]))[1]
        checks = {
            name
            for cell in cells[:-1]
            for name in re.findall(r'lab\.check\("([\d.]+)"', "".join(cell["source"]))
        }
        found[int(path.name[:2])] = int(minutes), len(checks)
    assert told == found and len(found) == 12


def test_every_page_is_in_the_contents():
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()
        assert (
            name == "index" or name.startswith("course/") or re.search(rf"^{name}$", contents, re.MULTILINE)
        ), name
