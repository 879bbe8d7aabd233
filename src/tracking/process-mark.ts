/**
 * Which process on which machine: enough to say later whether it still runs. A number that the system gave to another process since, a
 * restart of the machine and a process that cannot be seen from here are told apart; where nothing is sure, the answer is 'unknown'.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessMark {
  readonly host: string;
  /** Of the installed system, and of its last start; empty where the system has none. */
  readonly machine: string;
  readonly boot: string;
  /** Where process numbers are counted: a container counts its own. */
  readonly space: string;
  readonly pid: number;
  /** When it started, in the system's own count since its start; empty where that cannot be read. */
  readonly started: string;
}

let own: ProcessMark | undefined;

export function ownProcess(): ProcessMark {
  own ??= {
    host: hostname(),
    machine: textOf('/etc/machine-id'),
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    space: linkOf('/proc/self/ns/pid'),
    pid: process.pid,
    started: startOf(process.pid),
  };
  return own;
}

/** The mark in a word, for a file name, which is there as soon as the file is, or for a server: what names the machine is hashed. */
export function processTag(): string {
  const { pid, started, ...place } = shortened(ownProcess());
  return [...Object.values(place), pid, started].join('-');
}

/** Whether the process of a tag still runs. */
export function lifeOfTag(tag: string): Life {
  const [host, machine, boot, space, pid, started] = tag.split('-');
  if (started === undefined || !/^\d+$/.test(pid)) return 'unknown';
  return lifeOf({ host, machine, boot, space, pid: Number(pid), started }, shortened(ownProcess()));
}

function shortened({ host, machine, boot, space, pid, started }: ProcessMark): ProcessMark {
  const short = (text: string): string =>
    text === '' ? '' : createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { host: short(host), machine: short(machine), boot: short(boot), space: short(space), pid, started };
}

export type Life = 'alive' | 'dead' | 'unknown';

/** Whether that process still runs; 'unknown' for another machine or container. */
export function lifeOf(mark: ProcessMark, observer: ProcessMark = ownProcess()): Life {
  if (mark.host !== observer.host || mark.machine !== observer.machine) return 'unknown';
  // The same installed system was started again since; a name alone may belong to two machines.
  if (mark.boot !== observer.boot) return mark.machine !== '' && mark.boot !== '' ? 'dead' : 'unknown';
  if (mark.space !== observer.space) return 'unknown';
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  const started = startOf(mark.pid);
  return started !== '' && mark.started !== '' && started !== mark.started ? 'dead' : 'alive';
}

/** Field 22 of /proc/PID/stat (proc(5)), counted behind the name, which may hold anything. */
function startOf(pid: number): string {
  const text = textOf(`/proc/${pid}/stat`);
  return text === '' ? '' : (text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
