"""One measurement of scikit-learn's Ridge (one alpha) or RidgeCV: reads X and y, trains, prints seconds and coefficients as JSON."""

import json
import sys
import time

import numpy as np
from sklearn.linear_model import Ridge, RidgeCV


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


request = json.loads(sys.argv[1])
alphas = request["alphas"]
X = np.fromfile(request["X"], np.float32).reshape(-1, request["cols"]).astype(np.float64)
y = np.fromfile(request["y"], np.float32).astype(np.float64)
started = time.perf_counter()
model = (RidgeCV(alphas=alphas) if len(alphas) > 1 else Ridge(alpha=alphas[0])).fit(X, y)
seconds = time.perf_counter() - started
alpha = float(model.alpha_) if len(alphas) > 1 else alphas[0]
print(json.dumps({"seconds": seconds, "peakRss": peak_rss(), "alpha": alpha, "coefficients": model.coef_.tolist()}))
