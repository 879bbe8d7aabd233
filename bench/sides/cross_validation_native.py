"""scikit-learn's cross_validate with LightGBM's classifier: reads the benchmark data, trains and scores every fold, prints JSON."""

import json
import sys
import time

import numpy as np
from lightgbm import LGBMClassifier
from sklearn.model_selection import cross_validate


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


request = json.loads(sys.argv[1])
data, threads, together = request["data"], request["threads"], request["together"]
X = np.fromfile(f"{data}X_train.f32", np.float32).reshape(-1, request["cols"])
y = np.fromfile(f"{data}binary_train.f32", np.float32)
# Ranges of rows, purged as on the other side.
rows = [tuple(np.concatenate([np.arange(a, b) for a, b in ranges]) for ranges in fold) for fold in request["folds"]]
model = LGBMClassifier(n_jobs=1 if together else threads, verbosity=-1, **request["params"])
started = time.perf_counter()
found = cross_validate(model, X, y, cv=rows, scoring=["roc_auc", "neg_log_loss"], n_jobs=threads if together else None)
seconds = time.perf_counter() - started
quality = {"auc": found["test_roc_auc"].mean(), "logLoss": -found["test_neg_log_loss"].mean()}
print(json.dumps({"seconds": seconds, "peakRss": peak_rss(), "quality": quality}))
