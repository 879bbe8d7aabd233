/** What Python's CatBoost trains opens here and predicts the same, whatever it was trained with; what is trained here opens there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatBoostFile } from '../../src/boosting/catboost/ensemble.js';
import { type CatBoostConfig, CatBoostModel } from '../../src/boosting/catboost/model.js';
import { formatModelFile } from '../../src/boosting/catboost/model-file.js';
import { writeFileAtomic } from '../../src/core/files.js';
import { Random } from '../../src/core/random.js';
import { NAMES as RANDOM_NAMES, randomModel, randomRows } from '../boosting/catboost/random-models.js';
import { rawScores } from '../oracles/catboost-predict.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./catboost_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-interop-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Answer {
  raw: (number | number[])[];
  output: (number | number[])[];
  leaves: number[][] | null;
  classes: number[];
  trees: number;
  names: string[];
  importance: number[];
}
/** All in one process, which takes longer to start than to train. */
const inPython = (requests: object[], common: object) => runPython(script, { requests, common }) as Promise<Answer[]>;

/** Two numeric columns with missing values, categories of 3, 8 and 40 values (with missing and, in test rows, unseen ones). */
function table(rows: number, seed: number, unseen: boolean): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => {
    const row = [random.normal(), random.normal(), random.int(3), random.int(8), random.int(unseen ? 60 : 40)];
    return row.map((value) => (random.float() < 0.08 ? Number.NaN : Math.fround(value)));
  });
}

const X = table(900, 1, false);
const T = [...table(250, 2, true), new Array<number>(5).fill(Number.NaN), [0, 0, 99, -1, 1e6]];
const noise = new Random(3);
const value = X.map(([a, b, c, d, e]) => {
  const effect = (Number.isNaN(a) ? 1 : a) + (c === 1 ? 1.5 : 0) * (Number.isNaN(b) ? 0 : b);
  return effect + ((d * 5) % 8 > 4 ? 1 : 0) + (e % 3 === 0 ? 0.7 : 0) + 0.4 * noise.normal();
});
const binary: number[] = value.map((v) => (v > 0.8 ? 1 : 0));
const classes: number[] = value.map((v) => (v > 1.5 ? 2 : v > 0.3 ? 1 : 0));
const counts = value.map((v) => Math.max(0, Math.round(v + 1)));
const shares = value.map((v) => 1 / (1 + Math.exp(-v)));
const CATEGORICAL = [2, 3, 4];
const CATEGORY_NAMES = { 3: ['a', 'bb', 'nuage', 'naïve', 'x'.repeat(20), 'y'.repeat(40), 'z'.repeat(70), '8'] };

/** Largest difference, relative to the larger of the value and 1e-3. */
function worstDifference(actual: ArrayLike<number>, wanted: readonly number[]): number {
  expect(actual.length).toBe(wanted.length);
  return wanted.reduce((worst, want, i) => {
    return Math.max(worst, Math.abs(actual[i] - want) / Math.max(1e-3, Math.abs(want)));
  }, 0);
}

const pathsOf = (title: string) => {
  const file = join(directory, title.replaceAll(/[ ,]/g, '-'));
  return { json: `${file}.json`, cbm: `${file}.cbm` };
};

interface Case {
  params: Record<string, unknown>;
  y: number[];
  classify?: boolean;
  categorical?: number[];
  categoryNames?: Record<string, string[]>;
  weights?: number[];
}

const ALL_CTRS = {
  simple_ctr: ['Borders:TargetBorderCount=3', 'Buckets:TargetBorderCount=2', 'BinarizedTargetMeanValue', 'Counter'],
  combinations_ctr: ['Borders', 'Counter:Prior=0.5/1', 'BinarizedTargetMeanValue'],
};
const classify = (params: Record<string, unknown>, y = binary, more: Partial<Case> = {}): Case => ({
  params: { loss_function: y === classes ? 'MultiClass' : 'Logloss', ...params },
  y,
  classify: true,
  ...more,
});
const regress = (params: Record<string, unknown>, y = value, more: Partial<Case> = {}): Case => ({
  params,
  y,
  ...more,
});
const withCategories = { categorical: CATEGORICAL };

const TRAINED_THERE: [string, Case][] = [
  ['numbers, default depth', classify({})],
  ['one level', classify({ depth: 1 })],
  ['ten levels', classify({ depth: 10, iterations: 5 })],
  ['NaN above all values', classify({ nan_mode: 'Max' })],
  ['weights', classify({}, binary, { weights: binary.map((_, i) => 0.5 + (i % 3)) })],
  ['class weights', classify({ auto_class_weights: 'Balanced' })],
  ['categories', classify({}, binary, withCategories)],
  ['categories with names', classify({}, binary, { ...withCategories, categoryNames: CATEGORY_NAMES })],
  ['one-hot', classify({ one_hot_max_size: 50 }, binary, withCategories)],
  [
    'deep combinations',
    classify({ max_ctr_complexity: 4, one_hot_max_size: 4, iterations: 60 }, binary, withCategories),
  ],
  ['no combinations', classify({ max_ctr_complexity: 1 }, binary, withCategories)],
  ['every target statistic', regress({ loss_function: 'RMSE', ...ALL_CTRS, iterations: 60 }, value, withCategories)],
  ['ordered boosting', classify({ boosting_type: 'Ordered' }, binary, withCategories)],
  ['rows in time', classify({ has_time: true }, binary, withCategories)],
  ['counters of all rows', classify({ counter_calc_method: 'Full' }, binary, withCategories)],
  ['several classes', classify({}, classes)],
  ['several classes and categories', classify({}, classes, withCategories)],
  ['one against all', classify({ loss_function: 'MultiClassOneVsAll' }, classes, withCategories)],
  ['Depthwise', classify({ grow_policy: 'Depthwise' }, binary, withCategories)],
  ['Lossguide of several classes', classify({ grow_policy: 'Lossguide', max_leaves: 12 }, classes, withCategories)],
  ['Bernoulli', classify({ bootstrap_type: 'Bernoulli', subsample: 0.5 })],
  ['L2 scores and no noise', classify({ score_function: 'L2', random_strength: 0, bootstrap_type: 'No' })],
  ['few borders', classify({ border_count: 5, feature_border_type: 'Uniform' })],
  ['ignored columns', classify({ ignored_features: ['0', '3'] }, binary, withCategories)],
  ['shrinking', regress({ loss_function: 'RMSE', model_shrink_rate: 0.1, iterations: 10 })],
  ['RMSE', regress({ loss_function: 'RMSE' }, value, withCategories)],
  ['MAE', regress({ loss_function: 'MAE' })],
  ['Quantile', regress({ loss_function: 'Quantile:alpha=0.9' })],
  ['Huber', regress({ loss_function: 'Huber:delta=1' })],
  ['MAPE', regress({ loss_function: 'MAPE' })],
  ['Expectile', regress({ loss_function: 'Expectile:alpha=0.3' })],
  ['Lq', regress({ loss_function: 'Lq:q=3' })],
  ['cross-entropy', regress({ loss_function: 'CrossEntropy' }, shares)],
  ['several quantiles', regress({ loss_function: 'MultiQuantile:alpha=0.1,0.5,0.9' })],
  ['an uncertainty', regress({ loss_function: 'RMSEWithUncertainty' })],
  ['LogCosh', regress({ loss_function: 'LogCosh' })],
  ['Poisson', regress({ loss_function: 'Poisson' }, counts, withCategories)],
  ['Tweedie', regress({ loss_function: 'Tweedie:variance_power=1.5' }, counts)],
];

/** CatBoost reads fractions of these sums in JSON as 0, also in files of its own. */
function withWholeSums(file: CatBoostFile): CatBoostFile {
  const ctrTables = file.ensemble.ctrTables.map((table) => ({ ...table, sums: table.sums?.map(Math.round) }));
  return { ...file, ensemble: { ...file.ensemble, ctrTables } };
}

const ASKED_FOR_IMPORTANCE = ['deep combinations', 'no combinations', 'several classes', 'Depthwise'];

/** What `predict` answers here, from raw scores, where Python has no such kind of prediction or answers something else. */
const LINKS: Record<string, (raw: number[]) => number> = {
  CrossEntropy: ([raw]) => 1 / (1 + Math.exp(-raw)),
  'MultiQuantile:alpha=0.1,0.5,0.9': ([first]) => first,
  RMSEWithUncertainty: ([mean]) => mean,
};

describe('trained in Python, opened here', () => {
  const answers = new Map<string, Answer>();
  beforeAll(async () => {
    const requests = TRAINED_THERE.map(([title, request]) => ({
      do: 'train',
      ...pathsOf(title),
      integers: request.classify,
      leaves: true,
      importance: ASKED_FOR_IMPORTANCE.includes(title),
      ...request,
    }));
    (await inPython(requests, { X, T })).forEach((answer, i) => {
      answers.set(TRAINED_THERE[i][0], answer);
    });
  }, 120_000);
  const answerOf = (title: string): Answer => {
    const answer = answers.get(title);
    if (!answer) throw new Error(`no answer for ${title}`);
    return answer;
  };

  it.each(TRAINED_THERE)('%s: scores, leaves and outputs of JSON and cbm are the same', async (title, request) => {
    const python = answerOf(title);
    const { categoryNames, params } = request;
    const loss = String(params.loss_function);
    for (const file of Object.values(pathsOf(title))) {
      const model = await CatBoostModel.importNative(file, { categoryNames });
      expect(worstDifference(await model.predictScores(T), python.raw.flat())).toBeLessThan(1e-6);
      // JSON does not keep how leaves of branching trees are numbered.
      if (file.endsWith('.cbm') || !('grow_policy' in params)) {
        expect([...(await model.predictLeaves(T))]).toEqual(python.leaves?.flat());
      }
      const { probabilities, predictions } = await model.predict(T);
      if (probabilities) expect(model.classes).toEqual(python.classes);
      // Python's are not normalized; ours are shares of their sum.
      if (loss === 'MultiClassOneVsAll') continue;
      const link = LINKS[loss];
      const wanted = link ? python.raw.map((raw) => link([raw].flat())) : python.output.flat();
      expect(worstDifference(probabilities?.data ?? predictions, wanted)).toBeLessThan(1e-6);
    }
  });

  it.each(ASKED_FOR_IMPORTANCE)('%s: importance in percent is PredictionValuesChange', async (title) => {
    const model = await CatBoostModel.importNative(pathsOf(title).json);
    const values = [...(model.featureImportance('gain')?.values ?? [])];
    const total = values.reduce((a, b) => a + b, 0);
    const percent = values.map((v) => (100 * v) / total);
    expect(worstDifference(percent, answerOf(title).importance)).toBeLessThan(1e-4);
  });
});

describe('written here, opened in Python', () => {
  it('random models with every target statistic, symmetric and branching, of one and several outputs', async () => {
    const rows = randomRows(200, 4);
    const T = Array.from({ length: rows.rows }, (_row, i) => [...rows.row(i)]);
    const models = (
      [
        { seed: 2 },
        { seed: 3, outputs: 3 },
        { seed: 4, kind: 'branching' },
        { seed: 5, kind: 'branching', outputs: 3 },
      ] as const
    ).flatMap((options) =>
      ['json', 'cbm'].map((extension) => ({
        content:
          extension === 'json'
            ? withWholeSums(randomModel({ ...options, trees: 30 }))
            : randomModel({ ...options, trees: 30 }),
        file: join(directory, `random-${options.seed}.${extension}`),
      })),
    );
    for (const { content, file } of models) await writeFileAtomic(file, formatModelFile(content, file));
    const python = await inPython(
      models.map(({ file }) => ({ do: 'open', file })),
      { T, categorical: [1, 3, 4], categoryNames: Object.fromEntries(RANDOM_NAMES), classify: true },
    );
    models.forEach(({ content }, i) => {
      const wanted = T.flatMap((row) => rawScores(content.ensemble, row, RANDOM_NAMES));
      expect(worstDifference(wanted, python[i].raw.flat())).toBeLessThan(1e-6);
      expect(python[i].classes).toEqual(content.classLabels);
      expect(python[i].names).toEqual(content.featureNames);
    });
  });

  const CONTINUED = 'categories, continued on the same rows';
  const TRAINED_HERE: [string, CatBoostConfig, number[]][] = [
    ['two classes', {}, binary],
    ['labels -1 and 1', {}, binary.map((label) => 2 * label - 1)],
    ['three classes', {}, classes],
    ['one against all', { lossFunction: 'MultiClassOneVsAll' }, classes],
    ['values', { task: 'regression' }, value],
    ['counts', { lossFunction: 'Poisson' }, counts],
    ['a quantile', { lossFunction: 'Quantile:alpha=0.8' }, value],
    ['NaN above, few borders, seven levels', { nanMode: 'Max', borderCount: 10, depth: 7 }, binary],
    ['categories as one-hot', { categoricalFeatures: [2], oneHotMaxSize: 10 }, binary],
    ['categories', { categoricalFeatures: CATEGORICAL }, binary],
    ['Depthwise, categories', { growPolicy: 'Depthwise', categoricalFeatures: CATEGORICAL }, binary],
    ['Lossguide of several classes', { growPolicy: 'Lossguide', maxLeaves: 12, minDataInLeaf: 20 }, classes],
    [CONTINUED, { categoricalFeatures: CATEGORICAL }, binary],
    ['categories with names', { categoricalFeatures: CATEGORICAL, categoryNames: CATEGORY_NAMES }, binary],
    [
      'combinations by ordered boosting',
      { categoricalFeatures: CATEGORICAL, maxCtrComplexity: 3, boostingType: 'Ordered' },
      binary,
    ],
    [
      'statistics of every kind',
      {
        categoricalFeatures: CATEGORICAL,
        simpleCtr: ['Buckets:Prior=0.3', 'BinarizedTargetMeanValue:CtrBorderCount=7'],
        combinationsCtr: ['Borders', 'Counter'],
        maxCtrComplexity: 2,
      },
      binary,
    ],
    ['categories and three classes', { categoricalFeatures: CATEGORICAL, oneHotMaxSize: 4 }, classes],
    ['categories and values', { categoricalFeatures: CATEGORICAL, task: 'regression' }, value],
  ];

  describe('trained here', () => {
    const models = new Map<string, CatBoostModel>();
    const answers = new Map<string, Answer>();
    const fileOf = (title: string, extension: string) => pathsOf(`own ${title}`)[extension as 'json' | 'cbm'];
    beforeAll(async () => {
      const requests: object[] = [];
      const keys: string[] = [];
      for (const [title, config, y] of TRAINED_HERE) {
        let model = new CatBoostModel({ iterations: 25, ...config });
        const featureNames = ['0', '1', '2', '3', '4'];
        await model.fit({ X, y, featureNames });
        if (title === CONTINUED) {
          const first = model;
          model = new CatBoostModel({ iterations: 25, ...config });
          await model.fit({ X, y, featureNames }, { initModel: first });
        }
        models.set(title, model);
        for (const extension of ['json', 'cbm']) {
          const file = fileOf(title, extension);
          await model.exportNative(file);
          keys.push(title + extension);
          requests.push({
            ...{ do: 'open', file, again: `${file}.again.json`, leaves: true },
            categorical: config.categoricalFeatures ?? [],
            categoryNames: config.categoryNames ?? {},
            classify: model.task === 'classification',
          });
        }
      }
      (await inPython(requests, { T })).forEach((answer, i) => {
        answers.set(keys[i], answer);
      });
    }, 120_000);

    it.each(TRAINED_HERE)('%s: JSON and cbm predict the same there', async (title, config) => {
      const model = models.get(title);
      if (!model) throw new Error(title);
      const scores = await model.predictScores(T);
      for (const extension of ['json', 'cbm']) {
        const python = answers.get(title + extension);
        expect(worstDifference(scores, python?.raw.flat() ?? [])).toBeLessThan(1e-6);
        expect([...(await model.predictLeaves(T))]).toEqual(python?.leaves?.flat());
        if (model.task === 'classification') expect(python?.classes).toEqual(model.classes);
        const { categoryNames } = config;
        const again = await CatBoostModel.importNative(`${fileOf(title, extension)}.again.json`, { categoryNames });
        // Python writes numbers in 16 digits.
        expect(worstDifference(await again.predictScores(T), [...scores])).toBeLessThan(1e-12);
      }
    });
  });
});
