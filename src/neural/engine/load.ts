/** Finds the engine: onnxruntime-node, or onnxruntime-web where that is absent or does not load. Loaded on first use. */
import { EngineError, InvalidInputError, MissingDependencyError } from '../../core/errors.js';
import { resolveThreads } from '../../core/threads.js';
import type { Device, Engine, EngineName } from './engine.js';
import { nativeEngine } from './native.js';
import { webEngine } from './web.js';

export interface EngineOptions {
  /** Try this one first, or alone with `only`; default: onnxruntime-node. */
  preferred?: EngineName;
  /** Do not fall back to the other one; default false. */
  only?: boolean;
  /** Default `'auto'`: a CUDA device where onnxruntime-node has its provider, else the processor. */
  device?: Device;
  /** Threads of one session. Results do not depend on it. */
  threads?: number;
}

const ENGINES: EngineLoaders = { 'onnxruntime-node': nativeEngine, 'onnxruntime-web': webEngine };

const DEVICES: readonly Device[] = ['auto', 'cpu', 'webgpu', 'cuda'];

interface Failure {
  name: EngineName;
  error: EngineError | MissingDependencyError;
}

/**
 * @throws MissingDependencyError - neither package is installed
 * @throws EngineError            - a package is installed and does not load, or the device asked for does not work
 */
export function loadEngine(options: EngineOptions = {}): Promise<Engine> {
  return firstEngine(ENGINES, options);
}

export type EngineLoaders = Readonly<Record<EngineName, (device: Device, threads: number) => Promise<Engine>>>;

/** `loadEngine` with other loaders, for tests. */
export async function firstEngine(loaders: EngineLoaders, options: EngineOptions): Promise<Engine> {
  const { preferred = 'onnxruntime-node', only = false, device = 'auto' } = options;
  if (!Object.hasOwn(loaders, preferred)) {
    throw new InvalidInputError(`'${preferred}' is no engine`, {
      hint: `Give one of ${Object.keys(loaders).join(', ')}.`,
    });
  }
  if (!DEVICES.includes(device)) {
    throw new InvalidInputError(`'${device}' is no device`, { hint: `Give one of ${DEVICES.join(', ')}.` });
  }
  const threads = resolveThreads(options.threads);
  const other: EngineName = preferred === 'onnxruntime-node' ? 'onnxruntime-web' : 'onnxruntime-node';
  const failures: Failure[] = [];
  for (const name of only ? [preferred] : [preferred, other]) {
    try {
      const engine = await loaders[name](device, threads);
      return { ...engine, notice: notice(engine, failures) };
    } catch (error) {
      if (!(error instanceof MissingDependencyError || error instanceof EngineError)) throw error;
      failures.push({ name, error });
    }
  }
  throw combined(failures);
}

/** What was chosen instead of what, and why. */
function notice({ name, notice }: Engine, failures: readonly Failure[]): string {
  if (failures.length === 0) return notice;
  const [{ name: wanted, error }] = failures;
  const slower = name === 'onnxruntime-web' ? ', which is several times slower' : '';
  return `${error.message.replace(/\.$/, '')}: ${name} is used instead of ${wanted}${slower}.`;
}

function combined(failures: readonly Failure[]): Error {
  // What is broken says more than what is absent.
  const broken = failures.find(({ error }) => error instanceof EngineError);
  if (broken) return broken.error;
  return new MissingDependencyError(
    "neural models need 'onnxruntime-node' or 'onnxruntime-web'; neither is installed",
    {
      hint: 'npm install onnxruntime-node (or, where that does not install: npm install onnxruntime-web)',
      details: { packages: failures.map(({ name }) => name) },
      cause: failures[0].error,
    },
  );
}
