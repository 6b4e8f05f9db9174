"""The random numbers are torch's: recorded ones everywhere, and torch itself where it imports.

A draw is a pair of functions of a generator, a size and a dtype's name: ours and torch's. ``record_random.py``
writes what torch's give. Integers and uniforms are the same to the last bit, float32 normals too; what goes through
the C library's logarithm is held to 1e-12 in float64.
"""

import copy
import hashlib
import json
import math
import pickle
import random as shuffler
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from autodiff_lab import random as ours
from autodiff_lab.random import Generator

try:
    import torch
except ImportError:
    torch = None

RECORDED = Path(__file__).parent / "data" / "random.json"
needs_torch = pytest.mark.skipif(torch is None, reason="torch is not installed")

SIZES = [0, 1, 5, 15, 16, 17, 100, 1000, 100_003]
SEEDS = [0, 42, 2**40 + 7, -1]
FLOATS = ["float16", "float32", "float64"]
SINGLES = ["float32", "float64"]
WHOLE = ["uint8", "int8", "int16", "int32", "int64"]
ALL = [*FLOATS, *WHOLE, "bool"]


def kind(dtype):
    return getattr(torch, dtype)


def weights(n, dtype="float32"):
    """n weights from 0 to 1, some of them 0, in an order that repeats after 11."""
    return (np.arange(n) * 7 % 11 / 10).astype(dtype)


def th(array):
    return torch.tensor(array)


def empty(n, dtype):
    return torch.empty(n, dtype=kind(dtype))


def rows(n, dtype="float32"):
    """Three rows of positive weights."""
    return (weights(3 * n).reshape(3, n) + np.float32(0.05)).astype(dtype)


# fmt: off
# name: (dtypes, the same to the last bit?, ours, torch's)
DRAWS = {
    "rand": (FLOATS, True,
        lambda g, n, d: ours.uniform(g, n, d),
        lambda g, n, d: torch.rand(n, dtype=kind(d), generator=g)),
    "uniform_": (FLOATS, True,
        lambda g, n, d: ours.uniform(g, n, d, -0.3, 0.7),
        lambda g, n, d: empty(n, d).uniform_(-0.3, 0.7, generator=g)),
    "uniform_ wide": (SINGLES, True,
        lambda g, n, d: ours.uniform(g, n, d, -5, 1e5),
        lambda g, n, d: empty(n, d).uniform_(-5, 1e5, generator=g)),
    "uniform_ huge": (["float64"], True,
        lambda g, n, d: ours.uniform(g, n, d, 0, 1e308),
        lambda g, n, d: empty(n, d).uniform_(0, 1e308, generator=g)),
    "uniform_ point": (FLOATS, True,
        lambda g, n, d: ours.uniform(g, n, d, 2, 2),
        lambda g, n, d: empty(n, d).uniform_(2, 2, generator=g)),
    "randn": (FLOATS, False,
        lambda g, n, d: ours.normal(g, n, d),
        lambda g, n, d: torch.randn(n, dtype=kind(d), generator=g)),
    "normal_": (FLOATS, False,
        lambda g, n, d: ours.normal(g, n, d, 2.5, 0.3),
        lambda g, n, d: empty(n, d).normal_(2.5, 0.3, generator=g)),
    "normal_ strided": (FLOATS, False,
        lambda g, n, d: ours.normal(g, n, d, 1, 2, contiguous=False),
        lambda g, n, d: empty(2 * n, d)[::2].normal_(1, 2, generator=g)),
    "normal mean": (FLOATS, False,
        lambda g, n, d: ours.normal_around(g, weights(n, d), 0.5),
        lambda g, n, d: torch.normal(th(weights(n, d)), 0.5, generator=g)),
    "normal std": (FLOATS, False,
        lambda g, n, d: ours.normal_around(g, 3.0, weights(n, d)),
        lambda g, n, d: torch.normal(3.0, th(weights(n, d)), generator=g)),
    "normal both": (SINGLES, False,
        lambda g, n, d: ours.normal_around(g, weights(n, d), rows(n)),
        lambda g, n, d: torch.normal(th(weights(n, d)), th(rows(n)), generator=g)),
    "randint": (ALL, True,
        lambda g, n, d: ours.randint(g, n, 0, 2, d),
        lambda g, n, d: torch.randint(0, 2, (n,), dtype=kind(d), generator=g)),
    "randint 100": (ALL[:-1], True,
        lambda g, n, d: ours.randint(g, n, 3, 100, d),
        lambda g, n, d: torch.randint(3, 100, (n,), dtype=kind(d), generator=g)),
    "randint 1 word": (["int32", "int64", "float64"], True,
        lambda g, n, d: ours.randint(g, n, -9, 2**28 - 10, d),
        lambda g, n, d: torch.randint(-9, 2**28 - 10, (n,), dtype=kind(d), generator=g)),
    "randint 2 words": (["int32", "int64", "float64"], True,
        lambda g, n, d: ours.randint(g, n, -9, 2**28 - 9, d),
        lambda g, n, d: torch.randint(-9, 2**28 - 9, (n,), dtype=kind(d), generator=g)),
    "randint wide": (["int64"], True,
        lambda g, n, d: ours.randint(g, n, -(2**63), 2**63 - 1, d),
        lambda g, n, d: torch.randint(-(2**63), 2**63 - 1, (n,), generator=g)),
    "random_": (ALL, True,
        lambda g, n, d: ours.random_(g, n, d),
        lambda g, n, d: empty(n, d).random_(generator=g)),
    "random_ from": (ALL, True,
        lambda g, n, d: ours.random_(g, n, d, 1),
        lambda g, n, d: empty(n, d).random_(1, None, generator=g)),
    "random_ all": (["int64"], True,
        lambda g, n, d: ours.random_(g, n, d, -(2**63)),
        lambda g, n, d: empty(n, d).random_(-(2**63), None, generator=g)),
    "randperm": (["int32", "int64", "float32", "float64"], True,
        lambda g, n, d: ours.randperm(g, n, d),
        lambda g, n, d: torch.randperm(n, dtype=kind(d), generator=g)),
    "bernoulli": (FLOATS, True,
        lambda g, n, d: ours.bernoulli(g, weights(n, d)),
        lambda g, n, d: torch.bernoulli(th(weights(n, d)), generator=g)),
    "bernoulli_ number": (ALL, True,
        lambda g, n, d: ours.bernoulli(g, 0.3, n, d),
        lambda g, n, d: empty(n, d).bernoulli_(0.3, generator=g)),
    "bernoulli_": (ALL, True,
        lambda g, n, d: ours.bernoulli(g, weights(n), (2, n), d),
        lambda g, n, d: empty((2, n), d).bernoulli_(th(weights(n)), generator=g)),
    "exponential_": (FLOATS, False,
        lambda g, n, d: ours.exponential(g, n, d, 1.7),
        lambda g, n, d: empty(n, d).exponential_(1.7, generator=g)),
    "multinomial": (FLOATS, True,
        lambda g, n, d: ours.multinomial(g, weights(n + 2, d), n + 2, True),
        lambda g, n, d: torch.multinomial(th(weights(n + 2, d)), n + 2, True, generator=g)),
    "multinomial one": (FLOATS, True,
        lambda g, n, d: ours.multinomial(g, weights(n + 2, d), 1, True),
        lambda g, n, d: torch.multinomial(th(weights(n + 2, d)), 1, True, generator=g)),
    "multinomial rows": (FLOATS, True,
        lambda g, n, d: ours.multinomial(g, rows(n + 1, d), 5, True),
        lambda g, n, d: torch.multinomial(th(rows(n + 1, d)), 5, True, generator=g)),
    "multinomial without": (SINGLES, True,  # of few categories: among many, some quotients are equal in float32
        lambda g, n, d: ours.multinomial(g, rows(n % 100 + 1, d), (n % 100 + 2) // 2),
        lambda g, n, d: torch.multinomial(th(rows(n % 100 + 1, d)), (n % 100 + 2) // 2, generator=g)),
    "poisson": (FLOATS, True,
        lambda g, n, d: ours.poisson(g, weights(n, d) * 9),
        lambda g, n, d: torch.poisson(th(weights(n, d) * 9), generator=g)),
    "poisson many": (FLOATS, True,
        lambda g, n, d: ours.poisson(g, weights(n, d) * 500),
        lambda g, n, d: torch.poisson(th(weights(n, d) * 500), generator=g)),
    "binomial": (SINGLES, True,
        lambda g, n, d: ours.binomial(g, weights(n, d) * 20, np.array([0.3], d)),
        lambda g, n, d: torch.binomial(th(weights(n, d) * 20), th(np.full(n, 0.3, d)), generator=g)),
    "binomial many": (SINGLES, True,
        lambda g, n, d: ours.binomial(g, np.full(n, 1000, d), weights(n, d)),
        lambda g, n, d: torch.binomial(th(np.full(n, 1000, d)), th(weights(n, d)), generator=g)),
}
# fmt: on
SLOW = {"poisson", "poisson many", "binomial", "binomial many", "normal_ strided"}
CASES = [(name, dtype) for name, row in DRAWS.items() for dtype in row[0]]
each_draw = pytest.mark.parametrize(("name", "dtype"), CASES)


def sizes(name):
    return SIZES[:-1] if name in SLOW else SIZES


def same(name, got, expected):
    """Ours against torch's, element by element."""
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
    if DRAWS[name][1]:
        assert np.array_equal(got, expected)
    else:
        step = {"float16": 1e-3, "float32": 3e-7, "float64": 1e-12}[got.dtype.name]
        np.testing.assert_allclose(got, expected, rtol=step, atol=step)


# -- recorded ------------------------------------------------------------------------------------


def digest(drawn):
    return hashlib.sha256(drawn.tobytes()).hexdigest()[:16]


def summary(name, drawn):
    """What the record keeps of an array: a digest where it is the same to the last bit, else its two ends."""
    return digest(drawn) if DRAWS[name][1] else [float(x) for x in (*drawn.ravel()[:3], *drawn.ravel()[-3:])]


def recorded():
    return json.loads(RECORDED.read_text())


@each_draw
def test_draws_are_those_recorded_from_torch(name, dtype):
    for size, seed, kept, word in recorded()["draws"][f"{name} {dtype}"]:
        gen = Generator().manual_seed(seed)
        drawn = DRAWS[name][2](gen, size, dtype)
        if DRAWS[name][1]:
            assert digest(drawn) == kept
        else:
            same(name, np.array(summary(name, drawn), dtype), np.array(kept, dtype))
        assert ours.randint(gen, (), 0, 2**28 - 1) == word, "the draw ate another number of words"


@needs_torch
@each_draw
def test_the_recorded_draws_are_this_torchs(name, dtype):
    for size, seed, kept, word in recorded()["draws"][f"{name} {dtype}"]:
        gen = torch.Generator().manual_seed(seed)
        drawn = DRAWS[name][3](gen, size, dtype).numpy()
        if DRAWS[name][1]:
            assert digest(drawn) == kept
        else:
            same(name, np.array(summary(name, drawn), dtype), np.array(kept, dtype))
        assert torch.randint(0, 2**28 - 1, (), generator=gen).item() == word


def test_float32_normals_are_torchs_to_the_last_bit():
    kept = recorded()["normals"]
    drawn = ours.normal(Generator().manual_seed(kept["seed"]), kept["size"])
    assert digest(drawn) == kept["digest"]


# -- live ----------------------------------------------------------------------------------------


@needs_torch
@each_draw
def test_draws_are_torchs(name, dtype):
    for size in sizes(name):
        for seed in SEEDS[: 1 if size > 1000 else None]:
            ours_gen, torch_gen = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
            same(name, DRAWS[name][2](ours_gen, size, dtype), DRAWS[name][3](torch_gen, size, dtype).numpy())
            assert words_left_alike(ours_gen, torch_gen), (size, seed)


def words_left_alike(ours_gen, torch_gen):
    """Both stand at the same word, and keep the same sine, of which the last bit is the C library's."""
    got, expected = (
        ours_gen.get_state().numpy().view(ours.STATE),
        torch_gen.get_state().numpy().view(ours.STATE),
    )
    close = np.allclose(got["spare"], expected["spare"], rtol=1e-12, atol=0)
    got["spare"] = expected["spare"] = 0
    return close and got.tobytes() == expected.tobytes()


@needs_torch
@pytest.mark.parametrize("seed", range(4))
def test_draws_of_all_kinds_share_one_stream(seed):
    ours_gen, torch_gen = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    choice = shuffler.Random(seed)
    for _ in range(300):
        name, dtype = choice.choice(CASES)
        size = choice.choice([1, 2, 3, 7, 15, 16, 19, 33, 64, 700])
        same(name, DRAWS[name][2](ours_gen, size, dtype), DRAWS[name][3](torch_gen, size, dtype).numpy())
        assert words_left_alike(ours_gen, torch_gen), (name, dtype, size)


@needs_torch
@pytest.mark.parametrize(("mean", "std"), [(0, 1), (2.5, 0.3), (-1, 7.7)])
@pytest.mark.parametrize("size", [16, 17, 100_003])
def test_float32_and_float16_normals_are_this_torchs_to_the_last_bit(size, mean, std):
    if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
        pytest.skip("torch has other logarithms on this processor")
    for dtype in ("float32", "float16"):
        got = ours.normal(Generator().manual_seed(3), size, dtype, mean, std)
        expected = empty(size, dtype).normal_(mean, std, generator=torch.Generator().manual_seed(3)).numpy()
        assert got.tobytes() == expected.tobytes()


@needs_torch
@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("dtype", FLOATS)
def test_dropout_mask_is_what_torchs_dropout_multiplies_by(p, dtype):
    torch.manual_seed(5)
    expected = torch.nn.functional.dropout(torch.ones(7, 9, dtype=kind(dtype)), p).numpy()
    gen = Generator().manual_seed(5)
    assert np.array_equal(ours.dropout_mask(gen, (7, 9), p, dtype), expected)
    assert words_left_alike(gen, torch.default_generator)


@needs_torch
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (2, 1, 0), (1, 0, 2)])
def test_a_permuted_tensor_is_filled_in_the_order_of_its_memory(order):
    expected = torch.empty(2, 3, 4).permute(order).uniform_(generator=torch.Generator().manual_seed(1))
    target = np.empty((2, 3, 4), np.float32).transpose(order)
    ours.fill(target, ours.uniform(Generator().manual_seed(1), target.shape))
    assert np.array_equal(target, expected.numpy())


@needs_torch
def test_states_go_to_torch_and_back():
    ours_gen, torch_gen = Generator(), torch.Generator()
    for draws in (0, 1, 7, 623, 624, 625, 5000):
        torch_gen.manual_seed(draws)
        torch.randn(3, generator=torch_gen)  # leaves a sine behind
        torch.rand(draws, generator=torch_gen)
        ours_gen.set_state(torch_gen.get_state())
        assert ours_gen.get_state().numpy().tobytes() == torch_gen.get_state().numpy().tobytes()
        assert ours_gen.initial_seed() == torch_gen.initial_seed()
        other = torch.Generator()
        other.set_state(torch.from_numpy(ours_gen.get_state().numpy()))
        assert np.array_equal(ours.uniform(ours_gen, 9), torch.rand(9, generator=other).numpy())
        same("randn", ours.normal(ours_gen, 9), torch.randn(9, generator=other).numpy())


# -- the generator -------------------------------------------------------------------------------


def test_a_generator_starts_at_torchs_seed_and_continues_where_its_copies_stand():
    gen = Generator()
    assert gen.initial_seed() == 67280421310721
    ours.normal(gen, 5)
    copies = [gen.clone_state(), copy.deepcopy(gen), pickle.loads(pickle.dumps(gen)), Generator()]
    copies[3].set_state(gen.get_state())
    expected = ours.normal(gen, 5).tolist()
    assert [ours.normal(c, 5).tolist() for c in copies] == [expected] * 4


def test_seed_starts_a_stream_that_its_number_starts_again():
    gen = Generator()
    number = gen.seed()
    assert 0 <= number < 2**64 and number == gen.initial_seed() != Generator().seed()
    assert np.array_equal(ours.uniform(gen, 5), ours.uniform(Generator().manual_seed(number), 5))


def test_seeding_anew_forgets_the_kept_sine():
    gen = Generator().manual_seed(1)
    first = ours.normal(gen, 1)
    assert ours.normal(gen.manual_seed(1), 1) == first


def test_importing_does_not_load_numpys_own_generators():
    code = "import sys, autodiff_lab.random; assert 'numpy.random' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_million_normals_have_the_moments_of_a_normal():
    drawn = ours.normal(Generator().manual_seed(9), 1_000_000, np.float64)
    for power, moment in ((1, 0), (2, 1), (3, 0), (4, 3)):
        assert abs((drawn**power).mean() - moment) < 0.02


# -- errors --------------------------------------------------------------------------------------

nan, inf = math.nan, math.inf
ZEROS = np.zeros(5056, np.uint8)
W = np.float32([0, 10, 3, 0])


# fmt: off
def errors(theirs):
    """What raises, by name: torch's calls, or ours."""
    gen = torch.Generator() if theirs else Generator()
    if theirs:
        state = th
        size, flip_whole = lambda: torch.rand(2, -1), lambda: torch.bernoulli(th(W.astype(int)))
        uniform = lambda d, low, high: empty(3, d).uniform_(low, high)
        randint = lambda d, low, high: torch.randint(low, high, (3,), dtype=kind(d))
        random_ = lambda d, low, high: empty(3, d).random_(low, high)
        perm    = lambda d, n: torch.randperm(n, dtype=kind(d))
        normal  = lambda d, std: empty(3, d).normal_(0, std)
        around  = lambda *both: torch.normal(*(th(x) if isinstance(x, np.ndarray) else x for x in both))
        flip    = lambda p: torch.empty(3).bernoulli_(p)
        drop    = lambda p: torch.nn.functional.dropout(torch.ones(3), p)
        wait    = lambda d, rate: empty(3, d).exponential_(rate)
        choose  = lambda w, n, replacement: torch.multinomial(th(w), n, replacement)
        events  = lambda rates: torch.poisson(th(rates))
        counts  = lambda count, prob: torch.binomial(th(count), th(prob))
    else:
        state = lambda array: array
        size, flip_whole = lambda: ours.uniform(gen, (2, -1)), lambda: ours.bernoulli(gen, W.astype(int))
        uniform = lambda d, low, high: ours.uniform(gen, 3, d, low, high)
        randint = lambda d, low, high: ours.randint(gen, 3, low, high, d)
        random_ = lambda d, low, high: ours.random_(gen, 3, d, low, high)
        perm    = lambda d, n: ours.randperm(gen, n, d)
        normal  = lambda d, std: ours.normal(gen, 3, d, 0, std)
        around  = lambda mean, std: ours.normal_around(gen, mean, std)
        flip    = lambda p: ours.bernoulli(gen, p, 3)
        drop    = lambda p: ours.dropout_mask(gen, 3, p)
        wait    = lambda d, rate: ours.exponential(gen, 3, d, rate)
        choose  = lambda w, n, replacement: ours.multinomial(gen, w, n, replacement)
        events  = lambda rates: ours.poisson(gen, rates)
        counts  = lambda count, prob: ours.binomial(gen, count, prob)
    f4, f8 = np.float32, np.float64
    table = [
        ("manual_seed", gen.manual_seed, [(1.5,), ("a",), (True,), (None,), (2**64,), (-(2**63) - 1,)]),
        ("set_state", lambda b: gen.set_state(state(b)), [(ZEROS.astype(f4),), (ZEROS[:10],), (ZEROS,)]),
        ("size", size, [()]),
        ("uniform", uniform, [("float32", 2, 1), ("float32", 0, inf), ("float32", -1e39, 0),
                              ("float32", nan, 1), ("float32", -3e38, 3e38), ("float16", 0, 70000),
                              ("int64", 0, 1), ("bool", 0, 1)]),
        ("randint", randint, [("int64", 0, 0), ("int64", 0, -3), ("int64", 5, 2), ("int64", 0, 2**63),
                              ("uint8", -9, 9), ("int8", 0, 129), ("int16", -40000, 9), ("bool", 0, 3)]),
        ("random_", random_, [("int32", 0, 2**40), ("uint8", -5, None), ("float32", 3, 3)]),
        ("randperm", perm, [("int64", -1), ("bool", 3), ("int8", 129), ("uint8", 257), ("int16", 32769),
                            ("float16", 2050), ("float32", 2**24 + 2)]),
        ("normal", normal, [("float32", -1), ("float32", -0.001), ("float32", nan), ("int64", 1)]),
        ("normal around", around, [(W, -1.0), (0.0, -W), (W, np.ones((3, 3), f4)), (W.astype(int), 1.0)]),
        ("bernoulli", flip, [(-0.1,), (1.1,), (nan,)]),
        ("bernoulli whole", flip_whole, [()]),
        ("dropout", drop, [(-0.1,), (1.1,), (nan,)]),
        ("exponential", wait, [("float32", 0), ("float32", -1), ("float32", nan), ("int64", 1)]),
        ("multinomial", choose, [
            (W, 5, False), (W, 0, False), (W, -1, True), (-W, 2, True), (-W, 2, False), (-W, 1, True),
            (W * 0, 2, True), (W * 0, 2, False), (W * f4(nan), 2, True), (W[None, None], 2, True),
            (W[0], 1, True), (W.astype(int), 1, True), (W[:0], 1, True), (W[:0], 2, True),
            (f4([1, inf, 0]), 2, True), (f4([[1, 2], [0, 0]]), 2, True), (f4([[1, 2], [0, 0]]), 1, False)]),
        ("poisson", events, [(f4([1, -1]),), (f4([1, nan]),), (np.array([1]),)]),
        ("binomial", counts, [
            (np.array([10]), f4([0.5])), (f4([10]), np.array([1])), (f4([10]), f8([0.5])),
            (np.float16([10]), np.float16([0.5])), (np.ones(3, f4), np.ones(2, f4))]),
    ]
    return {f"{name} {i}": partial(call, *row) for name, call, rows in table for i, row in enumerate(rows)}
# fmt: on


def sentence(function):
    """``Type: text`` of what ``function`` raises, with our name for torch's."""
    with pytest.raises(Exception) as caught:
        function()
    text = f"{type(caught.value).__name__}: {caught.value}".splitlines()[0]
    return text.partition("  (Could this error message")[0].replace("torch.", "autodiff_lab.")


@pytest.mark.parametrize("name", list(errors(False)))
def test_errors_say_what_torch_says(name):
    assert sentence(errors(False)[name]) == recorded()["errors"][name]


def test_a_refused_draw_leaves_the_stream_where_it_stood():
    gen = Generator()
    before = gen.get_state().numpy().tobytes()
    for refused in (
        lambda: ours.bernoulli(gen, np.float32([0.5, 2])),
        lambda: ours.poisson(gen, np.float32([1, -1])),
        lambda: ours.multinomial(gen, np.float32([[1, 2], [0, 0]]), 2, True),
        lambda: ours.normal(gen, (20, -1)),
        lambda: gen.set_state(ZEROS),
    ):
        with pytest.raises(RuntimeError):
            refused()
    assert gen.get_state().numpy().tobytes() == before


@needs_torch
def test_the_recorded_errors_are_this_torchs():
    assert {name: sentence(function) for name, function in errors(True).items()} == recorded()["errors"]


def test_floating_point_ranges_beyond_the_exact_integers_are_refused():
    with pytest.raises(RuntimeError, match=r"to - 1 is out of bounds \[-\(2\^24\), 2\^24\] for float"):
        ours.randint(Generator(), 3, 0, 2**25, np.float32)


def test_only_the_cpu_has_a_generator():
    assert [str(Generator(d).device) for d in ("cpu", "cpu:0", None)] == ["cpu"] * 3
    with pytest.raises(AssertionError, match="CUDA"):
        Generator("cuda")
