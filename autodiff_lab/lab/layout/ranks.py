"""Which layer each node stands in: Note [Layers] of layers.py, 1. Leans on topology."""

from ..topology import topological

SMALL = 400  # points: on larger graphs every stage spends less
TURNS = 8  # how often nodes are moved at most
TOGETHER, TOGETHER_LARGE = 40, 12  # nodes that move together at most, in small graphs and in large ones


def ranks(count, edges, labels, pins):
    """The layer of each node, the first being 0: as late as its consumers allow, then as makes edges shorter.

    With ``labels``, which are points in a layer before an edge's target, there is a layer for them between any two.

    Raises:
        ValueError: if the edges form a cycle.
    """
    inner = [(a, b) for a, b in edges if a not in pins and b not in pins]
    incoming, outgoing = [[] for _ in range(count)], [[] for _ in range(count)]
    for source, target in inner:
        incoming[target].append(source)
        outgoing[source].append(target)
    order = topological(range(count), [(b, a) for a, b in inner])
    if order is None:
        raise ValueError("the edges form a cycle")
    late = [0] * count  # layers after it
    for i in order:
        for source in incoming[i]:
            late[source] = max(late[source], late[i] + 1)
    last = max(late, default=0)
    rank = [last - r for r in late]
    _shorten(rank, incoming, outgoing, order)
    if labels:
        rank = [2 * r for r in rank]
        labelled = {edges[e][0] for e in labels}
        for source, targets in enumerate(outgoing):
            if targets and not incoming[source] and source not in labelled:  # it may stand beside the labels
                rank[source] = min(rank[target] for target in targets) - 1
    within = [r for i, r in enumerate(rank) if i not in pins] or [0]
    top, foot = min(within), max(within)
    room = any(edges[e][0] in pins and rank[edges[e][1]] == top for e in labels)
    for i, side in pins.items():
        rank[i] = top - 1 - room if side == "first" else foot + 1
    least = min(rank, default=0)
    return [r - least for r in rank]


def _shorten(rank, incoming, outgoing, order):
    """Move nodes, with the neighbours that stand in their way, while the sum of the edges' lengths falls."""
    moved, turns = True, 0
    while moved and turns < TURNS:
        moved, turns = False, turns + 1
        for ahead, behind, sign in ((outgoing, incoming, 1), (incoming, outgoing, -1)):
            for start in order if sign > 0 else reversed(order):
                while len(ahead[start]) > len(behind[start]) and _move(start, rank, ahead, behind, sign):
                    moved = True


def _move(start, rank, ahead, behind, sign):
    """Move a node ahead with what it pushes before it, as far as there is room; whether that was a gain."""
    group, stack, gain = {start}, [start], 0
    while stack:
        i = stack.pop()
        gain += len(ahead[i]) - len(behind[i])
        for j in ahead[i]:
            if j not in group and (rank[j] - rank[i]) * sign == 1:
                group.add(j)
                stack.append(j)
        if len(group) > (TOGETHER if len(rank) < SMALL else TOGETHER_LARGE):  # a long way: not worth the time
            return False
    room = [(rank[j] - rank[i]) * sign - 1 for i in group for j in ahead[i] if j not in group]
    if gain <= 0 or not room:
        return False
    for i in group:
        rank[i] += min(room) * sign
    return True
