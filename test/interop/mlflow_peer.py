"""Runs pieces of Python against an MLflow server: a request a line, {url, script, input}; the script leaves its answer in `out`."""
import json
import logging
import os
import sys
import traceback
import warnings

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
answers = sys.stdout
sys.stdout = sys.stderr

import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

for line in sys.stdin:
    message = json.loads(line)
    mlflow.set_tracking_uri(message["url"])
    scope = {
        "mlflow": mlflow, "np": np, "pd": pd, "os": os,
        "c": mlflow.MlflowClient(), "request": message["input"],
    }
    try:
        exec(message["script"], scope)
        answer = {"out": scope["out"]}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), file=answers, flush=True)
