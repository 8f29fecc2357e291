import math
from fractions import Fraction

import torch
from torch import nn
from torch.nn import functional as F

import recurrences as ops
from layers import Linear, ResidualConv, RMSNorm, previous_token, ratio, rotary, split_heads


def attend(q, k, v, window=None, sinks=0):
    """Causal softmax attention over the last `window` tokens and the first `sinks`. [B, T, heads, d], fewer heads of
    keys and values than of queries are shared."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    k, v = (x.repeat_interleave(q.shape[1] // x.shape[1], 1) for x in (k, v))
    if window is None or window >= q.shape[2]:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2)
    t = torch.arange(q.shape[2], device=q.device)
    lag = t[:, None] - t
    seen = (lag >= 0) & ((lag < window) | (t < sinks))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=seen).transpose(1, 2)


class Attention(nn.Module):
    """Softmax attention (arXiv:1706.03762) with grouped key heads, a window, sinks, rotary positions, norms of queries
    and keys, and a gate on what is read. With `reads` it has queries alone and reads another block's keys and values.
    """

    def __init__(self, width, length, heads, kv_heads, window, sinks, rotary, qk_norm, gate, conv, reads=False):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.kv_heads = heads if kv_heads == "all" else kv_heads
        self.rotated = self.size if rotary else 0
        self.window = math.ceil(Fraction(window) * length) if isinstance(window, str) else window
        self.sinks, self.reads = sinks, reads
        rows = width if reads else width + 2 * self.kv_heads * self.size
        self.Wqkv = Linear(width, rows)
        self.conv = ResidualConv(rows, conv)
        self.out_proj = Linear(width, width)
        self.q_norm = RMSNorm(self.size, eps=1e-6) if qk_norm else None
        self.k_norm = RMSNorm(self.size, eps=1e-6) if qk_norm and not reads else None
        self.gate_proj = Linear(width, width) if gate else None
        self.keys_values = None  # of the last call, for the blocks that read them

    def placed(self, x, norm):
        return rotary(x if norm is None else norm(x), self.rotated)

    def forward(self, x, keys_values=None):
        rows = split_heads(self.conv(self.Wqkv(x)), self.heads + (0 if self.reads else 2 * self.kv_heads))
        q = self.placed(rows[:, :, : self.heads], self.q_norm)
        if not self.reads:
            k, v = rows[:, :, self.heads :].chunk(2, 2)
            keys_values = self.placed(k, self.k_norm), v
        self.keys_values = keys_values
        y = attend(q, *keys_values, self.window, self.sinks).flatten(2)
        return self.out_proj(y if self.gate_proj is None else y * torch.sigmoid(self.gate_proj(x)))


class DifferentialAttention(nn.Module):
    """The difference of two softmaxes a head (arXiv:2410.05258)."""

    def __init__(self, width, length, heads, rotary, lambda_init, conv):
        super().__init__()
        self.heads, self.size = heads, width // (2 * heads)
        self.rotated = self.size if rotary else 0
        self.lambda_init = float(Fraction(lambda_init))
        for name in ("lambda_q1", "lambda_k1", "lambda_q2", "lambda_k2"):
            self.register_parameter(name, nn.Parameter(0.1 * torch.randn(self.size)))
        self.qkv_proj = Linear(width, 3 * width)
        self.conv = ResidualConv(3 * width, conv)
        self.subln = RMSNorm(2 * self.size)
        self.out_proj = Linear(width, width)

    def forward(self, x):
        q, k, v = self.conv(self.qkv_proj(x)).chunk(3, -1)
        q, k = (rotary(split_heads(u, 2 * self.heads), self.rotated) for u in (q, k))
        both = attend(q, k, split_heads(v, self.heads)).unflatten(2, (self.heads, 2))
        first, second = (torch.exp((q * k).sum()) for q, k in
                         ((self.lambda_q1, self.lambda_k1), (self.lambda_q2, self.lambda_k2)))
        share = first - second + self.lambda_init
        y = self.subln(both[:, :, :, 0] - share * both[:, :, :, 1]) * (1 - self.lambda_init)
        return self.out_proj(y.flatten(2))


class HeadwiseRMSNorm(nn.Module):
    """RMSNorm over each head's channels with a weight for every channel of every head. [B, T, D]"""

    def __init__(self, heads, width, eps):
        super().__init__()
        self.heads, self.eps = heads, eps
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        parts = split_heads(x, self.heads)
        return (parts * torch.rsqrt(parts.square().mean(-1, keepdim=True) + self.eps)).flatten(2) * self.weight


class ForgettingAttention(nn.Module):
    """Softmax attention whose scores fade with the forget gates between two tokens (arXiv:2503.02130)."""

    def __init__(self, width, length, heads, qk_norm, gate, norm, kv_shift, conv):
        super().__init__()
        self.heads = heads
        self.qkv_proj = Linear(width, 3 * width)
        self.conv = ResidualConv(3 * width, conv)
        self.fgate_proj = Linear(width, heads, bias=True)
        self.o_proj = Linear(width, width)
        self.shift_proj = Linear(width, 2 * heads) if kv_shift else None
        self.q_norm = HeadwiseRMSNorm(heads, width, 1e-5) if qk_norm else None
        self.k_norm = HeadwiseRMSNorm(heads, width, 1e-5) if qk_norm else None
        self.output_norm = HeadwiseRMSNorm(heads, width, 1e-6) if norm else None
        self.ogate_proj = Linear(width, width) if gate else None

    def forward(self, x):
        width = x.shape[-1]
        q, kv = self.conv(self.qkv_proj(x)).split([width, 2 * width], -1)
        if self.shift_proj is not None:
            share = torch.sigmoid(self.shift_proj(x)).unsqueeze(-1)
            before = split_heads(previous_token(kv), 2 * self.heads)
            kv = torch.lerp(split_heads(kv, 2 * self.heads), before, share).flatten(2)
        k, v = kv.chunk(2, -1)
        if self.q_norm is not None:
            q, k = self.q_norm(q), self.k_norm(k)
        q, k, v = (split_heads(u, self.heads) for u in (q, k, v))
        y = ops.parallel_forgetting_attn(q, k, v, F.logsigmoid(self.fgate_proj(x))).flatten(2)
        y = y if self.output_norm is None else self.output_norm(y)
        return self.o_proj(y if self.ogate_proj is None else y * torch.sigmoid(self.ogate_proj(x)))


class Mla(nn.Module):
    """Multi-head latent attention: keys and values are projected from a latent that all heads share, beside one rotary
    key (arXiv:2405.04434)."""

    def __init__(self, width, length, heads, kv_rank, rope, q_rank, conv):
        super().__init__()
        self.heads, self.size = heads, width // heads
        rank = ratio(kv_rank, width)
        self.rope = 0 if rope is None else ratio(rope, width)
        inputs = width
        self.q_down = self.q_norm = None
        if q_rank is not None:
            inputs = ratio(q_rank, width)
            self.q_down, self.q_norm = Linear(width, inputs), RMSNorm(inputs, eps=1e-6)
        queries = heads * (self.rope + self.size)
        self.q_proj = Linear(inputs, queries)
        self.kv_down = Linear(width, rank)
        self.conv = ResidualConv(queries + rank + self.rope, conv)
        self.kv_norm = RMSNorm(rank, eps=1e-6)
        self.kv_up = Linear(rank, 2 * width)
        self.k_rope = Linear(width, self.rope) if self.rope else None
        self.o_proj = Linear(width, width)

    def forward(self, x):
        queries = self.q_proj(x if self.q_down is None else self.q_norm(self.q_down(x)))
        rows = [queries, self.kv_down(x)] + ([] if self.k_rope is None else [self.k_rope(x)])
        q, latent, *shared = self.conv.beside(*rows)
        q = rotary(split_heads(q, self.heads), self.rope)
        k, v = (split_heads(u, self.heads) for u in self.kv_up(self.kv_norm(latent)).chunk(2, -1))
        if shared:
            key = rotary(shared[0].unsqueeze(2), self.rope).expand(-1, -1, self.heads, -1)
            k = torch.cat([key, k], -1)
        return self.o_proj(attend(q, k, v).flatten(2))
