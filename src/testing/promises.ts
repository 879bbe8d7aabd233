/** The promises every model keeps; scikit-learn's estimator checks are the floor. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelFormatError, NotFittedError, TrainingCancelledError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { ProgressEvent } from '../core/progress.js';
import type { BaseModel } from '../model/base-model.js';
import { loadModel } from '../model/registry.js';
import {
  assert,
  assertClose,
  assertSame,
  assertThrows,
  outputs,
  type Promised,
  refuses,
  type Subject,
} from './promise.js';

const classifier: Promised['applies'] = (_info, task) => task === 'classification';
const regressor: Promised['applies'] = (_info, task) => task === 'regression';

async function bytes(model: BaseModel, subject: Subject, name: string): Promise<string> {
  const directory = subject.directory(name);
  await model.save(directory);
  const files = (await readdir(directory)).sort();
  return (
    await Promise.all(files.map(async (file) => `${file}\n${await readFile(join(directory, file), 'latin1')}`))
  ).join('\n');
}

export const PROMISES: readonly Promised[] = [
  // ---- determinism
  {
    name: 'same seed, same bytes',
    check: async (s) => {
      const data = s.data();
      assert(
        (await bytes(await s.fitted(data, { seed: 7 }), s, 'a')) ===
          (await bytes(await s.fitted(data, { seed: 7 }), s, 'b')),
        'two fits with one seed differ',
      );
    },
  },
  {
    name: 'same bytes for 1, 2 and 4 threads',
    check: async (s) => {
      const data = s.data({ rows: 1500, missing: 0.02 });
      const all = [];
      for (const threads of [1, 2, 4])
        all.push(await bytes(await s.fitted(data, { threads }), s, `threads-${threads}`));
      assert(new Set(all).size === 1, 'the number of threads changes the model');
    },
  },
  {
    name: 'refitting forgets',
    check: async (s) => {
      const [first, second] = [s.data({ seed: 1 }), s.data({ seed: 2 })];
      const model = await s.fitted(first);
      await model.fit(second);
      assertSame(await outputs(model, second.X), await outputs(await s.fitted(second), second.X), 'refitted and fresh');
    },
  },
  {
    name: 'a second model trained beside it changes nothing',
    check: async (s) => {
      const [a, b] = [s.data({ seed: 1 }), s.data({ seed: 2 })];
      const alone = await outputs(await s.fitted(a), a.X);
      const [beside] = await Promise.all([s.fitted(a), s.fitted(b)]);
      assertSame(await outputs(beside, a.X), alone, 'alone and beside another');
    },
  },
  // ---- prediction
  {
    name: 'prediction does not depend on the order of rows',
    check: async (s) => {
      const { X, y } = s.data();
      const model = await s.fitted({ X, y });
      const reversed = Uint32Array.from({ length: X.rows }, (_, i) => X.rows - 1 - i);
      const a = (await model.predict(X)).predictions;
      const b = (await model.predict(X.take(reversed))).predictions;
      assertSame(a, b.toReversed(), 'rows in another order');
    },
  },
  {
    name: 'prediction of a subset, and of single rows, equals that of the whole',
    check: async (s) => {
      const { X, y } = s.data();
      const model = await s.fitted({ X, y });
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
      const { X, y } = s.data();
      const model = await s.fitted({ X, y });
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
      const { X, y } = s.data({ classes: 3 });
      const model = await s.fitted({ X, y });
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
      const { X, y } = s.data();
      const out = await (await s.fitted({ X, y })).predict(X);
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
      assert(
        (await (await s.fitted(s.data())).predict(Matrix.zeros(0, 5))).predictions.length === 0,
        'rows from nothing',
      ),
  },
  // ---- weights
  {
    name: 'a weight of zero equals absence',
    applies: (info) => info.capabilities.sampleWeights,
    check: async (s) => {
      const { X, y } = s.data();
      const weights = Float32Array.from(y, (_, i) => (i % 4 === 0 ? 0 : 1));
      const kept = [...y.keys()].filter((i) => i % 4 !== 0);
      const weighted = await s.fitted({ X, y, weights });
      const without = await s.fitted({
        X: X.take(kept),
        y: Float64Array.from(kept, (i) => y[i]),
        weights: new Float32Array(kept.length).fill(1),
      });
      assertSame(await outputs(weighted, X), await outputs(without, X), 'zero weight and absence');
    },
  },
  {
    name: 'weights of one equal no weights',
    applies: (info) => info.capabilities.sampleWeights,
    check: async (s) => {
      const { X, y } = s.data();
      assertClose(
        await outputs(await s.fitted({ X, y, weights: new Float32Array(y.length).fill(1) }), X),
        await outputs(await s.fitted({ X, y }), X),
        1e-5,
        'weights of one',
      );
    },
  },
  {
    name: 'weights matter',
    applies: (info) => info.capabilities.sampleWeights,
    check: async (s) => {
      const { X, y } = s.data();
      const weights = Float32Array.from(y, (value, i) => (value > 0 && i % 2 === 0 ? 10 : 1));
      const a = await outputs(await s.fitted({ X, y, weights }), X);
      const b = await outputs(await s.fitted({ X, y }), X);
      assert(
        a.some((value, i) => value !== b[i]),
        'weights change nothing',
      );
    },
  },
  // ---- inputs
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
      const { X, y } = s.data();
      const model = await s.fitted({ X, y });
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
        const plain = await (await s.fitted({ X, y })).predict(X);
        assertSame(
          out.probabilities?.data,
          plain.probabilities?.data,
          'probabilities under other names of the classes',
        );
      },
    }),
  ),
  // ---- refusals
  ...(
    [
      ['no rows', { X: [], y: [] }],
      ['ragged rows', { X: [[1, 2], [3]], y: [0, 1] }],
      [
        'an infinite feature',
        {
          X: [
            [1, Number.POSITIVE_INFINITY],
            [3, 4],
          ],
          y: [0, 1],
        },
      ],
      [
        'a missing label',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0, Number.NaN],
        },
      ],
      [
        'an infinite label',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0, Number.POSITIVE_INFINITY],
        },
      ],
      [
        'fewer labels than rows',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0],
        },
      ],
      [
        'a negative weight',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0, 1],
          weights: [1, -1],
        },
      ],
      [
        'weights that are all zero',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0, 1],
          weights: [0, 0],
        },
      ],
      [
        'fewer weights than rows',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0, 1],
          weights: [1],
        },
      ],
      [
        'validation rows with other columns',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0, 1],
          validation: { X: [[1]], y: [0] },
        },
      ],
      [
        'fewer names than columns',
        {
          X: [
            [1, 2],
            [3, 4],
          ],
          y: [0, 1],
          featureNames: ['a'],
        },
      ],
    ] as const
  ).map(
    ([what, data]): Promised => ({ name: `refuses ${what}`, check: (s) => refuses(() => s.make().fit(data), what) }),
  ),
  {
    name: 'refuses a single class',
    applies: classifier,
    check: (s) =>
      refuses(
        () =>
          s.make().fit({
            X: [
              [1, 2],
              [3, 4],
            ],
            y: [1, 1],
          }),
        'one class',
      ),
  },
  {
    name: 'refuses to predict other columns or infinite values',
    check: async (s) => {
      const model = await s.fitted(s.data());
      await refuses(() => model.predict([[1, 2]]), 'two columns');
      await refuses(() => model.predict([[1, 2, 3, 4, Number.NEGATIVE_INFINITY]]), 'an infinite value');
    },
  },
  {
    name: 'predicting, saving and importance before fit are NotFittedError',
    check: async (s) => {
      await assertThrows(NotFittedError, () => s.make().predict([[1]]), 'predict');
      await assertThrows(NotFittedError, () => s.make().save(s.directory('unfitted')), 'save');
      await assertThrows(NotFittedError, async () => s.make().featureImportance(), 'featureImportance');
    },
  },
  // ---- metrics, progress, cancel
  {
    name: 'metrics are complete and consistent',
    check: async (s) => {
      const { X, y } = s.data();
      const model = s.make();
      const m = await model.fit({ X, y, validation: s.data({ seed: 2 }) });
      assert(
        [m.trainLoss, m.valLoss, m.trainAccuracy, m.valAccuracy, m.trainingTime].every(Number.isFinite),
        'a metric is not finite',
      );
      assert(m.bestEpoch >= 0 && m.bestEpoch <= m.totalEpochs && m.history.length > 0, 'epochs do not fit');
      assert(model.trainingMetrics === m && model.isFitted, 'the model does not keep its metrics');
    },
  },
  {
    name: 'progress is monotone within a phase and never passes its total',
    check: async (s) => {
      const events: ProgressEvent[] = [];
      await s.make().fit(s.data(), { onProgress: (event) => events.push(event) });
      const last = new Map<string, number>();
      for (const { phase, step, total } of events) {
        assert(step >= (last.get(phase) ?? 0), `${phase} went back to ${step}`);
        assert(total === undefined || step <= total, `${phase}: ${step} of ${total}`);
        last.set(phase, step);
      }
    },
  },
  {
    name: 'cancelling leaves it unfitted, and it can be fitted again',
    check: async (s) => {
      const model = s.make();
      await assertThrows(
        TrainingCancelledError,
        () => model.fit(s.data(), { signal: AbortSignal.abort() }),
        'aborted before',
      );
      const atOnce = new AbortController();
      const started = model.fit(s.data(), { signal: atOnce.signal });
      atOnce.abort();
      await assertThrows(TrainingCancelledError, () => started, 'aborted at the start');
      await assertThrows(NotFittedError, () => model.predict([[1, 2, 3, 4, 5]]), 'predict after cancel');
      // Somewhere in the middle: a quick model may be done before.
      const midway = new AbortController();
      const running = model.fit(s.data({ rows: 4000 }), { signal: midway.signal }).then(
        () => true,
        (error: unknown) => {
          assert(error instanceof TrainingCancelledError, `${String(error)} instead of TrainingCancelledError`);
          return false;
        },
      );
      setTimeout(() => midway.abort(), 5);
      assert((await running) === model.isFitted, 'a cancelled model is fitted, or a fitted one was cancelled');
      await model.fit(s.data());
      assert(model.isFitted, 'it cannot be fitted after a cancelled fit');
    },
  },
  {
    name: 'importance is finite, not negative, one value a feature',
    applies: (info) => info.capabilities.featureImportance,
    check: async (s) => {
      const { X, y } = s.data();
      const importance = (await s.fitted({ X, y, featureNames: ['a', 'b', 'c', 'd', 'e'] })).featureImportance();
      assert(importance?.values.length === 5 && importance.names.join('') === 'abcde', 'not one value a feature');
      assert(
        importance.values.every((v) => Number.isFinite(v) && v >= 0),
        'a value is negative or not finite',
      );
      assert(
        importance.values[0] + importance.values[1] > importance.values[2] + importance.values[3],
        'the features that matter are not on top',
      );
    },
  },
  // ---- disk
  {
    name: 'a loaded model has the same predictions, metadata and bytes',
    check: async (s) => {
      const { X, y } = s.data({ missing: 0.05 });
      const model = await s.fitted({ X, y });
      const saved = await bytes(model, s, 'saved');
      const loader = s.model as unknown as { load(directory: string): Promise<BaseModel> };
      const loaded = await loader.load(s.directory('saved'));
      assertSame(await outputs(loaded, X), await outputs(model, X), 'loaded and original');
      assert((await bytes(loaded, s, 'again')) === saved, 'saving a loaded model gives other bytes');
      assert(
        JSON.stringify([loaded.classes, loaded.featureNames, loaded.config]) ===
          JSON.stringify([model.classes, model.featureNames, model.config]),
        'metadata differs',
      );
      assertSame(
        await outputs(await loadModel(s.directory('saved')), X),
        await outputs(model, X),
        'loadModel and original',
      );
    },
  },
  {
    name: 'a damaged directory is ModelFormatError',
    check: async (s) =>
      assertThrows(
        ModelFormatError,
        () => (s.model as unknown as { load(d: string): Promise<BaseModel> }).load(s.directory('nothing-here')),
        'an empty place',
      ),
  },
];
