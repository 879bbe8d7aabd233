/** What a model has to take: any shape, missing and extreme values; inputs stay as they are. Labels: labels-promises.ts. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { assert, assertAsShared, assertFinite, assertSame, assertThrows, learns, outputs } from './assertions.js';
import { NAMES, type Promised, regressor, type Subject } from './promise.js';

/** A model trained with validation rows that may not shape it; then everything it was given is overwritten. */
const thenOverwritten = (s: Subject) =>
  s.remember('inputs overwritten', async () => {
    const data = s.data();
    const validation = s.data({ seed: 9, rows: 30 });
    const model = await s.fitted({ ...data, featureNames: NAMES, validation });
    const { X } = s.unseen();
    const before = await outputs(model, X);
    for (const rows of [data, validation]) {
      rows.X.data.fill(7);
      rows.y.fill(0);
    }
    return { before, after: await outputs(model, X) };
  });

export const INPUTS: readonly Promised[] = [
  {
    name: 'inputs are never changed',
    check: async (s) => {
      const { X, y } = s.data({ missing: 0.05 });
      const weights = Float32Array.from(y, (_, i) => i % 3);
      const before = [X.data.slice(), y.slice(), weights.slice()];
      const model = await s.fitted({ X, y, weights, validation: { X, y } });
      await model.predict(X);
      assertSame(X.data, before[0], 'X');
      assertSame(y, before[1], 'y');
      assertSame(weights, before[2], 'weights');
    },
  },
  {
    name: 'inputs changed after fit do not change the model',
    check: async (s) => {
      const { before, after } = await thenOverwritten(s);
      assertSame(after, before, 'after the training rows were overwritten');
    },
  },
  {
    name: 'validation rows do not shape a model that never stops early',
    applies: (info) => !info.capabilities.earlyStopping,
    check: async (s) => {
      const { before } = await thenOverwritten(s);
      assertSame(before, await outputs(await s.shared(), s.unseen().X), 'with and without validation rows');
    },
  },
  {
    name: 'arrays of arrays and plain labels are taken as they are',
    check: async (s) => {
      const { X, y } = s.data();
      const rows = Array.from({ length: X.rows }, (_, i) => [...X.row(i)]);
      await assertAsShared(await s.fitted({ X: rows, y: [...y], featureNames: NAMES }), s, 'arrays and Matrix differ');
    },
  },
  {
    name: 'labels of any array type are taken as they are',
    check: async (s) => {
      const { X, y } = s.data();
      const whole = s.task === 'classification' ? y : y.map(Math.round);
      const known =
        s.task === 'classification' ? await s.shared() : await s.fitted({ X, y: whole, featureNames: NAMES });
      const typed = await s.fitted({ X, y: Int8Array.from(whole), featureNames: NAMES });
      assertSame(await outputs(typed, X), await outputs(known, X), 'Int8Array and Float64Array');
    },
  },
  {
    name: 'missing values are taken in training and prediction',
    check: async (s) => {
      const model = await s.sharedWithMissing();
      assertFinite(await outputs(model, s.data({ missing: 0.2 }).X));
      const none = Matrix.zeros(1, NAMES.length);
      none.data.fill(Number.NaN);
      assertFinite(await outputs(model, none), 'prediction of a row of missing values');
    },
  },
  {
    name: 'a missing value in prediction is taken where training had none',
    check: async (s) => assertFinite(await outputs(await s.shared(), Matrix.from([[Number.NaN, 0, 0, 0, 0]]))),
  },
  {
    name: 'constant and all-missing columns are taken',
    check: async (s) => {
      const { X, y } = s.data();
      for (let i = 0; i < X.rows; i++) {
        X.data[i * X.cols + 3] = 5;
        X.data[i * X.cols + 4] = Number.NaN;
      }
      await learns(s, { X, y });
    },
  },
  {
    name: 'large and tiny feature values are taken',
    check: async (s) => {
      const { X, y } = s.data();
      for (let i = 0; i < X.rows; i++) {
        X.data[i * X.cols + 2] *= 1e30;
        X.data[i * X.cols + 3] *= 1e-30;
      }
      await learns(s, { X, y });
    },
  },
  {
    name: 'the largest and the smallest float32 values are taken',
    check: async (s) => {
      const { X, y } = s.data();
      for (let i = 0; i < X.rows; i++) {
        X.data[i * X.cols + 3] = (i % 3) - 1 ? 3.4028234663852886e38 * ((i % 3) - 1) : 0;
        X.data[i * X.cols + 4] = 1.401298464324817e-45 * (i % 2);
      }
      await learns(s, { X, y });
    },
  },
  {
    name: 'one feature is enough',
    check: async (s) => void (await learns(s, s.data({ features: 1 }))),
  },
  {
    name: 'more features than rows are taken',
    check: async (s) => void (await learns(s, s.data({ rows: 12, features: 40 }))),
  },
  {
    name: 'two rows are taken',
    check: async (s) => {
      const X = Matrix.from([
        [0, 1],
        [1, 0],
      ]);
      await learns(s, { X, y: [0, 1] });
    },
  },
  {
    name: 'one row is taken, or refused by name',
    applies: regressor,
    check: async (s) => {
      const data = { X: Matrix.from([[1, 2, 3]]), y: [4] };
      const tried = learns(s, data);
      await tried.catch(() => assertThrows(InvalidInputError, () => tried, 'one row'));
    },
  },
  {
    name: 'rows that are all the same are taken',
    check: async (s) => {
      const X = Matrix.zeros(24, 3);
      X.data.fill(1.5);
      await learns(s, { X, y: Float64Array.from({ length: 24 }, (_, i) => i % 2) });
    },
  },
  {
    name: 'feature names are kept in their order, and are f0, f1, ... where none are given',
    check: async (s) => {
      const [named, plain] = [(await s.shared()).featureNames, (await s.sharedWithMissing()).featureNames];
      assert(named.join() === NAMES.join(), `names ${named.join(', ')}`);
      assert(plain.join() === 'f0,f1,f2,f3,f4', `names ${plain.join(', ')} where none were given`);
    },
  },
];
