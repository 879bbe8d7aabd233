/** Labels as the classes that target statistics count. */
import { findBorders } from './borders.js';
import type { CatBoostLoss } from './params.js';

/** Class of each label: its own class, or for values the number of borders below it. */
export function targetClasses(loss: CatBoostLoss, labels: Float64Array, borderCount: number): Uint8Array {
  switch (loss.kind) {
    case 'MultiClass':
    case 'MultiClassOneVsAll':
      return Uint8Array.from(labels);
    case 'Logloss':
    case 'CrossEntropy':
      return Uint8Array.from(labels, (y) => (y > 0.5 ? 1 : 0));
    default: {
      const borders = labelBorders(labels, borderCount);
      return Uint8Array.from(labels, (y) =>
        borders.reduce((above, border) => above + (Math.fround(y) > border ? 1 : 0), 0),
      );
    }
  }
}

function labelBorders(labels: Float64Array, borderCount: number): Float64Array {
  const sorted = Float32Array.from(labels).sort();
  const values: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) counts[counts.length - 1]++;
    else {
      values.push(sorted[i]);
      counts.push(1);
    }
  }
  return findBorders('MinEntropy', Float32Array.from(values), Int32Array.from(counts), borderCount);
}
