"""Optuna's side of the tuning benchmarks: one JSON request a line on stdin, one answer a line on stdout."""
import json
import math
import sys
import time
import warnings

import numpy as np
import optuna

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
sets = {}


def branin(p):
    x, y = p["x0"], p["x1"]
    a = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return a * a + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
HARTMANN_P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]
HARTMANN_C = [1, 1.2, 3, 3.2]


def hartmann(p):
    inner = [sum(a[j] * (p[f"x{j}"] - q[j] / 1e4) ** 2 for j in range(6)) for a, q in zip(HARTMANN_A, HARTMANN_P)]
    return -sum(c * math.exp(-v) for c, v in zip(HARTMANN_C, inner))


def rosenbrock(p):
    x = [p[f"x{i}"] for i in range(4)]
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(3))


def ackley(p):
    x = [p[f"x{i}"] for i in range(5)]
    squares, waves = sum(v * v for v in x) / 5, sum(math.cos(2 * math.pi * v) for v in x) / 5
    return -20 * math.exp(-0.2 * math.sqrt(squares)) - math.exp(waves) + 20 + math.e


def styblinski(p):
    return sum((v**4 - 16 * v * v + 5 * v) / 2 for v in (p[f"x{i}"] for i in range(8)))


def mixed(p):
    kind = "abcd".index(p["kind"])
    rate, penalty = math.log10(p["rate"]) + 2 + 0.5 * kind, math.log10(p["penalty"]) + 3
    depth, units = (p["depth"] - 6 - kind) / 4, math.log2(p["units"]) - 6
    return rate * rate + 0.3 * penalty * penalty + depth * depth + 0.2 * units * units + [0.6, 0.3, 0, 0.4][kind]


FUNCTIONS = {
    "branin": branin,
    "hartmann6": hartmann,
    "rosenbrock4": rosenbrock,
    "ackley5": ackley,
    "styblinski-tang8": styblinski,
    "mixed": mixed,
}


def lightgbm_loss(name, params):
    """The held-out loss of native LightGBM: the same objective for both tuners."""
    import lightgbm

    train, test, y, objective = sets[name]
    fixed = {"objective": objective, "num_threads": 1, "verbose": -1, "deterministic": True, "seed": 1}
    if objective == "multiclass":
        fixed["num_class"] = int(y.max()) + 1
    rounds = int(params["num_iterations"])
    rest = {k: v for k, v in params.items() if k != "num_iterations"}
    booster = lightgbm.train({**fixed, **rest}, lightgbm.Dataset(*train), rounds)
    out = booster.predict(test)
    if objective == "regression":
        return float(np.sqrt(np.mean((out - y) ** 2)))
    if objective == "binary":
        out = np.stack([1 - out, out], 1)
    picked = out[np.arange(len(y)), y.astype(int)]
    return float(-np.mean(np.log(np.clip(picked, 1e-15, 1))))


def suggest(trial, entry):
    if "choices" in entry:
        return trial.suggest_categorical(entry["name"], entry["choices"])
    kind = trial.suggest_int if entry.get("int") else trial.suggest_float
    return kind(entry["name"], entry["low"], entry["high"], log=entry.get("log", False))


def distribution(entry):
    if "choices" in entry:
        return optuna.distributions.CategoricalDistribution(entry["choices"])
    kind = optuna.distributions.IntDistribution if entry.get("int") else optuna.distributions.FloatDistribution
    return kind(entry["low"], entry["high"], log=entry.get("log", False))


def objective_of(request):
    name = request["name"]
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    return lambda params: lightgbm_loss(name, params)


def answer(request):
    do = request["do"]
    if do == "load":
        X = np.fromfile(request["X"], np.float32).reshape(-1, request["cols"])
        y = np.fromfile(request["y"], np.float32)
        held = np.arange(len(y)) % 4 == 0
        sets[request["name"]] = ((X[~held], y[~held]), X[held], y[held], request["objective"])
        return {}
    if do == "evaluate":
        return {"value": objective_of(request)(request["params"])}
    if do == "optuna":
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=request["seed"]))
        objective = objective_of(request)
        study.optimize(lambda t: objective({e["name"]: suggest(t, e) for e in request["space"]}), n_trials=request["trials"])
        return {"best": study.best_value}
    # Overhead: as many random trials as asked for, then the time of asking, suggesting and telling.
    sampler = optuna.samplers.TPESampler(seed=1, multivariate=request["multivariate"])
    study = optuna.create_study(sampler=sampler)
    random = np.random.default_rng(1)
    distributions = {e["name"]: distribution(e) for e in request["space"]}
    for _ in range(request["trials"]):
        params = {}
        for e in request["space"]:
            u = random.random()
            if "choices" in e:
                params[e["name"]] = e["choices"][int(u * len(e["choices"]))]
            elif e.get("int"):
                params[e["name"]] = int(e["low"] + u * (e["high"] - e["low"]))
            else:
                params[e["name"]] = e["low"] + u * (e["high"] - e["low"])
        study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=random.random()))
    times = []
    for _ in range(request["repeats"]):
        start = time.process_time()
        trial = study.ask()
        for e in request["space"]:
            suggest(trial, e)
        study.tell(trial, random.random())
        times.append((time.process_time() - start) * 1000)
    return {"times": times}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
