/** Files that Python XGBoost writes open here and give the same scores in every bit; written again, they open in Python. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../src/boosting/xgboost/format-reader.js';
import { writeJson, writeUbjson } from '../../src/boosting/xgboost/format-writer.js';
import { nodeNumbers } from '../../src/boosting/xgboost/nodes.js';
import { applyLink } from '../../src/boosting/xgboost/objective.js';
import { predictScores } from '../../src/boosting/xgboost/predict.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { predictLeaves } from '../../src/trees/predictor.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Answer {
  raw: number[] | number[][];
  output: number[] | number[][];
  leaves?: number[][];
}

const ROWS = 600;

/** Numbers with missing values and ties, and two columns of category codes. */
function table(rows: number, seed: number, codes: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () =>
    [random.normal(), random.int(5), random.normal(), random.normal() * 1e-4, random.int(codes), random.int(3)].map(
      (value) => (random.float() < 0.08 ? Number.NaN : Math.fround(value)),
    ),
  );
}

const X = table(ROWS, 1, 40);
/** With codes that training never saw. */
const T = [
  ...table(300, 2, 60),
  new Array<number>(6).fill(Number.NaN),
  [0, 0, 0, 0, 0, 0],
  [-0, -5, 1e30, -1e-38, 2, 1],
];
const types = ['float', 'int', 'float', 'float', 'c', 'c'];
const random = new Random(3);
const known = (value: number) => (Number.isNaN(value) ? 0.3 : value);
const value = X.map(
  (row) =>
    known(row[0]) * known(row[1]) +
    (known(row[4]) % 7) / 2 +
    (known(row[5]) - 1) * known(row[2]) +
    0.2 * random.normal(),
);
const positive = value.map((v) => Math.abs(v) + 0.1);
const binary = value.map((v) => (v > 1 ? 1 : 0));
const share = value.map((v) => 1 / (1 + Math.exp(-v)));
const classes = value.map((v) => (v > 2 ? 2 : v > 0.5 ? 1 : 0));
const two = value.map((v, i) => [v, X[i][2] > 0 ? v : -v]);

interface Case {
  title: string;
  params: Record<string, unknown>;
  y: unknown;
  rounds?: number;
  extra?: Record<string, unknown>;
}

const boosted = (title: string, params: Record<string, unknown>, y: unknown, extra = {}): Case => ({
  title,
  params,
  y,
  extra,
});

const CASES: Case[] = [
  boosted('squared error', { objective: 'reg:squarederror' }, value),
  boosted('squared error from 7.5', { objective: 'reg:squarederror', base_score: 7.5 }, value),
  boosted('squared log error', { objective: 'reg:squaredlogerror' }, positive),
  boosted('absolute error', { objective: 'reg:absoluteerror' }, value),
  boosted('pseudo-Huber', { objective: 'reg:pseudohubererror', huber_slope: 0.7 }, value),
  boosted('one quantile', { objective: 'reg:quantileerror', quantile_alpha: 0.3 }, value),
  boosted('three quantiles', { objective: 'reg:quantileerror', quantile_alpha: [0.1, 0.5, 0.9] }, value),
  boosted('logistic regression', { objective: 'reg:logistic' }, share),
  boosted('Poisson', { objective: 'count:poisson' }, positive),
  boosted('gamma', { objective: 'reg:gamma' }, positive),
  boosted('Tweedie', { objective: 'reg:tweedie', tweedie_variance_power: 1.3 }, positive),
  boosted('Cox', { objective: 'survival:cox' }, positive),
  boosted('accelerated failure time', { objective: 'survival:aft' }, positive, { label_upper_bound: positive }),
  boosted('ranking', { objective: 'rank:ndcg' }, classes, { group: [200, 400] }),
  boosted('binary', { objective: 'binary:logistic' }, binary),
  boosted('binary, weighted classes', { objective: 'binary:logistic', scale_pos_weight: 3 }, binary),
  boosted('binary scores', { objective: 'binary:logitraw' }, binary),
  boosted('hinge', { objective: 'binary:hinge' }, binary),
  boosted('softprob', { objective: 'multi:softprob', num_class: 3 }, classes),
  boosted('softmax', { objective: 'multi:softmax', num_class: 3 }, classes),
  boosted(
    'forest',
    { objective: 'multi:softprob', num_class: 3, num_parallel_tree: 3, subsample: 0.5, eta: 1 },
    classes,
  ),
  boosted('dart', { objective: 'binary:logistic', booster: 'dart', rate_drop: 0.3 }, binary),
  boosted(
    'dart, several classes',
    { objective: 'multi:softprob', num_class: 3, booster: 'dart', rate_drop: 0.5, normalize_type: 'forest' },
    classes,
  ),
  boosted(
    'loss-guided',
    { objective: 'binary:logistic', grow_policy: 'lossguide', max_leaves: 30, max_depth: 0 },
    binary,
  ),
  boosted('depth 1', { objective: 'binary:logistic', max_depth: 1 }, binary),
  boosted('deep', { objective: 'reg:squarederror', max_depth: 14, min_child_weight: 0, reg_lambda: 0 }, value),
  boosted('no split', { objective: 'reg:squarederror', gamma: 1e9 }, value),
  boosted('one-hot categories', { objective: 'reg:squarederror', max_cat_to_onehot: 100 }, value),
  boosted('partitioned categories', { objective: 'binary:logistic', max_cat_to_onehot: 1 }, binary),
  boosted('monotone', { objective: 'reg:squarederror', monotone_constraints: '(1,0,-1,0,0,0)' }, value),
  boosted('two targets', { objective: 'reg:squarederror' }, two),
];

/** Models of plain columns: these know no categories. */
const PLAIN: Case[] = [
  boosted('two targets, vector leaves', { objective: 'reg:squarederror', multi_strategy: 'multi_output_tree' }, two),
  boosted(
    'several classes, vector leaves',
    { objective: 'multi:softprob', num_class: 3, multi_strategy: 'multi_output_tree' },
    classes,
  ),
  boosted(
    'forest of vector leaves',
    { objective: 'reg:squarederror', multi_strategy: 'multi_output_tree', num_parallel_tree: 2, subsample: 0.6 },
    two,
  ),
  boosted('exact', { objective: 'binary:logistic', tree_method: 'exact' }, binary),
  boosted('exact, pruned', { objective: 'reg:squarederror', tree_method: 'exact', gamma: 5, max_depth: 8 }, value),
  boosted('approx', { objective: 'reg:squarederror', tree_method: 'approx' }, value),
  boosted('linear', { objective: 'reg:squarederror', booster: 'gblinear', eta: 0.3 }, value),
  boosted('linear, two classes', { objective: 'binary:logistic', booster: 'gblinear', reg_alpha: 0.01 }, binary),
  boosted(
    'linear, several classes',
    { objective: 'multi:softprob', num_class: 3, booster: 'gblinear', updater: 'coord_descent' },
    classes,
  ),
];

function suite(name: string, cases: Case[], featureTypes: string[] | undefined): void {
  describe(name, () => {
    let answers: Answer[];
    const fileOf = (i: number, ending: string) => join(directory, `${name}-${i}${ending}`);

    beforeAll(async () => {
      const requests = cases.map(({ params, y, rounds, extra }, i) => ({
        params: { max_depth: 4, ...params },
        y,
        rounds: rounds ?? 12,
        files: [fileOf(i, '.json'), fileOf(i, '.ubj')],
        ...extra,
      }));
      answers = (await runPython(script, { do: 'train', X, T, types: featureTypes, cases: requests })) as Answer[];
    }, 60_000);

    it.each(cases.map(({ title }, i) => [title, i] as const))(
      '%s: the same bits and leaves, from JSON and UBJSON',
      async (_, i) => {
        const rows = Matrix.from(T);
        for (const ending of ['.json', '.ubj']) {
          const file = readModel(readFileSync(fileOf(i, ending)));
          const { outputs, trees } = file.ensemble;
          const scores = await predictScores(file, rows, { threads: 1 });
          expect(Array.from(scores)).toEqual(answers[i].raw.flat());
          applyLink(file.objective, scores, outputs);
          if (file.objective.name === 'multi:softprob') {
            const wanted = answers[i].output.flat();
            expect(scores.every((p, j) => Math.abs(p - wanted[j]) <= 1e-6 * wanted[j])).toBe(true);
          }
          if (trees.length === 0 || file.parallelTrees > 1) continue;
          const leaves = predictLeaves(file.ensemble, rows);
          const numbers = trees.map((tree) => nodeNumbers(tree).leaves);
          const step = file.multiOutput ? outputs : 1;
          const ours = Array.from({ length: T.length }, (_, r) =>
            numbers.flatMap((ids, t) => (t % step === 0 ? [ids[leaves[r * trees.length + t]]] : [])),
          );
          if (!/pruned/.test(cases[i].title)) expect(ours).toEqual(answers[i].leaves);
        }
      },
    );

    it('written here, all open in Python and give the same bits', async () => {
      const files = cases.flatMap((_, i) => {
        const file = readModel(readFileSync(fileOf(i, i % 2 ? '.json' : '.ubj')));
        const [json, ubj] = [fileOf(i, '.ours.json'), fileOf(i, '.ours.ubj')];
        writeFileSync(json, writeJson(file));
        writeFileSync(ubj, writeUbjson(file));
        return [json, ubj];
      });
      const back = (await runPython(script, { do: 'predict', files, T, types: featureTypes })) as Answer[];
      for (const [i, answer] of back.entries()) {
        expect(answer.raw, cases[i >> 1].title).toEqual(answers[i >> 1].raw);
        expect(answer.output, cases[i >> 1].title).toEqual(answers[i >> 1].output);
      }
    }, 60_000);

    it('read and written twice, they are the same bytes', () => {
      for (const [i] of cases.entries()) {
        const once = writeJson(readModel(readFileSync(fileOf(i, '.json'))));
        expect(writeJson(readModel(Buffer.from(once)))).toBe(once);
        const binary = writeUbjson(readModel(readFileSync(fileOf(i, '.json'))));
        expect(writeUbjson(readModel(binary))).toEqual(binary);
      }
    });
  });
}

suite('categories', CASES, types);
suite('plain columns', [...PLAIN, ...CASES.slice(0, 3)], undefined);
