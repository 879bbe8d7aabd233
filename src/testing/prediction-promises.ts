/** What comes out of `predict`, and that it is better than knowing nothing. */
import { Matrix } from '../core/matrix.js';
import { assert, assertSame, classifier, outputs, type Promised, regressor } from './promise.js';

export const PREDICTION: readonly Promised[] = [
  {
    name: 'prediction does not depend on the order of rows',
    check: async (s) => {
      const { X } = s.data();
      const model = await s.shared();
      const reversed = Uint32Array.from({ length: X.rows }, (_, i) => X.rows - 1 - i);
      const a = (await model.predict(X)).predictions;
      const b = (await model.predict(X.take(reversed))).predictions;
      assertSame(a, b.toReversed(), 'rows in another order');
    },
  },
  {
    name: 'prediction of a subset, and of single rows, equals that of the whole',
    check: async (s) => {
      const { X } = s.data();
      const model = await s.shared();
      const whole = await outputs(model, X);
      const width = whole.length / X.rows;
      for (const rows of [[5], [0, 17, 99], [X.rows - 1]]) {
        const part = await outputs(model, X.take(rows));
        for (const [i, row] of rows.entries()) {
          assertSame(
            part.subarray(i * width, (i + 1) * width),
            whole.subarray(row * width, (row + 1) * width),
            `row ${row}`,
          );
        }
      }
    },
  },
  {
    name: 'prediction on any number of threads is the same',
    check: async (s) => {
      const { X } = s.data();
      const model = await s.shared();
      const one = await model.predict(X, { threads: 1 });
      const two = await model.predict(X, { threads: 2 });
      assertSame(
        one.probabilities?.data ?? one.predictions,
        two.probabilities?.data ?? two.predictions,
        '1 and 2 threads',
      );
    },
  },
  {
    name: 'probabilities are float32 in [0, 1], rows sum to 1, and the label is the most probable class',
    applies: classifier,
    check: async (s) => {
      const { X } = s.data({ classes: 3 });
      const model = await s.shared(3);
      const { probabilities, predictions, confidence, classes } = await model.predict(X);
      assert(
        probabilities instanceof Matrix && probabilities.cols === 3 && probabilities.rows === X.rows,
        'probabilities are not (n, 3)',
      );
      for (let i = 0; i < X.rows; i++) {
        const row = [...probabilities.row(i)];
        assert(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-5, `row ${i} does not sum to 1`);
        assert(
          predictions[i] === classes[row.indexOf(Math.max(...row))],
          `row ${i} predicts another class than its most probable one`,
        );
        assert(
          confidence?.[i] === Math.fround(Math.max(...row)),
          `row ${i}: confidence is not the largest probability`,
        );
      }
    },
  },
  {
    name: 'values of a regression are finite float32, without probabilities',
    applies: regressor,
    check: async (s) => {
      const out = await (await s.shared()).predict(s.data().X);
      assert(out.probabilities === undefined && out.classes.length === 0, 'a regression has no classes');
      assert(
        out.predictions instanceof Float32Array && out.predictions.every(Number.isFinite),
        'a value is not finite',
      );
    },
  },
  {
    name: 'it learns: better than the prior on the training rows',
    check: async (s) => {
      const metrics = await s.make().fit(s.data({ rows: 500 }));
      assert(
        metrics.trainAccuracy > (s.task === 'classification' ? 0.65 : 0.3),
        `training accuracy ${metrics.trainAccuracy}`,
      );
    },
  },
  {
    name: 'it learns three classes',
    applies: classifier,
    check: async (s) => {
      const metrics = await s.make().fit(s.data({ rows: 600, classes: 3 }));
      assert(metrics.trainAccuracy > 0.5, `training accuracy ${metrics.trainAccuracy}`);
    },
  },
  {
    name: 'no rows in, no rows out',
    check: async (s) =>
      assert((await (await s.shared()).predict(Matrix.zeros(0, 5))).predictions.length === 0, 'rows from nothing'),
  },
];
