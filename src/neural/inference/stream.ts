/** Predictions one step at a time, the state of the network carried from each to the next. */
import { InvalidInputError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import { predictionOutput } from '../../model/output.js';
import type { PredictionOutput } from '../../model/types.js';
import type { EngineTensor } from '../engine/engine.js';
import type { HostedSession } from './host.js';

export interface StreamSource {
  readonly label: string;
  readonly session: HostedSession;
  readonly states: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly channels: number;
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
}

/**
 * A running prediction. After `sequenceLength` steps from the start or a `reset`, a step's output is that of the window of those steps; going
 * on, the network remembers more than a window holds.
 */
export class NeuralStream {
  private states: Record<string, EngineTensor>;
  private count = 0;
  private running: Promise<unknown> = Promise.resolve();

  /** @internal Made by a model's `stream()`. */
  constructor(private readonly source: StreamSource) {
    this.states = this.zeros();
  }

  /** Steps since the start or the last reset. */
  get steps(): number {
    return this.count;
  }

  /**
   * Takes the next step, (channels,) values as in training, NaN where one is missing, and predicts: an output of one row. Calls are taken in
   * their order.
   *
   * @throws InvalidInputError - another number of values, or an infinite one; the state stays as it was
   */
  push(row: ArrayLike<number>): Promise<PredictionOutput> {
    const { label, channels } = this.source;
    const x = Float32Array.from({ length: channels }, (_, j) => row?.[j]);
    const infinite = x.findIndex((value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY);
    if (row?.length !== channels || infinite >= 0) {
      const problem = infinite >= 0 ? `value ${infinite} is infinite` : `${row?.length} values, not ${channels}`;
      return Promise.reject(
        new InvalidInputError(`${label}: a step of the stream: ${problem}`, {
          hint: 'Pass one number a channel, in the order of training; NaN where one is missing.',
        }),
      );
    }
    const next = this.running.then(() => this.step(x));
    this.running = next.catch(() => {});
    return next;
  }

  /** Forgets the past, such as at the start of a session or of another instrument. */
  reset(): void {
    this.running = this.running.then(() => {
      this.states = this.zeros();
      this.count = 0;
    });
  }

  private async step(x: Float32Array): Promise<PredictionOutput> {
    const { session, states, channels, classes, label } = this.source;
    const out = await session.run({ step: { data: x, dims: [1, channels] }, ...this.states });
    this.states = Object.fromEntries(states.map(({ name }) => [name, out[`next_${name}`]]));
    this.count++;
    const raw =
      classes.length === 0
        ? (out.variable.data as Float32Array)
        : Matrix.wrap(out.probabilities.data as Float32Array, classes.length);
    return predictionOutput(raw, 1, classes, label);
  }

  private zeros(): Record<string, EngineTensor> {
    return Object.fromEntries(
      this.source.states.map(({ name, shape }) => [
        name,
        { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), dims: [1, ...shape] },
      ]),
    );
  }
}
