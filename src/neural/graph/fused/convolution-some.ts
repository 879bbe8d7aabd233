/** A convolution of some steps: what each output reads is gathered side by side, then one product. */
import type { Value } from '../graph.js';
import { binary, columnSums, concat, gather, gemm, reshape, split, zeros } from '../nodes.js';
import { gatherGradient } from '../operators/gather.js';

/** `taps`: for each tap and output the step of x it reads; the number of steps stands for zeros. */
export function convolveSome(x: Value, weight: Value, bias: Value | undefined, taps: readonly number[][]): Value {
  const [steps, batch, channels] = x.shape;
  const filters = weight.shape[1];
  const outputs = taps[0].length;
  const padded = taps.some((sources) => sources.includes(steps)) ? concat([x, zeros(x, [1, batch, channels])], 0) : x;
  const columns = concat(
    taps.map((sources) => gather(padded, 0, sources)),
    2,
  );
  const flat = reshape(columns, [outputs * batch, taps.length * channels]);
  const out = reshape(gemm(flat, weight, bias), [outputs, batch, filters]);
  x.graph.differentiable([out], [x, weight, bias], ([g]) => {
    if (!g) return [];
    const rows = reshape(g, [outputs * batch, filters]);
    return [
      x.tracked ? inputGradient(rows, weight, taps, x) : undefined,
      weight.tracked ? gemm(flat, rows, undefined, { transposeA: true }) : undefined,
      bias?.tracked ? columnSums(rows) : undefined,
    ];
  });
  return out;
}

function inputGradient(g: Value, weight: Value, taps: readonly number[][], x: Value): Value {
  const [steps, batch, channels] = x.shape;
  const columns = gemm(g, weight, undefined, { transposeB: true });
  const blocks = reshape(columns, [taps[0].length, batch, taps.length * channels]);
  const parts = split(
    blocks,
    2,
    taps.map(() => channels),
  );
  let sum: Value | undefined;
  for (const [tap, sources] of taps.entries()) {
    // Outputs that read zeros give nothing back.
    const part = gatherGradient(parts[tap], 0, sources, steps);
    sum = sum ? binary('Add', sum, part) : part;
  }
  return sum ?? zeros(x);
}
