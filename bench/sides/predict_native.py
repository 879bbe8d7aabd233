"""One measurement of prediction by a library's Python package: opens the model file, scores all rows and then one at a time."""

import json
import resource
import sys
import time

import numpy as np

request = json.loads(sys.argv[1])
library, file, threads = request["library"], request["model"], request["threads"]
X = np.fromfile(f"{request['data']}X_test.f32", np.float32).reshape(-1, request["cols"])


def lightgbm():
    import lightgbm as lgb

    booster = lgb.Booster(model_file=file)
    return lambda T: booster.predict(T, num_threads=threads)


def xgboost():
    import xgboost as xgb

    booster = xgb.Booster(model_file=file)
    booster.set_param({"nthread": threads})
    return lambda T: booster.inplace_predict(T)


def catboost():
    import catboost as cb

    model = cb.CatBoost().load_model(file, format="json")
    return lambda T: model.predict(T, prediction_type="Probability", thread_count=threads)[:, 1]


predict = {"lightgbm": lightgbm, "xgboost": xgboost, "catboost": catboost}[library]()
predict(X)
started = time.perf_counter()
scores = predict(X)
seconds = time.perf_counter() - started
times = []
for _ in range(300):
    before = time.perf_counter()
    predict(X[:1])
    times.append(1e6 * (time.perf_counter() - before))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "peakRss": peak, "single": float(np.median(times)), "mean": float(np.mean(scores, dtype=np.float64))}))
