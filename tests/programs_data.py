"""Programs about ``utils.data``; see programs.py."""

LINES = """
d = th.utils.data.TensorDataset(th.arange(5.), th.arange(5)); R = len(d), d[1], d[1:3], d[-1]
th.utils.data.TensorDataset(th.arange(5.), th.arange(4))
th.utils.data.Dataset()[0]
d = th.utils.data.TensorDataset(th.arange(10.)); th.manual_seed(0); R = [b[0].tolist() for b in th.utils.data.DataLoader(d, batch_size=3, shuffle=True)], th.rand(1)
d = th.utils.data.TensorDataset(th.arange(10.)); th.manual_seed(0); l = th.utils.data.DataLoader(d, batch_size=4, shuffle=True, drop_last=True); R = [[b[0].tolist() for b in l] for _ in range(3)], len(l)
d = th.utils.data.TensorDataset(th.arange(10.)); g = th.Generator().manual_seed(7); l = th.utils.data.DataLoader(d, batch_size=4, shuffle=True, generator=g); R = [[b[0].tolist() for b in l] for _ in range(2)]
d = th.utils.data.TensorDataset(th.arange(6.), th.arange(6)); th.manual_seed(0); R = [(x, y) for x, y in th.utils.data.DataLoader(d, 4)], th.rand(1)
th.manual_seed(0); R = [list(s) for s in th.utils.data.random_split(range(10), [3, 7])], th.rand(1)
R = [s.indices for s in th.utils.data.random_split(range(10), [0.3, 0.3, 0.4], generator=th.Generator().manual_seed(1))]
th.utils.data.random_split(range(10), [3, 8])
th.utils.data.random_split(range(10), [-0.5, 1.5])
s = th.utils.data.Subset(range(10), [3, 5, 7]); R = len(s), s[1], list(s)
c = th.utils.data.ConcatDataset([range(3), range(10, 12)]); R = len(c), c[4], c[-1], c[2], c.cumulative_sizes
c = th.utils.data.ConcatDataset([range(3)]); c[-9]
a = th.utils.data.TensorDataset(th.arange(2.)); R = len(a + a), (a + a)[3]
s = th.utils.data.StackDataset(range(3), range(3, 6)); R = s[1], len(s), th.utils.data.StackDataset(a=range(2), b=range(2))[0]
th.utils.data.StackDataset(range(3), range(4))
th.manual_seed(0); R = list(th.utils.data.RandomSampler(range(6))), list(th.utils.data.RandomSampler(range(6), replacement=True, num_samples=40)), list(th.utils.data.RandomSampler(range(3), num_samples=8))
th.utils.data.RandomSampler([])
th.utils.data.RandomSampler(range(3), num_samples=0)
th.manual_seed(0); R = list(th.utils.data.SubsetRandomSampler([5, 6, 7, 8])), list(th.utils.data.SequentialSampler(range(3)))
th.manual_seed(0); R = list(th.utils.data.WeightedRandomSampler([0.1, 0.9, 0.4], 8)), list(th.utils.data.WeightedRandomSampler([0.1, 0.9, 0.4], 2, replacement=False))
th.utils.data.WeightedRandomSampler([0.1, 0.9], 0)
R = list(th.utils.data.BatchSampler(th.utils.data.SequentialSampler(range(5)), 2, False)), len(th.utils.data.BatchSampler(range(5), 2, True))
th.utils.data.BatchSampler(range(5), 0, False)
th.utils.data.BatchSampler(range(5), 2, 1)
R = [b for b in th.utils.data.DataLoader([1, 2, 3], batch_size=2)], [b for b in th.utils.data.DataLoader([1., 2., 3.], batch_size=2)]
R = [b for b in th.utils.data.DataLoader(['a', 'b', 'c'], batch_size=2)], [b for b in th.utils.data.DataLoader([{'x': 1, 'y': 'p'}, {'x': 2, 'y': 'q'}], batch_size=2)]
R = [b for b in th.utils.data.DataLoader([(th.ones(2), 1), (th.zeros(2), 2)], batch_size=2)], [b for b in th.utils.data.DataLoader([[1, 2], [3, 4]])]
R = [b for b in th.utils.data.DataLoader([1, 2, 3], batch_size=None)], [b for b in th.utils.data.DataLoader(th.arange(3), batch_size=None)]
R = [b for b in th.utils.data.DataLoader(range(5), batch_sampler=[[0, 1], [4]])], [b for b in th.utils.data.DataLoader(range(5), sampler=[4, 2])]
R = [b for b in th.utils.data.DataLoader(range(5), batch_size=2, collate_fn=lambda b: th.tensor(b) * 10)]
l = th.utils.data.DataLoader(range(5), batch_size=2); R = len(l), l.batch_size, l.drop_last, len(l.dataset); l.batch_size = 3
th.utils.data.DataLoader(range(5), shuffle=True, sampler=[1])
th.utils.data.DataLoader(range(5), batch_size=2, batch_sampler=[[1]])
th.utils.data.DataLoader(range(5), batch_size=None, drop_last=True)
th.utils.data.DataLoader(range(5), num_workers=-1)
th.utils.data.DataLoader(range(5), batch_size=0)
list(th.utils.data.DataLoader([object(), object()], batch_size=2))
list(th.utils.data.DataLoader([[1, 2], [3]], batch_size=2))
list(th.utils.data.DataLoader([th.ones(2), th.ones(3)], batch_size=2))
import numpy as np; R = [b for b in th.utils.data.DataLoader([np.ones(2), np.zeros(2)], batch_size=2)], [b for b in th.utils.data.DataLoader([np.float32(1), np.float32(2)], batch_size=2)]
d = th.utils.data.TensorDataset(th.arange(4.)); l = th.utils.data.DataLoader(d, batch_size=2); i = iter(l); R = next(i), next(i); next(i)
R = th.utils.data.default_collate([1, 2]), th.utils.data.default_collate([True, False]), th.utils.data.default_convert([1, {'a': 2}]), th.utils.data.get_worker_info()
th.manual_seed(0); l = th.utils.data.DataLoader(range(4), shuffle=True); R = next(iter(l)), next(iter(l)), th.rand(1)
"""
BLOCKS = (
    """
class Squares(th.utils.data.Dataset):
    def __init__(self, n):
        self.n = n
    def __len__(self):
        return self.n
    def __getitem__(self, i):
        return th.tensor(float(i)), i ** 2
th.manual_seed(3)
R = [b for b in th.utils.data.DataLoader(Squares(5), batch_size=2, shuffle=True)], isinstance(Squares(2), th.utils.data.Dataset)
""",
    """
class Count(th.utils.data.IterableDataset):
    def __iter__(self):
        return iter(range(5))
R = [b for b in th.utils.data.DataLoader(Count(), batch_size=2)], [b for b in th.utils.data.DataLoader(Count(), batch_size=2, drop_last=True)], [b for b in th.utils.data.DataLoader(Count(), batch_size=None)]
th.utils.data.DataLoader(Count(), shuffle=True)
""",
    """
from collections import namedtuple
P = namedtuple("P", "x y")
R = [b for b in th.utils.data.DataLoader([P(1, 2.), P(3, 4.)], batch_size=2)]
""",
)

PROGRAMS = [*LINES.strip().splitlines(), *BLOCKS]
