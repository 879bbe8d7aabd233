/**
 * All resamples of an evaluation, cut into pieces that any thread may take in any order, and what is made of them in the end. Where a value
 * goes and which random stream it comes from depend on nothing but the task and the number of the sample.
 */
import { drawer, unitCount } from './draws.js';
import { blockOf, isBlocks, MeasuredRows } from './measured-rows.js';
import { replicateOf } from './replicate.js';
import type { Replicate } from './replicate-input.js';
import { type ResampledSubject, taskResult } from './task-result.js';
import type { MeasureArgs, MeasureTask, TaskResult } from './tasks.js';

/** Row visits of one piece: a few milliseconds. */
const PIECE = 500_000;
/** Parts of the rows that BCa intervals leave out, one after the other. */
const JACKKNIFE_PARTS = 200;
/** Visits beyond which curves of many classes are not resampled: about ten seconds. */
const MOST_CURVE_VISITS = 2e9;

/** Some samples of one task. */
export interface Piece {
  readonly task: number;
  readonly from: number;
  readonly to: number;
}

/** Metrics of labels at two thresholds, of probabilities, areas, and precision at k. */
const widthOf = ({ precisionAt }: MeasureTask): number => 17 + precisionAt.length;
const jackknifeParts = (task: MeasureTask, units: number): number =>
  task.interval === 'bca' ? Math.min(units, JACKKNIFE_PARTS) + 1 : 0;
const rowsOf = ({ data }: MeasureArgs, task: MeasureTask): number => task.rows?.length ?? data[task.data].y.length;

/** Values of all tasks: subjects x (samples, then one for each part left out and one of all rows) x statistics. */
export function valueOffsets(args: MeasureArgs): number[] {
  const offsets = [0];
  for (const task of args.tasks) {
    const samples = task.samples === 0 ? 0 : task.samples + jackknifeParts(task, rowsOf(args, task));
    offsets.push(offsets[offsets.length - 1] + samples * task.subjects * widthOf(task));
  }
  return offsets;
}

/** Row visits of it all: what decides whether threads are worth their start. */
export function visitsOf(args: MeasureArgs): number {
  let visits = 0;
  for (const task of args.tasks) {
    const classes = Math.max(1, args.data[task.data].subjects[0].classes.length - 1);
    visits += rowsOf(args, task) * (task.samples + 10) * task.subjects * Math.min(classes, 100);
  }
  return visits;
}

/** One task made ready. */
interface Prepared {
  readonly rows: MeasuredRows;
  readonly block: ReturnType<typeof blockOf>;
  readonly replicates: readonly Replicate[];
  readonly fill: (sample: number, counts: Uint32Array) => void;
  readonly counts: Uint32Array;
}

export class Measurement {
  readonly pieces: readonly Piece[];
  private readonly offsets: readonly number[];
  private readonly automatic = new Map<string, number>();
  /** Names of the statistics by task and subject. */
  private readonly names = new Map<number, readonly Replicate['names'][]>();
  /** The latest: pieces come task by task. */
  private ready: { task: number; prepared: Prepared } | undefined;

  /** @param values - (valueOffsets' last,) shared by the threads */
  constructor(
    private readonly args: MeasureArgs,
    private readonly values: Float64Array,
  ) {
    this.offsets = valueOffsets(args);
    this.pieces = args.tasks.flatMap((task, index) => {
      const n = rowsOf(args, task);
      const samples = task.samples === 0 ? 0 : task.samples + jackknifeParts(task, n);
      const size = Math.max(1, Math.floor(PIECE / (n * task.subjects)));
      return Array.from({ length: Math.ceil(samples / size) }, (_, i) => ({
        task: index,
        from: i * size,
        to: Math.min(samples, (i + 1) * size),
      }));
    });
  }

  run({ task: index, from, to }: Piece): void {
    const task = this.args.tasks[index];
    const { block, replicates, fill, counts } = this.prepare(index);
    if (block.noIntervals) return;
    const width = widthOf(task);
    for (let sample = from; sample < to; sample++) {
      fill(sample, counts);
      for (const [s, replicate] of replicates.entries()) {
        replicate.compute(counts, this.values, this.offsets[index] + (sample * task.subjects + s) * width);
      }
    }
  }

  finish(index: number): TaskResult {
    const task = this.args.tasks[index];
    const rows = this.rowsOfTask(index);
    const block = this.blockOf(rows, task);
    const resampled = task.samples > 0 && !block.noIntervals;
    const names = resampled ? (this.names.get(index) ?? this.prepare(index).replicates.map((one) => one.names)) : [];
    const units = unitCount(rows.units);
    const subjects = rows.subjects.map((_, s) => (resampled ? this.columns(index, s, names[s], units) : undefined));
    return taskResult(rows, task, block, subjects);
  }

  /** Each statistic's values, with those of BCa intervals behind. */
  private columns(index: number, subject: number, names: Replicate['names'], units: number): ResampledSubject {
    const task = this.args.tasks[index];
    const width = widthOf(task);
    const parts = jackknifeParts(task, units);
    const column = (at: number, from: number, count: number) => {
      const start = this.offsets[index] + (from * task.subjects + subject) * width + at;
      return Float64Array.from({ length: count }, (_, i) => this.values[start + i * task.subjects * width]);
    };
    return new Map(
      names.map((name, at) => [
        name,
        {
          values: column(at, 0, task.samples),
          ...(parts > 0 && {
            bca: {
              without: column(at, task.samples, parts - 1),
              estimate: column(at, task.samples + parts - 1, 1)[0],
            },
          }),
        },
      ]),
    );
  }

  private rowsOfTask(index: number): MeasuredRows {
    const { task: kind, data, tasks } = this.args;
    if (this.ready?.task === index) return this.ready.prepared.rows;
    return new MeasuredRows(kind, data[tasks[index].data], tasks[index]);
  }

  private blockOf(rows: MeasuredRows, task: MeasureTask): ReturnType<typeof blockOf> {
    return blockOf(rows, task, () => this.automaticBlock(task));
  }

  private prepare(index: number): Prepared {
    if (this.ready?.task !== index) {
      const prepared = this.prepared(index);
      this.ready = { task: index, prepared };
      this.names.set(
        index,
        prepared.replicates.map((replicate) => replicate.names),
      );
    }
    return this.ready.prepared;
  }

  private prepared(index: number): Prepared {
    const task = this.args.tasks[index];
    const rows = this.rowsOfTask(index);
    const block = this.blockOf(rows, task);
    const classes = rows.subjects[0].classes.length;
    const areas = classes <= 2 || classes * rows.rows * task.samples <= MOST_CURVE_VISITS;
    const draw = drawer(rows.units, {
      resampling: task.resampling,
      blockLength: block.blockLength ?? 1,
      seed: task.seed,
    });
    const units = unitCount(rows.units);
    const parts = jackknifeParts(task, units);
    return {
      rows,
      block,
      replicates: rows.subjects.map((_, s) => replicateOf(rows.input(s, task, areas))),
      fill: (sample, counts) => {
        if (sample < task.samples) draw(sample, counts);
        else leaveOut(rows, sample - task.samples, parts - 1, isBlocks(task.resampling), counts);
      },
      counts: new Uint32Array(rows.rows),
    };
  }

  /** Of the whole split: parts of it are too short to tell. */
  private automaticBlock({ data, resampling }: MeasureTask): number {
    const key = `${data} ${resampling}`;
    const { data: splits, tasks, task: kind } = this.args;
    let found = this.automatic.get(key);
    if (found === undefined) {
      const whole = { ...tasks[0], data, resampling, subjects: 1, rows: undefined };
      found = new MeasuredRows(kind, splits[data], whole).automaticBlock(resampling);
      this.automatic.set(key, found);
    }
    return found;
  }
}

/** All rows but those of one part of the units: neighbours where rows depend on them, else every so-manieth; `part` = `parts`: all. */
function leaveOut(rows: MeasuredRows, part: number, parts: number, blocks: boolean, counts: Uint32Array): void {
  const { units } = rows;
  const n = unitCount(units);
  counts.fill(1);
  if (part >= parts) return;
  const drop = (unit: number) => {
    const { starts, positions } = units;
    if (starts && positions) for (let p = starts[unit]; p < starts[unit + 1]; p++) counts[positions[p]] = 0;
    else counts[positions ? positions[unit] : unit] = 0;
  };
  if (blocks) {
    const end = Math.floor(((part + 1) * n) / parts);
    for (let unit = Math.floor((part * n) / parts); unit < end; unit++) drop(unit);
  } else for (let unit = part; unit < n; unit += parts) drop(unit);
}
