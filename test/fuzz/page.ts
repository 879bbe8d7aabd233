/** The table of docs/fuzzing.md: a row for each target with what its last written run found. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TargetResult } from './run-target.js';
import { corpusFiles } from './session.js';
import { TARGETS } from './targets.js';

const PAGE = fileURLToPath(new URL('../../docs/fuzzing.md', import.meta.url));
const [BEGIN, END] = ['<!-- fuzz:begin -->', '<!-- fuzz:end -->'];
const HEAD = [
  '| target | what is read | cases | accepted | seed | past failures |',
  '| --- | --- | --- | --- | --- | --- |',
];

type Cells = readonly [cases: string, accepted: string, seed: string];

const NOT_RUN: Cells = ['0', '', ''];

/** What the page says of each target now. */
function written(table: string): Map<string, Cells> {
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const [name, , cases, accepted, seed] = row.split(' | ').map((cell) => cell.replace(/^\| /, ''));
      return [name.replaceAll('`', ''), [cases, accepted, seed]];
    }),
  );
}

/** Puts a result into its row; other rows stay. */
export function writeRow({ target, cases, accepted, seed }: TargetResult): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  const cells = written(page.slice(from, to));
  const share = `${((100 * accepted) / Math.max(1, cases)).toFixed(1)}%`;
  cells.set(target, [cases.toLocaleString('en'), share, String(seed)]);
  const rows = TARGETS.map(({ name, reads }) => {
    const own = cells.get(name) ?? NOT_RUN;
    return `| \`${name}\` | ${[reads, ...own, corpusFiles(name).length].join(' | ')} |`;
  });
  writeFileSync(PAGE, `${page.slice(0, from)}\n${[...HEAD, ...rows].join('\n')}\n${page.slice(to)}`);
}
