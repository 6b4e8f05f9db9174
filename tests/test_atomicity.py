"""An error or an interrupt at any point leaves numbers, gradients, versions and modes as they were, or as documented.

The points are found, not listed: a trace function counts the points of the package that a piece of work passes (a
function entered, a line begun, a function left), and the work is done again once for each of them with an error there.
A second test interrupts from outside, with real signals at random moments.
"""

import inspect
import linecache
import pathlib
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from trust import drawing, rounds

import autodiff_lab as th
from autodiff_lab import engine, lab, nn
from autodiff_lab.mode import mode
from autodiff_lab.sampling import default_generator
from autodiff_lab.utils.checkpoint import checkpoint

PACKAGE = str(pathlib.Path(th.__file__).parent)


class Given(Exception):
    """What is raised here, besides an interrupt."""


ERRORS = (KeyboardInterrupt, Given)
# Alone after ``finally:``, where Python does not look for interrupts.
PUT_BACK = ("mode.grad = before", "mode.at_the_end = outer", "node._saved = kept")


def outside(frame):
    """Whether ``frame`` is at a point that is left out: see docs/reliability.md."""
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    if (
        text in PUT_BACK or "weakref.ref(" in text and frame.f_code.co_name == "<lambda>"
    ):  # whose errors go nowhere
        return True
    while frame is not None:
        name = frame.f_code.co_name  # the two ends of a block, and a generator's own tidying
        if name in ("__enter__", "__exit__", "__del__", "_driven") and frame.f_code.co_filename.startswith(
            PACKAGE
        ):
            return True
        frame = frame.f_back
    return False


class Stopped:
    """Runs work with ``error`` raised at the package's point number ``at``; without it, counts the points."""

    def __init__(self, error=None, at=None):
        self.error, self.at = error, at
        self.count, self.where, self.handed_over = 0, None, False

    def __call__(self, work):
        before = sys.gettrace()
        sys.settrace(self.enter)
        try:
            return work()
        finally:
            sys.settrace(before)

    def enter(self, frame, event, arg):
        if not frame.f_code.co_filename.startswith((PACKAGE, "<written out>")):
            return None
        self.point(frame, event)
        return self.line

    def line(self, frame, event, arg):
        if event != "exception" and not (event == "return" and arg is None and self.where):
            self.point(frame, event)
        return self.line

    def point(self, frame, event):
        self.handed_over |= frame.f_code is engine.hand_over.__code__
        tidying = (
            event != "line" and frame.f_code.co_flags & inspect.CO_GENERATOR
        )  # what is raised then goes nowhere
        if self.where is None and not tidying and not outside(frame):
            self.count += 1
            if self.count == self.at:
                self.where = f"{event} {frame.f_code.co_filename}:{frame.f_lineno}"
                raise self.error("injected")


def state(tensors):
    """What must not change: numbers, gradients, versions, histories."""
    return [
        (t.tolist(), None if t._grad is None else (t._grad.tolist(), t._grad._version, id(t._grad)), None if t.is_inference() else t._version,
         t.requires_grad, t.is_leaf)
        for t in tensors
    ]  # fmt: skip


def settings():
    """What no work may leave behind: modes, what waits, the lock, the generator."""
    held = engine.handing_over._is_owned()
    return (
        mode.grad,
        mode.anomaly,
        list(mode.at_the_end),
        held,
        default_generator.get_state().numpy().tobytes(),
    )


def old_or_new(was, now, new):
    """Each tensor has its old gradient or the new one, whole; all else is as it was."""
    for a, b, c in zip(was, now, new):
        assert b[0] == a[0] and b[2:] == a[2:]
        assert (b[1] and b[1][0]) in (a[1] and a[1][0], c[1] and c[1][0])
        written = a[1] is not None and a[1][2] == b[1][2] and a[1][0] != b[1][0]
        assert not written or b[1][1] > a[1][1]


def injected(prepare, holds, draws=False):
    """Stop ``work`` at its points, spread evenly over it; ``holds(before, after, done, stopped, tensors)`` says what then is.

    Args:
        prepare: gives (tensors to look at, work).
        draws: whether the work draws random numbers.
    """
    th.manual_seed(3)
    tensors, work = prepare()
    counting = Stopped()
    counting(work)
    done, most = state(tensors), rounds("points in each piece of work")
    step = max(1, counting.count // most)
    for i, at in enumerate(range(1 + counting.count % step, counting.count + 1, step)):
        th.manual_seed(3)
        tensors, work = prepare()
        stopped, before, were = Stopped(ERRORS[i % 2], at), state(tensors), settings()
        try:
            stopped(work)
        except ERRORS:
            pass
        else:
            assert stopped.where is None, f"the error at {stopped.where} was swallowed"
            continue  # fewer points than the first time, when something was made ready
        try:
            assert settings()[: 4 if draws else 5] == were[: 4 if draws else 5]
            holds(before, state(tensors), done, stopped, tensors)
            x = th.tensor(3.0, requires_grad=True)
            (x * x).backward()
            assert x.grad.item() == 6.0
        except BaseException:
            print(f"{stopped.error.__name__} at {stopped.where}", file=sys.stderr)
            raise
        finally:
            mode.grad, mode.anomaly = were[:2]  # so that one failure is one
    return counting.count


# -- work that changes nothing -----------------------------------------------------------------------------------


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


class Double(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * 2

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 4 * x


class Squares(th.autograd.Function):
    """The same in two methods, and with tangents."""

    @staticmethod
    def forward(x):
        return x * x

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    @th.autograd.function.once_differentiable
    def backward(ctx, g):
        return g * 2 * ctx.saved_tensors[0]

    @staticmethod
    def jvp(ctx, t):
        return t * 2 * ctx.saved_tensors[0]


def of_two(work):
    """A piece of work on two leaves that have gradients."""

    def prepare():
        x = th.tensor([0.5, -1.5, 2.0], dtype=th.float64, requires_grad=True)
        w = th.tensor([1.0, 0.3, -0.7], dtype=th.float64, requires_grad=True)
        (x * w).sum().backward()
        return (x, w), lambda: work(x, w)

    return prepare


def of_layers(make, *shape, work=lambda net, x: net(x)):
    def prepare():
        layers, x = make(), th.rand(*shape)
        return (x, *layers.parameters(), *layers.buffers()), lambda: work(layers, x)

    return prepare


def smooth(x, w):
    return (x.sin() * w * x).sum()


def generated(x, w):
    @th.no_grad()
    def values():
        for _ in range(3):
            yield x * w

    return list(values())


def packed(x, w):
    with th.autograd.graph.saved_tensors_hooks(lambda t: t.numpy(force=True).copy(), th.from_numpy):
        return smooth(x, w)


def dual(x, w):
    with th.autograd.forward_ad.dual_level():
        t = th.autograd.forward_ad.make_dual(x.detach(), w.detach())
        y = Squares.apply((t * t).sin())
        y.mul_(2)
        return th.autograd.forward_ad.unpack_dual(y)


def recorded(x, w):
    with lab.record():
        return smooth(x, w)


def no_copy(x, w):
    y = x * 1
    with th.no_grad():
        return (y[1:] * w[1:]).sum() + y.detach().clone().mul_(2).sum()


def second_order(x, w):
    grads = th.autograd.grad(smooth(x, w) ** 2, (x, w), create_graph=True)
    return th.autograd.grad(sum((g * g).sum() for g in grads), (x, w))


CHANGES_NOTHING = {
    "a net": net,
    "operators": of_two(lambda x, w: ((x + 1) * w - x / 3) ** 2 @ w),
    "views": of_two(lambda x, w: x.view(3, 1).expand(3, 2).T[1][::2].unsqueeze(0).squeeze()),
    "joined and picked": of_two(lambda x, w: th.stack([x, w]).max(0)[0][th.tensor([2, 0])].sort()),
    "fully connected layers": of_layers(lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.LayerNorm(4), nn.Linear(4, 2)), 2, 3),
    "a loss": of_layers(lambda: nn.Linear(3, 2), 2, 3, work=lambda net, x: nn.functional.cross_entropy(net(x), th.tensor([0, 1]))),
    "a convolution": of_layers(lambda: nn.Sequential(nn.Conv2d(1, 2, 2), nn.MaxPool2d(2)), 1, 1, 4, 4),
    "a recurrent layer": of_layers(lambda: nn.LSTM(2, 2), 3, 1, 2),
    "attention": of_layers(lambda: nn.MultiheadAttention(2, 1), 2, 1, 2, work=lambda net, x: net(x, x, x)),
    "batch normalisation, evaluated": of_layers(lambda: nn.BatchNorm1d(3).eval(), 2, 3),
    "a module with hooks": of_layers(lambda: hooked(nn.Linear(3, 2)), 2, 3),
    "a custom function": of_two(lambda x, w: Double.apply(x * w).sum()),
    "a custom function of two methods": of_two(lambda x, w: Squares.apply(x * w).sum()),
    "checkpoint": of_two(lambda x, w: checkpoint(smooth, x, w, use_reentrant=False)),
    "checkpoint, reentrant": of_two(lambda x, w: checkpoint(smooth, x, w, use_reentrant=True)),
    "a function under no_grad": of_two(lambda x, w: th.no_grad()(smooth)(x, w)),
    "a function under enable_grad, under no_grad": of_two(lambda x, w: th.no_grad()(th.enable_grad()(smooth))(x, w)),
    "a function in inference mode": of_two(lambda x, w: th.inference_mode()(smooth)(x, w)),
    "a generator under no_grad": of_two(generated),
    "a block under no_grad": of_two(no_copy),
    "saved tensors packed": of_two(packed),
    "gradients as tensors": of_two(lambda x, w: th.autograd.grad(smooth(x, w), (x, w))),
    "gradients of gradients": of_two(second_order),
    "func.grad": of_two(lambda x, w: th.func.grad(smooth)(x, w)),
    "func.vjp": of_two(lambda x, w: th.func.vjp(lambda t: t * w, x)[1](x)),
    "func.jvp": of_two(lambda x, w: th.func.jvp(lambda t: t.sin(), (x.detach(),), (w.detach(),))),
    "func.jacrev": of_two(lambda x, w: th.func.jacrev(lambda t: t * t)(x)),
    "func.hessian": of_two(lambda x, w: th.func.hessian(lambda t: (t * t).sum())(x.detach()[:2])),
    "func.vmap": of_two(lambda x, w: th.func.vmap(lambda t: t * t)(x)),
    "functional.jacobian": of_two(lambda x, w: th.autograd.functional.jacobian(lambda t: t * t, x)),
    "functional.hvp": of_two(lambda x, w: th.autograd.functional.hvp(lambda t: (t * t * t).sum(), x.detach(), w.detach())),
    "tangents": of_two(dual),
    "gradcheck": of_two(lambda x, w: th.autograd.gradcheck(lambda t: t[:1] * 2, (x,))),
    "watched by the laboratory": of_two(recorded),
    "printing": of_two(lambda x, w: repr(x * w)),
    "totals of gradients": of_two(lambda x, w: nn.utils.get_total_norm([x.grad, w.grad])),
}  # fmt: skip


def hooked(module):
    module.register_forward_pre_hook(lambda m, args: None)
    module.register_forward_hook(lambda m, args, out: out * 2)
    module.register_full_backward_pre_hook(lambda m, out: None)
    module.register_full_backward_hook(lambda m, into, out: None)
    return module


@pytest.mark.parametrize("name", CHANGES_NOTHING)
def test_work_that_changes_nothing(name):
    def same(before, after, done, stopped, tensors):
        assert after == before

    assert injected(CHANGES_NOTHING[name], same) > 0


# -- backward ----------------------------------------------------------------------------------------------------


def passing(loss, run=lambda loss: loss.backward()):
    """The pass of a loss that is made outside."""

    def prepare():
        leaves, work = of_two(loss)()
        made = work()
        return leaves, lambda: run(made)

    return prepare


def of_net(run=lambda loss: loss.backward()):
    def prepare():
        leaves, forward = net()
        loss = forward()
        return leaves, lambda: run(loss)

    return prepare


def with_hook(put):
    """A loss with one working hook of a kind on its way."""

    def loss(x, w):
        y = x * w
        put(x, y)
        return y.sin().sum()

    return loss


def multi(how):
    return lambda x, y: th.autograd.graph.register_multi_grad_hook((x, y), lambda g: None, mode=how)


def written(x, w):
    y = x * w
    z = y.view(3, 1)[1:]
    y.mul_(x)
    y[0] = w[1]
    z.exp_()
    return y.sum()


def parts(x, w):
    a, b, c = (x * w).unbind()
    return a * b + c.sin()


def inspected(loss):
    with warnings.catch_warnings(), th.autograd.detect_anomaly():
        loss.backward()


def some_inputs():
    (x, w), work = of_two(smooth)()
    loss = work()
    return (x, w), lambda: loss.backward(inputs=[x])


def creating(loss):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of cycles
        loss.backward(create_graph=True)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Anomaly Detection has been enabled|Using backward")
        yield


HOOKS = {
    "a tensor's": lambda x, y: y.register_hook(lambda g: g * 2),
    "a leaf's": lambda x, y: x.register_hook(lambda g: g * 2),
    "a node's, before": lambda x, y: y.grad_fn.register_prehook(lambda grads: (grads[0] * 2,)),
    "a node's, after": lambda x, y: y.grad_fn.register_hook(lambda into, out: (into[0] * 2, into[1])),
    "a saved tensor's": lambda x, y: y.grad_fn._raw_saved_self.register_hooks(
        lambda t: t.detach(), lambda t: t
    ),
    "retaining": lambda x, y: y.retain_grad(),
    "after the handing over": lambda x, y: x.register_post_accumulate_grad_hook(lambda t: None),
    "for several, all": multi("all"),
    "for several, any": multi("any"),
}
PASSES = {
    "a net": of_net(),
    "a net, its graph retained": of_net(lambda loss: loss.backward(retain_graph=True)),
    "a net, the pass recorded": of_net(creating),
    "a net, anomalies looked for": of_net(inspected),
    "some inputs": some_inputs,
    "two losses": passing(lambda x, w: (smooth(x, w), (x * 2).sum()), lambda pair: th.autograd.backward(pair)),
    "a custom function": passing(lambda x, w: Double.apply(x * w).sum()),
    "a custom function, the pass recorded": passing(lambda x, w: Double.apply(x * w).sum(), creating),
    "a function differentiable once": passing(lambda x, w: Squares.apply(x * w).sum()),
    "checkpoint": passing(lambda x, w: checkpoint(smooth, x, w, use_reentrant=False)),
    "checkpoint, reentrant": passing(lambda x, w: checkpoint(smooth, x, w, use_reentrant=True)),
    "views and writes in place": passing(written),
    "several outputs": passing(parts),
    "packed tensors": passing(packed),
    "module hooks": of_layers(lambda: hooked(nn.Linear(3, 2)), 2, 3, work=lambda net, x: net(x).sum().backward()),
    **{f"a hook: {kind}": passing(with_hook(put)) for kind, put in HOOKS.items()},
    **{f"a hook, the pass recorded: {kind}": passing(with_hook(put), creating) for kind, put in HOOKS.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", PASSES)
def test_a_backward_pass(name):
    """Gradients, once complete, are handed over leaf by leaf: each then has its old one or the new one, whole."""

    def holds(before, after, done, stopped, tensors):
        if stopped.handed_over:
            old_or_new(before, after, done)
        else:
            assert after == before

    assert injected(PASSES[name], holds) > 0


def fails(*_):
    raise Given


FAILING = {
    "a tensor's": lambda x, y: y.register_hook(fails),
    "a leaf's": lambda x, y: x.register_hook(fails),
    "a node's, before": lambda x, y: y.grad_fn.register_prehook(fails),
    "a node's, after": lambda x, y: y.grad_fn.register_hook(fails),
    "a saved tensor's": lambda x, y: y.grad_fn._raw_saved_self.register_hooks(lambda t: t.detach(), fails),
    "one for several": lambda x, y: th.autograd.graph.register_multi_grad_hook((y,), fails, mode="any"),
}


@pytest.mark.parametrize("hook", FAILING)
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_that_fails(hook, create_graph):
    x, w = (th.tensor([2.0, 3.0], requires_grad=True) for _ in range(2))
    (x * w).sum().backward()
    y = x.sin()
    FAILING[hook](x, y)
    loss = (y * w).sum()
    before = state((x, w)), settings()
    with pytest.raises(Given):
        loss.backward(create_graph=create_graph)
    assert (state((x, w)), settings()) == before


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


# -- writing -----------------------------------------------------------------------------------------------------


def masked(y, w):
    y[y > 0] = 5.0


def put(y, w):
    y[0] = w[1]


WRITES = {
    "mul_": lambda y, w: y.mul_(w),
    "add_ itself": lambda y, w: y.add_(y),
    "exp_": lambda y, w: y.exp_(),
    "exp_ of a part": lambda y, w: y[:2].exp_(),
    "a view of a view": lambda y, w: y.view(3, 1)[1:].T.mul_(2),
    "a number put": lambda y, w: y.__setitem__(0, 7.0),
    "an element put": put,
    "a mask": masked,
    "places": lambda y, w: y.__setitem__(th.tensor([2, 0]), w[:2]),
    "copy_": lambda y, w: y.copy_(w),
    "fill_": lambda y, w: y.fill_(2.0),
    "zero_": lambda y, w: y.zero_(),
    "clamp_": lambda y, w: y.clamp_(min=0.0),
    "masked_fill_": lambda y, w: y.masked_fill_(y > 0, 3.0),
    "scatter_": lambda y, w: y.scatter_(0, th.tensor([0, 2]), w[:2]),
    "index_add_": lambda y, w: y.index_add_(0, th.tensor([0, 2]), w[:2]),
    "addcmul_": lambda y, w: y.addcmul_(w, w),
    "uniform_": lambda y, w: y.uniform_(),
    "data": lambda y, w: y.data.mul_(2),
    "detach": lambda y, w: y.detach().mul_(2),
    "under no_grad": lambda y, w: th.no_grad()(y.mul_)(w),
    "a custom function": lambda y, w: Inplace.apply(y),
    "relu_": lambda y, w: nn.functional.relu_(y),
}


class Inplace(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(3)

    @staticmethod
    def backward(ctx, g):
        return g * 3


def slopes(y, w, x):
    """The gradients of what was written to, or that they are refused."""
    if not y.requires_grad:
        return None
    try:
        grads = th.autograd.grad(y.sum(), (x, w), retain_graph=True, allow_unused=True)
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)
        return "refused"
    return [None if g is None else g.tolist() for g in grads]


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("looked_at", ["the tensor", "a view of it", "the base of a view"])
def test_a_write_in_place(name, looked_at):
    """Numbers change only together with the version, and their history with the numbers."""
    work = WRITES[name]

    def prepare():
        (x, w), _ = of_two(smooth)()
        base = th.cat([x * w, w]) if looked_at == "the base of a view" else x * w
        y = base[:3] if looked_at == "the base of a view" else base
        seen = y if looked_at == "the tensor" else y[:] if looked_at == "a view of it" else base
        return (seen, y, w, x), lambda: work(y, w)

    tensors, _ = prepare()
    old = [slopes(t, *tensors[2:]) for t in tensors[:2]]
    tensors, run = prepare()
    th.manual_seed(3)
    run()
    new = [slopes(t, *tensors[2:]) for t in tensors[:2]]

    def whole(before, after, done, stopped, tensors):
        for t, was, now, then, first, last in zip(tensors, before, after, done, old, new):
            assert now[0] in (was[0], then[0]) and now[1] == was[1]
            assert (
                now[0] == was[0] or now[2] > was[2] or name == "data"
            )  # whose writes do not count, as in torch
            history = slopes(t, *tensors[2:])
            if history != "refused" and name not in (
                "a custom function",
                "data",
            ):  # which write by themselves
                assert history == (first if now[0] == was[0] else last) or first == last

    assert injected(prepare, whole, draws=name == "uniform_") > 0


def initialised(net, x):
    for p in net.parameters():
        nn.init.trunc_normal_(p)


MOVES = {
    "initial numbers": of_layers(lambda: nn.Linear(3, 2), 1, work=initialised),
    "a state is loaded": of_layers(lambda: nn.Linear(3, 2), 1, work=lambda net, x: net.load_state_dict({"weight": th.ones(2, 3), "bias": th.ones(2)})),
    "running statistics": of_layers(lambda: nn.BatchNorm1d(3), 2, 3),
    "gradients held to a length": of_two(lambda x, w: nn.utils.clip_grad_norm_((x, w), 0.1)),
    "gradients held between bounds": of_two(lambda x, w: nn.utils.clip_grad_value_((x, w), 0.1)),
    "gradients forgotten": of_two(lambda x, w: th.optim.SGD((x, w)).zero_grad()),
    "gradients set to 0": of_two(lambda x, w: th.optim.SGD((x, w)).zero_grad(set_to_none=False)),
    "a vector into parameters": of_two(lambda x, w: nn.utils.vector_to_parameters(th.ones(6), (x, w))),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_several_are_written_one_after_the_other(name):
    """Each is as it was or as it will be, whole."""

    def holds(before, after, done, stopped, tensors):
        for was, now, then in zip(before, after, done):
            assert now[0] in (was[0], then[0])
            assert (
                now[0] == was[0] or now[2] > was[2] or name == "a vector into parameters"
            )  # which sets ``data``
            assert (now[1] and now[1][0]) in (was[1] and was[1][0], then[1] and then[1][0])

    assert injected(MOVES[name], holds, draws=True) > 0


# -- optimizers --------------------------------------------------------------------------------------------------

STEPS = [
    (th.optim.SGD, {}), (th.optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}), (th.optim.SGD, {"maximize": True}),
    (th.optim.Adam, {}), (th.optim.Adam, {"amsgrad": True, "weight_decay": 0.1}), (th.optim.AdamW, {}), (th.optim.NAdam, {}),
    (th.optim.NAdam, {"weight_decay": 0.1, "decoupled_weight_decay": True}), (th.optim.RAdam, {}), (th.optim.Adamax, {}),
    (th.optim.RMSprop, {}), (th.optim.RMSprop, {"centered": True, "momentum": 0.9}), (th.optim.Adagrad, {}), (th.optim.Adadelta, {}),
    (th.optim.Rprop, {}), (th.optim.LBFGS, {"max_iter": 1}),
]  # fmt: skip


def test_every_optimizer_is_among_them():
    kinds = {k for k in vars(th.optim).values() if isinstance(k, type) and issubclass(k, th.optim.Optimizer)}
    assert kinds - {th.optim.Optimizer} == {kind for kind, _ in STEPS}


@pytest.mark.parametrize(
    ("kind", "options", "closure"),
    [
        (*step, closure)
        for step in STEPS
        for closure in (False, True)
        if closure or step[0] is not th.optim.LBFGS
    ],
)
def test_step(kind, options, closure):
    """As in torch, parameters move one after the other; none is left half moved, gradients and modes stay."""

    def prepare():
        (x, w), _ = of_two(smooth)()
        optimizer = kind(
            [{"params": [x]}] if kind is th.optim.LBFGS else [{"params": [x]}, {"params": [w]}],
            lr=0.1,
            **options,
        )
        loss = lambda: (x * w).sum()
        optimizer.step(loss)
        return (x, w), lambda: optimizer.step(loss if closure else None)

    def holds(before, after, done, stopped, tensors):
        for was, now, then in zip(before, after, done):
            assert now[0] in (was[0], then[0]) and (now[0] == was[0] or now[2] > was[2])
            assert now[1] == was[1] and now[3:] == was[3:]

    assert injected(prepare, holds) > 0


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_a_closure_that_fails_on_the_way_leaves_lbfgs_where_it_was_or_at_a_step(search):
    x = th.tensor([2.0, -1.0], requires_grad=True)
    optimizer, calls = th.optim.LBFGS([x], line_search_fn=search), []

    def closure():
        optimizer.zero_grad()
        loss = ((x - 1) ** 4).sum()
        loss.backward()
        calls.append(x.tolist())
        if len(calls) == 2:
            raise Given
        return loss

    with pytest.raises(Given):
        optimizer.step(closure)
    assert th.is_grad_enabled() and x.tolist() == (calls[0] if search else calls[1])


@pytest.mark.parametrize("kind", [
    lambda o: th.optim.lr_scheduler.StepLR(o, 1, 0.5), lambda o: th.optim.lr_scheduler.CosineAnnealingLR(o, 5),
    lambda o: th.optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=9),
])  # fmt: skip
def test_a_schedule(kind):
    """The rate is the old one or the new one."""
    rates = []

    def prepare():
        (x, w), _ = of_two(smooth)()
        optimizer = th.optim.SGD([x, w], lr=0.1, momentum=0.9)
        optimizer.step()
        schedule = kind(optimizer)
        rates[:] = [rates[-1] if rates else None, optimizer, optimizer.param_groups[0]["lr"]]
        return (x, w), schedule.step

    _, step = prepare()
    step()
    new = rates[1].param_groups[0]["lr"]

    def holds(before, after, done, stopped, tensors):
        assert after == before and rates[1].param_groups[0]["lr"] in (rates[2], new)

    assert injected(prepare, holds) > 0


# -- interrupts as they come -------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system sends no such signals")
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_a_long_backward_is_interrupted_on_its_way(shape, create_graph):
    """Wherever Ctrl-C comes, no leaf has a part of a gradient; the graph, which was retained, gives all of it later."""

    def interrupt(*_):
        raise KeyboardInterrupt

    def passes():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # create_graph warns of cycles
            loss.backward(retain_graph=True, create_graph=create_graph)

    x = th.full(shape, 0.5, dtype=th.float64, requires_grad=True)
    w = th.full(shape, 1.0, dtype=th.float64, requires_grad=True)
    y = x
    for _ in range(3000):
        y = (y * w + x * 0.5).tanh()
    loss = y.sum()
    began = time.perf_counter()
    passes()
    took, whole = time.perf_counter() - began, [t.grad.tolist() for t in (x, w)]
    x.grad = w.grad = None
    draw, hits, before = drawing(17), 0, signal.signal(signal.SIGALRM, interrupt)
    modes = settings()[:4]
    try:
        while hits < 5:
            were = state((x, w))
            try:
                signal.setitimer(signal.ITIMER_REAL, draw.uniform(0.1, 0.9) * took)
                passes()
                signal.setitimer(signal.ITIMER_REAL, 0)
                x.grad = w.grad = None
                took *= 0.9
            except KeyboardInterrupt:
                hits += 1
                assert state((x, w)) == were and settings()[:4] == modes
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    passes()
    assert [t.grad.tolist() for t in (x, w)] == whole


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system sends no such signals")
def test_interrupts_as_they_come():
    """Training is interrupted from outside, at random moments of its steps: whatever was going on, all is whole."""

    def interrupt(*_):
        raise KeyboardInterrupt

    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    optimizer = th.optim.AdamW(net.parameters())
    x, draw, hits = th.ones(4, 2), drawing(5), 0
    before, modes = signal.signal(signal.SIGALRM, interrupt), settings()[:4]

    def training():
        optimizer.zero_grad()
        y = Squares.apply(net(x))
        y.mul_(2)
        checkpoint(th.sin, y, use_reentrant=False).sum().backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

    unrecorded = th.no_grad()(lambda: x)  # nearly nothing but the two ends of the mode
    # (what is done, how often, and how long it takes)
    works = [[training, 3, 1e-3], [unrecorded, 200, 1e-4], [lambda: Squares.apply(x), 30, 1e-4]]
    try:
        for i in range(rounds("interrupts from outside")):
            (work, times, pause), began = works[i % 3], time.perf_counter()
            try:
                signal.setitimer(signal.ITIMER_REAL, draw.uniform(1e-6, pause))
                for _ in range(times):
                    work()
                works[i % 3][2] = time.perf_counter() - began
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                hits += 1
            assert settings()[:4] == modes
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert hits
    for p in net.parameters():
        assert p.requires_grad and np.isfinite(p.detach().numpy()).all()
    free = threading.Thread(target=lambda: net(x).sum().backward())
    free.start()
    free.join(20)
    assert not free.is_alive()
