/**
 * A model moves from Python to Node and back: trained by Python's LightGBM, opened here, trained further, opened in Python again.
 * Needs a Python with lightgbm (HOLDFAST_PYTHON names one; default python3); without it the example says so and ends.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { accuracy, logLoss } from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { readCsv } from 'holdfast/data';

const python = process.env.HOLDFAST_PYTHON || 'python3';
if (spawnSync(python, ['-c', 'import lightgbm']).status !== 0) {
  console.log(`skipped: ${python} has no package lightgbm (pip install lightgbm, or set HOLDFAST_PYTHON)`);
  process.exit(0);
}

const table = await readCsv(new URL('./data/sklearn-breast-cancer.csv.gz', import.meta.url));
const names = table.columnNames.filter((name) => name !== 'target');
const columns = names.map((name) => table.numeric(name));
const target = table.numeric('target');
const part = (keep: (row: number) => boolean) => {
  const rows = [...target.keys()].filter(keep);
  return { X: rows.map((row) => columns.map((column) => column[row])), y: rows.map((row) => target[row]) };
};
// Trained in Python on the first third, trained further here on the second, tested on the last.
const [first, second, test] = [0, 1, 2].map((third) => part((row) => row % 3 === third));

const directory = 'experiments/python-and-back';
mkdirSync(directory, { recursive: true });
const run = (script: string, input: object) =>
  JSON.parse(execFileSync(python, ['-c', script], { input: JSON.stringify(input), encoding: 'utf8' }));

// 1. Python trains and saves.
const fromPython: number[] = run(
  `
import json, sys
import lightgbm as lgb, numpy as np
job = json.load(sys.stdin)
data = lgb.Dataset(np.array(job["X"], dtype=np.float32), job["y"], params={"verbosity": -1})
booster = lgb.train({"objective": "binary", "verbosity": -1, "num_leaves": 7}, data, 20)
booster.save_model(job["file"])
print(json.dumps(booster.predict(np.array(job["T"], dtype=np.float32)).tolist()))
`,
  { ...first, T: test.X, file: `${directory}/python.txt` },
);

// 2. Node opens it, and predicts the same.
const opened = await LightGBMModel.importNative(`${directory}/python.txt`);
const here = await opened.predict(test.X);
const difference = (a: ArrayLike<number>, b: number[]) => Math.max(...b.map((value, i) => Math.abs(value - a[i])));
console.log(
  `Python's model here: largest difference ${difference(here.probabilities!.column(1), fromPython).toExponential(1)}`,
);
console.log(
  `  accuracy ${accuracy(test.y, here.predictions).toFixed(3)}, log-loss ${logLoss(test.y, here.probabilities!).toFixed(3)}`,
);

// 3. Node trains it further, on rows that Python has not seen.
const more = new LightGBMModel({ objective: 'binary', numLeaves: 7, numIterations: 20 });
await more.fit(second, { initModel: opened });
const further = await more.predict(test.X);
console.log(`20 iterations more: log-loss ${logLoss(test.y, further.probabilities!).toFixed(3)}`);

// 4. Back to Python: the same predictions there, from LightGBM's own file.
await more.exportNative(`${directory}/node.txt`);
const inPython: { trees: number; output: number[] } = run(
  `
import json, sys
import lightgbm as lgb, numpy as np
job = json.load(sys.stdin)
booster = lgb.Booster(model_file=job["file"])
output = booster.predict(np.array(job["T"], dtype=np.float32)).tolist()
print(json.dumps({"trees": booster.num_trees(), "output": output}))
`,
  { T: test.X, file: `${directory}/node.txt` },
);
console.log(
  `Node's model in Python: ${inPython.trees} trees, largest difference ${difference(further.probabilities!.column(1), inPython.output).toExponential(1)}`,
);

// 5. And to anything that runs ONNX.
await more.exportOnnx(`${directory}/node.onnx`);
console.log(`ONNX: ${directory}/node.onnx`);
