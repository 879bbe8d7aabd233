"""Does the trainings of test/neural/graph/pytorch-cases.ts in PyTorch, in float64, and writes test/golden/neural-pytorch.json.

Run by hand, with PyTorch (see requirements-torch.txt), from the checkout:
  node --import tsx test/interop/write-neural-cases.ts | "$(bash test/interop/setup.sh torch | tail -1)" test/interop/make-neural-golden.py
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
DILATIONS = (1, 2, 4, 8)


def dense(x, p, name):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def lstm(x, p, width):
    h = x
    for layer in range(2):
        state = cell = torch.zeros(h.shape[0], width)
        states = []
        for t in range(h.shape[1]):
            z = h[:, t] @ p[f"{layer}.input"] + state @ p[f"{layer}.recurrent"] + p[f"{layer}.bias"]
            i, o, f, c = z.split(width, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(c)
            state = torch.sigmoid(o) * torch.tanh(cell)
            states.append(state)
        h = torch.stack(states, 1)
    return h[:, -1]


def gru(x, p, width):
    """By torch.nn.GRU itself, its weights made of ours: gates there are reset, update, new."""
    h = x
    for layer in range(2):
        module = torch.nn.GRU(h.shape[2], width, batch_first=True)
        order = torch.cat([torch.arange(width) + width, torch.arange(width), torch.arange(width) + 2 * width])
        input_ = p[f"{layer}.input"][:, order].T
        recurrent = p[f"{layer}.recurrent"][:, order].T
        bias = p[f"{layer}.bias"][order]
        recurrent_bias = torch.cat([torch.zeros(2 * width), p[f"{layer}.recurrentBias"]])
        weights = {"weight_ih_l0": input_, "weight_hh_l0": recurrent, "bias_ih_l0": bias, "bias_hh_l0": recurrent_bias}
        h = torch.func.functional_call(module, weights, (h,))[0]
    return h[:, -1]


def tcn(x, p, width):
    h = x.transpose(1, 2)
    for block, dilation in enumerate(DILATIONS):
        channels = h.shape[1]
        kernel = p[f"{block}.weight"].reshape(3, channels, width).permute(2, 1, 0)
        out = F.relu(F.conv1d(F.pad(h, (2 * dilation, 0)), kernel, p[f"{block}.bias"], dilation=dilation))
        kept = h if channels == width else dense(h.transpose(1, 2), p, f"{block}.skip").transpose(1, 2)
        h = F.relu(out + kept)
    return h[:, :, -1]


def transformer(x, p, width):
    h = dense(x, p, "input") + p["positions"]
    batch, steps, _ = h.shape
    for layer in range(2):
        n = F.layer_norm(h, (width,), p[f"{layer}.norm1.gain"], p[f"{layer}.norm1.shift"])
        q, k, v = (dense(n, p, f"{layer}.{name}").reshape(batch, steps, 4, -1).transpose(1, 2) for name in ("query", "key", "value"))
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, steps, width)
        h = h + dense(seen, p, f"{layer}.output")
        n = F.layer_norm(h, (width,), p[f"{layer}.norm2.gain"], p[f"{layer}.norm2.shift"])
        h = h + dense(F.relu(dense(n, p, f"{layer}.inner")), p, f"{layer}.outer")
    return h.mean(1)


ENCODERS = {"lstm": lstm, "gru": gru, "tcn": tcn, "tcn-all-steps": tcn, "transformer": transformer}


def loss_of(outputs, targets, weights, options):
    kind = options["kind"]
    if kind == "cross-entropy":
        rows = F.cross_entropy(outputs, targets.argmax(1), reduction="none", label_smoothing=options.get("labelSmoothing", 0))
    elif kind == "mse":
        rows = F.mse_loss(outputs, targets, reduction="none").mean(1)
    else:
        rows = F.huber_loss(outputs, targets, reduction="none", delta=options["delta"]).mean(1)
    return (rows * weights).sum() / weights.sum()


def optimiser_of(parameters, options):
    common = {"lr": options["learningRate"], "weight_decay": options.get("weightDecay", 0)}
    if options["kind"] == "sgd":
        return torch.optim.SGD(parameters, momentum=options.get("momentum", 0), **common)
    return (torch.optim.AdamW if options.get("decoupled") else torch.optim.Adam)(parameters, **common)


def train(case):
    size, batch = case["size"], case["batch"]
    p = {name: torch.tensor(values, dtype=torch.float64).reshape(case["shapes"][name]).requires_grad_() for name, values in case["parameters"].items()}
    x = torch.tensor(case["x"], dtype=torch.float64).reshape(batch, size["steps"], size["channels"])
    targets = torch.tensor(case["targets"], dtype=torch.float64).reshape(batch, size["outputs"])
    weights = torch.tensor(case["weights"], dtype=torch.float64)
    optimiser = optimiser_of(list(p.values()), case["optimiser"])
    losses, norms = [], []
    for _ in range(case["updates"]):
        optimiser.zero_grad()
        loss = loss_of(dense(ENCODERS[case["network"]](x, p, size["width"]), p, "output"), targets, weights, case["loss"])
        loss.backward()
        limit = case["clip"] if case["clip"] is not None else float("inf")
        norms.append(torch.nn.utils.clip_grad_norm_(list(p.values()), limit).item())
        losses.append(loss.item())
        optimiser.step()
    return {
        "name": case["name"],
        "losses": losses,
        "norms": norms,
        "parameters": [float(f"{v:.9g}") for value in p.values() for v in value.detach().flatten().tolist()],
    }


golden = {"torch": torch.__version__.split("+")[0], "cases": [train(case) for case in json.load(sys.stdin)]}
path = pathlib.Path(__file__).parent.parent / "golden" / "neural-pytorch.json"
path.write_text(json.dumps(golden) + "\n")
