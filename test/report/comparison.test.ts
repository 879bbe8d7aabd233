import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/render-report.js';
import { sampleComparison } from './sample.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-comparison-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the report of a comparison', () => {
  it('ranks the models, names what failed, leaves names as text, and renders again from its JSON', async () => {
    const comparison = await sampleComparison();
    const first = await renderReport(comparison, { directory: join(root, 'a') });
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
