"""No public name without a test against torch: programs and tables' lines, which other tests compare, use every one."""

import builtins
import importlib.util
import warnings

import pytest
from ops_run import tensors
from public_names import Reads, found_in, inner
from test_ops import IN_PLACE, PLAIN_LINES, SMOOTH_LINES, THIRD_ORDER
from test_programs import CASES

import autodiff_lab as th

# Names that no program can compare, and why.
APART = {
    "linalg.eig": "complex numbers are out of scope: it raises",
    "linalg.eigvals": "complex numbers are out of scope: it raises",
    "dtype.to_complex": "complex numbers are out of scope: it raises",
    "cuda.set_device": "torch without CUDA fails inside here",
    "cuda.reset_peak_memory_stats": "torch without CUDA fails inside here",
    "distributions.Distribution.mode": "refused with the class's name in it, which differs",
    "distributions.Distribution.support": "each distribution has its own",
    "graph.Node.metadata": "what the anomaly mode keeps there is its own affair",
    "nn.LazyModuleMixin.reset_parameters": "called where a lazy layer is made",
    "nn.Uninitialized.detach": "torch refuses it; here state_dict needs it",
}


@pytest.fixture(scope="module")
def seen():
    reads = Reads()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _, program in CASES:
            reads.run(program)
        for program in (*IN_PLACE, *THIRD_ORDER):
            reads.run(program)
        for line in (*SMOOTH_LINES, *PLAIN_LINES):
            reads.run(line, sum=builtins.sum, **tensors(th, line, th.float32))
    return reads.seen


def test_every_public_name_is_compared_with_torch(seen):
    names = {name for name in found_in(th) if not inner(name)}
    assert len(names) > 1500
    assert sorted(names - seen - set(APART)) == []


def test_what_is_set_apart_exists_and_is_not_compared(seen):
    assert sorted(set(APART) - set(found_in(th))) == [] and sorted(set(APART) & seen) == []


def test_a_name_in_a_text_or_a_comment_is_no_use_of_it():
    reads = Reads()
    reads.run("R = 'th.sin(1)', th.tensor(2.).cos()  # th.tan")
    reads.run("from LIBRARY.nn import functional as F; R = F.relu")
    assert reads.seen == {"tensor", "Tensor.cos", "nn.functional", "nn.functional.relu"}


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_what_torch_lacks_is_what_is_called_inner():
    import torch
    import torch.utils.benchmark
    import torch.utils.checkpoint

    lacking = {name for name, has in found_in(torch).items() if not has}
    assert sorted(lacking - {n for n in lacking if inner(n)}) == ["nn.Module.training"]
    assert sorted(n for n, has in found_in(torch).items() if has and inner(n)) == []
