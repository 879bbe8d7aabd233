/** Regression: predicted beside true values, and the distribution of what lies between. */
import type { ValuePlots } from '../diagnostics/diagnostics.js';
import { number } from '../text/numbers.js';
import { across, grid, numeric, upward } from './axes.js';
import type { FigureOrMissing } from './figure.js';
import { colour } from './theme.js';

export function predictedActualFigure(values: ValuePlots | undefined, why: string): FigureOrMissing {
  if (!values || values.points.length === 0) return { missing: `Predicted and true values: ${why}` };
  const { points, rows } = values;
  const all = points.flat();
  const low = Math.min(...all);
  const high = Math.max(...all);
  const sampled =
    points.length < rows
      ? `${number(points.length)} of ${number(rows)} rows are drawn, evenly over the true values.`
      : '';
  return {
    name: 'predictedActual',
    title: 'Predicted and true values',
    description: `Predicted against true values of ${number(rows)} rows, from ${number(low)} to ${number(high)}.`,
    caption: `On the broken diagonal, predictions are exact. ${sampled}`.trim(),
    draw: (canvas, width) =>
      canvas.draw({
        ...numeric(width, Math.min(width, 320)),
        marginLeft: 56,
        x: across('True value', { ticks: 5, tickFormat: tick, domain: [low, high], nice: true }),
        y: upward('Predicted value', { ticks: 5, tickFormat: tick, domain: [low, high], nice: true }),
        marks: [
          ...grid(canvas, { x: 5, y: 5 }),
          canvas.Plot.dot(points, { r: 1.8, fill: colour('s1'), fillOpacity: 0.4 }),
          canvas.Plot.line(
            [
              [low, low],
              [high, high],
            ],
            { stroke: colour('s2'), strokeDasharray: '4,4', strokeWidth: 1.5 },
          ),
        ],
      }),
  };
}

export function residualsFigure(values: ValuePlots | undefined, why: string): FigureOrMissing {
  if (!values) return { missing: `Errors: ${why}` };
  const { edges, rows, outside } = values.residuals;
  const bins = rows.map((n, b) => ({ from: edges[b], to: edges[b + 1], rows: n }));
  return {
    name: 'residuals',
    title: 'Errors',
    description: `Distribution of predicted minus true values, from ${number(edges[0])} to ${number(edges[edges.length - 1])}.`,
    caption: `Predicted minus true value.${outside > 0 ? ` ${number(outside)} rows with larger errors lie outside.` : ''}`,
    wide: 'two',
    table: { head: ['Error', 'Rows'], rows: bins.map((b) => [`${number(b.from)} to ${number(b.to)}`, number(b.rows)]) },
    draw: (canvas, width) =>
      canvas.draw({
        ...numeric(width, Math.min(width, 320)),
        x: across('Predicted minus true', { ticks: 5, tickFormat: tick }),
        y: upward('Rows', { ticks: 5, tickFormat: tick }),
        marks: [
          ...grid(canvas, { y: 5 }),
          canvas.Plot.rectY(bins, {
            x1: 'from',
            x2: 'to',
            y: 'rows',
            fill: colour('s1'),
            fillOpacity: 0.6,
            insetLeft: 0.5,
            insetRight: 0.5,
          }),
          canvas.Plot.ruleX([0], { stroke: colour('axis'), strokeDasharray: '4,4' }),
        ],
      }),
  };
}

/** Short enough for a tick: 1,500, 15k, 0.002. */
export function tick(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(0).replace('-', '−').replace('e+', 'e');
  if (size >= 1e6) return `${number(value / 1e6, 3)}M`;
  if (size >= 1e4) return `${number(value / 1e3, 3)}k`;
  return number(Number(value.toPrecision(6)), 6)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
