/** Real data sets: with the same parameters, losses on rows held out are Python's or lie near them. */
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { itWithData } from '../shared-data.js';
import { runPython } from './python.js';
import { everyKth, readRealData } from './real-data.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
const ROUNDS = 30;

interface Set {
  file: string;
  label: string;
  params: XGBoostConfig;
  /** All columns hold categories. */
  categorical?: boolean;
  /** Largest excess of the loss over Python's, relative. */
  slack: number;
}

const SETS: Set[] = [
  {
    file: 'xgboost-agaricus-train.csv.gz',
    label: 'label',
    params: { objective: 'binary:logistic', eta: 0.1 },
    slack: 0.001,
  },
  { file: 'dermatology.csv.gz', label: 'class', params: { objective: 'multi:softprob', num_class: 6 }, slack: 0.05 },
  {
    file: 'california-housing.csv.gz',
    label: 'median_house_value',
    params: { objective: 'reg:squarederror' },
    slack: 0.01,
  },
  {
    file: 'lightgbm-categorical.csv.gz',
    label: 'label',
    params: { objective: 'binary:logistic', eta: 0.1 },
    categorical: true,
    slack: 0.01,
  },
];

const METHODS: [string, XGBoostConfig][] = [
  ['histograms', {}],
  ['exact', { tree_method: 'exact', max_depth: 4 }],
  ['loss-guided', { grow_policy: 'lossguide', max_leaves: 16, max_depth: 0 }],
  ['linear', { booster: 'gblinear', updater: 'coord_descent', reg_lambda: 0.01, eta: 0.5 }],
];

describe('real data', () => {
  for (const { file, label, params, categorical = false, slack } of SETS) {
    itWithData(file, `${file}: losses on every third row near Python's`, async (path) => {
      const data = readRealData(path, label);
      const lowest = params.num_class ? 1 : 0;
      const { train, test } = everyKth({ ...data, y: data.y.map((v) => v - lowest) }, 3);
      const types = categorical ? data.X[0].map(() => 'c' as const) : undefined;
      const cases = METHODS.filter(([name]) => !categorical || name === 'histograms' || name === 'loss-guided').map(
        ([name, method]) => ({ name, config: { ...params, ...method } }),
      );
      const requests = cases.map(({ config }) => ({ params: config, y: train.y, rounds: ROUNDS, held: test.y }));
      const answers = (await runPython(script, { do: 'train', X: train.X, T: test.X, types, cases: requests })) as {
        history: Record<string, number[]>;
      }[];
      for (const [i, { name, config }] of cases.entries()) {
        const model = new XGBoostModel({
          ...config,
          ...(types ? { feature_types: types } : {}),
          numIterations: ROUNDS,
        });
        const { evaluations } = await model.fit({ ...train, validation: test });
        const [[metric, theirs]] = Object.entries(answers[i].history);
        const [ours, wanted] = [evaluations?.validation[metric].at(-1) ?? Number.NaN, theirs.at(-1) ?? Number.NaN];
        const what = `${name}: ${metric} here ${ours}, in Python ${wanted}, ${((ours / wanted - 1) * 100).toFixed(2)}%`;
        if (process.env.HOLDFAST_SHOW) console.log(file, what);
        expect(ours, what).toBeLessThan(wanted * (1 + slack));
      }
    });
  }
});
