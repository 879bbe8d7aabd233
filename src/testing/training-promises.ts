/** What a training tells: metrics, progress, importance; and that it can be cancelled. */
import { NotFittedError, TrainingCancelledError } from '../core/errors.js';
import type { ProgressEvent } from '../core/progress.js';
import { assert, assertThrows, type Promised } from './promise.js';

export const TRAINING: readonly Promised[] = [
  {
    name: 'metrics are complete and consistent',
    check: async (s) => {
      const { X, y } = s.data();
      const model = s.make();
      const m = await model.fit({ X, y, validation: s.data({ seed: 2 }) });
      assert(
        [m.trainLoss, m.valLoss, m.trainAccuracy, m.valAccuracy, m.trainingTime].every(Number.isFinite),
        'a metric is not finite',
      );
      assert(m.bestEpoch >= 0 && m.bestEpoch <= m.totalEpochs && m.history.length > 0, 'epochs do not fit');
      assert(model.trainingMetrics === m && model.isFitted, 'the model does not keep its metrics');
    },
  },
  {
    name: 'progress is monotone within a phase and never passes its total',
    check: async (s) => {
      const events: ProgressEvent[] = [];
      await s.make().fit(s.data(), { onProgress: (event) => events.push(event) });
      const last = new Map<string, number>();
      for (const { phase, step, total } of events) {
        assert(step >= (last.get(phase) ?? 0), `${phase} went back to ${step}`);
        assert(total === undefined || step <= total, `${phase}: ${step} of ${total}`);
        last.set(phase, step);
      }
    },
  },
  {
    name: 'cancelling leaves it unfitted, and it can be fitted again',
    check: async (s) => {
      const model = s.make();
      await assertThrows(
        TrainingCancelledError,
        () => model.fit(s.data(), { signal: AbortSignal.abort() }),
        'aborted before',
      );
      const atOnce = new AbortController();
      const started = model.fit(s.data(), { signal: atOnce.signal });
      atOnce.abort();
      await assertThrows(TrainingCancelledError, () => started, 'aborted at the start');
      await assertThrows(NotFittedError, () => model.predict([[1, 2, 3, 4, 5]]), 'predict after cancel');
      // Somewhere in the middle: a quick model may be done before.
      const midway = new AbortController();
      const running = model.fit(s.data({ rows: 4000 }), { signal: midway.signal }).then(
        () => true,
        (error: unknown) => {
          assert(error instanceof TrainingCancelledError, `${String(error)} instead of TrainingCancelledError`);
          return false;
        },
      );
      setTimeout(() => midway.abort(), 5);
      assert((await running) === model.isFitted, 'a cancelled model is fitted, or a fitted one was cancelled');
      await model.fit(s.data());
      assert(model.isFitted, 'it cannot be fitted after a cancelled fit');
    },
  },
  {
    name: 'importance is finite, not negative, one value a feature',
    applies: (info) => info.capabilities.featureImportance,
    check: async (s) => {
      const { X, y } = s.data();
      const importance = (await s.fitted({ X, y, featureNames: ['a', 'b', 'c', 'd', 'e'] })).featureImportance();
      assert(importance?.values.length === 5 && importance.names.join('') === 'abcde', 'not one value a feature');
      assert(
        importance.values.every((v) => Number.isFinite(v) && v >= 0),
        'a value is negative or not finite',
      );
      assert(
        importance.values[0] + importance.values[1] > importance.values[2] + importance.values[3],
        'the features that matter are not on top',
      );
    },
  },
];
