/** ROC and precision-recall: curves of one class or several, what chance would give, and where predictions are made. */
import type { ClassCurve } from '../diagnostics/diagnostics.js';
import { number, percent } from '../text/numbers.js';
import { across, grid, numeric, SHARES, shareTick, upward } from './axes.js';
import type { Canvas } from './canvas.js';
import type { FigureOrMissing, LegendEntry } from './figure.js';
import { colour, series } from './theme.js';

interface CurveWords {
  readonly name: 'roc' | 'precisionRecall';
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly area: string;
  readonly chance: string;
}

const ROC: CurveWords = {
  name: 'roc',
  title: 'ROC curve',
  x: 'False positive rate',
  y: 'True positive rate',
  area: 'AUC',
  chance: 'The broken diagonal is chance.',
};

const PRECISION_RECALL: CurveWords = {
  name: 'precisionRecall',
  title: 'Precision and recall',
  x: 'Recall',
  y: 'Precision',
  area: 'average precision',
  chance: 'The broken line is the share of positives: what chance gives.',
};

export const rocFigure = (curves: readonly ClassCurve[], why: string): FigureOrMissing => figureOf(ROC, curves, why);
export const precisionRecallFigure = (curves: readonly ClassCurve[], why: string): FigureOrMissing =>
  figureOf(PRECISION_RECALL, curves, why);

function figureOf(words: CurveWords, curves: readonly ClassCurve[], why: string): FigureOrMissing {
  if (curves.length === 0) return { missing: `${words.title}: ${why}` };
  const [first] = curves;
  const several = curves.length > 1;
  const { operating } = first;
  const at = operating
    ? `At the threshold ${number(operating.threshold, 3)}, ${words.x.toLowerCase()} is ${number(operating.x, 3)} and ${words.y.toLowerCase()} ${number(operating.y, 3)}.`
    : '';
  const areas = curves.map((curve) => `class ${curve.label}: ${words.area} ${number(curve.area)}`).join('; ');
  const legend: LegendEntry[] = several
    ? curves.map((curve, i) => ({
        label: `class ${curve.label} · ${number(curve.area, 3)}`,
        colour: series(i),
        mark: 'line',
      }))
    : [
        { label: `class ${first.label} · ${words.area} ${number(first.area, 3)}`, colour: series(0), mark: 'line' },
        ...(operating
          ? [{ label: `threshold ${number(operating.threshold, 3)}`, colour: colour('s2'), mark: 'dot' as const }]
          : []),
      ];
  return {
    name: words.name,
    title: words.title,
    description: `${words.title} of ${number(first.rows)} rows. ${areas}. ${at}`,
    caption:
      `${several ? 'Each class against the rest. ' : ''}${words.name === 'roc' ? words.chance : chanceOf(curves)} ${at}`.trim(),
    legend,
    table: {
      head: ['Class', 'Rows', 'Share', words.area],
      rows: curves.map((c) => [String(c.label), number(c.positives), percent(c.share), number(c.area)]),
    },
    draw: (canvas, width) => draw(canvas, width, words, curves),
  };
}

const chanceOf = (curves: readonly ClassCurve[]): string =>
  curves.length === 1
    ? `The broken line is what chance gives: the share of positives, ${percent(curves[0].share)}.`
    : 'Chance gives each class its share of the rows.';

function draw(canvas: Canvas, width: number, words: CurveWords, curves: readonly ClassCurve[]): string {
  const { Plot } = canvas;
  const [first] = curves;
  const chance =
    words.name === 'roc'
      ? [
          [0, 0],
          [1, 1],
        ]
      : curves.length === 1
        ? [
            [0, first.share],
            [1, first.share],
          ]
        : [];
  const dots = curves.flatMap(({ operating }) => (operating ? [[operating.x, operating.y]] : []));
  return canvas.draw({
    ...numeric(width, Math.min(width, 320)),
    x: across(words.x, { domain: [0, 1], ticks: SHARES, tickFormat: shareTick }),
    y: upward(words.y, { domain: [0, 1], ticks: SHARES, tickFormat: shareTick }),
    marks: [
      ...grid(canvas, { x: SHARES, y: SHARES }),
      Plot.line(chance as [number, number][], { stroke: colour('axis'), strokeDasharray: '4,4', strokeWidth: 1.25 }),
      ...curves.map((curve, i) => Plot.line(curve.points, { stroke: series(i), strokeWidth: 2 })),
      Plot.dot(dots as [number, number][], { r: 5, fill: colour('s2'), stroke: colour('card'), strokeWidth: 1.5 }),
    ],
  });
}
