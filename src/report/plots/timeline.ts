/** Rows on a line: what trained, what judged, and what purging and embargoes left out between them. */
import type { LedgerSplit } from '../../splits/ledger-record.js';
import type { CrossValidationSummary } from '../report-data.js';
import { metricLabel } from '../text/metric-names.js';
import { count, number, percent } from '../text/numbers.js';
import { across, labelMargin } from './axes.js';
import type { Canvas } from './canvas.js';
import type { FigureOrMissing, LegendEntry } from './figure.js';
import { colour } from './theme.js';
import { tick } from './values.js';

interface Span {
  readonly lane: string;
  readonly from: number;
  readonly to: number;
  readonly fill: string;
  readonly opacity: number;
}

const ROLE_COLOURS: Readonly<Record<string, string>> = {
  train: colour('s1'),
  validation: colour('s3'),
  test: colour('s2'),
  holdout: colour('s4'),
};

const BETWEEN = { fill: colour('none'), opacity: 0.3 };

/**
 * @param splits with the numbers of their rows in the source
 * @param dropped sentences on purged and embargoed rows
 */
export function splitsFigure(splits: readonly LedgerSplit[], dropped: readonly string[]): FigureOrMissing {
  const placed = [...splits].filter(({ rows }) => rows > 0).sort((a, b) => a.firstRow - b.firstRow);
  if (placed.length < 2) return { missing: 'Splits: there are no numbers of their rows.' };
  if (placed.some(({ firstRow }, i) => i > 0 && firstRow <= placed[i - 1].lastRow))
    return { missing: 'Splits: their rows lie between each other, so there is no line of them to draw.' };
  const spans = placed.flatMap(({ role, firstRow, lastRow }, i): Span[] => {
    const before = i === 0 ? firstRow : placed[i - 1].lastRow + 1;
    const gap: Span[] = before < firstRow ? [{ lane: '', from: before, to: firstRow, ...BETWEEN }] : [];
    return [
      ...gap,
      { lane: '', from: firstRow, to: lastRow + 1, fill: ROLE_COLOURS[role] ?? colour('s6'), opacity: 0.8 },
    ];
  });
  const gaps = spans.some(({ fill }) => fill === BETWEEN.fill);
  const total = placed.reduce((sum, { rows }) => sum + rows, 0);
  return {
    name: 'splits',
    title: 'Splits',
    description: placed
      .map(({ role, rows, firstRow, lastRow }) => `${role}: ${count(rows, 'row')}, number ${firstRow} to ${lastRow}`)
      .join('; '),
    caption: dropped.length > 0 ? `Left out between them: ${dropped.join('; ')}.` : 'Nothing was purged between them.',
    wide: 'full',
    legend: [
      ...placed.map(
        ({ role, rows }): LegendEntry => ({
          ...{
            label: `${role} · ${percent(rows / total, 0)}`,
            colour: ROLE_COLOURS[role] ?? colour('s6'),
            mark: 'area',
            opacity: 0.8,
          },
        }),
      ),
      ...(gaps
        ? [{ label: 'purged or embargoed', colour: BETWEEN.fill, mark: 'area' as const, opacity: BETWEEN.opacity }]
        : []),
    ],
    draw: (canvas, width) => draw(canvas, width, { lanes: [''], spans, height: 30 }),
  };
}

export function foldsFigure(validation: CrossValidationSummary | undefined): FigureOrMissing {
  if (!validation || validation.folds.length === 0) return { missing: 'Folds: no cross-validation was given.' };
  const { folds, times, metric, mean, std, leftOut } = validation;
  const spans = folds.flatMap(({ name, spans: runs }) =>
    runs.map(({ use, from, to }): Span => {
      const look = {
        train: { fill: colour('s1'), opacity: 0.75 },
        test: { fill: colour('s2'), opacity: 0.9 },
        unused: BETWEEN,
      }[use];
      return { lane: name, from, to, ...look };
    }),
  );
  const unused = folds.reduce((sum, fold) => sum + fold.unusedRows, 0);
  const score =
    metric === undefined || mean === undefined
      ? ''
      : ` ${metricLabel(metric)} ${number(mean)} ± ${number(std, 2)} over the folds.`;
  return {
    name: 'folds',
    title: 'Folds',
    description: `${folds.length} folds of ${number(validation.rows)} rows.${score}`,
    caption: `Each line is a fold, its rows in the order of ${times ? 'their times' : 'the data'}.${score}${leftOut > 0 ? ` ${leftOut} more folds are not drawn.` : ''}`,
    wide: 'full',
    legend: [
      { label: 'train', colour: colour('s1'), mark: 'area', opacity: 0.75 },
      { label: 'test', colour: colour('s2'), mark: 'area', opacity: 0.9 },
      ...(unused > 0
        ? [
            {
              label: 'purged, embargoed or not reached',
              colour: BETWEEN.fill,
              mark: 'area' as const,
              opacity: BETWEEN.opacity,
            },
          ]
        : []),
    ],
    table: {
      head: ['Fold', 'Train rows', 'Test rows', 'Left out', metric ? metricLabel(metric) : 'Score'],
      rows: folds.map((f) => [f.name, number(f.trainRows), number(f.testRows), number(f.unusedRows), number(f.score)]),
    },
    draw: (canvas, width) =>
      draw(canvas, width, { lanes: folds.map(({ name }) => name), spans, times, height: folds.length > 10 ? 16 : 22 }),
  };
}

interface Lanes {
  readonly lanes: readonly string[];
  readonly spans: readonly Span[];
  readonly height: number;
  readonly times?: CrossValidationSummary['times'];
}

function draw(canvas: Canvas, width: number, { lanes, spans, height, times }: Lanes): string {
  const ticks = width > 1000 ? 9 : width > 500 ? 6 : 3;
  const named = times?.filter((_, i) => i % Math.ceil(times.length / ticks) === 0) ?? [];
  const dates = new Map(named.map(({ place, time }) => [place, new Date(time).toISOString().slice(0, 10)]));
  return canvas.draw({
    ...{ width, height: 54 + height * lanes.length, marginTop: 4, marginRight: 30, marginBottom: 42 },
    marginLeft: lanes.length === 1 ? 20 : labelMargin(lanes, width, 0.3),
    x:
      named.length > 1
        ? across('Rows, by their times (UTC)', {
            ticks: [...dates.keys()],
            tickFormat: (at: number) => dates.get(at) ?? '',
          })
        : across('Row', { ticks, tickFormat: tick }),
    y: { domain: lanes, label: null, axis: lanes.length === 1 ? null : 'left', tickSize: 0, padding: 0.28 },
    marks: [
      canvas.Plot.barX(spans, {
        y: 'lane',
        x1: 'from',
        x2: 'to',
        fill: 'fill',
        fillOpacity: 'opacity',
        insetLeft: 0,
        insetRight: 0,
      }),
    ],
    color: { type: 'identity' },
    opacity: { type: 'identity' },
  });
}
