/** Permutation importance beside scikit-learn's, of the same forest (as an ONNX file), rows and weights. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { RandomForestModel } from '../../src/classical/index.js';
import { deriveSeed, Random } from '../../src/core/random.js';
import { permutationImportance } from '../../src/explain/index.js';
import { itWithData } from '../shared-data.js';
import { runPython } from './python.js';
import { randomSplit, readRealData } from './real-data.js';

const script = fileURLToPath(new URL('./permutation_peer.py', import.meta.url));
const SEED = 5;

interface Answer {
  mean: number[];
  deviation: number[];
}

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-permutation-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** The orders that `permutationImportance` draws: [column][repeat][row]. */
const ordersOf = (columns: number, repeats: number, rows: number) =>
  Array.from({ length: columns }, (_, j) =>
    Array.from({ length: repeats }, (_, repeat) => {
      const random = new Random(deriveSeed(SEED, 'permutation', j, repeat));
      return random.shuffle(Float32Array.from({ length: rows }, (_, i) => i));
    }),
  );

describe("permutation importance and scikit-learn's", () => {
  for (const [file, task] of [
    ['sklearn-wine.csv.gz', 'classification'],
    ['sklearn-diabetes.csv.gz', 'regression'],
  ] as const) {
    itWithData(file, `are equal for the same shuffles, and within errors for others: ${file}`, async (path) => {
      const { train, test } = randomSplit(readRealData(path, 'target'), 0.6, 4);
      const model = new RandomForestModel({ task, nTrees: 12, minSamplesLeaf: 4 });
      await model.fit(train);
      const onnx = join(directory, `${task}.onnx`);
      await model.exportOnnx(onnx);
      const random = new Random(8);
      const weights = test.y.map(() => 1 + random.int(4));
      const columns = test.X[0].length;
      const exact = { repeats: 3, orders: ordersOf(columns, 3, test.y.length) };
      const own = { repeats: 20 };
      const problems = [undefined, weights].flatMap((weights) =>
        [exact, own].map((kind) => ({ file: onnx, task, ...test, ...kind, ...(weights ? { weights } : {}) })),
      );
      const answers = (await runPython(script, problems)) as Answer[];
      for (const [at, { X, y, weights, repeats, ...kind }] of problems.entries()) {
        const { mean, deviation } = await model.permutationImportance({ X, y, weights }, { repeats, seed: SEED });
        const theirs = answers[at];
        const general = await permutationImportance(model, X, y, {
          ...(weights ? { weights } : {}),
          repeats,
          seed: SEED,
        });
        for (let j = 0; j < columns; j++) {
          // Predictions are float32 for any model, the forest's own are float64.
          expect(Math.abs(general.mean[j] - mean[j])).toBeLessThan(1e-6);
          expect(Math.abs(general.deviation[j] - deviation[j])).toBeLessThan(1e-6);
        }
        for (let j = 0; j < columns; j++) {
          if ('orders' in kind) {
            expect(Math.abs(mean[j] - theirs.mean[j])).toBeLessThan(1e-6);
            expect(Math.abs(deviation[j] - theirs.deviation[j])).toBeLessThan(1e-6);
          } else {
            const error = Math.sqrt((deviation[j] ** 2 + theirs.deviation[j] ** 2) / repeats);
            expect(Math.abs(mean[j] - theirs.mean[j])).toBeLessThan(4 * error + 1e-6);
          }
        }
        expect(Math.max(...mean)).toBeGreaterThan(0.02);
      }
    });
  }
});
