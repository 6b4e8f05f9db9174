"""``nn.utils.rnn``: sequences of different lengths as one tensor. Leans on ops."""

from ...ops.join import cat, stack
from ...ops.row import FUNCTIONS


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Tensors of different lengths as one, filled up with ``padding_value``: (longest, batch, …)."""
    sequences = list(sequences)
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


__all__ = ["pad_sequence", "unpad_sequence"]
