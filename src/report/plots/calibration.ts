/** Reliability: what came true beside what was said; before and after a map of probabilities, where there is one. */
import type { CalibrationMetrics } from '../../evaluation/validation-metrics.js';
import type { CalibrationBin, Diagnostics } from '../diagnostics/diagnostics.js';
import { number } from '../text/numbers.js';
import { across, grid, numeric, upward } from './axes.js';
import type { FigureOrMissing, LegendEntry } from './figure.js';
import { colour } from './theme.js';

interface Line {
  readonly label: string;
  readonly bins: readonly CalibrationBin[];
  readonly error?: number;
}

export function calibrationFigure(
  diagnostics: Diagnostics | undefined,
  measured: CalibrationMetrics | undefined,
  why: string,
): FigureOrMissing {
  const own = diagnostics?.calibration;
  const lines: Line[] = measured
    ? [
        { label: measured.after ? 'before' : 'model', ...qualityOf(measured.before) },
        ...(measured.after
          ? [{ label: `after (${measured.method ?? 'calibrated'})`, ...qualityOf(measured.after) }]
          : []),
      ]
    : own
      ? [{ label: 'model', bins: own.bins }]
      : [];
  if (lines.every(({ bins }) => bins.length === 0)) return { missing: `Calibration: ${why}` };
  const about =
    (measured?.about ?? own?.about) === 'largest' ? 'Largest probability of a row' : 'Predicted probability';
  const all = lines.flatMap(({ bins }) => bins.flatMap(({ predicted, observed }) => [predicted, observed]));
  const [low, high] = roundedRange(Math.min(...all), Math.max(...all));
  const errors = lines.flatMap(({ label, error }) =>
    error === undefined ? [] : `${label}: calibration error ${number(error, 3)}`,
  );
  const legend: LegendEntry[] = lines.map(({ label }, i) => ({
    label,
    colour: colour(i === 0 && lines.length > 1 ? 's6' : 's1'),
    mark: 'line',
  }));
  return {
    name: 'calibration',
    title: 'Calibration',
    description: `Observed frequency beside predicted probability in ${lines[0].bins.length} bins. ${errors.join('; ')}`,
    caption: `On the broken diagonal, probabilities mean what they say. Axes span the values that occur.${errors.length > 0 ? ` ${errors.join('; ')}.` : ''}`,
    legend,
    table: {
      head: ['Bins of', 'Rows', 'Mean probability', 'Came true'],
      rows: lines.flatMap(({ label, bins }) =>
        bins.map((bin) => [label, number(bin.rows), number(bin.predicted), number(bin.observed)]),
      ),
    },
    draw: (canvas, width) => {
      const { Plot } = canvas;
      return canvas.draw({
        ...numeric(width, Math.min(width, 320)),
        x: across(about, { domain: [low, high], ticks: 5, nice: false }),
        y: upward('Came true', { domain: [low, high], ticks: 5, nice: false }),
        marks: [
          ...grid(canvas, { x: 5, y: 5 }),
          Plot.line(
            [
              [low, low],
              [high, high],
            ],
            { stroke: colour('axis'), strokeDasharray: '4,4', strokeWidth: 1.25 },
          ),
          ...lines.flatMap(({ bins }, i) => {
            const stroke = legend[i].colour;
            return [
              Plot.line(bins, { x: 'predicted', y: 'observed', stroke, strokeWidth: 2 }),
              Plot.dot(bins, { x: 'predicted', y: 'observed', r: 3.5, fill: stroke, stroke: colour('card') }),
            ];
          }),
        ],
      });
    },
  };
}

const qualityOf = ({ bins, expectedCalibrationError }: CalibrationMetrics['before']) => ({
  bins,
  error: expectedCalibrationError,
});

/** To twentieths around the values, inside 0 to 1. */
function roundedRange(low: number, high: number): [number, number] {
  return [Math.max(0, Math.floor(low * 20 - 0.2) / 20), Math.min(1, Math.ceil(high * 20 + 0.2) / 20)];
}
