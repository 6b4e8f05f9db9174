"""torch.utils.data: datasets, samplers, and the loader that makes batches of them. Leans on ops, sampling.

The order of a shuffled loader is torch's for the same seed: each pass draws one number from the generator (torch's
workers would take their seeds from it), then the sampler a second one, from which the permutation follows.
"""

import bisect
import math
import warnings
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain, islice, repeat

import numpy as np

from .. import dtypes
from ..errors import check
from ..homes import in_data, settle
from ..ops.creation import as_tensor, empty, tensor
from ..ops.join import stack
from ..sampling import Generator, multinomial, randint, randperm
from ..signature import Declared
from ..tensor import Tensor


class _OfType(Declared):
    """A class that may say what it holds, ``Dataset[int]``; it is the same class."""

    def __class_getitem__(cls, item):
        return cls


# -- datasets -----------------------------------------------------------------------------------------------


class Dataset(_OfType):
    """Samples by index: subclasses write ``__getitem__`` and, as a rule, ``__len__``."""

    __add__ = lambda self, other: ConcatDataset([self, other])

    def __getitem__(self, index):
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")


class IterableDataset(Dataset):
    """Samples one after another: subclasses write ``__iter__``."""

    __add__ = lambda self, other: ChainDataset([self, other])

    def __iter__(self):
        raise NotImplementedError("Subclasses of IterableDataset should implement __iter__.")


class TensorDataset(Dataset, takes="*tensors"):
    """Tensors of one first size; sample i is the tuple of their rows i.

    >>> import autodiff_lab as th
    >>> th.utils.data.TensorDataset(th.arange(3.), th.arange(3))[1]
    (tensor(1.), tensor(1))
    """

    __len__ = lambda self: self.tensors[0].shape[0]
    __getitem__ = lambda self, index: tuple(t[index] for t in self.tensors)

    def _take(self, tensors):
        if any(t.size(0) != tensors[0].size(0) for t in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors


class StackDataset(Dataset, takes="*args, **kwargs"):
    """Datasets of one length side by side: a sample is a tuple of theirs, or a dict."""

    __len__ = lambda self: self._length

    def _take(self, args, kwargs):
        if args and kwargs:
            raise ValueError("Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both types are given.")  # fmt: skip
        self.datasets = args or kwargs
        lengths = {len(d) for d in (args or kwargs.values())}
        check(lengths, "At least one dataset should be passed", ValueError)
        check(len(lengths) <= 1, "Size mismatch between datasets", ValueError)
        (self._length,) = lengths

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {k: d[index] for k, d in self.datasets.items()}
        return tuple(d[index] for d in self.datasets)


class ConcatDataset(Dataset, takes="datasets"):
    """Datasets one after another."""

    __len__ = lambda self: self.cumulative_sizes[-1]

    def _take(self, datasets):
        self.datasets = list(datasets)
        check(self.datasets, "datasets should not be an empty iterable", AssertionError)
        if any(isinstance(d, IterableDataset) for d in self.datasets):
            raise AssertionError("ConcatDataset does not support IterableDataset")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __getitem__(self, idx):
        if idx < 0:
            check(-idx <= len(self), "absolute value of index should not exceed dataset length", ValueError)
            idx += len(self)
        which = bisect.bisect_right(self.cumulative_sizes, idx)
        return self.datasets[which][idx - (self.cumulative_sizes[which - 1] if which else 0)]


class ChainDataset(IterableDataset, takes="datasets"):
    """Iterable datasets one after another."""

    __iter__ = lambda self: chain.from_iterable(self.datasets)
    __len__ = lambda self: sum(map(len, self.datasets))


class Subset(Dataset, takes="dataset, indices"):
    """The samples of a dataset at some indices."""

    __len__ = lambda self: len(self.indices)

    def __getitem__(self, idx):
        if isinstance(idx, list):
            return self.dataset[[self.indices[i] for i in idx]]
        return self.dataset[self.indices[idx]]


def random_split(dataset, lengths, generator=None):
    """A dataset dealt out at random into subsets.

    Args:
        lengths (sequence): their sizes, or fractions that add up to 1; what is left over goes round by one.
        generator (Generator): where the permutation comes from.

    Raises:
        ValueError: unless the sizes add up to the dataset's.
    """
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        sizes = []
        for i, share in enumerate(lengths):
            check(0 <= share <= 1, f"Fraction at index {i} is not between 0 and 1", ValueError)
            sizes.append(math.floor(len(dataset) * share))
        for i in range(len(dataset) - sum(sizes)):
            sizes[i % len(sizes)] += 1
        lengths = sizes
        for i, n in enumerate(lengths):
            if n == 0:
                warnings.warn(
                    f"Length of split at index {i} is 0. This might result in an empty dataset.", stacklevel=2
                )
    if sum(lengths) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = randperm(sum(lengths), generator=generator).tolist()
    return [Subset(dataset, order[end - n : end]) for end, n in zip(accumulate(lengths), lengths)]


# -- samplers -----------------------------------------------------------------------------------------------


def positive(name, value):
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def boolean(name, value, error=ValueError):
    check(isinstance(value, bool), f"{name} should be a boolean value, but got {name}={value}", error)


class Sampler(_OfType):
    """The order of the samples: subclasses write ``__iter__``, which yields indices, and ``__len__``."""

    def __init__(self, data_source=None):
        pass

    def __iter__(self):
        raise NotImplementedError


class SequentialSampler(Sampler, takes="data_source"):
    """0, 1, 2 …"""

    __len__ = lambda self: len(self.data_source)
    __iter__ = lambda self: iter(range(len(self.data_source)))


class RandomSampler(Sampler, takes="data_source, replacement=False, num_samples=None, generator=None"):
    """The indices in random order.

    Args:
        replacement (bool): draw each by itself, so that an index may come twice.
        num_samples (int): how many; as many as there are by default.
        generator (Generator): where the order comes from.
    """

    num_samples = property(lambda self: self._given if self._given is not None else len(self.data_source))
    __len__ = lambda self: self.num_samples

    def _take(self, replacement, num_samples, **given):
        boolean("replacement", replacement, TypeError)
        super()._take(replacement=replacement, _given=num_samples, **given)
        positive("num_samples", self.num_samples)

    def __iter__(self):
        n, generator = len(self.data_source), self.generator
        if generator is None:
            generator = Generator().manual_seed(drawn_seed(None))
        if self.replacement:
            for start in range(0, self.num_samples, 32):
                count = min(32, self.num_samples - start)
                yield from randint(high=n, size=(count,), dtype=dtypes.int64, generator=generator).tolist()
            return
        for _ in range(self.num_samples // n):
            yield from randperm(n, generator=generator).tolist()
        yield from randperm(n, generator=generator).tolist()[: self.num_samples % n]


class SubsetRandomSampler(Sampler, takes="indices, generator=None"):
    """Some indices in random order."""

    __len__ = lambda self: len(self.indices)

    def __iter__(self):
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]


class WeightedRandomSampler(Sampler, takes="weights, num_samples, replacement=True, generator=None"):
    """Indices drawn with the probabilities that ``weights`` give."""

    __len__ = lambda self: self.num_samples

    def _take(self, weights, **given):
        positive("num_samples", given["num_samples"])
        boolean("replacement", given["replacement"])
        super()._take(weights=as_tensor(weights, dtype=dtypes.float64), **given)
        if self.weights.ndim != 1:
            raise ValueError(f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}")  # fmt: skip

    def __iter__(self):
        drawn = multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator)
        yield from iter(drawn.tolist())


def batches(samples, size, drop_last):
    """Lists of ``size`` samples; the last, shorter one is left out with ``drop_last``."""
    samples = iter(samples)
    while batch := list(islice(samples, size)):
        if len(batch) == size or not drop_last:
            yield batch


class BatchSampler(Sampler, takes="sampler, batch_size, drop_last"):
    """Lists of ``batch_size`` indices of another sampler; the last, shorter one is left out with ``drop_last``."""

    __iter__ = lambda self: batches(self.sampler, self.batch_size, self.drop_last)

    def _take(self, **given):
        positive("batch_size", given["batch_size"])
        boolean("drop_last", given["drop_last"])
        super()._take(**given)

    def __len__(self):
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


class Endless(Sampler):
    """The sampler of a loader that takes what comes."""

    __iter__ = lambda self: repeat(None)


def drawn_seed(generator):
    """A number from the generator, as torch draws the seeds of a pass."""
    return int(empty((), dtype=dtypes.int64).random_(generator=generator).item())


# -- batches ------------------------------------------------------------------------------------------------


def default_collate(batch):
    """Samples put together: tensors and numbers stacked, dicts and tuples part by part, texts left as a list.

    Raises:
        TypeError: for anything else.
        RuntimeError: for tensors, or sequences, of different sizes.

    >>> import autodiff_lab as th
    >>> th.utils.data.default_collate([(th.ones(2), 0), (th.zeros(2), 1)])
    [tensor([[1., 1.],
            [0., 0.]]), tensor([0, 1])]
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch), 0)
    if isinstance(first, np.ndarray) and first.dtype.kind not in "SUO":
        return stack([as_tensor(b) for b in batch], 0)
    if isinstance(first, (np.generic, bool, int)):
        return tensor(np.asarray(batch) if isinstance(first, np.generic) else list(batch))
    if isinstance(first, float):
        return tensor(list(batch), dtype=dtypes.float64)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        made = {k: default_collate([b[k] for b in batch]) for k in first}
        return made if type(first) is dict else type(first)(made)
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(default_collate(part) for part in zip(*batch)))
    if isinstance(first, Sequence):
        if any(len(b) != len(first) for b in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return [default_collate(part) for part in zip(*batch)]
    raise TypeError(f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}")  # fmt: skip


def default_convert(data):
    """A sample without a batch: its NumPy arrays as tensors, the rest as it is."""
    if isinstance(data, np.ndarray) and data.dtype.kind not in "SUO":
        return as_tensor(data)
    if isinstance(data, np.generic):
        return tensor(data)
    if isinstance(data, Mapping):
        return {k: default_convert(v) for k, v in data.items()}
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return [default_convert(v) for v in data]
    return data


class DataLoader(_OfType, takes="""
    dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None, pin_memory=False,
    drop_last=False, timeout=0, worker_init_fn=None, multiprocessing_context=None, generator=None, *, prefetch_factor=None,
    persistent_workers=False, pin_memory_device='', in_order=True"""):  # fmt: skip
    """Batches of a dataset, in order or shuffled.

    Args:
        dataset (Dataset): the samples.
        batch_size (int): how many a batch; None gives them one by one.
        shuffle (bool): in random order, another each pass.
        sampler, batch_sampler (Sampler): an order of one's own, of indices or of lists of them.
        collate_fn: list of samples → batch; ``default_collate`` by default.
        drop_last (bool): leave out a last batch that is not full.
        generator (Generator): where the order comes from.
        num_workers, pin_memory, timeout, worker_init_fn, prefetch_factor, persistent_workers: accepted.

    Differs from torch: one process does all, whatever ``num_workers`` says; the order is the same.

    >>> import autodiff_lab as th
    >>> data = th.utils.data.TensorDataset(th.arange(5.))
    >>> [batch.tolist() for batch, in th.utils.data.DataLoader(data, batch_size=2)]
    [[0.0, 1.0], [2.0, 3.0], [4.0]]
    """

    def _take(self, dataset, batch_size, shuffle, sampler, batch_sampler, collate_fn, drop_last, generator, num_workers, timeout,
              prefetch_factor, persistent_workers, multiprocessing_context, pin_memory_device, **kept):  # fmt: skip
        iterable = isinstance(dataset, IterableDataset)
        wrong = {
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.": num_workers
            < 0,
            "timeout option should be non-negative": timeout < 0,
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable multiprocessing, "
            "otherwise set prefetch_factor to None.": num_workers == 0 and prefetch_factor is not None,
            "persistent_workers option needs num_workers > 0": persistent_workers and num_workers == 0,
        }
        unwanted = (
            {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
            if iterable
            else {}
        )
        for name, value in unwanted.items():
            said = (
                f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
            )
            wrong[said] = value is not None
        given = batch_size != 1 or shuffle or sampler is not None or drop_last
        wrong |= {
            "sampler option is mutually exclusive with shuffle": sampler is not None and shuffle,
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last":
                batch_sampler is not None and given,
            "batch_size=None option disables auto-batching and is mutually exclusive with drop_last":
                batch_size is None and drop_last,
        }  # fmt: skip
        for said, so in wrong.items():
            if so:
                raise ValueError(said)
        if batch_sampler is not None:
            batch_size = None
        if sampler is None:
            plain = Endless() if iterable else None if shuffle else SequentialSampler(dataset)
            sampler = plain or RandomSampler(dataset, generator=generator)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        super()._take(
            dataset=dataset, batch_size=batch_size, sampler=sampler, batch_sampler=batch_sampler, collate_fn=collate_fn,
            drop_last=drop_last, generator=generator, num_workers=num_workers, timeout=timeout, prefetch_factor=prefetch_factor,
            persistent_workers=persistent_workers, _iterable=iterable, **kept, _ready=True,
        )  # fmt: skip

    def __setattr__(self, name, value):
        fixed = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")
        if self.__dict__.get("_ready") and name in fixed:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    def __iter__(self):
        return _SingleProcessDataLoaderIter(self)

    def _batches(self):
        if self._iterable and self.batch_sampler is not None:
            yield from map(self.collate_fn, batches(self.dataset, self.batch_size, self.drop_last))
        elif self._iterable:
            yield from map(self.collate_fn, self.dataset)
        elif self.batch_sampler is None:
            yield from (self.collate_fn(self.dataset[i]) for i in self.sampler)
        else:
            fetch = getattr(self.dataset, "__getitems__", lambda indices: [self.dataset[i] for i in indices])
            yield from (self.collate_fn(fetch(indices)) for indices in self.batch_sampler)

    def __len__(self):
        if self._iterable:
            n, size = len(self.dataset), self.batch_size or 1
            return n // size if self.drop_last else -(-n // size)
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)


class _SingleProcessDataLoaderIter:
    """One pass of a loader."""

    def __init__(self, loader):
        drawn_seed(loader.generator)
        self._loader, self._batches = loader, loader._batches()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._batches)

    def __len__(self):
        return len(self._loader)


def get_worker_info():
    """None: there are no worker processes."""
    return None


__all__ = [
    "BatchSampler", "ChainDataset", "ConcatDataset", "DataLoader", "Dataset", "IterableDataset", "RandomSampler", "Sampler",
    "SequentialSampler", "StackDataset", "Subset", "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler",
    "default_collate", "default_convert", "get_worker_info", "random_split",
]  # fmt: skip

settle(__name__, in_data)
