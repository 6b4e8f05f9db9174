"""The works that are timed, each written for each library as its users would write it.

``WORKS[name]`` is a Work: what it is called, how many operations one run counts, and for each library a function that
takes the module(s) and returns the callable to time. A library that has no entry does not take part.
"""

import sys
from typing import NamedTuple


class Work(NamedTuple):
    title: str
    operations: int  # how many operations one run counts; times are given for one
    makers: dict  # library -> function() -> callable to time
    goals: dict  # library -> the largest ratio of our time to its time that we accept
    most: float = float("inf")  # the longest time for one operation that we accept, in milliseconds


# -- the seed: x, y, c made, f = 2x³ + 3y² + c, backward ----------------------------------------------------


def seed_torch_like(th):
    def run():
        x = th.tensor(2.0, requires_grad=True)
        y = th.tensor(3.0, requires_grad=True)
        c = th.tensor(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        f.backward()

    return run


def seed_micrograd():
    from micrograd.engine import Value

    def run():
        x, y, c = Value(2.0), Value(3.0), Value(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        f.backward()

    return run


def seed_mygrad():
    from mygrad import tensor

    def run():
        x, y, c = tensor(2.0), tensor(3.0), tensor(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        f.backward()

    return run


def seed_autograd():
    from autograd import grad

    gradient = grad(lambda xy: 2 * xy[0] ** 3 + 3 * xy[1] ** 2 + 1.0)
    return lambda: gradient((2.0, 3.0))


def seed_numpy():
    import numpy as np

    def run():
        x, y, c = np.float32(2.0), np.float32(3.0), np.float32(1.0)
        f = 2 * x**3 + 3 * y**2 + c
        return f, 6 * x**2, 6 * y

    return run


# -- a chain of multiplications -----------------------------------------------------------------------------

CHAIN = 1_000


def chain_torch_like(th, backward=True, shape=None):
    def run():
        x = (
            th.tensor(1.0001, requires_grad=True)
            if shape is None
            else th.full(shape, 1.0001, requires_grad=True)
        )
        y = x
        for _ in range(CHAIN):
            y = y * x
        if backward:
            (y if shape is None else y.sum()).backward()

    return run


def chain_micrograd(backward=True):
    from micrograd.engine import Value

    sys.setrecursionlimit(20 * CHAIN)

    def run():
        x = Value(1.0001)
        y = x
        for _ in range(CHAIN):
            y = y * x
        if backward:
            y.backward()

    return run


def chain_numpy(backward=True, shape=None):
    import numpy as np

    def run():
        x = np.float32(1.0001) if shape is None else np.full(shape, 1.0001, np.float32)
        y, kept = x, []
        for _ in range(CHAIN):
            kept.append(y)
            y = y * x
        if backward:
            g, total = np.ones_like(y), np.zeros_like(y)
            for before in reversed(kept):
                total = total + g * before
                g = g * x
            return total + g

    return run


# -- linear regression: 100 × 1, mean squared error, backward, a step in place under no_grad, zero grads ----


def linreg_torch_like(th):
    import numpy as np

    rng = np.random.default_rng(0)
    x = th.tensor(rng.normal(size=(100, 1)), dtype=th.float32)
    y = 2 * x + 1
    w = th.zeros(1, 1, requires_grad=True)
    b = th.zeros(1, requires_grad=True)

    def run():
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward()
        with th.no_grad():
            w.sub_(0.1 * w.grad)
            b.sub_(0.1 * b.grad)
        w.grad.zero_()
        b.grad.zero_()

    return run


def linreg_numpy():
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 1)).astype(np.float32)
    y = 2 * x + 1
    w, b = np.zeros((1, 1), np.float32), np.zeros(1, np.float32)

    def run():
        error = x @ w + b - y
        loss = (error**2).mean()
        g = error * np.float32(2 / error.size)
        w[...] -= 0.1 * (x.T @ g)
        b[...] -= 0.1 * g.sum(0)
        return loss

    return run


# -- multilayer perceptrons: forward, loss, backward, a step ------------------------------------------------


def layers(th, sizes, rng):
    return [
        (
            th.tensor(rng.normal(size=(n, m)) / n**0.5, dtype=th.float32, requires_grad=True),
            th.zeros(m, requires_grad=True),
        )
        for n, m in zip(sizes, sizes[1:])
    ]


def step(th, parameters, rate):
    with th.no_grad():
        for p in parameters:
            p -= rate * p.grad
            p.grad.zero_()


def moons_torch_like(th):
    import numpy as np

    rng = np.random.default_rng(0)
    x = th.tensor(rng.normal(size=(100, 2)), dtype=th.float32)
    y = th.tensor(np.sign(rng.normal(size=(100, 1))), dtype=th.float32)
    net = layers(th, (2, 16, 16, 1), rng)
    parameters = [p for layer in net for p in layer]

    def run():
        h = x
        for w, b in net[:-1]:
            h = (h @ w + b).relu()
        w, b = net[-1]
        loss = (1 - y * (h @ w + b)).relu().mean()
        loss.backward()
        step(th, parameters, 0.01)

    return run


def moons_numpy():
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 2)).astype(np.float32)
    y = np.sign(rng.normal(size=(100, 1))).astype(np.float32)
    sizes = (2, 16, 16, 1)
    ws = [(rng.normal(size=(n, m)) / n**0.5).astype(np.float32) for n, m in zip(sizes, sizes[1:])]
    bs = [np.zeros(m, np.float32) for m in sizes[1:]]

    def run():
        inputs, h = [], x
        for w, b in zip(ws[:-1], bs[:-1]):
            inputs.append(h)
            h = np.maximum(h @ w + b, 0)
        inputs.append(h)
        margin = np.maximum(1 - y * (h @ ws[-1] + bs[-1]), 0)
        loss = margin.mean()
        g = -y * (margin > 0) / np.float32(len(y))
        for i in reversed(range(len(ws))):
            before = inputs[i]
            gw, gb = before.T @ g, g.sum(0)
            if i:
                g = (g @ ws[i].T) * (before > 0)
            ws[i] -= 0.01 * gw
            bs[i] -= 0.01 * gb
        return loss

    return run


def digits_torch_like(th):
    import numpy as np

    rng = np.random.default_rng(0)
    x = th.tensor(rng.normal(size=(64, 64)), dtype=th.float32)
    y = th.tensor(rng.integers(0, 10, 64))
    rows = th.arange(64)
    net = layers(th, (64, 128, 10), rng)
    parameters = [p for layer in net for p in layer]

    def run():
        (w1, b1), (w2, b2) = net
        logits = (x @ w1 + b1).relu() @ w2 + b2
        loss = (logits.exp().sum(1).log() - logits[rows, y]).mean()
        loss.backward()
        step(th, parameters, 0.01)

    return run


def digits_numpy():
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 64)).astype(np.float32)
    y, rows = rng.integers(0, 10, 64), np.arange(64)
    w1, w2 = ((rng.normal(size=s) / s[0] ** 0.5).astype(np.float32) for s in ((64, 128), (128, 10)))
    b1, b2 = np.zeros(128, np.float32), np.zeros(10, np.float32)

    def run():
        h = np.maximum(x @ w1 + b1, 0)
        logits = h @ w2 + b2
        e = np.exp(logits)
        total = e.sum(1)
        loss = (np.log(total) - logits[rows, y]).mean()
        g = e / total[:, None]
        g[rows, y] -= 1
        g /= np.float32(len(y))
        gw2, gb2 = h.T @ g, g.sum(0)
        g = (g @ w2.T) * (h > 0)
        gw1, gb1 = x.T @ g, g.sum(0)
        for p, d in ((w1, gw1), (b1, gb1), (w2, gw2), (b2, gb2)):
            p -= 0.01 * d
        return loss

    return run


# -- large arrays -------------------------------------------------------------------------------------------


def million_torch_like(th):
    x = th.linspace(-3, 3, 1_000_000).requires_grad_()

    def run():
        x.grad = None
        (2 * x + 1).tanh().sum().backward()

    return run


def million_numpy():
    import numpy as np

    x = np.linspace(-3, 3, 1_000_000, dtype=np.float32)

    def run():
        t = np.tanh(2 * x + 1)
        total = t.sum()
        return total, (1 - t * t) * 2

    return run


def matmuls_torch_like(th):
    import numpy as np

    rng = np.random.default_rng(0)
    a, b, c = (th.tensor(rng.normal(size=(512, 512)), dtype=th.float32) for _ in range(3))
    a.requires_grad_()

    def run():
        a.grad = None
        (a @ b @ c).sum().backward()

    return run


def matmuls_numpy():
    import numpy as np

    rng = np.random.default_rng(0)
    a, b, c = (rng.normal(size=(512, 512)).astype(np.float32) for _ in range(3))

    def run():
        total = (a @ b @ c).sum()
        return total, np.ones((512, 512), np.float32) @ c.T @ b.T

    return run


def second_torch_like(th):
    x = th.linspace(-3, 3, 400).requires_grad_()

    def run():
        y = (x.tanh() * (-x * x).exp()).sum()
        (g,) = th.autograd.grad(y, x, create_graph=True)
        th.autograd.grad(g.sum(), x)

    return run


# -- the same networks with nn, cross_entropy and optim -------------------------------------------------------


def trained(th, net, x, y, optimizer):
    def run():
        optimizer.zero_grad()
        th.nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()

    return run


def examples(th, *shape, classes):
    """A batch of ``shape``, and the class of each example."""
    import numpy as np

    rng = np.random.default_rng(0)
    x = th.tensor(rng.normal(size=shape), dtype=th.float32)
    return x, th.tensor(rng.integers(0, classes, shape[0]))


def moons_nn_torch_like(th):
    nn = th.nn
    net = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))
    return trained(th, net, *examples(th, 100, 2, classes=2), th.optim.SGD(net.parameters(), lr=0.01))


def digits_nn_torch_like(th):
    nn = th.nn
    net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    return trained(th, net, *examples(th, 64, 64, classes=10), th.optim.Adam(net.parameters(), lr=0.001))


def cnn_torch_like(th):
    nn = th.nn
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1),
                        nn.ReLU(), nn.Flatten(), nn.Linear(256, 10))  # fmt: skip
    return trained(th, net, *examples(th, 64, 1, 8, 8, classes=10), th.optim.SGD(net.parameters(), lr=0.01))


# -- matrices of derivatives of functions on R²⁰ --------------------------------------------------------------


def jacobian_torch_like(th):
    x = th.linspace(-1, 1, 20)

    def run():
        th.autograd.functional.jacobian(lambda x: (x * x.sin()).tanh() * x.sum(), x)

    return run


def hessian_torch_like(th):
    x = th.linspace(-1, 1, 20)

    def run():
        th.autograd.functional.hessian(lambda x: ((x * x.sin()).tanh() * x.sum()).sum(), x)

    return run


def ours(maker, *args, **options):
    def make():
        import autodiff_lab

        return maker(autodiff_lab, *args, **options)

    return make


def torchs(maker, *args, **options):
    def make():
        import torch

        torch.set_num_threads(1)
        return maker(torch, *args, **options)

    return make


def chain(title, backward, shape, goals=None):
    makers = {
        "autodiff_lab": ours(chain_torch_like, backward, shape),
        "torch": torchs(chain_torch_like, backward, shape),
        "numpy": lambda: chain_numpy(backward, shape),
    }
    if shape is None:
        makers["micrograd"] = lambda: chain_micrograd(backward)
    return Work(title, CHAIN, makers, goals or {})


def same_code(title, torch_like, numpy_maker, goals):
    makers = {"autodiff_lab": ours(torch_like), "torch": torchs(torch_like)}
    if numpy_maker is not None:
        makers["numpy"] = numpy_maker
    return Work(title, 1, makers, goals)


WORKS = {
    "seed": Work(
        "the seed's f = 2x³ + 3y² + c with its backward, whole",
        1,
        {
            "autodiff_lab": ours(seed_torch_like),
            "torch": torchs(seed_torch_like),
            "numpy": seed_numpy,
            "micrograd": seed_micrograd,
            "mygrad": seed_mygrad,
            "autograd": seed_autograd,
        },
        {"torch": 0.25, "mygrad": 0.2, "micrograd": 1.5},
    ),
    "0-d forward": chain("multiplication of 0-d tensors, forward", False, None),
    "0-d both": chain(
        "1,000 multiplications of 0-d tensors, forward and backward", True, None, {"torch": 0.35}
    ),
    "10 forward": chain("multiplication of vectors of 10, forward", False, (10,)),
    "10 both": chain("multiplication of vectors of 10, forward and backward", True, (10,)),
    "linreg": same_code(
        "a step of linear regression, 100 × 1", linreg_torch_like, linreg_numpy, {"torch": 0.5, "numpy": 4}
    ),
    "moons": same_code(
        "a step of an MLP 2-16-16-1, batch 100, hinge loss",
        moons_torch_like,
        moons_numpy,
        {"torch": 0.6, "numpy": 1.8},
    ),
    "digits": same_code(
        "a step of an MLP 64-128-10, batch 64, cross-entropy",
        digits_torch_like,
        digits_numpy,
        {"torch": 0.75, "numpy": 1.5},
    ),
    "million": same_code(
        "tanh(2x + 1).sum() and backward on 1,000,000 float32",
        million_torch_like,
        million_numpy,
        {"torch": 1.0, "numpy": 1.15},
    ),
    "matmul": same_code(
        "two products of 512 × 512 matrices and backward", matmuls_torch_like, matmuls_numpy, {"numpy": 1.1}
    ),
    "second": same_code(
        "second derivative of tanh(x)·exp(−x²) at 400 points", second_torch_like, None, {"torch": 0.6}
    ),
    "moons nn": same_code(
        "the MLP 2-16-16-2 with nn, cross_entropy and optim.SGD", moons_nn_torch_like, None, {"torch": 0.75}
    ),
    "digits nn": same_code(
        "the MLP 64-128-10 with nn, cross_entropy and optim.Adam", digits_nn_torch_like, None, {"torch": 0.75}
    ),
    "cnn": same_code(
        "a step of a CNN with two Conv2d on 64 pictures of 8 × 8", cnn_torch_like, None, {"torch": 2}
    ),
    "jacobian": same_code(
        "the Jacobian of a function from R²⁰ to R²⁰", jacobian_torch_like, None, {"torch": 0.6}
    ),
    "hessian": same_code("the Hessian of a function on R²⁰", hessian_torch_like, None, {"torch": 0.6}),
    "10x10 both": chain("multiplication of 10 × 10 matrices, forward and backward", True, (10, 10)),
}


# -- drawing: a graph read, laid out and written as SVG; torchviz makes the same with Graphviz --------------


def tangle(th, count):
    """A result of ``count`` operations on one another's recent results, at random."""
    import random

    draw = random.Random(3)
    made = [th.tensor(1.0 + 0.01 * i, requires_grad=True) for i in range(5)]
    for _ in range(count - 39):
        a, b, kind = draw.choice(made[-20:]), draw.choice(made[-20:]), draw.randrange(3)
        made.append(a * b if kind == 0 else a + b if kind == 1 else a.sin())
    last = made[-40:]
    out = last[0]
    for other in last[1:]:
        out = out + other
    return out


def stack(th, count):
    """The result of a stack of layers whose graph has about ``count`` nodes: five a layer."""
    h = th.ones(4, 8)
    for _ in range(count // 5):
        w, b = th.full((8, 8), 0.1, requires_grad=True), th.zeros(8, requires_grad=True)
        h = (h @ w + b).tanh()
    return h.sum()


def long_chain(th, count):
    x = th.tensor(1.0001, requires_grad=True)
    y = x
    for _ in range(count):
        y = y * x
    return y


def drawn_here(build, count, **options):
    def make():
        import autodiff_lab as th
        from autodiff_lab import lab

        result = build(th, count)
        return lambda: lab.graph(result, names={}, **options).to_svg()

    return make


def drawn_by_torchviz(build, count):
    def make():
        import torch
        import torchviz

        torch.set_num_threads(1)
        result = build(torch, count)
        return lambda: torchviz.make_dot(result).pipe("svg")

    return make


def drawing(title, build, count, most, **options):
    makers = {"autodiff_lab": drawn_here(build, count, **options)}
    if build is not long_chain:  # torchviz walks by recursion
        makers["torchviz"] = drawn_by_torchviz(build, count)
    return Work(title, 1, makers, {"torchviz": 1.0} if "torchviz" in makers else {}, most)


DRAWINGS = {
    "draw 20": drawing("layers, 20 nodes", stack, 20, 10),
    "draw 1,000 layers": drawing("layers, 1,000 nodes, nothing folded", stack, 1_000, 300, fold=False),
    "draw 1,000 tangled": drawing(
        "operations at random, 1,000, nothing folded", tangle, 1_000, 300, fold=False
    ),
    "draw 100,000": drawing("a chain of 100,000, folded", long_chain, 100_000, 2_000),
}
