"""Training grows by nothing, and needs no cycle collector: every object of a step is gone with the step."""

import gc
import sys
import tracemalloc

import pytest
from trust import promised

import autodiff_lab as th
from autodiff_lab import nn


def plain():
    """A line fitted by hand, in place under no_grad."""
    x, y = th.arange(4.0), th.arange(4.0) * 2 + 1
    w, b = (th.zeros((), requires_grad=True) for _ in range(2))

    def step():
        ((w * x + b - y) ** 2).mean().backward()
        with th.no_grad():
            for p in (w, b):
                p -= 0.05 * p.grad
                p.grad = None

    return step


def layers():
    """Layers, a loss, an optimizer with a state, a schedule; gradients held to a length."""
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Dropout(0.1), nn.Linear(3, 2))
    optimizer = th.optim.Adam(net.parameters(), lr=1e-2)
    schedule = th.optim.lr_scheduler.StepLR(optimizer, 10)
    x, target = th.randn(5, 2), th.tensor([0, 1, 0, 1, 1])

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), target).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()

    return step


def views():
    """Views and writes in place on a fresh tensor, and views of one that stays."""
    x = th.ones(3, 3, requires_grad=True)
    kept = th.zeros(3, 3)

    def step():
        y = x * 2
        y[0] = y[1] * 3
        y.T[1:].mul_(2)
        kept[0].add_(1)
        kept.view(-1)[2:].mul_(0.5)
        (y * y).sum().backward()
        x.grad = None

    return step


def second_order():
    """Gradients of gradients, and a Hessian."""
    x = th.ones(3, requires_grad=True)

    def step():
        (g,) = th.autograd.grad((x.sin() * x).sum(), x, create_graph=True)
        th.autograd.grad((g * g).sum(), x)
        th.autograd.functional.hessian(lambda v: (v**3).sum(), x.detach())

    return step


def failing():
    """A pass that fails, caught."""
    x = th.ones(2, requires_grad=True)

    def step():
        y = x.exp()
        y.add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            return
        raise AssertionError

    return step


WORKS = {
    plain: 1,
    layers: 1,
    views: 5,
    second_order: 5,
    failing: 5,
}  # how many of the page's steps: all, or a fifth


def live():
    """How many objects the collector knows, and how many blocks are in use.

    Not counted are Python's spare tuples and numbers, which a collection lets go of (of what is frozen it takes nothing
    else), and the names that its cache of methods holds: NumPy makes "item" anew at each call.
    """
    getattr(sys, "_clear_internal_caches", getattr(sys, "_clear_type_cache", None))()
    gc.freeze()
    gc.collect()
    gc.unfreeze()
    return len(gc.get_objects()), sys.getallocatedblocks()


@pytest.mark.parametrize("work", WORKS)
def test_steps_leave_nothing_behind(work, no_collector):
    steps = promised("training steps that grow by nothing") // WORKS[work]
    step = work()
    for _ in range(1100):  # full then: the record of recorded passes, caches
        step()
    objects, blocks = live()
    for _ in range(steps):
        step()
    more_objects, more_blocks = live()
    # Ticks and references to views are swept out as their lists grow, so the number goes up and down a little.
    assert more_objects - objects < 20, work.__name__
    assert more_blocks - blocks < 30, work.__name__


def convolved(x):
    """A convolution with windows of 250 numbers, which laid out at once are 25 arrays of the size of x."""
    return nn.functional.conv2d(x.view(10, 10, 100, 10), th.ones(10, 10, 5, 5), padding=2).sum()


@pytest.mark.parametrize(
    "made, arrays",
    [
        (lambda x: x.tanh().sum(), 2),  # the result, and the gradient
        (lambda x: x.relu().sum(), 2.3),  # … and what passes, a byte a number
        (lambda x: x.clamp(max=0.5).sum(), 1.3),  # the gradient, and what passes
        (lambda x: x.view(100, -1).log_softmax(1)[:, 0].sum(), 3.1),  # … and the cotangent
        (convolved, 7),
    ],
)
def test_the_peak_of_a_pass(made, arrays):
    """How many arrays of the size of x there are at once, as a forward and a backward pass go by."""
    x = th.linspace(-1, 1, 100_000, requires_grad=True)
    made(x).backward()
    x.grad = None
    tracemalloc.start()
    made(x).backward()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < arrays * x.nbytes + 10_000
