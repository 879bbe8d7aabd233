/**
 * Models in a directory, as numbered versions that never change, with aliases that say which one is in use. Any number of processes may
 * share it: nothing is locked, every step is made by exactly one of all who try, and a process that dies leaves nothing half.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { InvalidInputError, ModelFormatError } from '../../core/errors.js';
import { unwritable, writeFileSynced } from '../../core/files.js';
import { type Logger, logOf } from '../../core/logging.js';
import { type Attributes, observed } from '../../core/spans.js';
import { nearest } from '../../core/text.js';
import { LIBRARY_VERSION } from '../../core/version.js';
import type { BaseModel } from '../../model/base-model.js';
import { loadModel } from '../../model/registry.js';
import { PreprocessingPipeline } from '../../preprocessing/pipeline.js';
import { type AliasChange, Aliases, noSuchAlias } from './aliases.js';
import { foldersIn } from './entries.js';
import {
  checkLineage,
  type Lineage,
  lineageOf,
  MANIFEST,
  type Manifest,
  manifestText,
  readManifest,
} from './manifest.js';
import { checkAlias, checkModelName, checkVersion, LATEST, type VersionReference } from './names.js';
import {
  checksumsOf,
  MODEL,
  type ModelSource,
  PREPROCESSING,
  type PreprocessingSource,
  verifyFiles,
  writeModel,
  writePreprocessing,
} from './version-files.js';
import { Versions } from './versions.js';

/** How long a version that is on its way out may take to be back. */
const RESCUE_MS = 1000;
/** How often a version that is there may be set aside and taken back while it is looked at. */
const MOST_TRIES = 20;
const PRODUCTION = 'production';

/** A version: what it is, where it lies and where it comes from. */
export interface ModelVersion {
  /** `name:version`, for `TrainingRunRepository.saveModelVersion`. */
  readonly modelVersionId: string;
  readonly modelName: string;
  readonly version: number;
  /** Of all that the version is. */
  readonly checksum: string;
  readonly createdAt: Date;
  /** file: URIs of the directories. */
  readonly artifactUri: string;
  readonly preprocessingUri?: string;
  readonly model: Manifest['model'];
  readonly library: Manifest['library'];
  readonly lineage: Lineage;
  readonly bytes: number;
  /** That point to it, in their order. */
  readonly aliases: readonly string[];
}

/** How a model is registered. */
export interface RegisterOptions {
  readonly name: string;
  readonly lineage: Lineage;
  /** What the rows have to go through before the model. */
  readonly preprocessing?: PreprocessingSource;
}

/** Which alias is moved, and why. */
export interface PromoteOptions {
  /** Default 'production'. */
  readonly alias?: string;
  /** Only if the alias points there now; null: only if it points nowhere. */
  readonly expected?: number | null;
  readonly reason?: string;
}

/** A version's model, checked and ready, with what its rows have to go through before it. */
export interface LoadedVersion {
  readonly model: BaseModel;
  readonly preprocessing?: PreprocessingPipeline;
  readonly version: ModelVersion;
}

/** What garbage collection leaves. */
export interface CollectOptions {
  /** Newest versions that stay, whether anything points to them or not. Default 3. */
  readonly keepLatest?: number;
  /** Only says what would be deleted. */
  readonly dryRun?: boolean;
}

/**
 * @example
 * const store = new ModelStore({ directory: 'models' });
 * const { version } = await store.register(model, { name: 'es-trend', lineage: { dataHash, codeVersion: 'v1.2', runId } });
 * await store.promote('es-trend', version);
 * const { model: inUse } = await store.load('es-trend', 'production');
 */
export class ModelStore {
  readonly directory: string;
  private readonly log: Logger;

  /** `logger` is told what is registered, promoted, deleted, and of files that were tampered with. */
  constructor({ directory, logger }: { directory: string; logger?: Logger }) {
    this.log = logOf(logger);
    if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
      throw new InvalidInputError('ModelStore needs a directory', { hint: "new ModelStore({ directory: 'models' })" });
    }
    this.directory = resolve(directory);
  }

  /**
   * Adds a version: the next number of its name.
   *
   * @throws ModelFormatError - a directory that holds no whole model
   * @throws InvalidInputError - an unusable name or lineage; a directory that cannot be written to
   */
  async register(source: ModelSource, options: RegisterOptions): Promise<ModelVersion> {
    const found = ({ version }: ModelVersion) => ({ version });
    return this.seen('register', 'registering a model', { model: options.name }, found, () =>
      this.add(source, options),
    );
  }

  private async add(source: ModelSource, { name, lineage, preprocessing }: RegisterOptions): Promise<ModelVersion> {
    const versions = this.versions(checkModelName(name));
    const checked = checkLineage(lineage);
    let manifest: Omit<Manifest, 'version'> | undefined;
    const version = await versions.add(
      async (directory) => {
        const model = await writeModel(source, directory);
        if (preprocessing !== undefined) await writePreprocessing(preprocessing, directory);
        manifest = {
          name,
          createdAt: new Date().toISOString(),
          library: { name: 'holdfast', version: LIBRARY_VERSION },
          model,
          lineage: { seed: model.seed, ...checked },
          files: await checksumsOf(directory),
        };
      },
      (directory, number) =>
        writeFileSynced(join(directory, MANIFEST), manifestText({ ...(manifest as Manifest), version: number })),
    );
    return this.get(name, version);
  }

  /** What a version is, without reading its files. */
  async get(name: string, reference: VersionReference): Promise<ModelVersion> {
    const version = await this.resolve(name, reference);
    return this.describe(name, version, await this.aliases(name).current());
  }

  /**
   * The model of a version, every file checked.
   *
   * @param options.checksum - of the version, from elsewhere: nobody who can write here can then put another in its place
   * @throws ModelFormatError - a file that was altered, is missing or does not belong here, by name
   */
  async load(name: string, reference: VersionReference, options: { checksum?: string } = {}): Promise<LoadedVersion> {
    const found = ({ version }: LoadedVersion) => ({ version: version.version });
    return this.seen('load', 'loading a model', { model: name, reference }, found, () =>
      this.read(name, reference, options),
    );
  }

  private async read(
    name: string,
    reference: VersionReference,
    options: { checksum?: string },
  ): Promise<LoadedVersion> {
    const number = await this.resolve(name, reference);
    const directory = this.versions(name).path(number);
    const { files, checksum } = await readManifest(directory, name, number);
    if (options.checksum !== undefined && options.checksum !== checksum) {
      throw new ModelFormatError(`${join(directory, MANIFEST)} does not have the checksum that was asked for`, {
        hint: 'The version was replaced, or the checksum is of another one.',
        details: { file: join(directory, MANIFEST), expected: options.checksum, actual: checksum },
      });
    }
    await verifyFiles(directory, files);
    const model = await loadModel(join(directory, MODEL));
    const prepared = Object.keys(files).some((file) => file.startsWith(`${PREPROCESSING}/`));
    return {
      model,
      ...(prepared && { preprocessing: await PreprocessingPipeline.load(join(directory, PREPROCESSING)) }),
      version: await this.get(name, number),
    };
  }

  /** Names of all models, in their order. */
  async models(): Promise<string[]> {
    const registered: string[] = [];
    for (const name of await foldersIn(this.directory))
      if ((await this.versions(name).numbers()).length > 0) registered.push(name);
    return registered;
  }

  /** Versions of one model or of all, by name and number. */
  async list(name?: string): Promise<ModelVersion[]> {
    const found: ModelVersion[] = [];
    for (const model of name === undefined ? await this.models() : [checkModelName(name)]) {
      const aliases = await this.aliases(model).current();
      for (const version of await this.versions(model).numbers())
        found.push(await this.describe(model, version, aliases));
    }
    return found;
  }

  /** Points an alias to a version. @throws InvalidInputError - there is no such version, or the alias points elsewhere than `expected` */
  async promote(name: string, version: number, options: PromoteOptions = {}): Promise<ModelVersion> {
    const fields = { model: name, version, alias: options.alias ?? PRODUCTION, reason: options.reason };
    return this.seen('promote', 'promoting a model', fields, undefined, () => this.pointTo(name, version, options));
  }

  private async pointTo(name: string, version: number, options: PromoteOptions): Promise<ModelVersion> {
    const { alias = PRODUCTION, expected, reason } = options;
    await this.resolve(name, checkVersion(version));
    const before = await this.point(name, checkAlias(alias), async (current) => {
      if (expected !== undefined && expected !== (current ?? null)) {
        throw new InvalidInputError(
          `'${alias}' of '${name}' points to ${current ?? 'nothing'}, not to ${expected ?? 'nothing'}`,
          {
            hint: 'Someone else changed it; look again.',
            details: { current: current ?? null, expected },
          },
        );
      }
      return current === version ? undefined : { version, action: 'promote', ...(reason !== undefined && { reason }) };
    });
    await this.assertThere(name, alias, version, before);
    return this.get(name, version);
  }

  /** Points an alias back to where it pointed before its last promotion; again goes one further back. */
  async rollBack(name: string, options: Omit<PromoteOptions, 'expected'> = {}): Promise<ModelVersion> {
    const fields = { model: name, alias: options.alias ?? PRODUCTION, reason: options.reason };
    const found = ({ version }: ModelVersion) => ({ version });
    return this.seen('rollBack', 'rolling a model back', fields, found, () => this.pointBack(name, options));
  }

  private async pointBack(name: string, options: Omit<PromoteOptions, 'expected'>): Promise<ModelVersion> {
    const { alias = PRODUCTION, reason } = options;
    const aliases = this.aliases(checkModelName(name));
    checkAlias(alias);
    await this.requireAlias(name, alias);
    await this.point(name, alias, async () => {
      const version = await aliases.previous(alias);
      if (version === undefined) {
        throw new InvalidInputError(`'${alias}' of '${name}' has nothing to go back to`, {
          hint: '`history` shows where it pointed.',
        });
      }
      await this.versions(name).require(version);
      return { version, action: 'rollBack', ...(reason !== undefined && { reason }) };
    });
    return this.get(name, alias);
  }

  /** The alias points nowhere from now on; its history stays. */
  async removeAlias(name: string, alias: string, reason?: string): Promise<void> {
    await this.requireAlias(checkModelName(name), checkAlias(alias));
    await this.point(name, alias, async () => ({
      version: null,
      action: 'remove',
      ...(reason !== undefined && { reason }),
    }));
  }

  /** Where an alias pointed, from the first change to the last. */
  async history(name: string, alias: string = PRODUCTION): Promise<AliasChange[]> {
    return this.aliases(checkModelName(name)).history(checkAlias(alias));
  }

  /** Where a version comes from. */
  async lineage(name: string, reference: VersionReference): Promise<Lineage> {
    return (await this.get(name, reference)).lineage;
  }

  /**
   * Deletes versions that nothing points to: never one with an alias, one that an alias would roll back to, or one of the newest.
   * Also removes what processes left that died while they wrote.
   */
  async collectGarbage(name?: string, options: CollectOptions = {}): Promise<ModelVersion[]> {
    const found = (collected: ModelVersion[]) => ({ versions: collected.length });
    const fields = { model: name, dryRun: options.dryRun };
    return this.seen('collect', 'collecting versions', fields, found, () => this.collect(name, options));
  }

  private async collect(
    name: string | undefined,
    { keepLatest = 3, dryRun = false }: CollectOptions,
  ): Promise<ModelVersion[]> {
    if (!Number.isInteger(keepLatest) || keepLatest < 0) {
      throw new InvalidInputError(`collectGarbage: keepLatest ${keepLatest} is no whole number from 0`, {
        hint: 'Default: 3.',
      });
    }
    const collected: ModelVersion[] = [];
    for (const model of name === undefined ? await this.models() : [checkModelName(name)]) {
      const [versions, aliases] = [this.versions(model), this.aliases(model)];
      const numbers = await versions.numbers();
      const needed = await neededBy(aliases);
      for (const version of numbers.slice(0, Math.max(0, numbers.length - keepLatest))) {
        if (needed.has(version)) continue;
        const described = await this.described(model, version);
        // Another collection is at it, or was.
        if (!described) continue;
        if (dryRun || (await versions.collect(version, async () => (await neededBy(aliases)).has(version)))) {
          collected.push(described);
        }
      }
      if (dryRun) continue;
      await versions.tidy();
      await aliases.tidy();
    }
    return collected;
  }

  /** A version that may go; undefined where another collection has set it aside meanwhile. */
  private async described(model: string, version: number): Promise<ModelVersion | undefined> {
    const path = this.versions(model).path(version);
    for (let tries = 1; existsSync(path); tries++) {
      try {
        return await this.describe(model, version, new Map());
      } catch (error) {
        // It may have been set aside and taken back.
        if (tries === MOST_TRIES && existsSync(path)) throw error;
      }
    }
    return undefined;
  }

  private seen<T>(
    what: string,
    doing: string,
    fields: Attributes,
    found: ((result: T) => Attributes) | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    return observed(this.log, { span: `holdfast.store.${what}`, doing, fields, ...(found && { found }) }, work);
  }

  private versions(name: string): Versions {
    return new Versions(join(this.directory, name, 'versions'), name);
  }

  private aliases(name: string): Aliases {
    return new Aliases(join(this.directory, name, 'aliases'));
  }

  private async resolve(name: string, reference: VersionReference): Promise<number> {
    const versions = this.versions(checkModelName(name));
    if (typeof reference === 'number') {
      await this.assertModel(name, versions);
      await versions.require(checkVersion(reference));
      return reference;
    }
    await this.assertModel(name, versions);
    if (reference === LATEST) return (await versions.numbers()).at(-1) as number;
    const version = await this.requireAlias(name, checkAlias(reference));
    await versions.require(version);
    return version;
  }

  private async assertModel(name: string, versions: Versions): Promise<void> {
    if ((await versions.numbers()).length > 0) return;
    const close = nearest(name, await this.models());
    throw new InvalidInputError(`There is no model '${name}' in ${this.directory}`, {
      hint: close ? `Did you mean '${close}'?` : '`models` shows the names.',
      details: { name },
    });
  }

  private async requireAlias(name: string, alias: string): Promise<number> {
    const aliases = this.aliases(name);
    const version = await aliases.versionOf(alias);
    if (version !== undefined) return version;
    throw noSuchAlias(name, alias, [...(await aliases.current()).keys()]);
  }

  /** Adds a change; gives back where the alias pointed before. */
  private async point(
    name: string,
    alias: string,
    next: Parameters<Aliases['change']>[1],
  ): Promise<number | undefined> {
    let before: number | undefined;
    await this.aliases(name)
      .change(alias, (current) => {
        before = current;
        return next(current);
      })
      .catch((error) => unwritable(join(this.directory, name, 'aliases', alias), error));
    return before;
  }

  /** A collection that had begun when the alias was set either sees the alias, or had deleted the version: then the alias goes back. */
  private async assertThere(name: string, alias: string, version: number, before: number | undefined): Promise<void> {
    const versions = this.versions(name);
    for (const end = performance.now() + RESCUE_MS; performance.now() < end; await wait(20)) {
      if (await versions.rescue(version)) return;
    }
    await this.point(name, alias, async (current) =>
      current === version
        ? { version: before ?? null, action: before === undefined ? 'remove' : 'rollBack' }
        : undefined,
    );
    await versions.require(version);
  }

  private async describe(name: string, version: number, aliases: ReadonlyMap<string, number>): Promise<ModelVersion> {
    const directory = await this.versions(name).require(version);
    const manifest = await readManifest(directory, name, version);
    const prepared = Object.keys(manifest.files).some((file) => file.startsWith(`${PREPROCESSING}/`));
    return {
      modelVersionId: `${name}:${version}`,
      modelName: name,
      version,
      checksum: manifest.checksum,
      createdAt: new Date(manifest.createdAt),
      artifactUri: pathToFileURL(join(directory, MODEL)).href,
      ...(prepared && { preprocessingUri: pathToFileURL(join(directory, PREPROCESSING)).href }),
      model: manifest.model,
      library: manifest.library,
      lineage: lineageOf(manifest),
      bytes: Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0),
      aliases: [...aliases].flatMap(([alias, at]) => (at === version ? [alias] : [])),
    };
  }
}

/** Versions that aliases point to, or would roll back to. */
async function neededBy(aliases: Aliases): Promise<Set<number>> {
  const needed = new Set<number>();
  for (const alias of await aliases.names()) {
    for (const version of [await aliases.versionOf(alias), await aliases.previous(alias)]) {
      if (version !== undefined) needed.add(version);
    }
  }
  return needed;
}
