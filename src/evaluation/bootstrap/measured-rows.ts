/** The rows of one task, taken out of their split, with what is drawn from them. */
import { Matrix } from '../../core/matrix.js';
import { encodeLabels, uniqueLabels } from '../../metrics/labels.js';
import { logLosses } from '../../metrics/log-loss.js';
import type { Predicted, Truth } from '../score.js';
import type { Resampling } from '../validation-metrics.js';
import { automaticBlockLength } from './block-length.js';
import { type DrawUnits, unitCount } from './draws.js';
import type { ReplicateInput } from './replicate-input.js';
import type { MeasureArgs, MeasureTask, SplitData, SubjectData, TaskResult } from './tasks.js';

export const isBlocks = (resampling: Resampling): boolean => resampling !== 'rows' && resampling !== 'stratified';

export interface MeasuredSubject extends Predicted {
  readonly predictions: Float64Array;
}

export class MeasuredRows {
  readonly truth: Truth & { readonly y: Float64Array; readonly weights?: Float64Array };
  readonly times?: Float64Array;
  readonly subjects: readonly MeasuredSubject[];
  /** Order in time, where blocks are drawn. */
  readonly units: DrawUnits;
  readonly unit: 'rows' | 'times';

  constructor(
    readonly kind: MeasureArgs['task'],
    data: SplitData,
    task: MeasureTask,
  ) {
    const { rows } = task;
    this.truth = { y: taken(data.y, rows), ...(data.weights && { weights: taken(data.weights, rows) }) };
    this.times = data.times && taken(data.times, rows);
    this.subjects = data.subjects.slice(0, task.subjects).map((subject) => takenSubject(subject, rows));
    this.units = isBlocks(task.resampling)
      ? inTime(this.times, this.rows)
      : { rows: this.rows, ...(task.resampling === 'stratified' && { classes: codesOf(this.truth.y) }) };
    this.unit = this.units.starts ? 'times' : 'rows';
  }

  get rows(): number {
    return this.truth.y.length;
  }

  input(subject: number, task: MeasureTask, areas: boolean): ReplicateInput {
    const { predictions, probabilities, classes } = this.subjects[subject];
    return {
      task: this.kind,
      ...this.truth,
      predictions,
      probabilities,
      classes,
      precisionAt: task.whole ? task.precisionAt : [],
      ...(task.whole && { threshold: task.threshold }),
      areas,
    };
  }

  /** Of the loss of the first subject by unit, in time order. */
  automaticBlock(resampling: Resampling): number {
    const losses = this.losses();
    const { starts, positions } = this.units;
    const at = (i: number) => losses[positions ? positions[i] : i];
    const series = new Float64Array(unitCount(this.units));
    for (let u = 0; u < series.length; u++) {
      if (!starts) series[u] = at(u);
      else {
        let total = 0;
        for (let p = starts[u]; p < starts[u + 1]; p++) total += at(p);
        series[u] = total / (starts[u + 1] - starts[u]);
      }
    }
    const { stationary, circular } = automaticBlockLength(series);
    return resampling === 'stationary' ? stationary : Math.ceil(circular);
  }

  private losses(): Float64Array {
    const { y } = this.truth;
    const { predictions, probabilities, classes } = this.subjects[0];
    if (this.kind === 'regression') return y.map((v, i) => (v - predictions[i]) ** 2);
    const known = new Set(classes);
    if (probabilities && classes.length > 1 && uniqueLabels(y).every((label) => known.has(label)))
      return logLosses(y, probabilities, { classes });
    return y.map((v, i) => (v === predictions[i] ? 0 : 1));
  }
}

/** The block length of a task, and why it is so; undefined where there are too few blocks to draw from. */
export function blockOf(
  rows: MeasuredRows,
  { block, resampling }: MeasureTask,
  automatic: () => number,
): Pick<TaskResult, 'blockLength' | 'blockUnit' | 'blockLengthFrom' | 'noIntervals'> {
  if (!isBlocks(resampling)) return {};
  const found = block.given ?? Math.max(block.least, automatic());
  const blockLength = Math.round(found * 1000) / 1000;
  const from = block.given !== undefined ? 'given' : blockLength > block.least ? 'automatic' : 'horizon';
  const units = unitCount(rows.units);
  const record = { blockLength, blockUnit: rows.unit, blockLengthFrom: from } as const;
  if (units >= LEAST_BLOCKS * blockLength) return record;
  return {
    ...record,
    noIntervals: `${units} ${rows.unit} are fewer than ${LEAST_BLOCKS} blocks of ${blockLength}`,
  };
}

/** With fewer blocks every resample is nearly the rows themselves, and an interval far too narrow. */
const LEAST_BLOCKS = 3;

function taken(values: Float64Array, rows: Uint32Array | undefined): Float64Array {
  if (!rows) return values;
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]];
  return out;
}

function takenSubject(subject: SubjectData, rows: Uint32Array | undefined): MeasuredSubject {
  const { predictions, probabilities, classes } = subject;
  const table = probabilities && Matrix.wrap(probabilities, classes.length);
  return {
    predictions: taken(predictions, rows),
    ...(table && { probabilities: rows ? table.take(rows) : table }),
    classes,
  };
}

function codesOf(y: Float64Array): Int32Array {
  return encodeLabels(y, uniqueLabels(y));
}

/** Units in time order: single rows (in their order where there are no times), or all rows of a time where rows share times. */
function inTime(times: Float64Array | undefined, rows: number): DrawUnits {
  if (!times) return { rows };
  let sorted = true;
  let shared = false;
  for (let i = 1; i < rows; i++) {
    if (times[i] < times[i - 1]) sorted = false;
    else if (times[i] === times[i - 1]) shared = true;
  }
  if (sorted && !shared) return { rows };
  const positions = Uint32Array.from({ length: rows }, (_, i) => i);
  if (!sorted) positions.sort((a, b) => times[a] - times[b] || a - b);
  const starts: number[] = [];
  for (let p = 0; p < rows; p++) if (p === 0 || times[positions[p]] !== times[positions[p - 1]]) starts.push(p);
  if (starts.length === rows) return { rows, positions };
  return { rows, positions, starts: Uint32Array.from([...starts, rows]) };
}
