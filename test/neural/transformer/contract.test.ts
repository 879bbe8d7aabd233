import { describe, it } from 'vitest';
import { TransformerModel } from '../../../src/neural/transformer/model.js';
import { checkModelIn } from '../../../src/testing/index.js';
import { CONTRACT_CONFIG } from '../contract-config.js';

checkModelIn({ describe, it }, TransformerModel as never, {
  config: { ...CONTRACT_CONFIG, hiddenSize: 8, numHeads: 2, numLayers: 1, feedForwardSize: 8 },
});
