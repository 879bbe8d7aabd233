/** What a real browser says of a page: complaints, overflow, text that cannot be read, text that is cut or lies on other text. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export function openBrowser(): Promise<Browser> {
  const script = fileURLToPath(new URL('./chromium.sh', import.meta.url));
  const executablePath = execFileSync('bash', [script], { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

export interface Visit {
  readonly page: Page;
  /** Console messages of warnings and errors, exceptions, dialogs. */
  readonly complaints: string[];
  /** What the page asked for, itself left out. */
  readonly requests: string[];
}

export async function visit(browser: Browser, url: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => request.url() !== url && requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/** Elements that stick out of the window, where the page scrolls sideways. */
export const overflow = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= window.innerWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.scroll'))
      .slice(0, 5).map((e) => e.tagName + '.' + e.className);
  })()`);

/** Drawn SVG texts that are cut off by their figure's card, or lie on another text of the same plot. */
export const unreadableTexts = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const found = [];
    for (const svg of document.querySelectorAll('svg.plot')) {
      if (svg.getClientRects().length === 0) continue;
      const name = svg.closest('figure').dataset.plot;
      const card = svg.closest('figure').getBoundingClientRect();
      const texts = [...svg.querySelectorAll('text')].filter((t) => t.textContent.trim() !== '')
        .map((t) => ({ text: t.textContent, box: t.getBoundingClientRect(), size: parseFloat(getComputedStyle(t).fontSize) * (svg.getBoundingClientRect().width / svg.viewBox.baseVal.width) }));
      for (const { text, box, size } of texts) {
        if (box.left < card.left || box.right > card.right || box.top < card.top || box.bottom > card.bottom)
          found.push(name + ': "' + text + '" is cut off');
        if (size < 8.5) found.push(name + ': "' + text + '" is ' + size.toFixed(1) + ' px');
      }
      for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
        const [a, b] = [texts[i].box, texts[j].box];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 3) found.push(name + ': "' + texts[i].text + '" lies on "' + texts[j].text + '"');
      }
    }
    return found.slice(0, 20);
  })()`);

/** Texts whose contrast with what is painted behind them is below WCAG's AA: 4.5, or 3 for large ones. */
export const faintTexts = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a)).concat(1);
    const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const painted = (element) => {
      const style = getComputedStyle(element);
      if (element instanceof SVGElement) {
        if (!(element instanceof SVGRectElement || element instanceof SVGCircleElement)) return [0, 0, 0, 0];
        const [r, g, b, a] = rgba(style.fill);
        return [r, g, b, a * Number(style.fillOpacity) * Number(style.opacity)];
      }
      return rgba(style.backgroundColor);
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() === '' || seen.has(element) || element.closest('.skip, style')) continue;
      seen.add(element);
      const range = document.createRange();
      range.selectNode(walker.currentNode);
      const box = range.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      element.scrollIntoView({ block: 'center', inline: 'center' });
      const at = range.getBoundingClientRect();
      const stack = document.elementsFromPoint(at.left + at.width / 2, at.top + at.height / 2);
      let ground = rgba(getComputedStyle(document.body).backgroundColor);
      for (const below of stack.reverse()) if (!element.contains(below) || below === element) if (below !== element || !(element instanceof SVGElement)) ground = over(painted(below), ground);
      const style = getComputedStyle(element);
      const colour = over(rgba(element instanceof SVGElement ? style.fill : style.color), ground);
      const [light, dark] = [luminance(colour), luminance(ground)].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      const size = parseFloat(style.fontSize);
      const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      if (contrast < wanted) found.push(contrast.toFixed(2) + ' "' + walker.currentNode.data.trim().slice(0, 40) + '" ' + colour.map(Math.round) + ' on ' + ground.map(Math.round));
    }
    return [seen.size < 20 ? 'only ' + seen.size + ' texts were looked at' : '', ...found].filter(Boolean).slice(0, 20);
  })()`);

/** Figures whose drawing is missing, has no size, or no marks. */
export const undrawn = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('figure[data-plot]')].filter((figure) => {
    const shown = [...figure.querySelectorAll('svg.plot')].filter((svg) => svg.getBoundingClientRect().height > 60 && svg.getBoundingClientRect().width > 200);
    return shown.length !== 1 || shown[0].querySelectorAll('path, circle, rect, line').length < 3 || shown[0].querySelectorAll('text').length < 2;
  }).map((figure) => figure.dataset.plot)`);

/** What axe-core finds against WCAG 2 A and AA and its best practices. */
export async function axeFindings(page: Page): Promise<string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(', ')))`);
}
