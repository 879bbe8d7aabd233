/** onnxruntime-node: native code, the processor or a CUDA or WebGPU device. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EngineError } from '../../core/errors.js';
import { loadOptional } from '../../core/optional.js';
import type { Device, Engine } from './engine.js';
import { probe } from './probe.js';
import { messageOf, openSession, type Runtime } from './session.js';

const NAME = 'onnxruntime-node';

export async function nativeEngine(device: Device, threads: number): Promise<Engine> {
  const runtime = await load();
  const chosen = device === 'auto' ? (hasCuda() ? 'cuda' : 'cpu') : device;
  const open = (model: Uint8Array, provider: string) => openSession(runtime, model, sessionOptions(provider, threads));
  if (chosen !== 'cpu') {
    try {
      await (await open(probe(), chosen)).dispose();
    } catch (cause) {
      if (device === 'auto') {
        const notice = `The CUDA device of ${NAME} does not work (${messageOf(cause)}): the processor is used.`;
        return { name: NAME, device: 'cpu', notice, createSession: (model) => open(model, 'cpu') };
      }
      throw new EngineError(`${NAME} has no working ${device} device: ${messageOf(cause)}`, {
        hint: `Use device: 'cpu' or 'auto', or install the drivers and libraries that ${NAME} needs for ${device}.`,
        cause,
      });
    }
  }
  const notice = device === 'auto' && chosen === 'cuda' ? `${NAME} has a CUDA device: it is used.` : '';
  return { name: NAME, device: chosen, notice, createSession: (model) => open(model, chosen) };
}

async function load(): Promise<Runtime> {
  try {
    const module = await loadOptional(NAME, 'neural models', () => import('onnxruntime-node'));
    return (module.default ?? module) as unknown as Runtime;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'MissingDependencyError') throw cause;
    throw new EngineError(`${NAME} is installed but does not load: ${messageOf(cause)}`, {
      hint: `Install it again (npm install ${NAME}), or npm install onnxruntime-web.`,
      cause,
    });
  }
}

function sessionOptions(provider: string, threads: number): object {
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // A plan of all activations is one block beside what the first run took: a third to a half more memory at the peak, for no less time.
    enableMemPattern: false,
    // Errors only: what is worth saying comes back as an exception.
    logSeverityLevel: 3,
  };
}

/** Whether the CUDA provider lies beside the native library; asking onnxruntime itself would print an error where it does not. */
function hasCuda(): boolean {
  const bin = join(dirname(createRequire(import.meta.url).resolve(`${NAME}/package.json`)), 'bin');
  if (!existsSync(bin)) return false;
  return readdirSync(bin).some((version) =>
    ['libonnxruntime_providers_cuda.so', 'onnxruntime_providers_cuda.dll'].some((file) =>
      existsSync(join(bin, version, process.platform, process.arch, file)),
    ),
  );
}
