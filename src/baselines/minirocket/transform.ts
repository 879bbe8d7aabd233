/** `MiniRocketTransform`: MiniRocket's features by themselves, for any model of features. */
import { InvalidInputError, NotFittedError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { DEFAULT_SEED } from '../../core/seed.js';
import { resolveThreads } from '../../core/threads.js';
import type { SequenceInput, Windows } from '../../core/windows.js';
import { checkValues, rowCount, toModelInput } from '../../model/input.js';
import { MINIROCKET_DEFAULTS, type MiniRocketTransformConfig, miniRocketTransformConfig } from './config.js';
import { fitRocket, type Rocket, type RocketContext, transform } from './rocket.js';

export type { MiniRocketTransformConfig } from './config.js';

/** How a transform runs: threads, cancelling, progress. None of it changes the features. */
export interface MiniRocketTransformOptions {
  /** Worker threads; never changes the result. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

const DEFAULT_FEATURES = 10_000;

/**
 * The features of Dempster, Schmidt and Webb, "MiniRocket" (KDD 2021): for each of 84 kernels at each dilation, the shares of the window's
 * positions whose convolution exceeds biases taken from training windows. Values in [0, 1].
 *
 * @example
 * const rocket = new MiniRocketTransform();
 * const train = await rocket.fitTransform(container.train.X); // Matrix (n, 9996)
 * const test = await rocket.transform(container.test.X);
 */
export class MiniRocketTransform {
  private readonly config: MiniRocketTransformConfig;
  private rocket: Rocket | undefined;

  /** @throws ConfigError - an unknown parameter, or one out of range */
  constructor(config: MiniRocketTransformConfig = {}) {
    this.config = miniRocketTransformConfig.parse(config, 'MiniRocketTransform');
  }

  /** Takes biases from the windows: from training windows only. */
  async fit(X: SequenceInput, options: MiniRocketTransformOptions = {}): Promise<this> {
    await this.fitTransform(X, options);
    return this;
  }

  /**
   * `fit`, and the features of the same windows, (n, numFeatures).
   *
   * @throws InvalidInputError - windows of fewer than nine rows, none, or with values that are missing or infinite
   */
  async fitTransform(X: SequenceInput, options: MiniRocketTransformOptions = {}): Promise<Matrix> {
    const windows = await checked(X);
    if (windows.ends.length === 0) {
      throw new InvalidInputError('MiniRocketTransform: there are no windows to fit', { hint: 'Pass at least one.' });
    }
    const { numFeatures = DEFAULT_FEATURES, seed = DEFAULT_SEED } = this.config;
    const shape = {
      length: windows.length,
      channels: windows.base.cols,
      numFeatures,
      maxDilationsPerKernel: this.config.maxDilationsPerKernel ?? MINIROCKET_DEFAULTS.maxDilationsPerKernel,
      seed,
    };
    this.rocket = undefined;
    const { rocket, features } = await fitRocket(windows, shape, contextOf(options));
    this.rocket = rocket;
    return features;
  }

  /**
   * (n, numFeatures) features of windows.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - windows of another length or with other channels than in `fit`, missing or infinite values
   */
  async transform(X: SequenceInput, options: MiniRocketTransformOptions = {}): Promise<Matrix> {
    if (!this.rocket) {
      throw new NotFittedError('MiniRocketTransform: transform needs biases', { hint: 'Call await fit(X) first.' });
    }
    const windows = await checked(X);
    const { length, channels } = this.rocket.plan;
    if (windows.length !== length || windows.base.cols !== channels) {
      throw new InvalidInputError(
        `MiniRocketTransform: windows of ${windows.length} rows and ${windows.base.cols} channels, fitted on ${length} and ${channels}`,
        { hint: `Use toSequences(${length}) on the same columns.` },
      );
    }
    return transform(this.rocket, windows, contextOf(options));
  }
}

function contextOf({ threads, ...rest }: MiniRocketTransformOptions): RocketContext {
  return { ...rest, threads: resolveThreads(threads) };
}

async function checked(X: SequenceInput): Promise<Windows> {
  const windows = (await toModelInput(X, 'sequence', 'MiniRocketTransform')) as Windows;
  await checkValues(windows, 'MiniRocketTransform');
  const { data, cols } = windows.base;
  const missing = rowCount(windows) > 0 ? data.findIndex((value) => Number.isNaN(value)) : -1;
  if (missing < 0) return windows;
  throw new InvalidInputError(`MiniRocketTransform: row ${Math.floor(missing / cols)} of X has a missing value`, {
    hint: 'Impute first (PreprocessingPipeline); MiniRocketModel fills missing values with training medians.',
  });
}
