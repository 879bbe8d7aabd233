/** `MiniRocketModel`: MiniRocket's features and ridge on them, behind the contract of all models. */
import { probabilitiesOf } from '../../classical/ridge/predict.js';
import { InvalidInputError, NotFittedError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { Windows } from '../../core/windows.js';
import { BaseModel } from '../../model/base-model.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import type {
  FitContext,
  FitData,
  FitResult,
  ModelContract,
  ModelPayload,
  PredictContext,
  SavedPayload,
} from '../../model/types.js';
import { type MiniRocketConfig, type MiniRocketSettings, miniRocketConfig } from './config.js';
import { type RocketModel, readModel, writeModel } from './format.js';
import { MINIROCKET_INFO } from './info.js';
import { decide } from './rocket.js';
import { defaultFeatures, MANY_WINDOWS, trainRocket } from './train.js';

export type { MiniRocketConfig } from './config.js';

/**
 * The baseline of every sequence model: shares of positive values of 84 dilated convolutions, and ridge on them (Dempster, Schmidt and Webb,
 * "MiniRocket", KDD 2021), for windows of one or several channels. Nothing is learned by gradient: a fit takes seconds.
 *
 * @example
 * const model = new MiniRocketModel();
 * await model.fit({ X: container.toSequences(60).train.X, y });
 */
export class MiniRocketModel extends BaseModel<MiniRocketSettings, Windows> {
  static override readonly info = MINIROCKET_INFO;
  static override readonly configSchema = miniRocketConfig;
  static override readonly contract: ModelContract = {
    config: { numFeatures: 84 },
    windowLength: 9,
    skips: {
      'whole weights equal repetition': 'alpha is chosen by leave-one-out errors, for which a repeated row is known',
    },
  };
  private learned: RocketModel | undefined;

  /** @throws ConfigError - an unknown parameter, or one out of range */
  constructor(config: MiniRocketConfig = {}) {
    super(config);
  }

  /** Features of a window: a multiple of 84. */
  get numFeatures(): number {
    return this.requireLearned().rocket.plan.numFeatures;
  }

  /** The penalty's strength that was trained with. */
  get alpha(): number {
    return this.requireLearned().alpha;
  }

  /** Mean squared leave-one-out error of each of `alphas`, from the strongest to the weakest; empty for one. */
  get leaveOneOutErrors(): readonly { readonly alpha: number; readonly error: number }[] {
    return this.requireLearned().errors;
  }

  protected override async fitModel(data: FitData<Windows>, context: FitContext): Promise<FitResult> {
    this.learned = undefined;
    const learned = await trainRocket(data, this.config, context);
    if (!learned.weights.every(Number.isFinite) || !learned.intercept.every(Number.isFinite)) {
      throw new InvalidInputError('minirocket: the solution is not finite', {
        hint: 'Targets are too large for float64 sums: scale them.',
      });
    }
    this.learned = learned;
    const { shape } = learned.rocket;
    const fewer = this.config.numFeatures === undefined && shape.numFeatures < defaultFeatures(1);
    return { totalEpochs: 1, ...(fewer && { warnings: [fewerFeatures(shape.numFeatures)] }) };
  }

  protected override async predictRaw(X: Windows, context: PredictContext): Promise<Matrix | Float64Array> {
    const learned = this.requireLearned();
    const decisions = await decide(learned.rocket, X, learned, context);
    return this.task === 'regression' ? decisions : probabilitiesOf(decisions, learned.outputs, learned.steepness);
  }

  protected override serialize(): ModelPayload {
    return writeModel(this.requireLearned());
  }

  protected override deserialize({ state, files, columns }: SavedPayload): void {
    const outputs = this.classes.length > 2 ? this.classes.length : 1;
    this.learned = readModel(state, files, { outputs, channels: columns.length });
  }

  protected override async onnxBody(): Promise<OnnxBody> {
    const { rocketBody } = await import('./onnx.js');
    return rocketBody(this.requireLearned(), this.task);
  }

  private requireLearned(): RocketModel {
    if (this.learned) return this.learned;
    throw new NotFittedError('minirocket: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

const fewerFeatures = (count: number): string =>
  `minirocket: of more than ${MANY_WINDOWS} windows the default is ${count} features, not ${defaultFeatures(1)}; numFeatures asks for more.`;
