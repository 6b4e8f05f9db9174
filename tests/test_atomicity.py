"""An error or an interrupt at any point leaves numbers, gradients, versions and modes as they were.

The points are found, not listed: a trace function counts the lines of the package that a piece of work runs, and the
work is done again once for each of them with an error at that line. So every line of the forward pass, of the walk, of
the hooks' calls and of the optimizers' step is a point of injection, in whatever file it stands.
"""

import linecache
import pathlib
import sys

import pytest
from trust import promised

import autodiff_lab as th
from autodiff_lab import engine
from autodiff_lab.mode import mode

PACKAGE = str(pathlib.Path(th.__file__).parent)


class Given(Exception):
    """What is raised here, besides an interrupt."""


ERRORS = [KeyboardInterrupt, Given]
# Alone after ``finally:``, where Python does not look for interrupts.
PUT_BACK = ("mode.grad = before", "mode.at_the_end = outer", "node._saved = kept")


class Stopped:
    """Runs ``work`` with ``error`` raised at the package's line number ``at``; without it, counts the lines."""

    def __init__(self, error=None, at=None, inside=PACKAGE):
        self.error, self.at, self.inside = error, at, inside
        self.count, self.where, self.handed_over = 0, None, False

    def __call__(self, work):
        before = sys.gettrace()
        sys.settrace(self.enter)
        try:
            return work()
        finally:
            sys.settrace(before)

    def enter(self, frame, event, arg):
        return self.line if frame.f_code.co_filename.startswith((self.inside, "<written out>")) else None

    def line(self, frame, event, arg):
        # Between a block and the one line that ends it Python lets an interrupt through, here as in any program.
        self.handed_over |= frame.f_code is engine.hand_over.__code__
        restoring = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip() in PUT_BACK
        if event == "line" and frame.f_code.co_name not in ("__enter__", "__exit__") and not restoring:
            self.count += 1
            if self.count == self.at:
                self.where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                raise self.error("injected")
        return self.line


def state(*tensors):
    """What must not change: numbers, gradients, versions, histories; the modes besides."""
    return [
        (t.tolist(), None if t._grad is None else (t._grad.tolist(), t._grad._version), t._version, t.requires_grad, t.is_leaf)
        for t in tensors
    ], (mode.grad, mode.anomaly)  # fmt: skip


def net():
    """A small net with a view, a write in place, a hook and gradients from a first pass; its leaves and its loss."""
    x = th.tensor([[0.5, -1.0], [1.5, 2.0]], dtype=th.float64)
    w = th.tensor([[0.3, -0.2], [0.1, 0.4]], dtype=th.float64, requires_grad=True)
    b = th.tensor([0.1, -0.1], dtype=th.float64, requires_grad=True)

    def forward():
        y = (x @ w + b).tanh() * 1
        y[0] = y[1] * 2
        y.register_hook(lambda g: g * 0.5)
        return (y.T * y.T).sum() / y.exp().mean()

    forward().backward()
    return (x, w, b), forward


def injected(prepare, work, unchanged, inside=PACKAGE, every=1):
    """Stop ``work(*prepare())`` at each line in turn; ``unchanged(before, after, stopped)`` says what
    must hold then.

    Returns how many points there were.
    """
    counting, made = Stopped(inside=inside), prepare()
    counting(lambda: work(*made))
    points = range(1, counting.count + 1, every)
    for at in points:
        for error in ERRORS:
            made = prepare()
            stopped = Stopped(error, at, inside)
            before = state(*made[0])
            try:
                stopped(lambda: work(*made))  # noqa: B023 - called at once
            except error:
                assert not engine.handing_over._is_owned(), stopped.where
            else:
                assert stopped.where is None, f"the error at {stopped.where} was swallowed"
                continue  # fewer lines than the first time, when something was made ready
            unchanged(before, state(*made[0]), stopped)
    return len(points) * len(ERRORS)


def equal(before, after, stopped):
    assert after == before, stopped.where


def test_forward():
    assert injected(net, lambda leaves, forward: forward(), equal) >= promised("points in a forward pass")


def test_backward():
    def prepare():
        leaves, forward = net()
        return leaves, forward()

    leaves, loss = prepare()
    loss.backward()
    done, _ = state(*leaves)

    def old_or_new(before, after, stopped):
        """Gradients, once complete, are handed over leaf by leaf: each then has its old one or the new one, whole."""
        if not stopped.handed_over:
            return equal(before, after, stopped)
        assert after[1] == before[1]
        for was, new, now in zip(before[0], done, after[0]):
            assert now[0] == was[0] and (now[1] and now[1][0]) in (
                was[1] and was[1][0],
                new[1] and new[1][0],
            ), stopped.where

    assert injected(prepare, lambda leaves, loss: loss.backward(), old_or_new) >= promised(
        "points in a backward pass"
    )


def test_recorded_backward():
    def prepare():
        leaves, forward = net()
        return leaves, forward()

    def twice(leaves, loss):
        grads = th.autograd.grad(loss, leaves[1:], create_graph=True)
        th.autograd.grad(sum((g * g).sum() for g in grads), leaves[1:])

    points = injected(prepare, twice, equal, every=20)
    assert points >= promised("points in a recorded backward pass")


def fails(*_):
    raise Given


HOOKS = {
    "a tensor's": lambda x, y: y.register_hook(fails),
    "a leaf's": lambda x, y: x.register_hook(fails),
    "a node's, before": lambda x, y: y.grad_fn.register_prehook(fails),
    "a node's, after": lambda x, y: y.grad_fn.register_hook(fails),
    "a saved tensor's": lambda x, y: y.grad_fn._raw_saved_self.register_hooks(lambda t: t.detach(), fails),
}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_that_fails(hook, create_graph):
    x, w = (th.tensor([2.0, 3.0], requires_grad=True) for _ in range(2))
    (x * w).sum().backward()
    y = x.sin()
    HOOKS[hook](x, y)
    loss = (y * w).sum()
    before = state(x, w)
    with pytest.raises(Given):
        loss.backward(create_graph=create_graph)
    assert state(x, w) == before


@pytest.mark.parametrize("where", ["on the way", "when gradients are handed over"])
def test_what_waits_for_the_end_of_a_pass_that_fails_is_forgotten(where):
    x, seen = th.tensor(2.0, requires_grad=True), []
    y, z = x * 2, x * 3
    th.autograd.graph.register_multi_grad_hook((y, z), seen.append)
    failing = (z if where == "on the way" else x).register_hook(fails)
    with pytest.raises(Given):
        (y + z).backward(retain_graph=True)
    failing.remove()
    (x * x).backward()
    assert seen == []
    y.backward(retain_graph=True)
    assert [None if g is None else g.item() for g in seen.pop()] == [1.0, None] and not seen


@pytest.mark.parametrize("reentrant", [False, True])
def test_a_second_run_that_fails_draws_nothing_from_the_generator(reentrant):
    x, drawn = th.ones(3, requires_grad=True), []

    def draws(t):
        drawn.append(th.rand(3))
        if len(drawn) > 1:
            raise Given
        return t.exp() * drawn[0]

    y = th.utils.checkpoint.checkpoint(draws, x, use_reentrant=reentrant)
    th.rand(3)  # so that the second run begins elsewhere
    before = th.get_rng_state().tolist()
    with pytest.raises(Given):
        y.sum().backward()
    assert th.get_rng_state().tolist() == before and th.is_grad_enabled() and x.grad is None


def test_a_hook_after_the_handing_over_fails_when_all_have_their_gradients():
    x, w = (th.tensor(2.0, requires_grad=True) for _ in range(2))
    x.register_post_accumulate_grad_hook(fails)
    with pytest.raises(Given):
        (x * w).backward()
    assert x.grad.item() == w.grad.item() == 2.0


@pytest.mark.parametrize("kind", [th.optim.SGD, th.optim.Adam, th.optim.RMSprop, th.optim.Adagrad])
def test_step(kind):
    """As in torch, parameters move one after the other; none is left half moved, gradients and modes stay."""

    def prepare():
        leaves, _ = net()
        optimizer = kind(leaves[1:], lr=0.1)
        optimizer.step()
        return leaves, optimizer

    leaves, optimizer = prepare()
    optimizer.step()
    done, _ = state(*leaves)

    def old_or_new(before, after, stopped):
        assert after[1] == before[1]
        for was, new, now in zip(before[0], done, after[0]):
            assert now[0] in (was[0], new[0]) and (now[0] == was[0] or now[2] == new[2]), stopped.where
            assert now[1] == was[1] and now[3:] == was[3:]

    points = injected(prepare, lambda leaves, optimizer: optimizer.step(), old_or_new, every=2)
    assert points >= promised("points in an optimizer's step")


def test_a_write_in_place():
    """Numbers change only together with the version: whoever saved the old ones will know."""

    def prepare():
        x = th.tensor([0.5, -1.0], dtype=th.float64, requires_grad=True)
        y = x * 2
        return (y,), y

    points = 0
    for work in (
        lambda y: y.mul_(3),
        lambda y: y[:1].exp_(),
        lambda y: y.__setitem__(0, 7.0),
        lambda y: y.add_(y),
    ):

        def whole(before, after, stopped):
            (was, *_), (now, *_) = before[0], after[0]
            assert now[0] == was[0] or now[2] > was[2], stopped.where
            assert after[1] == before[1]

        points += injected(prepare, lambda _, y: work(y), whole)  # noqa: B023 - called at once
    assert points >= promised("points in writes in place")
