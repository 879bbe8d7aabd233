import { describe, it } from 'vitest';
import { LSTMModel } from '../../../src/neural/lstm/model.js';
import { checkModelIn } from '../../../src/testing/index.js';
import { CONTRACT_CONFIG } from '../contract-config.js';

checkModelIn({ describe, it }, LSTMModel as never, { config: { ...CONTRACT_CONFIG, hiddenSize: 6, numLayers: 1 } });
