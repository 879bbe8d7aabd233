/**
 * `npm run faults [-- --only a,b] [--kills n] [--full n] [--seed s] [--write]`: kill -9 and full disks put upon everything that writes. Exit code 1 if
 * anything was lost, torn or came to another end. `--write`: the table goes into docs/faults.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Kill, Killing } from './kills.js';
import { plan } from './subjects.js';
import { type Outcome, table } from './table.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kills: { type: 'string' },
    full: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
if (!existsSync(new URL('../../dist/index.js', import.meta.url))) {
  throw new Error('Faults are put upon the built package: run npm run build first.');
}

/** A Node that has node:sqlite: this one, or version 22 of the registry's `node` package. */
function sqliteNode(): string {
  if (process.getBuiltinModule?.('node:sqlite')) return process.execPath;
  return execFileSync('npx', ['--yes', '-p', 'node@22', 'node', '-p', 'process.execPath'], { encoding: 'utf8' }).trim();
}

const outcomes: Outcome[] = [];
for (const { subject, kills, open } of plan(sqliteNode())) {
  if (values.only && !values.only.split(',').includes(subject.name)) continue;
  const close = await open?.();
  const killing = new Killing(subject, Number(values.seed));
  try {
    const { calls } = await killing.prepare();
    console.log(`${subject.title} (${calls.main + calls.worker} calls that write)`);
    const tell = ({ at, state, problem }: Kill): void =>
      console.log(`  ${at}: ${state}${problem === undefined ? '' : ` PROBLEM ${problem}`}`);
    outcomes.push({
      title: subject.title,
      calls: calls.main + calls.worker,
      kills: await killing.kills(values.kills ? Number(values.kills) : kills, tell),
      full: await killing.fulls(Number(values.full), tell),
    });
  } finally {
    killing.close();
    await close?.();
  }
}
const problems = outcomes.flatMap(({ kills, full }) => [...kills, ...full]).filter(({ problem }) => problem);
const text = table(outcomes);
const command = ['npm run faults --', ...process.argv.slice(2)].join(' ');
console.log(`\n${text}\n\n${problems.length} problems`);
if (values.write) {
  const page = new URL('../../docs/faults.md', import.meta.url);
  const [before, rest] = readFileSync(page, 'utf8').split('<!-- faults -->\n');
  const [, after] = rest.split('<!-- end of faults -->');
  writeFileSync(page, `${before}<!-- faults -->\n${text}\n\nMade by \`${command}\`.\n<!-- end of faults -->${after}`);
}
process.exitCode = problems.length > 0 ? 1 : 0;
