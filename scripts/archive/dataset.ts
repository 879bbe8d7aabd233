/** The rows that archives are made of: 160 rows with missing values, a column of categories, labels -1, 0, 1, and windows over them. */
import { Matrix, Windows } from 'holdfast';

const ROWS = 160;
const COLUMNS = 5;
const PREDICTED = 24;
const LENGTH = 12;

export interface ArchiveDataset {
  readonly X: Matrix;
  readonly labels: number[];
  readonly values: number[];
  readonly weights: Float32Array;
  readonly windows: Windows;
  readonly windowLabels: number[];
  readonly newRows: Matrix;
  readonly newWindows: Windows;
  /** Columns, for tables. */
  readonly columns: Record<string, (number | string | null)[]>;
  /** What a reader of the archive needs of it; null is a missing value. */
  readonly stored: {
    rows: (number | null)[][];
    series: number[][];
    ends: number[];
    length: number;
    columns: Record<string, (number | string | null)[]>;
  };
}

export function archiveDataset(): ArchiveDataset {
  let state = 20261;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
  const rows = Array.from({ length: ROWS }, () =>
    Array.from({ length: COLUMNS }, (_, j) => {
      // JSON has no -0.
      const value = Math.round((next() * 4 - 2) * 64) / 64 + 0;
      if (j === COLUMNS - 1) return Math.floor(next() * 6);
      return j === 0 && next() < 0.15 ? Number.NaN : value;
    }),
  );
  const at = (row: number[], j: number) => (Number.isNaN(row[j]) ? 0.5 : row[j]);
  const values = rows.map(
    (row) => Math.round((at(row, 0) - at(row, 1) * at(row, 2) + at(row, 4) / 3 + next() / 2) * 64) / 64 + 0,
  );
  const labels = values.map((value) => (value < 0 ? -1 : value < 1.5 ? 0 : 1));
  const series = rows.map((row) => row.slice(0, 4).map((value) => (Number.isNaN(value) ? 0 : value)));
  const ends = Array.from({ length: ROWS - LENGTH + 1 }, (_, i) => LENGTH - 1 + i);
  const newEnds = ends.slice(0, PREDICTED);
  const base = Matrix.from(series);
  const columns = {
    time: rows.map((_, i) => Date.UTC(2024, 0, 1) + i * 3_600_000),
    a: rows.map((row) => (Number.isNaN(row[0]) ? null : row[0])),
    b: rows.map((row) => row[1]),
    c: rows.map((row) => row[2]),
    kind: rows.map((row) => ['red', 'green', 'blue', 'grey', 'black', 'white'][row[4]]),
    label: labels,
  };
  return {
    X: Matrix.from(rows),
    labels,
    values,
    weights: Float32Array.from(labels, (_, i) => 0.5 + (i % 5) / 4),
    windows: new Windows(base, Uint32Array.from(ends), LENGTH),
    windowLabels: ends.map((end) => labels[end]),
    newRows: Matrix.from(rows.slice(0, PREDICTED)),
    newWindows: new Windows(base, Uint32Array.from(newEnds), LENGTH),
    columns,
    stored: {
      rows: rows.slice(0, PREDICTED).map((row) => row.map((value) => (Number.isNaN(value) ? null : value))),
      series,
      ends: newEnds,
      length: LENGTH,
      columns,
    },
  };
}
