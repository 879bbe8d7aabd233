/** Quality of the label: missing and infinite values, class counts; and features that know it too well. */
import { InvalidInputError } from '../core/errors.js';
import type { Column, Table } from '../core/table.js';
import type { Turns } from '../core/turns.js';
import { areaUnderRoc } from '../metrics/roc-auc.js';
import { evenly, MAX_ROWS, percent, type QCFinding } from './qc-finding.js';

const TINY_CLASS = 10;
const SMALL_SHARE = 0.01;
const TOO_GOOD = 0.99;
/** More distinct numbers than this are a quantity, not classes. */
const MAX_CLASSES = 50;
/** Rows looked at for each feature; enough to see a leak. */
const SAMPLE = 5_000;

export interface LabelCheck {
  readonly findings: QCFinding[];
  /** Class of each row (-1 unknown) and the classes; undefined for a quantity. */
  readonly classes?: { readonly codes: Int32Array; readonly counts: { label: string; count: number }[] };
}

/** Checks the label by itself. `task` undefined: classes when the label is text or holds at most 50 different whole numbers. */
export function labelFindings(
  name: string,
  column: Column,
  task: 'classification' | 'regression' | undefined,
): LabelCheck {
  if (column.kind === 'time') {
    throw new InvalidInputError(`The label '${name}' is a time`, {
      hint: 'Pass the column that is to be predicted.',
      details: { column: name },
    });
  }
  const findings = unusable(name, column);
  const classes = task === 'regression' ? undefined : classesOf(column, task === 'classification');
  if (classes) return { findings: [...findings, ...classFindings(name, classes.counts)], classes };
  if (column.kind === 'categorical') {
    throw new InvalidInputError(`The label '${name}' is text, which is no quantity`, {
      hint: "Pass task: 'classification'.",
      details: { column: name },
    });
  }
  const known = column.values.filter((value) => Number.isFinite(value));
  if (known.length > 0 && known.every((value) => value === known[0])) {
    findings.push({
      code: 'LABEL_CONSTANT',
      severity: 'error',
      column: name,
      message: `The label '${name}' has one value only`,
    });
  }
  return { findings };
}

function unusable(name: string, column: Column): QCFinding[] {
  const missing: number[] = [];
  const infinite: number[] = [];
  const cells = column.kind === 'categorical' ? column.codes : column.values;
  for (let i = 0; i < cells.length; i++) {
    if (column.kind === 'categorical' ? cells[i] < 0 : Number.isNaN(cells[i])) missing.push(i);
    else if (!Number.isFinite(cells[i])) infinite.push(i);
  }
  const share = missing.length / cells.length;
  const findings: QCFinding[] = [];
  if (missing.length > 0) {
    findings.push({
      code: 'LABEL_MISSING',
      severity: share === 1 ? 'error' : share > 0.2 ? 'warning' : 'info',
      column: name,
      message: `${missing.length} rows (${percent(share)}) have no label`,
      rows: missing.slice(0, MAX_ROWS),
      values: { count: missing.length, share },
    });
  }
  if (infinite.length > 0) {
    findings.push({
      code: 'LABEL_INFINITE',
      severity: 'error',
      column: name,
      message: `${infinite.length} labels are infinite`,
      rows: infinite.slice(0, MAX_ROWS),
      values: { count: infinite.length },
    });
  }
  return findings;
}

function classesOf(column: Column, always: boolean): LabelCheck['classes'] {
  const cells = column.kind === 'categorical' ? column.codes : column.values;
  const known = (cell: number) => (column.kind === 'categorical' ? cell >= 0 : Number.isFinite(cell));
  const distinct = new Set<number>();
  for (let i = 0; i < cells.length; i++) {
    if (!known(cells[i])) continue;
    distinct.add(cells[i]);
    if (!always && column.kind !== 'categorical' && (distinct.size > MAX_CLASSES || !Number.isInteger(cells[i])))
      return undefined;
  }
  const sorted = [...distinct].sort((a, b) => a - b);
  const codeOf = new Map(sorted.map((value, code) => [value, code]));
  const counts = sorted.map((value) => ({
    label: column.kind === 'categorical' ? column.categories[value] : String(value),
    count: 0,
  }));
  const codes = Int32Array.from(cells as Float64Array, (cell) => codeOf.get(cell) ?? -1);
  for (const code of codes) if (code >= 0) counts[code].count++;
  return { codes, counts };
}

function classFindings(name: string, counts: { label: string; count: number }[]): QCFinding[] {
  if (counts.length === 1) {
    return [
      {
        code: 'SINGLE_CLASS',
        severity: 'error',
        column: name,
        message: `All labels are '${counts[0].label}': there is nothing to tell apart`,
        values: { count: counts[0].count },
      },
    ];
  }
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return counts.flatMap(({ label, count }): QCFinding[] => {
    const share = count / total;
    const values = { count, share };
    if (count < TINY_CLASS) {
      return [
        {
          code: 'TINY_CLASS',
          severity: 'warning',
          column: name,
          message: `Class '${label}' has ${count} rows only`,
          values,
        },
      ];
    }
    if (share >= SMALL_SHARE) return [];
    return [
      {
        code: 'CLASS_IMBALANCE',
        severity: 'warning',
        column: name,
        message: `Class '${label}' has ${percent(share)} of the rows`,
        values,
      },
    ];
  });
}

/**
 * Features that alone predict the label as well as if they were made from it: a copy of the label (error); for classes an area under the ROC
 * curve of one class against the rest of at least 0.99, for a quantity a correlation of at least 0.99 (warning: it may be real).
 */
export async function leakingFeatures(
  table: Table,
  features: readonly string[],
  label: string,
  { classes }: LabelCheck,
  turns: Turns,
): Promise<QCFinding[]> {
  const target = table.column(label);
  const known = knownRows(target);
  const rows = Array.from(evenly(known, SAMPLE));
  const findings: QCFinding[] = [];
  for (const name of features) {
    const column = table.column(name);
    await turns.pause();
    if (isCopy(column, target, known)) {
      findings.push({
        code: 'LABEL_COPY',
        severity: 'error',
        column: name,
        message: `Column '${name}' is the label itself`,
      });
      continue;
    }
    const strength = classes
      ? bestArea(column, classes.codes, classes.counts.length, rows)
      : correlation(column, target, rows);
    if (!(strength >= TOO_GOOD)) continue;
    const measure = classes ? 'area under the ROC curve' : 'correlation';
    findings.push({
      code: 'LEAKING_FEATURE',
      severity: 'warning',
      column: name,
      message: `Column '${name}' alone predicts the label (${measure} ${strength.toFixed(4)}): is it known before the label is?`,
      values: { strength },
    });
  }
  return findings;
}

function knownRows(target: Column): number[] {
  const cells = target.kind === 'categorical' ? target.codes : target.values;
  const rows: number[] = [];
  for (let i = 0; i < cells.length; i++)
    if (target.kind === 'categorical' ? cells[i] >= 0 : Number.isFinite(cells[i])) rows.push(i);
  return rows;
}

function isCopy(column: Column, target: Column, rows: number[]): boolean {
  if (rows.length < 2 || (column.kind === 'categorical') !== (target.kind === 'categorical')) return false;
  if (column.kind === 'categorical' && target.kind === 'categorical') {
    return rows.every(
      (row) => column.codes[row] >= 0 && column.categories[column.codes[row]] === target.categories[target.codes[row]],
    );
  }
  if (column.kind === 'categorical' || target.kind === 'categorical') return false;
  return rows.every((row) => column.values[row] === target.values[row]);
}

/** Largest area, in either direction, of one class against the rest; NaN for features that cannot be ranked. */
function bestArea(column: Column, classOf: Int32Array, classes: number, rows: number[]): number {
  // A text may occur too rarely for its class share to mean anything.
  if (column.kind === 'categorical' && column.categories.length * 20 > rows.length) return Number.NaN;
  const ranked = column.kind === 'categorical' ? rows : rows.filter((row) => !Number.isNaN(column.values[row]));
  let best = Number.NaN;
  for (let c = 0; c < classes; c++) {
    const positive = Uint8Array.from(ranked, (row) => (classOf[row] === c ? 1 : 0));
    const count = positive.reduce((sum, p) => sum + p, 0);
    if (count < TINY_CLASS || ranked.length - count < TINY_CLASS) continue;
    const scores =
      column.kind === 'categorical'
        ? shares(column.codes, positive, ranked)
        : Float64Array.from(ranked, (row) => column.values[row]);
    const area = areaUnderRoc(positive, scores, undefined, 1);
    const either = Math.max(area, 1 - area);
    if (!(best >= either)) best = either;
  }
  return best;
}

/** Share of positive rows among those with the same text. */
function shares(codes: Int32Array, positive: Uint8Array, rows: number[]): Float64Array {
  const sums = new Map<number, { positive: number; all: number }>();
  rows.forEach((row, i) => {
    const sum = sums.get(codes[row]) ?? { positive: 0, all: 0 };
    sum.positive += positive[i];
    sum.all++;
    sums.set(codes[row], sum);
  });
  return Float64Array.from(rows, (row) => {
    const sum = sums.get(codes[row]);
    return sum ? sum.positive / sum.all : 0;
  });
}

/** |Pearson's correlation|; NaN for text and for fewer than ten rows. */
function correlation(column: Column, target: Column, rows: number[]): number {
  if (column.kind === 'categorical' || target.kind === 'categorical') return Number.NaN;
  const both = rows.filter((row) => Number.isFinite(column.values[row]));
  if (both.length < TINY_CLASS) return Number.NaN;
  const mean = (values: Float64Array) => both.reduce((sum, row) => sum + values[row], 0) / both.length;
  const mx = mean(column.values);
  const my = mean(target.values);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const row of both) {
    const x = column.values[row] - mx;
    const y = target.values[row] - my;
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  return Math.abs(xy) / Math.sqrt(xx * yy);
}
