"""One measurement of bootstrap standard errors by a loop over scikit-learn's metrics, spread by joblib: prints seconds and standard errors as JSON."""

import json
import sys
import time

import numpy as np
from joblib import Parallel, delayed
from sklearn import metrics as sk

request = json.loads(sys.argv[1])
SHARES = (0.01, 0.05, 0.1)


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def calibration_error(y, p, bins=10):
    place = np.minimum((p * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    came = np.bincount(place, weights=y, minlength=bins)
    predicted = np.bincount(place, weights=p, minlength=bins)
    return float(np.abs(came - predicted)[counts > 0].sum() / len(y))


def all_metrics(y, p, label):
    precision, recall, _ = sk.precision_recall_curve(y, p)
    order = np.argsort(-p, kind="stable")
    first = {f"precisionAt {share}": y[order[: max(1, round(share * len(y)))]].mean() for share in SHARES}
    return {
        "accuracy": sk.accuracy_score(y, label),
        "balancedAccuracy": sk.balanced_accuracy_score(y, label),
        "precision": sk.precision_score(y, label),
        "recall": sk.recall_score(y, label),
        "f1": sk.f1_score(y, label),
        "matthewsCorrelation": sk.matthews_corrcoef(y, label),
        "rocAuc": sk.roc_auc_score(y, p),
        "prAuc": sk.auc(recall, precision),
        "logLoss": sk.log_loss(y, p),
        "brierScore": sk.brier_score_loss(y, p),
        "expectedCalibrationError": calibration_error(y, p),
        **first,
    }


def stratified(rng, strata):
    return np.concatenate([rng.choice(stratum, len(stratum)) for stratum in strata])


def stationary(rng, n, length):
    new = rng.random(n) < 1 / length
    new[0] = True
    begun = np.maximum.accumulate(np.where(new, np.arange(n), 0))
    return (rng.integers(0, n, n)[begun] + np.arange(n) - begun) % n


def resample(seed, y, p, label, strata):
    rng = np.random.default_rng(seed)
    rows = stratified(rng, strata) if request["resampling"] == "stratified" else stationary(rng, len(y), request["block"])
    return all_metrics(y[rows], p[rows], label[rows])


y = np.fromfile(request["y"], np.float32).astype(np.int64)
p = np.fromfile(request["p"], np.float32).astype(np.float64)
label = (p >= 0.5).astype(np.int64)
started = time.perf_counter()
strata = [np.flatnonzero(y == c) for c in (0, 1)]
seeds = np.random.SeedSequence(0).spawn(request["samples"])
values = Parallel(n_jobs=request["threads"])(delayed(resample)(seed, y, p, label, strata) for seed in seeds)
table = {name: np.array([value[name] for value in values]) for name in values[0]}
intervals = {name: np.quantile(column, [0.025, 0.975]) for name, column in table.items()}
seconds = time.perf_counter() - started
errors = {name: float(np.std(column)) for name, column in table.items()}
print(json.dumps({"seconds": seconds, "peakRss": peak_rss(), "standardErrors": errors}))
