/** Trees of several outputs, which grow side by side where each worker has one: the same ones as those that workers share. */
import { describe, expect, it } from 'vitest';
import type { BoostingParams } from '../../../src/boosting/engine/params.js';
import { trainBoosting } from '../../../src/boosting/engine/train.js';
import type { BoostingData } from '../../../src/boosting/engine/training-data.js';
import { HistogramLearner } from '../../../src/boosting/engine/tree-learner.js';
import { Random } from '../../../src/core/random.js';
import { usefulThreads } from '../../../src/kernels/useful-threads.js';
import { emptyTree } from '../../../src/trees/tree.js';
import { TreeBoard } from '../../../src/trees/tree-board.js';
import { aloneContext } from '../../kernels/alone.js';
import { bytesOf, params, randomData } from './data.js';

const FIVE = { kind: 'multiclass', classes: 5 } as const;

/** Random rows whose labels are all of the classes; the last one is rare. */
function rowsOf(seed: number, rows: number, cols: number, classes: number): BoostingData {
  const data = randomData(seed, rows, cols, 3);
  return {
    ...data,
    y: data.y.map((label, i) => (i % 3 > 0 ? label : i % 30 === 0 ? classes - 1 : (label + 2) % classes)),
  };
}

describe('trees that grow side by side', () => {
  it.each<[string, Partial<BoostingParams>]>([
    ['as LightGBM grows them', {}],
    ['level by level, roots alone count', { growth: 'depth', maxDepth: 5, numLeaves: 0, rootOnlyTrees: true }],
    [
      'drawn rows and columns',
      { baggingFraction: 0.6, baggingFreq: 2, featureFraction: 0.7, featureFractionByNode: 0.8 },
    ],
    ['rows drawn by gradients', { goss: { top: 0.2, other: 0.2 }, learningRate: 0.5 }],
    ['dropped trees', { boosting: 'dart', dart: { ...params(FIVE).dart, rate: 0.4, skip: 0 } }],
    ['a forest', { boosting: 'rf', baggingFraction: 0.6, baggingFreq: 1 }],
    ['several trees a class', { parallelTrees: 2, baggingFraction: 0.6, baggingFreq: 1 }],
    ['limits on outputs', { maxDeltaStep: 0.4, pathSmooth: 2, extraTrees: true }],
    ['few leaves, then none', { minGainToSplit: 30 }],
  ])('are the same on any number of threads: %s', async (_name, changes) => {
    const validation = rowsOf(2, 400, 20, 5);
    const data = { ...rowsOf(1, 4000, 20, 5), evalSets: { validation } };
    const settings = params(FIVE, { numIterations: 6, ...changes });
    const [one, ...others] = await Promise.all(
      // All at a time on 5; two and two and the last together on 2; three and two together on 3; none on 8.
      [1, 2, 3, 5, 8].map((threads) => trainBoosting(data, settings, { seed: 3, threads })),
    );
    for (const run of others) {
      expect(bytesOf(run.ensemble).equals(bytesOf(one.ensemble))).toBe(true);
      expect(run.history).toEqual(one.history);
      expect(run.trainScores).toEqual(one.trainScores);
    }
  });

  it('are the same by gradients of 16 bits, and where columns are bundled', async () => {
    const data = rowsOf(4, 20_000, 24, 4);
    const random = new Random(9);
    // Of each row one of the last eighteen columns is not 0.
    for (let i = 0; i < data.X.rows; i++) {
      data.X.data.fill(0, i * 24 + 6, i * 24 + 24);
      data.X.data[i * 24 + 6 + random.int(18)] = 1 + random.int(5);
    }
    const settings = params({ kind: 'multiclass', classes: 4 }, { numIterations: 4 });
    const [one, ...others] = await Promise.all(
      [1, 2, 4].map((threads) => trainBoosting(data, settings, { seed: 3, threads })),
    );
    for (const run of others) expect(bytesOf(run.ensemble).equals(bytesOf(one.ensemble))).toBe(true);
  });

  it('are as many as there are workers, if there are trees enough and histograms are small', () => {
    const atATime = (cols: number, independent: number, threads: number, changes: Partial<BoostingParams> = {}) => {
      const { context, arena } = aloneContext(undefined);
      const { X } = randomData(1, 300, cols, 5);
      const source = { data: X.data, cols, rows: X.rows };
      const several = { ...context, threads };
      return new HistogramLearner(several, arena, source, params(FIVE, changes), 1, { outputs: 1, independent })
        .atATime;
    };
    expect(atATime(20, 5, 3)).toBe(3);
    expect(atATime(20, 3, 3)).toBe(3);
    expect(atATime(20, 2, 3)).toBe(1);
    expect(atATime(20, 5, 1)).toBe(1);
    expect(atATime(300, 5, 2)).toBe(1);
    const { categorical } = params(FIVE);
    expect(atATime(20, 5, 2, { categorical: { ...categorical, columns: [0] } })).toBe(1);
  });
});

describe('the board of trees', () => {
  it('gives back what each worker showed, of any size that there is room for', () => {
    const { context, arena } = aloneContext(undefined);
    const board = new TreeBoard({ ...context, threads: 3 }, arena, 31);
    arena.commit();
    const random = new Random(1);
    const shown = [31, 1, 7].map((leaves) => {
      const tree = emptyTree(leaves);
      for (const values of Object.values(tree)) {
        if (!ArrayBuffer.isView(values)) continue;
        const list = values as unknown as Float64Array;
        for (let i = 0; i < list.length; i++)
          list[i] = list instanceof Float64Array ? random.normal() : random.int(200);
      }
      const tests = Array.from({ length: leaves - 1 }, (_, i) => {
        return { feature: i, bin: random.int(255), missingBin: random.int(256), missingLeft: random.int(2) };
      });
      const leafRows = Array.from({ length: leaves }, (_, i) => ({ begin: 10 * i, count: random.int(10) }));
      return { tree, tests, leafRows, others: [] };
    });
    for (const [thread, tree] of shown.entries()) board.show(thread, tree);
    for (const [thread, tree] of shown.entries()) expect(board.read(thread)).toEqual(tree);
    // A tree that was read stays as it was when the next is shown.
    const read = board.read(0);
    board.show(0, shown[2]);
    expect(read).toEqual(shown[0]);
    expect(board.read(0)).toEqual(shown[2]);
  });
});

describe('useful threads', () => {
  it('grow with the cells, from one to those allowed', () => {
    const before = process.env.HOLDFAST_CELLS_A_WORKER;
    try {
      delete process.env.HOLDFAST_CELLS_A_WORKER;
      expect([0, 1_999_999, 2_000_000, 9_000_000].map((cells) => usefulThreads(4, cells))).toEqual([1, 1, 2, 4]);
      process.env.HOLDFAST_CELLS_A_WORKER = '100';
      expect(usefulThreads(4, 399)).toBe(3);
      process.env.HOLDFAST_CELLS_A_WORKER = 'many';
      expect(usefulThreads(4, 399)).toBe(1);
      process.env.HOLDFAST_CELLS_A_WORKER = '-5';
      expect(usefulThreads(4, 399)).toBe(1);
    } finally {
      process.env.HOLDFAST_CELLS_A_WORKER = before;
    }
  });
});
