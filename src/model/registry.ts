/** Names to model classes. Families are loaded when first used; users add their own models by function or decorator. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { prepareSchemas } from '../core/schema.js';
import { listed, nearest } from '../core/text.js';
import { type BaseModel, type ModelClass, restoreModel } from './base-model.js';
import { readBundle } from './bundle.js';
import { familyEntries } from './config-files.js';
import { describeModel, withFamilyEntry } from './info.js';
import type { ModelInfo } from './types.js';

/**
 * Config type of each model known by name, so that an unknown hyperparameter does not compile.
 * Add your own: `declare module 'holdfast' { interface ModelConfigs { my_model: MyConfig } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface ModelConfigs {}

/** The config a model of this name takes; any object for names that are not declared. */
export type ConfigOf<N extends string> = N extends keyof ModelConfigs ? ModelConfigs[N] : Record<string, unknown>;

/** What the registry is told of a model: a name, a family, and how to load its class. */
export interface ModelDefinition {
  readonly name: string;
  readonly family: string;
  /** Imports the class; called with its first use. */
  load(): Promise<ModelClass>;
  /** What `list` shows before the class is loaded. */
  readonly info?: Partial<ModelInfo>;
}

const definitions = new Map<string, ModelDefinition>();

/** Models by name. Built-in ones are there once `holdfast` is imported; a family is loaded with its first use. */
export class ModelRegistry {
  /** Adds a model; the same name again replaces a definition only when it is the same family's (a reload). */
  static register(definition: ModelDefinition): void {
    if (!definition || typeof definition.load !== 'function' || !/^[a-z][a-z0-9_]*$/.test(definition.name ?? '')) {
      throw new InvalidInputError(
        `ModelRegistry.register: '${definition?.name}' needs a name of a-z, 0-9 and _, and a load function`,
        {
          hint: "register({ name: 'my_model', family: 'custom', load: async () => MyModel })",
        },
      );
    }
    const existing = definitions.get(definition.name);
    if (existing && existing.family !== definition.family) {
      throw new InvalidInputError(
        `ModelRegistry.register: the name '${definition.name}' belongs to family '${existing.family}'`,
        {
          hint: 'Choose another name for your model.',
        },
      );
    }
    definitions.set(definition.name, definition);
  }

  /** The class of a registered name; unknown names are an `InvalidInputError` with the nearest one. */
  static async get(name: string): Promise<ModelClass> {
    const definition = find(name);
    if (familyEntries().get(name)?.enabled === false) {
      throw new ConfigError(`The model '${name}' is switched off`, {
        hint: 'Set enabled: true for it in families.yaml.',
      });
    }
    const model = await definition.load();
    if (model.configSchema) await prepareSchemas();
    return model;
  }

  /** Whether a model of this name is registered. */
  static has(name: string): boolean {
    return definitions.has(name);
  }

  /** Family of a registered name. Throws `InvalidInputError` with the nearest name for an unknown one. */
  static family(name: string): string {
    return find(name).family;
  }

  /** What a registered name is, without loading it; the settings of families.yaml left out. */
  static describe(name: string): ModelInfo {
    const { family, info } = find(name);
    return describeModel({ name, info: { ...info, name, family } });
  }

  /** What is registered, by name; `filter` keeps those whose fields are equal to its own. */
  static list(
    filter: Partial<Pick<ModelInfo, 'family' | 'inputMode' | 'complexity' | 'gpuCapable'>> = {},
  ): ModelInfo[] {
    const entries = familyEntries();
    return [...definitions.values()]
      .filter((definition) => entries.get(definition.name)?.enabled !== false)
      .map(infoOf)
      .filter((info) =>
        Object.entries(filter).every(([key, value]) => value === undefined || info[key as keyof ModelInfo] === value),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function infoOf({ name, family, info }: ModelDefinition): ModelInfo {
  return withFamilyEntry(describeModel({ name, info: { ...info, name, family } }));
}

function find(name: string): ModelDefinition {
  const definition = definitions.get(name);
  if (definition) return definition;
  const names = [...definitions.keys()].sort();
  const close = nearest(String(name), names);
  throw new InvalidInputError(`Unknown model '${String(name).slice(0, 100)}'`, {
    hint: close
      ? `Did you mean '${close}'?`
      : names.length > 0
        ? `Registered models: ${listed(names, 30)}.`
        : "Import 'holdfast' first: it registers the built-in models.",
    details: { name, registered: names },
  });
}

/** Class decorator: registers the class under `name`. Works with standard (TC39) decorators. */
export function registerModel(options: { name: string; family: string } & Partial<Omit<ModelInfo, 'name' | 'family'>>) {
  // biome-ignore lint/suspicious/noExplicitAny: a class of any config and input is a model class
  return <C extends abstract new (...args: any[]) => BaseModel<any, any>>(
    model: C,
    _context?: ClassDecoratorContext,
  ): void => {
    const concrete = model as unknown as ModelClass;
    const info = { ...concrete.info, ...options };
    Object.defineProperty(concrete, 'info', { value: info, configurable: true });
    ModelRegistry.register({ name: options.name, family: options.family, info, load: async () => concrete });
  };
}

/** Opens any saved model: reads the metadata, finds the class in the registry. */
export async function loadModel(directory: string): Promise<BaseModel> {
  const { metadata, files } = await readBundle(directory);
  return restoreModel(await ModelRegistry.get(metadata.name), metadata, files);
}
