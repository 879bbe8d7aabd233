/** `renderReport`: a page, the data behind it and a model card, each complete or as it was before. */
import { join, resolve } from 'node:path';
import { InvalidInputError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { comparisonFigures, comparisonPage } from './comparison/comparison-page.js';
import { type Gathered, gather } from './gather.js';
import { toCompactJson } from './json.js';
import { comparisonCard } from './model-card/comparison-card.js';
import { modelCard } from './model-card/model-card.js';
import {
  checkParts,
  checkPlotFiles,
  type PlotFiles,
  type RenderedReport,
  type RenderReportOptions,
  type Reportable,
} from './options.js';
import { type Canvas, openCanvas } from './plots/canvas.js';
import { type Figure, isFigure } from './plots/figure.js';
import { figureFile } from './plots/standalone.js';
import { reportFigures } from './sections/report-figures.js';
import { reportPage } from './sections/report-page.js';

/**
 * Writes `report.html` (of a comparison `comparison.html`), the same as JSON, and `model-card.md` into a directory. The page is one file that works
 * offline, in light and dark, on a phone and in print; parts that are not known are said in words. Everything is drawn before anything is written.
 *
 * @param result what `trainModel` or `trainAll` gave, a report as JSON, or the error of a run that failed
 * @throws ConfigError - an unknown option
 * @throws InvalidInputError - what is no result; predictions that do not fit together; a directory that cannot be written
 * @throws MissingDependencyError - plots as PNG without @resvg/resvg-js
 * @example
 * const result = await new ModelTrainer().trainModel('lightgbm', container);
 * const { html } = await renderReport(result, { directory: 'report' });
 */
export async function renderReport(result: Reportable, options: RenderReportOptions): Promise<RenderedReport> {
  checkParts('renderReport', options, ['directory', 'plots']);
  if (typeof options.directory !== 'string' || options.directory === '')
    throw new InvalidInputError('renderReport: there is no directory to write to', {
      hint: "Pass { directory: 'report' }.",
    });
  const plots = plotFilesOf(options.plots);
  if (plots) checkPlotFiles('renderReport', plots);
  const gathered = await gather(result, options);
  const canvas = await openCanvas();
  const name = gathered.kind === 'comparison' ? 'comparison' : 'report';
  const directory = resolve(options.directory);
  const files: [path: string, content: string | Uint8Array][] = [
    [join(directory, `${name}.html`), pageOf(canvas, gathered)],
    [join(directory, `${name}.json`), toCompactJson(gathered.data)],
    [
      join(directory, 'model-card.md'),
      gathered.kind === 'comparison' ? comparisonCard(gathered.data) : modelCard(gathered.data),
    ],
  ];
  const drawn = plots ? await plotFiles(canvas, gathered, join(directory, 'plots'), plots) : [];
  for (const [path, content] of [...drawn, ...files]) await writeFileAtomic(path, content);
  const [html, json, card] = files.map(([path]) => path);
  return { html, json, modelCard: card, plots: drawn.map(([path]) => path) };
}

const pageOf = (canvas: Canvas, gathered: Gathered): string =>
  gathered.kind === 'comparison' ? comparisonPage(canvas, gathered.data) : reportPage(canvas, gathered.data);

/** @internal */
export const figuresOf = (canvas: Canvas, gathered: Gathered) =>
  gathered.kind === 'comparison' ? comparisonFigures(gathered.data) : reportFigures(canvas, gathered.data);

const plotFilesOf = (plots: RenderReportOptions['plots']): PlotFiles | undefined =>
  plots === true ? {} : plots === false ? undefined : plots;

async function plotFiles(canvas: Canvas, gathered: Gathered, directory: string, plots: PlotFiles) {
  const { names, format = 'svg', theme = 'light' } = plots;
  const wanted = figuresOf(canvas, gathered).filter(
    (part): part is Figure => isFigure(part) && (!names || names.includes(part.name)),
  );
  const files: [path: string, content: string | Uint8Array][] = [];
  for (const part of wanted)
    files.push([join(directory, `${part.name}.${format}`), await figureFile(canvas, part, { format, theme })]);
  return files;
}
