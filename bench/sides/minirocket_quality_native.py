"""Accuracies of aeon's MiniRocket classifier on one set, a seed each: prints JSON."""

import json
import sys

import aeon
import numpy as np
from aeon.classification.convolution_based import MiniRocketClassifier

request = json.loads(sys.argv[1])
length, channels, data = request["length"], request["channels"], request["data"]


def part(name):
    X = np.fromfile(f"{data}{name}.f32", dtype=np.float32).reshape(-1, length, channels)
    # aeon takes (n, channels, length).
    return np.ascontiguousarray(X.transpose(0, 2, 1)), np.fromfile(f"{data}{name}.i32", dtype=np.int32)


(X, y), (X_test, y_test) = part("train"), part("test")
accuracies = []
for seed in request["seeds"]:
    model = MiniRocketClassifier(n_kernels=10_000, random_state=seed, n_jobs=request["threads"]).fit(X, y)
    accuracies.append(float(np.mean(model.predict(X_test) == y_test)))
print(json.dumps({"accuracies": accuracies, "version": aeon.__version__}))
