/** Saved models of every family: what `save` wrote, with payload, state or metadata changed and the checksums made right again. */
import { registerBuiltins } from '../../../src/builtin.js';
import { restoreModel } from '../../../src/model/base-model.js';
import { parseInnerMetadata } from '../../../src/model/bundle.js';
import { ModelRegistry } from '../../../src/model/registry.js';
import { bytesOf } from '../files.js';
import { seedsIn } from '../seeds.js';
import type { Target } from '../target.js';
import { behaves } from './behaves.js';

/** Family of targets, and the models in it. */
export const SAVED = {
  lightgbm: ['lightgbm'],
  xgboost: ['xgboost'],
  catboost: ['catboost'],
  'random-forest': ['random_forest'],
  logistic: ['logistic'],
  ridge: ['ridge'],
  svm: ['svm'],
  minirocket: ['minirocket'],
  neural: ['lstm', 'gru', 'tcn', 'transformer', 'cnn1d', 'hybrid'],
  ensembles: ['voting', 'stacking', 'blending'],
  calibrated: ['calibrated'],
} as const;

interface Bundle {
  readonly metadata?: unknown;
  readonly files?: Readonly<Record<string, unknown>>;
}

async function restored(input: Uint8Array): Promise<void> {
  registerBuiltins();
  const { metadata, files } = (JSON.parse(Buffer.from(input).toString()) ?? {}) as Bundle;
  const known = parseInnerMetadata(metadata, 'The model');
  const contents = Object.fromEntries(Object.entries(files ?? {}).map(([name, content]) => [name, bytesOf(content)]));
  await behaves(await restoreModel(await ModelRegistry.get(known.name), known, contents), known.sequenceLength);
}

/** As JSON text, which a case may have made unreadable: `readBundle` refuses that before anything else. */
async function run(input: Uint8Array): Promise<void> {
  try {
    JSON.parse(Buffer.from(input).toString());
  } catch {
    return;
  }
  await restored(input);
}

export const MODELS: readonly Target[] = Object.entries(SAVED).map(([family, names]) => ({
  name: `model-${family}`,
  reads: `saved models: ${names.join(', ')}`,
  kind: 'json' as const,
  seeds: async () => seedsIn(`model-${family}`),
  run,
}));
