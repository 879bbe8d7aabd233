/** The watchdog's thread; plain JavaScript, so that it runs before any loader does. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';

/** Seconds of the process's time, and bytes more than at the start. */
const LONGEST = 6;
const MOST_GROWTH = 1.5 * 2 ** 30;
const LOOK_MS = 200;

const { state, input, corpus } = workerData;
const seconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const atRest = process.memoryUsage.rss();
let current = 0;
let since = seconds();
setInterval(() => {
  const number = Atomics.load(state, 0);
  const grown = process.memoryUsage.rss() - atRest > MOST_GROWTH;
  if (number !== current) {
    current = number;
    since = seconds();
  }
  if (number === 0 || (!grown && seconds() - since < LONGEST)) return;
  const content = input.slice(0, state[1]);
  mkdirSync(corpus, { recursive: true });
  const file = join(corpus, createHash('sha256').update(content).digest('hex').slice(0, 16));
  writeFileSync(file, content);
  process.stderr.write(`${grown ? 'takes all memory' : 'does not end'}: ${file}\n`);
  process.kill(process.pid, 'SIGKILL');
}, LOOK_MS);
