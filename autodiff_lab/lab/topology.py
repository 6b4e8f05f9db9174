"""Orders and components of directed graphs: what walks, folds and layouts ask of them. Leans on nothing.

Nodes are anything that hashes; edges are (source, target) pairs, of which there may be several alike.
"""

from heapq import heappop, heappush


def topological(nodes, edges, key=None):
    """The nodes in an order that all edges follow, or None if the edges form a cycle.

    Of several nodes that may come next the last to be found comes, or the one with the least ``key(node)``.

    >>> topological("abc", ["ca", "ab"]), topological("ab", ["ab", "ba"])
    (['c', 'a', 'b'], None)
    """
    push, pop = (list.append, list.pop) if key is None else (heappush, heappop)
    key = key or (lambda node: None)
    ahead, waiting = {node: [] for node in nodes}, dict.fromkeys(nodes, 0)
    for source, target in edges:
        ahead[source].append(target)
        waiting[target] += 1
    ready, order = [], []
    for node, before in waiting.items():
        if not before:
            push(ready, (key(node), node))
    while ready:
        _, node = pop(ready)
        order.append(node)
        for target in ahead[node]:
            waiting[target] -= 1
            if not waiting[target]:
                push(ready, (key(target), target))
    return order if len(order) == len(waiting) else None


def components(nodes, edges):
    """{node: the least of the nodes that it hangs together with}; edges to other nodes do not count.

    >>> components([1, 2, 3, 4], [(4, 2), (3, 9)])
    {1: 1, 2: 2, 3: 3, 4: 2}
    """
    least = {node: node for node in nodes}

    def find(node):
        while least[node] != node:
            least[node] = node = least[least[node]]
        return node

    for source, target in edges:
        if source in least and target in least:
            a, b = find(source), find(target)
            least[max(a, b)] = min(a, b)
    return {node: find(node) for node in least}
