"""Models of XGBoost, LightGBM and CatBoost with their own Shapley values and shap's: trains, writes each model's file into the directory given,
and prints rows and values as JSON. Values are (rows, outputs, features + 1), the last is the base value."""

import json
import sys
import warnings

import catboost
import lightgbm
import numpy as np
import shap
import xgboost

warnings.filterwarnings("ignore")
directory = sys.argv[1]
ROWS, COLUMNS = 300, 7


def data(seed, classes, missing=False, categories=False):
    random = np.random.default_rng(seed)
    X = random.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    X[:, 3] = np.round(X[:, 3])
    if categories:
        X[:, 1] = random.integers(0, 9, ROWS)
        X[:, 5] = random.integers(0, 4, ROWS)
    score = X[:, 0] * X[:, 2] + np.abs(X[:, 4]) + 0.5 * X[:, 3]
    if categories:
        score += np.isin(X[:, 1], [1, 4, 7]) * 1.5 * (X[:, 5] > 1)
    score += random.normal(scale=0.3, size=ROWS)
    if classes == 0:
        y = score * 3 + 10
    else:
        y = np.searchsorted(np.quantile(score, np.arange(1, classes) / classes), score)
    if missing:
        holes = random.random(size=X.shape) < 0.15
        if categories:
            holes[:, [1, 5]] = False
        X[holes] = np.nan
    return X, y


def columns_last(values, base, outputs):
    """shap's (rows, features) or (rows, features, outputs) as (rows, outputs, features + 1)."""
    values = np.asarray(values, dtype=float)
    if values.ndim == 2:
        values = values[:, :, None]
    base = np.broadcast_to(np.atleast_1d(np.asarray(base, dtype=float)), (outputs,))
    values = np.moveaxis(values, 2, 1)
    return np.concatenate([values, np.broadcast_to(base[None, :, None], (len(values), outputs, 1))], axis=2)


def of_shap(model, X, background, outputs, beside=True):
    path = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    answer = {"path": columns_last(path.shap_values(X), path.expected_value, outputs)}
    if not beside:
        return answer
    other = shap.TreeExplainer(model, background, feature_perturbation="interventional")
    answer["interventional"] = columns_last(other.shap_values(X, check_additivity=False), other.expected_value, outputs)
    return answer


def xgboost_case(name, seed, classes, extra, missing=False, categories=False, with_shap=True, rounds=12):
    X, y = data(seed, classes, missing, categories)
    types = ["c" if categories and j in (1, 5) else "float" for j in range(COLUMNS)]
    matrix = xgboost.DMatrix(X, y, feature_types=types, enable_categorical=categories)
    objective = {0: "reg:squarederror", 2: "binary:logistic"}.get(classes, "multi:softprob")
    params = {"objective": objective, "max_depth": 4, "seed": 1, "nthread": 1, "tree_method": "hist", **extra}
    if classes > 2:
        params["num_class"] = classes
    booster = xgboost.train(params, matrix, rounds)
    file = f"{directory}/{name}.json"
    booster.save_model(file)
    rows = X[:40]
    part = xgboost.DMatrix(rows, feature_types=types, enable_categorical=categories)
    outputs = classes if classes > 2 else 1
    case = {"name": name, "library": "xgboost", "file": file, "X": rows.tolist(), "background": X[40:65].tolist()}
    if params.get("booster") == "gblinear":
        case["native"] = booster.predict(part, pred_contribs=True).reshape(len(rows), outputs, COLUMNS + 1).tolist()
        return case
    case["native"] = booster.predict(part, pred_contribs=True).reshape(len(rows), outputs, COLUMNS + 1).tolist()
    pairs = booster.predict(part, pred_interactions=True).reshape(len(rows), outputs, COLUMNS + 1, COLUMNS + 1)
    case["pairs"] = pairs[:10, :, :COLUMNS, :COLUMNS].tolist()
    if with_shap:
        case.update({key: value.tolist() for key, value in of_shap(booster, rows, X[40:65], outputs).items()})
    return case


def lightgbm_case(name, seed, classes, extra, missing=False, categories=False, with_shap=True):
    X, y = data(seed, classes, missing, categories)
    objective = {0: "regression", 2: "binary"}.get(classes, "multiclass")
    params = {"objective": objective, "num_leaves": 12, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1, "seed": 1, **extra}
    if classes > 2:
        params["num_class"] = classes
    train = lightgbm.Dataset(X.astype(float), y, categorical_feature=[1, 5] if categories else "auto")
    booster = lightgbm.train(params, train, 12)
    file = f"{directory}/{name}.txt"
    booster.save_model(file)
    rows = X[:40]
    outputs = classes if classes > 2 else 1
    native = booster.predict(rows.astype(float), pred_contrib=True).reshape(len(rows), outputs, COLUMNS + 1)
    case = {"name": name, "library": "lightgbm", "file": file, "X": rows.tolist(), "background": X[40:65].tolist(), "native": native.tolist()}
    if with_shap:
        # shap takes the trees of several classes as those of one when there is a background.
        answer = of_shap(booster, rows.astype(float), X[40:65].astype(float), outputs, beside=outputs == 1)
        case.update({key: value.tolist() for key, value in answer.items()})
    return case


def catboost_case(name, seed, classes, extra, missing=False, categories=False, with_pairs=True):
    X, y = data(seed, classes, missing, categories)
    loss = {0: "RMSE", 2: "Logloss"}.get(classes, "MultiClass")
    params = {"loss_function": loss, "iterations": 12, "depth": 4, "thread_count": 1, "random_seed": 1, "verbose": False, "allow_writing_files": False, **extra}
    features = [1, 5] if categories else []
    frame = X.astype(object)
    for j in features:
        frame[:, j] = [str(int(v)) for v in X[:, j]]
    model = catboost.CatBoost(params)
    model.fit(catboost.Pool(frame, y, cat_features=features))
    file = f"{directory}/{name}.cbm"
    model.save_model(file)
    pool = catboost.Pool(frame[:40], cat_features=features)
    outputs = classes if classes > 2 else 1
    native = model.get_feature_importance(pool, type="ShapValues").reshape(40, outputs, COLUMNS + 1)
    case = {"name": name, "library": "catboost", "file": file, "X": X[:40].tolist(), "background": X[40:65].tolist(), "native": native.tolist()}
    if with_pairs:
        pairs = model.get_feature_importance(pool, type="ShapInteractionValues").reshape(40, outputs, COLUMNS + 1, COLUMNS + 1)
        case["pairs"] = pairs[:10, :, :COLUMNS, :COLUMNS].tolist()
    return case


cases = [
    xgboost_case("xgb-binary", 1, 2, {}, missing=True),
    xgboost_case("xgb-multiclass", 2, 3, {}),
    xgboost_case("xgb-dart", 3, 0, {"booster": "dart", "rate_drop": 0.3}, with_shap=False),
    xgboost_case("xgb-forest", 4, 2, {"num_parallel_tree": 4, "subsample": 0.7, "colsample_bynode": 0.7}, with_shap=False, rounds=3),
    xgboost_case("xgb-categories", 5, 2, {"max_cat_to_onehot": 2}, categories=True, with_shap=False),
    xgboost_case("xgb-linear", 6, 2, {"booster": "gblinear", "tree_method": "auto"}, with_shap=False),
    lightgbm_case("lgb-binary", 7, 2, {}, missing=True),
    lightgbm_case("lgb-multiclass", 8, 3, {}),
    lightgbm_case("lgb-regression", 9, 0, {}),
    lightgbm_case("lgb-forest", 10, 2, {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}, with_shap=False),
    lightgbm_case("lgb-categories", 11, 2, {"min_data_per_group": 5, "cat_smooth": 1}, categories=True, missing=True, with_shap=False),
    lightgbm_case("lgb-zeros", 12, 0, {"zero_as_missing": True}, with_shap=False),
    catboost_case("cat-binary", 13, 2, {}, missing=True),
    catboost_case("cat-multiclass", 14, 3, {}, with_pairs=False),
    # CatBoost's own values add up to its predictions only where trees without symmetry have all their leaves.
    catboost_case("cat-depthwise", 15, 0, {"grow_policy": "Depthwise", "depth": 3, "iterations": 8}),
    catboost_case("cat-categories", 17, 2, {"max_ctr_complexity": 2, "one_hot_max_size": 5}, categories=True, with_pairs=False),
    catboost_case("cat-pairs", 18, 2, {"max_ctr_complexity": 3, "one_hot_max_size": 1, "iterations": 30}, categories=True, with_pairs=False),
]
json.dump(cases, sys.stdout)
