/** What every storage that outlives a process promises; each runs it. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import {
  createStudy,
  deleteStudy,
  failReason,
  float,
  listStudies,
  loadStudy,
  type Storage,
  type Trial,
  TrialPruned,
} from '../../src/tuning/index.js';

export interface Life {
  readonly heartbeatInterval: number;
  readonly gracePeriod: number;
}

export interface SharedPlace {
  /** Another storage of the same place, as another process has it. */
  open(life?: Life): Storage;
}

/** Everything a trial can hold, and every way it can end. */
export function objective(trial: Trial): number {
  const x = trial.suggestFloat('x', 0.01, 10, { log: true });
  const kind = trial.suggestCategorical('kind', ['a', null, true, 3]);
  const n = trial.suggestInt('n', 1, 9, { step: 2 });
  trial.suggestFloat('share', 0, 1, { step: 0.25 });
  trial.report(x, 0);
  trial.report(Number.NaN, 1);
  trial.report(Number.NEGATIVE_INFINITY, 7);
  trial.setUserAttr('note', { kind, list: [1, null, 'ü"\'$1'], odd: Number.NaN });
  trial.setUserAttr('note twice', 1);
  trial.setUserAttr('note twice', 2);
  if (trial.number === 3) throw new TrialPruned();
  if (trial.number === 4) throw new Error('no luck; DROP TABLE trials');
  if (trial.number === 5) return Number.POSITIVE_INFINITY;
  return x + n + (kind === 'a' ? 0 : 1);
}

/** `place` makes a new, empty one for each test. */
export function sharedStorageSuite(place: () => SharedPlace | Promise<SharedPlace>): void {
  it('keeps a study with everything in it', async () => {
    const { open } = await place();
    const study = await createStudy({ name: "it's", direction: 'maximize', storage: open(), seed: 1 });
    await study.setUserAttr('by', 'me');
    await study.setUserAttr('by', ['you', { odd: Number.POSITIVE_INFINITY }]);
    await study.optimize(objective, { trials: 12, workers: 2 });
    const again = await loadStudy({ name: "it's", storage: open() });
    expect(again.trials).toEqual(study.trials);
    expect(again.trials).toHaveLength(12);
    expect(again.bestTrial).toEqual(study.bestTrial);
    expect(again.bestValue).toBe(Number.POSITIVE_INFINITY);
    expect(again.directions).toEqual(['maximize']);
    expect(again.userAttrs).toEqual({ by: ['you', { odd: Number.POSITIVE_INFINITY }] });
    expect(again.trials[0].intermediateValues.get(1)).toBeNaN();
    expect(Object.keys(again.trials[0].params)).toEqual(['x', 'kind', 'n', 'share']);
    expect(again.trials[0].startedAt?.getTime()).toBeLessThanOrEqual(again.trials[0].completedAt?.getTime() ?? 0);
    expect(again.trials.map(({ state }) => state).slice(3, 5)).toEqual(['pruned', 'fail']);
    expect(failReason(again.trials[4])).toContain('DROP TABLE');
  });

  it('gives the same trials as memory', async () => {
    const { open } = await place();
    const [inMemory, kept] = [await createStudy({ seed: 4 }), await createStudy({ seed: 4, storage: open() })];
    for (const study of [inMemory, kept]) await study.optimize(objective, { trials: 15 });
    expect(kept.trials.map(({ params }) => params)).toEqual(inMemory.trials.map(({ params }) => params));
  });

  it('keeps several objectives, and several studies apart; deleting one leaves the others', async () => {
    const { open } = await place();
    const storage = open();
    const [a, b] = [
      await createStudy({ name: 'a', storage, directions: ['minimize', 'maximize'] }),
      await createStudy({ name: 'b', storage }),
    ];
    await b.optimize((trial) => trial.suggestFloat('y', 0, 1), { trials: 2 });
    await a.optimize((trial) => [trial.suggestFloat('x', 0, 1), -1 - trial.number], { trials: 3 });
    await b.optimize((trial) => trial.suggestFloat('y', 0, 1), { trials: 1 });
    const again = await loadStudy({ name: 'a', storage: open() });
    expect(again.trials.map(({ number, values }) => [number, values?.[1]])).toEqual([
      [0, -1],
      [1, -2],
      [2, -3],
    ]);
    expect(again.directions).toEqual(['minimize', 'maximize']);
    await deleteStudy({ name: 'a', storage: open() });
    expect((await listStudies(open())).map(({ name }) => name)).toEqual(['b']);
    expect((await loadStudy({ name: 'b', storage: open() })).trials).toEqual(b.trials);
    await expect(a.ask()).rejects.toThrow(ConfigError);
  });

  it('is shared by several storages at once: no trial is lost or doubled', async () => {
    const { open } = await place();
    await createStudy({ name: 's', storage: open() });
    const studies = await Promise.all([1, 2, 3].map((seed) => loadStudy({ name: 's', storage: open(), seed })));
    await studies[0].enqueueTrial({ x: 7 });
    await studies[0].enqueueTrial({ x: 8 });
    await Promise.all(
      studies.map((study) => study.optimize((trial) => trial.suggestFloat('x', 0, 10), { trials: 8, workers: 2 })),
    );
    const { trials } = await loadStudy({ name: 's', storage: open() });
    expect(trials.map(({ number }) => number)).toEqual(trials.map((_, i) => i));
    expect(trials).toHaveLength(24);
    expect(trials.every(({ state }) => state === 'complete')).toBe(true);
    expect(trials.slice(0, 2).map(({ params }) => params.x)).toEqual([7, 8]);
  });

  it('of two that create one study, one is told that it exists', async () => {
    const { open } = await place();
    const storages = [open(), open()];
    const results = await Promise.allSettled(storages.map((storage) => createStudy({ name: 's', storage })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [failed] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(failed).toBeInstanceOf(ConfigError);
    expect(await listStudies(storages[1])).toHaveLength(1);
    await Promise.all(storages.map((storage) => createStudy({ name: 'both', storage, loadIfExists: true })));
    expect(await listStudies(storages[1])).toHaveLength(2);
  });

  it('lets one of two claim a waiting trial, and one of two end it', async () => {
    const { open } = await place();
    const [one, two] = [open(), open()];
    const study = await one.createStudy('s', ['minimize']);
    const { id } = await one.createTrial(study.id, { state: 'waiting', systemAttrs: { fixed_params: { x: 1 } } });
    expect((await Promise.all([one.claimTrial(id), two.claimTrial(id)])).sort()).toEqual([false, true]);
    const param = { kind: 'param', name: 'x', value: 1, distribution: float(0, 2) } as const;
    const end = (value: number) => ({ kind: 'finish', state: 'complete', values: [value] }) as const;
    const told = await Promise.all([one.updateTrial(id, [param, end(1)]), two.updateTrial(id, [end(2)])]);
    expect([...told].sort()).toEqual([false, true]);
    expect(await one.updateTrial(id, [{ kind: 'userAttr', key: 'late', value: 1 }])).toBe(false);
    const [record] = await two.readTrials(study.id, 0);
    expect(record.values).toEqual([told[0] ? 1 : 2]);
    expect(record.params).toEqual(told[0] ? { x: 1 } : {});
    expect(record.userAttrs).toEqual({});
    expect(await one.claimTrial(id)).toBe(false);
  });
}

/** Of storages that take signs of life. */
export function heartbeatSuite(place: () => SharedPlace | Promise<SharedPlace>): void {
  const life = { heartbeatInterval: 0.1, gracePeriod: 0.4 };

  it('fails the trial of a worker without signs of life, and tries its values once more', async () => {
    const { open } = await place();
    const dead = await createStudy({ name: 's', storage: open({ heartbeatInterval: 1000, gracePeriod: 0.2 }) });
    const lost = await dead.ask();
    const x = lost.suggestFloat('x', 0, 1);
    lost.setUserAttr('mine', true);
    await wait(400);
    const study = await loadStudy({ name: 's', storage: open(life), seed: 9 });
    await study.optimize((trial) => trial.suggestFloat('x', 0, 1) + trial.suggestFloat('y', 0, 1), { trials: 2 });
    expect(study.trials.map(({ state }) => state)).toEqual(['fail', 'complete', 'complete']);
    expect(failReason(study.trials[0])).toContain('no sign of life');
    expect(study.trials[1].params.x).toBe(x);
    expect(study.trials[1].userAttrs).toEqual({ mine: true });
    expect(study.trials[1].systemAttrs).toMatchObject({ failed_trial: 0, retry_history: [0] });
    // It was alive after all: too late.
    expect((await dead.tell(lost, 0)).state).toBe('fail');
  });

  it('does not try a third time', async () => {
    const { open } = await place();
    const dead = await createStudy({ name: 's', storage: open({ heartbeatInterval: 1000, gracePeriod: 0.2 }) });
    const first = await dead.ask();
    first.suggestFloat('x', 0, 1);
    await wait(400);
    const second = await (
      await loadStudy({ name: 's', storage: open({ heartbeatInterval: 1000, gracePeriod: 0.2 }) })
    ).ask();
    expect(second.number).toBe(1);
    await wait(400);
    const study = await loadStudy({ name: 's', storage: open(life) });
    const third = await study.ask();
    expect(third.number).toBe(2);
    await study.sync();
    expect(study.trials.map(({ state }) => state)).toEqual(['fail', 'fail', 'running']);
    await study.tell(third, 1);
  });

  it('leaves a trial alone that takes long and gives signs of life', async () => {
    const { open } = await place();
    const slow = await createStudy({ name: 's', storage: open(life) });
    const done = slow.optimize(() => wait(900).then(() => 1), { trials: 1 });
    const other = await loadStudy({ name: 's', storage: open(life) });
    for (let i = 0; i < 3; i++) {
      await wait(250);
      await other.optimize(() => 2, { trials: 1 });
    }
    await done;
    await other.sync();
    expect(other.trials.map(({ state }) => state)).toEqual(Array(4).fill('complete'));
  });
}
