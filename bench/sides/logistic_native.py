"""One measurement of scikit-learn's LogisticRegression(lbfgs): reads X and y, trains, prints seconds and coefficients as JSON."""

import json
import sys
import time

import numpy as np
from sklearn.linear_model import LogisticRegression


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


request = json.loads(sys.argv[1])
# In float64: on float32 rows lbfgs gives up before it reaches the objective that is compared.
X = np.fromfile(request["X"], np.float32).reshape(-1, request["cols"]).astype(np.float64)
y = np.fromfile(request["y"], np.float32)
started = time.perf_counter()
model = LogisticRegression(tol=request["tolerance"], max_iter=10000).fit(X, y)
seconds = time.perf_counter() - started
print(
    json.dumps(
        {
            "seconds": seconds,
            "peakRss": peak_rss(),
            "iterations": int(model.n_iter_.max()),
            "coefficients": model.coef_.tolist(),
            "intercept": model.intercept_.tolist(),
        }
    )
)
