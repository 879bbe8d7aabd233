/** The document that a run hands to evaluation and operations, as YAML beside its artifacts. */
import { join } from 'node:path';
import { writeFileAtomic } from '../core/files.js';
import { type Handoff, handoffContract } from '../data/contracts.js';
import { resultOf } from './parts.js';
import type { AgentRun } from './run.js';

export const HANDOFF = 'handoff.yaml';

/** Checked against its contract, and written into the run's directory. */
export async function handOff(run: AgentRun): Promise<Handoff> {
  const { artifacts, report } = resultOf(run);
  const { trainedModel } = run;
  const uris = {
    model: trainedModel?.modelArtifactUri,
    preprocessing: trainedModel?.preprocessingArtifactUri,
    report: artifacts?.report,
    config: artifacts?.config,
    ledger: artifacts?.ledger,
  };
  const handoff = handoffContract.parse(
    {
      runId: run.runId,
      createdAt: trainedModel?.completedAt ?? report.createdAt,
      model: trainedModel,
      ...(run.qcReport && { qc: run.qcReport }),
      artifacts: Object.fromEntries(Object.entries(uris).filter(([, uri]) => uri !== undefined)),
      nextSteps: nextSteps(run),
    },
    'handoff',
  );
  if (artifacts) {
    const { stringify } = await import('yaml');
    await writeFileAtomic(join(artifacts.directory, HANDOFF), stringify(JSON.parse(JSON.stringify(handoff))));
  }
  return handoff;
}

function nextSteps(run: AgentRun): string[] {
  const { report } = resultOf(run);
  const { version } = run;
  const steps = [...report.warnings, ...run.warnings].map((warning) => `Look at: ${warning}`);
  if (!report.verdict.beatsBaseline) return [...steps, `Do not deploy: ${report.verdict.text}`];
  return [
    ...steps,
    'Check the metrics against the thresholds of the deployment gate.',
    version
      ? `Promote ${version.modelName} version ${version.version} once it has passed.`
      : 'Register the model in a model store once it has passed.',
  ];
}
