"""Fits sklearn.svm on each problem of the list on stdin: {kind, params, X, y, weights?, T} to what a fitted model shows."""
import json
import sys

import numpy as np
from sklearn.svm import SVC, SVR, NuSVC, NuSVR

KINDS = {"SVC": SVC, "NuSVC": NuSVC, "SVR": SVR, "NuSVR": NuSVR}


def fit(problem):
    X = np.array(problem["X"], dtype=float)
    T = np.array(problem["T"], dtype=float)
    params = dict(problem["params"])
    if isinstance(params.get("class_weight"), dict):
        params["class_weight"] = {int(k): v for k, v in params["class_weight"].items()}
    model = KINDS[problem["kind"]](**params)
    model.fit(X, np.array(problem["y"]), sample_weight=problem.get("weights"))
    regression = problem["kind"].endswith("R")
    return {
        "decisions": np.ravel(model.predict(T) if regression else model.decision_function(T)).tolist(),
        "predictions": model.predict(T).tolist(),
        "support": model.support_.tolist(),
        "counts": model.n_support_.tolist(),
        "dual": model.dual_coef_.tolist(),
        "intercept": np.ravel(model.intercept_).tolist(),
    }


json.dump([fit(problem) for problem in json.load(sys.stdin)], sys.stdout)
