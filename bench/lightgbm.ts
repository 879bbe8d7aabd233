/**
 * `lightgbm` against native LightGBM (Python package): 73,000 x 180 with 3% missing, 200 rounds of 31 leaves, binary and
 * three classes, each on the given numbers of threads. Time is binning and training; quality is on 20,000 later rows, beside
 * what LightGBM itself scatters when it finds its bins from other samples.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Matrix } from '../src/core/matrix.js';
import { logLoss } from '../src/metrics/log-loss.js';
import { rocAuc } from '../src/metrics/roc-auc.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { benchmarkData, MARKET, readFloat32 } from './data.js';
import { type Measurement, measurePairs, type PairedResult, runSide, type Spread, spread } from './harness.js';
import { describeMachine, describeVersions } from './machine.js';

const SEEDS = [1, 2, 3, 4, 5];
/** Rows that LightGBM samples for its bins when its own spread is measured: below the rows there are. */
const BIN_SAMPLE = 50_000;
const LEAVES = 31;
const LEARNING_RATE = 0.1;
const ROUNDS = 200;

type Target = 'binary' | 'classes';
type Scores = Record<'auc' | 'logLoss', number>;

export interface CaseResult extends PairedResult {
  target: Target;
  threads: number;
  quality: { ours: Scores; native: Scores };
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const sides = fileURLToPath(new URL('./sides/', import.meta.url));

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const data = benchmarkData();
  const rounds = options.quick ? 30 : ROUNDS;
  const cases: CaseResult[] = [];
  const spreads: Partial<Record<Target, Record<'auc' | 'logLoss', Spread>>> = {};
  for (const target of ['binary', 'classes'] as const) {
    for (const threads of options.threads) cases.push(await measureCase(data, target, threads, rounds, options));
    if (!options.quick) spreads[target] = await nativeSpread(data, target, rounds);
  }
  const versions = describeVersions(python(), ['lightgbm', 'numpy']);
  const result = {
    machine,
    versions,
    data: MARKET,
    rounds,
    leaves: LEAVES,
    learningRate: LEARNING_RATE,
    cases,
    spreads,
  };
  return { result, markdown: table(result) };
}

async function measureCase(
  data: string,
  target: Target,
  threads: number,
  rounds: number,
  options: BenchmarkOptions,
): Promise<CaseResult> {
  const scores: Partial<Record<'ours' | 'native', Scores>> = {};
  const side = (name: 'ours' | 'native') => async () => {
    const { measurement, quality } = await train(name, data, target, threads, rounds);
    scores[name] = quality;
    return measurement;
  };
  const paired = await measurePairs(
    { ours: side('ours'), native: side('native') },
    {
      pairs: options.pairs,
      warmup: !options.quick,
      onPair: (pair) =>
        options.log(
          `${target}, ${threads} thread(s): ours ${pair.ours.seconds.toFixed(2)} s, native ${pair.native.seconds.toFixed(2)} s`,
        ),
    },
  );
  return { target, threads, ...paired, quality: scores as CaseResult['quality'] };
}

/** One fresh process: what it measured, and the quality of the probabilities it wrote. */
async function train(
  side: 'ours' | 'native',
  data: string,
  target: Target,
  threads: number,
  rounds: number,
  params: Record<string, number> = {},
): Promise<{ measurement: Measurement; quality: Scores }> {
  const predictions = `${cache}predictions-${process.pid}.f32`;
  const program: [string, ...string[]] =
    side === 'ours' ? [process.execPath, `${sides}lightgbm-ours.mjs`] : [python(), `${sides}lightgbm-native.py`];
  const measurement = await runSide<Measurement>(
    program,
    {
      data,
      target,
      threads,
      rounds,
      params,
      predictions,
      cols: MARKET.cols,
      leaves: LEAVES,
      learningRate: LEARNING_RATE,
    },
    { OMP_NUM_THREADS: String(threads) },
  );
  const quality = qualityOf(readFloat32(`${data}${target}_test.f32`), readFloat32(predictions), target);
  rmSync(predictions);
  return { measurement, quality };
}

function qualityOf(labels: Float32Array, values: Float32Array, target: Target): Scores {
  if (target === 'binary') return { auc: rocAuc(labels, values), logLoss: logLoss(labels, values) };
  const probabilities = Matrix.wrap(normalised(values, 3), 3);
  return {
    auc: rocAuc(labels, probabilities, { multiClass: 'ovr', average: 'macro' }),
    logLoss: logLoss(labels, probabilities),
  };
}

/** float32 rows sum to 1 only nearly. */
function normalised(values: Float32Array, width: number): Float32Array {
  const out = values.slice();
  for (let i = 0; i < out.length; i += width) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += out[i + k];
    for (let k = 0; k < width; k++) out[i + k] /= sum;
  }
  return out;
}

/** LightGBM against itself: its scores when its bins come from other samples of the rows. Kept, since it never changes. */
export async function nativeSpread(
  data: string,
  target: Target,
  rounds: number,
): Promise<Record<'auc' | 'logLoss', Spread>> {
  const { lightgbm } = describeVersions(python(), ['lightgbm']);
  const file = `${cache}spread-${lightgbm}-${data.split('/').at(-2)}-${target}-${rounds}-${BIN_SAMPLE}.json`;
  if (!existsSync(file)) {
    const scores: Scores[] = [];
    for (const seed of SEEDS) {
      const params = { data_random_seed: seed, bin_construct_sample_cnt: BIN_SAMPLE };
      scores.push((await train('native', data, target, 2, rounds, params)).quality);
    }
    mkdirSync(cache, { recursive: true });
    writeFileSync(file, JSON.stringify(scores));
  }
  const scores = JSON.parse(readFileSync(file, 'utf8')) as Scores[];
  return { auc: spread(scores.map((s) => s.auc)), logLoss: spread(scores.map((s) => s.logLoss)) };
}

interface Result {
  machine: ReturnType<typeof describeMachine>;
  versions: Record<string, string>;
  rounds: number;
  cases: CaseResult[];
  spreads: Partial<Record<Target, Record<'auc' | 'logLoss', Spread>>>;
}

function table({ machine, versions, rounds, cases, spreads }: Result): string {
  const { trainRows, cols, testRows } = MARKET;
  const range = (s: Spread, digits: number) =>
    `${s.median.toFixed(digits)} (${s.min.toFixed(digits)} to ${s.max.toFixed(digits)})`;
  const mega = (s: Spread) => (s.median / 2 ** 20).toFixed(0);
  const name = (target: Target) => (target === 'binary' ? 'binary' : '3 classes');
  const speed = cases.map(
    (c) =>
      `| ${name(c.target)} | ${c.threads} | ${c.pairs.length} | ${range(c.seconds.ours, 2)} | ${range(c.seconds.native, 2)} | ${range(c.ratio, 2)} | ${mega(c.peakRss.ours)} | ${mega(c.peakRss.native)} |`,
  );
  const quality = cases.flatMap((c) =>
    (['auc', 'logLoss'] as const).map((metric) => {
      const own = spreads[c.target]?.[metric];
      const scatter = own ? `${own.min.toFixed(5)} to ${own.max.toFixed(5)}` : 'not measured';
      const label = metric === 'auc' ? (c.target === 'binary' ? 'AUC' : 'AUC, one vs rest') : 'log-loss';
      return `| ${name(c.target)} | ${c.threads} | ${label} | ${c.quality.ours[metric].toFixed(5)} | ${c.quality.native[metric].toFixed(5)} | ${scatter} |`;
    }),
  );
  return [
    `${trainRows.toLocaleString('en')} x ${cols} float32 with 3% missing, ${rounds} rounds, ${LEAVES} leaves, learning rate ${LEARNING_RATE}; both sides read the same files.`,
    'Seconds of binning and training, median (smallest to largest); the ratio is ours / native, pair by pair; peak memory is of the whole process.',
    '',
    '| task | threads | pairs | holdfast s | LightGBM s | ratio | holdfast MiB | LightGBM MiB |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...speed,
    '',
    `Quality on ${testRows.toLocaleString('en')} later rows; the last column is LightGBM over ${SEEDS.length} values of \`data_random_seed\` with \`bin_construct_sample_cnt=${BIN_SAMPLE}\`.`,
    '',
    '| task | threads | metric | holdfast | LightGBM | LightGBM with other bin samples |',
    '| --- | --- | --- | --- | --- | --- |',
    ...quality,
    '',
    ...(machine.busyAtStart > 0.15 ? ['**Something else was running: do not trust these times.**', ''] : []),
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; ${Math.round(100 * machine.busyAtStart)}% busy before the start.`,
    `Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
