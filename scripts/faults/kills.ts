/**
 * Kills of one subject: kill -9 at exact points (the n-th write, rename, flush, ... before, in the middle, after) and at random moments, each in
 * a fresh copy of the old state; then a new process looks at what is left, does the work again, and must come to what an undisturbed one did.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/core/random.js';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
const HOOK = fileURLToPath(new URL('./fs-hook.cjs', import.meta.url));

export interface Subject {
  readonly name: string;
  readonly title: string;
  /** Environment of every process, such as the address of a server that the harness runs. */
  readonly environment?: (mode: 'prepare' | 'work' | 'resume') => Readonly<Record<string, string>>;
  /** Before each kill. */
  readonly reset?: () => void;
  /** What is wrong with a state that a kill left; undefined where it may be. `whole`: the end of an undisturbed process. */
  readonly wrong?: (seen: string, whole: Undisturbed) => string | undefined;
  /** What is wrong at the end; else it has to be that of an undisturbed process. */
  readonly wrongEnd?: (end: string, whole: Undisturbed) => string | undefined;
  /** Files that may be there in the end although an undisturbed process leaves none; they must be few. */
  readonly mayStay?: RegExp;
  /** The interpreter, where this one cannot run it. */
  readonly node?: string;
}

export interface Undisturbed {
  readonly old: string;
  readonly end: string;
  readonly left: readonly string[];
  /** Calls below the directory, of each thread. */
  readonly calls: Readonly<Record<'main' | 'worker', number>>;
  readonly milliseconds: number;
}

export interface Kill {
  /** Such as `worker 12 half` or `after 31 ms`. */
  readonly at: string;
  /** The state that it left: as before, as after, or another one that is allowed. */
  readonly state: 'old' | 'new' | 'between';
  readonly problem?: string;
}

interface Answer {
  readonly refused?: { name: string; message: string; hint?: string };
  readonly seen: string;
  readonly end: string;
  readonly left: readonly string[];
  readonly milliseconds?: number;
}

/** One subject in a directory of its own. */
export class Killing {
  private readonly root: string;
  private readonly base: string;
  private undisturbed: Undisturbed | undefined;
  private readonly random: Random;
  private copies = 0;

  constructor(
    private readonly subject: Subject,
    seed: number,
  ) {
    this.root = mkdtempSync(join(tmpdir(), 'holdfast-faults-'));
    this.base = join(this.root, 'base');
    this.random = new Random(seed);
    mkdirSync(this.base);
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** The old state, and what a process does that nothing happens to. */
  async prepare(): Promise<Undisturbed> {
    const { base, subject } = this;
    subject.reset?.();
    await this.runWhole(base, 'prepare');
    const looked = this.copy();
    const calls = join(this.root, 'calls');
    const fault = { root: looked, log: calls };
    const whole = JSON.parse(await this.runWhole(looked, 'work', fault)) as Answer;
    const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    const count = (thread: string) => lines.filter((line) => line.startsWith(`${thread} `)).length;
    const again = this.copy();
    subject.reset?.();
    const { seen } = JSON.parse(await this.runWhole(again, 'resume')) as Answer;
    this.undisturbed = {
      ...{ old: seen, end: whole.end, left: whole.left, milliseconds: whole.milliseconds ?? 0 },
      calls: { main: count('main'), worker: count('worker') },
    };
    return this.undisturbed;
  }

  /** `count` kills, two of three at exact points that are spread over all there are. */
  async kills(count: number, tell: (kill: Kill) => void = () => {}): Promise<Kill[]> {
    const whole = this.undisturbed ?? (await this.prepare());
    const kills: Kill[] = [];
    const { main, worker } = whole.calls;
    const total = main + worker;
    const exact = total === 0 ? 0 : Math.ceil((2 * count) / 3);
    for (let i = 0; i < exact; i++) {
      const point = Math.min(total - 1, Math.floor(((i + this.random.float()) * total) / exact));
      const thread = point < main ? 'main' : 'worker';
      const at = (point < main ? point : point - main) + 1;
      const how = (['before', 'half', 'after'] as const)[this.random.int(3)];
      kills.push(await this.killAt({ thread, at, how }, whole));
      tell(kills[kills.length - 1]);
    }
    while (kills.length < count) {
      kills.push(await this.killAfter(whole));
      tell(kills[kills.length - 1]);
    }
    return kills;
  }

  /** Full disks from `count` moments on, spread over all there are. */
  async fulls(count: number, tell: (kill: Kill) => void = () => {}): Promise<Kill[]> {
    const { main, worker } = (this.undisturbed ?? (await this.prepare())).calls;
    const found: Kill[] = [];
    for (let i = 0; i < Math.min(count, main + worker); i++) {
      const point = Math.floor(((i + this.random.float()) * (main + worker)) / count);
      found.push(await this.full(point < main ? 'main' : 'worker', (point < main ? point : point - main) + 1));
      tell(found[found.length - 1]);
    }
    return found;
  }

  /** The disk is full from the n-th call on: a typed error, the old state, and the work done once there is room. */
  async full(thread: 'main' | 'worker', at: number): Promise<Kill> {
    const whole = this.undisturbed ?? (await this.prepare());
    const directory = this.copy();
    this.subject.reset?.();
    const name = `full from ${thread} ${at}`;
    try {
      const text = await this.runWhole(directory, 'full', { root: directory, thread, at, how: 'full' });
      const answer = JSON.parse(text) as Answer;
      return { ...this.judge(name, answer, whole), ...complaint(answer) };
    } catch (error) {
      return { at: name, state: 'between', problem: messageOf(error) };
    }
  }

  private async killAt(
    point: { thread: 'main' | 'worker'; at: number; how: 'before' | 'half' | 'after' },
    whole: Undisturbed,
  ): Promise<Kill> {
    const directory = this.copy();
    this.subject.reset?.();
    const child = this.start(directory, 'work', { root: directory, ...point });
    const { killed, text } = await ended(child);
    const name = `${point.thread} ${point.at} ${point.how}`;
    // Not every process makes the same number of calls: where it made fewer, it has ended.
    if (!killed && !text.includes('"end"')) return { at: name, state: 'between', problem: `it failed: ${text}` };
    return this.resume(killed ? name : `${name} (not reached)`, directory, whole);
  }

  private async killAfter(whole: Undisturbed): Promise<Kill> {
    for (let part = 1; ; part /= 2) {
      const directory = this.copy();
      this.subject.reset?.();
      const child = this.start(directory, 'work');
      const done = ended(child);
      await new Promise<void>((resolve) => {
        child.stdout?.once('data', () => resolve());
        child.once('close', () => resolve());
      });
      const delay = this.random.float() * whole.milliseconds * part;
      const timer = setTimeout(() => child.kill('SIGKILL'), delay);
      const { killed, text } = await done;
      clearTimeout(timer);
      if (killed) return this.resume(`after ${delay.toFixed(1)} ms`, directory, whole);
      if (!text.includes('"end"')) return { at: 'in time', state: 'between', problem: `it failed: ${text}` };
    }
  }

  private async resume(at: string, directory: string, whole: Undisturbed): Promise<Kill> {
    try {
      return this.judge(at, JSON.parse(await this.runWhole(directory, 'resume')) as Answer, whole);
    } catch (error) {
      return { at, state: 'between', problem: messageOf(error) };
    }
  }

  private judge(at: string, { seen, end, left }: Answer, whole: Undisturbed): Kill {
    const { subject } = this;
    const state = seen === whole.old ? 'old' : seen === whole.end ? 'new' : 'between';
    const wrong = subject.wrong?.(seen, whole) ?? (subject.wrong || state !== 'between' ? undefined : `left ${seen}`);
    const wrongEnd = subject.wrongEnd
      ? subject.wrongEnd(end, whole)
      : end === whole.end
        ? undefined
        : `ended in ${end}`;
    const extra = left.filter((name) => !whole.left.includes(name) && !subject.mayStay?.test(name));
    const problem = wrong ?? wrongEnd ?? (extra.length > 0 ? `left behind: ${extra.join(', ')}` : undefined);
    return { at, state, ...(problem !== undefined && { problem }) };
  }

  private copy(): string {
    const directory = join(this.root, String(this.copies++));
    cpSync(this.base, directory, { recursive: true });
    return directory;
  }

  private environment(mode: string, fault?: object): NodeJS.ProcessEnv {
    const own = this.subject.environment?.(mode === 'full' ? 'work' : (mode as 'work'));
    const hook = fault && { HOLDFAST_FAULT: JSON.stringify(fault), NODE_OPTIONS: `--require ${HOOK}` };
    return { ...process.env, NODE_OPTIONS: '', ...own, ...hook };
  }

  /** What a process printed last that nothing happens to. */
  private async runWhole(directory: string, mode: string, fault?: object): Promise<string> {
    const { code, text } = await ended(this.start(directory, mode, fault));
    if (code !== 0) throw new Error(text.trim().slice(0, 800));
    return text.trim().split('\n').at(-1) ?? '';
  }

  private start(directory: string, mode: string, fault?: object): ChildProcess {
    return spawn(this.node, [CHILD, this.subject.name, directory, mode], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.environment(mode, fault),
    });
  }

  private get node(): string {
    return this.subject.node ?? process.execPath;
  }
}

async function ended(child: ChildProcess): Promise<{ killed: boolean; code: number | null; text: string }> {
  let text = '';
  const more = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on('data', more);
  child.stderr?.on('data', more);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (status, how) => resolve([status, how])),
  );
  return { killed: signal === 'SIGKILL', code, text };
}

function complaint({ refused }: Answer): { problem: string } | undefined {
  if (!refused || /disk is full|has room|space left|free some space/i.test(refused.hint ?? '')) return undefined;
  return { problem: `a full disk was told as ${refused.name}: ${refused.message} (${refused.hint ?? 'no hint'})` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
