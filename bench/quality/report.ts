/** The tables of a quality run: what each side reached on every data set, and how far ours is behind or ahead. */
import type { Library } from '../boosting.js';
import type { QualityResult, SetResult } from './result.js';

export interface Difference {
  /** Percent by which ours is worse than the library's, mean over the seeds; negative where it is better. */
  percent: number;
  /** Standard error of that mean, percent. */
  error: number;
}

/** Paired by seed: (theirs - ours) / theirs for an area, (ours - theirs) / theirs for a loss. */
export function difference({ ours, native }: SetResult, metric: string): Difference {
  const sign = metric === 'AUC' ? -1 : 1;
  const each = ours[metric].map((value, k) => (100 * sign * (value - native[metric][k])) / native[metric][k]);
  const mean = average(each);
  const variance = each.reduce((sum, d) => sum + (d - mean) ** 2, 0) / Math.max(1, each.length - 1);
  return { percent: mean, error: Math.sqrt(variance / each.length) };
}

/** `small`: below this many rows each quarter was held out. */
export function qualityTable(
  library: Library,
  { runs, seeds, versions, machine }: QualityResult,
  small: number,
): string {
  const parts = runs.map(({ title, params, sets }) => {
    const lines = sets.flatMap((set) =>
      Object.keys(set.ours).map((metric) => ({ set, metric, ...difference(set, metric) })),
    );
    return [
      `## ${title}`,
      '',
      `${Object.entries(params)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}; the rest are the library's defaults.`,
      '',
      `| data | rows x columns | metric | holdfast | ${library} | worse by, % | standard error |`,
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...lines.map(row),
      '',
      ...['AUC', 'log-loss', 'RMSE'].flatMap((metric) => summary(metric, lines)),
    ].join('\n');
  });
  return [
    `Real data sets, ${seeds.length} seeds (each its own split, a quarter held out, and the model's seed; below ${small.toLocaleString('en')} rows each quarter in turn), the same rows and parameters for both sides.`,
    'Means over the seeds on the held-out rows. "Worse by" is paired by seed: above 0 the Python library is better.',
    '',
    ...parts.flatMap((part) => [part, '']),
    `Machine: ${machine.cpu}. Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}

interface Line extends Difference {
  set: SetResult;
  metric: string;
}

function summary(metric: string, lines: readonly Line[]): string[] {
  const mine = lines.filter((line) => line.metric === metric);
  if (mine.length === 0) return [];
  const mean = average(mine.map(({ percent }) => percent));
  const error = Math.sqrt(mine.reduce((sum, line) => sum + line.error ** 2, 0)) / mine.length;
  const worse = mine.filter((line) => line.percent > 0 && line.percent > 2 * line.error).map(({ set }) => set.name);
  return [
    `- ${metric}: worse by ${signed(mean)} % (standard error ${error.toFixed(3)}) in the mean of ${mine.length} data sets; by more than two standard errors on ${worse.join(', ') || 'none'}.`,
  ];
}

function row({ set, metric, percent, error }: Line): string {
  const { name, rows, cols, categorical, weighted, ours, native } = set;
  const kind = [...(categorical > 0 ? [`${categorical} categorical`] : []), ...(weighted ? ['weighted'] : [])];
  const size = `${rows.toLocaleString('en')} x ${cols}${kind.length > 0 ? ` (${kind.join(', ')})` : ''}`;
  return `| ${name} | ${size} | ${metric} | ${digits(average(ours[metric]))} | ${digits(average(native[metric]))} | ${signed(percent)} | ${error.toFixed(3)} |`;
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(1) : value >= 10 ? value.toFixed(3) : value.toFixed(5);
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(3)}`;
}
