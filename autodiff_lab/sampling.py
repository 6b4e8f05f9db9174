"""Random tensors, with torch's numbers. Leans on random (which draws), ops.creation, views.

Every function takes ``generator=``; without one, the default generator that ``manual_seed`` seeds.
"""

import contextlib
import math

import numpy as np

from . import dtypes, random
from .device import check_device
from .dtypes import as_dtype
from .errors import check
from .mode import mode
from .ops.creation import delivered, finished, numpy_dtype, sizes_of
from .ops.row import apply, check_tensor, number, operation, plain, settle
from .ops.shape import expand
from .ops.words import named, worded
from .random import Generator, default_generator
from .tensor import Tensor, memory, new_tensor
from .views import check_fits, refuse, write

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


seed, initial_seed = default_generator.seed, default_generator.initial_seed
get_rng_state = default_generator.get_state


def set_rng_state(new_state):
    """Put the default generator into a state that ``get_rng_state`` gave."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True):
    """A block whose random numbers leave the default generator as it was."""
    state = default_generator.get_state()
    try:
        yield
    finally:
        if enabled:
            default_generator.set_state(state)


def source(generator, device=None):
    """The generator to draw from; ``device`` is looked at before a number is drawn."""
    check_device(device)
    fits = generator is None or isinstance(generator, Generator)
    check(fits, f"argument 'generator' must be autodiff_lab.Generator, not {type(generator).__name__}",
          TypeError)  # fmt: skip
    return default_generator if generator is None else generator


# -- new tensors --------------------------------------------------------------------------------------------


def shaped(name, draw, doc):
    """Numbers drawn in a given shape, and those drawn in the order in which another tensor lies in memory."""

    def made(*size, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False,
             pin_memory=False):  # fmt: skip
        drawn = draw(source(generator, device), sizes_of(name, size), numpy_dtype(dtype))
        return delivered(drawn, requires_grad, device, out)

    def like(
        input,
        *,
        generator=None,
        dtype=None,
        layout=None,
        device=None,
        requires_grad=False,
        memory_format=None,
    ):
        kind = check_tensor(input, name + "_like")._array.dtype if dtype is None else as_dtype(dtype).numpy
        array = np.empty_like(memory(input), kind)
        options = {} if array.flags.c_contiguous or draw is not random.normal else {"contiguous": False}
        random.fill(array, draw(source(generator, device), array.shape, kind, **options))
        return finished(array, requires_grad, device)

    twin = named(like, name + "_like", f"``{name}`` in the shape and dtype of ``input``.")
    return worded(named(made, name, doc)), twin


rand, rand_like = shaped("rand", random.uniform, "Numbers spread evenly over [0, 1), in the given shape.")
randn, randn_like = shaped("randn", random.normal, "Standard normal numbers, in the given shape.")


def bounds(args, low, high):
    """``high``, or ``low, high``, given by position or by name."""
    if len(args) == 2:
        return args
    return (low, high) if not args else (low, args[0]) if high is None else (args[0], high)


def integers(generator, low, high, shape, dtype):
    low, high = plain(0 if low is None else low), plain(high)
    check(low < high, f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    return random.randint(generator, shape, low, high, np.int64 if dtype is None else as_dtype(dtype).numpy)


def randint(*args, low=None, high=None, size=None, generator=None, out=None, dtype=None, layout=None, device=None,
            requires_grad=False):  # fmt: skip
    """Integers from ``low`` (0) up to, not including, ``high``; called with (high, size) or (low, high, size)."""
    if size is None and args and isinstance(args[-1], (tuple, list)):
        *args, size = args
    low, high = bounds(args, low, high)
    check(high is not None and size is not None, "randint() received an invalid combination of arguments; "
                                                 "expected (high, size) or (low, high, size)", TypeError)  # fmt: skip
    drawn = integers(source(generator, device), low, high, sizes_of("randint", (size,)), dtype)
    return delivered(drawn, requires_grad, device, out)


def randint_like(input, *args, low=None, high=None, generator=None, dtype=None, layout=None, device=None,
                 requires_grad=False, memory_format=None):  # fmt: skip
    """``randint`` in the shape and dtype of ``input``."""
    kind = check_tensor(input, "randint_like").dtype if dtype is None else dtype
    drawn = integers(source(generator, device), *bounds(args, low, high), input._array.shape, kind)
    return finished(drawn, requires_grad, device)


def randperm(n, *, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False,
             pin_memory=False):  # fmt: skip
    """The integers 0 … n - 1 in random order."""
    kind = np.dtype(np.int64) if dtype is None else as_dtype(dtype).numpy
    return delivered(random.randperm(source(generator, device), n, kind), requires_grad, device, out)


def normal(
    mean=0.0, std=1.0, size=None, *, generator=None, out=None, dtype=None, device=None, requires_grad=False
):
    """Normal numbers: around each ``mean`` with each ``std``, tensors or numbers; two numbers need a ``size``.

    Raises RuntimeError for a negative ``std``, or shapes that do not broadcast.
    """
    gen = source(generator, device)
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        mean, std = (memory(v.detach()) if isinstance(v, Tensor) else v for v in (mean, std))
        return delivered(random.normal_around(gen, mean, std), requires_grad, device, out)
    check(size is not None, "normal() of two numbers needs a size: normal(mean, std, size)", TypeError)
    drawn = random.normal(gen, sizes_of("normal", (size,)), numpy_dtype(dtype), plain(mean), plain(std))
    return delivered(drawn, requires_grad, device, out)


# -- draws that depend on a tensor --------------------------------------------------------------------------


def drawn_row(name, title, suffix="Backward0"):
    return operation(name, title, lambda x, drawn: drawn, lambda g: g * 0, attrs=("drawn",), suffix=suffix)


BERNOULLI, POISSON = drawn_row("bernoulli", "Bernoulli"), drawn_row("poisson", "Poisson")
OVERDRAWN = drawn_row("overdrawn", "Bernoulli", "Backward2")


def bernoulli(input, p=None, *, generator=None, out=None):
    """Ones with the probabilities, 0 to 1, in ``input`` (or all with ``p``), else zeros; without derivative."""
    array = np.array(check_tensor(input, "bernoulli")._array)
    given = (array,) if p is None else (p, array.shape, array.dtype)
    return apply(BERNOULLI, input, drawn=random.bernoulli(source(generator), *given), out=out)


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Indices drawn with the weights in ``input``, one row of weights at a time.

    Raises RuntimeError for weights that are negative, not finite or all zero, or too few of them.
    """
    probs = np.asarray(check_tensor(input, "multinomial")._array)
    sizes_of("multinomial", (num_samples,))
    if out is not None and out.dtype is not dtypes.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype.title}")
    return delivered(random.multinomial(source(generator), probs, num_samples, replacement), False, None, out)


def poisson(input, generator=None):
    """Poisson counts at the rates in ``input``; without derivative."""
    rates = np.array(check_tensor(input, "poisson")._array)
    return apply(POISSON, input, drawn=random.poisson(source(generator), rates))


# -- writing in place ---------------------------------------------------------------------------------------


def filled(t, draw, generator, *options, order=False):
    """Write what ``draw(generator, shape, dtype, …)`` gives into ``t``; its history becomes a constant's.

    Args:
        order: whether the draw also wants to know if ``t`` lies in memory as its shape reads.
    """
    recording = bool(mode.grad) and t._node is not None
    refuse(t, recording)
    array = memory(t)
    options += (bool(array.flags.c_contiguous),) * order
    placed = np.empty_like(array)
    random.fill(placed, draw(source(generator), array.shape, array.dtype, *options))
    if recording:
        twin = apply(OVERDRAWN, new_tensor(t._array, t._node), drawn=settle(placed))
        check_fits(t, twin)
    write(t, placed, recording, twin._node if recording else None)
    return t


def uniform_(self, from_=0.0, to=1.0, *, generator=None, **spelled):
    """Write numbers spread evenly over [from, to)."""
    return filled(self, random.uniform, generator, plain(spelled.pop("from", from_)), plain(to))


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Write normal numbers."""
    mean, std = number(mean, "normal_", "mean", 1), number(std, "normal_", "std")
    return filled(self, random.normal, generator, mean, std, order=True)


def bernoulli_(self, p=0.5, *, generator=None):
    """Write ones with probability ``p``, a number or a tensor, else zeros."""
    chance = memory(expand(p, *self.shape)) if isinstance(p, Tensor) else number(p, "bernoulli_", "p", 1)
    return filled(self, lambda gen, shape, dtype: random.bernoulli(gen, chance, shape, dtype), generator)


def random_(self, from_=None, to=None, *, generator=None, **spelled):
    """Write integers: in [from, to), in [0, to), or any that the dtype can hold."""
    low = spelled.pop("from", from_)
    if to is None and low is not None and "from" not in spelled:
        low, to = 0, low
    return filled(self, random.random_, generator, low, to)


def exponential_(self, lambd=1.0, *, generator=None):
    """Write exponential waiting times of rate ``lambd``."""
    return filled(self, random.exponential, generator, plain(lambd))


def wide(draw):
    """``draw(generator, n)``, worked out in double precision, as ``filled`` wants it."""
    return lambda gen, shape, dtype: draw(gen, math.prod(shape)).astype(dtype).reshape(shape)


def log_normal_(self, mean=1.0, std=2.0, *, generator=None):
    """Write exp of normal numbers."""
    check(
        self.is_floating_point(),
        f"\"log_normal_cpu\" not implemented for '{self.dtype.title}'",
        NotImplementedError,
    )
    mean, std = number(mean, "log_normal_", "mean", 1), number(std, "log_normal_", "std")
    check(std > 0, f"log_normal_ expects std > 0.0, but found std={std:g}")
    return filled(self, wide(lambda gen, n: np.exp(gen._pairs(n) * std + mean)), generator)


def cauchy_(self, median=0.0, sigma=1.0, *, generator=None):
    """Write numbers of Cauchy's distribution: ``median + sigma · tan(π (u - ½))``."""
    check(self.is_floating_point(), "Cauchy distribution is a continuous probability distribution. dtype must be a "
          f"floating point but you specified {random.NAMES[self._array.dtype][1]}")  # fmt: skip
    median, sigma = number(median, "cauchy_", "median", 1), number(sigma, "cauchy_", "sigma")
    check(sigma > 0, f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    return filled(
        self, wide(lambda gen, n: median + sigma * np.tan(np.pi * (gen._doubles(n) - 0.5))), generator
    )


def geometric_(self, p, *, generator=None):
    """Write at which trial of probability ``p`` comes the first success."""
    check(0 < p < 1, f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    return filled(self, wide(lambda gen, n: np.ceil(np.log(gen._doubles(n)) / np.log1p(-p))), generator)


for _method in (
    uniform_,
    normal_,
    bernoulli_,
    random_,
    exponential_,
    bernoulli,
    multinomial,
    log_normal_,
    cauchy_,
    geometric_,
):
    setattr(Tensor, _method.__name__, _method)
for _seeding in ("manual_seed", "seed", "initial_seed", "get_rng_state", "set_rng_state", "fork_rng"):
    setattr(random, _seeding, globals()[_seeding])  # torch.random's names
