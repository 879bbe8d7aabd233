/**
 * A run in a journal: a directory with a file of JSON lines, each on disk before the call returns, and the files that lines name. A process
 * has the run to itself, by a lock that ends with the process.
 */
import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InvalidInputError, LockedError, TrackingError } from '../../core/errors.js';
import { appendWhole, isFull } from '../../core/files.js';
import { DirectoryLock } from '../directory-lock.js';
import { filesIn } from '../files-in.js';
import type { Entry, StartEntry } from './entry.js';
import { RUN_ID } from './server.js';

/** Names of runs sort by time, so that runs come before their parts. */
export const JOURNAL_NAME = /^\d{8}T\d{9}Z-([0-9a-f-]{36})$/;
const LINES = 'lines.jsonl';

/** A line that was read, and its number. */
export interface JournalLine {
  readonly line: number;
  readonly entry: Entry;
}

export class JournalFile {
  private lines = 0;
  private held: DirectoryLock | undefined;

  /** `directory`: of this run. */
  constructor(readonly directory: string) {}

  /** Begins the journal of a new run below `journal`; it is locked. */
  static async begin(journal: string, start: StartEntry): Promise<JournalFile> {
    const time = new Date(start.startTime).toISOString().replace(/[-:.]/g, '');
    const file = new JournalFile(join(journal, `${time}-${start.key}`));
    try {
      await file.lock();
      await file.append(start);
      return file;
    } catch (error) {
      await file.remove().catch(() => {});
      throw error;
    }
  }

  /** The directories of the runs in `journal`, by the callers' ids; the newest where there are several. */
  static async directories(journal: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const names = await readdir(journal).catch(() => [] as string[]);
    for (const name of names.filter((name) => JOURNAL_NAME.test(name)).sort()) {
      const directory = join(journal, name);
      // A damaged one is told of when it is sent.
      const [first] = await new JournalFile(directory).read().catch(() => []);
      const tags = first?.entry.kind === 'start' ? first.entry.tags : [];
      const id = tags.find(({ key }) => key === RUN_ID)?.value;
      if (id !== undefined) found.set(id, directory);
    }
    return found;
  }

  /** Goes on with a run that a process has left; it is locked. Undefined where another process has it, or it was sent meanwhile. */
  static async adopt(directory: string): Promise<{ file: JournalFile; entries: readonly Entry[] } | undefined> {
    if (!existsSync(directory)) return undefined;
    const file = new JournalFile(directory);
    if (!(await file.lock())) return undefined;
    const lines = await file.read().catch(() => undefined);
    if (!lines || lines.length === 0) {
      if (lines) await file.remove();
      else file.unlock();
      return undefined;
    }
    await writing(directory, async () => {
      // A line that a crash cut short would be in front of the next one.
      const bytes = await readFile(file.file);
      await truncate(file.file, bytes.lastIndexOf(0x0a) + 1);
    });
    file.lines = lines.length;
    return { file, entries: lines.map(({ entry }) => entry) };
  }

  /** Of its run. */
  get key(): string {
    return JOURNAL_NAME.exec(basename(this.directory))?.[1] ?? '';
  }

  private get file(): string {
    return join(this.directory, LINES);
  }

  /** Adds a line; it is on disk when this resolves. Files that it names are copied first. Where it rejects, the run is as it was. */
  append(entry: Entry): Promise<void> {
    return writing(this.directory, async () => {
      const line = this.lines;
      try {
        if ('directory' in entry) await copySynced(entry.directory, this.filesOf(line));
        await appendWhole(this.file, `${JSON.stringify(entry)}\n`, true);
      } catch (error) {
        await rm(this.filesOf(line), { recursive: true, force: true }).catch(() => {});
        throw error;
      }
      this.lines++;
    });
  }

  private filesOf(line: number): string {
    return join(this.directory, 'files', String(line));
  }

  /**
   * The whole lines; a last one that a crash has cut short is none. Empty where another process has sent and removed the run meanwhile.
   *
   * @throws TrackingError - a line in the middle is damaged
   */
  async read(): Promise<JournalLine[]> {
    const text = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const lines = text.split('\n');
    // What comes after the last line end: nothing, or a torn line.
    lines.pop();
    return lines.map((line, number) => ({ line: number, entry: this.parse(line, number) }));
  }

  private parse(text: string, line: number): Entry {
    try {
      const entry = JSON.parse(text) as Entry;
      if (!KINDS.has(entry.kind)) throw new Error(`unknown kind ${String(entry.kind)}`);
      if (line === 0 && entry.kind !== 'start') throw new Error('the first line does not start a run');
      // Where its files were when it was written is of no interest: they have been copied.
      return 'directory' in entry ? { ...entry, directory: this.filesOf(line) } : entry;
    } catch (cause) {
      throw new TrackingError(`${this.file} is damaged in line ${line + 1}`, {
        hint: 'Repair or remove the line, or move the directory away; the other runs of the journal are not affected.',
        details: { path: this.file, line: line + 1 },
        cause,
      });
    }
  }

  /** Takes the lock; false while another process has it, or one of which cannot be said whether it still runs. */
  lock(): Promise<boolean> {
    return writing(this.directory, async () => {
      try {
        this.held = await DirectoryLock.take(join(this.directory, 'lock'), 'The run');
        return true;
      } catch (error) {
        // The run is being removed, together with its lock: another process has sent it.
        if (error instanceof LockedError || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    });
  }

  unlock(): void {
    this.held?.release();
    this.held = undefined;
  }

  /** Removes the run, which the server has. The lines go before their lock: whoever gets it then finds nothing to send. */
  async remove(): Promise<void> {
    await rm(join(this.directory, 'files'), { recursive: true, force: true });
    await rm(this.file, { force: true });
    this.unlock();
    // Another process may look at the lock while it goes.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

const KINDS = new Set(['start', 'batch', 'inputs', 'artifacts', 'model', 'finish', 'resume']);

async function copySynced(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const path of await filesIn(from)) {
    const place = join(to, ...path.split('/'));
    await mkdir(dirname(place), { recursive: true });
    await copyFile(join(from, ...path.split('/')), place, constants.COPYFILE_FICLONE);
    const handle = await open(place, 'r+');
    await handle.datasync().finally(() => handle.close());
  }
}

async function writing<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof TrackingError || !code) throw error;
    throw new InvalidInputError(`Cannot write the journal ${directory}: ${code}`, {
      hint: isFull(error) ? 'The disk is full; free some space.' : 'Check the path and its permissions.',
      details: { path: directory, code },
      cause: error,
    });
  }
}
