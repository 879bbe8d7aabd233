"""scikit-learn's RidgeClassifierCV on features that are centred and scaled to length 1, as MiniRocket's authors use it."""

import json
import sys

import numpy as np
from sklearn.linear_model import RidgeClassifierCV

request = json.load(sys.stdin)
train, test = (np.asarray(request[name], dtype=np.float64).reshape(-1, request["cols"]) for name in ("train", "test"))
means = train.mean(axis=0)
lengths = np.linalg.norm(train - means, axis=0)
lengths[lengths == 0] = 1
model = RidgeClassifierCV(alphas=request["alphas"], store_cv_results=True)
model.fit((train - means) / lengths, np.asarray(request["y"]))
errors = model.cv_results_.reshape(-1, len(request["alphas"])).mean(axis=0)
json.dump(
    {
        "alpha": float(model.alpha_),
        "errors": errors.tolist(),
        "predictions": model.predict((test - means) / lengths).tolist(),
    },
    sys.stdout,
)
