"""What all tests share: the same numbers in every run, and no test that leaves a setting changed behind it."""

import gc
import os

# Before NumPy and torch are imported: one thread each.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib
import pytest
from hypothesis import settings

from autodiff_lab.messages import get_language, set_language

matplotlib.use("Agg")  # pictures without a screen; the environment would tell the notebooks' kernels so, too

# Scripts that ask torch and need it, and what pytest reads by itself: no doctest in them.
collect_ignore_glob = ["conftest.py", "browser/conftest.py", "record_*.py", "op_db.py"]

# Every day the same examples; --hypothesis-profile=nightly takes a hundred times as many, and others each night.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("nightly", deadline=None, max_examples=10_000)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def sealed():
    """A test that leaves the language changed fails, and the next one starts from what it was."""
    before = get_language()
    yield
    after = get_language()
    set_language(before)
    assert after == before, "the test left the language changed"


@pytest.fixture
def no_collector():
    """Python's cycle collector rests: what is gone is gone by counting alone."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
