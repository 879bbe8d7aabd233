// One measurement of RidgeModel of the built package: reads X and y, trains, prints seconds and coefficients as JSON.
import { readFileSync } from 'node:fs';
import { Matrix } from 'holdfast';
import { RidgeModel } from 'holdfast/classical';

function peakRss() {
  // VmHWM belongs to this program alone; getrusage would count what the parent held when it forked.
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return line ? Number(line[1]) * 1024 : process.resourceUsage().maxRSS * 1024;
}

const { X, y, cols, threads, alphas } = JSON.parse(process.argv[2]);
const floats = (path) => {
  const bytes = readFileSync(path);
  const values = new Float32Array(new SharedArrayBuffer(bytes.byteLength));
  new Uint8Array(values.buffer).set(bytes);
  return values;
};
const rows = Matrix.wrap(floats(X), cols);
const targets = floats(y);
const started = performance.now();
const model = new RidgeModel({ task: 'regression', ...(alphas.length > 1 ? { alphas } : { alpha: alphas[0] }) });
await model.fit({ X: rows, y: targets }, { threads });
const seconds = (performance.now() - started) / 1000;
console.log(
  JSON.stringify({ seconds, peakRss: peakRss(), alpha: model.alpha, coefficients: [...model.coefficients[0]] }),
);
