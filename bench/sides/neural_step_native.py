"""One measurement of the same training step in PyTorch, with its own layers: trains on one batch again and again, prints JSON."""

import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

request = json.loads(sys.argv[1])
kind, size, batch = request["network"], request["size"], request["batch"]
steps, channels, width, outputs = size["steps"], size["channels"], size["width"], size["outputs"]
torch.set_num_threads(request["threads"])
torch.manual_seed(0)


class Recurrent(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layers = layer(channels, width, 2, batch_first=True)
        self.output = nn.Linear(width, outputs)

    def forward(self, x):
        return self.output(self.layers(x)[0][:, -1])


class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolutions, self.skips = nn.ModuleList(), nn.ModuleList()
        inputs = channels
        for dilation in (1, 2, 4, 8):
            self.convolutions.append(nn.Conv1d(inputs, width, 3, dilation=dilation))
            self.skips.append(nn.Identity() if inputs == width else nn.Conv1d(inputs, width, 1))
            inputs = width
        self.output = nn.Linear(width, outputs)

    def forward(self, x):
        x = x.transpose(1, 2)
        for convolution, skip in zip(self.convolutions, self.skips):
            out = F.relu(convolution(F.pad(x, (2 * convolution.dilation[0], 0))))
            x = F.relu(out + skip(x))
        return self.output(x[:, :, -1])


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.input = nn.Linear(channels, width)
        self.positions = nn.Parameter(torch.randn(1, steps, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.output = nn.Linear(width, outputs)

    def forward(self, x):
        return self.output(self.encoder(self.input(x) + self.positions).mean(1))


MODELS = {
    "lstm": lambda: Recurrent(nn.LSTM),
    "gru": lambda: Recurrent(nn.GRU),
    "tcn": Convolutional,
    "tcn-all-steps": Convolutional,
    "transformer": Attending,
}
started = time.perf_counter()
model = MODELS[kind]()
build = time.perf_counter() - started
x, y, w = torch.randn(batch, steps, channels), torch.randint(0, outputs, (batch,)), torch.rand(batch)
optimiser = torch.optim.Adam(model.parameters(), 1e-3)
times, warm_up = [], 3
step = 0
while step < warm_up + 2 or sum(times) < request["measureSeconds"]:
    step += 1
    before = time.perf_counter()
    optimiser.zero_grad()
    loss = (F.cross_entropy(model(x), y, reduction="none") * w).sum() / w.sum()
    loss.backward()
    optimiser.step()
    if step > warm_up:
        times.append(time.perf_counter() - before)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
print(json.dumps({"seconds": statistics.median(times), "peakRss": peak, "buildSeconds": build}))
