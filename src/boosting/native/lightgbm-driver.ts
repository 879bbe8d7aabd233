/** LightGBM's C interface (https://lightgbm.readthedocs.io/en/latest/C-API.html) behind `NativeBooster`, called by koffi. */
import type { KoffiFunc, LibraryHandle } from 'koffi';
import { check, type NativeBooster } from './booster.js';
import type { NativeJob, NativeRows } from './job.js';

const FLOAT32 = 0;
const FLOAT64 = 1;

type Handle = bigint;
/** Takes what its C declaration says and gives a status, or else a text. */
type Call<Result = number> = KoffiFunc<(...values: unknown[]) => Result>;

/** Every function used, declared once. */
function declare(lib: LibraryHandle) {
  const f = (declaration: string): Call => lib.func(declaration);
  return {
    lastError: lib.func('const char* LGBM_GetLastError()') as Call<string>,
    datasetCreate: f(
      'int LGBM_DatasetCreateFromMat(const void* data, int type, int32_t rows, int32_t cols, int rowMajor, const char* parameters, void* reference, _Out_ void** out)',
    ),
    datasetSetField: f(
      'int LGBM_DatasetSetField(void* dataset, const char* name, const void* data, int count, int type)',
    ),
    datasetFree: f('int LGBM_DatasetFree(void* dataset)'),
    boosterCreate: f('int LGBM_BoosterCreate(void* dataset, const char* parameters, _Out_ void** out)'),
    boosterAddValid: f('int LGBM_BoosterAddValidData(void* booster, void* dataset)'),
    boosterUpdate: f('int LGBM_BoosterUpdateOneIter(void* booster, _Out_ int* finished)'),
    evalCount: f('int LGBM_BoosterGetEvalCounts(void* booster, _Out_ int* count)'),
    evalNames: f(
      'int LGBM_BoosterGetEvalNames(void* booster, int length, _Out_ int* count, size_t size, _Out_ size_t* needed, void** names)',
    ),
    eval: f('int LGBM_BoosterGetEval(void* booster, int set, _Out_ int* count, _Out_ double* values)'),
    save: f(
      'int LGBM_BoosterSaveModelToString(void* booster, int start, int iterations, int importance, int64_t size, _Out_ int64_t* needed, _Out_ uint8_t* text)',
    ),
    boosterFree: f('int LGBM_BoosterFree(void* booster)'),
    networkInit: f('int LGBM_NetworkInit(const char* machines, int port, int timeOut, int count)'),
    networkFree: f('int LGBM_NetworkFree()'),
  };
}

const NAME_BYTES = 256;

/** Binds to the cluster, makes the data sets and the booster. `device` goes with the parameters. */
export function createLightGBM(lib: LibraryHandle, job: NativeJob, device: string): NativeBooster {
  const api = declare(lib);
  const call = (status: number) => check('LightGBM', status, () => api.lastError());
  const parameters = Object.entries({ ...job.parameters, device_type: device })
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
  const datasets: Handle[] = [];
  let booster: Handle | undefined;
  let connected = false;
  const free = () => {
    if (booster !== undefined) api.boosterFree(booster);
    for (const dataset of datasets) api.datasetFree(dataset);
    if (connected) api.networkFree();
    booster = undefined;
    datasets.length = 0;
    connected = false;
  };
  const dataset = (rows: NativeRows, reference: Handle | null): Handle => {
    const out: [Handle | null] = [null];
    const count = rows.y.length;
    call(api.datasetCreate(rows.data, FLOAT32, count, rows.cols, 1, parameters, reference, out));
    const handle = out[0] as Handle;
    datasets.push(handle);
    call(api.datasetSetField(handle, 'label', rows.y, count, FLOAT32));
    if (rows.weights) call(api.datasetSetField(handle, 'weight', rows.weights, count, FLOAT32));
    if (rows.initScore) {
      const scores = byOutput(rows.initScore, job.outputs);
      call(api.datasetSetField(handle, 'init_score', scores, scores.length, FLOAT64));
    }
    return handle;
  };
  try {
    if (job.network?.library === 'lightgbm') {
      const { machines, localListenPort, timeOut, numMachines } = job.network;
      call(api.networkInit(machines, localListenPort, timeOut, numMachines));
      connected = true;
    }
    const train = dataset(job.train, null);
    const out: [Handle | null] = [null];
    call(api.boosterCreate(train, parameters, out));
    const made = (booster = out[0] as Handle);
    for (const [, rows] of job.evalSets) call(api.boosterAddValid(made, dataset(rows, train)));
    const metrics = evalNames(api, made, call);
    const values = new Float64Array(Math.max(metrics.length, 1));
    return {
      metrics,
      update(iteration) {
        const finished = [0];
        call(api.boosterUpdate(made, finished));
        // The first iteration always leaves a tree, if only a constant one.
        return finished[0] === 0 || iteration === 0;
      },
      evaluate: () =>
        Array.from({ length: job.evalSets.length + 1 }, (_, set) => {
          call(api.eval(made, set, [0], values));
          return Array.from(values.subarray(0, metrics.length));
        }),
      model(iterations) {
        const needed: [number | bigint] = [0];
        call(api.save(made, 0, iterations, 0, 0, needed, null));
        const text = new Uint8Array(Number(needed[0]));
        call(api.save(made, 0, iterations, 0, text.length, needed, text));
        // Ends in a zero byte.
        return text.subarray(0, text.length - 1);
      },
      notices: () => [],
      free,
    };
  } catch (error) {
    free();
    throw error;
  }
}

function evalNames(api: ReturnType<typeof declare>, booster: Handle, call: (status: number) => void): string[] {
  const count = [0];
  call(api.evalCount(booster, count));
  const buffers = Array.from({ length: count[0] }, () => new Uint8Array(NAME_BYTES));
  if (buffers.length === 0) return [];
  call(api.evalNames(booster, buffers.length, [0], NAME_BYTES, [0], buffers));
  return buffers.map((bytes) => new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
}

/** LightGBM wants the scores of the first output for all rows, then those of the second, ... */
function byOutput(scores: Float64Array, outputs: number): Float64Array {
  const rows = scores.length / outputs;
  const out = new Float64Array(scores.length);
  for (let i = 0; i < rows; i++) for (let k = 0; k < outputs; k++) out[k * rows + i] = scores[i * outputs + k];
  return out;
}
