/** Importance of features to an ensemble: the weighted mean of what its members say. */
import type { BaseModel } from '../model/base-model.js';
import type { ImportanceKind } from '../model/types.js';

/**
 * Each model's importance is scaled to sum 1, models of one member count alike, members by their shares. Members without importance, and
 * those whose features are others (channels of windows), are left out; undefined when none is left.
 */
export function weightedImportance(
  members: readonly { readonly models: readonly BaseModel[] }[],
  shares: readonly number[],
  features: number,
  kind: ImportanceKind | undefined,
): { kind: string; values: Float64Array } | undefined {
  const values = new Float64Array(features);
  const kinds = new Set<string>();
  let total = 0;
  for (const [m, { models }] of members.entries()) {
    for (const model of models) {
      const own = model.featureImportance(kind);
      const sum = own?.values.reduce((a, b) => a + b, 0) ?? 0;
      if (!own || own.values.length !== features || !(sum > 0) || !(shares[m] > 0)) continue;
      const weight = shares[m] / models.length;
      kinds.add(own.kind);
      total += weight;
      for (let j = 0; j < features; j++) values[j] += (weight * own.values[j]) / sum;
    }
  }
  if (!(total > 0)) return undefined;
  return { kind: kinds.size === 1 ? [...kinds][0] : 'mean', values: values.map((value) => value / total) };
}
