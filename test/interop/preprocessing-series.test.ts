/** Missing indicators against scikit-learn, exponentially weighted statistics against sums of weights in numpy. */
import { expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';
import { ewm } from '../../src/preprocessing/ewm.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { firstDifference } from '../preprocessing/close-to.js';
import { runPython } from './python.js';

const random = new Random(12);
const series = (n: number, missing: number) =>
  Array.from({ length: n }, () => (random.float() < missing ? Number.NaN : random.normal() * 10));

it('exponentially weighted mean and deviation equal weighted sums in numpy to 1e-10', async () => {
  const script = `
import json, sys
import numpy as np
job = json.load(sys.stdin)
out = []
for values, alpha, least in job:
    x = np.array(values)
    mean, std = np.full(len(x), np.nan), np.full(len(x), np.nan)
    for i in range(len(x)):
        known = ~np.isnan(x[: i + 1])
        w, v = ((1 - alpha) ** np.arange(i, -1, -1))[known], x[: i + 1][known]
        if len(v) < least: continue
        mean[i] = np.average(v, weights=w)
        if len(v) < 2: continue
        biased = np.average((v - mean[i]) ** 2, weights=w)
        std[i] = np.sqrt(biased * w.sum() ** 2 / (w.sum() ** 2 - (w ** 2).sum()))
    out.append([mean.tolist(), std.tolist()])
json.dump(out, sys.stdout)
`;
  const jobs = [0.05, 0.3, 0.9].flatMap((alpha) => [1, 4].map((least) => [series(150, 0.1), alpha, least] as const));
  const results = (await runPython(script, jobs)) as [number[], number[]][];
  jobs.forEach(([values, alpha, minPeriods], j) => {
    for (const [k, statistic] of (['mean', 'std'] as const).entries()) {
      const actual = ewm(Float64Array.from(values), { statistic, alpha, minPeriods });
      expect(firstDifference(actual, results[j][k], 1e-10)).toBeUndefined();
    }
  });
});

it('missing indicators are those of SimpleImputer(add_indicator=True)', async () => {
  const script = `
import json, sys
import numpy as np
from sklearn.impute import SimpleImputer
job = json.load(sys.stdin)
imputer = SimpleImputer(strategy="median", add_indicator=True).fit(np.array(job["train"]).T)
json.dump(imputer.transform(np.array(job["test"]).T).tolist(), sys.stdout)
`;
  const train = [series(60, 0.2), series(60, 0), series(60, 0.1)];
  const test = [series(30, 0.3), series(30, 0.3), series(30, 0)];
  const table = (columns: number[][]) => Table.fromColumns({ a: columns[0], b: columns[1], c: columns[2] });
  const X = table(train);
  const options = { imputation: { strategy: 'median', indicators: true }, scaling: 'none' } as const;
  const pipeline = new PreprocessingPipeline(options).fit({ role: 'train', X, y: new Float64Array(60) });
  expect(pipeline.featureNamesOut).toEqual(['a', 'b', 'c', 'a_missing', 'c_missing']);
  const expected = (await runPython(script, { train, test })) as number[][];
  expect(firstDifference(pipeline.transform(table(test)).data, expected.flat(), 1e-6)).toBeUndefined();
});
