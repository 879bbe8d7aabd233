/** `version.json` of a stored version: what it is, where it comes from, the checksum of every file and its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, HoldfastError, InvalidInputError, ModelFormatError } from '../../core/errors.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { lazySchema, type SchemaOutput } from '../../core/schema.js';
import { nearest } from '../../core/text.js';
import { type Document, documentOf, documentText } from '../repository/documents.js';

export const MANIFEST = 'version.json';
const FORMAT_VERSION = 1;

const schema = lazySchema((z) =>
  z.object({
    formatVersion: z.literal(FORMAT_VERSION),
    name: z.string().min(1),
    version: z.number().int().positive(),
    createdAt: z.iso.datetime(),
    library: z.object({ name: z.string(), version: z.string() }),
    model: z.object({ name: z.string(), family: z.string(), task: z.string(), seed: z.number() }),
    lineage: z.record(z.string(), z.unknown()),
    files: z.record(z.string(), z.object({ sha256: z.string(), bytes: z.number().int().nonnegative() })),
  }),
);

export type Manifest = Omit<SchemaOutput<typeof schema>, 'formatVersion'>;
export type FileChecksums = Manifest['files'];

/** Where a version comes from: enough to make it again, or to say why not. */
export interface Lineage {
  /** SHA-256 of the training data, such as `splitRecord().dataHash`. */
  readonly dataHash?: string;
  /** Of the code that trained it: a commit. */
  readonly codeVersion?: string;
  /** Default: the model's own. */
  readonly seed?: number;
  /** Of `ModelTrainer`, the run repository, or any other. */
  readonly runId?: string;
  readonly metrics?: Document;
  /** Anything else that is worth knowing. */
  readonly tags?: Document;
}

const LINEAGE = {
  dataHash: 'text',
  codeVersion: 'text',
  seed: 'number',
  runId: 'text',
  metrics: 'document',
  tags: 'document',
};

/** As plain data that JSON holds exactly. */
export function checkLineage(lineage: unknown): Record<string, unknown> {
  if (lineage === null || typeof lineage !== 'object' || Array.isArray(lineage)) {
    throw new InvalidInputError('register: lineage is missing', {
      hint: 'lineage: { dataHash, codeVersion, seed, runId, metrics }',
    });
  }
  for (const key of Object.keys(lineage)) {
    if (Object.hasOwn(LINEAGE, key)) continue;
    const close = nearest(key, Object.keys(LINEAGE));
    throw new ConfigError(`register: unknown field of lineage '${key.slice(0, 100)}'`, {
      hint: close
        ? `Did you mean '${close}'?`
        : `Fields: ${Object.keys(LINEAGE).join(', ')}; anything else under tags.`,
    });
  }
  for (const [key, kind] of Object.entries(LINEAGE)) {
    const value = (lineage as Record<string, unknown>)[key];
    if (value === undefined) continue;
    const right = kind === 'text' ? typeof value === 'string' : kind === 'number' ? Number.isFinite(value) : true;
    if (!right) throw new InvalidInputError(`register: lineage.${key} is no ${kind}`);
    if (kind === 'document') documentText(value, `lineage.${key}`);
  }
  return JSON.parse(documentText(lineage, 'lineage') ?? '{}') as Record<string, unknown>;
}

export const lineageOf = (manifest: Manifest): Lineage => documentOf(JSON.stringify(manifest.lineage)) as Lineage;

export function manifestText(manifest: Manifest): string {
  const body = { formatVersion: FORMAT_VERSION, ...manifest };
  return `${JSON.stringify({ ...body, checksum: sha256(canonicalJson(body)) }, null, 1)}\n`;
}

export interface ReadManifest extends Manifest {
  /** Of all that the manifest says, and so of the whole version. */
  readonly checksum: string;
}

/** @throws ModelFormatError - missing, damaged, altered or of a newer version; the message names the file */
export async function readManifest(directory: string, name: string, version: number): Promise<ReadManifest> {
  const path = join(directory, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw damaged(path, `cannot be read: ${error.code}`, error);
  });
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw damaged(path, 'is not complete JSON', error);
  }
  const { checksum, ...body } = raw ?? {};
  if (typeof body.formatVersion === 'number' && body.formatVersion > FORMAT_VERSION) {
    throw new ModelFormatError(
      `${path} has format version ${body.formatVersion}; this version of holdfast reads ${FORMAT_VERSION}`,
      {
        hint: 'Update holdfast.',
        details: { file: path },
      },
    );
  }
  if (typeof checksum !== 'string' || checksum !== checksumOf(body)) throw damaged(path, 'was altered or is damaged');
  schema();
  try {
    const { formatVersion: _known, ...manifest } = schema.parse(body, path);
    if (manifest.name === name && manifest.version === version) return { ...manifest, checksum };
  } catch (error) {
    throw damaged(path, error instanceof HoldfastError ? error.message : 'is damaged', error);
  }
  throw damaged(path, `is of another model or version than its place`);
}

/** Undefined for what is nested too deeply to have one. */
export function checksumOf(body: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return sha256(canonicalJson(body));
  } catch {
    return undefined;
  }
}

export function damaged(file: string, problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`${file} ${problem}`, {
    hint: 'Restore the file from a copy, or register the model again.',
    details: { file },
    cause,
  });
}
