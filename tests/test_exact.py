"""Single precision is torch's to the last bit where it can be: sums in torch's order, functions rounded once."""

import importlib.util

import numpy as np
import pytest

import autodiff_lab as th
from autodiff_lab.exact import add_up

SHAPES = [(n,) for n in (1, 4, 5, 7, 8, 9, 31, 33, 100, 257, 4099)]
SHAPES += [
    (3, 5),
    (5, 3),
    (64, 10),
    (10, 64),
    (7, 40),
    (33, 33),
    (2, 3, 4),
    (9, 8, 7),
    (1, 20, 1, 6),
    (4, 3, 40, 5),
    *((n, m) for n in (3, 4, 6, 16, 17, 32, 35, 100, 256, 300) for m in (1, 2, 4, 5, 8, 16, 40, 64)),
]


def with_vectors_of_32_bytes():
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.backends.cpu.get_cpu_capability().startswith("AVX")


@pytest.mark.skipif(not with_vectors_of_32_bytes(), reason="no torch here, or one that adds in another order")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_sums_are_torchs_to_the_last_bit(shape, dtype):
    import torch

    torch.set_num_threads(1)
    rng = np.random.default_rng(len(shape) * sum(shape))
    whole = rng.normal(size=shape).astype(dtype)
    for x in (whole, whole.T, whole[..., ::2]):
        for axes in {(), *((i,) for i in range(x.ndim)), tuple(range(x.ndim)), tuple(range(0, x.ndim, 2))}:
            theirs = torch.from_numpy(x).sum(axes) if axes else torch.from_numpy(x).sum()
            assert np.array_equal(add_up(x, axes or None), theirs.numpy())


@pytest.mark.parametrize("shape", [(n, m) for n in (3, 6, 16, 20, 35, 64, 300) for m in (1, 2, 5, 16, 40)])
def test_a_sum_of_negative_zeros_is_zero(shape):
    for axes in (None, (0,), (1,)):
        assert not np.signbit(add_up(np.full(shape, -0.0, np.float32), axes)).any()


def test_a_known_lesson_prints_its_known_losses():
    """Fahrenheit from a thermometer in unknown units; torch gives these very numbers."""
    known = th.tensor([0.5, 14.0, 15.0, 28.0, 11.0, 8.0, 3.0, -4.0, 6.0, 13.0, 21.0])
    read = th.tensor([35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4])
    params, losses = th.tensor([1.0, 0.0], requires_grad=True), []
    for _ in range(4):
        loss = ((params[0] * read + params[1] - known) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with th.no_grad():
            params -= 1e-4 * params.grad
        params.grad.zero_()
    assert losses == [1763.884765625, 323.09051513671875, 78.92963409423828, 37.5528450012207]


def test_functions_are_rounded_once():
    x = th.linspace(-3, 12, 1001)
    for name in ("exp", "sin", "cos", "tanh", "expm1"):
        exact = getattr(np, name)(x.double().numpy()).astype(np.float32)
        assert np.array_equal(getattr(th, name)(x).numpy(), exact)
        assert (
            getattr(th, name)(x[7]).item() == exact[7]
            and getattr(x.clone(), name + "_")().numpy()[7] == exact[7]
        )
    assert th.exp(th.tensor(12.0)).item() == 162754.796875
    y = x.numpy()
    assert np.array_equal((x**3).numpy(), y * y * y) and np.array_equal((x**-2).numpy(), 1 / (y * y))
