"""CatBoost's side of catboost.test.ts: trains or opens models and predicts. Requests as JSON on stdin, an answer each on stdout."""

import json
import sys

import catboost
import numpy as np
import pandas as pd


def table(request, rows, names=None):
    """Columns as CatBoost wants them: categories as text (a code's name, or its digits; missing is 'nan'), the rest float32."""
    data = np.asarray(rows, dtype=np.float64)
    texts_of = {int(column): texts for column, texts in request.get("categoryNames", {}).items()}
    frame = {}
    for column in range(data.shape[1]):
        values = data[:, column]
        if column not in request.get("categorical", []):
            frame[names[column] if names else str(column)] = values.astype(np.float32)
            continue
        texts = texts_of.get(column)

        def text(value):
            if np.isnan(value) or value < 0 or value != int(value):
                return "nan"
            code = int(value)
            return texts[code] if texts and code < len(texts) else str(code)

        frame[names[column] if names else str(column)] = [text(value) for value in values]
    return pd.DataFrame(frame)


def answer(model, request):
    T = table(request, request["T"], model.feature_names_)
    loss = request.get("params", {}).get("loss_function", "")
    kind = "Probability" if request.get("classify") else None
    output = model.predict(T, prediction_type=kind) if kind else model.predict(T)
    if loss in ("Poisson", "Tweedie:variance_power=1.5"):
        output = model.predict(T, prediction_type="Exponent")
    result = {
        "raw": np.asarray(model.predict(T, prediction_type="RawFormulaVal")).tolist(),
        "output": np.asarray(output).tolist(),
        "leaves": np.asarray(model.calc_leaf_indexes(T)).tolist() if request.get("leaves") else None,
        "classes": [x.item() if hasattr(x, "item") else x for x in getattr(model, "classes_", [])],
        "trees": model.tree_count_,
        "names": model.feature_names_,
    }
    if request.get("importance"):
        result["importance"] = model.get_feature_importance(type="PredictionValuesChange").tolist()
    return result


def train(request):
    X = table(request, request["X"])
    params = {
        "iterations": 20,
        "verbose": 0,
        "allow_writing_files": False,
        "thread_count": 2,
        "random_seed": 1,
        "cat_features": [str(c) for c in request.get("categorical", [])],
        **request["params"],
    }
    y = np.asarray(request["y"])
    if request.get("integers"):
        y = y.astype(int)
    model = catboost.CatBoost(params) if not request.get("classify") else catboost.CatBoostClassifier(**params)
    model.fit(catboost.Pool(X, y, weight=request.get("weights"), cat_features=params["cat_features"]))
    model.save_model(request["json"], format="json")
    model.save_model(request["cbm"])
    return answer(model, request)


def opened(request):
    model = (catboost.CatBoostClassifier() if request.get("classify") else catboost.CatBoost()).load_model(
        request["file"], format="cbm" if request["file"].endswith(".cbm") else "json"
    )
    result = answer(model, request)
    if "again" in request:
        model.save_model(request["again"], format="json")
    return result


call = json.load(sys.stdin)
actions = {"train": train, "open": opened}
json.dump([actions[request["do"]]({**call["common"], **request}) for request in call["requests"]], sys.stdout)
