"""The Python side of the ONNX tests: one JSON request on stdin, one JSON answer on stdout."""

import json
import sys

import numpy as np
import onnx
import onnxruntime as ort

request = json.load(sys.stdin)
model = onnx.load(request["file"])
onnx.checker.check_model(model, full_check=True)

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 3
session = ort.InferenceSession(request["file"], options, providers=["CPUExecutionProvider"])
# One input, or several by name.
given = request["X"] if isinstance(request["X"], dict) else {"X": request["X"]}
X = {name: np.asarray(rows, dtype=np.float32) for name, rows in given.items()}


def run(inputs):
    return {
        output.name: {"type": output.type, "shape": list(value.shape), "values": value.ravel().tolist()}
        for output, value in zip(session.get_outputs(), session.run(None, inputs))
    }


print(
    json.dumps(
        {
            "outputs": run(X),
            "single": [
                run({name: rows[i : i + 1] for name, rows in X.items()})
                for i in range(min(5, *(len(rows) for rows in X.values())))
            ],
            "operators": [node.op_type for node in model.graph.node],
            "metadata": {entry.key: entry.value for entry in model.metadata_props},
        }
    )
)
