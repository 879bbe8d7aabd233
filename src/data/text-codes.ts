/** Builds a categorical column cell by cell from strings, in order of first appearance. */
import { InvalidInputError } from '../core/errors.js';
import type { CategoricalColumn } from '../core/table.js';

export class TextCodes {
  private readonly codes: Int32Array;
  private readonly codeOf = new Map<string, number>();

  constructor(rows: number) {
    this.codes = new Int32Array(rows);
  }

  /** null and undefined are missing. */
  set(row: number, cell: unknown): void {
    if (cell === null || cell === undefined) {
      this.codes[row] = -1;
      return;
    }
    if (typeof cell !== 'string') throw new InvalidInputError(`Row ${row}: expected text, found ${typeof cell}`);
    let code = this.codeOf.get(cell);
    if (code === undefined) this.codeOf.set(cell, (code = this.codeOf.size));
    this.codes[row] = code;
  }

  column(): CategoricalColumn {
    return { kind: 'categorical', codes: this.codes, categories: [...this.codeOf.keys()] };
  }
}
