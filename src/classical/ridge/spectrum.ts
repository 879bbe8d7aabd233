/** What both solvers of ridge regression do with eigenvalues and with the learned weights. */

/**
 * Values that are 0 but for rounding become 0, or infinite where alpha is 0 too, so that the weights of least length are taken. Returns
 * whether the latter happened.
 */
export function regularise(values: Float64Array, alphas: readonly number[]): boolean {
  let largest = 0;
  for (let j = 0; j < values.length; j++) largest = Math.max(largest, values[j]);
  const limit = 2 ** -52 * 8 * values.length * largest;
  let singular = false;
  for (let j = 0; j < values.length; j++) {
    if (values[j] > limit) continue;
    const open = alphas.includes(0);
    values[j] = open ? Number.POSITIVE_INFINITY : 0;
    singular ||= open;
  }
  return singular;
}

/** Mean target less the weights' share of the means; 0 where rows were not centred. */
export function interceptOf(weights: Float64Array, means: Float64Array, cols: number, outputs: number): Float64Array {
  return Float64Array.from({ length: outputs }, (_, k) => {
    let value = means[cols + k];
    for (let j = 0; j < cols; j++) value -= weights[k * cols + j] * means[j];
    return value;
  });
}
