/** Damage that keeps the structure of a file: lines and tokens dropped, doubled, swapped, replaced. Refused with a hint, or a usable model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SVMConfig } from '../../../src/classical/index.js';
import { SVMModel } from '../../../src/classical/index.js';
import { formatLiblinear, parseLiblinear } from '../../../src/classical/svm/linear/liblinear.js';
import { linearDecisions } from '../../../src/classical/svm/linear/machine.js';
import { decisionValues } from '../../../src/classical/svm/machine/decisions.js';
import { parseLibsvm } from '../../../src/classical/svm/machine/libsvm-reader.js';
import { formatLibsvm } from '../../../src/classical/svm/machine/libsvm-writer.js';
import { pairCount } from '../../../src/classical/svm/machine/machine.js';
import { trainMachine } from '../../../src/classical/svm/train.js';
import { ModelFormatError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { randomData, settingsOf } from './problems.js';

const TOKENS = [
  '',
  '0',
  '-0',
  '1',
  '-1',
  '2',
  '7',
  '0.5',
  '1e308',
  '1e999',
  '-1e39',
  'nan',
  'inf',
  '0x10',
  '1e',
  '1:',
  ':1',
  '0:0',
  '0:1',
  '1:1',
  '2:nan',
  '3:1e39',
  '-1:1',
  '1.5:1',
  '4194304:1',
  '536870911:1',
  '99999999999999999999:1',
  'SV',
  'w',
  'rbf',
  'linear',
  'precomputed',
  'polynomial',
  'c_svc',
  'nu_svr',
  'total_sv',
  'nr_sv',
  'label',
  'rho',
  'probA',
  '\u0000',
  '9007199254740993',
];

interface Change {
  what: 'drop line' | 'double line' | 'swap lines' | 'drop token' | 'double token' | 'replace token' | 'cut';
  line: number;
  token: number;
  by: string;
}

const changes = fc.array(
  fc.record<Change>({
    what: fc.constantFrom(
      'drop line',
      'double line',
      'swap lines',
      'drop token',
      'double token',
      'replace token',
      'cut',
    ),
    // The header as often as the rest.
    line: fc.oneof(fc.nat(14), fc.nat(400)),
    token: fc.nat(8),
    by: fc.constantFrom(...TOKENS),
  }),
  { minLength: 1, maxLength: 3 },
);

function changed(text: string, all: readonly Change[]): string {
  const lines = text.split('\n').map((line) => line.split(' '));
  for (const { what, line, token, by } of all) {
    const at = line % lines.length;
    const tokens = lines[at];
    const place = token % tokens.length;
    if (what === 'drop line') lines.splice(at, 1);
    else if (what === 'double line') lines.splice(at, 0, [...tokens]);
    else if (what === 'swap lines') lines.splice(at, 1, ...lines.splice(by.length % lines.length, 1, tokens));
    else if (what === 'drop token') tokens.splice(place, 1);
    else if (what === 'double token') tokens.splice(place, 0, tokens[place]);
    else if (what === 'replace token') tokens[place] = by;
    else lines.length = at;
    if (lines.length === 0) lines.push([]);
  }
  return lines.map((tokens) => tokens.join(' ')).join('\n');
}

/** What reading gave; undefined where it was refused. Any other error fails the test. */
async function outcome<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error;
    expect(error.hint).not.toBe('');
    return undefined;
  }
}

async function manyTimes(text: string, check: (text: string) => Promise<boolean>): Promise<void> {
  const refused = { yes: 0, no: 0 };
  const property = fc.asyncProperty(changes, async (all) => {
    refused[(await check(changed(text, all))) ? 'no' : 'yes']++;
  });
  await fc.assert(property, { seed: 11, numRuns: 600 });
  expect(refused.yes).toBeGreaterThan(100);
}

/** Some rows of the right width; one row where a file names more columns than it has use for. */
const rowsFor = (features: number) => {
  const rows = Matrix.zeros(features > 4096 ? 1 : 3, features);
  rows.data.forEach((_, p) => {
    rows.data[p] = 0.1 * (p % 7);
  });
  return rows;
};

describe('libsvm files', () => {
  it.each([
    ['three classes with probabilities', { probability: true }, 3],
    ['a polynomial kernel', { kernel: 'poly', gamma: 0.2, coef0: 1 }, 2],
    ['regression', { task: 'regression', kernel: 'linear' }, 0],
  ] as const)('%s', async (_name, config, classes) => {
    const data = randomData(1, 90, 4, classes);
    const { machine } = await trainMachine(data, settingsOf(config), { threads: 1, seed: 1 });
    const text = await formatLibsvm(machine, classes === 3 ? [0, 1, 2] : [0, 1]);
    await manyTimes(text, async (damaged) => {
      const read = await outcome(() => parseLibsvm(damaged));
      if (!read) return false;
      const rows = rowsFor(read.machine.features);
      const decisions = await decisionValues(read.machine, rows, 1);
      const functions = read.labels.length > 0 ? pairCount(read.labels.length) : 1;
      expect(decisions).toHaveLength(rows.rows * functions);
      return true;
    });
  });
});

describe('LIBLINEAR files', () => {
  it('four classes', async () => {
    const model = new SVMModel({ kernel: 'linear', solver: 'dcd', probability: false });
    await model.fit(randomData(2, 120, 6, 4));
    const weights = Float64Array.from((model.coefficients ?? []).flatMap((row) => [...row]));
    const machine = {
      type: 'linear',
      task: 'classification',
      classes: 4,
      features: 6,
      weights,
      bias: model.intercept,
    } as const;
    await manyTimes(formatLiblinear(machine, [3, 5, 6, 9], 'hinge'), async (damaged) => {
      const read = await outcome(() => parseLiblinear(damaged));
      if (!read) return false;
      const rows = rowsFor(read.machine.features);
      expect(await linearDecisions(read.machine, rows, 1)).toHaveLength(rows.rows * read.machine.bias.length);
      return true;
    });
  });
});

const VALUES = [null, -1, 0, 1, 2.5, 1e9, 2 ** 32, '', 'x', [], [null], [-1], {}, true];

describe('saved models whose checksums were made to fit', () => {
  it.each([
    ['support vectors', { probability: true }],
    ['a precomputed kernel', { kernel: 'precomputed', probability: false }],
    ['a linear kernel', { kernel: 'linear' }],
    ['a linear machine', { kernel: 'linear', solver: 'dcd' }],
    ['waves', { approximation: 'fourier', components: 6 }],
  ] as [string, SVMConfig][])('%s', async (_name, config) => {
    const data = randomData(3, 24, config.kernel === 'precomputed' ? 24 : 3, 2);
    if (config.kernel === 'precomputed') {
      const K = data.X.data;
      for (let i = 0; i < 24; i++) for (let j = 0; j < i; j++) K[j * 24 + i] = K[i * 24 + j];
    }
    const model = new SVMModel(config);
    await model.fit(data);
    const { metadata, files } = await model.toBundle();
    const [[name, given]] = Object.entries(files);
    const text = typeof given === 'string' ? given : new TextDecoder().decode(given);
    const state = metadata.state as Record<string, unknown>;
    const property = fc.asyncProperty(
      fc.constantFrom(...Object.keys(state), 'none'),
      fc.constantFrom(...VALUES, undefined),
      fc.option(changes, { nil: undefined }),
      async (key, value, all) => {
        const damaged = { ...metadata, state: key === 'none' ? state : { ...state, [key]: value } };
        const file = new TextEncoder().encode(all ? changed(text, all) : text);
        await outcome(async () => {
          const restored = new SVMModel(config);
          await restored.restore(structuredClone(damaged), { [name]: file });
          const { predictions } = await restored.predict(data.X);
          expect(predictions.every((label) => label === 0 || label === 1)).toBe(true);
        });
      },
    );
    await fc.assert(property, { seed: 5, numRuns: 250 });
  });
});
