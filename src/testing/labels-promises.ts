/** Labels and targets that a model has to take. */
import { assert, assertClose, assertFinite, assertSame, learns, outputs } from './assertions.js';
import { classifier, type Promised, regressor } from './promise.js';

const labelSets = [
  [-1, 0, 1],
  [0, 1],
  [3, 17, 400],
  [-2.5, 0.25],
];

export const LABELS: readonly Promised[] = [
  ...labelSets.map(
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
        const plain = await (await s.shared(labels.length === 3 ? 3 : 2)).predict(X);
        assertSame(out.probabilities?.data, plain.probabilities?.data, 'probabilities under other names');
      },
    }),
  ),
  {
    name: 'a class of one row is taken',
    applies: classifier,
    check: async (s) => {
      const { X, y } = s.data();
      y.fill(0)
        .fill(1, y.length / 2)
        .fill(2, y.length - 1);
      assert((await (await s.fitted({ X, y })).predict(X)).probabilities?.cols === 3, 'the class is lost');
    },
  },
  {
    name: 'the order of classes in the rows does not matter',
    applies: classifier,
    check: async (s) => {
      const { X, y } = s.data();
      const order = [...y.keys()].sort((a, b) => y[b] - y[a] || a - b);
      const model = await s.fitted({ X: X.take(order), y: Float64Array.from(order, (i) => y[i]) });
      assertSame((await model.predict(X)).classes, [0, 1], 'classes where the last one came first');
    },
  },
  {
    name: 'a constant target is predicted',
    applies: regressor,
    check: async (s) => {
      const { X, y } = s.data();
      const values = await outputs(await s.fitted({ X, y: y.fill(3) }), X);
      assertClose(values, new Float32Array(X.rows).fill(3), 0.5, 'the constant');
    },
  },
  {
    name: 'targets far from zero are learned',
    applies: regressor,
    check: async (s) => {
      const { X, y } = s.data();
      const model = await learns(s, { X, y: y.map((value) => 1e6 + 1e3 * value) });
      assertFinite([model.trainingMetrics.trainLoss], 'loss');
      assert(model.trainingMetrics.trainAccuracy > 0.2, `R² ${model.trainingMetrics.trainAccuracy}`);
    },
  },
];
