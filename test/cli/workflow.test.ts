/** Compare, tune, predict, interrupt and go on: the built command on one small file. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { holdfast, interrupted } from './command.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  const random = new Random(1);
  const rows = Array.from({ length: 600 }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    const time = new Date(Date.UTC(2024, 0, 1, i)).toISOString();
    return `${time},${a.toFixed(4)},${b.toFixed(4)},${a + b + random.normal() > 0 ? 1 : 0}`;
  });
  await writeFile(join(directory, 'rows.csv'), `time,a,b,target\n${rows.join('\n')}\n`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const run = (...args: string[]) => holdfast(directory, ...args);
const data = ['--data', 'rows.csv', '--label', 'target', '--features', 'a,b'];

describe('holdfast compare', () => {
  it('prints the comparison, keeps its runs, and leaves nothing unfinished', async () => {
    const { code, stdout, stderr } = await run(
      ...['compare', '--models', 'lightgbm,logistic', ...data, '--set', 'lightgbm.numIterations=10'],
      ...['--metric', 'rocAuc', '--final-test', '--runs', 'compared', '--json'],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.metric.name).toBe('rocAuc');
    expect(report.models.map(({ label }: { label: string }) => label).sort()).toEqual(['lightgbm', 'logistic']);
    expect(report.finalTest.evaluation.rows).toBeGreaterThan(50);
    expect((await readdir(join(directory, 'compared'))).length).toBe(3);
    const drawn = await run('report', report.comparisonId, '--runs', 'compared', '--output', 'page', '--json');
    expect(drawn.stderr).toBe('');
    const { html, modelCard } = JSON.parse(drawn.stdout);
    expect(await readFile(html, 'utf8')).toContain('logistic');
    expect(await readFile(modelCard, 'utf8')).toContain('#');
  });
});

describe('holdfast tune', () => {
  it('searches, says the best, keeps the study, and trains with it', async () => {
    const { code, stdout, stderr } = await run(
      ...[
        'tune',
        '--model',
        'logistic',
        ...data,
        '--trials',
        '3',
        '--metric',
        'logLoss',
        '--train',
        '--runs',
        'tuned',
        '--json',
      ],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { bestParams, trials, report, study } = JSON.parse(stdout);
    expect(trials.length).toBe(3);
    expect(report.model.config.C).toBe(bestParams.C);
    expect(study.storage).toContain('study.log');
    const written = (await readdir(join(directory, 'tuned'))).sort();
    expect(written.length).toBe(2);
    const tuned = written.find((name) => name.includes('tune-logistic')) ?? '';
    expect((await readdir(join(directory, 'tuned', tuned))).sort()).toEqual(['study.log', 'tuning.json']);
  });
});

describe('an interrupted run', () => {
  it('ends with 130, is gone on with to the same bytes, and predicts', async () => {
    const runs = join(directory, 'resumed');
    const options = [
      'train',
      '--model',
      'lightgbm',
      ...data,
      '--set',
      'numIterations=400',
      '--set',
      'earlyStoppingRounds=0',
    ];
    const more = [
      '--set',
      'numLeaves=63',
      '--set',
      'minDataInLeaf=2',
      '--set',
      'checkpointInterval=40',
      '--threads',
      '1',
    ];
    const unfinished = async (): Promise<string[]> => readdir(join(runs, '.unfinished')).catch(() => []);
    const checkpointed = async (): Promise<boolean> => {
      const [id] = await unfinished();
      if (id === undefined) return false;
      const files = await readdir(join(runs, '.unfinished', id, 'checkpoints')).catch((): string[] => []);
      return files.some((file) => file.endsWith('.checkpoint'));
    };
    const stopped = await interrupted(directory, checkpointed, ...options, ...more, '--runs', 'resumed');
    expect(stopped.code).toBe(130);
    const [id] = await unfinished();
    expect(stopped.stderr).toContain(`--resume ${id}`);
    expect(await readdir(runs)).toEqual(['.unfinished']);

    const again = await run('train', '--resume', id, '--runs', 'resumed', '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout).runId).toBe(id);
    expect(await readdir(runs)).toEqual([id]);
    const whole = JSON.parse((await run(...options, ...more, '--runs', 'whole', '--json')).stdout);
    const model = (of: string, name: string) =>
      readFile(join(directory, of, name, 'models/lightgbm/model.lgb.txt'), 'utf8');
    expect(await model('resumed', id)).toBe(await model('whole', whole.runId));

    const listed = await run('runs', '--runs', 'resumed', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ runId: id, model: 'lightgbm', status: 'completed' }]);
    const predicted = await run('predict', id, '--runs', 'resumed', '--data', 'rows.csv');
    const lines = predicted.stdout.trim().split('\n');
    expect(lines[0]).toBe('row,time,prediction,probability_0,probability_1');
    expect(lines.length).toBe(601);
  });
});

describe('holdfast validate', () => {
  it('lets a run pass that reaches what is required, and refuses others with 3, each requirement named', async () => {
    const [id] = (await readdir(join(directory, 'tuned'))).filter((name) => !name.includes('tune-'));
    const runs = ['--runs', 'tuned'];
    const passed = await run('validate', id, ...runs, '--min', 'auc=0.6', '--beat-baselines', '--json');
    expect(JSON.parse(passed.stdout)).toMatchObject({ passed: true, failures: [] });
    expect(passed.code).toBe(0);
    await writeFile(join(directory, 'gate.yaml'), 'metrics: { accuracy: { min: 0.99 }, logLoss: { max: 5 } }\n');
    const refused = await run('validate', id, ...runs, '--gate', 'gate.yaml', '--max', 'brierScore=0.01');
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/failed +accuracy of test/);
    expect(refused.stdout).toContain('2 of 3 requirements failed');
    expect(JSON.parse(await readFile(join(directory, 'tuned', id, 'gate.json'), 'utf8')).passed).toBe(false);
    const page = await run('report', id, ...runs);
    expect(page.code).toBe(0);
    expect(await readFile(join(directory, 'tuned', id, 'report/report.html'), 'utf8')).toContain('accuracy of test');
    const fresh = await run(
      'validate',
      id,
      ...runs,
      '--min',
      'accuracy=0.6',
      '--data',
      'rows.csv',
      '--min-rows',
      '600',
      '--json',
    );
    expect(fresh.stderr).toBe('');
    expect(JSON.parse(fresh.stdout)).toMatchObject({ passed: true });
  });
});

describe('holdfast', () => {
  it.each([
    ['a comparison of unknown models', ['compare', '--models', 'lightgbm,logistc', ...data], "'logistic'"],
    ['an unknown metric', ['compare', '--models', 'logistic', ...data, '--metric', 'acuracy'], "'accuracy'"],
    ['a storage that is none', ['tune', '--model', 'logistic', ...data, '--storage', 'mysql://x'], 'journal:'],
    ['a gate that requires nothing', ['validate', 'nothing'], 'requires nothing'],
    ['a run that is not there', ['predict', 'nothing', '--data', 'rows.csv'], "no run 'nothing'"],
  ])('says what is wrong with %s and exits with 2', async (_what, args, text) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
  });

  it('explains where every setting comes from', async () => {
    const { stdout, code } = await run(
      ...[
        'train',
        '-m',
        'lightgbm',
        ...data,
        '--variant',
        'conservative',
        '--set',
        'num_leaves=9',
        '--explain-config',
        '--json',
      ],
    );
    expect(code).toBe(0);
    const from = new Map(
      (JSON.parse(stdout) as { setting: string; value: unknown; from: string }[]).map((o) => [
        o.setting,
        `${o.value} ${o.from}`,
      ]),
    );
    expect(from.get('lightgbm.numLeaves')).toBe('9 command line');
    expect(from.get('lightgbm.earlyStoppingRounds')).toMatch(/family boosting|variant conservative/);
    expect(from.get('lightgbm.learningRate')).toMatch(/variant conservative$/);
    expect(from.get('seed')).toBe('42 training.yaml');
    expect(from.get('label')).toBe('target command line');
  });
});
