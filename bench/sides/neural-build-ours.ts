/** How long a model's graphs and sessions take to make here, with its own defaults: what a fit waits for before its first step. Prints JSON. */
import { loadEngine } from '../../src/neural/engine/load.js';
import { featuresInput, sequenceInput } from '../../src/neural/graph/inputs.js';
import * as neural from '../../src/neural/index.js';
import { networkOf } from '../../src/neural/networks.js';
import { EngineStepper } from '../../src/neural/training/engine-stepper.js';
import type { LimitRequest } from '../neural-limits.js';

const CLASSES = {
  lstm: neural.LSTMModel,
  gru: neural.GRUModel,
  tcn: neural.TCNModel,
  transformer: neural.TransformerModel,
  cnn1d: neural.CNN1DModel,
  hybrid: neural.HybridModel,
};

const { model, engine: preferred, threads, length, channels } = JSON.parse(process.argv[2]) as LimitRequest;
const settings = CLASSES[model as keyof typeof CLASSES].configSchema.parse({}, model);
const network = await networkOf(model);
// The package itself is loaded once a process, not once a fit.
const engine = await loadEngine({ preferred, only: true, device: 'cpu', threads });
const columns = model === 'hybrid' ? channels : 0;
const shape = { length, channels, columns, outputs: 3 };

const started = performance.now();
const stepper = await EngineStepper.open(engine, {
  network: (graph) =>
    network.build(
      graph,
      {
        x: sequenceInput(graph, length, channels, network.layout),
        ...(columns > 0 && { features: featuresInput(graph, columns) }),
      },
      shape,
      settings,
    ),
  settings,
  batchSize: settings.batchSize,
  seed: 1,
});
const value = (performance.now() - started) / 1000;
await stepper.dispose();
console.log(JSON.stringify({ value }));
process.exit(0);
