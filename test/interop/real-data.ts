/** Real data sets of ../shared/data as plain numbers: what both libraries of an interop test are given. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Random } from '../../src/core/random.js';

export interface RealData {
  X: number[][];
  y: number[];
}

/**
 * Reads a gzip CSV whose values hold no quotes. Empty cells are NaN; a column of words becomes their numbers in sorted order.
 * Columns of `leaveOut` are not features.
 */
export function readRealData(path: string, label: string, leaveOut: readonly string[] = []): RealData {
  const [head, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const names = head.split(',');
  const cells = lines.map((line) => line.split(','));
  const column = (name: string): number[] => {
    const at = names.indexOf(name);
    if (at < 0) throw new Error(`${path} has no column ${name}`);
    const texts = cells.map((row) => row[at]);
    if (texts.every((text) => text === '' || Number.isFinite(Number(text)))) {
      return texts.map((text) => (text === '' ? Number.NaN : Math.fround(Number(text))));
    }
    const words = [...new Set(texts)].sort();
    return texts.map((text) => words.indexOf(text));
  };
  const features = names.filter((name) => name !== label && !leaveOut.includes(name)).map(column);
  return { X: cells.map((_, i) => features.map((values) => values[i])), y: column(label) };
}

/** A share of the rows, drawn by `seed`, and the rest. */
export function randomSplit(data: RealData, share: number, seed: number): { train: RealData; test: RealData } {
  const order = Array.from(new Random(seed).permutation(data.y.length));
  const cut = Math.floor(order.length * share);
  const part = (rows: number[]) => ({ X: rows.map((i) => data.X[i]), y: rows.map((i) => data.y[i]) });
  return { train: part(order.slice(0, cut)), test: part(order.slice(cut)) };
}

/** Every k-th row apart from the others. */
export function everyKth(data: RealData, k: number): { train: RealData; test: RealData } {
  const part = (keep: (i: number) => boolean) => ({
    X: data.X.filter((_, i) => keep(i)),
    y: data.y.filter((_, i) => keep(i)),
  });
  return { train: part((i) => i % k !== 0), test: part((i) => i % k === 0) };
}
