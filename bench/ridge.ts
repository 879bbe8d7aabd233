/** `RidgeModel` (regression) against scikit-learn's Ridge and RidgeCV on market-like columns scaled to unit variance. */
import { fileURLToPath } from 'node:url';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { MARKET } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread } from './harness.js';
import { linearData } from './linear-data.js';
import { describeMachine, describeVersions } from './machine.js';

const CASES = [
  { name: 'one alpha', alphas: [1] },
  { name: 'ten alphas', alphas: Array.from({ length: 10 }, (_, i) => 0.01 * 4 ** i) },
] as const;

interface Fit extends Measurement {
  alpha: number;
  coefficients: number[];
}

interface CaseResult extends PairedResult {
  name: string;
  threads: number;
  busyAtStart: number;
  alphas: { ours: number; native: number };
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

async function measureCase(
  { name, alphas }: (typeof CASES)[number],
  threads: number,
  options: BenchmarkOptions,
): Promise<CaseResult> {
  const files = await linearData('market-scaled');
  const { busyAtStart } = describeMachine();
  const fits: Partial<Record<'ours' | 'native', Fit>> = {};
  const side = (which: 'ours' | 'native') => async () => {
    const program: [string, ...string[]] =
      which === 'ours' ? [process.execPath, `${sides}ridge-ours.mjs`] : [python(), `${sides}ridge_native.py`];
    const env = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
    const fit = await runSide<Fit>(program, { ...files, cols: MARKET.cols, threads, alphas }, env);
    fits[which] = fit;
    return { seconds: fit.seconds, peakRss: fit.peakRss };
  };
  const paired = await measurePairs(
    { ours: side('ours'), native: side('native') },
    {
      pairs: options.pairs,
      warmup: !options.quick,
      onPair: ({ ours, native }) =>
        options.log(
          `${name}, ${threads} thread(s): ours ${ours.seconds.toFixed(2)} s, native ${native.seconds.toFixed(2)} s`,
        ),
    },
  );
  const { ours, native } = fits as Record<'ours' | 'native', Fit>;
  return {
    name,
    threads,
    busyAtStart,
    ...paired,
    alphas: { ours: ours.alpha, native: native.alpha },
    largestDifference: Math.max(...ours.coefficients.map((w, j) => Math.abs(w - native.coefficients[j]))),
  };
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
  const range = (s: Spread) => `${s.median.toFixed(2)} (${s.min.toFixed(2)} to ${s.max.toFixed(2)})`;
  const inverse = ({ median, min, max }: Spread): Spread => ({ median: 1 / median, min: 1 / max, max: 1 / min });
  const rows = cases.map((c) => {
    const cells = [
      `${c.name}${c.busyAtStart > 0.15 ? ' (*)' : ''}`,
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
    '',
    ...(cases.some((c) => c.busyAtStart > 0.15)
      ? ['(*) Something else was running: do not trust these times.', '']
      : []),
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    `Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
