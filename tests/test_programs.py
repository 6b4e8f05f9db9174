"""The programs of the files ``programs*.py`` print on the package what they print on torch."""

import importlib.util
import json
import pathlib
import warnings

import pytest
from programs import outcome

import autodiff_lab as th

HERE = pathlib.Path(__file__).parent
FILES = {path.stem: importlib.import_module(path.stem).PROGRAMS for path in sorted(HERE.glob("programs*.py"))}
RECORDS = {name: json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8")) for name in FILES}
CASES = [(name, program) for name, programs in FILES.items() for program in programs]


def quietly(library, program):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return outcome(library, program)


@pytest.mark.parametrize("name", FILES)
def test_the_record_is_of_these_programs(name):
    assert list(RECORDS[name]) == FILES[name]


@pytest.mark.parametrize(("name", "program"), CASES)
def test_prints_what_torch_prints(name, program):
    assert quietly(th, program) == RECORDS[name][program]


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("name", FILES)
def test_the_record_is_what_torch_prints_now(name):
    import torch

    torch.set_num_threads(1)
    # torch.testing, from which its operator samples come, forbids to set torch.backends' switches; learners may
    with getattr(torch.backends, "__allow_nonbracketed_mutation")():
        assert {program: quietly(torch, program) for program in FILES[name]} == RECORDS[name]
