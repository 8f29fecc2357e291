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
    previous_token,
    ratio,
    rotary,
    split_heads,
)


def with_ones(v):
    """A column of ones, whose recurrence is the normaliser."""
    return F.pad(v, (0, 1), value=1.0)


class FeatureMap(nn.Module):
    """φ over the last axis, f numbers to as many or more."""

    def __init__(self, name, f):
        super().__init__()
        self.name = name
        self.layer = Linear(f, f, bias=True) if name in ("hedgehog", "t2r") else None
        self.layer1 = Linear(f, f, bias=True) if name == "elementwise_product" else None
        self.layer2 = Linear(f, f, bias=True) if name == "elementwise_product" else None
        if name == "hedgehog":
            nn.init.eye_(self.layer.weight)

    def forward(self, u):
        if self.name == "elu":
            return F.elu(u) + 1
        if self.name == "relu":
            return F.relu(u)
        if self.name == "identity":
            return u
        if self.name == "t2r":
            return F.relu(self.layer(u))
        if self.name == "elementwise_product":
            return self.layer1(u) * self.layer2(u)
        if self.name == "dpfp":
            c = torch.cat([F.relu(u), F.relu(-u)], -1)
            return torch.cat([c * c.roll(shift, -1) for shift in (1, 2, 3, 4)], -1)
        if self.name == "taylor":  # of exp, to the second power
            f = u.shape[-1]
            i, j = torch.triu_indices(f, f, device=u.device)
            squares = u[..., i] * u[..., j] / math.sqrt(f) * torch.where(i == j, 0.5**0.5, 1.0).to(u)
            return torch.cat([torch.ones_like(u[..., :1]), u / f**0.25, squares], -1)
        v = 2 * self.layer(u)  # hedgehog
        return torch.cat([v, -v], -1).softmax(-1)


class LinearAttention(nn.Module):
    """y_t = φ(q_t) S_t / φ(q_t) · z_t, S_t and z_t the sums of φ(k)ᵀ v and φ(k) (arXiv:2006.16236)."""

    def __init__(self, width, length, heads, feature_map, feature_size, conv):
        super().__init__()
        self.heads = heads
        f = feature_size or width // heads
        self.normalised = feature_map not in ("identity", "elementwise_product")
        self.feature_map_q = FeatureMap(feature_map, f)
        self.feature_map_k = FeatureMap(feature_map, f)
        self.proj_q = Linear(width, heads * f)
        self.proj_k = Linear(width, heads * f)
        self.proj_v = Linear(width, width)
        self.conv = ResidualConv(2 * heads * f + width, conv)
        self.out_proj = Linear(width, width)

    def forward(self, x):
        rows = self.conv.beside(self.proj_q(x), self.proj_k(x), self.proj_v(x))
        q, k, v = (split_heads(u, self.heads) for u in rows)
        q, k = self.feature_map_q(q), self.feature_map_k(k)
        if not self.normalised:
            y, _ = ops.chunk_linear_attn(q, k, v, scale=1.0, normalize=False)
        else:
            y, _ = ops.chunk_linear_attn(q, k, with_ones(v), scale=1.0, normalize=False)
            y = y[..., :-1] / (y[..., -1:] + 1e-6)
        return self.out_proj(y.flatten(2))


class Gla(nn.Module):
    """S_t = diag(α_t) S_{t-1} + k_tᵀ v_t, α for each channel of a key (arXiv:2312.06635)."""

    def __init__(self, width, length, heads, gate_rank, conv, expand_k, expand_v):
        super().__init__()
        self.heads = heads
        keys, values = ratio(expand_k, width), ratio(expand_v, width)
        self.q_proj = Linear(width, keys)
        self.k_proj = Linear(width, keys)
        self.v_proj = Linear(width, values)
        self.g_proj = Linear(width, values)
        self.gk_proj = nn.Sequential(Linear(width, gate_rank), Linear(gate_rank, keys, bias=True))
        self.o_proj = Linear(values, width)
        self.g_norm = RMSNorm(values // heads)
        self.q_conv1d = CausalConv(keys, conv, bias=False) if conv else None
        self.k_conv1d = CausalConv(keys, conv, bias=False) if conv else None
        self.v_conv1d = CausalConv(values, conv, bias=False) if conv else None

    def convolved(self, u, conv):
        return split_heads(u if conv is None else F.silu(conv(u)), self.heads)

    def forward(self, x):
        q = self.convolved(self.q_proj(x), self.q_conv1d)
        k = self.convolved(self.k_proj(x), self.k_conv1d)
        v = self.convolved(self.v_proj(x), self.v_conv1d)
        g = split_heads(F.logsigmoid(self.gk_proj(x)) / 16, self.heads)
        o, _ = ops.chunk_gla(q, k, v, g)
        return self.o_proj(self.g_norm(o).flatten(2) * F.silu(self.g_proj(x)))


class Hgrn2(nn.Module):
    """S_t = diag(f_t) S_{t-1} + (1 - f_t)ᵀ i_t (arXiv:2404.07904)."""

    def __init__(self, width, length, state, lower_bound, conv):
        super().__init__()
        self.heads, self.least = width // state, float(Fraction(lower_bound))
        self.q_proj = Linear(width, width)
        self.f_proj = Linear(width, width)
        self.i_proj = Linear(width, width)
        self.q_conv1d = CausalConv(width, conv, bias=False) if conv else nn.Identity()
        self.f_conv1d = CausalConv(width, conv, bias=False) if conv else nn.Identity()
        self.i_conv1d = CausalConv(width, conv, bias=False) if conv else nn.Identity()
        self.o_proj = Linear(width, width)
        self.g_norm = RMSNorm(width)

    def forward(self, x):
        q = F.silu(self.q_conv1d(self.q_proj(x)))
        f = self.f_conv1d(self.f_proj(x))
        i = self.i_conv1d(self.i_proj(x))
        if self.least > 0:
            g = torch.log(self.least + (1 - self.least) * torch.sigmoid(f))
        else:
            g = F.logsigmoid(f)
        k = (1 - self.least) * torch.sigmoid(-f)  # 1 - forget, to full precision
        q, k, v, g = (split_heads(u, self.heads) for u in (q, k, i, g))
        o, _ = ops.chunk_gla(q, k, v, g, scale=1.0)
        return self.o_proj(self.g_norm(o.flatten(2)))


class GatedSlotAttention(nn.Module):
    """Attention over slots that fade, each at rates of its own (arXiv:2409.07146)."""

    def __init__(self, width, length, heads, slots, conv):
        super().__init__()
        self.heads = heads
        self.q_proj = Linear(width, width)
        self.k_proj = Linear(width, width)
        self.v_proj = Linear(width, width)
        self.f_proj = Linear(width, heads * slots)
        self.q_conv1d = CausalConv(width, conv, bias=False) if conv else None
        self.k_conv1d = CausalConv(width, conv, bias=False) if conv else None
        self.v_conv1d = CausalConv(width, conv, bias=False) if conv else None
        self.g_norm = RMSNorm(width)
        self.o_proj = Linear(width, width)

    def activated(self, u, conv):
        return split_heads(F.silu(u if conv is None else F.silu(conv(u))), self.heads)

    def forward(self, x):
        q = self.activated(self.q_proj(x), self.q_conv1d)
        k = self.activated(self.k_proj(x), self.k_conv1d)
        v = self.activated(self.v_proj(x), self.v_conv1d)
        g = split_heads(F.logsigmoid(self.f_proj(x)) / 8, self.heads)
        o, _ = ops.chunk_gsa(q, k, v, -torch.expm1(g), g, scale=1.0)
        return self.o_proj(self.g_norm(F.silu(o.flatten(2))))


class Retnet(nn.Module):
    """S_t = γ S_{t-1} + k_tᵀ v_t, γ = 1 - 2^(-5-h) of head h (arXiv:2307.08621)."""

    def __init__(self, width, length, heads, expand, conv):
        super().__init__()
        self.heads = heads
        values = ratio(expand, width)
        self.q_proj = Linear(width, width)
        self.k_proj = Linear(width, width)
        self.v_proj = Linear(width, values)
        self.g_proj = Linear(width, values)
        self.conv = ResidualConv(2 * width + values, conv)
        self.group_norm = GroupNorm(heads, values, eps=1e-6)
        self.out_proj = Linear(values, width)

    def forward(self, x):
        rows = self.conv.beside(self.q_proj(x), self.k_proj(x), self.v_proj(x))
        q, k, v = (split_heads(u, self.heads) for u in rows)
        o, _ = ops.chunk_retention(rotary(q), rotary(k), v)
        return self.out_proj(self.group_norm(o.flatten(2)) * F.silu(self.g_proj(x)))


class RwkvTime(nn.Module):
    """What the time mixers of RWKV-5 and RWKV-6 share: S_t = diag(w_t) S_{t-1} + k_tᵀ v_t, o_t = r_t (S_{t-1} +
    diag(u) k_tᵀ v_t)."""

    def __init__(self, width, heads, conv):
        super().__init__()
        self.heads = heads
        self.time_faaaa = nn.Parameter(0.1 * (torch.arange(1, width + 1) % 3 - 1.0))
        self.receptance = Linear(width, width)
        self.key = Linear(width, width)
        self.value = Linear(width, width)
        self.conv = ResidualConv(3 * width, conv)
        self.output = Linear(width, width)
        self.gate = Linear(width, width)
        self.ln_x = GroupNorm(heads, width, eps=64e-5)
        self.time_decay = nn.Parameter(-6 + 5 * (torch.arange(width) / (width - 1)) ** 0.7)

    def mixed(self, r, k, v, g, omega):
        """Of what the projections read, and ω, log w = -exp ω."""
        rows = self.conv.beside(self.receptance(r), self.key(k), self.value(v))
        r, k, v = (split_heads(u, self.heads) for u in rows)
        w = split_heads(-torch.exp(omega.clamp(max=10)).expand_as(g), self.heads)
        u = split_heads(self.time_faaaa, self.heads)
        o, _ = ops.chunk_rwkv6(r, k, v, w, u, scale=1.0)
        return self.output(F.silu(self.gate(g)) * self.ln_x(o.flatten(2)))


class Rwkv5(RwkvTime):
    """RWKV-5's time mixer, w the same for all tokens (arXiv:2404.05892)."""

    def __init__(self, width, length, heads, conv):
        super().__init__(width, heads, conv)
        for name, power in {"k": 1, "v": 1, "r": 0.5, "g": 0.5}.items():
            self.register_parameter("time_maa_" + name, nn.Parameter(initial_shares(width, power)))

    def forward(self, x):
        change = previous_token(x) - x
        r, k, v, g = (x + change * mu for mu in
                      (self.time_maa_r, self.time_maa_k, self.time_maa_v, self.time_maa_g))
        return self.mixed(r, k, v, g, self.time_decay)


class Rwkv6(RwkvTime):
    """RWKV-6's time mixer: token shift and decay depend on the data (arXiv:2404.05892)."""

    def __init__(self, width, length, heads, mix_rank, decay_rank, conv):
        super().__init__(width, heads, conv)
        self.mix_rank = mix_rank
        for name, power in {"x": 1, "w": 1, "k": 1, "v": 1, "r": 0.5, "g": 0.5}.items():
            self.register_parameter("time_maa_" + name, nn.Parameter(initial_shares(width, power)))
        shapes = {"time_maa_w1": (width, 5 * mix_rank), "time_maa_w2": (5, mix_rank, width),
                  "time_decay_w1": (width, decay_rank), "time_decay_w2": (decay_rank, width)}
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape).uniform_(-1e-4, 1e-4)))

    def forward(self, x):
        change = previous_token(x) - x
        s = torch.tanh((x + change * self.time_maa_x) @ self.time_maa_w1).unflatten(-1, (5, self.mix_rank))
        offsets = torch.einsum("btnr,nrd->nbtd", s, self.time_maa_w2)
        shares = (self.time_maa_w, self.time_maa_k, self.time_maa_v, self.time_maa_r, self.time_maa_g)
        w, k, v, r, g = (x + change * (mu + offset) for mu, offset in zip(shares, offsets))
        omega = self.time_decay + torch.tanh(w @ self.time_decay_w1) @ self.time_decay_w2
        return self.mixed(r, k, v, g, omega)


class Mlstm(nn.Module):
    """C_t = f C_{t-1} + i k_tᵀ v_t, n_t the same of k, h = q C / max(|q n|, 1), gates exponential (arXiv:2405.04517).
    """

    def __init__(self, width, length, heads, expand_k, conv):
        super().__init__()
        self.heads = heads
        keys = ratio(expand_k, width)
        self.q = Linear(width, keys)
        self.k = Linear(width, keys)
        self.v = Linear(width, width)
        self.conv = ResidualConv(2 * keys + width, conv)
        self.ogate_preact = Linear(width, width)
        self.igate_preact = Linear(width, heads, bias=True)
        self.fgate_preact = Linear(width, heads, bias=True)
        self.out_proj = Linear(width, width)
        self.multihead_norm = GroupNorm(heads, width, eps=1e-6, bias=False)
        for gate in (self.igate_preact, self.fgate_preact):
            nn.init.zeros_(gate.weight)
        nn.init.normal_(self.igate_preact.bias, std=0.1)
        with torch.no_grad():
            self.fgate_preact.bias.copy_(torch.linspace(3, 6, heads))

    def forward(self, x):
        rows = self.conv.beside(self.q(x), self.k(x), self.v(x))
        q, k, v = (split_heads(u, self.heads) for u in rows)
        write = 15 * torch.tanh(self.igate_preact(x) / 15)  # [B, T, H]
        keep = F.logsigmoid(15 * torch.tanh(self.fgate_preact(x) / 15))
        # The scale in which C and n are carried, which cancels: no gradient flows through it.
        total = keep.detach().cumsum(1)
        m = total + (write.detach() - total).cummax(1).values.clamp(min=0)
        k = k * torch.exp(write - m).unsqueeze(-1) / math.sqrt(k.shape[-1])
        y, _ = ops.chunk_simple_gla(q, k, with_ones(v), keep + previous_token(m) - m, scale=1.0)
        y = y[..., :-1] / torch.maximum(y[..., -1:].abs(), torch.exp(-m).unsqueeze(-1))
        return self.out_proj(self.multihead_norm(y.flatten(2)) * torch.sigmoid(self.ogate_preact(x)))
