"""The layered layout: nothing overlaps, lines keep clear of boxes, and the same graph always lies the same way."""

import itertools
import random

import pytest
from lab_bank import bank

from autodiff_lab.lab.layout import layered
from autodiff_lab.lab.render.svg import curve

BANK = list(bank())
SLACK = 0.3  # coordinates are rounded to a tenth


def drawn(edges, weights, direction, labelled):
    draw = random.Random(len(edges))
    sizes = [(draw.randint(30, 160), draw.randint(24, 80)) for _ in weights]
    labels = {
        e: (draw.randint(20, 120), draw.randint(14, 32)) for e in range(len(edges)) if draw.random() < 0.8
    }
    labels = labels if labelled else {}
    return sizes, labels, layered(sizes, edges, labels=labels, weights=weights, direction=direction)


def rectangles(sizes, labels, layout):
    """(left, top, right, bottom) of the nodes, then of the labels."""
    around = [(c, size) for c, size in zip(layout.centres, sizes, strict=True)]
    around += [(layout.paths[e].label, size) for e, size in labels.items()]
    return [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for (x, y), (w, h) in around]


def overlap(a, b):
    return (
        min(a[2], b[2]) - max(a[0], b[0]) > SLACK and min(a[3], b[3]) - max(a[1], b[1]) > SLACK
    )  # in both directions


def points_on(path, direction):
    """Points along the curve that is drawn, thirteen a segment."""
    start = path.points[0]
    for kind, *controls in curve(path.points, direction):
        corners = [start, *controls] if kind == "C" else [start, start, controls[0], controls[0]]
        for k in range(13):
            t = k / 12
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(w * p[i] for w, p in zip(weights, corners, strict=True)) for i in (0, 1))
        start = controls[-1]


def test_the_bank_holds_fifty_graphs():
    assert len(BANK) == 50


@pytest.mark.parametrize("labelled", [False, True], ids=["bare", "labelled"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name, edges, weights", BANK, ids=[name for name, *_ in BANK])
def test_nothing_overlaps_and_all_is_inside(name, edges, weights, direction, labelled):
    sizes, labels, layout = drawn(edges, weights, direction, labelled)
    boxes = rectangles(sizes, labels, layout)
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]
    for left, top, right, bottom in boxes:
        assert left >= -SLACK and top >= -SLACK
        assert right <= layout.width + SLACK and bottom <= layout.height + SLACK


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name, edges, weights", BANK, ids=[name for name, *_ in BANK])
def test_lines_go_round_the_boxes_and_end_at_their_own(name, edges, weights, direction):
    sizes, _, layout = drawn(edges, weights, direction, labelled=False)
    boxes = rectangles(sizes, {}, layout)
    for (source, target), path in zip(edges, layout.paths, strict=True):
        end = path.points[-1]
        left, top, right, bottom = boxes[target]
        assert left <= end[0] <= right if direction == "TB" else top <= end[1] <= bottom
        assert abs(end[1] - top) <= SLACK if direction == "TB" else abs(end[0] - left) <= SLACK
        for x, y in points_on(path, direction):
            for other, (a, b, c, d) in enumerate(boxes):
                if other not in (source, target):
                    assert not (a + 1 < x < c - 1 and b + 1 < y < d - 1), f"a line crosses box {other}"


@pytest.mark.parametrize("name, edges, weights", [b for b in BANK if b[0].split()[0] in
                         ("chain", "fan-in", "fan-out", "tree", "diamonds", "perceptron", "residual", "loop")],
                         ids=str)  # fmt: skip
def test_what_can_be_drawn_without_crossings_is(name, edges, weights):
    assert drawn(edges, weights, "TB", False)[2].crossings == 0


def test_inputs_stand_before_what_they_feed():
    for _, edges, weights in BANK:
        for direction, axis in (("TB", 1), ("LR", 0)):
            centres = drawn(edges, weights, direction, True)[2].centres
            assert all(centres[a][axis] < centres[b][axis] for a, b in edges)


def test_a_chain_with_a_constant_at_each_step_is_a_straight_line():
    edges = [e for k in range(10) for e in ((2 * k, 2 * k + 2), (2 * k + 1, 2 * k + 2))]
    layout = layered([(60, 30)] * 21, edges, weights=[3, *[1, 3] * 10])
    assert len({layout.centres[2 * k][0] for k in range(11)}) == 1


def test_edges_from_one_source_share_their_way():
    edges = [e for k in range(400) for e in ((k, k + 1), (0, k + 1))]
    layout = layered([(40, 20)] * 401, edges)
    assert sum(len(path.points) for path in layout.paths) < 8 * len(edges)


def test_the_same_graph_lies_the_same_way():
    for _, edges, weights in BANK:
        assert drawn(edges, weights, "TB", True)[2] == drawn(edges, weights, "TB", True)[2]


def test_a_cycle_is_refused():
    with pytest.raises(ValueError, match="cycle"):
        layered([(1, 1)] * 2, [(0, 1), (1, 0)])


def test_another_direction_is_refused():
    with pytest.raises(ValueError, match="direction"):
        layered([(1, 1)], [], direction="BT")


def test_no_node_at_all_is_an_empty_picture():
    layout = layered([], [])
    assert (layout.width, layout.height, layout.centres, layout.paths) == (0, 0, (), ())
