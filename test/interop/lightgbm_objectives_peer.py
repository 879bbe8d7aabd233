"""The Python side of lightgbm-objectives.test.ts: trains each request and predicts, or opens files that were trained here."""

import json
import sys

import numpy as np

import lightgbm as lgb


def train(request):
    X, T = (np.asarray(request[key], dtype=np.float32) for key in ("X", "T"))
    weight = request.get("w")
    data = lgb.Dataset(X, np.asarray(request["y"]), weight=weight, params={"verbosity": -1})
    booster = lgb.train({"verbosity": -1, "num_threads": 1, **request["params"]}, data, request["rounds"])
    booster.save_model(request["file"])
    return booster.predict(T).tolist()


def predict(request):
    booster = lgb.Booster(model_file=request["file"])
    return booster.predict(np.asarray(request["T"], dtype=np.float32)).tolist()


print(json.dumps([{"train": train, "predict": predict}[one["do"]](one) for one in json.load(sys.stdin)]))
