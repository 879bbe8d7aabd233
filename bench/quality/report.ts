/** The tables of a quality run: what each side reached on every data set, and how far ours is behind or ahead. */
import type { Library } from '../boosting.js';
import type { QualityResult, SetResult } from './quality.js';

export interface Difference {
  /** Percent by which ours is worse than the library's, mean over the seeds; negative where it is better. */
  percent: number;
  /** Standard error of that mean, percent. */
  error: number;
}

/** The compared metric's paired differences: (theirs - ours) / theirs for an area, (ours - theirs) / theirs for a loss. */
export function difference({ metric, ours, native }: SetResult): Difference {
  const sign = metric === 'AUC' ? -1 : 1;
  const each = ours[metric].map((value, k) => (100 * sign * (value - native[metric][k])) / native[metric][k]);
  const mean = average(each);
  const variance = each.reduce((sum, d) => sum + (d - mean) ** 2, 0) / Math.max(1, each.length - 1);
  return { percent: mean, error: Math.sqrt(variance / each.length) };
}

export function qualityTable(library: Library, { runs, seeds, versions, machine }: QualityResult): string {
  const parts = runs.map(({ title, params, sets }) => {
    const differences = sets.map(difference);
    const mean = average(differences.map(({ percent }) => percent));
    const error = Math.sqrt(differences.reduce((sum, d) => sum + d.error ** 2, 0)) / differences.length;
    const worse = sets.filter(
      (_, k) => differences[k].percent > 2 * differences[k].error && differences[k].percent > 0,
    );
    return [
      `## ${title}`,
      '',
      `${Object.entries(params)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}; the rest are the library's defaults.`,
      '',
      `| data | rows x columns (categories) | metric | holdfast | ${library} | worse by, % | standard error | log-loss |`,
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      ...sets.map((set, k) => row(set, differences[k])),
      '',
      `Mean difference over ${sets.length} data sets: ${signed(mean)} % (standard error ${error.toFixed(3)}). Worse by more than two standard errors: ${worse.map(({ name }) => name).join(', ') || 'none'}.`,
    ].join('\n');
  });
  return [
    `Real data sets, ${seeds.length} seeds (each its own split, a quarter held out, and the model's seed), the same rows and parameters for both sides.`,
    'Means over the seeds on the held-out rows. "Worse by" is paired by seed: above 0 the Python library is better.',
    '',
    ...parts.flatMap((part) => [part, '']),
    `Machine: ${machine.cpu}. Versions: ${Object.entries(versions)
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}

function row(set: SetResult, { percent, error }: Difference): string {
  const { name, rows, cols, categorical, metric, ours, native } = set;
  const losses =
    metric === 'AUC' ? `${digits(average(ours['log-loss']))} / ${digits(average(native['log-loss']))}` : '';
  return `| ${name} | ${rows.toLocaleString('en')} x ${cols} (${categorical}) | ${metric} | ${digits(average(ours[metric]))} | ${digits(average(native[metric]))} | ${signed(percent)} | ${error.toFixed(3)} | ${losses} |`;
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
