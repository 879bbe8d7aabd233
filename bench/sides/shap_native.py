"""One measurement of a library's own Shapley values, or of shap's: opens the model file, explains the first test rows, prints seconds as JSON."""

import json
import sys
import time

import numpy as np


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


request = json.loads(sys.argv[1])
library, file, kind, threads, cols = (request[key] for key in ("library", "model", "kind", "threads", "cols"))
X = np.fromfile(f"{request['data']}X_test.f32", np.float32, request["rows"] * cols).reshape(-1, cols)


def lightgbm():
    import lightgbm as lgb

    booster = lgb.Booster(model_file=file)
    if kind == "background":
        import shap

        rows = np.fromfile(f"{request['data']}X_train.f32", np.float32, 100 * cols).reshape(-1, cols)
        explainer = shap.TreeExplainer(booster, rows, feature_perturbation="interventional")
        return lambda: np.asarray(explainer.shap_values(X, check_additivity=False))
    return lambda: booster.predict(X, pred_contrib=True, num_threads=threads)[:, :cols]


def xgboost():
    import xgboost as xgb

    booster = xgb.Booster({"nthread": threads}, model_file=file)
    rows = xgb.DMatrix(X, nthread=threads)
    if kind == "interactions":
        return lambda: booster.predict(rows, pred_interactions=True)[:, :cols, :cols]
    return lambda: booster.predict(rows, pred_contribs=True)[:, :cols]


def catboost():
    import catboost as cb

    model = cb.CatBoost().load_model(file, format="json")
    pool = cb.Pool(X)
    return lambda: model.get_feature_importance(pool, type="ShapValues", thread_count=threads)[:, :cols]


explain = {"lightgbm": lightgbm, "xgboost": xgboost, "catboost": catboost}[library]()
started = time.perf_counter()
values = explain()
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "peakRss": peak_rss(), "mean": float(np.abs(values).mean(dtype=np.float64))}))
