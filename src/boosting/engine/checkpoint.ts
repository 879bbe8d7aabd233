/** A boosting job's checkpoints: what is in them, what they belong to, when they are written. Worker 0 writes, the others wait. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { writeCheckpoint } from '../../core/checkpoint-file.js';
import { InvalidInputError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import { LIBRARY_VERSION } from '../../core/version.js';
import type { EvaluationState } from './evaluation.js';
import type { BoostingRows } from './weighted-rows.js';

export interface CheckpointArgs {
  path: string;
  /** Iterations from one checkpoint to the next. */
  interval: number;
  /** What an earlier run left, in shared memory. */
  resume?: { fingerprint: string; state: Uint8Array };
}

/** Everything a run needs to go on as if it had never stopped; draws need no state, they depend on iterations. */
export interface BoostingState {
  /** Iterations done. */
  iterations: number;
  trainLoss: number[];
  evaluation: EvaluationState;
  mode: unknown;
  /** Scores of the training rows and of each set, (outputs, rows). */
  scores: Float64Array[];
}

/** What a training is, as far as its checkpoints must know. */
export interface CheckpointedJob {
  train: BoostingRows;
  evalSets: readonly (BoostingRows & { name: string })[];
  params: object;
  seed: number;
  firstIteration: number;
  checkpoint?: CheckpointArgs;
}

export class Checkpoints<State> {
  private readonly fingerprint: string;

  /** On worker 0 only. @throws InvalidInputError - the checkpoint to go on from belongs to another training */
  constructor(
    private readonly args: CheckpointArgs,
    job: CheckpointedJob,
  ) {
    this.fingerprint = fingerprintOf(job);
    if (args.resume && args.resume.fingerprint !== this.fingerprint) {
      throw new InvalidInputError(`The checkpoint ${args.path} belongs to another training`, {
        hint: 'It was made with other data, settings or another seed. Train with those to go on, or delete it to train from the beginning.',
        details: { path: args.path },
      });
    }
  }

  write(state: State): void {
    writeCheckpoint(this.args.path, { fingerprint: this.fingerprint, state: serialize(state) });
  }
}

/** The state an earlier run left, if any. */
export function stateToResume<State>({ checkpoint }: CheckpointedJob): State | undefined {
  return checkpoint?.resume && (deserialize(Buffer.from(checkpoint.resume.state)) as State);
}

/** SHA-256 of all that shapes a model. */
function fingerprintOf({ train, evalSets, params, seed, firstIteration }: CheckpointedJob): string {
  const hash = createHash('sha256');
  const plain = { library: LIBRARY_VERSION, params, seed, firstIteration, sets: evalSets.map(({ name }) => name) };
  hash.update(canonicalJson(plain));
  const rows = ({ data, cols, y, weights, initScore }: BoostingRows): void => {
    for (const values of [data, y, weights, initScore]) {
      hash.update(`${cols}:${values?.length ?? 'none'};`);
      if (!values) continue;
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      // Node's hash takes no shared memory; copy in pieces.
      for (let i = 0; i < bytes.length; i += 1 << 20) hash.update(bytes.slice(i, i + (1 << 20)));
    }
  };
  for (const set of [train, ...evalSets]) rows(set);
  return hash.digest('hex');
}
