/** A complete model of a user's in a few lines: what the tests of the base contract train. */
import * as z from 'zod';
import { Matrix } from '../../src/core/matrix.js';
import { BaseModel } from '../../src/model/base-model.js';
import type { FitContext, FitData, ModelPayload } from '../../src/model/types.js';

interface CentroidConfig {
  task: 'classification';
  sharpness: number;
  seed?: number;
}

export class CentroidModel extends BaseModel<CentroidConfig> {
  static override readonly info = { name: 'centroid', family: 'test', tasks: ['classification'] as const };
  static override readonly configSchema = z.strictObject({
    task: z.literal('classification').default('classification'),
    sharpness: z.number().positive().default(1),
    seed: z.number().optional(),
  });

  protected centroids: number[][] = [];

  protected async fitModel({ X, y, weights, classes }: FitData, _context: FitContext): Promise<void> {
    const sums = classes.map(() => new Array<number>(X.cols).fill(0));
    const totals = classes.map(() => 0);
    for (let i = 0; i < X.rows; i++) {
      const w = weights ? weights[i] : 1;
      totals[y[i]] += w;
      for (let j = 0; j < X.cols; j++) sums[y[i]][j] += w * X.data[i * X.cols + j];
    }
    this.centroids = sums.map((sum, k) => sum.map((s) => s / totals[k]));
  }

  protected predictRaw(X: Matrix): Matrix {
    const out = Matrix.zeros(X.rows, this.centroids.length);
    for (let i = 0; i < X.rows; i++) {
      const row = X.row(i);
      const closeness = this.centroids.map(
        (c) => 1 / (1e-9 + c.reduce((d, v, j) => d + (v - row[j]) ** 2, 0)) ** this.config.sharpness,
      );
      const total = closeness.reduce((a, b) => a + b, 0);
      closeness.forEach((v, k) => {
        out.data[i * out.cols + k] = v / total;
      });
    }
    return out;
  }

  protected serialize(): ModelPayload {
    return { state: { centroids: this.centroids }, files: { 'centroids.txt': this.centroids.join('\n') } };
  }

  protected deserialize({ state }: { state: unknown }): void {
    this.centroids = (state as { centroids: number[][] }).centroids;
  }
}
