/**
 * What is asked of every case: a value that behaves, or a typed error; soon; nothing that all objects inherit is changed, no file outside is
 * touched, no memory is taken that the input has not paid for.
 */
import { HoldfastError } from '../../src/core/errors.js';
import { FileGuard } from './guard-files.js';
import { MemoryGuard } from './guard-memory.js';
import type { Target } from './target.js';

export type Verdict = 'accepted' | 'refused';

/** Bytes that a case may ask for at once whatever its input is, and for each byte of it. */
const FREE_BYTES = 64 << 20;
const BYTES_A_BYTE = 256;
/** Seconds of the process's own time. */
const LONGEST = 2;
const LONGEST_MESSAGE = 20_000;

/** Something that the library does wrong. */
export class Fault extends Error {}

export class Judge {
  private readonly files = new FileGuard();
  private readonly memory = new MemoryGuard();
  private inherited = '';

  install(): void {
    this.files.install();
    this.memory.install();
    this.inherited = inheritedKeys();
  }

  uninstall(): void {
    this.files.uninstall();
    this.memory.uninstall();
  }

  /** @throws Fault, or whatever untyped error the target threw */
  async judge(target: Target, input: Uint8Array, directory: string): Promise<Verdict> {
    this.files.watch(directory);
    this.memory.watch(FREE_BYTES + BYTES_A_BYTE * input.length);
    const before = process.cpuUsage();
    let verdict: Verdict = 'accepted';
    try {
      await target.run(input, directory);
    } catch (error) {
      if (!(error instanceof HoldfastError)) {
        if (this.memory.excess !== undefined)
          throw new Fault(`takes ${this.memory.excess} bytes at once`, { cause: error });
        throw error;
      }
      if (error.message.length > LONGEST_MESSAGE)
        throw new Fault(`a message of ${error.message.length} characters`, { cause: error });
      verdict = 'refused';
    } finally {
      this.files.rest();
      this.memory.rest();
    }
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    if (seconds > LONGEST) throw new Fault(`takes ${seconds.toFixed(1)} s`);
    if (this.memory.excess !== undefined) throw new Fault(`takes ${this.memory.excess} bytes at once`);
    if (this.files.escaped !== undefined && !target.anyPath) throw new Fault(`touches ${this.files.escaped}`);
    if (inheritedKeys() !== this.inherited) throw new Fault('changes what all objects inherit');
    return verdict;
  }
}

function inheritedKeys(): string {
  let keys = '';
  for (const prototype of [
    Object.prototype,
    Array.prototype,
    Function.prototype,
    String.prototype,
    Number.prototype,
    Promise.prototype,
  ])
    keys += `${Object.getOwnPropertyNames(prototype).length},`;
  return keys + (Object.getPrototypeOf({}) === Object.prototype);
}

/** The same for every case that fails in the same place in the same way. */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 80);
  const cause = error instanceof Fault && error.cause instanceof Error ? error.cause : error;
  const frame = /(?:src|targets)\/[\w/.-]+:\d+/.exec(cause.stack ?? '')?.[0] ?? '';
  const message = error.message
    .replace(/\d+(\.\d+)?/g, 'N')
    .replace(/'[^']*'|"[^"]*"/g, 'S')
    .slice(0, 60);
  return `${error.name} ${frame} ${frame === '' ? message : error instanceof Fault ? message : ''}`.trim();
}
