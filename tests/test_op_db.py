"""torch's own operator samples agree, to the second derivative, but for the ones whose reason is known."""

import importlib.util
import json
import pathlib

import pytest

RECORD = json.loads((pathlib.Path(__file__).parent / "data" / "op_db.json").read_text(encoding="utf-8"))


def rate(operators):
    total, failed = (sum(numbers) for numbers in zip(*operators.values()))
    return 1 - failed / total


def test_the_recorded_rate_is_what_was_promised():
    assert rate(RECORD["operators"]) >= 0.98


@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("torch", "expecttest"))),
    reason="torch, or expecttest beside it, is not installed",
)
def test_torchs_own_samples_agree():
    from op_db import REASONS, check

    found = check()
    unexplained = {
        name: failures[:2] for name, (_, failures) in found.items() if failures and name not in REASONS
    }
    assert unexplained == {}
    assert set(REASONS) <= set(found)
    assert rate({name: (count, len(failures)) for name, (count, failures) in found.items()}) >= 0.98
    assert len(found) >= len(RECORD["operators"])
    import torch

    if torch.__version__.partition("+")[0] == RECORD["torch"]:
        recorded = {name: count for name, (count, _) in RECORD["operators"].items()}
        assert {name: count for name, (count, _) in found.items()} == recorded
