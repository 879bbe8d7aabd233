/** Reports in a real Chromium: phone, tablet and desk, light and dark; screenshots stay in node_modules/.cache/report-screenshots. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/index.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { type ShapResult, shapValues } from '../../src/explain/index.js';
import { renderReport } from '../../src/report/render-report.js';
import { fullReport, HOSTILE, sampleComparison, sampleReport, sampleShap, sampleTuning } from '../report/sample.js';
import { axeFindings, faintTexts, openBrowser, overflow, undrawn, unreadableTexts, visit } from './report-browser.js';

const screenshots = fileURLToPath(new URL('../../node_modules/.cache/report-screenshots/', import.meta.url));
const WIDTHS = [360, 768, 1440];

let browser: Browser;
let root: string;
/** Address of each page. */
const pages: Record<string, string> = {};

beforeAll(async () => {
  browser = await openBrowser();
  root = await mkdtemp(join(tmpdir(), 'holdfast-pages-'));
  mkdirSync(screenshots, { recursive: true });
  const add = async (...given: Parameters<typeof render>) => {
    pages[given[0]] = pathToFileURL(await render(...given)).href;
  };
  const full = await fullReport();
  await add('full', full, { shap: await explained(full.data?.featureNames ?? []) });
  await add('comparison', await sampleComparison());
  await add('regression', await sampleReport({ classes: 0 }));
  await add('many-classes', await sampleReport({ classes: 500, rows: 1500 }));
  await add('failed', new Error('the loss is not finite'));
  const hostile = await sampleReport({ featureNames: HOSTILE });
  const model = { ...hostile.model, name: HOSTILE[0], config: { [HOSTILE[4]]: HOSTILE[1] } };
  await add(
    'hostile',
    { ...hostile, model, title: HOSTILE[8], warnings: HOSTILE, verdict: { ...hostile.verdict, text: HOSTILE[1] } },
    { shap: sampleShap(HOSTILE), tuning: sampleTuning(30, HOSTILE.slice(0, 4)), lineage: { [HOSTILE[2]]: HOSTILE[0] } },
  );
});
afterAll(async () => {
  await browser?.close();
  if (root) await rm(root, { recursive: true, force: true });
});

/** SHAP values of a model that was trained. */
async function explained(featureNames: readonly string[]): Promise<ShapResult> {
  const random = new Random(3);
  const X = Matrix.wrap(
    Float32Array.from({ length: 300 * featureNames.length }, () => random.normal()),
    featureNames.length,
  );
  const y = Array.from({ length: 300 }, (_, i) => Number(X.row(i)[0] - X.row(i)[1] * X.row(i)[2] > 0));
  const model = new LightGBMModel({ numIterations: 20, numLeaves: 7 });
  await model.fit({ X, y, featureNames: [...featureNames] });
  return shapValues(model, X);
}

async function render(
  name: string,
  result: Parameters<typeof renderReport>[0],
  options: Partial<Parameters<typeof renderReport>[1]> = {},
): Promise<string> {
  const { html } = await renderReport(result, { ...options, directory: join(root, name) });
  return html;
}

const NAMES = ['full', 'comparison', 'regression', 'many-classes', 'failed', 'hostile'];

describe('a report in Chromium', () => {
  it.each(NAMES)('%s: nothing complains, sticks out, is cut off or lies on other text at any width', async (name) => {
    for (const width of WIDTHS) {
      const { page, complaints, requests } = await visit(browser, pages[name], { viewport: { width, height: 900 } });
      expect(await overflow(page), `${name} at ${width}`).toEqual([]);
      expect(await unreadableTexts(page), `${name} at ${width}`).toEqual([]);
      expect(await undrawn(page), `${name} at ${width}`).toEqual([]);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect([complaints, requests]).toEqual([[], []]);
      await page.screenshot({ path: join(screenshots, `${name}-${width}.png`), fullPage: true });
      await page.context().close();
    }
  });

  it.each(['light', 'dark'] as const)('has text of AA contrast in %s', async (colorScheme) => {
    for (const name of NAMES) {
      const { page } = await visit(browser, pages[name], { viewport: { width: 1440, height: 900 }, colorScheme });
      expect(await faintTexts(page), name).toEqual([]);
      if (colorScheme === 'dark')
        await page.screenshot({ path: join(screenshots, `${name}-dark.png`), fullPage: true });
      await page.context().close();
    }
  });

  it.each(NAMES)('%s: has names for everything, as axe-core checks', async (name) => {
    const { page } = await visit(browser, pages[name], { viewport: { width: 1440, height: 900 } });
    expect(await axeFindings(page)).toEqual([]);
    const names = await page.evaluate(
      `[...document.querySelectorAll('svg.plot')].map((svg) => svg.getAttribute('role') + ' ' + (svg.getAttribute('aria-label') ?? '').length)`,
    );
    for (const label of names as string[]) expect(Number(/^img (\d+)$/.exec(label)?.[1])).toBeGreaterThan(20);
    await page.context().close();
  });

  it('is reached by the keyboard: skip link, sections, tables that scroll, numbers behind the plots', async () => {
    const { page } = await visit(browser, pages.full, { viewport: { width: 1440, height: 900 } });
    const reached = new Set<string>();
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(
        `(() => { const e = document.activeElement; return e.className || e.tagName; })()`,
      );
      reached.add(String(focused));
    }
    expect([...reached]).toEqual(expect.arrayContaining(['skip', 'A', 'SUMMARY', 'scroll']));
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('details').first().getAttribute('open')).not.toBeNull();
    await page.context().close();
  });

  it('prints in light, without navigation, whole', async () => {
    const { page } = await visit(browser, pages.full, { viewport: { width: 1000, height: 900 }, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await undrawn(page)).toEqual([]);
    expect((await page.pdf({ format: 'A4', path: join(screenshots, 'full.pdf') })).length).toBeGreaterThan(20_000);
    await page.context().close();
  });
});
