/** The data-quality report: everything that can be said about a table before a model is trained on it, with a verdict. */
import { InvalidInputError } from '../core/errors.js';
import { Table } from '../core/table.js';
import { Turns } from '../core/turns.js';
import { columnFindings, duplicateColumns, duplicateRows } from './qc-columns.js';
import { driftFindings, type SplitRows } from './qc-drift.js';
import { type QCFinding, type QCReport, verdict } from './qc-finding.js';
import { type LabelCheck, labelFindings, leakingFeatures } from './qc-label.js';
import { timeFindings } from './qc-time.js';

/** What `qualityReport` is told of a table, and the limits of its findings. */
export interface QualityOptions {
  label?: string;
  /** Default: classes when the label is text or holds at most 50 different whole numbers. */
  task?: 'classification' | 'regression';
  time?: string;
  /** Column of entities: order and repeats of times are judged within each. */
  group?: string;
  /** Default: all columns but label, time and group. */
  features?: readonly string[];
  /** Row numbers of each split: drift is measured from train to validation and test. The holdout stays unseen. */
  splits?: SplitRows;
}

/**
 * Checks missing rates, constant, duplicate and infinite columns, duplicate rows, class counts, time order, repeats and gaps, drift between
 * splits, and features that predict the label too well to be true. Throws `InvalidInputError` for an empty table or unknown columns.
 *
 * @example
 * const report = await qualityReport(table, { label: 'target', time: 'timestamp' });
 * if (report.status === 'FAILED') console.error(report.findings);
 */
export async function qualityReport(table: Table, options: QualityOptions = {}): Promise<QCReport> {
  if (!(table instanceof Table)) {
    throw new InvalidInputError('qualityReport: expected a Table', {
      hint: 'Make one with readCsv, Table.fromRecords or Table.fromColumns.',
    });
  }
  if (table.rowCount === 0)
    throw new InvalidInputError('qualityReport: the table has no rows', { hint: 'There is nothing to judge.' });
  const { label, time, group } = options;
  const apart = new Set([label, time, group]);
  const features = options.features ?? table.columnNames.filter((name) => !apart.has(name));
  const turns = new Turns();
  const findings: QCFinding[] = [];
  for (const name of features) {
    findings.push(...columnFindings(name, table.column(name)));
    await turns.pause();
  }
  findings.push(...(await duplicateColumns(table, features, turns)));
  // A time makes rows differ that are equal otherwise; it belongs to what a row is.
  const content = [...new Set([...features, ...[label, time, group].filter((name) => name !== undefined)])];
  if (features.length > 0) findings.push(...(await duplicateRows(table.select(content), turns)));
  if (time !== undefined) findings.push(...timeFindings(table, time, group));
  let check: LabelCheck | undefined;
  if (label !== undefined) {
    check = labelFindings(label, table.column(label), options.task);
    findings.push(...check.findings, ...(await leakingFeatures(table, features, label, check, turns)));
  }
  if (options.splits) findings.push(...(await driftFindings(table, features, options.splits, turns)));
  return {
    ...verdict(findings),
    rowCount: table.rowCount,
    columnCount: table.columnNames.length,
    ...(check?.classes && { classCounts: check.classes.counts }),
    findings,
  };
}
