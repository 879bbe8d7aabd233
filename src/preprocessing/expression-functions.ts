/** The functions of the expression language: numbers in, one number out, the same bits on every machine. Missing values stay missing. */
import { exp, expm1, log, log1p, pow, sigmoid } from '../core/math.js';
import { cos, sin } from './trigonometry.js';

/** Most arguments a function of any number of them may have. */
const MANY = Number.POSITIVE_INFINITY;

interface Definition {
  readonly arity: readonly [least: number, most: number];
  /** Missing arguments reach only functions that say so; for the others the result is missing already. */
  readonly takesMissing?: true;
  readonly compute: (a: number, b: number, c: number) => number;
}

const unary = (compute: (x: number) => number): Definition => ({ arity: [1, 1], compute });
const binary = (compute: (x: number, y: number) => number): Definition => ({ arity: [2, 2], compute });
/** Applied to two values at a time, from the left. */
const folded = (compute: (x: number, y: number) => number): Definition => ({ arity: [1, MANY], compute });

function tanh(x: number): number {
  if (Math.abs(x) > 20) return Math.sign(x);
  const e = expm1(2 * x);
  return e / (e + 2);
}

/** x^y also for negative x where y is whole. */
function power(x: number, y: number): number {
  if (x >= 0) return pow(x, y);
  if (!Number.isInteger(y)) return Number.NaN;
  const size = pow(-x, y);
  return y % 2 === 0 ? size : -size;
}

function cbrt(x: number): number {
  if (x === 0) return x;
  const guess = exp(log(Math.abs(x)) / 3);
  // One Newton step takes the result of exp and log to the last bits.
  return Math.sign(x) * (guess - (guess * guess * guess - Math.abs(x)) / (3 * guess * guess));
}

/** The logarithm of an exact power of the base is whole: `floor(log10(1000))` is 3, whatever the rounding of the quotient. */
function wholePower(x: number, base: number, quotient: number): number {
  const whole = Math.round(quotient);
  return power(base, whole) === x ? whole : quotient;
}

/** Halves away from zero. Adding 0.5 before rounding down would be wrong where the sum itself is rounded. */
function round(x: number): number {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole;
}

/** The remainder with the sign of y, exact for quotients of any size. */
function mod(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

const flag = (condition: boolean): number => (condition ? 1 : 0);

/** Names on the left can be called in formulas; the operators are called by the names after them. */
const DEFINITIONS = {
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  sqrt: unary(Math.sqrt),
  cbrt: unary(cbrt),
  square: unary((x) => x * x),
  exp: unary(exp),
  expm1: unary(expm1),
  log: { arity: [1, 2], compute: (x, base) => (base === undefined ? log(x) : log(x) / log(base)) },
  log1p: unary(log1p),
  log2: unary((x) => wholePower(x, 2, log(x) / Math.LN2)),
  log10: unary((x) => wholePower(x, 10, log(x) / Math.LN10)),
  sin: unary(sin),
  cos: unary(cos),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  floor: unary(Math.floor),
  ceil: unary(Math.ceil),
  trunc: unary(Math.trunc),
  round: unary(round),
  clip: { arity: [3, 3], compute: (x, low, high) => Math.min(Math.max(x, low), high) },
  min: folded(Math.min),
  max: folded(Math.max),
  isnan: { arity: [1, 1], takesMissing: true, compute: (x) => flag(Number.isNaN(x)) },
  coalesce: { arity: [1, MANY], takesMissing: true, compute: (x, y) => (Number.isNaN(x) ? y : x) },
  where: { arity: [3, 3], takesMissing: true, compute: (c, yes, no) => (Number.isNaN(c) ? c : c !== 0 ? yes : no) },
  pow: binary(power),
  mod: binary(mod),
  add: binary((x, y) => x + y),
  subtract: binary((x, y) => x - y),
  multiply: binary((x, y) => x * y),
  divide: binary((x, y) => x / y),
  negate: unary((x) => -x),
  less: binary((x, y) => flag(x < y)),
  lessOrEqual: binary((x, y) => flag(x <= y)),
  greater: binary((x, y) => flag(x > y)),
  greaterOrEqual: binary((x, y) => flag(x >= y)),
  equal: binary((x, y) => flag(x === y)),
  notEqual: binary((x, y) => flag(x !== y)),
  and: binary((x, y) => flag(x !== 0 && y !== 0)),
  or: binary((x, y) => flag(x !== 0 || y !== 0)),
  xor: binary((x, y) => flag((x !== 0) !== (y !== 0))),
  not: unary((x) => flag(x === 0)),
} satisfies Record<string, Definition>;

export type FunctionName = keyof typeof DEFINITIONS;

export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(DEFINITIONS, name);
export const functionDefinition = (name: FunctionName): Definition => DEFINITIONS[name];
export const functionArity = (name: FunctionName): readonly [least: number, most: number] => DEFINITIONS[name].arity;

/** Names a formula may call, for messages and documentation. */
export const listFunctions = (): string[] => Object.keys(DEFINITIONS);
