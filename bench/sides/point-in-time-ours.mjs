// One measurement of pointInTimeJoin of the built package: tables of the benchmark's columns, joined once; prints seconds as JSON.
import { readFileSync } from 'node:fs';
import { pointInTimeJoin, Table } from 'holdfast/data';
import { peakRss } from './files.mjs';

const { data, features, ttl } = JSON.parse(process.argv[2]);

function column(name) {
  const bytes = readFileSync(`${data}${name}.f64`);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const side = (name) => ({
  id: column(`${name}-id`),
  event_timestamp: { kind: 'time', values: column(`${name}-time`) },
});
const names = Array.from({ length: features }, (_, j) => `f${j}`);
const entities = Table.fromColumns(side('entity'));
const table = Table.fromColumns({ ...side('view'), ...Object.fromEntries(names.map((name) => [name, column(name)])) });
const started = performance.now();
const joined = await pointInTimeJoin(entities, [{ name: 'view', table, joinKeys: ['id'], ttl }]);
const seconds = (performance.now() - started) / 1000;
let [found, sum] = [0, 0];
for (const value of joined.numeric('f0')) {
  if (Number.isNaN(value)) continue;
  found++;
  sum += value;
}
console.log(JSON.stringify({ seconds, peakRss: peakRss(), found, sum }));
