/** onnxruntime's JavaScript interface, the same in both packages, behind `EngineSession`. https://onnxruntime.ai/docs/api/js */
import { InvalidInputError, ModelFormatError, TrainingFailedError } from '../../core/errors.js';
import type { EngineSession, EngineTensor } from './engine.js';

/** The part of onnxruntime-common that is used. */
export interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<RuntimeSession> };
  Tensor: new (type: string, data: EngineTensor['data'], dims: readonly number[]) => unknown;
}

interface RuntimeSession {
  readonly inputNames: readonly string[];
  run(feeds: object): Promise<Readonly<Record<string, { data: unknown; dims: readonly number[] }>>>;
  release(): Promise<void>;
}

export async function openSession(runtime: Runtime, model: Uint8Array, options: object): Promise<EngineSession> {
  let session: RuntimeSession;
  try {
    session = await runtime.InferenceSession.create(model, options);
  } catch (cause) {
    throw new ModelFormatError(`The engine cannot open the ONNX file: ${messageOf(cause)}`, {
      hint: 'The file is damaged, or uses operators that this engine does not have. Save or export the model again.',
      cause,
    });
  }
  return {
    run: (feeds) => run(runtime, session, feeds),
    dispose: () => session.release(),
  };
}

async function run(
  runtime: Runtime,
  session: RuntimeSession,
  feeds: Readonly<Record<string, EngineTensor>>,
): Promise<Record<string, EngineTensor>> {
  const missing = session.inputNames.find((name) => !(name in feeds));
  if (missing !== undefined) throw new InvalidInputError(`the graph's input '${missing}' was not given`);
  const tensors = Object.fromEntries(
    session.inputNames.map((name) => {
      const { data, dims } = feeds[name];
      return [name, new runtime.Tensor(typeOf(data), data, dims)];
    }),
  );
  try {
    const outputs = await session.run(tensors);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [name, { data: data as EngineTensor['data'], dims }]),
    );
  } catch (cause) {
    throw new TrainingFailedError(`The engine could not run the graph: ${messageOf(cause)}`, {
      hint: 'Check the shapes of the inputs, and that there is enough memory for a batch.',
      cause,
    });
  }
}

function typeOf(data: EngineTensor['data']): string {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof BigInt64Array ? 'int64' : 'uint8';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
