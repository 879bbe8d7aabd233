/** What comes out of `predict`, and that it is better than knowing nothing. */
import { Matrix } from '../core/matrix.js';
import type { PredictionOutput } from '../model/types.js';
import { assert, assertFinite, assertSame, outputs, sharedBytes } from './assertions.js';
import { classifier, type Promised, regressor, type Subject } from './promise.js';

/** Three classes, their probabilities and rows they were predicted for. */
async function threeClasses(s: Subject): Promise<PredictionOutput & { probabilities: Matrix }> {
  const out = await (await s.shared(3)).predict(s.unseen().X);
  assert(out.probabilities instanceof Matrix, 'probabilities are no Matrix');
  return { ...out, probabilities: out.probabilities };
}

export const PREDICTION: readonly Promised[] = [
  {
    name: 'prediction does not depend on the order of rows',
    check: async (s) => {
      const { X } = s.unseen();
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
      const { X } = s.unseen();
      const model = await s.shared();
      const whole = await outputs(model, X);
      const width = whole.length / X.rows;
      for (const rows of [[5], [0, 17, 29], [X.rows - 1]]) {
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
      const { X } = s.full ? s.data({ seed: 3, rows: 5000 }) : s.unseen();
      const model = await s.shared();
      const one = await outputs(model, X, 1);
      for (const threads of [2, 4]) assertSame(await outputs(model, X, threads), one, `1 and ${threads} threads`);
    },
  },
  {
    name: 'predicting again gives the same',
    check: async (s) => {
      const { X } = s.unseen();
      const model = await s.shared();
      assertSame(await outputs(model, X), await outputs(model, X), 'the second prediction');
    },
  },
  {
    name: 'predictions made at once equal those made one after another',
    check: async (s) => {
      const parts = [0, 1, 2].map((k) => s.unseen().X.take([k, 3 + k, 6 + k]));
      const model = await s.shared();
      const after: Float32Array[] = [];
      for (const part of parts) after.push(await outputs(model, part));
      const atOnce = await Promise.all(parts.map((part) => outputs(model, part)));
      for (const [k, values] of atOnce.entries()) assertSame(values, after[k], `call ${k}`);
    },
  },
  {
    name: 'equal rows have equal predictions',
    check: async (s) => {
      const { X } = s.unseen();
      const out = (await (await s.shared()).predict(X.take([3, 4, 3, 3, 4]))).predictions;
      assert(out[0] === out[2] && out[0] === out[3] && out[1] === out[4], `predictions ${out.join(', ')}`);
    },
  },
  {
    name: 'predicting does not change the model',
    check: async (s) => {
      const before = await sharedBytes(s);
      await (await s.shared()).predict(s.unseen().X);
      assert((await sharedBytes(s)) === before, 'it is saved as other bytes after a prediction');
    },
  },
  {
    name: 'what predict returned belongs to the caller',
    check: async (s) => {
      const { X } = s.unseen();
      const model = await s.shared();
      const out = await model.predict(X);
      const before = (out.probabilities?.data ?? out.predictions).slice();
      for (const values of [out.predictions, out.probabilities?.data, out.confidence]) values?.fill(7);
      out.classes.fill(7);
      assertSame(await outputs(model, X), before, 'after the caller changed what it was given');
      assert(!model.classes.includes(7), 'the classes of the model were changed');
    },
  },
  {
    name: 'arrays of rows, typed rows and a Matrix predict the same',
    check: async (s) => {
      const { X } = s.unseen();
      const model = await s.shared();
      const rows = Array.from({ length: X.rows }, (_, i) => X.row(i));
      const expected = await outputs(model, X);
      const plain = rows.map((row) => [...row]);
      assertSame(await outputs(model, plain), expected, 'arrays and Matrix');
      if (s.info.inputMode === 'features') assertSame(await outputs(model, rows), expected, 'typed rows and Matrix');
    },
  },
  {
    name: 'rows far from the training rows have finite predictions',
    check: async (s) => {
      const far = s.unseen().X;
      for (let p = 0; p < far.data.length; p++) far.data[p] *= 1e9;
      assertFinite(await outputs(await s.shared(), far));
    },
  },
  {
    name: 'no rows in, no rows out',
    check: async (s) => {
      const { predictions } = await (await s.shared()).predict(Matrix.zeros(0, 5));
      assert(predictions.length === 0, 'rows from nothing');
    },
  },
  {
    name: 'probabilities are float32 (n, classes) in [0, 1], and rows sum to 1',
    applies: classifier,
    check: async (s) => {
      const { probabilities, predictions } = await threeClasses(s);
      assert(probabilities.rows === predictions.length && probabilities.cols === 3, 'probabilities are not (n, 3)');
      assert(probabilities.data instanceof Float32Array, 'probabilities are not float32');
      for (let i = 0; i < probabilities.rows; i++) {
        const row = [...probabilities.row(i)];
        assert(
          row.every((p) => p >= 0 && p <= 1),
          `row ${i} is ${row.join(', ')}`,
        );
        assert(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-5, `row ${i} does not sum to 1`);
      }
    },
  },
  {
    name: 'the prediction is the most probable class',
    applies: classifier,
    check: async (s) => {
      const { probabilities, predictions, classes } = await threeClasses(s);
      for (const [i, prediction] of predictions.entries()) {
        const row = [...probabilities.row(i)];
        assert(prediction === classes[row.indexOf(Math.max(...row))], `row ${i} predicts ${prediction}`);
      }
    },
  },
  {
    name: 'confidence is the largest probability',
    applies: classifier,
    check: async (s) => {
      const { probabilities, confidence } = await threeClasses(s);
      assert(confidence instanceof Float32Array && confidence.length === probabilities.rows, 'no confidence a row');
      for (const [i, value] of confidence.entries())
        assert(value === Math.max(...probabilities.row(i)), `row ${i}: confidence ${value}`);
    },
  },
  {
    name: 'classes are the labels in ascending order',
    applies: classifier,
    check: async (s) => {
      const model = await s.shared(3);
      const { classes } = await model.predict(s.unseen().X);
      assertSame(classes, [0, 1, 2], 'classes of a prediction');
      assertSame(model.classes, [0, 1, 2], 'classes of the model');
    },
  },
  {
    name: 'values of a regression are finite float32, without probabilities',
    applies: regressor,
    check: async (s) => {
      const out = await (await s.shared()).predict(s.unseen().X);
      assert(out.probabilities === undefined && out.confidence === undefined, 'a regression has no probabilities');
      assert(out.classes.length === 0, 'a regression has no classes');
      assert(out.predictions instanceof Float32Array, 'values are not float32');
      assertFinite(out.predictions);
    },
  },
  {
    name: 'it learns: better than the prior on the training rows',
    check: async (s) => {
      const { trainAccuracy } = (await s.shared()).trainingMetrics;
      assert(trainAccuracy > (s.task === 'classification' ? 0.65 : 0.3), `training accuracy ${trainAccuracy}`);
    },
  },
  {
    name: 'it learns three classes',
    applies: classifier,
    check: async (s) => {
      const { trainAccuracy } = (await s.shared(3)).trainingMetrics;
      assert(trainAccuracy > 0.45, `training accuracy ${trainAccuracy}`);
    },
  },
];
