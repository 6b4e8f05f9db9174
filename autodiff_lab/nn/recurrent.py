"""Recurrent networks: RNN, LSTM, GRU and their single steps, in the package's own operations. Leans on nn.module."""

import math
import warnings

from ..ops.creation import empty, zeros
from ..ops.join import cat, stack
from ..ops.row import FUNCTIONS
from ..tensor import Parameter
from . import functional as F, init
from .module import Module

# One step of each kind: the gates' inputs from x and from h, and the state before → the state after, output first.


def rnn_step(act):
    def step(from_x, from_h, state):
        return (act(from_x + from_h),)

    return step


def lstm_step(from_x, from_h, state):
    i, f, g, o = (from_x + from_h).chunk(4, -1)
    c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_step(from_x, from_h, state):
    (rx, zx, nx), (rh, zh, nh) = from_x.chunk(3, -1), from_h.chunk(3, -1)
    n = (nx + (rx + rh).sigmoid() * nh).tanh()
    z = (zx + zh).sigmoid()
    return (n + z * (state[0] - n),)


STEPS = {
    "RNN_TANH": rnn_step(FUNCTIONS["tanh"]),
    "RNN_RELU": rnn_step(FUNCTIONS["relu"]),
    "LSTM": lstm_step,
    "GRU": gru_step,
}
GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


class RNNBase(Module):
    """What RNN, LSTM and GRU share: layers of one kind of step, run along the time."""

    def __init__(self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):  # fmt: skip
        super().__init__()
        if not isinstance(dropout, (int, float)) or isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
                f"greater than 1, but got dropout={dropout} and num_layers={num_layers}", UserWarning, stacklevel=3,
            )  # fmt: skip
        for name, value in (("hidden_size", hidden_size), ("num_layers", num_layers)):
            if not isinstance(value, int):
                raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
            if value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if proj_size < 0 or proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        self.mode, self.input_size, self.hidden_size, self.num_layers = (
            mode,
            input_size,
            hidden_size,
            num_layers,
        )
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        directions, out = (2 if bidirectional else 1), proj_size or hidden_size
        gates = GATES[mode] * hidden_size
        self._all_weights = []
        for layer in range(num_layers):
            for direction in range(directions):
                width = input_size if layer == 0 else out * directions
                end = f"_l{layer}" + ("_reverse" if direction else "")
                shapes = {"weight_ih": (gates, width), "weight_hh": (gates, out)}
                if bias:
                    shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                self._all_weights.append([name + end for name in shapes])
                for name, shape in shapes.items():
                    setattr(self, name + end, Parameter(empty(*shape, dtype=dtype, device=device)))
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √hidden_size."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self):
        """Nothing: there is no GPU that would want them in one piece."""

    @property
    def all_weights(self):
        """The parameters, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def _start(self, hx, batch, like):
        """The states to start from, checked: a list of (layers · directions, batch, size)."""
        count = self.num_layers * (2 if self.bidirectional else 1)
        sizes = [self.proj_size or self.hidden_size] + [self.hidden_size] * (self.mode == "LSTM")
        if hx is None:
            return [zeros(count, batch, n, dtype=like.dtype) for n in sizes]
        given = list(hx) if self.mode == "LSTM" else [hx]
        for t, n, name in zip(
            given, sizes, ("hidden[0]", "hidden[1]") if self.mode == "LSTM" else ("hidden",)
        ):
            if tuple(t.shape) != (count, batch, n):
                raise RuntimeError(
                    f"Expected {name if self.mode == 'LSTM' else 'hidden'} size {(count, batch, n)}, got {list(t.shape)}"
                )
        return given

    def forward(self, input, hx=None):
        if input.ndim not in (2, 3):
            raise ValueError(
                f"{self._get_name()}: Expected input to be 2D or 3D, got {input.ndim}D tensor instead"
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]}"
            )
        alone = input.ndim == 2
        if hx is not None:
            parts = hx if self.mode == "LSTM" else (hx,)
            if any(t.ndim != (2 if alone else 3) for t in parts):
                got = ", ".join(f"{t.ndim}-D" for t in parts)
                kind = "unbatched 2-D" if alone else "batched 3-D"
                which = "hx and cx" if self.mode == "LSTM" else "hx"
                raise RuntimeError(
                    f"For {kind} input, {which} should also be {2 if alone else 3}-D but got "
                    f"{f'({got})' if self.mode == 'LSTM' else got} tensor{'s' if self.mode == 'LSTM' else ''}"
                )
            if alone:
                hx = tuple(t.unsqueeze(1) for t in hx) if self.mode == "LSTM" else hx.unsqueeze(1)
        x = input.unsqueeze(1) if alone else input.transpose(0, 1) if self.batch_first else input
        states = self._start(hx, x.shape[1], x)
        x, last = self._run(x, states)
        last = [stack(part) for part in zip(*last)]
        if alone:
            x, last = x.squeeze(1), [t.squeeze(1) for t in last]
        elif self.batch_first:
            x = x.transpose(0, 1)
        return x, (tuple(last) if self.mode == "LSTM" else last[0])

    def _run(self, x, states):
        """All layers over (time, batch, features): the last layer's outputs, and each one's last state."""
        step, last, k = STEPS[self.mode], [], 0
        for layer in range(self.num_layers):
            sides = []
            for direction in range(2 if self.bidirectional else 1):
                weights = dict(
                    zip(
                        ("ih", "hh", "b_ih", "b_hh", "hr") if self.bias else ("ih", "hh", "hr"),
                        self.all_weights[k],
                    )
                )
                from_x = F.linear(x, weights["ih"], weights.get("b_ih"))
                state, outputs = tuple(s[k] for s in states), []
                for now in reversed(from_x.unbind(0)) if direction else from_x.unbind(0):
                    state = step(now, F.linear(state[0], weights["hh"], weights.get("b_hh")), state)
                    if "hr" in weights:
                        state = (F.linear(state[0], weights["hr"]), *state[1:])
                    outputs.append(state[0])
                sides.append(stack(outputs[::-1] if direction else outputs))
                last.append(state)
                k += 1
            x = cat(sides, -1) if len(sides) > 1 else sides[0]
            if self.dropout and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, last

    def extra_repr(self):
        parts = [f"{self.input_size}, {self.hidden_size}"]
        for name, plain in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0.0),
                            ("bidirectional", False)):  # fmt: skip
            value = getattr(self, name)
            if value != plain:
                parts.append(f"{name}={value}")
        return ", ".join(parts)


class RNN(RNNBase):
    """hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh), layer over layer: (time, batch, input_size) gives outputs and last h.

    Args:
        nonlinearity (str): ``"tanh"`` or ``"relu"``.

    Shapes: outputs (time, batch, directions · hidden_size); h (layers · directions, batch, hidden_size). With
    ``batch_first`` batch and time change places in input and outputs.
    """

    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False,
                 dropout=0.0, bidirectional=False, device=None, dtype=None):  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, device=device, dtype=dtype)  # fmt: skip
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory (Hochreiter and Schmidhuber 1997): gives outputs and ``(h, c)``; shapes as ``RNN``."""

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):  # fmt: skip
        super().__init__("LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size,
                         device, dtype)  # fmt: skip


class GRU(RNNBase):
    """Gated recurrent units (Cho et al. 2014): gives outputs and h; shapes as ``RNN``."""

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, device=None, dtype=None):  # fmt: skip
        super().__init__("GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
                         device=device, dtype=dtype)  # fmt: skip


class RNNCellBase(Module):
    """One step: (batch, input_size) and the state give the next state."""

    mode = "RNN_TANH"

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        gates = GATES[self.mode] * hidden_size
        self.weight_ih = Parameter(empty(gates, input_size, dtype=dtype, device=device))
        self.weight_hh = Parameter(empty(gates, hidden_size, dtype=dtype, device=device))
        self.register_parameter("bias_ih", Parameter(empty(gates, dtype=dtype)) if bias else None)
        self.register_parameter("bias_hh", Parameter(empty(gates, dtype=dtype)) if bias else None)
        bound = 1.0 / math.sqrt(hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def forward(self, input, hx=None):
        name = self._get_name()
        if input.ndim not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.ndim}D instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}"
            )
        alone, pair = input.ndim == 1, self.mode == "LSTM"
        x = input.unsqueeze(0) if alone else input
        if hx is None:
            state = tuple(zeros(x.shape[0], self.hidden_size, dtype=x.dtype) for _ in range(2 if pair else 1))
        else:
            state = tuple(hx) if pair else (hx,)
            state = tuple(s.unsqueeze(0) if s.ndim == 1 else s for s in state)
        state = STEPS[self.mode](
            F.linear(x, self.weight_ih, self.bias_ih), F.linear(state[0], self.weight_hh, self.bias_hh), state
        )
        state = tuple(s.squeeze(0) for s in state) if alone else state
        return state if pair else state[0]

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias is True else f", bias={self.bias}")


class RNNCell(RNNCellBase):
    """One step of ``RNN``."""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.mode, self.nonlinearity = f"RNN_{nonlinearity.upper()}", nonlinearity

    def forward(self, input, hx=None):
        if self.mode not in STEPS:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return super().forward(input, hx)

    def extra_repr(self):
        return super().extra_repr() + (
            "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        )


class LSTMCell(RNNCellBase):
    """One step of ``LSTM``: the state is ``(h, c)``."""

    mode = "LSTM"


class GRUCell(RNNCellBase):
    """One step of ``GRU``."""

    mode = "GRU"


__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell"]
