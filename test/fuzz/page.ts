/** The table of docs/fuzzing.md: targets, cases of all runs in this checkout, past failures. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TargetResult } from './run-target.js';
import { corpusFiles } from './session.js';
import { TARGETS } from './targets.js';

const PAGE = fileURLToPath(new URL('../../docs/fuzzing.md', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../node_modules/.cache/fuzz.jsonl', import.meta.url));
const [BEGIN, END] = ['<!-- fuzz:begin -->', '<!-- fuzz:end -->'];

export function keepResult(result: TargetResult): void {
  mkdirSync(dirname(RESULTS), { recursive: true });
  appendFileSync(RESULTS, `${JSON.stringify(result)}\n`);
}

/** Runs of one seed count once: they are the same cases. */
function results(): TargetResult[] {
  const text = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
  const all = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TargetResult);
  const largest = new Map<string, TargetResult>();
  for (const result of all) {
    const key = `${result.target} ${result.seed}`;
    if (result.cases >= (largest.get(key)?.cases ?? 0)) largest.set(key, result);
  }
  return [...largest.values()];
}

export function writePage(): void {
  const page = readFileSync(PAGE, 'utf8');
  const known = results();
  const rows = TARGETS.map(({ name, reads }) => {
    const own = known.filter(({ target }) => target === name);
    const cases = own.reduce((sum, result) => sum + result.cases, 0);
    const accepted = own.reduce((sum, result) => sum + result.accepted, 0);
    const share = `${((100 * accepted) / Math.max(1, cases)).toFixed(1)}%`;
    return `| \`${name}\` | ${reads} | ${cases.toLocaleString('en')} | ${share} | ${corpusFiles(name).length} |`;
  });
  const head = ['| target | what is read | cases | accepted | past failures |', '| --- | --- | --- | --- | --- |'];
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  writeFileSync(PAGE, `${page.slice(0, from)}\n${[...head, ...rows].join('\n')}\n${page.slice(to)}`);
}
