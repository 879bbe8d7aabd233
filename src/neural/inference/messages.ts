/** What the host of sessions and its worker say to each other. */
import type { SerializedError } from '../../kernels/error-transfer.js';
import type { Device, EngineName, EngineTensor } from '../engine/engine.js';

export interface SessionOptions {
  readonly engine?: EngineName;
  readonly device: Device;
  readonly threads: number;
}

/** Windows to predict, raw; `base` is shared memory or small. */
export interface PredictRequest {
  readonly base: Float32Array;
  readonly channels: number;
  readonly ends: Uint32Array;
  readonly length: number;
  readonly features?: { readonly data: Float32Array; readonly columns: number };
  /** Name and columns of the output. */
  readonly output: string;
  readonly width: number;
}

export type Request =
  | { readonly kind: 'open'; readonly session: number; readonly file: Uint8Array; readonly options: SessionOptions }
  | { readonly kind: 'predict'; readonly session: number; readonly request: PredictRequest }
  | { readonly kind: 'run'; readonly session: number; readonly feeds: Readonly<Record<string, EngineTensor>> }
  | { readonly kind: 'close'; readonly session: number };

export type Asked = Request & { readonly id: number };

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: SerializedError;
}
