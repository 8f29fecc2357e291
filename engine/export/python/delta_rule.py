import math
from fractions import Fraction

import torch
from torch import nn
from torch.nn import functional as F

import recurrences as ops
from layers import (
    CausalConv,
    GroupNorm,
    Linear,
    ResidualConv,
    RMSNorm,
    initial_shares,
    inverse_softplus,
    l2_normalised,
    log_uniform_steps,
    previous_token,
    ratio,
    split_heads,
)


class DecayGate(nn.Module):
    """log α = -exp(A_log) softplus(u + dt_bias), of each head or of each of its channels. u [B, T, heads channels]"""

    def __init__(self, heads, channels, least):
        super().__init__()
        self.heads = heads
        self.A_log = nn.Parameter(torch.log(torch.empty(heads).uniform_(least, 16).clamp(min=1e-4)))
        self.dt_bias = nn.Parameter(inverse_softplus(log_uniform_steps(heads * channels)))

    def forward(self, u):
        steps = split_heads(F.softplus(u + self.dt_bias), self.heads)
        return -torch.exp(self.A_log)[:, None] * steps  # [B, T, H, channels]


class DeltaRule(nn.Module):
    """What the layers of the delta rule share, with the names of flash-linear-attention: queries, keys and values
    behind short convolutions and silu, β a head, a norm of each head's output. `steps` keys and values a token."""

    def __init__(self, width, heads, keys, values, conv, steps=1, strengths=1, negative_eigenvalues=False):
        super().__init__()
        self.heads, self.steps, self.strengths = heads, steps, strengths
        self.most = 2 if negative_eigenvalues else 1
        self.q_proj = Linear(width, keys)
        self.k_proj = Linear(width, steps * keys)
        self.v_proj = Linear(width, steps * values)
        self.b_proj = Linear(width, steps * heads * strengths)
        self.q_conv1d = CausalConv(keys, conv, bias=False) if conv else nn.Identity()
        self.k_conv1d = CausalConv(steps * keys, conv, bias=False) if conv else nn.Identity()
        self.v_conv1d = CausalConv(steps * values, conv, bias=False) if conv else nn.Identity()
        self.o_norm = RMSNorm(values // heads)
        self.o_proj = Linear(values, width)

    def qkv(self, x):
        """q [B, T, H, K], k and v [B, T steps, H, K or V]"""
        q = F.silu(self.q_conv1d(self.q_proj(x))).unflatten(2, (self.heads, -1))
        k = F.silu(self.k_conv1d(self.k_proj(x))).unflatten(2, (self.steps, self.heads, -1)).flatten(1, 2)
        v = F.silu(self.v_conv1d(self.v_proj(x))).unflatten(2, (self.steps, self.heads, -1)).flatten(1, 2)
        return q, k, v

    def beta(self, x):
        """[B, T steps, H], or a number for each of a head's channels"""
        share = self.most * torch.sigmoid(self.b_proj(x))
        share = share.unflatten(2, (self.steps, self.heads, self.strengths)).flatten(1, 2)
        return share.squeeze(-1) if self.strengths == 1 else share

    def out(self, o, x):
        return self.o_proj(self.gated(self.o_norm(o).flatten(2), x))


class DeltaNet(DeltaRule):
    """S = (I - β kᵀk) S + β kᵀv (arXiv:2406.06484)."""

    def __init__(self, width, length, heads, conv, gate, negative_eigenvalues):
        super().__init__(width, heads, width, width, conv, negative_eigenvalues=negative_eigenvalues)
        self.g_proj = Linear(width, width) if gate else None

    def gated(self, o, x):
        return o if self.g_proj is None else o * F.silu(self.g_proj(x))

    def forward(self, x):
        q, k, v = self.qkv(x)
        o, _ = ops.chunk_delta_rule(l2_normalised(q), l2_normalised(k), v, self.beta(x))
        return self.out(o, x)


class GatedDeltaNet(DeltaRule):
    """S = α (I - β kᵀk) S + β kᵀv (arXiv:2412.06464)."""

    def __init__(self, width, length, heads, expand_k, expand_v, conv, gate, negative_eigenvalues):
        keys, values = ratio(expand_k, width), ratio(expand_v, width)
        super().__init__(width, heads, keys, values, conv, negative_eigenvalues=negative_eigenvalues)
        self.a_proj = Linear(width, heads)
        self.decay = DecayGate(heads, 1, 0)
        self.g_proj = Linear(width, values) if gate else None

    def gated(self, o, x):
        return o if self.g_proj is None else o * F.silu(self.g_proj(x))

    def forward(self, x):
        q, k, v = self.qkv(x)
        g = self.decay(self.a_proj(x)).squeeze(-1)
        o, _ = ops.chunk_gated_delta_rule(l2_normalised(q), l2_normalised(k), v, g, self.beta(x))
        return self.out(o, x)


class DeltaProduct(DeltaRule):
    """`householder` steps of the delta rule a token (arXiv:2502.10297)."""

    def __init__(self, width, length, heads, householder, conv, gate, forget_gate, negative_eigenvalues):
        super().__init__(width, heads, width, width, conv, householder, negative_eigenvalues=negative_eigenvalues)
        self.a_proj = Linear(width, heads) if forget_gate else None
        self.decay = DecayGate(heads, 1, 0) if forget_gate else None
        self.g_proj = Linear(width, width) if gate else None

    def gated(self, o, x):
        return o if self.g_proj is None else o * F.silu(self.g_proj(x))

    def forward(self, x):
        q, k, v = self.qkv(x)
        g = None if self.decay is None else self.decay(self.a_proj(x)).squeeze(-1)
        q, k = l2_normalised(q), l2_normalised(k)
        o, _ = ops.chunk_gated_delta_product(q, k, v, g, self.beta(x), num_householder=self.steps)
        return self.out(o, x)


class Comba(DeltaRule):
    """S = (α - β σ(b) kᵀk) S + β kᵀv, read by q - d k (arXiv:2506.02475)."""

    def __init__(self, width, length, heads, expand_k, expand_v, conv, gate, correction):
        keys, values = ratio(expand_k, width), ratio(expand_v, width)
        super().__init__(width, heads, keys, values, conv)
        self.a_proj = Linear(width, heads)
        self.decay = DecayGate(heads, 1, 0)
        self.inner_decay = nn.Parameter(torch.ones(heads))
        self.D = None if correction is None else nn.Parameter(torch.full((heads,), float(Fraction(correction))))
        self.g_proj = Linear(width, values) if gate else None

    def gated(self, o, x):
        return o if self.g_proj is None else o * torch.sigmoid(self.g_proj(x))

    def forward(self, x):
        q, k, v = self.qkv(x)
        q = l2_normalised(q if self.D is None else q - self.D[:, None] * k)
        k = l2_normalised(k)
        p = torch.sigmoid(self.inner_decay)[:, None] * k
        g = self.decay(self.a_proj(x)).squeeze(-1)
        o, _ = ops.chunk_comba(q, k, v, p, g, self.beta(x))
        return self.out(o, x)


class Kda(DeltaRule):
    """S = (I - β kᵀk) diag(α) S + β kᵀv, α for each channel of a key (Kimi Linear, arXiv:2510.26692)."""

    def __init__(self, width, length, heads, conv, negative_eigenvalues, strengths=1):
        super().__init__(width, heads, width, width, conv, strengths=strengths,
                         negative_eigenvalues=negative_eigenvalues)
        size = width // heads
        self.f_proj = nn.Sequential(Linear(width, size), Linear(size, width))
        self.decay = DecayGate(heads, size, 1)
        self.g_proj = nn.Sequential(Linear(width, size), Linear(size, width, bias=True))

    def gated(self, o, x):
        return o * torch.sigmoid(self.g_proj(x))

    def forward(self, x):
        q, k, v = self.qkv(x)
        g = self.decay(self.f_proj(x))
        o, _ = ops.chunk_kda(l2_normalised(q), l2_normalised(k), v, g, self.beta(x))
        return self.out(o, x)


class GatedDeltaNet2(Kda):
    """S = (I - kᵀ(β * k)) diag(α) S + kᵀ(w * v): erases and writes each channel by itself (arXiv:2605.22791)."""

    def __init__(self, width, length, heads, conv, negative_eigenvalues):
        super().__init__(width, length, heads, conv, negative_eigenvalues, strengths=width // heads)
        self.w_proj = Linear(width, width)

    def forward(self, x):
        q, k, v = self.qkv(x)
        g = self.decay(self.f_proj(x))
        w = split_heads(torch.sigmoid(self.w_proj(x)), self.heads)
        o, _ = ops.chunk_gdn2(l2_normalised(q), l2_normalised(k), v, g, self.beta(x), w)
        return self.out(o, x)


class LowRank(nn.Module):
    """Down to `rank` numbers, and up again; `up` begins as a tenth of orthonormal rows or columns."""

    def __init__(self, width, rank, bias):
        super().__init__()
        self.down = Linear(width, rank)
        self.up = Linear(rank, width, bias=bias)
        nn.init.uniform_(self.down.weight, -1e-4, 1e-4)
        nn.init.orthogonal_(self.up.weight, gain=0.1)

    def forward(self, x, activation=nn.Identity()):
        return self.up(activation(self.down(x)))


class Rwkv7(nn.Module):
    """S = (diag(w) - (η κ)ᵀκ) S + k̃ᵀv (arXiv:2503.14456), with the names of flash-linear-attention."""

    def __init__(self, width, length, heads, rank, conv):
        super().__init__()
        rank = ratio(rank, width)
        self.heads, size = heads, width // heads
        i = torch.arange(width)
        line = i / (width - 1) - 0.5
        centred = (2 * (i % size) - (size - 1)) / (size - 1)
        zigzag = centred * centred.abs()
        for name, power in {"r": 0.2, "w": 0.9, "k": 0.7, "v": 0.7, "a": 0.9, "g": 0.2}.items():
            self.register_parameter("x_" + name, nn.Parameter(initial_shares(width, power)))
        self.k_k = nn.Parameter(0.71 - 0.1 * line)
        self.k_a = nn.Parameter(torch.full((width,), 1.02))
        self.r_k = nn.Parameter(torch.full((heads, size), -0.04))
        self.w_lora = LowRank(width, rank, bias=True)
        self.a_lora = LowRank(width, rank, bias=True)
        self.g_lora = LowRank(width, 2 * rank, bias=False)
        self.r_proj = Linear(width, width)
        self.k_proj = Linear(width, width)
        self.v_proj = Linear(width, width)
        self.rkv_conv = ResidualConv(3 * width, conv)
        self.g_norm = GroupNorm(heads, width, eps=64e-5)
        self.o_proj = Linear(width, width)
        nn.init.uniform_(self.o_proj.weight, -1e-4, 1e-4)
        with torch.no_grad():
            self.w_lora.up.bias.copy_(-5.5 + 6 * i / (width - 1) + 2.5 * zigzag)
            self.a_lora.up.bias.copy_(-0.19 + 0.3 * zigzag + 0.4 * line)

    def forward(self, x):
        change = previous_token(x) - x
        r, k, v = self.rkv_conv.beside(
            self.r_proj(x + change * self.x_r), self.k_proj(x + change * self.x_k), self.v_proj(x + change * self.x_v))
        eta = torch.sigmoid(self.a_lora(x + change * self.x_a))
        w = -math.exp(-0.5) * torch.sigmoid(self.w_lora(x + change * self.x_w, torch.tanh))
        kappa = l2_normalised(split_heads(k * self.k_k, self.heads), 1e-12)
        k = k * (1 + (eta - 1) * self.k_a)
        r, w, k, v, eta = (split_heads(u, self.heads) for u in (r, w, k, v, eta))
        o, _ = ops.chunk_rwkv7(r, w, k, v, -kappa, eta * kappa)
        bonus = (r * k * self.r_k).sum(-1, keepdim=True) * v
        g = self.g_lora(x + change * self.x_g, torch.sigmoid)
        return self.o_proj((self.g_norm(o.flatten(2)) + bonus.flatten(2)) * g)
