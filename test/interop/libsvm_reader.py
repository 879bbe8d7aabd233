"""Evaluates libsvm's text model file as its README describes it: {file, X} on stdin to decision values and probabilities."""
import json
import sys

import numpy as np

request = json.load(sys.stdin)
header, lines = {}, open(request["file"], encoding="latin1").read().splitlines()
start = lines.index("SV")
for line in lines[:start]:
    key, *values = line.split()
    header[key] = values
k = int(header["nr_class"][0])
regression = header["svm_type"][0].endswith("svr")
X = np.array(request["X"])
width = 1 if regression else k - 1
coef = np.array([[float(v) for v in line.split()[:width]] for line in lines[start + 1 :]])
vectors = np.zeros((len(coef), X.shape[1]))
for s, line in enumerate(lines[start + 1 :]):
    for pair in line.split()[width:]:
        j, value = pair.split(":")
        vectors[s, int(j) - 1] = float(value)
gamma, coef0, degree = (float(header.get(name, ["0"])[0]) for name in ("gamma", "coef0", "degree"))
kinds = {
    "linear": lambda: X @ vectors.T,
    "rbf": lambda: np.exp(-gamma * ((X[:, None, :] - vectors[None]) ** 2).sum(axis=2)),
    "polynomial": lambda: (gamma * X @ vectors.T + coef0) ** degree,
    "sigmoid": lambda: np.tanh(gamma * X @ vectors.T + coef0),
}
K = kinds[header["kernel_type"][0]]()
rho = np.array(header["rho"], dtype=float)
out = {}
if regression:
    out["decisions"] = (K @ coef[:, 0] - rho[0]).tolist()
else:
    starts = np.concatenate([[0], np.cumsum(np.array(header["nr_sv"], dtype=int))])
    assert starts[-1] == int(header["total_sv"][0])
    columns = []
    for i in range(k):
        for j in range(i + 1, k):
            a, b = slice(starts[i], starts[i + 1]), slice(starts[j], starts[j + 1])
            columns.append(K[:, a] @ coef[a, j - 1] + K[:, b] @ coef[b, i] - rho[len(columns)])
    out["decisions"] = np.array(columns).T.tolist()
    out["labels"] = [int(v) for v in header["label"]]
    if "probA" in header:
        a, b = np.array(header["probA"], dtype=float), np.array(header["probB"], dtype=float)
        out["pairs"] = (1 / (1 + np.exp(a * np.array(columns).T + b))).tolist()
json.dump(out, sys.stdout)
