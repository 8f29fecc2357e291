"""Trains the model of this folder on the bytes of a file and saves it in trained/: python train.py TEXT [STEPS]"""

import sys
from pathlib import Path

import torch

from modeling import Config, ModelForCausalLM

here = Path(__file__).parent
steps = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
torch.manual_seed(1)
device = "cuda" if torch.cuda.is_available() else "cpu"
if (here / "model.safetensors").exists():
    model = ModelForCausalLM.from_pretrained(here).to(device)
else:
    model = ModelForCausalLM(Config.from_pretrained(here)).to(device)
length = model.config.max_position_embeddings
text = torch.frombuffer(bytearray(Path(sys.argv[1]).read_bytes()), dtype=torch.uint8).long()
optimizer = torch.optim.AdamW(model.parameter_groups(weight_decay=0.1), lr=3e-3, betas=(0.9, 0.95))
rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps, pct_start=0.05)
for step in range(steps):
    begins = torch.randint(len(text) - length + 1, (8,))
    tokens = torch.stack([text[begin : begin + length] for begin in begins]).to(device)
    loss = model(tokens, labels=tokens).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    rates.step()
    if step % max(1, steps // 10) == 0 or step == steps - 1:
        print(f"step {step}: loss {loss.item():.4f}", flush=True)
model.save_pretrained(here / "trained")
