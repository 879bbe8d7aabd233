/** What a model is, completed from defaults and from families.yaml. */
import { familyEntries } from './config-files.js';
import type { ModelInfo } from './types.js';

const DEFAULTS: Omit<ModelInfo, 'name' | 'family'> = {
  inputMode: 'features',
  tasks: ['classification', 'regression'],
  capabilities: { missingValues: false, sampleWeights: true, earlyStopping: false, featureImportance: false },
  complexity: 'medium',
  gpuCapable: false,
};

/** The class's `info` with defaults for what it leaves out; the name defaults to the class's own. */
export function describeModel(model: { readonly name: string; readonly info?: Partial<ModelInfo> }): ModelInfo {
  const own = model.info ?? {};
  return {
    ...DEFAULTS,
    name: model.name,
    family: 'custom',
    ...own,
    capabilities: { ...DEFAULTS.capabilities, ...own.capabilities },
  };
}

/** `info` with the complexity and GPU capability that families.yaml gives for its name. */
export function withFamilyEntry(info: ModelInfo): ModelInfo {
  const entry = familyEntries().get(info.name);
  return entry ? { ...info, complexity: entry.complexity, gpuCapable: entry.gpuCapable } : info;
}
