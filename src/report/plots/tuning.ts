/** Tuning: the value of each trial and the best so far; and how the parameters of the trials hang together with it. */
import type { TuningSummary, TuningTrial } from '../report-data.js';
import { metricLabel } from '../text/metric-names.js';
import { number, shortened } from '../text/numbers.js';
import { across, grid, numeric, upward } from './axes.js';
import type { FigureOrMissing } from './figure.js';
import { type Colour, colour } from './theme.js';
import { tick } from './values.js';

interface Finished extends TuningTrial {
  readonly value: number;
}

const finished = ({ trials }: TuningSummary): Finished[] =>
  trials.flatMap((trial) =>
    trial.state === 'complete' && trial.value !== null ? [{ ...trial, value: trial.value }] : [],
  );

export function tuningHistoryFigure(tuning: TuningSummary | undefined): FigureOrMissing {
  if (!tuning) return { missing: 'Tuning history: no study was given.' };
  const complete = finished(tuning);
  if (complete.length === 0) return { missing: `Tuning history: none of ${tuning.trials.length} trials has a value.` };
  const sign = tuning.direction === 'maximize' ? -1 : 1;
  let best = Number.POSITIVE_INFINITY;
  const course = complete.map(({ number: at, value }) => {
    best = Math.min(best, sign * value);
    return { at, best: sign * best };
  });
  course.push({ at: tuning.trials[tuning.trials.length - 1].number, best: sign * best });
  const others = tuning.trials.length - complete.length;
  const pruned = tuning.trials.filter(({ state }) => state === 'pruned').length;
  const label = tuning.metric ? metricLabel(tuning.metric) : 'Value';
  const [low, high] = shownRange(
    complete.map(({ value }) => value),
    tuning.direction,
  );
  const outside = complete.filter(({ value }) => value < low || value > high).length;
  return {
    name: 'tuningHistory',
    title: 'Tuning history',
    description: `${complete.length} complete trials; the best, ${number(sign * best)}, is trial ${tuning.best?.number ?? '–'}.`,
    caption: `${complete.length} complete trials${others > 0 ? `, ${others} others${pruned > 0 ? ` (${pruned} pruned)` : ''} without a dot` : ''}; ${
      tuning.direction === 'maximize' ? 'higher' : 'lower'
    } is better.${outside > 0 ? ` ${outside} far worse ones lie outside.` : ''}`,
    legend: [
      { label: 'trial', colour: colour('s1'), mark: 'dot', opacity: 0.6 },
      { label: 'best so far', colour: colour('s2'), mark: 'line' },
    ],
    table: {
      head: ['Trial', label, 'Parameters'],
      rows: [...complete]
        .sort((a, b) => sign * (a.value - b.value))
        .slice(0, 10)
        .map((t) => [String(t.number), number(t.value), parametersOf(t)]),
    },
    draw: (canvas, width) =>
      canvas.draw({
        ...numeric(width, Math.min(width, 300)),
        marginLeft: 56,
        x: across('Trial', { ticks: 5, tickFormat: (v: number) => (Number.isInteger(v) ? tick(v) : '') }),
        y: upward(label, { ticks: 5, tickFormat: tick, domain: [low, high], clamp: false }),
        marks: [
          ...grid(canvas, { y: 5 }),
          canvas.Plot.dot(
            complete.filter(({ value }) => value >= low && value <= high),
            {
              ...{ x: 'number', y: 'value', r: 2.6, fill: colour('s1'), fillOpacity: 0.6 },
            },
          ),
          canvas.Plot.line(
            course.filter((c) => c.best >= low && c.best <= high),
            {
              ...{ x: 'at', y: 'best', curve: 'step-after', stroke: colour('s2'), strokeWidth: 2 },
            },
          ),
        ],
      }),
  };
}

const parametersOf = ({ params }: TuningTrial): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? number(value) : String(value)}`)
    .join(', ');

/** All values, but for far outliers on the bad side. */
function shownRange(values: readonly number[], direction: TuningSummary['direction']): [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))];
  const spread = at(0.75) - at(0.25);
  let [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (spread > 0 && direction === 'minimize') high = Math.min(high, at(0.75) + 4 * spread);
  if (spread > 0 && direction === 'maximize') low = Math.max(low, at(0.25) - 4 * spread);
  const pad = high > low ? (high - low) * 0.05 : Math.abs(high) * 0.05 || 1;
  return [low - pad, high + pad];
}

const FIFTHS: readonly Colour[] = ['v4', 'v3', 'v2', 'v1', 'v0'];

export function parallelFigure(tuning: TuningSummary | undefined): FigureOrMissing {
  if (!tuning) return { missing: 'Parallel coordinates: no study was given.' };
  const complete = finished(tuning);
  const parameters = tuning.parameters.filter(({ name }) => complete.some(({ params }) => params[name] !== undefined));
  if (complete.length < 2 || parameters.length === 0)
    return { missing: 'Parallel coordinates: they take two complete trials and a parameter.' };
  const sign = tuning.direction === 'maximize' ? -1 : 1;
  const ranked = [...complete].sort((a, b) => sign * (a.value - b.value));
  const label = tuning.metric ? metricLabel(tuning.metric) : 'Value';
  const axes = [
    ...parameters.map((parameter) => axisOf(parameter, complete)),
    { name: label, ...ends(complete.map(({ value }) => value)), of: (t: Finished) => t.value },
  ].map((axis) => ({ ...axis, at: scaled(axis) }));
  return {
    name: 'parallelCoordinates',
    title: 'Parameters of the trials',
    description: `Parallel coordinates of ${complete.length} trials over ${parameters.map(({ name }) => name).join(', ')}.`,
    caption: `A line a trial, through its value of each parameter; blue lines are the best fifth, red ones the worst.`,
    wide: 'two',
    legend: [
      { label: 'best fifth', colour: colour('v0'), mark: 'line' },
      { label: 'middle', colour: colour('v2'), mark: 'line' },
      { label: 'worst fifth', colour: colour('v4'), mark: 'line' },
    ],
    draw: (canvas, width) => {
      const { Plot } = canvas;
      // On a narrow page, axes lie across below each other; on a wide one they stand side by side.
      const wide = width > 500;
      const lines = ranked.flatMap((trial, rank) =>
        axes.flatMap((axis, k) => {
          const at = axis.at(trial);
          return at === undefined
            ? []
            : [{ k, at, trial: trial.number, fifth: 4 - Math.floor((5 * rank) / ranked.length) }];
        }),
      );
      const name = (k: number): string =>
        shortened(axes[k].name, wide ? Math.max(8, Math.floor(width / axes.length / 7.4)) : 30);
      const along = { type: 'linear', axis: null, domain: [-0.02, 1.02] } as const;
      const axis = { type: 'linear', axis: null, domain: wide ? [0, axes.length - 1] : [axes.length - 1, 0] } as const;
      const marksAt = axes.map((_, k) => k);
      const spots = wide ? { x: 'k', y: 'at' } : { x: 'at', y: 'k' };
      const low = axes.map((a, k) => ({ k, at: 0, text: shortened(a.low, 12) }));
      const high = axes.map((a, k) => ({ k, at: 1, text: shortened(a.high, 12) }));
      return canvas.draw({
        ...(wide
          ? { width, height: 290, marginTop: 44, marginBottom: 24, marginLeft: 52, marginRight: 52 }
          : { width, height: 40 + 54 * axes.length, marginTop: 34, marginBottom: 26, marginLeft: 24, marginRight: 24 }),
        x: wide ? axis : along,
        y: wide ? along : axis,
        marks: [
          wide ? Plot.ruleX(marksAt, { stroke: colour('axis') }) : Plot.ruleY(marksAt, { stroke: colour('axis') }),
          ...FIFTHS.map((name, fifth) =>
            Plot.line(
              lines.filter((l) => l.fifth === fifth),
              {
                ...{ ...spots, z: 'trial', stroke: colour(name), strokeWidth: fifth === 4 ? 1.6 : 1 },
                strokeOpacity: fifth === 4 ? 0.9 : 0.35,
              },
            ),
          ),
          Plot.text(
            marksAt.map((k) => ({ k, at: wide ? 1 : 0, text: name(k) })),
            {
              ...{ ...spots, text: 'text', fill: colour('ink') },
              ...(wide ? { dy: -28 } : { dy: -11, textAnchor: 'start', dx: -18 }),
            },
          ),
          Plot.text(low, {
            ...spots,
            text: 'text',
            fill: colour('muted'),
            ...(wide ? { dy: 12 } : { dy: 12, textAnchor: 'start', dx: -18 }),
          }),
          Plot.text(high, {
            ...spots,
            text: 'text',
            fill: colour('muted'),
            ...(wide ? { dy: -12 } : { dy: 12, textAnchor: 'end', dx: 18 }),
          }),
        ],
      });
    },
  };
}

interface Axis {
  readonly name: string;
  readonly low: string;
  readonly high: string;
  readonly from: number;
  readonly to: number;
  readonly of: (trial: Finished) => number | undefined;
}

const ends = (values: readonly number[]) => {
  const from = Math.min(...values);
  const to = Math.max(...values);
  return { from, to, low: number(from, 3), high: number(to, 3) };
};

function axisOf({ name, log, choices }: TuningSummary['parameters'][number], trials: readonly Finished[]): Axis {
  if (choices) {
    const of = ({ params }: Finished) =>
      params[name] === undefined ? undefined : choices.indexOf(String(params[name]));
    return {
      name,
      from: 0,
      to: choices.length - 1,
      low: choices[0] ?? '',
      high: choices[choices.length - 1] ?? '',
      of,
    };
  }
  const value = ({ params }: Finished) => (typeof params[name] === 'number' ? (params[name] as number) : undefined);
  const range = ends(trials.flatMap((trial) => value(trial) ?? []));
  if (!log || !(range.from > 0)) return { name, ...range, of: value };
  const of = (trial: Finished) => {
    const v = value(trial);
    return v === undefined ? undefined : Math.log(v);
  };
  return { name, ...range, from: Math.log(range.from), to: Math.log(range.to), of };
}

const scaled =
  ({ from, to, of }: Axis) =>
  (trial: Finished): number | undefined => {
    const value = of(trial);
    if (value === undefined || !Number.isFinite(value)) return undefined;
    return to > from ? (value - from) / (to - from) : 0.5;
  };
