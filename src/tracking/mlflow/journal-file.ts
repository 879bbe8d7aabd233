/**
 * A run in a journal: a file of JSON lines, each synced to disk before the call returns, and a folder for the files that lines name. A
 * process has the journal of a run to itself, by a lock that ends with the process.
 */
import { copyFile, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InvalidInputError, TrackingError } from '../../core/errors.js';
import { filesIn } from '../files-in.js';
import type { Entry, StartEntry } from './entry.js';

export const JOURNAL_SUFFIX = '.journal.jsonl';

/** A line that was read, and its number. */
export interface JournalLine {
  readonly line: number;
  readonly entry: Entry;
}

export class JournalFile {
  private lines = 0;
  private opened: Promise<void> | undefined;

  constructor(readonly path: string) {}

  /** The journal of a new run in `directory`: names sort by time, so that parents come before their parts. */
  static forRun(directory: string, start: StartEntry): JournalFile {
    const time = new Date(start.startTime).toISOString().replace(/[-:.]/g, '');
    return new JournalFile(join(directory, `${time}-${start.key}${JOURNAL_SUFFIX}`));
  }

  /** Of its run. */
  get key(): string {
    return basename(this.files).replace(/^[^-]*-/, '');
  }

  private get files(): string {
    return this.path.slice(0, -JOURNAL_SUFFIX.length);
  }

  /** Adds a line; it is on disk when this resolves. Files that it names are copied first. */
  async append(entry: Entry): Promise<void> {
    try {
      this.opened ??= this.begin();
      await this.opened;
      const line = this.lines++;
      const kept = 'directory' in entry ? { ...entry, directory: await this.keep(entry.directory, line) } : entry;
      const handle = await open(this.path, 'a');
      try {
        await handle.writeFile(`${JSON.stringify(kept)}\n`);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  private async begin(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    if (!(await this.lock())) throw new TrackingError(`${this.path} belongs to another process`);
  }

  private async keep(directory: string, line: number): Promise<string> {
    const to = join(this.files, String(line));
    for (const path of await filesIn(directory)) {
      const place = join(to, ...path.split('/'));
      await mkdir(dirname(place), { recursive: true });
      await copyFile(join(directory, ...path.split('/')), place);
      const handle = await open(place, 'r');
      await handle.datasync().finally(() => handle.close());
    }
    await mkdir(to, { recursive: true });
    return `${basename(this.files)}/${line}`;
  }

  /**
   * The whole lines; a last one that a crash has cut short is none.
   *
   * @throws TrackingError - a line in the middle is damaged
   */
  async read(): Promise<JournalLine[]> {
    const lines = (await readFile(this.path, 'utf8')).split('\n');
    // What comes after the last line end: nothing, or a torn line.
    lines.pop();
    return lines.map((text, line) => ({ line, entry: this.parse(text, line) }));
  }

  private parse(text: string, line: number): Entry {
    try {
      const entry = JSON.parse(text) as Entry;
      if (line === 0 && entry.kind !== 'start') throw new Error('the first line does not start a run');
      if (!('directory' in entry)) return entry;
      // The place is known; what the line says of it must not lead elsewhere.
      return { ...entry, directory: join(this.files, String(line)) };
    } catch (cause) {
      throw new TrackingError(`${this.path} is damaged in line ${line + 1}`, {
        hint: 'Repair or remove the line, or move the file away; the other runs of the journal are not affected.',
        details: { path: this.path, line: line + 1 },
        cause,
      });
    }
  }

  /** Takes the lock; false while another living process has it. */
  async lock(): Promise<boolean> {
    const lock = `${this.path}.lock`;
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await writeFile(lock, String(process.pid), { flag: 'wx' });
        held.add(lock);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (held.has(lock) || (await livingOwner(lock))) return false;
        await rm(lock, { force: true });
      }
    }
    return false;
  }

  async unlock(): Promise<void> {
    const lock = `${this.path}.lock`;
    if (held.delete(lock)) await rm(lock, { force: true });
  }

  /** Removes the journal of a run that the server has. The lines go last: nobody would look for files that no line names. */
  async remove(): Promise<void> {
    await rm(this.files, { recursive: true, force: true });
    await rm(this.path, { force: true });
  }
}

/** Locks of this process. */
const held = new Set<string>();

async function livingOwner(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const pid = Number(text);
  // A process that died between making the file and writing into it leaves an empty one; a living one fills it at once.
  if (!Number.isInteger(pid) || pid <= 0) {
    const age = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? 0);
    return age < 10_000;
  }
  // Not held here, so this number is that of a process before.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function unwritable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof TrackingError || !code) return error;
  return new InvalidInputError(`Cannot write the journal ${path}: ${code}`, {
    hint: code === 'ENOSPC' ? 'The disk is full; free some space.' : 'Check the path and its permissions.',
    details: { path, code },
    cause: error,
  });
}
