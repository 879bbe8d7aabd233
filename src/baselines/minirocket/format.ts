/** The learned numbers of MiniRocket on disk: a short JSON description, float32 biases and float64 weights, little-endian. */
import { ModelFormatError } from '../../core/errors.js';
import type { ModelPayload } from '../../model/types.js';
import { planRocket, type RocketShape } from './plan.js';
import type { Rocket } from './rocket.js';
import { sharedFloat64 } from './rocket.js';

const BIASES = 'biases.f32';
const WEIGHTS = 'weights.f64';

/** A linear model on the features of a rocket. */
export interface RocketModel {
  readonly rocket: Rocket;
  readonly outputs: number;
  /** (outputs, features), in shared memory. */
  readonly weights: Float64Array;
  /** (outputs,) */
  readonly intercept: Float64Array;
  readonly alpha: number;
  /** Mean squared leave-one-out error of each alpha, from the strongest; empty for one alpha. */
  readonly errors: readonly { readonly alpha: number; readonly error: number }[];
  /** Classification: factor of the decision values in the softmax. */
  readonly steepness: number;
}

export function writeModel({ rocket, weights, ...rest }: RocketModel): ModelPayload {
  const { shape, biases } = rocket;
  return {
    state: { ...rest, intercept: [...rest.intercept], shape },
    files: { [BIASES]: bytesOf(biases), [WEIGHTS]: bytesOf(weights) },
  };
}

/** Reads what `writeModel` gave; anything else is a `ModelFormatError` that says which part is wrong. */
export function readModel(
  state: unknown,
  files: Readonly<Record<string, Uint8Array>>,
  { outputs, channels }: { outputs: number; channels: number },
): RocketModel {
  const given = (state ?? {}) as Record<string, unknown>;
  const shape = readShape(given.shape);
  if (shape.channels !== channels) throw damaged(`${shape.channels} channels, not ${channels}`);
  const { alpha, steepness, errors } = given;
  if (given.outputs !== outputs) throw damaged(`${String(given.outputs)} outputs, not ${outputs}`);
  if (!(Number.isFinite(alpha) && (alpha as number) > 0)) throw damaged("'alpha' is not a strength");
  if (!(Number.isFinite(steepness) && (steepness as number) > 0)) throw damaged("'steepness' is not positive");
  if (!Array.isArray(errors)) throw damaged("'errors' is not a list");
  const plan = planRocket(shape);
  const biases = new Float32Array(new SharedArrayBuffer(plan.numFeatures * 4));
  fill(biases, files[BIASES], BIASES);
  const weights = sharedFloat64(plan.numFeatures * outputs);
  fill(weights, files[WEIGHTS], WEIGHTS);
  if (!weights.every(Number.isFinite)) throw damaged(`${WEIGHTS} holds something that is no finite number`);
  const intercept = given.intercept;
  if (!Array.isArray(intercept) || intercept.length !== outputs || !intercept.every(Number.isFinite)) {
    throw damaged(`'intercept' is not a list of ${outputs} numbers`);
  }
  return {
    rocket: { shape, plan, biases },
    outputs,
    weights,
    intercept: Float64Array.from(intercept as number[]),
    alpha: alpha as number,
    errors: errors.map((item: unknown) => {
      const { alpha: tried, error } = (item ?? {}) as Record<string, unknown>;
      if (!Number.isFinite(tried) || !Number.isFinite(error)) throw damaged("'errors' holds no number");
      return { alpha: tried as number, error: error as number };
    }),
    steepness: steepness as number,
  };
}

function readShape(value: unknown): RocketShape {
  const given = (value ?? {}) as Record<string, unknown>;
  const whole = (name: string, least: number, most: number): number => {
    const number = given[name];
    if (!Number.isSafeInteger(number) || (number as number) < least || (number as number) > most) {
      throw damaged(`'${name}' is not a whole number from ${least} to ${most}`);
    }
    return number as number;
  };
  return {
    length: whole('length', 9, 2 ** 31),
    channels: whole('channels', 1, 2 ** 24),
    numFeatures: whole('numFeatures', 84, 1_000_000),
    maxDilationsPerKernel: whole('maxDilationsPerKernel', 1, 1024),
    seed: whole('seed', 0, Number.MAX_SAFE_INTEGER),
  };
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}

function fill(values: Float32Array | Float64Array, bytes: Uint8Array | undefined, name: string): void {
  if (bytes?.length !== values.byteLength) {
    throw damaged(`${name} has ${bytes?.length ?? 'no'} bytes, not ${values.byteLength}`);
  }
  new Uint8Array(values.buffer).set(bytes);
}

function damaged(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved minirocket model cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
  });
}
