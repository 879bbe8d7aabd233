/** ROC curves of several models over each other. */

import { across, grid, numeric, SHARES, shareTick, upward } from '../plots/axes.js';
import type { FigureOrMissing } from '../plots/figure.js';
import { colour, series } from '../plots/theme.js';
import { number } from '../text/numbers.js';
import type { ComparisonData } from './comparison-data.js';

/** Two classes only: more would be a curve a class and model. */
export function curvesFigure({ curves = [], models }: ComparisonData): FigureOrMissing {
  const shown = curves.flatMap(({ label, diagnostics }) => {
    const [curve] = diagnostics.roc;
    return diagnostics.classes.length === 2 && curve ? [{ label, curve }] : [];
  });
  if (shown.length === 0)
    return { missing: 'ROC curves: the models are for more than two classes, or the report has no curves of them.' };
  const rest = models.length - shown.length;
  return {
    name: 'roc',
    title: 'ROC curves',
    description: shown.map(({ label, curve }) => `${label}: AUC ${number(curve.area)}`).join('; '),
    caption: `On the validation rows that each model predicts. The broken diagonal is chance.${rest > 0 ? ` The best ${shown.length} of ${models.length} models.` : ''}`,
    legend: shown.map(({ label, curve }, i) => ({
      label: `${label} · ${number(curve.area, 3)}`,
      colour: series(i),
      mark: 'line',
    })),
    draw: (canvas, width) =>
      canvas.draw({
        ...numeric(width, Math.min(width, 340)),
        x: across('False positive rate', { domain: [0, 1], ticks: SHARES, tickFormat: shareTick }),
        y: upward('True positive rate', { domain: [0, 1], ticks: SHARES, tickFormat: shareTick }),
        marks: [
          ...grid(canvas, { x: SHARES, y: SHARES }),
          canvas.Plot.line(
            [
              [0, 0],
              [1, 1],
            ],
            { stroke: colour('axis'), strokeDasharray: '4,4' },
          ),
          ...shown.map(({ curve }, i) => canvas.Plot.line(curve.points, { stroke: series(i), strokeWidth: 1.75 })),
        ],
      }),
  };
}
