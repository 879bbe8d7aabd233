/** Journal files beside Python's Optuna: read and continued in both directions, and by both at the same time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createStudy,
  JournalFileStorage,
  loadStudy,
  type Study,
  type Trial,
  TrialPruned,
} from '../../src/tuning/index.js';
import { distributionToJson } from '../../src/tuning/storages/optuna-json.js';
import { runPython } from './python.js';

const peer = fileURLToPath(new URL('./optuna_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-optuna-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The peer's objective. */
function objective(trial: Trial): number {
  const x = trial.suggestFloat('x', 0.01, 10, { log: true });
  const n = trial.suggestInt('n', 1, 9, { step: 2 });
  const kind = trial.suggestCategorical('kind', ['a', null, true, 3]);
  const share = trial.suggestFloat('share', 0, 1, { step: 0.25 });
  trial.report(x, 2);
  trial.setUserAttr('note', { n });
  if (trial.number % 7 === 3) throw new TrialPruned();
  if (trial.number % 7 === 5) throw new Error('no luck');
  return x + n + share + (kind === 'a' ? 0 : 1);
}

const dump = (study: Study) =>
  study.trials.map((trial) => ({
    number: trial.number,
    state: trial.state,
    values: trial.values ?? null,
    params: trial.params,
    distributions: Object.fromEntries(
      Object.entries(trial.distributions).map(([name, d]) => [name, distributionToJson(d)]),
    ),
    reports: [...trial.intermediateValues],
    user: trial.userAttrs,
    started: trial.startedAt ? trial.startedAt.getTime() : null,
    completed: trial.completedAt ? trial.completedAt.getTime() : null,
  }));

type Dump = ReturnType<typeof dump>;

const ask = async (request: object): Promise<{ trials: Dump; directions: string[] }> =>
  (await runPython(peer, request)) as { trials: Dump; directions: string[] };

describe('a journal file and Optuna', () => {
  it('agree on a study made here, and Optuna goes on with it', async () => {
    const path = join(directory, 'ours.log');
    const study = await createStudy({
      name: 's',
      direction: 'maximize',
      storage: new JournalFileStorage(path),
      seed: 3,
    });
    await study.enqueueTrial({ x: 0.5, kind: null });
    await study.optimize(objective, { trials: 14, workers: 2 });
    expect(await ask({ do: 'read', path, name: 's' })).toEqual({ trials: dump(study), directions: ['maximize'] });
    const after = await ask({ do: 'run', path, name: 's', trials: 12 });
    expect(after.trials).toHaveLength(26);
    await study.sync();
    expect(dump(study)).toEqual(after.trials);
  });

  it('agree on a study made by Optuna, and it goes on here, first with what was enqueued there', async () => {
    const path = join(directory, 'theirs.log');
    const theirs = await ask({ do: 'run', path, name: 's', trials: 14, enqueue: true });
    const study = await loadStudy({ name: 's', storage: new JournalFileStorage(path) });
    expect(study.directions).toEqual(theirs.directions);
    expect(dump(study)).toEqual(theirs.trials);
    await study.optimize(objective, { trials: 5 });
    expect(study.trials).toHaveLength(19);
    expect(study.trials[14].params.x).toBe(5);
    expect((await ask({ do: 'read', path, name: 's' })).trials).toEqual(dump(study));
  });

  it('share one file while both run: no trial is lost, doubled or overwritten', async () => {
    const path = join(directory, 'both.log');
    const study = await createStudy({ name: 's', direction: 'maximize', storage: new JournalFileStorage(path) });
    const theirs = [1, 2].map(() => ask({ do: 'run', path, name: 's', trials: 15 }));
    let running = true;
    const all = Promise.all(theirs).finally(() => {
      running = false;
    });
    let ours = 0;
    while (running) {
      await study.optimize(objective, { trials: 2, workers: 2 });
      ours += 2;
      if (ours >= 60) break;
    }
    await all;
    await study.sync();
    const read = await ask({ do: 'read', path, name: 's' });
    expect(read.trials).toEqual(dump(study));
    expect(read.trials).toHaveLength(ours + 30);
    expect(read.trials.every(({ state }) => state !== 'running' && state !== 'waiting')).toBe(true);
  });
});
