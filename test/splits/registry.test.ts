import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataLeakageError, InvalidInputError, ModelFormatError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';
import type { RawTimeSeriesData } from '../../src/data/container.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { SplitRegistry } from '../../src/splits/registry.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-splits-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** 400 rows, newest first, with a text column and some missing labels. */
function table(change = 0): Table {
  const random = new Random(5);
  const rows = Array.from({ length: 400 }, (_, i) => 399 - i);
  return Table.fromColumns({
    time: Float64Array.from(rows, (t) => t * 60_000),
    close: Float64Array.from(rows, (t) => (t === 50 ? 1 + change : random.float())),
    side: rows.map((t) => (t % 3 === 0 ? 'buy' : 'sell')),
    label: Float64Array.from(rows, (t) => (t % 50 === 7 ? Number.NaN : random.int(3) - 1)),
  });
}
const options = { label: 'label', time: 'time', horizon: 5, embargo: 60_000, symbol: 'ES' };
const make = (data: Table, more = {}) => TimeSeriesDataContainer.fromTable(data, { ...options, ...more });

describe('SplitRegistry', () => {
  it('makes the same split again, holdout and history of decisions included', async () => {
    const registry = new SplitRegistry(directory);
    const raw = make(table());
    const id = await registry.save(raw);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const again = TimeSeriesDataContainer.restoreSplit(table(), await registry.load(id, table()));
    for (const role of ['train', 'validation', 'test'] as const) {
      expect(again[role].X.records()).toEqual(raw[role].X.records());
      expect({ ...again[role], X: 0 }).toEqual({ ...raw[role], X: 0 });
    }
    expect(again.holdout.locked).toBe(true);
    expect(again.summary()).toEqual(raw.summary());
    const open = (data: RawTimeSeriesData) => data.holdout.unlock({ reason: 'test' });
    expect(open(again).rowIds).toEqual(open(raw).rowIds);
    expect(await registry.save(again)).toBe(id);
  });

  it('gives another id to other settings and other data, and the same to the same', async () => {
    const registry = new SplitRegistry(directory);
    const ids = await Promise.all([
      registry.save(make(table())),
      registry.save(make(table())),
      registry.save(make(table(), { horizon: 6 })),
      registry.save(make(table(1))),
    ]);
    expect(new Set(ids).size).toBe(3);
    const stored = await registry.list();
    expect(stored.map((s) => s.id)).toEqual([...new Set(ids)].sort());
    expect(stored[0].sizes.train).toBeGreaterThan(0);
  });

  it('refuses other data', async () => {
    const registry = new SplitRegistry(directory);
    const id = await registry.save(make(table()));
    await expect(registry.load(id, table(1e-9))).rejects.toBeInstanceOf(DataLeakageError);
    await expect(registry.load(id, table().drop(['side']))).rejects.toBeInstanceOf(DataLeakageError);
    await expect(registry.load(id, table().slice(1))).rejects.toBeInstanceOf(DataLeakageError);
  });

  it('refuses files that are cut short, altered or from a newer version', async () => {
    const registry = new SplitRegistry(directory);
    const id = await registry.save(make(table()));
    const file = join(directory, `${id}.json`);
    const text = await readFile(file, 'utf8');
    const altered = JSON.parse(text);
    altered.rows.train.push(altered.rows.test.pop());
    for (const damage of [
      '',
      text.slice(0, 100),
      'null',
      '[]',
      '{}',
      JSON.stringify(altered),
      text.replace('"format":1', '"format":2'),
    ]) {
      await writeFile(file, damage);
      await expect(registry.load(id, table())).rejects.toBeInstanceOf(ModelFormatError);
      await expect(registry.list()).rejects.toBeInstanceOf(ModelFormatError);
    }
    await writeFile(file, text.replace('"format":1', '"format":2'));
    await expect(registry.load(id, table())).rejects.toThrow(/newer version/);
  });

  it('refuses ids it does not know, and never reads outside its directory', async () => {
    const registry = new SplitRegistry(directory);
    for (const id of ['', '../x', 'a'.repeat(64), `../${'a'.repeat(61)}`]) {
      await expect(registry.load(id, table())).rejects.toBeInstanceOf(InvalidInputError);
    }
    // Text only: an object could be one id when it is checked and another when it is used.
    const id = await registry.save(make(table()));
    let reads = 0;
    const twoFaced = { toString: () => (reads++ === 0 ? id : '../secret') };
    await expect(registry.load(twoFaced as never, table())).rejects.toThrow(/is not a split id/);
    expect(() => new SplitRegistry('')).toThrow(InvalidInputError);
  });

  it('lists nothing where nothing was stored, and leaves no half-written file', async () => {
    expect(await new SplitRegistry(join(directory, 'none')).list()).toEqual([]);
    await new SplitRegistry(directory).save(make(table()));
    expect((await readdir(directory)).every((name) => /^[0-9a-f]{64}\.json$/.test(name))).toBe(true);
  });

  it('stores a container of arrays too, and holds it to its content', async () => {
    const registry = new SplitRegistry(directory);
    const arrays = (last: number) =>
      new TimeSeriesDataContainer({
        XTrain: [[1], [2], [3]],
        yTrain: [0, 1, 0],
        XVal: [[4]],
        yVal: [1],
        XTest: [[last]],
        yTest: [0],
      });
    const id = await registry.save(arrays(5));
    expect((await registry.load(id, arrays(5))).rows).toEqual({
      train: [0, 1, 2],
      validation: [3],
      test: [4],
      holdout: [],
    });
    await expect(registry.load(id, arrays(6))).rejects.toBeInstanceOf(DataLeakageError);
  });
});
