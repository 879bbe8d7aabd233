/** Which decision values a support vector adds to, as arrays in shared memory: lists of objects would be a hundred times slower to make. */

/** Terms of vector s are starts[s] .. starts[s + 1] - 1: the number of a decision value, and the coefficient of the kernel. */
export interface Terms {
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
  readonly coefficients: Float64Array;
}

/** A table of (vectors, decision values) coefficients, read through `at`; zeros are left out. */
export function termsFrom(vectors: number, values: number, at: (vector: number, value: number) => number): Terms {
  const starts = new Uint32Array(new SharedArrayBuffer((vectors + 1) * 4));
  for (let s = 0; s < vectors; s++) {
    let count = 0;
    for (let p = 0; p < values; p++) if (at(s, p) !== 0) count++;
    starts[s + 1] = starts[s] + count;
  }
  const places = new Uint32Array(new SharedArrayBuffer(starts[vectors] * 4));
  const coefficients = new Float64Array(new SharedArrayBuffer(starts[vectors] * 8));
  for (let s = 0, t = 0; s < vectors; s++) {
    for (let p = 0; p < values; p++) {
      const coefficient = at(s, p);
      if (coefficient === 0) continue;
      places[t] = p;
      coefficients[t++] = coefficient;
    }
  }
  return { starts, places, coefficients };
}
