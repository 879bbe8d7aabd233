/**
 * A meta-model on what members say: what stacking and blending share. Members predict rows that they were not trained on; the meta-model
 * learns from these predictions. A subclass says which rows.
 */
import { throwIfAborted } from '../core/abort.js';
import { Matrix } from '../core/matrix.js';
import type { BaseModel } from '../model/base-model.js';
import { takeRowsInTurns } from '../model/input.js';
import { noOnnxForm, type OnnxBody } from '../model/onnx/export.js';
import { lossAndAccuracyInTurns } from '../model/output.js';
import { pickFacts } from '../model/prepare.js';
import type {
  FitContext,
  FitData,
  FitResult,
  ImportanceKind,
  ModelInputMatrix,
  ModelPayload,
  SavedPayload,
} from '../model/types.js';
import type { Fold } from '../splits/splitter.js';
import { BundleWriter, misfit, readModel } from './bundle.js';
import { type Opinion, opinionOf, weightedMean } from './combine.js';
import { EnsembleModel, type MemberJob, type MemberScore } from './ensemble-model.js';
import { weightedImportance } from './importance.js';
import { type MemberRows, namingMember, trainMember } from './member.js';
import { featuresOf } from './member-input.js';
import type { MetaSettings } from './meta-config.js';
import { columnsOf, metaFeatures, metaNames } from './meta-features.js';

/** Predictions of rows by members that have not seen them. */
interface HeldOut {
  /** (rows, classes) or (rows, 1) for each member; rows as in the training data. */
  readonly opinions: readonly Opinion[];
  /** Numbers of the rows that were predicted, ascending. */
  readonly rows: Uint32Array;
}

export abstract class MetaEnsemble<Settings extends MetaSettings> extends EnsembleModel<Settings> {
  private meta: BaseModel | undefined;
  private scores: readonly MemberScore[] = [];

  /** Rows to train members on and rows to predict; none: there is nothing to learn a meta-model from. */
  protected abstract foldsFor(
    data: FitData<ModelInputMatrix>,
    context: FitContext,
    warnings: string[],
  ): readonly Fold[];

  /** The fitted meta-model; undefined before `fit`, and where too few rows left only the mean of the members. */
  get metaModel(): BaseModel | undefined {
    return this.meta;
  }

  /** Each member alone, on the rows that the meta-model learned from, predicted by models that had not seen them. */
  get memberScores(): readonly MemberScore[] {
    return this.scores;
  }

  protected override async fitModel(data: FitData<ModelInputMatrix>, context: FitContext): Promise<FitResult> {
    const { members } = this.config;
    const { signal, onProgress } = context;
    const warnings: string[] = [];
    this.meta = undefined;
    this.scores = [];
    this.labels = data.classes;
    this.noteInput(data.X);
    const folds = this.foldsFor(data, context, warnings);
    const refit = this.config.refit || folds.length === 0;
    const rows = this.memberRows(data, true);
    const heldOut = folds.map(() => new Map<string, Opinion>());
    const jobs: MemberJob[] = folds.flatMap((fold, f) => {
      const part = sharedBy(members.length, () => partOf(rows, fold.train));
      const tested = sharedBy(members.length, () => takeRowsInTurns(data.X, fold.test));
      return members.map((settings) => ({
        settings,
        rows: part,
        title: folds.length > 1 ? `${settings.name}, fold ${f + 1}` : settings.name,
        use: async (model: BaseModel, threads: number) => {
          const X = await tested();
          const member = { name: settings.name, settings, models: [model] };
          heldOut[f].set(settings.name, (await this.opinions(X, threads, [member]))[0]);
        },
      }));
    });
    const all: MemberJob[] = members.map((settings) => ({
      settings,
      rows: async () => rows,
      title: folds.length === 1 ? `${settings.name}, all rows` : settings.name,
    }));
    const models = await this.train(refit ? [...jobs, ...all] : jobs, context);
    const last = models.slice(jobs.length);
    this.trained = members.map((settings, m) => ({
      name: settings.name,
      settings,
      models: refit ? [last[m]] : folds.map((_, f) => models[f * members.length + m]),
    }));
    throwIfAborted(signal);
    if (folds.length > 0) {
      const held = this.gather(folds, heldOut, data.y.length);
      this.scores = await this.scoresOf(held, data);
      this.meta = await this.fitMeta(held, data, context, warnings);
      onProgress({ phase: 'meta-model', step: 1, total: 1 });
    }
    if (!this.meta) warnings.push(`${this.label}: too few rows for a meta-model: the members' mean is taken.`);
    const meta = this.meta?.trainingMetrics.warnings.map((warning) => `meta-model: ${warning}`) ?? [];
    return {
      warnings: [...warnings, ...this.memberWarnings(), ...meta],
      usedValidation: this.tookValidation(data),
    };
  }

  /** Predictions of all folds in the places of their rows; the mean where a row was predicted more than once. */
  private gather(folds: readonly Fold[], heldOut: readonly ReadonlyMap<string, Opinion>[], n: number): HeldOut {
    const width = Math.max(1, this.labels.length);
    const counts = new Uint32Array(n);
    for (const { test } of folds) for (const row of test) counts[row]++;
    const opinions = this.config.members.map(({ name }) => {
      const sums = new Float64Array(n * width);
      for (const [f, { test }] of folds.entries()) {
        const said = heldOut[f].get(name);
        if (!said) continue;
        for (const [i, row] of test.entries()) {
          for (let k = 0; k < width; k++) sums[row * width + k] += said.data[i * width + k];
        }
      }
      const out = Matrix.zeros(n, width);
      for (let p = 0; p < sums.length; p++) out.data[p] = sums[p] / Math.max(1, counts[Math.floor(p / width)]);
      return out;
    });
    return { opinions, rows: Uint32Array.from(counts.keys()).filter((row) => counts[row] > 0) };
  }

  private async scoresOf({ opinions, rows }: HeldOut, data: FitData<ModelInputMatrix>): Promise<MemberScore[]> {
    const scores: MemberScore[] = [];
    const y = Float64Array.from(rows, (row) => data.y[row]);
    const weights = data.weights && Float32Array.from(rows, (row) => data.weights?.[row] ?? 0);
    for (const [m, opinion] of opinions.entries()) {
      const { name } = this.config.members[m];
      const own = opinion.take(rows);
      scores.push({ name, ...(await lossAndAccuracyInTurns(own, y, weights, this.labels.length)) });
    }
    return scores;
  }

  /** Undefined where the rows show a single class. */
  private async fitMeta(
    { opinions, rows }: HeldOut,
    data: FitData<ModelInputMatrix>,
    context: FitContext,
    warnings: string[],
  ): Promise<BaseModel | undefined> {
    const { classes, y, weights, featureNames } = data;
    const seen = new Set(Array.from(rows, (row) => y[row]));
    if (classes.length > 0 && seen.size < 2) return undefined;
    const missing = classes.filter((_, k) => !seen.has(k));
    if (missing.length > 0) {
      warnings.push(
        `${this.label}: the meta-model saw no row of class ${missing.join(', ')}: it will never predict it.`,
      );
    }
    const { passthrough, metaModel: settings, members } = this.config;
    const X = await this.metaInput(
      opinions.map((opinion) => opinion.take(rows)),
      passthrough ? await takeRowsInTurns(data.X, rows) : data.X,
    );
    const meta: MemberRows = {
      X,
      y: Float64Array.from(rows, (row) => (classes.length > 0 ? classes[y[row]] : y[row])),
      ...(weights ? { weights: Float32Array.from(rows, (row) => weights[row]) } : {}),
      ...pickFacts(data, rows),
      featureNames: metaNames(
        members.map(({ name }) => name),
        classes,
        passthrough ? featureNames : [],
      ),
    };
    const { signal = new AbortController().signal, threads, seed } = context;
    const options = { ensemble: this.label, task: this.task, seed, threads, signal };
    return trainMember(settings, meta, {
      ...options,
      onProgress: (event) => context.onProgress({ ...event, phase: `meta-model: ${event.phase}` }),
    });
  }

  private metaInput(opinions: readonly Opinion[], X: ModelInputMatrix): Promise<Matrix> {
    const { metaInput, passthrough } = this.config;
    return metaFeatures(opinions, this.labels.length, metaInput, passthrough ? featuresOf(X) : undefined);
  }

  protected override async predictRaw(
    X: ModelInputMatrix,
    { threads }: { threads: number },
  ): Promise<Matrix | Float32Array> {
    const opinions = await this.opinions(X, threads);
    const said = this.meta
      ? await opinionOf(await this.meta.predict(await this.metaInput(opinions, X), { threads }), this.labels)
      : await weightedMean(opinions, new Array<number>(opinions.length).fill(1));
    return this.task === 'regression' ? said.data : said;
  }

  // ---- importance ----------------------------------------------------------------------------------------------------------

  /** What the meta-model makes of each member's columns; alike where it has no importance. */
  protected override get shares(): readonly number[] {
    return this.sharesOf(undefined).members;
  }

  private sharesOf(kind: ImportanceKind | undefined): { members: number[]; features: Float64Array } {
    const count = this.trained.length;
    const features = this.config.passthrough ? this.featureNames.length : 0;
    const values = this.meta?.featureImportance(kind)?.values;
    const sum = values?.reduce((a, b) => a + b, 0) ?? 0;
    if (!values || !(sum > 0))
      return { members: new Array<number>(count).fill(1 / count), features: new Float64Array(features) };
    const own = columnsOf(this.labels.length);
    const share = (from: number, to: number) => values.subarray(from, to).reduce((a, b) => a + b, 0) / sum;
    return {
      members: Array.from({ length: count }, (_, m) => share(m * own, (m + 1) * own)),
      features: values.slice(count * own).map((value) => value / sum),
    };
  }

  /** The members' importances by their shares in the meta-model, and what it makes of features itself. */
  protected override importanceOf(
    kind: ImportanceKind | undefined,
  ): { kind: string; values: ArrayLike<number> } | undefined {
    const { members, features } = this.sharesOf(kind);
    const own = weightedImportance(this.requireTrained(), members, this.featureNames.length, kind);
    if (!own || features.length !== own.values.length) return own;
    const weight = members.reduce((a, b) => a + b, 0);
    return { kind: own.kind, values: own.values.map((value, j) => weight * value + features[j]) };
  }

  // ---- disk --------------------------------------------------------------------------------------------------------------

  protected override async serialize(): Promise<ModelPayload> {
    const writer = new BundleWriter();
    const members = await this.writeMembers(writer);
    const meta = this.meta ? await writer.add(this.meta, 'meta') : null;
    return { state: { members, meta, scores: this.scores }, files: writer.files };
  }

  protected override async deserialize({ state, files }: SavedPayload): Promise<void> {
    const { members, meta, scores } = (state ?? {}) as Record<string, unknown>;
    this.trained = await this.readMembers(members, files);
    if (this.trained.length !== this.config.members.length) throw misfit('The list of members', 'it is not whole');
    this.scores = Array.isArray(scores) ? (scores as MemberScore[]) : [];
    this.meta = meta === null ? undefined : await readModel(meta, files, 'meta', this.task, 'The meta-model');
    if (!this.meta) return;
    const features = this.config.passthrough ? this.featureNames.length : 0;
    const columns = this.trained.length * columnsOf(this.labels.length) + features;
    if (this.meta.featureNames.length !== columns)
      throw misfit('The meta-model', `it has ${this.meta.featureNames.length} columns, not ${columns}`);
    if (this.meta.classes.some((label) => !this.labels.includes(label)))
      throw misfit('The meta-model', 'it has classes that the ensemble does not know');
  }

  protected override async onnxBody(): Promise<OnnxBody> {
    const { aligned, lastRowsOf, meanOf, mergedOpinions } = await import('./onnx.js');
    const { metaFeaturesOnnx } = await import('./meta-features.js');
    const { labels, onnxInput, meta } = this;
    const { metaInput, passthrough, metaModel } = this.config;
    const opinions = await mergedOpinions(this.requireTrained(), labels, onnxInput, this.label);
    if (!meta) {
      return (graph, X) => {
        const each = opinions(graph, X);
        return meanOf(graph, each, new Array<number>(each.length).fill(1));
      };
    }
    if (passthrough && onnxInput.windowLength !== undefined && !onnxInput.lastRows) {
      const hint = 'One graph has one input: train on windows alone, or without passthrough.';
      throw noOnnxForm(this.label, 'features that pass through are not the last rows of the windows', hint);
    }
    let body: OnnxBody | undefined;
    try {
      body = await meta.toOnnxBody();
    } catch (error) {
      throw namingMember(error, this.label, metaModel.name);
    }
    if (!body) {
      const hint = 'Choose another meta-model; save(directory) keeps any.';
      throw noOnnxForm(this.label, `its meta-model (${metaModel.model}) has no ONNX form`, hint);
    }
    const own = body;
    return (graph, X) => {
      const features = passthrough ? lastRowsOf(graph, X, onnxInput) : undefined;
      const seen = metaFeaturesOnnx(graph, opinions(graph, X), labels.length, metaInput, features);
      return aligned(graph, own(graph, seen), meta.classes, labels);
    };
  }
}

/** Made when first asked for, forgotten after so many have asked: the copies of few folds are in memory at once. */
function sharedBy<T>(uses: number, make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  let left = uses;
  return () => {
    made ??= make();
    const result = made;
    if (--left === 0) made = undefined;
    return result;
  };
}

async function partOf(rows: MemberRows, kept: Uint32Array): Promise<MemberRows> {
  const { X, y, weights, ...rest } = rows;
  return {
    ...rest,
    ...pickFacts(rows, kept),
    X: await takeRowsInTurns(X, kept),
    y: Float64Array.from(kept, (row) => y[row]),
    ...(weights ? { weights: Float32Array.from(kept, (row) => weights[row]) } : {}),
  };
}
