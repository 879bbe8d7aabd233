/** The gate that every training passes: data that failed its quality report is not trained on, unless somebody says why. */
import { ConfigError, QCGateBlockedError } from '../core/errors.js';
import { qcReportContract } from './contracts.js';
import type { QCReport, QCStatus } from './qc-finding.js';

/** Somebody answers for training on data that failed; kept in the report of the run. */
export interface QCOverride {
  readonly reason: string;
  /** Who decided. */
  readonly by?: string;
}

/** What the gate decided, as reports keep it. */
export interface QCDecision {
  readonly status: QCStatus;
  readonly score: number;
  /** Messages of errors and warnings, errors first. */
  readonly findings: readonly string[];
  /** Present where the report failed and training went on all the same. */
  readonly override?: QCOverride;
}

/** What everything that trains takes about the quality of its data. */
export interface QCOptions {
  /** What `qualityReport` said of the data: one that FAILED stops the training before it begins. */
  readonly qcReport?: QCReport;
  /** Trains on data that failed; kept in the report. */
  readonly qcOverride?: QCOverride;
}

/** Names of `QCOptions`. */
export const QC_OPTIONS: readonly (keyof QCOptions)[] = ['qcReport', 'qcOverride'];

/** The gate as an option: undefined where no report was given. @throws as `assertQuality` */
export function passGate({ qcReport, qcOverride }: QCOptions): QCDecision | undefined {
  return qcReport && assertQuality(qcReport, qcOverride);
}

/** What is to be read beside every result: data that was not PASSED is remembered with it. */
export function qualityWarnings(qc: QCDecision | undefined): string[] {
  if (!qc || qc.status === 'PASSED') return [];
  const { override, findings } = qc;
  const by = override?.by === undefined ? '' : ` (${override.by})`;
  const because = override
    ? [`The data FAILED its quality report; training went on because: ${override.reason}${by}`]
    : [];
  return [...because, ...findings.map((finding) => `Data quality: ${finding}`)];
}

/**
 * Lets a report pass that is PASSED or WARNING; one that FAILED only with an override.
 *
 * @throws QCGateBlockedError - the report failed; the message names its errors
 * @throws ConfigError - a report that is none, or an override without a reason
 * @example
 * const decision = assertQuality(await qualityReport(table, { label: 'target', time: 'timestamp' }));
 */
export function assertQuality(report: QCReport, override?: QCOverride): QCDecision {
  const { status, score, findings } = qcReportContract.parse(report, 'QC report');
  const of = (severity: string) => findings.filter((one) => one.severity === severity).map(({ message }) => message);
  const errors = of('error');
  const decision = { status, score, findings: [...errors, ...of('warning')] };
  const checked = override === undefined ? undefined : checkedOverride(override);
  if (status !== 'FAILED') return decision;
  if (checked) return { ...decision, override: checked };
  const more = errors.length > 3 ? ` and ${errors.length - 3} more` : '';
  throw new QCGateBlockedError(
    `The data failed its quality report: ${errors.slice(0, 3).join('; ') || 'it names no error'}${more}`,
    {
      hint: 'Mend the data. To train on it all the same, pass an override with the reason; it is recorded with the run.',
      details: { status, score, findings: decision.findings },
    },
  );
}

function checkedOverride(override: QCOverride): QCOverride {
  const { reason, by } = override ?? {};
  if (typeof reason !== 'string' || reason.trim() === '' || (by !== undefined && typeof by !== 'string')) {
    throw new ConfigError('An override of the QC gate needs a reason', {
      hint: "Such as { reason: 'gaps are exchange holidays', by: 'mira' }.",
    });
  }
  return { reason, ...(by !== undefined && { by }) };
}
