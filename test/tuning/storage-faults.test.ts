/** A storage that does not take what it is told: nothing is lost, and telling again is possible. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { createStudy, InMemoryStorage, type TrialChange } from '../../src/tuning/index.js';

/** Memory whose medium can be full. */
class FullStorage extends InMemoryStorage {
  full = false;
  unreadable = false;
  writes = 0;

  override async updateTrial(trialId: number, changes: readonly TrialChange[]): Promise<boolean> {
    this.writes++;
    if (this.full) throw new Error('no space left');
    return super.updateTrial(trialId, changes);
  }

  override async readTrials(studyId: number, from: number): ReturnType<InMemoryStorage['readTrials']> {
    if (this.unreadable) throw new Error('gone away');
    return super.readTrials(studyId, from);
  }
}

describe('a storage that is full', () => {
  it('leaves a trial open that was told, with all of its facts, and takes it when it is told again', async () => {
    const storage = new FullStorage();
    const study = await createStudy({ storage });
    const trial = await study.ask();
    const x = trial.suggestFloat('x', 0, 1);
    trial.report(5, 0);
    storage.full = true;
    await expect(study.tell(trial, 1)).rejects.toThrow('no space left');
    expect(study.isOpen(trial)).toBe(true);
    trial.setUserAttr('note', 'later');
    await wait(5);
    storage.full = false;
    const record = await study.tell(trial, 2);
    expect(record).toMatchObject({ state: 'complete', values: [2], params: { x }, userAttrs: { note: 'later' } });
    expect([...record.intermediateValues]).toEqual([[0, 5]]);
    expect(study.isOpen(trial)).toBe(false);
    await expect(study.tell(trial, 3)).rejects.toThrow(InvalidInputError);
  });

  it('keeps facts that it did not take on the way for the end', async () => {
    const storage = new FullStorage();
    const study = await createStudy({ storage });
    const trial = await study.ask();
    storage.full = true;
    trial.suggestFloat('x', 0, 1);
    await wait(5);
    trial.report(1, 1);
    await wait(5);
    expect(storage.writes).toBe(2);
    storage.full = false;
    const record = await study.tell(trial, 1);
    expect(Object.keys(record.params)).toEqual(['x']);
    expect([...record.intermediateValues]).toEqual([[1, 1]]);
  });

  it('that lost the connection after writing says so when told again, with what was written', async () => {
    const storage = new FullStorage();
    const study = await createStudy({ storage });
    const trial = await study.ask();
    storage.unreadable = true;
    await expect(study.tell(trial, 1)).rejects.toThrow('gone away');
    storage.unreadable = false;
    expect((await study.tell(trial, 7)).values).toEqual([1]);
  });

  it('is never given what it could not write: the objective gets to know', async () => {
    const study = await createStudy();
    const trial = await study.ask();
    expect(() => trial.setUserAttr('big', 1n)).toThrow(InvalidInputError);
    expect((await study.tell(trial, 1)).userAttrs).toEqual({});
  });

  it('refuses a second tell while the first is being written', async () => {
    const study = await createStudy();
    const trial = await study.ask();
    const first = study.tell(trial, 1);
    await expect(study.tell(trial, 2)).rejects.toThrow(InvalidInputError);
    expect((await first).values).toEqual([1]);
  });

  it('ends optimize with its error; values that were reached are told by flush, or by the next optimize', async () => {
    for (const again of ['flush', 'optimize'] as const) {
      const storage = new FullStorage();
      const study = await createStudy({ storage, seed: 3 });
      const objective =
        (fails: boolean) =>
        async (trial: { number: number; suggestFloat: (n: string, l: number, h: number) => number }) => {
          trial.suggestFloat('x', 0, 1);
          await wait(2);
          if (fails && trial.number >= 2) storage.full = true;
          return trial.number;
        };
      await expect(study.optimize(objective(true), { trials: 6, workers: 2 })).rejects.toThrow('no space left');
      const open = study.trials.filter(({ state }) => state === 'running').map(({ number }) => number);
      expect(open.length).toBeGreaterThan(0);
      storage.full = false;
      if (again === 'flush') {
        expect((await study.flush()).map(({ number, values }) => [number, values])).toEqual(open.map((n) => [n, [n]]));
        expect(await study.flush()).toEqual([]);
      } else {
        await study.optimize(objective(false), { trials: 1 });
      }
      for (const { state, number, values } of study.trials) {
        expect([state, values]).toEqual(['complete', [number]]);
      }
    }
  });
});
