"""
Fits scikit-learn's LogisticRegression on JSON problems from stdin; writes coefficients and objectives. The solver is lbfgs to the limit
of its precision (saga for penalties with an L1 part); a problem may ask for newton-cholesky, which minimises the same objective where lbfgs
hardly arrives (unscaled columns). Also: standard errors by numpy, and LogisticRegressionCV on given folds.
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


def l1_share(problem):
    return {"l1": 1.0, "elasticnet": problem.get("l1Ratio", 0.5)}.get(problem.get("penalty"), 0.0)


def penalty_of(model, problem):
    share = l1_share(problem)
    return 0.5 * (1 - share) * (model.coef_**2).sum() + share * np.abs(model.coef_).sum()


def objective(model, X, y, weight, C, problem):
    scores = X @ model.coef_.T + model.intercept_
    penalised = problem.get("penalty", "l2") != "none"
    if problem.get("multiClass") == "ovr" and scores.shape[1] > 1:
        signs = np.where(y[:, None] == model.classes_, -1.0, 1.0)
        loss = (weight[:, None] * np.logaddexp(0, signs * scores)).sum()
        return C * loss + penalty_of(model, problem) if penalised else loss
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    top = scores.max(axis=1, keepdims=True)
    log_sum = top[:, 0] + np.log(np.exp(scores - top).sum(axis=1))
    loss = (weight * (log_sum - scores[np.arange(len(y)), np.searchsorted(model.classes_, y)])).sum()
    return C * loss + penalty_of(model, problem) if penalised else loss


class OneVsRest:
    """Two-class models of each class against the rest, with the attributes of one."""

    def __init__(self, make):
        self.make = make

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        models = [self.make().fit(X, y == label, sample_weight=sample_weight) for label in self.classes_]
        self.coef_ = np.vstack([model.coef_ for model in models])
        self.intercept_ = np.array([float(np.ravel(model.intercept_)[0]) for model in models])
        self.n_iter_ = np.array([model.n_iter_.max() for model in models])
        return self

    def predict_proba(self, X):
        p = 1 / (1 + np.exp(-(X @ self.coef_.T + self.intercept_)))
        return p / p.sum(axis=1, keepdims=True)


def standard_errors(model, X, weight, C, problem):
    """Inverse information by numpy: two classes, or softmax outputs that sum to 0."""
    n, p = X.shape
    Z = np.hstack([X, np.ones((n, 1))])
    scores = X @ model.coef_.T + model.intercept_
    ridge = np.eye(p + 1) / C if problem.get("penalty", "l2") == "l2" else np.zeros((p + 1, p + 1))
    ridge[p, p] = 0
    if scores.shape[1] == 1:
        q = 1 / (1 + np.exp(-scores[:, 0]))
        covariance = np.linalg.inv((Z * (weight * q * (1 - q))[:, None]).T @ Z + ridge)
        return np.sqrt(np.diag(covariance))[None, :]
    k = scores.shape[1]
    q = np.exp(scores - scores.max(axis=1, keepdims=True))
    q /= q.sum(axis=1, keepdims=True)
    H = np.zeros((k * (p + 1), k * (p + 1)))
    for a in range(k):
        for b in range(k):
            h = weight * q[:, a] * ((a == b) - q[:, b])
            H[a * (p + 1) : (a + 1) * (p + 1), b * (p + 1) : (b + 1) * (p + 1)] = (Z * h[:, None]).T @ Z + (a == b) * ridge
    # Restricted to what sums to 0 over outputs.
    basis = np.linalg.qr(np.vstack([np.eye(k)[:, 1:] - np.eye(k)[:, :1]]).reshape(k, k - 1))[0]
    Q = np.kron(basis, np.eye(p + 1))
    covariance = Q @ np.linalg.inv(Q.T @ H @ Q) @ Q.T
    return np.sqrt(np.diag(covariance)).reshape(k, p + 1)


def cross_validated(problem, X, y, weight):
    """LogisticRegressionCV on contiguous folds, by log-loss."""
    from sklearn.linear_model import LogisticRegressionCV

    n, folds = len(y), problem["folds"]
    fold = np.floor(np.arange(n) * folds / n)
    cv = [(np.where(fold != f)[0], np.where(fold == f)[0]) for f in range(folds)]
    model = LogisticRegressionCV(Cs=problem["Cs"], cv=cv, scoring="neg_log_loss", tol=1e-9, max_iter=20000, l1_ratios=(0,), use_legacy_attributes=False)
    model.fit(X, y)
    return {"scores": np.asarray(model.scores_).reshape(folds, len(problem["Cs"])).tolist(), "C": float(np.ravel(model.C_)[0])}


def fit(problem):
    if "dataset" in problem:
        X, y = data_set(problem["dataset"], problem.get("scaled", False))
    else:
        X, y = np.array(problem["X"], dtype=np.float32), np.array(problem["y"], dtype=float)
    weight = np.array(problem["weights"], dtype=np.float32) if "weights" in problem else None
    C = problem.get("C", 1.0)
    penalised = problem.get("penalty", "l2") != "none"
    share = l1_share(problem)
    class_weight = problem.get("classWeight")
    if isinstance(class_weight, dict):
        class_weight = {float(k): v for k, v in class_weight.items()}
    X64 = X.astype(np.float64)
    make = lambda: LogisticRegression(
        C=C if penalised else np.inf,
        l1_ratio=share,
        solver=problem.get("sklearnSolver", "saga" if share > 0 else "lbfgs"),
        tol=1e-8 if share > 0 else 1e-9,
        max_iter=20000,
        fit_intercept=problem.get("fitIntercept", True),
        class_weight=class_weight,
    )
    model = OneVsRest(make) if problem.get("multiClass") == "ovr" else make()
    model.fit(X64, y, sample_weight=weight)
    total = np.ones(len(y)) if weight is None else weight.astype(np.float64)
    if class_weight is not None:
        from sklearn.utils.class_weight import compute_class_weight

        factors = compute_class_weight(class_weight, classes=model.classes_, y=y, sample_weight=weight)
        total = total * factors[np.searchsorted(model.classes_, y)]
    result = {
        "coef": model.coef_.tolist(),
        "intercept": np.broadcast_to(model.intercept_, model.coef_.shape[0]).tolist(),
        "objective": float(objective(model, X64, y, total, C, problem)),
        "probabilities": model.predict_proba(X64)[:20].tolist(),
        "iterations": int(model.n_iter_.max()),
    }
    if problem.get("standardErrors"):
        result["standardErrors"] = standard_errors(model, X64, total, C, problem).tolist()
    if "Cs" in problem:
        result["crossValidation"] = cross_validated(problem, X64, y, weight)
    if problem.get("returnData"):
        result["X"], result["y"] = X.astype(float).tolist(), y.tolist()
    return result


def fit_all(problems):
    return {"sklearn": sklearn.__version__, "fits": [fit(problem) for problem in problems]}


if __name__ == "__main__":
    json.dump(fit_all(json.load(sys.stdin)), sys.stdout)
