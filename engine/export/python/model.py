import json
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import nn
from torch.nn import functional as F

from layers import LayerNorm, Linear, ResidualConv, RMSNorm


class Config(SimpleNamespace):
    """What stands in config.json, by attribute."""

    @classmethod
    def from_pretrained(cls, folder):
        return cls(**json.loads((Path(folder) / "config.json").read_text()))

    def save_pretrained(self, folder):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "config.json").write_text(json.dumps(vars(self), indent=2) + "\n")


def norm_of(config):
    return {"rmsnorm": RMSNorm, "layernorm": LayerNorm}[config.norm](config.hidden_size)


class Layer(nn.Module):
    """x + mixer(norm(x)). One that uses another's weights has a norm alone."""

    def __init__(self, config, about):
        super().__init__()
        self.norm = norm_of(config)
        if about.get("weights_of") is not None:
            return
        knobs = dict(about["knobs"])
        self.input_conv = ResidualConv(config.hidden_size, knobs.pop("input_conv", None))
        if about.get("keys_values_of") is not None:
            knobs["reads"] = True
        self.mixer = MIXERS[about["mixer"]](config.hidden_size, config.max_position_embeddings, **knobs)

    def forward(self, x, weights, *keys_values):
        """`weights`: the layer whose mixer it is, itself or another one."""
        return x + weights.mixer(weights.input_conv(self.norm(x)), *keys_values)


class Merge(nn.Module):
    """Branches become one: x and what each of n branches added to it."""

    def __init__(self, config, about):
        super().__init__()
        self.norms = nn.ModuleList()
        if about["merge"] != "sum":
            self.norms.extend(RMSNorm(config.hidden_size) for _ in range(about["branches"]))
        self.out_proj = Linear(config.hidden_size, config.hidden_size) if about["merge"] == "projected" else None

    def forward(self, x, branches):
        if not self.norms:
            return x + sum(branches)
        mean = sum(norm(branch) for norm, branch in zip(self.norms, branches)) / len(branches)
        return x + (mean if self.out_proj is None else self.out_proj(mean))


class Model(nn.Module):
    """The stripe between embedding and final norm. It knows no positions but those of rotary attention."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        nn.init.normal_(self.embed_tokens.weight, std=config.initializer_range)
        self.layers = nn.ModuleList(Layer(config, about) for about in config.layers)
        self.merges = nn.ModuleList(Merge(config, about) for about in config.merges)
        self.norm = norm_of(config)
        self.aux_loss = 0.0  # of the last call: what balances experts

    def layer(self, i, x):
        about = self.config.layers[i]
        weights, read = about.get("weights_of"), about.get("keys_values_of")
        keys_values = [] if read is None else [self.layers[read].mixer.keys_values]
        source = self.layers[i if weights is None else weights]
        x = self.layers[i](x, source, *keys_values)
        self.aux_loss = self.aux_loss + getattr(source.mixer, "aux_loss", 0.0)
        return x

    def stripe(self, stages, x):
        """A stage is the number of a layer, or branches side by side: {"merge": number, "branches": [stages, ...]}."""
        for stage in stages:
            if isinstance(stage, int):
                x = self.layer(stage, x)
            else:
                x = self.merges[stage["merge"]](x, [self.stripe(branch, x) - x for branch in stage["branches"]])
        return x

    def forward(self, input_ids):
        self.aux_loss = 0.0
        return self.norm(self.stripe(self.config.stages, self.embed_tokens(input_ids)))


class ModelForCausalLM(nn.Module):
    """Next-token prediction. A tied unembedding is the embedding, without a bias."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.model = Model(config)
        self.lm_head = None if config.tie_word_embeddings else Linear(config.hidden_size, config.vocab_size, bias=True)

    def forward(self, input_ids, labels=None):
        """input_ids [B, T] -> logits [B, T, V] and, with labels [B, T] (the same tokens, -100 where none is asked for),
        the loss: the mean cross-entropy of the next token, and what balances experts."""
        x = self.model(input_ids)
        logits = F.linear(x, self.model.embed_tokens.weight) if self.lm_head is None else self.lm_head(x)
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].flatten(0, 1).float(), labels[:, 1:].flatten())
            loss = loss + self.model.aux_loss
        return SimpleNamespace(loss=loss, logits=logits)

    def parameter_groups(self, weight_decay):
        """For an optimizer: matrices decay, norms, biases and decays of a recurrence don't."""
        matrices, others = [], []
        for name, parameter in self.named_parameters():
            matrix = parameter.dim() >= 2 and name.endswith("weight")
            (matrices if matrix else others).append(parameter)
        return [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]

    @classmethod
    def from_pretrained(cls, folder):
        from safetensors.torch import load_file

        model = cls(Config.from_pretrained(folder))
        model.load_state_dict(load_file(Path(folder) / "model.safetensors"))
        return model

    def save_pretrained(self, folder):
        from safetensors.torch import save_file

        self.config.save_pretrained(folder)
        save_file({name: value.contiguous() for name, value in self.state_dict().items()},
                  Path(folder) / "model.safetensors")
