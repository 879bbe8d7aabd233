import { describe, it } from 'vitest';
import { HybridModel } from '../../../src/neural/hybrid/model.js';
import { checkModelIn } from '../../../src/testing/index.js';
import { CONTRACT_CONFIG } from '../contract-config.js';

checkModelIn({ describe, it }, HybridModel as never, {
  config: { ...CONTRACT_CONFIG, encoder: 'gru', hiddenSize: 4, featureSizes: [6], headSizes: [] },
});
