/** Which features a node may be split on: those of its tree, of them a share for its level, of those a share of its own, within its interactions. */
import { deriveSeed, Random } from '../core/random.js';
import { type ShareRounding, shareOfFeatures } from './feature-share.js';

export interface FeatureChoiceOptions {
  /** Share of the tree's features that each depth draws; within it, each node. Default 1. */
  featureFractionByLevel?: number;
  featureFractionByNode?: number;
  /** How many features a share is. Default 'nearest'. */
  featureRounding?: ShareRounding;
  /** Sets of columns of X that may meet on a path; a column in no set is not used. Empty or absent: all may meet. */
  interactions?: readonly (readonly number[])[];
}

/** The features tested from a node up to the root. */
export interface Path {
  readonly feature: number;
  readonly above?: Path;
}

export interface ChoosingNode {
  readonly depth: number;
  /** Draws of this node start from it. */
  readonly seed: number;
  readonly path?: Path;
}

/** Whether nodes of one level may differ in what they may use. */
export function choosesWithinLevel({ featureFractionByNode = 1, interactions = [] }: FeatureChoiceOptions): boolean {
  return featureFractionByNode < 1 || interactions.length > 0;
}

export class FeatureChoice {
  private readonly byLevel: number;
  private readonly byNode: number;
  private readonly rounding: ShareRounding | undefined;
  private readonly sets: readonly ReadonlySet<number>[];
  private tree: readonly number[] = [];
  private readonly levels: Uint32Array[] = [];
  private seed = 0;

  /** `columns`: the column of X behind each feature. */
  constructor(
    private readonly columns: ArrayLike<number>,
    options: FeatureChoiceOptions,
  ) {
    this.byLevel = options.featureFractionByLevel ?? 1;
    this.byNode = options.featureFractionByNode ?? 1;
    this.rounding = options.featureRounding;
    const featureOf = new Map(Array.from(columns, (column, feature) => [column, feature]));
    this.sets = (options.interactions ?? []).map(
      (set) => new Set(set.flatMap((column) => featureOf.get(column) ?? [])),
    );
  }

  /** Whether nodes differ in what they may use. */
  get active(): boolean {
    return this.byLevel < 1 || this.byNode < 1 || this.sets.length > 0;
  }

  /** For a new tree, which may use `features` (all, if absent). */
  start(features: ReadonlySet<number> | undefined, seed: number): void {
    const all = Array.from(this.columns, (_, feature) => feature);
    this.tree = features ? all.filter((feature) => features.has(feature)) : all;
    this.levels.length = 0;
    this.seed = seed;
  }

  /** The features a node may be split on; the same in every worker. */
  of(node: ChoosingNode): readonly number[] {
    const level = this.byLevel < 1 ? this.ofLevel(node.depth) : this.tree;
    const allowed = this.sets.length > 0 ? level.filter((feature) => this.mayMeet(feature, node.path)) : level;
    return this.byNode < 1 ? [...this.draw(allowed, this.byNode, deriveSeed(node.seed, 'features'))] : [...allowed];
  }

  private ofLevel(depth: number): Uint32Array {
    this.levels[depth] ??= this.draw(this.tree, this.byLevel, deriveSeed(this.seed, 'level', depth));
    return this.levels[depth];
  }

  /** A share of `from`, at least one. */
  private draw(from: ArrayLike<number>, share: number, seed: number): Uint32Array {
    const order = new Random(seed).permutation(from.length);
    return Uint32Array.from(order.subarray(0, shareOfFeatures(from.length, share, this.rounding)), (i) => from[i]);
  }

  private mayMeet(feature: number, path: Path | undefined): boolean {
    return this.sets.some((set) => set.has(feature) && isWithin(path, set));
  }
}

/** Where the draws of a node's two children start: by their place in the tree, whatever the order of growth. */
export function seedsBelow(seed: number): [left: number, right: number] {
  return [deriveSeed(seed, 'left'), deriveSeed(seed, 'right')];
}

function isWithin(path: Path | undefined, set: ReadonlySet<number>): boolean {
  for (let step = path; step; step = step.above) if (!set.has(step.feature)) return false;
  return true;
}
