"""Recurrent networks: RNN, LSTM, GRU and their single steps, in the package's own operations. Leans on nn.layers."""

import math
import warnings

from ..dtypes import float32
from ..errors import check
from ..ops.creation import empty, zeros
from ..ops.join import STACK, cat, stack
from ..ops.row import apply, operation
from ..tensor import Parameter
from . import functional as F, init
from .layers import _Layer
from .utils.rnn import PackedSequence


def lstm_step(from_x, from_h, state):
    i, f, g, o = (from_x + from_h).chunk(4, -1)
    c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_step(from_x, from_h, state):
    (rx, zx, nx), (rh, zh, nh) = from_x.chunk(3, -1), from_h.chunk(3, -1)
    n = (nx + (rx + rh).sigmoid() * nh).tanh()
    z = (zx + zh).sigmoid()
    return (n + z * (state[0] - n),)


# How many gates, the names of the states, and one step: the gates' inputs from x and from h, and the state before, give
# the state after, output first.
KINDS = {
    "RNN_TANH": (1, ("h",), lambda from_x, from_h, state: ((from_x + from_h).tanh(),)),
    "RNN_RELU": (1, ("h",), lambda from_x, from_h, state: ((from_x + from_h).relu(),)),
    "LSTM": (4, ("h", "c"), lstm_step),
    "GRU": (3, ("h",), gru_step),
}
# torch's library runs an LSTM's layers, one direction each, as one step; here it is the stacking of its outputs.
LAYER = operation("mkldnn_rnn_layer", "MkldnnRnnLayer", STACK.forward, STACK.rules["tensors"], inputs=("tensors",), attrs=("dim",),
                  variadic=True)  # fmt: skip
PLAIN = "batch_first=False, dropout=0.0, bidirectional=False"
MADE = "device=None, dtype=None"


def within(module, size):
    """Numbers drawn evenly within ±1 / √size."""
    bound = 1.0 / math.sqrt(size) if size > 0 else 0.0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


class RNNBase(_Layer, takes=f"mode, input_size, hidden_size, num_layers=1, bias=True, {PLAIN}, proj_size=0, {MADE}"):  # fmt: skip
    """What RNN, LSTM and GRU share: layers of one kind of step, run along the time."""

    _shown = "!input_size !hidden_size ?proj_size ?num_layers ?bias ?batch_first ?dropout ?bidirectional"

    def _take(self, device, dtype, dropout, mode=None, proj_size=0, **given):
        if not isinstance(dropout, (int, float)) or isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError("dropout should be a number in range [0, 1] representing the probability of an element being zeroed")  # fmt: skip
        hidden, layers = given["hidden_size"], given["num_layers"]
        if dropout > 0 and layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
                f"greater than 1, but got dropout={dropout} and num_layers={layers}", UserWarning, stacklevel=4,
            )  # fmt: skip
        for name in ("hidden_size", "num_layers"):
            if not isinstance(given[name], int):
                raise TypeError(f"{name} should be of type int, got: {type(given[name]).__name__}")
        for name in ("input_size", "hidden_size", "num_layers"):
            check(given[name] > 0, f"{name} must be greater than zero", ValueError)
        check(proj_size < hidden, "proj_size has to be smaller than hidden_size", ValueError)
        mode = mode or type(self)._mode
        super()._take(mode=mode, dropout=float(dropout), proj_size=proj_size, **given)
        gates, out, directions = KINDS[mode][0] * hidden, proj_size or hidden, 2 if self.bidirectional else 1
        self._all_weights = []
        for layer in range(layers):
            width = self.input_size if layer == 0 else out * directions
            shapes = {"weight_ih": (gates, width), "weight_hh": (gates, out)}
            if self.bias:
                shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden)
            for end in (f"_l{layer}", f"_l{layer}_reverse")[:directions]:
                self._all_weights.append([name + end for name in shapes])
                for name, shape in shapes.items():
                    setattr(self, name + end, Parameter(empty(shape, dtype=dtype, device=device)))
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √hidden_size."""
        within(self, self.hidden_size)

    def flatten_parameters(self):
        """Nothing: there is no GPU that would want them in one piece."""

    @property
    def all_weights(self):
        """The parameters, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def _start(self, hx, batch, like):
        """The states to start from, checked: one of (layers · directions, batch, size) for each of h and c."""
        count, names = len(self._all_weights), KINDS[self.mode][1]
        shapes = [
            (count, batch, n) for n, _ in zip((self.proj_size or self.hidden_size, self.hidden_size), names)
        ]
        if hx is None:
            return [zeros(shape, dtype=like.dtype) for shape in shapes]
        for i, (t, shape) in enumerate(zip(hx, shapes)):
            if tuple(t.shape) != shape:
                name = f"hidden[{i}]" if len(names) > 1 else "hidden"
                raise RuntimeError(f"Expected {name} size {shape}, got {list(t.shape)}")
        return hx

    def forward(self, input, hx=None):
        pair = len(KINDS[self.mode][1]) > 1
        if isinstance(input, PackedSequence):
            return self._packed(*input, hx, pair)
        if input.ndim not in (2, 3):
            gated = not self.mode.startswith("RNN")
            raise ValueError(f"{self._get_name()}: Expected input to be 2D or 3D, got {input.ndim}D{'' if gated else ' tensor'} instead")  # fmt: skip
        if input.shape[-1] != self.input_size:
            raise RuntimeError(f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]}")  # fmt: skip
        self._fits(input)
        alone = input.ndim == 2
        if hx is not None:
            hx = (hx[0], hx[1]) if pair else (hx,)
            if any(t.ndim != input.ndim for t in hx):
                kind, which = "unbatched 2-D" if alone else "batched 3-D", "hx and cx" if pair else "hx"
                got = ", ".join(f"{t.ndim}-D" for t in hx)
                got = f"({got}) tensors" if pair else f"{got} tensor"
                raise RuntimeError(f"For {kind} input, {which} should also be {input.ndim}-D but got {got}")
            hx = [t.unsqueeze(1) for t in hx] if alone else hx
        x = input.unsqueeze(1) if alone else input.transpose(0, 1) if self.batch_first else input
        x, last = self._run(x, self._start(hx, x.shape[1], x))
        last = [stack(part) for part in zip(*last)]
        if alone:
            x, last = x.squeeze(1), [t.squeeze(1) for t in last]
        elif self.batch_first:
            x = x.transpose(0, 1) if pair else x.transpose_(0, 1)
        return x, (tuple(last) if pair else last[0])

    def _fits(self, input):
        ours, own = input.dtype, self.weight_ih_l0.dtype
        if ours is not own:
            raise ValueError(f"RNN input dtype ({ours}) does not match weight dtype ({own}). Convert input: input.to({own}), "
                             f"or convert model: model.to({ours})")  # fmt: skip

    def _packed(self, data, batch_sizes, order, back, hx, pair):
        """``forward`` of a packed sequence: at each time, the states of those that are still going move on."""
        self._fits(data)
        going = batch_sizes.tolist()
        if hx is not None:
            hx = [t if order is None else t.index_select(1, order) for t in (hx if pair else (hx,))]
        data, last = self._run(data, self._start(hx, going[0], data), going)
        last = [stack(part) if back is None else stack(part).index_select(1, back) for part in zip(*last)]
        return PackedSequence(data, batch_sizes, order, back), (tuple(last) if pair else last[0])

    def _run(self, x, states, going=None):
        """All layers over (time, batch, features): the last layer's outputs, and each one's last state.

        With ``going``, ``x`` is (all times' rows, features): so many rows, the first of the batch, at each time.
        """
        step, last = KINDS[self.mode][2], []
        names = ("ih", "hh", "b_ih", "b_hh", "hr") if self.bias else ("ih", "hh", "hr")
        all_weights = iter(self.all_weights)
        whole = self.mode == "LSTM" and not self.proj_size and x.dtype is float32
        for layer in range(self.num_layers):
            sides = []
            for turned in (False, True)[: 2 if self.bidirectional else 1]:
                weights = dict(zip(names, next(all_weights)))
                from_x = F.linear(x, weights["ih"], weights.get("b_ih"))
                times = from_x.split(going) if going else from_x.unbind(0)
                state, outputs = tuple(s[len(last)] for s in states), []
                for now in reversed(times) if turned else times:
                    before, rows = state, now.shape[0]
                    state = tuple(s[:rows] for s in before) if going else before
                    state = step(now, F.linear(state[0], weights["hh"], weights.get("b_hh")), state)
                    if "hr" in weights:
                        state = (F.linear(state[0], weights["hr"]), *state[1:])
                    outputs.append(state[0])
                    if going:
                        state = tuple(cat([new, old[rows:]]) for new, old in zip(state, before))
                outputs = outputs[::-1] if turned else outputs
                sides.append(
                    cat(outputs) if going else apply(LAYER, *outputs, dim=0) if whole else stack(outputs)
                )
                last.append(state)
            x = cat(sides, -1) if len(sides) > 1 else sides[0]
            if self.dropout and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, last


class RNN(RNNBase, takes=f"input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, {PLAIN}, {MADE}"):  # fmt: skip
    """hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh), layer over layer: (time, batch, input_size) gives outputs and last h.

    Args:
        nonlinearity (str): ``"tanh"`` or ``"relu"``.

    Shapes: outputs (time, batch, directions · hidden_size); h (layers · directions, batch, hidden_size). With
    ``batch_first`` batch and time change places in input and outputs.
    """

    def _take(self, nonlinearity, **given):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super()._take(mode=f"RNN_{nonlinearity.upper()}", **given)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase, takes=f"input_size, hidden_size, num_layers=1, bias=True, {PLAIN}, proj_size=0, {MADE}"):
    """Long short-term memory (Hochreiter and Schmidhuber 1997): gives outputs and ``(h, c)``; shapes as ``RNN``."""

    _mode = "LSTM"


class GRU(RNNBase, takes=f"input_size, hidden_size, num_layers=1, bias=True, {PLAIN}, {MADE}"):
    """Gated recurrent units (Cho et al. 2014): gives outputs and h; shapes as ``RNN``."""

    _mode = "GRU"


class RNNCellBase(_Layer):
    """One step: (batch, input_size) and the state give the next state."""

    _mode, _shown = "RNN_TANH", "!input_size !hidden_size ?bias"

    def _take(self, device, dtype, bias, **given):
        super()._take(bias=bias, **given)
        gates = KINDS[self._mode][0] * self.hidden_size
        self._parameter("weight_ih", True, empty, gates, self.input_size, dtype=dtype, device=device)
        self._parameter("weight_hh", True, empty, gates, self.hidden_size, dtype=dtype, device=device)
        self._parameter("bias_ih", bias, empty, gates, dtype=dtype)
        self._parameter("bias_hh", bias, empty, gates, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new numbers, evenly within ±1 / √hidden_size."""
        within(self, self.hidden_size)

    def forward(self, input, hx=None):
        if input.ndim not in (1, 2):
            raise ValueError(f"{self._get_name()}: Expected input to be 1D or 2D, got {input.ndim}D instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}")  # fmt: skip
        _, names, step = KINDS[self._mode]
        alone, pair = input.ndim == 1, len(names) > 1
        x = input.unsqueeze(0) if alone else input
        if hx is None:
            state = tuple(zeros(x.shape[0], self.hidden_size, dtype=x.dtype) for _ in names)
        else:
            state = tuple(s.unsqueeze(0) if s.ndim == 1 else s for s in (hx if pair else (hx,)))
        from_h = F.linear(state[0], self.weight_hh, self.bias_hh)
        state = step(F.linear(x, self.weight_ih, self.bias_ih), from_h, state)
        state = tuple(s.squeeze(0) for s in state) if alone else state
        return state if pair else state[0]


class RNNCell(RNNCellBase, takes=f"input_size, hidden_size, bias=True, nonlinearity='tanh', {MADE}"):
    """One step of ``RNN``."""

    _shown = "!input_size !hidden_size ?bias ?nonlinearity"

    def forward(self, input, hx=None):
        self._mode = f"RNN_{self.nonlinearity.upper()}"
        check(self._mode in KINDS, f"Unknown nonlinearity: {self.nonlinearity}")
        return super().forward(input, hx)

    def extra_repr(self):
        return super().extra_repr().replace("'", "")


class LSTMCell(RNNCellBase, takes=f"input_size, hidden_size, bias=True, {MADE}"):
    """One step of ``LSTM``: the state is ``(h, c)``."""

    _mode = "LSTM"


class GRUCell(RNNCellBase, takes=f"input_size, hidden_size, bias=True, {MADE}"):
    """One step of ``GRU``."""

    _mode = "GRU"


__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell"]
