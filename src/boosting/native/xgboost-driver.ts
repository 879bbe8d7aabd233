/** XGBoost's C interface (https://xgboost.readthedocs.io/en/stable/dev/group__Library.html) behind `NativeBooster`, called by koffi. */
import koffi, { type KoffiFunc, type LibraryHandle } from 'koffi';
import { TrainingFailedError } from '../../core/errors.js';
import { check, type NativeBooster } from './booster.js';
import type { NativeJob, NativeRows } from './job.js';

type Handle = bigint;
/** Takes what its C declaration says and gives a status, or else a text. */
type Call<Result = number> = KoffiFunc<(...values: unknown[]) => Result>;

/** Every function used, declared once. */
function declare(lib: LibraryHandle) {
  const f = (declaration: string): Call => lib.func(declaration);
  return {
    lastError: lib.func('const char* XGBGetLastError()') as Call<string>,
    buildInfo: f('int XGBuildInfo(_Out_ const char** json)'),
    matrixCreate: f(
      'int XGDMatrixCreateFromMat(const void* data, uint64_t rows, uint64_t cols, float missing, _Out_ void** out)',
    ),
    matrixSetFloats: f('int XGDMatrixSetFloatInfo(void* matrix, const char* name, const void* values, uint64_t count)'),
    matrixSetStrings: f(
      'int XGDMatrixSetStrFeatureInfo(void* matrix, const char* name, const char** values, uint64_t count)',
    ),
    matrixFree: f('int XGDMatrixFree(void* matrix)'),
    boosterCreate: f('int XGBoosterCreate(const void** matrices, uint64_t count, _Out_ void** out)'),
    setParameter: f('int XGBoosterSetParam(void* booster, const char* name, const char* value)'),
    update: f('int XGBoosterUpdateOneIter(void* booster, int iteration, void* matrix)'),
    evaluate: f(
      'int XGBoosterEvalOneIter(void* booster, int iteration, const void** matrices, const char** names, uint64_t count, _Out_ const char** text)',
    ),
    save: f(
      'int XGBoosterSaveModelToBuffer(void* booster, const char* config, _Out_ uint64_t* size, _Out_ void** bytes)',
    ),
    saveConfig: f('int XGBoosterSaveJsonConfig(void* booster, _Out_ uint64_t* size, _Out_ const char** json)'),
    boosterFree: f('int XGBoosterFree(void* booster)'),
    communicatorInit: f('int XGCommunicatorInit(const char* json)'),
    communicatorFinalize: f('int XGCommunicatorFinalize()'),
  };
}

type Api = ReturnType<typeof declare>;

/** Joins the cluster, makes the matrices and the booster. `device` goes with the parameters. */
export function createXGBoost(lib: LibraryHandle, job: NativeJob, device: string): NativeBooster {
  const api = declare(lib);
  const call = (status: number) => check('XGBoost', status, () => api.lastError());
  if (device !== 'cpu') requireCuda(api, call);
  const matrices: Handle[] = [];
  let booster: Handle | undefined;
  let connected = false;
  const free = () => {
    if (booster !== undefined) api.boosterFree(booster);
    for (const matrix of matrices) api.matrixFree(matrix);
    if (connected) api.communicatorFinalize();
    booster = undefined;
    matrices.length = 0;
    connected = false;
  };
  try {
    if (job.network?.library === 'xgboost') {
      call(api.communicatorInit(JSON.stringify(job.network.arguments)));
      connected = true;
    }
    for (const rows of [job.train, ...job.evalSets.map(([, set]) => set)]) {
      matrices.push(createMatrix(api, call, rows, job.featureTypes));
    }
    const out: [Handle | null] = [null];
    call(api.boosterCreate(matrices, matrices.length, out));
    const made = (booster = out[0] as Handle);
    for (const [name, value] of Object.entries({ ...job.parameters, device })) {
      for (const one of name === 'eval_metric' ? value.split(',') : [value]) call(api.setParameter(made, name, one));
    }
    // The sets by number: their own names may hold what separates names from values.
    const names = matrices.map((_, set) => String(set));
    const evaluateAll = (iteration: number) => {
      const text: [string] = [''];
      call(api.evaluate(made, iteration, matrices, names, names.length, text));
      return readEvaluation(text[0], names.length);
    };
    // Before the first iteration the values are those of the base score; the names are final.
    const metrics = evaluateAll(0)[0].map(([name]) => name);
    return {
      metrics,
      update(iteration) {
        call(api.update(made, iteration, matrices[0]));
        return true;
      },
      evaluate: (iteration) => evaluateAll(iteration).map((set) => set.map(([, value]) => value)),
      model: () => {
        const size: [number | bigint] = [0];
        const bytes: [Handle | null] = [null];
        call(api.save(made, '{"format":"ubj"}', size, bytes));
        // A copy: the library keeps the buffer for its next call.
        return new Uint8Array(koffi.view(bytes[0], Number(size[0]))).slice();
      },
      notices: () => (device === 'cpu' ? [] : deviceNotices(api, call, made, device)),
      free,
    };
  } catch (error) {
    free();
    throw error;
  }
}

function createMatrix(
  api: Api,
  call: (status: number) => void,
  rows: NativeRows,
  featureTypes: readonly string[] | undefined,
): Handle {
  const out: [Handle | null] = [null];
  call(api.matrixCreate(rows.data, rows.y.length, rows.cols, Number.NaN, out));
  const matrix = out[0] as Handle;
  try {
    call(api.matrixSetFloats(matrix, 'label', rows.y, rows.y.length));
    if (rows.weights) call(api.matrixSetFloats(matrix, 'weight', rows.weights, rows.weights.length));
    if (rows.initScore) {
      const margin = Float32Array.from(rows.initScore);
      call(api.matrixSetFloats(matrix, 'base_margin', margin, margin.length));
    }
    if (featureTypes) call(api.matrixSetStrings(matrix, 'feature_type', featureTypes, featureTypes.length));
    return matrix;
  } catch (error) {
    api.matrixFree(matrix);
    throw error;
  }
}

/** `[3]\t0-logloss:0.42\t0-auc:0.9\t1-logloss:...`: a list of name and value for each set. */
export function readEvaluation(text: string, sets: number): [name: string, value: number][][] {
  const result = Array.from({ length: sets }, (): [string, number][] => []);
  for (const item of text.split('\t').slice(1)) {
    const match = /^(\d+)-(.*):([^:]*)$/.exec(item.trim());
    if (match) result[Number(match[1])]?.push([match[2], readNumber(match[3])]);
  }
  return result;
}

function readNumber(text: string): number {
  if (/^-?nan$/i.test(text)) return Number.NaN;
  if (/^-?inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/** A build without CUDA would train on the processor and only print so. */
function requireCuda(api: Api, call: (status: number) => void): void {
  const json: [string] = [''];
  call(api.buildInfo(json));
  if ((JSON.parse(json[0]) as { USE_CUDA?: boolean }).USE_CUDA) return;
  throw new TrainingFailedError('XGBoost: this build of the library has no CUDA', {
    hint: 'Install the xgboost wheel for CUDA (pip install xgboost), or train with device: "cpu" or "auto".',
    details: { library: 'XGBoost' },
  });
}

/** What the library made of the device that it was given. */
function deviceNotices(api: Api, call: (status: number) => void, booster: Handle, device: string): string[] {
  const json: [string] = [''];
  call(api.saveConfig(booster, [0], json));
  const config = JSON.parse(json[0]) as { learner?: { generic_param?: { device?: string } } };
  const used = config.learner?.generic_param?.device ?? device;
  return used.startsWith('cpu') ? [`xgboost: there is no usable GPU for device '${device}': trained on the cpu`] : [];
}
