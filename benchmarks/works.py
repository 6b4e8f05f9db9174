"""The works that are timed, each written for each library as its users would write it.

``WORKS[name]`` is a Work: what it is called, how many operations one run counts, and for each library a function that
takes the module(s) and returns the callable to time. A library that has no entry does not take part.
"""

import sys
from typing import NamedTuple


class Work(NamedTuple):
    title: str
    operations: int  # how many operations one run counts; times are given for one
    makers: dict  # library -> function() -> callable to time
    goals: dict = {}  # library -> the largest ratio of our time to its time that we accept


# -- the seed: x, y, c made, f = 2x³ + 3y² + c, backward -------------------------------------------------------------


def seed_torch_like(th):
    def run():
        x = th.tensor(2.0, requires_grad=True)
        y = th.tensor(3.0, requires_grad=True)
        c = th.tensor(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        f.backward()

    return run


def seed_micrograd():
    from micrograd.engine import Value

    def run():
        x, y, c = Value(2.0), Value(3.0), Value(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        f.backward()

    return run


def seed_numpy():
    import numpy as np

    def run():
        x, y, c = np.float32(2.0), np.float32(3.0), np.float32(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        return f, 6 * x**2, 6 * y

    return run


# -- a chain of multiplications ----------------------------------------------------------------------------------------

CHAIN = 1_000


def chain_torch_like(th, backward=True, shape=None):
    def run():
        x = th.tensor(1.0001, requires_grad=True) if shape is None else th.full(shape, 1.0001, requires_grad=True)
        y = x
        for _ in range(CHAIN):
            y = y * x
        if backward:
            (y if shape is None else y.sum()).backward()

    return run


def chain_micrograd(backward=True):
    from micrograd.engine import Value

    sys.setrecursionlimit(20 * CHAIN)

    def run():
        x = Value(1.0001)
        y = x
        for _ in range(CHAIN):
            y = y * x
        if backward:
            y.backward()

    return run


def chain_numpy(backward=True, shape=None):
    import numpy as np

    def run():
        x = np.float32(1.0001) if shape is None else np.full(shape, 1.0001, np.float32)
        y, kept = x, []
        for _ in range(CHAIN):
            kept.append(y)
            y = y * x
        if backward:
            g, total = np.ones_like(y), np.zeros_like(y)
            for before in reversed(kept):
                total = total + g * before
                g = g * x
            return total + g

    return run


def ours(maker, *args, **options):
    def make():
        import autodiff_lab

        return maker(autodiff_lab, *args, **options)

    return make


def torchs(maker, *args, **options):
    def make():
        import torch

        torch.set_num_threads(1)
        return maker(torch, *args, **options)

    return make


def chain(title, backward, shape, goals=None):
    makers = {
        "autodiff_lab": ours(chain_torch_like, backward, shape),
        "torch": torchs(chain_torch_like, backward, shape),
        "numpy": lambda: chain_numpy(backward, shape),
    }
    if shape is None:
        makers["micrograd"] = lambda: chain_micrograd(backward)
    return Work(title, CHAIN, makers, goals or {})


WORKS = {
    "seed": Work(
        "the seed's f = 2x³ + 3y² + c with its backward, whole",
        1,
        {
            "autodiff_lab": ours(seed_torch_like),
            "torch": torchs(seed_torch_like),
            "numpy": seed_numpy,
            "micrograd": seed_micrograd,
        },
        {"torch": 0.25},
    ),
    "0-d forward": chain("multiplication of 0-d tensors, forward", False, None),
    "0-d both": chain("1,000 multiplications of 0-d tensors, forward and backward", True, None, {"torch": 0.35}),
    "10 forward": chain("multiplication of vectors of 10, forward", False, (10,)),
    "10 both": chain("multiplication of vectors of 10, forward and backward", True, (10,)),
    "10x10 both": chain("multiplication of 10 × 10 matrices, forward and backward", True, (10, 10)),
}
