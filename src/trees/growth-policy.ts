/** Which open node is split next: one total order a policy, so that ties never depend on timing. */
import type { OpenNode } from './split.js';

/** Below 0 if `a` is split before `b`. Both can be split. */
export type GrowthPolicy = (a: Required<OpenNode>, b: Required<OpenNode>) => number;

/** The largest gain first (Shi, 2007), then the lowest node. */
export const leafWise: GrowthPolicy = (a, b) => b.split.gain - a.split.gain || a.id - b.id;

/** Level by level, within one from the lowest node on. */
export const depthWise: GrowthPolicy = (a, b) => a.depth - b.depth || a.id - b.id;
