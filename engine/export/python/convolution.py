import math

import torch
from torch import nn
from torch.nn import functional as F

from layers import CausalConv, Linear, long_convolution, ratio, routed, split_heads


class Canon(nn.Module):
    """A short convolution alone: a residual stage of its own (arXiv:2512.17351)."""

    def __init__(self, width, length, conv):
        super().__init__()
        self.conv = CausalConv(width, conv, bias=False)

    def forward(self, x):
        return self.conv(x)


class GatedShortConv(nn.Module):
    """C * conv(B * u) (LFM2)."""

    def __init__(self, width, length, conv):
        super().__init__()
        self.in_proj = Linear(width, 3 * width)
        self.conv = CausalConv(width, conv, bias=False)
        self.out_proj = Linear(width, width)

    def forward(self, x):
        b, c, u = self.in_proj(x).chunk(3, -1)
        return self.out_proj(c * self.conv(b * u))


class ShortConv(nn.Module):
    """silu(conv(u)) * g."""

    def __init__(self, width, length, expand, conv):
        super().__init__()
        inner = ratio(expand, width)
        self.in_proj = Linear(width, 2 * inner, bias=True)
        self.conv = CausalConv(inner, conv, bias=False)
        self.out_proj = Linear(inner, width, bias=True)

    def forward(self, x):
        u, g = self.in_proj(x).chunk(2, -1)
        return self.out_proj(F.silu(self.conv(u)) * g)


class Sine(nn.Module):
    """sin(f x), f trained."""

    def __init__(self, order):
        super().__init__()
        self.freq = nn.Parameter(torch.full((1, order), 10.0))

    def forward(self, x):
        return torch.sin(self.freq.double() * x)


class HyenaFilter(nn.Module):
    """A filter a channel, as an MLP with sines over features of the position, times a decay (arXiv:2302.10866). In
    float64: three sines of frequency 10 in a row enlarge rounding a thousandfold."""

    def __init__(self, channels, order, length):
        super().__init__()
        self.channels, self.length = channels, length
        self.implicit_filter = nn.ModuleDict({
            "0": Linear(3, order, bias=True),
            "1": Sine(order),  # the same after each layer
            "2": Linear(order, order, bias=True),
            "4": Linear(order, order, bias=True),
            "6": Linear(order, channels),
        })

    def forward(self, length):
        layers = self.implicit_filter
        wide = {"dtype": torch.float64, "device": layers["0"].weight.device}
        t = torch.linspace(0, 1, self.length, **wide)[:length]
        w = 2 * math.pi * torch.arange(length, **wide) / self.length
        u = torch.stack([t, torch.cos(w), -torch.sin(w)], -1)
        for name in ("0", "2", "4"):
            u = layers["1"](F.linear(u, layers[name].weight.double(), layers[name].bias.double()))
        slowest, fastest = math.log(0.01) / 1.5, math.log(0.01) / 0.3
        decay = torch.exp(-torch.linspace(slowest, fastest, self.channels, **wide).abs()[:, None] * t)
        return (F.linear(u, layers["6"].weight.double()).T * decay).to(layers["6"].weight.dtype)  # [channels, length]


class LongFilter(nn.Module):
    """A long filter a channel, and a weight on the current token."""

    def __init__(self, channels, order, length):
        super().__init__()
        self.bias = nn.Parameter(torch.randn(channels))
        self.filter = HyenaFilter(channels, order, length)

    def forward(self, u):  # [B, T, C]
        u = u.transpose(1, 2)
        return (long_convolution(u, self.filter(u.shape[-1])) + u * self.bias[:, None]).transpose(1, 2)


class Hyena(nn.Module):
    """A long implicit convolution between two gates (arXiv:2302.10866)."""

    def __init__(self, width, length, inner, filter_order, proj_groups, conv):
        super().__init__()
        inner = ratio(inner, width)
        self.groups = proj_groups
        self.in_proj = Linear(width, 3 * inner // proj_groups, bias=True)
        self.short_filter = CausalConv(3 * inner, conv) if conv else nn.Identity()
        self.long_conv = LongFilter(inner, filter_order, length)
        self.out_proj = Linear(inner, width, bias=True)

    def forward(self, x):
        x0, x1, v = self.short_filter(self.in_proj(x).repeat(1, 1, self.groups)).chunk(3, -1)
        return self.out_proj(self.long_conv(v * x1) * x0)


class HyenaExperts(nn.Module):
    """Small Hyenas of which each token reads the `active` best."""

    def __init__(self, width, length, experts, active, filter_order, conv):
        super().__init__()
        self.experts, self.active = experts, active
        self.in_proj = Linear(width, 3 * width, bias=True)
        self.short_filter = CausalConv(3 * width, conv) if conv else nn.Identity()
        self.long_conv = LongFilter(width, filter_order, length)
        self.router = Linear(width, experts)
        self.out_proj = Linear(width // experts, width, bias=True)
        self.aux_loss = None  # of the last call; a part of the training loss

    def forward(self, x):
        x0, x1, v = self.short_filter(self.in_proj(x)).chunk(3, -1)
        y = (self.long_conv(v * x1) * x0).unflatten(-1, (-1, self.experts))
        weights, self.aux_loss = routed(self.router(x), self.active)
        return self.out_proj((y * weights.unsqueeze(-2)).sum(-1))


class MhHyena(nn.Module):
    """Hyena with a filter a head, over outer products of the head's channels: x1_t Σ_s h_{t-s} v_sᵀ x2_s."""

    def __init__(self, width, length, head_size, filter_order, proj_groups, conv):
        super().__init__()
        self.heads, self.groups = width // head_size, proj_groups
        self.in_proj = Linear(width, 3 * width // proj_groups, bias=True)
        self.short_filter = CausalConv(3 * width, conv) if conv else nn.Identity()
        self.long_conv = LongFilter(self.heads, filter_order, length)
        self.out_proj = Linear(width, width, bias=True)

    def forward(self, x):
        parts = self.short_filter(self.in_proj(x).repeat(1, 1, self.groups)).chunk(3, -1)
        x1, x2, v = (split_heads(u, self.heads).transpose(1, 2) for u in parts)  # [B, H, T, M]
        h = self.long_conv.filter(x.shape[1])
        h = torch.cat([h[:, :1] + self.long_conv.bias[:, None], h[:, 1:]], 1)  # one more weight on the current token
        t = torch.arange(x.shape[1], device=x.device)
        lag = t[:, None] - t
        fade = h[:, lag.clamp(min=0)] * (lag >= 0)  # [H, T, T]
        y = (x1 @ v.transpose(-1, -2) * fade) @ x2
        return self.out_proj(y.transpose(1, 2).flatten(2))


class LongConv(nn.Module):
    """A long explicit filter a channel, squashed towards zero (arXiv:2302.06646)."""

    def __init__(self, width, length, smooth):
        super().__init__()
        self.smooth = smooth or 1
        rate = (width // 2) ** (torch.arange(width) / width)
        fade = torch.exp(-rate[:, None] * torch.arange(length) / length)
        self.kernel = nn.Parameter(0.02 * torch.randn(width, length) * fade)
        self.D = nn.Parameter(torch.randn(width))
        self.output_linear = Linear(width, 2 * width, bias=True)

    def forward(self, x):
        kernel = self.kernel
        if self.smooth > 1:
            kernel = F.avg_pool1d(kernel, self.smooth, 1, self.smooth // 2)
        h = F.softshrink(kernel, 0.001)[:, : x.shape[1]]
        u = x.transpose(1, 2)
        y = (long_convolution(u, h) + u * self.D[:, None]).transpose(1, 2)
        return F.glu(self.output_linear(F.gelu(y)), -1)
