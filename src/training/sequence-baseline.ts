/** MiniRocket as the baseline beside a sequence model: on so few windows and features that it costs seconds, whatever the data. */
import { TAPS } from '../baselines/minirocket/plan.js';
import type { Split, SplitRole } from '../core/split.js';
import type { Windows } from '../core/windows.js';
import type { PredictionOutput, Task } from '../model/types.js';

/** Most training windows it learns from: the ridge on them is solved in closed form. */
const MOST_WINDOWS = 1000;
const FEATURES = 2000;

export interface SequenceBaseline {
  readonly name: string;
  readonly description: string;
  predict(split: Pick<Split<SplitRole, Windows>, 'X'>): Promise<PredictionOutput>;
}

export interface SequenceBaselineOptions {
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/** A fitted MiniRocket; undefined where windows are shorter than its kernels. */
export async function fitSequenceBaseline(
  task: Task,
  train: Split<'train', Windows>,
  { seed, threads, signal }: SequenceBaselineOptions,
): Promise<SequenceBaseline | undefined> {
  const { X, y, weights } = train;
  if (X.length < TAPS) return undefined;
  const { MiniRocketModel } = await import('../baselines/minirocket/model.js');
  const rows = chosenWindows(y, weights, task);
  const model = new MiniRocketModel({ task, numFeatures: FEATURES });
  await model.fit(
    {
      X: X.take(rows),
      y: Float64Array.from(rows, (row) => y[row]),
      ...(weights && { weights: Float32Array.from(rows, (row) => weights[row]) }),
    },
    { seed, threads, signal },
  );
  const of = rows.length < y.length ? `${rows.length} of ${y.length}` : `${y.length}`;
  return {
    name: 'minirocket',
    description: `${model.numFeatures} MiniRocket features and ridge, trained on ${of} windows`,
    predict: ({ X }) => model.predict(X, { threads }),
  };
}

/**
 * At most `MOST_WINDOWS` training windows that count, spread evenly over time, or over each class, so that no class is lost; in order.
 */
export function chosenWindows(
  y: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  task: Task,
  most = MOST_WINDOWS,
): Uint32Array {
  const counting = Array.from(y, (_, row) => row).filter((row) => weights === undefined || weights[row] > 0);
  if (counting.length <= most) return Uint32Array.from(counting);
  const groups = new Map<number, number[]>();
  for (const row of counting) {
    const label = task === 'classification' ? y[row] + 0 : 0;
    const group = groups.get(label);
    if (group) group.push(row);
    else groups.set(label, [row]);
  }
  const chosen = [...groups.values()].flatMap((rows) => {
    const count = Math.max(1, Math.floor((rows.length * most) / counting.length));
    return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]);
  });
  return Uint32Array.from(chosen).sort();
}
