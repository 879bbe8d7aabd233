/**
 * The quality of our boosting models beside the Python libraries': real data sets, the same rows, parameters and seeds on both
 * sides, each library's defaults and one tuned set. Differences are paired by seed, since the split is the same.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/core/random.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { rmse } from '../../src/metrics/regression.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { python } from '../../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from '../benchmark.js';
import type { Library } from '../boosting.js';
import { runSide } from '../harness.js';
import { describeMachine, describeVersions } from '../machine.js';
import { probabilityMatrix } from '../probabilities.js';
import { qualityTable } from './report.js';
import { QUALITY_SETS, type QualityRows, type QualitySet, readQualitySet } from './sets.js';

type Params = Record<string, number | string>;

/** The library's own names; what is not named is its default. */
const PARAMS: Record<Library, Record<'defaults' | 'tuned', Params>> = {
  lightgbm: {
    defaults: { num_iterations: 100 },
    tuned: {
      num_iterations: 200,
      learning_rate: 0.05,
      num_leaves: 15,
      min_data_in_leaf: 30,
      lambda_l2: 1,
      feature_fraction: 0.8,
      bagging_fraction: 0.8,
      bagging_freq: 1,
    },
  },
  xgboost: {
    defaults: { n_estimators: 100 },
    tuned: {
      n_estimators: 200,
      learning_rate: 0.05,
      max_depth: 5,
      min_child_weight: 3,
      reg_lambda: 2,
      subsample: 0.8,
      colsample_bytree: 0.8,
    },
  },
  catboost: {
    defaults: { iterations: 300 },
    tuned: { iterations: 300, learning_rate: 0.06, depth: 5, l2_leaf_reg: 5, random_strength: 0.5 },
  },
};

const OBJECTIVE: Record<Library, string> = { lightgbm: 'regression', xgboost: 'reg:squarederror', catboost: 'RMSE' };
const SEEDS = [1, 2, 3, 4, 5];
const TEST_SHARE = 0.25;

/** Named metrics of one side for each seed. */
export type Scores = Record<string, number[]>;

export interface SetResult {
  name: string;
  task: QualitySet['task'];
  rows: number;
  cols: number;
  categorical: number;
  /** The metric that is compared; the first of the scores. */
  metric: string;
  ours: Scores;
  native: Scores;
}

export interface QualityResult {
  versions: Record<string, string>;
  machine: { cpu: string };
  seeds: number[];
  runs: { params: Params; title: string; sets: SetResult[] }[];
}

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const sides = fileURLToPath(new URL('../sides/', import.meta.url));

export async function run(library: Library, options: BenchmarkOptions): Promise<BenchmarkReport> {
  const sets = QUALITY_SETS.filter(({ name }) => !options.cases || options.cases.includes(name));
  const runs: QualityResult['runs'] = [
    { title: 'defaults', params: PARAMS[library].defaults, sets: [] },
    { title: 'tuned', params: PARAMS[library].tuned, sets: [] },
  ];
  const seeds = options.quick ? SEEDS.slice(0, 1) : SEEDS;
  for (const set of sets) {
    const rows = readQualitySet(set);
    const data = writeSplits(set.name, rows, seeds);
    for (const { title, params, sets: results } of runs) {
      const result = await compare({ library, set, rows, data, params, seeds });
      results.push(result);
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const { metric, ours, native } = result;
      options.log(`${set.name}, ${title}: ${metric} ours ${mean(ours[metric])}, native ${mean(native[metric])}`);
    }
    rmSync(data, { recursive: true });
  }
  const result: QualityResult = {
    versions: describeVersions(python(), [library, 'numpy']),
    machine: { cpu: describeMachine().cpu },
    seeds,
    runs,
  };
  return { result, markdown: qualityTable(library, result) };
}

/** The data set and its splits as files that both sides read. */
function writeSplits(name: string, { X, y, weights }: QualityRows, seeds: readonly number[]): string {
  const directory = `${cache}quality-${name}-${process.pid}/`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}X.f32`, X);
  writeFileSync(`${directory}y.f32`, y);
  if (weights) writeFileSync(`${directory}w.f32`, weights);
  for (const seed of seeds) {
    const order = Int32Array.from(new Random(seed).permutation(y.length));
    const cut = Math.floor(y.length * TEST_SHARE);
    writeFileSync(`${directory}test-${seed}.i32`, order.subarray(0, cut));
    writeFileSync(`${directory}train-${seed}.i32`, order.subarray(cut));
  }
  return directory;
}

interface Comparison {
  library: Library;
  set: QualitySet;
  rows: QualityRows;
  data: string;
  params: Params;
  seeds: readonly number[];
}

async function compare({ library, set, rows, data, params, seeds }: Comparison): Promise<SetResult> {
  const { cols, categorical, classes, weights } = rows;
  const scores = async (side: 'ours' | 'native'): Promise<Scores> => {
    const program: [string, ...string[]] =
      side === 'ours' ? [process.execPath, `${sides}quality-ours.mjs`] : [python(), `${sides}quality_native.py`];
    const { task } = set;
    const objective = OBJECTIVE[library];
    await runSide(
      program,
      {
        side,
        library,
        data,
        task,
        objective,
        classes,
        cols,
        categorical,
        weighted: weights !== undefined,
        params,
        seeds,
      },
      { OMP_NUM_THREADS: '1' },
    );
    return scoresOf(side, set, rows, data, seeds);
  };
  const [ours, native] = [await scores('ours'), await scores('native')];
  const [metric] = Object.keys(ours);
  return {
    name: set.name,
    task: set.task,
    rows: rows.y.length,
    cols,
    categorical: categorical.length,
    metric,
    ours,
    native,
  };
}

function scoresOf(
  side: 'ours' | 'native',
  { task }: QualitySet,
  { y, weights, classes }: QualityRows,
  data: string,
  seeds: readonly number[],
): Scores {
  const scores: Scores = {};
  const add = (name: string, value: number) => {
    scores[name] ??= [];
    scores[name].push(value);
  };
  for (const seed of seeds) {
    const rows = new Int32Array(bytesOf(`${data}test-${seed}.i32`));
    const values = new Float64Array(bytesOf(`${data}${side}-${seed}.f64`));
    const labels = Float64Array.from(rows, (i) => y[i]);
    const sampleWeight = weights ? Float64Array.from(rows, (i) => weights[i]) : undefined;
    if (task === 'regression') add('RMSE', rmse(labels, values, { sampleWeight }));
    else if (task === 'binary') {
      add('AUC', rocAuc(labels, values, { sampleWeight }));
      add('log-loss', logLoss(labels, values, { sampleWeight }));
    } else {
      const every = Array.from({ length: classes }, (_, k) => k);
      add('log-loss', logLoss(labels, probabilityMatrix(values, classes), { sampleWeight, classes: every }));
    }
  }
  return scores;
}

function bytesOf(path: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
