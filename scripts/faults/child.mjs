/**
 * A process that faults are put upon: `node child.mjs <subject> <directory> <mode>`. Prints `ready`, then JSON. Modes: `prepare`; `work`,
 * which is killed; `resume` looks at what the kill left, does the work again and looks again; `full` is `work` on a disk that fills up, a
 * look, and the work again once there is room.
 */
import { readdirSync } from 'node:fs';
import { subjectNamed } from './subjects/index.mjs';

const [name, directory, mode] = process.argv.slice(2);
const subject = await subjectNamed(name);
const tell = (facts) => process.stdout.write(`${JSON.stringify(facts)}\n`);
const left = () => readdirSync(directory, { recursive: true }).sort();

if (mode === 'prepare') await subject.prepare?.(directory);
else if (mode === 'work') {
  process.stdout.write('ready\n');
  const since = performance.now();
  await subject.work(directory);
  const milliseconds = performance.now() - since;
  tell({ end: await subject.look(directory), left: left(), milliseconds });
} else if (mode === 'resume') {
  const seen = await subject.look(directory);
  await subject.work(directory);
  tell({ seen, end: await subject.look(directory), left: left() });
} else {
  const error = await subject.work(directory).then(
    () => undefined,
    (problem) => problem,
  );
  globalThis.holdfastFaultOver?.();
  const refused = error && { name: error.name, message: error.message, hint: error.hint, code: error.code };
  const seen = await subject.look(directory);
  await subject.work(directory);
  tell({ refused, seen, end: await subject.look(directory), left: left() });
}
