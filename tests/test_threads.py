"""Threads: modes are each thread's own, recordings too, and no gradient is lost on leaves that threads share."""

import contextlib
import sys
import threading
import warnings

import pytest
from trust import rounds

import autodiff_lab as th
from autodiff_lab import lab
from autodiff_lab.tensor import Tensor


@pytest.fixture
def hasty():
    """The interpreter changes threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(*works):
    """Run each work in a thread of its own, all let go at once; an error in one is raised here."""
    gate, errors = threading.Barrier(len(works)), []

    def run(work):
        gate.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed on below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_modes_are_each_thread_s_own(hasty):
    def without():
        for _ in range(300):
            with th.no_grad():
                assert not (x * 2).requires_grad and not th.is_grad_enabled()
            with th.inference_mode():
                assert (x * 2).is_inference()

    def recorded():
        for _ in range(600):
            y = x * 2
            assert y.requires_grad and not y.is_inference() and th.is_grad_enabled()

    x = th.ones(2, requires_grad=True)
    together(without, recorded, without, recorded)
    assert th.is_grad_enabled()


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("passes", [0, 1])
def test_no_gradient_comes_between_another_and_its_sum(shape, passes):
    """One thread stands still at each line of adding up, and another does a whole pass, if it can."""
    lines = Tensor._accumulate.__code__
    for at in range(1, 12):
        x, went = th.ones(shape, dtype=th.float64, requires_grad=True), []

        def once():
            (x * x).sum().backward()  # noqa: B023 - all are done within the round

        for _ in range(passes):
            once()
        other, count = threading.Thread(target=once), iter(range(1, at))

        def wait(frame, event, arg):
            if event == "line" and next(count, None) is None and not went:  # noqa: B023 - likewise
                went.append(other.start())  # noqa: B023
                other.join(0.05)  # noqa: B023
            return wait

        before = sys.gettrace()
        sys.settrace(lambda frame, event, arg: wait if frame.f_code is lines else None)
        try:
            once()
        finally:
            sys.settrace(before)
        if not went:
            break
        other.join()
        assert x.grad.numpy().ravel().tolist() == [2.0 * (passes + 2)] * max(1, sum(shape)), at
    assert at > 2


def test_graphs_apart_do_not_meet(hasty):
    def train(start):
        def run():
            for i in range(150):
                x = th.tensor(start + i, dtype=th.float64, requires_grad=True)
                y = x * x
                y.mul_(x).backward()
                assert x.grad.item() == 3 * (start + i) ** 2

        return run

    together(*(train(start) for start in (1.0, 2.0, 3.0)))


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_shared_leaves_lose_no_gradient(shape, create_graph, hasty):
    """Each round begins without a gradient: the first to come makes it, the others add to it, at the same time."""
    for _ in range(rounds("rounds of threads on shared leaves") // 4):
        x = th.ones(shape, dtype=th.float64, requires_grad=True)

        def work():
            for _ in range(4):
                (x * x).sum().backward(create_graph=create_graph)  # noqa: B023 - all are done within the round

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # create_graph warns of cycles
            together(work, work, work)
        assert x.grad.detach().numpy().ravel().tolist() == [24.0] * max(1, sum(shape))
        x.grad = None


@pytest.mark.parametrize("shape", [(), (3,)])
def test_passes_through_one_graph_lose_no_gradient(shape, hasty):
    """Several threads go back through the same retained graph, a view and a write in place among its nodes."""
    for _ in range(40):
        x = th.ones(shape, dtype=th.float64, requires_grad=True)
        y = x * 3
        y.view(-1)[0].mul_(1)
        loss = (y * x).sum()

        def work():
            for _ in range(4):
                loss.backward(retain_graph=True)  # noqa: B023 - all are done within the round

        together(work, work, work)
        assert x.grad.numpy().ravel().tolist() == [72.0] * max(1, sum(shape))


@pytest.mark.parametrize("elsewhere", ["another thread", "the pass itself"])
@pytest.mark.parametrize("ends", ["in an error", "well"])
def test_what_waits_for_the_end_of_a_pass_waits_for_that_one(elsewhere, ends):
    """While it waits, another pass begins and ends."""
    x, seen = th.tensor(2.0, requires_grad=True), []
    y, z = x * 2, x * 3
    th.autograd.graph.register_multi_grad_hook((y, z), seen.append)

    def another():
        other = th.tensor(2.0, requires_grad=True) * 2
        if ends == "in an error":
            other.register_hook(lambda g: 1 / 0)
        fails = ends == "in an error"
        with pytest.raises(ZeroDivisionError) if fails else contextlib.nullcontext():
            other.backward()

    # z is younger: its gradient has come when this hook runs, the one of y has not.
    z.register_hook(lambda g: another() if elsewhere == "the pass itself" else together(another))
    (y * z).backward()
    assert [g.item() for g in seen.pop()] == [6.0, 4.0] and not seen


def test_a_recording_sees_its_own_thread_alone(hasty):
    x = th.ones(2)

    def stranger():
        for _ in range(300):
            x.sin()

    with lab.record() as run:
        other = threading.Thread(target=stranger)
        other.start()
        for _ in range(50):
            x.cos()
        other.join()
    assert [event.name for event in run.events] == [run.events[0].name] * 50 and "Cos" in run.events[
        0
    ].name.title()
