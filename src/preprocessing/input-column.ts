/** A column that a pipeline was fitted on. */
import type { ColumnKind } from './column-source.js';

export interface InputColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}
