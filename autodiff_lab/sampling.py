"""Random tensors, with torch's numbers. Leans on random (which draws), ops.creation, views.

Every function takes ``generator=``; without one, the default generator that ``manual_seed`` seeds.
"""

import contextlib

import numpy as np

from . import random
from .device import check_device
from .dtypes import as_dtype
from .errors import check
from .mode import mode
from .ops.creation import delivered, finished, numpy_dtype, sizes_of
from .ops.row import apply, check_tensor, number, operation, plain, settle, spelled
from .ops.shape import expand
from .random import Generator, default_generator
from .tensor import Tensor, memory, new_tensor
from .views import check_fits, rebase, refuse, write

__all__ = [
    "Generator", "bernoulli", "default_generator", "get_rng_state", "initial_seed", "manual_seed", "multinomial",
    "normal", "poisson", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm", "seed",
    "set_rng_state",
]  # fmt: skip

# -- the default generator ----------------------------------------------------------------------------------


def manual_seed(seed):
    """Start the default generator at ``seed``: the same seed gives the same numbers, torch's.

    >>> import autodiff_lab as th
    >>> _ = th.manual_seed(42)
    >>> th.rand(3)
    tensor([0.8823, 0.9150, 0.3829])
    """
    return default_generator.manual_seed(int(seed))


def seed():
    """Start the default generator anywhere; the seed it took."""
    return default_generator.seed()


def initial_seed():
    """The seed that the default generator started from."""
    return default_generator.initial_seed()


def get_rng_state():
    """The default generator's state, a uint8 tensor."""
    return default_generator.get_state()


def set_rng_state(new_state):
    """Put the default generator into a state that ``get_rng_state`` gave."""
    default_generator.set_state(new_state)


def source(generator, device=None):
    """The generator to draw from; ``device`` is looked at before a number is drawn.

    Raises:
        TypeError: for anything but a Generator or None.
    """
    check_device(device)
    if generator is None:
        return default_generator
    check(isinstance(generator, Generator),
          f"argument 'generator' must be autodiff_lab.Generator, not {type(generator).__name__}",
          TypeError)  # fmt: skip
    return generator


# -- new tensors --------------------------------------------------------------------------------------------


def rand(
    *size,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """Numbers spread evenly over [0, 1), in the given shape."""
    drawn = random.uniform(source(generator, device), sizes_of("rand", size), numpy_dtype(dtype))
    return delivered(drawn, requires_grad, device, out)


def randn(
    *size,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """Standard normal numbers, in the given shape."""
    drawn = random.normal(source(generator, device), sizes_of("randn", size), numpy_dtype(dtype))
    return delivered(drawn, requires_grad, device, out)


def randint(*args, low=None, high=None, size=None, generator=None, out=None, dtype=None, layout=None, device=None,
            requires_grad=False):  # fmt: skip
    """Integers from ``low`` (0) up to, not including, ``high``.

    Called as ``randint(high, size)`` or ``randint(low, high, size)``.

    Raises:
        RuntimeError: if the range is empty.
    """
    args = list(args)
    if size is None and args and isinstance(args[-1], (tuple, list)):
        size = args.pop()
    if len(args) == 2:
        low, high = args
    elif len(args) == 1:
        low, high = (low, args[0]) if high is None else (args[0], high)
    check(high is not None and size is not None,
          "randint() received an invalid combination of arguments; expected (high, size) or (low, high, "
          "size)", TypeError)  # fmt: skip
    return delivered(
        integers(source(generator, device), low, high, sizes_of("randint", (size,)), dtype),
        requires_grad,
        device,
        out,
    )


def integers(generator, low, high, shape, dtype):
    low, high = plain(0 if low is None else low), plain(high)
    check(low < high, f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    kind = np.dtype(np.int64) if dtype is None else as_dtype(dtype).numpy
    return random.randint(generator, shape, low, high, kind)


def randperm(
    n,
    *,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """The integers 0 … n - 1 in random order."""
    kind = np.dtype(np.int64) if dtype is None else as_dtype(dtype).numpy
    return delivered(random.randperm(source(generator, device), n, kind), requires_grad, device, out)


def rand_like(
    input, *, generator=None, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None
):
    """``rand`` in the shape and dtype of ``input``."""
    return in_the_order_of(input, "rand_like", random.uniform, generator, dtype, requires_grad, device)


def randn_like(
    input, *, generator=None, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None
):
    """``randn`` in the shape and dtype of ``input``."""
    return in_the_order_of(input, "randn_like", random.normal, generator, dtype, requires_grad, device)


def in_the_order_of(input, name, draw, generator, dtype, requires_grad, device):
    """Numbers drawn in the order in which ``input`` lies in memory, as torch does."""
    kind = check_tensor(input, name)._array.dtype if dtype is None else as_dtype(dtype).numpy
    made = np.empty_like(memory(input), kind)
    options = {} if made.flags.c_contiguous or draw is not random.normal else {"contiguous": False}
    random.fill(made, draw(source(generator, device), made.shape, kind, **options))
    return finished(made, requires_grad, device)


def randint_like(input, *args, low=None, high=None, generator=None, dtype=None, layout=None, device=None,
                 requires_grad=False, memory_format=None):  # fmt: skip
    """``randint`` in the shape and dtype of ``input``."""
    if len(args) == 2:
        low, high = args
    elif args:
        low, high = (low, args[0]) if high is None else (args[0], high)
    kind = check_tensor(input, "randint_like").dtype if dtype is None else dtype
    return finished(
        integers(source(generator, device), low, high, input._array.shape, kind), requires_grad, device
    )


def normal(
    mean=0.0, std=1.0, size=None, *, generator=None, out=None, dtype=None, device=None, requires_grad=False
):
    """Normal numbers: around each ``mean`` with each ``std``, tensors or numbers; two numbers need a ``size``.

    Raises:
        RuntimeError: for a negative ``std``, or shapes that do not broadcast.
    """
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        check(size is not None, "normal() of two numbers needs a size: normal(mean, std, size)", TypeError)
        drawn = random.normal(
            source(generator, device),
            sizes_of("normal", (size,)),
            numpy_dtype(dtype),
            plain(mean),
            plain(std),
        )
        return delivered(drawn, requires_grad, device, out)
    mean, std = (memory(v.detach()) if isinstance(v, Tensor) else v for v in (mean, std))
    return delivered(random.normal_around(source(generator, device), mean, std), requires_grad, device, out)


# -- draws that depend on a tensor --------------------------------------------------------------------------

# fmt: off
BERNOULLI = operation("bernoulli", "Bernoulli", lambda x, drawn: drawn, lambda g: g * 0, attrs=("drawn",))
OVERDRAWN = operation("overdrawn", "Bernoulli", lambda x, drawn: drawn, lambda g: g * 0, attrs=("drawn",),
                      suffix="Backward2")
POISSON   = operation("poisson",   "Poisson",   lambda x, drawn: drawn, lambda g: g * 0, attrs=("drawn",))
# fmt: on


def bernoulli(input, p=None, *, generator=None, out=None):
    """Ones with the probabilities in ``input`` (or all with ``p``), else zeros; without derivative.

    Raises:
        RuntimeError: for a probability outside [0, 1].
    """
    array = np.array(check_tensor(input, "bernoulli")._array)
    if p is not None:
        drawn = random.bernoulli(source(generator), p, array.shape, array.dtype)
    else:
        drawn = random.bernoulli(source(generator), array)
    return apply(BERNOULLI, input, drawn=drawn, out=out)


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Indices drawn with the weights in ``input``, one row of weights at a time.

    Raises:
        RuntimeError: for weights that are negative, not finite or all zero, or too few of them.
    """
    probs = np.asarray(check_tensor(input, "multinomial")._array)
    sizes_of("multinomial", (num_samples,))
    return delivered(random.multinomial(source(generator), probs, num_samples, replacement), False, None, out)


def poisson(input, generator=None):
    """Poisson counts at the rates in ``input``; without derivative."""
    rates = np.array(check_tensor(input, "poisson")._array)
    return apply(POISSON, input, drawn=random.poisson(source(generator), rates))


# -- writing in place ---------------------------------------------------------------------------------------


def filled(t, draw):
    """Write what ``draw(dtype, shape, contiguous)`` gives into ``t``; its history becomes a constant's."""
    recording = bool(mode.grad) and t._node is not None
    refuse(t, recording)
    array = memory(t)
    drawn = draw(array.dtype, array.shape, bool(array.flags.c_contiguous))
    placed = np.empty_like(array)
    random.fill(placed, drawn)
    if recording:
        twin = apply(OVERDRAWN, new_tensor(t._array, t._node), drawn=settle(placed))
        check_fits(t, twin)
        write(t, placed)
        rebase(t, twin._node)
    else:
        write(t, placed)
    return t


def uniform_(self, from_=0.0, to=1.0, *, generator=None, **spelled):
    """Write numbers spread evenly over [from, to)."""
    low = spelled.pop("from", from_)
    return filled(
        self, lambda dtype, shape, _: random.uniform(source(generator), shape, dtype, plain(low), plain(to))
    )


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Write normal numbers."""
    mean, std = number(mean, "normal_", "mean", 1), number(std, "normal_", "std")
    return filled(
        self, lambda dtype, shape, dense: random.normal(source(generator), shape, dtype, mean, std, dense)
    )


def bernoulli_(self, p=0.5, *, generator=None):
    """Write ones with probability ``p``, a number or a tensor, else zeros."""
    chance = memory(expand(p, *self.shape)) if isinstance(p, Tensor) else number(p, "bernoulli_", "p", 1)
    return filled(self, lambda dtype, shape, _: random.bernoulli(source(generator), chance, shape, dtype))


def random_(self, from_=None, to=None, *, generator=None, **spelled):
    """Write integers: in [from, to), in [0, to), or any that the dtype can hold."""
    low = spelled.pop("from", from_)
    if to is None and low is not None and "from" not in spelled:
        low, to = 0, low
    return filled(self, lambda dtype, shape, _: random.random_(source(generator), shape, dtype, low, to))


def exponential_(self, lambd=1.0, *, generator=None):
    """Write exponential waiting times of rate ``lambd``."""
    return filled(
        self, lambda dtype, shape, _: random.exponential(source(generator), shape, dtype, plain(lambd))
    )


for _method in (uniform_, normal_, bernoulli_, random_, exponential_):
    setattr(Tensor, _method.__name__, _method)
for _function in (bernoulli, multinomial):
    setattr(Tensor, _function.__name__, _function)


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True):
    """A block whose random numbers leave the default generator as it was."""
    state = default_generator.get_state()
    try:
        yield
    finally:
        if enabled:
            default_generator.set_state(state)


rand, randn = spelled(rand), spelled(randn)
for _seeding in (manual_seed, seed, initial_seed, get_rng_state, set_rng_state, fork_rng):
    setattr(random, _seeding.__name__, _seeding)  # torch.random's names
