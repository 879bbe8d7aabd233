"""The Python side of boosting-metrics.test.ts: values of the libraries' own metrics on given raw scores."""

import json
import sys

import numpy as np
from catboost.utils import eval_metric

import lightgbm as lgb
import xgboost as xgb

request = json.load(sys.stdin)


def lightgbm(case):
    scores = np.asarray(case["scores"])
    y, w = np.asarray(case["y"]), np.asarray(case["w"])
    params = {"verbosity": -1, "num_threads": 1, "learning_rate": 1e-30, "boost_from_average": False, **case["params"]}
    X = np.zeros((len(y), 1))
    X[: len(y) // 2] = 1
    init = scores.reshape(len(y), -1).T.ravel()
    data = lgb.Dataset(X, y, weight=w, init_score=init, params={"verbosity": -1})
    found = {}
    lgb.train(
        {**params, "metric": [name.split("@")[0] for name in case["metrics"]]},
        data,
        1,
        valid_sets=[data],
        valid_names=["set"],
        callbacks=[lgb.record_evaluation(found)],
    )
    return {name: values[0] for name, values in found["set"].items()}


def xgboost(case):
    scores = np.asarray(case["scores"])
    data = xgb.DMatrix(np.zeros((len(case["y"]), 1)), case["y"], weight=case["w"], base_margin=scores)
    found = {}
    xgb.train(
        {"verbosity": 0, "eta": 0, "eval_metric": case["metrics"], **case["params"]},
        data,
        1,
        evals=[(data, "set")],
        evals_result=found,
        verbose_eval=False,
    )
    return {name: values[0] for name, values in found["set"].items()}


def catboost(case):
    scores = np.asarray(case["scores"])
    approx = scores if len(scores) == len(case["y"]) else scores.reshape(len(case["y"]), -1)
    approx = approx.tolist()
    return {name: eval_metric(case["y"], approx, name, weight=case["w"])[0] for name in case["metrics"]}


libraries = {"lightgbm": lightgbm, "xgboost": xgboost, "catboost": catboost}
print(json.dumps([libraries[case["library"]](case) for case in request]))
