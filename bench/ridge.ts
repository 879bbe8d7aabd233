/** `RidgeModel` (regression) against scikit-learn's Ridge and RidgeCV on market-like columns scaled to unit variance. */
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, inverse, markedName, range } from './cells.js';
import { MARKET } from './data.js';
import type { Measurement } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { linearData } from './linear-data.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript, type SideName } from './paired-case.js';

const CASES = [
  { name: 'one alpha', alphas: [1] },
  { name: 'ten alphas', alphas: Array.from({ length: 10 }, (_, i) => 0.01 * 4 ** i) },
] as const;

interface Fit extends Measurement {
  alpha: number;
  coefficients: number[];
}

interface RidgeCase extends PairedCase {
  alphas: Record<SideName, number>;
  largestDifference: number;
}

interface Result extends CaseResults<RidgeCase> {
  machine: Machine;
  versions: Record<string, string>;
}

const caseNames = CASES.map(({ name }) => name);

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['sklearn', 'numpy', 'scipy']);
  const wanted = CASES.filter(({ name }) => options.cases?.includes(name) ?? true);
  const cases: RidgeCase[] = [];
  for (const what of wanted) {
    for (const threads of options.threads) cases.push(await measure(what, threads, options));
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('ridge', result, caseNames);
  return { result, markdown: table(result) };
}

async function measure(
  { name, alphas }: (typeof CASES)[number],
  threads: number,
  { pairs, quick, log }: BenchmarkOptions,
): Promise<RidgeCase> {
  const request = { ...(await linearData('market-scaled')), cols: MARKET.cols, threads, alphas };
  const { row, found } = await measureCase(
    { name, threads },
    (which) => runScript<Fit>(which, { ours: 'ridge-ours.mjs', native: 'ridge_native.py' }, request),
    { pairs, warmup: !quick, log },
  );
  const { ours, native } = lastOf(found);
  return {
    ...row,
    alphas: { ours: ours.alpha, native: native.alpha },
    largestDifference: Math.max(...ours.coefficients.map((w, j) => Math.abs(w - native.coefficients[j]))),
  };
}

function table({ machine, versions, cases }: Result): string {
  const rows = cases.map((c) => {
    const cells = [
      markedName(c),
      c.threads,
      c.pairs.length,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(inverse(c.ratio)),
      `${c.alphas.ours} / ${c.alphas.native}`,
      c.largestDifference.toExponential(1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `${MARKET.trainRows.toLocaleString('en')} rows of ${MARKET.cols} float32 columns. Seconds of fit alone, median (smallest to largest); scikit-learn gets float64 rows.`,
    'The ratio is scikit-learn / holdfast, pair by pair: above 1 ours is faster.',
    '',
    '| case | threads | pairs | holdfast s | scikit-learn s | scikit-learn / holdfast | alpha taken | coefficients differ by |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
