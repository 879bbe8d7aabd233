"""Stacks native models with scikit-learn on several splits of one data set and writes what the stack and each member say of the rest."""

import json
import sys
import warnings

import numpy as np
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

warnings.filterwarnings("ignore")
request = json.loads(sys.argv[1])
data, threads = request["data"], request["threads"]
read = lambda name, kind: np.fromfile(data + name, kind)  # noqa: E731
y = read("y.f32", np.float32).astype(int)


def member(name, seed):
    if name == "lightgbm":
        return LGBMClassifier(n_estimators=100, n_jobs=1, random_state=seed, verbosity=-1)
    if name == "xgboost":
        return XGBClassifier(n_estimators=100, n_jobs=1, random_state=seed, verbosity=0)
    if name == "random_forest":
        return RandomForestClassifier(n_estimators=100, n_jobs=1, random_state=seed)
    return LogisticRegression(max_iter=1000)


for split in request["splits"]:
    name, seed = split["name"], split["seed"]
    X = read(f"X-{name}.f32", np.float32).reshape(-1, request["cols"])
    train, test = read(f"train-{name}.i32", np.int32), read(f"test-{name}.i32", np.int32)
    members = [(one["name"], member(one["name"], seed)) for one in request["members"]]
    # Its default folds are not shuffled: on rows in the order of time (bank-marketing) the stack then falls far below its members.
    folds = StratifiedKFold(request["folds"], shuffle=True, random_state=seed)
    model = StackingClassifier(members, LogisticRegression(max_iter=1000), cv=folds, n_jobs=threads)
    model.fit(X[train], y[train])

    def write(what, values):
        np.ascontiguousarray(values, np.float64).tofile(f"{data}native-{name}-{what}.f64")

    write("stacking", model.predict_proba(X[test]))
    for (what, _), fitted in zip(members, model.estimators_):
        write(what, fitted.predict_proba(X[test]))
print("{}")
