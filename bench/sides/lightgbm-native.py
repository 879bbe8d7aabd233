"""One measurement of LightGBM's Python package: reads the benchmark data, trains, writes test probabilities, prints JSON."""

import json
import sys
import time

import lightgbm as lgb
import numpy as np


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


request = json.loads(sys.argv[1])
data, target, cols = request["data"], request["target"], request["cols"]
X = np.fromfile(f"{data}X_train.f32", np.float32).reshape(-1, cols)
y = np.fromfile(f"{data}{target}_train.f32", np.float32)
params = {
    "objective": "binary" if target == "binary" else "multiclass",
    "num_leaves": request["leaves"],
    "learning_rate": request["learningRate"],
    "num_threads": request["threads"],
    "verbosity": -1,
    **({} if target == "binary" else {"num_class": 3}),
    **request.get("params", {}),
}
started = time.perf_counter()
dataset = lgb.Dataset(X, y, params=params).construct()
binned = time.perf_counter()
booster = lgb.train(params, dataset, request["rounds"])
seconds = time.perf_counter() - started
peak = peak_rss()
T = np.fromfile(f"{data}X_test.f32", np.float32).reshape(-1, cols)
np.asarray(booster.predict(T, num_threads=request["threads"]), np.float32).tofile(request["predictions"])
print(json.dumps({"seconds": seconds, "binningSeconds": binned - started, "peakRss": peak}))
