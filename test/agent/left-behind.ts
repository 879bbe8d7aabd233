/** What a run that was cut short has left: everything that can be found opens. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AgentMemory } from '../../src/agent/index.js';
import { loadModel } from '../../src/index.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { ModelStore } from '../../src/tracking/index.js';
import { RUN_ID } from './killed-run.js';

/** Whether the run's directory is whole. */
export async function checkLeft(directory: string): Promise<{ whole: boolean }> {
  const run = join(directory, RUN_ID);
  const store = new ModelStore({ directory: join(directory, '.models') });
  for (const { modelName, version } of await store.list()) await store.load(modelName, version);
  await new AgentMemory({ directory: join(directory, '.memory') }).episodes();
  const whole = existsSync(join(run, 'report.json'));
  if (whole) {
    const [model] = readdirSync(join(run, 'models'));
    await loadModel(join(run, 'models', model));
    await PreprocessingPipeline.load(join(run, 'preprocessing'));
  } else if (existsSync(run)) {
    expect(readdirSync(run).filter((name) => !/^(test-evaluation.json|tracking.jsonl)$/.test(name))).toEqual([]);
  }
  return { whole };
}
