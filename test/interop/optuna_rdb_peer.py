"""Studies in a database as Python's Optuna sees, makes and continues them; its schema too. A line of JSON for each request."""
import json
import os
import sys
import time
import warnings

import optuna
from sqlalchemy import create_engine, inspect, text
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    x = trial.suggest_float("x", 0.01, 10, log=True)
    n = trial.suggest_int("n", 1, 9, step=2)
    kind = trial.suggest_categorical("kind", ["a", None, True, 3])
    share = trial.suggest_float("share", 0, 1, step=0.25)
    trial.report(x, 2)
    trial.report(float("nan"), 3)
    trial.report(float("inf"), 4)
    trial.set_user_attr("note", {"n": n, "text": 'ü"'})
    if trial.number % 7 == 3:
        raise optuna.TrialPruned()
    if trial.number % 7 == 5:
        raise ValueError("no luck")
    return float("inf") if trial.number % 7 == 6 else x + n + share + (0 if kind == "a" else 1)


def milliseconds(date):
    return int(date.timestamp() * 1_000_000 + 0.5) // 1000 if date else None


def dump(study):
    return {
        "trials": [
            {
                "number": t.number,
                "state": t.state.name.lower(),
                "values": t.values,
                "params": t.params,
                "distributions": {k: optuna.distributions.distribution_to_json(d) for k, d in t.distributions.items()},
                "reports": sorted(t.intermediate_values.items()),
                "user": t.user_attrs,
                "system": t.system_attrs,
                "started": milliseconds(t.datetime_start),
                "completed": milliseconds(t.datetime_complete),
            }
            for t in study.trials
        ],
        "directions": [d.name.lower() for d in study.directions],
        "user": study.user_attrs,
    }


def schema(url):
    """Tables, columns, keys, indices and types, as SQLAlchemy reads them from the database."""
    look = inspect(create_engine(url))
    tables = {
        table: {
            "columns": [
                [c["name"], str(c["type"]), sorted(getattr(c["type"], "enums", None) or []), c["nullable"], c.get("default")]
                for c in look.get_columns(table)
            ],
            "primary": look.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(sorted(u["column_names"]) for u in look.get_unique_constraints(table)),
            "foreign": sorted([f["constrained_columns"], f["referred_table"], f["referred_columns"]] for f in look.get_foreign_keys(table)),
            "indices": sorted([i["name"], i["column_names"], bool(i["unique"])] for i in look.get_indexes(table)),
            "checks": sorted(c["sqltext"].replace(" ", "").strip("()") for c in look.get_check_constraints(table)),
        }
        for table in sorted(look.get_table_names())
    }
    with create_engine(url).connect() as connection:
        versions = [
            [list(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]
            for table in ("version_info", "alembic_version")
        ]
    return {"tables": tables, "versions": versions}


def dying(trial):
    trial.suggest_float("x", 0.01, 10, log=True)
    time.sleep(0.3)
    os._exit(0)


def answer(request):
    url, name, what = request["url"], request.get("name"), request["do"]
    if what == "schema":
        if request.get("make"):
            RDBStorage(url)
        return schema(url)
    life = dict(heartbeat_interval=1, grace_period=1)
    if what == "run":
        retry = request.get("retry")
        callback = dict(heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=1), **life) if retry else {}
        study = optuna.create_study(
            storage=RDBStorage(url, **callback),
            study_name=name,
            direction="minimize" if retry else "maximize",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=1),
        )
        study.optimize(objective, n_trials=request["trials"], catch=(ValueError,))
        if request.get("enqueue"):
            study.enqueue_trial({"x": 5.0})
        return dump(study)
    if what == "die":
        optuna.create_study(storage=RDBStorage(url, **life), study_name=name).optimize(dying, n_trials=1)
    study = optuna.load_study(storage=RDBStorage(url), study_name=name)
    if what == "waiting":
        x = optuna.distributions.FloatDistribution(0.01, 10, log=True)
        study.add_trial(
            optuna.create_trial(state=optuna.trial.TrialState.WAITING, params={"x": 0.125}, distributions={"x": x})
        )
    return dump(study)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
