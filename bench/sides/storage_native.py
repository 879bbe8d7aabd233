"""A worker of the storage benchmark: says when it is ready, waits to be told to start, runs its trials, says when it is done."""
import json
import resource
import sys
import warnings

import optuna
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
request = json.loads(sys.argv[1])
kind, place = request["kind"], request["place"]
if kind == "postgresql":
    storage = RDBStorage(place.replace("postgresql:", "postgresql+psycopg:"))
elif kind == "sqlite":
    storage = RDBStorage(f"sqlite:///{place}")
else:
    storage = JournalStorage(JournalFileBackend(place))
sampler = optuna.samplers.RandomSampler(seed=request["seed"])
study = optuna.create_study(storage=storage, study_name="s", load_if_exists=True, sampler=sampler)


def objective(trial):
    return sum(trial.suggest_float(f"x{i}", 0, 1) for i in range(request["params"]))


print("ready", flush=True)
sys.stdin.readline()
before = resource.getrusage(resource.RUSAGE_SELF)
study.optimize(objective, n_trials=request["trials"])
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"processorSeconds": seconds, "peakRss": after.ru_maxrss * 1024}), flush=True)
