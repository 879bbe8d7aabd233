/** One measurement of a training step here: builds the graph, opens a session, trains on one batch again and again, prints JSON. */
import { Random } from '../../src/core/random.js';
import type { EngineTensor } from '../../src/neural/engine/engine.js';
import { loadEngine } from '../../src/neural/engine/load.js';
import { adam } from '../../src/neural/graph/optimisers/adam.js';
import { initialParameters } from '../../src/neural/graph/parameters.js';
import { trainingProgram } from '../../src/neural/graph/programs.js';
import { sizeOf } from '../../src/neural/graph/shape.js';
import { spread } from '../harness.js';
import type { NeuralRequest } from '../neural.js';
import { networkOf } from '../neural-networks.js';

const {
  network,
  size,
  batch,
  threads,
  engine: preferred,
  measureSeconds,
} = JSON.parse(process.argv[2]) as NeuralRequest;
const started = performance.now();
const optimiser = adam();
const program = trainingProgram(networkOf(network, size), { batch, loss: { kind: 'cross-entropy' }, optimiser });
const engine = await loadEngine({ preferred, only: true, device: 'cpu', threads });
const session = await engine.createSession(program.bytes);
const buildSeconds = (performance.now() - started) / 1000;

const random = new Random(1);
const tensor = (data: Float32Array, dims: readonly number[]): EngineTensor => ({ data, dims });
const count = [program.parameterCount];
const feeds: Record<string, EngineTensor> = {
  parameters: tensor(initialParameters(program.parameters, 1), count),
  state_mean: tensor(new Float32Array(program.parameterCount), count),
  state_square: tensor(new Float32Array(program.parameterCount), count),
  weights: tensor(
    Float32Array.from({ length: batch }, () => random.float()),
    [batch],
  ),
};
for (const { name, shape } of program.inputs) {
  feeds[name] = tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}
const targets = new Float32Array(batch * size.outputs);
for (let row = 0; row < batch; row++) targets[row * size.outputs + random.int(size.outputs)] = 1;
feeds.targets = tensor(targets, [batch, size.outputs]);

const times: number[] = [];
let loss = 0;
const WARM_UP = 3;
for (let step = 1, spent = 0; step <= WARM_UP + 2 || spent < measureSeconds; step++) {
  for (const [name, value] of Object.entries(optimiser.scalars(step, 1e-3))) {
    feeds[`scalar_${name}`] = tensor(Float32Array.of(value), []);
  }
  const before = performance.now();
  const out = await session.run(feeds);
  const seconds = (performance.now() - before) / 1000;
  feeds.parameters = out.next_parameters;
  feeds.state_mean = out.next_state_mean;
  feeds.state_square = out.next_state_square;
  loss = Number(out.loss.data[0]);
  if (step <= WARM_UP) continue;
  times.push(seconds);
  spent += seconds;
}
if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
const peakRss = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ seconds: spread(times).median, peakRss, buildSeconds }));
process.exit(0);
