/** A figure as a file: its title and legend above the plot, colours of one theme, nothing that needs a page around it. */
import { escapeText } from '../html/escape.js';
import { type Canvas, FONT_FAMILY, FONT_SIZE, textWidth } from './canvas.js';
import type { Figure, LegendEntry } from './figure.js';
import { svgToPng } from './png.js';
import { resolved, THEMES, type ThemeName } from './theme.js';

export interface FileOptions {
  readonly format: 'svg' | 'png';
  readonly theme: ThemeName;
  readonly width?: number;
}

const PAD = 16;
const LINE = 18;

export async function figureFile(
  canvas: Canvas,
  figure: Figure,
  { format, theme, width = 720 }: FileOptions,
): Promise<string | Uint8Array> {
  const svg = standalone(canvas, figure, theme, width);
  return format === 'svg' ? svg : svgToPng(svg, THEMES[theme].card);
}

function standalone(canvas: Canvas, figure: Figure, theme: ThemeName, width: number): string {
  const inner = width - 2 * PAD;
  const plot = figure.draw(canvas, inner);
  const height = Number(/<svg[^>]* height="([\d.]+)"/.exec(plot)?.[1] ?? 300);
  const legend = legendOf(figure.legend ?? [], inner);
  const top = PAD + 22 + legend.height;
  const placed = plot
    .replace(/ class="plot[^"]*"/, '')
    .replace('<svg', `<svg x="${PAD}" y="${top}" overflow="visible"`);
  const { muted, ink, card } = THEMES[theme];
  const total = Math.ceil(top + height + PAD / 2);
  return `${resolved(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="${escapeText(FONT_FAMILY)}" font-size="${FONT_SIZE}" color="${muted}" role="img"><title>${escapeText(`${figure.title}. ${figure.description}`)}</title><rect width="${width}" height="${total}" fill="${card}"/><text x="${PAD}" y="${PAD + 12}" font-size="15" font-weight="600" fill="${ink}">${escapeText(figure.title)}</text><g transform="translate(${PAD},${PAD + 22})" fill="${muted}">${legend.markup}</g>${placed}</svg>`,
    theme,
  ).replaceAll(`fill="${ink}" class`, `fill="${muted}" class`)}\n`;
}

function legendOf(entries: readonly LegendEntry[], width: number): { markup: string; height: number } {
  let x = 0;
  let y = 0;
  const parts = entries.map(({ label, colour, mark, opacity = 1 }) => {
    const size = 24 + textWidth(label) + 14;
    if (x > 0 && x + size > width) {
      x = 0;
      y += LINE;
    }
    const at = x;
    x += size;
    const shape =
      mark === 'line' || mark === 'dash'
        ? `<line x1="0" x2="18" y1="9" y2="9" stroke="${colour}" stroke-width="2.5"${mark === 'dash' ? ' stroke-dasharray="4,3"' : ''}/>`
        : mark === 'dot'
          ? `<circle cx="9" cy="9" r="4" fill="${colour}" fill-opacity="${opacity}"/>`
          : `<rect x="2" y="4" width="14" height="10" rx="2" fill="${colour}" fill-opacity="${opacity}"/>`;
    return `<g transform="translate(${at},${y})">${shape}<text x="24" y="13">${escapeText(label)}</text></g>`;
  });
  return { markup: parts.join(''), height: entries.length === 0 ? 0 : y + LINE + 4 };
}
