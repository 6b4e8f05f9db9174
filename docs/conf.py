"""The documentation's site, `make docs`: pages in Markdown, and the course's notebooks with their stored outputs."""

import shutil
from pathlib import Path

import autodiff_lab

HERE = Path(__file__).parent

project = "autodiff_lab"
author = "The autodiff_lab authors"
release = version = autodiff_lab.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx-mathjax-offline"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "autodiff_lab"
html_copy_source = html_show_sourcelink = False

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]  # a Spanish note under an error is no Python
nb_execution_mode = "off"  # the outputs are those that the tests compare
nb_render_markdown_format = "myst"
# A widget comes as a page that plays, as SVG and as words; a picture as SVG and as words.
nb_mime_priority_overrides = [("html", "text/html", 1), ("html", "image/svg+xml", 2)]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # an attribute that is a property too is one entry

# The notebooks are pages like the others, so they have to stand below this folder.
for language in ("es", "en"):
    course = HERE / "course" / language
    shutil.rmtree(course, ignore_errors=True)
    shutil.copytree(HERE.parent / "notebooks" / language, course, ignore=shutil.ignore_patterns(".*"))
