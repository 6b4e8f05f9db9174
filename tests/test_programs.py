"""The programs of programs.py print on the package what they print on torch."""

import importlib.util
import json
import pathlib
import warnings

import pytest
from programs import PROGRAMS, outcome

import autodiff_lab as th

RECORDED = json.loads((pathlib.Path(__file__).parent / "data" / "programs.json").read_text(encoding="utf-8"))


def quietly(library, program):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return outcome(library, program)


def test_the_record_is_of_these_programs():
    assert list(RECORDED) == PROGRAMS


@pytest.mark.parametrize("program", PROGRAMS)
def test_prints_what_torch_prints(program):
    assert quietly(th, program) == RECORDED[program]


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_the_record_is_what_torch_prints_now():
    import torch

    torch.set_num_threads(1)
    assert {program: quietly(torch, program) for program in PROGRAMS} == RECORDED
