"""The Python side of lightgbm.test.ts: one JSON request on stdin ({"do": ...}), one JSON answer on stdout."""

import json
import sys

import lightgbm as lgb
import numpy as np

request = json.load(sys.stdin)


def matrix(key):
    return np.asarray(request[key], dtype=np.float32)


def train():
    dataset = lgb.Dataset(matrix("X"), np.asarray(request["y"]), params={"verbosity": -1}, **request.get("dataset", {}))
    booster = lgb.train({"verbosity": -1, "num_threads": 1, **request["params"]}, dataset, request["rounds"])
    if "file" in request:
        booster.save_model(request["file"])
    T = matrix("T")
    return {"raw": booster.predict(T, raw_score=True).tolist(), "output": booster.predict(T).tolist()}


def predict():
    booster = lgb.Booster(model_file=request["file"])
    T = matrix("T")
    return {
        "raw": booster.predict(T, raw_score=True).tolist(),
        "output": booster.predict(T).tolist(),
        "names": booster.feature_name(),
        "split": booster.feature_importance("split").tolist(),
        "gain": booster.feature_importance("gain").tolist(),
        "trees": booster.num_trees(),
        "saved": booster.model_to_string(),
    }


def spread():
    """Predictions of several models whose bins come from different samples of the rows."""
    outputs = []
    for seed in request["seeds"]:
        params = {"data_random_seed": seed, "bin_construct_sample_cnt": request["sample"], **request["params"]}
        dataset = lgb.Dataset(matrix("X"), np.asarray(request["y"]), params={"verbosity": -1, **params})
        booster = lgb.train({"verbosity": -1, "num_threads": 1, **params}, dataset, request["rounds"])
        outputs.append(booster.predict(matrix("T")).tolist())
    return outputs


print(json.dumps({"train": train, "predict": predict, "spread": spread}[request["do"]]()))
