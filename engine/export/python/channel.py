import torch
from torch import nn
from torch.nn import functional as F

from layers import Linear, ResidualConv, initial_shares, previous_token, ratio, routed


class Identity(nn.Module):
    """x itself."""

    def __init__(self, width, length):
        super().__init__()

    def forward(self, x):
        return x


class Mlp(nn.Module):
    """Two projections with an activation between them."""

    def __init__(self, width, length, inner, activation, conv):
        super().__init__()
        inner = ratio(inner, width)
        self.squared_relu = activation == "relu2"
        self.fc = Linear(width, inner)
        self.conv = ResidualConv(inner, conv)
        self.proj = Linear(inner, width)

    def forward(self, x):
        u = self.conv(self.fc(x))
        return self.proj(F.relu(u).square() if self.squared_relu else F.gelu(u, approximate="tanh"))


class Swiglu(nn.Module):
    """W3 (act(W1 x) * W2 x) (arXiv:2002.05202)."""

    def __init__(self, width, length, inner, activation, conv):
        super().__init__()
        inner = ratio(inner, width)
        self.gelu = activation == "gelu"
        self.w1 = Linear(width, inner)
        self.w2 = Linear(width, inner)
        self.conv = ResidualConv(2 * inner, conv)
        self.w3 = Linear(inner, width)

    def forward(self, x):
        a, b = self.conv.beside(self.w1(x), self.w2(x))
        return self.w3((F.gelu(a, approximate="tanh") if self.gelu else F.silu(a)) * b)


class SharedExperts(nn.Module):
    """The experts that every token uses, as one gated MLP."""

    def __init__(self, width, inner):
        super().__init__()
        self.w1 = Linear(width, inner)
        self.w2 = Linear(width, inner)
        self.w3 = Linear(inner, width)

    def forward(self, x):
        return self.w3(F.silu(self.w1(x)) * self.w2(x))


class Moe(nn.Module):
    """Gated MLPs of which each token uses the `active` best, computed as one wide MLP with weighted hidden channels."""

    def __init__(self, width, length, experts, active, shared, inner):
        super().__init__()
        inner = ratio(inner, width)
        self.experts, self.active = experts, active
        self.router = Linear(width, experts)
        self.w1 = Linear(width, experts * inner)
        self.w2 = Linear(width, experts * inner)
        self.w3 = Linear(experts * inner, width)
        nn.init.uniform_(self.w3.weight, -(inner**-0.5), inner**-0.5)
        self.shared = SharedExperts(width, shared * inner) if shared else None
        self.aux_loss = None  # of the last call; a part of the training loss

    def forward(self, x):
        weights, self.aux_loss = routed(self.router(x), self.active)
        hidden = (F.silu(self.w1(x)) * self.w2(x)).unflatten(-1, (self.experts, -1))
        y = self.w3((hidden * weights.unsqueeze(-1)).flatten(-2))
        return y if self.shared is None else y + self.shared(x)


class RwkvChannel(nn.Module):
    """RWKV's channel mixer: a squared ReLU over a token shift, gated (arXiv:2404.05892)."""

    def __init__(self, width, length, inner, gate, conv):
        super().__init__()
        inner = ratio(inner, width)
        self.time_maa_k = nn.Parameter(initial_shares(width, 1))
        self.key = Linear(width, inner)
        self.conv = ResidualConv(inner, conv)
        self.value = Linear(inner, width)
        self.time_maa_r = nn.Parameter(initial_shares(width, 1)) if gate else None
        self.receptance = Linear(width, width) if gate else None

    def forward(self, x):
        change = previous_token(x) - x
        y = self.value(F.relu(self.conv(self.key(x + change * self.time_maa_k))).square())
        return y if self.receptance is None else torch.sigmoid(self.receptance(x + change * self.time_maa_r)) * y
