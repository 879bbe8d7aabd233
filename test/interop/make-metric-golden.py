"""Writes what scikit-learn says about every metric on random and edge inputs, as JSON.

    python test/interop/make-metric-golden.py > test/golden/metrics.json
    python test/interop/make-metric-golden.py SEED     # other random inputs, for the interop test

{ versions, seed, datasets: { name: { yTrue, yPred, scores, table, weights, classes } },
  cases: [[metric, data set, predictions, weighted, options, expected], ...] }; `expected` is { "error": true } where scikit-learn refuses.
Numbers that JSON has no word for are the strings "NaN", "Infinity" and "-Infinity".
"""

import json
import math
import platform
import sys
import warnings

import numpy as np
import scipy
import sklearn
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

DEFAULT_SEED = 20240607


def encode(value):
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [encode(item) for item in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value == int(value) and abs(value) < 2**53 else value


class Golden:
    def __init__(self):
        self.datasets = {}
        self.cases = []

    def add(self, data, metric, predictions, function, options=None, weighted=False):
        """Runs `function(yTrue, predictions, sample_weight)` and keeps what it returned, or that it refused."""
        d = self.datasets[data]
        y = np.array(d["yTrue"])
        p = np.array(d[predictions])
        weight = np.array(d["weights"], dtype=float) if weighted else None
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                expected = function(y, p, weight)
            except (ValueError, NotImplementedError):
                expected = {"error": True}
            except ZeroDivisionError:  # numpy's average of nothing
                expected = float("nan")
        self.cases.append([metric, data, predictions, 1 if weighted else 0, options or {}, expected])


def label_cases(golden, data, averages, classes=None):
    for weighted in (False, True):
        def add(metric, function, options=None):
            golden.add(data, metric, "yPred", function, options, weighted)

        add("accuracy", lambda y, p, w: sk.accuracy_score(y, p, sample_weight=w))
        add("balancedAccuracy", lambda y, p, w: sk.balanced_accuracy_score(y, p, sample_weight=w))
        add("balancedAccuracy", lambda y, p, w: sk.balanced_accuracy_score(y, p, sample_weight=w, adjusted=True), {"adjusted": True})
        add("matthewsCorrelation", lambda y, p, w: sk.matthews_corrcoef(y, p, sample_weight=w))
        for weights in (None, "linear", "quadratic"):
            add("cohenKappa", lambda y, p, w: sk.cohen_kappa_score(y, p, weights=weights, sample_weight=w), {"weights": weights} if weights else {})
        for normalize in (None, "true") if weighted else (None, "true", "pred", "all"):
            add("confusionMatrix", lambda y, p, w: sk.confusion_matrix(y, p, normalize=normalize, sample_weight=w), {"normalize": normalize} if normalize else {})
        if classes:
            add("confusionMatrix", lambda y, p, w: sk.confusion_matrix(y, p, labels=classes, sample_weight=w), {"classes": classes})
            add("cohenKappa", lambda y, p, w: sk.cohen_kappa_score(y, p, labels=classes, sample_weight=w), {"classes": classes})
        add("classificationReport", lambda y, p, w: sk.classification_report(y, p, output_dict=True, sample_weight=w, zero_division=0))
        if classes:
            add("classificationReport", lambda y, p, w: sk.classification_report(y, p, labels=classes, output_dict=True, sample_weight=w, zero_division=0), {"classes": classes})
        for average in averages:
            option = None if average == "none" else average
            variants = [{}] if weighted else [{}, {"zeroDivision": 1}, {"zeroDivision": float("nan")}]
            if classes and average != "binary":
                variants += [{"classes": classes}] if weighted else [{"classes": classes}, {"classes": classes, "zeroDivision": 1}]
            for variant in variants:
                arguments = {"average": option, "zero_division": variant.get("zeroDivision", 0), "labels": variant.get("classes")}
                given = {"average": average, **variant}
                add("precision", lambda y, p, w: sk.precision_score(y, p, sample_weight=w, **arguments), given)
                add("recall", lambda y, p, w: sk.recall_score(y, p, sample_weight=w, **arguments), given)
                add("f1", lambda y, p, w: sk.f1_score(y, p, sample_weight=w, **arguments), given)
            for beta in (2,) if weighted else (0.5,):
                add("fBeta", lambda y, p, w: sk.fbeta_score(y, p, beta=beta, average=option, sample_weight=w, zero_division=0), {"average": average, "beta": beta})


def roc_curve(y, s, w, **arguments):
    fpr, tpr, thresholds = sk.roc_curve(y, s, sample_weight=w, **arguments)
    return {"fpr": fpr, "tpr": tpr, "thresholds": thresholds}


def precision_recall_curve(y, s, w, **arguments):
    precision, recall, thresholds = sk.precision_recall_curve(y, s, sample_weight=w, **arguments)
    return {"precision": precision, "recall": recall, "thresholds": thresholds}


def pr_auc(y, s, w, **arguments):
    precision, recall, _ = sk.precision_recall_curve(y, s, sample_weight=w, **arguments)
    return sk.auc(recall, precision)


def reliability(y, s, **arguments):
    prob_true, prob_pred = calibration_curve(y, s, **arguments)
    return {"probTrue": prob_true, "probPred": prob_pred}


def score_cases(golden, data, curves):
    d = golden.datasets[data]
    labels = set(np.unique(d["yTrue"]))
    clear = labels <= {0, 1} or labels <= {-1, 1}
    positive = {} if clear else {"positiveClass": float(max(labels))}
    pos = {} if clear else {"pos_label": max(labels)}
    for weighted in (False, True):
        def add(metric, function, options=None):
            golden.add(data, metric, "scores", function, {**positive, **(options or {})}, weighted)

        add("rocAuc", lambda y, s, w: sk.roc_auc_score(y, s, sample_weight=w))
        for max_fpr in (0.1, 0.5):
            if len(labels) == 2:
                add("rocAuc", lambda y, s, w: sk.roc_auc_score(y, s, max_fpr=max_fpr, sample_weight=w), {"maxFpr": max_fpr})
        add("averagePrecision", lambda y, s, w: sk.average_precision_score(y, s, sample_weight=w, **pos))
        add("prAuc", lambda y, s, w: pr_auc(y, s, w, **pos))
        if len(labels) == 2:
            add("logLoss", lambda y, s, w: sk.log_loss(y, s, sample_weight=w))
        add("brierScore", lambda y, s, w: sk.brier_score_loss(y, s, sample_weight=w, **pos))
        add("brierScore", lambda y, s, w: sk.brier_score_loss(y, s, sample_weight=w, scale_by_half=False, **pos), {"scaleByHalf": False})
        if curves:
            for drop in (True, False):
                add("rocCurve", lambda y, s, w: roc_curve(y, s, w, drop_intermediate=drop, **pos), {"dropIntermediate": drop})
                add("precisionRecallCurve", lambda y, s, w: precision_recall_curve(y, s, w, drop_intermediate=drop, **pos), {"dropIntermediate": drop})
    for bins in (5, 10):
        for strategy in ("uniform", "quantile"):
            golden.add(data, "calibrationCurve", "scores", lambda y, s, w: reliability(y, s, n_bins=bins, strategy=strategy, **pos), {**positive, "bins": bins, "strategy": strategy})


def table_cases(golden, data):
    d = golden.datasets[data]
    classes = d["classes"]
    given = {"classes": classes}
    complete = set(np.unique(d["yTrue"])) == set(classes)
    for weighted in (False, True):
        def add(metric, function, options=None):
            golden.add(data, metric, "table", function, {**given, **(options or {})}, weighted)

        for average in ("macro", "weighted", "micro", "none"):
            option = None if average == "none" else average
            add("rocAuc", lambda y, s, w: sk.roc_auc_score(y, s, multi_class="ovr", average=option, labels=classes, sample_weight=w), {"multiClass": "ovr", "average": average})
            if complete:
                add("averagePrecision", lambda y, s, w: sk.average_precision_score(y, s, average=option, sample_weight=w), {"average": average})
        for average in ("macro", "weighted", "micro", "none"):
            option = None if average == "none" else average
            add("rocAuc", lambda y, s, w: sk.roc_auc_score(y, s, multi_class="ovo", average=option, labels=classes, sample_weight=w), {"multiClass": "ovo", "average": average})
        add("logLoss", lambda y, s, w: sk.log_loss(y, s, labels=classes, sample_weight=w))
        add("brierScore", lambda y, s, w: sk.brier_score_loss(y, s, labels=classes, sample_weight=w))
        add("brierScore", lambda y, s, w: sk.brier_score_loss(y, s, labels=classes, sample_weight=w, scale_by_half=True), {"scaleByHalf": True})


def value_cases(golden, data):
    for weighted in (False, True):
        def add(metric, function, options=None):
            golden.add(data, metric, "yPred", function, options, weighted)

        add("mae", lambda y, p, w: sk.mean_absolute_error(y, p, sample_weight=w))
        add("mse", lambda y, p, w: sk.mean_squared_error(y, p, sample_weight=w))
        add("rmse", lambda y, p, w: sk.root_mean_squared_error(y, p, sample_weight=w))
        add("r2", lambda y, p, w: sk.r2_score(y, p, sample_weight=w))
        add("r2", lambda y, p, w: sk.r2_score(y, p, sample_weight=w, force_finite=False), {"forceFinite": False})
        add("mape", lambda y, p, w: sk.mean_absolute_percentage_error(y, p, sample_weight=w))
        for alpha in (0, 0.1, 0.5, 0.9, 1):
            add("pinballLoss", lambda y, p, w: sk.mean_pinball_loss(y, p, alpha=alpha, sample_weight=w), {"alpha": alpha})


def weights_of(rng, n, kind):
    if kind == "whole":
        return rng.integers(1, 5, n)
    if kind == "zeros":
        weights = rng.integers(0, 3, n)
        weights[0] = 1
        return weights
    if kind == "wide":
        return np.round(10.0 ** rng.uniform(-3, 3, n), 4)
    return np.round(rng.uniform(0.1, 3, n), 3)


def binary_data(rng, n, labels, prevalence, scores, weights):
    positive = rng.random(n) < prevalence
    if n > 1:
        positive[0], positive[1] = True, False
    signal = rng.normal(0, 1, n) + positive
    s = 1 / (1 + np.exp(-signal))
    s = {"smooth": np.round(s, 6), "tied": np.round(s, 1), "equal": np.full(n, 0.5), "perfect": np.where(positive, 1.0, 0.0), "wrong": np.where(positive, 0.0, 1.0)}[scores]
    predicted = s >= 0.5
    return {
        "yTrue": np.where(positive, labels[1], labels[0]),
        "yPred": np.where(predicted, labels[1], labels[0]),
        "scores": s,
        "weights": weights_of(rng, n, weights),
    }


def table_data(rng, n, classes, weights, present=None, places=200, outside=None):
    """Probabilities are multiples of 1 / places (a power of two or nearly so adds up to 1 in any order)."""
    index = rng.integers(0, len(classes), n) if present is None else rng.choice(present, n)
    counts = np.stack([rng.multinomial(places, rng.dirichlet(1 + 2 * np.eye(len(classes))[k])) for k in index])
    predicted = np.array(classes)[counts.argmax(1)]
    if outside is not None:
        predicted[: max(1, n // 10)] = outside
    return {"yTrue": np.array(classes)[index], "yPred": predicted, "table": counts / places, "weights": weights_of(rng, n, weights), "classes": classes}


def value_data(rng, n, kind, weights):
    y = rng.normal(0, 1, n)
    p = y + rng.normal(0, 0.5, n)
    if kind == "constant":
        y = np.full(n, 0.5)  # exact in binary: numpy's mean of equal numbers is not always that number
    if kind == "exact":
        y = np.full(n, 2.5)
        p = y
    if kind == "zeros":
        y[:: 3] = 0
    if kind == "large":
        y, p = 1e9 + 1000 * y, 1e9 + 1000 * p
    return {"yTrue": np.round(y, 6), "yPred": np.round(p, 6), "weights": weights_of(rng, n, weights)}


def build(seed):
    rng = np.random.default_rng(seed)
    golden = Golden()
    binary_averages = ("binary", "macro", "micro", "weighted", "none")
    binary = [
        ("binary", 40, (0, 1), 0.5, "smooth", "uneven", True),
        ("binary-tied", 80, (0, 1), 0.4, "tied", "whole", True),
        ("binary-tied-uneven", 60, (0, 1), 0.4, "tied", "uneven", True),
        ("binary-rare", 150, (0, 1), 0.03, "smooth", "wide", False),
        ("binary-zero-weights", 40, (0, 1), 0.5, "smooth", "zeros", True),
        ("signs", 40, (-1, 1), 0.5, "smooth", "uneven", False),
        ("signs-tied", 30, (-1, 1), 0.7, "tied", "zeros", True),
        ("one-two", 30, (1, 2), 0.5, "smooth", "uneven", False),
        ("three-five", 30, (3, 5), 0.5, "tied", "whole", False),
        ("equal-scores", 12, (0, 1), 0.5, "equal", "uneven", True),
        ("perfect", 10, (0, 1), 0.5, "perfect", "whole", True),
        ("wrong", 10, (0, 1), 0.5, "wrong", "whole", True),
        ("two-rows", 2, (0, 1), 0.5, "smooth", "uneven", True),
        ("one-row", 1, (0, 1), 0.5, "smooth", "uneven", True),
        ("only-negatives", 6, (0, 0), 0.5, "smooth", "uneven", True),
        ("only-positives", 6, (1, 1), 0.5, "smooth", "uneven", True),
        ("only-minus-one", 5, (-1, -1), 0.5, "tied", "whole", True),
    ]
    for name, n, labels, prevalence, scores, weights, curves in binary:
        golden.datasets[name] = binary_data(rng, n, labels, prevalence, scores, weights)
        if name == "only-negatives":
            golden.datasets[name]["yPred"] = np.array([0, 0, 1, 0, 1, 0])
        label_cases(golden, name, binary_averages if n < 40 else binary_averages[:1])
        score_cases(golden, name, curves)
    averages = ("macro", "micro", "weighted", "none")
    tables = [
        ("signs-and-zero", 60, [-1, 0, 1], "uneven", {}),
        ("four", 80, [0, 1, 2, 3], "whole", {}),
        ("gaps", 40, [2, 5, 9], "zeros", {}),
        ("coarse", 60, [-1, 0, 1], "wide", {"places": 8}),
        ("missing-class", 30, [0, 1, 2], "uneven", {"present": [0, 1]}),
        ("one-of-three", 8, [0, 1, 2], "uneven", {"present": [1]}),
        ("outside", 40, [0, 1, 2], "uneven", {"outside": 7}),
        ("three-rows", 3, [-1, 0, 1], "whole", {}),
    ]
    for name, n, classes, weights, more in tables:
        golden.datasets[name] = table_data(rng, n, classes, weights, **more)
        subset = {"four": [1, 2], "gaps": [9, 2, 4], "outside": [0, 1, 2], "missing-class": [0, 1, 2]}.get(name)
        label_cases(golden, name, ("binary", *averages) if n < 10 else averages, subset)
        table_cases(golden, name)
    for name, n, weights in (("pair-of-columns", 30, "uneven"), ("pair-of-columns-coarse", 30, "zeros")):
        golden.datasets[name] = table_data(rng, n, [0, 1], weights, places=8 if n == 30 else 200)
        for weighted in (False, True):
            golden.add(name, "rocAuc", "table", lambda y, s, w: sk.roc_auc_score(y, s[:, 1], sample_weight=w), None, weighted)
            golden.add(name, "averagePrecision", "table", lambda y, s, w: sk.average_precision_score(y, s[:, 1], sample_weight=w), None, weighted)
            golden.add(name, "prAuc", "table", lambda y, s, w: pr_auc(y, s[:, 1], w), None, weighted)
            golden.add(name, "logLoss", "table", lambda y, s, w: sk.log_loss(y, s, sample_weight=w), None, weighted)
            golden.add(name, "brierScore", "table", lambda y, s, w: sk.brier_score_loss(y, s, sample_weight=w), None, weighted)
    values = [
        ("values", 60, "plain", "uneven"),
        ("values-wide", 60, "plain", "wide"),
        ("values-zeros", 30, "zeros", "zeros"),
        ("values-constant", 10, "constant", "whole"),
        ("values-exact", 10, "exact", "whole"),
        ("values-large", 60, "large", "uneven"),
        ("values-one", 1, "plain", "uneven"),
        ("values-two", 2, "plain", "uneven"),
    ]
    for name, n, kind, weights in values:
        golden.datasets[name] = value_data(rng, n, kind, weights)
        value_cases(golden, name)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    return {"versions": versions, "seed": seed, "datasets": golden.datasets, "cases": golden.cases}


def dump(golden):
    """One data set and one case a line, so that a change shows as the lines it touches."""
    line = lambda value: json.dumps(encode(value), separators=(",", ":"))
    datasets = ",\n".join(f"{json.dumps(name)}:{line(data)}" for name, data in golden["datasets"].items())
    cases = ",\n".join(line(case) for case in golden["cases"])
    head = json.dumps({"versions": golden["versions"], "seed": golden["seed"]})[1:-1]
    return f'{{{head},\n"datasets":{{\n{datasets}\n}},\n"cases":[\n{cases}\n]}}\n'


if __name__ == "__main__":
    sys.stdout.write(dump(build(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SEED)))
