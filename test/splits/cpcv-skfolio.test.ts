/** Splits and backtest paths equal skfolio's `CombinatorialPurgedCV` where its terms have the same meaning: label horizon as purged size, whole folds. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CombinatorialPurgedKFold } from '../../src/splits/combinatorial-purged-k-fold.js';

type Ranges = [from: number, to: number][];

interface Case {
  rows: number;
  folds: number;
  testFolds: number;
  purged: number;
  embargo: number;
  splits: { train: Ranges; test: Ranges }[];
  /** (splits, testFolds): the path that each tested fold of a split belongs to. */
  pathOfTestFolds: number[][];
}

const { cases } = JSON.parse(readFileSync(new URL('../golden/cpcv.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};
const rowsIn = (ranges: Ranges): number[] => ranges.flatMap(([a, b]) => Array.from({ length: b - a }, (_, i) => a + i));

describe.each(cases)('$testFolds of $folds folds, labels $purged ahead, embargo of $embargo', (example) => {
  const { rows, folds, testFolds, purged, embargo } = example;
  // Rows without times: an embargo of 1 and more is in rows.
  const splitter = new CombinatorialPurgedKFold({ folds, testFolds, horizon: purged, embargo });

  it('gives the same splits', () => {
    const found = [...splitter.split({ rows })].map(({ train, test }) => ({ train: [...train], test: [...test] }));
    expect(found).toEqual(example.splits.map(({ train, test }) => ({ train: rowsIn(train), test: rowsIn(test) })));
  });

  it('puts the same parts into the same paths', () => {
    const pathOf = example.splits.map(() => new Map<number, number>());
    for (const path of splitter.paths({ rows })) {
      for (const { part, split } of path.parts) pathOf[split].set(part, path.index);
    }
    const ours = pathOf.map((parts) => [...parts].sort(([a], [b]) => a - b).map(([, path]) => path));
    expect(ours).toEqual(example.pathOfTestFolds);
  });
});
