"""PyTorch's side of the comparison of neural models: the same layers, first weights from the same ranges, the same training."""

import json
import math
import sys

import numpy as np
import torch
from torch import nn

request = json.load(sys.stdin)
torch.set_num_threads(1)
T, C, K = request["length"], request["channels"], request["classes"]
config, directory = request["config"], request["data"]
dropout = config.get("dropout", 0.0)


def load(name):
    X = np.fromfile(f"{directory}{name}.f32", dtype=np.float32).reshape(-1, T, C)
    return torch.from_numpy(X), torch.from_numpy(np.fromfile(f"{directory}{name}.i32", dtype=np.int32).astype(np.int64))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        H = config["hiddenSize"]
        self.rnn = kind(C, H, config["numLayers"], batch_first=True, dropout=dropout if config["numLayers"] > 1 else 0.0)
        self.drop, self.out = nn.Dropout(dropout), nn.Linear(H, K)

    def forward(self, x):
        return self.out(self.drop(self.rnn(x)[0][:, -1]))


class Block(nn.Module):
    def __init__(self, inputs, width, k, dilation):
        super().__init__()
        norm = nn.utils.parametrizations.weight_norm
        self.pad = (k - 1) * dilation
        self.convs = nn.ModuleList(
            norm(nn.Conv1d(n, width, k, dilation=dilation)) for n in (inputs, width)
        )
        self.drop = nn.Dropout(dropout)
        self.skip = nn.Conv1d(inputs, width, 1) if inputs != width else nn.Identity()

    def forward(self, x):
        h = x
        for conv in self.convs:
            h = self.drop(torch.relu(conv(nn.functional.pad(h, (self.pad, 0)))))
        return torch.relu(h + self.skip(x))


class Tcn(nn.Module):
    def __init__(self):
        super().__init__()
        H = config["hiddenSize"]
        self.blocks = nn.Sequential(
            *(Block(C if i == 0 else H, H, config["kernelSize"], 2**i) for i in range(config["numLayers"]))
        )
        self.out = nn.Linear(H, K)

    def forward(self, x):
        return self.out(self.blocks(x.transpose(1, 2))[:, :, -1])


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [C, *config["filters"]]
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 3, padding=1) for a, b in zip(sizes, sizes[1:]))
        self.norms = nn.ModuleList(nn.LayerNorm(b) for b in sizes[1:])
        self.drop, self.out = nn.Dropout(dropout), nn.Linear(sizes[-1], K)

    def forward(self, x):
        h = x.transpose(1, 2)
        for conv, norm in zip(self.convs, self.norms):
            h = torch.relu(norm(conv(h).transpose(1, 2))).transpose(1, 2)
            h = self.drop(nn.functional.max_pool1d(h, 2))
        return self.out(h.mean(2))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        H = config["hiddenSize"]
        self.into, self.out, self.drop = nn.Linear(C, H), nn.Linear(H, K), nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(
            H, config["numHeads"], config["feedForwardSize"], dropout, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(
            layer, config["numLayers"], norm=nn.LayerNorm(H), enable_nested_tensor=False
        )
        t, j = torch.arange(T)[:, None], torch.arange(0, H, 2)
        angle = t * torch.exp(-math.log(10000.0) * j / H)
        table = torch.zeros(T, H)
        table[:, 0::2], table[:, 1::2] = torch.sin(angle), torch.cos(angle)
        self.register_buffer("table", table)

    def forward(self, x):
        return self.out(self.encoder(self.drop(self.into(x) + self.table)).mean(1))


MODELS = {
    "lstm": lambda: Recurrent(nn.LSTM),
    "gru": lambda: Recurrent(nn.GRU),
    "tcn": Tcn,
    "cnn1d": Cnn,
    "transformer": Transformer,
}
X, y = load("train")
X_test, y_test = load("test")
accuracies = []
for seed in request["seeds"]:
    torch.manual_seed(seed)
    model = MODELS[request["model"]]()
    optimiser = torch.optim.Adam(model.parameters(), lr=config["learningRate"])
    for _ in range(config["epochs"]):
        model.train()
        order = torch.randperm(len(y))
        for start in range(0, len(y), config["batchSize"]):
            rows = order[start : start + config["batchSize"]]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
    model.eval()
    with torch.no_grad():
        accuracies.append((model(X_test).argmax(1) == y_test).double().mean().item())
print(json.dumps({"accuracies": accuracies, "torch": torch.__version__}))
