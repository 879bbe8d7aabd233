/**
 * Target statistics as candidates of a level: those of each categorical column, and those of each combination of a column with what the
 * tree asks so far (its numeric and one-hot tests together, or a combination of one of its statistics).
 */
import { pow } from '../../../core/math.js';
import { deriveSeed } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { ChosenTest } from './chosen-test.js';
import {
  type BinCondition,
  type Combination,
  combinationKey,
  complexity,
  orderedConditions,
  simpleCombination,
  withCategory,
} from './combination.js';
import type { CtrColumns, CtrRequest } from './ctr-columns.js';
import type { CtrPart } from './ctr-parts.js';
import { type KeptCtr, KeptHistograms } from './kept-histograms.js';
import { type LevelTask, writeTailTotals } from './level-scores.js';
import { normalOf } from './normals.js';

const HISTOGRAM_BYTES = 256 * 16;
const CELL_BYTES = 256 * 32;
const RESULT_BYTES = 16;
/** Parts of a combination whose histograms are built in one pass. */
const TOGETHER = 4;

type CtrTest = ChosenTest & { kind: 'ctr' };

export interface CtrSearchOptions {
  /** Numbers of the categorical columns that are not tested one against the rest. */
  categories: readonly number[];
  simple: readonly CtrPart[];
  combined: readonly CtrPart[];
  maxComplexity: number;
  modelSizeReg: number;
  oneHot: readonly boolean[];
  outputs: number;
  /** Of a tree. */
  maxLeaves: number;
}

export class CtrSearch {
  private readonly scratch: number;
  private readonly results: number;
  private readonly mostParts: number;
  private readonly kept: KeptHistograms;
  /** Combinations that the model has, by kind of statistic: they cost nothing more. */
  private readonly used = new Set<string>();

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly columns: CtrColumns,
    private readonly options: CtrSearchOptions,
  ) {
    const bytes = this.cellsAt + TOGETHER * CELL_BYTES + 64;
    this.scratch = arena.alloc(context.threads * bytes) + context.thread * bytes;
    this.mostParts = Math.max(options.simple.length, options.combined.length);
    this.results = arena.alloc(columns.capacity * this.mostParts * RESULT_BYTES);
    const parts = [...options.simple, ...options.combined];
    const bins = parts.reduce((most, { borderCount }) => Math.max(most, borderCount + 1), 0);
    // A category alone, with the tree's other tests, and with each of its statistics.
    const candidates = options.categories.length * (2 + Math.log2(options.maxLeaves));
    this.kept = new KeptHistograms(
      arena,
      TOGETHER * bins * 16 * options.outputs,
      options.maxLeaves / 2,
      candidates * Math.ceil(this.mostParts / TOGETHER),
    );
  }

  /** Address of the column that the test looks at. */
  address(test: CtrTest, fold: number): number {
    return this.columns.address({ ...test, fold }, test.part);
  }

  /** Makes the columns of these tests for some folds; barriers. */
  ensure(tests: readonly ChosenTest[], folds: readonly number[]): void {
    const requests = tests.flatMap((test) =>
      test.kind === 'ctr' ? folds.map((fold): CtrRequest => ({ ...test, fold })) : [],
    );
    this.columns.ensure(requests);
  }

  /** Takes note of a test that the model now has. */
  use(test: ChosenTest): void {
    if (test.kind === 'ctr') this.used.add(usedKey(test.combination, test.parts[test.part]));
  }

  /** Everything noted so far, for a checkpoint. */
  get noted(): string[] {
    return [...this.used];
  }

  /** Takes note of what an earlier run noted. */
  restore(noted: readonly string[]): void {
    for (const key of noted) this.used.add(key);
  }

  /** The best statistic of the level; barriers. */
  search(
    task: LevelTask,
    tests: readonly ChosenTest[],
    fold: number,
    normals: Float64Array,
  ): { test: CtrTest; score: number } | undefined {
    const requests = this.candidates(tests).map((found): CtrRequest => ({ ...found, fold }));
    const units = requests.map(({ parts }) => Math.ceil(parts.length / TOGETHER));
    const names = requests.flatMap(({ combination, parts }, i) => {
      const key = `${parts.length}:${combinationKey(combination)}`;
      return Array.from({ length: units[i] }, (_, j) => `${j}:${key}`);
    });
    const kept = this.kept.startLevel(names, task);
    // Columns of the tree's own tests stay: the split needs them.
    const size = this.columns.capacity;
    const found: { request: CtrRequest; part: number; score: number; bin: number; count: number }[] = [];
    for (let from = 0; from < requests.length; from += size) {
      const batch = requests.slice(from, from + size);
      this.columns.ensure(batch);
      const done = units.slice(0, from).reduce((sum, count) => sum + count, 0);
      this.score(batch, task, kept.slice(done));
      for (const [i, request] of batch.entries()) {
        for (let part = 0; part < request.parts.length; part++) {
          found.push({ request, part, ...this.resultOf(i, part), count: this.columns.count(request) });
        }
      }
      this.context.barrier();
    }
    const most = found.reduce((top, { count }) => Math.max(top, count), 1);
    let best: { test: CtrTest; score: number } | undefined;
    for (const [i, { request, part, score, bin, count }] of found.entries()) {
      if (bin < 0) continue;
      const noise = task.noise > 0 ? task.noise * normalOf(deriveSeed(task.seed, 'ctr choice', i), normals) : 0;
      const { combination, parts } = request;
      const isUsed = this.used.has(usedKey(combination, parts[part]));
      const weight = isUsed ? 1 : pow(1 + count / most, -this.options.modelSizeReg);
      const value = (score + noise) * weight;
      if (best && value <= best.score) continue;
      best = { test: { kind: 'ctr', combination, parts, part, bin }, score: value };
    }
    if (best) this.columns.ensure([{ ...best.test, fold }, ...ownRequests(tests, fold)]);
    return best;
  }

  private resultOf(request: number, part: number): { score: number; bin: number } {
    const at = this.results + (request * this.mostParts + part) * RESULT_BYTES;
    return { score: this.arena.float64(at, 1)[0], bin: this.arena.int32(at + 8, 1)[0] };
  }

  private candidates(tests: readonly ChosenTest[]): Pick<CtrRequest, 'combination' | 'parts'>[] {
    const { categories, simple, combined, maxComplexity, oneHot } = this.options;
    const found = new Map<string, Pick<CtrRequest, 'combination' | 'parts'>>();
    for (const category of categories) {
      const combination = simpleCombination(category);
      found.set(combinationKey(combination), { combination, parts: simple });
    }
    const bins = tests.flatMap((test) => (test.kind === 'bins' ? [test] : []));
    const conditions = (hot: boolean): BinCondition[] =>
      orderedConditions(
        bins.filter(({ feature }) => oneHot[feature] === hot).map(({ feature, bin }) => ({ feature, bin })),
      );
    const bases: Combination[] =
      bins.length > 0 ? [{ categories: [], floats: conditions(false), oneHots: conditions(true) }] : [];
    for (const test of tests) if (test.kind === 'ctr') bases.push(test.combination);
    for (const base of bases) {
      for (const category of categories) {
        const combination = withCategory(base, category);
        if (!combination || complexity(combination) > maxComplexity) continue;
        const key = combinationKey(combination);
        if (!found.has(key)) found.set(key, { combination, parts: combined });
      }
    }
    return [...found.values()];
  }

  /** Scores all parts of all requests; a barrier. */
  private score(requests: readonly CtrRequest[], task: LevelTask, kept: readonly (KeptCtr | undefined)[]): void {
    const { context, mostParts, results, columns } = this;
    const units = requests.flatMap((request, i) =>
      Array.from({ length: Math.ceil(request.parts.length / TOGETHER) }, (_, j) => ({
        request,
        i,
        parts: request.parts.slice(j * TOGETHER, (j + 1) * TOGETHER),
        first: j * TOGETHER,
      })),
    );
    for (let unit = context.nextUnit(); unit < units.length; unit = context.nextUnit()) {
      const { request, i, parts, first } = units[unit];
      this.fillCells(columns.address(request, first), parts, task, kept[unit]);
      for (const [j, { borderCount }] of parts.entries()) {
        const seed = task.noise > 0 ? deriveSeed(task.seed, 'ctr', i, first + j) : 0;
        this.best(j, borderCount, task, seed, results + (i * mostParts + first + j) * RESULT_BYTES);
      }
    }
    context.barrier();
  }

  /** Histograms come first. */
  private get cellsAt(): number {
    return (1 + this.options.outputs) * TOGETHER * HISTOGRAM_BYTES;
  }

  private cellsOf(j: number): number {
    return this.scratch + this.cellsAt + j * CELL_BYTES;
  }

  private best(
    j: number,
    borders: number,
    { cosine, pairs, noise, normals }: LevelTask,
    seed: number,
    out: number,
  ): void {
    const unit = cosine ? Math.sqrt(pairs.scaleW) / pairs.scaleG : pairs.scaleW / pairs.scaleG / pairs.scaleG;
    this.context.kernels.bestCell(this.cellsOf(j), borders, Number(cosine), unit, noise, seed, normals, out);
  }

  /** Numerators and denominators of the tests of neighbouring columns, over all leaves. */
  private fillCells(column: number, parts: readonly CtrPart[], task: LevelTask, kept: KeptCtr | undefined): void {
    const { arena, columns, options } = this;
    for (const [j, { borderCount }] of parts.entries()) arena.bytes(this.cellsOf(j), (borderCount + 1) * 32).fill(0);
    if (task.tails) {
      for (const [j, { borderCount }] of parts.entries()) {
        this.scanTails(column + j * columns.pitch, borderCount + 1, task, this.cellsOf(j));
      }
      return;
    }
    const bytes = options.outputs * bytesOf(parts);
    const slot = (leaf: number) => (kept ? kept.address + kept.places[leaf] * kept.pitch : this.scratch);
    const half = task.leafRows.leaves / 2;
    for (const [leaf, { count }] of task.leafRows.sampled.entries()) {
      if (!kept?.derived) {
        if (count === 0) continue;
        this.buildLeaf(column, parts, slot(leaf), leaf, task);
        this.scanLeaf(parts, slot(leaf), leaf, task);
      } else if (leaf < half) {
        // The parent's sums are where those of the larger child will be.
        const small = kept.places[leaf] < half ? leaf + half : leaf;
        const large = small === leaf ? leaf + half : leaf;
        if (task.leafRows.sampled[small].count > 0) {
          this.buildLeaf(column, parts, slot(small), small, task);
          this.context.kernels.subtractSums(slot(large), slot(small), bytes);
        }
      }
    }
    if (!kept?.derived) return;
    for (const [leaf, { count }] of task.leafRows.sampled.entries()) {
      if (count > 0) this.scanLeaf(parts, slot(leaf), leaf, task);
    }
  }

  private scanLeaf(parts: readonly CtrPart[], histograms: number, leaf: number, task: LevelTask): void {
    const { pairs, sums, cosine } = task;
    const lambda = task.lambda * pairs.scaleW;
    const bins = binsOf(parts);
    for (let k = 0; k < this.options.outputs; k++) {
      const [g, w] = [sums[leaf][2 * k], sums[leaf][2 * k + 1]];
      for (const [j, { borderCount }] of parts.entries()) {
        const at = histograms + (k * parts.length + j) * bins * 16;
        this.context.kernels.scanLeaf(at, borderCount + 1, 0, g, w, lambda, Number(cosine), this.cellsOf(j));
      }
    }
  }

  /** Histograms of all outputs and parts in one leaf, side by side. */
  private buildLeaf(
    column: number,
    parts: readonly CtrPart[],
    histograms: number,
    leaf: number,
    { leafRows, pairs }: LevelTask,
  ): void {
    const { columns, options } = this;
    const { kernels } = this.context;
    const { begin, count } = leafRows.sampled[leaf];
    const bins = binsOf(parts);
    const rows = leafRows.at(begin);
    for (let k = 0; k < options.outputs; k++) {
      const into = histograms + k * bytesOf(parts);
      const from = pairs.at(k, begin);
      if (parts.length === TOGETHER) {
        kernels.fourHistograms(into, bins, column, columns.pitch, rows, from, count);
        continue;
      }
      for (let j = 0; j < parts.length; j++) {
        kernels.columnHistogram(into + j * bins * 16, bins, column + j * columns.pitch, rows, from, count);
      }
    }
  }

  /** Of ordered boosting: each leaf of each prefix, body and tail side by side. */
  private scanTails(column: number, bins: number, task: LevelTask, cells: number): void {
    const { context, arena, scratch, options } = this;
    const { pairs, cosine } = task;
    const lambda = task.lambda * pairs.scaleW;
    const totals = this.cellsOf(TOGETHER);
    for (const { leafRows, output, sums } of task.tails ?? []) {
      for (const [leaf, body] of leafRows.sampled.entries()) {
        const tail = leafRows.leftOut[leaf];
        if (body.count === 0 || tail.count === 0) continue;
        for (let k = 0; k < options.outputs; k++) {
          for (const [i, { begin, count }] of [body, tail].entries()) {
            const histogram = scratch + i * HISTOGRAM_BYTES;
            const at = pairs.at(output + k, begin);
            context.kernels.columnHistogram(histogram, bins, column, leafRows.at(begin), at, count);
          }
          writeTailTotals(arena.float64(totals, 4), sums[leaf], sums[leafRows.leaves + leaf], k);
          const second = scratch + HISTOGRAM_BYTES;
          context.kernels.scanBodyTail(scratch, second, bins, 0, totals, lambda, Number(cosine), cells);
        }
      }
    }
  }
}

function ownRequests(tests: readonly ChosenTest[], fold: number): CtrRequest[] {
  return tests.flatMap((test) => (test.kind === 'ctr' ? [{ ...test, fold }] : []));
}

function usedKey(combination: Combination, part: CtrPart): string {
  return `${part.type}:${combinationKey(combination)}`;
}

function binsOf(parts: readonly CtrPart[]): number {
  return parts.reduce((most, { borderCount }) => Math.max(most, borderCount + 1), 0);
}

/** Of an output's histograms. */
function bytesOf(parts: readonly CtrPart[]): number {
  return parts.length * binsOf(parts) * 16;
}
