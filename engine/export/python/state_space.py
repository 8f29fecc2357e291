import math

import torch
from torch import nn
from torch.nn import functional as F

import recurrences as ops
from layers import (
    CausalConv,
    Linear,
    ResidualConv,
    RMSNorm,
    inverse_softplus,
    log_uniform_steps,
    long_convolution,
    previous_token,
    ratio,
    split_heads,
)


class Mamba(nn.Module):
    """h = exp(Δ A) h + Δ B u, y = C h + D u (arXiv:2312.00752)."""

    def __init__(self, width, length, state, expand, conv):
        super().__init__()
        inner, rank = ratio(expand, width), (width + 15) // 16
        self.sizes = [rank, state, state]
        self.A_log = nn.Parameter(torch.log(torch.arange(1.0, state + 1)).repeat(inner, 1))
        self.D = nn.Parameter(torch.ones(inner))
        self.in_proj = Linear(width, 2 * inner)
        self.conv1d = CausalConv(inner, conv) if conv else nn.Identity()
        self.x_proj = Linear(inner, sum(self.sizes))
        self.dt_proj = Linear(rank, inner, bias=True)
        self.out_proj = Linear(inner, width)
        with torch.no_grad():
            self.dt_proj.bias.copy_(inverse_softplus(log_uniform_steps(inner).clamp(min=1e-4)))

    def forward(self, x):
        u, z = self.in_proj(x).chunk(2, -1)
        u = F.silu(self.conv1d(u))
        step, B, C = self.x_proj(u).split(self.sizes, -1)
        channels_first = (v.transpose(1, 2) for v in (u, F.softplus(self.dt_proj(step)), B, C))
        u, delta, B, C = channels_first
        y = ops.selective_scan_fn(u, delta, -torch.exp(self.A_log), B, C, self.D)
        return self.out_proj(y.transpose(1, 2) * F.silu(z))


class Mamba2(nn.Module):
    """Mamba with one decay a head: S = exp(Δ A) S + Δ Bᵀ v (arXiv:2405.21060)."""

    def __init__(self, width, length, state, expand, head_size, conv):
        super().__init__()
        inner = ratio(expand, width)
        self.heads = inner // head_size
        self.sizes = [inner, state, state]
        self.dt_bias = nn.Parameter(inverse_softplus(log_uniform_steps(self.heads)))
        self.A_log = nn.Parameter(torch.log(torch.empty(self.heads).uniform_(1, 16)))
        self.D = nn.Parameter(torch.ones(self.heads))
        self.in_proj = Linear(width, 2 * inner + 2 * state + self.heads)
        self.conv1d = CausalConv(inner + 2 * state, conv) if conv else nn.Identity()
        self.norm = RMSNorm(inner)
        self.out_proj = Linear(inner, width)

    def forward(self, x):
        z, u, delta = self.in_proj(x).split([self.sizes[0], sum(self.sizes), self.heads], -1)
        v, k, q = F.silu(self.conv1d(u)).split(self.sizes, -1)
        v = split_heads(v, self.heads)
        k, q = (w.unsqueeze(2).expand(-1, -1, self.heads, -1) for w in (k, q))
        delta = F.softplus(delta + self.dt_bias)
        g = -torch.exp(self.A_log) * delta
        y, _ = ops.chunk_simple_gla(q, k, delta.unsqueeze(-1) * v, g, scale=1.0)
        y = y + self.D[:, None] * v
        return self.out_proj(self.norm(y.flatten(2) * F.silu(z)))


def turned(x, phi):
    """Turns the pairs (x_0, x_1), (x_2, x_3), ... of the last axis by φ [..., J]; pairs beyond J stay."""
    pairs = x[..., : 2 * phi.shape[-1]].unflatten(-1, (-1, 2))
    a, b = pairs[..., 0], pairs[..., 1]
    cosine, sine = torch.cos(phi), torch.sin(phi)
    turning = torch.stack([a * cosine - b * sine, a * sine + b * cosine], -1).flatten(-2)
    return torch.cat([turning, x[..., 2 * phi.shape[-1] :]], -1)


class Mamba3(nn.Module):
    """S_t = α (S_{t-1} + (1 - λ) Δ k_{t-1}ᵀ v_{t-1}) + λ Δ k_tᵀ v_t, keys and queries turned
    (arXiv:2603.15569)."""

    def __init__(self, width, length, state, expand, head_size, turning, rate, conv):
        super().__init__()
        inner = ratio(expand, width)
        self.heads, self.heavy_tail = inner // head_size, rate == "heavy_tail"
        angles = state // 2 if turning == "all" else state // 4
        self.vBC = [inner, state, state]
        self.sizes = [inner, sum(self.vBC), self.heads, self.heads, self.heads, angles]
        self.dt_bias = nn.Parameter(inverse_softplus(log_uniform_steps(self.heads)))
        self.B_bias = nn.Parameter(torch.ones(self.heads, state))
        self.C_bias = nn.Parameter(torch.ones(self.heads, state))
        self.D = nn.Parameter(torch.ones(self.heads))
        self.in_proj = Linear(width, sum(self.sizes))
        self.conv = ResidualConv(sum(self.vBC), conv)
        self.B_norm = RMSNorm(state)
        self.C_norm = RMSNorm(state)
        self.out_proj = Linear(inner, width)

    def forward(self, x):
        z, rows, step, rate, share, angle = self.in_proj(x).split(self.sizes, -1)
        v, B, C = self.conv(rows).split(self.vBC, -1)
        v = split_heads(v, self.heads)
        delta = F.softplus(step + self.dt_bias)  # [B, T, H]
        if self.heavy_tail:  # 1 + x for x ≥ 0, else 1 / (1 - x)
            rate = rate.clamp(min=0) + 1 / (1 - rate.clamp(max=0))
        else:
            rate = F.softplus(rate)
        g = delta * (-rate).clamp(max=-1e-4)
        now = torch.sigmoid(share) * delta
        before = (1 - torch.sigmoid(share)) * delta
        turn = delta.unsqueeze(-1) * (math.pi * torch.tanh(angle)).unsqueeze(-2)
        phi = torch.remainder(turn.double().cumsum(1), 2 * math.pi).to(turn.dtype)  # [B, T, H, J]
        k = turned(self.B_norm(B).unsqueeze(2) + self.B_bias, phi)
        q = turned(self.C_norm(C).unsqueeze(2) + self.C_bias, phi)
        # One recurrence takes up both terms if it runs a token behind.
        uptake = torch.exp(g) * (previous_token(now) + before)
        later_k, later_v = (previous_token(u.flatten(2)).view_as(u) for u in (k, v))
        past, _ = ops.chunk_simple_gla(q, uptake.unsqueeze(-1) * later_k, later_v, g, scale=1.0)
        y = past + (now * (q * k).sum(-1) + self.D).unsqueeze(-1) * v
        return self.out_proj(y.flatten(2) * F.silu(z))


class Rtf(nn.Module):
    """A rational transfer function a channel, evaluated at roots of one (arXiv:2405.06147)."""

    def __init__(self, width, length, state, roots):
        super().__init__()
        self.roots = max(length, state + 1)
        if roots == "even":
            self.roots += self.roots % 2
        self.ab = nn.Parameter(torch.zeros(2 * width, state))
        self.h_0 = nn.Parameter(torch.randn(width))
        self.output_linear = Linear(width, 2 * width, bias=True)

    def forward(self, x):
        # In float64: near a root of 1 + a the quotient is steep.
        padded = F.pad(self.ab.double(), (1, self.roots - 1 - self.ab.shape[1]))
        a, b = torch.fft.rfft(padded).chunk(2, 0)
        h = torch.fft.irfft(b / (1 + a) + self.h_0.double()[:, None], n=self.roots)[:, : x.shape[1]].to(x.dtype)
        y = long_convolution(x.transpose(1, 2), h).transpose(1, 2)
        return F.glu(self.output_linear(F.gelu(y)), -1)


class S4d(nn.Module):
    """y_t = Re C h_t, h = exp(Δ A) h + B̄ x with diagonal complex A, as a long convolution (arXiv:2206.11893)."""

    def __init__(self, width, length, state, init):
        super().__init__()
        n = torch.arange(state // 2, dtype=torch.float64)[:, None]
        frequencies = math.pi * n if init == "lin" else state / math.pi * (state / (2 * n + 1) - 1)
        self.log_dt = nn.Parameter(torch.log(log_uniform_steps(width)))
        self.C = nn.Parameter(math.sqrt(0.5) * torch.randn(2, state // 2, width))
        self.log_A_real = nn.Parameter(torch.full((state // 2, width), math.log(0.5)))
        self.A_imag = nn.Parameter(frequencies.float().repeat(1, width))
        self.D = nn.Parameter(torch.randn(width))
        self.output_linear = nn.Linear(width, 2 * width)

    def forward(self, x):
        A = torch.complex(-torch.exp(self.log_A_real), self.A_imag)
        z = torch.exp(self.log_dt) * A
        w = 2 * torch.expm1(z) / A * torch.complex(self.C[0], self.C[1])
        t = torch.arange(x.shape[1], device=x.device)
        h = (w.unsqueeze(-1) * torch.exp(z.unsqueeze(-1) * t)).real.sum(0)  # [D, T]
        y = long_convolution(x.transpose(1, 2), h).transpose(1, 2) + x * self.D
        return F.glu(self.output_linear(F.gelu(y)), -1)


def lecun_normal(shape, fan_in):
    """Flax's: normal numbers cut off at two deviations, of deviation 1/√fan_in after the cut."""
    deviation = fan_in**-0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(torch.empty(shape, dtype=torch.float64), 0, deviation, -2 * deviation, 2 * deviation)


def hippo_modes(n):
    """One of each pair of conjugate eigenvalues of the normal part of HiPPO-LegS, and their vectors [n, n/2]."""
    root = torch.sqrt(2 * torch.arange(n, dtype=torch.float64) + 1)
    outer = torch.outer(root, root) / 2
    skew = torch.triu(outer, 1) - torch.tril(outer, -1)
    imaginary, vectors = torch.linalg.eigh(torch.complex(torch.zeros_like(skew), -skew))
    half = vectors[:, : n // 2]
    half = half * (half[:1].conj() / half[:1].abs())  # a vector's phase is free: its first number is made real
    return torch.complex(torch.full((n // 2,), -0.5, dtype=torch.float64), imaginary[: n // 2]), half


class S5(nn.Module):
    """h = λ h + B̄ x, y = Re C h + D x over all channels at once (arXiv:2208.04933)."""

    def __init__(self, width, length, state, blocks, conv):
        super().__init__()
        values, vectors = hippo_modes(state // blocks)
        V = torch.block_diag(*[vectors] * blocks)  # [P, P/2]
        B = V.conj().T @ lecun_normal((state, width), state).to(V.dtype)
        C = torch.complex(*lecun_normal((2, width, state), state)) @ V
        self.Lambda_re = nn.Parameter(values.real.repeat(blocks).float())
        self.Lambda_im = nn.Parameter(values.imag.repeat(blocks).float())
        self.B = nn.Parameter(torch.stack([B.real, B.imag]).float())
        self.C = nn.Parameter(torch.stack([C.real, C.imag]).float())
        self.D = nn.Parameter(torch.randn(width))
        self.log_step = nn.Parameter(torch.log(log_uniform_steps(state // 2)))
        self.conv = ResidualConv(state, conv)
        self.out2 = Linear(width, width, bias=True)

    def forward(self, x):
        Lambda = torch.complex(self.Lambda_re.clamp(max=-1e-4), self.Lambda_im)
        z = torch.exp(self.log_step) * Lambda
        taken = (torch.expm1(z) / Lambda)[:, None] * torch.complex(self.B[0], self.B[1])  # B̄ [P/2, D]
        u = self.conv(torch.cat([F.linear(x, taken.real), F.linear(x, taken.imag)], -1))
        h = ops.linear_scan(z.expand(x.shape[1], -1), torch.complex(*u.chunk(2, -1)))
        y = 2 * (F.linear(h.real, self.C[0]) - F.linear(h.imag, self.C[1])) + x * self.D
        y = F.gelu(y, approximate="tanh")
        return y * torch.sigmoid(self.out2(y))
