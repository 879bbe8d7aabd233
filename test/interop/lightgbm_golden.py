"""Trains small LightGBM models of every kind that holdfast reads and writes them, with rows and LightGBM's own predictions,
to test/golden/lightgbm. Run: python test/interop/lightgbm_golden.py (in the environment of setup.sh)."""

import json
import pathlib

import lightgbm as lgb
import numpy as np

OUT = pathlib.Path(__file__).parent.parent / "golden" / "lightgbm"
OUT.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(5)
ROWS = 600


def table(rows):
    X = rng.normal(size=(rows, 5)).astype(np.float32)
    X[:, 2] = np.where(rng.random(rows) < 0.4, 0, X[:, 2])
    X[:, 3] = rng.integers(0, 70, rows)
    X[:, 4] = rng.integers(0, 3, rows)
    return X


def with_nan(X):
    X = X.copy()
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


X = table(ROWS)
signal = X[:, 0] + np.abs(X[:, 2]) + np.sin(7 * X[:, 3]) + 0.3 * X[:, 4] * X[:, 1]
noisy = signal + 0.3 * rng.normal(size=ROWS)
binary = (noisy > np.median(noisy)).astype(int)
three = np.digitize(noisy, np.quantile(noisy, [1 / 3, 2 / 3]))
Xn = with_nan(X)
# Rows to predict: ordinary, missing, zeros of both signs, tiny values, categories never seen, negative and huge ones.
T = with_nan(table(40))
T[0] = 0
T[1] = -0.0
T[2] = np.nan
T[3] = [1e-36, -1e-36, 1e-36, 500, -3]
T[4] = [1e-34, -1e-34, 1e-34, 69.5, 1e9]
T[5] = [-1e30, 1e30, 3e38, -0.5, 2.9]

base = dict(verbosity=-1, num_leaves=8, num_threads=1, min_data_in_leaf=10, deterministic=True, force_row_wise=True)
models = {
    "binary-nan": (dict(objective="binary"), Xn, binary, {}),
    "binary-no-nan": (dict(objective="binary"), X, binary, {}),
    "binary-sigmoid": (dict(objective="binary", sigmoid=0.7), Xn, binary, {}),
    "binary-zero-as-missing": (dict(objective="binary", zero_as_missing=True), Xn, binary, {}),
    "binary-use-missing-false": (dict(objective="binary", use_missing=False), Xn, binary, {}),
    "binary-categorical": (dict(objective="binary", min_data_per_group=5, cat_smooth=1), X, binary, dict(categorical_feature=[3, 4])),
    "multiclass": (dict(objective="multiclass", num_class=3), Xn, three, {}),
    "multiclass-categorical": (dict(objective="multiclass", num_class=3, min_data_per_group=5), Xn, three, dict(categorical_feature=[3])),
    "multiclassova": (dict(objective="multiclassova", num_class=3), Xn, three, {}),
    "regression": (dict(objective="regression"), Xn, noisy, {}),
    "regression-sqrt": (dict(objective="regression", reg_sqrt=True), Xn, noisy, {}),
    "regression-l1": (dict(objective="regression_l1"), Xn, noisy, {}),
    "poisson": (dict(objective="poisson"), Xn, np.abs(noisy), {}),
    "random-forest": (dict(objective="binary", boosting="rf", bagging_freq=1, bagging_fraction=0.6), Xn, binary, {}),
    "dart": (dict(objective="binary", boosting="dart"), Xn, binary, {}),
    "one-leaf": (dict(objective="binary", min_data_in_leaf=500), Xn, binary, {}),
}
expected = {"lightgbm": lgb.__version__, "rows": [[None if np.isnan(v) else float(v) for v in row] for row in T], "models": {}}
for name, (params, features, target, extra) in models.items():
    dataset = lgb.Dataset(features, target, feature_name=["open", "close=price", "bid/ask", "säule", "f.4"], **extra)
    booster = lgb.train({**base, **params}, dataset, 4)
    text = booster.model_to_string()
    (OUT / f"{name}.txt").write_text(text, encoding="utf-8")
    loaded = lgb.Booster(model_str=text)
    expected["models"][name] = {
        "raw": np.asarray(loaded.predict(T, raw_score=True)).tolist(),
        "output": np.asarray(loaded.predict(T)).tolist(),
    }
linear = lgb.train({**base, "objective": "regression", "linear_tree": True}, lgb.Dataset(X, noisy), 2)
(OUT / "linear-tree.txt").write_text(linear.model_to_string(), encoding="utf-8")
# JSON has no -0: row 1 is written as such by hand.
expected["rows"][1] = [-0.0] * 5
(OUT / "expected.json").write_text(json.dumps(expected) + "\n")
