/** A small model that keeps every promise, for tests that break one at a time. Importing this file registers it, for the fresh process. */
import * as z from 'zod';
import { Matrix } from '../../src/core/matrix.js';
import { BaseModel } from '../../src/model/base-model.js';
import { ModelRegistry } from '../../src/model/registry.js';
import type { FitContext, FitData, FitResult, ModelInfo, ModelPayload, PredictContext } from '../../src/model/types.js';

export interface ToyConfig {
  task: 'classification' | 'regression';
  sharpness: number;
}

/** Bounded, so that values of any size can be summed. */
const squash = (value: number) => value / (1 + Math.abs(value));

/**
 * Softmax of the distances to the centroids of the classes, or least squares with a little shrinkage; both of squashed features.
 * `shift` is zero; mutants move it to change what the model says.
 */
export class Toy extends BaseModel<ToyConfig> {
  static override readonly info: Partial<ModelInfo> & { name: string; family: string } = {
    name: 'toy',
    family: 'test',
    capabilities: { missingValues: false, sampleWeights: true, earlyStopping: false, featureImportance: true },
  };
  static override readonly configSchema: z.ZodType = z.strictObject({
    task: z.enum(['classification', 'regression']).default('classification'),
    sharpness: z.number().positive().default(4),
  });
  rows: number[][] = [];
  shift = 0;

  protected async fitModel({ X, y, weights, classes }: FitData, context: FitContext): Promise<FitResult | undefined> {
    this.shift = 0;
    context.onProgress({ phase: 'fit', step: 1, total: 1 });
    const rows = Array.from({ length: X.rows }, (_, i) => [1, ...Array.from(X.row(i), squash)]);
    const w = (i: number) => weights?.[i] ?? 1;
    if (classes.length > 0) {
      this.rows = classes.map((_, k) => {
        const mean = new Array<number>(X.cols + 1).fill(0);
        for (const [i, row] of rows.entries()) if (y[i] === k) for (const [j, v] of row.entries()) mean[j] += w(i) * v;
        return mean.map((v) => v / mean[0]);
      });
    } else this.rows = [leastSquares(rows, y, w)];
    return undefined;
  }

  protected predictRaw(X: Matrix, _context?: PredictContext): Matrix | Float32Array | Promise<Matrix | Float32Array> {
    const rows = Array.from({ length: X.rows }, (_, i) => [1, ...Array.from(X.row(i), squash)]);
    if (this.task === 'regression') {
      return Float32Array.from(rows, (row) => this.shift + row.reduce((sum, v, j) => sum + v * this.rows[0][j], 0));
    }
    const out = Matrix.zeros(X.rows, this.rows.length);
    for (const [i, row] of rows.entries()) {
      const closeness = this.rows.map((mean, k) =>
        Math.exp(
          (k === 0 ? this.shift : 0) - this.config.sharpness * row.reduce((d, v, j) => d + (v - mean[j]) ** 2, 0),
        ),
      );
      const total = closeness.reduce((a, b) => a + b, 0);
      out.row(i).set(closeness.map((v) => v / total));
    }
    return out;
  }

  protected override importanceOf(): { kind: string; values: number[] } | undefined {
    const [first, ...others] = this.rows;
    const spread = (j: number) =>
      others.length === 0 ? Math.abs(first[j]) : others.reduce((sum, row) => sum + Math.abs(row[j] - first[j]), 0);
    return { kind: 'spread', values: first.slice(1).map((_, j) => spread(j + 1)) };
  }

  protected serialize(): ModelPayload {
    return { state: { rows: this.rows, shift: this.shift }, files: { 'rows.txt': this.rows.join('\n') } };
  }

  protected deserialize({ state }: { state: unknown }): void {
    Object.assign(this, state);
  }
}

/** Normal equations by elimination; the intercept (column 0) is not shrunk. */
function leastSquares(rows: number[][], y: Float64Array, w: (i: number) => number): number[] {
  const n = rows[0].length;
  const A = Array.from({ length: n }, (_, a) =>
    Array.from({ length: n + 1 }, (_, b) => {
      let sum = a === b && a > 0 ? 1e-3 : 0;
      for (const [i, row] of rows.entries()) sum += w(i) * row[a] * (b === n ? y[i] : row[b]);
      return sum;
    }),
  );
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = A[i][k] / A[k][k];
      for (let j = k; j <= n; j++) A[i][j] -= factor * A[k][j];
    }
  }
  return A.map((row, k) => row[n] / row[k]);
}

ModelRegistry.register({ ...Toy.info, info: Toy.info, load: async () => Toy as never });
