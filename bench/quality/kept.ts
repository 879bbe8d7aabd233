/** What a run of hours has measured so far, kept beside the data so that `--resume` goes on after an interruption. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SetResult } from './result.js';

/** By set, the results of each run in their order. */
export class KeptResults {
  private readonly sets: Record<string, SetResult[]>;

  constructor(
    private readonly file: string,
    resume: boolean,
  ) {
    this.sets = resume ? readKept(file) : {};
  }

  get(set: string): SetResult[] | undefined {
    return Object.hasOwn(this.sets, set) ? this.sets[set] : undefined;
  }

  add(set: string, results: SetResult[]): void {
    this.sets[set] = results;
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify(this.sets));
  }

  drop(): void {
    rmSync(this.file, { force: true });
  }
}

function readKept(file: string): Record<string, SetResult[]> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw cause;
  }
}
