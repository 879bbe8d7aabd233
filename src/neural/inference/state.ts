/** What a saved neural model knows beside its graphs. */
import { ModelFormatError } from '../../core/errors.js';
import { lazySchema } from '../../core/schema.js';

export interface NeuralState {
  /** Columns of the output: classes, or 1. */
  readonly outputs: number;
  /** Channels of a step. */
  readonly channels: number;
  /** Of the step graph; empty without one. */
  readonly states: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly engine: { readonly name: string; readonly device: string; readonly notice: string };
}

const stateSchema = lazySchema((z) =>
  z.object({
    outputs: z.int().min(1),
    channels: z.int().min(1),
    states: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(1)) })),
    engine: z.object({ name: z.string(), device: z.string(), notice: z.string() }),
  }),
);

export function parseState(state: unknown, label: string): NeuralState {
  try {
    return stateSchema.parse(state, label);
  } catch (cause) {
    throw new ModelFormatError(`A saved ${label} model cannot be used: ${(cause as Error).message}`, {
      hint: 'The model directory is damaged or was put together from two models; train again.',
      cause,
    });
  }
}
