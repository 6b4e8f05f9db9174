"""Whether operations are recorded, and the tick counter. Leans on the standard library only.

Every operation reads one attribute, ``mode.grad``:

* ``True``   record the operation when an input requires grad;
* ``False``  do not (``no_grad``);
* a watcher  an object that wants to see each operation (a laboratory recording, forward mode, inference mode).
  Its truth value says whether to record; operations hand such calls to the general path, which tells it.

So watching costs nothing while nobody watches. The attribute lives on a ``threading.local``: modes are per thread.

Note [Ticks]
One counter numbers both the nodes of the graph, at birth, and the writes in place. A saved tensor is stale exactly
when its last write is younger than the node that saved it. ``ticks.last_write`` is the youngest write anywhere: a
node older than it has to look, a younger one need not.
"""

import collections
import functools
import inspect
import itertools
import threading

__all__ = [
    "enable_grad",
    "inference_mode",
    "is_anomaly_check_nan_enabled",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_grad_enabled",
]


class _Mode(threading.local):
    grad = True
    anomaly = None  # None, or whether the pass also looks for NaN (autograd.anomaly_mode)

    def __init__(self):
        self.at_the_end = []  # what is to be called when the pass of this thread is over


class _Ticks:
    """The counter, and the latest recorded passes: (first tick, last tick, youngest node that was differentiated)."""

    def __init__(self):
        self.next = itertools.count(1).__next__
        self.last_write = 0
        self.passes = collections.deque(maxlen=1000)


mode = _Mode()
ticks = _Ticks()


class Watch:
    """A state of ``mode.grad`` that shows each operation to ``watchers``.

    A watcher is a callable ``watcher(row, inputs, attrs, results, node)``, called after the operation has run. If it
    has a method ``follow(source, target)``, that is called where an operation that writes in place moves a value from
    one tensor to another; ``finished(node, inputs, results)``, where a custom function has run; and
    ``cut(source, twin, how)``, where ``detach()`` or ``.data`` gives the same numbers without their history.
    """

    def __init__(self, grad, watchers):
        self.grad, self.watchers = bool(grad), tuple(watchers)

    def __bool__(self):
        return self.grad


class Inference(Watch):
    """Inference mode: records nothing; results are marked as inference tensors."""

    def __init__(self, watchers=()):
        super().__init__(False, watchers)


def switched(state, grad):
    """The mode ``state`` with recording on or off, keeping whoever watches."""
    watchers = getattr(state, "watchers", ())
    return Watch(grad, watchers) if watchers else grad


def shown_to(watchers):
    """The mode in force, seen by ``watchers``."""
    state = mode.grad
    if isinstance(state, Inference):
        return Inference(watchers)
    return Watch(state, watchers) if watchers else bool(state)


def told(event, *args):
    """Tell the watchers that want to know of ``event``."""
    for watcher in getattr(mode.grad, "watchers", ()):
        listen = getattr(watcher, event, None)
        if listen is not None:
            listen(*args)


def watch(watcher):
    """Let ``watcher`` see each operation of this thread from now on, until ``unwatch``."""
    mode.grad = shown_to((*getattr(mode.grad, "watchers", ()), watcher))


def unwatch(watcher):
    """Let ``watcher`` go."""
    mode.grad = without(watcher)


def without(watcher):
    """The mode in force, not seen by ``watcher``."""
    return shown_to(tuple(w for w in getattr(mode.grad, "watchers", ()) if w is not watcher))


def under(state, function, *args, **options):
    """What ``function`` gives, called while ``mode.grad`` is ``state``.

    Whatever happens, the mode is put back. A ``with`` block cannot promise that: Python hears of Ctrl-C where a
    function is entered, so on the way into ``__exit__`` too, but not between ``finally`` and an assignment.
    """
    before = mode.grad
    try:
        mode.grad = state
        return function(*args, **options)
    finally:
        mode.grad = before


class _GradContext:
    """What ``no_grad`` and its siblings share: a context manager that is a decorator too.

    As a decorator it covers plain functions, coroutines, and generators, whose body runs in this mode while the
    caller's own mode is back in force between two values.
    """

    grad = True

    def _state(self):
        return switched(mode.grad, self.grad)

    def clone(self):
        return type(self)()

    def __enter__(self):
        self._before = mode.grad
        mode.grad = self._state()

    def __exit__(self, *exc):
        mode.grad = self._before

    def __call__(self, function):
        if inspect.isclass(function):
            raise TypeError(f"{type(self).__name__} decorates functions, not classes; decorate the methods")
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generator(*args, **kwargs):
                return (yield from _driven(function(*args, **kwargs), self.clone))

            return generator
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def coroutine(*args, **kwargs):
                return await _Awaitable(function(*args, **kwargs), self.clone)

            return coroutine

        @functools.wraps(function)
        def call(*args, **kwargs):
            return under(self._state(), function, *args, **kwargs)

        return call


def _driven(inner, context):
    """Run a generator (or coroutine) so that only its own steps are inside ``context()``."""
    step, value = inner.send, None
    try:
        while True:
            try:
                with context():
                    produced = step(value)
            except StopIteration as stop:
                return stop.value
            try:
                step, value = inner.send, (yield produced)
            except GeneratorExit:
                raise
            except BaseException as error:  # noqa: BLE001 - whatever the caller throws goes to the generator
                step, value = inner.throw, error
    finally:
        with context():
            inner.close()


class _Awaitable:
    def __init__(self, inner, context):
        self.inner, self.context = inner, context

    def __await__(self):
        return (yield from _driven(self.inner, self.context))


class no_grad(_GradContext):
    """Operations inside are not recorded; results do not require grad. Also a decorator.

    >>> import autodiff_lab as th
    >>> x = th.tensor(2., requires_grad=True)
    >>> with th.no_grad():
    ...     y = x * 3
    >>> y.requires_grad
    False
    """

    grad = False

    def __new__(cls, function=None):
        made = object.__new__(cls)
        return made if function is None else made(function)

    def __enter__(self):
        self._before = state = mode.grad
        mode.grad = self.grad if state is True or state is False else self._state()


class enable_grad(no_grad):
    """Operations inside are recorded again, within ``no_grad`` say. Also a decorator."""

    grad = True


class set_grad_enabled(_GradContext):
    """Switch recording on or off: at once when called, and as a context manager or decorator.

    Args:
        mode (bool): whether operations are recorded.
    """

    def __init__(self, mode):
        if not isinstance(mode, bool):
            given = type(mode).__name__
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {given}")
        self.grad = mode
        self._before = globals()["mode"].grad
        globals()["mode"].grad = self._state()

    def clone(self):
        return type(self)(self.grad)

    def __repr__(self):
        return f"{type(self).__module__}.set_grad_enabled(mode={self.grad})"

    def __call__(self, function):
        mode.grad = self._before
        return super().__call__(function)

    def __enter__(self):
        mode.grad = self._state()


class inference_mode(_GradContext):
    """``no_grad`` for good: tensors made inside can never join a graph. Also a decorator.

    Args:
        mode (bool): ``False`` leaves inference mode for the block.
    """

    def __new__(cls, mode=True):
        made = super().__new__(cls)
        if callable(mode):
            made.__init__(True)
            return made(mode)
        return made

    def __init__(self, mode=True):
        self.grad = mode

    def clone(self):
        return type(self)(self.grad)

    def _state(self):
        if self.grad:
            return Inference(getattr(mode.grad, "watchers", ()))
        state = mode.grad
        return switched(state, True) if isinstance(state, Inference) else state


def is_grad_enabled():
    """Whether operations are being recorded now."""
    return bool(mode.grad)


def is_inference_mode_enabled():
    """Whether inference mode is on."""
    return isinstance(mode.grad, Inference)


def is_anomaly_enabled():
    """Whether ``autograd.detect_anomaly`` is on."""
    return mode.anomaly is not None


def is_anomaly_check_nan_enabled():
    """Whether it also raises at NaN."""
    return mode.anomaly is not False
