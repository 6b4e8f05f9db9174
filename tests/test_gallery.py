"""docs/gallery.md and its pictures are what the code under them draws."""

import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent
SPEC = importlib.util.spec_from_file_location("make_gallery", ROOT / "docs" / "make_gallery.py")
gallery = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(gallery)
FILES = gallery.files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_stored_is_what_is_drawn_now(path):
    assert path.read_text(encoding="utf-8") == FILES[path], "run python docs/make_gallery.py"


def test_nothing_else_lies_there():
    assert {*(ROOT / "docs" / "gallery").iterdir()} == {path for path in FILES if path.suffix == ".svg"}
