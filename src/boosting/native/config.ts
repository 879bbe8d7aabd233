/** Settings that choose who trains: the library's own kernels here, or the user's LightGBM or XGBoost. Shared by both models' configs. */
import type { ZodModule } from '../../core/schema.js';

/** Who trains. */
export type EngineName = 'wasm' | 'native' | 'auto';

export interface NativeEngineParameters {
  /**
   * `'wasm'`: this library. `'native'`: the original library, found by `nativeLibrary`, HOLDFAST_LIGHTGBM or HOLDFAST_XGBOOST, or in a
   * Python installation; needs the package koffi. `'auto'`: the original on a GPU where there is one, else this library, with a notice in
   * the warnings. Default: `'native'` for a GPU or a cluster, `'auto'` for the device `'auto'`, else `'wasm'`.
   */
  engine?: EngineName;
  /** File of the shared library (lib_lightgbm.so, libxgboost.so, ...). */
  nativeLibrary?: string;
  /** More parameters for the original library, under its own names, such as `{ gpu_device_id: 1 }`; they win over all others. */
  nativeParameters?: Readonly<Record<string, string | number | boolean>>;
}

export const NATIVE_ALIASES = {
  engine: [],
  nativeLibrary: ['native_library'],
  nativeParameters: ['native_parameters'],
} as const;

export function nativeSchemas(z: ZodModule) {
  return {
    engine: z.enum(['wasm', 'native', 'auto']).optional(),
    nativeLibrary: z.string().min(1).optional(),
    nativeParameters: z
      .record(z.string().regex(/^[^\s=]+$/), z.union([z.string().regex(/^\S*$/), z.number(), z.boolean()]))
      .optional(),
  };
}

/** Whether a device name asks for more than the processor. */
export const isGpu = (device: string | undefined): boolean =>
  device !== undefined && device !== 'cpu' && device !== 'auto';

/**
 * The engine for what was given; `report` is told of what only the original library can do.
 * @param device - as given: 'cpu', 'auto' or a GPU
 * @param clusterKey - name of a setting for training in a cluster, if one was given
 */
export function settleEngine(
  given: NativeEngineParameters,
  device: string | undefined,
  clusterKey: string | undefined,
  report: (key: string, message: string) => void,
): EngineName {
  const needed = isGpu(device)
    ? (['device', `is '${device}'`] as const)
    : clusterKey
      ? ([clusterKey, 'is for training in a cluster'] as const)
      : undefined;
  const engine = given.engine ?? (needed ? 'native' : device === 'auto' ? 'auto' : 'wasm');
  if (needed && engine !== 'native') {
    report(needed[0], `${needed[1]}, which needs engine: 'native' (it is '${engine}')`);
  }
  for (const key of ['nativeLibrary', 'nativeParameters'] as const) {
    if (given[key] !== undefined && engine === 'wasm') report(key, "is for engine: 'native' (it is 'wasm')");
  }
  return engine;
}

/** Devices to try, the best first. */
export function devicesToTry(engine: EngineName, device: string | undefined, gpus: readonly string[]): string[] {
  if (engine === 'auto') return [...gpus];
  if (device === 'auto') return [...gpus, 'cpu'];
  return [device ?? 'cpu'];
}
