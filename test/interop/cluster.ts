/** Processes that train one model together, for the tests of cluster training. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPythonJson, toPythonJson } from './python.js';

export interface Member {
  library: 'lightgbm' | 'xgboost';
  config: Record<string, unknown>;
  X: number[][];
  y: number[];
  /** Rows to predict. */
  T: number[][];
}

export interface MemberResult {
  /** Raw scores of T. */
  scores: number[];
  /** Training rows that the first tree's root has seen. */
  rowsOfRoot: number;
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts a process for each member and waits for all; the first failure ends them. */
export async function runMembers(members: readonly Member[], directory: string): Promise<MemberResult[]> {
  const script = fileURLToPath(new URL('./cluster-member.ts', import.meta.url));
  const children = members.map((member, rank) => {
    const file = join(directory, `member-${rank}.json`);
    writeFileSync(file, toPythonJson(member));
    return { file, child: spawn('node', ['--import', 'tsx', script, file], { stdio: ['ignore', 'ignore', 'pipe'] }) };
  });
  try {
    await Promise.all(
      children.map(async ({ child }, rank) => {
        let errors = '';
        child.stderr.on('data', (chunk: Buffer) => {
          errors += chunk.toString();
        });
        const status = await new Promise((resolve) => child.on('close', resolve));
        if (status !== 0) throw new Error(`member ${rank} exited with ${String(status)}:\n${errors}`);
      }),
    );
  } finally {
    for (const { child } of children) child.kill();
  }
  return children.map(({ file }) => fromPythonJson(readFileSync(`${file}.result`, 'utf8')) as MemberResult);
}
