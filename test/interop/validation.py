"""Folds and scores of scikit-learn's splitters and cross_validate; one JSON request on stdin, one answer on stdout."""

import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SPLITTERS = {
    "KFold": KFold,
    "StratifiedKFold": StratifiedKFold,
    "GroupKFold": GroupKFold,
    "TimeSeriesSplit": TimeSeriesSplit,
}


def splitter(request):
    return SPLITTERS[request["splitter"]](**request["options"])


def folds(request):
    rows = np.zeros((request["rows"], 1))
    found = splitter(request).split(rows, request.get("y"), request.get("groups"))
    return [{"train": train.tolist(), "test": test.tolist()} for train, test in found]


def scores(request):
    X, y = np.array(request["X"], np.float32).astype(float), np.array(request["y"])
    if request["task"] == "regression":
        model = Ridge(alpha=request["alpha"])
    else:
        model = LogisticRegression(C=request["C"], tol=1e-10, max_iter=10000)
    found = cross_validate(
        make_pipeline(StandardScaler(), model), X, y, cv=splitter(request), scoring=request["scoring"], return_train_score=True
    )
    return {key: values.tolist() for key, values in found.items() if not key.endswith("time")}


request = json.load(sys.stdin)
print(json.dumps([(folds if part["ask"] == "folds" else scores)(part) for part in request]))
