/** A process that works on a store until it is killed. Arguments: the directory, what it does. */
import { ModelRegistry } from '../../../src/model/registry.js';
import { ModelStore } from '../../../src/tracking/model-store/model-store.js';
import { CentroidModel } from '../../model/centroid.js';

ModelRegistry.register({ name: 'centroid', family: 'test', load: async () => CentroidModel as never });
const store = new ModelStore({ directory: process.argv[2] });
const model = new CentroidModel({ sharpness: 2 });
const X = [
  [0, 0],
  [0, 1],
  [9, 9],
  [9, 8],
];
await model.fit({ X, y: [0, 0, 3, 3] });
const register = () => store.register(model, { name: 'm', lineage: { runId: `p${process.pid}` } });

if (process.argv[3] === 'register') {
  // Registers so many and ends.
  for (let i = 0; i < Number(process.argv[4]); i++) await register();
} else {
  await register();
  process.stdout.write('working\n');
  for (let i = 0; ; i++) {
    const { version } = await register();
    if (i % 2 === 0) await store.promote('m', version);
    if (i % 3 === 0) await store.collectGarbage('m', { keepLatest: 1 });
  }
}
