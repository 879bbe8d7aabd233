/** What a target statistic is about: categories, alone or combined with each other and with tests of the tree so far. */

/** Features are numbers within their kind: `categories` of the list of all categorical columns, tests of the binned features. */
export interface Combination {
  categories: readonly number[];
  floats: readonly BinCondition[];
  oneHots: readonly BinCondition[];
}

export interface BinCondition {
  feature: number;
  bin: number;
}

export function simpleCombination(category: number): Combination {
  return { categories: [category], floats: [], oneHots: [] };
}

export function combinationKey({ categories, floats, oneHots }: Combination): string {
  const text = (conditions: readonly BinCondition[]) =>
    conditions.map(({ feature, bin }) => `${feature}.${bin}`).join();
  return `${categories.join()};${text(floats)};${text(oneHots)}`;
}

/** As CatBoost counts it: all tests of numeric features together are one part. */
export function complexity({ categories, floats, oneHots }: Combination): number {
  return categories.length + (floats.length + oneHots.length > 0 ? 1 : 0);
}

/** With one more category; undefined if it is in already. */
export function withCategory(base: Combination, category: number): Combination | undefined {
  if (base.categories.includes(category)) return undefined;
  return { ...base, categories: [...base.categories, category].sort((a, b) => a - b) };
}

/** Conditions without repetition, ascending. */
export function orderedConditions(conditions: readonly BinCondition[]): BinCondition[] {
  const byKey = new Map(conditions.map((c) => [`${c.feature}.${c.bin}`, c]));
  return [...byKey.values()].sort((a, b) => a.feature - b.feature || a.bin - b.bin);
}
