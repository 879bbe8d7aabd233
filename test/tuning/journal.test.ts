/** Studies in a journal file: kept, shared between processes, and recovered after a crash. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, ModelFormatError } from '../../src/core/errors.js';
import {
  createStudy,
  deleteStudy,
  JournalFileStorage,
  listStudies,
  loadStudy,
  type Trial,
  TrialPruned,
} from '../../src/tuning/index.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(directory, `study-${files++}.log`);

function objective(trial: Trial): number {
  const x = trial.suggestFloat('x', 0.01, 10, { log: true });
  const kind = trial.suggestCategorical('kind', ['a', 'b']);
  trial.report(x, 0);
  trial.report(Number.NaN, 1);
  trial.setUserAttr('note', { kind, list: [1, null] });
  if (trial.number === 3) throw new TrialPruned();
  if (trial.number === 4) throw new Error('no luck');
  return x + (kind === 'a' ? 0 : 1);
}

describe('a journal file', () => {
  it('keeps a study with everything in it', async () => {
    const path = newFile();
    const study = await createStudy({
      name: 's',
      direction: 'maximize',
      storage: new JournalFileStorage(path),
      seed: 1,
    });
    await study.setUserAttr('by', 'me');
    await study.optimize(objective, { trials: 12, workers: 2 });
    const again = await loadStudy({ name: 's', storage: new JournalFileStorage(path) });
    expect(again.trials).toEqual(study.trials);
    expect(again.bestTrial).toEqual(study.bestTrial);
    expect(again.userAttrs).toEqual({ by: 'me' });
    expect(again.trials[0].intermediateValues.get(1)).toBeNaN();
    expect(again.trials.map(({ state }) => state).slice(3, 5)).toEqual(['pruned', 'fail']);
    await deleteStudy({ name: 's', storage: new JournalFileStorage(path) });
    expect(await listStudies(new JournalFileStorage(path))).toEqual([]);
  });

  it('with takeOver, trials of a process that died are made again with their numbers, to the study that would have been', async () => {
    const study = (path: string, takeOver = false) =>
      createStudy({ name: 's', storage: new JournalFileStorage(path), seed: 9, loadIfExists: true, takeOver });
    const whole = newFile();
    await (await study(whole)).optimize(objective, { trials: 14 });
    const lines = readFileSync(whole, 'utf8').trim().split('\n');
    const parts = (trials: Awaited<ReturnType<typeof study>>['trials']) =>
      trials.map(({ number, state, params, values }) => ({ number, state, params, values }));
    const expected = parts((await study(whole)).trials);
    // Killed between any two lines, also between those of one trial, and within one.
    for (const cut of [3, 8, 9, 10, 11, 40, lines.length - 2]) {
      const path = newFile();
      writeFileSync(path, `${lines.slice(0, cut).join('\n')}\n${lines[cut].slice(0, 20)}`);
      const left = await study(path, true);
      const done = left.trials.filter(({ state }) => state !== 'running').length;
      await left.optimize(objective, { trials: 14 - done });
      expect(parts((await study(path)).trials)).toEqual(expected);
    }
  });

  it('gives the same trials as memory', async () => {
    const [inMemory, inFile] = [
      await createStudy({ seed: 4 }),
      await createStudy({ seed: 4, storage: new JournalFileStorage(newFile()) }),
    ];
    for (const study of [inMemory, inFile]) await study.optimize(objective, { trials: 15 });
    expect(inFile.trials.map(({ params }) => params)).toEqual(inMemory.trials.map(({ params }) => params));
  });

  it('is shared by several storages at once: no trial is lost or doubled', async () => {
    const path = newFile();
    await createStudy({ name: 's', storage: new JournalFileStorage(path) });
    const studies = await Promise.all(
      [1, 2, 3].map((seed) => loadStudy({ name: 's', storage: new JournalFileStorage(path), seed })),
    );
    await studies[0].enqueueTrial({ x: 7 });
    await studies[0].enqueueTrial({ x: 8 });
    await Promise.all(
      studies.map((study) => study.optimize((trial) => trial.suggestFloat('x', 0, 10), { trials: 8, workers: 2 })),
    );
    const { trials } = await loadStudy({ name: 's', storage: new JournalFileStorage(path) });
    expect(trials.map(({ number }) => number)).toEqual(trials.map((_, i) => i));
    expect(trials).toHaveLength(24);
    expect(trials.every(({ state }) => state === 'complete')).toBe(true);
    expect(trials.slice(0, 2).map(({ params }) => params.x)).toEqual([7, 8]);
  });

  it('of two that create one study, one is told that it exists', async () => {
    const path = newFile();
    const storages = [new JournalFileStorage(path), new JournalFileStorage(path)];
    const results = await Promise.allSettled(storages.map((storage) => createStudy({ name: 's', storage })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [failed] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(failed).toBeInstanceOf(ConfigError);
    expect(await listStudies(storages[1])).toHaveLength(1);
    await Promise.all(storages.map((storage) => createStudy({ name: 'both', storage, loadIfExists: true })));
    expect(await listStudies(storages[1])).toHaveLength(2);
  });

  it('that was cut in the middle of a line is read up to the last whole one, and goes on from there', async () => {
    const path = newFile();
    const study = await createStudy({ name: 's', storage: new JournalFileStorage(path), seed: 2 });
    await study.optimize(objective, { trials: 3 });
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 20);
    const lines = readFileSync(path, 'utf8').split('\n').length - 1;
    const cut = await loadStudy({ name: 's', storage: new JournalFileStorage(path) });
    expect(cut.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'running']);
    await cut.optimize(objective, { trials: 1 });
    const after = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    expect(after.length).toBeGreaterThan(lines);
    for (const line of after) expect(line).toMatch(/^\{"op_code":\d.*\}$/);
    expect((await loadStudy({ name: 's', storage: new JournalFileStorage(path) })).trials).toHaveLength(4);
  });

  it('with a damaged line or another version of the format is a ModelFormatError', async () => {
    const path = newFile();
    await createStudy({ name: 's', storage: new JournalFileStorage(path) });
    appendFileSync(path, '{"op_code": 77, "worker_id": "x"}\n');
    await expect(listStudies(new JournalFileStorage(path))).rejects.toThrow(ModelFormatError);
    writeFileSync(path, 'no journal\n');
    await expect(listStudies(new JournalFileStorage(path))).rejects.toThrow(ModelFormatError);
    expect(() => new JournalFileStorage('')).toThrow(ConfigError);
  });

  it('whose writer died with the lock is free again after the grace period', async () => {
    const path = newFile();
    symlinkSync(path, `${path}.lock`);
    const storage = new JournalFileStorage(path, { lockGraceSeconds: 0.1 });
    await createStudy({ name: 's', storage });
    expect(await listStudies(storage)).toHaveLength(1);
  });
});
