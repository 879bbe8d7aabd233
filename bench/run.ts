/**
 * `npm run bench -- <name> [--cases a,b] [--pairs n] [--threads 1,2] [--quick] [--resume]`: runs a benchmark beside its native peer and writes
 * bench/results/<name>.json and <name>.md; speed tables keep the rows of cases that are not named, if machine and versions are the same. `--quick` is one short pair to see that everything works, and writes nothing; `--resume` goes on
 * with a quality table that was interrupted. `npm run bench -- all` repeats every benchmark by the command of its committed result.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import type { Library } from './boosting.js';

interface Benchmark {
  run(options: BenchmarkOptions): Promise<BenchmarkReport>;
}

const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  lightgbm: () => boosting('lightgbm'),
  xgboost: () => boosting('xgboost'),
  catboost: () => boosting('catboost'),
  'scale-lightgbm': () => scale('lightgbm'),
  'scale-xgboost': () => scale('xgboost'),
  'scale-catboost': () => scale('catboost'),
  summary: () => import('./summary.js'),
  prediction: () => import('./prediction.js'),
  logistic: () => import('./logistic.js'),
  ridge: () => import('./ridge.js'),
  evaluation: () => import('./evaluation.js'),
  'cross-validation': () => import('./cross-validation.js'),
  'random-forest': () => import('./random-forest.js'),
  'point-in-time': () => import('./point-in-time.js'),
  svm: () => import('./svm.js'),
  neural: () => import('./neural.js'),
  'neural-limits': () => import('./neural-limits.js'),
  'quality-lightgbm': () => quality('lightgbm'),
  'quality-xgboost': () => quality('xgboost'),
  'quality-catboost': () => quality('catboost'),
  'quality-random-forest': () => import('./quality/random-forest.js'),
  'quality-neural': () => import('./quality/neural.js'),
  agent: () => import('./agent.js'),
  install: () => import('./install.js'),
  shap: () => import('./shap.js'),
  tuning: () => import('./tuning.js'),
  'tuning-storage': () => import('./tuning-storage.js'),
  'quality-tuning': () => import('./quality/tuning.js'),
  'quality-minirocket': () => import('./quality/minirocket.js'),
  'quality-stacking': () => import('./quality/stacking.js'),
};

async function quality(library: Library): Promise<Benchmark> {
  const { run } = await import('./quality/quality.js');
  return { run: (options) => run(library, options) };
}

async function boosting(library: Library): Promise<Benchmark> {
  const { run } = await import('./boosting.js');
  return { run: (options) => run(library, options) };
}

async function scale(library: Library): Promise<Benchmark> {
  const { run } = await import('./scale.js');
  return { run: (options) => run(library, options) };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      pairs: { type: 'string' },
      threads: { type: 'string', default: '1,2' },
      cases: { type: 'string' },
      quick: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
    },
  });
  const [name = ''] = positionals;
  const quick = values.quick;
  const pairs = Number(values.pairs ?? (quick ? 1 : 5));
  const threads = values.threads.split(',').map(Number);
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  if (name === 'all') return runAll();
  if (!Object.hasOwn(BENCHMARKS, name) || !isCount(pairs) || !threads.every(isCount)) {
    console.error('usage: npm run bench -- <name> [--cases a,b] [--pairs n] [--threads 1,2] [--quick] [--resume]');
    console.error(
      `benchmarks: ${Object.keys(BENCHMARKS).join(', ')}; 'all' measures again what has a result, and makes the summary`,
    );
    process.exitCode = 2;
    return;
  }
  if (!existsSync(new URL('../dist/index.js', import.meta.url))) {
    console.error('The benchmark measures the built package: run npm run build first.');
    process.exitCode = 2;
    return;
  }
  const benchmark = await BENCHMARKS[name]();
  const report = await benchmark.run({
    pairs,
    threads,
    cases: values.cases?.split(','),
    quick,
    resume: values.resume,
    log: (line) => console.error(line),
  });
  const words = process.argv.slice(2).filter((word) => word !== '--resume');
  const command = ['npm run bench --', ...words.map(shellWord)].join(' ');
  const markdown = `# ${name}\n\nMade by \`npm run build && ${command}\`.\n\n${report.markdown}\n`;
  console.log(markdown);
  if (quick || report.partial) return;
  const results = new URL('./results/', import.meta.url);
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify({ command, ...report.result }, null, 1)}\n`);
  writeFileSync(new URL(`${name}.md`, results), markdown);
}

/** Every result by the command that made it, one after another, then the summary. */
async function runAll(): Promise<void> {
  const { measured } = await import('./summary.js');
  const commands = measured().flatMap((results) => results.commands);
  for (const command of [...new Set(commands), 'npm run bench -- summary']) {
    console.error(command);
    const { status } = spawnSync(command, {
      shell: true,
      stdio: 'inherit',
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    });
    if (status !== 0) throw new Error(`${command} ended with status ${status}`);
  }
}

/** The argument as a shell takes it: names of cases have blanks. */
function shellWord(word: string): string {
  return /^[\w.,:=/@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

await main();
