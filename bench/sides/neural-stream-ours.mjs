// A stream of the built package, one bar after the other with carried state: seconds of the median step and of the slowest in a hundred.
// Prints JSON.
import { Matrix, Windows } from 'holdfast';
import * as neural from 'holdfast/neural';

const CLASSES = { lstm: neural.LSTMModel, gru: neural.GRUModel, tcn: neural.TCNModel };
const { model, engine, threads, length, channels, config } = JSON.parse(process.argv[2]);

let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296 - 0.5;
};
const rows = length + 64;
const base = Matrix.zeros(rows, channels);
for (let p = 0; p < base.data.length; p++) base.data[p] = uniform();
const ends = Uint32Array.from({ length: 64 }, (_, i) => length + i);
const own = new CLASSES[model]({ ...config, engine, epochs: 1, patience: null });
await own.fit({ X: new Windows(base, ends, length), y: Array.from(ends, (end) => end % 3) }, { threads });

const WARM_UP = 200;
const stream = own.stream();
const times = [];
for (let i = 0; i < WARM_UP + 2000; i++) {
  const bar = base.row(i % rows);
  const before = performance.now();
  await stream.push(bar);
  if (i >= WARM_UP) times.push((performance.now() - before) / 1000);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ value: times[times.length >> 1], slow: times[Math.floor(times.length * 0.99)] }));
process.exit(0);
