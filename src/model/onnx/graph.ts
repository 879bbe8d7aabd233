/** An ONNX graph under construction: nodes of standard operators, each called by what it computes. https://onnx.ai/onnx/operators */

export const ELEMENT_TYPES = { float: 1, uint8: 2, int64: 7, bool: 9, double: 11 } as const;
/** Element type of a tensor. */
export type OnnxElementType = keyof typeof ELEMENT_TYPES;

/** Constant values; `dims` empty is a scalar. */
export interface OnnxTensor {
  type: Exclude<OnnxElementType, 'bool'>;
  dims: readonly number[];
  /** Of int64 beyond 2^53, a BigInt64Array. */
  values: ArrayLike<number> | BigInt64Array;
}

/** A node's attribute. A plain number does not say whether it is an integer, so the kind is part of it. */
export type OnnxAttribute =
  | { int: number }
  | { float: number }
  | { ints: ArrayLike<number> | BigInt64Array }
  | { floats: ArrayLike<number> }
  | { string: string }
  | { strings: readonly string[] }
  | { tensor: OnnxTensor };

/** A node of a graph. */
export interface OnnxNode {
  op: string;
  /** Empty for ONNX's own operators; 'ai.onnx.ml' for the classical ones; 'com.microsoft' for onnxruntime's own. */
  domain: string;
  /** An input left out is an empty name. */
  inputs: readonly string[];
  output: string;
  /** Outputs after the first one; one left out is an empty name. */
  otherOutputs?: readonly string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** Name, element type and dimensions of a graph's input or output; a dimension given by name may have any size. */
export interface OnnxValue {
  name: string;
  type: OnnxElementType;
  dims: readonly (number | string)[];
}

export const ML_DOMAIN = 'ai.onnx.ml';
/** Operators that only onnxruntime has; no file for users holds any. */
export const RUNTIME_DOMAIN = 'com.microsoft';

/** Collects nodes and constants; a value is known by the name that the call that made it returned. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: { name: string; tensor: OnnxTensor }[] = [];
  /** Version of `ai.onnx.ml` that the nodes need: 3, or 5 for trees that split on sets of categories. */
  mlVersion: 3 | 5 = 3;

  /** Adds a node with one output and returns the output's name. */
  node(op: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}, output?: string): string {
    return this.push('', op, inputs, attributes, output);
  }

  /** The same for an operator of `ai.onnx.ml`. */
  mlNode(op: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    return this.push(ML_DOMAIN, op, inputs, attributes);
  }

  /** Adds a constant and returns its name; so do the two below. */
  constant(tensor: OnnxTensor): string {
    const name = `constant_${this.constants.length}`;
    this.constants.push({ name, tensor });
    return name;
  }

  /** A constant of no dimension. */
  scalar(type: OnnxTensor['type'], value: number): string {
    return this.constant({ type, dims: [], values: [value] });
  }

  /** (n,) vector of constants. */
  vector(type: OnnxTensor['type'], values: OnnxTensor['values']): string {
    return this.constant({ type, dims: [values.length], values });
  }

  /** The value as another element type. */
  cast(value: string, to: OnnxElementType, output?: string): string {
    return this.node('Cast', [value], { to: { int: ELEMENT_TYPES[to] } }, output);
  }

  private push(
    domain: string,
    op: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'],
    output = `${op}_${this.nodes.length}`,
  ): string {
    this.nodes.push({ op, domain, inputs, output, attributes });
    return output;
  }
}
