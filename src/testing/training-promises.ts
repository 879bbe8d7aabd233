/** What a training tells: metrics, progress; that it leaves the event loop free, and that it can be cancelled. */
import { InvalidInputError, NotFittedError, TrainingCancelledError } from '../core/errors.js';
import type { ProgressEvent } from '../core/progress.js';
import { assert, assertAsShared, assertFinite, assertThrows, outputs } from './assertions.js';
import type { Promised, Subject } from './promise.js';

/** Longest that a training may keep other work waiting, in ms. A test suite shares its machine, which holds up timers, too. */
const LONGEST_TURN = { full: 50, quick: 200 };
/** One of these has to be good. */
const TRIES = 5;

/** A training with validation rows, and what it told. */
const observed = (s: Subject) =>
  s.remember('observed', async () => {
    const events: ProgressEvent[] = [];
    const model = s.make();
    const metrics = await model.fit(
      { ...s.data(), validation: s.data({ seed: 2, rows: 30 }) },
      { onProgress: (event) => events.push(event) },
    );
    return { model, metrics, events };
  });

/** The longest time in ms between two turns of the event loop while `work` is under way. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  try {
    await work();
  } finally {
    clearInterval(timer);
    look();
  }
  return longest;
}

/** A fit that is stopped with its first word of progress, or at the latest after some turns. */
async function cancelled(s: Subject) {
  const model = s.make();
  const stop = new AbortController();
  const running = model.fit(s.data(), {
    signal: stop.signal,
    onProgress: Object.assign(() => stop.abort(), { everyStep: true }),
  });
  setTimeout(() => stop.abort(), 3);
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { model, error };
}

export const TRAINING: readonly Promised[] = [
  {
    name: 'metrics are finite, with and without validation rows',
    check: async (s) => {
      const { metrics: m } = await observed(s);
      assertFinite([m.trainLoss, m.valLoss, m.trainAccuracy, m.valAccuracy, m.trainingTime], 'metric');
      const { trainLoss, trainAccuracy } = (await s.shared()).trainingMetrics;
      assertFinite([trainLoss, trainAccuracy], 'metric without validation');
    },
  },
  {
    name: 'epochs and history fit together',
    check: async (s) => {
      const { metrics: m } = await observed(s);
      assert(m.bestEpoch >= 0 && m.bestEpoch <= m.totalEpochs, `best epoch ${m.bestEpoch} of ${m.totalEpochs}`);
      assert(m.history.length > 0 && m.history.length <= Math.max(1, m.totalEpochs), `${m.history.length} epochs told`);
      for (const [i, { epoch }] of m.history.entries())
        assert(epoch === i + 1, `entry ${i} of the history is epoch ${epoch}`);
    },
  },
  {
    name: 'the model keeps the metrics that fit gave',
    check: async (s) => {
      const { model, metrics } = await observed(s);
      assert(model.isFitted && model.trainingMetrics === metrics, 'the model does not keep its metrics');
    },
  },
  {
    name: 'progress is monotone within a phase and never passes its total',
    check: async (s) => {
      const last = new Map<string, number>();
      for (const { phase, step, total } of (await observed(s)).events) {
        assert(step >= (last.get(phase) ?? 0), `${phase} went back to ${step}`);
        assert(total === undefined || step <= total, `${phase}: ${step} of ${total}`);
        last.set(phase, step);
      }
    },
  },
  {
    name: 'the event loop stays free while it trains and predicts',
    check: async (s) => {
      const data = s.full ? s.data({ rows: 4000 }) : s.sharedData();
      const limit = s.full ? LONGEST_TURN.full : LONGEST_TURN.quick;
      const turns: number[] = [];
      while (turns.length < TRIES && !turns.some((turn) => turn < limit)) {
        turns.push(await longestTurn(async () => outputs(await s.fitted(data), data.X)));
      }
      const best = Math.min(...turns);
      assert(best < limit, `other work waited ${best.toFixed(0)} ms or longer, ${TRIES} times`);
    },
  },
  {
    name: 'a fit with an aborted signal does not begin',
    check: (s) => {
      const fit = () => s.make().fit(s.data(), { signal: AbortSignal.abort() });
      return assertThrows(TrainingCancelledError, fit, 'aborted before');
    },
  },
  {
    name: 'cancelling leaves it unfitted',
    check: async (s) => {
      const atOnce = new AbortController();
      const model = s.make();
      const started = model.fit(s.data(), { signal: atOnce.signal });
      atOnce.abort();
      await assertThrows(TrainingCancelledError, () => started, 'aborted at the start');
      assert(!model.isFitted, 'it says that it is fitted');
      await assertThrows(NotFittedError, () => model.predict([[1, 2, 3, 4, 5]]), 'predict after cancel');
    },
  },
  {
    name: 'cancelled midway it is either unfitted or done, and as new for the next fit',
    check: async (s) => {
      const { model, error } = await cancelled(s);
      assert(
        error === undefined || error instanceof TrainingCancelledError,
        `${String(error)} instead of TrainingCancelledError`,
      );
      assert(model.isFitted === (error === undefined), 'a cancelled model is fitted, or a fitted one was cancelled');
      await model.fit(s.sharedData(), { threads: 2 });
      await assertAsShared(model, s, 'a cancelled fit shows in the next one');
    },
  },
  {
    name: 'a second fit of the same object at once is refused, and the first goes on',
    check: async (s) => {
      const model = s.make();
      const first = model.fit(s.sharedData(), { threads: 2 });
      await assertThrows(InvalidInputError, () => model.fit(s.data()), 'fit while fitting');
      assert(!model.isFitted, 'it is fitted before fit has ended');
      await first;
      await assertAsShared(model, s, 'the refused fit shows in the model');
    },
  },
];
