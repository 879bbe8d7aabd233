/** A small model of sequences for tests: centroids of the windows' last rows. */
import type { Matrix } from '../../src/core/matrix.js';
import type { Windows } from '../../src/core/windows.js';
import { BaseModel } from '../../src/model/base-model.js';
import type { FitData, ModelPayload } from '../../src/model/types.js';
import { CentroidModel } from '../model/centroid.js';

class Inner extends CentroidModel {
  override fitModel = super.fitModel;
  override predictRaw = super.predictRaw;
  override serialize = super.serialize;
  override deserialize = super.deserialize;
}

/** A model of sequences that is as simple: for each class the mean of the windows' last rows. */
export class LastRowModel extends BaseModel<object, Windows> {
  static override readonly info = {
    name: 'last_row',
    family: 'test',
    inputMode: 'sequence',
    tasks: ['classification'],
  } as const;
  private readonly inner = new Inner();

  protected async fitModel({ X, y, weights, classes, featureNames }: FitData<Windows>): Promise<void> {
    await this.inner.fitModel({ X: lastRows(X), y, weights, classes, featureNames }, {} as never);
  }
  protected predictRaw(X: Windows): Matrix {
    return this.centroids(lastRows(X));
  }
  protected centroids(rows: Matrix): Matrix {
    return this.inner.predictRaw(rows);
  }
  protected serialize(): ModelPayload {
    return this.inner.serialize();
  }
  protected deserialize(payload: { state: unknown }): void {
    this.inner.deserialize(payload);
  }
}

const lastRows = (X: Windows): Matrix => X.base.take(X.ends);
