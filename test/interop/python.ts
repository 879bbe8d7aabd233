/** Runs Python scripts from interop tests: JSON in on stdin, JSON out on stdout, NaN and infinities kept in both directions. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Which requirements file: requirements.txt, or the one of that name. */
export type Environment = '' | 'mlflow' | 'mlflow2' | 'feast';

/** MLflow 3, or with HOLDFAST_MLFLOW=2 the last MLflow 2. */
export const MLFLOW: Environment = process.env.HOLDFAST_MLFLOW === '2' ? 'mlflow2' : 'mlflow';

const found = new Map<string, string>();

/**
 * Path of the interop environment's python; makes the environment (test/interop/setup.sh) when it is missing. `'mlflow'` and `'feast'`: the
 * ones of requirements-mlflow.txt and requirements-feast.txt.
 */
export function python(environment: Environment = ''): string {
  const known = found.get(environment);
  if (known) return known;
  const setup = fileURLToPath(new URL('./setup.sh', import.meta.url));
  const made = execFileSync('bash', environment === '' ? [setup] : [setup, environment], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
    .trimEnd()
    .split('\n')
    .pop();
  if (!made) throw new Error('test/interop/setup.sh printed no path');
  found.set(environment, made);
  return made;
}

/**
 * Runs `script` (a path ending in `.py`, or source text) with `input` as JSON on stdin; returns its stdout parsed as
 * JSON (undefined when it printed nothing). Typed arrays travel as lists; NaN, Infinity and -Infinity as Python's `json`
 * module writes and reads them. Rejects with stderr when the script fails.
 */
export async function runPython(
  script: string,
  input?: unknown,
  args: readonly string[] = [],
  environment: Environment = '',
): Promise<unknown> {
  const child = start(script, args, environment);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  // A script that never reads its input closes the pipe early; its exit status says whether that was an error.
  child.stdin.on('error', () => {});
  child.stdin.end(input === undefined ? '' : toPythonJson(input));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`python exited with ${status}:\n${Buffer.concat(errors).toString()}`);
  const text = Buffer.concat(output).toString().trim();
  return text === '' ? undefined : fromPythonJson(text);
}

/**
 * One process for many requests: most of a short request's time is the start of Python and its imports. The script reads a JSON
 * request a line and answers each with a line of JSON.
 */
export class PythonPeer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  private readonly errors: Buffer[] = [];
  private ended: Error | undefined;

  constructor(script: string, environment: Environment = '') {
    this.child = start(script, [], environment);
    this.child.stderr.on('data', (chunk: Buffer) => this.errors.push(chunk));
    this.child.stdin.on('error', () => {});
    const lines = createInterface({ input: this.child.stdout });
    lines.on('line', (line) => this.waiting.shift()?.resolve(fromPythonJson(line)));
    this.child.on('error', (error) => this.end(error));
    this.child.on('close', (status) =>
      this.end(new Error(`python exited with ${status}:\n${Buffer.concat(this.errors).toString()}`)),
    );
  }

  /** Answers come in the order of the requests; rejects with stderr when the script ends without one. */
  ask(request: object): Promise<unknown> {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${toPythonJson(request)}\n`);
    });
  }

  close(): void {
    this.child.stdin.end();
  }

  private end(error: Error): void {
    this.ended = error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

function start(script: string, args: readonly string[], environment: Environment = ''): ChildProcessWithoutNullStreams {
  return spawn(python(environment), [...(script.endsWith('.py') ? [script] : ['-c', script]), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONHASHSEED: '0', PYTHONIOENCODING: 'utf-8' },
  });
}

const SPECIAL = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
const MARK = '@number:';

/** JSON as Python's `json.loads` reads it, with NaN and infinities. */
export function toPythonJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) return MARK + String(item);
    if (ArrayBuffer.isView(item) && !(item instanceof DataView)) return Array.from(item as Float64Array);
    return item;
  });
  return text.replace(/"@number:(NaN|-?Infinity)"/g, '$1');
}

/** Parses what Python's `json.dumps` wrote, with NaN and infinities. */
export function fromPythonJson(text: string): unknown {
  // The first branch takes whole strings, so that a NaN inside one is left alone.
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(quoted, (_key, item: unknown) =>
    typeof item === 'string' && item.startsWith(MARK) ? SPECIAL.get(item.slice(MARK.length)) : item,
  );
}
