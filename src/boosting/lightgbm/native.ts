/** LightGBM's own library in place of the engine: the settings as its parameters, its model text as our model. */
import type { FitContext, FitData, FitResult } from '../../model/types.js';
import { devicesToTry } from '../native/config.js';
import type { NativeNetwork } from '../native/job.js';
import { trainNative } from '../native/train.js';
import { nativeName, type ParameterName } from './aliases.js';
import type { LightGBMSettings } from './config.js';
import { fileParameters } from './file-parameters.js';
import type { LightGBMFile } from './format.js';
import { parseModel } from './format-reader.js';
import type { FileObjective } from './objective.js';

const DEFAULT_PORT = 12400;
/** Minutes, LightGBM's default. */
const DEFAULT_TIME_OUT = 120;

/** What the loop here does itself, or what has no meaning to LightGBM. */
const OURS = /^early_stopping|^checkpoint/;

export async function trainWithLightGBM(
  data: FitData,
  config: LightGBMSettings,
  objective: FileObjective,
  context: FitContext,
): Promise<{ file: LightGBMFile; result: FitResult }> {
  const { earlyStoppingSet, earlyStoppingRounds, earlyStoppingMinDelta } = config;
  const { earlyStoppingMetric } = config as { earlyStoppingMetric?: string };
  const { model, result } = await trainNative(
    data,
    {
      library: 'lightgbm',
      nativeLibrary: config.nativeLibrary,
      outputs: objective.numClass,
      parameters: parametersOf(config, objective, context),
      rounds: config.numIterations,
      stopping: {
        set: earlyStoppingSet,
        metric: earlyStoppingMetric,
        onAny: config.firstMetricOnly === false,
        rounds: earlyStoppingRounds,
        minDelta: earlyStoppingMinDelta,
      },
      devices: devicesToTry(config.engine, config.deviceType, ['cuda', 'gpu']),
      network: networkOf(config),
    },
    context,
  );
  return { file: parseModel(new TextDecoder().decode(model)), result };
}

/** The same data, parameters and seed give the same model on one machine. Columns that are named by number stay numbers. */
function parametersOf(
  config: LightGBMSettings,
  objective: FileObjective,
  { seed, threads }: FitContext,
): Record<string, string> {
  const parameters: Record<string, string> = { deterministic: 'true', force_col_wise: 'true' };
  for (const [name, value] of Object.entries(fileParameters(config, objective))) {
    if (!OURS.test(name) && value !== '') parameters[name] = value.replaceAll(/\s/g, '');
  }
  // The library wants words where its files have 0 and 1.
  for (const [name, value] of Object.entries(config)) {
    const native = nativeName(name as ParameterName);
    if (typeof value === 'boolean' && native in parameters) parameters[native] = String(value);
  }
  Object.assign(parameters, {
    seed: String(seed),
    num_threads: String(threads),
    verbosity: '-1',
    is_provide_training_metric: 'true',
  });
  if (config.machines !== undefined) {
    Object.assign(parameters, {
      machines: config.machines,
      num_machines: String(machineCount(config)),
      local_listen_port: String(config.localListenPort ?? DEFAULT_PORT),
      time_out: String(config.timeOut ?? DEFAULT_TIME_OUT),
      tree_learner: config.treeLearner ?? 'data',
      pre_partition: 'true',
    });
  } else if (config.treeLearner) parameters.tree_learner = config.treeLearner;
  for (const [name, value] of Object.entries(config.nativeParameters ?? {})) parameters[name] = String(value);
  return parameters;
}

function networkOf(config: LightGBMSettings): NativeNetwork | undefined {
  const { machines, localListenPort = DEFAULT_PORT, timeOut = DEFAULT_TIME_OUT } = config;
  if (machines === undefined) return undefined;
  return { library: 'lightgbm', machines, localListenPort, timeOut, numMachines: machineCount(config) };
}

const machineCount = ({ machines, numMachines }: LightGBMSettings): number =>
  numMachines ?? (machines ?? '').split(',').filter((entry) => entry !== '').length;
