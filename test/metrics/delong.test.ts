import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { aucVariance, delongTest } from '../../src/metrics/delong.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { plainDelong } from '../oracles/delong.js';

const random = new Random(5);
/** Scores on a grid, so that many are tied. */
function rows(n: number, grid: number) {
  const y = Array.from({ length: n }, (_, i) => (i < 2 || random.float() < 0.4 ? 1 : 0));
  y[n - 1] = 0;
  y[n - 2] = 0;
  const score = () => y.map((label) => Math.round((random.float() + 0.3 * label) * grid) / grid);
  return { y, a: score(), b: score() };
}

describe('aucVariance and delongTest', () => {
  it.each([
    [8, 3],
    [60, 5],
    [60, 1e9],
    [300, 20],
  ])('equal the definition, pair by pair (%i rows, grid of %i)', (n, grid) => {
    const { y, a, b } = rows(n, grid);
    const plain = plainDelong(y, [a, b]);
    const one = aucVariance(y, a);
    expect(one.auc).toBeCloseTo(rocAuc(y, a), 13);
    expect(one.variance).toBeCloseTo(plain.covariance[0][0], 14);
    const test = delongTest(y, a, b);
    const [[vaa, vab], [, vbb]] = plain.covariance;
    expect(test.variance).toBeCloseTo(vaa + vbb - 2 * vab, 14);
    expect(test.aucs[0] - plain.aucs[0]).toBeCloseTo(0, 13);
    expect(test.aucs[1] - plain.aucs[1]).toBeCloseTo(0, 13);
    expect(test.z).toBeCloseTo((plain.aucs[0] - plain.aucs[1]) / Math.sqrt(vaa + vbb - 2 * vab), 9);
  });

  it('does not depend on the order of the rows, and a swap of the scores turns the sign', () => {
    const { y, a, b } = rows(50, 6);
    const order = random.permutation(50);
    const taken = (values: number[]) => Array.from(order, (i) => values[i]);
    const test = delongTest(y, a, b);
    expect(delongTest(taken(y), taken(a), taken(b)).pValue).toBeCloseTo(test.pValue, 12);
    expect(delongTest(y, b, a)).toMatchObject({ difference: -test.difference, z: -test.z, pValue: test.pValue });
  });

  it('finds no difference in the same ranking, constant scores included', () => {
    const { y, a } = rows(40, 1e9);
    const same = { difference: 0, variance: 0, z: Number.NaN, pValue: 1 };
    expect(
      delongTest(
        y,
        a,
        a.map((v) => v / 4 + 3),
      ),
    ).toMatchObject(same);
    expect(
      delongTest(
        y,
        y.map(() => 1),
        y.map(() => 0.5),
      ),
    ).toMatchObject({ ...same, aucs: [0.5, 0.5] });
  });

  it('two rankings that differ without any spread differ for certain', () => {
    const perfect = [0, 0, 1, 1];
    expect(delongTest(perfect, perfect, [1, 1, 0, 0])).toMatchObject({ difference: 1, variance: 0, pValue: 0 });
  });

  it('takes both columns of probabilities, and any two labels', () => {
    const { y, a } = rows(30, 7);
    const table = Matrix.from(a.map((v) => [1 - v / 2, v / 2]));
    const named = y.map((label) => (label === 1 ? 7 : -3));
    expect(aucVariance(named, table).variance).toBeCloseTo(aucVariance(y, a).variance, 14);
    expect(aucVariance(named, table, { positiveClass: -3 }).auc).toBeCloseTo(aucVariance(y, a).auc, 12);
  });

  it('refuses what has no variance', () => {
    const refused = (run: () => unknown, text: string) => {
      expect(run).toThrow(InvalidInputError);
      expect(run).toThrow(text);
    };
    refused(() => aucVariance([0, 1, 1], [0.1, 0.2, 0.3]), '1 negative rows');
    refused(() => aucVariance([1, 1, 1], [0.1, 0.2, 0.3]), 'negative rows');
    refused(() => aucVariance([0, 1, 2, 2], [0.1, 0.2, 0.3, 0.4]), 'classes');
    refused(() => aucVariance([0, 1, 0, 1], [0.1, Number.NaN, 0.3, 0.4]), 'NaN at row 1');
    refused(() => delongTest([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.2]), '2');
    refused(() => delongTest([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4], { k: 1 } as object), "'k'");
  });
});
