/**
 * Accuracies on the archives' own train and test parts. Published ones (resample 0 of results/accuracy_ucr109_resamples.csv in the authors'
 * repository github.com/angus924/minirocket): ArrowHead 0.862857, ItalyPowerDemand 0.968902. Of the two sets of several channels none are
 * published there: the numbers here hold the line. Longer series are not cut; shorter ones end in zeros.
 */
import { describe, expect, it } from 'vitest';
import { MiniRocketModel } from '../../../src/baselines/minirocket/model.js';
import { archivePart, archiveSkip, LONG_SETS, WIDE_SETS } from '../../archive-series.js';

const skip = archiveSkip();

describe.skipIf(skip)(`MiniRocket on the archives' series${skip ? ` (skipped: ${skip})` : ''}`, () => {
  it.each([
    ['italy-power-demand', 0.968902],
    ['arrow-head', 0.862857],
  ])('%s: the published accuracy within one point, the mean of three seeds', async (name, published) => {
    expect(WIDE_SETS).toContain(name);
    expect(Math.abs((await meanAccuracy(name, [1, 2, 3])) - published)).toBeLessThanOrEqual(0.01);
  });

  it.each([
    ['basic-motions', 0.99],
    ['japanese-vowels', 0.98],
  ])('%s: at least %d', async (name, least) => {
    expect(LONG_SETS).toContain(name);
    expect(await meanAccuracy(name, [1])).toBeGreaterThanOrEqual(least);
  });
});

async function meanAccuracy(name: string, seeds: readonly number[]): Promise<number> {
  const [train, test] = [archivePart(name, 'train'), archivePart(name, 'test')];
  let sum = 0;
  for (const seed of seeds) {
    const model = new MiniRocketModel();
    await model.fit(train, { seed });
    const { predictions } = await model.predict(test.X);
    sum += test.y.filter((label, i) => predictions[i] === label).length / test.y.length;
  }
  return sum / seeds.length;
}
