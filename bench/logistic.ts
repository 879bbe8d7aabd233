/**
 * `LogisticRegressionModel` against scikit-learn's LogisticRegression(lbfgs), with the defaults of its objective (L2, C = 1), on three classes:
 * market-like columns as they are, the same columns scaled, and independent normal columns. Both objectives are computed here, in
 * float64, from the coefficients that each side gives back.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exp, log } from '../src/core/math.js';
import { Matrix } from '../src/core/matrix.js';
import { Random } from '../src/core/random.js';
import { applyMissing, planMissing } from '../src/model/missing.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { benchmarkData, MARKET, readFloat32 } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread } from './harness.js';
import { describeMachine, describeVersions } from './machine.js';

/**
 * Each side's own stopping tolerance at which its objective is within 1e-6 of the least one: scikit-learn's default (1e-4) is not enough on
 * columns of unlike scales. `long`: scikit-learn takes half a minute, one pair without a warm-up is enough.
 */
const CASES = [
  { name: 'market', ours: 1e-4, native: 1e-5, long: true },
  { name: 'market-scaled', ours: 1e-4, native: 1e-5, long: false },
  { name: 'independent', ours: 1e-4, native: 1e-4, long: false },
] as const;

type Case = (typeof CASES)[number];

interface Fit extends Measurement {
  iterations: number;
  coefficients: number[][];
  intercept: number[];
}

interface CaseResult extends PairedResult {
  name: string;
  threads: number;
  busyAtStart: number;
  iterations: { ours: number; native: number };
  objective: { ours: number; native: number };
  largestDifference: number;
}

const sides = fileURLToPath(new URL('./sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { busyAtStart: _busy, ...machine } = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy', 'scipy']);
  const wanted = CASES.filter(({ name }) => !options.cases || options.cases.includes(name));
  const cases: CaseResult[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measureCase(what, threads, options));
  }
  const result = { machine, versions, cases };
  return { result, markdown: table(result), partial: wanted.length < CASES.length };
}

async function measureCase(what: Case, threads: number, options: BenchmarkOptions): Promise<CaseResult> {
  const files = await dataOf(what);
  const { busyAtStart } = describeMachine();
  const fits: Partial<Record<'ours' | 'native', Fit>> = {};
  const side = (name: 'ours' | 'native') => async () => {
    const program: [string, ...string[]] =
      name === 'ours' ? [process.execPath, `${sides}logistic-ours.mjs`] : [python(), `${sides}logistic_native.py`];
    const request = { ...files, cols: MARKET.cols, threads, tolerance: what[name] };
    const env = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
    const fit = await runSide<Fit>(program, request, env);
    fits[name] = fit;
    return { seconds: fit.seconds, peakRss: fit.peakRss };
  };
  const paired = await measurePairs(
    { ours: side('ours'), native: side('native') },
    {
      pairs: what.long ? 1 : options.pairs,
      warmup: !options.quick && !what.long,
      onPair: ({ ours, native }) =>
        options.log(
          `${what.name}, ${threads} thread(s): ours ${ours.seconds.toFixed(2)} s, native ${native.seconds.toFixed(2)} s`,
        ),
    },
  );
  const { ours, native } = fits as Record<'ours' | 'native', Fit>;
  const [X, y] = [readFloat32(files.X), readFloat32(files.y)];
  const differences = ours.coefficients.flatMap((row, k) => row.map((w, j) => Math.abs(w - native.coefficients[k][j])));
  return {
    name: what.name,
    threads,
    busyAtStart,
    ...paired,
    iterations: { ours: ours.iterations, native: native.iterations },
    objective: { ours: objectiveOf(ours, X, y), native: objectiveOf(native, X, y) },
    largestDifference: Math.max(...differences),
  };
}

/** Sum of log-losses plus half the squared length of the weights. */
function objectiveOf({ coefficients, intercept }: Fit, X: Float32Array, y: Float32Array): number {
  const { cols } = MARKET;
  let loss = 0;
  const scores = new Float64Array(coefficients.length);
  for (let i = 0; i < y.length; i++) {
    coefficients.forEach((row, k) => {
      scores[k] = intercept[k];
      for (let j = 0; j < cols; j++) scores[k] += row[j] * X[i * cols + j];
    });
    const top = Math.max(...scores);
    let sum = 0;
    for (const score of scores) sum += exp(score - top);
    loss += top + log(sum) - scores[y[i]];
  }
  return loss + 0.5 * coefficients.flat().reduce((sum, w) => sum + w * w, 0);
}

/** Files of float32 rows without missing values, and of labels; made once. */
async function dataOf({ name }: Case): Promise<{ X: string; y: string }> {
  const directory = benchmarkData(MARKET);
  const stem = `${directory}logistic-${name.replace(/\W+/g, '-')}`;
  const files = { X: `${stem}-X.f32`, y: `${stem}-y.f32` };
  if (existsSync(files.X) && existsSync(files.y)) return files;
  const { X, y } = name === 'independent' ? independent() : await market(directory, name === 'market-scaled');
  writeFileSync(files.y, y);
  writeFileSync(files.X, X);
  return files;
}

async function market(directory: string, scaled: boolean): Promise<{ X: Float32Array; y: Float32Array }> {
  const { cols } = MARKET;
  const gaps = Matrix.wrap(readFloat32(`${directory}X_train.f32`), cols);
  const X = (await applyMissing(gaps, (await planMissing(gaps, { threads: 1 })).plan)).data;
  for (let j = 0; scaled && j < cols; j++) {
    let [mean, square] = [0, 0];
    for (let p = j; p < X.length; p += cols) mean += X[p] / (X.length / cols);
    for (let p = j; p < X.length; p += cols) square += (X[p] - mean) ** 2 / (X.length / cols);
    for (let p = j; p < X.length; p += cols) X[p] = (X[p] - mean) / Math.sqrt(square);
  }
  return { X, y: readFloat32(`${directory}classes_train.f32`) };
}

/** Normal columns and labels drawn from a softmax of their sums. */
function independent(): { X: Float32Array; y: Float32Array } {
  const { trainRows, cols } = MARKET;
  const random = new Random(61);
  const X = Float32Array.from({ length: trainRows * cols }, () => random.normal());
  const truth = Float64Array.from({ length: 3 * cols }, () => 0.15 * random.normal());
  const y = Float32Array.from({ length: trainRows }, (_, i) => {
    const drawn = [0, 1, 2].map((k) => {
      let score = -log(-log(random.float() + 1e-300));
      for (let j = 0; j < cols; j++) score += truth[k * cols + j] * X[i * cols + j];
      return score;
    });
    return drawn.indexOf(Math.max(...drawn));
  });
  return { X, y };
}

function table({
  machine,
  versions,
  cases,
}: {
  machine: Omit<ReturnType<typeof describeMachine>, 'busyAtStart'>;
  versions: Record<string, string>;
  cases: CaseResult[];
}): string {
  const range = (s: Spread, digits: number) =>
    `${s.median.toFixed(digits)} (${s.min.toFixed(digits)} to ${s.max.toFixed(digits)})`;
  const inverse = ({ median, min, max }: Spread): Spread => ({ median: 1 / median, min: 1 / max, max: 1 / min });
  const rows = cases.map((c) => {
    const excess = (value: number) => (value / Math.min(c.objective.ours, c.objective.native) - 1).toExponential(1);
    const cells = [
      `${c.name}${c.busyAtStart > 0.15 ? ' (*)' : ''}`,
      c.threads,
      c.pairs.length,
      range(c.seconds.ours, 2),
      range(c.seconds.native, 2),
      range(inverse(c.ratio), 2),
      `${c.iterations.ours} / ${c.iterations.native}`,
      `${excess(c.objective.ours)} / ${excess(c.objective.native)}`,
      c.largestDifference.toExponential(1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `${MARKET.trainRows.toLocaleString('en')} rows of ${MARKET.cols} float32 columns, three classes, L2 penalty with C = 1, the intercept not penalised. Seconds of fit alone, median (smallest to largest); scikit-learn gets float64 rows.`,
    'The ratio is scikit-learn / holdfast, pair by pair: above 1 ours is faster. The excess is of the objective over the smaller of the two, relative; the difference is the largest between coefficients.',
    '',
    '| columns | threads | pairs | holdfast s | scikit-learn s | scikit-learn / holdfast | iterations | excess of the objective | coefficients differ by |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(cases.some((c) => c.busyAtStart > 0.15)
      ? ['(*) Something else was running: do not trust these times.', '']
      : []),
    `Tolerances of holdfast / scikit-learn: ${CASES.map(({ name, ours, native }) => `${name} ${ours} / ${native}`).join('; ')}. Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    `Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
