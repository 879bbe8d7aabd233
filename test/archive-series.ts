/** The UCR and UEA series of ../shared/data as nested arrays and numeric labels, in the archives' own train and test parts. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sharedData } from './shared-data.js';

/** One case a row. */
export const WIDE_SETS: readonly string[] = ['italy-power-demand', 'arrow-head'];
/** One row for each case and step. */
export const LONG_SETS: readonly string[] = ['basic-motions', 'japanese-vowels'];

export interface ArchivePart {
  /** (cases, steps, channels); shorter series end in zeros. */
  readonly X: number[][][];
  /** Labels in the order of their names, from 0. */
  readonly y: number[];
}

const fileOf = (name: string, part: string): string =>
  `${WIDE_SETS.includes(name) ? 'ucr' : 'uea'}-${name}-${part}.csv.gz`;

/** Why tests on these sets are skipped; undefined where all are there. */
export function archiveSkip(): string | undefined {
  const files = [...WIDE_SETS, ...LONG_SETS].flatMap((name) => [fileOf(name, 'train'), fileOf(name, 'test')]);
  const absent = files.find((file) => !sharedData(file));
  return absent && `../shared/data/${absent} is not in this checkout`;
}

export function archivePart(name: string, part: 'train' | 'test'): ArchivePart {
  const length = Math.max(...(['train', 'test'] as const).map((each) => longest(casesOf(name, each))));
  const cases = casesOf(name, part);
  const labels = [...new Set(casesOf(name, 'train').map(({ label }) => label))].sort();
  return {
    X: cases.map(({ steps }) =>
      Array.from({ length }, (_, t) => steps[t] ?? new Array<number>(steps[0].length).fill(0)),
    ),
    y: cases.map(({ label }) => labels.indexOf(label)),
  };
}

interface Case {
  readonly label: string;
  readonly steps: number[][];
}

const longest = (cases: readonly Case[]): number => Math.max(...cases.map(({ steps }) => steps.length));

function casesOf(name: string, part: string): Case[] {
  const path = sharedData(fileOf(name, part)) ?? '';
  const [, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const rows = lines.map((line) => line.split(','));
  if (WIDE_SETS.includes(name)) {
    return rows.map(([label, ...values]) => ({ label, steps: values.map((value) => [Number(value)]) }));
  }
  const cases = new Map<string, Case>();
  for (const [id, , label, ...values] of rows) {
    const own = cases.get(id) ?? { label, steps: [] };
    own.steps.push(values.map(Number));
    cases.set(id, own);
  }
  return [...cases.values()];
}
