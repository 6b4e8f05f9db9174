"""``nn.utils.rnn``: sequences of different lengths as one tensor, padded or packed. Leans on ops.

Packed means: what all sequences have at the first time, then at the second, and so on, the longest sequence first. So
``batch_sizes`` says how many are still going at each time.
"""

from collections import namedtuple

from ...errors import check
from ...ops.creation import as_tensor, empty_like, tensor
from ...ops.join import cat, stack
from ...ops.row import FUNCTIONS


class PackedSequence(
    namedtuple("PackedSequence", ("data", "batch_sizes", "sorted_indices", "unsorted_indices"))
):
    """The numbers of sequences of different lengths without padding; ``sorted_indices`` is the order they were put in."""

    __slots__ = ()


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Tensors of different lengths as one, filled up with ``padding_value``: (longest, batch, …)."""
    sequences = list(sequences)
    check(sequences, "received an empty list of sequences")
    longest = max(s.shape[0] for s in sequences)
    rows = []
    for s in sequences:
        fill = FUNCTIONS["full"]((longest - s.shape[0], *s.shape[1:]), padding_value, dtype=s.dtype)
        rows.append(cat([s, fill] if padding_side == "right" else [fill, s]))
    return stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The tensors that ``pad_sequence`` put together, cut to their lengths."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[: int(n)] for row, n in zip(rows, lengths)]


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """A padded tensor (longest, batch, …) without its padding.

    Args:
        lengths: one for each sequence.
        enforce_sorted (bool): take it that the longest stands first; with False they are sorted here.

    Raises:
        RuntimeError: for lengths that are not sorted, not positive, or not as many as the sequences.

    >>> import autodiff_lab as th
    >>> rows = th.tensor([[1, 2, 3], [4, 5, 0]])
    >>> th.nn.utils.rnn.pack_padded_sequence(rows, [3, 2], batch_first=True).data
    tensor([1, 4, 2, 5, 3])
    """
    order, lengths = None, as_tensor(lengths)
    x = input.transpose(0, 1) if batch_first else input
    if lengths.numel() != x.shape[1]:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {lengths.numel()} (batch_size={x.shape[1]})"
        )
    if not enforce_sorted:
        lengths, order = lengths.sort(descending=True)
        x = x.index_select(1, order)
    told = lengths.tolist()
    if told != sorted(told, reverse=True):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not "
            "need ONNX exportability."
        )
    if told[-1] <= 0:
        raise RuntimeError("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0")  # fmt: skip
    going = [sum(n > t for n in told) for t in range(told[0])]
    data = cat([x[t, :n] for t, n in enumerate(going)])
    back = order if order is None else empty_like(order).scatter_(0, order, FUNCTIONS["arange"](len(told)))
    return PackedSequence(data, tensor(going), order, back)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """A packed sequence as a padded tensor (longest, batch, …), and the lengths."""
    going = sequence.batch_sizes.tolist()
    longest = len(going) if total_length is None else total_length
    if longest < len(going):
        raise ValueError("Expected total_length to be at least the length of the longest sequence in input, but got "
                         f"total_length={total_length} and max sequence length being {len(going)}")  # fmt: skip
    rest = sequence.data.shape[1:]
    times = [
        cat([part, part.new_full((going[0] - part.shape[0], *rest), padding_value)])
        for part in sequence.data.split(going)
    ]
    times += [times[0].new_full((going[0], *rest), padding_value)] * (longest - len(going))
    made, lengths = stack(times), tensor([sum(n > i for n in going) for i in range(going[0])])
    made = made.transpose(0, 1) if batch_first else made
    if sequence.unsorted_indices is not None:
        made = made.index_select(0 if batch_first else 1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return made, lengths


def pack_sequence(sequences, enforce_sorted=True):
    """Tensors of different lengths packed."""
    lengths = [s.shape[0] for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """The tensors that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


__all__ = [
    "PackedSequence", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence", "pad_sequence", "unpack_sequence",
    "unpad_sequence",
]  # fmt: skip
