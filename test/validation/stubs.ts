/** Models that learn nothing, to see what they are given. */
import type { Matrix } from '../../src/core/matrix.js';
import type { Windows } from '../../src/core/windows.js';
import { BaseModel } from '../../src/model/base-model.js';
import { rowCount } from '../../src/model/input.js';
import type { FitData, ModelInputMatrix } from '../../src/model/types.js';

/** Predicts 0 for each row. */
export class ZeroModel<X extends ModelInputMatrix = Matrix> extends BaseModel<object, X> {
  static override readonly info = { name: 'zero', family: 'custom' };

  override get task() {
    return 'regression' as const;
  }
  protected override async fitModel(_data: FitData<X>): Promise<void> {}
  protected override predictRaw(X: X): Float32Array {
    return new Float32Array(rowCount(X));
  }
  protected override serialize() {
    return { state: {}, files: {} };
  }
  protected override deserialize(): void {}
}

/** The same for windows. */
export class ZeroOfWindows extends ZeroModel<Windows> {
  static override readonly info = { name: 'zero_windows', family: 'custom', inputMode: 'sequence' as const };
}
