"""Fits scikit-learn's forests and trees on JSON problems from stdin; writes what each problem asks for."""

import json
import sys
import warnings

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.simplefilter("ignore")

KINDS = {
    ("tree", "classification"): DecisionTreeClassifier,
    ("tree", "regression"): DecisionTreeRegressor,
    ("forest", "classification"): RandomForestClassifier,
    ("forest", "regression"): RandomForestRegressor,
    ("extra", "classification"): ExtraTreesClassifier,
    ("extra", "regression"): ExtraTreesRegressor,
}


def rows(problem, key):
    return np.array(problem[key], dtype=np.float32)


def values(model, X, task):
    return model.predict_proba(X) if task == "classification" else model.predict(X)


def fit(problem):
    X, y = rows(problem, "X"), np.array(problem["y"], dtype=float)
    weight = np.array(problem["weights"], dtype=float) if "weights" in problem else None
    task = problem["task"]
    params = dict(problem.get("params", {}))
    if isinstance(params.get("class_weight"), dict):
        params["class_weight"] = {float(k): v for k, v in params["class_weight"].items()}
    results = []
    for seed in problem.get("seeds", [0]):
        model = KINDS[problem["kind"], task](random_state=seed, **params)
        model.fit(X, y, sample_weight=weight)
        result = {"values": values(model, rows(problem, "test"), task).tolist(), "importances": model.feature_importances_.tolist()}
        if problem["kind"] == "tree":
            result["leaves"] = int(model.get_n_leaves())
            result["depth"] = int(model.get_depth())
        elif params.get("oob_score"):
            result["oob"] = float(model.oob_score_)
        results.append(result)
    return results


json.dump([fit(problem) for problem in json.load(sys.stdin)], sys.stdout)
