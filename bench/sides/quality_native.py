"""Trains a library's Python package on several splits of one data set and writes its predictions for the rest of the rows."""

import json
import sys

import numpy as np

request = json.loads(sys.argv[1])
data, task, categorical = request["data"], request["task"], request["categorical"]
read = lambda name, kind: np.fromfile(data + name, kind)  # noqa: E731
X = read("X.f32", np.float32).reshape(-1, request["cols"])
y = read("y.f32", np.float32)
weights = read("w.f32", np.float32) if request["weighted"] else None
params = dict(request["params"])
rounds = params.pop(next(name for name in ("num_iterations", "n_estimators", "iterations") if name in params))


def lightgbm(train, test, seed):
    import lightgbm as lgb

    known = {"binary": {"objective": "binary"}, "multiclass": {"objective": "multiclass", "num_class": request["classes"]},
             "regression": {"objective": "regression"}}[task]  # fmt: skip
    settings = {"num_threads": 1, "verbosity": -1, "seed": seed, **known, **params}
    w = None if weights is None else weights[train]
    rows = lgb.Dataset(X[train], y[train], weight=w, categorical_feature=categorical, params=settings)
    return lgb.train(settings, rows, rounds).predict(X[test])


def xgboost(train, test, seed):
    import xgboost as xgb

    known = {"binary": {"objective": "binary:logistic"}, "multiclass": {"objective": "multi:softprob", "num_class": request["classes"]},
             "regression": {"objective": "reg:squarederror"}}[task]  # fmt: skip
    types = ["c" if j in categorical else "q" for j in range(X.shape[1])]
    kind = {"feature_types": types, "enable_categorical": True} if categorical else {}
    w = None if weights is None else weights[train]
    settings = {"nthread": 1, "verbosity": 0, "seed": seed, "tree_method": "hist", **known, **params}
    booster = xgb.train(settings, xgb.DMatrix(X[train], y[train], weight=w, **kind), rounds)
    return booster.predict(xgb.DMatrix(X[test], **kind))


def catboost(train, test, seed):
    import catboost as cb
    import pandas as pd

    def frame(rows):
        values = X[rows]
        return pd.DataFrame(values).astype({j: np.int32 for j in categorical}) if categorical else values

    loss = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}[task]
    model = cb.CatBoost({"loss_function": loss, "iterations": rounds, "thread_count": 1, "verbose": False,
                         "allow_writing_files": False, "random_seed": seed, **params})  # fmt: skip
    model.fit(cb.Pool(frame(train), y[train], weight=None if weights is None else weights[train], cat_features=categorical))
    if task == "regression":
        return model.predict(frame(test))
    probabilities = model.predict(frame(test), prediction_type="Probability")
    return probabilities[:, 1] if task == "binary" else probabilities


def random_forest(train, test, seed):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    Forest = RandomForestRegressor if task == "regression" else RandomForestClassifier
    model = Forest(n_estimators=rounds, n_jobs=1, random_state=seed, **params).fit(X[train], y[train])
    if task == "regression":
        return model.predict(X[test])
    probabilities = model.predict_proba(X[test])
    return probabilities[:, 1] if task == "binary" else probabilities


library = {"lightgbm": lightgbm, "xgboost": xgboost, "catboost": catboost, "random_forest": random_forest}[request["library"]]
for split in request["splits"]:
    name = split["name"]
    values = library(read(f"train-{name}.i32", np.int32), read(f"test-{name}.i32", np.int32), split["seed"])
    np.ascontiguousarray(values, np.float64).tofile(f"{data}{request['side']}-{name}.f64")
print("{}")
