/** onnxruntime-web: the same graphs in WebAssembly, on the processor. */
import { EngineError } from '../../core/errors.js';
import { loadOptional } from '../../core/optional.js';
import type { Device, Engine } from './engine.js';
import { messageOf, openSession, type Runtime } from './session.js';

const NAME = 'onnxruntime-web';

export async function webEngine(device: Device, threads: number): Promise<Engine> {
  if (device === 'cuda' || device === 'webgpu') {
    throw new EngineError(`${NAME} has no ${device} device in Node`, {
      hint: "Use device: 'cpu' or 'auto', or npm install onnxruntime-node.",
    });
  }
  const runtime = await load(threads);
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel: 3 };
  return { name: NAME, device: 'cpu', notice: '', createSession: (model) => openSession(runtime, model, options) };
}

async function load(threads: number): Promise<Runtime> {
  try {
    const module = await loadOptional(NAME, 'neural models', () => import('onnxruntime-web'));
    // Read when the first session of the process (or worker thread) is made.
    module.env.wasm.numThreads = threads;
    return module as unknown as Runtime;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'MissingDependencyError') throw cause;
    throw new EngineError(`${NAME} is installed but does not load: ${messageOf(cause)}`, {
      hint: `Install it again: npm install ${NAME}.`,
      cause,
    });
  }
}
