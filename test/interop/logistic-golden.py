"""Writes test/golden/logistic/sklearn.json: small problems and scikit-learn's answers. Run it with the interop environment's python."""

import json
import pathlib

import numpy as np

from logistic import fit_all

rng = np.random.default_rng(20240611)


def problem(rows, cols, classes, scale=1.0, weights=False, **options):
    X = (rng.normal(size=(rows, cols)) * scale).astype(np.float32)
    scores = (X / scale) @ rng.normal(size=(cols, classes)) + rng.gumbel(size=(rows, classes))
    labels = np.array(options.pop("labels", range(classes)), dtype=float)
    made = {"X": X.astype(float).tolist(), "y": labels[scores.argmax(axis=1)].tolist(), **options}
    if weights:
        made["weights"] = rng.uniform(0.1, 3, size=rows).astype(np.float32).astype(float).tolist()
    return made


problems = [
    problem(60, 4, 2),
    problem(60, 4, 2, weights=True, C=0.1, labels=[-1, 1]),
    problem(80, 5, 3, C=10, labels=[-1, 0, 1]),
    problem(80, 3, 3, weights=True, classWeight="balanced"),
    problem(80, 3, 4, classWeight={"0": 2.0, "1": 0.5, "2": 1.0, "3": 3.0}),
    problem(90, 2, 2, penalty="none"),
    problem(90, 3, 3, fitIntercept=False),
    problem(70, 4, 3, scale=np.array([1e-3, 1.0, 50.0, 2000.0]), sklearnSolver="newton-cholesky"),
    problem(12, 20, 3, C=2),
]
target = pathlib.Path(__file__).parent.parent / "golden" / "logistic" / "sklearn.json"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps({**fit_all(problems), "problems": problems}) + "\n")
