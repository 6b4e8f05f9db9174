"""The backward pass: depth, memory, threads, and what an error leaves behind."""

import asyncio
import pickle
import subprocess
import sys
import threading
import weakref
from copy import deepcopy

import pytest

import autodiff_lab as th

DEEP = 1_000_000


def test_a_million_operations_deep_without_recursion():
    x = th.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(DEEP):
        y = y * 1.0
    y.backward()
    assert x.grad.item() == 1.0
    del y  # freeing the chain must not recurse either
    y = x
    for _ in range(DEEP):
        y = y + 1.0
    del y


def test_a_deep_graph_of_arrays_is_walked_for_chosen_inputs():
    x = th.ones(2, requires_grad=True)
    y = middle = x * 2
    for _ in range(20_000):
        y = y * 1.0
    g, h = th.autograd.grad(y.sum(), [x, middle])
    assert g.tolist() == [2.0, 2.0] and h.tolist() == [1.0, 1.0]


class Cube(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x**3
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, g):
        x, _ = ctx.saved_tensors
        return 3 * x**2 * g


def plain(x):
    return (x.exp() * x).sum()


def with_views(x):
    y = x * 1
    y[0] = y[1] * 2
    y.view(-1)[1:].mul_(3)
    return (y.T * y.T).sum()


def with_several_outputs(x):
    a, b = x.unbind()
    return (a * b).sum()


def with_hooks(x):
    y = x * 2
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    return (y * y).sum()


def with_function(x):
    return Cube.apply(x).sum()


@pytest.mark.parametrize("program", [plain, with_views, with_several_outputs, with_hooks, with_function])
@pytest.mark.parametrize("backward", [True, False])
def test_a_graph_is_freed_without_the_cycle_collector(program, backward, no_collector):
    x = th.ones(2, 2, requires_grad=True)
    result = program(x)
    node, leaf = weakref.ref(result.grad_fn), weakref.ref(x)
    if backward:
        result.backward()
        assert x.grad is not None
    del result
    assert node() is None
    del x
    assert leaf() is None


class Held(th.autograd.Function):
    """A custom function whose backward gives back what the learner keeps."""

    kept = None

    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        Held.kept = g * 2
        return Held.kept


def hooked(x, on_result):
    """A pass through a hook that returns what the learner keeps, on the leaf or on a result of it."""
    kept, y = th.ones(2), x * 2 if not on_result else x + 0
    (y if on_result else x).register_hook(lambda g: kept)
    y.sum().backward()
    return kept


def through_a_function(x):
    Held.apply(x).sum().backward()
    return Held.kept


def from_the_seed(x):
    seed = th.ones(2)
    x.backward(seed)
    return seed


def beside_a_retained_one(x):
    y = x + 0
    y.retain_grad()
    (y * 2).sum().backward()
    return y.grad


def under_another_shape(x):
    y = x.reshape(1, 2)
    y.retain_grad()
    (y * 2).sum().backward()
    return y.grad


def through_a_view(x):
    y = th.ones(2, requires_grad=True)
    (x.reshape(2) + y.reshape(1, 2).reshape(2)).mul(2.0).sum().backward()
    return y.grad


@pytest.mark.parametrize(
    "passed",
    [lambda x: hooked(x, False), lambda x: hooked(x, True), through_a_function, from_the_seed, beside_a_retained_one,
     under_another_shape, through_a_view],
)  # fmt: skip
def test_a_gradient_that_somebody_else_holds_is_copied(passed):
    x = th.tensor([1.0, 2.0], requires_grad=True)
    kept = passed(x)
    before = kept.tolist()
    x.grad.fill_(7.0)
    assert kept.tolist() == before


@pytest.mark.parametrize("shape", [(1000,), (10, 100)])
def test_a_gradient_that_nobody_else_holds_is_handed_over_without_a_copy(shape):
    made = []

    class Fresh(th.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            g = g * 2
            made.append(g.numpy().__array_interface__["data"])
            return g

    x = th.ones(shape, requires_grad=True)
    Fresh.apply(x.view(1000)).sum().backward()
    assert x.grad.numpy().__array_interface__["data"] == made[0]


def test_leaves_gradients_share_no_memory():
    x, y = (th.ones(3, requires_grad=True) for _ in range(2))
    (x + y).sum().backward()
    x.grad[0] = 9.0
    assert y.grad.tolist() == [1.0, 1.0, 1.0]
    g = th.ones(3)
    (x * 1).backward(g)
    y.grad = None
    (y + 0).backward(g)
    g[0] = 7.0
    assert y.grad.tolist() == [1.0, 1.0, 1.0]


def fails(error):
    class Fails(th.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise error

    return Fails.apply


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_on_the_way_leaves_every_gradient_alone(error):
    x, w = (th.tensor(2.0, requires_grad=True) for _ in range(2))
    x.grad = th.tensor(5.0)
    with pytest.raises(error):
        (w * 3 + fails(error())(x)).backward()
    assert x.grad.item() == 5.0 and w.grad is None and th.is_grad_enabled()


def test_grad_mode_is_per_thread():
    seen = []

    def look():
        seen.append(th.is_grad_enabled())
        with th.no_grad():
            seen.append(th.is_grad_enabled())

    with th.no_grad():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert seen == [True, False] and not th.is_grad_enabled()


def test_no_grad_covers_a_coroutine_and_not_its_caller():
    @th.no_grad()
    async def inner():
        before = th.is_grad_enabled()
        await asyncio.sleep(0)
        return before, th.is_grad_enabled()

    async def outer():
        task = asyncio.ensure_future(inner())
        await asyncio.sleep(0)
        between = th.is_grad_enabled()
        return between, await task

    assert asyncio.run(outer()) == (True, (False, False))


def test_leaves_are_copied_and_pickled_whole_and_results_are_not():
    x = th.nn.Parameter(th.tensor([1.0, 2.0]))
    (x * 2).sum().backward()
    for twin in (deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert type(twin) is th.nn.Parameter and twin.tolist() == [1.0, 2.0] and twin.requires_grad
    assert deepcopy(x).grad.tolist() == [2.0, 2.0]
    with pytest.raises(RuntimeError, match="deepcopy protocol"):
        deepcopy(x * 2)


def test_numpys_warnings_stay_silent_where_torch_is_silent():
    code = "import autodiff_lab as th; print((th.tensor([1.0]) / 0).item(), th.tensor(-1.0).log().item())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["inf", "nan"] and done.stderr == ""


def test_reading_the_gradient_of_a_result_warns_in_torchs_words():
    with pytest.warns(UserWarning, match="is not a leaf Tensor is being accessed"):
        assert (th.tensor(1.0, requires_grad=True) * 2).grad is None
