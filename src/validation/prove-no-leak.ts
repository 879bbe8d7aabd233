/**
 * Proof by experiment: change everything after a cut, run the pipeline again, and compare everything before the cut bit by bit. What differs
 * has seen the future, and the first step after which it differs is the one that looked.
 */
import { throwIfAborted } from '../core/abort.js';
import { HoldfastError, InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Table } from '../core/table.js';
import { Turns } from '../core/turns.js';
import { type Before, type Differences, differences } from './before-cut.js';
import { type InconclusiveRun, type Leak, type LeakReport, leakOf } from './leak-report.js';
import { type LeakStep, type ProvablePipeline, type RowColumns, stepsOf, tableOf } from './leak-steps.js';
import { PERTURBATIONS, type Perturbation, perturb } from './perturbations.js';

/** Where the future begins, what is changed after it, and what the columns mean. */
export interface ProveOptions extends RowColumns {
  /**
   * Where the future begins: with `time` a time (ms since epoch or `Date`), without it a row number; a number between 0 and 1 is a share of
   * the rows.
   */
  readonly cut: number | Date;
  /** Default: all of them; `labels` where there is a label column. */
  readonly perturbations?: readonly Perturbation[];
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

const OPTIONS = ['cut', 'time', 'label', 'labelEnd', 'group', 'perturbations', 'seed', 'signal'];

/** A table on its way through the steps, rows in time order. */
interface State extends Before {
  readonly times: Float64Array | undefined;
}

/**
 * Shows that nothing a pipeline computes for rows before `cut` depends on anything after it, or names the step that leaks and the columns it
 * leaks into. A step is a `PreprocessingPipeline` (fitted anew on the rows before the cut) or a function from table to table; what it needs
 * besides the table it has to bring itself, and that is not changed.
 *
 * The experiment covers what crosses this one cut, under these perturbations: run it at several cuts where it matters. Labels may be known
 * late: with `labelEnd`, labels of rows before the cut that end after it belong to the future.
 *
 * @param pipeline - one step or a list of them; see `LeakStep`
 * @param table - rows in time order
 * @throws InvalidInputError - a cut outside the rows, rows out of order, a step that gives another number of rows without their times, or
 *   one that gives other results when it is simply run again
 * @throws whatever a step throws on the unchanged table
 * @throws TrainingCancelledError - `signal` was aborted
 * @example
 * const report = await proveNoLeak([{ name: 'fill', run: backwardFill }], table, { cut: 0.8 });
 * report.leaks[0].message; // "'fill' leaks: 'rsi' differs in 1 of 800 rows before the cut when later rows are shuffled, ..."
 */
export async function proveNoLeak(
  pipeline: ProvablePipeline,
  table: Table,
  options: ProveOptions,
): Promise<LeakReport> {
  const prover = new Prover(table, options);
  const steps = stepsOf(pipeline, options);
  const chain = await prover.baseline(steps);
  const leaks: Leak[] = [];
  const inconclusive: InconclusiveRun[] = [];
  for (const how of prover.perturbations) {
    const found = await prover.compare(steps, chain, how);
    leaks.push(...found.leaks);
    inconclusive.push(...found.inconclusive);
  }
  const order = new Map(steps.map(({ name }, i) => [name, i]));
  leaks.sort((a, b) => (order.get(a.step) ?? 0) - (order.get(b.step) ?? 0));
  const shown = steps.map(({ name }) => {
    const own = leaks.filter(({ step }) => step === name);
    const failed = new Set(inconclusive.filter(({ step }) => step === name).map(({ perturbation }) => perturbation));
    return { name, ok: own.length === 0 && failed.size < prover.perturbations.length, leaks: own.length };
  });
  return {
    ok: shown.every(({ ok }) => ok),
    rowsBefore: chain[0].rows,
    rowsAfter: table.rowCount - chain[0].rows,
    seed: prover.seed,
    perturbations: prover.perturbations,
    steps: shown,
    leaks,
    inconclusive,
  };
}

class Prover {
  readonly seed: number;
  readonly perturbations: readonly Perturbation[];
  private readonly cut: number;
  private readonly turns = new Turns();

  constructor(
    private readonly table: Table,
    private readonly options: ProveOptions,
  ) {
    if (!(table instanceof Table) || table.rowCount < 2) {
      throw new InvalidInputError('proveNoLeak: the table has fewer than two rows', {
        hint: 'Pass the raw table that the pipeline starts from.',
      });
    }
    if (options === null || typeof options !== 'object') {
      throw new InvalidInputError('proveNoLeak: the cut is missing', {
        hint: 'proveNoLeak(pipeline, table, { cut: 0.8 })',
      });
    }
    for (const key of Object.keys(options)) {
      if (!OPTIONS.includes(key))
        throw new InvalidInputError(`proveNoLeak: unknown option '${key}'`, {
          hint: `Options are ${OPTIONS.join(', ')}.`,
        });
    }
    for (const name of this.rowColumns()) table.column(name);
    this.seed = options.seed ?? 0;
    if (!Number.isSafeInteger(this.seed) || this.seed < 0)
      throw new InvalidInputError(`proveNoLeak: seed must be a non-negative integer, got ${String(options.seed)}`);
    this.perturbations = checkedPerturbations(options);
    this.cut = this.checkedCut();
  }

  /** The states before the first step and after each, checked to be the same when the steps run again. */
  async baseline(steps: readonly LeakStep[]): Promise<State[]> {
    const chain = [this.stateOf(this.table, undefined)];
    for (const step of steps) {
      const state = chain[chain.length - 1];
      const once = await this.run(step, state);
      const again = await this.run(step, state);
      if (differences(once, again, []) !== undefined) {
        throw new InvalidInputError(`proveNoLeak: step '${step.name}' gives other results when it is run again`, {
          hint: 'Seed its random numbers: nothing can be shown about results that change by themselves.',
          details: { step: step.name },
        });
      }
      chain.push(once);
    }
    return chain;
  }

  /** One perturbation through all steps. After a leak the next step starts from clean rows again, so that each answers for itself only. */
  async compare(
    steps: readonly LeakStep[],
    chain: readonly State[],
    how: Perturbation,
  ): Promise<{ leaks: Leak[]; inconclusive: InconclusiveRun[] }> {
    const leaks: Leak[] = [];
    const inconclusive: InconclusiveRun[] = [];
    let state = this.perturbed(chain[0], how);
    for (const [k, step] of steps.entries()) {
      const base = chain[k + 1];
      try {
        state = await this.run(step, state);
      } catch (error) {
        if (!(error instanceof Error) || this.options.signal?.aborted) throw error;
        const message = error instanceof HoldfastError ? `${error.message} ${error.hint}`.trim() : error.message;
        inconclusive.push({ step: step.name, perturbation: how, message });
        state = this.perturbed(base, how);
        continue;
      }
      const found: Differences | undefined = differences(base, state, this.labelColumns());
      if (!found) continue;
      leaks.push(leakOf(step.name, how, found));
      state = this.perturbed(base, how);
    }
    return { leaks, inconclusive };
  }

  private async run(step: LeakStep, state: State): Promise<State> {
    throwIfAborted(this.options.signal);
    await this.turns.pause();
    const rows = Array.from({ length: state.table.rowCount }, (_, row) => row);
    const trainRows = Uint32Array.from(rows.slice(0, state.rows).filter(state.labelKnown));
    // A copy: a step that writes into its input must not change what it is compared with.
    const output = await step.run(state.table.take(rows), { rowsBefore: state.rows, trainRows });
    if (output instanceof Table) return this.stateOf(output, state, step.name);
    if (!(output instanceof Matrix)) {
      throw new InvalidInputError(`proveNoLeak: step '${step.name}' gave neither a Table nor a Matrix`, {
        hint: 'A step returns the table that the next step takes.',
        details: { step: step.name },
      });
    }
    const names = Array.from({ length: output.cols }, (_, j) => `f${j}`);
    return this.stateOf(Table.fromEntries(tableOf(output, names)), state, step.name);
  }

  private stateOf(table: Table, from: State | undefined, step = ''): State {
    const { time, labelEnd } = this.options;
    const same = from !== undefined && from.table.rowCount === table.rowCount;
    const times = time !== undefined && table.has(time) ? table.numeric(time) : same ? from.times : undefined;
    if (from && !same && times === undefined) {
      throw new InvalidInputError(
        `proveNoLeak: step '${step}' gave ${table.rowCount} rows for ${from.table.rowCount}, and no times to tell them by`,
        { hint: 'Name the time column (`time`) and keep it in the table.', details: { step } },
      );
    }
    const rows = times ? rowsBefore(times, this.cut, step) : Math.min(this.cut, table.rowCount);
    const ends = labelEnd !== undefined && table.has(labelEnd) ? table.numeric(labelEnd) : undefined;
    // A label end that is not known yet is in the future too.
    const labelKnown = ends ? (row: number) => row < rows && ends[row] < this.cut : (row: number) => row < rows;
    return { table, times, rows, labelKnown: ends || !same ? labelKnown : (from?.labelKnown ?? labelKnown) };
  }

  private perturbed(state: State, how: Perturbation): State {
    const { label } = this.options;
    const table = perturb(state.table, state.rows, how, {
      seed: this.seed,
      keep: this.rowColumns(),
      label,
      labelKnown: state.labelKnown,
    });
    return this.stateOf(table, undefined);
  }

  private rowColumns(): string[] {
    const { time, label, labelEnd, group } = this.options;
    return [time, label, labelEnd, group].filter((name): name is string => name !== undefined);
  }

  private labelColumns(): string[] {
    const { label, labelEnd } = this.options;
    return [label, labelEnd].filter((name): name is string => name !== undefined);
  }

  /** A time, or a row number where there are no times; with at least one row on either side. */
  private checkedCut(): number {
    const { cut, time } = this.options;
    const value = cut instanceof Date ? cut.getTime() : cut;
    const times = time === undefined ? undefined : this.table.numeric(time);
    const row = value > 0 && value < 1 ? Math.round(value * this.table.rowCount) : undefined;
    const at = row === undefined ? value : times ? times[row] : row;
    const before = times ? rowsBefore(times, at, '') : at;
    if (Number.isFinite(at) && (times || Number.isInteger(at)) && before >= 1 && before < this.table.rowCount)
      return at;
    throw new InvalidInputError(`proveNoLeak: the cut (${String(cut)}) does not part the ${this.table.rowCount} rows`, {
      hint:
        time === undefined
          ? 'Pass a row number, or a share of the rows such as 0.8.'
          : 'Pass a time within the data, or a share of the rows such as 0.8.',
      details: { cut: value, rowsBefore: before },
    });
  }
}

/** Rows whose time is before the cut; the times must not go back. */
function rowsBefore(times: Float64Array, cut: number, step: string): number {
  let rows = 0;
  for (let i = 0; i < times.length; i++) {
    if (Number.isNaN(times[i]) || (i > 0 && times[i] < times[i - 1])) {
      throw new InvalidInputError(`proveNoLeak: ${step ? `after step '${step}' ` : ''}row ${i} is out of time order`, {
        hint: 'Sort the rows by time; every row needs one.',
        details: { row: i },
      });
    }
    if (times[i] < cut) rows = i + 1;
  }
  return rows;
}

function checkedPerturbations({ perturbations, label }: ProveOptions): readonly Perturbation[] {
  const usual = label === undefined ? PERTURBATIONS.filter((how) => how !== 'labels') : PERTURBATIONS;
  const chosen = perturbations ?? usual;
  const unknown = Array.isArray(chosen) ? chosen.find((how) => !usual.includes(how)) : String(chosen);
  if (unknown === undefined && chosen.length > 0) return [...chosen];
  throw new InvalidInputError(`proveNoLeak: perturbation '${String(unknown ?? 'none')}' cannot be used`, {
    hint: `Choose among ${usual.join(', ')}${label === undefined ? '; labels needs the label column' : ''}.`,
  });
}
