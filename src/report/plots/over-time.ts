/** The score of each period: whether the model was good throughout, or once. */

import type { ScaleOptions } from '@observablehq/plot';
import type { MetricName } from '../../evaluation/evaluate.js';
import type { Breakdown, MetricInterval } from '../../evaluation/validation-metrics.js';
import type { OverTime } from '../diagnostics/diagnostics.js';
import { betterWhen, metricLabel } from '../text/metric-names.js';
import { date, number } from '../text/numbers.js';
import { across, grid, numeric, upward } from './axes.js';
import type { FigureOrMissing } from './figure.js';
import { colour } from './theme.js';
import { tick } from './values.js';

interface Part {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly value: number | null;
  readonly interval?: MetricInterval;
}

interface Course {
  readonly metric: string;
  readonly byTime: boolean;
  readonly parts: readonly Part[];
}

/** From periods that were measured with intervals, else from the predictions. */
export function courseOf(
  periods: Breakdown | undefined,
  metric: MetricName | undefined,
  own: OverTime | undefined,
): Course | undefined {
  if (periods && metric && periods.parts.some(({ metrics }) => typeof metrics[metric] === 'number')) {
    const byTime = periods.parts.every(({ from, to }) => from !== undefined && to !== undefined);
    return {
      ...{ metric, byTime },
      parts: periods.parts.map(({ from, to, rows, metrics, intervals }, i) => ({
        ...{ rows, value: metrics[metric] ?? null, interval: intervals[metric] },
        from: byTime ? (from ?? 0) : i,
        to: byTime ? (to ?? 0) : i + 1,
      })),
    };
  }
  return own;
}

export function overTimeFigure(
  course: Course | undefined,
  whole: number | null | undefined,
  why: string,
): FigureOrMissing {
  const parts =
    course?.parts.flatMap((part) =>
      part.value === null ? [] : [{ ...part, at: (part.from + part.to) / 2, value: part.value }],
    ) ?? [];
  if (!course || parts.length < 2) return { missing: `Score over time: ${why}` };
  const label = metricLabel(course.metric);
  const better = betterWhen(course.metric);
  const values = parts.map(({ value }) => value);
  const banded = parts.filter(({ interval }) => interval);
  const axis = courseAxis(course.byTime, parts);
  const points = parts.map((part, i) => ({ ...part, x: axis.place(i) }));
  return {
    name: 'scoreOverTime',
    title: 'Score over time',
    description: `${label} in ${parts.length} periods from ${place(course, parts[0].from)} to ${place(course, parts[parts.length - 1].to)}: from ${number(Math.min(...values))} to ${number(Math.max(...values))}.`,
    caption: `${label}${better ? ` (${better} is better)` : ''} of ${parts.length} periods of ${rowsOf(parts)} rows${
      typeof whole === 'number' ? '; the broken line is the score of all rows' : ''
    }.${banded.length > 0 ? ` Bars are ${Math.round(100 * (banded[0].interval?.level ?? 0.95))} % intervals.` : ''}${axis.remark}`,
    wide: 'full',
    table: {
      head: ['From', 'To', 'Rows', label],
      rows: parts.map((p) => [place(course, p.from), place(course, p.to), number(p.rows), number(p.value)]),
    },
    draw: (canvas, width) =>
      canvas.draw({
        ...numeric(width, width > 500 ? 240 : 260),
        marginLeft: 56,
        marginRight: 24,
        x: across(axis.label, axis.scale(width)),
        y: upward(label, { ticks: 5, tickFormat: tick, nice: true }),
        marks: [
          ...grid(canvas, { y: 5 }),
          canvas.Plot.ruleY(typeof whole === 'number' ? [whole] : [], {
            stroke: colour('axis'),
            strokeDasharray: '4,4',
          }),
          canvas.Plot.link(
            points.filter(({ interval }) => interval),
            {
              ...{ x1: 'x', x2: 'x', stroke: colour('s1'), strokeOpacity: 0.45, strokeWidth: 3 },
              y1: (p: Part) => p.interval?.lower,
              y2: (p: Part) => p.interval?.upper,
            },
          ),
          canvas.Plot.line(points, { x: 'x', y: 'value', stroke: colour('s1'), strokeWidth: 1.75 }),
          canvas.Plot.dot(points, { x: 'x', y: 'value', r: 3.2, fill: colour('s1'), stroke: colour('card') }),
        ],
      }),
  };
}

interface CourseAxis {
  readonly label: string;
  readonly remark: string;
  place(index: number): number | Date;
  scale(width: number): ScaleOptions;
}

/** Time, where the periods follow each other; their order, where much time lies between some of them, or the rows have no times. */
function courseAxis(byTime: boolean, parts: readonly (Part & { readonly at: number })[]): CourseAxis {
  const apart = parts.slice(1).map(({ from }, i) => from - parts[i].from);
  const usual = [...apart].sort((a, b) => a - b)[Math.floor(apart.length / 2)];
  const inTime = byTime && Math.max(...apart) <= 6 * usual;
  const place = (i: number): number | Date => (inTime ? new Date(parts[i].at) : i);
  const isoOf = (i: number): string => new Date(parts[i].from).toISOString();
  const nameOf = (chosen: readonly number[]): ((i: number) => string) => {
    if (!byTime) return (i) => tick(parts[i].from);
    const days = chosen.map((i) => isoOf(i).slice(0, 10));
    if (new Set(days).size === days.length) return (i) => isoOf(i).slice(0, 10);
    return (i) => `${isoOf(i).slice(5, 10)} ${isoOf(i).slice(11, 16)}`;
  };
  return {
    label: byTime ? 'Period, from (UTC)' : 'Row',
    remark: !byTime
      ? ' Rows carry no times: they are taken in their order.'
      : inTime
        ? ' Times are UTC.'
        : ' Periods stand side by side; time between them is left out. Times are UTC.',
    place,
    scale: (width) => {
      const chosen = spread(parts.length, width > 1000 ? 8 : width > 500 ? 5 : 3);
      const name = nameOf(chosen);
      const names = new Map(chosen.map((i) => [Number(place(i)), name(i)]));
      return {
        type: inTime ? 'utc' : 'linear',
        ticks: chosen.map(place) as number[],
        tickFormat: (at: number | Date) => names.get(Number(at)) ?? '',
      };
    },
  };
}

/** Places of at most `most` of `count` things, evenly, the first one among them. */
export function spread(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

const place = (course: Course, at: number): string => (course.byTime ? date(at) : `row ${number(at)}`);

function rowsOf(parts: readonly Part[]): string {
  const rows = parts.map((part) => part.rows);
  const [least, most] = [Math.min(...rows), Math.max(...rows)];
  return least === most ? number(most) : `${number(least)} to ${number(most)}`;
}
