/** What a measurement was made on: hardware, system and versions, for the head of every result. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  /** One-minute load when the run began: well above 0 means that something else was running. */
  loadAtStart: number;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadAtStart: loadavg()[0],
  };
}

/** Versions of Node, this package and the Python packages named. */
export function describeVersions(python: string, packages: readonly string[]): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  const script = `import sys, importlib.metadata as m; print(sys.version.split()[0], *map(m.version, ${JSON.stringify(packages)}))`;
  const [pythonVersion, ...versions] = execFileSync(python, ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  return {
    node: process.versions.node,
    holdfast: own.version,
    python: pythonVersion,
    ...Object.fromEntries(packages.map((name, i) => [name, versions[i]])),
  };
}
