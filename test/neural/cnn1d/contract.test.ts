import { describe, it } from 'vitest';
import { CNN1DModel } from '../../../src/neural/cnn1d/model.js';
import { checkModelIn } from '../../../src/testing/index.js';
import { CONTRACT_CONFIG } from '../contract-config.js';

checkModelIn({ describe, it }, CNN1DModel as never, { config: { ...CONTRACT_CONFIG, filters: [6] } });
