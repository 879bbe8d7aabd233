/** What is read off a machine, in scikit-learn's arrangement: two classes are decided by a function that is positive for the second. */
import type { LinearMachine } from './linear/machine.js';
import { isRegression, type Machine, termsOf, vectorCount } from './machine/machine.js';

/** libsvm's function of two classes is positive for the first. */
const signOf = (machine: Machine): 1 | -1 => (!isRegression(machine) && machine.counts.length === 2 ? -1 : 1);

/** (functions, columns learned from) weights of a linear kernel; undefined for other kernels. */
export function columnWeights(machine: Machine | LinearMachine): Float64Array[] | undefined {
  if (machine.type !== 'linear') return machine.kernel.name === 'linear' ? weightsOfVectors(machine) : undefined;
  if (machine.basis || machine.waves) return undefined;
  const { features, weights, bias } = machine;
  return Array.from(bias, (_, o) => weights.slice(o * features, (o + 1) * features));
}

function weightsOfVectors(machine: Machine): Float64Array[] {
  const { vectors, features, bias } = machine;
  const sign = signOf(machine);
  const out = Array.from(bias, () => new Float64Array(features));
  const { starts, places, coefficients } = termsOf(machine);
  for (let s = 0; s + 1 < starts.length; s++) {
    for (let t = starts[s]; t < starts[s + 1]; t++) {
      const own = out[places[t]];
      for (let j = 0; j < features; j++) own[j] += sign * coefficients[t] * vectors[s * features + j];
    }
  }
  return out;
}

/** (functions,) */
export function interceptOf(machine: Machine | LinearMachine): Float64Array {
  if (machine.type === 'linear') return machine.bias.slice();
  const sign = signOf(machine);
  return machine.bias.map((value) => sign * value);
}

/** (classes - 1, support vectors), one row for regression. */
export function dualCoefficientsOf(machine: Machine): Float64Array[] {
  const total = vectorCount(machine);
  const sign = signOf(machine);
  const rows = isRegression(machine) ? 1 : machine.counts.length - 1;
  return Array.from({ length: rows }, (_, r) =>
    machine.coefficients.slice(r * total, (r + 1) * total).map((value) => sign * value),
  );
}

/** (columns,) |weight| times the column's standard deviation in training, the mean over functions: the effect of one typical change. */
export function importanceOfColumns(weights: readonly Float64Array[], deviation: Float64Array): Float64Array {
  return deviation.map((value, j) =>
    weights.reduce((sum, own) => sum + (Math.abs(own[j]) * value) / weights.length, 0),
  );
}
