/** Cases of one target, one after another, in one process: made from a seed, judged, and kept where they fail. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { anyCase } from './case.js';
import { Judge, signatureOf, type Verdict } from './judge.js';
import { inputOf, type Target } from './target.js';
import type { Watchdog } from './watchdog.js';

const CORPUS = fileURLToPath(new URL('corpus/', import.meta.url));

export const corpusOf = (target: string): string => join(CORPUS, target);

/** Inputs that failed once. */
export function corpusFiles(target: string): string[] {
  const directory = corpusOf(target);
  return existsSync(directory)
    ? readdirSync(directory)
        .sort()
        .map((name) => join(directory, name))
    : [];
}

export interface Failure {
  readonly signature: string;
  readonly error: unknown;
  readonly input: Uint8Array;
}

export interface Outcome {
  readonly cases: number;
  readonly accepted: number;
  readonly failures: readonly Failure[];
}

export class Session {
  private readonly judge = new Judge();
  private readonly directory: string;

  constructor(
    private readonly target: Target,
    private readonly watchdog?: Watchdog,
  ) {
    const fast = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    this.directory = join(mkdtempSync(join(fast, 'holdfast-fuzz-')), 'a', 'b', 'case');
    mkdirSync(this.directory, { recursive: true });
    this.judge.install();
  }

  close(): void {
    this.judge.uninstall();
    rmSync(join(this.directory, '../../..'), { recursive: true, force: true });
  }

  /** @throws what is wrong with the case */
  async one(input: Uint8Array): Promise<Verdict> {
    this.watchdog?.begin(input);
    try {
      return await this.judge.judge(this.target, input, this.directory);
    } finally {
      this.watchdog?.end();
    }
  }

  /** So many cases; each way of failing is found once, and made small. */
  async many(cases: number, seed: number): Promise<Outcome> {
    const seeds = await this.target.seeds();
    for (const good of seeds) await this.good(good);
    let accepted = 0;
    const failures = new Map<string, Failure>();
    for (let done = 0, round = 0; done < cases; round++) {
      let found: Failure | undefined;
      const property = fc.asyncProperty(anyCase, async (one) => {
        const input = inputOf(this.target, seeds, one);
        const counts = found === undefined;
        if (counts) done++;
        try {
          const verdict = await this.one(input);
          if (counts && verdict === 'accepted') accepted++;
        } catch (error) {
          const signature = signatureOf(error);
          // Of another way to fail that is known, or came up while this one was made small.
          if (failures.has(signature) || (found && found.signature !== signature)) return;
          found = { signature, error, input };
          throw error;
        }
      });
      const { failed, errorInstance } = await fc.check(property, { numRuns: cases - done, seed: seed + round });
      // Of the fuzzing itself: cases that were never made must not count.
      if (failed && found === undefined) throw errorInstance;
      if (found === undefined) break;
      failures.set(found.signature, found);
    }
    return { cases, accepted, failures: [...failures.values()] };
  }

  /** A seed that is refused would make all that is built on it shallow. */
  private async good(seed: Uint8Array): Promise<void> {
    await this.target.run(seed, this.directory);
  }
}

/** Keeps the input of a failure for ever. Gives back its file. */
export function keep(target: string, { input }: Failure): string {
  mkdirSync(corpusOf(target), { recursive: true });
  const file = join(corpusOf(target), createHash('sha256').update(input).digest('hex').slice(0, 16));
  writeFileSync(file, input);
  return file;
}

export const readCase = (file: string): Uint8Array => readFileSync(file);
