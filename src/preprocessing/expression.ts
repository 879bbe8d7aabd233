/**
 * Expressions as data: the checked syntax tree of a formula over the columns of one row. mathjs parses the text (loaded with the first
 * expression); its tree is then reduced to the few node kinds here, and anything else is refused. Nothing is ever evaluated by mathjs.
 */
import { createRequire } from 'node:module';
import { ConfigError, ModelFormatError } from '../core/errors.js';
import { nearest } from '../core/text.js';
import { type FunctionName, functionArity, isFunctionName, listFunctions } from './expression-functions.js';

/** A number, the column of that name, or a function of other expressions. Plain data: saved with a fitted pipeline. */
export type Expression =
  | { readonly number: number | null /* null: missing */ }
  | { readonly column: string }
  | { readonly call: FunctionName; readonly args: readonly Expression[] };

const MAX_LENGTH = 2000;
const MAX_NESTING = 50;
const MAX_NODES = 1000;
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** What mathjs nodes look like; only what is read here. */
interface MathNode {
  readonly type: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly fn?: string | MathNode;
  readonly op?: string;
  readonly args?: readonly MathNode[];
  readonly implicit?: boolean;
  readonly isPercentage?: boolean;
  readonly content?: MathNode;
  readonly condition?: MathNode;
  readonly trueExpr?: MathNode;
  readonly falseExpr?: MathNode;
  readonly conditionals?: readonly string[];
  readonly params?: readonly MathNode[];
}

/** Functions behind mathjs's operators. */
const OPERATORS: Readonly<Record<string, FunctionName>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  mod: 'mod',
  pow: 'pow',
  unaryMinus: 'negate',
  smaller: 'less',
  smallerEq: 'lessOrEqual',
  larger: 'greater',
  largerEq: 'greaterOrEqual',
  equal: 'equal',
  unequal: 'notEqual',
  and: 'and',
  or: 'or',
  xor: 'xor',
  not: 'not',
};

const WHAT: Readonly<Record<string, string>> = {
  AccessorNode: 'access to a property or element',
  IndexNode: 'an index',
  ArrayNode: 'a list',
  ObjectNode: 'an object',
  AssignmentNode: 'an assignment',
  FunctionAssignmentNode: 'a function definition',
  BlockNode: 'several statements',
  RangeNode: 'a range',
};

/**
 * Parses and checks one formula.
 *
 * Columns are written by name, or as `` `any name` `` or `col("any name")` when the name is no identifier. Numbers, `pi`, `e`, `NaN` (missing),
 * `true`, `false`; `+ - * / % ^`, comparisons (also chained), `and or not xor`, `condition ? a : b`, and the functions of `listFunctions()`.
 * Comparisons give 1 or 0. A missing operand gives a missing result (but see `isnan` and `coalesce`), and so does every operation whose result
 * is not a finite number: division by zero, the logarithm of zero or less, overflow.
 *
 * Throws `ConfigError` for anything else: assignments, property access, lists, ranges, other functions, formulas longer than 2000
 * characters or nested deeper than 50.
 *
 * @param label Name of the feature, for messages.
 * @example
 * parseExpression('log(close / open)', 'logReturn');
 */
export function parseExpression(text: string, label: string): Expression {
  const reject = (problem: string, hint: string): never => {
    throw new ConfigError(`Expression '${label}': ${problem}`, {
      hint,
      details: { expression: label, text: cut(text) },
    });
  };
  if (typeof text !== 'string' || text.trim() === '')
    reject('is empty', "Write a formula, such as 'log(close / open)'.");
  if (text.length > MAX_LENGTH) {
    reject(`is ${text.length} characters long, the limit is ${MAX_LENGTH}`, 'Split it into several named expressions.');
  }
  if (bracketDepth(text) > MAX_NESTING) {
    reject(`is nested deeper than ${MAX_NESTING}`, 'Split it into several named expressions.');
  }
  const tree = parsed(text, reject);
  return new Reader(reject).read(tree, 0);
}

type Reject = (problem: string, hint: string) => never;

let parser: ((text: string) => MathNode) | undefined;

function parsed(text: string, reject: Reject): MathNode {
  // `require` because `fit` is synchronous; the number build has no matrices, units or complex numbers.
  parser ??= (createRequire(import.meta.url)('mathjs/number') as { parse: (text: string) => MathNode }).parse;
  try {
    return parser(quotedColumns(text));
  } catch (error) {
    return reject(
      error instanceof RangeError ? 'is nested too deeply' : (error as Error).message,
      'See the documentation of parseExpression for the language.',
    );
  }
}

/** `` `name` `` outside of quotes becomes `col("name")`. */
function quotedColumns(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`([^`]*)`/g, (token, name: string | undefined) =>
    name === undefined ? token : `col(${JSON.stringify(name)})`,
  );
}

function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if ('([{'.includes(char)) deepest = Math.max(deepest, ++depth);
    else if (')]}'.includes(char)) depth--;
  }
  return deepest;
}

const cut = (text: unknown): string => String(text).slice(0, 200);

/** Walks mathjs's tree once, keeping what the language has and refusing the rest. */
class Reader {
  private nodes = 0;

  constructor(private readonly reject: Reject) {}

  read(node: MathNode, depth: number): Expression {
    if (depth > MAX_NESTING)
      this.reject(`is nested deeper than ${MAX_NESTING}`, 'Split it into several named expressions.');
    if (++this.nodes > MAX_NODES) {
      this.reject(`has more than ${MAX_NODES} parts`, 'Split it into several named expressions.');
    }
    switch (node.type) {
      case 'ParenthesisNode':
        return node.content ? this.read(node.content, depth + 1) : this.unsupported(node);
      case 'ConstantNode':
        return this.constant(node.value);
      case 'SymbolNode':
        return this.symbol(node.name ?? '');
      case 'OperatorNode':
        return this.operator(node, depth);
      case 'FunctionNode':
        return this.call(node, depth);
      case 'ConditionalNode':
        return this.make('where', [node.condition, node.trueExpr, node.falseExpr], depth);
      case 'RelationalNode':
        return this.chain(node, depth);
      default:
        return this.unsupported(node);
    }
  }

  private unsupported(node: MathNode): never {
    return this.reject(
      `${WHAT[node.type] ?? `'${node.op ?? node.type}'`} is not part of the language`,
      'Formulas are arithmetic, comparisons and functions of columns. Write a column whose name has dots or blanks as `name` or col("name").',
    );
  }

  private constant(value: unknown): Expression {
    if (typeof value === 'boolean') return { number: value ? 1 : 0 };
    if (typeof value === 'number' && Number.isNaN(value)) return { number: null };
    if (typeof value === 'number' && Number.isFinite(value)) return { number: value };
    return this.reject(
      typeof value === 'string' ? `text '${cut(value)}' is not a number` : `${String(value)} is not a finite number`,
      'Only finite numbers can be used. For a column write `name` or col("name").',
    );
  }

  private symbol(name: string): Expression {
    if (isReserved(name)) return this.reject(`the name '${name}' is reserved`, 'Rename the column.');
    return { column: name };
  }

  private operator(node: MathNode, depth: number): Expression {
    if (node.isPercentage) {
      this.reject(
        "'%' without a second value is not part of the language",
        'Divide by 100, or write mod(a, b) for the remainder.',
      );
    }
    if (node.implicit)
      this.reject('two values stand side by side without an operator', "Write '*' for multiplication.");
    if (node.fn === 'unaryPlus' && node.args?.length === 1) return this.read(node.args[0], depth + 1);
    const operator = typeof node.fn === 'string' && Object.hasOwn(OPERATORS, node.fn) ? OPERATORS[node.fn] : undefined;
    return operator ? this.make(operator, node.args ?? [], depth) : this.unsupported(node);
  }

  private call(node: MathNode, depth: number): Expression {
    const fn = node.fn as MathNode;
    const name = fn?.type === 'SymbolNode' ? (fn.name ?? '') : this.unsupported(fn);
    if (name === 'col') return this.namedColumn(node);
    if (!isFunctionName(name)) {
      const close = nearest(name, listFunctions());
      return this.reject(
        `unknown function '${name}'`,
        close ? `Did you mean '${close}'?` : `The functions are: ${listFunctions().join(', ')}.`,
      );
    }
    return this.make(name, node.args ?? [], depth);
  }

  private namedColumn(node: MathNode): Expression {
    const value = node.args?.length === 1 && node.args[0].type === 'ConstantNode' ? node.args[0].value : undefined;
    if (typeof value !== 'string' || value === '') {
      return this.reject('col() takes one column name in quotes', 'Write col("name").');
    }
    return { column: value };
  }

  private make(name: FunctionName, args: readonly (MathNode | undefined)[], depth: number): Expression {
    const [least, most] = functionArity(name);
    if (args.length < least || args.length > most) {
      const wanted =
        least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
      this.reject(
        `${name}() takes ${wanted} argument${wanted === '1' ? '' : 's'}, got ${args.length}`,
        'Check the brackets and commas.',
      );
    }
    return { call: name, args: args.map((arg) => this.read(arg as MathNode, depth + 1)) };
  }

  /** a < b < c is (a < b) and (b < c). */
  private chain(node: MathNode, depth: number): Expression {
    const params = node.params ?? [];
    // Each link is one more level of `and`, which a saved pipeline must be able to read again.
    if (params.length > MAX_NESTING) {
      this.reject(`chains more than ${MAX_NESTING} comparisons`, 'Split it into several named expressions.');
    }
    const operands = params.map((param) => this.read(param, depth + 1));
    const comparisons = (node.conditionals ?? []).map((fn, i): Expression => {
      const operator = Object.hasOwn(OPERATORS, fn) ? OPERATORS[fn] : undefined;
      return operator ? { call: operator, args: [operands[i], operands[i + 1]] } : this.unsupported(node);
    });
    return comparisons.reduce((all, next) => ({ call: 'and', args: [all, next] }));
  }
}

/** Names that reach into JavaScript objects elsewhere are refused even though nothing here looks them up. */
const isReserved = (name: string) =>
  name === '' || name.startsWith('__') || name === 'constructor' || name === 'prototype';

/** Names of the columns a formula reads, in order of appearance; constants that are no columns of `isColumn` are left out. */
export function columnsOf(expression: Expression, isColumn: (name: string) => boolean): string[] {
  const found = new Set<string>();
  const visit = (node: Expression): void => {
    if ('column' in node) {
      if (isColumn(node.column) || !Object.hasOwn(CONSTANTS, node.column)) found.add(node.column);
    } else if ('call' in node) node.args.forEach(visit);
  };
  visit(expression);
  return [...found];
}

/** The formula with `pi` and `e` as numbers wherever the table has no column of that name. */
export function withConstants(expression: Expression, isColumn: (name: string) => boolean): Expression {
  if ('call' in expression)
    return { call: expression.call, args: expression.args.map((arg) => withConstants(arg, isColumn)) };
  if ('column' in expression && !isColumn(expression.column) && Object.hasOwn(CONSTANTS, expression.column)) {
    return { number: CONSTANTS[expression.column] };
  }
  return expression;
}

/** Checks a formula read from a file; `ModelFormatError` when it is none. */
export function readExpression(value: unknown, label: string, depth = 0): Expression {
  const node = value as Partial<{ number: unknown; column: unknown; call: unknown; args: unknown }> | null;
  if (node !== null && typeof node === 'object' && depth <= 2 * MAX_NESTING) {
    if (node.number === null || (typeof node.number === 'number' && Number.isFinite(node.number)))
      return { number: node.number };
    if (typeof node.column === 'string') return { column: node.column };
    if (typeof node.call === 'string' && isFunctionName(node.call) && Array.isArray(node.args)) {
      const [least, most] = functionArity(node.call);
      if (node.args.length >= least && node.args.length <= most) {
        return { call: node.call, args: node.args.map((arg) => readExpression(arg, label, depth + 1)) };
      }
    }
  }
  throw new ModelFormatError(`preprocessing.json: the stored expression '${label}' is damaged`, {
    hint: 'Restore the file, or fit and save the pipeline again.',
    details: { part: 'expressions', expression: label },
  });
}
