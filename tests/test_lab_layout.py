"""The layered layout: nothing overlaps, lines keep clear of boxes, and the same graph always lies the same way."""

import itertools
import json
import math
import pathlib
import random

import pytest
from lab_bank import bank

from autodiff_lab.lab.layout import Path, compound, layered
from autodiff_lab.lab.render.svg import curve

BANK = list(bank())
DOT = json.loads((pathlib.Path(__file__).parent / "data" / "dot_crossings.json").read_text())
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


def plain(edges, weights):
    return layered([(72, 36)] * len(weights), edges, weights=weights)


@pytest.mark.parametrize("name, edges, weights", BANK, ids=[name for name, *_ in BANK])
def test_lines_cross_no_more_than_in_the_picture_that_dot_makes(name, edges, weights):
    assert plain(edges, weights).crossings <= 1.2 * DOT["crossings"][name]


def test_over_the_whole_bank_lines_cross_less_than_in_the_pictures_that_dot_makes():
    assert DOT["crossings"].keys() == {name for name, *_ in BANK}
    assert sum(plain(edges, weights).crossings for _, edges, weights in BANK) <= sum(
        DOT["crossings"].values()
    )


def crossing(p, q, r, s):
    """True if the segment from p to q crosses the one from r to s in between."""

    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return side(p, q, r) * side(p, q, s) < 0 and side(r, s, p) * side(r, s, q) < 0


@pytest.mark.parametrize("name, edges, weights", BANK, ids=[name for name, *_ in BANK])
def test_the_crossings_that_are_counted_are_those_that_are_drawn(name, edges, weights):
    layout = plain(edges, weights)
    pieces = sorted(
        {pair for path in layout.paths for pair in itertools.pairwise(path.points)}, key=lambda p: p[0][1]
    )
    found = 0
    for i, a in enumerate(pieces):
        for b in itertools.takewhile(lambda b, end=a[1][1]: b[0][1] < end, pieces[i + 1 :]):
            found += crossing(*a, *b)
    assert found == layout.crossings


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


def framed(edges, weights, direction, seed):
    """A graph of the bank with frames thrown over it, nested and torn: what is laid out, and what was asked for."""
    draw, count = random.Random(seed), len(weights)
    frames, around, inside = [], [], [None] * count
    for k in range(min(5, count // 3)):
        parent = draw.choice([None, *range(k)])
        frames.append((parent, (draw.randint(20, 90), 12)))
        around.append((*(around[parent] if parent is not None else ()), k))
        first = draw.randrange(count)
        for i in range(first, min(count, first + draw.randint(1, 6))):
            inside[i] = k
    sizes = [(draw.randint(30, 120), draw.randint(20, 60)) for _ in weights]
    labels = {e: (draw.randint(20, 80), 16) for e in range(len(edges)) if seed == 1 and draw.random() < 0.5}
    layout = compound(sizes, edges, inside, frames, labels=labels, weights=weights, direction=direction)
    return layout, sizes, labels, frames, [() if f is None else around[f] for f in inside]


def within(a, b):
    return a[0] >= b[0] - SLACK and a[1] >= b[1] - SLACK and a[2] <= b[2] + SLACK and a[3] <= b[3] + SLACK


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name, edges, weights", BANK, ids=[name for name, *_ in BANK])
def test_frames_hold_their_own_and_nothing_else(name, edges, weights, direction, seed):
    layout, sizes, labels, frames, nest = framed(edges, weights, direction, seed)
    boxes = rectangles(sizes, labels, layout)
    borders = [(f.frame, (f.x, f.y, f.x + f.width, f.y + f.height)) for f in layout.frames]
    titles = [(x, y - h / 2, x + w, y + h / 2) for f in layout.frames
              for (x, y), (w, h) in [(f.title, frames[f.frame][1])]]  # fmt: skip
    assert not [pair for pair in itertools.combinations(boxes + titles, 2) if overlap(*pair)]
    for box, own in zip(boxes, nest, strict=False):  # labels come after the nodes
        met = [frame for frame, border in borders if overlap(box, border)]
        assert sorted(met) == sorted(own)
        assert all(within(box, border) for _, border in borders if overlap(box, border))
    for (_, a), (_, b) in itertools.combinations(borders, 2):
        assert not overlap(a, b) or within(a, b) or within(b, a)
    for title, (_, border) in zip(titles, borders, strict=True):
        assert within(title, border)
    for x0, y0, x1, y1 in [border for _, border in borders]:
        assert within((x0, y0, x1, y1), (0, 0, layout.width, layout.height))


def on(point, a, b):
    """True of a point on a straight run."""
    return abs(math.dist(a, point) + math.dist(point, b) - math.dist(a, b)) < SLACK


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name, edges, weights", BANK, ids=[name for name, *_ in BANK])
def test_lines_go_from_end_to_end_through_frames(name, edges, weights, direction):
    layout, sizes, _, frames, _ = framed(edges, weights, direction, 0)
    boxes = rectangles(sizes, {}, layout)
    titles = [(x + 1, y - h / 2 + 1, x + w - 1, y + h / 2 - 1) for f in layout.frames
              for (x, y), (w, h) in [(f.title, frames[f.frame][1])]]  # fmt: skip
    ways = [(e, path.points) for e, path in enumerate(layout.paths)] + list(layout.stubs)
    for e, points in ways:
        for x, y in points_on(Path(points), direction):
            for other, (a, b, c, d) in enumerate(boxes):
                assert other in edges[e] or not (a + 1 < x < c - 1 and b + 1 < y < d - 1)
            assert not [t for t in titles if t[0] < x < t[2] and t[1] < y < t[3]]
    for source in {a for a, _ in edges}:  # some way begins at each source, and all hang together
        own = [points for e, points in ways if edges[e][0] == source]
        _, _, right, bottom = boxes[source]
        begin = (
            (lambda p, b=bottom: abs(p[1] - b)) if direction == "TB" else (lambda p, r=right: abs(p[0] - r))
        )
        assert any(begin(points[0]) <= SLACK for points in own)
        for k, points in enumerate(own):
            runs = [run for other in own[:k] + own[k + 1 :] for run in itertools.pairwise(other)]
            assert begin(points[0]) <= SLACK or any(on(points[0], *run) for run in runs)


def test_a_frame_that_is_left_and_entered_again_is_drawn_once_for_each_visit():
    edges = [
        (0, 1),
        (1, 2),
        (2, 3),
        (4, 1),
        (4, 3),
    ]  # the same layer twice, something else between, one weight
    layout = compound([(40, 20)] * 5, edges, [None, 0, None, 0, 0], [(None, (30, 12))])
    assert [f.frame for f in layout.frames] == [0, 0]


def test_what_feeds_only_the_second_visit_stands_in_its_frame():
    edges = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 3)]  # a weight (4), turned (5), for the second visit (3)
    layout = compound([(40, 20)] * 6, edges, [None, 0, None, 0, 0, 0], [(None, (30, 12))])
    (second,) = [f for f in layout.frames if f.y < layout.centres[3][1] < f.y + f.height]
    assert all(second.y < layout.centres[i][1] < second.y + second.height for i in (4, 5))


def test_a_module_between_two_operations_stands_straight_under_them():
    edges = [(0, 1), (1, 2), (3, 1), (2, 4)]
    layout = compound(
        [(60, 30)] * 5, edges, [None, 0, 0, 0, None], [(None, (30, 12))], weights=[2, 3, 3, 2, 3]
    )
    assert len({layout.centres[i][0] for i in (0, 1, 2, 4)}) == 1


def test_a_cycle_is_refused():
    with pytest.raises(ValueError, match="cycle"):
        layered([(1, 1)] * 2, [(0, 1), (1, 0)])


def test_another_direction_is_refused():
    with pytest.raises(ValueError, match="direction"):
        layered([(1, 1)], [], direction="BT")


def test_no_node_at_all_is_an_empty_picture():
    layout = layered([], [])
    assert (layout.width, layout.height, layout.centres, layout.paths) == (0, 0, (), ())
