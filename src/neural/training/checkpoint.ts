/** Checkpoints of a neural training: what they hold is a `LoopState`; what they belong to is data, settings, seed and engine. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { writeCheckpoint } from '../../core/checkpoint-file.js';
import { InvalidInputError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import { LIBRARY_VERSION } from '../../core/version.js';
import type { Samples } from './batches.js';
import type { LoopState } from './loop.js';

export interface CheckpointArgs {
  readonly path: string;
  /** What an earlier run left. */
  readonly resume?: { readonly fingerprint: string; readonly state: Uint8Array };
}

/** SHA-256 of all that shapes a model. */
export function fingerprintOf(plain: Record<string, unknown>, sets: readonly (Samples | undefined)[]): string {
  const hash = createHash('sha256').update(canonicalJson({ library: LIBRARY_VERSION, ...plain }));
  for (const samples of sets) {
    const { base, ends, y, weights, features, length, channels } = samples ?? {};
    hash.update(`${samples ? `${length} ${channels}` : 'none'};`);
    for (const values of [base, ends, y, weights, features?.data]) {
      if (values) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  return hash.digest('hex');
}

export class Checkpoints {
  /** @throws InvalidInputError - the checkpoint to go on from belongs to another training */
  constructor(
    private readonly args: CheckpointArgs,
    private readonly fingerprint: string,
  ) {
    if (args.resume && args.resume.fingerprint !== fingerprint) {
      throw new InvalidInputError(`The checkpoint ${args.path} belongs to another training`, {
        hint: 'It was made with other data, settings, engine or another seed. Train with those to go on, or delete it to train from the beginning.',
        details: { path: args.path },
      });
    }
  }

  /** The state an earlier run left, if any; its checksum was verified when it was read. */
  get resume(): LoopState | undefined {
    return this.args.resume && (deserialize(Buffer.from(this.args.resume.state)) as LoopState);
  }

  write(state: LoopState): void {
    writeCheckpoint(this.args.path, { fingerprint: this.fingerprint, state: serialize(state) });
  }
}
