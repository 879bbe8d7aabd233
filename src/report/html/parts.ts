/** Tables, figures and lists: what sections are put together from. */
import type { Canvas } from '../plots/canvas.js';
import {
  type Figure,
  type FigureOrMissing,
  isFigure,
  type LegendEntry,
  MEDIUM,
  NARROW,
  WIDE,
} from '../plots/figure.js';
import { escapeText, Html, type HtmlValue, html } from './escape.js';

export interface Cell {
  readonly text: string;
  /** Below the text, smaller. */
  readonly small?: string;
  readonly tone?: 'good' | 'bad' | 'open' | 'text';
}

/** Characters of a text that stays on one line. */
const SHORT = 24;

/** A table that scrolls by itself where the page is too narrow; its first column names the rows. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
  { quiet = false }: { readonly quiet?: boolean } = {},
): Html {
  const cell = (value: string | Cell): Html => {
    const { text, small, tone }: Cell = typeof value === 'string' ? { text: value } : value;
    const about = small !== undefined && html`<span class="small">${small}</span>`;
    const kind = tone === 'text' && text.length > SHORT ? 'text long' : tone;
    return kind ? html`<td class="${kind}">${text}${about}</td>` : html`<td>${text}${about}</td>`;
  };
  const wordy = (column: number): boolean =>
    rows.length > 0 && typeof rows[0][column] === 'object' && (rows[0][column] as Cell).tone === 'text';
  const heading = (name: string, column: number): Html => {
    if (name === '') return html`<td></td>`;
    return wordy(column) ? html`<th scope="col" class="text">${name}</th>` : html`<th scope="col">${name}</th>`;
  };
  const first = (value: string | Cell): string => (typeof value === 'string' ? value : value.text);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${caption}"><table>${quiet ? undefined : html`<caption>${caption}</caption>`}
<thead><tr>${head.map(heading)}</tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${first(row[0])}</th>${row.slice(1).map(cell)}</tr>\n`)}</tbody></table></div>`;
}

export const card = (body: HtmlValue, full = false): Html => html`<div class="card${full && ' full'}">${body}</div>`;

/** Reasons of what is missing, in the place of what would be there. */
export const missing = (reasons: readonly string[]): Html | undefined =>
  reasons.length === 0
    ? undefined
    : html`<ul class="missing">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`;

/** Figures side by side, wide ones over the whole width, then the reasons of those that are missing. */
export function figures(canvas: Canvas, parts: readonly FigureOrMissing[], more: HtmlValue = undefined): Html {
  const drawn = parts.filter(isFigure);
  const reasons = parts.flatMap((part) => (isFigure(part) ? [] : [part.missing]));
  return html`${drawn.length > 0 && html`<div class="grid">${drawn.map((part) => figure(canvas, part))}${more}</div>`}${missing(reasons)}`;
}

export function figure(canvas: Canvas, part: Figure): Html {
  const { title, caption, description, wide, legend, table: numbers } = part;
  const svg = (width: number, kind: string): Html =>
    new Html(named(part.draw(canvas, width), `${title}. ${description}`, kind));
  return html`<figure class="card${wide && ` ${wide}`}" data-plot="${part.name}"><h3>${title}</h3>
${legend && legend.length > 0 && html`<ul class="legend">${legend.map((entry) => html`<li>${key(entry)}${entry.label}</li>`)}</ul>`}
${svg(NARROW, 'narrow')}${wide && svg(MEDIUM, 'medium')}${wide === 'full' && svg(WIDE, 'wide')}
<figcaption>${caption}</figcaption>
${numbers && html`<details><summary>Numbers: ${title}</summary>${table(title, numbers.head, numbers.rows, { quiet: true })}</details>`}
</figure>
`;
}

/** With a name for those who do not see it; it scales with its box. */
const named = (svg: string, label: string, kind: string): string =>
  svg
    .replace(/ class="plot[^"]*"/, '')
    .replace('<svg', `<svg class="plot ${kind}" role="img" aria-label="${escapeText(label)}"`);

/** A small picture of the mark beside its name. */
function key({ colour, mark, opacity = 1 }: LegendEntry): Html {
  const shape = {
    line: `<line x1="0" y1="5" x2="18" y2="5" stroke="${colour}" stroke-width="2.5"/>`,
    dash: `<line x1="0" y1="5" x2="18" y2="5" stroke="${colour}" stroke-width="2" stroke-dasharray="4,3"/>`,
    dot: `<circle cx="9" cy="5" r="4" fill="${colour}" fill-opacity="${opacity}"/>`,
    area: `<rect x="2" y="0" width="14" height="10" rx="2" fill="${colour}" fill-opacity="${opacity}"/>`,
  }[mark];
  return new Html(`<svg viewBox="0 0 18 10" aria-hidden="true" focusable="false">${shape}</svg>`);
}
