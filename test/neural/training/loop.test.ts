import { describe, expect, it } from 'vitest';
import { TrainingFailedError } from '../../../src/core/errors.js';
import type { ProgressEvent } from '../../../src/core/progress.js';
import { Random } from '../../../src/core/random.js';
import { BatchSource } from '../../../src/neural/training/batches.js';
import { TRAINING_DEFAULTS, type TrainingSettings } from '../../../src/neural/training/config.js';
import { type LoopContext, type LoopState, trainLoop } from '../../../src/neural/training/loop.js';
import { FakeStepper } from './fake-stepper.js';

const settings = (own: Partial<TrainingSettings> = {}): TrainingSettings => ({
  ...(TRAINING_DEFAULTS as unknown as TrainingSettings),
  loss: 'mse',
  weightDecay: 0,
  learningRate: 0.05,
  epochs: 12,
  ...own,
});

function source(rows: number, seed: number, batchSize = 16): BatchSource {
  const random = new Random(seed);
  const base = Float32Array.from({ length: rows * 2 }, () => random.normal());
  const y = Float64Array.from({ length: rows }, (_, i) => base[2 * i] - 2 * base[2 * i + 1] + 0.1 * random.normal());
  return new BatchSource(
    {
      base,
      channels: 2,
      ends: Uint32Array.from({ length: rows }, (_, i) => i),
      length: 1,
      y,
      weights: new Float32Array(rows).fill(1),
    },
    'batch',
    batchSize,
    1,
  );
}

const context = (own: Partial<LoopContext> = {}): LoopContext => ({
  seed: 3,
  check: () => {},
  report: () => {},
  ...own,
});

describe('the training loop', () => {
  it('goes on from any checkpoint to the same weights as a training that was never stopped', async () => {
    for (const schedule of ['plateau', 'one-cycle'] as const) {
      const own = settings({ schedule, plateauPatience: 1, patience: 3 });
      const states: LoopState[] = [];
      const whole = await trainLoop(new FakeStepper(2), source(100, 1), source(40, 2), own, {
        ...context(),
        checkpoint: (state) => states.push(structuredClone(state)),
      });
      expect(states.length).toBe(whole.history.length);
      for (const resume of states) {
        const resumed = await trainLoop(new FakeStepper(2), source(100, 1), source(40, 2), own, context({ resume }));
        expect(resumed).toEqual(whole);
      }
    }
  });

  it('keeps the weights of the best epoch, and of the last when asked to', async () => {
    const run = async (restoreBestWeights: boolean) => {
      const stepper = new FakeStepper(2);
      // A rate that overshoots: the loss grows from the first epoch on.
      const own = settings({ learningRate: 1.2, gradientClip: null, patience: 4, restoreBestWeights });
      return { result: await trainLoop(stepper, source(64, 1), source(30, 2), own, context()), stepper };
    };
    const best = await run(true);
    expect(best.result.earlyStopped).toBe(true);
    expect(best.result.bestEpoch).toBe(best.result.history.length - 4);
    const losses = best.result.history.map((h) => h.valLoss);
    expect(losses[best.result.bestEpoch - 1]).toBe(Math.min(...losses));
    expect(best.result.parameters).not.toEqual(best.stepper.state().parameters);
    const last = await run(false);
    expect(last.result.parameters).toEqual(last.stepper.state().parameters);
    expect(last.result.bestEpoch).toBe(last.result.history.length);
  });

  it('says where it diverged: an error without any good epoch, else a warning and the best weights', async () => {
    const early = new FakeStepper(2);
    early.divergesAt = 2;
    await expect(trainLoop(early, source(100, 1), undefined, settings(), context())).rejects.toThrow(
      /not finite in step 3 of epoch 1/,
    );
    await expect(trainLoop(early, source(100, 1), undefined, settings(), context())).rejects.toThrow(
      TrainingFailedError,
    );
    const late = new FakeStepper(2);
    late.divergesAt = 15;
    const result = await trainLoop(late, source(100, 1), undefined, settings(), context());
    expect(result.bestEpoch).toBe(2);
    expect(result.history.length).toBe(2);
    expect(result.warnings).toEqual([expect.stringMatching(/step 2 of epoch 3.*weights of epoch 2.*learningRate/)]);
  });

  it('reports every batch and every epoch, never backwards', async () => {
    const events: ProgressEvent[] = [];
    const train = source(100, 1);
    await trainLoop(new FakeStepper(2), train, source(40, 2), settings({ epochs: 3 }), {
      ...context(),
      report: (event) => events.push(event),
    });
    expect(train.batches).toBe(7);
    expect(events.length).toBe(3 * 8);
    expect(events.filter((event) => event.metrics?.valLoss !== undefined).map((event) => event.step)).toEqual([
      7, 14, 21,
    ]);
    for (let i = 1; i < events.length; i++) expect(events[i].step).toBeGreaterThanOrEqual(events[i - 1].step);
  });

  it('can be left between any two batches', async () => {
    let left = 5;
    const check = () => {
      if (left-- === 0) throw new Error('stopped');
    };
    const stepper = new FakeStepper(2);
    await expect(trainLoop(stepper, source(100, 1), undefined, settings(), context({ check }))).rejects.toThrow(
      'stopped',
    );
    expect(stepper.rates.length).toBe(5);
  });

  it('draws another order each epoch, the same for the same seed', () => {
    const train = source(50, 1);
    expect([...train.order(4, 1)]).toEqual([...train.order(4, 1)]);
    expect([...train.order(4, 1)]).not.toEqual([...train.order(4, 2)]);
    expect([...train.order(4, 1)].sort((a, b) => a - b)).toEqual([...train.order(undefined, 1)]);
  });
});
