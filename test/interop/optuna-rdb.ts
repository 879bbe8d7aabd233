/** Optuna's `RDBStorage` beside ours, on one database: what both databases have to show. */
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { createStudy, loadStudy, type Storage, type Study, type Trial, TrialPruned } from '../../src/tuning/index.js';
import { distributionToJson } from '../../src/tuning/storages/optuna-json.js';
import { PythonPeer, runPython } from './python.js';

const peer = fileURLToPath(new URL('./optuna_rdb_peer.py', import.meta.url));

export interface SharedDatabase {
  /** As SQLAlchemy writes it. */
  readonly url: string;
  open(life?: { heartbeatInterval: number; gracePeriod: number }): Storage;
}

/** The peer's objective. */
export function objective(trial: Trial): number | Promise<number> {
  const x = trial.suggestFloat('x', 0.01, 10, { log: true });
  const n = trial.suggestInt('n', 1, 9, { step: 2 });
  const kind = trial.suggestCategorical('kind', ['a', null, true, 3]);
  const share = trial.suggestFloat('share', 0, 1, { step: 0.25 });
  trial.report(x, 2);
  trial.report(Number.NaN, 3);
  trial.report(Number.POSITIVE_INFINITY, 4);
  trial.setUserAttr('note', { n, text: 'ü"' });
  if (trial.number % 7 === 3) throw new TrialPruned();
  if (trial.number % 7 === 5) throw new Error('no luck');
  return trial.number % 7 === 6 ? Number.POSITIVE_INFINITY : x + n + share + (kind === 'a' ? 0 : 1);
}

export interface Dump {
  readonly trials: readonly {
    readonly number: number;
    readonly state: string;
    readonly params: Readonly<Record<string, unknown>>;
    readonly system: Readonly<Record<string, unknown>>;
  }[];
  readonly directions: readonly string[];
  readonly user: unknown;
}

export const dump = (study: Study): Dump => ({
  trials: study.trials.map((trial) => ({
    number: trial.number,
    state: trial.state,
    values: trial.values ?? null,
    params: trial.params,
    distributions: Object.fromEntries(
      Object.entries(trial.distributions).map(([name, d]) => [name, distributionToJson(d)]),
    ),
    reports: [...trial.intermediateValues].sort(([a], [b]) => a - b),
    user: trial.userAttrs,
    system: trial.systemAttrs,
    started: trial.startedAt ? trial.startedAt.getTime() : null,
    completed: trial.completedAt ? trial.completedAt.getTime() : null,
  })),
  directions: study.directions,
  user: study.userAttrs,
});

let optuna: PythonPeer | undefined;

/** One process answers all of a file's requests: most of a request's time would be its start. */
export async function ask<Answer = Dump>(request: object): Promise<Answer> {
  optuna ??= new PythonPeer(peer);
  return (await optuna.ask(request)) as Answer;
}

/** A process of its own, which may die of it. */
const askAlone = (request: object): Promise<unknown> => runPython(peer, request);

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** `database` makes a new, empty one for each test. */
export function optunaSuite(database: () => SharedDatabase | Promise<SharedDatabase>): void {
  afterAll(() => optuna?.close());

  it('agree on a study made here, and Optuna goes on with it, first with what was enqueued here', async () => {
    const { url, open } = await database();
    const study = await createStudy({ name: 's', direction: 'maximize', storage: open(), seed: 3 });
    await study.setUserAttr('by', ['holdfast', 1.5]);
    await study.optimize(objective, { trials: 14, workers: 2 });
    expect(await ask({ do: 'read', url, name: 's' })).toEqual(dump(study));
    await study.enqueueTrial({ x: 0.5, kind: null });
    const after = await ask({ do: 'run', url, name: 's', trials: 12 });
    expect(after.trials).toHaveLength(26);
    expect(after.trials[14].params).toMatchObject({ x: 0.5, kind: null });
    await study.sync();
    expect(dump(study)).toEqual(after);
  });

  it('agree on a study made by Optuna, and it goes on here, first with what was enqueued there', async () => {
    const { url, open } = await database();
    const theirs = await ask({ do: 'run', url, name: 's', trials: 14, enqueue: true });
    const study = await loadStudy({ name: 's', storage: open() });
    expect(dump(study)).toEqual(theirs);
    await study.optimize(objective, { trials: 5 });
    expect(study.trials).toHaveLength(19);
    expect(study.trials[14].params.x).toBe(5);
    expect(await ask({ do: 'read', url, name: 's' })).toEqual(dump(study));
  });

  it('share one study while both run: no trial is lost, doubled or overwritten', async () => {
    const { url, open } = await database();
    const study = await createStudy({ name: 's', direction: 'maximize', storage: open() });
    const theirs = askAlone({ do: 'run', url, name: 's', trials: 20 });
    let running = true;
    const all = theirs.finally(() => {
      running = false;
    });
    let ours = 0;
    while (running && ours < 60) {
      await study.optimize(objective, { trials: 2, workers: 2 });
      ours += 2;
    }
    await all;
    await study.sync();
    const read = await ask({ do: 'read', url, name: 's' });
    expect(dump(study)).toEqual(read);
    expect(read.trials.map(({ number }) => number)).toEqual(numbers(ours + 20));
    expect(read.trials.every(({ state }) => state !== 'running' && state !== 'waiting')).toBe(true);
  });

  it("fail each other's dead trials, and try them once more", async () => {
    const { url, open } = await database();
    const life = { heartbeatInterval: 1, gracePeriod: 1 };
    // Optuna's worker dies in its trial, as kill -9 ends one.
    await askAlone({ do: 'die', url, name: 'theirs' });
    // And ours: nothing gives signs of life of this trial.
    const dead = await createStudy({ name: 'ours', storage: open({ heartbeatInterval: 1000, gracePeriod: 1 }) });
    const lost = await dead.ask();
    const x = lost.suggestFloat('x', 0.01, 10, { log: true });
    await new Promise((resolve) => setTimeout(resolve, 2200));
    const study = await loadStudy({ name: 'theirs', storage: open(life) });
    await study.optimize((trial) => trial.suggestFloat('x', 0.01, 10, { log: true }), { trials: 1 });
    expect(study.trials.map(({ state }) => state)).toEqual(['fail', 'complete']);
    expect(study.trials[1].params.x).toBe(study.trials[0].params.x);
    expect(study.trials[1].systemAttrs).toMatchObject({ failed_trial: 0, retry_history: [0] });
    const seen = await ask({ do: 'run', url, name: 'ours', trials: 1, retry: true });
    expect(seen.trials.map(({ state }) => state)).toEqual(['fail', 'complete']);
    expect(seen.trials[1].params.x).toBe(x);
    expect(seen.trials[1].system).toMatchObject({ failed_trial: 0, retry_history: [0] });
    await dead.sync();
    // What Optuna retries has its values in the trial itself: those are kept here too.
    await ask({ do: 'waiting', url, name: 'ours' });
    const third = await dead.ask();
    expect(third.suggestFloat('x', 0.01, 10, { log: true })).toBe(0.125);
    await dead.tell(third, 1);
  });
}
