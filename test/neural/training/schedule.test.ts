import { describe, expect, it } from 'vitest';
import { Schedule, type ScheduleSettings } from '../../../src/neural/training/schedule.js';

const rates = (own: Partial<ScheduleSettings>, steps = 20) => {
  const schedule = new Schedule(
    {
      schedule: 'constant',
      learningRate: 0.1,
      minLearningRate: 0,
      warmupEpochs: 0,
      plateauFactor: 0.5,
      plateauPatience: 2,
      ...own,
    },
    5,
    steps,
  );
  return { schedule, all: Array.from({ length: steps }, (_, i) => schedule.rate(i)) };
};

describe('learning-rate schedules', () => {
  it('warm up linearly, then do what they do', () => {
    const { all } = rates({ warmupEpochs: 1 });
    for (const [i, rate] of [0.02, 0.04, 0.06, 0.08, 0.1, 0.1].entries()) expect(all[i]).toBeCloseTo(rate, 12);
    const cosine = rates({ warmupEpochs: 1, schedule: 'cosine', minLearningRate: 0.01 }).all;
    expect(cosine[5]).toBeCloseTo(0.1, 12);
    expect(cosine[12]).toBeCloseTo(0.01 + (0.09 * (1 + Math.cos((Math.PI * 7) / 15))) / 2, 12);
  });

  it("one-cycle rises over 30% of the steps and ends at almost nothing, as PyTorch's", () => {
    const { all } = rates({ schedule: 'one-cycle' });
    expect(all[0]).toBeCloseTo(0.1 / 25, 12);
    expect(all[5]).toBeCloseTo(0.1, 12);
    expect(all[19]).toBeCloseTo(0.1 / 25 / 1e4, 12);
    expect(Math.max(...all)).toBe(all[5]);
  });

  it('plateau lowers the rate after more than `plateauPatience` epochs without a better loss', () => {
    const { schedule } = rates({ schedule: 'plateau', minLearningRate: 0.03 });
    const after = [5, 4, 4, 4, 4, 4, 4, 4, 4].map((loss) => {
      schedule.observe(loss);
      return schedule.rate(0);
    });
    expect(after).toEqual([0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.03, 0.03]);
  });
});
