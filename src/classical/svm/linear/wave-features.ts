/** Features that are waves of a row's products with random frequencies, inside a job: cosine, sine, cosine, sine, ... */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { BLOCK, blocksOf, FeatureRows } from '../smo/kernel-rows.js';
import { type FeatureMap, UNIT_ROWS } from './feature-map.js';
import { amplitudeOf, type Waves } from './waves.js';

/** Waves of blocks of rows in a worker's own memory. */
export class WaveBlocks {
  readonly pairs: number;
  readonly cosines: number;
  readonly sines: number;
  private readonly panel: number;
  private readonly queries: number;
  private rows: FeatureRows | undefined;

  /** For up to `most` rows at a time. */
  constructor(
    private readonly context: JobContext<unknown>,
    private readonly arena: Arena,
    private readonly X: Float32Array,
    private readonly cols: number,
    private readonly waves: Waves,
    private readonly most: number,
  ) {
    this.pairs = waves.frequencies.length / cols;
    this.panel = arena.allocEach(most * cols * 4);
    this.cosines = arena.allocEach(most * 4);
    this.sines = arena.allocEach(most * 4);
    this.queries = arena.alloc(waves.frequencies.length * 4);
  }

  /** After the arena's `commit`; a barrier. */
  open(): void {
    const { context, arena, waves, X, cols, most } = this;
    if (context.thread === 0) arena.float32(this.queries, waves.frequencies.length).set(waves.frequencies);
    const panel = arena.float32(this.panel, most * cols);
    const space = { panel, panelAddress: this.panel, query: panel, queryAddress: 0 };
    this.rows = new FeatureRows(context.kernels, waves.kernel, X, cols, space);
    context.barrier();
  }

  /** Calls `visit` with each pair, whose waves of rows from .. to-1 then lie at `cosines` and `sines`. */
  each(from: number, to: number, visit: (pair: number) => void): void {
    const { context, cols, pairs, cosines, sines, rows } = this;
    const { kernels } = context;
    const blocks = blocksOf(to - from);
    const amplitude = amplitudeOf(pairs);
    const own = Uint32Array.from({ length: to - from }, (_, i) => from + i);
    rows?.arrange(own, 0, blocks);
    for (let p = 0; p < pairs; p++) {
      kernels.svmDots(this.panel, blocks, cols, this.queries + p * cols * 4, cosines);
      kernels.svmWaves(cosines, blocks * BLOCK, amplitude, cosines, sines);
      visit(p);
    }
  }
}

export class WaveFeatures implements FeatureMap {
  readonly columns: number;
  private readonly blocks: WaveBlocks;
  private views: readonly [Float32Array, Float32Array] | undefined;

  constructor(
    context: JobContext<unknown>,
    private readonly arena: Arena,
    X: Float32Array,
    cols: number,
    waves: Waves,
  ) {
    this.blocks = new WaveBlocks(context, arena, X, cols, waves, UNIT_ROWS);
    this.columns = 2 * this.blocks.pairs;
  }

  open(): void {
    const { arena, blocks } = this;
    this.views = [arena.float32(blocks.cosines, UNIT_ROWS), arena.float32(blocks.sines, UNIT_ROWS)];
    blocks.open();
  }

  fill(from: number, to: number, values: Float32Array, stride: number): void {
    const [cosines, sines] = this.views ?? [];
    if (!cosines || !sines) return;
    this.blocks.each(from, to, (pair) => {
      for (let i = from; i < to; i++) {
        values[i * stride + 2 * pair] = cosines[i - from];
        values[i * stride + 2 * pair + 1] = sines[i - from];
      }
    });
  }
}
