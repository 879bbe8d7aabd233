"""Makes test/golden/cpcv.json: splits and paths of skfolio's CombinatorialPurgedCV. skfolio brings a whole optimisation stack, so it is no part of
requirements.txt: `pip install skfolio==1.12.2` into an environment of its own, then `python test/interop/make-cpcv-golden.py`."""

import json
from pathlib import Path

import numpy as np
import skfolio
from skfolio.model_selection import CombinatorialPurgedCV


def ranges(rows):
    """Runs of consecutive rows as [first, last + 1]."""
    found = []
    for row in (int(r) for r in rows):
        if found and found[-1][1] == row:
            found[-1][1] += 1
        else:
            found.append([row, row + 1])
    return found


cases = []
for rows, folds, test_folds, purged, embargo in [
    (60, 6, 2, 0, 0), (60, 6, 2, 2, 0), (60, 6, 2, 2, 3), (50, 5, 3, 1, 2), (50, 10, 2, 1, 0), (96, 8, 4, 1, 1), (40, 4, 2, 3, 2),
]:  # fmt: skip
    cv = CombinatorialPurgedCV(n_folds=folds, n_test_folds=test_folds, purged_size=purged, embargo_size=embargo)
    splits = [
        {"train": ranges(train), "test": ranges(np.concatenate(test))} for train, test in cv.split(np.zeros((rows, 2)))
    ]
    cases.append(
        {"rows": rows, "folds": folds, "testFolds": test_folds, "purged": purged, "embargo": embargo, "splits": splits,
         "pathOfTestFolds": np.asarray(cv.get_path_ids()).tolist()}
    )  # fmt: skip
target = Path(__file__).parent.parent / "golden" / "cpcv.json"
target.write_text(json.dumps({"skfolio": skfolio.__version__, "cases": cases}) + "\n")
