/** What a model has to refuse, with a typed error. */
import { ConfigError, InvalidInputError, NotFittedError } from '../core/errors.js';
import type { TrainingData } from '../model/types.js';
import { assert, assertThrows, loadWith, refuses } from './assertions.js';
import { classifier, type Promised } from './promise.js';

const rows = () => [
  [1, 2],
  [3, 4],
];
const two = (more: object) => ({ X: rows(), y: [0, 1], ...more }) as unknown as TrainingData;

const UNUSABLE: readonly (readonly [string, TrainingData])[] = [
  ['no rows', two({ X: [], y: [] })],
  ['rows without columns', two({ X: [[], []] })],
  ['ragged rows', two({ X: [[1, 2], [3]] })],
  ['one dimension', two({ X: [1, 2] })],
  ['no X', two({ X: undefined })],
  ['no labels', two({ y: undefined })],
  [
    'text in X',
    two({
      X: [
        ['a', 'b'],
        [3, 4],
      ],
    }),
  ],
  ['text labels', two({ y: ['up', 'down'] })],
  [
    'an infinite feature',
    two({
      X: [
        [1, Number.POSITIVE_INFINITY],
        [3, 4],
      ],
    }),
  ],
  ['a missing label', two({ y: [0, Number.NaN] })],
  ['an infinite label', two({ y: [0, Number.POSITIVE_INFINITY] })],
  ['fewer labels than rows', two({ y: [0] })],
  ['more labels than rows', two({ y: [0, 1, 0] })],
  [
    'labels of two columns',
    two({
      y: [
        [0, 1],
        [1, 0],
      ],
    }),
  ],
  ['a negative weight', two({ weights: [1, -1] })],
  ['a missing weight', two({ weights: [1, Number.NaN] })],
  ['an infinite weight', two({ weights: [1, Number.POSITIVE_INFINITY] })],
  ['weights that are all zero', two({ weights: [0, 0] })],
  ['fewer weights than rows', two({ weights: [1] })],
  ['validation rows with other columns', two({ validation: { X: [[1]], y: [0] } })],
  ['validation rows without labels', two({ validation: { X: rows() } })],
  ['a missing validation label', two({ validation: { X: rows(), y: [0, Number.NaN] } })],
  ['fewer names than columns', two({ featureNames: ['a'] })],
  ['a name that occurs twice', two({ featureNames: ['a', 'a'] })],
];

export const REFUSALS: readonly Promised[] = [
  ...UNUSABLE.map(
    ([what, data]): Promised => ({ name: `refuses ${what}`, check: (s) => refuses(() => s.make().fit(data), what) }),
  ),
  {
    name: 'refuses a single class',
    applies: classifier,
    check: (s) => refuses(() => s.make().fit(two({ y: [1, 1] })), 'one class'),
  },
  {
    name: 'refuses a class that only validation rows have',
    applies: classifier,
    check: (s) => refuses(() => s.make().fit(two({ validation: { X: rows(), y: [0, 5] } })), 'an unknown class'),
  },
  {
    name: 'refuses to predict other columns',
    check: async (s) => {
      const model = await s.shared();
      await refuses(() => model.predict([[1, 2]]), 'two columns instead of five');
      await refuses(() => model.predict([[1, 2, 3, 4, 5, 6]]), 'six columns instead of five');
    },
  },
  {
    name: 'refuses to predict infinite values',
    check: async (s) => {
      const model = await s.shared();
      await refuses(() => model.predict([[1, 2, 3, 4, Number.NEGATIVE_INFINITY]]), 'an infinite value');
    },
  },
  {
    name: 'refuses to predict what is no table',
    check: async (s) => {
      const model = await s.shared();
      for (const nothing of [undefined, null, 3, 'rows', [[1, 2, 3, 4, 5], [1]]])
        await refuses(() => model.predict(nothing as never), String(nothing));
    },
  },
  {
    name: 'predicting, saving and importance before fit are NotFittedError',
    check: async (s) => {
      await assertThrows(NotFittedError, () => s.make().predict([[1]]), 'predict');
      await assertThrows(NotFittedError, () => s.make().save(s.directory('unfitted')), 'save');
      await assertThrows(NotFittedError, async () => s.make().featureImportance(), 'featureImportance');
      await assertThrows(NotFittedError, () => s.make().exportOnnx(s.directory('unfitted.onnx')), 'exportOnnx');
      await assertThrows(NotFittedError, async () => s.make().classes, 'classes');
    },
  },
  {
    name: 'a refused fit leaves it unfitted',
    check: async (s) => {
      await (await s.shared()).save(s.directory('before'));
      const model = await loadWith(s, s.directory('before'));
      await refuses(() => model.fit(two({ y: [0, Number.NaN] })), 'a missing label');
      assert(!model.isFitted, 'it still says that it is fitted');
      await assertThrows(NotFittedError, () => model.predict([[1, 2, 3, 4, 5]]), 'predict after a refused fit');
    },
  },
  {
    name: 'an unknown option is ConfigError with a hint',
    check: async (s) => {
      if (!s.original.configSchema) return;
      await assertThrows(ConfigError, () => s.make({ thisOptionIsUnknown: 1 }), 'an unknown option');
    },
  },
  {
    name: 'a task that it does not have is refused',
    check: async (s) => {
      const tried = async () => s.make({ task: 'juggling' }).fit(two({}));
      await assertThrows([ConfigError, InvalidInputError], tried, "task 'juggling'");
    },
  },
  {
    name: 'threads that are no number are refused',
    check: async (s) => {
      for (const threads of [0, -1, 1.5, Number.NaN])
        await refuses(() => s.make().fit(two({}), { threads }), `${threads} threads`);
    },
  },
  {
    name: 'a seed that is no number is refused',
    check: async (s) => {
      for (const seed of [Number.NaN, 0.5, Number.POSITIVE_INFINITY])
        await assertThrows([ConfigError, InvalidInputError], () => s.make().fit(two({}), { seed }), `seed ${seed}`);
    },
  },
];
