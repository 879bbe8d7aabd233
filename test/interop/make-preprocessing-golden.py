"""Writes what scikit-learn makes of random and edge columns, as JSON.

    python test/interop/make-preprocessing-golden.py > test/golden/preprocessing.json
    python test/interop/make-preprocessing-golden.py SEED     # other random inputs, for the interop test

{ versions, seed,
  numeric: { train: { column: values }, test: { column: values }, cases: [{ options, train: { column: values }, test: { column: values } }] },
  text: { train, test, y: { kind: labels }, cases: [{ options, column, names, train, test }] },
  rolling: { values, cases: [{ statistic, window, quantile, expected }] } }
`options` are those of PreprocessingPipeline. Not-a-number and missing text are null.
"""

import json
import math
import platform
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

DEFAULT_SEED = 20240611


def encode(value):
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [encode(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return None if math.isnan(value) else float(value)
    if isinstance(value, np.integer):
        return int(value)
    return value


def with_missing(rng, values, share):
    values = np.array(values, dtype=float)
    values[rng.random(len(values)) < share] = np.nan
    return values


def numeric_columns(rng, n):
    return {
        "normal": with_missing(rng, rng.normal(3, 2, n), 0.1),
        "skewed": with_missing(rng, rng.lognormal(0, 2, n), 0.05),
        "ties": with_missing(rng, rng.integers(0, 4, n), 0.1),
        # Further from zero, the rounding of the mean itself (ours is the more exact one) would exceed 1e-10 deviations.
        "offset": 1e4 + rng.normal(0, 0.5, n),
        "constant": np.full(n, 7.25),
        "mostly_missing": with_missing(rng, rng.normal(0, 1, n), 0.9) if n > 30 else rng.normal(0, 1, n),
    }


IMPUTERS = {
    "none": None,
    "median": lambda: SimpleImputer(strategy="median"),
    "mean": lambda: SimpleImputer(strategy="mean"),
    "most-frequent": lambda: SimpleImputer(strategy="most_frequent"),
    "constant": lambda: SimpleImputer(strategy="constant", fill_value=-1.5),
}
SCALERS = [
    ({"method": "none"}, None),
    ({"method": "standard"}, lambda: StandardScaler()),
    ({"method": "robust"}, lambda: RobustScaler()),
    ({"method": "robust", "quantileRange": [10, 80]}, lambda: RobustScaler(quantile_range=(10, 80))),
    ({"method": "min-max"}, lambda: MinMaxScaler()),
    ({"method": "min-max", "range": [-1, 2], "clip": True}, lambda: MinMaxScaler(feature_range=(-1, 2), clip=True)),
    ({"method": "quantile"}, lambda: QuantileTransformer(n_quantiles=1000, subsample=None)),
    ({"method": "quantile", "quantiles": 11}, lambda: QuantileTransformer(n_quantiles=11, subsample=None)),
    (
        {"method": "quantile", "quantiles": 50, "output": "normal"},
        lambda: QuantileTransformer(n_quantiles=50, subsample=None, output_distribution="normal"),
    ),
]


def numeric_part(rng):
    train, test = numeric_columns(rng, 60), numeric_columns(rng, 15)
    test["normal"][0] = 1e3
    test["skewed"][0] = -5.0
    names = list(train)
    table = np.column_stack([train[name] for name in names])
    other = np.column_stack([test[name] for name in names])
    cases = []
    for strategy, imputer in IMPUTERS.items():
        for scaling, scaler in SCALERS:
            steps = [make() for make in (imputer, scaler) if make is not None]
            # The other imputers differ in what fills the gaps only.
            whole = strategy in ("none", "median") or scaling["method"] in ("none", "standard")
            if not steps or not whole:
                continue
            fitted = make_pipeline(*steps).fit(table)
            imputation = {"strategy": strategy, **({"value": -1.5} if strategy == "constant" else {})}
            cases.append(
                {
                    "options": {"imputation": imputation, "scaling": scaling},
                    "train": dict(zip(names, fitted.transform(table).T)),
                    "test": dict(zip(names, fitted.transform(other).T)),
                }
            )
    return {"train": train, "test": test, "cases": cases}


CITIES = ["lima", "oslo", "paris", "rome", "Zagreb", "a b"]


def text_column(rng, n, names, missing):
    values = rng.choice(names, n, p=np.array([8, 6, 4, 2, 1, 1][: len(names)]) / sum([8, 6, 4, 2, 1, 1][: len(names)]))
    return [None if rng.random() < missing else str(value) for value in values]


def as_objects(values):
    # scikit-learn's missing category is NaN.
    return np.array([np.nan if value is None else value for value in values], dtype=object).reshape(-1, 1)


def text_part(rng):
    n, m = 60, 20
    train = {"city": text_column(rng, n, CITIES, 0), "gaps": text_column(rng, n, CITIES[:4], 0.15), "side": text_column(rng, n, CITIES[:2], 0)}
    test = {
        "city": text_column(rng, m - 1, CITIES, 0) + ["atlantis"],
        "gaps": text_column(rng, m - 1, CITIES[:4], 0.15) + ["atlantis"],
        "side": text_column(rng, m, CITIES[:2], 0),
    }
    lean = {"lima": 1.0, "oslo": -0.5}
    score = np.array([lean.get(value, 0.0) for value in train["city"]]) + rng.normal(0, 1, n)
    y = {"continuous": score, "binary": (score > 0).astype(float), "multiclass": np.digitize(score, [-0.5, 0.6]).astype(float) - 1}
    cases = []

    def add(column, options, encoder, target=None):
        X, Z = as_objects(train[column]), as_objects(test[column])
        if target is None:
            encoder.fit(X)
            out = encoder.transform(X)
        else:
            out = encoder.fit_transform(X, y[target])
        cases.append({"column": column, "options": options, "target": target, "train": out, "test": encoder.transform(Z)})

    def one_hot(**options):
        return OneHotEncoder(sparse_output=False, **options)

    add("city", {"method": "one-hot"}, one_hot(handle_unknown="ignore"))
    add("city", {"method": "one-hot", "drop": "first"}, one_hot(handle_unknown="ignore", drop="first"))
    add("side", {"method": "one-hot", "drop": "if-binary"}, one_hot(handle_unknown="ignore", drop="if_binary"))
    add("city", {"method": "one-hot", "drop": "if-binary"}, one_hot(handle_unknown="ignore", drop="if_binary"))
    add("gaps", {"method": "one-hot", "missing": "category"}, one_hot(handle_unknown="ignore"))
    add("city", {"method": "one-hot", "minFrequency": 8}, one_hot(handle_unknown="ignore", min_frequency=8))
    add("city", {"method": "one-hot", "minFrequency": 0.2}, one_hot(handle_unknown="ignore", min_frequency=0.2))
    add(
        "city",
        {"method": "one-hot", "minFrequency": 8, "unknown": "infrequent"},
        one_hot(handle_unknown="infrequent_if_exist", min_frequency=8),
    )
    unknown = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
    add("city", {"method": "ordinal", "unknownCode": -1}, OrdinalEncoder(**unknown))
    add("gaps", {"method": "ordinal", "unknownCode": -1}, OrdinalEncoder(**unknown))
    add("city", {"method": "ordinal"}, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan))
    for target in y:
        kind = {"continuous": "continuous", "binary": "binary", "multiclass": "multiclass"}[target]
        for smoothing, smooth in (("auto", "auto"), (2.5, 2.5), (0, 0.0)):
            for folds in (5, 3):
                # Consecutive folds, as time-ordered folds without label spans are.
                add(
                    "city",
                    {"method": "target", "smoothing": smoothing, "folds": folds, "targetType": kind},
                    TargetEncoder(target_type=kind, smooth=smooth, cv=KFold(folds)),
                    target,
                )
    return {"train": train, "test": test, "y": y, "cases": cases}


def rolling_part(rng):
    values = with_missing(rng, rng.normal(100, 1, 60), 0.1)
    values[30:36] = 5.0
    functions = {
        "mean": (np.mean, 1),
        "sum": (np.sum, 1),
        "min": (np.min, 1),
        "max": (np.max, 1),
        "std": (lambda x: np.std(x, ddof=1), 2),
        "median": (np.median, 1),
        "skew": (lambda x: stats.skew(x, bias=False) if np.ptp(x) > 0 else math.nan, 3),
        "count": (len, 1),
    }
    cases = []

    def windows(function, window, least):
        out = []
        for i in range(len(values)):
            part = values[max(0, i + 1 - window) : i + 1]
            known = part[~np.isnan(part)]
            out.append(float(function(known)) if len(known) >= least else math.nan)
        return out

    for window in (1, 3, 7, 100):
        for name, (function, least) in functions.items():
            cases.append({"statistic": name, "window": window, "minPeriods": 1, "expected": windows(function, window, least)})
        for level in (0.0, 0.1, 0.5, 0.975):
            expected = windows(lambda x: np.quantile(x, level), window, 1)
            cases.append({"statistic": "quantile", "window": window, "minPeriods": 1, "quantile": level, "expected": expected})
    return {"values": values, "cases": cases}


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SEED
    rng = np.random.default_rng(seed)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = {"versions": versions, "seed": seed, "numeric": numeric_part(rng), "text": text_part(rng), "rolling": rolling_part(rng)}
    json.dump(encode(result), sys.stdout, allow_nan=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
