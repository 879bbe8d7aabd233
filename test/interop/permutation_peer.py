"""scikit-learn's permutation importance of a forest that is given as an ONNX file; JSON problems on stdin, answers on stdout."""

import json
import sys
from functools import cache

import numpy as np
import onnxruntime as ort
from sklearn.base import BaseEstimator
from sklearn.inspection import _permutation_importance as module
from sklearn.inspection import permutation_importance


@cache
def session(file):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])


class Forest(BaseEstimator):
    """Predictions of an ONNX file."""

    def __init__(self, file=None):
        self.file = file

    def fit(self, X, y):
        return self

    def predict(self, X):
        return session(self.file).run(None, {"X": np.asarray(X, dtype=np.float32)})[0].ravel()


class Given:
    """Stands in for a column's random numbers: each shuffle leaves the rows in the order that is next."""

    def __init__(self, orders):
        self.orders = iter(orders)
        self.now = None

    def shuffle(self, index):
        # Shuffles add up: the column was shuffled before.
        wanted = np.asarray(next(self.orders), dtype=int)
        now = np.arange(len(index)) if self.now is None else self.now
        place = np.empty(len(index), dtype=int)
        place[now] = np.arange(len(index))
        index[:] = place[wanted]
        self.now = wanted


def solve(problem):
    X = np.array(problem["X"], dtype=np.float32)
    y = np.array(problem["y"], dtype=float)
    weights = np.array(problem["weights"], dtype=float) if "weights" in problem else None
    original = module.check_random_state
    if "orders" in problem:
        columns = iter(problem["orders"])
        module.check_random_state = lambda state: original(state) if isinstance(state, int) and state == 0 else Given(next(columns))
    try:
        result = permutation_importance(
            Forest(problem["file"]).fit(X, y),
            X,
            y,
            scoring="accuracy" if problem["task"] == "classification" else "r2",
            n_repeats=problem["repeats"],
            random_state=0,
            sample_weight=weights,
        )
    finally:
        module.check_random_state = original
    return {"mean": result.importances_mean.tolist(), "deviation": result.importances_std.tolist()}


json.dump([solve(problem) for problem in json.load(sys.stdin)], sys.stdout)
