/**
 * All results of bench/results on one page: every model beside its peer, scale curves, tuning, metrics, SHAP, cross-validation, and what became
 * worse than the committed results by more than a tenth. `npm run bench -- all` measures everything again first, by the committed commands.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { inverse, mebibytes, range } from './cells.js';
import { type Regression, regressions, TOLERANCE } from './summary/regressions.js';
import { type Results, readResults } from './summary/result-rows.js';

const directory = new URL('./results/', import.meta.url);
const root = fileURLToPath(new URL('../', import.meta.url));
const OWN = 'summary';

export async function run(_options: BenchmarkOptions): Promise<BenchmarkReport> {
  const results = measured();
  const worse = regressions(committed(results), results);
  const result = {
    benchmarks: results.map(({ benchmark, commands }) => ({ benchmark, commands })),
    regressions: worse,
  };
  return { result, markdown: page(results, worse) };
}

/** The results as they lie in the directory. */
export function measured(): Results[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json') && file !== `${OWN}.json`)
    .sort()
    .map((file) => readResults(file.slice(0, -'.json'.length), readFileSync(new URL(file, directory), 'utf8')));
}

/** The same as the last commit has them; those that it does not have are left out. */
function committed(results: readonly Results[]): Results[] {
  return results.flatMap(({ benchmark }) => {
    try {
      const file = `HEAD:bench/results/${benchmark}.json`;
      const json = execFileSync('git', ['show', file], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 2 ** 28,
      });
      return [readResults(benchmark, json)];
    } catch {
      return [];
    }
  });
}

export function page(results: readonly Results[], worse: readonly Regression[]): string {
  const link = (benchmark: string): string => `[${benchmark}](${benchmark}.md)`;
  const paired = results.flatMap(({ benchmark, rows }) =>
    rows.map(
      ({ name, seconds, ratio, peakRss }, i) =>
        `| ${i === 0 ? link(benchmark) : ''} | ${name} | ${digits(seconds.ours.median)} | ${digits(seconds.native.median)} | ${range(inverse(ratio))} | ${mebibytes(peakRss.ours)} | ${mebibytes(peakRss.native)} |`,
    ),
  );
  const others = results.filter(({ rows }) => rows.length === 0);
  return [
    'Seconds are medians; the ratio is peer / holdfast, pair by pair, median (smallest to largest): above 1 ours is faster. Peak memory is of the whole',
    'process, MiB. Each table has its machine, versions and what exactly is measured; the commands that made them stand at the end.',
    '',
    '| benchmark | case | holdfast s | peer s | peer / holdfast | holdfast MiB | peer MiB |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...paired,
    '',
    `Scores, limits and sizes have tables of their own: ${others.map(({ benchmark }) => link(benchmark)).join(', ')}.`,
    '',
    `## Slower than the committed results by more than ${100 * TOLERANCE}%`,
    '',
    ...(worse.length === 0 ? ['None.'] : worse.map(regressionLine)),
    '',
    '## Commands',
    '',
    ...results.map(
      ({ benchmark, commands }) => `- ${link(benchmark)}: ${commands.map((text) => `\`${text}\``).join('; ')}`,
    ),
  ].join('\n');
}

function regressionLine({ benchmark, name, before, now, overlapping }: Regression): string {
  const chance = overlapping ? '; the ranges overlap' : '';
  return `- ${benchmark}, ${name}: peer / holdfast ${before.toFixed(2)} before, ${now.toFixed(2)} now${chance}`;
}

const digits = (seconds: number): string =>
  seconds < 1 ? seconds.toPrecision(2) : seconds.toFixed(seconds < 10 ? 2 : 1);
