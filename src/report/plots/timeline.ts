/** Folds and splits on one line each: what trained, what judged, and what purging and embargoes left out between them. */
import type { CrossValidationSummary } from '../report-data.js';
import { number } from '../text/numbers.js';
import { metricLabel } from '../text/metric-names.js';
import { across, labelMargin } from './axes.js';
import type { Canvas } from './canvas.js';
import type { FigureOrMissing, LegendEntry } from './figure.js';
import { timeTick } from './over-time.js';
import { colour } from './theme.js';
import { tick } from './values.js';

export interface Span {
  readonly lane: string;
  readonly from: number;
  readonly to: number;
  readonly fill: string;
  readonly opacity: number;
  readonly striped?: boolean;
}

export interface SplitLine {
  readonly role: string;
  readonly rows: number;
  readonly from?: string;
  readonly to?: string;
}

const ROLE_COLOURS: Readonly<Record<string, string>> = {
  train: colour('s1'),
  validation: colour('s3'),
  test: colour('s2'),
  holdout: colour('s4'),
};

/** @param dropped sentences on purged and embargoed rows */
export function splitsFigure(splits: readonly SplitLine[], dropped: readonly string[]): FigureOrMissing {
  const spans = splits.flatMap(({ role, from, to }): Span[] => {
    const [a, b] = [Date.parse(from ?? ''), Date.parse(to ?? '')];
    return Number.isFinite(a) && Number.isFinite(b) && b >= a
      ? [{ lane: role, from: a, to: b, fill: ROLE_COLOURS[role] ?? colour('s6'), opacity: 0.75 }]
      : [];
  });
  if (spans.length < 2) return { missing: 'Splits in time: the rows carry no times.' };
  const lanes = spans.map(({ lane }) => lane);
  return {
    name: 'splits',
    title: 'Splits in time',
    description: splits.map(({ role, rows, from, to }) => `${role}: ${number(rows)} rows${from ? ` from ${from.slice(0, 16)} to ${to?.slice(0, 16) ?? ''}` : ''}`).join('; '),
    caption: dropped.length > 0 ? `Between them: ${dropped.join('; ')}.` : 'Nothing was purged between them.',
    wide: true,
    draw: (canvas, width) => draw(canvas, width, { lanes, spans, byTime: true, height: 26 }),
  };
}

export function foldsFigure(validation: CrossValidationSummary | undefined): FigureOrMissing {
  if (!validation || validation.folds.length === 0) return { missing: 'Folds: no cross-validation was given.' };
  const { folds, byTime, metric, mean, std, leftOut } = validation;
  const spans = folds.flatMap(({ name, spans: runs }) =>
    runs.map(({ use, from, to }): Span => ({
      lane: name,
      ...{ from, to },
      fill: use === 'train' ? colour('s1') : use === 'test' ? colour('s2') : colour('none'),
      opacity: use === 'train' ? 0.75 : use === 'test' ? 0.9 : 0.28,
    })),
  );
  const unused = folds.reduce((sum, fold) => sum + fold.unusedRows, 0);
  const legend: LegendEntry[] = [
    { label: 'train', colour: colour('s1'), mark: 'area', opacity: 0.75 },
    { label: 'test', colour: colour('s2'), mark: 'area', opacity: 0.9 },
    ...(unused > 0 ? [{ label: 'purged, embargoed or later', colour: colour('none'), mark: 'area' as const, opacity: 0.28 }] : []),
  ];
  const score = metric === undefined || mean === undefined ? '' : ` ${metricLabel(metric)} ${number(mean)} ± ${number(std, 2)} over the folds.`;
  return {
    name: 'folds',
    title: 'Folds',
    description: `${folds.length} folds of ${number(validation.rows)} rows.${score}`,
    caption: `Each line is a fold.${score}${leftOut > 0 ? ` ${leftOut} more folds are not drawn.` : ''}`,
    wide: true,
    legend,
    table: {
      head: ['Fold', 'Train rows', 'Test rows', 'Left out', metric ? metricLabel(metric) : 'Score'],
      rows: folds.map((f) => [f.name, number(f.trainRows), number(f.testRows), number(f.unusedRows), number(f.score)]),
    },
    draw: (canvas, width) =>
      draw(canvas, width, { lanes: folds.map(({ name }) => name), spans, byTime, height: folds.length > 10 ? 16 : 22 }),
  };
}

function draw(
  canvas: Canvas,
  width: number,
  { lanes, spans, byTime, height }: { lanes: readonly string[]; spans: readonly Span[]; byTime: boolean; height: number },
): string {
  const x = (at: number): number | Date => (byTime ? new Date(at) : at);
  return canvas.draw({
    ...{ width, height: 56 + height * lanes.length, marginTop: 6, marginRight: 24, marginBottom: 42 },
    marginLeft: labelMargin(lanes, width, 0.3),
    x: across(byTime ? 'Time (UTC)' : 'Row', {
      ticks: width > 500 ? 7 : 3,
      type: byTime ? 'utc' : 'linear',
      ...(byTime ? { tickFormat: timeTick(spans) } : { tickFormat: tick }),
    }),
    y: { domain: lanes, label: null, tickSize: 0, padding: 0.28 },
    marks: [
      canvas.Plot.barX(spans, {
        ...{ y: 'lane', x1: (s: Span) => x(s.from), x2: (s: Span) => x(s.to) },
        ...{ fill: 'fill', fillOpacity: 'opacity' },
      }),
    ],
    color: { type: 'identity' },
    opacity: { type: 'identity' },
  });
}
