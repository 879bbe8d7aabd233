"""One measurement of scikit-learn's support vector machines: reads the benchmark data, scales it, trains, prints JSON."""

import json
import sys
import time

import numpy as np

request = json.loads(sys.argv[1])
data, cols, rows = request["data"], request["cols"], request["rows"]


def read(name, width):
    return np.fromfile(data + name, dtype=np.float32).reshape(-1, width)


X, T = read("X_train.f32", cols)[:rows].astype(np.float64), read("X_test.f32", cols).astype(np.float64)
y, y_test = read("binary_train.f32", 1).ravel()[:rows], read("binary_test.f32", 1).ravel()
mean, deviation = np.nanmean(X, axis=0), np.nanstd(X, axis=0)
deviation[deviation == 0] = 1
X, T = np.nan_to_num((X - mean) / deviation), np.nan_to_num((T - mean) / deviation)
params = dict(request["native"])
kind = params.pop("kind")
started = time.perf_counter()
if kind == "SVC":
    from sklearn.svm import SVC

    model = SVC(**params).fit(X, y)
elif kind == "LinearSVC":
    from sklearn.svm import LinearSVC

    model = LinearSVC(**params).fit(X, y)
else:
    from sklearn.kernel_approximation import Nystroem
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    model = make_pipeline(
        Nystroem(gamma=params["gamma"], n_components=params["n_components"], random_state=0, n_jobs=request["threads"]),
        LinearSVC(tol=params["tol"], C=params["C"]),
    ).fit(X, y)
seconds = time.perf_counter() - started
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
objective = None
if kind == "SVC":
    a, S = model.dual_coef_[0], model.support_vectors_
    squares = (S * S).sum(axis=1)
    quadratic = 0.0
    for i in range(0, len(S), 1000):
        D = squares[i : i + 1000, None] + squares[None] - 2 * S[i : i + 1000] @ S.T
        quadratic += a[i : i + 1000] @ (np.exp(-model._gamma * np.maximum(D, 0)) @ a)
    objective = 0.5 * quadratic - np.abs(a).sum()
elif kind == "LinearSVC":
    w = np.append(model.coef_[0], model.intercept_[0])
    margins = 1 - np.where(y > 0, 1, -1) * (X @ w[:-1] + w[-1])
    objective = 0.5 * w @ w + params["C"] * (np.maximum(0, margins) ** 2).sum()
decisions = model.decision_function(T)
print(
    json.dumps(
        {
            "seconds": seconds,
            "peakRss": peak,
            "accuracy": float((model.classes_[(decisions > 0).astype(int)] == y_test).mean()),
            "objective": objective,
            "decisions": decisions.tolist(),
        }
    )
)
