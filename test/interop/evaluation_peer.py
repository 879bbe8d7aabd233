"""What an evaluation claims, by scikit-learn, scipy and numpy: weighted metrics of resamples, standard errors, intervals, DeLong, block lengths."""

import json
import sys

import numpy as np
from scipy import stats
from sklearn import metrics as sk

request = json.load(sys.stdin)


def array(name):
    return np.array(request[name], dtype=float)


def two_classes(y, p, label, weight):
    precision, recall, _ = sk.precision_recall_curve(y, p, sample_weight=weight)
    return {
        "accuracy": sk.accuracy_score(y, label, sample_weight=weight),
        "balancedAccuracy": sk.balanced_accuracy_score(y, label, sample_weight=weight),
        "precision": sk.precision_score(y, label, sample_weight=weight),
        "recall": sk.recall_score(y, label, sample_weight=weight),
        "f1": sk.f1_score(y, label, sample_weight=weight),
        "matthewsCorrelation": sk.matthews_corrcoef(y, label, sample_weight=weight),
        "rocAuc": sk.roc_auc_score(y, p, sample_weight=weight),
        "prAuc": sk.auc(recall, precision),
        "logLoss": sk.log_loss(y, p, sample_weight=weight),
        "brierScore": sk.brier_score_loss(y, p, sample_weight=weight),
    }


def weighted():
    y, p, label, w = array("y"), array("p"), array("label"), array("w")
    out = []
    for counts in request["counts"]:
        weight = w * np.array(counts)
        kept = weight > 0
        out.append(two_classes(y[kept], p[kept], label[kept], weight[kept]))
    return out


def stratified(samples=250):
    y, p, label = array("y"), array("p"), array("label")
    rng = np.random.default_rng(0)
    strata = [np.flatnonzero(y == c) for c in np.unique(y)]
    values = []
    for _ in range(samples):
        rows = np.concatenate([rng.choice(stratum, len(stratum)) for stratum in strata])
        values.append(two_classes(y[rows], p[rows], label[rows], None))
    names = values[0].keys()
    return {name: float(np.std([v[name] for v in values])) for name in names}


def accelerated():
    result = stats.bootstrap(
        (array("skewed"),), np.mean, n_resamples=20000, method="BCa", rng=np.random.default_rng(0), vectorized=True
    )
    interval = result.confidence_interval
    return [float(interval.low), float(interval.high), float(result.standard_error)]


def blocks(samples=4000, length=20):
    series = array("series")
    n = len(series)
    rng = np.random.default_rng(0)
    out = {}
    for kind in ("stationary", "circular", "moving"):
        means = []
        for _ in range(samples):
            if kind == "stationary":
                new = rng.random(n) < 1 / length
                new[0] = True
                starts = rng.integers(0, n, n)
                begun = np.maximum.accumulate(np.where(new, np.arange(n), 0))
                rows = (starts[begun] + np.arange(n) - begun) % n
            else:
                count = -(-n // length)
                starts = rng.integers(0, n if kind == "circular" else n - length + 1, count)
                rows = ((starts[:, None] + np.arange(length)).ravel()[:n]) % n
            means.append(series[rows].mean())
        out[kind] = float(np.std(means))
    return out


def delong():
    """The covariance of DeLong et al. (1988) from the matrix of all pairs."""
    y, scores = array("y"), [array("p"), array("q")]
    pairs = [np.heaviside(s[y == 1][:, None] - s[y == 0][None, :], 0.5) for s in scores]
    positives, negatives = pairs[0].shape
    s10 = np.cov([pair.mean(axis=1) for pair in pairs])
    s01 = np.cov([pair.mean(axis=0) for pair in pairs])
    covariance = s10 / positives + s01 / negatives
    aucs = [pair.mean() for pair in pairs]
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    z = (aucs[0] - aucs[1]) / np.sqrt(variance)
    return {"aucs": aucs, "variances": np.diag(covariance).tolist(), "z": z, "p": 2 * stats.norm.sf(abs(z))}


def lengths(series):
    """Politis and White (2004) with the correction of Patton, Politis and White (2009)."""
    x = np.array(series) - np.mean(series)
    n = len(x)
    quiet = max(5, int(np.ceil(np.sqrt(np.log10(n)))))
    most = int(np.ceil(np.sqrt(n))) + quiet
    gamma = np.array([x[k:] @ x[: n - k] / n for k in range(most + 1)])
    small = np.abs(gamma / gamma[0]) < stats.norm.ppf(0.975) * np.sqrt(np.log10(n) / n)
    lag = next((k for k in range(most - quiet + 1) if small[k + 1 : k + quiet + 1].all()), None)
    if lag is None:
        lag = int(np.flatnonzero(~small)[-1])
    window = min(2 * max(lag, 1), most)
    k = np.arange(-window, window + 1)
    flat = np.clip(2 * (1 - np.abs(k / window)), 0, 1)
    g = np.sum(flat * np.abs(k) * gamma[np.abs(k)])
    spectrum = np.sum(flat * gamma[np.abs(k)])
    longest = np.ceil(min(3 * np.sqrt(n), n / 3))
    return [
        float(np.clip((2 * g**2 / (d * spectrum**2)) ** (1 / 3) * n ** (1 / 3), 1, longest)) for d in (2, 4 / 3)
    ]


print(
    json.dumps(
        {
            "weighted": weighted(),
            "stratified": stratified(),
            "accelerated": accelerated(),
            "blocks": blocks(),
            "delong": delong(),
            "lengths": [lengths(series) for series in request["manySeries"]],
        }
    )
)
