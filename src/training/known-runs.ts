/**
 * Which run each model of a comparison has, beside the comparison's checkpoints: the same comparison again goes on with those runs, as long as
 * everything that shapes a model is what it was.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unwritable, writeFileAtomic } from '../core/files.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { LIBRARY_VERSION } from '../core/version.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import type { Planned } from './comparison-plan.js';
import { checkRunId, newRunId } from './run-names.js';

const VERSION = 1;

/** The run of one model. */
export interface KnownRun {
  readonly runId: string;
  /** Of the data, the splits, the configuration, the seed and the library. */
  readonly fingerprint: string;
  /** It was trained, saved and told to the tracker. */
  readonly done: boolean;
}

export class KnownRuns {
  private constructor(
    private readonly directory: string,
    private readonly shared: object,
    private readonly symbol: string | undefined,
  ) {}

  /** @param directory - of the comparison's checkpoints */
  static async of(directory: string, container: AnyContainer, seed: number): Promise<KnownRuns> {
    const { dataHash, settings } = await container.splitRecord();
    return new KnownRuns(directory, { library: LIBRARY_VERSION, dataHash, settings, seed }, container.symbol);
  }

  private file(index: number): string {
    return join(this.directory, `${index}.json`);
  }

  /** The run of the model in that place: an earlier process's, where it would come to the same model, else a new one. Written down before it begins. */
  async begin(index: number, { name, variant, seqLen, resolved }: Planned): Promise<KnownRun> {
    const fingerprint = sha256(canonicalJson([this.shared, name, variant ?? null, seqLen ?? null, resolved]));
    const before = await this.read(index);
    if (before?.fingerprint === fingerprint) return before;
    const run = { runId: newRunId(name, this.symbol), fingerprint, done: false };
    await this.write(index, run);
    return run;
  }

  async end(index: number, run: KnownRun): Promise<void> {
    if (!run.done) await this.write(index, { ...run, done: true });
  }

  /** One that cannot be read is none: the model is trained again. */
  private async read(index: number): Promise<KnownRun | undefined> {
    const text = await readFile(this.file(index), 'utf8').catch(() => '');
    try {
      const { formatVersion, runId, fingerprint, done } = JSON.parse(text) as KnownRun & { formatVersion: unknown };
      if (formatVersion !== VERSION) return undefined;
      return { runId: checkRunId(runId), fingerprint, done: done === true };
    } catch {
      return undefined;
    }
  }

  private async write(index: number, run: KnownRun): Promise<void> {
    try {
      await mkdir(this.directory, { recursive: true });
      await writeFileAtomic(this.file(index), `${JSON.stringify({ formatVersion: VERSION, ...run })}\n`);
    } catch (error) {
      unwritable(this.file(index), error);
    }
  }
}
