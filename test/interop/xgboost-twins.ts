/** The same XGBoost models trained here and in Python, in one Python process for all cases: for the tests of a method of training. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));

/** Labels of every kind, made of values. */
export interface Labels {
  value: number[];
  counts: number[];
  binary: number[];
  classes: number[];
}

export interface Case {
  config: XGBoostConfig;
  labels: keyof Labels;
  weights?: number[];
}

export interface Answer {
  raw: (number | number[])[];
  /** Of trees. */
  leaves: unknown[];
}

export const inPython = (request: object): Promise<Answer[]> => runPython(script, request) as Promise<Answer[]>;

/** Values to labels; those above `upper` are of class 2, those above `lower` of class 1. */
export function labelsOf(value: number[], [lower, upper]: readonly [number, number]): Labels {
  return {
    value,
    counts: value.map((v) => Math.floor(Math.abs(v))),
    binary: value.map((v) => (v > 0 ? 1 : 0)),
    classes: value.map((v) => (v > upper ? 2 : v > lower ? 1 : 0)),
  };
}

/** Largest distance of two lists of scores. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, score, i) => Math.max(most, Math.abs(score - b[i])), 0);
}

/** By case: filled before the tests. */
export interface Twins {
  readonly models: XGBoostModel[];
  /** Trained in Python, saved in `pythonFile`. */
  readonly theirs: Answer[];
  /** Our files (JSON and UBJSON in turn) opened in Python. */
  readonly back: Answer[];
  file(i: number): string;
  pythonFile(i: number): string;
}

/** Trains all cases on both sides before the tests of the file; `rounds` iterations, answers for the training rows. */
export function trainTwins(cases: readonly Case[], X: number[][], y: Labels, rounds: number): Twins {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-'));
  const models: XGBoostModel[] = [];
  const theirs: Answer[] = [];
  const back: Answer[] = [];
  const file = (i: number) => join(directory, `${i}${i % 2 ? '.ubj' : '.json'}`);
  const pythonFile = (i: number) => join(directory, `python-${i}.ubj`);
  afterAll(() => rmSync(directory, { recursive: true }));
  beforeAll(async () => {
    const requests = cases.map(({ config, labels, weights }, i) => ({
      params: config,
      y: y[labels],
      weights,
      rounds,
      files: [pythonFile(i)],
    }));
    theirs.push(...(await inPython({ do: 'train', X, T: X, cases: requests })));
    for (const [i, { config, labels, weights }] of cases.entries()) {
      const model = new XGBoostModel({ ...config, numIterations: rounds });
      await model.fit({ X, y: y[labels], ...(weights ? { weights } : {}) });
      await model.exportNative(file(i));
      models.push(model);
    }
    back.push(...(await inPython({ do: 'predict', T: X, files: cases.map((_, i) => file(i)) })));
  }, 120_000);
  return { models, theirs, back, file, pythonFile };
}
