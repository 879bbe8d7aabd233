/** `VotingModel`: the mean of what several models say, or the class that most of them vote for. */

import { finiteLabels, sampleWeights } from '../../core/checks.js';
import type { Matrix } from '../../core/matrix.js';
import { metricByName } from '../../metrics/registry.js';
import type { BaseModel } from '../../model/base-model.js';
import { rowCount } from '../../model/input.js';
import { encodeLabels } from '../../model/label-encoder.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { lossAndAccuracyInTurns } from '../../model/output.js';
import type {
  EvaluationSet,
  FitContext,
  FitData,
  FitResult,
  FitRows,
  ModelContract,
  ModelInputMatrix,
  ModelPayload,
  SavedPayload,
} from '../../model/types.js';
import { claimRows } from '../../splits/claim-rows.js';
import { descend } from '../../splits/lineage.js';
import { BundleWriter, misfit } from '../bundle.js';
import { type Opinion, voteShares, votesOf, weightedMean } from '../combine.js';
import { EnsembleModel, type MemberScore } from '../ensemble-model.js';
import { selectGreedily } from '../greedy-selection.js';
import { type VotingConfig, type VotingSettings, votingConfig } from './config.js';
import { assertUnseen, commonOf, noRows } from './fitted-models.js';
import { VOTING_INFO } from './info.js';

export type { VotingConfig } from './config.js';

/** What was learned beside the members. */
interface Learned {
  /** Of the members that are kept, in their order. */
  readonly weights: readonly number[];
  readonly scores: readonly MemberScore[];
}

/**
 * Several models on the same rows, and the weighted mean of their probabilities or values; or, with `voting: 'hard'`, of their votes. Members
 * may be of any families, of features and of sequences: rows of a matrix are the last rows of the windows.
 *
 * @example
 * const model = new VotingModel({ members: ['lightgbm', { model: 'logistic', config: { C: 0.1 } }], weights: 'greedy' });
 * await model.fit({ X, y, validation });
 * model.weights; // [{ name: 'lightgbm', weight: 0.7 }, { name: 'logistic', weight: 0.3 }]
 */
export class VotingModel extends EnsembleModel<VotingSettings> {
  static override readonly info = VOTING_INFO;
  static override readonly configSchema = votingConfig;
  static override readonly contract: ModelContract = {
    config: { members: ['ridge', { model: 'ridge', config: { alpha: 30 } }] },
    skips: {
      'classification: whole weights equal repetition':
        'its members of the suite are ridge, whose probabilities are fitted to leave-one-out decisions',
    },
  };
  private learned: Learned = { weights: [], scores: [] };

  /** @throws ConfigError - an unknown key or model, or one out of range */
  constructor(config: VotingConfig = {}) {
    super(config);
  }

  /** Share of each member of the config, summing to 1; 0 for those that are not kept. @throws NotFittedError - before `fit` */
  get weights(): readonly { readonly name: string; readonly weight: number }[] {
    const share = new Map(this.requireTrained().map(({ name }, m) => [name, this.shares[m]]));
    return this.config.members.map(({ name }) => ({ name, weight: share.get(name) ?? 0 }));
  }

  /** Each member alone on the validation rows; empty where there were none. */
  get memberScores(): readonly MemberScore[] {
    return this.learned.scores;
  }

  protected override get shares(): readonly number[] {
    const { weights } = this.learned;
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / total);
  }

  /** Greedy weights are found on rows that no member has seen. */
  protected override get wantsValidation(): boolean {
    return this.config.weights === 'greedy';
  }

  protected override async fitModel(data: FitData<ModelInputMatrix>, context: FitContext): Promise<FitResult> {
    const { members, weights } = this.config;
    const greedy = weights === 'greedy';
    this.labels = data.classes;
    this.noteInput(data.X);
    const rows = this.memberRows(data, !greedy);
    const models = await this.train(
      members.map((settings) => ({ settings, rows: async () => rows, title: settings.name })),
      context,
    );
    this.trained = members.map((settings, m) => ({ name: settings.name, settings, models: [models[m]] }));
    const warnings = this.memberWarnings();
    const usedValidation = this.tookValidation(data);
    const equal = members.map(() => 1);
    const { validation } = data;
    const opinions = validation ? await this.opinions(validation.X, context.threads) : [];
    const scores = validation ? await this.scoresOf(opinions, validation) : [];
    const found = greedy && validation ? await this.select(opinions, validation, warnings) : undefined;
    if (greedy && !validation) warnings.push('voting: too few rows to find weights on: all members count alike.');
    this.keep(Array.isArray(weights) ? (weights as number[]) : (found ?? equal), scores);
    return { warnings, usedValidation };
  }

  private async select(
    opinions: readonly Opinion[],
    { y, weights }: FitRows<ModelInputMatrix>,
    warnings: string[],
  ): Promise<number[] | undefined> {
    const { metric, rounds } = this.config;
    const says = this.votes ? await Promise.all(opinions.map(votesOf)) : opinions;
    const found = await selectGreedily(says, { y, weights, classes: this.labels }, metricByName(metric), rounds);
    if (!found) warnings.push(`voting: '${metric}' is undefined on the validation rows: all members count alike.`);
    return found?.weights;
  }

  private async scoresOf(
    opinions: readonly Opinion[],
    { y, weights }: FitRows<ModelInputMatrix>,
  ): Promise<MemberScore[]> {
    const scores: MemberScore[] = [];
    for (const [m, opinion] of opinions.entries()) {
      const { name } = this.trained[m];
      scores.push({ name, ...(await lossAndAccuracyInTurns(opinion, y, weights, this.labels.length)) });
    }
    return scores;
  }

  /** Members of weight 0 would only cost time and space. */
  private keep(weights: readonly number[], scores: readonly MemberScore[]): void {
    this.trained = this.trained.filter((_, m) => weights[m] > 0);
    this.learned = { weights: weights.filter((weight) => weight > 0), scores };
  }

  private get votes(): boolean {
    return this.config.voting === 'hard' && this.config.task === 'classification';
  }

  protected override async predictRaw(
    X: ModelInputMatrix,
    { threads }: { threads: number },
  ): Promise<Matrix | Float32Array> {
    const opinions = await this.opinions(X, threads);
    const { weights } = this.learned;
    const mean = this.votes ? await voteShares(opinions, weights) : await weightedMean(opinions, weights);
    return this.task === 'regression' ? mean.data : mean;
  }

  protected override async serialize(): Promise<ModelPayload> {
    const writer = new BundleWriter();
    const members = await this.writeMembers(writer);
    return { state: { ...this.learned, members }, files: writer.files };
  }

  protected override async deserialize({ state, files }: SavedPayload): Promise<void> {
    const { weights, scores, members } = (state ?? {}) as Record<string, unknown>;
    this.trained = await this.readMembers(members, files);
    const positive = (value: unknown) => typeof value === 'number' && value > 0 && Number.isFinite(value);
    if (!Array.isArray(weights) || weights.length !== this.trained.length || !weights.every(positive))
      throw misfit('The weights', 'they are not one positive number for each member');
    this.learned = { weights: weights as number[], scores: Array.isArray(scores) ? (scores as MemberScore[]) : [] };
  }

  protected override async onnxBody(): Promise<OnnxBody> {
    const { mergedOpinions, meanOf, votesOfOpinion } = await import('../onnx.js');
    const opinions = await mergedOpinions(this.requireTrained(), this.labels, this.onnxInput, this.label);
    const { weights } = this.learned;
    return (graph, X) => {
      const each = opinions(graph, X);
      return meanOf(
        graph,
        this.votes ? each.map((one) => votesOfOpinion(graph, one, this.labels.length)) : each,
        weights,
      );
    };
  }

  /**
   * Fitted models of rows of features as one: nothing is trained but, with `weights: 'greedy'`, the weights, on validation rows that none of
   * the models has seen.
   *
   * @throws ConfigError - a name or option that cannot be used
   * @throws DataLeakageError - validation rows that a model was fitted on
   * @throws InvalidInputError - tasks, classes or features that differ; weights to be found without rows
   * @throws NotFittedError - a model that is not fitted
   */
  static async of(
    models: Readonly<Record<string, BaseModel>>,
    options: Pick<VotingConfig, 'voting' | 'weights' | 'metric' | 'rounds'> & { validation?: EvaluationSet } = {},
  ): Promise<VotingModel> {
    const { validation, ...config } = options;
    const entries = Object.entries(models);
    const { task, classes, featureNames } = commonOf(entries);
    const voting = new VotingModel({ ...config, task, members: entries.map(([name, model]) => ({ name, model })) });
    const { members, weights } = voting.config;
    voting.labels = classes;
    voting.trained = members.map((settings, m) => ({ name: settings.name, settings, models: [entries[m][1]] }));
    voting.adopt({ task, classes, featureNames });
    // What its members have learned from, it has learned from.
    descend(voting, Object.values(models));
    const equal = members.map(() => 1);
    if (!validation) {
      if (weights === 'greedy') throw noRows();
      voting.keep(Array.isArray(weights) ? weights : equal, []);
      return voting;
    }
    assertUnseen(entries, validation.X);
    const use = weights === 'greedy' ? 'tune' : 'score';
    const claim = claimRows(use, validation, { name: 'voting', subject: voting });
    const X = await voting.predictionInput(validation.X);
    const values = finiteLabels(validation.y, rowCount(X), 'voting: y');
    const rows = {
      X,
      y: classes.length > 0 ? encodeLabels(values, classes, 'voting: validation') : values,
      ...(validation.weights ? { weights: sampleWeights(validation.weights, rowCount(X), 'voting: weights') } : {}),
    };
    const opinions = await voting.opinions(X, voting.predictContext({}).threads);
    const scores = await voting.scoresOf(opinions, rows);
    const found = weights === 'greedy' ? await voting.select(opinions, rows, []) : undefined;
    voting.keep(Array.isArray(weights) ? weights : (found ?? equal), scores);
    claim.record();
    return voting;
  }
}
