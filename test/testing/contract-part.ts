/** The contract suite on every registered model, in four parts that run side by side. Whatever is registered is in one of them. */
import { describe, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { ModelRegistry } from '../../src/model/registry.js';
import { checkModelIn } from '../../src/testing/index.js';

const PARTS = 4;

/** `part`: 1 to 4. Models of one input mode cost about the same. */
export async function checkPart(part: number): Promise<void> {
  registerBuiltins();
  const models = ModelRegistry.list().sort((a, b) =>
    a.inputMode < b.inputMode ? -1 : a.inputMode > b.inputMode ? 1 : 0,
  );
  for (const { name } of models.filter((_, i) => i % PARTS === part - 1)) {
    checkModelIn({ describe, it }, await ModelRegistry.get(name));
  }
}
