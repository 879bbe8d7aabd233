/** Whether two processes have the very same model. */
import { canonicalJson, sha256 } from '../core/hash.js';
import type { BaseModel } from '../model/base-model.js';

/** Of all that `save` would write. */
export async function modelChecksum(model: BaseModel): Promise<string> {
  const { metadata, files } = await model.toBundle();
  const parts = Object.entries(files).map(([name, content]) => [name, sha256(content)]);
  return sha256(canonicalJson({ metadata, parts }));
}
