"""Studies in a journal file as Python's Optuna sees, makes and continues them."""
import json
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)
request = json.load(sys.stdin)
storage = JournalStorage(JournalFileBackend(request["path"]))


def objective(trial):
    x = trial.suggest_float("x", 0.01, 10, log=True)
    n = trial.suggest_int("n", 1, 9, step=2)
    kind = trial.suggest_categorical("kind", ["a", None, True, 3])
    share = trial.suggest_float("share", 0, 1, step=0.25)
    trial.report(x, 2)
    trial.set_user_attr("note", {"n": n})
    if trial.number % 7 == 3:
        raise optuna.TrialPruned()
    if trial.number % 7 == 5:
        raise ValueError("no luck")
    return x + n + share + (0 if kind == "a" else 1)


def milliseconds(date):
    """Whole ones since 1970, as JavaScript counts them: without the microseconds that a date has besides."""
    return int(date.timestamp() * 1_000_000 + 0.5) // 1000 if date else None


def dump(study):
    return [
        {
            "number": t.number,
            "state": t.state.name.lower(),
            "values": t.values,
            "params": t.params,
            "distributions": {k: optuna.distributions.distribution_to_json(d) for k, d in t.distributions.items()},
            "reports": sorted(t.intermediate_values.items()),
            "user": t.user_attrs,
            "started": milliseconds(t.datetime_start),
            "completed": milliseconds(t.datetime_complete),
        }
        for t in study.trials
    ]


if request["do"] == "run":
    study = optuna.create_study(
        storage=storage,
        study_name=request["name"],
        direction="maximize",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=1),
    )
    study.optimize(objective, n_trials=request["trials"], catch=(ValueError,))
    if request.get("enqueue"):
        study.enqueue_trial({"x": 5.0})
else:
    study = optuna.load_study(storage=storage, study_name=request["name"])
json.dump({"trials": dump(study), "directions": [d.name.lower() for d in study.directions]}, sys.stdout)
