"""scikit-learn's calibrators on JSON data from stdin: sigmoid, isotonic and temperature, and CalibratedClassifierCV on a frozen model."""

import json
import sys
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, _SigmoidCalibration
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression

warnings.simplefilter("ignore")


class Given(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose probabilities are its input."""

    def __init__(self, classes=2):
        self.classes = classes

    def fit(self, X, y):
        return self

    @property
    def classes_(self):
        return np.arange(self.classes)

    def predict_proba(self, X):
        return np.asarray(X)

    def predict(self, X):
        return np.argmax(X, axis=1)

    def __sklearn_is_fitted__(self):
        return True


def single(case):
    scores, labels, grid = (np.array(case[key], dtype=float) for key in ("scores", "labels", "grid"))
    weights = np.array(case["weights"]) if "weights" in case else None
    isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, labels, sample_weight=weights)
    sigmoid = _SigmoidCalibration().fit(scores, labels, weights)
    return {"isotonic": isotonic.predict(grid).tolist(), "platt": sigmoid.predict(grid).tolist()}


def joint(case):
    P, y, grid = np.array(case["P"]), np.array(case["y"]), np.array(case["grid"])
    weights = np.array(case["weights"])
    result = {}
    for method in ("isotonic", "temperature"):
        model = CalibratedClassifierCV(FrozenEstimator(Given(P.shape[1])), method=method)
        model.fit(P, y, sample_weight=weights)
        result[method] = model.predict_proba(grid).tolist()
    return result


cases = json.load(sys.stdin)
json.dump({"single": [single(c) for c in cases["single"]], "joint": [joint(c) for c in cases["joint"]]}, sys.stdout)
