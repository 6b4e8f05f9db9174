"""What all tests share: the same numbers in every run, and no test that leaves a setting changed behind it."""

import os

# Before NumPy and torch are imported: one thread each.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib
import pytest
from hypothesis import settings

from autodiff_lab.messages import get_language, set_language

matplotlib.use("Agg")  # pictures without a screen; the environment would tell the notebooks' kernels so, too
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def sealed():
    """A test that leaves the language changed fails, and the next one starts from what it was."""
    before = get_language()
    yield
    after = get_language()
    set_language(before)
    assert after == before, "the test left the language changed"
