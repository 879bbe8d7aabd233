/** Trees as plain parallel arrays: what growing produces, predictors read and the model formats write. */

/**
 * One binary decision tree. Internal nodes are 0..m-1 with 0 the root; a child c >= 0 is a node, c < 0 is leaf ~c.
 * A tree of one leaf has no nodes (m = 0, `leafCount` 1).
 */
export interface Tree {
  leafCount: number;
  /** Column of X a node looks at. */
  splitFeature: Int32Array;
  /** A value at or below it goes left. */
  threshold: Float64Array;
  /** 1: NaN goes left. Read only where `hasMissing` is 1. */
  missingLeft: Uint8Array;
  /** 1: NaN has a direction of its own. 0: no NaN was seen in training, and NaN counts as 0 (LightGBM's missing_type None). */
  hasMissing: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  /** Loss reduction of each split (before the learning rate), as the split criterion measures it. */
  gain: Float64Array;
  /** What the node would output as a leaf. */
  internalValue: Float64Array;
  /** Sum of hessians of the rows in the node. */
  internalWeight: Float64Array;
  /** Number of training rows in the node. */
  internalCount: Float64Array;
  leafValue: Float64Array;
  /** Sum of hessians of the rows in the leaf. */
  leafWeight: Float64Array;
  /** Number of training rows in the leaf. */
  leafRows: Float64Array;
  /** Bitset of the categories that go left, for nodes that split on a category instead of a threshold. */
  categories?: (Uint32Array | undefined)[];
}

/** Trees that add up: tree i * outputs + k adds to output k. The base score is folded into the leaves of the first trees. */
export interface Ensemble {
  trees: Tree[];
  /** Scores: 1, or one a class. */
  outputs: number;
  /** A multiple of `outputs`, which is the default. */
  treesPerIteration?: number;
  /** Columns of X. */
  features: number;
  /** Scores start from these, one an output, and are summed in float32 tree by tree (XGBoost). Without: float64 sums from 0. */
  float32Start?: readonly number[];
}

/** A tree of `leafCount` leaves with all values zero. */
export function emptyTree(leafCount: number): Tree {
  const nodes = leafCount - 1;
  return {
    leafCount,
    splitFeature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    hasMissing: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    gain: new Float64Array(nodes),
    internalValue: new Float64Array(nodes),
    internalWeight: new Float64Array(nodes),
    internalCount: new Float64Array(nodes),
    leafValue: new Float64Array(leafCount),
    leafWeight: new Float64Array(leafCount),
    leafRows: new Float64Array(leafCount),
  };
}
