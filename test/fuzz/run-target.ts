/** One target in a process of its own: its past failures, then new cases; the result as one line of JSON. Arguments: name, cases, seed. */
import { messageOf } from '../../src/core/text.js';
import { corpusFiles, corpusOf, keep, readCase, Session } from './session.js';
import { TARGETS } from './targets.js';
import { Watchdog } from './watchdog.js';

export interface TargetResult {
  readonly target: string;
  readonly cases: number;
  readonly accepted: number;
  readonly seed: number;
  readonly failures: readonly string[];
}

const [name, cases, seed] = process.argv.slice(2);
const target = TARGETS.find((one) => one.name === name);
if (!target) throw new Error(`no target '${name}'`);

const watchdog = new Watchdog(corpusOf(target.name));
const session = new Session(target, watchdog);
const failures: string[] = [];
const told = (error: unknown, file: string): void => {
  const own = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const stack = own instanceof Error ? (own.stack ?? '').split('\n').slice(1, 5).join('\n') : '';
  process.stderr.write(`${target.name}: ${messageOf(error).slice(0, 300)}\n  ${file}\n${stack}\n`);
  failures.push(`${messageOf(error).slice(0, 120)} (${file})`);
};
try {
  for (const file of corpusFiles(target.name)) await session.one(readCase(file)).catch((error) => told(error, file));
  const outcome = await session.many(Number(cases), Number(seed));
  for (const failure of outcome.failures) told(failure.error, keep(target.name, failure));
  const result: TargetResult = {
    target: target.name,
    cases: outcome.cases,
    accepted: outcome.accepted,
    seed: Number(seed),
    failures,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  session.close();
  await watchdog.stop();
}
// Workers of models may still be there.
process.exit(failures.length > 0 ? 1 : 0);
