/** Calendar features of timestamps, in UTC: parts of the date and time as numbers, and as sine and cosine over their cycle. */
import type { Column } from '../core/column.js';
import type { ResolvedOptions, TimePart } from './options.js';
import { cos, sin } from './trigonometry.js';

const DAY = 86_400_000;

interface Part {
  readonly of: (date: Date) => number;
  /** First value and number of values of the cycle; absent for the year, which has none. */
  readonly cycle?: readonly [first: number, length: number];
}

const PARTS: Record<TimePart, Part> = {
  minute: { of: (d) => d.getUTCMinutes(), cycle: [0, 60] },
  hour: { of: (d) => d.getUTCHours(), cycle: [0, 24] },
  minuteOfDay: { of: (d) => d.getUTCHours() * 60 + d.getUTCMinutes(), cycle: [0, 1440] },
  dayOfWeek: { of: (d) => (d.getUTCDay() + 6) % 7, cycle: [0, 7] },
  dayOfMonth: { of: (d) => d.getUTCDate(), cycle: [1, 31] },
  dayOfYear: { of: (d) => Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / DAY) + 1, cycle: [1, 366] },
  month: { of: (d) => d.getUTCMonth() + 1, cycle: [1, 12] },
  quarter: { of: (d) => Math.floor(d.getUTCMonth() / 3) + 1, cycle: [1, 4] },
  year: { of: (d) => d.getUTCFullYear() },
};

/** Columns `<name>_<part>`, `<name>_<part>_sin` and `<name>_<part>_cos` of the given times (ms since epoch; NaN stays missing). */
export function timeFeatures(
  name: string,
  times: Float64Array,
  options: NonNullable<ResolvedOptions['timeFeatures']>,
): [string, Column][] {
  const dates = Array.from(times, (time) => new Date(time));
  return options.parts.flatMap((part) => {
    const { of, cycle } = PARTS[part];
    const values = Float64Array.from(dates, (date) => of(date));
    const label = `${name}_${part}`;
    const numeric = (key: string, column: Float64Array): [string, Column] => [key, { kind: 'numeric', values: column }];
    const angle = (value: number) => (2 * Math.PI * (value - (cycle?.[0] ?? 0))) / (cycle?.[1] ?? 1);
    return [
      ...(options.plain || !cycle ? [numeric(label, values)] : []),
      ...(options.cyclic && cycle
        ? [
            numeric(
              `${label}_sin`,
              values.map((value) => sin(angle(value))),
            ),
            numeric(
              `${label}_cos`,
              values.map((value) => cos(angle(value))),
            ),
          ]
        : []),
    ];
  });
}
