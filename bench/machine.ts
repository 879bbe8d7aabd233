/** What a measurement was made on: hardware, system and versions, for the head of every result. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
  };
}

/** Share of all cores that was busy in the last two seconds: well above 0 means that something else is running. */
export function busyShare(milliseconds = 2000): number {
  const read = () =>
    cpus().map(({ times }) => ({ idle: times.idle, all: Object.values(times).reduce((a, b) => a + b, 0) }));
  const before = read();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  const shares = read().map(({ idle, all }, i) => 1 - (idle - before[i].idle) / Math.max(1, all - before[i].all));
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

/** Versions of Node, this package and the Python packages named. */
export function describeVersions(python: string, packages: readonly string[]): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  const script = `import sys, importlib as i; print(sys.version.split()[0], *(i.import_module(p).__version__ for p in ${JSON.stringify(packages)}))`;
  const [pythonVersion, ...versions] = execFileSync(python, ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  return {
    node: process.versions.node,
    holdfast: own.version,
    python: pythonVersion,
    ...Object.fromEntries(packages.map((name, i) => [name, versions[i]])),
  };
}
