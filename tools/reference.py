"""Writes outputs, final states and gradients of other people's plain recurrences, one small safetensors file each.

    input.NAME, initial.NAME    arguments; states before the first token
    weight.OUT                  the loss is the sum over outputs of (output * weight)
    zeros.OUT, state.OUT        outputs from a state of zeros, and from `initial`
    zeros.grad.NAME, ...        its gradient by every argument and, in `state`, by every initial state

Everything is float64. Started by tools/reference.
"""

import json
import platform
import sys
import zlib
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F
from fla.ops.attn.naive import naive_parallel_attn
from fla.ops.comba.naive import naive_chunk_comba
from fla.ops.delta_rule.naive import delta_rule_recurrence
from fla.ops.forgetting_attn.naive import naive_forgetting_attn
from fla.ops.gated_delta_product.naive import naive_recurrent_gated_delta_product
from fla.ops.gated_delta_rule.naive import naive_recurrent_gated_delta_rule
from fla.ops.gdn2.naive import naive_recurrent_gdn2
from fla.ops.generalized_delta_rule.dplr.naive import dplr_recurrence
from fla.ops.gla.naive import naive_recurrent_gla
from fla.ops.gsa.naive import naive_recurrent_gsa
from fla.ops.hgrn.naive import naive_recurrent_hgrn
from fla.ops.kda.naive import naive_recurrent_kda
from fla.ops.mesa_net.naive import naive_mesa_net_exact
from fla.ops.retention.naive import naive_retention
from fla.ops.rwkv6.recurrent_naive import naive_recurrent_rwkv6
from fla.ops.simple_gla.naive import naive_recurrent_simple_gla
from fla.ops.ttt.naive import chunk_ttt_linear_ref

B, T, H, K, V = 2, 7, 2, 3, 4  # sequences, tokens, heads, channels of a key and of a value


@contextmanager
def doubles():
    """fla's plain code rounds its arguments to float32; in here what it calls a float is a double."""
    with (
        mock.patch.object(torch.Tensor, "float", torch.Tensor.double),
        mock.patch.object(torch, "float", torch.float64),
        mock.patch.object(torch, "float32", torch.float64),
    ):
        yield


class Draw:
    def __init__(self, name):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))

    def normal(self, *shape):
        return torch.from_numpy(self.rng.standard_normal(shape) * 0.7)

    def unit(self, *shape):
        return F.normalize(self.normal(*shape), dim=-1)

    def share(self, *shape):
        return torch.from_numpy(self.rng.uniform(0.1, 0.9, shape))

    def log_decay(self, *shape):
        return torch.log(self.share(*shape))


def recurrence(function, **extra):
    """Arguments by fla's names; the initial state and the final one are [B, H, K, V]."""

    def run(arguments):
        o, state = function(output_final_state=True, **arguments, **extra)
        return {"o": o, "final_state": state}

    return run


def cases():
    """name -> (source, arguments, initial states, run)."""

    def qkv(draw, key=Draw.normal, heads_first=False, length=T):
        first = (B, H, length) if heads_first else (B, length, H)
        return {"q": draw.normal(*first, K), "k": key(draw, *first, K), "v": draw.normal(*first, V)}

    def state(draw):
        return {"initial_state": draw.normal(B, H, K, V)}

    d = Draw("gla")
    yield "gla", naive_recurrent_gla, qkv(d) | {"gk": d.log_decay(B, T, H, K)}, state(d), \
        recurrence(naive_recurrent_gla)

    # Five slots a head; its state is the slots' keys [B, H, K, 5] and their values [B, H, 5, V].
    def gsa(arguments):
        given = dict(arguments)
        states = [given.pop(name) for name in ("initial_keys", "initial_values") if name in given]
        o, last = naive_recurrent_gsa(**given, initial_state=tuple(states) or None, output_final_state=True)
        return dict(zip(["o", "final_keys", "final_values"], [o, *last]))

    d, slots = Draw("gsa"), 5
    first = qkv(d) | {"s": d.share(B, T, H, slots), "g": d.log_decay(B, T, H, slots)}
    initial = {"initial_keys": d.normal(B, H, K, slots), "initial_values": d.normal(B, H, slots, V)}
    yield "gsa", naive_recurrent_gsa, first, initial, gsa

    d = Draw("simple_gla")
    yield "simple_gla", naive_recurrent_simple_gla, qkv(d) | {"g": d.log_decay(B, T, H)}, state(d), \
        recurrence(naive_recurrent_simple_gla)

    d = Draw("retention")
    yield "retention", naive_retention, qkv(d, heads_first=True), {}, lambda a: {"o": naive_retention(**a)}

    d = Draw("hgrn")
    yield (
        "hgrn",
        naive_recurrent_hgrn,
        {"x": d.normal(B, T, V), "g": d.log_decay(B, T, V)},
        {"initial_state": d.normal(B, V)},
        recurrence(naive_recurrent_hgrn),
    )

    d = Draw("rwkv6")
    first = {"w": d.log_decay(B, H, T, K), "u": d.normal(H, K)}
    yield "rwkv6", naive_recurrent_rwkv6, qkv(d, heads_first=True) | first, state(d), recurrence(naive_recurrent_rwkv6)

    # RWKV-7's recurrence: diagonal plus low rank.
    d = Draw("dplr")
    first = {"alpha": d.unit(B, H, T, K), "beta": d.normal(B, H, T, K), "gk": d.log_decay(B, H, T, K)}
    yield "dplr", dplr_recurrence, qkv(d, heads_first=True) | first, state(d), recurrence(dplr_recurrence)

    d = Draw("delta_rule")
    first = qkv(d, Draw.unit, heads_first=True) | {"beta": d.share(B, H, T)}
    yield "delta_rule", delta_rule_recurrence, first, state(d), recurrence(delta_rule_recurrence)

    d = Draw("gated_delta_rule")
    first = qkv(d, Draw.unit) | {"beta": d.share(B, T, H), "g": d.log_decay(B, T, H)}
    yield "gated_delta_rule", naive_recurrent_gated_delta_rule, first, state(d), \
        recurrence(naive_recurrent_gated_delta_rule)

    d, n = Draw("gated_delta_product"), 2
    first = qkv(d, Draw.unit, length=n * T) | {"beta": 2 * d.share(B, n * T, H), "g": d.log_decay(B, T, H)}
    first["q"] = first["q"][:, :T]
    run = recurrence(naive_recurrent_gated_delta_product, scale=K**-0.5, num_householder=n)
    yield "gated_delta_product", naive_recurrent_gated_delta_product, first, state(d), run

    d = Draw("kda")
    first = qkv(d, Draw.unit) | {"g": d.log_decay(B, T, H, K), "beta": d.share(B, T, H)}
    yield "kda", naive_recurrent_kda, first, state(d), recurrence(naive_recurrent_kda)

    d = Draw("gdn2")
    first = qkv(d, Draw.unit) | {"g": d.log_decay(B, T, H, K), "b": d.share(B, T, H, K), "w": d.share(B, T, H, V)}
    yield "gdn2", naive_recurrent_gdn2, first, state(d), recurrence(naive_recurrent_gdn2)

    # The form in chunks, which fla holds its kernels to; naive_recurrent_comba recalls what has decayed already.
    d = Draw("comba")
    first = qkv(d, Draw.unit) | {"p": d.unit(B, T, H, K), "g": d.log_decay(B, T, H), "beta": d.share(B, T, H)}
    yield "comba", naive_chunk_comba, first, state(d), recurrence(naive_chunk_comba, chunk_size=4)

    def mesa_net(arguments):
        return dict(zip(["o", "h_kk", "h_kv"], naive_mesa_net_exact(**arguments)))

    d = Draw("mesa_net")
    first = {"q": d.unit(B, T, H, K), "k": d.unit(B, T, H, K), "v": d.normal(B, T, H, K)}
    first |= {"g": d.log_decay(B, T, H), "lamb": 0.25 + d.share(H, K), "beta": d.share(B, T, H)}
    keys = d.normal(B, H, T, K)
    initial = {"h_kk_init": keys.mT @ keys / T, "h_kv_init": d.normal(B, H, K, K)}
    yield "mesa_net", naive_mesa_net_exact, first, initial, mesa_net

    # Three mini-batches of three tokens. Tokens are learnt alike; `eta` is the scale of a place in the mini-batch,
    # the last one's for what the next inherits. The output is z + LayerNorm(z).
    d, places = Draw("ttt_linear"), 3
    sizes = (B, places * places, H, K)

    def ttt(arguments):
        copies = {name: value.clone() for name, value in arguments.items()}  # it scales q in place
        copies["eta"] = arguments["eta"].repeat(places)[:, None, None].expand(*sizes[:3], 1)
        results = chunk_ttt_linear_ref(**copies, scale=1.0, mini_batch_size=places, output_final_state=True)
        return dict(zip(["o", "final_state", "final_state_bias"], results))

    first = {name: d.normal(*sizes) for name in "qkv"}
    first |= {"w": 1 + d.normal(H, K) / 4, "b": d.normal(H, K) / 4, "eta": d.share(places) / 4}
    initial = {"initial_state": d.normal(B, H, K, K), "initial_state_bias": d.normal(B, H, 1, K)}
    yield "ttt_linear", chunk_ttt_linear_ref, first, initial, ttt

    d = Draw("forgetting_attention")
    first = {name: d.normal(B, T, H, K) for name in "qkv"} | {"g": d.log_decay(B, T, H)}
    yield "forgetting_attention", naive_forgetting_attn, first, {}, lambda a: {"o": naive_forgetting_attn(**a)}

    d = Draw("attention")
    first = {name: d.normal(B, H, T, K) for name in "qkv"}
    run = lambda a: {"o": F.scaled_dot_product_attention(a["q"], a["k"], a["v"], is_causal=True)}
    yield "attention", F.scaled_dot_product_attention, first, {}, run

    # Four query heads share two heads of keys and values; a token sees three.
    d = Draw("attention_window")
    first = {"q": d.normal(B, T, 2 * H, K), "k": d.normal(B, T, H, K), "v": d.normal(B, T, H, K)}
    yield "attention_window", naive_parallel_attn, first, {}, \
        lambda a: {"o": naive_parallel_attn(**a, window_size=3)[0]}

    def recurrent(module, gates, states):
        """weight_ih [gates V, K], weight_hh [gates V, V], two biases; x [B, T, K]; states [B, V]."""
        draw = Draw(module.__name__)
        sizes = {"weight_ih": (gates * V, K), "weight_hh": (gates * V, V),
                 "bias_ih": (gates * V,), "bias_hh": (gates * V,)}
        arguments = {"x": draw.normal(B, T, K)} | {name: draw.normal(*size) for name, size in sizes.items()}

        def run(given):
            cell = module(K, V, batch_first=True, dtype=torch.float64)
            start = [given.get(name, torch.zeros(B, V)).double()[None] for name in states]
            parameters = {f"{name}_l0": given[name] for name in sizes}
            first = tuple(start) if len(start) > 1 else start[0]
            o, last = torch.func.functional_call(cell, parameters, (given["x"], first))
            last = last if isinstance(last, tuple) else (last,)
            return {"o": o} | {f"final_{name}": value[0] for name, value in zip(states, last)}

        return module.__name__.lower(), module, arguments, {name: draw.normal(B, V) for name in states}, run

    yield recurrent(torch.nn.LSTM, 4, ["h", "c"])
    yield recurrent(torch.nn.GRU, 3, ["h"])


def vectors(name, arguments, initial, run):
    draw = Draw("weights of " + name)
    out = {f"input.{key}": value for key, value in arguments.items()}
    out |= {f"initial.{key}": value for key, value in initial.items()}
    for start in ["zeros", "state"] if initial else ["zeros"]:
        leaves = arguments | (initial if start == "state" else {})
        leaves = {key: value.clone().requires_grad_() for key, value in leaves.items()}
        with doubles():
            results = run(leaves)
        for key, value in results.items():
            assert value.dtype == torch.float64, f"{name}: {key} is {value.dtype}"
            out[f"{start}.{key}"] = value.detach()
            out.setdefault(f"weight.{key}", draw.normal(*value.shape))
        sum((value * out[f"weight.{key}"]).sum() for key, value in results.items()).backward()
        out |= {f"{start}.grad.{key}": leaf.grad for key, leaf in leaves.items()}
    return out


def write_safetensors(path, tensors, about):
    header, data = {"__metadata__": about}, b""
    for name, tensor in tensors.items():
        raw = tensor.contiguous().numpy().astype("<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def main(folder):
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    folder.mkdir(parents=True, exist_ok=True)
    for name, function, arguments, initial, run in cases():
        source = f"{function.__module__}.{function.__name__}"
        write_safetensors(folder / f"{name}.safetensors", vectors(name, arguments, initial, run), {"source": source})
    packages = ["torch", "flash-linear-attention", "fla-core", "numpy"]
    about = {"command": "tools/reference", "python": platform.python_version()}
    about |= {name: version(name) for name in packages}
    (folder / "versions.json").write_text(json.dumps(about, indent=2) + "\n")


main(Path(sys.argv[1]))
