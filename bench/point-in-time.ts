/**
 * `pointInTimeJoin` of 1,000,000 rows with 20 features of 1,000,000 rows of 10,000 entities, within a day, beside pandas' merge_asof, which
 * wants both sides in the order of time.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '../src/core/random.js';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { closingLines, inverse, markedName, mebibytes, range } from './cells.js';
import type { Measurement } from './harness.js';
import { type CaseResults, withKept } from './kept-cases.js';
import { describeMachine, describeVersions, type Machine } from './machine.js';
import { lastOf, measureCase, type PairedCase, runScript } from './paired-case.js';

const CASES = [
  { name: 'rows in order of time', sorted: true },
  { name: 'rows in no order', sorted: false },
] as const;
const ROWS = 1_000_000;
const ENTITIES = 10_000;
const FEATURES = 20;
const DAY = 86_400_000;

interface Joined extends Measurement {
  /** Rows with values, and the sum of the first feature: both sides must agree. */
  found: number;
  sum: number;
}

interface JoinCase extends PairedCase {
  found: number;
}

interface Result extends CaseResults<JoinCase> {
  machine: Machine;
  versions: Record<string, string>;
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const caseNames = CASES.map(({ name }) => name);

export async function run(options: BenchmarkOptions): Promise<BenchmarkReport> {
  const machine = describeMachine();
  const versions = describeVersions(python(), ['pandas', 'numpy']);
  const rows = options.quick ? ROWS / 100 : ROWS;
  const cases: JoinCase[] = [];
  for (const { name, sorted } of CASES.filter((one) => options.cases?.includes(one.name) ?? true)) {
    const request = { data: dataOf(rows, sorted), rows, features: FEATURES, ttl: DAY, threads: 1 };
    const { row, found } = await measureCase(
      { name, threads: 1 },
      (which) =>
        runScript<Joined>(which, { ours: 'point-in-time-ours.mjs', native: 'point_in_time_native.py' }, request),
      { pairs: options.pairs, warmup: !options.quick, log: options.log },
    );
    const { ours, native } = lastOf(found);
    if (ours.found !== native.found || Math.abs(ours.sum - native.sum) > 1e-6 * ours.found)
      throw new Error(`${name}: the sides differ: ${JSON.stringify({ ours, native })}`);
    cases.push({ ...row, found: ours.found });
  }
  const result: Result = { machine, versions, cases };
  if (!options.quick) result.cases = withKept('point-in-time', result, caseNames);
  return { result, markdown: table(result) };
}

/** Path that the names of the columns' files, of float64 values, go on from. */
function dataOf(rows: number, sorted: boolean): string {
  const path = `${cache}point-in-time-${rows}-${sorted ? 'sorted' : 'random'}-`;
  const last = `${path}f${FEATURES - 1}.f64`;
  if (existsSync(last)) return path;
  mkdirSync(cache, { recursive: true });
  const random = new Random(1);
  const write = (name: string, next: () => number, inOrder = false): void => {
    const values = Float64Array.from({ length: rows }, next);
    writeFileSync(`${path}${name}.f64`, new Uint8Array((inOrder ? values.sort() : values).buffer));
  };
  for (const side of ['entity', 'view']) {
    write(`${side}-id`, () => random.int(ENTITIES));
    write(`${side}-time`, () => Math.floor(random.float() * 60 * DAY), sorted);
  }
  for (let j = 0; j < FEATURES; j++) write(`f${j}`, () => random.float());
  return path;
}

function table({ machine, versions, cases }: Result): string {
  const lines = cases.map((c) => {
    const cells = [
      markedName(c),
      c.pairs.length,
      range(c.seconds.ours),
      range(c.seconds.native),
      range(inverse(c.ratio)),
      `${mebibytes(c.peakRss.ours)} / ${mebibytes(c.peakRss.native)}`,
      c.found.toLocaleString('en'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `${ROWS.toLocaleString('en')} rows and times joined with ${FEATURES} features of ${ROWS.toLocaleString('en')} rows of ${ENTITIES.toLocaleString('en')} entities over 60 days, none older than a day.`,
    'Seconds of the join alone, on one thread, median (smallest to largest); of pandas with the sorting that merge_asof needs, and with the rows put back in their order.',
    'The ratio is pandas / holdfast, pair by pair: above 1 ours is faster.',
    '',
    '| case | pairs | holdfast s | pandas s | pandas / holdfast | peak MiB | rows with values |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    ...closingLines(cases, machine, versions),
  ].join('\n');
}
