/** Saved preprocessing pipelines, and formulas of features. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '../../../src/core/hash.js';
import { Table } from '../../../src/core/table.js';
import { engineerFeatures } from '../../../src/preprocessing/engineer.js';
import { PreprocessingPipeline } from '../../../src/preprocessing/pipeline.js';
import { PREPROCESSING_FILE } from '../../../src/preprocessing/pipeline-file.js';
import { seedsIn, textSeeds } from '../seeds.js';
import type { Target } from '../target.js';
import { check } from './behaves.js';

/** The rows that pipelines of the seeds were fitted on; see make-seeds.ts. */
export function pipelineTable(): Table {
  const rows = Array.from({ length: 24 }, (_, i) => i);
  return Table.fromColumns({
    a: rows.map((i) => (i % 7 === 3 ? Number.NaN : Math.sin(i))),
    b: rows.map((i) => 1 + ((i * i) % 11)),
    kind: rows.map((i) => (i % 9 === 4 ? null : ['x', 'y', 'z', 'w'][i % 4])),
    place: rows.map((i) => ['p', 'q', '__proto__'][i % 3]),
  });
}

/** Makes the checksum right again, as someone would who changes a file on purpose. */
function withChecksum(input: Uint8Array): Uint8Array | string {
  try {
    const state = JSON.parse(Buffer.from(input).toString());
    if (typeof state?.content !== 'object' || input.length % 8 === 0) return input;
    return JSON.stringify({ ...state, checksum: sha256(canonicalJson(state.content)) });
  } catch {
    return input;
  }
}

const FORMULAS = [
  'log(close / open)',
  'where(a <= b and not (c == 1), a, b) + (-10 < a < b) * 2.5e-3',
  'clip(a, -1, 2) ^ 2 % max(a, b, 0) - min(c, sqrt(abs(b)))',
  'tanh(a) * sigmoid(b) / (1 + exp(-c)) + col("a b") - sin(a) * cos(b)',
  'round(a) + floor(b) - ceil(c) + sign(a) * isnan(b)',
];

const COLUMNS = Table.fromColumns({
  ...{
    a: [1.5, Number.NaN, 0, -3],
    b: [2, 3, -1, 1e300],
    c: [0, 1, 1, 2],
    x: [0, 0, 1, 1],
    open: [1, 2, 3, 4],
    close: [2, 1, 0, -1],
  },
  'a b': [1, 2, 3, 4],
});

export const PREPROCESSING: readonly Target[] = [
  {
    name: 'preprocessing',
    reads: 'saved preprocessing pipelines',
    kind: 'json',
    seeds: async () => seedsIn('preprocessing'),
    async run(input, directory) {
      writeFileSync(join(directory, PREPROCESSING_FILE), withChecksum(input));
      const pipeline = await PreprocessingPipeline.load(directory);
      const { data, rows, cols } = pipeline.transform(pipelineTable());
      check(rows === 24 && cols === pipeline.featureNamesOut.length, 'the features have another shape');
      check(data.length === rows * cols, 'the features have another size');
    },
  },
  {
    name: 'expressions',
    reads: 'formulas of features',
    kind: 'text',
    seeds: async () => textSeeds(...FORMULAS),
    run(input) {
      const values = engineerFeatures(COLUMNS, { expressions: { f: Buffer.from(input).toString() } }).numeric('f');
      check(values.length === COLUMNS.rowCount, 'the feature has another length');
    },
  },
];
