/** SHAP beeswarm: a dot a row and feature, at how far the feature moved the output, coloured by the feature's value. */
import type { ShapSummary } from '../report-data.js';
import { middle, number } from '../text/numbers.js';
import { across, grid, labelLength, labelMargin } from './axes.js';
import type { FigureOrMissing } from './figure.js';
import { distinct } from './importance.js';
import { type Colour, colour } from './theme.js';
import { tick } from './values.js';

const LEVELS: readonly Colour[] = ['v0', 'v1', 'v2', 'v3', 'v4'];
const ROW = 24;
/** Dots of one feature that share a bin lie over each other: bins over the width of the plot. */
const BINS = 110;

export function shapFigure(shap: ShapSummary | undefined): FigureOrMissing {
  if (!shap) return { missing: 'SHAP values: none were given.' };
  const features = shap.features.filter(({ values }) => values.some(Number.isFinite));
  if (features.length === 0) return { missing: 'SHAP values: there are none with a number.' };
  const rows =
    shap.shown < shap.rows
      ? `${number(shap.shown)} of ${number(shap.rows)} rows are drawn.`
      : `${number(shap.rows)} rows.`;
  const more =
    shap.allFeatures > features.length ? ` The first ${features.length} of ${number(shap.allFeatures)} features.` : '';
  const unit = shap.unit === 'probability' ? 'probability' : shap.unit === 'raw' ? 'score before the link' : 'value';
  return {
    name: 'shap',
    title: 'SHAP values',
    description: `How far each feature moves the ${unit} of ${shap.output}. Largest mean: ${features
      .slice(0, 3)
      .map(({ name, meanAbsolute }) => `${name} (${number(meanAbsolute)})`)
      .join(', ')}.`,
    caption: `A dot a row: how far the feature moves the ${unit} (${shap.output}) from its mean, ${number(shap.baseValue)}. ${rows}${more}${
      shap.outputs > 1 ? ` Of ${shap.outputs} outputs, the one that moves most.` : ''
    }`,
    wide: 'full',
    legend: [
      { label: 'low feature value', colour: colour('v0'), mark: 'dot' },
      { label: 'middle', colour: colour('v2'), mark: 'dot' },
      { label: 'high', colour: colour('v4'), mark: 'dot' },
      ...(features.some(({ levels }) => levels.includes(-1))
        ? [{ label: 'missing', colour: colour('none'), mark: 'dot' as const }]
        : []),
    ],
    table: {
      head: ['Feature', 'Mean absolute value'],
      rows: features.map(({ name, meanAbsolute }) => [name, number(meanAbsolute)]),
    },
    draw: (canvas, width) => {
      const share = width > 500 ? 0.3 : 0.38;
      const names = distinct(features.map(({ name }) => middle(name, labelLength(width, share))));
      const dots = swarm(features.map(({ values, levels }) => ({ values, levels })));
      return canvas.draw({
        ...{ width, height: 54 + ROW * features.length, marginTop: 8, marginRight: 16, marginBottom: 42 },
        marginLeft: labelMargin(names, width, share),
        x: across(`SHAP value, ${unit}`, { ticks: width > 500 ? 7 : 4, tickFormat: tick, inset: 4 }),
        y: {
          domain: [features.length - 0.5, -0.5],
          ticks: names.map((_, i) => i),
          tickFormat: (i: number) => names[i],
          label: null,
          tickSize: 0,
        },
        marks: [
          ...grid(canvas, { y: names.map((_, i) => i) }),
          canvas.Plot.ruleX([0], { stroke: colour('axis') }),
          ...[-1, 0, 1, 2, 3, 4].map((level) =>
            canvas.Plot.dot(
              dots.filter((dot) => dot.level === level),
              {
                ...{ x: 'x', y: 'y', r: 1.7, fillOpacity: 0.85 },
                fill: level < 0 ? colour('none') : colour(LEVELS[level]),
              },
            ),
          ),
        ],
      });
    },
  };
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly level: number;
}

/** Dots of one bin stand above and below the feature's line by turns; the fullest bin of all fills the row. */
function swarm(features: readonly { values: readonly number[]; levels: readonly number[] }[]): Dot[] {
  const all = features.flatMap(({ values }) => values.filter(Number.isFinite));
  const low = all.reduce((a, b) => Math.min(a, b), 0);
  const high = all.reduce((a, b) => Math.max(a, b), 0);
  const binOf = (value: number): number => (high > low ? Math.floor(((value - low) / (high - low)) * BINS) : 0);
  return features.flatMap(({ values, levels }, row) => {
    const filled = new Map<number, number>();
    const placed = values.flatMap((x, i) => {
      if (!Number.isFinite(x)) return [];
      const bin = binOf(x);
      const height = filled.get(bin) ?? 0;
      filled.set(bin, height + 1);
      const step = Math.ceil(height / 2) * (height % 2 === 0 ? 1 : -1);
      return [{ x, step, level: levels[i] }];
    });
    const most = Math.max(...placed.map(({ step }) => Math.abs(step)), 1);
    const scale = Math.min(0.42 / most, 0.14);
    return placed.map(({ x, step, level }) => ({ x, y: row + step * scale, level }));
  });
}
