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

const script = fileURLToPath(new URL('./lightgbm_jobs_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-limits-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Answer {
  output: number[];
  saved?: string;
}
type Job = { params: object; rounds: number; file?: string } | { file: string };
/** All jobs in one process: starting Python takes longer than training. */
const inPython = (rows: { X: number[][]; y: number[]; T: number[][] }, jobs: Job[]) =>
  runPython(script, { ...rows, jobs }) as Promise<Answer[]>;

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

const NAMES = X[0].map((_, i) => `Column_${i}`);
const fileOf = (name: string, who: string) => join(directory, `${who}-${name}.txt`);

function expectSame(ours: ArrayLike<number>, theirs: number[]): void {
  expect(ours.length).toBe(theirs.length);
  for (const [i, value] of theirs.entries()) {
    expect(Math.abs(value - ours[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
  }
}

describe('files', () => {
  it('trained here under each limit, Python predicts the same', async () => {
    const predictions: Float32Array[] = [];
    for (const [name, config] of LIMITS) {
      const model = new LightGBMModel({ task: 'regression', numIterations: 20, ...config });
      await model.fit({ X, y, featureNames: NAMES });
      await model.exportNative(fileOf(name, 'ours'));
      predictions.push((await model.predict(X)).predictions);
    }
    const answers = await inPython(
      { X, y, T: X },
      LIMITS.map(([name]) => ({ file: fileOf(name, 'ours') })),
    );
    for (const [i, { output, saved }] of answers.entries()) {
      expectSame(predictions[i], output);
      if (LIMITS[i][0].startsWith('monotone')) expect(saved).toContain('monotone_constraints=1 -1 0 0 1');
    }
  });

  it('trained in Python under each limit, it predicts the same here and keeps its limits when fitted and written again', async () => {
    const jobs = LIMITS.map(([name, , params]) => ({ params, rounds: 20, file: fileOf(name, 'theirs') }));
    const answers = await inPython({ X, y, T: X }, jobs);
    const limitsIn = (file: string) =>
      readFileSync(file, 'utf8').match(/^\[(max_delta|path_s|monot|inter|extra_t|feature_fraction_b).*/gm);
    for (const [i, { file }] of jobs.entries()) {
      const model = await LightGBMModel.importNative(file);
      expectSame((await model.predict(X)).predictions, answers[i].output);
      const again = join(directory, 'again.txt');
      await model.exportNative(again);
      const constraints = (from: string) => readFileSync(from, 'utf8').match(/^monotone_constraints=.*$/m)?.[0];
      expect(constraints(again)).toBe(constraints(file));
      await model.fit({ X, y, featureNames: NAMES });
      await model.exportNative(again);
      expect(limitsIn(again)?.sort()).toEqual(limitsIn(fileOf(LIMITS[i][0], 'ours'))?.sort());
    }
  });
});

describe("losses on held-out rows are Python's", () => {
  const rmse = (data: RealData, outputs: ArrayLike<number>): number =>
    Math.sqrt(data.y.reduce((sum, value, i) => sum + (value - outputs[i]) ** 2, 0) / data.y.length);
  const file = 'california-housing.csv.gz';
  // longitude, latitude, age, rooms, bedrooms, population, households, income, proximity: up with income and age, down with population.
  const MONOTONE = [0, 0, 1, 0, 0, -1, 0, 1, 0];
  const cases: [string, LightGBMConfig, Record<string, unknown>, seeds: number, tolerance: number][] = [
    ['maxDeltaStep', { maxDeltaStep: 0.2 }, { max_delta_step: 0.2 }, 1, 0.02],
    ['pathSmooth', { pathSmooth: 30 }, { path_smooth: 30 }, 1, 0.02],
    ['monotone', { monotoneConstraints: MONOTONE }, { monotone_constraints: MONOTONE }, 1, 0.02],
    [
      'monotonePenalty',
      { monotoneConstraints: MONOTONE, monotonePenalty: 2 },
      { monotone_constraints: MONOTONE, monotone_penalty: 2 },
      1,
      0.02,
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
      0.02,
    ],
    ['extraTrees', { extraTrees: true }, { extra_trees: true }, 3, 0.03],
    ['featureFractionBynode', { featureFractionBynode: 0.5 }, { feature_fraction_bynode: 0.5 }, 3, 0.03],
  ];
  itWithData(file, `on ${file}`, async (path) => {
    const { train, test } = everyKth(everyKth(readRealData(path, 'median_house_value'), 3).test, 4);
    // In units of 100,000 dollars, so that a step of 0.2 says something.
    for (const rows of [train, test]) rows.y = rows.y.map((value) => value / 100_000);
    const jobs = cases.flatMap(([, , params, seeds]) =>
      Array.from({ length: seeds }, (_, i) => ({ params: { ...params, seed: i + 1 }, rounds: 40 })),
    );
    const answers = (await inPython({ ...train, T: test.X }, jobs)).values();
    for (const [name, config, , seeds, tolerance] of cases) {
      let [ours, theirs] = [0, 0];
      for (let seed = 1; seed <= seeds; seed++) {
        theirs += rmse(test, answers.next().value?.output ?? []) / seeds;
        const model = new LightGBMModel({ task: 'regression', numIterations: 40, ...config });
        await model.fit(train, { seed });
        ours += rmse(test, (await model.predict(test.X)).predictions) / seeds;
      }
      const what = `${name}: ours ${ours}, LightGBM's ${theirs}`;
      expect(ours / theirs, what).toBeLessThan(1 + tolerance);
      expect(ours / theirs, what).toBeGreaterThan(1 - 3 * tolerance);
    }
  });
});
