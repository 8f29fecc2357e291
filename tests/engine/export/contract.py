"""Holds the exported PyTorch to our models: contract.py EXPORT_CASES [CASE...]

EXPORT_CASES (cases.cpp) writes a folder a case. For each the folder's own modeling.py, loaded with our weights, must
give our logits, loss and gradients and, after a step of AdamW, our logits again; and it must begin with initial values
that are drawn as ours are. recurrences.py is held to vectors of flash-linear-attention's plain forms.
"""

import math
import os
import subprocess
import sys
import tempfile
import types
from pathlib import Path
from unittest import mock

import torch
from safetensors.torch import load_file

LOGITS = 1e-4  # absolute
GRADIENTS = 1e-4  # of a tensor's largest
AFTER_A_STEP = 1e-4  # absolute
SEEDS = 8
REFERENCE = Path(__file__).parents[2] / "primitives" / "reference"  # written by tools/reference
SOURCES = Path(__file__).parents[3] / "engine" / "export" / "python"
PLAIN = 1e-9  # of a tensor's largest, in float64


def imported(folder):
    """The folder's modeling and recurrences, by name."""
    sys.path.insert(0, str(folder))
    try:
        for name in ("modeling", "recurrences"):
            sys.modules.pop(name, None)
        modeling = __import__("modeling")
        return modeling, sys.modules.get("recurrences")
    finally:
        sys.path.pop(0)


def far(ours, theirs):
    return (ours - theirs).abs().max().item() if ours.numel() else 0.0


def agreement(folder, modeling):
    """What differs, as sentences."""
    case = load_file(folder / "case.safetensors")
    model = modeling.ModelForCausalLM.from_pretrained(folder)
    tokens = case["tokens"].long()
    optimizer = torch.optim.AdamW(model.parameter_groups(weight_decay=0.1), lr=3e-3, eps=1e-4)
    out = model(tokens, labels=tokens)
    if (off := far(out.logits, case["logits"])) > LOGITS:
        yield f"logits are off by {off:.2g}"
    if (off := far(out.loss, case["loss"])) > LOGITS:
        yield f"the loss is off by {off:.2g}"
    out.loss.backward()
    gradients = {name: value.grad for name, value in model.named_parameters() if value.grad is not None}
    ours = {name.removeprefix("gradient."): value for name, value in case.items() if name.startswith("gradient.")}
    if gradients.keys() != ours.keys():
        yield f"other parameters have gradients: {sorted(gradients.keys() ^ ours.keys())}"
        return
    largest = max(value.abs().max().item() for value in ours.values())
    for name, value in ours.items():
        off = far(gradients[name], value)
        if off > GRADIENTS * max(value.abs().max().item(), 1e-3 * largest):
            yield f"the gradient of {name} is off by {off:.2g}, its largest is {value.abs().max().item():.2g}"
    model.save_pretrained(folder / "saved")
    back = modeling.ModelForCausalLM.from_pretrained(folder / "saved").state_dict()
    if any(not torch.equal(value, back[name]) for name, value in model.state_dict().items()):
        yield "weights that are saved don't come back"
    optimizer.step()
    if (off := far(model(tokens).logits, case["logits_after"])) > AFTER_A_STEP:
        yield f"logits after a step are off by {off:.2g}"


def kolmogorov_smirnov(a, b):
    """The largest distance of two distributions, in units of what chance makes of it."""
    both = torch.cat([a, b]).sort().values
    share = [torch.searchsorted(x.sort().values, both, right=True) / len(x) for x in (a, b)]
    return far(*share) * math.sqrt(len(a) * len(b) / (len(a) + len(b)))


def beginnings(folder, modeling):
    """Which initial values are not drawn as ours are, as sentences."""
    config = modeling.Config.from_pretrained(folder)
    drawn = []
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        drawn.append(modeling.ModelForCausalLM(config).state_dict())
    ours = load_file(folder / "initial.safetensors")
    if ours.keys() != drawn[0].keys():
        yield f"other parameters: {sorted(ours.keys() ^ drawn[0].keys())}"
        return
    for name, value in ours.items():
        theirs = torch.stack([state[name] for state in drawn])
        if value.shape != theirs.shape:
            yield f"{name} has sizes {list(theirs.shape[1:])}, not {list(value.shape[1:])}"
        elif value.shape[0] > 1 and torch.equal(value[0], value[1]):  # the same for all seeds
            if far(value, theirs) > 1e-5 * max(1.0, value.abs().max().item()):
                yield f"{name} begins otherwise, by {far(value, theirs):.2g}"
        elif (distance := kolmogorov_smirnov(value.flatten(), theirs.flatten())) > 2.4:  # 1 in 50,000 by chance
            yield f"{name} is drawn otherwise: Kolmogorov-Smirnov {distance:.1f}"


def heads_first(function, **extra):
    """`function` for arguments and output [B, H, T, ...]."""

    def run(initial_state=None, **arguments):
        turned = {name: value if name == "u" else value.transpose(1, 2) for name, value in arguments.items()}
        o, state = function(**turned, **extra, initial_state=initial_state, output_final_state=True)
        return {"o": o.transpose(1, 2), "final_state": state}

    return run


def tokens_first(function, **extra):
    """`function` with the names of its two outputs."""

    def run(**arguments):
        return dict(zip(["o", "final_state"], function(**arguments, **extra, output_final_state=True)))

    return run


def plain_forms(ops):
    """Our function for each file of vectors, with the arguments of flash-linear-attention's plain one."""

    def gsa(initial_keys=None, initial_values=None, **given):
        initial = None if initial_keys is None else (initial_keys, initial_values)
        o, (keys, values) = ops.chunk_gsa(**given, initial_state=initial, output_final_state=True)
        return {"o": o, "final_keys": keys, "final_values": values}

    def dplr(q, alpha, beta, gk, **given):
        run = heads_first(ops.chunk_rwkv7, scale=q.shape[-1] ** -0.5)
        return run(r=q, a=alpha, b=beta, w=gk, **given)

    def cell(function):
        def run(x, weight_ih, weight_hh, bias_ih, bias_hh):
            size = weight_hh.shape[1]
            h = function(x @ weight_ih.T + bias_ih, weight_hh.view(1, -1, size, size), bias_hh)
            return {"o": h, "final_h": h[:, -1]}

        return run

    return {
        "comba": tokens_first(ops.chunk_comba),
        "delta_rule": heads_first(ops.chunk_delta_rule),
        "dplr": dplr,
        "forgetting_attention": lambda **given: {"o": ops.parallel_forgetting_attn(**given)},
        "gated_delta_product": tokens_first(ops.chunk_gated_delta_product, num_householder=2),
        "gated_delta_rule": tokens_first(ops.chunk_gated_delta_rule),
        "gdn2": tokens_first(ops.chunk_gdn2),
        "gla": lambda gk, **given: tokens_first(ops.chunk_gla)(g=gk, **given),
        "gru": cell(ops.gru),
        "gsa": gsa,
        "hgrn": tokens_first(ops.chunk_hgrn),
        "kda": tokens_first(ops.chunk_kda),
        "lstm": cell(ops.lstm),
        "mesa_net": lambda **given: dict(zip(["o", "h_kk", "h_kv"],
                                             ops.chunk_mesa_net(**given, output_final_state=True))),
        "retention": heads_first(ops.chunk_retention),
        "rwkv6": lambda q, **given: heads_first(ops.chunk_rwkv6)(r=q, **given),
        "simple_gla": tokens_first(ops.chunk_simple_gla),
    }


def off_relatively(ours, theirs):
    return far(ours, theirs) / theirs.abs().max().clamp(min=1e-30).item()


def differences(name, run):
    """Of outputs and gradients, with and without initial states, from the vectors of tests/primitives/reference."""
    file = load_file(REFERENCE / f"{name}.safetensors")
    group = lambda prefix: {key.removeprefix(prefix): value for key, value in file.items() if key.startswith(prefix)}
    for start in ("zeros", "state"):
        if start == "state" and (not group("state.") or name in ("gru", "lstm")):  # cells begin with zeros here
            continue
        given = group("input.") | (group("initial.") if start == "state" else {})
        leaves = {key: value.clone().requires_grad_() for key, value in given.items()}
        results = run(**leaves)
        loss = sum((value * file[f"weight.{key}"]).sum() for key, value in results.items() if f"weight.{key}" in file)
        for key, value in results.items():
            if f"{start}.{key}" in file and (off := off_relatively(value, file[f"{start}.{key}"])) > PLAIN:
                yield f"from {start}, {key} is off by {off:.2g}"
        if any(f"{start}.{key}" in file and key not in results for key in group("weight.")):
            continue  # their gradients are those of more outputs
        loss.backward()
        for key, leaf in leaves.items():
            if (off := off_relatively(leaf.grad, file[f"{start}.grad.{key}"])) > PLAIN:
                yield f"from {start}, the gradient of {key} is off by {off:.2g}"


def references():
    sys.path.insert(0, str(SOURCES))
    sys.modules.pop("recurrences", None)
    forms = plain_forms(__import__("recurrences"))
    sys.path.pop(0)
    for name, run in forms.items():
        yield from (f"{name}: not as flash-linear-attention's plain form: {what}" for what in differences(name, run))


def switched(folder):
    """Whether USE_FLA=1 puts another library's function in the place of ours, as a sentence if not."""
    calls = []

    def chunk_gla(q, k, v, g, **more):
        calls.append(q.shape)
        return torch.zeros_like(v), None

    other = {"fla": types.ModuleType("fla"), "fla.ops": types.ModuleType("fla.ops"),
             "fla.ops.gla": types.ModuleType("fla.ops.gla")}
    other["fla.ops.gla"].chunk_gla = chunk_gla
    with mock.patch.dict(sys.modules, other), mock.patch.dict(os.environ, USE_FLA="1"):
        modeling, _ = imported(folder)
        modeling.ModelForCausalLM.from_pretrained(folder)(torch.zeros(1, 5, dtype=torch.long))
    if calls != [(1, 5, 4, 8)]:
        yield f"USE_FLA=1: the kernel was called with {calls}"


def main():
    torch.set_num_threads(1)
    wrong = checked = 0
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([sys.argv[1], work], check=True)
        for folder in sorted(Path(work).iterdir()):
            if sys.argv[2:] and folder.name not in sys.argv[2:]:
                continue
            checked += 1
            try:
                modeling, _ = imported(folder)
                complaints = [*agreement(folder, modeling), *beginnings(folder, modeling)]
                if folder.name == "gla-0":
                    complaints += switched(folder)
            except Exception as error:  # one case of many; the others go on
                complaints = [f"{type(error).__name__}: {error}"]
            for complaint in complaints:
                print(f"{folder.name}: {complaint}")
            wrong += bool(complaints)
    for complaint in references():
        print(complaint)
        wrong += 1
    print(f"{checked} cases, {wrong} wrong")
    sys.exit(wrong > 0 or checked == 0)


main()
