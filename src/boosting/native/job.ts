/** What a training by the user's own library is told, and what it answers: plain data that crosses to its worker thread. */
import type { SerializedError } from '../../kernels/error-transfer.js';

export type NativeLibraryName = 'lightgbm' | 'xgboost';

/** Rows in shared memory. */
export interface NativeRows {
  /** (rows * cols), row by row, NaN where a value is missing. */
  data: Float32Array;
  cols: number;
  /** (rows,) class index or value. */
  y: Float32Array;
  weights?: Float32Array;
  /** (rows * outputs), row by row: scores to start from. */
  initScore?: Float64Array;
}

/** Early stopping as the loop here does it, the same for every library. */
export interface NativeStopping {
  set: string;
  /** A name of the library's; undefined: its first. */
  metric?: string;
  /** Stop as soon as any metric of the set has not improved for so long. Default false. */
  onAny?: boolean;
  rounds: number;
  minDelta: number;
}

/** How this process joins others that train the same model on their own rows. */
export type NativeNetwork =
  | { library: 'lightgbm'; machines: string; localListenPort: number; timeOut: number; numMachines: number }
  | { library: 'xgboost'; arguments: Readonly<Record<string, string | number>> };

export interface NativeJob {
  library: NativeLibraryName;
  /** File of the shared library. */
  path: string;
  train: NativeRows;
  /** In the order in which they are evaluated. */
  evalSets: readonly (readonly [name: string, rows: NativeRows])[];
  /** Scores a row. */
  outputs: number;
  /** The library's own names; values as text. */
  parameters: Readonly<Record<string, string>>;
  /** XGBoost's kind of each column ('q', 'c', ...), where not all are numbers. */
  featureTypes?: readonly string[];
  rounds: number;
  stopping?: NativeStopping;
  /** Devices to try, the best first; later ones are fallbacks. */
  devices: readonly string[];
  network?: NativeNetwork;
}

export interface NativeResult {
  /** The library's own model file: LightGBM's text, XGBoost's UBJSON. With early stopping it may hold later iterations too. */
  model: Uint8Array;
  /** Metric names, the same for every set. */
  metrics: string[];
  /** (iterations) values of the first metric on the training rows. */
  trainLoss: number[];
  /** A set and a metric each: values after every iteration. */
  evaluations: { set: string; metric: string; values: number[] }[];
  /** 1-based; the last without early stopping. */
  bestIteration: number;
  stoppedEarly: boolean;
  /** The one of `devices` that trained. */
  device: string;
  notices: string[];
}

/** Worker to caller. */
export type NativeMessage =
  | { kind: 'progress'; step: number; trainLoss: number; valLoss: number }
  | { kind: 'done'; result: NativeResult }
  | { kind: 'failed'; error: SerializedError };

/** Given to the worker at its start. */
export interface NativeWorkerData {
  job: NativeJob;
  /** Int32Array(1): not 0 once the caller has cancelled. */
  control: SharedArrayBuffer;
}
