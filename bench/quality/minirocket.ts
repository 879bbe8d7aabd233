/**
 * Accuracies of MiniRocket with its defaults on sequence sets, five seeds: beside the published ones, and beside aeon's classifier where
 * HOLDFAST_AEON_PYTHON names a Python that has it (`pip install aeon==1.6.0`; its requirements do not go together with those of the
 * interop tests). Cases are names of sets.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as Core from '../../src/index.js';
import type { BenchmarkOptions, BenchmarkReport } from '../benchmark.js';
import { runSide } from '../harness.js';
import { describeMachine, describeVersions } from '../machine.js';
import { readSequenceSet, SEQUENCE_SETS, type SequenceSet } from './sequence-sets.js';

const SEEDS = [1, 2, 3, 4, 5];
const THREADS = 2;

/**
 * Resample 0, the archive's own split, of results/accuracy_ucr109_resamples.csv in the authors' repository github.com/angus924/minirocket;
 * sets of several channels are not among theirs.
 */
const PUBLISHED: Readonly<Record<string, number>> = { 'italy-power-demand': 0.968902, 'arrow-head': 0.862857 };

interface Result {
  set: string;
  windows: { train: number; test: number };
  ours: number[];
  aeon?: number[];
}

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const script = fileURLToPath(new URL('../sides/minirocket_quality_native.py', import.meta.url));

export async function run({ cases, quick, log }: BenchmarkOptions): Promise<BenchmarkReport> {
  const seeds = quick ? [1] : SEEDS;
  const names = SEQUENCE_SETS.filter((name) => cases?.includes(name) ?? true);
  const python = process.env.HOLDFAST_AEON_PYTHON;
  const results: Result[] = [];
  for (const name of names) {
    const set = readSequenceSet(name);
    const ours = await accuracies(set, seeds);
    const aeon = python ? await peer(python, set, seeds) : undefined;
    results.push({ set: name, windows: { train: set.train.y.length, test: set.test.y.length }, ours, aeon });
    log(`${name}: ours ${summary(ours)}${aeon ? `, aeon ${summary(aeon)}` : ''}`);
  }
  const { cpu } = describeMachine();
  const versions = python ? describeVersions(python, ['aeon', 'sklearn']) : { node: process.versions.node };
  return {
    result: { machine: { cpu }, versions, results },
    markdown: table(results, versions),
    partial: results.length < SEQUENCE_SETS.length,
  };
}

async function accuracies({ length, channels, train, test }: SequenceSet, seeds: readonly number[]): Promise<number[]> {
  // The built package, as users have it.
  const { Matrix, Windows, MiniRocketModel } = (await import('holdfast' as string)) as typeof Core;
  const windows = (X: Float32Array) => {
    const ends = Uint32Array.from({ length: X.length / length / channels }, (_, i) => (i + 1) * length - 1);
    return new Windows(Matrix.wrap(X, channels), ends, length);
  };
  const found: number[] = [];
  for (const seed of seeds) {
    const model = new MiniRocketModel();
    await model.fit({ X: windows(train.X), y: train.y }, { seed, threads: THREADS });
    const { predictions } = await model.predict(windows(test.X), { threads: THREADS });
    found.push(predictions.filter((label, i) => label === test.y[i]).length / test.y.length);
  }
  return found;
}

async function peer(
  python: string,
  { name, length, channels, train, test }: SequenceSet,
  seeds: readonly number[],
): Promise<number[]> {
  const data = `${cache}quality-minirocket-${name}-${process.pid}/`;
  mkdirSync(data, { recursive: true });
  try {
    for (const [part, { X, y }] of Object.entries({ train, test })) {
      writeFileSync(`${data}${part}.f32`, X);
      writeFileSync(`${data}${part}.i32`, y);
    }
    const request = { length, channels, data, seeds, threads: THREADS };
    const measured = await runSide<{ accuracies: number[] }>([python, script], request, {
      NUMBA_NUM_THREADS: String(THREADS),
    });
    return measured.accuracies;
  } finally {
    rmSync(data, { recursive: true });
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
}

const summary = (values: readonly number[]): string => `${mean(values).toFixed(4)} ± ${deviation(values).toFixed(4)}`;

function table(results: readonly Result[], versions: Record<string, string>): string {
  const lines = results.map(({ set, windows, ours, aeon }) => {
    const published = PUBLISHED[set];
    const apart = published === undefined ? '' : `${((mean(ours) - published) * 100).toFixed(1)}`;
    const cells = [
      set,
      `${windows.train}, ${windows.test}`,
      summary(ours),
      aeon ? summary(aeon) : '',
      published?.toFixed(4) ?? '',
      apart,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `Test accuracy of MiniRocket with its defaults (9,996 features, ridge with the strength of least leave-one-out error), mean and standard deviation over ${SEEDS.length} seeds, on the sets' own train and test parts; aeon's MiniRocketClassifier on the same arrays. Published: resample 0 of the authors' table (github.com/angus924/minirocket, results/accuracy_ucr109_resamples.csv), which has no sets of several channels; the last column is ours less theirs in points. Shorter series begin with their first step repeated.`,
    '',
    '| set | windows: train, test | holdfast | aeon | published | points |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}
