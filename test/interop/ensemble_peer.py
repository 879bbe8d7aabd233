"""scikit-learn's VotingClassifier, VotingRegressor, StackingClassifier and StackingRegressor on JSON problems from stdin."""

import json
import sys

import numpy as np
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge


def estimator(member):
    if member["model"] == "logistic":
        return LogisticRegression(C=member.get("C", 1.0), tol=1e-10, max_iter=10000)
    return Ridge(alpha=member.get("alpha", 1.0))


def float32(rows):
    return np.array(rows, dtype=np.float32).astype(float)


def fit(problem):
    X, y, T = float32(problem["X"]), np.array(problem["y"], dtype=float), float32(problem["T"])
    weights = float32(problem["weights"]) if "weights" in problem else None
    members = [(f"m{i}", estimator(member)) for i, member in enumerate(problem["members"])]
    regression = problem["task"] == "regression"
    if problem["kind"] == "voting":
        shared = {"weights": problem.get("memberWeights")}
        model = VotingRegressor(members, **shared) if regression else VotingClassifier(members, voting=problem["voting"], **shared)
    else:
        shared = {
            "cv": [(np.array(train), np.array(test)) for train, test in problem["folds"]],
            "passthrough": problem.get("passthrough", False),
        }
        meta = estimator(problem["meta"])
        model = StackingRegressor(members, meta, **shared) if regression else StackingClassifier(members, meta, **shared)
    if weights is None:
        model.fit(X, y)
    else:
        model.fit(X, y, sample_weight=weights)
    answer = {"predictions": model.predict(T).tolist()}
    if not regression and problem.get("voting") != "hard":
        answer["probabilities"] = model.predict_proba(T).tolist()
    if problem["kind"] == "stacking":
        answer["coef"] = np.atleast_2d(model.final_estimator_.coef_).tolist()
    return answer


json.dump([fit(problem) for problem in json.load(sys.stdin)], sys.stdout)
