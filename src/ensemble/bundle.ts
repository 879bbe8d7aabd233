/** Models inside a saved ensemble: metadata in its state, files under a prefix each. */
import { ModelFormatError } from '../core/errors.js';
import { type BaseModel, restoreModel } from '../model/base-model.js';
import { type ModelMetadata, parseInnerMetadata } from '../model/bundle.js';
import { ModelRegistry } from '../model/registry.js';
import type { ModelPayload, Task } from '../model/types.js';

export type Files = Readonly<Record<string, Uint8Array>>;

/** Collects the parts of several models. */
export class BundleWriter {
  readonly files: Record<string, string | Uint8Array> = {};

  /** Adds a model's files under `prefix` and returns its metadata. */
  async add(model: BaseModel, prefix: string): Promise<ModelMetadata> {
    const { metadata, files } = await model.toBundle();
    for (const [name, content] of Object.entries(files as ModelPayload['files']))
      this.files[`${prefix}.${name}`] = content;
    return metadata;
  }
}

/** The model that was added under `prefix`. @throws ModelFormatError - damaged parts, another task */
export async function readModel(
  metadata: unknown,
  files: Files,
  prefix: string,
  task: Task,
  what: string,
): Promise<BaseModel> {
  if (!metadata || typeof metadata !== 'object') throw misfit(what, 'the model is missing');
  const inner = parseInnerMetadata(metadata, what);
  if (inner.task !== task) throw misfit(what, `its task is ${inner.task}, the ensemble's is ${task}`);
  if (!ModelRegistry.has(inner.name)) throw misfit(what, `no model '${inner.name}' is registered`);
  const start = `${prefix}.`;
  const own = Object.entries(files).filter(([name]) => name.startsWith(start));
  return restoreModel(
    await ModelRegistry.get(inner.name),
    inner,
    Object.fromEntries(own.map(([name, content]) => [name.slice(start.length), content])),
  );
}

export function misfit(what: string, problem: string): ModelFormatError {
  return new ModelFormatError(`${what} of a saved ensemble cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
  });
}
