"""torch's random numbers on the CPU, bit for bit, as NumPy arrays. Leans on device and ops.row.

th.rand, Tensor.normal_ and their kin are made of the functions here. Each takes a ``Generator`` first; a
``shape`` is an int or a tuple, a ``dtype`` NumPy's. Errors are torch's, and come before a word is drawn.

Note "One stream of words"
    All draws eat from one stream of 32-bit words, MT19937 seeded with init_genrand(seed mod 2^32):
        float16, float32 uniforms   1 word:   low 24 bits * 2^-24
        float64 uniforms            2 words:  low 53 bits of (first * 2^32 + second) * 2^-53
        integers in [a, b)          1 word mod (b - a); 2 words from b - a = 2^28 on
    Everything else is computed from such uniforms, float64 ones where nothing else is said.

Note "Normals"
    Below 16 elements, or where memory is not contiguous: in pairs, from two float64 uniforms u1, u2, with
    radius sqrt(-2 log1p(-u2)) and angle 2 pi u1. The cosine comes first; the sine stays in the generator for
    the next draw of this kind (G. E. P. Box and M. E. Muller, 1958).
    From 16 on: blocks of 16 uniforms in the elements' precision, 8 for the radii, then 8 for the angles.
    Where the size is no multiple of 16, the last 16 elements are drawn anew, over whatever stands there.

Note "The same last bit"
    torch's float32 blocks go through the polynomials of S. L. Moshier's Cephes for log, sin and cos, on
    AVX2's fused multiply-add. A product of two float32 is exact in float64, so the same steps in float64, each
    rounded to float32, give the same bits. On processors without AVX2 torch calls the C library instead, and
    its normals differ there by up to 3e-7.
"""

import math
import operator
import os
from functools import cached_property

import numpy as np

from .device import CPU, check_device
from .errors import check
from .ops.row import broadcast
from .tensor import new_tensor

__all__ = ["Generator", "default_generator"]

# fmt: off
# NumPy's dtype -> torch's word for it, C++'s word for it (its messages use both), digits of the mantissa
NAMES = {np.dtype(name): rest for name, *rest in (
    ("float16", "Half",   "c10::Half",     11),
    ("float32", "Float",  "float",         24),
    ("float64", "Double", "double",        53),
    ("uint8",   "Byte",   "unsigned char", None),
    ("int8",    "Char",   "signed char",   None),
    ("int16",   "Short",  "short int",     None),
    ("int32",   "Int",    "int",           None),
    ("int64",   "Long",   "long int",      None),
    ("bool",    "Bool",   "bool",          None),
)}

# What torch keeps of a generator between get_rng_state and set_rng_state: 5056 bytes
STATE = np.dtype([
    ("seed", "u8"), ("left", "i4"), ("seeded", "i4"), ("next", "u8"), ("key", "u8", 624), ("x", "f8"), ("spare", "f8"),
    ("rho", "f8"), ("has_spare", "i4"), ("gap", "V4"), ("float_spare", "f4"), ("has_float_spare", "?"), ("end", "V3"),
])
# fmt: on

DEFAULT_SEED = 67280421310721
CACHED = 2**15  # as many numbers as the processor's cache holds


class Generator:
    """A stream of random numbers; two with the same seed give the same numbers, and torch's.

    >>> g = Generator().manual_seed(42)
    >>> uniform(g, 3)
    array([0.88226926, 0.91500396, 0.38286376], dtype=float32)
    """

    def __init__(self, device="cpu"):
        check_device(device)
        self.device = CPU
        self.manual_seed(DEFAULT_SEED)

    def manual_seed(self, seed):
        """Start the stream of ``seed``, an integer in [-2^63, 2^64) of which the low 32 bits count; ``self``."""
        whole = not isinstance(seed, bool) and hasattr(seed, "__index__")
        check(whole, f"manual_seed expected a long, but got {type(seed).__name__}")
        seed = operator.index(seed)
        check(-(2**63) <= seed < 2**64, "Overflow when unpacking long long", ValueError)
        self._seed = seed % 2**64
        self._fresh = True  # no word drawn yet: torch's state tells this from a block used up
        self._spare = None  # the sine of Note "Normals"
        self.__dict__.pop("_twister", None)
        return self

    def seed(self):
        """Start a stream from the system's entropy; its seed, an integer of 64 bits."""
        return self.manual_seed(int.from_bytes(os.urandom(8))).initial_seed()

    def initial_seed(self):
        """The seed this stream started from."""
        return self._seed

    def get_state(self):
        """Where the stream stands: uint8 of shape (5056,), byte for byte what torch gives."""
        inner = self._twister.state["state"]
        state = np.zeros(1, STATE)
        state["seed"], state["seeded"], state["key"] = self._seed, 1, inner["key"]
        state["left"], state["next"] = (1, 0) if self._fresh else (625 - inner["pos"], inner["pos"])
        if self._spare is not None:
            state["has_spare"], state["spare"] = 1, self._spare
        return new_tensor(state.view(np.uint8))

    def set_state(self, state):
        """Go to where ``get_state``, of this or another generator or of torch's, stood; ``self``.

        Raises TypeError or RuntimeError for what is no state; the stream then stands where it stood.
        """
        state = np.ascontiguousarray(getattr(state, "_array", state)).reshape(-1)
        check(state.dtype == np.uint8, "RNG state must be a autodiff_lab.ByteTensor", TypeError)
        check(state.size == STATE.itemsize, f"Expected a CPUGeneratorImplState of size {STATE.itemsize} but found the "
                                            f"input RNG state size to be {state.size}")  # fmt: skip
        (state,) = state.view(STATE)
        left, position = int(state["left"]), int(state["next"])
        check(state["seeded"] == 1 and 0 < left <= 624 and (position <= 624), "Invalid mt19937 state")
        inner = {"key": state["key"].astype(np.uint32), "pos": 624 if left == 1 else position}
        self._twister.state = {"bit_generator": "MT19937", "state": inner}
        self._seed, self._fresh = int(state["seed"]), (left, position) == (1, 0)
        self._spare = float(state["spare"]) if state["has_spare"] else None
        return self

    def clone_state(self):
        """A second generator that stands where this one stands."""
        return type(self)(self.device).set_state(self.get_state())

    def __getstate__(self):
        return self.device, self.get_state()._array

    def __setstate__(self, state):
        self.__init__(state[0])
        self.set_state(state[1])

    # -- the stream, see Note "One stream of words" -----------------------------------------------

    @cached_property
    def _twister(self):
        """Made at the first draw, since numpy.random takes 20 ms to import."""
        twister = np.random.MT19937(0)
        np.random.RandomState(twister).seed(self._seed % 2**32)  # init_genrand, on the twister it is given
        return twister

    def _words(self, n):
        """``n`` words of 32 bits, as uint64."""
        self._fresh = self._fresh and n == 0
        return self._twister.random_raw(n)

    def _longs(self, n):
        """``n`` words of 64 bits, the high half first."""
        halves = self._words(2 * n)
        return halves[0::2] << np.uint64(32) | halves[1::2]

    def _floats(self, n):
        """``n`` uniforms in [0, 1), float32."""
        return (self._words(n) & np.uint64(2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def _doubles(self, n):
        """``n`` uniforms in [0, 1), float64."""
        return (self._longs(n) & np.uint64(2**53 - 1)) * 2.0**-53

    def _double(self):
        """One uniform in [0, 1), for the loops that do not know how many they need."""
        self._fresh = False
        draw = self._twister.random_raw
        return ((draw() << 32 | draw()) & (2**53 - 1)) * 2.0**-53

    def _pairs(self, n):
        """``n`` standard normals the one-pair-at-a-time way, float64; see Note "Normals"."""
        normals = []
        if n and self._spare is not None:
            normals, self._spare = [self._spare], None
        missing = n - len(normals)
        for u1, u2 in self._doubles(missing + missing % 2).reshape(-1, 2).tolist():
            radius, angle = math.sqrt(-2 * math.log1p(-u2)), 2 * math.pi * u1
            normals += radius * math.cos(angle), radius * math.sin(angle)
        if missing % 2:
            self._spare = normals.pop()
        return np.array(normals, np.float64)


default_generator = Generator()
default_generator.seed()


# -- uniforms and integers ----------------------------------------------------------------------------------


def uniform(gen, shape, dtype=np.float32, low=0.0, high=1.0):
    """Numbers spread evenly over [low, high), as torch.rand and Tensor.uniform_ draw them.

    >>> uniform(Generator().manual_seed(0), (2, 2), np.float64, low=-1.0)
    array([[ 0.940106  ,  0.41563973],
           [-0.08123411,  0.84149537]])
    """
    dtype, n = _floating(dtype, "check_uniform_bounds"), _numel(shape)
    title, c_name, _ = NAMES[dtype]
    largest = float(np.finfo(dtype).max)
    for name, bound in (("from", low), ("to", high)):
        check(-largest <= bound <= largest, f"{name} is out of bounds for {c_name}")
    check(low <= high, f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    check(high - low <= largest, f"uniform_ expects to-from <= std::numeric_limits<{title}>::max(), but found "
          f"to={high:g} and from={low:g} which result in to-from to exceed the limit")  # fmt: skip
    drawn = gen._doubles(n) if dtype == np.float64 else gen._floats(n)
    if (low, high) != (0, 1):
        of = drawn.dtype.type
        drawn = _fma(drawn, of(high) - of(low), of(low))
    drawn = drawn.astype(dtype, copy=False)
    drawn[drawn == dtype.type(high)] = low  # rounding may have reached the open end
    return drawn.reshape(shape)


def randint(gen, shape, low, high, dtype=np.int64):
    """Integers in [low, high), as torch.randint draws them; raises as ``random_``.

    >>> randint(Generator().manual_seed(0), 6, 0, 10)
    array([4, 9, 3, 0, 3, 9])
    """
    return random_(gen, shape, dtype, low, high)


def random_(gen, shape, dtype, low=None, high=None):
    """Integers as Tensor.random_ draws them: in [low, high), or from ``low`` to the largest of ``dtype``.

    Without bounds from 0 on. The largest of a floating point dtype is 2^digits: up to there it skips none.

    >>> random_(Generator().manual_seed(0), 4, np.uint8)
    array([172,  47, 117, 192], dtype=uint8)
    """
    dtype, n = np.dtype(dtype), _numel(shape)
    _, c_name, digits = NAMES[dtype]
    info = None if digits or dtype == np.bool_ else np.iinfo(dtype)
    least, largest = (info.min, info.max) if info else (-(2**digits), 2**digits) if digits else (0, 1)
    if low is None and high is None:
        draw = gen._longs if dtype in (np.int64, np.float64) else gen._words
        return (draw(n) % np.uint64(largest + 1)).astype(dtype).reshape(shape)
    for bound in (low, high):
        check(bound is None or -(2**63) <= bound < 2**63, "Overflow when unpacking long long", ValueError)
    ordered = high is None or low < high
    check(ordered, f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    last = largest if high is None else high - 1
    interval = f" [-(2^{digits}), 2^{digits}]" if digits else ""
    for name, bound in (("from", low), ("to - 1", last)):
        check(least <= bound <= largest, f"{name} is out of bounds{interval} for {c_name}")
    span = last - low + 1
    drawn = (gen._words if span < 2**28 else gen._longs)(n)
    if span < 2**64:  # else all words of 64 bits are drawn as they come
        drawn = drawn % np.uint64(span) + np.uint64(low % 2**64)
    return drawn.view(np.int64).astype(dtype).reshape(shape)


def randperm(gen, n, dtype=np.int64):
    """The integers 0 … n - 1 shuffled, shape (n,): each i changes place with i + word mod (n - i).

    >>> randperm(Generator().manual_seed(0), 5)
    array([4, 0, 1, 3, 2])
    """
    dtype, n = np.dtype(dtype), _numel(n)
    title, _, digits = NAMES[dtype]
    check(dtype != np.bool_, "\"randperm\" not implemented for 'Bool'", NotImplementedError)
    limit = "2049" if digits == 11 else f"2^{digits}+1"
    check(not digits or n <= 2**digits + 1, f"n cannot be greater than {limit} for {title} type.")
    holds = digits or n - 1 <= np.iinfo(dtype).max
    check(holds, f"value cannot be converted to type {dtype.name}_t without overflow")
    small = n < (2**32 - 1) // 20  # torch shuffles more in another way
    check(small, "autodiff_lab shuffles fewer than 214,748,364 elements", NotImplementedError)
    order = list(range(n))
    steps = gen._words(max(n - 1, 0)) % np.arange(n, 1, -1, dtype=np.uint64)
    for i, step in enumerate(steps.tolist()):
        order[i], order[i + step] = order[i + step], order[i]
    return np.array(order, dtype)


# -- normals ------------------------------------------------------------------------------------------------


def normal(gen, shape, dtype=np.float32, mean=0.0, std=1.0, contiguous=True):
    """Normal numbers, as torch.randn and Tensor.normal_ draw them; see Note "Normals".

    ``contiguous`` says whether the tensor to be filled lies in memory as its shape reads.

    >>> normal(Generator().manual_seed(0), 3).round(4)
    array([ 1.541 , -0.2934, -2.1788], dtype=float32)
    """
    check(std >= 0, f"normal expects std >= 0.0, but found std {std:g}")
    dtype, n = _floating(dtype, "normal_kernel_cpu"), _numel(shape)
    if n < 16 or not contiguous:
        return (gen._pairs(n) * std + mean).astype(dtype).reshape(shape)
    draw = gen._doubles if dtype == np.float64 else gen._floats
    whole, rest = n - n % 16, n % 16
    uniforms = draw(whole if dtype == np.float16 else n)[:whole]
    if rest:
        uniforms = np.concatenate([uniforms, draw(16)])
    drawn = np.concatenate([_box_muller(uniforms[i : i + CACHED]) for i in range(0, uniforms.size, CACHED)])
    drawn = _fma(drawn, drawn.dtype.type(std), drawn.dtype.type(mean)).astype(dtype, copy=False)
    if rest:
        drawn = np.concatenate([drawn[: n - 16], drawn[whole:]])
    return drawn.reshape(shape)


def normal_around(gen, mean, std):
    """Normal numbers around each ``mean`` with each ``std``, as torch.normal draws them.

    Both are arrays that broadcast, or one is a number. The first that is an array gives the dtype.

    >>> normal_around(Generator().manual_seed(0), np.float32([0, 10, 20]), 0.1).round(3)
    array([ 0.154,  9.971, 19.782], dtype=float32)
    """
    pattern = mean if isinstance(mean, np.ndarray) else std
    if isinstance(std, np.ndarray):
        check(not std.size or std.min() >= 0, "normal expects all elements of std >= 0.0")
        drawn = normal(gen, broadcast(np.shape(mean), std.shape), pattern.dtype)
        drawn *= std
    else:
        drawn = normal(gen, pattern.shape, pattern.dtype, 0.0, std)
    drawn += mean
    return drawn


def _box_muller(uniforms):
    """Blocks of 16 uniforms made standard normals, in their own precision."""
    radii, angles = uniforms.reshape(-1, 2, 8).transpose(1, 0, 2).astype(np.float64)
    if uniforms.dtype == np.float32:
        radius = _single(np.sqrt(-2 * _log32(1 - radii)))
        sine, cosine = _sincos32(_single(TWO_PI * angles))
    else:
        radius, angles = np.sqrt(-2 * np.log(1 - radii)), 2 * math.pi * angles
        sine, cosine = np.sin(angles), np.cos(angles)
    return np.stack([radius * cosine, radius * sine], axis=1).reshape(-1).astype(uniforms.dtype)


# fmt: off
# Cephes' coefficients, highest power first; log 2 and -pi / 4 as sums of short numbers
def _coefficients(*numbers): return np.float32(numbers).tolist()
LOG = _coefficients(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
SIN = _coefficients(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
COS = _coefficients(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
LN2_HIGH, LN2_LOW = _coefficients(0.693359375, -2.12194440e-4)
PI_4 = _coefficients(-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)
TWO_PI, FOUR_OVER_PI, SQRT_HALF = _coefficients(2 * math.pi, 4 / math.pi, math.sqrt(0.5))
# fmt: on


def _log32(x):
    """log of positive float32: x = 2^e m with m in [sqrt(1/2), sqrt 2), and a polynomial in m - 1."""
    m, e = np.frexp(x)
    small = m < SQRT_HALF
    x, e = np.where(small, m + m, m) - 1, e - small
    square = _single(x * x)
    tail = _single(_single(_polynomial(LOG, x) * x) * square + _single(e * LN2_LOW))
    return _single(e * LN2_HIGH + _single(x + _single(tail - square * 0.5)))


def _sincos32(x):
    """sin and cos of non-negative float32: x = j pi/4 + rest with j even, and two polynomials in the rest."""
    j = _single(x * FOUR_OVER_PI).astype(np.int32)
    j += j & 1
    for part in PI_4:
        x = _single(j * part + x)
    square = _single(x * x)
    sine = _single(_single(_polynomial(SIN, square) * square) * x + x)
    cosine = _single(_single(_single(_polynomial(COS, square) * square) * square - square * 0.5) + 1)
    swap = (j & 2) != 0
    sine, cosine = np.where(swap, cosine, sine), np.where(swap, sine, cosine)
    return np.where(j & 4, -sine, sine), np.where((j + 2) & 4, -cosine, cosine)


def _polynomial(coefficients, x):
    value = coefficients[0]
    for c in coefficients[1:]:
        value = _single(value * x + c)
    return value


def _single(x):
    """float64 rounded to the nearest float32; see Note "The same last bit"."""
    return x.astype(np.float32).astype(np.float64)


def _fma(a, b, c):
    """a * b + c, rounded once to the precision of ``c``."""
    if c.dtype == np.float32:
        return (a.astype(np.float64) * float(b) + float(c)).astype(np.float32)
    product, total = a * b, a * b + c
    with np.errstate(all="ignore"):
        # What the two roundings lost (T. J. Dekker, 1971); not finite where the numbers are too large to tell
        (a1, a2), (b1, b2) = _halves(a), _halves(b)
        lost = a2 * b2 - (((product - a1 * b1) - a2 * b1) - a1 * b2)
        back = total - product
        lost += (product - (total - back)) + (c - back)
    return total + np.where(np.isfinite(lost), lost, 0.0)


def _halves(x):
    """float64 as the sum of its upper and its lower 26 bits."""
    scaled = x * 134217729.0
    upper = scaled - (scaled - x)
    return upper, x - upper


# -- other distributions ------------------------------------------------------------------------------------


def bernoulli(gen, p, shape=None, dtype=None):
    """Ones with probability ``p``, else zeros.

    An array ``p`` (torch.bernoulli(p), Tensor.bernoulli_(p)) is broadcast to ``shape`` and met by uniforms in
    float64 if it is float64, else in float32. A number (Tensor.bernoulli_(0.3)) is met by float64 ones.
    Without ``shape`` and ``dtype``, those of ``p`` (float32 for a number).

    >>> bernoulli(Generator().manual_seed(0), np.float32([0.2, 0.5, 0.9, 0.1]))
    array([0., 0., 1., 0.], dtype=float32)
    >>> bernoulli(Generator().manual_seed(0), 0.5, (4,), np.bool_)
    array([False, False,  True, False])
    """
    if not isinstance(p, np.ndarray):
        check(0 <= p <= 1, f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        n = _numel(shape)
        parts = [gen._doubles(min(CACHED, n - i)) < p for i in range(0, max(n, 1), CACHED)]
        return np.concatenate(parts).reshape(shape).astype(np.float32 if dtype is None else dtype, copy=False)
    _floating(p.dtype, "bernoulli_tensor_cpu_p_")
    check(((p >= 0) & (p <= 1)).all(), "Expected p_in >= 0 && p_in <= 1 to be true, but got false.")
    shape = p.shape if shape is None else shape
    uniforms = (gen._doubles if p.dtype == np.float64 else gen._floats)(_numel(shape))
    return (uniforms.reshape(shape) < p).astype(p.dtype if dtype is None else dtype, copy=False)


def dropout_mask(gen, shape, p, dtype=np.float32):
    """What torch's F.dropout multiplies its input by: 1 / (1 - p) with probability 1 - p, else 0.

    With p = 0 or 1 nothing is drawn. For dropout2d ask for the shape (N, C, 1, 1).

    >>> dropout_mask(Generator().manual_seed(0), 5, 0.5)
    array([0., 0., 2., 0., 0.], dtype=float32)
    """
    kind = RuntimeError if math.isnan(p) else ValueError
    check(0 <= p <= 1, f"dropout probability has to be between 0 and 1, but got {p}", kind)
    if p in (0, 1):
        return np.full(shape, 1 - p, dtype)
    kept = bernoulli(gen, 1 - p, shape, dtype)
    of = np.float64 if kept.dtype == np.float64 else np.float32
    kept *= kept.dtype.type(of(1) / of(1 - p))
    return kept


def exponential(gen, shape, dtype=np.float32, lambd=1.0):
    """Waiting times of rate ``lambd``, -log(1 - u) / lambd, as Tensor.exponential_ draws them.

    >>> exponential(Generator().manual_seed(0), 2).round(4)
    array([3.5083, 1.2304], dtype=float32)
    """
    check(lambd > 0, f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    dtype = np.dtype(dtype)
    check(dtype.kind == "f", "Exponential distribution is a continuous probability distribution. dtype must be a "
                             f"floating point but you specified {NAMES[dtype][0]}")  # fmt: skip
    return (-1.0 / lambd * np.log1p(-gen._doubles(_numel(shape)))).astype(dtype).reshape(shape)


def multinomial(gen, probs, n, replacement=False):
    """Indices drawn with the weights ``probs``, int64.

    ``probs`` is floating point, of shape (categories,) or (rows, categories); the result (n,) or (rows, n).
    With replacement, each index is found in the row's running sum by one float64 uniform. Without it, and for
    n = 1, a row's indices are those of the n largest of probs / exponential. (Equal quotients, such as those of
    weights that are 0, come in the order of their index; in torch, as its sorting happens to leave them.)

    >>> multinomial(Generator().manual_seed(0), np.float32([0, 10, 3, 0]), 4, replacement=True)
    array([2, 1, 1, 2])
    """
    check(1 <= probs.ndim <= 2, "prob_dist must be 1 or 2 dim")
    title, _, digits = NAMES[probs.dtype]
    categories = probs.shape[-1]
    check(digits, f"multinomial only supports floating-point dtypes for input, got: {title}")
    check(n > 0, "cannot sample n_sample <= 0 samples")
    enough = replacement or n <= categories
    check(enough, "cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    check(categories <= 2**24, "number of categories cannot exceed 2^24")
    if probs.ndim == 2 and len(probs) == 0:
        return np.empty((0, n), np.int64)
    by_race = not replacement or n == 1
    said = "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
    check(not by_race or categories, said)
    bad = probs[~((probs >= 0) & (probs < np.inf))]
    if bad.size:
        check(not by_race, "probability tensor contains either `inf`, `nan` or element < 0")
        entry = "= infinity or NaN" if bad[0] == np.inf else "< 0"
        raise RuntimeError(f"invalid multinomial distribution (encountering probability entry {entry})")
    some = (probs.max(axis=-1, initial=0) > 0).all()
    check(some, "invalid multinomial distribution (sum of probabilities <= 0)")
    if by_race:
        race = probs / exponential(gen, probs.shape, probs.dtype)
        return np.argsort(-race, axis=-1, kind="stable")[..., :n]
    sums = np.cumsum(probs, axis=-1, dtype=np.promote_types(probs.dtype, np.float32))
    sums /= sums[..., -1:].copy()
    sums[..., -1] = 1
    sums, rows = sums.astype(np.float64).reshape(-1, categories), sums.size // categories
    uniforms = gen._doubles(rows * n).reshape(rows, n)
    found = [np.searchsorted(sums[i], uniforms[i]) for i in range(rows)]
    return np.array(found, np.int64).reshape(*probs.shape[:-1], n)


def poisson(gen, rates):
    """How many events where ``rates`` are expected, as torch.poisson draws them; its shape and dtype.

    Below 10, uniforms are multiplied until the product is under exp(-rate) (D. E. Knuth); from 10 on, by
    W. Hörmann's transformed rejection PTRS (1993).

    >>> poisson(Generator().manual_seed(0), np.float32([0.5, 3, 30]))
    array([ 2.,  4., 31.], dtype=float32)
    """
    _floating(rates.dtype, "poisson_cpu")
    check((rates >= 0).all(), "invalid Poisson rate, expected rate to be non-negative")
    counts = [_poisson_one(gen._double, rate) for rate in rates.ravel().tolist()]
    return np.array(counts, rates.dtype).reshape(rates.shape)


def _poisson_one(uniform, rate):
    if rate < 10:
        count, product, floor = -1, 1.0, math.exp(-rate)
        while rate and (product > floor or count < 0):
            product *= uniform()
            count += 1
        return max(count, 0)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    while True:
        u, v = uniform() - 0.5, uniform()
        distance = 0.5 - abs(u)
        count = math.floor((2 * a / distance + b) * u + rate + 0.43) if distance else -1
        if distance >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return count
        if count < 0 or (distance < 0.013 and v > distance):
            continue
        density = -rate + count * math.log(rate) - math.lgamma(count + 1)
        if _log(v) + math.log(inverse_alpha) - math.log(a / distance**2 + b) <= density:
            return count


def binomial(gen, count, prob):
    """How many of ``count`` trials of probability ``prob`` succeed, as torch.binomial draws them.

    Both are float32 or both float64, and broadcast. Where the rarer side is expected fewer than 10 times, waiting
    times are added up; else by W. Hörmann's transformed rejection BTRS (1993).

    >>> binomial(Generator().manual_seed(0), np.float32([5, 50, 500]), np.array([0.3], np.float32))
    array([  3.,  16., 139.], dtype=float32)
    """
    for name, values in (("count", count), ("prob", prob)):
        title = NAMES[values.dtype][0]
        said = f"binomial only supports floating-point dtypes for {name}, got: {title}"
        check(values.dtype.kind == "f", said, ValueError)
    alike = count.dtype == prob.dtype
    check(alike, f"Found dtype {NAMES[prob.dtype][0]} but expected {NAMES[count.dtype][0]}")
    check(count.dtype != np.float16, "\"binomial_cpu\" not implemented for 'Half'", NotImplementedError)
    shape = broadcast(count.shape, prob.shape)
    count, prob = np.broadcast_to(count, shape), np.broadcast_to(prob, shape)
    drawn = [_binomial_one(gen._double, c, p) for c, p in zip(count.flat, prob.flat, strict=True)]
    return np.array(drawn, count.dtype).reshape(shape)


def _binomial_one(uniform, count, prob):
    """One number. ``count`` and ``prob`` are NumPy scalars: torch keeps their precision until double comes in."""
    if count <= 0 or prob <= 0:
        return 0
    if prob >= 1:
        return count
    if prob > 0.5:
        return count - _binomial_one(uniform, count, type(prob)(1 - float(prob)))
    if math.isnan(prob):
        return math.nan
    return (_btrs if count * prob >= 10 else _by_waiting)(uniform, count, prob)


def _by_waiting(uniform, count, prob):
    scale, waited, successes = float(np.log1p(-prob)), 0.0, 0
    while True:
        waited += float(np.ceil(_log(uniform()) / scale))
        if waited > count:
            return successes
        successes += 1


def _btrs(uniform, count, prob):
    deviation = float(np.sqrt(count * prob * (1 - prob)))
    centre, mode = float(count * prob) + 0.5, float(np.floor((count + 1) * prob))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * float(prob)
    alpha, odds = (2.83 + 5.1 / b) * deviation, math.log(prob / (1 - prob))
    n = float(count)
    while True:
        u, v = uniform() - 0.5, uniform()
        distance = 0.5 - abs(u)
        k = float(math.floor((2 * a / distance + b) * u + centre)) if distance else -1.0
        if k < 0 or k > n:
            continue
        if distance >= 0.07 and v <= 0.92 - 4.2 / b:
            return k
        odds_of_k = (
            math.lgamma(mode + 1) + math.lgamma(n - mode + 1) + (k - mode) * odds
        )  # against the mode's
        odds_of_k -= math.lgamma(k + 1) + math.lgamma(n - k + 1)
        if _log(v * alpha / (a / distance**2 + b)) <= odds_of_k:
            return k


def _log(x):
    return math.log(x) if x > 0 else -math.inf


# -- shapes, checks -----------------------------------------------------------------------------------------


def fill(target, drawn):
    """Write ``drawn`` (its elements in the order they were drawn) into ``target`` in the order of its memory.

    That is what torch does to a tensor whose strides are not those of its shape, such as a transposed one.

    >>> a = np.zeros((2, 3), order="F")
    >>> fill(a, np.arange(6.0))
    >>> a
    array([[0., 2., 4.],
           [1., 3., 5.]])
    """
    order = sorted(range(target.ndim), key=lambda d: -target.strides[d])
    target = target.transpose(order)
    target[...] = drawn.reshape(target.shape)


def _numel(shape):
    """How many elements ``shape``, an int or a tuple, has."""
    shape = shape if isinstance(shape, (tuple, list)) else (shape,)
    for size in shape:
        check(size >= 0, f"Trying to create tensor with negative dimension {size}: {list(shape)}")
    return math.prod(shape)


def _floating(dtype, kernel):
    """``dtype`` as NumPy's, if it is one of the three floating point ones."""
    dtype = np.dtype(dtype)
    check(dtype.kind == "f", f"\"{kernel}\" not implemented for '{NAMES[dtype][0]}'", NotImplementedError)
    return dtype
