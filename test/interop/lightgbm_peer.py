"""The Python side of lightgbm.test.ts: JSON requests on stdin ({"do": ...}), one a line, each answered with a line of JSON on stdout."""

import json
import sys

import lightgbm as lgb
import numpy as np

def matrix(request, key):
    return np.asarray(request[key], dtype=np.float32)


def train(request):
    dataset = lgb.Dataset(matrix(request, "X"), np.asarray(request["y"]), params={"verbosity": -1}, **request.get("dataset", {}))
    booster = lgb.train({"verbosity": -1, "num_threads": 1, **request["params"]}, dataset, request["rounds"])
    if "file" in request:
        booster.save_model(request["file"])
    T = matrix(request, "T")
    return {"raw": booster.predict(T, raw_score=True).tolist(), "output": booster.predict(T).tolist()}


def predict(request):
    booster = lgb.Booster(model_file=request["file"])
    T = matrix(request, "T")
    return {
        "raw": booster.predict(T, raw_score=True).tolist(),
        "output": booster.predict(T).tolist(),
        "names": booster.feature_name(),
        "split": booster.feature_importance("split").tolist(),
        "gain": booster.feature_importance("gain").tolist(),
        "trees": booster.num_trees(),
        "saved": booster.model_to_string(),
    }


def spread(request):
    """Predictions of several models whose bins come from different samples of the rows."""
    X, y, T = matrix(request, "X"), np.asarray(request["y"]), matrix(request, "T")
    outputs = []
    for seed in request["seeds"]:
        params = {"data_random_seed": seed, "bin_construct_sample_cnt": request["sample"], **request["params"]}
        dataset = lgb.Dataset(X, y, params={"verbosity": -1, **params})
        booster = lgb.train({"verbosity": -1, "num_threads": 1, **params}, dataset, request["rounds"])
        outputs.append(booster.predict(T).tolist())
    return outputs


for line in sys.stdin:
    request = json.loads(line)
    answer = {"train": train, "predict": predict, "spread": spread}[request["do"]](request)
    print(json.dumps(answer), flush=True)
