import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError, TrainingFailedError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { RenderReportOptions, Reportable } from '../../src/report/options.js';
import { renderReport } from '../../src/report/render-report.js';
import { fullReport, HOSTILE, predictedRows, sampleReport, sampleShap, sampleTuning } from './sample.js';

let root: string;
let made = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-report-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Texts of the three files. */
async function rendered(result: Reportable, options: Omit<RenderReportOptions, 'directory'> = {}) {
  const directory = join(root, `r${made++}`);
  const { html, json, modelCard, plots } = await renderReport(result, { directory, ...options });
  const [page, data, card] = await Promise.all([html, json, modelCard].map((path) => readFile(path, 'utf8')));
  return { page, data: JSON.parse(data) as Record<string, unknown>, card, plots, directory };
}

const plotsOf = (page: string): string[] => [
  ...new Set([...page.matchAll(/data-plot="(\w+)"/g)].map(([, name]) => name)),
];

describe('renderReport', () => {
  it('shows every part of a whole report in one file that asks for nothing', async () => {
    const full = await fullReport();
    const { page } = await rendered(full, { shap: sampleShap(full.data?.featureNames ?? []) });
    expect(plotsOf(page)).toEqual(
      [
        'baselines',
        'confusionMatrix',
        'roc',
        'precisionRecall',
        'calibration',
        'scores',
        'scoreOverTime',
        'learningCurves',
        'importance',
      ].concat(['shap', 'splits', 'folds', 'tuningHistory', 'parallelCoordinates']),
    );
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i);
    expect(page).not.toMatch(
      /\b(?:src|srcset|data|action|poster|background)\s*=|url\(|@import|<[^>]+ on\w+=| style="/i,
    );
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
    expect(links.every((target) => target.startsWith('#') && page.includes(`id="${target.slice(1)}"`))).toBe(true);
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    expect(Buffer.byteLength(page)).toBeLessThan(2e6);
  });

  it('writes JSON that renders to the same page', async () => {
    const full = await fullReport();
    const first = await rendered(full, { shap: sampleShap(full.data?.featureNames ?? []) });
    const second = await rendered(first.data as Reportable);
    expect(second.page).toBe(first.page);
    expect(second.card).toBe(first.card);
  });

  it('says what is missing of an empty report', async () => {
    const { page } = await rendered({ title: 'Nothing' });
    expect(plotsOf(page)).toEqual([]);
    for (const words of [
      'No split was scored',
      'no predictions of validation rows',
      'no record of the training',
      'SHAP values: none were given',
      'no cross-validation was given',
      'No tuning study',
      'No ledger',
      'configuration is not on record',
    ])
      expect(page).toContain(words);
  });

  it('shows a run that failed, with its reason and what to do', async () => {
    const error = new TrainingFailedError('the loss is <not> finite', { hint: 'Lower the learning rate.' });
    for (const given of [error, { error, report: { seed: 3 } }]) {
      const { page, card, data } = await rendered(given);
      expect(page).toContain('Run failed');
      expect(page).toContain('the loss is &lt;not&gt; finite');
      expect(page).toContain('Lower the learning rate.');
      expect(card).toContain('There is no model to use.');
      expect(data).toMatchObject({ status: 'failed', failure: { name: 'TrainingFailedError' } });
    }
    expect((await rendered({ error: 'just text' })).page).toContain('just text');
  });

  it('draws regressions and many classes with what they have', async () => {
    const regression = await rendered(await sampleReport({ classes: 0 }));
    expect(plotsOf(regression.page)).toEqual(expect.arrayContaining(['predictedActual', 'residuals', 'scoreOverTime']));
    expect(plotsOf(regression.page)).not.toContain('roc');
    const many = await rendered(await sampleReport({ classes: 500, rows: 1500 }));
    expect(many.page).toContain('The 9 classes with the most rows are shown, 491 others are put together as +491.');
    expect(many.page).toContain('Curves are drawn for the 6 classes with the most rows, of 500.');
    expect(Buffer.byteLength(many.page)).toBeLessThan(2e6);
  });

  it('draws what one class, no validation rows, an empty history and scores without numbers leave', async () => {
    const { evaluations, diagnostics, training, ...rest } = await sampleReport();
    const rows = predictedRows({});
    const one = await rendered(
      { ...rest, evaluations: {}, training: { ...training, history: [] } },
      { predictions: { test: { ...rows, y: new Float64Array(600) } } },
    );
    expect(one.page).toContain('ROC curve: ROC and precision-recall are undefined: no row is of class 1.');
    expect(one.page).toContain('does not learn in epochs');
    const blank = Matrix.wrap(new Float32Array(1200).fill(Number.NaN), 2);
    const none = await rendered(rest, { predictions: { test: { ...rows, probabilities: blank } } });
    expect(none.page).toContain('600 of 600 rows have no finite score');
    const noValidation = {
      ...training,
      valLoss: Number.NaN,
      history: training.history.map((h) => ({ ...h, valLoss: Number.NaN })),
    };
    expect((await rendered({ ...rest, training: noValidation })).page).toContain(
      'there were no validation rows to watch',
    );
  });

  it('turns names with markup into text, everywhere', async () => {
    const names = HOSTILE;
    const sample = await sampleReport({ featureNames: names });
    const hostile = {
      ...sample,
      title: names[0],
      model: { ...sample.model, name: names[1], variant: names[3], config: { [names[4]]: names[0] } },
      data: { ...sample.data, symbol: names[0] },
      warnings: [...names],
      baselines: sample.baselines.map((baseline) => ({ ...baseline, name: names[1] })),
      verdict: { ...sample.verdict, text: names[0] },
    };
    const { page, card, plots } = await rendered(hostile, {
      ...{
        shap: sampleShap(names),
        tuning: sampleTuning(30, names.slice(0, 4)),
        lineage: { [names[1]]: names[0] },
        plots: true,
      },
    });
    expect(page.match(/<(script|img|b)\b/gi)).toBeNull();
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u2028\u2029]/);
    expect(Buffer.from(page).toString()).toBe(page);
    expect(card.replace(/```[\s\S]*```/, '')).not.toMatch(/(?<!\\)<script|(?<!\\)<img/);
    for (const path of plots) expect(await readFile(path, 'utf8')).not.toMatch(/<script|<img|var\(--/i);
  });

  it('keeps 100,000 predictions under two megabytes, the page and the data', async () => {
    const report = await sampleReport();
    const { page, data } = await rendered(report, {
      predictions: { test: predictedRows({ rows: 100_000 }) },
      shap: sampleShap(report.data.featureNames, 2000),
    });
    expect(Buffer.byteLength(page)).toBeLessThan(2e6);
    expect(JSON.stringify(data).length).toBeLessThan(2e6);
    expect(page).toContain('200 of 2,000 rows are drawn');
  });

  it('writes the plots that were asked for, as files that stand alone', async () => {
    const full = await fullReport();
    const { plots, directory } = await rendered(full, { plots: { names: ['roc', 'folds'], theme: 'dark' } });
    expect(plots).toEqual([join(directory, 'plots', 'roc.svg'), join(directory, 'plots', 'folds.svg')]);
    for (const path of plots) {
      const svg = await readFile(path, 'utf8');
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(svg).not.toMatch(/var\(|currentColor|style=/);
      expect(svg).toContain('#161d27');
    }
    expect((await readdir(directory)).sort()).toEqual(['model-card.md', 'plots', 'report.html', 'report.json']);
  });

  it('refuses what is no result, unknown options and directories that cannot be', async () => {
    const report = await sampleReport();
    const directory = join(root, 'refused');
    for (const wrong of [null, 3, {}, { report: null }])
      await expect(renderReport(wrong as unknown as Reportable, { directory })).rejects.toThrow(InvalidInputError);
    await expect(renderReport({ ...report, formatVersion: 99 as 1 }, { directory })).rejects.toThrow(/format 99/);
    await expect(renderReport(report, { directory, tunning: {} } as unknown as RenderReportOptions)).rejects.toThrow(
      ConfigError,
    );
    await expect(renderReport(report, { directory, threshold: 2 })).rejects.toThrow(ConfigError);
    await expect(renderReport(report, { directory: '' })).rejects.toThrow(InvalidInputError);
    await expect(renderReport(report, { directory, plots: { names: ['rok' as 'roc'] } })).rejects.toMatchObject({
      hint: "Did you mean 'roc'?",
    });
    const file = join(root, 'a-file');
    await writeFile(file, '');
    await expect(renderReport(report, { directory: join(file, 'below') })).rejects.toThrow(InvalidInputError);
    await expect(readdir(directory)).rejects.toThrow();
  });
});
