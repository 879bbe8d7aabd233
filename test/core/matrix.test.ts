import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';

const rows = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
  .chain(([n, cols]) =>
    fc.array(fc.array(fc.float(), { minLength: cols, maxLength: cols }), { minLength: n, maxLength: n }),
  );

describe('Matrix', () => {
  it('holds the rows it was made from, as float32', () => {
    fc.assert(
      fc.property(rows, (values) => {
        const X = Matrix.from(values);
        expect([X.rows, X.cols]).toEqual([values.length, values[0].length]);
        values.forEach((row, i) => {
          expect([...X.row(i)]).toEqual(row);
        });
        values[0].forEach((_, j) => {
          expect([...X.column(j)]).toEqual(values.map((row) => row[j]));
        });
      }),
    );
  });

  it('copies in from, not in wrap; worker threads can share what it allocates', () => {
    const source = [[1, 2]];
    const X = Matrix.from(source);
    source[0][0] = 9;
    expect(X.data[0]).toBe(1);
    expect(X.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(Matrix.zeros(2, 2).data.buffer).toBeInstanceOf(SharedArrayBuffer);
    const data = Float32Array.of(1, 2, 3, 4);
    expect(Matrix.wrap(data, 2).data).toBe(data);
    expect(Matrix.wrap(data, 2).row(1).buffer).toBe(data.buffer);
  });

  it('takes rows in any order and selects columns', () => {
    const X = Matrix.from([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect([...X.take([2, 0, 2]).data]).toEqual([5, 6, 1, 2, 5, 6]);
    expect([...X.selectColumns([1]).data]).toEqual([2, 4, 6]);
    expect(X.take([]).rows).toBe(0);
  });

  it('refuses ragged rows, other values than numbers, lengths that do not divide, rows outside', () => {
    const refuses = (run: () => unknown, details: object) => {
      let error: unknown;
      try {
        run();
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as InvalidInputError).details).toMatchObject(details);
    };
    refuses(() => Matrix.from([[1, 2], [3]]), { row: 1 });
    refuses(() => Matrix.from([[1], ['2' as never]]), { row: 1, column: 0 });
    refuses(() => Matrix.from([[null as never]]), { row: 0, column: 0 });
    refuses(() => Matrix.from([5 as never]), {});
    refuses(() => Matrix.wrap(new Float32Array(5), 2), {});
    refuses(() => Matrix.wrap([1, 2] as never, 2), {});
    refuses(() => Matrix.from([[1]]).take([1]), { row: 1 });
    refuses(() => Matrix.from([[1]]).take([-1]), { row: -1 });
    refuses(() => Matrix.from([[1], [2]]).take([0.5]), { row: 0.5 });
    refuses(() => Matrix.from([[1]]).selectColumns([1]), { column: 1 });
    for (const bad of [null, undefined, 5, {}]) refuses(() => Matrix.from(bad as never), {});
  });
});
