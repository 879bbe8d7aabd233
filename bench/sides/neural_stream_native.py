"""Steps of the same recurrent network in PyTorch, one bar after the other with carried state: prints the median step in seconds as JSON."""

import json
import statistics
import sys
import time

import torch
from torch import nn

request = json.loads(sys.argv[1])
channels, width, layers = request["channels"], 128, 2
torch.set_num_threads(1)
torch.manual_seed(0)
network = {"lstm": nn.LSTM, "gru": nn.GRU}[request["model"]](channels, width, layers, batch_first=True).eval()
output = nn.Linear(width, 3)
bars = torch.randn(2200, 1, 1, channels)
times, state = [], None
with torch.inference_mode():
    for bar in bars:
        before = time.perf_counter()
        encoded, state = network(bar, state)
        torch.softmax(output(encoded[:, -1]), -1).numpy()
        times.append(time.perf_counter() - before)
print(json.dumps({"value": statistics.median(times[200:])}))
