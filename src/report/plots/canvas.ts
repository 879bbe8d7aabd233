/**
 * Where plots are drawn: Observable Plot on a document without a browser. What comes out is plain SVG: text as text, colours as variables of the page,
 * no style sheet, no style attribute and nothing that could run, so that it stands in a page that forbids all of these.
 */
import type { PlotOptions } from '@observablehq/plot';

export type PlotLibrary = typeof import('@observablehq/plot');

/** Of all text in plots: what margins are counted with. */
export const FONT_SIZE = 12;
export const FONT_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

export interface Canvas {
  readonly Plot: PlotLibrary;
  /** @returns markup of an `svg` element without a name: a figure gives it one */
  draw(options: PlotOptions): string;
}

let opened: Promise<Canvas> | undefined;

/** The first takes some tenths of a second, for loading; the others nothing. */
export function openCanvas(): Promise<Canvas> {
  opened ??= open().catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function open(): Promise<Canvas> {
  const Plot = await import('@observablehq/plot');
  const { parseHTML } = await import('linkedom');
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return {
    Plot,
    draw: (options) => {
      const drawn: { outerHTML: string } = Plot.plot({ ...options, document, className: 'plot' } as PlotOptions);
      return plain(drawn.outerHTML);
    },
  };
}

/** Without what the page's style sheet says already, and with coordinates no finer than a screen. */
function plain(svg: string): string {
  return svg
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/ (?:style|aria-label|aria-hidden|aria-description)="[^"]*"/g, '')
    .replace(
      / (transform|d|x|y|x1|x2|y1|y2|cx|cy|width|height|points)="([^"]*)"/g,
      (_, name: string, value: string) => {
        const rounded = value.replace(/-?\d+\.\d{2,}(?:e-?\d+)?/g, (n) => String(Math.round(Number(n) * 10) / 10));
        return ` ${name}="${rounded}"`;
      },
    )
    .replace(/ font-size="10"/, ` font-size="${FONT_SIZE}"`)
    .replace(/ font-family="system-ui, sans-serif"/, '');
}

/** Width in pixels of a text, from above: for margins, before anything is drawn. */
export const textWidth = (text: string): number => Math.ceil([...text].length * FONT_SIZE * 0.58) + 2;
