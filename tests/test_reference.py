"""docs/reference.md is up to date, and the torch-named half has no name that torch lacks."""

import importlib.util
import inspect
import pathlib

import pytest

import autodiff_lab as th
from autodiff_lab.ops import FUNCTIONS

ROOT = pathlib.Path(__file__).parent.parent
SPEC = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
reference = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(reference)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed: op_db asks it")
def test_the_page_says_what_the_package_says_now():
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == reference.page(), "run python docs/make_reference.py"


def test_every_name_has_a_docstring():
    bare = [n for n, f in FUNCTIONS.items() if not inspect.getdoc(f)]
    for space in reference.NAMESPACES:
        module = reference.opened(space)
        bare += [f"{space}.{n}" for n in reference.public(module) if not inspect.getdoc(getattr(module, n))]
    assert bare == []


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_no_name_that_torch_lacks():
    import torch
    import torch.utils.benchmark
    import torch.utils.checkpoint

    def of(path):
        found = torch
        for part in filter(None, path.split(".")):
            found = getattr(found, part)
        return found

    extra = [n for n in FUNCTIONS if not hasattr(torch, n) and not hasattr(torch.Tensor, n)]
    extra += [f"Tensor.{n}" for n in dir(th.Tensor) if not n.startswith("_") and not hasattr(torch.Tensor, n)]
    for space in reference.NAMESPACES:
        theirs = of(space)
        extra += [f"{space}.{n}" for n in reference.public(reference.opened(space)) if not hasattr(theirs, n)]
    own = ("lab", "load_ipython_extension", "unload_ipython_extension")
    for name, value in vars(th).items():
        if (
            not name.startswith("_")
            and name not in own
            and not inspect.ismodule(value)
            and not hasattr(torch, name)
        ):
            extra.append(name)
    assert extra == []
