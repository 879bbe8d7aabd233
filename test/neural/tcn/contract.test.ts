import { describe, it } from 'vitest';
import { TCNModel } from '../../../src/neural/tcn/model.js';
import { checkModelIn } from '../../../src/testing/index.js';
import { CONTRACT_CONFIG } from '../contract-config.js';

checkModelIn({ describe, it }, TCNModel as never, { config: { ...CONTRACT_CONFIG, hiddenSize: 6, dilations: [1, 4] } });
