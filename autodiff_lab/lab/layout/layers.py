"""A layered layout, top-down or left-right, the same to the byte in every run.

Knows sizes and edges only, no graph and no drawing. Leans on grid, crossings and coordinates.

Note [Layers]
1. Rank: every node stands one layer before the nearest of its consumers, so inputs come just where they are used;
   then nodes move, with those that stand in their way, wherever that makes the edges shorter all in all.
2. Way-points: an edge over several layers gets a point in each; edges from one source share them, so a
   variable used in a hundred places is one trunk with branches. A label is such a point with a size. In a small
   graph in which sharing costs crossings, each edge goes its own way.
3. Order: barycentre sweeps up and down, then neighbours change places while that removes crossings, and on some
   turns also where it changes nothing, which leads off plateaus; the best order wins.
4. Lines that should be straight: a node under its one principal input, and the way-points of a trunk, form a
   block with a single coordinate. Where two such lines cross, the trunk stays straight.
5. Coordinates: blocks packed from the left and from the right, the mean of both, then each moves to where its
   neighbours are, taking along those it touches, as long as nothing overlaps.

The ideas are those of Sugiyama, Tagawa and Toda (1981) and Gansner, Koutsofios, North and Vo (1993).
"""

from dataclasses import dataclass

from .coordinates import coordinates
from .crossings import Order
from .grid import Grid
from .ranks import SMALL


@dataclass(frozen=True, slots=True)
class Path:
    """An edge's way: ``points`` to its target from its source, or from the trunk that it shares with a longer edge
    of the same source; ``label`` is the centre of its label or None."""

    points: tuple[tuple[float, float], ...]
    label: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Framed:
    """Where a frame lies: its number, left and top corner, size, and where the title's left and middle are."""

    frame: int
    x: float
    y: float
    width: float
    height: float
    title: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the nodes, ways of the edges, the size of all. y grows downwards.

    ``stubs`` are pieces of way between frames, as (edge, points): the edge that drew them may share them with others.
    """

    width: float
    height: float
    centres: tuple[tuple[float, float], ...]
    paths: tuple[Path, ...]
    direction: str
    crossings: int
    frames: tuple[Framed, ...] = ()
    stubs: tuple[tuple[int, tuple[tuple[float, float], ...]], ...] = ()


def layered(sizes, edges, *, labels=None, weights=None, direction="TB", rank_gap=26, node_gap=22, ports=None,
            pins=None, lead=(0.0, 0.0)):  # fmt: skip
    """Lay a directed acyclic graph out in layers; see Note [Layers].

    Args:
        sizes: (width, height) of each node.
        edges: (source, target) pairs of node numbers; parallel ones are allowed.
        labels: {edge number: (width, height)}.
        weights: how much each node's outgoing line matters; the heaviest input of a node is drawn straight.
        direction: ``"TB"`` from top to bottom, ``"LR"`` from left to right.
        ports: {edge number: (leaving, arriving)}: how far from the nodes' middles its ends are, along their sides;
            None is anywhere near the middle.
        pins: {node: "first" or "last"}: nodes in a layer before or after all others.
        lead: how far outside the picture lines from the first and to the last of ``pins`` begin and end.

    Raises:
        ValueError: if the edges form a cycle, or for another direction.

    >>> layout = layered([(40, 20)] * 3, [(0, 2), (1, 2)])
    >>> layout.centres, layout.crossings
    (((20.0, 10.0), (82.0, 10.0), (51.0, 56.0)), 0)
    """
    if direction not in ("TB", "LR"):
        raise ValueError(f"direction must be 'TB' or 'LR', got {direction!r}")
    given = (
        sizes,
        edges,
        labels or {},
        weights or [1] * len(sizes),
        0 if direction == "TB" else 1,
        ports or {},
        pins or {},
    )
    grid = Grid(*given)
    order = Order(grid)
    if order.crossings and grid.count < SMALL:
        apart = Grid(*given, shared=False)
        fewer = Order(apart)
        if fewer.crossings < order.crossings:
            grid, order = apart, fewer
    return _drawn(grid, order, *coordinates(grid, order, node_gap), rank_gap, direction, lead)


def _drawn(grid, order, along, width, rank_gap, direction, lead):
    """The layout: positions in the plane, rounded to a tenth, with the least coordinate at 0."""
    deep, y, gap, pinned = [], 0.0, 0.0, {grid.rank[i]: side for i, side in grid.pins.items()}
    for r, layer in enumerate(order.layers):  # the top and bottom of each layer
        depth = max((grid.depth[p] for p in layer), default=0.0)
        deep.append((y, y + depth))
        aside = max([abs(along[p] - along[q]) for p in layer for q in grid.down[p]], default=0.0)
        gap = max(rank_gap, min(3 * rank_gap, 0.28 * aside))  # room for lines that go far aside
        if pinned.get(r) == "first" or pinned.get(r + 1) == "last":
            gap = 0.6 * gap
        y += depth + round(gap, 1)
    height = max(y - round(gap, 1), 0.0)
    middle = [(a + b) / 2 for a, b in deep]
    turn = (lambda x, y: (x, y)) if direction == "TB" else (lambda x, y: (y, x))
    arrivals, paths = _arrivals(grid, along), []
    for e, (start, *between, target) in enumerate(grid.chains):
        (top, bottom), label = deep[grid.rank[start]], None
        x, y = along[start], top
        if start < grid.n:
            x, y = x + (grid.ports[e][0] or 0.0), middle[grid.rank[start]] + grid.depth[start] / 2
        points = [(x, y)]
        if grid.pins.get(start) == "first":
            points.insert(0, (along[start], y - lead[0]))
        if y < bottom:
            points.append((x, bottom))
        for p in between:
            top, bottom = deep[grid.rank[p]]
            points += [(along[p], top), (along[p], bottom)] if bottom > top else [(along[p], top)]
            if p in grid.is_label:
                label = turn(along[p], (top + bottom) / 2)
        x, y = arrivals[e], middle[grid.rank[target]] - grid.depth[target] / 2
        if grid.pins.get(target) == "last":
            y += lead[1]
        top, _ = deep[grid.rank[target]]
        if y > top:  # down to a node that is lower than its layer, or to the border
            points.append((x, top))
        points.append((x, y))
        paths.append(Path(tuple(turn(round(a, 1), round(b, 1)) for a, b in _bends(points)), label))
    centres = tuple(turn(along[i], middle[grid.rank[i]]) for i in range(grid.n))
    size = turn(round(width, 1), round(height, 1))
    return Layout(*size, centres, tuple(paths), direction, order.crossings)


def _arrivals(grid, along):
    """Where each edge enters its target: at its own port or, spread over the middle of the target's side, in the
    order they come."""
    arrivals, groups = [0.0] * len(grid.edges), {}
    for e, chain in enumerate(grid.chains):
        groups.setdefault((chain[-1], grid.ports[e][1]), []).append(e)
    for (target, arrive), edges in groups.items():
        middle = along[target] + (arrive or 0.0)
        arriving = sorted((along[grid.chains[e][-2]], e) for e in edges)
        room = min(22.0, (grid.extent[target] * (0.7 if arrive is None else 0.3)) / max(len(arriving), 1))
        straight = [k for k, (x, _) in enumerate(arriving) if abs(x - middle) < 1]
        first = straight[0] if len(straight) == 1 and len(arriving) < 4 else (len(arriving) - 1) / 2
        for k, (_, e) in enumerate(arriving):
            arrivals[e] = round(middle + (k - first) * room, 1)
    return arrivals


def _bends(points):
    """The points without those in the middle of a straight run."""
    kept = points[:1]
    for before, point, after in zip(points, points[1:], points[2:]):
        if not before[0] == point[0] == after[0]:
            kept.append(point)
    return [*kept, points[-1]]
