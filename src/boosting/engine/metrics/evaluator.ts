/**
 * Evaluates metrics on the scores of a set inside a job. Means are summed over fixed blocks of rows, in order; every other metric
 * is computed by one worker: values never depend on the number of threads.
 */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { applyLink, type Link } from '../objectives/link.js';
import { type MetricQuestion, rowMajor } from '../questions.js';
import type { RowSet } from '../row-set.js';
import type { MeanMetric, Metric, MetricRows, WholeMetric } from './metric.js';

/** Rows summed at a stretch; part of the definition of a value's last bits. */
const BLOCK = 4096;

export class Evaluator {
  private readonly means: MeanMetric[];
  private readonly wholes: WholeMetric[];
  private readonly results: number;

  /** Reserves room for sets of up to `maxRows` rows; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly metrics: readonly Metric[],
    private readonly link: Link,
    maxRows: number,
  ) {
    this.means = metrics.filter((metric) => metric.kind === 'mean');
    this.wholes = metrics.filter((metric) => metric.kind === 'whole');
    this.results = arena.alloc((metrics.length + this.means.length * Math.ceil(maxRows / BLOCK)) * 8);
  }

  /** Values of all metrics, in their order, for the set's present scores; barriers. */
  evaluate(set: RowSet): number[] {
    const { context, arena, metrics, means, wholes } = this;
    if (metrics.length === 0) return [];
    const blocks = means.length > 0 ? Math.ceil(set.rows / BLOCK) : 0;
    const single = arena.float64(this.results, metrics.length);
    const sums = arena.float64(this.results + metrics.length * 8, blocks * means.length);
    // The long ones first.
    for (let unit = context.nextUnit(); unit < wholes.length + blocks; unit = context.nextUnit()) {
      const block = unit - wholes.length;
      if (block < 0) single[metrics.indexOf(wholes[unit])] = wholes[unit].evaluate(this.rowsOf(set, 0, set.rows));
      else {
        const rows = this.rowsOf(set, block * BLOCK, Math.min(set.rows, (block + 1) * BLOCK));
        for (const [i, metric] of means.entries()) sums[i * blocks + block] = metric.sum(rows);
      }
    }
    if (context.thread === 0) this.ask(set, single);
    context.barrier();
    const values = metrics.map((metric, i) => {
      if (metric.kind !== 'mean') return single[i];
      const at = means.indexOf(metric) * blocks;
      let sum = 0;
      for (let block = 0; block < blocks; block++) sum += sums[at + block];
      return metric.finish(sum / set.totalWeight, set.totalWeight);
    });
    // The next set's values go to the same place.
    context.barrier();
    return values;
  }

  private ask(set: RowSet, single: Float64Array): void {
    for (const [i, metric] of this.metrics.entries()) {
      if (metric.kind !== 'asked') continue;
      const { scores, labels, weights } = set.views();
      const question: MetricQuestion = {
        ask: 'metric',
        name: metric.name,
        scores: rowMajor(scores, set.rows),
        labels: labels.slice(),
        weights: weights?.slice(),
      };
      single[i] = this.context.ask(question) as number;
    }
  }

  private rowsOf(set: RowSet, from: number, to: number): MetricRows {
    const { scores, labels, weights } = set.views();
    const count = to - from;
    const outputs = scores.length;
    const predictions = new Float64Array(count * outputs);
    for (const [k, column] of scores.entries()) {
      for (let i = 0; i < count; i++) predictions[i * outputs + k] = column[from + i];
    }
    applyLink(this.link, predictions, outputs);
    return { count, outputs, predictions, labels: labels.slice(from, to), weights: weights?.slice(from, to) };
  }
}
