/** A small table in time order, with a signal that models find. */
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';

const HOUR = 3_600_000;

export function signalTable(rows: number, seed = 1): Table {
  const random = new Random(seed);
  const columns: Record<string, number[]> = { time: [], fast: [], slow: [], noise: [], target: [] };
  for (let i = 0; i < rows; i++) {
    const [fast, slow, noise] = [random.normal(), random.normal(), random.normal()];
    columns.time.push(Date.UTC(2024, 0, 1) + i * HOUR);
    columns.fast.push(fast);
    columns.slow.push(i % 17 === 0 ? Number.NaN : slow);
    columns.noise.push(noise);
    columns.target.push(fast - 0.7 * slow + 0.8 * random.normal() > 0 ? 1 : 0);
  }
  return Table.fromColumns(columns);
}

export const SPLIT = { label: 'target', time: 'time', horizon: 2, symbol: 'TEST' };
