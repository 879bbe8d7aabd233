/** `renderPlot`: one plot of a report, as a picture that stands alone. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { gather } from './gather.js';
import { checkChoice, checkParts, checkPlotName, type Reportable, type ReportParts } from './options.js';
import { openCanvas } from './plots/canvas.js';
import { isFigure, type PlotName } from './plots/figure.js';
import { figureFile } from './plots/standalone.js';
import type { ThemeName } from './plots/theme.js';
import { figuresOf } from './render-report.js';

export interface RenderPlotOptions extends ReportParts {
  /** PNG takes the package @resvg/resvg-js. Default 'svg'. */
  readonly format?: 'svg' | 'png';
  /** Default 'light'. */
  readonly theme?: ThemeName;
  /** In pixels of the SVG, 280 to 2,000; a PNG has twice as many. Default 720. */
  readonly width?: number;
}

/**
 * Draws one plot of a result with its title and legend: text of an SVG, or bytes of a PNG.
 *
 * @throws ConfigError - an unknown plot (the nearest is named) or option
 * @throws InvalidInputError - a result that has nothing for this plot; the message says why
 * @throws MissingDependencyError - PNG without @resvg/resvg-js
 * @example
 * await writeFile('roc.svg', await renderPlot(result, 'roc'));
 */
export async function renderPlot(
  result: Reportable,
  name: PlotName,
  options?: RenderPlotOptions & { readonly format?: 'svg' },
): Promise<string>;
export async function renderPlot(
  result: Reportable,
  name: PlotName,
  options: RenderPlotOptions & { readonly format: 'png' },
): Promise<Uint8Array>;
export async function renderPlot(
  result: Reportable,
  name: PlotName,
  options: RenderPlotOptions = {},
): Promise<string | Uint8Array> {
  checkPlotName('renderPlot', name);
  checkParts('renderPlot', options, ['format', 'theme', 'width']);
  const { format = 'svg', theme = 'light', width = 720 } = options;
  checkChoice('renderPlot', 'format', format, ['svg', 'png']);
  checkChoice('renderPlot', 'theme', theme, ['light', 'dark']);
  if (!(width >= 280 && width <= 2000))
    throw new ConfigError(`renderPlot: width is ${String(width)}`, { hint: 'Use 280 to 2,000 pixels.' });
  const canvas = await openCanvas();
  const parts = figuresOf(canvas, await gather(result, options));
  const figure = parts.filter(isFigure).find((part) => part.name === name);
  if (figure) return figureFile(canvas, figure, { format, theme, width });
  const there = parts.filter(isFigure).map((part) => part.name);
  const reasons = parts.flatMap((part) => (isFigure(part) ? [] : [part.missing]));
  throw new InvalidInputError(`renderPlot: this result has no plot '${name}'`, {
    hint: there.length === 0 ? reasons.slice(0, 3).join(' ') : `It has: ${there.join(', ')}.`,
    details: { plot: name, there, reasons },
  });
}
