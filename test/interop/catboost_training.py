"""Trains CatBoost on the rows of stdin; writes its trees and its history."""
import json
import os
import sys
import tempfile

import catboost

job = json.load(sys.stdin)
params = dict(thread_count=2, verbose=0, allow_writing_files=False, **job.get("params", {}))
categorical = job.get("categorical")


def rows(matrix):
    return [[int(v) if categorical and j in categorical else v for j, v in enumerate(row)] for row in matrix]


def flatten(tree, floats):
    """Tests, values and weights of a tree that is not symmetric, a node before its left branch, that before the right one."""
    flat = {"tests": [], "values": [], "weights": []}
    stack = [tree]
    while stack:
        node = stack.pop()
        if "split" in node:
            split = node["split"]
            flat["tests"].append([floats[split["float_feature_index"]]["flat_feature_index"], split["border"]])
            stack += [node["right"], node["left"]]
        else:
            flat["tests"].append([-1, 0])
            flat["values"] += node["value"] if isinstance(node["value"], list) else [node["value"]]
            flat["weights"].append(node["weight"])
    return flat


def borders(values, count):
    """Borders of a column of these values."""
    pool = catboost.Pool([[v] for v in values], [i % 2 for i in range(len(values))])
    pool.quantize(border_count=count)
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "borders.tsv")
        pool.save_quantization_borders(path)
        with open(path) as file:
            return [float(line.split()[1]) for line in file]


if "columns" in job:
    json.dump([borders(column["values"], column["count"]) for column in job["columns"]], sys.stdout)
    sys.exit()

runs = []
for seed in job.get("seeds", [0]):
    model = catboost.CatBoost(dict(params, random_seed=seed))
    train = catboost.Pool(rows(job["X"]), job["y"], cat_features=categorical, weight=job.get("weights"))
    test = catboost.Pool(rows(job["XTest"]), job["yTest"], cat_features=categorical)
    model.fit(train, eval_set=test)
    history = model.evals_result_["validation"]
    run = {"learningRate": model.get_all_params()["learning_rate"], "history": history[next(iter(history))], "trees": []}
    if job.get("trees"):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "model.json")
            model.save_model(path, format="json")
            with open(path) as file:
                content = json.load(file)
        floats = content["features_info"]["float_features"]
        for tree in content.get("trees", [])[: job["trees"]]:
            run["trees"].append(flatten(tree, floats))
        for tree in content.get("oblivious_trees", [])[: job["trees"]]:
            tests = [[floats[s["float_feature_index"]]["flat_feature_index"], s["border"]] for s in tree["splits"]]
            run["trees"].append({"tests": tests, "values": tree["leaf_values"], "weights": tree["leaf_weights"]})
    runs.append(run)
json.dump(runs, sys.stdout)
