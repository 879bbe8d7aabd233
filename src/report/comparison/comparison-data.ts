/** A comparison of models as a report shows it: the comparison's own report, and the curves of its models. */
import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { ComparisonReport } from '../model-comparison.js';

export interface ComparisonData extends ComparisonReport {
  readonly title?: string;
  /** On the validation rows that each model predicts, best first. */
  readonly curves?: readonly { readonly label: string; readonly diagnostics: Diagnostics }[];
}
