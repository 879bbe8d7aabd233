/** The built command, run as users run it. */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const bars = join(root, 'examples/data/es-fut-1min-sample.csv.gz');
const main = join(root, 'dist/cli/main.js');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function holdfast(directory: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: directory, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

/** Starts the command and, once `when` says so, interrupts it as Ctrl-C does. */
export function interrupted(directory: string, when: () => Promise<boolean>, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: directory });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += text));
    child.stderr.on('data', (text) => (stderr += text));
    const watch = setInterval(async () => {
      if (!(await when())) return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 20);
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
}
