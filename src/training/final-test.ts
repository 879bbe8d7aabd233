/** The one evaluation on test rows that a comparison may end with: of the winner, beside the baselines. */
import { deriveSeed } from '../core/random.js';
import { type AnyContainer, adaptTo } from '../evaluation/adapt.js';
import { compareToBaseline } from '../evaluation/compare.js';
import { evaluateModel } from '../evaluation/evaluate-model.js';
import type { ComparisonReport } from '../report/model-comparison.js';
import { TestSetGuard } from '../splits/test-guard.js';
import { baselinesOn } from './baseline-comparison.js';
import type { ComparisonEntry } from './comparison-result.js';
import { blockLengthOf, containerFor } from './comparison-rows.js';
import { modelChecksum } from './model-checksum.js';

export interface FinalTestOptions {
  readonly seed: number;
  readonly threads: number;
  readonly save: boolean;
  readonly runsDirectory: string;
  readonly guard: TestSetGuard;
  readonly baselines: boolean;
  readonly signal?: AbortSignal;
}

/** @throws TestSetReuseError - the winner's run has evaluated the test set before; DataLeakageError - test rows that were used */
export async function finalTestOf(
  { model, runId, report }: ComparisonEntry,
  container: AnyContainer,
  options: FinalTestOptions,
): Promise<NonNullable<ComparisonReport['finalTest']>> {
  const { seed, threads, save, runsDirectory, signal } = options;
  const own = containerFor(model.info, container);
  const data = adaptTo(model.info, own, { asked: report.data.sequenceLength });
  const guard = save ? new TestSetGuard({ directory: runsDirectory }) : options.guard;
  // A comparison that was killed after it had looked comes to the very same model, whose look is the same.
  const look = { runId, model: model.info.name, checksum: await modelChecksum(model) };
  const { output, evaluation } = await guard.evaluate(look, () =>
    evaluateModel(model, data.test, { threads, run: runId }),
  );
  if (!options.baselines) return { evaluation, baselines: [] };
  const sequences = model.info.inputMode !== 'features' && model.info.name !== 'minirocket';
  const fitted = await baselinesOn(model.task, data, true, { seed, threads, sequences, ...(signal && { signal }) });
  const blockLength = blockLengthOf(data.test, data.horizon);
  const baselines = fitted.flatMap(({ name, test }) => {
    if (!test) return [];
    const comparison = compareToBaseline(data.test, output, test, {
      seed: deriveSeed(seed, 'baseline', name),
      ...(blockLength > 1 && { blockLength }),
    });
    return [{ label: name, comparison }];
  });
  return { evaluation, baselines };
}
