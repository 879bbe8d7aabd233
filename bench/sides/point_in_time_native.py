"""One measurement of pandas' merge_asof: frames of the benchmark's columns, sorted by time and joined once, rows put back in order; prints seconds as JSON."""

import json
import sys
import time

import numpy as np
import pandas as pd


def peak_rss() -> int:
    # VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


request = json.loads(sys.argv[1])


def column(name):
    return np.fromfile(f"{request['data']}{name}.f64", np.float64)


def side(name):
    times = pd.to_datetime(column(f"{name}-time").astype(np.int64), unit="ms").astype("datetime64[us]")
    return {"id": column(f"{name}-id").astype(np.int64), "event_timestamp": times}


names = [f"f{j}" for j in range(request["features"])]
entities = pd.DataFrame(side("entity"))
view = pd.DataFrame({**side("view"), **{name: column(name) for name in names}})
started = time.perf_counter()
if not entities["event_timestamp"].is_monotonic_increasing:
    entities = entities.sort_values("event_timestamp", kind="stable")
if not view["event_timestamp"].is_monotonic_increasing:
    view = view.sort_values("event_timestamp", kind="stable")
joined = pd.merge_asof(
    entities, view, on="event_timestamp", by="id", tolerance=pd.Timedelta(request["ttl"], unit="ms")
)
joined.index = entities.index
if not joined.index.is_monotonic_increasing:
    joined = joined.sort_index()
seconds = time.perf_counter() - started
values = joined["f0"].to_numpy()
found = int(np.count_nonzero(~np.isnan(values)))
print(json.dumps({"seconds": seconds, "peakRss": peak_rss(), "found": found, "sum": float(np.nansum(values))}))
