import importlib
import math

import torch
from torch.nn import functional as F

# Of flash-linear-attention, by name: with USE_FLA=1 in the environment its kernels take the place of the functions
# below.
FLA = {
    "chunk_comba": "fla.ops.comba",
    "chunk_delta_rule": "fla.ops.delta_rule",
    "chunk_gated_delta_product": "fla.ops.gated_delta_product",
    "chunk_gated_delta_rule": "fla.ops.gated_delta_rule",
    "chunk_gdn2": "fla.ops.gdn2",
    "chunk_gla": "fla.ops.gla",
    "chunk_gsa": "fla.ops.gsa",
    "chunk_hgrn": "fla.ops.hgrn",
    "chunk_kda": "fla.ops.kda",
    "chunk_linear_attn": "fla.ops.linear_attn",
    "chunk_mesa_net": "fla.ops.mesa_net",
    "chunk_retention": "fla.ops.retention",
    "chunk_rwkv6": "fla.ops.rwkv6",
    "chunk_rwkv7": "fla.ops.rwkv7",
    "chunk_simple_gla": "fla.ops.simple_gla",
    "parallel_forgetting_attn": "fla.ops.forgetting_attn",
}


def use_fla():
    for name, module in FLA.items():
        globals()[name] = getattr(importlib.import_module(module), name)


def zeros_if_none(state, like, *sizes):
    return like.new_zeros(sizes) if state is None else state


def tokens(*tensors):
    """One tuple a token of tensors [B, T, ...]."""
    return zip(*(tensor.unbind(1) for tensor in tensors))


def read(q, state):
    """q [B, H, K] of state [B, H, K, V] -> [B, H, V]"""
    return torch.einsum("bhk,bhkv->bhv", q, state)


def outer(k, v):
    return k.unsqueeze(-1) * v.unsqueeze(-2)


def decaying(q, k, v, g, scale, state, chunk=16):
    """S = exp(g) S + kᵀ v, o = scale q S; g [B, T, H, K or 1]. In chunks: within one, all pairs of tokens at once."""
    q = q * (q.shape[-1] ** -0.5 if scale is None else scale)
    state = zeros_if_none(state, v, q.shape[0], *q.shape[2:], v.shape[-1])
    o = []
    for q_c, k_c, v_c, g_c in zip(*(x.split(chunk, 1) for x in (q, k, v, g))):
        c = g_c.double().cumsum(1)
        later = torch.ones(c.shape[1], c.shape[1], dtype=torch.bool, device=c.device).triu(1)[..., None, None]
        fade = (c.unsqueeze(2) - c.unsqueeze(1)).masked_fill(later, -math.inf).exp().to(q.dtype)  # [B, t, s, H, ..]
        scores = (q_c.unsqueeze(2) * k_c.unsqueeze(1) * fade).sum(-1)
        before = torch.einsum("bthk,bhkv->bthv", q_c * c.exp().to(q.dtype), state)
        o.append(torch.einsum("btsh,bshv->bthv", scores, v_c) + before)
        left = (c[:, -1:] - c).exp().to(q.dtype)
        state = c[:, -1].exp().to(q.dtype).unsqueeze(-1) * state + torch.einsum("bshk,bshv->bhkv", k_c * left, v_c)
    return torch.cat(o, 1), state


def chunk_gla(q, k, v, g, scale=None, initial_state=None, output_final_state=False):
    """S = diag(exp g) S + kᵀ v. q, k, g [B, T, H, K]; v [B, T, H, V] -> o [B, T, H, V], state [B, H, K, V]"""
    o, state = decaying(q, k, v, g, scale, initial_state)
    return o, state if output_final_state else None


def chunk_simple_gla(q, k, v, g=None, scale=None, initial_state=None, output_final_state=False):
    """S = exp(g) S + kᵀ v, g [B, T, H]."""
    o, state = decaying(q, k, v, g.unsqueeze(-1), scale, initial_state)
    return o, state if output_final_state else None


def chunk_linear_attn(q, k, v, scale=None, initial_state=None, output_final_state=False, normalize=True):
    """S = S + kᵀ v."""
    o, state = decaying(q, k, v, torch.zeros_like(q[..., :1]), scale, initial_state)
    if normalize:
        o = o / ((q * k.cumsum(1)).sum(-1, keepdim=True) + 1e-10)
    return o, state if output_final_state else None


def chunk_retention(q, k, v, scale=None, initial_state=None, output_final_state=False):
    """S = γ S + kᵀ v, γ = 1 - 2^(-5-h) of head h."""
    g = torch.log1p(-torch.exp2(-5 - torch.arange(q.shape[2], device=q.device, dtype=torch.float64)))
    o, state = decaying(q, k, v, g[:, None].expand(*q.shape[:3], 1), scale, initial_state)
    return o, state if output_final_state else None


def chunk_rwkv6(r, k, v, w, u, scale=None, initial_state=None, output_final_state=False):
    """o = r (S + diag(u) kᵀ v), then S = diag(exp w) S + kᵀ v. w [B, T, H, K], u [H, K]"""
    r = r * (r.shape[-1] ** -0.5 if scale is None else scale)
    state = zeros_if_none(initial_state, v, r.shape[0], *r.shape[2:], v.shape[-1])
    o = []
    for r_t, k_t, v_t, w_t in tokens(r, k, v, w.exp()):
        update = outer(k_t, v_t)
        o.append(read(r_t, state + u.unsqueeze(-1) * update))
        state = w_t.unsqueeze(-1) * state + update
    return torch.stack(o, 1), state if output_final_state else None


def chunk_rwkv7(r, w, k, v, a, b, scale=1.0, initial_state=None, output_final_state=False):
    """S = diag(exp w) S + bᵀ (a S) + kᵀ v, o = scale r S; a reads the state before the token."""
    state = zeros_if_none(initial_state, v, r.shape[0], *r.shape[2:], v.shape[-1])
    o = []
    for r_t, w_t, k_t, v_t, a_t, b_t in tokens(r * scale, w.exp(), k, v, a, b):
        state = w_t.unsqueeze(-1) * state + outer(b_t, read(a_t, state)) + outer(k_t, v_t)
        o.append(read(r_t, state))
    return torch.stack(o, 1), state if output_final_state else None


def delta_steps(q, k, v, recall, write, decay, scale, state):
    """S = decay S, then S = S + kᵀ (write * v - recall S), of every token: the delta rule after the decay. recall
    [B, T, H, K], write [B, T, H, V or 1], decay [B, T, H, K or 1]"""
    q = q * (q.shape[-1] ** -0.5 if scale is None else scale)
    state = zeros_if_none(state, v, q.shape[0], *q.shape[2:], v.shape[-1])
    o = []
    for q_t, k_t, v_t, recall_t, decay_t in tokens(q, k, v * write, recall, decay):
        state = decay_t.unsqueeze(-1) * state
        state = state + outer(k_t, v_t - read(recall_t, state))
        o.append(read(q_t, state))
    return torch.stack(o, 1), state


def chunk_delta_rule(q, k, v, beta, scale=None, initial_state=None, output_final_state=False):
    """S = S + β kᵀ (v - k S), beta [B, T, H]."""
    beta = beta.unsqueeze(-1)
    o, state = delta_steps(q, k, v, beta * k, beta, torch.ones_like(beta), scale, initial_state)
    return o, state if output_final_state else None


def chunk_gated_delta_rule(q, k, v, g, beta, scale=None, initial_state=None, output_final_state=False):
    """The same of S that has faded by exp g, g [B, T, H]."""
    beta = beta.unsqueeze(-1)
    o, state = delta_steps(q, k, v, beta * k, beta, g.exp().unsqueeze(-1), scale, initial_state)
    return o, state if output_final_state else None


def chunk_kda(q, k, v, g, beta, scale=None, initial_state=None, output_final_state=False):
    """The same, each channel of a key fading by itself: g [B, T, H, K]."""
    beta = beta.unsqueeze(-1)
    o, state = delta_steps(q, k, v, beta * k, beta, g.exp(), scale, initial_state)
    return o, state if output_final_state else None


def chunk_gdn2(q, k, v, g, b, w, scale=None, initial_state=None, output_final_state=False):
    """S = diag(exp g) S, then S = S + kᵀ (w * v - (b * k) S). g, b [B, T, H, K]; w [B, T, H, V]"""
    o, state = delta_steps(q, k, v, b * k, w, g.exp(), scale, initial_state)
    return o, state if output_final_state else None


def chunk_gated_delta_product(q, k, v, g, beta, num_householder, scale=None, initial_state=None,
                              output_final_state=False):
    """`num_householder` steps of the delta rule a token, which fades before the first. q [B, T, H, K], g [B, T, H] or
    None; k, v, beta have T num_householder tokens."""
    n = num_householder
    q = q * (q.shape[-1] ** -0.5 if scale is None else scale)
    state = zeros_if_none(initial_state, v, q.shape[0], *q.shape[2:], v.shape[-1])
    decay = torch.ones_like(q[..., 0]) if g is None else g.exp()
    o = []
    for q_t, k_t, v_t, beta_t, decay_t in tokens(q, *(x.unflatten(1, (-1, n)) for x in (k, v, beta)), decay):
        state = decay_t[..., None, None] * state
        for k_i, v_i, beta_i in tokens(k_t, v_t, beta_t):
            state = state + outer(k_i, beta_i.unsqueeze(-1) * (v_i - read(k_i, state)))
        o.append(read(q_t, state))
    return torch.stack(o, 1), state if output_final_state else None


def chunk_comba(q, k, v, p, g, beta=None, scale=None, initial_state=None, output_final_state=False):
    """S = exp(g) S + β kᵀ (v - p S), where p reads what has not faded yet."""
    q = q * (q.shape[-1] ** -0.5 if scale is None else scale)
    state = zeros_if_none(initial_state, v, q.shape[0], *q.shape[2:], v.shape[-1])
    o = []
    for q_t, k_t, v_t, p_t, decay_t, beta_t in tokens(q, k, v, p, g.exp(), beta):
        state = decay_t[..., None, None] * state + outer(k_t, beta_t.unsqueeze(-1) * (v_t - read(p_t, state)))
        o.append(read(q_t, state))
    return torch.stack(o, 1), state if output_final_state else None


def chunk_gsa(q, k, v, s, g=None, scale=None, initial_state=None, output_final_state=False):
    """Keys and values of slots that fade by exp g and take a share s of a token; o = softmax(scale q keys) values. s, g
    [B, T, H, slots]; the state is a pair, keys [B, H, K, slots] and values [B, H, slots, V]"""
    keys, values = initial_state or (None, None)
    sizes = q.shape[0], q.shape[2]
    keys = zeros_if_none(keys, q, *sizes, q.shape[-1], s.shape[-1])
    values = zeros_if_none(values, q, *sizes, s.shape[-1], v.shape[-1])
    o = []
    for q_t, k_t, v_t, s_t, kept in tokens(q * (q.shape[-1] ** -0.5 if scale is None else scale), k, v, s, g.exp()):
        keys = keys * kept.unsqueeze(-2) + outer(k_t, s_t)
        values = kept.unsqueeze(-1) * values + outer(s_t, v_t)
        o.append(read(read(q_t, keys).softmax(-1), values))
    return torch.stack(o, 1), (keys, values) if output_final_state else None


def chunk_mesa_net(q, k, v, g, beta, lamb, h_kk_init=None, h_kv_init=None, output_final_state=False):
    """A = exp(g) A + β kᵀ k, B = exp(g) B + β kᵀ v, o = q (A + diag λ)⁻¹ B. g, beta [B, T, H]; lamb [H, K]

    Solved exactly; flash-linear-attention's kernel does it by conjugate gradients."""
    sizes = q.shape[0], *q.shape[2:]
    A = zeros_if_none(h_kk_init, q, *sizes, q.shape[-1])
    B = zeros_if_none(h_kv_init, q, *sizes, v.shape[-1])
    o = []
    for q_t, k_t, v_t, decay_t, beta_t in tokens(q, k, v, g.exp()[..., None, None], beta.unsqueeze(-1)):
        A = decay_t * A + outer(beta_t * k_t, k_t)
        B = decay_t * B + outer(beta_t * k_t, v_t)
        solution = torch.linalg.solve(A + torch.diag_embed(lamb), q_t.unsqueeze(-1)).squeeze(-1)
        o.append(read(solution, B))
    states = (A, B) if output_final_state else (None, None)
    return torch.stack(o, 1), *states


def parallel_forgetting_attn(q, k, v, g, scale=None):
    """Softmax attention with scores that fade by the sum of g between two tokens. q, k, v [B, T, H, d]; g [B, T, H]"""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    c = g.cumsum(1).transpose(1, 2)
    t = torch.arange(q.shape[2], device=q.device)
    fade = (c.unsqueeze(-1) - c.unsqueeze(-2)).masked_fill(t[:, None] < t, -math.inf).to(q.dtype)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=fade, scale=scale).transpose(1, 2)


def linear_scan(log_a, x):
    """h_t = exp(log_a_t) h_{t-1} + x_t in log2 T steps. x [B, T, C], which may be complex; log_a [(B,) T, C]"""
    a = torch.exp(log_a).expand_as(x)
    distance = 1
    while distance < x.shape[1]:
        earlier, later = x[:, :-distance], x[:, distance:]
        x = torch.cat([x[:, :distance], later + a[:, distance:] * earlier], 1)
        a = torch.cat([a[:, :distance], a[:, distance:] * a[:, :-distance]], 1)
        distance *= 2
    return x


def chunk_hgrn(x, g, initial_state=None, output_final_state=False):
    """h = exp(g) h + x, of each channel by itself. x, g [B, T, C]"""
    if initial_state is not None:
        x = torch.cat([x[:, :1] + (g[:, :1].exp() * initial_state.unsqueeze(1)), x[:, 1:]], 1)
    h = linear_scan(g, x)
    return h, h[:, -1] if output_final_state else None


def selective_scan_fn(u, delta, A, B, C, D):
    """h = exp(Δ A) h + Δ B u, y = C h + D u, as in mamba-ssm: u, delta [B, I, T]; A [I, N]; B, C [B, N, T]; D [I]"""
    log_a = (delta.transpose(1, 2).unsqueeze(-1) * A).flatten(2)
    taken = ((delta * u).transpose(1, 2).unsqueeze(-1) * B.transpose(1, 2).unsqueeze(2)).flatten(2)
    h = linear_scan(log_a, taken).unflatten(2, (u.shape[1], -1))  # [B, T, I, N]
    return torch.einsum("btin,bnt->bit", h, C) + D[:, None] * u


def recurrent_product(h, weight):
    """h [B, D], weight [H, G, D/H, D/H] -> [B, G D]"""
    return torch.einsum("bhi,hgoi->bgho", h.unflatten(-1, (weight.shape[0], -1)), weight).flatten(1)


def gru(x, weight, bias):
    """h of every token. x [B, T, 3 D] the inputs' share of the gates r, z, n"""
    h = x.new_zeros(x.shape[0], x.shape[2] // 3)
    out = []
    for x_t in x.unbind(1):
        x_r, x_z, x_n = x_t.chunk(3, -1)
        r, z, n = (recurrent_product(h, weight) + bias).chunk(3, -1)
        z = torch.sigmoid(x_z + z)
        n = torch.tanh(x_n + torch.sigmoid(x_r + r) * n)
        h = n + z * (h - n)
        out.append(h)
    return torch.stack(out, 1)


def lstm(x, weight, bias):
    """h of every token. x [B, T, 4 D] the inputs' share of the gates i, f, g, o"""
    h = c = x.new_zeros(x.shape[0], x.shape[2] // 4)
    out = []
    for x_t in x.unbind(1):
        i, f, g, o = (x_t + recurrent_product(h, weight) + bias).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        out.append(h)
    return torch.stack(out, 1)


def slstm(x, weight, bias, sigmoid):
    """h of every token. x [B, T, 4 D] the inputs' share of the gates i, f, z, o; the scale m is a constant to backward
    """
    h = c = n = x.new_zeros(x.shape[0], x.shape[2] // 4)
    m = torch.full_like(h, -math.inf)
    out = []
    for x_t in x.unbind(1):
        i, f, z, o = (x_t + recurrent_product(h, weight) + bias).chunk(4, -1)
        faded = (F.logsigmoid(f) if sigmoid else f) + m
        m = torch.maximum(faded, i).detach()
        take, keep = torch.exp(i - m), torch.exp(faded - m)
        c = keep * c + take * torch.tanh(z)
        n = keep * n + take
        h = torch.sigmoid(o) * c / n
        out.append(h)
    return torch.stack(out, 1)


def ttt_linear(q, k, v, w, b, rate, scale, state, bias):
    """z = q + LN(q W + b) of a linear model that learns v - k from k while it reads, in mini-batches of as many tokens
    as `scale` has. q, k, v [B, T, H, F]; w, b [H, F] of the norm; rate [B, T, H]; state [H, F, F]; bias [H, F]

    flash-linear-attention's chunk_ttt_linear lets all tokens teach alike, so it can't stand in here.
    """
    size = q.shape[-1]
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    w, b, bias = (x.unsqueeze(-2) for x in (w, b, bias))
    rate = rate.transpose(1, 2).unsqueeze(-1)
    z = []
    for begin in range(0, q.shape[2], len(scale)):
        q_i, k_i, v_i, rate_i = (x[:, :, begin : begin + len(scale)] for x in (q, k, v, rate))
        read_i = k_i @ state + bias
        centred = read_i - read_i.mean(-1, keepdim=True)
        inverse = torch.rsqrt(centred.square().mean(-1, keepdim=True) + 1e-6)
        normal = centred * inverse
        d = w * (w * normal + b - (v_i - k_i))
        slope = d - d.mean(-1, keepdim=True) - normal * (d * normal).mean(-1, keepdim=True)
        g = rate_i * inverse * slope
        n = q_i.shape[2]
        step = scale[:n, None]
        z.append(q_i @ state + bias - step * (torch.tril(q_i @ k_i.transpose(-1, -2) + 1) @ g))
        state = state - scale[n - 1] * (k_i.transpose(-1, -2) @ g)
        bias = bias - scale[n - 1] * g.sum(-2, keepdim=True)
    z = torch.cat(z, 2)
    y = q + F.layer_norm(z, (size,), eps=1e-6) * w + b
    return y.transpose(1, 2)
