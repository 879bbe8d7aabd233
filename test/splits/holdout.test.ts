import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { HoldoutLockedError, InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { deriveHoldout, inspectHoldout, LockedHoldout } from '../../src/splits/holdout.js';

const SECRET = 31337;
const sealed = () =>
  new LockedHoldout({
    role: 'holdout',
    X: Matrix.from([
      [SECRET, 1],
      [SECRET, 2],
    ]),
    y: Float64Array.of(SECRET, 1),
    weights: Float32Array.of(SECRET, 1),
    times: Float64Array.of(SECRET, SECRET + 1),
    groups: [SECRET, SECRET],
  });

describe('LockedHoldout', () => {
  it('says how many rows it has, and nothing else', () => {
    const holdout = sealed();
    expect(holdout.rows).toBe(2);
    expect(holdout.locked).toBe(true);
    expect(holdout.unlocks).toEqual([]);
  });

  it.each(['X', 'y', 'weights', 'times', 'labelEnds', 'groups', 'rowIds'])('refuses to show %s', (name) => {
    expect(() => Reflect.get(sealed(), name)).toThrow(HoldoutLockedError);
  });

  it('shows no value when printed, spread, cloned or serialised', () => {
    const holdout = sealed();
    const shown = [
      JSON.stringify(holdout),
      JSON.stringify({ ...holdout }),
      JSON.stringify(Object.assign({}, holdout)),
      JSON.stringify(Object.entries(holdout)),
      JSON.stringify(structuredClone(holdout)),
      JSON.stringify(Object.getOwnPropertyDescriptors(holdout)),
      JSON.stringify(Reflect.ownKeys(holdout)),
      inspect(holdout, { depth: 10 }),
      inspect(holdout, { depth: 10, showHidden: true, getters: true }),
      JSON.stringify(Object.values(holdout)),
      String(holdout),
      serialize(holdout).toString('latin1'),
    ];
    for (const text of shown) expect(text).not.toContain(String(SECRET));
    expect(JSON.parse(shown[0])).toEqual({ role: 'holdout', rows: 2, locked: true, unlocks: [] });
  });

  it('opens with a reason, and records who, when and why, each time', () => {
    const holdout = sealed();
    const split = holdout.unlock({ reason: '  final evaluation ', by: 'ann' });
    expect(split.role).toBe('holdout');
    expect(split.y[0]).toBe(SECRET);
    expect(holdout.locked).toBe(false);
    holdout.unlock({ reason: 'again' });
    expect(holdout.unlocks).toHaveLength(2);
    expect(holdout.unlocks[0]).toMatchObject({ reason: 'final evaluation', by: 'ann' });
    expect(Number.isNaN(Date.parse(holdout.unlocks[0].at))).toBe(false);
    expect(holdout.unlocks[1].by).not.toBe('');
    // Open now: the properties work for JavaScript callers.
    expect(Reflect.get(holdout, 'y')).toBe(split.y);
  });

  it.each([undefined, '', 3, null])(
    'records the user of the process when %j is given as the one who opens it',
    (by) => {
      const holdout = sealed();
      holdout.unlock({ reason: 'final', by } as never);
      expect(holdout.unlocks[0].by).toMatch(/./);
    },
  );

  it('keeps its record from being rewritten', () => {
    const holdout = sealed();
    holdout.unlock({ reason: 'final' });
    (holdout.unlocks as unknown[]).length = 0;
    expect(holdout.unlocks).toHaveLength(1);
    expect(holdout.locked).toBe(false);
  });

  it.each([undefined, {}, { reason: '' }, { reason: '   ' }, { reason: 3 }])('refuses %j as a reason', (request) => {
    const holdout = sealed();
    expect(() => holdout.unlock(request as never)).toThrow(InvalidInputError);
    expect(holdout.locked).toBe(true);
    expect(holdout.unlocks).toEqual([]);
  });

  it('has nothing to open when it is empty', () => {
    const holdout = new LockedHoldout();
    expect(holdout.rows).toBe(0);
    expect(() => holdout.unlock({ reason: 'final' })).toThrow(InvalidInputError);
    expect(holdout.unlocks).toEqual([]);
    expect(inspectHoldout(holdout)).toBeUndefined();
  });

  it('is one holdout in every form: opening one records it in all, and the form is computed only then', () => {
    const raw = sealed();
    let computed = 0;
    const doubled = deriveHoldout(raw, (split) => {
      computed++;
      return { ...split, X: Array.from(split.y, (v) => 2 * v) };
    });
    expect(doubled.rows).toBe(2);
    expect(computed).toBe(0);
    expect(() => Reflect.get(doubled, 'X')).toThrow(HoldoutLockedError);
    expect(doubled.unlock({ reason: 'final' }).X).toEqual([2 * SECRET, 2]);
    doubled.unlock({ reason: 'again' });
    expect(computed).toBe(1);
    expect(raw.locked).toBe(false);
    expect(raw.unlocks).toHaveLength(2);
  });
});
