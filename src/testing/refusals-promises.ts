/** What a model has to refuse, with a typed error. */
import { NotFittedError } from '../core/errors.js';
import { assertThrows, classifier, type Promised, refuses } from './promise.js';

export const REFUSALS: readonly Promised[] = [
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
      const model = await s.shared();
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
];
