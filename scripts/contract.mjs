// Runs every promise of the contract suite on every registered model and prints what was kept: `npm run contract -- [model ...] [--quick]`.
// With --write the table of docs/contract-suite.md is made anew. The models come from the registry; nothing here names one.
import { readFileSync, writeFileSync } from 'node:fs';
import { ModelRegistry } from '../dist/index.js';
import { modelChecks } from '../dist/testing/index.js';

const PAGE = new URL('../docs/contract-suite.md', import.meta.url);
const [BEGIN, END] = ['<!-- made by npm run contract -->', '<!-- end -->'];

// All threads at work, however few the rows: see src/kernels/useful-threads.ts.
process.env.HOLDFAST_CELLS_A_WORKER ??= '1000';

const flags = new Set(process.argv.slice(2).filter((argument) => argument.startsWith('--')));
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const models = ModelRegistry.list()
  .map(({ name }) => name)
  .filter((name) => asked.length === 0 || asked.includes(name));
if (models.length === 0 || asked.some((name) => !models.includes(name))) {
  console.error(
    `No such model. Registered: ${ModelRegistry.list()
      .map(({ name }) => name)
      .join(', ')}`,
  );
  process.exit(2);
}
if (flags.has('--write') && asked.length > 0) {
  console.error('The table is of all models: leave their names out.');
  process.exit(2);
}

/** subject -> promise -> model -> tasks' results */
const bySubject = new Map();
const reasons = new Map();
let [passed, failed, skipped] = [0, 0, 0];
for (const name of models) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const checks = modelChecks(await ModelRegistry.get(name), { size: flags.has('--quick') ? 'quick' : 'full' });
  for (const check of checks) {
    let status = 'skipped';
    if (check.skip === undefined) {
      try {
        await check.run();
        status = 'passed';
      } catch (error) {
        status = 'failed';
        console.log(`  FAILED ${name}, ${check.task}: ${check.name}: ${error?.message ?? error}`);
      }
    } else reasons.set(`\`${name}\`, ${check.name}${tasksOf(checks, check)}`, check.skip);
    counts[status]++;
    const promises = bySubject.get(check.subject) ?? bySubject.set(check.subject, new Map()).get(check.subject);
    const row = promises.get(check.name) ?? promises.set(check.name, new Map()).get(check.name);
    row.set(name, [...(row.get(name) ?? []), status]);
  }
  console.log(`${name.padEnd(15)} ${counts.passed} kept, ${counts.skipped} skipped, ${counts.failed} broken`);
  passed += counts.passed;
  failed += counts.failed;
  skipped += counts.skipped;
}
const promised = [...bySubject.values()].reduce((sum, promises) => sum + promises.size, 0);
const rows = flags.has('--quick') ? '60 rows' : '300 rows and more';
const summary = `On ${rows}: ${models.length} models, ${promised} promises, ${passed + failed + skipped} checks: ${passed} kept, ${skipped} skipped, ${failed} broken.`;
console.log(summary);

/** Where only one of the tasks leaves it out. */
function tasksOf(checks, check) {
  const same = checks.filter(({ name }) => name === check.name);
  return same.every(({ skip }) => skip !== undefined) ? '' : ` (${check.task})`;
}

const mark = (statuses) => {
  if (statuses === undefined) return '';
  if (statuses.includes('failed')) return '**no**';
  return statuses.every((status) => status === 'skipped') ? 's' : statuses.includes('skipped') ? 'y/s' : 'y';
};

if (flags.has('--write')) {
  const lines = [summary, ''];
  for (const [subject, promises] of bySubject) {
    lines.push(`### ${subject[0].toUpperCase()}${subject.slice(1)}`, '');
    lines.push(`| promise | ${models.map((name) => name.replaceAll('_', ' ')).join(' | ')} |`);
    lines.push(`| --- |${' :-: |'.repeat(models.length)}`);
    for (const [name, row] of promises)
      lines.push(`| ${name} | ${models.map((model) => mark(row.get(model))).join(' | ')} |`);
    lines.push('');
  }
  lines.push('### Why some are skipped', '', '| model, promise | reason |', '| --- | --- |');
  for (const [what, reason] of reasons) lines.push(`| ${what} | ${reason} |`);
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  writeFileSync(PAGE, `${page.slice(0, before)}\n\n${lines.join('\n')}\n\n${page.slice(after)}`);
}
// Idle worker threads would keep it for a while.
process.exit(failed > 0 ? 1 : 0);
