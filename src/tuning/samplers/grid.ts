/** Every combination of some values, once; in a random order, so that a search that ends early has seen all parts of the grid. */
import { ConfigError, InvalidInputError } from '../../core/errors.js';
import { deriveSeed, Random } from '../../core/random.js';
import { contains, type Distribution, type ParamValue, toInternal } from '../distribution.js';
import type { Sampler, SamplerContext } from '../sampler.js';

/** Values to try, by parameter. */
export type Grid = Readonly<Record<string, readonly ParamValue[]>>;

/** A grid of more cells takes more memory than sense. */
const MOST_CELLS = 10_000_000;

/** The order in which `GridSampler` goes through its grid. */
export interface GridOptions {
  /** False tries the last parameter's values first, in their order. Default true. */
  readonly shuffle?: boolean;
}

/** Every combination of some values, once. */
export class GridSampler implements Sampler {
  readonly name = 'grid';
  /** Cells of the grid: trials from this number on would repeat. */
  readonly trialLimit: number;
  private readonly names: readonly string[];
  private order: { seed: number; cells: Uint32Array } | undefined;

  /** @throws ConfigError - no parameters, one without values, or too many cells */
  constructor(
    private readonly grid: Grid,
    private readonly options: GridOptions = {},
  ) {
    this.names = Object.keys(grid);
    const empty = this.names.find((name) => !Array.isArray(grid[name]) || grid[name].length === 0);
    if (this.names.length === 0 || empty !== undefined) {
      throw new ConfigError(
        `GridSampler: ${empty === undefined ? 'no parameters' : `'${empty}' has no list of values`}`,
        {
          hint: "For example new GridSampler({ depth: [3, 5, 7], kind: ['a', 'b'] }).",
        },
      );
    }
    const cells = this.names.reduce((product, name) => product * grid[name].length, 1);
    if (cells > MOST_CELLS) {
      throw new ConfigError(`GridSampler: ${cells} combinations are too many`, {
        hint: 'Use RandomSampler or TPESampler.',
      });
    }
    this.trialLimit = cells;
  }

  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number {
    const place = this.names.indexOf(name);
    if (place < 0) {
      throw new InvalidInputError(`GridSampler: the grid has no values for '${name}'`, {
        hint: `It has ${this.names.join(', ')}.`,
      });
    }
    let cell = this.cellOf(context);
    for (let i = this.names.length - 1; i > place; i--) cell = Math.floor(cell / this.grid[this.names[i]].length);
    const values = this.grid[name];
    const value = values[cell % values.length];
    const internal = toInternal(distribution, value);
    if (!contains(distribution, internal)) {
      throw new InvalidInputError(`GridSampler: ${String(value)} is not a value that '${name}' may have`, {
        hint: 'Give values of the distribution that the objective suggests from.',
      });
    }
    return internal;
  }

  private cellOf({ number, studySeed }: SamplerContext): number {
    if (this.options.shuffle === false) return number % this.trialLimit;
    if (this.order?.seed !== studySeed) {
      this.order = { seed: studySeed, cells: new Random(deriveSeed(studySeed, 'grid')).permutation(this.trialLimit) };
    }
    return this.order.cells[number % this.trialLimit];
  }
}
