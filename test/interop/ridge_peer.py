"""scikit-learn's Ridge, RidgeClassifier and RidgeCV on JSON problems from stdin."""

import json
import sys

import numpy as np
from sklearn.linear_model import Ridge, RidgeClassifier, RidgeClassifierCV, RidgeCV


def fit(problem):
    X, y = np.array(problem["X"], dtype=np.float32).astype(float), np.array(problem["y"], dtype=float)
    weights = np.array(problem["weights"], dtype=np.float32).astype(float) if "weights" in problem else None
    intercept = problem.get("fitIntercept", True)
    balanced = {"class_weight": "balanced"} if problem.get("classWeight") == "balanced" else {}
    regression = problem["task"] == "regression"
    if "alphas" in problem:
        kind = RidgeCV if regression else RidgeClassifierCV
        model = kind(alphas=problem["alphas"], fit_intercept=intercept, **balanced)
    else:
        kind = Ridge if regression else RidgeClassifier
        model = kind(alpha=problem.get("alpha", 1.0), fit_intercept=intercept, **balanced)
    model.fit(X, y, sample_weight=weights)
    return {
        "coef": np.atleast_2d(model.coef_).tolist(),
        "intercept": np.atleast_1d(np.broadcast_to(model.intercept_, np.atleast_2d(model.coef_).shape[0])).tolist(),
        "alpha": float(np.ravel(getattr(model, "alpha_", model.get_params().get("alpha", 0)))[0]),
        "predictions": model.predict(X).tolist(),
    }


json.dump([fit(problem) for problem in json.load(sys.stdin)], sys.stdout)
