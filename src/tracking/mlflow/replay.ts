/** Runs of a journal, sent to a server: each exactly once, however often the sending is cut short. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TrackingError } from '../../core/errors.js';
import { BATCH, type BatchEntry, type Entry } from './entry.js';
import { JOURNAL_NAME, JournalFile, type JournalLine } from './journal-file.js';
import { RunWriter } from './run-writer.js';
import type { MLflowServer } from './server.js';

/** What became of the runs of a journal that were sent to the server. */
export interface ReplayResult {
  /** Runs that are on the server now and no more in the journal. */
  readonly sent: number;
  /** Runs that another process is writing, or that this one has not finished. */
  readonly open: number;
  /** Runs that could not be sent; they are still in the journal. */
  readonly failed: readonly { readonly journal: string; readonly error: Error }[];
}

/**
 * Sends every run of the journal in `directory` and removes what the server has.
 *
 * @throws TrackingError - the server cannot be reached; what was sent until then is not sent again the next time
 */
export async function replayJournal(server: MLflowServer, directory: string): Promise<ReplayResult> {
  const names = await readdir(directory).catch(() => [] as string[]);
  const failed: { journal: string; error: Error }[] = [];
  let sent = 0;
  /** Keys of runs that are not finished: their parts wait. */
  const open = new Set<string>();
  for (const name of names.filter((name) => JOURNAL_NAME.test(name)).sort()) {
    const file = new JournalFile(join(directory, name));
    if (!(await file.lock())) {
      open.add(file.key);
      continue;
    }
    try {
      const done = await replayRun(server, file, open);
      if (done === 'sent') sent++;
      else if (done === 'later') open.add(file.key);
    } catch (error) {
      if (error instanceof TrackingError && error.details.unreachable) throw error;
      failed.push({ journal: file.directory, error: error as Error });
    } finally {
      file.unlock();
    }
  }
  return { sent, open: open.size, failed };
}

/** The caller holds the lock. 'later': the run that this one is a part of is one of those not to be sent now. */
async function replayRun(
  server: MLflowServer,
  file: JournalFile,
  later: ReadonlySet<string>,
): Promise<'sent' | 'later' | 'gone'> {
  const lines = await file.read();
  const start = lines.at(0)?.entry;
  // Sent by another process meanwhile, or a crash came before the first line was whole.
  if (!start) {
    await file.remove();
    return 'gone';
  }
  if (start.kind === 'start' && start.parentKey !== undefined && later.has(start.parentKey)) return 'later';
  const writer = new RunWriter(server, true);
  for (const { line, entry } of joined(lines)) {
    // A tag on the server says how far an earlier attempt came.
    if (!ALWAYS.has(entry.kind) && line <= writer.sent) continue;
    await writer.apply(entry, line);
    // Another process has ended the very run meanwhile.
    if (writer.left === 'finished') break;
  }
  // Its process died before it could say how the run ended.
  if (writer.left !== 'finished' && lines[lines.length - 1].entry.kind !== 'finish') {
    // Clocks are set back, and those of two machines differ.
    const endTime = Math.max(Date.now(), start.kind === 'start' ? start.startTime : 0);
    await writer.apply({ kind: 'finish', status: 'FAILED', endTime });
  }
  await file.remove();
  return 'sent';
}

/** Applied by every attempt: they say which run it is and what state it is in. */
const ALWAYS: ReadonlySet<Entry['kind']> = new Set(['start', 'resume', 'finish']);

/** Lines that hold nothing but metrics are put together, as many as one request takes; the last one's number is theirs. */
function* joined(lines: readonly JournalLine[]): Iterable<JournalLine> {
  let open: { line: number; entry: BatchEntry; bytes: number } | undefined;
  for (const { line, entry } of lines) {
    const plain = entry.kind === 'batch' && entry.params.length === 0 && entry.tags.length === 0;
    const bytes = plain ? Buffer.byteLength(JSON.stringify(entry.metrics)) : 0;
    if (open && (!plain || !fits(open, entry, bytes))) {
      yield open;
      open = undefined;
    }
    if (!plain) yield { line, entry };
    else if (!open) open = { line, entry, bytes };
    else {
      const metrics = [...open.entry.metrics, ...entry.metrics];
      open = { line, entry: { ...entry, metrics }, bytes: open.bytes + bytes };
    }
  }
  if (open) yield open;
}

function fits(open: { entry: BatchEntry; bytes: number }, next: BatchEntry, bytes: number): boolean {
  return open.entry.metrics.length + next.metrics.length < BATCH.metrics && open.bytes + bytes <= BATCH.bytes;
}
