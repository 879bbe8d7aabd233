/** Forests' Shapley values beside shap's, of the same trees; partial dependence beside scikit-learn's, of the same models (as ONNX files). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomForestModel } from '../../src/classical/index.js';
import { Random } from '../../src/core/random.js';
import { partialDependence, shapValues } from '../../src/explain/index.js';
import type { ExplainedTree } from '../../src/model/explanation.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./inspection_peer.py', import.meta.url));
const random = new Random(9);
const X = Array.from({ length: 120 }, () =>
  Array.from({ length: 6 }, (_, j) => (j === 2 ? random.int(5) : Math.fround(random.normal()))),
);
const value = X.map(([a, b, c, d]) => a * b + c - Math.abs(d) + 0.3 * random.normal());
const labels = value.map((v) => (v > 2 ? 2 : v > 1 ? 1 : 0));

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-inspection-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A tree as shap takes it: nodes, then leaves; value w of each leaf. */
function asArrays(
  { children, slot, border, nodeCover, leafCover, values, width }: ExplainedTree,
  w: number,
  trees: number,
) {
  const n = slot.length;
  const place = (child: number) => (child < 0 ? n + ~child : child);
  const padded = (list: ArrayLike<number>, fill: number) => [
    ...Array.from(list),
    ...new Array<number>(n + 1).fill(fill),
  ];
  const side = (s: number) =>
    padded(
      Array.from({ length: n }, (_, i) => place(children[2 * i + s])),
      -1,
    );
  return {
    children_left: side(0),
    children_right: side(1),
    children_default: side(1),
    features: padded(slot, -2),
    thresholds: padded(border, -2),
    values: Array.from({ length: 2 * n + 1 }, (_, i) => [i < n ? 0 : values[(i - n) * width + w] / trees]),
    node_sample_weight: [...Array.from(nodeCover), ...Array.from(leafCover)],
  };
}

describe("Shapley values of forests and shap's", () => {
  it('are equal for the same trees, path-dependent, interventional and in pairs', async () => {
    const model = new RandomForestModel({ nTrees: 8 });
    await model.fit({ X, y: labels });
    const { explanation } = model.toExplanation();
    if (explanation?.kind !== 'trees') throw new Error('no trees');
    const rows = X.slice(0, 20);
    const background = X.slice(80, 105);
    const problems = [0, 1, 2].map((w) => ({
      trees: Array.from({ length: 8 }, (_, t) => asArrays(explanation.tree(t), w, 8)),
      X: rows,
      background,
    }));
    const answers = (await runPython(script, problems)) as {
      path: number[][];
      interventional: number[][];
      pairs: number[][][];
    }[];
    const path = await shapValues(model, rows);
    const beside = await shapValues(model, rows, { background });
    const pairs = await shapValues(model, rows.slice(0, 5), { interactions: true });
    for (const [k, answer] of answers.entries()) {
      for (let i = 0; i < 20; i++) {
        for (let j = 0; j < 6; j++) {
          expect(Math.abs(path.values[(i * 3 + k) * 6 + j] - answer.path[i][j])).toBeLessThan(1e-6);
          expect(Math.abs(beside.values[(i * 3 + k) * 6 + j] - answer.interventional[i][j])).toBeLessThan(1e-6);
        }
      }
      for (const [p, wanted] of answer.pairs.flat(2).entries()) {
        const at = (Math.floor(p / 36) * 3 + k) * 36 + (p % 36);
        expect(Math.abs((pairs.interactions?.[at] ?? Number.NaN) - wanted)).toBeLessThan(1e-6);
      }
    }
  });
});

interface Dependence {
  grid: number[][];
  average: number[];
  individual: number[];
}

describe("partial dependence and scikit-learn's", () => {
  it('are equal, row by row too, of one and two features, regressions and classes', async () => {
    const cases = [
      { task: 'regression', y: value, features: [0], resolution: 15 },
      { task: 'classification', y: labels.map((label) => Math.min(label, 1)), features: [1], resolution: 10 },
      { task: 'classification', y: labels, features: [2], resolution: 10 },
      { task: 'classification', y: labels, features: [0, 2], resolution: 6 },
    ] as const;
    const models = cases.map(({ task }) => new RandomForestModel({ nTrees: 6, minSamplesLeaf: 5, task }));
    const problems: object[] = [];
    for (const [at, { task, y, features, resolution }] of cases.entries()) {
      const file = join(directory, `${at}.onnx`);
      await models[at].fit({ X, y });
      await models[at].exportOnnx(file);
      problems.push({ file, X, features, resolution, classes: task === 'regression' ? null : models[at].classes });
    }
    const answers = (await runPython(script, problems)) as Dependence[];
    const close = (mine: ArrayLike<number> | undefined, theirs: number[]) => {
      expect(mine).toHaveLength(theirs.length);
      for (const [p, wanted] of theirs.entries())
        expect(Math.abs((mine?.[p] ?? Number.NaN) - wanted)).toBeLessThan(1e-6);
    };
    for (const [at, { features, resolution }] of cases.entries()) {
      const own = await partialDependence(models[at], X, features, { gridResolution: resolution, individual: true });
      for (const [f, values] of answers[at].grid.entries()) close(own.grid[f], values);
      close(own.average, answers[at].average);
      close(own.individual, answers[at].individual);
    }
  });
});
