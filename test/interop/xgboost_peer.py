"""The Python side of the xgboost tests: one JSON request on stdin ({"do": ...}), one JSON answer on stdout."""

import json
import sys

import numpy as np
import xgboost as xgb

request = json.load(sys.stdin)


def data(X, y=None, weights=None):
    types = request.get("types")
    kwargs = {"feature_types": types, "enable_categorical": True} if types else {}
    return xgb.DMatrix(np.asarray(X, dtype=np.float32), None if y is None else np.asarray(y), weight=weights, **kwargs)


def answers(booster, T):
    T = data(T)
    return {
        "raw": booster.predict(T, output_margin=True).astype(np.float64).tolist(),
        "output": booster.predict(T).astype(np.float64).tolist(),
    }


def outputs(booster):
    linear = json.loads(booster.save_config())["learner"]["gradient_booster"]["name"] == "gblinear"
    result = answers(booster, request["T"])
    if not linear:
        result["leaves"] = booster.predict(data(request["T"]), pred_leaf=True).astype(int).tolist()
    return result


def train_one(case):
    """One model into the files named; a case may bring rows of its own."""
    y = np.asarray(case["y"])
    dtrain = data(request["X"], y, case.get("weights"))
    if "label_upper_bound" in case:
        dtrain.set_float_info("label_lower_bound", y)
        dtrain.set_float_info("label_upper_bound", np.asarray(case["label_upper_bound"]))
    if "group" in case:
        dtrain.set_group(case["group"])
    params = {"nthread": 1, "verbosity": 0, **case["params"]}
    history = {}
    evals = [(data(request["T"], np.asarray(case["held"])), "held")] if "held" in case else []
    booster = xgb.train(
        params, dtrain, case["rounds"], evals, xgb_model=case.get("continue"), evals_result=history, verbose_eval=False
    )
    for file in case.get("files", []):
        booster.save_model(file)
    return {**outputs(booster), "history": history.get("held")}


def train():
    return [train_one(case) for case in request["cases"]]


def predict():
    results = []
    for file in request["files"]:
        booster = xgb.Booster(model_file=file)
        saved = file + ".again.json"
        booster.save_model(saved)
        results.append(
            {
                **outputs(booster),
                "names": booster.feature_names,
                "rounds": booster.num_boosted_rounds(),
                "attributes": booster.attributes(),
                "weight": booster.get_score(importance_type="weight") if request.get("importance") else None,
                "gain": booster.get_score(importance_type="total_gain") if request.get("importance") else None,
                "cover": booster.get_score(importance_type="total_cover") if request.get("importance") else None,
                "saved": saved,
            }
        )
    return results


print(json.dumps({"train": train, "predict": predict}[request["do"]]()))
