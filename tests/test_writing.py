"""Derivatives through writing in place, on views of every kind, are the limits of difference quotients."""

import itertools

import numpy as np
import pytest
from programs_parts import CASES, SHAPES, SOURCES

import autodiff_lab as th


def scale_a_row(x):
    y = x * x
    y[0] *= x[1]
    return y


def add_to_a_column(x):
    y = x.sin()
    y[:, 1].add_(x[:, 0] * x[:, 2])
    return y * y


def write_through_a_transpose(x):
    y = x * 2
    y.T[1:].mul_(x.T[:2] + 1)
    return y.exp()


def write_a_diagonal(x):
    y = x[:, :2] * x[:, 1:]
    y.diagonal().pow_(2)
    return y * x[0, 0]


def write_the_base_read_the_view(x):
    y = x * 1
    view = y.view(6)[1:5]
    y.mul_(x)
    return view * view


def write_one_view_read_another(x):
    y = x.cos()
    rows, flat = y[0], y.view(-1)
    rows.mul_(x[1])
    flat[2:4].add_(rows[0])
    return y * rows.sum()


def views_of_views(x):
    y = x * x
    part = y[:, 1:].T[0]
    part[1:] = part[:1].clone() * x[0, 0]
    part.tanh_()
    return y.sum(0) * part.sum()


def put_by_mask_and_place(x):
    y = x * 3
    y[x > 0] = (x * x)[x > 0]
    y[[0, 1], [2, 2]] *= x[0, :2]
    return y * y


def copy_and_fill(x):
    y = x.exp() * 1
    y[0].copy_(x[1] * x[0])
    y[1, 2].fill_(0.5)
    y[1, 0].zero_()
    return y * y * x


def write_into_fresh_memory(x):
    y = th.zeros(3, 3, dtype=th.float64)
    for i in range(2):
        y[i] = x[i] * (y[i - 1] + 1)
    return y * y


PROGRAMS = [
    scale_a_row, add_to_a_column, write_through_a_transpose, write_a_diagonal, write_the_base_read_the_view,
    write_one_view_read_another, views_of_views, put_by_mask_and_place, copy_and_fill, write_into_fresh_memory,
]  # fmt: skip

START = np.array([[0.7, -0.4, 1.1], [0.3, 0.9, -1.2]])
DIRECTION = np.array([[0.2, -0.5, 0.4], [0.8, 0.1, -0.3]])
WEIGHTS = np.array([[1.0, -2.0, 0.5], [0.3, 0.7, -1.0]])


LIBRARIES = ["autodiff_lab", "torch"]


def value(program, array):
    return program(th.tensor(array, requires_grad=True)).sum().item()


def gradient(program, array, create_graph=False):
    x = th.tensor(array, requires_grad=True)
    (g,) = th.autograd.grad(program(x).sum(), x, create_graph=create_graph)
    return x, g


@pytest.mark.parametrize("program", PROGRAMS)
def test_first_order(program):
    h = 1e-6
    slope = (value(program, START + h * DIRECTION) - value(program, START - h * DIRECTION)) / (2 * h)
    _, g = gradient(program, START)
    assert (g.numpy() * DIRECTION).sum() == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("program", PROGRAMS)
def test_second_order(program):
    h = 1e-5
    ahead, behind = (gradient(program, START + sign * h * DIRECTION)[1].numpy() for sign in (1, -1))
    slope = (WEIGHTS * (ahead - behind)).sum() / (2 * h)
    x, g = gradient(program, START, create_graph=True)
    (second,) = th.autograd.grad((g * th.tensor(WEIGHTS)).sum(), x)
    assert (second.numpy() * DIRECTION).sum() == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_views_share_memory_in_both_directions():
    x = th.arange(6.0).reshape(2, 3)
    views = {
        "row": x[0],
        "column": x[:, 1],
        "turned": x.T,
        "flat": x.view(6),
        "part": x[:, 1:][1],
        "diagonal": x.diagonal(),
    }
    x.mul_(10)
    assert views["row"].tolist() == [0, 10, 20] and views["diagonal"].tolist() == [0, 40]
    views["turned"][1, 1] = -1
    assert x[1, 1].item() == -1 and views["part"].tolist() == [-1, 50] and views["flat"][4].item() == -1
    assert {v._version for v in views.values()} == {x._version} == {2}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_view_that_may_not_be_written_to_is_not_read_after_its_base_was(library):
    lib = pytest.importorskip(library)
    y = lib.ones(2, 2, requires_grad=True) * 1
    first, _ = y.unbind()
    with lib.no_grad():
        row = y[0]
    y.mul_(2)
    for view, said in (
        (first, "^Output 0 of Unbind is a view and its base"),
        (row, "^A view was created in no_grad mode and its base"),
    ):
        assert view.requires_grad and view.tolist() == [2.0, 2.0]
        with pytest.raises(RuntimeError, match=said):
            view.grad_fn  # noqa: B018 - to ask is the test
        with pytest.raises(RuntimeError, match=said):
            (view * 2).sum().backward()


@pytest.mark.parametrize("library", LIBRARIES)
def test_memory_that_is_shared_in_part_is_not_written_to(library):
    lib = pytest.importorskip(library)
    x = lib.arange(9.0).reshape(3, 3)
    for write in (
        lambda: x[1:].add_(x[:-1]), lambda: x.mul_(x.T), lambda: x[1:].copy_(x[:-1].detach()), lambda: x.add_(x[0]),
    ):  # fmt: skip
        with pytest.raises(RuntimeError, match=r"^unsupported operation: some elements of the input tensor"):
            write()
        with lib.no_grad(), pytest.raises(RuntimeError, match=r"^unsupported operation: some elements"):
            write()
    assert x.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]] and x._version == 0
    assert x.add_(x)[0].add_(x[1]).tolist() == [6, 10, 14]
    assert x.masked_fill_(x > 15, x[0, 0]).fill_(x[0, 1]).tolist() == [[10] * 3] * 3


@pytest.mark.parametrize("ndim", [1, 2])
def test_a_part_that_is_put_into_a_part_is_read_before_anything_is_written(ndim):
    """Where it is not refused (tests/programs_parts.py), numbers and gradients are those of putting a copy there."""

    def run(statement):
        leaf = (
            th.arange(1.0, {1: 7.0, 2: 17.0}[ndim], dtype=th.float64).reshape(SHAPES[ndim]).requires_grad_()
        )
        space = {"th": th, "x": leaf * 1}
        try:
            exec(statement, space)
        except (RuntimeError, IndexError):
            return None
        x = space["x"]
        try:
            return (x.tolist(), x._version), th.autograd.grad((x * x).sum(), leaf)[0].tolist()
        except RuntimeError as error:  # as in torch: the part is saved, and was written to
            assert "modified by an inplace operation" in str(error)
            return (x.tolist(), x._version), None

    gradients = 0
    for n, target, forms in CASES:
        for form, source in itertools.product(forms, SOURCES[n].split()) if n == ndim else ():
            part = run(form.format(a=target, b=source))
            if part is not None:
                copy = run(form.format(a=target, b=f"{source}.clone()"))
                assert part[0] == copy[0] and part[1] in (None, copy[1]), (form, target, source)
                gradients += part[1] is not None
    assert gradients > 500


def test_a_write_refused_changes_nothing():
    x = th.ones(2, 3, requires_grad=True)
    wide = th.zeros(3).expand(2, 3)
    for write in (
        lambda: x.add_(1), lambda: x[0].mul_(2), lambda: x.zero_(), lambda: x.T.copy_(th.zeros(3, 2)), lambda: wide.add_(1),
        lambda: th.ones(2, dtype=th.int64).mul_(1.5), lambda: th.ones(2).add_(th.ones(3, 2)),
    ):  # fmt: skip
        with pytest.raises(RuntimeError):
            write()
    assert x.tolist() == [[1.0] * 3] * 2 and x._version == 0 and wide.tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize(
    "make", ["zeros(2, 3, out=o)", "arange(6, out=o)", "rand(2, 3, out=o)", "eye(3, out=o)"]
)
def test_a_refused_out_keeps_its_shape(make):
    o = th.ones(5, requires_grad=True)
    with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
        eval(f"th.{make}", {"th": th, "o": o})
    assert o.tolist() == [1.0] * 5
