/**
 * The shipped settings and the user's own over them: model hyperparameters with variants, training defaults, families.
 * One order for all: model file < family defaults < variant < what the caller passes.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Yaml from 'yaml';
import { ConfigError } from '../core/errors.js';
import { builtFile, packageFile } from '../core/location.js';
import { lazySchema, type SchemaInput, type SchemaOutput } from '../core/schema.js';
import { listed, nearest } from '../core/text.js';
import { readYaml } from './yaml.js';

/** Where the package's own YAML files lie. */
const shipped = (path: string) => fileURLToPath(packageFile(`config/${path}`));

const parameters = (z: typeof import('zod')) => z.record(z.string(), z.unknown());

const modelFileSchema = lazySchema((z) =>
  z.strictObject({
    version: z.literal(1).default(1),
    name: z.string(),
    family: z.string().optional(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    params: parameters(z).default({}),
    variants: z.record(z.string(), parameters(z)).default({}),
  }),
);
export type ModelFile = SchemaOutput<typeof modelFileSchema>;

const ratio = (z: typeof import('zod')) => z.number().min(0).max(1);

const trainingSchema = lazySchema((z) =>
  z.strictObject({
    version: z.literal(1).default(1),
    /** Base seed of every run. */
    seed: z.number().int().nonnegative().default(42),
    threads: z.number().int().positive().optional(),
    runsDirectory: z.string().min(1).default('experiments/runs'),
    splits: z
      .strictObject({
        ratios: z
          .strictObject({ train: ratio(z), validation: ratio(z), test: ratio(z), holdout: ratio(z).optional() })
          .optional(),
        /** A share of the rows below 1, else milliseconds. */
        embargo: z.number().nonnegative().optional(),
      })
      .default({}),
    /** Defaults for every model of a family, over the model's own file. */
    families: z.record(z.string(), z.strictObject({ params: parameters(z).default({}) })).default({}),
  }),
);
/** Settings of `ModelTrainer`: what `config/training.yaml` holds. */
export type TrainingConfig = SchemaInput<typeof trainingSchema>;
export type ResolvedTrainingConfig = SchemaOutput<typeof trainingSchema>;

const cell = (z: typeof import('zod')) => z.union([z.string(), z.number(), z.boolean(), z.null()]);

const experimentSchema = lazySchema((z) =>
  z.strictObject({
    version: z.literal(1).default(1),
    name: z.string().min(1),
    data: z.strictObject({
      /** A file; with a query: a DuckDB database, the address of a PostgreSQL server without password, or env:NAME. */
      path: z.string().min(1).optional(),
      query: z.string().min(1).optional(),
      /** By place, or (DuckDB) by name. */
      params: z.union([z.array(cell(z)), z.record(z.string(), cell(z))]).optional(),
      label: z.string().min(1),
      time: z.string().optional(),
      labelEnd: z.string().optional(),
      weight: z.string().optional(),
      group: z.string().optional(),
      features: z.array(z.string()).min(1).optional(),
      symbol: z.string().optional(),
      horizon: z.number().int().positive().optional(),
    }),
    input: z
      .strictObject({
        mode: z.enum(['features', 'sequence', 'hybrid']).default('features'),
        sequenceLength: z.number().int().positive().default(60),
        channels: z.array(z.string()).default(['open', 'high', 'low', 'close', 'volume']),
      })
      .optional(),
    /** Passed to PreprocessingPipeline, which checks it. */
    preprocessing: z.record(z.string(), z.unknown()).optional(),
    models: z
      .array(
        z.union([
          z.string(),
          z.strictObject({ name: z.string(), variant: z.string().optional(), params: parameters(z).optional() }),
        ]),
      )
      .min(1),
    tuning: z
      .strictObject({ trials: z.number().int().positive().default(50), metric: z.string().default('auc') })
      .optional(),
    /** The gate of data quality: a report instead of the one made of the data, and why data that FAILED is trained on. */
    qc: z
      .strictObject({
        report: z.string().min(1).optional(),
        override: z.strictObject({ reason: z.string().min(1), by: z.string().min(1).optional() }).optional(),
      })
      .optional(),
    seed: z.number().int().nonnegative().optional(),
  }),
);
/** An experiment file: data, input mode, models to compare. */
export type ExperimentConfig = SchemaOutput<typeof experimentSchema>;

const familiesSchema = lazySchema((z) =>
  z.strictObject({
    version: z.literal(1).default(1),
    families: z.record(
      z.string(),
      z.strictObject({
        enabled: z.boolean().default(true),
        models: z.record(
          z.string(),
          z.strictObject({
            enabled: z.boolean().default(true),
            complexity: z.enum(['low', 'medium', 'high']),
            gpuCapable: z.boolean(),
          }),
        ),
      }),
    ),
  }),
);

/** Reads a training.yaml of the user's; without a path, the shipped one. */
export async function loadTrainingConfig(path?: string): Promise<ResolvedTrainingConfig> {
  return readYaml(path ?? shipped('training.yaml'), trainingSchema, 'training config');
}

/** Checks a config object given in code. */
export function parseTrainingConfig(config: TrainingConfig): ResolvedTrainingConfig {
  return trainingSchema.parse(config, 'training config');
}

export async function loadExperiment(path: string): Promise<ExperimentConfig> {
  return readYaml(path, experimentSchema, 'experiment');
}

export interface ModelConfigOptions {
  /** Such as 'conservative' or 'aggressive'; names stand in the model's file. */
  variant?: string;
  /** A YAML file of the user's instead of the shipped one. */
  file?: string;
  /** Defaults of the model's family (training.yaml). */
  familyDefaults?: Readonly<Record<string, unknown>>;
  /** What the caller passes; stronger than everything else. */
  overrides?: Readonly<Record<string, unknown>>;
}

/** Hyperparameters of a model by name, merged in the documented order; not yet checked by the model's own schema. */
export async function modelParameters(
  name: string,
  options: ModelConfigOptions = {},
): Promise<Record<string, unknown>> {
  const own = shipped(`models/${name}.yaml`);
  const path = options.file ?? (existsSync(own) ? own : undefined);
  const file = path ? await readYaml(path, modelFileSchema, `config of ${name}`) : undefined;
  if (file && file.name !== name) {
    throw new ConfigError(`${path}: this file is for the model '${file.name}', not '${name}'`, {
      hint: `Set name: ${name}.`,
      details: { file: path },
    });
  }
  return {
    ...file?.params,
    ...options.familyDefaults,
    ...variantOf(name, file, options.variant, path),
    ...options.overrides,
  };
}

function variantOf(
  name: string,
  file: ModelFile | undefined,
  variant: string | undefined,
  path: string | undefined,
): Record<string, unknown> {
  if (variant === undefined) return {};
  const variants = file?.variants ?? {};
  if (Object.hasOwn(variants, variant)) return variants[variant];
  const close = nearest(variant, Object.keys(variants));
  throw new ConfigError(`${name} has no variant '${variant}'`, {
    hint: close ? `Did you mean '${close}'?` : `Variants: ${listed(Object.keys(variants)) || 'none'}.`,
    details: { file: path, variant },
  });
}

export interface FamilyEntry {
  readonly enabled: boolean;
  readonly complexity: 'low' | 'medium' | 'high';
  readonly gpuCapable: boolean;
}

let families: Map<string, FamilyEntry> | undefined;

/** What families.yaml says of each model; read on first use, synchronously because `ModelRegistry.list` is. */
export function familyEntries(): Map<string, FamilyEntry> {
  if (families) return families;
  families = new Map();
  for (const family of Object.values(readFamilies().families)) {
    for (const [name, { enabled, ...entry }] of Object.entries(family.models))
      families.set(name, { ...entry, enabled: family.enabled !== false && enabled !== false });
  }
  return families;
}

/** The shipped file: as the build parsed it while it is as it was then, which spares the first call of a process two parsers. */
function readFamilies(): SchemaInput<typeof familiesSchema> {
  const path = shipped('families.yaml');
  const text = readFileSync(path, 'utf8');
  const known = parsedFamilies();
  if (known?.source === text) return known.content;
  const { parse } = createRequire(import.meta.url)('yaml') as typeof Yaml;
  return familiesSchema.parse(parse(text), path);
}

interface ParsedFamilies {
  readonly source: string;
  readonly content: SchemaInput<typeof familiesSchema>;
}

function parsedFamilies(): ParsedFamilies | undefined {
  const path = builtFile('model/families.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ParsedFamilies) : undefined;
}
