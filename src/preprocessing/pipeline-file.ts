/** A fitted pipeline on disk: `preprocessing.json` with format version and checksum. Reading checks everything and evaluates nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HoldfastError, ModelFormatError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { lazySchema } from '../core/schema.js';
import { LIBRARY_VERSION } from '../core/version.js';
import type { Encoder } from './encoder.js';
import { type Expression, readExpression } from './expression.js';
import { type Fitted, stepOutputs } from './fitted.js';
import { type PreprocessingOptions, type ResolvedOptions, resolveOptions } from './options.js';

export const PREPROCESSING_FILE = 'preprocessing.json';
const FORMAT = 'holdfast-preprocessing';
const FORMAT_VERSION = 1;

/** A fitted pipeline as plain data that JSON holds without loss. */
export interface PipelineState {
  readonly format: string;
  readonly formatVersion: number;
  readonly libraryVersion: string;
  /** SHA-256 of the content's canonical JSON. */
  readonly checksum: string;
  /** What was fitted: for `PreprocessingPipeline.fromJSON` of this version or a later one, and for nobody else. */
  readonly content: Readonly<Record<string, unknown>>;
}

interface PipelineContent {
  readonly options: ResolvedOptions;
  readonly expressions: Readonly<Record<string, Expression>>;
  readonly fitted: Fitted;
}

export function stateOf(
  options: ResolvedOptions,
  expressions: ReadonlyMap<string, Expression>,
  fitted: Fitted,
): PipelineState {
  // Through JSON once, so that the checksum is of what a reader will see (-0 is 0, undefined is absent).
  const content = JSON.parse(
    canonicalJson({ options, expressions: Object.fromEntries(expressions), fitted }),
  ) as PipelineContent;
  return {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    libraryVersion: LIBRARY_VERSION,
    checksum: checksumOf(content),
    content: { options, expressions: Object.fromEntries(expressions), fitted },
  };
}

const checksumOf = (content: unknown): string => sha256(canonicalJson(content));

/** The checksum of content from outside; nesting that no pipeline has does not fit the stack. */
function checksumOfRead(content: unknown): string {
  try {
    return checksumOf(content);
  } catch (error) {
    throw damaged('content', 'the content is not that of a pipeline', error);
  }
}

function damaged(part: string, problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`${PREPROCESSING_FILE}: ${problem}`, {
    hint: 'Restore the file from a backup, or fit and save the pipeline again.',
    details: { file: PREPROCESSING_FILE, part },
    cause,
  });
}

export async function saveState(directory: string, state: PipelineState): Promise<void> {
  await writeFileAtomic(join(directory, PREPROCESSING_FILE), `${JSON.stringify(state, null, 1)}\n`);
}

export async function loadState(directory: string): Promise<unknown> {
  const path = join(directory, PREPROCESSING_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const what = error.code === 'ENOENT' ? `there is none in ${directory}` : `cannot be read (${error.code})`;
    throw damaged('file', what, error);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged('file', 'is not complete JSON: truncated or damaged', error);
  }
}

/** Checks format, version, checksum and structure, in this order. */
export function readState(state: unknown): {
  options: ResolvedOptions;
  expressions: ReadonlyMap<string, Expression>;
  fitted: Fitted;
} {
  const head = (state ?? {}) as Partial<PipelineState>;
  if (typeof state !== 'object' || head.format !== FORMAT) {
    throw damaged('format', 'this is not a saved preprocessing pipeline');
  }
  if (!Number.isInteger(head.formatVersion) || (head.formatVersion as number) < 1) {
    throw damaged('formatVersion', `the format version is ${JSON.stringify(head.formatVersion)?.slice(0, 40)}`);
  }
  if ((head.formatVersion as number) > FORMAT_VERSION) {
    throw new ModelFormatError(
      `${PREPROCESSING_FILE}: format version ${head.formatVersion} is newer than this library reads (${FORMAT_VERSION})`,
      {
        hint: `Update holdfast (the file was written by ${JSON.stringify(head.libraryVersion)?.slice(0, 40)}).`,
        details: { file: PREPROCESSING_FILE, part: 'formatVersion', version: head.formatVersion },
      },
    );
  }
  if (typeof head.content !== 'object' || head.content === null) throw damaged('content', 'the content is missing');
  if (checksumOfRead(head.content) !== head.checksum) {
    throw damaged('checksum', 'the content does not match its checksum: it was changed or damaged');
  }
  const content = head.content as { options?: unknown; expressions?: unknown; fitted?: unknown };
  return {
    options: readOptions(content.options),
    expressions: readExpressions(content.expressions),
    fitted: readFitted(content.fitted),
  };
}

function readOptions(options: unknown): ResolvedOptions {
  try {
    return resolveOptions(options as PreprocessingOptions);
  } catch (error) {
    throw damaged('options', `the options are not valid: ${(error as HoldfastError).message}`, error);
  }
}

function readExpressions(expressions: unknown): ReadonlyMap<string, Expression> {
  if (expressions === null || typeof expressions !== 'object')
    throw damaged('expressions', 'the expressions are missing');
  return new Map(Object.entries(expressions).map(([name, value]) => [name, readExpression(value, name)]));
}

function readFitted(fitted: unknown): Fitted {
  const result = fittedSchema().safeParse(fitted);
  if (result.success) return consistent(result.data);
  const issue = result.error.issues[0];
  throw damaged('fitted', `the fitted state is not valid at '${issue.path.map(String).join('.')}': ${issue.message}`);
}

/** Lengths that one step's parts must share, and the feature names that follow from the steps. */
function consistent(fitted: Fitted): Fitted {
  for (const step of fitted.steps) {
    if (step.kind === 'encoded' && !encoderIsConsistent(step.encoder)) {
      throw damaged('fitted', `the encoding of column '${step.name}' is not complete`);
    }
  }
  const names = fitted.steps.flatMap(stepOutputs);
  if (names.length !== fitted.featureNamesOut.length || names.some((name, i) => name !== fitted.featureNamesOut[i])) {
    throw damaged('fitted', 'the feature names are not those of the steps');
  }
  return fitted;
}

function encoderIsConsistent(encoder: Encoder): boolean {
  switch (encoder.kind) {
    case 'one-hot': {
      const { outputs, slots, unknownSlot } = encoder;
      return [unknownSlot, ...slots.map(({ slot }) => slot)].every((slot) => slot >= -1 && slot < outputs.length);
    }
    case 'ordinal':
      return true;
    case 'frequency':
      return encoder.shares.length === encoder.categories.length;
    case 'target': {
      const width = encoder.classes.length > 2 ? encoder.classes.length : 1;
      const rows = [encoder.prior, ...encoder.encodings, ...(encoder.missing ? [encoder.missing] : [])];
      return encoder.encodings.length === encoder.categories.length && rows.every((row) => row.length === width);
    }
  }
}

const fittedSchema = lazySchema((z) => {
  const numbers = z.array(z.number());
  // Not z.record: it leaves out a column called '__proto__'.
  const columnsOf = <T>(item: { safeParse(value: unknown): { success: boolean } }) =>
    z.custom<Readonly<Record<string, T>>>(
      (value) =>
        value !== null &&
        typeof value === 'object' &&
        !Array.isArray(value) &&
        Object.values(value).every((v) => item.safeParse(v).success),
    );
  const byColumn = columnsOf<number>(z.number());
  const unknown = z.enum(['ignore', 'infrequent', 'error']);
  const slots = z.array(z.strictObject({ name: z.string().nullable(), slot: z.int() }));
  const scaler = z.discriminatedUnion('method', [
    z.strictObject({ method: z.enum(['standard', 'robust']), center: z.number(), scale: z.number() }),
    z.strictObject({
      method: z.literal('min-max'),
      scale: z.number(),
      offset: z.number(),
      low: z.number(),
      high: z.number(),
      clip: z.boolean(),
    }),
    z.strictObject({ method: z.literal('quantile'), quantiles: numbers.min(1), output: z.enum(['uniform', 'normal']) }),
    z.strictObject({ method: z.literal('none') }),
  ]);
  const encoder = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('one-hot'), slots, outputs: z.array(z.string()), unknownSlot: z.int(), unknown }),
    z.strictObject({ kind: z.literal('ordinal'), slots, unknownCode: z.number().nullable(), unknown }),
    z.strictObject({
      kind: z.literal('frequency'),
      categories: z.array(z.string()),
      shares: numbers,
      missingShare: z.number(),
      unknown,
    }),
    z.strictObject({
      kind: z.literal('target'),
      classes: numbers,
      categories: z.array(z.string()),
      encodings: z.array(numbers),
      prior: numbers.min(1),
      missing: numbers.nullable(),
      smoothing: z.union([z.literal('auto'), z.number()]),
      folds: z.int().min(2),
      foldOrder: z.enum(['time', 'random']),
      seed: z.int(),
      unknown,
    }),
  ]);
  const step = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('numeric'), name: z.string(), fill: z.number().nullable(), scaler }),
    z.strictObject({ kind: z.literal('encoded'), name: z.string(), fill: z.string().nullable(), encoder }),
    z.strictObject({ kind: z.literal('indicator'), name: z.string() }),
  ]);
  return z.strictObject({
    inputs: z.array(z.strictObject({ name: z.string(), kind: z.enum(['numeric', 'categorical', 'time']) })),
    required: z.array(z.string()),
    timeColumns: z.array(z.string()),
    steps: z.array(step).min(1),
    featureNamesOut: z.array(z.string()).min(1),
    statistics: z.strictObject({
      rowsSeen: z.int().min(1),
      timeRange: z.tuple([z.number(), z.number()]).optional(),
      means: byColumn,
      standardDeviations: byColumn,
      medians: byColumn,
      minima: byColumn,
      maxima: byColumn,
      quantiles: columnsOf<{ readonly q25: number; readonly q75: number }>(
        z.strictObject({ q25: z.number(), q75: z.number() }),
      ),
      missing: byColumn,
      undefinedRows: byColumn,
      categories: columnsOf<string[]>(z.array(z.string())),
      categoryCounts: columnsOf<number[]>(numbers),
      dropped: z.array(z.strictObject({ column: z.string(), reason: z.enum(['all missing', 'constant']) })),
    }),
  });
});
