/**
 * Prediction: 100,000 rows of 28 columns by 500 trees, and one row at a time, beside the Python libraries on the same model files,
 * which ours wrote.
 */
import { fileURLToPath } from 'node:url';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import type { Library } from './boosting.js';
import { benchmarkData, HIGGS } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread, spread } from './harness.js';
import { busyShare, describeMachine, describeVersions } from './machine.js';

/** 500 trees each, of about 31 and 64 leaves. */
const MODELS: Record<Library, Record<string, number | string>> = {
  lightgbm: { n_estimators: 500, num_leaves: 31 },
  xgboost: { n_estimators: 500, max_depth: 6 },
  catboost: { n_estimators: 500, depth: 6, boosting_type: 'Plain', learning_rate: 0.1 },
};
const TRAIN_ROWS = 100_000;

interface Prediction extends Measurement {
  /** Microseconds of one row, the median of many calls. */
  single: number;
  /** Mean of the scores, to see that both sides did the same. */
  mean: number;
}

interface Case {
  library: Library;
  threads: number;
  rows: PairedResult;
  single: { ours: Spread; native: Spread };
  means: { ours: number; native: number };
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const sides = fileURLToPath(new URL('./sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const busyAtStart = busyShare();
  const data = benchmarkData(HIGGS);
  const libraries = (Object.keys(MODELS) as Library[]).filter((name) => !options.cases || options.cases.includes(name));
  const cases: Case[] = [];
  for (const library of libraries) {
    const model = `${cache}prediction-${library}.model`;
    const params = { ...MODELS[library], ...(options.quick ? { n_estimators: 20 } : {}) };
    const request = { library, data, model, params, cols: HIGGS.cols, trainRows: TRAIN_ROWS };
    await runSide([process.execPath, `${sides}train-model.mjs`], request);
    for (const threads of options.threads) cases.push(await measure(library, { ...request, threads }, options));
  }
  const versions = describeVersions(python(), [...libraries, 'numpy']);
  const result = { machine, busyAtStart, versions, models: MODELS, cases };
  const partial = libraries.length < Object.keys(MODELS).length;
  return { result, partial, markdown: table(cases, `${machine.cpu}, ${machine.cores} cores`, versions) };
}

async function measure(
  library: Library,
  request: { threads: number },
  { pairs, quick, log }: BenchmarkOptions,
): Promise<Case> {
  const single: Record<'ours' | 'native', number[]> = { ours: [], native: [] };
  const means = { ours: 0, native: 0 };
  const side = (name: 'ours' | 'native') => async () => {
    const program: [string, ...string[]] =
      name === 'ours' ? [process.execPath, `${sides}predict-ours.mjs`] : [python(), `${sides}predict_native.py`];
    const found = await runSide<Prediction>(program, request, { OMP_NUM_THREADS: String(request.threads) });
    single[name].push(found.single);
    means[name] = found.mean;
    return found;
  };
  const rows = await measurePairs(
    { ours: side('ours'), native: side('native') },
    {
      pairs,
      warmup: !quick,
      onPair: ({ ours, native }) =>
        log(
          `${library}, ${request.threads} thread(s): ours ${ours.seconds.toFixed(3)} s, native ${native.seconds.toFixed(3)} s`,
        ),
    },
  );
  if (Math.abs(means.ours - means.native) > 1e-5)
    throw new Error(`${library}: predictions differ: ${JSON.stringify(means)}`);
  return {
    library,
    threads: request.threads,
    rows,
    single: { ours: spread(single.ours), native: spread(single.native) },
    means,
  };
}

function table(cases: readonly Case[], machine: string, versions: Record<string, string>): string {
  const milliseconds = ({ median, min, max }: Spread) =>
    `${(1000 * median).toFixed(0)} (${(1000 * min).toFixed(0)} to ${(1000 * max).toFixed(0)})`;
  return [
    `Milliseconds for 100,000 rows x ${HIGGS.cols} by 500 trees, the second call of a fresh process; medians (smallest to largest) over ${cases[0]?.rows.pairs.length ?? 0} pairs. One row: microseconds of a call, medians.`,
    'The ratio is native / ours, pair by pair: above 1 ours is faster.',
    '',
    '| model | threads | holdfast ms | library ms | library / holdfast | one row: holdfast us | one row: library us |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...cases.map(
      ({ library, threads, rows, single }) =>
        `| ${library} | ${threads} | ${milliseconds(rows.seconds.ours)} | ${milliseconds(rows.seconds.native)} | ${(1 / rows.ratio.median).toFixed(2)} | ${single.ours.median.toFixed(1)} | ${single.native.median.toFixed(1)} |`,
    ),
    '',
    `Machine: ${machine}. Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
