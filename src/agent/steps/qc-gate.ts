/** Is the data fit to be trained on? */
import { Table } from '../../core/table.js';
import { qualityReport } from '../../data/qc.js';
import type { QCReport } from '../../data/qc-finding.js';
import { assertQuality } from '../../data/qc-gate.js';
import { RawData } from '../../data/raw-data.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';

/** Takes the report of the state, or makes one. @throws QCGateBlockedError - it FAILED, and nobody overrides that */
export async function qcGate(run: AgentRun): Promise<StepOutcome> {
  const { qcReport, qcOverride } = run.state;
  const report = qcReport ?? (await reportOf(run));
  if (!report) return skipped('no report was given, and the data has no columns to make one of');
  run.qcReport = report;
  run.qc = assertQuality(report, qcOverride);
  const { status, override } = run.qc;
  return { text: `${status}, score ${report.score}${override ? `, overridden: ${override.reason}` : ''}` };
}

async function reportOf({ state: { data, split } }: AgentRun): Promise<QCReport | undefined> {
  if (data instanceof Table) {
    const { label, time, group, labelEnd, weight } = split ?? {};
    const named = [label, time, group, labelEnd, weight];
    const features = split?.features ?? data.columnNames.filter((name) => !named.includes(name));
    return qualityReport(data, {
      ...(label !== undefined && { label }),
      ...(time !== undefined && { time }),
      ...(group !== undefined && { group }),
      features,
    });
  }
  // Of raw splits only the training rows are looked at.
  return data instanceof RawData ? qualityReport(data.train.X) : undefined;
}
