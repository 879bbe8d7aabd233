/**
 * Shapley values of 10,000 rows of 180 columns by 200 trees, beside the libraries' own on the same model files, which ours wrote; interactions
 * beside XGBoost's, and a background of 100 rows beside shap's TreeExplainer, of fewer rows.
 */
import { fileURLToPath } from 'node:url';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import type { Library } from './boosting.js';
import { closingLines, inverse, markedName, range } from './cells.js';
import { benchmarkData, MARKET } from './data.js';
import { type Measurement, runSide } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript } from './paired-case.js';

const MODELS: Record<Library, Record<string, number | string>> = {
  lightgbm: { n_estimators: 200, num_leaves: 31 },
  xgboost: { n_estimators: 200, max_depth: 6 },
  catboost: { n_estimators: 200, depth: 6, boosting_type: 'Plain', learning_rate: 0.1 },
};
const TRAIN_ROWS = 20_000;

interface CaseOf {
  readonly name: string;
  readonly library: Library;
  readonly kind: 'values' | 'interactions' | 'background';
  readonly rows: number;
  readonly peer: string;
}

const CASES: readonly CaseOf[] = [
  { name: 'lightgbm', library: 'lightgbm', kind: 'values', rows: 10_000, peer: 'lightgbm pred_contrib' },
  { name: 'xgboost', library: 'xgboost', kind: 'values', rows: 10_000, peer: 'xgboost pred_contribs' },
  { name: 'catboost', library: 'catboost', kind: 'values', rows: 10_000, peer: 'catboost ShapValues' },
  {
    name: 'xgboost interactions',
    library: 'xgboost',
    kind: 'interactions',
    rows: 10,
    peer: 'xgboost pred_interactions',
  },
  { name: 'lightgbm background', library: 'lightgbm', kind: 'background', rows: 200, peer: 'shap interventional' },
];

interface Explained extends Measurement {
  /** Mean of the absolute values, to see that both sides did the same. */
  mean: number;
}

interface ShapCase extends PairedCase {
  peer: string;
  rows: number;
  means: { ours: number; native: number };
}

interface Result extends CaseResults<ShapCase> {
  machine: Machine;
  versions: Record<string, string>;
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const sides = fileURLToPath(new URL('./sides/', import.meta.url));
const caseNames = CASES.map(({ name }) => name);

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['lightgbm', 'xgboost', 'catboost', 'shap', 'numpy']);
  const data = benchmarkData(MARKET);
  const cases: ShapCase[] = [];
  for (const what of CASES.filter(({ name }) => options.cases?.includes(name) ?? true)) {
    const { library } = what;
    const model = `${cache}shap-${library}.model`;
    const params = { ...MODELS[library], ...(options.quick ? { n_estimators: 10 } : {}) };
    const rows = options.quick ? Math.min(what.rows, 100) : what.rows;
    const request = { ...what, data, model, params, cols: MARKET.cols, trainRows: TRAIN_ROWS, rows };
    await runSide([process.execPath, `${sides}train-model.mjs`], request);
    for (const threads of options.threads) cases.push(await measure(what, { ...request, threads }, options));
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('shap', result, caseNames);
  return { result, markdown: table(result) };
}

async function measure(
  { name, peer, rows }: CaseOf,
  request: { threads: number },
  { pairs, quick, log }: BenchmarkOptions,
): Promise<ShapCase> {
  const { row, found } = await measureCase(
    { name, threads: request.threads },
    (which) => runScript<Explained>(which, { ours: 'shap-ours.mjs', native: 'shap_native.py' }, request),
    { pairs, warmup: !quick, log },
  );
  const { ours, native } = lastOf(found);
  const means = { ours: ours.mean, native: native.mean };
  if (Math.abs(means.ours / means.native - 1) > 1e-5)
    throw new Error(`${name}: values differ: ${JSON.stringify(means)}`);
  return { ...row, peer, rows, means };
}

function table({ machine, versions, cases }: Result): string {
  const lines = cases.map((c) => {
    const cells = [
      markedName(c),
      c.rows.toLocaleString('en'),
      c.threads,
      c.pairs.length,
      range(c.seconds.ours),
      range(c.seconds.native),
      c.peer,
      range(inverse(c.ratio)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `${MARKET.cols} columns, 200 trees. Seconds of one call on a model at hand, median (smallest to largest).`,
    'The ratio is peer / holdfast, pair by pair: above 1 ours is faster.',
    '',
    '| case | rows | threads | pairs | holdfast s | peer s | peer | peer / holdfast |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
