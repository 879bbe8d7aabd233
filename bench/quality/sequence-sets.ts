/** Sequence sets of ../shared/data with their published (or a time-ordered) split, scaled by channel on training windows. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export interface SequenceRows {
  /** (n * length * channels,) */
  readonly X: Float32Array;
  /** (n,) 0 .. classes-1 */
  readonly y: Int32Array;
}

export interface SequenceSet {
  readonly name: string;
  readonly length: number;
  readonly channels: number;
  readonly classes: number;
  readonly train: SequenceRows;
  readonly test: SequenceRows;
}

type Case = { label: string; steps: number[][] };

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

function rows(file: string): string[][] {
  const text = gunzipSync(readFileSync(`${shared}${file}.csv.gz`)).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(','));
}

/** One row a case: the label, then its values in time. */
function wide(file: string): Case[] {
  return rows(file)
    .slice(1)
    .map(([label, ...values]) => ({ label, steps: values.map((value) => [Number(value)]) }));
}

/** One row a step: case, time, label, dimensions. */
function long(file: string): Case[] {
  const cases = new Map<string, Case>();
  for (const [id, , label, ...values] of rows(file).slice(1)) {
    const own = cases.get(id) ?? { label, steps: [] };
    own.steps.push(values.map(Number));
    cases.set(id, own);
  }
  return [...cases.values()];
}

/** Every 25th window of 30 minutes of room sensors; its label is the last minute's. The file's light column all but says the label: left out. */
function occupancy(file: string): Case[] {
  const readings = rows(file)
    .slice(1)
    .map((row) => ({ label: row[7], step: [row[2], row[3], row[5], row[6]].map(Number) }));
  return readings.flatMap(({ label }, i) =>
    i >= 29 && i % 25 === 0 ? [{ label, steps: readings.slice(i - 29, i + 1).map(({ step }) => step) }] : [],
  );
}

/** Windows of 24 hourly bars of SPY, every seventh, 800 in all: whether the close seven bars later is higher; the last quarter is for testing. */
function bars(): { train: Case[]; test: Case[] } {
  const read = rows('spy-hourly')
    .slice(1)
    .map((row) => row.slice(-5).map(Number));
  const steps = read.map(([open, high, low, close, volume]) => [
    Math.log(close / open),
    (high - low) / close,
    Math.log1p(volume),
  ]);
  const cases: Case[] = [];
  for (let i = 23; i + 7 < read.length && cases.length < 800; i += 7) {
    cases.push({ label: String(Number(read[i + 7][3] > read[i][3])), steps: steps.slice(i - 23, i + 1) });
  }
  return { train: cases.slice(0, 600), test: cases.slice(600) };
}

const SETS: Record<string, () => { train: Case[]; test: Case[] }> = {
  'italy-power-demand': () => ({
    train: wide('ucr-italy-power-demand-train'),
    test: wide('ucr-italy-power-demand-test'),
  }),
  'basic-motions': () => ({ train: long('uea-basic-motions-train'), test: long('uea-basic-motions-test') }),
  'japanese-vowels': () => ({ train: long('uea-japanese-vowels-train'), test: long('uea-japanese-vowels-test') }),
  'arrow-head': () => ({ train: wide('ucr-arrow-head-train'), test: wide('ucr-arrow-head-test') }),
  occupancy: () => ({ train: occupancy('occupancy-train'), test: occupancy('occupancy-test2') }),
  'spy-hourly': bars,
};

export const SEQUENCE_SETS = Object.keys(SETS);

export function readSequenceSet(name: string): SequenceSet {
  const { train, test } = SETS[name]();
  const length = Math.max(...[...train, ...test].map(({ steps }) => steps.length));
  const channels = train[0].steps[0].length;
  const labels = [...new Set([...train, ...test].map(({ label }) => label))].sort();
  const flat = (cases: Case[]): SequenceRows => ({
    // Shorter cases begin with their first step repeated.
    X: Float32Array.from(
      cases.flatMap(({ steps }) => [...Array.from({ length: length - steps.length }, () => steps[0]), ...steps].flat()),
    ),
    y: Int32Array.from(cases, ({ label }) => labels.indexOf(label)),
  });
  const set = { name, length, channels, classes: labels.length, train: flat(train), test: flat(test) };
  scale(set.train.X, set.test.X, channels);
  return set;
}

function scale(train: Float32Array, test: Float32Array, channels: number): void {
  for (let c = 0; c < channels; c++) {
    const n = train.length / channels;
    let mean = 0;
    for (let p = c; p < train.length; p += channels) mean += train[p] / n;
    let variance = 0;
    for (let p = c; p < train.length; p += channels) variance += (train[p] - mean) ** 2 / n;
    const deviation = Math.sqrt(variance) || 1;
    for (const X of [train, test]) for (let p = c; p < X.length; p += channels) X[p] = (X[p] - mean) / deviation;
  }
}
