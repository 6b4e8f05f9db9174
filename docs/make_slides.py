"""The chapters as slides, a section a slide: ``python docs/make_slides.py [NOTEBOOK …]`` writes ``build/slides/``.

The pages take reveal.js from the network, or from a folder beside them: ``--reveal reveal.js``.
"""

import argparse
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter

ROOT = Path(__file__).parent.parent


def sectioned(notebook):
    """The notebook with its headings as the beginnings of slides, and its exercises' solutions left out."""
    cells = [cell for cell in notebook.cells if cell["id"] != "solutions"]
    for cell in cells:
        heading = cell.cell_type == "markdown" and cell.source.startswith(("# ", "## "))
        cell.metadata["slideshow"] = {"slide_type": "slide" if heading else "-"}
    notebook.cells = cells
    return notebook


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--reveal", help="where reveal.js is, seen from the pages")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "slides")
    args = parser.parse_args(argv)
    exporter = SlidesExporter(**({"reveal_url_prefix": args.reveal} if args.reveal else {}))
    args.to.mkdir(parents=True, exist_ok=True)
    for path in args.notebooks or sorted((ROOT / "notebooks").glob("e[sn]/*.ipynb")):
        page, _ = exporter.from_notebook_node(sectioned(nbformat.read(path, 4)))
        (args.to / f"{path.stem}.html").write_text(page, encoding="utf-8")
        print(args.to / f"{path.stem}.html")


if __name__ == "__main__":
    main()
