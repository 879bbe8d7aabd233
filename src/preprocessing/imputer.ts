/** What stands in for missing values: learned from the training rows, one value a column. */
import { ConfigError } from '../core/errors.js';
import type { ResolvedOptions } from './options.js';
import { type countCategories, mostFrequent, type NumericSummary } from './statistics.js';

export type FillRule = { strategy: ResolvedOptions['imputation']['strategy']; value?: number | string };

/** The rule of one column: its own, else the general one. */
export function fillRule(options: ResolvedOptions['imputation'], column: string): FillRule {
  return Object.hasOwn(options.columns, column)
    ? options.columns[column]
    : { strategy: options.strategy, value: options.value };
}

/**
 * The number that replaces missing values of a column, null for none. A column without any known value is filled with the constant.
 * Throws `ConfigError` when the constant of a numeric column is text.
 */
export function numericFill(
  rule: FillRule,
  column: string,
  values: Float64Array,
  summary: NumericSummary | undefined,
): number | null {
  if (rule.strategy === 'none') return null;
  if (rule.strategy === 'constant' || !summary) return constantNumber(rule, column);
  if (rule.strategy === 'median') return summary.median;
  if (rule.strategy === 'mean') return summary.mean;
  return mostFrequent(values) ?? null;
}

function constantNumber(rule: FillRule, column: string): number {
  const value = rule.value ?? 0;
  if (typeof value === 'number') return value;
  throw new ConfigError(`Imputation: the constant for the numeric column '${column}' is text ('${value}')`, {
    hint: `Give a number for it: imputation: { columns: { '${column}': { strategy: 'constant', value: 0 } } }.`,
    details: { column, value },
  });
}

/** The category that replaces missing text, null for none: 'most-frequent' (the first in order of equally frequent ones) or a text constant. */
export function categoryFill(rule: FillRule, counted: ReturnType<typeof countCategories>): string | null {
  if (rule.strategy === 'constant') return typeof rule.value === 'string' ? rule.value : null;
  if (rule.strategy !== 'most-frequent' || counted.categories.length === 0) return null;
  const most = counted.counts.reduce((a, b) => Math.max(a, b), 0);
  return counted.categories[counted.counts.indexOf(most)];
}
