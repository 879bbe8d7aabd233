/** Evaluates checked expressions over whole columns, a block of rows at a time, row by row independent of all other rows. */
import type { Expression } from './expression.js';
import { functionDefinition } from './expression-functions.js';
import { known } from './known.js';

/** Rows a block: intermediate results stay in the processor's cache, and memory does not grow with the table. */
const BLOCK = 2048;

/** Values of a column or an intermediate result: one for each row of the block, or one for all of them. */
type Operand = Float64Array | number;

/**
 * The expression's value in each row; missing where an operand is missing or an operation has no finite result.
 * `column` gives whole columns of `rows` values.
 */
export function evaluateExpression(
  expression: Expression,
  rows: number,
  column: (name: string) => Float64Array,
): Float64Array {
  const out = new Float64Array(rows);
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(from + BLOCK, rows);
    const value = evaluate(expression, to - from, (name) => column(name).subarray(from, to));
    if (typeof value === 'number') out.fill(known(value), from, to);
    else for (let i = from; i < to; i++) out[i] = known(value[i - from]);
  }
  return out;
}

function evaluate(node: Expression, rows: number, column: (name: string) => Float64Array): Operand {
  if ('number' in node) return node.number ?? Number.NaN;
  if ('column' in node) return column(node.column);
  const args = node.args.map((arg) => evaluate(arg, rows, column));
  const { arity, compute, takesMissing } = functionDefinition(node.call);
  const pairwise = arity[1] === Number.POSITIVE_INFINITY;
  const apply = (operands: readonly Operand[]) => elementwise(compute, operands, rows, takesMissing === true);
  if (!pairwise) return apply(args);
  return args.length === 1 ? args[0] : args.reduce((all, next) => apply([all, next]));
}

function elementwise(
  compute: (a: number, b: number, c: number) => number,
  operands: readonly Operand[],
  rows: number,
  takesMissing: boolean,
): Operand {
  const apply = (values: readonly number[]): number => {
    if (!takesMissing && values.some(Number.isNaN)) return Number.NaN;
    // No more arguments than there are: min and max would count an undefined one.
    return known((compute as (...args: readonly number[]) => number)(...values));
  };
  if (operands.every((operand) => typeof operand === 'number')) return apply(operands);
  const out = new Float64Array(rows);
  if (operands.length === 1) return oneOperand(compute, operands[0] as Float64Array, out, takesMissing);
  if (operands.length === 2) return twoOperands(compute, operands[0], operands[1], out, takesMissing);
  return threeOperands(compute, operands, out, takesMissing);
}

function oneOperand(
  compute: (a: number, b: number, c: number) => number,
  x: Float64Array,
  out: Float64Array,
  takesMissing: boolean,
): Float64Array {
  // An absent argument must stay undefined: log tells one argument from two by it.
  const single = compute as (a: number) => number;
  for (let i = 0; i < out.length; i++) {
    out[i] = !takesMissing && Number.isNaN(x[i]) ? Number.NaN : known(single(x[i]));
  }
  return out;
}

function twoOperands(
  compute: (a: number, b: number, c: number) => number,
  x: Operand,
  y: Operand,
  out: Float64Array,
  takesMissing: boolean,
): Float64Array {
  const pair = compute as (a: number, b: number) => number;
  const scalarX = typeof x === 'number' ? x : 0;
  const scalarY = typeof y === 'number' ? y : 0;
  for (let i = 0; i < out.length; i++) {
    const a = typeof x === 'number' ? scalarX : x[i];
    const b = typeof y === 'number' ? scalarY : y[i];
    out[i] = !takesMissing && (Number.isNaN(a) || Number.isNaN(b)) ? Number.NaN : known(pair(a, b));
  }
  return out;
}

function threeOperands(
  compute: (a: number, b: number, c: number) => number,
  operands: readonly Operand[],
  out: Float64Array,
  takesMissing: boolean,
): Float64Array {
  const [x, y, z] = operands;
  for (let i = 0; i < out.length; i++) {
    const a = typeof x === 'number' ? x : x[i];
    const b = typeof y === 'number' ? y : y[i];
    const c = typeof z === 'number' ? z : z[i];
    const missing = !takesMissing && (Number.isNaN(a) || Number.isNaN(b) || Number.isNaN(c));
    out[i] = missing ? Number.NaN : known(compute(a, b, c));
  }
  return out;
}
