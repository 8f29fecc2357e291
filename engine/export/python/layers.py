import math
from fractions import Fraction

import torch
from torch import nn
from torch.nn import functional as F


def ratio(value, total):
    """`value`, a number or a text like "8/3", of `total`, rounded."""
    return math.floor(Fraction(value) * total + Fraction(1, 2))


class Linear(nn.Linear):
    """torch.nn.Linear, weights ~ U(±1/√inputs) as there, but its bias begins at zero."""

    def __init__(self, inputs, outputs, bias=False):
        super().__init__(inputs, outputs, bias)
        if bias:
            nn.init.zeros_(self.bias)


class LayerNorm(nn.LayerNorm):
    """torch.nn.LayerNorm."""


class RMSNorm(nn.RMSNorm):
    """torch.nn.RMSNorm, whose eps is a number."""

    def __init__(self, width, eps=1e-5):
        super().__init__(width, eps)


class GroupNorm(nn.Module):
    """LayerNorm over each of `groups` equal parts of the channels, a weight and a bias for every channel."""

    def __init__(self, groups, width, eps=1e-5, bias=True):
        super().__init__()
        self.groups, self.eps = groups, eps
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width)) if bias else None

    def forward(self, x):
        parts = x.unflatten(-1, (self.groups, -1))
        y = F.layer_norm(parts, parts.shape[-1:], eps=self.eps).flatten(-2) * self.weight
        return y if self.bias is None else y + self.bias


class CausalConv(nn.Module):
    """Depthwise convolution over the last `taps` tokens. x [B, T, C]; weight [C, taps], the last tap is the token's."""

    def __init__(self, channels, taps, bias=True):
        super().__init__()
        bound = taps**-0.5
        self.weight = nn.Parameter(torch.empty(channels, taps).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(channels).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        channels, taps = self.weight.shape
        past = F.pad(x.transpose(1, 2), (taps - 1, 0))
        return F.conv1d(past, self.weight.unsqueeze(1), self.bias, groups=channels).transpose(1, 2)


class ResidualConv(nn.Module):
    """x + conv(x) without bias: a Canon layer (Allen-Zhu 2025, arXiv:2512.17351). Without taps x alone."""

    def __init__(self, channels, taps):
        super().__init__()
        self.conv1d = CausalConv(channels, taps, bias=False) if taps else None

    def forward(self, x):
        return x if self.conv1d is None else x + self.conv1d(x)

    def beside(self, *parts):
        """The same of parts whose channels lie beside each other."""
        return self(torch.cat(parts, -1)).split([part.shape[-1] for part in parts], -1)


def l2_normalised(x, eps=1e-6):
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + eps)


def split_heads(x, heads):
    """[B, T, heads d] -> [B, T, heads, d]"""
    return x.unflatten(-1, (heads, -1))


def rotary(x, rotated=None):
    """Turns the pairs (x_j, x_{j + n/2}) of the first n = `rotated` channels by t 10000^(-2j/n). x [B, T, H, d]"""
    n = x.shape[-1] if rotated is None else rotated
    if n == 0:
        return x
    j = torch.arange(n // 2, dtype=torch.float64, device=x.device)
    t = torch.arange(x.shape[1], dtype=torch.float64, device=x.device)
    angle = t[:, None, None] * 10000.0 ** (-j / (n // 2))
    cosine, sine = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., : n // 2], x[..., n // 2 : n]
    return torch.cat([a * cosine - b * sine, a * sine + b * cosine, x[..., n:]], -1)


def previous_token(x):
    """x_{t-1} at every t, zeros at the first. [B, T, C]"""
    return F.pad(x, (0, 0, 1, -1))


def initial_shares(width, power):
    """From the token before, in the first channel, to its own in the last."""
    return 1 - (torch.arange(width) / width) ** power


def log_uniform_steps(*shape):
    """Step sizes, log-uniform in [0.001, 0.1]."""
    return torch.exp(math.log(1e-3) + torch.rand(*shape) * math.log(100))


def inverse_softplus(y):
    return y + torch.log(-torch.expm1(-y))


def long_convolution(u, h):
    """y_t = Σ_{s≤t} h_{t-s} u_s. u [B, C, T], h [C, T]"""
    size = 2 * u.shape[-1]
    spectrum = torch.fft.rfft(u.float(), n=size) * torch.fft.rfft(h.float(), n=size)
    return torch.fft.irfft(spectrum, n=size)[..., : u.shape[-1]].to(u.dtype)


def routed(scores, active):
    """Weights of the `active` best experts, zeros for others, and the loss that balances them. scores [..., E]"""
    best, chosen = scores.topk(active, -1)
    shares = scores.softmax(-1)
    kept = shares.gather(-1, chosen) if active == 1 else best.softmax(-1)
    weights = torch.zeros_like(shares).scatter(-1, chosen, kept)
    experts = scores.shape[-1]
    used = F.one_hot(chosen, experts).to(scores.dtype).sum(-2) / active
    balance = 0.01 * experts * (used.reshape(-1, experts).mean(0) * shares.reshape(-1, experts).mean(0)).sum()
    return weights, balance
