/** The objective that a spec names; objectives/objective.ts says what one is. */
import { InvalidInputError } from '../../core/errors.js';
import { binary } from './objectives/binary.js';
import { crossEntropy, crossEntropyLambda } from './objectives/cross-entropy.js';
import { custom } from './objectives/custom.js';
import { gamma, poisson, tweedie } from './objectives/log-link.js';
import { multiclass } from './objectives/multiclass.js';
import type { Objective, ObjectiveData } from './objectives/objective.js';
import { oneVsAll } from './objectives/one-vs-all.js';
import { mape, pinball } from './objectives/percentile-losses.js';
import { fair, hinge, huber, pseudoHuber, squaredLog } from './objectives/robust.js';
import { regression } from './objectives/squared.js';
import type { ObjectiveSpec } from './params.js';

/** The objective a spec names; a module's must export `createObjective(options): Objective`. */
export async function createObjective(spec: ObjectiveSpec, data?: ObjectiveData): Promise<Objective> {
  switch (spec.kind) {
    case 'binary':
      return binary(spec, data?.labels);
    case 'multiclass':
      return multiclass(spec.classes, spec.hessianFactor);
    case 'multiclassova':
      return oneVsAll(spec, data?.labels);
    case 'regression':
      return regression(spec.sqrt);
    case 'l1':
      return pinball([0.5], spec.percentile, 'absolute');
    case 'quantile':
      return pinball(spec.alphas, spec.percentile, 'pinball');
    case 'mape':
      return mape();
    case 'huber':
      return huber(spec.alpha);
    case 'fair':
      return fair(spec.c);
    case 'pseudoHuber':
      return pseudoHuber(spec.slope);
    case 'squaredLog':
      return squaredLog();
    case 'hinge':
      return hinge();
    case 'poisson':
      return poisson(spec.maxDeltaStep);
    case 'gamma':
      return gamma();
    case 'tweedie':
      return tweedie(spec.power);
    case 'crossEntropy':
      return crossEntropy(spec.scalePosWeight);
    case 'crossEntropyLambda':
      return crossEntropyLambda();
    case 'custom':
      return custom(spec.outputs);
    case 'module':
      return objectiveOfModule(spec.module, spec.options);
  }
}

async function objectiveOfModule(path: string, options: unknown): Promise<Objective> {
  const module = (await import(path)) as { createObjective?: (options: unknown) => Objective };
  if (typeof module.createObjective !== 'function') {
    throw new InvalidInputError(`${path} does not export createObjective`, {
      hint: 'Export a function createObjective(options) that returns { outputs, baseScores, evaluate }.',
    });
  }
  return module.createObjective(options);
}
