"""Fits LinearSVC or LinearSVR: {kind, params, X, y, weights} on stdin to its coefficients."""
import json
import sys

import numpy as np
from sklearn.svm import LinearSVC, LinearSVR

request = json.load(sys.stdin)
kind = {"LinearSVC": LinearSVC, "LinearSVR": LinearSVR}[request["kind"]]
params = {"tol": 1e-7, "max_iter": 100_000, "dual": True, **request["params"]}
model = kind(**params).fit(np.array(request["X"]), np.array(request["y"]), sample_weight=request["weights"])
intercept = np.broadcast_to(model.intercept_, np.atleast_2d(model.coef_).shape[:1])
json.dump({"coef": np.atleast_2d(model.coef_).tolist(), "intercept": intercept.tolist()}, sys.stdout)
