"""Attention with several heads, and the transformer made of it (Vaswani et al. 2017). Leans on nn.layers, nn.containers."""

import copy
import math
import warnings

from ..ops.creation import empty, full, zeros
from ..ops.row import FUNCTIONS
from . import functional as F, init
from .containers import ModuleList
from .layers import MADE, LayerNorm, Linear, _Layer
from .module import Module

Dropout = MADE["Dropout"]
baddbmm, bmm, triu = (FUNCTIONS[name] for name in ("baddbmm", "bmm", "triu"))


class NonDynamicallyQuantizableLinear(Linear):
    """``Linear``, by the name that torch's attention shows."""


def additive(mask, like):
    """A mask as what is added to the scores: -inf where a boolean one is True."""
    if mask is None or mask.is_floating_point():
        return mask
    return zeros(mask.shape, dtype=like.dtype).masked_fill(mask, -math.inf)


class MultiheadAttention(
    _Layer,
    takes="embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, "
    "batch_first=False, device=None, dtype=None",
):
    """softmax(q kᵀ / √d + mask) v in ``num_heads`` parts of the features, of projections of query, key and value.

    >>> import autodiff_lab as th
    >>> attention = th.nn.MultiheadAttention(4, 2, batch_first=True)
    >>> x = th.ones(1, 3, 4)
    >>> out, weights = attention(x, x, x)
    >>> out.shape, weights.shape
    (autodiff_lab.Size([1, 3, 4]), autodiff_lab.Size([1, 3, 3]))
    """

    def _take(self, embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first, device,
              dtype):  # fmt: skip
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} instead")  # fmt: skip
        if add_bias_kv or add_zero_attn:
            raise NotImplementedError("add_bias_kv= and add_zero_attn= are out of autodiff_lab's scope; cat() the key and value yourself")  # fmt: skip
        super()._take(embed_dim=embed_dim, num_heads=num_heads, dropout=dropout, batch_first=batch_first)
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        same, made = self._qkv_same_embed_dim, {"dtype": dtype, "device": device}
        for name, size in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            self._parameter(f"{name}_proj_weight", not same, empty, embed_dim, size, **made)
        self._parameter("in_proj_weight", same, empty, 3 * embed_dim, embed_dim, **made)
        self._parameter("in_proj_bias", bias, zeros, 3 * embed_dim, **made)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **made)
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if bias:
            init.zeros_(self.out_proj.bias)

    def _projected(self, *inputs):
        e, (query, key, value) = self.embed_dim, inputs
        if query is key is value and self._qkv_same_embed_dim:  # all three at once
            return F.linear(query, self.in_proj_weight, self.in_proj_bias).split(e, -1)
        weights = (
            self.in_proj_weight.split(e)
            if self._qkv_same_embed_dim
            else (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        )
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.split(e)
        return map(F.linear, inputs, weights, biases)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True,
                is_causal=False):  # fmt: skip
        """Queries (L, N, E), keys (S, N, E) and values, or with ``batch_first`` (N, L, E); or all without a batch.

        Args:
            key_padding_mask (Tensor): (N, S), True where there is no key.
            attn_mask (Tensor): (L, S) or (N · heads, L, S): True where a query may not look, or a number to be added.
            need_weights, average_attn_weights (bool): give the weights (N, L, S) too, averaged over the heads.
        """
        alone, inputs = query.ndim == 2, {id(t): t for t in (query, key, value)}  # often one and the same
        if alone:
            inputs = {i: t.unsqueeze(1) for i, t in inputs.items()}
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            inputs = {i: t.transpose(0, 1) for i, t in inputs.items()}
        query, key, value = (inputs[id(t)] for t in (query, key, value))
        if is_causal and attn_mask is None:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        if query.shape[-1] != self.embed_dim:
            raise AssertionError(f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}")  # fmt: skip
        (n, batch, e), heads, d = query.shape, self.num_heads, self.head_dim
        q, k, v = (
            t.reshape(t.shape[0], batch * heads, d).transpose(0, 1)
            for t in self._projected(query, key, value)
        )
        mask = additive(attn_mask, q)
        mask = mask.unsqueeze(0) if mask is not None and mask.ndim == 2 else mask
        if key_padding_mask is not None:
            padding = additive(key_padding_mask, q).view(batch, 1, 1, -1).expand(-1, heads, -1, -1)
            padding = padding.reshape(batch * heads, 1, -1)
            mask = padding if mask is None else mask + padding
        scaled = q * math.sqrt(1.0 / d)
        scores = bmm(scaled, k.transpose(-2, -1))
        weights = F.dropout(
            (scores if mask is None else mask + scores).softmax(-1), self.dropout, self.training
        )
        out = bmm(weights, v).transpose(0, 1).contiguous().view(n * batch, e)
        out = F.linear(out, self.out_proj.weight, self.out_proj.bias).view(n, batch, e)
        if need_weights:
            weights = weights.view(batch, heads, n, -1)
            weights = weights.mean(1) if average_attn_weights else weights
            weights = weights.squeeze(0) if alone else weights
        out = out.squeeze(1) if alone else out.transpose(1, 0) if self.batch_first else out
        return out, (weights if need_weights else None)


TAKES = "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-5, batch_first=False, norm_first=False, bias=True, device=None, dtype=None"  # fmt: skip


class _TransformerLayer(_Layer):
    """What encoder and decoder layers share: attentions and a small network, each added to its input and normalised."""

    _attentions: tuple = ("self_attn",)

    def _take(self, d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
              device, dtype):  # fmt: skip
        Module.__init__(self)
        made = {"bias": bias, "device": device, "dtype": dtype}
        for name in self._attentions:
            setattr(
                self,
                name,
                MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **made),
            )
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first, steps = norm_first, range(1, len(self._attentions) + 2)
        for i in steps:
            setattr(self, f"norm{i}", LayerNorm(d_model, layer_norm_eps, **made))
        for i in steps:
            setattr(self, f"dropout{i}", Dropout(dropout))
        if isinstance(activation, str) and activation not in ("relu", "gelu"):
            raise RuntimeError(f"activation should be relu/gelu, not {activation}")
        self.activation = getattr(F, activation) if isinstance(activation, str) else activation

    def _through(self, x, *blocks):
        for i, block in enumerate((*blocks, self._feed_forward), 1):
            norm, dropout = getattr(self, f"norm{i}"), getattr(self, f"dropout{i}")
            x = x + dropout(block(norm(x))) if self.norm_first else norm(x + dropout(block(x)))
        return x

    def _feed_forward(self, x):
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_TransformerLayer, takes=TAKES):
    """Attention of a sequence to itself, then a network of two layers at each place."""

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        return self._through(src, lambda x: self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)[0])  # fmt: skip


class TransformerDecoderLayer(_TransformerLayer, takes=TAKES):
    """As ``TransformerEncoderLayer``, with attention to the encoder's ``memory`` between the two."""

    _attentions = ("self_attn", "multihead_attn")

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
                tgt_is_causal=False, memory_is_causal=False):  # fmt: skip
        return self._through(
            tgt,
            lambda x: self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)[0],
            lambda x: self.multihead_attn(x, memory, memory, memory_key_padding_mask, False, memory_mask, is_causal=memory_is_causal)[0],
        )  # fmt: skip


class _Stack(_Layer):
    """``num_layers`` copies of a layer, one after another, and perhaps a norm."""

    def _take(self, layer, num_layers, norm):
        Module.__init__(self)
        self.layers = ModuleList(copy.deepcopy(layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def _all(self, x, *args):
        for layer in self.layers:
            x = layer(x, *args)
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(
    _Stack, takes="encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True"
):
    """Encoder layers one after another."""

    def _take(self, encoder_layer, num_layers, norm, enable_nested_tensor, mask_check):
        super()._take(encoder_layer, num_layers, norm)
        attention = getattr(encoder_layer, "self_attn", None)
        why = ("encoder_layer.norm_first was True" if getattr(encoder_layer, "norm_first", False) else
               "encoder_layer.self_attn.batch_first was not True(use batch_first for better inference performance)"
               if attention is not None and not attention.batch_first else
               "encoder_layer.self_attn.num_heads is odd" if attention is not None and attention.num_heads % 2 else "")  # fmt: skip
        if enable_nested_tensor and why:
            warnings.warn(
                f"enable_nested_tensor is True, but self.use_nested_tensor is False because {why}",
                stacklevel=4,
            )

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        return self._all(src, mask, src_key_padding_mask)


class TransformerDecoder(_Stack, takes="decoder_layer, num_layers, norm=None"):
    """Decoder layers one after another."""

    def _take(self, decoder_layer, num_layers, norm):
        super()._take(decoder_layer, num_layers, norm)

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
                tgt_is_causal=None, memory_is_causal=False):  # fmt: skip
        return self._all(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)


class Transformer(
    _Layer,
    takes="d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, "
    "activation='relu', custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-5, batch_first=False, norm_first=False, "
    "bias=True, device=None, dtype=None",
):
    """An encoder of the source, and a decoder of the target that looks at what the encoder gives."""

    def _take(self, num_encoder_layers, num_decoder_layers, custom_encoder, custom_decoder, **given):
        Module.__init__(self)
        made = {name: given[name] for name in ("bias", "device", "dtype")}
        for name, own, layer, stack, count in (
            ("encoder", custom_encoder, TransformerEncoderLayer, TransformerEncoder, num_encoder_layers),
            ("decoder", custom_decoder, TransformerDecoderLayer, TransformerDecoder, num_decoder_layers),
        ):
            if own is None:
                first = layer(**given)
                own = stack(first, count, LayerNorm(given["d_model"], given["layer_norm_eps"], **made))
            setattr(self, name, own)
        for p in self.parameters():
            if p.dim() > 1:
                init.xavier_uniform_(p)
        self.d_model, self.nhead, self.batch_first = given["d_model"], given["nhead"], given["batch_first"]

    def forward(self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None,
                tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None,
                memory_is_causal=False):  # fmt: skip
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, src_mask, src_key_padding_mask)
        return self.decoder(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        """(sz, sz) with -inf above the diagonal: no place may look at later ones."""
        return triu(full((sz, sz), -math.inf, dtype=dtype, device=device), 1)


__all__ = [
    "MultiheadAttention", "Transformer", "TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder",
    "TransformerEncoderLayer",
]  # fmt: skip
