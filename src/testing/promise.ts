/** What a promise of the contract suite is, and what a check of it is given. */
import { join } from 'node:path';
import type { BaseModel, ModelClass } from '../model/base-model.js';
import type { FitOptions, ModelInfo, Task, TrainingData } from '../model/types.js';
import { type SyntheticData, syntheticClassification, syntheticRegression } from './synthetic.js';
import { inputFor } from './taking-rows.js';

export interface Promised {
  /** The promise in words; also the key by which a model may skip it. */
  readonly name: string;
  /** Absent: for every model. */
  readonly applies?: (info: ModelInfo, task: Task) => boolean;
  readonly check: (subject: Subject) => Promise<void>;
}

export const classifier: Promised['applies'] = (_info, task) => task === 'classification';
export const regressor: Promised['applies'] = (_info, task) => task === 'regression';
export const sequential: Promised['applies'] = (info) => info.inputMode === 'sequence';

/** Names of the features of `shared()`. */
export const NAMES = ['a', 'b', 'c', 'd', 'e'];

export interface SubjectParts {
  /** Takes rows of features whatever the model's input mode; see taking-rows.ts. */
  readonly model: ModelClass;
  /** The class as it was given. */
  readonly original: ModelClass;
  readonly info: ModelInfo;
  readonly task: Task;
  readonly config: Readonly<Record<string, unknown>>;
  readonly windowLength: number;
  /** Larger data, as the command has time for. */
  readonly full: boolean;
  /** A file whose import registers the class; for a class that the library does not know. */
  readonly module: string | undefined;
  /** What promises about a task share, by name. */
  readonly memory: Map<string, Promise<unknown>>;
  readonly root: string;
}

/** The model under test, and data for its task. */
export class Subject {
  readonly model: ModelClass;
  readonly original: ModelClass;
  readonly info: ModelInfo;
  readonly task: Task;
  readonly full: boolean;
  readonly windowLength: number;
  readonly module: string | undefined;

  constructor(private readonly parts: SubjectParts) {
    this.model = parts.model;
    this.original = parts.original;
    this.info = parts.info;
    this.task = parts.task;
    this.full = parts.full;
    this.windowLength = parts.windowLength;
    this.module = parts.module;
  }

  /** Rows of `data()`. */
  get rows(): number {
    return this.full ? 300 : 60;
  }

  /** A new object with the suite's config, or more of one. */
  make(config: Record<string, unknown> = {}): BaseModel {
    return new this.model({ ...this.parts.config, task: this.task, ...config });
  }

  /** Rows with a signal for the task. */
  data(options: { rows?: number; features?: number; seed?: number; missing?: number; classes?: number } = {}) {
    const all = { rows: this.rows, ...options };
    return this.task === 'regression' ? syntheticRegression(all) : syntheticClassification(all);
  }

  /** Rows that `shared()` has not seen, with some values missing. */
  unseen(): SyntheticData {
    return this.data({ seed: 3, rows: 40, missing: 0.05 });
  }

  /** What `shared()` is trained on, for a model that must come out the same. */
  sharedData(): TrainingData {
    return { ...this.data(), featureNames: NAMES };
  }

  /** Rows of features as the model's own class takes them. */
  input(X: TrainingData['X']): TrainingData['X'] {
    return inputFor(this.info.inputMode, X, this.windowLength);
  }

  /** A new fitted object. */
  async fitted(data: TrainingData = this.sharedData(), options: FitOptions = { threads: 2 }): Promise<BaseModel> {
    const fresh = this.make();
    await fresh.fit(data, options);
    return fresh;
  }

  /** What `make` makes, once for all promises of the task. */
  remember<T>(name: string, make: () => Promise<T>): Promise<T> {
    const { memory } = this.parts;
    const known = memory.get(name) ?? make();
    memory.set(name, known);
    return known as Promise<T>;
  }

  /** An object fitted once, which nobody may fit again: on `sharedData()`, or on three classes. */
  shared(classes: 2 | 3 = 2): Promise<BaseModel> {
    return this.remember(`shared ${classes}`, () =>
      this.fitted(classes === 2 ? this.sharedData() : this.data({ classes })),
    );
  }

  /** An object fitted once on rows of which a fifth of the values is missing. */
  sharedWithMissing(): Promise<BaseModel> {
    return this.remember('shared with missing', () => this.fitted(this.data({ missing: 0.2, seed: 5 })));
  }

  /** A place of this check's own; removed after it. */
  directory(name: string): string {
    return join(this.parts.root, name);
  }
}
