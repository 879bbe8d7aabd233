"""One measurement of a Python library: reads the benchmark data, trains, writes test probabilities, prints JSON."""

import json
import sys
import time

import numpy as np


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def lightgbm(X, y, request):
    import lightgbm as lgb

    params = {"num_threads": request["threads"], "verbosity": -1, **request["params"]}
    params.update({"objective": "binary"} if request["target"] == "binary" else {"objective": "multiclass", "num_class": request.get("classes", 3)})
    categorical = list(range(request["categorical"]))
    started = time.perf_counter()
    booster = lgb.train(params, lgb.Dataset(X, y, categorical_feature=categorical, params=params), request["rounds"])
    seconds = time.perf_counter() - started
    return seconds, lambda T: booster.predict(T, num_threads=request["threads"])


def xgboost(X, y, request):
    import xgboost as xgb

    params = {"nthread": request["threads"], "tree_method": "hist", "verbosity": 0, **request["params"]}
    params.update({"objective": "binary:logistic"} if request["target"] == "binary" else {"objective": "multi:softprob", "num_class": request.get("classes", 3)})
    types = ["c"] * request["categorical"] + ["q"] * (request["cols"] - request["categorical"])
    categorical = {"feature_types": types, "enable_categorical": True} if request["categorical"] else {}
    started = time.perf_counter()
    train = xgb.QuantileDMatrix(X, y, nthread=request["threads"], max_bin=params.get("max_bin", 256), **categorical)
    booster = xgb.train(params, train, request["rounds"])
    seconds = time.perf_counter() - started
    return seconds, lambda T: booster.predict(xgb.DMatrix(T, **categorical))


def catboost(X, y, request):
    import catboost as cb

    def frame(values):
        if not request["categorical"]:
            return values
        import pandas as pd

        table = pd.DataFrame(values)
        return table.astype({j: np.int32 for j in range(request["categorical"])})

    features, categorical = frame(X), list(range(request["categorical"]))
    loss = "Logloss" if request["target"] == "binary" else "MultiClass"
    model = cb.CatBoost(
        {"loss_function": loss, "iterations": request["rounds"], "thread_count": request["threads"], "verbose": False,
         "allow_writing_files": False, **request["params"]}
    )  # fmt: skip
    started = time.perf_counter()
    model.fit(cb.Pool(features, y, cat_features=categorical))
    seconds = time.perf_counter() - started

    def predict(T):
        p = model.predict(frame(T), prediction_type="Probability")
        return p[:, 1] if request["target"] == "binary" else p

    return seconds, predict


def random_forest(X, y, request):
    from sklearn.ensemble import RandomForestClassifier

    started = time.perf_counter()
    model = RandomForestClassifier(n_estimators=request["rounds"], n_jobs=request["threads"], **request["params"])
    model.fit(X, y)
    seconds = time.perf_counter() - started
    return seconds, lambda T: model.predict_proba(T)[:, 1] if request["target"] == "binary" else model.predict_proba(T)


request = json.loads(sys.argv[1])
data, target, cols = request["data"], request["target"], request["cols"]
X = np.fromfile(f"{data}X_train.f32", np.float32).reshape(-1, cols)
y = np.fromfile(f"{data}{target}_train.f32", np.float32)
libraries = {"lightgbm": lightgbm, "xgboost": xgboost, "catboost": catboost, "random_forest": random_forest}
seconds, predict = libraries[request["library"]](X, y, request)
peak = peak_rss()
T = np.fromfile(f"{data}X_test.f32", np.float32).reshape(-1, cols)
np.ascontiguousarray(predict(T), np.float32).tofile(request["predictions"])


def predict_seconds(rows):
    many = T[np.arange(rows) % len(T)]
    predict(many)
    started = time.perf_counter()
    predict(many)
    return time.perf_counter() - started


predicting = {"predictSeconds": predict_seconds(request["predict"])} if "predict" in request else {}
print(json.dumps({"seconds": seconds, "peakRss": peak, **predicting}))
