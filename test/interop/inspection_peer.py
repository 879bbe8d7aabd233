"""shap's values of trees given as arrays, and scikit-learn's partial dependence of models given as ONNX files; JSON problems on stdin, answers on stdout."""

import json
import sys
import warnings

import numpy as np
import onnxruntime as ort
import shap
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.inspection import partial_dependence

warnings.filterwarnings("ignore")


class Model(BaseEstimator):
    def __init__(self, file=None, classes=None):
        self.file = file
        self.classes = classes
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.fitted_ = True
        if classes is not None:
            self.classes_ = np.array(classes)

    def fit(self, X, y):
        return self

    def predict(self, X):
        return self.session.run(None, {"X": np.asarray(X, dtype=np.float32)})[0].ravel()


class Regressor(RegressorMixin, Model):
    pass


class Classifier(ClassifierMixin, Model):
    def predict_proba(self, X):
        return self.session.run(None, {"X": np.asarray(X, dtype=np.float32)})[1]


def dependence(problem):
    X = np.array(problem["X"], dtype=np.float32)
    classes = problem["classes"]
    model = Classifier(problem["file"], classes) if classes else Regressor(problem["file"])
    result = partial_dependence(
        model, X, problem["features"], method="brute", kind="both", grid_resolution=problem["resolution"],
        response_method="predict_proba" if classes else "auto",
    )
    return {
        "grid": [values.tolist() for values in result["grid_values"]],
        "average": result["average"].ravel().tolist(),
        "individual": result["individual"].ravel().tolist(),
    }


def forest(problem):
    trees = [{key: np.array(value) for key, value in tree.items()} for tree in problem["trees"]]
    X = np.array(problem["X"], dtype=np.float32)
    path = shap.TreeExplainer({"trees": trees}, feature_perturbation="tree_path_dependent")
    values = np.asarray(path.shap_values(X, check_additivity=False))
    pairs = np.asarray(path.shap_interaction_values(X[:5]))
    other = shap.TreeExplainer({"trees": trees}, np.array(problem["background"], dtype=np.float32), feature_perturbation="interventional")
    beside = np.asarray(other.shap_values(X, check_additivity=False))
    return {"path": values.tolist(), "pairs": pairs.tolist(), "interventional": beside.tolist()}


answers = []
for problem in json.load(sys.stdin):
    answers.append(forest(problem) if "trees" in problem else dependence(problem))
json.dump(answers, sys.stdout)
