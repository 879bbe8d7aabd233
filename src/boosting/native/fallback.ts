/** What `engine: 'auto'` does, and what no native library can do. */
import { ConfigError, MissingDependencyError, TrainingFailedError } from '../../core/errors.js';
import type { FitResult } from '../../model/types.js';
import type { BoostingFitOptions } from '../options.js';
import type { EngineName } from './config.js';

/**
 * Trains with the original library where the engine says so. With 'auto', anything that keeps it from doing so is a notice, and the
 * result is undefined: train with the own engine.
 */
export async function nativeOrNotice<T>(
  name: string,
  engine: EngineName,
  options: BoostingFitOptions,
  train: () => Promise<T>,
): Promise<{ trained?: T; notices: string[] }> {
  if (engine === 'wasm') return { notices: [] };
  try {
    refuseFunctions(name, options);
    return { trained: await train(), notices: ignored(name, options) };
  } catch (error) {
    const expected = [MissingDependencyError, TrainingFailedError, ConfigError].some((type) => error instanceof type);
    if (engine !== 'auto' || !expected) throw error;
    return { notices: [`${name}: trained on the cpu, by this library's own engine: ${(error as Error).message}`] };
  }
}

function refuseFunctions(name: string, { objective, metrics, learningRates }: BoostingFitOptions): void {
  const given = objective
    ? 'objective'
    : metrics && Object.keys(metrics).length > 0
      ? 'metrics'
      : learningRates
        ? 'learningRates'
        : undefined;
  if (given === undefined) return;
  throw new ConfigError(`${name}: ${given} of your own cannot be used with engine: 'native'`, {
    hint: "Use engine: 'wasm', or the library's own objectives, metrics and learningRate.",
    details: { option: given },
  });
}

function ignored(name: string, { checkpointDirectory }: BoostingFitOptions): string[] {
  return checkpointDirectory === undefined ? [] : [`${name}: checkpointDirectory has no effect with engine: 'native'`];
}

/** The result with more warnings. */
export function withWarnings(result: FitResult, notices: readonly string[]): FitResult {
  return notices.length === 0 ? result : { ...result, warnings: [...(result.warnings ?? []), ...notices] };
}
