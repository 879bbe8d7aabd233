/** The data as splits that share nothing. */
import { ConfigError } from '../../core/errors.js';
import { Table } from '../../core/table.js';
import { type RawTimeSeriesData, TimeSeriesDataContainer } from '../../data/container.js';
import type { AnyContainer } from '../../evaluation/adapt.js';
import type { AgentRun, StepOutcome } from '../run.js';

/**
 * Splits a table in time, or as the stored split of `splitId` says; raw splits and containers are taken as they are. All are checked for
 * leakage, and stored in the split registry where there is one.
 *
 * @throws DataLeakageError - the splits share information
 * @throws SplitRatioViolationError - a table cannot be split in the asked shares
 */
export async function loadSplits(run: AgentRun): Promise<StepOutcome> {
  const data = await splitsOf(run);
  if (data instanceof TimeSeriesDataContainer) run.container = data;
  else run.raw = data;
  await data.assertNoLeakage();
  if (run.settings.splits) run.splitId = await run.settings.splits.save(data);
  const sizes = [data.train, data.validation, data.test].map(({ y }) => y.length.toLocaleString('en'));
  const stored = run.splitId ? `, split ${run.splitId.slice(0, 12)}` : '';
  return { text: `${sizes.join(' / ')} rows to train / validation / test${stored}` };
}

async function splitsOf({ state, settings }: AgentRun): Promise<RawTimeSeriesData | AnyContainer> {
  const { data, split, splitId } = state;
  if (!(data instanceof Table)) {
    if (splitId !== undefined || split !== undefined) {
      throw new ConfigError(`${split ? 'split' : 'splitId'} is for a Table; the data is split already`, {
        hint: 'Leave it out, or pass the table that the split was made of.',
      });
    }
    return data as RawTimeSeriesData | AnyContainer;
  }
  if (splitId !== undefined) {
    if (!settings.splits) {
      throw new ConfigError('A splitId needs the split registry that holds it', {
        hint: "new ModelTrainerAgent({ splits: new SplitRegistry('experiments/splits') })",
      });
    }
    return TimeSeriesDataContainer.restoreSplit(data, await settings.splits.load(splitId, data));
  }
  if (!split) {
    throw new ConfigError('A table needs `split`: which column is the label, and which the time', {
      hint: "Such as { label: 'target', time: 'timestamp', horizon: 20 }; or a splitId.",
    });
  }
  return TimeSeriesDataContainer.fromTable(data, split);
}
