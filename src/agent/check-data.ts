/** Is it data that an agent can train on? */
import { InvalidInputError } from '../core/errors.js';
import { Table } from '../core/table.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import { RawData } from '../data/raw-data.js';

/** @throws InvalidInputError - it is no table, raw splits or container */
export function checkData(data: unknown): void {
  if (data instanceof Table || data instanceof RawData || data instanceof TimeSeriesDataContainer) return;
  throw new InvalidInputError('The agent needs `data`: a Table, raw splits or a container', {
    hint: 'readCsv and readParquet make a Table; TimeSeriesDataContainer.fromTable makes raw splits.',
  });
}
