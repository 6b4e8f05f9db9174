"""The chapters as slides, a section a slide: ``python docs/make_slides.py [NOTEBOOK …]`` writes ``build/slides/``.

A page needs no network: it holds everything but MathJax, which is put beside it where the documentation's tools are
installed, and fetched where they are not.
"""

import argparse
import importlib.util
import re
import shutil
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

ROOT = Path(__file__).parent.parent
DECK = Path(__file__).with_name("slides.html")
FETCHED = "https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-svg.js"


def page_of(notebook, language, mathjax):
    """The notebook as an HTML page that shows one section at a time, its exercises' solutions left out."""
    notebook.cells = [cell for cell in notebook.cells if cell["id"] != "solutions"]
    exporter = HTMLExporter(language_code=language, require_js_url="", mathjax_url="")
    page, _ = exporter.from_notebook_node(notebook)
    page = re.sub(r'<script src=""> ?</script>', "", page)
    return page.replace(
        "</head>", f'{DECK.read_text(encoding="utf-8")}<script defer src="{mathjax}"></script></head>', 1
    )


def mathjax_beside(folder):
    """Where the pages of a folder find MathJax: beside them, if it is installed."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None:
        return FETCHED
    shutil.copy(Path(spec.origin).parent / "static" / "mathjax" / "tex-svg.js", folder)
    return "tex-svg.js"


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "slides")
    args = parser.parse_args(argv)
    args.to.mkdir(parents=True, exist_ok=True)
    mathjax = mathjax_beside(args.to)
    for path in args.notebooks or sorted((ROOT / "notebooks").glob("e[sn]/*.ipynb")):
        page = page_of(nbformat.read(path, 4), path.parent.name, mathjax)
        (args.to / f"{path.stem}.html").write_text(page, encoding="utf-8")
        print(args.to / f"{path.stem}.html")


if __name__ == "__main__":
    main()
