import { describe, expect, it } from 'vitest';
import { lightgbmConfig } from '../../../src/boosting/lightgbm/config.js';
import { type LightGBMConfig, LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { otherWarnings } from '../../../src/boosting/lightgbm/other-parameters.js';
import { ConfigError } from '../../../src/core/errors.js';
import { randomData } from '../engine/data.js';

const parse = (config: unknown) => lightgbmConfig.parse(config, 'lightgbm');
const rows = randomData(1, 200, 3, 2);
const fitted = async (config: LightGBMConfig) => {
  const model = new LightGBMModel({ numIterations: 3, ...config });
  const { warnings } = await model.fit(rows);
  return { warnings, scores: await model.predictScores(rows.X) };
};

describe('parameters of LightGBM that change nothing here', () => {
  it('that ask for what is done anyway are taken without a word', async () => {
    const config = {
      verbose: -1,
      deterministic: true,
      force_col_wise: false,
      hist_pool_size: -1,
      feature_pre_filter: true,
      enable_bundle: false,
      linear_tree: false,
      zero_as_missing: false,
      use_missing: true,
    } as const;
    expect(await fitted(config)).toEqual({ ...(await fitted({})), warnings: [] });
  });

  it.each<[LightGBMConfig, string]>([
    [{ verbosity: 1 }, 'verbosity'],
    [{ force_row_wise: true }, 'forceRowWise'],
    [{ deterministic: false }, 'deterministic'],
    [{ data_seed: 1 }, 'dataRandomSeed'],
    [{ use_quantized_grad: true }, 'useQuantizedGrad'],
    [{ histogram_pool_size: 512 }, 'histogramPoolSize'],
  ])('%j: a warning, and the same model', async (config, name) => {
    const { warnings, scores } = await fitted(config);
    expect(warnings).toEqual([`lightgbm: ${name} has no effect here`]);
    expect(scores).toEqual((await fitted({})).scores);
  });

  it('none is warned of where none is given', () => {
    expect(otherWarnings(parse({}))).toEqual([]);
  });

  it.each([
    { linear_tree: true },
    { zero_as_missing: true },
    { use_missing: false },
    { verbosity: 'quiet' },
    { cegb_tradeoff: 2 },
    { forcedsplits_filename: 'splits.json' },
  ])('%j would learn something else: refused', (config) => {
    expect(() => parse(config)).toThrow(ConfigError);
  });
});
