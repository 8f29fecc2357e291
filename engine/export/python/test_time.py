import math

import torch
from torch import nn
from torch.nn import functional as F

import recurrences as ops
from layers import CausalConv, LayerNorm, Linear, RMSNorm, l2_normalised, rotary, split_heads


class MesaNet(nn.Module):
    """The ridge regression of values on keys of a fading past, solved at every token (arXiv:2506.05233)."""

    def __init__(self, width, length, heads, conv, gate):
        super().__init__()
        self.heads, self.least = heads, 0.25
        size = width // heads
        self.lambda_params = nn.Parameter(torch.full((heads, size), math.log(math.expm1(1 - self.least))))
        self.q_proj = Linear(width, width)
        self.k_proj = Linear(width, width)
        self.v_proj = Linear(width, width)
        self.a_proj = Linear(width, heads, bias=True)
        self.b_proj = Linear(width, heads, bias=True)
        self.q_conv1d = CausalConv(width, conv, bias=False) if conv else nn.Identity()
        self.k_conv1d = CausalConv(width, conv, bias=False) if conv else nn.Identity()
        self.g_proj = Linear(width, width) if gate else None
        self.o_norm = RMSNorm(size)
        self.o_proj = Linear(width, width)

    def forward(self, x):
        q, k = F.silu(self.q_conv1d(self.q_proj(x))), F.silu(self.k_conv1d(self.k_proj(x)))
        q, k = (l2_normalised(split_heads(u, self.heads)) for u in (q, k))
        v = split_heads(self.v_proj(x), self.heads)
        lamb = F.softplus(self.lambda_params) + self.least
        g, beta = F.logsigmoid(self.a_proj(x)), torch.sigmoid(self.b_proj(x))
        o, _, _ = ops.chunk_mesa_net(q, k, v, g, beta, lamb)
        o = self.o_norm(o).flatten(2)
        return self.o_proj(o if self.g_proj is None else o * F.silu(self.g_proj(x)))


class TttLinear(nn.Module):
    """A linear map a head that is trained, a gradient step a mini-batch, to reconstruct values from keys
    (arXiv:2407.04620)."""

    def __init__(self, width, length, heads, mini_batch, conv, gate):
        super().__init__()
        self.heads, self.mini_batch = heads, mini_batch
        size = width // heads
        self.q_proj = Linear(width, width)
        self.conv_q = CausalConv(width, conv) if conv else None  # one projection, two convolutions
        self.conv_k = CausalConv(width, conv) if conv else None
        self.k_proj = None if conv else Linear(width, width)
        self.v_proj = Linear(width, width)
        self.o_proj = Linear(width, width)
        self.learnable_ttt_lr = Linear(width, heads, bias=True)
        self.g_proj = Linear(width, width) if gate else None
        self.post_norm = LayerNorm(width, eps=1e-6)
        self.learnable_token_idx = nn.Parameter(torch.zeros(mini_batch))
        self.ttt_norm_weight = nn.Parameter(torch.ones(heads, size))
        self.ttt_norm_bias = nn.Parameter(torch.zeros(heads, size))
        self.W1 = nn.Parameter(0.02 * math.sqrt(64 / size) * torch.randn(heads, size, size))
        self.b1 = nn.Parameter(torch.zeros(heads, size))

    def placed(self, u):
        """Each token turned by its place in its mini-batch."""
        batch, length, n = u.shape[0], u.shape[1], self.mini_batch
        u = F.pad(split_heads(u, self.heads), (0, 0, 0, 0, 0, -length % n))
        return rotary(u.unflatten(1, (-1, n)).flatten(0, 1)).unflatten(0, (batch, -1)).flatten(1, 2)[:, :length]

    def forward(self, x):
        shared = self.q_proj(x)
        q = self.placed(shared if self.conv_q is None else self.conv_q(shared))
        k = self.placed(self.k_proj(x) if self.conv_k is None else self.conv_k(shared))
        v = split_heads(self.v_proj(x), self.heads)
        rate = torch.sigmoid(self.learnable_ttt_lr(x)) / q.shape[-1]  # [B, T, H]: what a token teaches
        places = torch.arange(1, self.mini_batch + 1, device=x.device)
        scale = (1 / places + self.learnable_token_idx).clamp(min=0)
        z = ops.ttt_linear(q, k, v, self.ttt_norm_weight, self.ttt_norm_bias, rate, scale, self.W1, self.b1)
        y = self.post_norm(z.flatten(2))
        return self.o_proj(y if self.g_proj is None else y * F.gelu(self.g_proj(x), approximate="tanh"))
