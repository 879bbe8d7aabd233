"""The Python side of lightgbm-limits.test.ts: a list of jobs on one set of rows in, a list of answers out."""

import json
import sys

import lightgbm as lgb
import numpy as np

request = json.load(sys.stdin)
X, T = (np.asarray(request[key], dtype=np.float32) for key in ("X", "T"))
y = np.asarray(request["y"])


def train(job):
    params = {"verbosity": -1, "num_threads": 1, "objective": "regression", **job["params"]}
    booster = lgb.train(params, lgb.Dataset(X, y, params={"verbosity": -1}), job["rounds"])
    if "file" in job:
        booster.save_model(job["file"])
    return {"output": booster.predict(T).tolist()}


def opened(job):
    booster = lgb.Booster(model_file=job["file"])
    return {"output": booster.predict(T).tolist(), "saved": booster.model_to_string()}


print(json.dumps([train(job) if "params" in job else opened(job) for job in request["jobs"]]))
