/**
 * A model on disk: a directory with `model.json` (what it is, checksums) and payload files in the field's own formats.
 * Written whole or not at all; loading never evaluates code and checks everything before use.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError, InvalidInputError, ModelFormatError } from '../core/errors.js';
import { recoverDirectory, writeDirectoryAtomic, writeFileSynced } from '../core/files.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { lazySchema, type SchemaOutput } from '../core/schema.js';
import { LIBRARY_VERSION } from '../core/version.js';
import { isOwnLabel } from './label-encoder.js';

export const FORMAT_VERSION = 1;
const METADATA = 'model.json';

const numberOrNull = (z: typeof import('zod')) => z.number().nullable();

const metadataSchema = lazySchema((z) =>
  z.object({
    formatVersion: z.literal(FORMAT_VERSION),
    library: z.object({ name: z.string(), version: z.string() }),
    name: z.string().min(1),
    family: z.string(),
    task: z.enum(['classification', 'regression']),
    config: z.record(z.string(), z.unknown()),
    seed: z.number(),
    classes: z
      .array(z.number())
      .refine((labels) => labels.every((label, k) => isOwnLabel(label, labels[k - 1])), 'labels that do not ascend'),
    featureNames: z.array(z.string()),
    /** Rows a window for sequence models. */
    sequenceLength: z.number().int().positive().optional(),
    missing: z
      .object({ kept: z.array(z.number().int().nonnegative()).min(1), medians: z.array(z.number()) })
      .refine(({ kept, medians }) => medians.length === kept.length, 'another number of medians than of columns')
      .refine(({ kept }) => kept.every((column, j) => j === 0 || column > kept[j - 1]), 'columns that do not ascend')
      .optional(),
    trainingMetrics: z.object({
      trainLoss: numberOrNull(z),
      valLoss: numberOrNull(z),
      trainAccuracy: numberOrNull(z),
      valAccuracy: numberOrNull(z),
      bestEpoch: z.number().int(),
      totalEpochs: z.number().int(),
      earlyStopped: z.boolean(),
      history: z.array(z.object({ epoch: z.number().int(), trainLoss: numberOrNull(z), valLoss: numberOrNull(z) })),
      evaluations: z.record(z.string(), z.record(z.string(), z.array(numberOrNull(z)))).optional(),
      warnings: z.array(z.string()),
    }),
    state: z.unknown(),
    files: z.record(z.string(), z.object({ sha256: z.string(), bytes: z.number().int().nonnegative() })),
  }),
);

export type ModelMetadata = Omit<SchemaOutput<typeof metadataSchema>, 'formatVersion' | 'library' | 'files'>;

export interface ModelBundle {
  readonly metadata: ModelMetadata;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

const isPlainName = (name: string) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && name !== METADATA;

/** Writes the bundle; the directory holds the old model or the new one at every moment. The same bundle gives the same bytes. */
export async function writeBundle(
  directory: string,
  metadata: ModelMetadata,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  if (typeof directory !== 'string' || directory === '') {
    throw new InvalidInputError('save: the directory is empty', { hint: 'Pass the path of a directory to write.' });
  }
  const contents = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name] of contents) {
    if (!isPlainName(name)) throw new InvalidInputError(`save: '${name}' is not a usable payload file name`);
  }
  const body = {
    formatVersion: FORMAT_VERSION,
    library: { name: 'holdfast', version: LIBRARY_VERSION },
    ...metadata,
    files: Object.fromEntries(
      contents.map(([name, content]) => [
        name,
        { sha256: sha256(content), bytes: Buffer.byteLength(content as string) },
      ]),
    ),
  };
  const text = `${JSON.stringify({ ...body, checksum: sha256(canonicalJson(body)) }, null, 1)}\n`;
  await writeDirectoryAtomic(directory, async (temporary) => {
    for (const [name, content] of contents) await writeFileSynced(join(temporary, name), content);
    await writeFileSynced(join(temporary, METADATA), text);
  });
}

/** How often a directory that is replaced while it is read is read again. */
const READS = 10;

/** Reads and checks a bundle; anything damaged, missing, altered or newer is a `ModelFormatError` that names the part. */
export async function readBundle(directory: string): Promise<ModelBundle> {
  for (let left = READS - 1; ; left--) {
    await recoverDirectory(directory);
    const before = await identity(directory);
    try {
      return await readOnce(directory);
    } catch (error) {
      // A part of the old model and a part of the new one, of a process that saves meanwhile.
      if (left === 0 || (await identity(directory)) === before) throw error;
    }
  }
}

/** Another one for each directory that has this name one after the other; empty while there is none. */
async function identity(directory: string): Promise<string> {
  return stat(directory).then(
    ({ ino, birthtimeMs, mtimeMs }) => `${ino} ${birthtimeMs} ${mtimeMs}`,
    () => '',
  );
}

async function readOnce(directory: string): Promise<ModelBundle> {
  const path = join(directory, METADATA);
  const text = await readPart(path, METADATA);
  const raw = parseMetadata(text.toString('utf8'), path);
  const files: Record<string, Uint8Array> = {};
  for (const [name, expected] of Object.entries(raw.files)) {
    if (!isPlainName(name)) throw damaged(`${path}: '${name}' is not a payload file name`, path);
    const content = await readPart(join(directory, name), name);
    if (content.byteLength !== expected.bytes || sha256(content) !== expected.sha256) {
      throw damaged(
        `${join(directory, name)} was altered or is damaged: its checksum is not the one in ${METADATA}`,
        name,
      );
    }
    files[name] = content;
  }
  return { metadata: raw, files };
}

async function readPart(path: string, part: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new ModelFormatError(`Cannot read ${path}: ${code === 'ENOENT' ? 'no such file' : String(code)}`, {
      hint: 'Pass the directory that save() wrote, complete.',
      details: { part },
      cause: error,
    });
  }
}

function parseMetadata(text: string, path: string): SchemaOutput<typeof metadataSchema> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw damaged(`${path} is not complete JSON`, METADATA, error);
  }
  const version = (raw as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    throw new ModelFormatError(
      `${path} has format version ${version}; this version of holdfast reads up to ${FORMAT_VERSION}`,
      {
        hint: 'Update holdfast, or save the model again with this version.',
        details: { part: METADATA, formatVersion: version },
      },
    );
  }
  const { checksum, ...body } = (raw ?? {}) as Record<string, unknown>;
  return orDamaged(path, () => {
    const metadata = metadataSchema.parse(body, path);
    if (checksum !== sha256(canonicalJson(body))) {
      throw damaged(`${path} was altered or is damaged: its own checksum does not match`, METADATA);
    }
    return metadata;
  });
}

/** @throws ModelFormatError - anything but the metadata of a model that another one holds in its state */
export function parseInnerMetadata(value: unknown, what: string): ModelMetadata {
  const around = { formatVersion: FORMAT_VERSION, library: { name: '', version: '' }, files: {} };
  return orDamaged(what, () => metadataSchema.parse({ ...(value as object), ...around }, what));
}

/** What `read` gives back; whatever it throws becomes a `ModelFormatError`. */
function orDamaged<T>(what: string, read: () => T): T {
  // Not within the try: an install whose schemas cannot be built is no damaged model.
  metadataSchema();
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelFormatError) throw error;
    throw damaged(error instanceof HoldfastError ? error.message : `${what} is damaged`, METADATA, error);
  }
}

function damaged(message: string, part: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(message, {
    hint: 'The model directory is incomplete or was changed after saving; restore it from a copy or train again.',
    details: { part },
    cause,
  });
}
