/** What the neural models need of a program that runs ONNX files. */

export type EngineName = 'onnxruntime-node' | 'onnxruntime-web';
export type Device = 'auto' | 'cpu' | 'webgpu' | 'cuda';

export interface EngineTensor {
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
  dims: readonly number[];
}

export interface EngineSession {
  /** Inputs by name to outputs by name. The outputs are the caller's. One run at a time. */
  run(feeds: Readonly<Record<string, EngineTensor>>): Promise<Record<string, EngineTensor>>;
  dispose(): Promise<void>;
}

export interface Engine {
  readonly name: EngineName;
  readonly device: Exclude<Device, 'auto'>;
  /** What was chosen and why, one sentence; empty where it is what was asked for. */
  readonly notice: string;
  /** @throws ModelFormatError - bytes that are no ONNX file, or one that the engine cannot run */
  createSession(model: Uint8Array): Promise<EngineSession>;
}
