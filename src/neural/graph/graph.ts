/**
 * A model under construction as a graph of ONNX nodes. Every node's shapes are known when it is added; equal nodes are added once.
 * Operators with a gradient leave an entry on `tape`, which `gradients()` walks backwards.
 */
import { InvalidInputError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import type { OnnxAttribute } from '../../model/onnx/graph.js';
import { BATCH, printShape, type Shape, sizeOf } from './shape.js';

export type ElementType = 'float' | 'int64' | 'uint8' | 'bool';

/** What a node computes. `tracked`: it depends on a parameter, so that a gradient flows through it. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  tracked: boolean;
}

export interface GraphNode {
  op: string;
  domain: string;
  inputs: readonly (Value | undefined)[];
  outputs: readonly Value[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface GraphConstant {
  value: Value;
  data: ArrayLike<number>;
}

/** Draws a parameter's first values; equal on every platform. */
export type Initialiser = (random: Random, shape: Shape) => Float32Array;

/** A trained tensor: `size` values from `offset` of the flat vector that holds all parameters of the model. */
export interface Parameter {
  name: string;
  shape: Shape;
  size: number;
  offset: number;
  initialise: Initialiser;
  value: Value;
}

/** Gradients of the outputs (undefined: none flows) to gradients of the inputs, aligned with them. */
export type GradientRule = (outputs: readonly (Value | undefined)[]) => readonly (Value | undefined)[];

export interface TapeEntry {
  inputs: readonly (Value | undefined)[];
  outputs: readonly Value[];
  rule: GradientRule;
}

/** An input that the training loop fills with 0 and 1: 1 keeps a value, with probability 1 - rate. */
export interface DropoutMask {
  name: string;
  shape: Shape;
  rate: number;
}

/**
 * What the graph is for. Training: gradients, dropout, onnxruntime's own operators where they are faster. Evaluation: the same
 * numbers without dropout. Inference: standard operators only, any batch size.
 */
export type GraphPurpose = 'training' | 'evaluation' | 'inference';

export class Graph {
  /** Rows of a batch: a number, or `BATCH` in an inference graph. */
  readonly batch: number;
  readonly purpose: GraphPurpose;
  readonly nodes: GraphNode[] = [];
  readonly constants: GraphConstant[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: { name: string; value: Value }[] = [];
  readonly parameters: Parameter[] = [];
  readonly masks: DropoutMask[] = [];
  readonly tape: TapeEntry[] = [];
  private readonly known = new Map<string, readonly Value[]>();
  private readonly names = new Set<string>();
  private count = 0;

  /** @param batch - rows of a batch; leave it out for an inference graph. */
  constructor(purpose: GraphPurpose, batch: number = BATCH) {
    if (purpose === 'training' && batch === BATCH) {
      throw new InvalidInputError('a training graph needs a batch size', {
        hint: "Give one: new Graph('training', 256).",
      });
    }
    this.purpose = purpose;
    this.batch = batch;
  }

  input(name: string, shape: Shape, type: ElementType = 'float'): Value {
    const value = this.value(shape, type, this.unique(name));
    this.inputs.push(value);
    return value;
  }

  /** A tensor to be trained. Names are part of the file format of models: they must not change between releases. */
  parameter(name: string, shape: Shape, initialise: Initialiser): Value {
    const value = this.value(shape, 'float', this.unique(name));
    value.tracked = this.purpose === 'training';
    this.parameters.push({ name, shape, size: sizeOf(shape), offset: this.parameterCount, initialise, value });
    return value;
  }

  /** Length of the flat vector of all parameters. */
  get parameterCount(): number {
    const last = this.parameters.at(-1);
    return last ? last.offset + last.size : 0;
  }

  /** The flat vector of all parameters itself, an input of files that do not hold them. Ask for it once all parameters are there. */
  flatParameters(): Value {
    return this.value([this.parameterCount], 'float', 'parameters');
  }

  /** A mask of zeros and ones, of the training loop's drawing. */
  mask(shape: Shape, rate: number): Value {
    const name = `dropout_${this.masks.length}`;
    this.masks.push({ name, shape, rate });
    return this.input(name, shape, 'uint8');
  }

  output(name: string, value: Value): void {
    this.outputs.push({ name: this.unique(name), value });
  }

  constant(data: ArrayLike<number>, shape: Shape, type: ElementType = 'float'): Value {
    if (data.length !== sizeOf(shape)) {
      throw new InvalidInputError(`${data.length} constant values for shape ${printShape(shape)}`);
    }
    const key =
      data.length <= 64
        ? `${type} ${shape.join()}: ${Array.from(data, (x) => (Object.is(x, -0) ? '-0' : x)).join()}`
        : undefined;
    const before = key && this.known.get(key);
    if (before) return before[0];
    const value = this.value(shape, type);
    this.constants.push({ value, data });
    if (key) this.known.set(key, [value]);
    return value;
  }

  scalar(value: number): Value {
    return this.constant([value], []);
  }

  indices(values: readonly number[]): Value {
    return this.constant(values, [values.length], 'int64');
  }

  /** A node's outputs, one for each shape. The same operator on the same inputs is the same node. */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    shapes: readonly Shape[],
    options: NodeOptions = {},
  ): readonly Value[] {
    const { attributes = {}, domain = '', type = 'float' } = options;
    const key = `${domain}${op}(${inputs.map((input) => input?.name ?? '').join()})${JSON.stringify(attributes)}${shapes.length}`;
    const before = this.known.get(key);
    if (before) return before;
    for (const input of inputs) {
      if (input && input.graph !== this) throw new InvalidInputError(`${op}: a value of another graph`);
    }
    const outputs = shapes.map((shape) => this.value(shape, type));
    this.nodes.push({ op, domain, inputs, outputs, attributes });
    this.known.set(key, outputs);
    return outputs;
  }

  /** Says how a gradient flows from `outputs` to `inputs`; kept only where a parameter is behind one of the inputs. */
  differentiable(outputs: readonly Value[], inputs: readonly (Value | undefined)[], rule: GradientRule): void {
    if (!inputs.some((input) => input?.tracked) || outputs.every((output) => output.tracked)) return;
    for (const output of outputs) output.tracked = true;
    this.tape.push({ inputs, outputs, rule });
  }

  private value(shape: Shape, type: ElementType, name = `v${this.count++}`): Value {
    return { graph: this, name, type, shape, tracked: false };
  }

  private unique(name: string): string {
    if (this.names.has(name) || name === 'parameters' || /^v\d+$/.test(name)) {
      throw new InvalidInputError(`the graph already has a value named '${name}'`, {
        hint: 'Give each layer its own name.',
      });
    }
    this.names.add(name);
    return name;
  }
}

export interface NodeOptions {
  attributes?: GraphNode['attributes'];
  domain?: string;
  /** Of all outputs. */
  type?: ElementType;
}
