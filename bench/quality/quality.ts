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
import { KeptResults } from './kept.js';
import { difference, qualityTable } from './report.js';
import type { Params, QualityResult, Scores, SetResult } from './result.js';
import { QUALITY_SETS, type QualityRows, type QualitySet, readQualitySet } from './sets.js';

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
const QUARTERS = 4;
/** Below this many rows one quarter says little: each is held out in turn. CatBoost's trees are the slowest, so fewer sets are taken so. */
const SMALL: Record<Library, number> = { lightgbm: 10_000, xgboost: 10_000, catboost: 3_000 };

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const sides = fileURLToPath(new URL('../sides/', import.meta.url));

export async function run(library: Library, options: BenchmarkOptions): Promise<BenchmarkReport> {
  const sets = QUALITY_SETS.filter(({ name }) => !options.cases || options.cases.includes(name));
  const runs: QualityResult['runs'] = [
    { title: 'defaults', params: PARAMS[library].defaults, sets: [] },
    { title: 'tuned', params: PARAMS[library].tuned, sets: [] },
  ];
  const seeds = options.quick ? SEEDS.slice(0, 1) : SEEDS;
  const kept = new KeptResults(`${cache}quality-${library}${options.quick ? '-quick' : ''}.json`, options.resume);
  for (const set of sets) {
    const before = kept.get(set.name);
    const results = before ?? (await compareAll(library, set, seeds, runs));
    if (!before) kept.add(set.name, results);
    for (const [k, result] of results.entries()) {
      runs[k].sets.push(result);
      const worse = Object.keys(result.ours).map(
        (metric) => `${metric} ${difference(result, metric).percent.toFixed(3)} %`,
      );
      options.log(`${set.name}, ${runs[k].title}: worse by ${worse.join(', ')}`);
    }
  }
  const partial = sets.length < QUALITY_SETS.length;
  if (!partial) kept.drop();
  const result: QualityResult = {
    versions: describeVersions(python(), [library, 'numpy']),
    machine: { cpu: describeMachine().cpu },
    seeds,
    runs,
  };
  return {
    result,
    markdown: qualityTable(library, result, SMALL[library]),
    partial,
  };
}

/** One set with the parameters of each run. */
async function compareAll(
  library: Library,
  set: QualitySet,
  seeds: readonly number[],
  runs: QualityResult['runs'],
): Promise<SetResult[]> {
  const rows = readQualitySet(set);
  const { data, splits } = writeSplits(set.name, rows, seeds, SMALL[library]);
  const results: SetResult[] = [];
  for (const { params } of runs) results.push(await compare({ library, set, rows, data, splits, params }));
  rmSync(data, { recursive: true });
  return results;
}

/** A quarter of the rows held out. */
interface Split {
  name: string;
  seed: number;
}

/** The data set and its splits, classes in equal shares, as files that both sides read; small sets hold out each row once a seed. */
function writeSplits(
  name: string,
  { X, y, weights, classes }: QualityRows,
  seeds: readonly number[],
  small: number,
): { data: string; splits: Split[] } {
  const data = `${cache}quality-${name}-${process.pid}/`;
  mkdirSync(data, { recursive: true });
  writeFileSync(`${data}X.f32`, X);
  writeFileSync(`${data}y.f32`, y);
  if (weights) writeFileSync(`${data}w.f32`, weights);
  const splits: Split[] = [];
  for (const seed of seeds) {
    const order = Array.from(new Random(seed).permutation(y.length));
    if (classes > 0) order.sort((a, b) => y[a] - y[b]);
    for (let fold = 0; fold < (y.length < small ? QUARTERS : 1); fold++) {
      const split = { name: `${seed}-${fold}`, seed };
      const rows = (held: boolean) => Int32Array.from(order.filter((_, k) => (k % QUARTERS === fold) === held));
      writeFileSync(`${data}test-${split.name}.i32`, rows(true));
      writeFileSync(`${data}train-${split.name}.i32`, rows(false));
      splits.push(split);
    }
  }
  return { data, splits };
}

interface Comparison {
  library: Library;
  set: QualitySet;
  rows: QualityRows;
  data: string;
  splits: readonly Split[];
  params: Params;
}

async function compare({ library, set, rows, data, splits, params }: Comparison): Promise<SetResult> {
  const { cols, categorical, classes, weights } = rows;
  const { name, task } = set;
  const weighted = weights !== undefined;
  const objective = OBJECTIVE[library];
  const scores = async (side: 'ours' | 'native'): Promise<Scores> => {
    const program: [string, ...string[]] =
      side === 'ours' ? [process.execPath, `${sides}quality-ours.mjs`] : [python(), `${sides}quality_native.py`];
    const request = { side, library, data, splits, task, objective, classes, cols, categorical, weighted, params };
    await runSide(program, request, { OMP_NUM_THREADS: '1' });
    return scoresOf(side, set, rows, data, splits);
  };
  const [ours, native] = [await scores('ours'), await scores('native')];
  return { name, task, rows: rows.y.length, cols, categorical: categorical.length, weighted, ours, native };
}

/** Means over a seed's splits. */
function scoresOf(
  side: 'ours' | 'native',
  { task }: QualitySet,
  { y, weights, classes }: QualityRows,
  data: string,
  splits: readonly Split[],
): Scores {
  const seeds = [...new Set(splits.map(({ seed }) => seed))];
  const scores: Scores = {};
  for (const seed of seeds) {
    const mine = splits.filter((split) => split.seed === seed);
    for (const split of mine) {
      const rows = new Int32Array(bytesOf(`${data}test-${split.name}.i32`));
      const values = new Float64Array(bytesOf(`${data}${side}-${split.name}.f64`));
      const labels = Float64Array.from(rows, (i) => y[i]);
      const sampleWeight = weights ? Float64Array.from(rows, (i) => weights[i]) : undefined;
      for (const [name, value] of Object.entries(metricsOf(task, labels, values, classes, sampleWeight))) {
        scores[name] ??= seeds.map(() => 0);
        scores[name][seeds.indexOf(seed)] += value / mine.length;
      }
    }
  }
  return scores;
}

function metricsOf(
  task: QualitySet['task'],
  labels: Float64Array,
  values: Float64Array,
  classes: number,
  sampleWeight: Float64Array | undefined,
): Record<string, number> {
  if (task === 'regression') return { RMSE: rmse(labels, values, { sampleWeight }) };
  const probabilities = task === 'binary' ? values : probabilityMatrix(values, classes);
  return {
    AUC: rocAuc(labels, probabilities, { sampleWeight, multiClass: 'ovr', average: 'macro' }),
    'log-loss': logLoss(labels, probabilities, { sampleWeight }),
  };
}

function bytesOf(path: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
