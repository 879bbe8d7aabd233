/**
 * npm run fuzz -- [--target NAME,...] [--cases N] [--seed N] [--write] [--list]: every target in a process of its own, 100,000 cases each. What
 * fails is made small, kept in test/fuzz/corpus, and judged again by every later run and by the tests. The same seed makes the same cases.
 * --write puts what each of these targets did into its row of docs/fuzzing.md.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeRow } from './page.js';
import type { TargetResult } from './run-target.js';
import { corpusFiles } from './session.js';
import { TARGETS } from './targets.js';

const { values: options } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const cases = Number(options.cases);
const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(options.seed);
const names = options.target?.flatMap((list) => list.split(','));
const unknown = names?.find((name) => !TARGETS.some((target) => target.name === name));
if (unknown !== undefined)
  throw new Error(`no target '${unknown}'; there are ${TARGETS.map(({ name }) => name).join(', ')}`);
if (!Number.isInteger(cases) || cases < 0 || !Number.isInteger(seed))
  throw new Error('--cases and --seed are whole numbers');
const chosen = TARGETS.filter(({ name }) => names?.includes(name) ?? true);

/** Runs a target; undefined where its process was ended. */
function run(name: string): Promise<TargetResult | undefined> {
  const script = fileURLToPath(new URL('run-target.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--max-old-space-size=1024', '--import', 'tsx', script, name, String(cases), String(seed)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) => {
    child.on('close', () => {
      const line = text.split('\n').find((one) => one.startsWith('{"target"'));
      resolve(line === undefined ? undefined : (JSON.parse(line) as TargetResult));
    });
  });
}

if (options.list) {
  for (const { name, reads } of TARGETS) console.log(`${name.padEnd(22)} ${reads}`);
  process.exit(0);
}
console.log(`seed ${seed}, ${cases} cases a target`);
let failed = false;
for (const { name } of chosen) {
  const result = await run(name);
  failed ||= result === undefined || result.failures.length > 0;
  if (result && options.write) writeRow(result);
  const share = result
    ? `${((100 * result.accepted) / Math.max(1, result.cases)).toFixed(1)}% accepted`
    : 'the process was ended';
  console.log(
    `${name.padEnd(22)} ${String(result?.cases ?? 0).padStart(8)} cases, ${share}, ${result?.failures.length ?? 1} failures, ${corpusFiles(name).length} in the corpus`,
  );
}
process.exit(failed ? 1 : 0);
