/**
 * Who used which rows, and what was made from what: a calibrated model comes from a model, which comes from preprocessing. Kept beside the
 * objects for as long as they live, so that models of folds do not answer for one another.
 */
import type { RowSet } from './row-set.js';
import type { RowUse } from './row-uses.js';

/** One use of rows, as far as it matters to those who come after. */
export interface KnownUse {
  readonly use: RowUse;
  /** Who, as messages name it. */
  readonly by: string;
  readonly rows: RowSet;
}

interface Life {
  /** By what numbers the rows. */
  readonly uses: Map<object, KnownUse[]>;
  readonly parents: Set<object>;
}

const lives = new WeakMap<object, Life>();

function lifeOf(subject: object): Life {
  let life = lives.get(subject);
  if (!life) lives.set(subject, (life = { uses: new Map(), parents: new Set() }));
  return life;
}

/** Fitting again forgets what was learned, and with it where that came from. */
export function forgetUses(subject: object): void {
  lives.delete(subject);
}

/** `subject` was made from `parents`: what they used, it used. */
export function descend(subject: object, parents: readonly object[]): void {
  const life = lifeOf(subject);
  for (const parent of parents) if (parent !== subject) life.parents.add(parent);
}

export function noteUse(subject: object, source: object, use: KnownUse): void {
  const { uses } = lifeOf(subject);
  const own = uses.get(source) ?? [];
  if (!own.some((one) => one.use === use.use && one.rows.equals(use.rows))) own.push(use);
  uses.set(source, own);
}

/** Uses of rows of `source` by the subjects and by everything they were made from, nearest first. */
export function usesOf(subjects: readonly object[], source: object): KnownUse[] {
  return [...ancestors(subjects)].flatMap((subject) => lives.get(subject)?.uses.get(source) ?? []);
}

function ancestors(subjects: readonly object[]): Set<object> {
  const all = new Set(subjects);
  // A set that grows while it is walked visits what was added.
  for (const subject of all) for (const parent of lives.get(subject)?.parents ?? []) all.add(parent);
  return all;
}
