/** Text labels stay texts, and what is gone on with takes nothing silently and makes nothing twice. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { holdfast } from './command.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-cli-texts-'));
  const random = new Random(1);
  const rows = Array.from({ length: 300 }, () => {
    const [a, b] = [random.normal(), random.normal()];
    return `${a.toFixed(4)},${b.toFixed(4)},${a + b + 0.3 * random.normal() > 0 ? '"up, or flat"' : 'down'}`;
  });
  await writeFile(join(directory, 'rows.csv'), `a,b,move\n${rows.join('\n')}\n`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const run = (...args: string[]) => holdfast(directory, ...args);
const data = ['--data', 'rows.csv', '--label', 'move', '--runs', 'runs'];

describe('a label column of text', () => {
  it('is predicted as its texts, and judged by them', async () => {
    const { runId } = JSON.parse((await run('train', '--model', 'logistic', ...data, '--json')).stdout);
    const { stdout } = await run('predict', runId, '--runs', 'runs', '--data', 'rows.csv');
    const [header, ...lines] = stdout.trim().split('\n');
    expect(header).toBe('row,prediction,probability_down,"probability_up, or flat"');
    const predicted = lines.map((line) => /^\d+,(down|"up, or flat"),/.exec(line)?.[1]);
    expect(new Set(predicted)).toEqual(new Set(['down', '"up, or flat"']));
    const json = JSON.parse((await run('predict', runId, '--runs', 'runs', '--data', 'rows.csv', '--json')).stdout);
    expect(['down', 'up, or flat']).toContain(json[0].prediction);

    const judged = ['validate', runId, '--runs', 'runs', '--min', 'accuracy=0.8', '--json'];
    const again = await run(...judged, '--data', 'rows.csv');
    expect(again.code).toBe(0);
    await writeFile(join(directory, 'other.csv'), 'a,b,move\n1,2,sideways\n');
    const other = await run(...judged, '--data', 'other.csv');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("'sideways' is none of the run's");
  });
});

describe('--resume', () => {
  it('refuses options that the run has from its beginning, those of the command too', async () => {
    for (const given of [
      ['tune', '--trials', '9'],
      ['tune', '--train'],
      ['compare', '--metric', 'rocAuc'],
      ['compare', '--final-test'],
      ['train', '--tune', '3'],
    ]) {
      const { code, stderr } = await run(...given, '--resume', 'x', '--runs', 'runs');
      expect(code, given.join(' ')).toBe(2);
      expect(stderr).toContain('cannot change');
    }
  });

  it('a tuning that has all its trials makes no further one', async () => {
    const tune = ['tune', '--model', 'logistic', ...data, '--trials', '2'];
    const first = JSON.parse((await run(...tune, '--json')).stdout);
    expect(first.trials).toHaveLength(2);
    const again = JSON.parse(
      (await run(...tune, '--json', '--study', first.study.name, '--storage', `journal:${journalOf(first.study.name)}`))
        .stdout,
    );
    expect(again.trials).toHaveLength(2);
    expect(again).toMatchObject({ metric: first.metric, bestParams: first.bestParams, bestValue: first.bestValue });
  });
});

const journalOf = (study: string): string => join(directory, 'runs', study, 'study.log');
