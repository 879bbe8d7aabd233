// Runs hashes.mjs in processes of several Nodes, as many at once as there are cores, and gathers what they print.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { FAMILIES } from './families.mjs';

const script = fileURLToPath(new URL('./hashes.mjs', import.meta.url));
const PARTS = 2;
/** An emulator falls now and then where several threads compute. */
const TRIES = 3;

/**
 * Name -> { family, seen: [{ where, hash }] }; also `runs` (a line for each Node), `processor` (what the networks ran on) and `fell`: names whose
 * process an emulator ended each time. `runs[].emulated`: a process for each name.
 */
export async function hashesOf(runs, names) {
  const found = new Map();
  const lines = new Set();
  const fell = [];
  const waiting = runs.flatMap((run) =>
    run.emulated
      ? FAMILIES.map(([name]) => name)
          .filter((name) => names?.includes(name) ?? true)
          .map((name) => ({ ...run, share: '0/1', names: [name] }))
      : Array.from({ length: PARTS }, (_, part) => ({ ...run, share: `${part}/${PARTS}`, names })),
  );
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const output = await outputOf(job);
      if (!output) {
        fell.push(...job.names);
        continue;
      }
      const [head, ...rows] = output;
      found.node = head.node;
      lines.add(`Node ${head.node} on ${head.arch}, ${job.threads.replaceAll(',', ', ')} threads`);
      for (const { name, family, hashes } of rows) {
        const entry = found.get(name) ?? { family, seen: [] };
        for (const [threads, hash] of Object.entries(hashes))
          entry.seen.push({ where: `Node ${head.node}, ${head.arch}, ${threads} threads`, hash });
        found.set(name, entry);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const unknown = (names ?? []).filter((name) => !found.has(name) && !fell.includes(name));
  if (unknown.length > 0) throw new Error(`no such families: ${unknown.join(', ')}`);
  return Object.assign(found, { fell, runs: [...lines].sort(), processor: processor() });
}

/** Undefined where an emulator fell. */
async function outputOf(job) {
  for (let tries = 1; ; tries++) {
    try {
      return await linesOf(job);
    } catch (error) {
      if (!job.emulated || !error.signal) throw error;
      if (tries === TRIES) return undefined;
    }
  }
}

function linesOf({ command: [program, ...before], threads, share, names }) {
  const child = spawn(program, [...before, script, threads, share, ...(names ? [names.join(';')] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // All threads at work, however few the rows: see src/kernels/useful-threads.ts.
    env: { ...process.env, HOLDFAST_CELLS_A_WORKER: '1000' },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0) {
        const message = `${program} ended with ${code ?? signal} after ${text.split('\n').at(-2)}`;
        reject(Object.assign(new Error(message), { signal }));
      } else
        resolve(
          text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        );
    });
  });
}

/** What onnxruntime chooses its kernels by. */
function processor() {
  let flags = [];
  try {
    const [, line = ''] = /^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    flags = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'amx_tile'].filter((flag) => line.split(' ').includes(flag));
  } catch {
    // Other systems have no such file: their networks are compared over Nodes and threads alone.
  }
  return [process.platform, process.arch, ...flags].join(' ');
}
