"""Calls that first weeks get wrong, and what torch says of them; see programs.py."""

LINES = r"""
x = th.zeros(2, 3, 4); x[0, 3]
x = th.zeros(2, 3, 4); x[..., 4]
x = th.zeros(2, 3, 4); x[None, 0, None, -4]
x = th.zeros(2, 3, 4); x[0, th.tensor(3)] = 1.
x = th.zeros(2, 3, 4); x.select(1, 3)
x = th.ones(3); x.topk()
x = th.ones(3); th.gather(x)
x = th.ones(3); x.transpose(0)
x = th.ones(3); th.stack([x], foo=2)
x = th.ones(3); x.topk(1, foo=2)
x = th.ones(3); th.dot(x, x, x)
x = th.ones(2, 3); R = th.permute(x, (1, 0)), th.reshape(x, [3, -1]), th.flip(x, dims=[0]), th.tile(x, (2,)), th.reshape(input=x, shape=th.Size([6])), x[0].broadcast_to(2, 3), x.broadcast_to((1, 2, 3)), x.tile(2), x.flip(0, 1); th.permute(x, 1, 0)
x = th.ones(2, 3); th.reshape(x, 6)
x = th.ones(2, 3); th.tile(x)
th.zeros()
th.randn(dtype=th.float64)
x = th.ones(3); R = th.zeros(()), th.ones(size=(1,)), x.new_zeros(()); 2 @ x
x = th.ones(3); [1.] @ x
import numpy as np; x = th.ones(3); R = x.__rmatmul__(2); np.float32(2) @ x
x = th.ones(3); R = x.add(x, alpha=th.tensor(2.)), th.addcmul(x, x, x, value=th.tensor(2)); x.add(1, alpha="a")
x = th.ones(3); x.sub(x, alpha=None)
x = th.ones(3); x.add(x, alpha=[1])
x = th.ones(3); x.addcmul(x, x, value="a")
th.set_grad_enabled(1)
x = th.ones(1); x.requires_grad = 1
import numpy as np; x = th.ones(1); x.requires_grad = np.bool_(True)
th.nn.Linear(1, 1)(th.tensor(1.))
th.nn.Linear(1, 1, bias=False)(th.tensor(1.))
th.nn.functional.linear(th.ones(2, 2), th.tensor(1.))
th.nn.LSTM(2, 3)(th.ones(4, 2, 2), th.zeros(1, 2, 3))
th.nn.LSTM(2, 3, 2)(th.ones(4, 2, 2), th.zeros(2, 2, 3))
th.nn.GRU(2, 3)(th.ones(2))
th.nn.RNN(2, 3)(th.ones(2))
th.nn.utils.rnn.pad_sequence([])
th.nn.MSELoss()(th.ones(1))
th.nn.CrossEntropyLoss()()
th.nn.MaxPool2d(2)()
R = th.utils.data.Subset, th.utils.data.Subset([1, 2], [1])[0]
th.optim.SGD(th.nn.Linear(1, 1), lr=0.1)
l = th.nn.Linear(1, 1); th.optim.SGD([{"params": [l.weight]}, l.bias], lr=0.1)
"""

PROGRAMS = [line.replace("\\n", "\n") for line in LINES.strip().splitlines()]
