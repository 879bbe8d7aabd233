/** The configuration of `VotingModel`. */
import { withAliases } from '../../core/parameter-names.js';
import { lazySchema } from '../../core/schema.js';
import { metricByName } from '../../metrics/registry.js';
import type { Task } from '../../model/types.js';
import { COMMON_ALIASES, commonSchemas, type EnsembleConfig, settleCommon } from '../common-config.js';
import type { EnsembleSettings } from '../ensemble-model.js';

/** Parameters of `VotingModel`, every one optional. */
export interface VotingParameters extends EnsembleConfig {
  /** `'soft'`: mean of the probabilities; `'hard'`: share of the members that vote for a class. Without effect on a regression. Default `'soft'`. */
  voting?: 'hard' | 'soft';
  /**
   * What each member counts: alike, a number >= 0 for each in their order, or found on validation rows by greedy selection with replacement
   * (Caruana et al., 2004). Members of weight 0 are not kept. Default `'uniform'`.
   */
  weights?: 'uniform' | 'greedy' | readonly number[];
  /** What `'greedy'` improves: the name of a metric. Default: `'logLoss'`, of hard votes `'accuracy'`; `'mse'` for a regression. */
  metric?: string;
  /** Most members that `'greedy'` adds, one a round. Default 50. */
  rounds?: number;
}

/** What `new VotingModel(...)` takes; the last two are scikit-learn's names. */
export type VotingConfig = VotingParameters & {
  estimators?: EnsembleConfig['members'];
  random_state?: number;
};

/** After parsing, defaults filled in. */
export interface VotingSettings extends EnsembleSettings {
  readonly voting: 'hard' | 'soft';
  readonly weights: 'uniform' | 'greedy' | readonly number[];
  readonly metric: string;
  readonly rounds: number;
}

export const votingConfig = lazySchema((z) => {
  const parameters = {
    ...commonSchemas(z),
    voting: z.enum(['hard', 'soft']).optional(),
    weights: z.union([z.enum(['uniform', 'greedy']), z.array(z.number().min(0).max(1e9)).min(1)]).optional(),
    metric: z.string().optional(),
    rounds: z.int().min(1).max(10_000).optional(),
  };
  return withAliases<VotingSettings, VotingConfig>(z, parameters, COMMON_ALIASES, (given, _source, report) => {
    const common = settleCommon(given, report);
    const voting = (given.voting as VotingSettings['voting'] | undefined) ?? 'soft';
    const weights = (given.weights as VotingSettings['weights'] | undefined) ?? 'uniform';
    if (Array.isArray(weights)) {
      if (weights.length !== common.members.length)
        report('weights', `${weights.length} weights for ${common.members.length} members: give one for each`);
      else if (!weights.some((weight) => weight > 0)) report('weights', 'are all 0: at least one member must count');
    }
    const metric = (given.metric as string | undefined) ?? defaultMetric(common.task, voting);
    const rounds = (given.rounds as number | undefined) ?? 50;
    const problem = metricProblem(metric, common.task);
    if (problem) report('metric', problem);
    return { ...common, voting, weights, metric, rounds };
  });
});

function defaultMetric(task: Task, voting: 'hard' | 'soft'): string {
  if (task === 'regression') return 'mse';
  return voting === 'hard' ? 'accuracy' : 'logLoss';
}

function metricProblem(name: string, task: Task): string | undefined {
  try {
    const metric = metricByName(name);
    return metric.task === task ? undefined : `'${name}' is a metric of ${metric.task}`;
  } catch (error) {
    return `${(error as Error).message}. ${(error as { hint?: string }).hint ?? ''}`;
  }
}
