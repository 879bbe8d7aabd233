import { describe, it } from 'vitest';
import { GRUModel } from '../../../src/neural/gru/model.js';
import { checkModelIn } from '../../../src/testing/index.js';
import { CONTRACT_CONFIG } from '../contract-config.js';

checkModelIn({ describe, it }, GRUModel as never, { config: { ...CONTRACT_CONFIG, hiddenSize: 6, numLayers: 1 } });
