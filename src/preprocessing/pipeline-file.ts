/** A fitted pipeline on disk: `preprocessing.json` with format version and checksum. Reading checks everything and evaluates nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HoldfastError, ModelFormatError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { lazySchema } from '../core/schema.js';
import { LIBRARY_VERSION } from '../core/version.js';
import { type Expression, readExpression } from './expression.js';
import type { Fitted } from './fitted.js';
import { type PreprocessingOptions, type ResolvedOptions, resolveOptions } from './options.js';

export const PREPROCESSING_FILE = 'preprocessing.json';
const FORMAT = 'holdfast-preprocessing';
const FORMAT_VERSION = 1;

/** Plain data, with a checksum over `content`. */
export interface PipelineState {
  readonly format: typeof FORMAT;
  readonly formatVersion: number;
  readonly libraryVersion: string;
  /** SHA-256 of the content's canonical JSON. */
  readonly checksum: string;
  readonly content: PipelineContent;
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
    throw damaged('formatVersion', `the format version is ${String(head.formatVersion)}`);
  }
  if ((head.formatVersion as number) > FORMAT_VERSION) {
    throw new ModelFormatError(
      `${PREPROCESSING_FILE}: format version ${head.formatVersion} is newer than this library reads (${FORMAT_VERSION})`,
      {
        hint: `Update holdfast (the file was written by ${String(head.libraryVersion)}).`,
        details: { file: PREPROCESSING_FILE, part: 'formatVersion', version: head.formatVersion },
      },
    );
  }
  if (typeof head.content !== 'object' || head.content === null) throw damaged('content', 'the content is missing');
  if (checksumOf(head.content) !== head.checksum) {
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
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw damaged('fitted', `the fitted state is not valid at '${issue.path.map(String).join('.')}': ${issue.message}`);
}

const fittedSchema = lazySchema((z) => {
  const numbers = z.array(z.number());
  const byColumn = z.record(z.string(), z.number());
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
      quantiles: z.record(z.string(), z.strictObject({ q25: z.number(), q75: z.number() })),
      missing: byColumn,
      undefinedRows: byColumn,
      categories: z.record(z.string(), z.array(z.string())),
      categoryCounts: z.record(z.string(), numbers),
      dropped: z.array(z.strictObject({ column: z.string(), reason: z.enum(['all missing', 'constant']) })),
    }),
  });
});
