import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComparisonReport } from '../../src/report/model-comparison.js';
import { renderReport } from '../../src/report/render-report.js';
import { HOSTILE, sampleReport } from './sample.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-comparison-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function comparison(): Promise<ComparisonReport> {
  const { evaluations, model, ledger, environment, data } = await sampleReport();
  const evaluation = evaluations.validation;
  if (!evaluation) throw new Error('the sample has no validation scores');
  const entry = { evaluation, runId: 'r', config: model.config, trainedRows: 900, bestEpoch: 3, totalEpochs: 9 };
  const difference = { interval: { lower: 0.01, upper: 0.03, confidence: 0.95 }, pValue: 0.002, adjustedPValue: 0.004 };
  return {
    ...{
      formatVersion: 1,
      comparisonId: 'c-1',
      createdAt: '2026-01-02T03:04:05.000Z',
      task: 'classification',
      seed: 1,
    },
    metric: { name: 'logLoss', direction: 'minimize' },
    data: { ...data, validationRows: 600, comparedRows: 590 },
    significance: {
      ...{ method: 'paired block bootstrap', resamples: 2000, blockLength: 20, confidence: 0.95 },
      correction: 'holm',
      comparisons: 3,
    },
    winner: 'lightgbm',
    models: [
      { ...entry, label: 'lightgbm', name: 'lightgbm', rank: 1, value: 0.66, trainingTime: 2 },
      {
        ...entry,
        label: HOSTILE[0],
        name: 'logistic',
        rank: 2,
        value: 0.68,
        trainingTime: 1,
        difference: { ...difference, value: 0.02, significant: true },
      },
    ],
    baselines: [
      {
        evaluation,
        label: 'prior',
        description: 'shares',
        value: 0.67,
        difference: { ...difference, value: 0.01, significant: false },
      },
    ],
    failed: [{ label: 'svm', name: 'svm', error: { name: 'Error', message: HOSTILE[1] } }],
    skipped: [{ name: 'ridge', reason: 'it is not for classification' }],
    verdict: { text: 'lightgbm has the best logLoss.', beatsBaselines: false, ties: [] },
    ...{ ledger, warnings: ['Something to know.'], environment },
  };
}

describe('the report of a comparison', () => {
  it('ranks the models, names what failed, leaves names as text, and renders again from its JSON', async () => {
    const report = await comparison();
    const { diagnostics } = await sampleReport();
    const results = [{ label: 'lightgbm', report: { ...(await sampleReport()), diagnostics } as never }];
    const first = await renderReport({ report, results }, { directory: join(root, 'a') });
    const page = await readFile(first.html, 'utf8');
    expect(first.html.endsWith('comparison.html')).toBe(true);
    const plots = [...page.matchAll(/data-plot="(\w+)"/g)].map(([, name]) => name);
    expect(plots).toEqual(['ranking', 'roc', 'trainingTime', 'splits']);
    expect(page).toContain('worse than the winner');
    expect(page).toContain('may be chance');
    expect(page).toContain('<strong>svm</strong> failed');
    expect(page).toContain('The test rows were left alone');
    expect(page.match(/<(script|img)\b/gi)).toBeNull();
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    expect(await readFile(first.modelCard, 'utf8')).toContain('# Model card: lightgbm');
    const again = await renderReport(JSON.parse(await readFile(first.json, 'utf8')), { directory: join(root, 'b') });
    expect(await readFile(again.html, 'utf8')).toBe(page);
  });
});
