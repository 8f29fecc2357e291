from fractions import Fraction

import torch
from torch import nn
from torch.nn import functional as F

import recurrences as ops
from layers import CausalConv, GroupNorm, Linear, ResidualConv, ratio


class Headwise(nn.Module):
    """G matrices in H diagonal blocks: x [..., D] -> [..., G D], matrix by matrix."""

    def __init__(self, heads, matrices, width):
        super().__init__()
        d = width // heads
        self.weight = nn.Parameter(torch.empty(heads, matrices, d, d).uniform_(-(d**-0.5), d**-0.5))

    def forward(self, x):
        return torch.einsum("...hi,hgoi->...gho", x.unflatten(-1, (self.weight.shape[0], -1)), self.weight).flatten(-3)


class Recurrent(Headwise):
    """Such matrices with biases."""

    def __init__(self, heads, matrices, width):
        super().__init__(heads, matrices, width)
        self.bias = nn.Parameter(torch.empty(matrices * width).uniform_(-(width**-0.5), width**-0.5))


class Gru(nn.Module):
    """torch.nn.GRU with block-diagonal recurrent matrices; gates r, z, n."""

    def __init__(self, width, length, heads, conv):
        super().__init__()
        self.input = nn.Linear(width, 3 * width)
        self.conv = ResidualConv(3 * width, conv)
        self.recurrent = Recurrent(heads, 3, width)

    def forward(self, x):
        return ops.gru(self.conv(self.input(x)), self.recurrent.weight, self.recurrent.bias)


class Lstm(nn.Module):
    """torch.nn.LSTM with block-diagonal recurrent matrices; gates i, f, g, o."""

    def __init__(self, width, length, heads, forget_bias, conv):
        super().__init__()
        self.input = nn.Linear(width, 4 * width)
        self.conv = ResidualConv(4 * width, conv)
        self.recurrent = Recurrent(heads, 4, width)
        with torch.no_grad():
            self.input.bias[width : 2 * width] += forget_bias

    def forward(self, x):
        return ops.lstm(self.conv(self.input(x)), self.recurrent.weight, self.recurrent.bias)


class Slstm(nn.Module):
    """An LSTM with exponential gates and a normaliser (arXiv:2405.04517)."""

    def __init__(self, width, length, heads, forget, conv):
        super().__init__()
        self.sigmoid = forget == "sigmoid"
        d = width // heads
        self.conv1d = CausalConv(width, conv) if conv else None
        self.conv_gates = Headwise(heads, 2, width)
        self.gates = Headwise(heads, 2, width)
        self.recurrent = Recurrent(heads, 4, width)
        self.norm = GroupNorm(heads, width, bias=False)
        nn.init.zeros_(self.recurrent.weight)
        nn.init.zeros_(self.recurrent.bias)
        with torch.no_grad():  # from long memory to short within each head
            self.recurrent.bias[width : 2 * width] = (5 - 12 * (torch.arange(d) / (d - 1)) ** 0.3).repeat(heads)

    def forward(self, x):
        u = x if self.conv1d is None else F.silu(self.conv1d(x))
        rows = torch.cat([self.conv_gates(u), self.gates(x)], -1)
        return self.norm(ops.slstm(rows, self.recurrent.weight, self.recurrent.bias, self.sigmoid))


class MinRnn(nn.Module):
    """What minGRU and minLSTM share: gates that see the input alone (arXiv:2410.01201)."""

    def __init__(self, width, rows, expand, candidate, conv):
        super().__init__()
        self.rows, self.positive = rows, candidate == "positive"
        inner = ratio(expand, width)
        self.conv1d = CausalConv(width, conv) if conv else None
        self.in_proj = nn.Linear(width, rows * inner)
        self.out_proj = nn.Linear(inner, width)

    def candidate(self, u):
        return F.relu(u) + torch.sigmoid(u.clamp(max=0)) if self.positive else u

    def forward(self, x):
        u = x if self.conv1d is None else x + self.conv1d(x)
        log_keep, take = self.gated(*self.in_proj(u).chunk(self.rows, -1))
        h, _ = ops.chunk_hgrn(take, log_keep)
        return self.out_proj(h)


class Mingru(MinRnn):
    """h_t = (1 - z) h_{t-1} + z candidate."""

    def __init__(self, width, length, expand, candidate, conv):
        super().__init__(width, 2, expand, candidate, conv)

    def gated(self, z, u):
        return F.logsigmoid(-z), torch.sigmoid(z) * self.candidate(u)


class Minlstm(MinRnn):
    """h_t = f h_{t-1} + i candidate, f + i = 1 if normalised."""

    def __init__(self, width, length, expand, candidate, conv, normalise, forget_bias):
        super().__init__(width, 3, expand, candidate, conv)
        self.normalise = normalise
        with torch.no_grad():
            self.in_proj.bias[: self.in_proj.bias.shape[0] // 3] += forget_bias

    def gated(self, f, i, u):
        if not self.normalise:
            return F.logsigmoid(f), torch.sigmoid(i) * self.candidate(u)
        odds = F.logsigmoid(f) - F.logsigmoid(i)
        return F.logsigmoid(odds), torch.sigmoid(-odds) * self.candidate(u)


class InputScale(torch.autograd.Function):
    """√(1 - a²) from log a. Where a is 1 the root has no slope; it is bounded."""

    @staticmethod
    def forward(ctx, log_a):
        root = torch.sqrt(-torch.expm1(2 * log_a))
        ctx.save_for_backward(root)
        return root

    @staticmethod
    def backward(ctx, gradient):
        (root,) = ctx.saved_tensors
        return gradient * (root * root - 1) / root.clamp(min=5e-4)


class RgLru(nn.Module):
    """h_t = a_t h_{t-1} + √(1 - a_t²) i_t u_t, a_t = σ(Λ)^(8 r_t) (Griffin, arXiv:2402.19427)."""

    def __init__(self, width, length, heads, expand, conv, decay_range):
        super().__init__()
        inner = heads * ratio(Fraction(expand) / heads, width)
        self.linear_y = Linear(width, inner, bias=True)
        self.linear_x = Linear(width, inner, bias=True)
        self.conv1d = CausalConv(inner, conv) if conv else nn.Identity()
        if conv:
            nn.init.zeros_(self.conv1d.bias)
        if decay_range == "power":  # σ(Λ)^8 in [0.9, 0.999]
            log_a = torch.log(torch.empty(inner).uniform_(0.9, 0.999)) / 8
        else:  # σ(Λ) in [0.9, 0.999], σ(Λ)² uniform
            log_a = torch.log(torch.empty(inner).uniform_(0.9**2, 0.999**2)) / 2
        self.register_parameter("lambda", nn.Parameter(log_a - torch.log(-torch.expm1(log_a))))
        self.gates = Recurrent(heads, 2, inner)
        nn.init.zeros_(self.gates.bias)
        self.linear_out = Linear(inner, width, bias=True)

    def forward(self, x):
        u = self.conv1d(self.linear_x(x))
        r, i = torch.sigmoid(self.gates(u) + self.gates.bias).chunk(2, -1)
        log_a = r * 8 * F.logsigmoid(getattr(self, "lambda"))
        h, _ = ops.chunk_hgrn(InputScale.apply(log_a) * (i * u), log_a)
        return self.linear_out(h * F.gelu(self.linear_y(x), approximate="tanh"))
