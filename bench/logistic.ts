/**
 * `LogisticRegressionModel` against scikit-learn's LogisticRegression(lbfgs), with the defaults of its objective (L2, C = 1), on three classes:
 * market-like columns as they are, the same columns scaled, and independent normal columns. Both objectives are computed here, in
 * float64, from the coefficients that each side gives back.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exp, log } from '../src/core/math.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { MARKET, readFloat32 } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread } from './harness.js';
import { linearData } from './linear-data.js';
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
  const measured: CaseResult[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) measured.push(await measureCase(what, threads, options));
  }
  const others = measuredBefore({ machine, versions }).filter(({ name }) => wanted.every((one) => one.name !== name));
  const cases = CASES.flatMap((what) => [...measured, ...others].filter(({ name }) => name === what.name));
  const result = { machine, versions, cases };
  return { result, markdown: table(result) };
}

/** Cases of the committed results of this machine and these versions: what `--cases` names is measured anew, the rest stays. */
function measuredBefore(now: { machine: object; versions: object }): CaseResult[] {
  const file = new URL('./results/logistic.json', import.meta.url);
  if (!existsSync(file)) return [];
  const before = JSON.parse(readFileSync(file, 'utf8')) as typeof now & { cases: CaseResult[] };
  const same = JSON.stringify([before.machine, before.versions]) === JSON.stringify([now.machine, now.versions]);
  return same ? before.cases : [];
}

async function measureCase(what: Case, threads: number, options: BenchmarkOptions): Promise<CaseResult> {
  const files = await linearData(what.name);
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
    'Cases may be measured one by one (`--cases market`); all are of the same code, machine and versions.',
    `Tolerances of holdfast / scikit-learn: ${CASES.map(({ name, ours, native }) => `${name} ${ours} / ${native}`).join('; ')}. Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    `Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
