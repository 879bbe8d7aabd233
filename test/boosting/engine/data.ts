/** Data and shorthands of the boosting tests. */
import { type BoostingParams, defaultBoostingParams, type ObjectiveSpec } from '../../../src/boosting/engine/params.js';
import type { BoostingData } from '../../../src/boosting/engine/training-data.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import type { Ensemble } from '../../../src/trees/tree.js';

export const CONTEXT = { seed: 1, threads: 2 };

export function params(objective: ObjectiveSpec, changes: Partial<BoostingParams> = {}): BoostingParams {
  return { ...defaultBoostingParams, objective, numIterations: 20, ...changes };
}

/** `rows` x `cols` with some missing values and a label that depends on the first columns. */
export function randomData(seed: number, rows: number, cols: number, classes: number): BoostingData {
  const random = new Random(seed);
  const X = Matrix.zeros(rows, cols);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const kind = j % 5;
      X.data[i * cols + j] =
        kind === 3 ? random.int(9) : kind === 4 && random.int(8) === 0 ? Number.NaN : random.normal();
    }
    const at = (j: number): number => X.data[i * cols + (j % cols)] || 0;
    const signal =
      at(0) + at(1) * at(2) + (Number.isNaN(X.data[i * cols + (4 % cols)]) ? 2 : 0) + 0.5 * random.normal();
    y[i] = classes === 0 ? signal : classes === 2 ? Number(signal > 0) : signal < -0.7 ? 0 : signal < 0.7 ? 1 : 2;
  }
  return { X, y };
}

/** Everything an ensemble consists of, comparable by bytes. */
export function bytesOf(ensemble: Ensemble): Buffer {
  return Buffer.concat(
    ensemble.trees.flatMap((tree) =>
      [
        tree.splitFeature,
        tree.threshold,
        tree.missingLeft,
        tree.hasMissing,
        tree.left,
        tree.right,
        tree.gain,
        tree.internalValue,
        tree.internalWeight,
        tree.internalCount,
        tree.leafValue,
        tree.leafWeight,
        tree.leafRows,
      ].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
    ),
  );
}

export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}
