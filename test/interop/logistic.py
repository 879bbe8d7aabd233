"""
Fits scikit-learn's LogisticRegression on JSON problems from stdin; writes coefficients and objectives. The solver is lbfgs to the limit
of its precision; a problem may ask for newton-cholesky, which minimises the same objective where lbfgs hardly arrives (unscaled columns).
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

warnings.simplefilter("ignore")


def data_set(name, scaled):
    from sklearn import datasets

    X, y = getattr(datasets, "load_" + name)(return_X_y=True)
    if scaled:
        X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
    return X.astype(np.float32), y.astype(float)


def objective(model, X, y, weight, C, penalised):
    scores = X @ model.coef_.T + model.intercept_
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    top = scores.max(axis=1, keepdims=True)
    log_sum = top[:, 0] + np.log(np.exp(scores - top).sum(axis=1))
    loss = (weight * (log_sum - scores[np.arange(len(y)), np.searchsorted(model.classes_, y)])).sum()
    return C * loss + 0.5 * (model.coef_**2).sum() if penalised else loss


def fit(problem):
    if "dataset" in problem:
        X, y = data_set(problem["dataset"], problem.get("scaled", False))
    else:
        X, y = np.array(problem["X"], dtype=np.float32), np.array(problem["y"], dtype=float)
    weight = np.array(problem["weights"], dtype=np.float32) if "weights" in problem else None
    C = problem.get("C", 1.0)
    penalised = problem.get("penalty", "l2") == "l2"
    class_weight = problem.get("classWeight")
    if isinstance(class_weight, dict):
        class_weight = {float(k): v for k, v in class_weight.items()}
    X64 = X.astype(np.float64)
    model = LogisticRegression(
        C=C if penalised else np.inf,
        solver=problem.get("solver", "lbfgs"),
        tol=1e-9,
        max_iter=20000,
        fit_intercept=problem.get("fitIntercept", True),
        class_weight=class_weight,
    )
    model.fit(X64, y, sample_weight=weight)
    total = np.ones(len(y)) if weight is None else weight.astype(np.float64)
    if class_weight is not None:
        from sklearn.utils.class_weight import compute_class_weight

        factors = compute_class_weight(class_weight, classes=model.classes_, y=y, sample_weight=weight)
        total = total * factors[np.searchsorted(model.classes_, y)]
    result = {
        "coef": model.coef_.tolist(),
        "intercept": np.broadcast_to(model.intercept_, model.coef_.shape[0]).tolist(),
        "objective": float(objective(model, X64, y, total, C, penalised)),
        "probabilities": model.predict_proba(X64)[:20].tolist(),
        "iterations": int(model.n_iter_.max()),
    }
    if problem.get("returnData"):
        result["X"], result["y"] = X.astype(float).tolist(), y.tolist()
    return result


def fit_all(problems):
    return {"sklearn": sklearn.__version__, "fits": [fit(problem) for problem in problems]}


if __name__ == "__main__":
    json.dump(fit_all(json.load(sys.stdin)), sys.stdout)
