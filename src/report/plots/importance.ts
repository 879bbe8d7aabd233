/** Which features the model uses: a bar each, the largest first. */

import { middle, number, percent } from '../text/numbers.js';
import type { TrainingReport } from '../training-report.js';
import { across, grid, labelLength, labelMargin } from './axes.js';
import type { FigureOrMissing } from './figure.js';
import { colour } from './theme.js';
import { tick } from './values.js';

const FEATURES = 20;

const KINDS: Readonly<Record<string, string>> = {
  gain: 'Loss reduction of the splits on a feature',
  split: 'Splits on a feature',
  cover: 'Rows that the splits on a feature saw',
  permutation: 'Loss of score with the feature shuffled',
};

export function importanceFigure(importance: TrainingReport['featureImportance']): FigureOrMissing {
  if (!importance)
    return {
      missing: 'Importance: the model has none of its own. SHAP values or permutation importance can be given.',
    };
  const features = importance.features.filter(({ value }) => Number.isFinite(value));
  if (features.length === 0 || features[0].value === 0) return { missing: 'Importance: the model uses no feature.' };
  const shown = features.slice(0, FEATURES);
  const total = features.reduce((sum, { value }) => sum + Math.abs(value), 0);
  const rest = features.length - shown.length;
  const covered = shown.reduce((sum, { value }) => sum + Math.abs(value), 0) / total;
  const what = KINDS[importance.kind] ?? importance.kind;
  return {
    name: 'importance',
    title: 'Feature importance',
    description: `${what}. Largest: ${shown
      .slice(0, 3)
      .map(({ name, value }) => `${name} (${number(value)})`)
      .join(', ')}.`,
    caption: `${what}.${rest > 0 ? ` The first ${FEATURES} of ${number(features.length)} features; they hold ${percent(covered, 0)} of the whole.` : ''}`,
    wide: 'two',
    table: {
      head: ['Feature', importance.kind, 'Share'],
      rows: features.slice(0, 50).map(({ name, value }) => [name, number(value), percent(Math.abs(value) / total)]),
    },
    draw: (canvas, width) => {
      const names = distinct(shown.map(({ name }) => middle(name, labelLength(width))));
      const bars = shown.map(({ value }, i) => ({ name: names[i], value }));
      return canvas.draw({
        ...{ width, height: 58 + 18 * bars.length, marginTop: 8, marginRight: 16, marginBottom: 42 },
        marginLeft: labelMargin(names, width),
        x: across(importance.kind, { ticks: 4, tickFormat: tick }),
        y: { domain: names, label: null, tickSize: 0, padding: 0.25 },
        marks: [
          ...grid(canvas, { x: 4 }),
          canvas.Plot.barX(bars, { x: 'value', y: 'name', fill: colour('s1'), fillOpacity: 0.8, rx: 2 }),
        ],
      });
    },
  };
}

/** Names that became equal by shortening, told apart by a number. */
export function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} #${count}`;
  });
}
