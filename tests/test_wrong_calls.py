"""Wrong arguments are refused as torch refuses them: every name gets the same ones here and there.

What torch raises is recorded in data/wrong_calls.json, one letter a call; see wrong_calls.py.
"""

import fnmatch
import importlib.util
import json

import pytest
from wrong_calls import RECORD, TAKEN, table

import autodiff_lab as th

THEIRS = json.loads(RECORD.read_text(encoding="utf-8"))["raised"]

TAKEN_NAMES = {name for names in TAKEN.values() for name in names.split()}


def late(name):
    """Layers and losses keep their options as they are given, and refuse them when they are called."""
    return name.startswith("nn.") and name.count(".") == 1


@pytest.fixture(scope="module")
def ours():
    return table(th)


def test_the_record_is_of_these_names(ours):
    assert sorted(ours) == sorted(THEIRS), "run python tests/wrong_calls.py"


def test_nine_calls_of_ten_raise_what_torch_raises(ours):
    pairs = [pair for name in ours for pair in zip(ours[name], THEIRS[name])]
    assert sum(a == b for a, b in pairs) / len(pairs) > 0.92


def test_every_name_refuses_something_as_torch_does(ours):
    loose = [
        name
        for name, told in THEIRS.items()
        if set(told) != {"."} and not any(a == b != "." for a, b in zip(ours[name], told))
    ]
    assert [name for name in loose if not late(name)] == []
    assert len(loose) < 10


def test_what_torch_refuses_is_refused(ours):
    taken = {n for n in ours for a, b in zip(ours[n], THEIRS[n]) if a == "." != b and not late(n)}
    taken = {n.removesuffix(n.rpartition(".")[2]) + n.rpartition(".")[2].rstrip("_") for n in taken}
    known = (*TAKEN_NAMES, *(f"*.{name}" for name in TAKEN_NAMES))
    assert sorted(n for n in taken if not any(fnmatch.fnmatchcase(n, pattern) for pattern in known)) == []


def test_what_torch_takes_is_taken(ours):
    refused = sum(a != "." == b for n in ours for a, b in zip(ours[n], THEIRS[n]) if not late(n))
    assert refused / sum(map(len, THEIRS.values())) < 0.005


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_the_record_is_what_torch_raises_now():
    import torch

    torch.set_num_threads(1)
    now = table(torch, every=5)
    assert now == {name: THEIRS[name] for name in now}
