/** What a leaf outputs and what that output is worth, with every limit on it: the formulas that scans, growers and readers share. */

export interface OutputLimits {
  lambdaL1: number;
  lambdaL2: number;
  /** Largest absolute output; 0: no limit. */
  maxDeltaStep?: number;
  /** Strength of the pull towards the parent's output, in rows; 0: none. */
  pathSmooth?: number;
}

/** Outputs a node and all below it may have. */
export interface OutputBounds {
  readonly lower: number;
  readonly upper: number;
}

export const FREE: OutputBounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** sign(g) max(|g| - lambdaL1, 0): the gradient as the L1 penalty leaves it. */
export function soft(gradient: number, lambdaL1: number): number {
  return Math.sign(gradient) * Math.max(0, Math.abs(gradient) - lambdaL1);
}

/**
 * -t(G) / (H + lambda), capped by `maxDeltaStep`, pulled towards the parent's output in proportion 1 : rows / pathSmooth, and kept
 * within bounds, in this order.
 */
export function limitedOutput(
  gradient: number,
  hessian: number,
  limits: OutputLimits,
  pull: { readonly rowsPerHessian: number; readonly towards: number },
  { lower, upper }: OutputBounds,
): number {
  const weight = hessian + limits.lambdaL2;
  if (!(weight > 0)) return Math.min(Math.max(0, lower), upper);
  let output = -soft(gradient, limits.lambdaL1) / weight;
  if (limits.maxDeltaStep) output = Math.min(Math.max(output, -limits.maxDeltaStep), limits.maxDeltaStep);
  if (limits.pathSmooth) {
    const rows = hessian * (pull.rowsPerHessian / limits.pathSmooth);
    output = (output * rows + pull.towards) / (rows + 1);
  }
  return Math.min(Math.max(output, lower), upper);
}

/** Twice the loss that a leaf with these sums takes off when it outputs `output`. */
export function worthOf(gradient: number, hessian: number, output: number, limits: OutputLimits): number {
  return -(2 * soft(gradient, limits.lambdaL1) * output + (hessian + limits.lambdaL2) * output * output);
}
