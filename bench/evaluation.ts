/**
 * Bootstrap intervals of all metrics of one evaluation beside what one does in Python: joblib over resamples, scikit-learn's metrics on each.
 * 15,000 rows of two classes, 1,000 resamples, the same metrics on both sides: drawn within classes, and in stationary blocks.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sigmoid } from '../src/core/math.js';
import { Random } from '../src/core/random.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, inverse, markedName, range } from './cells.js';
import type { Measurement } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript } from './paired-case.js';

const ROWS = 15_000;
const SAMPLES = 1000;
const BLOCK = 20;
const CASES = ['stratified', 'stationary'] as const;

interface Intervals extends Measurement {
  standardErrors: Record<string, number>;
}

interface EvaluationCase extends PairedCase {
  /** Of the two sides' standard errors, over the metrics. */
  largestDifference: number;
  metrics: number;
}

interface Result extends CaseResults<EvaluationCase> {
  machine: Machine;
  versions: Record<string, string>;
}

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy', 'scipy', 'joblib']);
  const wanted = CASES.filter((name) => options.cases?.includes(name) ?? true);
  const cases: EvaluationCase[] = [];
  for (const name of wanted) for (const threads of options.threads) cases.push(await measure(name, threads, options));
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('evaluation', result, [...CASES]);
  return { result, markdown: table(result) };
}

async function measure(
  name: (typeof CASES)[number],
  threads: number,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<EvaluationCase> {
  const request = { ...scores(), resampling: name, block: BLOCK, samples: quick ? 50 : SAMPLES, threads };
  const { row, found } = await measureCase(
    { name, threads },
    (which) => runScript<Intervals>(which, { ours: 'evaluation-ours.mjs', native: 'evaluation_native.py' }, request),
    // A loop over scikit-learn takes a minute: there is nothing to warm up.
    { pairs, warmup: false, log },
  );
  const { ours, native } = lastOf(found);
  const differences = Object.entries(native.standardErrors).map(([metric, error]) =>
    Math.abs(ours.standardErrors[metric] / error - 1),
  );
  return { ...row, largestDifference: Math.max(...differences), metrics: differences.length };
}

/** Files of labels and probabilities, made once. */
function scores(): { y: string; p: string } {
  const cache = fileURLToPath(new URL('./.cache/evaluation-v1/', import.meta.url));
  const files = { y: `${cache}y.f32`, p: `${cache}p.f32` };
  if (existsSync(files.y) && existsSync(files.p)) return files;
  mkdirSync(cache, { recursive: true });
  const random = new Random(23);
  const y = Float32Array.from({ length: ROWS }, () => (random.float() < 0.4 ? 1 : 0));
  writeFileSync(
    files.p,
    y.map((label) => sigmoid(label - 0.5 + 1.5 * random.normal())),
  );
  writeFileSync(files.y, y);
  return files;
}

function table({ machine, versions, cases }: Result): string {
  const rows = cases.map((c) => {
    const cells = [
      markedName(c),
      c.threads,
      c.pairs.length,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(inverse(c.ratio), 0),
      c.metrics,
      `${(100 * c.largestDifference).toFixed(1)}%`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `${ROWS.toLocaleString('en')} rows of two classes, ${SAMPLES.toLocaleString('en')} resamples. Seconds from labels and probabilities to intervals, the start of workers included, median (smallest to largest).`,
    `The ratio is scikit-learn / holdfast, pair by pair: above 1 ours is faster. Each side draws its own rows: the standard errors of 1,000 resamples are known to about 2%. Stationary blocks have a mean length of ${BLOCK} rows.`,
    '',
    '| case | threads | pairs | holdfast s | scikit-learn and joblib s | scikit-learn / holdfast | metrics | standard errors differ by at most |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
