/** Which data a run had: the hash of its rows. */

import { Table } from '../core/table.js';
import { hashTable } from '../splits/registry.js';
import { containerOf } from './parts.js';
import type { AgentRun } from './run.js';

const hashes = new WeakMap<AgentRun, Promise<string>>();

/** SHA-256 of the table, or of the splits where there is none; made once a run. */
export function dataHashOf(run: AgentRun): Promise<string> {
  const { data } = run.state;
  const known = hashes.get(run);
  if (known) return known;
  const made =
    data instanceof Table
      ? hashTable(data)
      : (run.raw ?? containerOf(run)).splitRecord().then(({ dataHash }) => dataHash);
  hashes.set(run, made);
  return made;
}
