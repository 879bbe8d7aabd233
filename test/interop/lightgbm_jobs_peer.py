"""The Python side of LightGBM's interop tests: a list of jobs on one set of rows in, a list of answers out.

A job with "params" trains (optionally from a file "from" or from "init_score", with "y", "weight", "features" of its own) and a job
without opens "file". Both answer with the outputs and raw scores of T, and with those of iterations "range".
"""

import json
import sys

import lightgbm as lgb
import numpy as np

request = json.load(sys.stdin)
X, T = (np.asarray(request[key], dtype=np.float32) for key in ("X", "T"))


def predicted(booster, job):
    answer = {"output": booster.predict(T).tolist(), "raw": booster.predict(T, raw_score=True).tolist()}
    answer["trees"] = booster.num_trees()
    if "range" in job:
        start, end = job["range"]
        part = booster.predict(T, raw_score=True, start_iteration=start, num_iteration=end - start)
        answer["part"] = part.tolist()
    return answer


def train(job):
    params = {"verbosity": -1, "num_threads": 1, "objective": "regression", **job["params"]}
    y = np.asarray(job["y"] if "y" in job else request["y"])
    columns = {key: np.asarray(job[key]) for key in ("weight", "init_score") if key in job}
    features = {"categorical_feature": job["features"]} if "features" in job else {}
    dataset = lgb.Dataset(X, y, params={"verbosity": -1}, **columns, **features)
    booster = lgb.train(params, dataset, job["rounds"], init_model=job.get("from"))
    if "file" in job:
        booster.save_model(job["file"])
    return predicted(booster, job)


def opened(job):
    booster = lgb.Booster(model_file=job["file"])
    return {**predicted(booster, job), "saved": booster.model_to_string()}


print(json.dumps([train(job) if "params" in job else opened(job) for job in request["jobs"]]))
