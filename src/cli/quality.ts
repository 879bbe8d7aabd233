/** The gate of data quality on the command line: a report of the user's, or one made of the file's rows, before anything is trained. */
import type { Table } from '../core/table.js';
import { qcReportContract } from '../data/contracts.js';
import { qualityReport } from '../data/qc.js';
import type { QCReport } from '../data/qc-finding.js';
import { assertQuality, type QCOptions, type QCOverride } from '../data/qc-gate.js';
import { readYaml } from '../model/yaml.js';
import { timeOrder } from '../splits/label-spans.js';

/** Plain data: an interrupted run is gone on with from it. */
export interface QualitySettings {
  /** File of a report; default: one is made of the rows. */
  readonly report?: string;
  readonly override?: QCOverride;
}

/** Columns that are judged: those that rows are trained on. */
export interface JudgedColumns {
  readonly label: string;
  readonly features?: string[];
  readonly time?: string;
  readonly labelEnd?: string;
  readonly weight?: string;
  readonly group?: string;
}

/**
 * What training is told of the quality of its rows.
 *
 * @throws QCGateBlockedError - the report FAILED, and nobody overrides that
 * @throws ConfigError - a file that holds no report
 */
export async function gateOfRows(
  table: Table,
  columns: JudgedColumns,
  { report, override }: QualitySettings = {},
): Promise<QCOptions> {
  const qcReport = report === undefined ? await made(inTimeOrder(table, columns.time), columns) : await read(report);
  assertQuality(qcReport, override);
  return { qcReport, ...(override && { qcOverride: override }) };
}

/** Codes of findings may be another program's. */
const read = async (file: string): Promise<QCReport> =>
  (await readYaml(file, qcReportContract, 'QC report')) as QCReport;

function made(table: Table, { label, features, time, labelEnd, weight, group }: JudgedColumns): Promise<QCReport> {
  const named = [label, time, labelEnd, weight, group];
  return qualityReport(table, {
    label,
    features: features ?? table.columnNames.filter((name) => !named.includes(name)),
    ...(time !== undefined && { time }),
    ...(group !== undefined && { group }),
  });
}

/** As they are trained on: rows of a file may stand in any order. */
function inTimeOrder(table: Table, time: string | undefined): Table {
  if (time === undefined) return table;
  const times = table.numeric(time);
  const order = timeOrder(times);
  return order.every((row, i) => row === i) ? table : table.take(order);
}
