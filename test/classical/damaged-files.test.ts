/** Saved logistic and ridge models, damaged in every way: a ModelFormatError or a model that predicts, never a crash or a hang. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coefficientsFromJson } from '../../src/classical/logistic/coefficients.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { predictLogistic } from '../../src/classical/logistic/predict.js';
import { readLearned } from '../../src/classical/ridge/format.js';
import { RidgeModel } from '../../src/classical/ridge/model.js';
import { HoldfastError, ModelFormatError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { type BaseModel, type ModelClass, restoreModel } from '../../src/model/base-model.js';
import type { ModelMetadata } from '../../src/model/bundle.js';
import { changeAnything, cutAnywhere, type FileFormat } from '../boosting/fuzz.js';

const random = new Random(3);
const X = Matrix.from(Array.from({ length: 60 }, () => [random.normal(), random.normal(), random.int(3)]));
const y = Float64Array.from({ length: 60 }, (_, i) =>
  X.row(i)[0] + random.normal() > 0 ? 1 : X.row(i)[2] > 1 ? 2 : 0,
);
const few = X.take([0, 1, 2, 3, 4]);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

interface Saved {
  readonly model: ModelClass;
  readonly metadata: ModelMetadata;
  readonly file: string;
  readonly bytes: Uint8Array;
}

async function saved(Model: ModelClass, config: object): Promise<Saved> {
  const model = new Model(config);
  await model.fit({ X, y });
  const { metadata, files } = await model.toBundle();
  const [[file, content]] = Object.entries(files ?? {});
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { model: Model, metadata, file, bytes };
}

const MODELS: Record<string, () => Promise<Saved>> = {
  'logistic with a path and standard errors': () =>
    saved(LogisticRegressionModel, { Cs: [0.1, 1], folds: 2, standardErrors: true }),
  'logistic, one against the rest': () => saved(LogisticRegressionModel, { multiClass: 'ovr' }),
  'ridge with errors': () => saved(RidgeModel, { alphas: [0.1, 1] }),
  'ridge regression': () => saved(RidgeModel, { task: 'regression' }),
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place of a document, as keys from the root. */
function places(value: Json, path: (string | number)[] = []): (string | number)[][] {
  const children = Array.isArray(value)
    ? [...value.entries()]
    : value && typeof value === 'object'
      ? Object.entries(value)
      : [];
  return [path, ...children.flatMap(([key, child]) => places(child as Json, [...path, key]))];
}

/** The document with another value at a place; undefined takes the place away. */
function withOther(document: Json, path: readonly (string | number)[], value: Json | undefined): Json {
  const copy = JSON.parse(JSON.stringify({ root: document })) as { root: Json };
  let parent: Record<string | number, Json | undefined> = copy;
  let key: string | number = 'root';
  for (const next of path) {
    parent = parent[key] as Record<string | number, Json | undefined>;
    key = next;
  }
  if (value === undefined && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (value === undefined) delete parent[key];
  else parent[key] = value;
  return copy.root ?? null;
}

const anything = fc.constantFrom<Json | undefined>(
  ...[undefined, null, true, -1, 0, 1.5, 3, 1e308, 2 ** 53, 'x', '', [], [null], [1, 2, 3], {}, { length: 3 }],
);

async function restored({ model, metadata, file, bytes }: Saved): Promise<BaseModel | undefined> {
  try {
    return await restoreModel(model, metadata, { [file]: bytes });
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    return undefined;
  }
}

/** Refused on loading, or a model that predicts or says what is wrong with what it predicts. */
async function survives(damaged: Saved): Promise<boolean> {
  const model = await restored(damaged);
  if (!model) return false;
  try {
    expect((await model.predict(few)).predictions).toHaveLength(5);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
  }
  return true;
}

describe.each(Object.keys(MODELS))('%s', (name) => {
  it('is refused, or predicts, with any value of its file replaced or missing', async () => {
    const good = await MODELS[name]();
    expect(await survives(good)).toBe(true);
    const document = JSON.parse(text(good.bytes)) as Json;
    const all = places(document);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(all.length - 1), anything, async (at, value) => {
        const changed = JSON.stringify(withOther(document, all[at], value));
        if (!(await survives({ ...good, bytes: new TextEncoder().encode(changed) }))) refused++;
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused, or predicts, with any value of its state replaced or missing', async () => {
    const good = await MODELS[name]();
    const state = (good.metadata.state ?? null) as Json;
    const all = places(state);
    await fc.assert(
      fc.asyncProperty(fc.nat(all.length - 1), anything, async (at, value) => {
        const metadata = { ...good.metadata, state: withOther(state, all[at], value) };
        await survives({ ...good, metadata });
      }),
      { numRuns: 200, seed: 8 },
    );
  });
});

const FORMATS: Record<string, () => Promise<FileFormat>> = {
  logistic: async () => ({
    bytes: (await MODELS['logistic, one against the rest']()).bytes,
    score: async (bytes) => {
      const { coefficients } = coefficientsFromJson(text(bytes));
      const rows = Matrix.zeros(5, coefficients.features);
      predictLogistic(coefficients, rows);
      return new Float64Array(5);
    },
    damage: {},
  }),
  ridge: async () => ({
    bytes: (await MODELS['ridge with errors']()).bytes,
    score: async (bytes) => {
      readLearned(text(bytes));
      return new Float64Array(5);
    },
    damage: {},
  }),
};

describe.each(Object.keys(FORMATS))('a file of %s coefficients', (name) => {
  it('is refused or read, cut and changed anywhere', async () => {
    const format = await FORMATS[name]();
    await cutAnywhere(format, 60);
    expect(await changeAnything(format, 400, 11)).toBeGreaterThan(150);
  });
});
