// One fit of the built package on windows over rows of market size: the memory it takes above the data, or the longest gap of the event
// loop while it runs. Prints JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { Matrix, Windows } from 'holdfast';
import * as neural from 'holdfast/neural';

const CLASSES = {
  lstm: neural.LSTMModel,
  gru: neural.GRUModel,
  tcn: neural.TCNModel,
  transformer: neural.TransformerModel,
  cnn1d: neural.CNN1DModel,
  hybrid: neural.HybridModel,
};

const { kind, model, engine, threads, length, channels, rows, every, config, input } = JSON.parse(process.argv[2]);

let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
};

const shared = Matrix.zeros(rows, channels);
for (let p = 0; p < shared.data.length; p++) shared.data[p] = uniform() - 0.5;
const labels = Float64Array.from({ length: rows }, (_, i) => (shared.row(i)[0] > 0 ? 1 : 0));

/** Every so manyth window from `from` to `to`, and its labels. */
function windows(from, to) {
  const ends = Uint32Array.from({ length: Math.floor((to - from) / every) }, (_, i) => from + i * every);
  return { X: new Windows(shared, ends, length), y: Float64Array.from(ends, (end) => labels[end]) };
}

const cut = Math.floor(rows * 0.9);
const data =
  input === 'rows' || input === 'own-rows'
    ? { X: input === 'rows' ? shared : Matrix.wrap(Float32Array.from(shared.data), channels), y: labels }
    : { ...windows(length - 1, cut), validation: windows(cut + length, rows) };
const own = new CLASSES[model]({ ...config, engine, ...(input ? { sequenceLength: length } : {}) });

const status = (key) =>
  Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;

async function memory() {
  // What making the data left behind does not count: the peak starts from what is held now.
  globalThis.gc?.();
  writeFileSync('/proc/self/clear_refs', '5');
  const held = status('VmRSS');
  await own.fit(data, { threads });
  await own.predict(data.validation.X, { threads });
  return status('VmHWM') - held;
}

/** Seconds that the main thread itself has run: what another program's turn cannot lengthen. */
const ownSeconds = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;

async function loop() {
  let [longest, busiest] = [0, 0];
  let [last, lastOwn] = [performance.now() / 1000, ownSeconds()];
  const look = () => {
    const [now, own] = [performance.now() / 1000, ownSeconds()];
    longest = Math.max(longest, now - last);
    busiest = Math.max(busiest, own - lastOwn);
    [last, lastOwn] = [now, own];
  };
  const timer = setInterval(look, 1);
  await own.fit(data, { threads });
  await own.predict(data.X, { threads });
  look();
  clearInterval(timer);
  return { value: longest, own: busiest };
}

console.log(JSON.stringify(kind === 'memory' ? { value: await memory() } : await loop()));
process.exit(0);
