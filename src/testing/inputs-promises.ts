/** What a model has to take: any shape, missing and extreme values, any labels; inputs stay as they are. */
import { Matrix } from '../core/matrix.js';
import { assert, assertSame, classifier, outputs, type Promised } from './promise.js';

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
    name: 'arrays of arrays and plain labels are taken as they are',
    check: async (s) => {
      const { X, y } = s.data({ rows: 60 });
      const rows = Array.from({ length: X.rows }, (_, i) => [...X.row(i)]);
      assertSame(
        await outputs(await s.fitted({ X: rows, y: [...y] }), rows),
        await outputs(await s.fitted({ X, y }), X),
        'arrays and Matrix',
      );
    },
  },
  {
    name: 'missing values are taken in training and prediction',
    check: async (s) => {
      const { X, y } = s.data({ missing: 0.2 });
      const model = await s.fitted({ X, y });
      assert((await outputs(model, X)).every(Number.isFinite), 'a prediction is not finite');
      const none = Matrix.zeros(1, X.cols);
      none.data.fill(Number.NaN);
      assert((await outputs(model, none)).every(Number.isFinite), 'a row of missing values has no prediction');
    },
  },
  {
    name: 'a missing value in prediction is taken where training had none',
    check: async (s) => {
      const model = await s.shared();
      const row = Matrix.from([[Number.NaN, 0, 0, 0, 0]]);
      assert((await outputs(model, row)).every(Number.isFinite), 'the prediction is not finite');
    },
  },
  {
    name: 'constant and all-missing columns are taken',
    check: async (s) => {
      const { X, y } = s.data();
      for (let i = 0; i < X.rows; i++) {
        X.data[i * X.cols + 3] = 5;
        X.data[i * X.cols + 4] = Number.NaN;
      }
      assert((await outputs(await s.fitted({ X, y }), X)).every(Number.isFinite), 'a prediction is not finite');
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
      assert((await outputs(await s.fitted({ X, y }), X)).every(Number.isFinite), 'a prediction is not finite');
    },
  },
  {
    name: 'one feature is enough',
    check: async (s) => {
      const { X, y } = s.data({ features: 1 });
      assert((await outputs(await s.fitted({ X, y }), X)).every(Number.isFinite), 'a prediction is not finite');
    },
  },
  {
    name: 'more features than rows are taken',
    check: async (s) => {
      const { X, y } = s.data({ rows: 12, features: 40 });
      assert((await outputs(await s.fitted({ X, y }), X)).every(Number.isFinite), 'a prediction is not finite');
    },
  },
  {
    name: 'two rows are taken',
    check: async (s) => {
      const X = Matrix.from([
        [0, 1],
        [1, 0],
      ]);
      assert((await outputs(await s.fitted({ X, y: [0, 1] }), X)).every(Number.isFinite), 'a prediction is not finite');
    },
  },
  {
    name: 'a class of one row is taken',
    applies: classifier,
    check: async (s) => {
      const { X, y } = s.data({ rows: 80 });
      y.fill(0).fill(1, 40).fill(2, 79);
      assert((await (await s.fitted({ X, y })).predict(X)).probabilities?.cols === 3, 'the class is lost');
    },
  },
  ...[
    [-1, 0, 1],
    [0, 1],
    [3, 17, 400],
    [-2.5, 0.25],
  ].map(
    (labels): Promised => ({
      name: `labels {${labels.join(', ')}} come back as they are`,
      applies: classifier,
      check: async (s) => {
        const { X, y } = s.data({ classes: labels.length });
        const model = await s.fitted({ X, y: Float64Array.from(y, (k) => labels[k]) });
        const out = await model.predict(X);
        assertSame(out.classes, labels, 'classes');
        assert(
          out.predictions.every((p) => labels.includes(p)),
          'a prediction is no label',
        );
        const plain = await (await s.shared(labels.length)).predict(X);
        assertSame(
          out.probabilities?.data,
          plain.probabilities?.data,
          'probabilities under other names of the classes',
        );
      },
    }),
  ),
];
