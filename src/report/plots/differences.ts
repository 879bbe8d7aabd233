/** Differences with their intervals, a line each, around the line of no difference. */
import { number, shortened, signed } from '../text/numbers.js';
import { across, grid, labelLength, labelMargin } from './axes.js';
import type { FigureOrMissing, PlotName } from './figure.js';
import { distinct } from './importance.js';
import { colour } from './theme.js';
import { tick } from './values.js';

export interface DifferenceLine {
  readonly label: string;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Of the model that the report is about. */
  readonly outcome: 'better' | 'worse' | 'undecided';
}

export interface DifferenceWords {
  readonly name: PlotName;
  readonly title: string;
  /** What the axis measures. */
  readonly axis: string;
  readonly caption: string;
  readonly words: Readonly<Record<DifferenceLine['outcome'], string>>;
  readonly missing: string;
}

const OUTCOMES = ['better', 'undecided', 'worse'] as const;
const COLOURS = { better: colour('good'), undecided: colour('s6'), worse: colour('bad') } as const;

export function differencesFigure(lines: readonly DifferenceLine[], words: DifferenceWords): FigureOrMissing {
  const shown = lines.filter(({ value, lower, upper }) => [value, lower, upper].every(Number.isFinite));
  if (shown.length === 0) return { missing: words.missing };
  return {
    name: words.name,
    title: words.title,
    description: `${words.axis}. ${shown
      .map(
        (l) => `${l.label}: ${signed(l.value)} (${signed(l.lower)} to ${signed(l.upper)}), ${words.words[l.outcome]}`,
      )
      .join('; ')}.`,
    caption: words.caption,
    wide: 'full',
    legend: OUTCOMES.filter((outcome) => shown.some((line) => line.outcome === outcome)).map((outcome) => ({
      ...{ label: words.words[outcome], colour: COLOURS[outcome], mark: 'line' },
    })),
    table: {
      head: ['', words.axis, 'From', 'To'],
      rows: shown.map((l) => [l.label, signed(l.value), signed(l.lower), signed(l.upper)]),
    },
    draw: (canvas, width) => {
      const { Plot } = canvas;
      const names = distinct(shown.map(({ label }) => shortened(label, labelLength(width, 0.36))));
      const rows = shown.map((line, i) => ({ ...line, name: names[i] }));
      return canvas.draw({
        ...{ width, height: 58 + 26 * rows.length, marginTop: 8, marginRight: 20, marginBottom: 42 },
        marginLeft: labelMargin(names, width, 0.36),
        x: across(words.axis, { ticks: width > 500 ? 6 : 3, tickFormat: tick, nice: true, domain: around(shown) }),
        y: { domain: names, type: 'point', label: null, tickSize: 0, padding: 0.6 },
        marks: [
          ...grid(canvas, { x: width > 500 ? 6 : 3 }),
          Plot.ruleX([0], { stroke: colour('axis'), strokeWidth: 1.25 }),
          ...OUTCOMES.flatMap((outcome) => {
            const own = rows.filter((row) => row.outcome === outcome);
            const stroke = COLOURS[outcome];
            return [
              Plot.link(own, {
                x1: 'lower',
                x2: 'upper',
                y1: 'name',
                y2: 'name',
                stroke,
                strokeWidth: 3,
                strokeLinecap: 'round',
              }),
              Plot.dot(own, { x: 'value', y: 'name', r: 4.5, fill: stroke, stroke: colour('card'), strokeWidth: 1.5 }),
            ];
          }),
        ],
      });
    },
  };
}

/** The values and zero. */
function around(lines: readonly DifferenceLine[]): [number, number] {
  const low = Math.min(0, ...lines.map(({ lower }) => lower));
  const high = Math.max(0, ...lines.map(({ upper }) => upper));
  const pad = (high - low || 1) * 0.06;
  return [low - pad, high + pad];
}

/** Plain bars of one number a line, such as seconds. */
export function barsFigure(
  bars: readonly { readonly label: string; readonly value: number }[],
  words: { readonly name: PlotName; readonly title: string; readonly axis: string; readonly caption: string },
): FigureOrMissing {
  const shown = bars.filter(({ value }) => Number.isFinite(value));
  if (shown.length === 0) return { missing: `${words.title}: there is nothing to show.` };
  return {
    ...words,
    description: shown.map(({ label, value }) => `${label}: ${number(value)}`).join('; '),
    wide: 'full',
    draw: (canvas, width) => {
      const names = distinct(shown.map(({ label }) => shortened(label, labelLength(width, 0.36))));
      return canvas.draw({
        ...{ width, height: 58 + 22 * shown.length, marginTop: 8, marginRight: 20, marginBottom: 42 },
        marginLeft: labelMargin(names, width, 0.36),
        x: across(words.axis, { ticks: width > 500 ? 6 : 3, tickFormat: tick }),
        y: { domain: names, label: null, tickSize: 0, padding: 0.3 },
        marks: [
          ...grid(canvas, { x: width > 500 ? 6 : 3 }),
          canvas.Plot.barX(
            shown.map(({ value }, i) => ({ value, name: names[i] })),
            {
              ...{ x: 'value', y: 'name', fill: colour('s1'), fillOpacity: 0.8, rx: 2 },
            },
          ),
        ],
      });
    },
  };
}
