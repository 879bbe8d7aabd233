/** The lines of a journal file: appended whole under a lock, read from where the last reading ended. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HoldfastError, InvalidInputError, ModelFormatError } from '../../../core/errors.js';
import { isFull } from '../../../core/files.js';
import { parsePythonJson, toPythonJson } from '../optuna-json.js';
import { withFileLock } from './file-lock.js';
import type { JournalEntry } from './replay.js';

const LINE_FEED = 10;
const BLOCK = 1 << 20;

export class JournalFile {
  private offset = 0;

  constructor(
    readonly path: string,
    private readonly graceSeconds: number,
  ) {}

  /** Whole lines that were added since; what a writer left unfinished is not one yet. */
  async read(): Promise<JournalEntry[]> {
    const handle = await open(this.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw unusable(this.path, error);
    });
    if (!handle) return [];
    try {
      const { size } = await handle.stat();
      const entries: JournalEntry[] = [];
      while (this.offset < size) {
        const block = Buffer.alloc(Math.min(size - this.offset, BLOCK + (this.longest ?? 0)));
        const { bytesRead } = await handle.read(block, 0, block.length, this.offset);
        const end = block.subarray(0, bytesRead).lastIndexOf(LINE_FEED) + 1;
        if (end === 0) {
          if (this.offset + bytesRead >= size) break;
          this.longest = (this.longest ?? 0) + BLOCK;
          continue;
        }
        for (const line of block.toString('utf8', 0, end).split('\n'))
          if (line.trim() !== '') entries.push(this.parse(line));
        this.offset += end;
      }
      return entries;
    } finally {
      await handle.close();
    }
  }

  /** Adds lines after the end of the last whole line. */
  async append(entries: readonly JournalEntry[]): Promise<void> {
    const text = entries.map((entry) => `${toPythonJson(entry)}\n`).join('');
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await withFileLock(this.path, { graceSeconds: this.graceSeconds }, () => this.write(text));
    } catch (error) {
      if (error instanceof HoldfastError || !(error as NodeJS.ErrnoException).code) throw error;
      throw unusable(this.path, error as NodeJS.ErrnoException);
    }
  }

  private async write(text: string): Promise<void> {
    const handle = await open(this.path, 'a+');
    try {
      const { size } = await handle.stat();
      const whole = await endOfLastLine(handle, size);
      // A writer died in the middle of a line: nobody has read it, and behind it no line could be read.
      if (whole < size) await handle.truncate(whole);
      try {
        await handle.appendFile(text);
        await handle.sync();
      } catch (error) {
        // A disk that is full takes some lines of several. Readers need no lock and may have seen those that are whole: they stay.
        const reached = handle.stat().then((stat) => endOfLastLine(handle, stat.size));
        await reached.then((end) => handle.truncate(end)).catch(() => {});
        throw error;
      }
    } finally {
      await handle.close();
    }
  }

  private longest: number | undefined;

  private parse(line: string): JournalEntry {
    try {
      const entry = parsePythonJson(line) as JournalEntry;
      if (typeof entry?.op_code === 'number') return entry;
    } catch {
      // Told below.
    }
    throw new ModelFormatError(`${this.path} holds a line that is no journal entry: ${line.slice(0, 80)}`, {
      hint: 'The file is damaged, or is no journal of Optuna or holdfast.',
    });
  }
}

interface Readable {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/** Length of the file up to its last line feed. */
async function endOfLastLine(handle: Readable, size: number): Promise<number> {
  const block = Buffer.alloc(4096);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

function unusable(path: string, error: NodeJS.ErrnoException): InvalidInputError {
  return new InvalidInputError(`The journal ${path} cannot be written: ${error.message}`, {
    hint: isFull(error) ? 'The disk is full; free some space.' : 'Check the path and its permissions.',
    details: { path, code: error.code },
    cause: error,
  });
}
