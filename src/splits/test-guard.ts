/** The test set is evaluated once a run: a second look would turn it into a validation set. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole } from '../core/create-whole.js';
import { InvalidInputError, TestSetReuseError } from '../core/errors.js';
import { recoverDirectory, unwritable } from '../core/files.js';

/** One evaluation of the test set. */
export interface TestEvaluation {
  readonly runId: string;
  /** Name of the model that was evaluated. */
  readonly model: string;
  /** When, ISO 8601. */
  readonly at: string;
  /** Of the model's bytes, where they are known. */
  readonly checksum?: string;
}

/** A run and a model that are to be evaluated on the test rows. */
export interface TestSetLook {
  readonly runId: string;
  readonly model: string;
  /**
   * Of the model's bytes: what an earlier process of this run, which did not get to its end, saw of the very same model may be seen again. It is
   * the same numbers, so nothing can be chosen by them.
   */
  readonly checksum?: string;
}

const RECORD = 'test-evaluation.json';

/**
 * Lets each run evaluate the test set once. With a `directory`, the record is kept in `{directory}/{runId}/test-evaluation.json`, so that
 * a resumed or second process is held to it too.
 *
 * @example
 * const guard = new TestSetGuard({ directory: 'experiments/runs' });
 * const metrics = await guard.evaluate({ runId, model: 'lightgbm' }, () => score(model, container.test));
 */
export class TestSetGuard {
  private readonly evaluations = new Map<string, TestEvaluation>();

  constructor(private readonly options: { readonly directory?: string } = {}) {}

  /** Every evaluation this guard has allowed, oldest first. */
  get records(): readonly TestEvaluation[] {
    return [...this.evaluations.values()];
  }

  /**
   * Runs `evaluate` if the run has not seen the test set yet, else throws `TestSetReuseError` that says when and by which model it was
   * used. The use counts from the start: an evaluation that fails midway may have shown its rows.
   */
  async evaluate<T>(run: TestSetLook, evaluate: () => T | Promise<T>): Promise<T> {
    await this.claim(run);
    return evaluate();
  }

  /** Records the one evaluation of this run, or throws `TestSetReuseError`. */
  async claim(run: TestSetLook): Promise<TestEvaluation> {
    const { runId, model, checksum } = run;
    if (typeof runId !== 'string' || !/^[\w.:-]+$/.test(runId) || /^\.+$/.test(runId)) {
      throw new InvalidInputError(`'${String(runId)}' is not a run id`, {
        hint: 'Use letters, digits, and . _ : -',
      });
    }
    const earlier = this.evaluations.get(runId);
    if (earlier) throw reuse(earlier, model);
    const record = { runId, model, at: new Date().toISOString(), ...(checksum !== undefined && { checksum }) };
    this.evaluations.set(runId, record);
    if (this.options.directory !== undefined) {
      try {
        await this.store(join(this.options.directory, runId), record);
      } catch (error) {
        this.evaluations.delete(runId);
        unwritable(join(this.options.directory, runId), error);
      }
    }
    return record;
  }

  private async store(directory: string, record: TestEvaluation): Promise<void> {
    // A process that died while its run took the record's place has set the record aside.
    await recoverDirectory(directory);
    await mkdir(directory, { recursive: true }).catch((error) => unwritable(directory, error));
    const path = join(directory, RECORD);
    // Of two processes one makes it, and what is there is whole.
    if (await createWhole(path, `${JSON.stringify(record, null, 2)}\n`)) return;
    const earlier = await readRecord(path, record.runId);
    if (record.checksum === undefined || earlier.checksum !== record.checksum) throw reuse(earlier, record.model);
  }
}

/** The stored record; one that a crash left unfinished still counts as a use. */
async function readRecord(path: string, runId: string): Promise<TestEvaluation> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    const { model, at, checksum } = JSON.parse(text) as Partial<TestEvaluation>;
    const own = typeof checksum === 'string' ? { checksum } : {};
    return { runId, model: String(model ?? 'unknown'), at: String(at ?? 'unknown'), ...own };
  } catch {
    return { runId, model: 'unknown', at: 'unknown' };
  }
}

function reuse(earlier: TestEvaluation, model: string): TestSetReuseError {
  return new TestSetReuseError(
    `Run '${earlier.runId}' has already evaluated the test set (model '${earlier.model}', ${earlier.at})`,
    {
      hint: 'Choose between models on the validation split. A new test evaluation is a new run; the final judge is the locked holdout.',
      details: { ...earlier, refused: model },
    },
  );
}
