"""Wrong arguments get an error in words, never one from inside NumPy, and change nothing."""

import itertools
import traceback
import warnings

import numpy as np
import pytest

import autodiff_lab as th
from autodiff_lab.ops import FUNCTIONS

WRONG = [None, "a", [1], object(), -7, 10**30, th.ones(0), th.ones(4, 5), th.tensor([1, 2]), (5,), 1.5, {}]
METHODS = [
    name
    for name in dir(th.Tensor)
    if callable(getattr(th.Tensor, name, None)) and not name.startswith("_") and name != "backward"
] + ["__add__", "__getitem__", "__pow__", "__matmul__", "__eq__", "__mod__"]
# What the number itself overflows into is Python's own affair: 10**30 beside floats, by logic or arithmetic.
EXPECTED = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, AssertionError)


def complaints(function, calls):
    for args in calls:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                function(*args)
        except OverflowError:
            assert any(arg == 10**30 for arg in args if isinstance(arg, int))
        except EXPECTED as error:
            where = traceback.extract_tb(error.__traceback__)[-1].filename
            if "numpy" in where or "ufunc" in str(error) or "has no attribute" in str(error):
                yield args, repr(error)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    x = th.ones(2, 3)
    calls = (
        [(a,) for a in WRONG]
        + [(x, a) for a in WRONG]
        + [(x, *pair) for pair in itertools.product(WRONG[:7], repeat=2)]
    )
    assert list(complaints(FUNCTIONS[name], calls)) == []
    if not name.endswith("_"):
        assert x.tolist() == [[1.0] * 3] * 2 and x._version == 0


@pytest.mark.parametrize("name", METHODS)
def test_methods(name):
    calls = [(th.ones(2, 3), a) for a in WRONG] + [(th.ones(2, 3), a, a) for a in WRONG]
    assert list(complaints(getattr(th.Tensor, name), calls)) == []


def test_copying_from_what_is_neither_tensor_nor_number_is_refused_in_torch_s_words():
    for wrong, kind in ((np.ones(2), "numpy.ndarray"), ([1.0, 2.0], "list"), (None, "NoneType")):
        said = rf"^copy_\(\): argument 'other' \(position 1\) must be Tensor, not {kind}"
        with pytest.raises(TypeError, match=said):
            th.zeros(2).copy_(wrong)


@pytest.mark.parametrize("library", ["autodiff_lab", "torch"])
def test_more_than_the_memory_holds_is_said_so(library):
    lib = pytest.importorskip(library)
    wide = lib.ones(2**20, 1).expand(2**20, 2**30)
    for call in (
        wide.clone,
        lambda: lib.ones(2).repeat(2**50),
        lambda: lib.zeros(2**50),
        lambda: lib.arange(2**50),
    ):
        with pytest.raises(RuntimeError, match="DefaultCPUAllocator: can't allocate memory"):
            call()
