/** The process that never trained anything: loads a saved model by the registry, predicts, and answers. */
import { pathToFileURL } from 'node:url';
import { FROM_SOURCES, ownModule } from '../../core/location.js';
import { loadModel } from '../../model/registry.js';
import { fromPlain, type PlainInput } from './plain-input.js';

export interface ReloadRequest {
  readonly id: number;
  readonly directory: string;
  readonly input: PlainInput;
  /** Path or address of a file whose import registers the class, where the library does not know it. */
  readonly module: string | undefined;
}

export interface ReloadAnswer {
  readonly id: number;
  /** Probabilities, or values. */
  readonly values?: Float32Array;
  readonly error?: string;
}

/** The built-in models; the entry point registers them, and from sources their list alone loads faster. */
const registered = import(ownModule(FROM_SOURCES ? 'builtin' : 'index').href).then((list) => list.registerBuiltins?.());

async function answer({ id, directory, input, module }: ReloadRequest): Promise<ReloadAnswer> {
  try {
    await registered;
    if (module !== undefined) await import(module.includes('://') ? module : pathToFileURL(module).href);
    const { probabilities, predictions } = await (await loadModel(directory)).predict(fromPlain(input));
    return { id, values: Float32Array.from(probabilities?.data ?? predictions) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

process.on('message', async (request: ReloadRequest) => process.send?.(await answer(request)));
