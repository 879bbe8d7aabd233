import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../src/core/matrix.js';
import type { Windows } from '../../src/core/windows.js';
import { checkModel, checkModelIn } from '../../src/testing/index.js';
import { CentroidModel } from '../model/centroid.js';
import { LastRowModel } from './last-row.js';

checkModelIn({ describe, it }, CentroidModel as never, {
  skips: {
    'large and tiny feature values are taken': 'distances of 1e30 squared overflow float32: a toy',
    'same bytes for 1, 2 and 4 threads': 'covered by the built-in models',
  },
});

checkModelIn({ describe, it }, LastRowModel as never, {
  skips: { 'large and tiny feature values are taken': 'distances of 1e30 squared overflow float32: a toy' },
});

describe('checkModel', () => {
  it('catches a model of sequences that sees more than its windows', async () => {
    class Peeking extends LastRowModel {
      protected override predictRaw(X: Windows): Matrix {
        const rows = Array.from(X.ends, (end) => Math.min(end + 1, X.base.rows - 1));
        return this.centroids(X.base.take(rows));
      }
    }
    const failed = (await checkModel(Peeking as never))
      .filter((result) => result.status === 'failed')
      .map((result) => result.name);
    expect(failed).toContain('windows that share rows are the same as copies of them');
  });

  it('catches a model that depends on the other rows it is given', async () => {
    class Leaky extends CentroidModel {
      protected override predictRaw(X: Matrix): Matrix {
        const out = super.predictRaw(X);
        const shift = X.rows > 100 ? 0.01 : 0;
        for (let i = 0; i < X.rows; i++) {
          out.data[i * 2] = Math.max(0, out.data[i * 2] - shift);
          out.data[i * 2 + 1] = 1 - out.data[i * 2];
        }
        return out;
      }
    }
    const failed = (await checkModel(Leaky as never))
      .filter((result) => result.status === 'failed')
      .map((result) => result.name);
    expect(failed).toContain('prediction of a subset, and of single rows, equals that of the whole');
  });

  it('catches a model that uses the clock', async () => {
    let calls = 0;
    class Clock extends CentroidModel {
      protected override serialize() {
        return { state: { centroids: this.centroids, at: calls++ }, files: {} };
      }
    }
    const failed = (await checkModel(Clock as never))
      .filter((result) => result.status === 'failed')
      .map((result) => result.name);
    expect(failed).toContain('same seed, same bytes');
  });

  it('reports skips with their reason', async () => {
    const results = await checkModel(CentroidModel as never, { skips: { 'refitting forgets': 'because' } });
    expect(results.find((result) => result.name === 'refitting forgets')).toMatchObject({
      status: 'skipped',
      reason: 'because',
    });
  });
});
