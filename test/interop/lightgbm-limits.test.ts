/** Trees under LightGBM's limits: files open both ways, constraints hold there too, and losses are Python's. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type LightGBMConfig, LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { Random } from '../../src/core/random.js';
import { itWithData } from '../shared-data.js';
import { runPython } from './python.js';
import { everyKth, type RealData, readRealData } from './real-data.js';

const script = fileURLToPath(new URL('./lightgbm_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-limits-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Predicted {
  output: number[];
  saved: string;
}
const inPython = (request: object) => runPython(script, request) as Promise<Predicted>;

const random = new Random(5);
const X = Array.from({ length: 1200 }, () =>
  Array.from({ length: 5 }, () => (random.int(25) === 0 ? Number.NaN : Math.fround(random.normal()))),
);
const y = X.map((row) => {
  const [a, b, c] = row.map((value) => (Number.isNaN(value) ? 0 : value));
  return a + 0.4 * Math.sin(6 * a) - b * b + c * a + 0.3 * random.normal();
});

const LIMITS: [string, LightGBMConfig, Record<string, unknown>][] = [
  ['capped', { maxDeltaStep: 0.3 }, { max_delta_step: 0.3 }],
  ['smoothed', { pathSmooth: 10 }, { path_smooth: 10 }],
  ['monotone', { monotoneConstraints: [1, -1, 0, 0, 1] }, { monotone_constraints: [1, -1, 0, 0, 1] }],
  [
    'monotone with a penalty',
    { monotoneConstraints: '1,-1,0,0,1', monotonePenalty: 1.5 },
    { monotone_constraints: [1, -1, 0, 0, 1], monotone_penalty: 1.5 },
  ],
  [
    'interactions',
    {
      interactionConstraints: [
        [0, 1],
        ['Column_1', 'Column_2', 'Column_3'],
      ],
    },
    {
      interaction_constraints: [
        [0, 1],
        [1, 2, 3],
      ],
    },
  ],
  ['random thresholds', { extraTrees: true }, { extra_trees: true }],
  ['features by node', { featureFractionBynode: 0.5 }, { feature_fraction_bynode: 0.5 }],
];

describe('files', () => {
  it.each(LIMITS)(
    '%s: trained here, Python predicts the same; trained there, so do we',
    async (name, config, params) => {
      const file = join(directory, `${name}.txt`);
      const names = X[0].map((_, i) => `Column_${i}`);
      const model = new LightGBMModel({ task: 'regression', numIterations: 20, ...config });
      await model.fit({ X, y, featureNames: names });
      await model.exportNative(file);
      const ours = Array.from((await model.predict(X)).predictions);
      const { output, saved } = await inPython({ do: 'predict', file, T: X });
      for (const [i, value] of ours.entries())
        expect(Math.abs(value - output[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
      if (name.startsWith('monotone')) expect(saved).toContain('monotone_constraints=1 -1 0 0 1');

      const theirs = join(directory, `python-${name}.txt`);
      const python = await inPython({
        do: 'train',
        X,
        y,
        T: X,
        params: { objective: 'regression', ...params },
        rounds: 20,
        file: theirs,
      });
      const back = await LightGBMModel.importNative(theirs);
      const predictions = Array.from((await back.predict(X)).predictions);
      for (const [i, value] of predictions.entries()) {
        expect(Math.abs(value - python.output[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
      }
      // What it was trained with is what a new fit of it uses.
      const again = join(directory, 'again.txt');
      await back.fit({ X, y, featureNames: names });
      await back.exportNative(again);
      const wanted = readFileSync(file, 'utf8').match(
        /^\[(max_delta|path_s|monot|inter|extra_t|feature_fraction_b).*/gm,
      );
      const kept = readFileSync(again, 'utf8').match(
        /^\[(max_delta|path_s|monot|inter|extra_t|feature_fraction_b).*/gm,
      );
      expect(kept?.sort()).toEqual(wanted?.sort());
    },
  );

  it('a file of Python keeps its constraints when it is written again', async () => {
    const [from, to] = [join(directory, 'from.txt'), join(directory, 'to.txt')];
    const params = { objective: 'regression', monotone_constraints: [0, 1, 0, -1, 0] };
    await inPython({ do: 'train', X, y, T: X.slice(0, 1), params, rounds: 3, file: from });
    await (await LightGBMModel.importNative(from)).exportNative(to);
    expect(readFileSync(to, 'utf8')).toContain('\nmonotone_constraints=0 1 0 -1 0\n');
  });
});

describe("losses on held-out rows are Python's", () => {
  const rmse = (data: RealData, outputs: ArrayLike<number>): number =>
    Math.sqrt(data.y.reduce((sum, value, i) => sum + (value - outputs[i]) ** 2, 0) / data.y.length);
  const file = 'california-housing.csv.gz';
  // longitude, latitude, age, rooms, bedrooms, population, households, income, proximity: up with income and age, down with population.
  const MONOTONE = [0, 0, 1, 0, 0, -1, 0, 1, 0];
  const cases: [string, LightGBMConfig, Record<string, unknown>, seeds: number, tolerance: number][] = [
    ['maxDeltaStep', { maxDeltaStep: 0.2 }, { max_delta_step: 0.2 }, 1, 0.01],
    ['pathSmooth', { pathSmooth: 30 }, { path_smooth: 30 }, 1, 0.01],
    ['monotone', { monotoneConstraints: MONOTONE }, { monotone_constraints: MONOTONE }, 1, 0.01],
    [
      'monotonePenalty',
      { monotoneConstraints: MONOTONE, monotonePenalty: 2 },
      { monotone_constraints: MONOTONE, monotone_penalty: 2 },
      1,
      0.01,
    ],
    [
      'interactions',
      {
        interactionConstraints: [
          [0, 1, 8],
          [2, 7],
          [3, 4, 5, 6, 7],
        ],
      },
      {
        interaction_constraints: [
          [0, 1, 8],
          [2, 7],
          [3, 4, 5, 6, 7],
        ],
      },
      1,
      0.01,
    ],
    ['extraTrees', { extraTrees: true }, { extra_trees: true }, 4, 0.02],
    ['featureFractionBynode', { featureFractionBynode: 0.5 }, { feature_fraction_bynode: 0.5 }, 4, 0.02],
  ];
  for (const [name, config, params, seeds, tolerance] of cases) {
    itWithData(file, `${name} on ${file}`, async (path) => {
      const { train, test } = everyKth(readRealData(path, 'median_house_value'), 4);
      // In units of 100,000 dollars, so that a step of 0.2 says something.
      const largest = Math.max(...train.y);
      const scale = largest > 1000 ? 100_000 : 1;
      for (const rows of [train, test]) rows.y = rows.y.map((value) => value / scale);
      let [ours, theirs] = [0, 0];
      for (let seed = 1; seed <= seeds; seed++) {
        const all = { objective: 'regression', ...params, seed };
        const python = await inPython({ do: 'train', ...train, T: test.X, params: all, rounds: 60 });
        theirs += rmse(test, python.output) / seeds;
        const model = new LightGBMModel({ task: 'regression', numIterations: 60, ...config });
        await model.fit(train, { seed });
        ours += rmse(test, (await model.predict(test.X)).predictions) / seeds;
      }
      if (process.env.SHOW) console.log(name, ours, theirs, ours / theirs - 1);
      expect(ours / theirs, `ours ${ours}, LightGBM's ${theirs}`).toBeLessThan(1 + tolerance);
      expect(ours / theirs, `ours ${ours}, LightGBM's ${theirs}`).toBeGreaterThan(1 - 3 * tolerance);
    });
  }
});
