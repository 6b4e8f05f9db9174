"""The bank of graphs on which the laboratory's layout is tested: (name, edges, weights of the nodes)."""

import random


def bank():
    """Fifty directed acyclic graphs as autograd makes them, small to middling, and thirteen random ones."""
    for n in (1, 2, 5, 20, 60):
        yield f"chain {n}", [(i, i + 1) for i in range(n - 1)], [3] * n
    for n in (1, 3, 8):
        edges = [(3 * k + a, 3 * k + b) for k in range(n) for a, b in ((0, 1), (0, 2), (1, 3), (2, 3))]
        yield f"diamonds {n}", edges, [3] * (3 * n + 1)
    for n in (3, 10, 40, 120):
        yield f"fan-in {n}", [(i, n) for i in range(n)], [2] * n + [3]
    for n in (3, 10, 40):
        yield f"fan-out {n}", [(0, i) for i in range(1, n + 1)], [2] + [3] * n
    for n in (2, 4, 8):
        yield (
            f"perceptron {n}",
            *_layers(n, lambda h, w, b, t, a, o: [(w, t), (h, a), (t, a), (b, a), (a, o)], "22333"),
        )
    for n in (2, 5, 12):
        yield (
            f"residual {n}",
            *_layers(n, lambda h, w, m, t, a: [(w, m), (h, m), (m, t), (h, a), (t, a)], "2333"),
        )
    for d in (3, 5):
        yield f"tree {d}", [(i, (i - 1) // 2) for i in range(1, 2**d - 1)], [3] * (2**d - 1)
    for n in (4, 8, 16):
        yield f"loop {n}", [e for k in range(n) for e in ((k, k + 1), (0, k + 1))], [2] + [3] * n
    for n in (4, 5, 6, 7):
        yield f"dense {n}", [(i, j) for j in range(n) for i in range(j)], [3] * n
    step = [(0, 2), (3, 2), (1, 4), (4, 5), (2, 5), (5, 6)]  # input·U and state·V, their sum, tanh
    edges = []
    for k in range(6):  # U is 0 and V is 1 at every step, the state is 2 at first
        at = [0, 1, 4 + 5 * k, 3 + 5 * k, 5 + 5 * k, 6 + 5 * k, 7 + 5 * k]
        edges += [(at[a], at[b]) for a, b in step] + [(2 if k == 0 else 2 + 5 * k, at[4])]
    yield "recurrent 6", edges, [3] * 33
    heads = 3
    edges = [(0, 1 + a) for a in range(3 * heads)] + [
        (1 + 3 * heads + 3 * h + 2, 1 + 6 * heads) for h in range(heads)
    ]
    for h in range(heads):  # x to q, k and v; their scores; the softmax; the mixture
        q, score = 1 + 3 * h, 1 + 3 * heads + 3 * h
        edges += [(q, score), (q + 1, score), (score, score + 1), (score + 1, score + 2), (q + 2, score + 2)]
    yield "attention 3", edges, [3] * (2 + 6 * heads)
    for n in (3, 5):
        yield f"bipartite {n}", [(i, n + j) for i in range(n) for j in range(n)], [3] * (2 * n)
    yield "square", [(0, 1), (0, 1)], [2, 3]
    yield "cube by twos", [(0, 1), (0, 1), (0, 2), (1, 2)], [2, 3, 3]
    yield "apart", [(0, 1), (2, 3)], [2, 3, 2, 3]
    draw = random.Random(7)
    for i in range(13):
        n, edges = draw.randint(6, 60), []
        for j in range(1, n):
            for _ in range(draw.choice((1, 1, 2, 2, 3))):
                edges.append((draw.randrange(max(0, j - draw.choice((3, 10, 40))), j), j))
        yield f"random {i}", edges, [3] * n


def _layers(count, edges_of, weights):
    """A stack of ``count`` layers: ``edges_of`` wires one, from the last node of the layer before."""
    edges, before, size = [], 0, len(weights)
    for k in range(count):
        nodes = range(1 + k * size, 1 + (k + 1) * size)
        edges += edges_of(before, *nodes)
        before = nodes[-1]
    return edges, [2, *[int(w) for w in weights] * count]


class Layer:
    """What the laboratory asks of a module: that it names its parameters."""

    def __init__(self, th, n, m):
        self.weight, self.bias = th.nn.Parameter(th.ones(m, n)), th.nn.Parameter(th.zeros(m))

    def named_parameters(self):
        return [("weight", self.weight), ("bias", self.bias)]

    def __call__(self, x):
        return x @ self.weight.T + self.bias
