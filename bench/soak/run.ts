/**
 * `npm run soak [-- --minutes 30] [--write]`: a service that trains, predicts and reloads models under load. Fails if its memory, threads or
 * open files grow, if it fails, or if the p99 of its HTTP endpoints is not under 20 ms. `--write`: into bench/results/soak.json and .md.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { busyShare, describeMachine } from '../machine.js';
import { type Facts, growthOf, IN_BYTES, QUANTITIES, quantile } from './facts.js';
import { report } from './report.js';

const REQUEST_EVERY_MS = 25;
const FACTS_EVERY_MS = 2000;
const MOST_P99_MS = 20;
/** Of the time: pools, caches and the heap have their size then. */
const WARM_UP = 0.25;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, write: { type: 'boolean', default: false } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('usage: npm run soak [-- --minutes 30] [--write]');

const busyBefore = busyShare();
const service = spawn(process.execPath, [fileURLToPath(new URL('./service.mjs', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
process.once('exit', () => service.kill());
const port = Number(await new Promise((resolve) => service.stdout.once('data', resolve)));

function get(path: string): Promise<{ status: number; body: string; milliseconds: number }> {
  const since = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, milliseconds: performance.now() - since }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

const start = performance.now();
const elapsed = () => (performance.now() - start) / 1000;
const end = minutes * 60;
const latencies: Record<'/predict' | '/health', { at: number; milliseconds: number }[]> = {
  '/predict': [],
  '/health': [],
};
let refused = 0;
const facts: Facts[] = [];
const times: number[] = [];

const asking = (async () => {
  const open = new Set<Promise<void>>();
  for (let i = 0; elapsed() < end; i++) {
    const path = i % 2 === 0 ? '/predict' : '/health';
    const at = elapsed();
    const one = get(path).then(({ status, milliseconds }) => {
      if (status === 200) latencies[path].push({ at, milliseconds });
      else refused++;
      open.delete(one);
    });
    open.add(one);
    await wait(REQUEST_EVERY_MS);
  }
  await Promise.all(open);
})();
for (; elapsed() < end; await wait(FACTS_EVERY_MS)) {
  facts.push(JSON.parse((await get('/facts')).body) as Facts);
  times.push(elapsed());
  const last = facts[facts.length - 1];
  if (last.failure) throw new Error(`The service failed: ${last.failure}`);
  if (facts.length % 15 === 0) {
    console.error(
      `${(elapsed() / 60).toFixed(1)} min, ${last.counts.trained} models, ${Math.round(last.rss / 2 ** 20)} MiB`,
    );
  }
}
await asking;
service.kill();

const warm = times.findIndex((time) => time > WARM_UP * end);
const growth = QUANTITIES.map((quantity) => growthOf(quantity, facts.slice(warm), times.slice(warm)));
const latency = Object.entries(latencies).map(([path, asked]) => {
  const late = asked.filter(({ at }) => at > WARM_UP * end).map(({ milliseconds }) => milliseconds);
  return {
    ...{ path, requests: late.length, p50: quantile(late, 0.5), p99: quantile(late, 0.99) },
    ...{ p999: quantile(late, 0.999), most: Math.max(...late), slow: quantile(late, 0.99) >= MOST_P99_MS },
  };
});
const own = { machine: describeMachine(), node: process.versions.node, minutes, busyBefore, refused };
const result = { ...own, counts: facts[facts.length - 1].counts, growth, latency };
const command = ['npm run soak', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
const markdown = report(command, result, IN_BYTES);
console.log(markdown);
if (values.write) {
  const results = new URL('../results/', import.meta.url);
  const series = times.map((time, i) => ({
    seconds: Math.round(time),
    rss: facts[i].rss,
    heapUsed: facts[i].heapUsed,
  }));
  const sparse = series.filter((_, i) => i % Math.ceil(series.length / 120) === 0);
  writeFileSync(new URL('soak.json', results), `${JSON.stringify({ command, ...result, series: sparse }, null, 1)}\n`);
  writeFileSync(new URL('soak.md', results), markdown);
}
const wrong = [...growth.filter(({ grows }) => grows), ...latency.filter(({ slow }) => slow)];
process.exitCode = wrong.length > 0 ? 1 : 0;
