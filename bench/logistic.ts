/**
 * `LogisticRegressionModel` against scikit-learn's LogisticRegression(lbfgs), with the defaults of its objective (L2, C = 1), on three classes:
 * market-like columns as they are, the same columns scaled, and independent normal columns. Both objectives are computed here, in
 * float64, from the coefficients that each side gives back.
 */
import { exp, log } from '../src/core/math.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, inverse, markedName, range } from './cells.js';
import { MARKET, readFloat32 } from './data.js';
import type { Measurement } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { linearData } from './linear-data.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript, type SideName } from './paired-case.js';

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

interface LogisticCase extends PairedCase {
  iterations: Record<SideName, number>;
  objective: Record<SideName, number>;
  largestDifference: number;
}

interface Result extends CaseResults<LogisticCase> {
  machine: Machine;
  versions: Record<string, string>;
}

const caseNames = CASES.map(({ name }) => name);

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy', 'scipy']);
  const wanted = CASES.filter(({ name }) => options.cases?.includes(name) ?? true);
  const cases: LogisticCase[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measure(what, threads, options));
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('logistic', result, caseNames);
  return { result, markdown: table(result) };
}

async function measure(what: Case, threads: number, { pairs, quick, log }: BenchmarkOptions): Promise<LogisticCase> {
  const { name, long } = what;
  const files = await linearData(name);
  const scripts = { ours: 'logistic-ours.mjs', native: 'logistic_native.py' };
  const { row, found } = await measureCase(
    { name, threads },
    (which) => runScript<Fit>(which, scripts, { ...files, cols: MARKET.cols, threads, tolerance: what[which] }),
    { pairs: long ? 1 : pairs, warmup: !quick && !long, log },
  );
  const { ours, native } = lastOf(found);
  const [X, y] = [readFloat32(files.X), readFloat32(files.y)];
  const differences = ours.coefficients.flatMap((row, k) => row.map((w, j) => Math.abs(w - native.coefficients[k][j])));
  return {
    ...row,
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

function table({ machine, versions, cases }: Result): string {
  const rows = cases.map((c) => {
    const excess = (value: number) => (value / Math.min(c.objective.ours, c.objective.native) - 1).toExponential(1);
    const cells = [
      markedName(c),
      c.threads,
      c.pairs.length,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(inverse(c.ratio)),
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
    `Tolerances of holdfast / scikit-learn: ${CASES.map(({ name, ours, native }) => `${name} ${ours} / ${native}`).join('; ')}.`,
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
